"""How the text of a setting becomes a value. Every parser raises ValueError on text that is none."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from urllib.parse import urlsplit

KEY_BYTES = 32
_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


def read_text(value: str) -> str:
    """Any text."""
    return value


def make_pattern_reader(pattern: str) -> Callable[[str], str]:
    """Return the parser of text that ``pattern`` matches as a whole."""

    def parse(value: str) -> str:
        if re.fullmatch(pattern, value) is None:
            raise ValueError("does not match")
        return value

    return parse


def make_number_reader(low: int, high: int) -> Callable[[str], int]:
    """Return the parser of whole numbers from ``low`` to ``high``."""

    def parse(value: str) -> int:
        number = int(value)
        if not low <= number <= high:
            raise ValueError("out of range")
        return number

    return parse


def read_flag(value: str) -> bool:
    """True or false, in the usual words."""
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise ValueError("not a flag")


def make_url_reader(*schemes: str) -> Callable[[str], str]:
    """Return the parser of URLs with one of ``schemes``."""

    def parse(value: str) -> str:
        parts = urlsplit(value)
        # A database or queue on a Unix socket has a path and no host, so either of the two will do.
        if parts.scheme not in schemes or not (parts.netloc or parts.path.strip("/")):
            raise ValueError("not such a URL")
        return value

    return parse


def read_web_url(value: str) -> str:
    """A base URL of HTTP, without query; returned without a slash at its end."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("not a base URL")
    # Adapters append paths that begin with a slash.
    return value.rstrip("/")


def read_origin(value: str) -> str:
    """A base URL of HTTP that has no path; returned without a slash at its end."""
    origin = read_web_url(value)
    if urlsplit(origin).path:
        raise ValueError("not an origin")
    return origin


def read_key(value: str) -> bytes:
    """A key of KEY_BYTES in base64."""
    try:
        key = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError("wrong length")
    return key


def read_key_ring(value: str) -> tuple[tuple[int, bytes], ...]:
    """Numbered keys, the last of which encrypts."""
    ring: dict[int, bytes] = {}
    for part in value.split(","):
        number, colon, encoded = part.strip().partition(":")
        if not colon or re.fullmatch(r"[1-9][0-9]{0,8}", number) is None or int(number) in ring:
            raise ValueError("not a key ring")
        ring[int(number)] = read_key(encoded)
    return tuple(ring.items())


def read_named_ids(value: str) -> tuple[tuple[str, str], ...]:
    """Names with an id each."""
    ids: dict[str, str] = {}
    for part in value.split(","):
        name, _, identifier = part.strip().partition(":")
        if re.fullmatch(r"[a-z][a-z_]{0,39}", name) is None or name in ids:
            raise ValueError("not a list of names")
        if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", identifier) is None:
            raise ValueError("not an id")
        ids[name] = identifier
    return tuple(ids.items())


def read_sides(value: str) -> tuple[tuple[str, str], ...]:
    """Names with a side each: master, hall or ask."""
    sides = read_named_ids(value)
    if any(side not in ("master", "hall", "ask") for _, side in sides):
        raise ValueError("not a side")
    return sides


def read_level(value: str) -> str:
    """A level of the log."""
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise ValueError("not a level")
    return value.upper()


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` can be reached from this machine only. Names other than localhost cannot."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
