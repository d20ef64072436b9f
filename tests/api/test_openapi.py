"""The OpenAPI document tells every route of the two APIs truly, and its page loads nothing from outside."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import EnvironBuilder, TestResponse

import wsgi
from backend.catalogue.folder import read_folder
from backend.core.callers import Caller, list_callers
from backend.core.openapi import DOCUMENT_PATH, PAGE_PATH, write_document
from tests.api.document import Document

COMMITTED = wsgi.WEB / "openapi.json"
FORM_SCHEMA = Path(wsgi.__file__).parent / "processes" / "schema" / "form.schema.json"


@pytest.fixture(scope="session")
def document(app: Flask) -> Document:
    """Return what every answer is held against."""
    return Document(app)


def make_answer(path: str, body: Any, status: int = 200, kind: str = "application/json") -> TestResponse:
    """Return an answer as a client would get it, without asking the application."""
    asked = EnvironBuilder(path).get_request()
    return TestResponse([json.dumps(body).encode()], str(status), {"Content-Type": kind}, asked)


def test_the_document_tells_every_route(app: Flask, client: FlaskClient) -> None:
    document = client.get(DOCUMENT_PATH).json
    assert document is not None
    assert document["openapi"] == "3.1.0"
    told = set(document["paths"])
    routes = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    assert told == {rule for rule in routes if rule.startswith(("/api/v1", "/staff/api/v1"))}


def test_the_page_loads_nothing_from_outside(client: FlaskClient) -> None:
    page = client.get(f"{PAGE_PATH}/").text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert loaded
    for address in loaded:
        assert "//" not in address
        # A file's answer is closed here as a server would do it.
        with client.get(urljoin(f"{PAGE_PATH}/", address)) as answer:
            assert answer.status_code == 200
    assert '"validatorUrl": null' in page
    assert DOCUMENT_PATH in page


def test_the_committed_document_is_that_of_the_code(app: Flask) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == write_document(app), "renew it with: make types"


def test_the_command_writes_it_without_server_or_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wsgi, "WEB", tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    done = wsgi.create_tools().test_cli_runner().invoke(args=["openapi", "write"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "openapi.json").read_bytes() == COMMITTED.read_bytes()


def test_every_operation_says_what_its_caller_has_to_bring(app: Flask, document: Document) -> None:
    needed = {
        Caller.ANYONE: ([], []),
        Caller.CUSTOMER: (["customerToken"], ["customerToken"]),
        Caller.STAFF: (["staffSession"], ["staffCsrf", "staffSession"]),
    }
    callers = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule): who for rule, who in list_callers(app).items()}
    # One address may be open to different callers by method, such as the sign-in and the session of staff.
    del callers["/staff/api/v1/session"]
    for path, methods in document.body["paths"].items():
        if path not in callers:
            continue
        for method, operation in methods.items():
            if method == "parameters":
                continue
            reading, changing = needed[callers[path]]
            told = [sorted(one) for one in operation["security"]]
            wanted = reading if method == "get" else changing
            assert told == ([wanted] if wanted else []), f"{method} {path}"
    session = document.body["paths"]["/staff/api/v1/session"]
    assert session["post"]["security"] == []
    assert session["delete"]["security"] == [{"staffSession": [], "staffCsrf": []}]


def test_the_document_says_how_callers_prove_who_they_are(document: Document) -> None:
    assert document.body["components"]["securitySchemes"] == {
        "customerToken": {"type": "http", "scheme": "bearer"},
        "staffSession": {"type": "apiKey", "in": "cookie", "name": "__Host-hall_staff"},
        "staffCsrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
    }


@pytest.mark.parametrize(
    "answer",
    [
        make_answer("/api/v1/alarm-advice", {"hotline_number": "96602"}),
        make_answer("/api/v1/alarm-advice", {"hotline_number": "96602", "steps": None}),
        make_answer("/api/v1/alarm-advice", {"hotline_number": "96602", "steps": [], "more": 1}),
        make_answer("/api/v1/alarm-advice", {"hotline_number": "96602", "steps": []}, 201),
        make_answer("/api/v1/alarm-advice", {"code": "not_found"}, 404, "application/problem+json"),
        make_answer("/api/v1/alarm-advice", {}, 404),
        make_answer(
            "/api/v1/drafts",
            {"items": [{"service": "repair", "service_name": "报修", "saved_at": "2026-11-24T08:00:00"}]},
        ),
    ],
    ids=["missing", "null", "unknown", "status", "problem", "kind", "no offset"],
)
def test_an_answer_that_the_document_does_not_know_is_found(document: Document, answer: TestResponse) -> None:
    with pytest.raises(AssertionError, match="/api/v1/"):
        document.check(answer)


def test_a_true_answer_passes(document: Document) -> None:
    document.check(make_answer("/api/v1/alarm-advice", {"hotline_number": "96602", "steps": ["关阀"]}))


def test_a_body_that_was_taken_must_be_what_the_document_asks_for(document: Document) -> None:
    builder = EnvironBuilder("/api/v1/messages/read", method="POST")
    taken = TestResponse([b""], "204", {}, builder.get_request())
    document.check(taken, {"up_to": 3})
    with pytest.raises(AssertionError, match="was sent"):
        document.check(taken, {"up_to": 3, "more": 1})


def test_forms_are_described_as_their_files_are(document: Document) -> None:
    schemas = document.body["components"]["schemas"]
    of_files = json.loads(FORM_SCHEMA.read_text(encoding="utf-8"))
    assert schemas["FormBody"]["properties"].keys() == of_files["properties"].keys()
    for name in ("Field", "Column", "Option"):
        told, kept = schemas[f"Form{name}"], of_files["$defs"][name.lower()]
        assert told["properties"].keys() == kept["properties"].keys()
        assert sorted(told["required"]) == sorted(kept["required"])
        for part in ("type", "personal", "mark"):
            if part in kept["properties"]:
                assert sorted(told["properties"][part]["enum"]) == sorted(kept["properties"][part]["enum"])
    validator = Draft202012Validator({"$ref": "#/components/schemas/FormBody", **document.body})
    for body in read_folder().forms.values():
        validator.validate(body)
