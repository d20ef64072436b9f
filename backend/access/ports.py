"""What signing customers in needs from outside. Access lies below the components that hold the adapters, so
it names only what it uses, and the composition root passes the adapters in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class WechatPerson(Protocol):
    """Who signed in at WeChat."""

    @property
    def appid(self) -> str:
        """The mini-program or official account that knows the person."""

    @property
    def openid(self) -> str:
        """The person under this appid."""

    @property
    def unionid(self) -> str | None:
        """The person under all appids of one owner, where WeChat tells it."""


class WechatPort(Protocol):
    """WeChat's sign-in. Every exchange raises the two errors that come with the port in WechatOffer."""

    def exchange_mini_code(self, code: str) -> WechatPerson:
        """Return who stands behind the code of ``wx.login``."""

    def make_authorize_url(self, redirect_uri: str, state: str) -> str:
        """Return the address at which the official account asks for authorisation."""

    def exchange_web_code(self, code: str) -> WechatPerson:
        """Return who stands behind the code of a web authorisation."""

    def find_phone_number(self, code: str) -> str:
        """Return the phone number behind the code of the mini-program's phone button."""


@dataclass(frozen=True, slots=True)
class WechatOffer:
    """The port with its errors, and which of its two doors are set up in this deployment."""

    port: WechatPort
    code_invalid: type[Exception]
    platform_unavailable: type[Exception]
    mini: bool = True
    official: bool = True


class SendOutcome(Protocol):
    """What became of a message: ``sent``, ``refused`` or ``unknown``."""

    @property
    def state(self) -> str:
        """The state in the outbox's words."""


class SmsPort(Protocol):
    """Sends a text message by an approved template."""

    def send(self, phone: str, template_id: str, params: list[str]) -> SendOutcome:
        """Send to ``phone`` (11 digits); never raises for what the platform answers."""
