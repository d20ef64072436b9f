"""The OpenAPI 3.1 document at /api/openapi.json and a page for it that loads nothing from outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from pathlib import Path
from typing import Any

import click
from apispec import BasePlugin
from flask import Flask
from flask.cli import AppGroup
from flask_smorest import Api
from flask_swagger_ui import get_swaggerui_blueprint
from marshmallow import Schema, fields
from werkzeug.routing import Rule

from backend.core.callers import Caller, caller_of, open_to

DOCUMENT_PATH = "/api/openapi.json"
PAGE_PATH = "/api/docs"
PROBLEM_TYPE = "application/problem+json"
# How callers prove who they are. Who owns the guard that checks it, tells the document what it looks like.
CUSTOMER_TOKEN = "customerToken"
STAFF_SESSION = "staffSession"
STAFF_CSRF = "staffCsrf"
_SAFE_METHODS = frozenset({"get", "head", "options"})


class ProblemSchema(Schema):
    """What went wrong (RFC 9457): ``title`` and ``fields`` are sentences to show, ``code`` never changes."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, data_key="fields", attribute="fields"
    )
    request_id = fields.String(required=True)
    extra = fields.Dict(keys=fields.String(), required=True)


class _Api(Api):  # type: ignore[misc]
    """The library's own error bodies stay away: ``backend/core/http`` answers with problem details."""

    def _register_error_handlers(self) -> None:
        pass

    def _register_responses(self) -> None:
        content = {PROBLEM_TYPE: {"schema": ProblemSchema}}
        for status in HTTPStatus:
            told = {"description": status.phrase}
            self.spec.components.response(status.name, {**told, "content": content}, lazy=True)
        told = {"description": "What went wrong, with a sentence to show"}
        name = self.DEFAULT_ERROR_RESPONSE_NAME
        self.spec.components.response(name, {**told, "content": content}, lazy=True)


class _CallerPlugin(BasePlugin):
    """Writes into each operation what its declared caller has to bring."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._app = app

    def operation_helper(
        self,
        path: str | None = None,
        operations: dict[str, Any] | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        rule: Rule = kwargs["rule"]
        caller = caller_of(self._app.view_functions[rule.endpoint])
        for method, operation in (operations or {}).items():
            operation["security"] = list_requirements(caller, method)


def list_requirements(caller: Caller | None, method: str) -> list[dict[str, list[str]]]:
    """Return OpenAPI's ``security`` of an operation: one entry, all of which is needed, or none."""
    if caller is Caller.CUSTOMER:
        return [{CUSTOMER_TOKEN: []}]
    if caller is Caller.STAFF:
        needed = [STAFF_SESSION] if method.lower() in _SAFE_METHODS else [STAFF_SESSION, STAFF_CSRF]
        return [{name: [] for name in needed}]
    return []


def install_openapi(app: Flask) -> Api:
    """Add the document and its page, and return the object that blueprints are registered on."""
    app.config.update(
        API_TITLE="网上服务大厅",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = _Api(app, spec_kwargs={"extra_plugins": [_CallerPlugin(app)]})
    api.ma_plugin.converter.add_attribute_function(_write_pattern)
    # The badge of the validator would ask a server outside.
    page = get_swaggerui_blueprint(PAGE_PATH, DOCUMENT_PATH, config={"validatorUrl": None})
    app.register_blueprint(page)
    # These views are the libraries' own, so they are declared here and not where they stand.
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith((DOCUMENT_PATH, PAGE_PATH)):
            app.view_functions[rule.endpoint] = open_to(Caller.ANYONE)(
                _as_function(app.view_functions[rule.endpoint])
            )
    return api


def write_document(app: Flask) -> str:
    """Return ``app``'s document as text in a fixed order: the same routes give the same text."""
    api = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    return json.dumps(api.spec.to_dict(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def make_document_commands(make_app: Callable[[], Flask], document: Path) -> AppGroup:
    """Return ``flask openapi``; its ``write`` renews ``document`` from the routes of the made app."""
    group = AppGroup("openapi", help="The OpenAPI document that the web clients' types are made from.")

    @group.command("write")
    def write() -> None:
        """Write the document anew; no server, database or setting is needed."""
        document.write_text(write_document(make_app()), encoding="utf-8")
        click.echo(f"{document.name} is written.")

    return group


def _write_pattern(_converter: object, _field: object, *, ret: dict[str, Any], **_: object) -> dict[str, str]:
    """Python's marks for both ends of a text mean letters to the regular expressions of OpenAPI."""
    pattern = ret.get("pattern")
    return {} if pattern is None else {"pattern": pattern.replace(r"\A", "^").replace(r"\Z", "$")}


def _as_function(view: Callable[..., Any]) -> Callable[..., Any]:
    """A bound method takes no mark, a function does."""

    @wraps(view)
    def answer(*args: object, **more: object) -> object:
        return view(*args, **more)

    return answer
