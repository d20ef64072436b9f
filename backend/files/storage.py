"""Where the content of files lies: the port, and the form of its keys."""

from __future__ import annotations

import re
from typing import Protocol

_KEY = re.compile(r"[A-Za-z0-9_-]{2,100}\.[a-z]{1,20}")


class ContentMissing(Exception):
    """Nothing is stored under this key."""


class StorageFailed(Exception):
    """The storage did not do it, or it is unknown whether it did; trying again later may work."""


class FileStorage(Protocol):
    """Keeps contents under keys of the form ``<token>.<variant>``. Contents are not changed, only replaced
    whole: a reader gets the old one or the new one. All methods raise ValueError for another key and
    StorageFailed where the storage is out of reach."""

    def put(self, key: str, content: bytes) -> None:
        """Keep ``content`` under ``key``; a failure leaves what was there before."""

    def get(self, key: str) -> bytes:
        """Return the content; raises ContentMissing."""

    def delete(self, key: str) -> None:
        """Remove the content; nothing happens where there is none."""

    def exists(self, key: str) -> bool:
        """Tell whether there is a content under ``key``."""


def check_key(key: str) -> str:
    """Return ``key``; raises ValueError for one that could mean another place."""
    if _KEY.fullmatch(key) is None:
        raise ValueError("not a key of the file storage")
    return key
