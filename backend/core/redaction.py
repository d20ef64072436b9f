"""The last gate before a log line is written: no phone, ID number, openid, token or password passes it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from structlog.types import EventDict

REDACTED = "[redacted]"
_DEEPEST = 12
_SECRET_WORDS = (
    "openid", "unionid", "token", "password", "passwd", "secret", "authorization", "cookie", "sessionkey",
    "apikey", "jscode", "smscode", "phone", "mobile", "idnumber", "idcard", "idno", "encryptionkeys",
    "blindindexkey", "mapkey",
)  # fmt: skip
# Too short to be looked for inside other words.
_SECRET_KEYS = frozenset({"pwd", "tel"})

_DIGIT = "[0-9０-９]"
# No pattern may take time that grows with the square of a long text, for log lines can hold whole bodies.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {REDACTED}"),
    # Query strings, JSON and reprs inside a text: access_token=…, "openid": "…", password='…'.
    (
        re.compile(
            r"(?i)((?:token|secret|passw(?:or)?d|pwd|openid|unionid|session_?key|api_?key|js_?code))"
            r"""(\\?["']?\s*[=:]\s*)(?:\\?"[^"]*"|\\?'[^']*'|[^\s&"',;)}\]]+)"""
        ),
        rf"\1\2{REDACTED}",
    ),
    # Passwords in URLs of databases and queues.
    (re.compile(r"(?i)(\b[a-z][a-z0-9+.-]{0,20}://[^\s:/@]*):[^\s/@]+@"), rf"\1:{REDACTED}@"),
    # An ID number of 18 characters. The old form of 15 digits is out of use and looks like a case number.
    (
        re.compile(
            rf"(?<!\d)[1-9１-９]{_DIGIT}{{5}}[12１２][890８９０]{_DIGIT}{{2}}[01０１]{_DIGIT}"
            rf"[0-3０-３]{_DIGIT}{_DIGIT}{{3}}[0-9０-９XxＸｘ](?![\dXx])"
        ),
        REDACTED,
    ),
    # Mobile numbers, with or without country code and grouping.
    (
        re.compile(
            rf"(?<!\d)(?:(?:\+|00)?86[-\s]?)?[1１][3-9３-９]{_DIGIT}[-\s]?{_DIGIT}{{4}}[-\s]?{_DIGIT}{{4}}(?!\d)"
        ),
        REDACTED,
    ),
    # Landlines, only with their hyphen or space: without it too many other numbers look alike.
    (re.compile(rf"(?<![\d-])0{_DIGIT}{{2,3}}[-\s]{_DIGIT}{{7,8}}(?![\d-])"), REDACTED),
    # WeChat's openid and unionid have 28 characters and begin with o.
    (re.compile(r"(?<![A-Za-z0-9_-])o(?=[a-z0-9_-]*[A-Z])[A-Za-z0-9_-]{27}(?![A-Za-z0-9_-])"), REDACTED),
)


def redact(logger: object, method_name: str, event_dict: EventDict) -> EventDict:
    """Structlog processor: return the event without secrets and personal data, at any depth.

    It belongs after ``format_exc_info`` and directly before the renderer, so that tracebacks pass it as text.
    """
    return {
        _redact_text(str(key)): value if key == "exc_info" else _redact_entry(key, value, 0)
        for key, value in event_dict.items()
    }


def redact_text(text: str) -> str:
    """Return ``text`` with phones, ID numbers, openids, tokens and passwords replaced."""
    return _redact_text(text)


def _redact_text(text: str) -> str:
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def _is_secret(key: object) -> bool:
    plain = re.sub(r"[^a-z]", "", str(key).lower())
    return plain in _SECRET_KEYS or any(word in plain for word in _SECRET_WORDS)


def _redact_entry(key: object, value: object, depth: int) -> object:
    # None and truth values tell nobody anything, and "token: None" is what one looks for in a log.
    if _is_secret(key) and value is not None and not isinstance(value, bool):
        return REDACTED
    return _redact_value(value, depth)


def _redact_value(value: object, depth: int) -> object:
    if isinstance(value, bytes | bytearray):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        return _redact_text(value)
    if depth >= _DEEPEST:
        # A structure that contains itself must not hang the log, and nothing unchecked may pass.
        return REDACTED
    if isinstance(value, Mapping):
        return {
            _redact_text(key) if isinstance(key, str) else _redact_value(key, depth + 1): _redact_entry(
                key, one, depth + 1
            )
            for key, one in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        # Named tuples and sets come out as plain lists, which is all that a log line needs.
        cleaned = [_redact_value(one, depth + 1) for one in value]
        return tuple(cleaned) if type(value) is tuple else cleaned
    # Numbers and foreign objects are judged by what a renderer would print; harmless ones stay as they are.
    shown = repr(value)
    cleaned_text = _redact_text(shown)
    return value if cleaned_text == shown else cleaned_text
