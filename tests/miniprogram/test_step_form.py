"""The form of a customer's own step in the compiled mini-program: kept, refused while lacking, handed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from backend.core.local_time import local_date
from tests.browser.stage import Stage
from tests.miniprogram.phone import Phone
from tests.miniprogram.staff import Staff
from tests.miniprogram.test_walk import sign_in, take

USER, OBJECTOR = "zhao", "liu"
# By the number that the person signs in with, the case that the unit begins is theirs.
VALUES: dict[str, Any] = {
    "contact_name": "赵丽华",
    "contact_phone": "13800010006",
    "address": {
        "region": "历下区", "street": "泉城路街道", "community": "明湖花园", "building": "9幢", "unit": "",
        "door": "902", "note": "", "point": None,
    },
}  # fmt: skip
WORDS = "请师傅换了不锈钢软管"


def test_the_mini_program_shows_the_form_of_a_step(
    hall: tuple[Stage, Engine],
    pick_up: Callable[[str], Phone],
    employ: Callable[[str], Staff],
    tmp_path: Path,
) -> None:
    phone = pick_up(USER)
    bind(phone)
    case_no = find_hazard(employ("lead301"), employ("inspector301"), VALUES)
    phone.open(f"/pages/case/index?no={case_no}")
    phone.see("等您整改")
    phone.tap("填表，已整改")
    # The day stands there by itself; the photo is missed before anything is sent.
    phone.see("整改后的照片", "整改日期", str(local_date(datetime.now(UTC)).year))
    phone.type("整改说明", WORDS)
    phone.tap("填好了，已整改")
    phone.see("请至少拍一张整改后的照片")
    phone.back()
    phone.tap("填表，已整改")
    assert phone.read_value("整改说明") == WORDS
    phone.take_photo(take(tmp_path, "hose.jpg", (640, 480)))
    phone.tap("拍照或选图")
    phone.see("1/6 份")
    phone.tap("填好了，已整改")
    phone.see("去预约上门时间")
    assert phone.list_complaints() == [], phone.read_transcript()
    [filled] = [one for one in employ("lead301").read(case_no)["documents"] if one["step"] == "rectify"]
    assert filled["state"] == "filled"


def test_what_is_wrong_with_a_paper_goes_to_who_wrote_it(
    hall: tuple[Stage, Engine], pick_up: Callable[[str], Phone], employ: Callable[[str], Staff]
) -> None:
    phone = pick_up(OBJECTOR)
    bind(phone)
    home = {**VALUES["address"], "door": "903"}
    values = {"contact_name": "刘洋", "contact_phone": "13800010005", "address": home}
    case_no = find_hazard(employ("lead301"), employ("inspector301"), values)
    phone.open(f"/pages/case/index?no={case_no}")
    phone.tap("看一看，签字")
    phone.tap("有不对的地方")
    # Nothing said is nothing that could be put right.
    phone.tap("告诉工作人员")
    phone.see("请点一项，或写一句哪里不对")
    phone.tap("内容和说好的不一样")
    phone.type("写一句，应该是怎样", "软管上个月才换过")
    phone.tap("告诉工作人员")
    # Said and kept, and it can still be signed.
    phone.see("您已提出异议，工作人员会给您答复", "软管上个月才换过", "还有不对的地方", "看过了，确认签字")
    phone.lose("哪里不对？")
    assert phone.list_complaints() == [], phone.read_transcript()
    [told] = employ("inspector301").read(case_no)["objections"]
    assert told["text"] == "内容和说好的不一样。软管上个月才换过"


def bind(phone: Phone) -> None:
    """Sign in and let WeChat give the number: a case that the unit begins with it is this person's."""
    sign_in(phone)
    phone.open("/pages/me/index")
    phone.share_number("绑定微信手机号")
    phone.see("更换手机号")


def find_hazard(lead: Staff, inspector: Staff, values: dict[str, Any]) -> str:
    """Inspect the person's home until the notice asks them to put right what was found."""
    case_no = lead.begin("inspection", values)
    lead.act(case_no, "by_plan", handler="inspector301")
    inspector.fill(case_no, hazards_found=["h36"])
    inspector.act(case_no, "hazard")
    inspector.fill(case_no)
    inspector.act(case_no, "to_customer", reason="胶管老化，请更换")
    return case_no
