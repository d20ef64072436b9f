"""What is kept of a message under seal: its text, and the words of the text message where there is one."""

from __future__ import annotations

import json
from typing import Final

from backend.core.encryption import KeyRing

TEXT_CONTEXT: Final = "notification.text"
# A message's own text never begins so.
_BOTH: Final = '{"text": '


def seal_text(keys: KeyRing, text: str, sms: str | None) -> str:
    """Return both under one seal."""
    body = text if sms is None else json.dumps({"text": text, "sms": sms}, ensure_ascii=False)
    return keys.encrypt(body, TEXT_CONTEXT)


def open_text(keys: KeyRing, sealed: str) -> tuple[str, str | None]:
    """Return the text and the words of the text message; earlier messages have the text alone."""
    body = keys.decrypt(sealed, TEXT_CONTEXT)
    if not body.startswith(_BOTH):
        return body, None
    both = json.loads(body)
    return both["text"], both["sms"]
