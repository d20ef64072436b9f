"""What the product asks of an SMS platform."""

from __future__ import annotations

from typing import Protocol

from backend.core.outcomes import SendOutcome

__all__ = ["SendOutcome", "SmsPort", "WecomPort"]


class SmsPort(Protocol):
    """Sends text messages by templates that the platform has approved."""

    def send(self, phone: str, template_id: str, params: list[str]) -> SendOutcome:
        """Send template ``template_id``, filled with ``params`` in their order, to ``phone``.

        ``phone`` is 11 digits, or + and digits. ``platform_id`` is the platform's serial number. Without an
        answer the outcome is unknown. Raises PlatformUnavailable where nothing was sent and it may be tried
        again, and PlatformRefused where the platform refuses our key.
        """


class WecomPort(Protocol):
    """Sends members of staff cards in enterprise WeChat."""

    def send_card(self, userid: str, title: str, text: str, url: str) -> SendOutcome:
        """Send a card that opens ``url`` to the member ``userid``.

        Without an answer the outcome is unknown. Raises PlatformUnavailable where nothing was sent and it
        may be tried again, and PlatformRefused where the platform refuses our key or address.
        """
