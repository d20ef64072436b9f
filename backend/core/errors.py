"""Errors that reach a client: a stable code, an HTTP status, and the body of RFC 9457 made from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from backend.core.error_texts import ERROR_TEXTS, FIELD_TEXTS

# A code without a sentence of its own, such as that of a new guard, still gets one that fits its status.
_CODE_OF_STATUS = {
    400: "invalid_input",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "file_too_large",
    422: "invalid_input",
    429: "too_many_requests",
    503: "unavailable",
}


class ToldCode(str):
    """A code whose sentence only whoever refuses can write, since it names a sum or a day."""

    __slots__ = ("sentence",)
    sentence: str

    def __new__(cls, code: str, sentence: str) -> ToldCode:
        told = super().__new__(cls, code)
        told.sentence = sentence
        return told


class AppError(Exception):
    """Something that the client must be told.

    ``code`` is stable and clients depend on it; ``http_status`` is the HTTP status; ``fields`` maps the name
    of a form field to the code or sentence of what is wrong with it; ``detail`` names what is meant (a step,
    an item); ``extra`` carries what a client needs to go on, such as the number of an open case. None of
    them may hold personal data, for they are logged.
    """

    def __init__(
        self,
        code: str,
        http_status: int,
        fields: Mapping[str, str] | None = None,
        detail: str = "",
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.http_status = http_status
        self.fields: dict[str, str] = dict(fields or {})
        self.detail = detail
        self.extra: dict[str, Any] = dict(extra or {})


class _FixedStatus(AppError):
    """An AppError whose class settles the status, and the code where none is given."""

    default_code: ClassVar[str]
    default_status: ClassVar[int]

    def __init__(
        self,
        code: str | None = None,
        *,
        fields: Mapping[str, str] | None = None,
        detail: str = "",
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code or self.default_code, self.default_status, fields, detail, extra)


class Invalid(_FixedStatus):
    """422: the input cannot be accepted as it is; ``fields`` says where."""

    default_code, default_status = "invalid_input", 422


class Unauthenticated(_FixedStatus):
    """401: nobody is signed in, or the session has ended."""

    default_code, default_status = "not_signed_in", 401


class Forbidden(_FixedStatus):
    """403: the position does not allow this action. A foreign object is NotFound instead (law 11)."""

    default_code, default_status = "forbidden", 403


class NotFound(_FixedStatus):
    """404: the object is missing, or belongs to someone else; the two must look the same (law 11)."""

    default_code, default_status = "not_found", 404


class Conflict(_FixedStatus):
    """409: the object is in a state in which this cannot be done."""

    default_code, default_status = "conflict", 409


class TooMany(_FixedStatus):
    """429: too many tries in too short a time."""

    default_code, default_status = "too_many_requests", 429


class Unavailable(_FixedStatus):
    """503: something this depends on does not answer; trying again later may work."""

    default_code, default_status = "unavailable", 503


def code_of_status(status: int) -> str:
    """Return the code for an error that has no more than its HTTP status."""
    other = "invalid_input" if 400 <= status < 500 else "internal_error"
    return _CODE_OF_STATUS.get(status, other)


def sentence_for(code: str, status: int) -> str:
    """Return the Chinese sentence for ``code``, or one that fits the HTTP ``status`` where it has none."""
    if isinstance(code, ToldCode):
        return code.sentence
    return ERROR_TEXTS.get(code) or ERROR_TEXTS[code_of_status(status)]


def problem(
    code: str,
    status: int,
    *,
    detail: str = "",
    fields: Mapping[str, str] | None = None,
    request_id: str = "",
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the ``application/problem+json`` body of RFC 9457.

    ``title`` is the sentence to show; ``detail`` is for support, not for the screen. All members are
    always present, so that clients need no special cases.
    """
    return {
        # A reference with a full path, as RFC 9457 advises; it identifies the kind and need not resolve.
        "type": f"/problems/{code}",
        "title": sentence_for(code, status),
        "status": status,
        "code": code,
        "detail": detail,
        "fields": {name: FIELD_TEXTS.get(wrong, wrong) for name, wrong in (fields or {}).items()},
        "request_id": request_id,
        "extra": dict(extra or {}),
    }


def problem_of(error: AppError, request_id: str = "") -> dict[str, Any]:
    """Return the problem body of ``error``."""
    return problem(
        error.code,
        error.http_status,
        detail=error.detail,
        fields=error.fields,
        request_id=request_id,
        extra=error.extra,
    )
