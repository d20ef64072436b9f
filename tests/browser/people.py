"""What people do on their screens, in their own words."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from deploy.demo.organisation import PASSWORD, PEOPLE
from tests.browser.stage import Stage

PHONE = (390, 844)
DESKTOP = (1440, 900)
PHONE_OF = {one.username: one.phone for one in PEOPLE}


class Customer:
    """Somebody at home with a phone."""

    def __init__(self, page: Page, stage: Stage) -> None:
        self.page, self._stage = page, stage

    def press(self, name: str | re.Pattern[str]) -> None:
        """Tap a button, as a finger does."""
        self.page.get_by_role("button", name=name).first.tap()

    def go(self, page: str, **query: str) -> None:
        """Open one of the screens by its address."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        self.page.goto(f"{self._stage.url}/h5/#/pages/{page}/index" + (f"?{asked}" if asked else ""))
        # Another place after the # alone would leave the former screens beneath.
        self.page.reload()

    def come(self, page: str, **query: str) -> None:
        """Open one of the screens from outside, as by a link."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        self.page.goto("about:blank")
        self.page.goto(f"{self._stage.url}/h5/#/pages/{page}/index?{asked}")

    def urge_after_a_while(self) -> None:
        """Urge the case that is open; nobody is asked to urge what has only just begun."""
        self._stage.wait_long(self.read_case_no())
        self.page.reload()
        self.press("等急了，催一催")

    def sign_in(self, phone: str) -> None:
        """Sign in by the code that comes as a text message."""
        self.go("sign-in")
        self.page.get_by_label("手机号").fill(phone)
        self.page.get_by_role("checkbox").click()
        self.press("获取验证码")
        expect(self.page.get_by_text("验证码正在发送")).to_be_visible()
        self.page.get_by_label("短信验证码").fill(self._stage.read_code(phone))
        self.page.get_by_role("button", name="登录", exact=True).click()
        expect(self.page.get_by_text("我要办理")).to_be_visible()

    def fill_repair(self, name: str, phone: str, photo: bytes) -> None:
        """Fill the form for a repair in."""
        page = self.page
        self.fill_contact(name, phone)
        page.get_by_role("radio", name="灶具打不着火").click()
        page.get_by_label("情况说明").fill("昨天晚上开始打不着火，换过电池也不行。")
        self.add_photo("fault.jpg", photo)

    def fill_contact(self, name: str, phone: str, door: str = "501") -> None:
        """Fill in what every form asks first: who it is, and where."""
        page = self.page
        # The phone that one signed in with comes by itself, a moment after the form.
        expect(page.get_by_label("手机号")).to_have_value(phone)
        page.get_by_label("您的姓名").fill(name)
        page.get_by_label("所在区").select_option("历下区")
        page.get_by_label("街道").select_option("泉城路街道")
        page.get_by_label("小区").select_option("阳光小区")
        page.get_by_label("楼栋").fill("3幢")
        page.get_by_label("单元").fill("2单元")
        page.get_by_label("门牌号").fill(door)
        self.press("我就在这个地址，记下位置")
        expect(page.get_by_text("已记下您现在的位置")).to_be_visible()

    def add_photo(self, name: str, photo: bytes) -> None:
        """Take a photo and wait until it has arrived."""
        arrived = self._files.count()
        self.choose_photo(name, photo)
        expect(self._files).to_have_count(arrived + 1)

    def choose_photo(self, name: str, photo: bytes) -> None:
        """Take a photo, or what passes itself off as one."""
        with self.page.expect_file_chooser() as chooser:
            self.press(re.compile("拍照或选图"))
        chooser.value.set_files({"name": name, "mimeType": "image/jpeg", "buffer": photo})

    def add_document(self, name: str, document: bytes) -> None:
        """Choose a document and wait until it has arrived."""
        arrived = self._files.count()
        with self.page.expect_file_chooser() as chooser:
            self.press(re.compile("选择文件"))
        chooser.value.set_files({"name": name, "mimeType": "application/pdf", "buffer": document})
        expect(self._files).to_have_count(arrived + 1)

    @property
    def _files(self) -> Locator:
        """What has arrived of the form's photos and documents, each with its picture."""
        return self.page.get_by_role("button", name=re.compile("^查看第 [0-9]+ 份"))

    def draw_signature(self) -> None:
        """Draw a signature on the glass with a finger."""
        board = self.page.get_by_role("img", name=re.compile("^签名框"))
        # What is signed stands above the glass, which one scrolls down to.
        board.evaluate("one => one.scrollIntoView({block: 'center'})")
        box = board.bounding_box()
        assert box is not None
        mouse = self.page.mouse
        mouse.move(box["x"] + 30, box["y"] + 30)
        mouse.down()
        for step in range(1, 9):
            mouse.move(box["x"] + 30 + 20 * step, box["y"] + 30 + (40 if step % 2 else 0))
        mouse.up()

    def prove(self, case_no: str) -> None:
        """Prove who one is before the simulated provider's camera, and come back to the case."""
        self.go("case", no=case_no)
        self.press(re.compile("请核验身份"))
        expect(self.page.get_by_role("heading", name="为什么要核验")).to_be_visible()
        self.press("开始刷脸")
        self.page.get_by_role("button", name="是本人，刷脸通过").tap()
        expect(self.page.get_by_text("身份已核验")).to_be_visible()
        expect(self.page.get_by_role("heading", name="办理进度", exact=True)).to_be_visible()

    def decide(self, name: str) -> None:
        """Choose what cannot be undone, say so once more, and wait until the server has it."""
        self.press(re.compile(f"^{name}$"))
        self.press_for_command("确定")

    def press_for_command(self, name: str) -> None:
        """Press what sends a command, and wait until the server has it."""
        with self.page.expect_response(re.compile(r"/commands$")) as answer:
            self.press(name)
        assert answer.value.status == 200, answer.value.text()

    def apply_for_repair(self, name: str, phone: str, photo: bytes) -> str:
        """Fill in and hand in an application for a repair; returns the case's number."""
        self.press(re.compile("^报修"))
        self.fill_repair(name, phone, photo)
        self.press("提交申请")
        return self.read_case_no()

    def hold_hour(self, hours: str) -> None:
        """Choose an hour of the second day that has room, which is never too soon; it is kept for a while."""
        self.page.get_by_role("radiogroup", name="哪一天").get_by_role("radio").nth(1).click()
        # A screen reader says the hour and what is left of it as two things.
        hour = self.page.get_by_role("radiogroup", name="几点").get_by_role("radio")
        hour.and_(self.page.get_by_role("radio", name=re.compile(rf"^{hours}，余 \d+$"))).click()
        expect(self.page.get_by_text("为您保留")).to_be_visible()

    def read_case_no(self) -> str:
        """Return the number of the case on the screen."""
        shown = self.page.get_by_text(re.compile(r"编号 \d+"))
        expect(shown).to_be_visible()
        found = re.search(r"编号 (\d+)", shown.inner_text())
        assert found is not None
        return found[1]


class Staff:
    """Somebody at the console, at a desk or with a phone in the field."""

    def __init__(self, page: Page, stage: Stage) -> None:
        self.page, self._stage = page, stage

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        """Sign in, with the demonstration's password if no other is given."""
        self.page.get_by_label("账号").fill(username)
        self.page.get_by_label("密码").fill(password)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page.get_by_label("密码")).to_have_count(0)

    def open_case(self, case_no: str) -> None:
        """Open a case by its address, in a page that has nothing else under way."""
        self.page.goto("about:blank")
        self.page.goto(f"{self._stage.url}/console/#/cases/{case_no}")
        expect(self.page.get_by_label("操作")).to_be_visible()
        expect(self.page.get_by_text(case_no).first).to_be_visible()

    def act(self, name: str) -> None:
        """Press an action and wait until the server has it."""
        self.press_for_command(self.button(name))

    def button(self, name: str) -> Locator:
        """Return the button of an action in the bar below the case."""
        return self.page.get_by_label("操作").get_by_role("button", name=re.compile(f"^{name}"))

    def go_on(self) -> str:
        """Follow the button to the work order that the open case handed over to, and return its number."""
        here = self.page.url
        self.page.get_by_role("button", name="去办理").click()
        expect(self.page).not_to_have_url(here)
        return self.page.url.rsplit("/", 1)[1]

    def act_in_field(self, name: str) -> None:
        """Press an action on the page of a visit and wait until the server has it."""
        self.press_for_command(self.page.get_by_role("button", name=name, exact=True))

    def decide_in_field(self, name: str) -> None:
        """Choose one of several outcomes on the page of a visit, and say so once more in the sheet."""
        self.page.get_by_role("button", name=name, exact=True).click()
        expect(self.dialog.get_by_text("提交后自己不能再改")).to_be_visible()
        self.confirm(name)

    def press_for_command(self, button: Locator) -> None:
        """Press what sends a command, which the server must take."""
        with self.page.expect_response(re.compile(r"/commands$")) as answer:
            button.click()
        assert answer.value.status == 200, answer.value.text()

    @property
    def dialog(self) -> Locator:
        """The dialog that is open."""
        return self.page.get_by_role("dialog")

    def confirm(self, name: str) -> None:
        """Send the open dialog."""
        self.press_for_command(self.dialog.get_by_role("button", name=name, exact=True))

    def add_photo(self, photo: bytes) -> None:
        """Add a photo in the open dialog."""
        self.dialog.locator("input[type=file]").set_input_files(
            {"name": "visit.jpg", "mimeType": "image/jpeg", "buffer": photo}
        )
        expect(self.dialog.get_by_role("button", name=re.compile("去掉照片"))).to_be_visible()

    def hand_in_drawing(self, name: str, content: bytes, mime: str) -> None:
        """Add a sketch or drawing in the open dialog."""
        self.dialog.locator("input#works-drawing").set_input_files(
            {"name": name, "mimeType": mime, "buffer": content}
        )
        expect(self.dialog.get_by_role("button", name=re.compile("去掉文件"))).to_be_visible()

    def sign_on_glass(self) -> None:
        """Draw the customer's signature in the open dialog."""
        self.draw_on_glass()
        expect(self.dialog.get_by_role("img", name="客户签名，已签")).to_be_visible()

    def draw_on_glass(self) -> None:
        """Draw on the glass of the open dialog."""
        board = self.dialog.locator("canvas")
        board.scroll_into_view_if_needed()
        box = board.bounding_box()
        assert box is not None
        mouse = self.page.mouse
        mouse.move(box["x"] + 40, box["y"] + 40)
        mouse.down()
        for step in range(1, 9):
            mouse.move(box["x"] + 40 + 20 * step, box["y"] + 40 + (30 if step % 2 else 0))
        mouse.up()

    def read_glass(self) -> str:
        """Return what stands on the glass of the open dialog, as a data address."""
        return str(self.dialog.locator("canvas").evaluate("(board) => board.toDataURL()"))
