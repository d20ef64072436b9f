"""Cursors of pages: where the last one ended, in a text that clients hand back unread."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any

from backend.core.errors import Invalid


def write_place(made_for: str, *place: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the cursor of a place in the order that ``made_for`` names."""
    return base64.urlsafe_b64encode(json.dumps([made_for, *place]).encode()).rstrip(b"=").decode()


def read_place(text: str, made_for: str, *read: Callable[[Any], Any]) -> list[Any]:
    """Return the place, each part read by its function; raises Invalid for what no page has given out."""
    try:
        given, *place = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if given != made_for:
            raise ValueError(given)
        return [one(part) for one, part in zip(read, place, strict=True)]
    except (binascii.Error, ValueError, TypeError) as error:
        raise Invalid("cursor_invalid") from error
