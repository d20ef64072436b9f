"""Codes of platforms: what no table knows is unknown and counted, and the errors say nothing secret."""

from __future__ import annotations

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from backend.core.errors import problem_of
from backend.core.outbound import name_failure, was_never_sent
from backend.core.outcomes import UNKNOWN_CODES, PlatformRefused, PlatformUnavailable, Verdict, judge_code


def test_an_unknown_code_is_counted() -> None:
    before = UNKNOWN_CODES.labels("test")._value.get()
    assert judge_code("test", {0: Verdict.SENT}, 0) is Verdict.SENT
    assert judge_code("test", {0: Verdict.SENT}, 7) is Verdict.UNKNOWN
    assert UNKNOWN_CODES.labels("test")._value.get() == before + 1


@pytest.mark.parametrize(("error", "status"), [(PlatformUnavailable, 503), (PlatformRefused, 502)])
def test_the_errors_have_sentences(error: type[PlatformUnavailable | PlatformRefused], status: int) -> None:
    body = problem_of(error("sms", "not_reached"))
    assert (body["status"], body["detail"]) == (status, "sms not_reached")
    assert "外部服务" in body["title"]


def test_only_a_connection_that_never_stood_counts_as_not_sent() -> None:
    refused = MaxRetryError(None, "/", NewConnectionError(None, "refused"))  # type: ignore[arg-type]
    assert was_never_sent(requests.ConnectionError(refused))
    assert was_never_sent(requests.ConnectTimeout())
    broken = requests.ConnectionError(ProtocolError("Connection aborted."))
    for lost in (broken, requests.ReadTimeout(), requests.exceptions.ChunkedEncodingError(), None):
        assert not was_never_sent(lost)
    assert [name_failure(one) for one in (broken, requests.ReadTimeout())] == ["broken_off", "timeout"]
