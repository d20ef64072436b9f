"""Nothing personal and no secret passes to the log, wherever in the event it stands."""

import time
from dataclasses import dataclass
from typing import Any

import pytest
import structlog

from backend.core.redaction import REDACTED, redact, redact_text

OPENID = "oGZUI0egBJY1zhBYw2KhdUfwVJJE"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("客户13812345678来电", "13812345678"),
        ("call +86 138-1234-5678 now", "1234"),
        ("tel:8613812345678", "13812345678"),
        ("１３８１２３４５６７８", "３４５"),
        ("0571-88001234", "88001234"),
        ("证件33010219900101123x。", "19900101"),
        (f"user {OPENID} signed in", OPENID),
        ("GET /cgi-bin?access_token=abc.def&openid=xyz&x=1", "abc.def"),
        ('{"session_key": "tiihtNczf5v6AKRyjwEUhQ=="}', "tiiht"),
        ("password='two words'", "words"),
        ("Authorization: Bearer abcdef123456", "abcdef123456"),
        ("postgresql://hall:hunter2@db/hall", "hunter2"),
    ],
)
def test_texts(text: str, secret: str) -> None:
    assert secret not in redact_text(text)
    assert REDACTED in redact_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "case 261123001123457",
        "2026-11-23T09:00:00+08:00",
        "1764000000000",
        "拨打96602",
        "took 12.5 ms",
        "/ws/v1",
    ],
)
def test_harmless_texts_stay(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize(
    "key",
    [
        "openid",
        "open_id",
        "access_token",
        "refreshToken",
        "PASSWORD",
        "Authorization",
        "customer_phone",
        "id_number",
    ],
)
def test_keys_at_any_depth(key: str) -> None:
    event: dict[str, Any] = {"event": "x", "outer": [{"inner": ({key: "v-1"},)}], key: 7}
    cleaned = redact(None, "info", event)
    assert "v-1" not in str(cleaned)
    assert cleaned[key] == REDACTED


def test_values_of_other_types() -> None:
    @dataclass
    class Customer:
        phone: str

    cleaned = redact(
        None,
        "info",
        {
            "number": 13812345678,
            "raw": b"13812345678",
            "who": Customer("13812345678"),
            "13812345678": 1,
            "n": 5,
        },
    )
    assert "13812345678" not in str(cleaned)
    assert cleaned["n"] == 5
    assert redact(None, "info", {"token": None, "has_token": True}) == {"token": None, "has_token": True}


def test_a_structure_that_contains_itself_ends() -> None:
    loop: list[Any] = ["13812345678"]
    loop.append(loop)
    assert "13812345678" not in str(redact(None, "info", {"loop": loop}))


def test_the_event_given_is_not_changed() -> None:
    event = {"event": "x", "data": {"phone": "13812345678"}}
    redact(None, "info", event)
    assert event["data"] == {"phone": "13812345678"}


def test_tracebacks_pass_as_text() -> None:
    try:
        raise ValueError("no customer with 13812345678")
    except ValueError as error:
        event = structlog.processors.format_exc_info(None, "error", {"event": "x", "exc_info": error})
    cleaned = redact(None, "error", event)
    assert "13812345678" not in cleaned["exception"]
    assert "ValueError" in cleaned["exception"]


@pytest.mark.parametrize("piece", ["a", "o", "a.", "1", "token", "token=", "0571-", "ob-", "86 ", "://"])
def test_long_texts_take_little_time(piece: str) -> None:
    started = time.perf_counter()
    redact_text(piece * 50_000)
    # Quadratic patterns need minutes here; the bound is wide so that a busy machine does not fail the test.
    assert time.perf_counter() - started < 5
