"""The OpenAPI 3.1 document at /api/openapi.json and a page for it that loads nothing from outside."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask
from flask_smorest import Api
from flask_swagger_ui import get_swaggerui_blueprint

from backend.core.callers import Caller, open_to

DOCUMENT_PATH = "/api/openapi.json"
PAGE_PATH = "/api/docs"


class _Api(Api):  # type: ignore[misc]
    """The library's own error bodies stay away: ``backend/core/http`` answers with problem details."""

    def _register_error_handlers(self) -> None:
        pass


def install_openapi(app: Flask) -> Api:
    """Add the document and its page, and return the object that blueprints are registered on."""
    app.config.update(
        API_TITLE="网上服务大厅",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = _Api(app)
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


def _as_function(view: Callable[..., Any]) -> Callable[..., Any]:
    """A bound method takes no mark, a function does."""

    @wraps(view)
    def answer(*args: object, **more: object) -> object:
        return view(*args, **more)

    return answer
