"""What the product asks of WeChat. All shapes are ours; nothing of the vendor's shows through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from backend.core.errors import Invalid
from backend.core.outcomes import SendOutcome


class CodeInvalid(Invalid):
    """422: the one-time code is wrong, used up or too old; the person must begin the sign-in anew."""

    default_code = "wechat_code_invalid"


@dataclass(frozen=True)
class WechatPerson:
    """Somebody as one app sees them. ``unionid`` is the same over the apps of one account, if given."""

    appid: str
    openid: str
    unionid: str | None


class WechatPort(Protocol):
    """Calls to WeChat.

    Every method but ``make_authorize_url`` may raise PlatformUnavailable (nothing happened, try again later)
    and PlatformRefused (our set-up is wrong). A code whose answer was lost may be used up; asking again
    with it raises CodeInvalid at worst, so an exchange without an answer is PlatformUnavailable too.
    """

    def exchange_mini_code(self, code: str) -> WechatPerson:
        """Return who signed in to the mini-program with ``code`` of ``wx.login``. May raise CodeInvalid."""

    def make_authorize_url(self, redirect_uri: str, state: str) -> str:
        """Return where the browser must go so that its owner lets the official account know them.

        WeChat comes back to ``redirect_uri`` with ``code`` and ``state`` in the query, before any ``#``.
        Raises PlatformRefused where no official account is set up.
        """

    def exchange_web_code(self, code: str) -> WechatPerson:
        """Return who came back from the authorize page with ``code``. May raise CodeInvalid."""

    def find_phone_number(self, code: str) -> str:
        """Return the number behind ``code`` of the mini-program's phone button, as 11 digits.

        A number from outside the mainland is returned as + and digits. May raise CodeInvalid.
        """

    def send_subscribe_message(
        self, openid: str, template_id: str, page: str, data: dict[str, str]
    ) -> SendOutcome:
        """Send a mini-program subscribe message; ``data`` maps keywords (``thing1``) to texts.

        Each permission given by the person covers one message; without one the outcome is refused, ``43101``.
        ``page`` is a path inside the mini-program, or empty. Without an answer the outcome is unknown.
        """

    def send_template_message(
        self, openid: str, template_id: str, url: str, data: dict[str, str]
    ) -> SendOutcome:
        """Send an official account's template message that opens ``url``; refused (43004) to non-followers.

        Without an answer the outcome is unknown.
        """
