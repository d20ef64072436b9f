"""Holds what tests send and get against the OpenAPI document, so that what it says is true."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from sqlalchemy import event
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from backend.access.models import PersonalLook
from backend.core.openapi import write_document
from tests.api.leaks import Leak, find_leaks, is_read
from tests.api.rights import may_ask, may_tell

_NAME = "urn:hall"
_FORMATS = FormatChecker(())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(text: object) -> bool:
    """A moment without its offset could be any of 24."""
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


class Document:
    """The OpenAPI document of an application, asked for what it promises of an answer."""

    def __init__(self, app: Flask) -> None:
        self.body: dict[str, Any] = json.loads(write_document(app))
        self._urls = app.url_map.bind("hall.test")
        self._registry: Registry[Any] = Registry().with_resource(
            _NAME, DRAFT202012.create_resource(self.body)
        )
        # One for each kind of answer, since thousands are held against it.
        self._find_validator = cache(self._make_validator)

    def check(self, answer: TestResponse, sent: object = None) -> None:
        """Fail with AssertionError where the answer is not what the document says.

        What was ``sent`` as JSON has to be what the document asks for where it was taken.
        """
        method, path, status = answer.request.method, answer.request.path, answer.status_code
        place = f"{method} {path} {status}"
        told = self._find_operation(method, path)
        if told is None:
            return
        # A body that no route asks for is left unread.
        if sent is not None and status < 400 and "requestBody" in told:
            asked = told["requestBody"]["content"]["application/json"]["schema"]
            self._compare(f"what was sent to {place}", asked, sent)
        key = str(status)
        assert key in told["responses"] or status >= 400, f"{place} is not in the document"
        declared = self._resolve(told["responses"].get(key) or told["responses"]["default"])
        if "content" not in declared:
            assert answer.get_data() == b"", f"{place} has a body that the document does not know"
            return
        main, _, _ = answer.mimetype.partition("/")
        content = declared["content"].get(answer.mimetype) or declared["content"].get(f"{main}/*")
        assert content is not None, f"{place} is {answer.mimetype}"
        if answer.is_json:
            self._compare(place, content["schema"], json.loads(answer.text))

    def _compare(self, place: str, schema: dict[str, Any], body: object) -> None:
        found = self._find_validator(json.dumps(schema)).iter_errors(body)
        faults = [f"{fault.json_path}: {fault.message}" for fault in found]
        assert not faults, "\n".join([place, *faults])

    def list_leaks(self, answer: TestResponse, has_looked: bool) -> list[Leak]:
        """Return what the answer tells in full to somebody without the right to see it."""
        asked = answer.request
        found = find_leaks(asked.full_path.encode(), "text/plain")
        told = find_leaks(str(answer.headers).encode(), "text/plain")
        if is_read(answer.mimetype):
            told += find_leaks(answer.get_data(), answer.mimetype)
        if not (found or told):
            return []
        route = f"{asked.method} {self._find_rule(asked.method, asked.path)}"
        if may_ask(route):
            found = []
        if answer.status_code >= 400:
            return found + told
        if has_looked and asked.path.startswith("/staff/"):
            return found
        return found + [one for one in told if not may_tell(route, one)]

    def _find_rule(self, method: str, path: str) -> str:
        """Return the route, in which the name of a list stays as it was asked for."""
        rule, given = self._urls.match(path, method, return_rule=True)
        return re.sub(r"<[^<>]*:", "<", rule.rule).replace("<name>", str(given.get("name")))

    def _find_operation(self, method: str, path: str) -> dict[str, Any] | None:
        try:
            rule, _ = self._urls.match(path, method, return_rule=True)
        except HTTPException:
            return None
        told = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        found: dict[str, Any] | None = self.body["paths"].get(told, {}).get(method.lower())
        return found

    def _resolve(self, part: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in part:
            *_, kind, name = part["$ref"].split("/")
            part = self.body["components"][kind][name]
        return part

    def _make_validator(self, schema: str) -> Draft202012Validator:
        # References within the document have to be found from outside of it.
        absolute = schema.replace('"#/', f'"{_NAME}#/')
        return Draft202012Validator(json.loads(absolute), registry=self._registry, format_checker=_FORMATS)


class _Looks:
    """How many looks at personal data were written into the log of looks by this process."""

    count = 0


@event.listens_for(PersonalLook, "after_insert")
def _count_look(*_: object) -> None:
    _Looks.count += 1


class DocumentedClient(FlaskClient):
    """A test's client that stops at what the document does not describe, and at what gives a person away."""

    document: ClassVar[Document]

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        before = _Looks.count
        answer = super().open(*args, **kwargs)
        self.document.check(answer, kwargs.get("json"))
        leaks = self.document.list_leaks(answer, _Looks.count > before)
        place = f"{answer.request.method} {answer.request.path} {answer.status_code}"
        assert not leaks, f"{place} tells what not everybody may see: {leaks}"
        return answer


def watch_answers(app: Flask) -> None:
    """Let all clients of ``app`` hold every exchange against its document."""
    app.test_client_class = type("WatchingClient", (DocumentedClient,), {"document": Document(app)})
