"""What watches every exchange of these tests can fail, and no entry of its list is out of date."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook
from werkzeug.test import EnvironBuilder, TestResponse

from tests.api.conftest import pytest_runtest_makereport
from tests.api.document import Document
from tests.api.leaks import DOOR, ID_NUMBER, PHONE, find_kinds, find_leaks
from tests.api.rights import RIGHTS

NUMBER, MOBILE = "110101199003077758", "13812345678"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="session")
def document(app: Flask) -> Document:
    return Document(app)


def make_answer(
    path: str, body: Any, method: str = "GET", status: int = 200, kind: str = "application/json"
) -> TestResponse:
    """Return an answer as a client would get it, without asking the application."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked = EnvironBuilder(path, method=method).get_request()
    return TestResponse([content], str(status), {"Content-Type": kind}, asked)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"身份证 {NUMBER}。", {ID_NUMBER}),
        ("11010519491231002x", {ID_NUMBER}),
        (f"打 {MOBILE} 找她", {PHONE}),
        ("+86 138-1234-5678", {PHONE}),
        ("历下区文化路阳光小区3幢2单元501", {DOOR}),
        ("3号楼 1201室", {DOOR}),
        ("5栋,0302", {DOOR}),
        ("110*************58、138****5678、阳光小区****", set()),
        # A wrong check digit, a case's and an account's number, a moment, a token.
        ("110101199003077759 261129361293637 361012345678 1732828955123", set()),
        ("a13812345678b x-13812345678 0.13812345678", set()),
        ("阳光小区3幢2单元、12幢3单元", set()),
    ],
)
def test_what_gives_a_person_away_is_found(text: str, kinds: set[str]) -> None:
    assert find_kinds(text).keys() == kinds


def test_it_is_found_in_json_sheets_papers_and_lists() -> None:
    deep = {"items": [{"told": {"text": f"电话{MOBILE}"}, "address": {"building": "3幢", "door": "501"}}]}
    found = find_leaks(json.dumps(deep).encode(), "application/problem+json")
    assert {(one.kind, one.place) for one in found} == {
        (PHONE, "items.told.text"),
        (DOOR, "items.address.door"),
    }
    masked = {"address": {"building": "3幢", "door": "****"}, "phone": "138****5678"}
    assert find_leaks(json.dumps(masked).encode(), "application/json") == []
    book, file = Workbook(), io.BytesIO()
    book.active.append(["2单元", "501室", NUMBER])
    book.save(file)
    assert {one.kind for one in find_leaks(file.getvalue(), SHEET)} == {ID_NUMBER, DOOR}
    assert [one.kind for one in find_leaks(f"户名,{MOBILE}\r\n".encode(), "text/csv")] == [PHONE]


@pytest.mark.parametrize(
    ("path", "method", "status", "looked", "is_leak"),
    [
        # One's own, and nobody else's; not where it was refused, nor in the address of a request.
        ("/api/v1/me", "GET", 200, False, False),
        ("/api/v1/me", "GET", 409, False, True),
        ("/staff/api/v1/cases/261129361293637", "GET", 200, False, True),
        (f"/api/v1/me?phone={MOBILE}", "GET", 200, False, True),
        # Staff with a look that was written down, and customers never by one.
        ("/staff/api/v1/cases/261129361293637", "GET", 200, True, False),
        ("/staff/api/v1/cases/261129361293637", "GET", 409, True, True),
        ("/api/v1/privacy-notice", "GET", 200, True, True),
    ],
)
def test_who_may_see_it(
    document: Document, path: str, method: str, status: int, looked: bool, is_leak: bool
) -> None:
    answer = make_answer(path, {"phone": MOBILE}, method, status)
    assert bool(document.list_leaks(answer, looked)) is is_leak


def test_a_line_of_the_log_fails_its_test() -> None:
    class Report:
        capstdout, capstderr, outcome, longrepr, passed = f"sent to {MOBILE}", "", "passed", None, True

    hook = pytest_runtest_makereport()
    next(hook)
    with pytest.raises(StopIteration) as ended:
        hook.send(Report())
    assert (ended.value.value.outcome, MOBILE in ended.value.value.longrepr) == ("failed", True)


def test_every_right_names_a_route_that_there_is(app: Flask) -> None:
    routes = {
        f"{method} {re.sub(r'<[^<>]*:', '<', rule.rule).replace('<name>', name)}"
        for name in ("knowledge-rounds", "people")
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    stale = [one.route for one in RIGHTS if not any(re.fullmatch(one.route, route) for route in routes)]
    assert stale == []
