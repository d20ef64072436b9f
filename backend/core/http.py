"""What every request gets: an id, a log line, a measurement, and errors as problem details (RFC 9457)."""

from __future__ import annotations

import json
import re
import time
import uuid

import structlog
from flask import Flask, Response, current_app, g, request
from marshmallow.fields import Field
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from backend.core.callers import Caller, caller_of
from backend.core.errors import AppError, code_of_status, problem, problem_of
from backend.core.metrics import REQUEST_SECONDS
from backend.core.missing_page import MISSING_PAGE, is_asked_by_person
from backend.core.staff_texts import tell_staff

# How long clients had better wait where the database is away.
RETRY_AFTER_SECONDS = 5
REQUEST_ID_HEADER = "X-Request-Id"
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_log = structlog.get_logger(__name__)


def install_http(app: Flask) -> None:
    """Put the request id, the log, the measurement and the error bodies on all of ``app``'s routes."""
    app.before_request(_begin)
    app.after_request(_finish)
    app.register_error_handler(AppError, answer_app_error)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(RecursionError, _answer_too_deep)
    for lost in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(lost, _answer_database_lost)
    app.register_error_handler(Exception, _answer_unexpected)


def _begin() -> None:
    given = request.headers.get(REQUEST_ID_HEADER, "")
    # A foreign id is kept only in a harmless form, since it goes into logs.
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    # The rule and not the path: a path may hold a case number or what somebody typed.
    route = request.url_rule.rule if request.url_rule is not None else "unmatched"
    seconds = time.perf_counter() - g.began
    REQUEST_SECONDS.labels(request.method, route, str(response.status_code)).observe(seconds)
    _log.info(
        "request",
        method=request.method,
        route=route,
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
    )
    response.headers[REQUEST_ID_HEADER] = g.request_id
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


def answer_app_error(error: AppError) -> Response:
    """Return the problem details of ``error``, for where it cannot be raised."""
    body = problem_of(error, g.request_id)
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and caller_of(view) is Caller.STAFF:
        body["title"] = tell_staff(error.code) or body["title"]
    return _as_response(body, error.http_status)


def _answer_http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status == 404 and is_asked_by_person(request):
        return Response(MISSING_PAGE, status, content_type="text/html; charset=utf-8")
    body = problem(code_of_status(status), status, fields=_list_field_faults(error), request_id=g.request_id)
    response = _as_response(body, status)
    # Such headers as Allow and Retry-After belong to the answer, its HTML body does not.
    for name, value in error.get_headers(request.environ):
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _list_field_faults(error: HTTPException) -> dict[str, str]:
    """Return field → code from what webargs hangs on its error: ``{"json": {field: [message, …]}}``."""
    messages = getattr(error, "data", {}).get("messages", {})
    faults: dict[str, str] = {}
    for place in messages.values() if isinstance(messages, dict) else ():
        for name, said in place.items() if isinstance(place, dict) else ():
            missing = said == [Field.default_error_messages["required"]]
            faults[str(name)] = "required" if missing else "invalid"
    return faults


def _answer_too_deep(error: RecursionError) -> Response:
    """JSON that is nested without end is the sender's fault; the log still tells, should it be ours."""
    _log.warning("nested too deeply", error=type(error).__name__)
    return _as_response(problem("invalid_input", 400, request_id=g.request_id), 400)


def _answer_database_lost(error: SQLAlchemyError) -> Response:
    """The database is away, or every connection is taken. A client repeats its command as it was."""
    # The message of the driver may hold the address with its password, or what a customer typed.
    _log.error("database out of reach", error=type(error).__name__)
    body = problem("database_unavailable", 503, request_id=g.request_id)
    response = _as_response(body, 503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _answer_unexpected(error: Exception) -> Response:
    _log.exception("unexpected error", error=type(error).__name__)
    return _as_response(problem("internal_error", 500, request_id=g.request_id), 500)


def _as_response(body: dict[str, object], status: int) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status, content_type="application/problem+json; charset=utf-8")
