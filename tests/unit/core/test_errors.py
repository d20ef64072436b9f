"""Every code has a sentence that a person can act on, and every error makes the same body."""

import subprocess
import sys

import pytest

from backend.cases.errors import RefusalCode
from backend.core.error_texts import ERROR_TEXTS
from backend.core.errors import (
    AppError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
    problem,
    problem_of,
)


@pytest.mark.parametrize("code", list(RefusalCode))
def test_every_refusal_of_the_engine_has_a_sentence(code: RefusalCode) -> None:
    assert code.value in ERROR_TEXTS


@pytest.mark.parametrize(("code", "text"), list(ERROR_TEXTS.items()))
def test_sentences_say_more_than_that_something_failed(code: str, text: str) -> None:
    assert text.endswith("。")
    assert len(text) >= 12
    assert "系统异常" not in text
    assert code not in text


def test_no_sentence_is_used_twice() -> None:
    assert len(set(ERROR_TEXTS.values())) == len(ERROR_TEXTS)


def test_core_does_not_import_cases() -> None:
    # A fresh interpreter, because this module has imported cases already.
    program = "import sys, backend.core.errors; sys.exit('backend.cases' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Invalid(), 422),
        (Unauthenticated(), 401),
        (Forbidden(), 403),
        (NotFound(), 404),
        (Conflict(), 409),
        (TooMany(), 429),
        (Unavailable(), 503),
    ],
)
def test_defaults_of_the_subclasses(error: AppError, status: int) -> None:
    assert error.http_status == status
    assert error.code in ERROR_TEXTS


def test_body() -> None:
    error = Conflict("stale_version", fields={"phone": "invalid"}, detail="review")
    assert problem_of(error, "r-1") == {
        "type": "/problems/stale_version",
        "title": "刚刚有人先一步处理了这件申请，请刷新后再看。",
        "status": 409,
        "code": "stale_version",
        "detail": "review",
        "fields": {"phone": "这一项填得不对，请核对后重填。"},
        "request_id": "r-1",
        "extra": {},
    }


@pytest.mark.parametrize(
    ("status", "like"), [(409, "conflict"), (418, "invalid_input"), (500, "internal_error")]
)
def test_code_without_sentence_gets_one_that_fits_its_status(status: int, like: str) -> None:
    body = problem("some_new_guard", status)
    assert body["code"] == "some_new_guard"
    assert body["title"] == ERROR_TEXTS[like]
