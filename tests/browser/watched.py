"""Pages that are listened to: errors on the console, requests to other hosts, and accessibility."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from tests.browser.stage import ROOT

AXE = ROOT / "web" / "console" / "node_modules" / "axe-core" / "axe.min.js"
LOCAL = frozenset({"127.0.0.1", "localhost"})
# Chromium writes each refused request to the console. Those that a screen counts on are looked at as answers.
REFUSED = "Failed to load resource: the server responded with a status of"
# uni-app says this whenever its own guess at "somebody touches" is late; the chooser opens all the same.
GUESSED = "文件选择器对话框只能在由用户激活时显示"
# What Chromium writes where the line was cut on purpose, and the framework of a picture that it wants early.
CUT_OFF = (
    "Failed to load resource: net::ERR_INTERNET_DISCONNECTED",
    "Couldn't load preload assets",
)
PLACE = {"latitude": 36.668, "longitude": 117.021}


class Watched:
    """Opens pages in contexts of their own; ``complaints`` holds what went wrong in any of them."""

    def __init__(self, browser: Browser, url: str, screenshots: Path) -> None:
        self._browser, self._url, self._screenshots = browser, url, screenshots
        self._contexts: list[BrowserContext] = []
        self._expected: set[str] = set()
        self._cut_off: set[BrowserContext] = set()
        self.complaints: list[str] = []

    def expect_refusals(self, *codes: str) -> None:
        """Say which stable codes of refusals belong to the story."""
        self._expected.update(codes)

    def open(self, viewport: tuple[int, int], path: str, user_agent: str | None = None) -> Page:
        """Return a new page at ``path``, as somebody's own device."""
        width, height = viewport
        is_phone = width < 700
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=is_phone,
            # Else axe may look at a colour that is just changing into another.
            reduced_motion="reduce",
            user_agent=user_agent,
            geolocation=PLACE,
            permissions=["geolocation"],
        )
        context.set_default_timeout(15_000)
        # A page's files come slowly while another process of the tests builds the clients on the same cores.
        context.set_default_navigation_timeout(60_000)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.on("request", self._see_request)
        page.on("response", self._see_response)
        page.goto(self._url + path)
        return page

    def cut_line(self, page: Page) -> None:
        """Take the network away from the device that shows the page."""
        self._cut_off.add(page.context)
        page.context.set_offline(True)

    def restore_line(self, page: Page) -> None:
        """Give the device its network back."""
        page.context.set_offline(False)

    def shoot(self, page: Page, name: str) -> None:
        """Keep a picture of what is on the screen, and let axe look at it as well."""
        self._screenshots.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=self._screenshots / f"{name}.png", animations="disabled")
        self.check_access(page, name)

    def check_access(self, page: Page, name: str) -> None:
        """Let axe look at the page; each violation is a complaint."""
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then((result) => result.violations.map("
            "(one) => one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 160)).join(' | ')))"
        )
        self.complaints.extend(f"{name}: {one}" for one in found)

    def close(self) -> None:
        """Close all pages."""
        for context in self._contexts:
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        page = message.page
        was_cut_off = page is not None and page.context in self._cut_off
        expected = (REFUSED, GUESSED, *(CUT_OFF if was_cut_off else ()))
        if message.type in ("error", "warning") and not message.text.startswith(expected):
            self.complaints.append(f"console: {message.text}")

    def _see_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in LOCAL:
            self.complaints.append(f"foreign request: {request.url}")

    def _see_response(self, response: Response) -> None:
        if response.status < 400:
            return
        try:
            code = str(response.json()["code"])
        except Exception:
            code = ""
        if code not in self._expected:
            where = f"{response.request.method} {urlsplit(response.url).path}"
            self.complaints.append(f"refused: {where} {response.status} {code} {response.request.post_data}")
