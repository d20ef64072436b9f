"""The production application with raw routes beside it: same sign-in, log and metrics, but bare SQL."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request
from sqlalchemy import make_url, text

from backend.core.callers import Caller, open_to
from backend.core.config import load_settings
from backend.core.database import APPLICATION_ROLE, db
from bench.replay import Connections, Recorder, Recording, replay
from miniprogram_api.guard import get_customer
from wsgi import create_app

RAW = "/bench/raw"
_CASE_ID = text("SELECT id FROM service_case WHERE case_no = :case_no")


@dataclass(frozen=True, slots=True)
class Captured:
    """One real request: its SQL, its answer, and the case and caller that stand in the SQL."""

    recording: Recording
    body: bytes
    status: int
    case_no: str
    case_id: int
    customer_id: int | None


class RawRoute:
    """Answers as the production route does, by the SQL that it sent for the first request of this process."""

    def __init__(self, app: Flask, recorder: Recorder, connections: Connections) -> None:
        self._app = app
        self._recorder = recorder
        self._connections = connections
        self._lock = threading.Lock()
        self._captured: Captured | None = None

    def answer(self, real_path: str, case_no: str | None, case_id: int | None) -> Response:
        """Replay for the case given, or for a new one."""
        captured = self._captured
        if captured is None:
            # The first request is a real one, so there is nothing left to do.
            return _answer(self._capture(real_path))
        # A number that the production never draws, so that neither side takes the other's.
        fresh_no = f"9{secrets.randbelow(10**14):014d}"
        known: dict[Any, Any] = {captured.case_no: case_no or fresh_no}
        if case_id is not None:
            known[captured.case_id] = case_id
        if captured.customer_id is not None:
            known[captured.customer_id] = get_customer().customer_id
        replay(captured.recording, self._connections, known, captured.case_id)
        return _answer(captured)

    def _capture(self, real_path: str) -> Captured:
        with self._lock:
            self._captured = captured = self._record(real_path)
            return captured

    def _record(self, real_path: str) -> Captured:
        headers = [(key, value) for key, value in request.headers if key != "Content-Length"]
        with self._recorder.record() as recording:
            answered = self._app.test_client(use_cookies=False).open(
                real_path, method=request.method, headers=headers, data=request.get_data()
            )
        if answered.status_code >= 300:
            raise RuntimeError(f"{answered.status_code}: {answered.get_data(as_text=True)}")
        case_no = json.loads(answered.data)["case_no"]
        with db.engine.connect() as connection:
            case_id = connection.execute(_CASE_ID, {"case_no": case_no}).scalar_one()
        customer = get_customer().customer_id if "Authorization" in request.headers else None
        return Captured(recording, answered.data, answered.status_code, case_no, case_id, customer)


def _answer(captured: Captured) -> Response:
    return Response(captured.body, captured.status, content_type="application/json")


def create_bench_app() -> Flask:
    """Return the application of ``wsgi`` for the environment's settings, with the raw routes added."""
    settings = load_settings(os.environ)
    app = create_app(settings)
    with app.app_context():
        recorder = Recorder(db.engine)
    address = make_url(settings.database_url)
    connections = Connections(
        f"dbname={address.database} host={address.query['host']} user={address.username}",
        settings.pool_size,
        APPLICATION_ROLE,
    )
    # Registered last, so it runs after the guards.
    app.before_request(recorder.begin)

    def make_route() -> RawRoute:
        return RawRoute(app, recorder, connections)

    submit, read, review = make_route(), make_route(), make_route()

    def raw_submit() -> Response:
        return submit.answer("/api/v1/applications", None, None)

    def raw_read(case_no: str, case_id: int) -> Response:
        return read.answer(f"/api/v1/cases/{case_no}", case_no, case_id)

    def raw_review(case_no: str, case_id: int) -> Response:
        return review.answer(f"/staff/api/v1/cases/{case_no}/commands", case_no, case_id)

    _add(app, f"{RAW}/submit", "POST", Caller.CUSTOMER, raw_submit)
    _add(app, f"{RAW}/read/<case_no>/<int:case_id>", "GET", Caller.CUSTOMER, raw_read)
    _add(app, f"{RAW}/review/<case_no>/<int:case_id>", "POST", Caller.STAFF, raw_review)
    return app


def _add(app: Flask, rule: str, method: str, caller: Caller, view: Callable[..., Response]) -> None:
    app.add_url_rule(rule, view.__name__, open_to(caller)(view), methods=[method])
