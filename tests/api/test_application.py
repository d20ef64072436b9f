"""What every request gets, whatever its route: id, log line, measurement, problem details, readiness."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.core.callers import Caller, CallerUndeclared, list_callers, open_to
from backend.core.config import Settings
from backend.core.database import db
from backend.core.errors import Conflict
from backend.core.http import install_http
from wsgi import create_app


def test_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"database": "ok", "queue": "ok"})


def test_not_ready_without_servers(settings: Settings) -> None:
    lost = replace(
        settings,
        redis_url="redis://127.0.0.1:1/0",
        database_url="postgresql+psycopg://hall:hidden-word@127.0.0.1:1/hall",
    )
    app = create_app(lost)
    asked = app.test_client().get("/api/v1/areas")
    assert (asked.status_code, json.loads(asked.text)["code"]) == (503, "database_unavailable")
    assert int(asked.headers["Retry-After"]) > 0
    assert "hidden-word" not in asked.text
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"database": "unreachable", "queue": "unreachable"}
    assert app.test_client().get("/healthz").status_code == 200
    with app.app_context():
        db.engine.dispose()


def test_metrics_are_for_this_machine_only(client: FlaskClient) -> None:
    client.get("/healthz")
    text = client.get("/metrics").text
    assert 'hall_request_seconds_count{method="GET",route="/healthz",status="200"}' in text
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404


def test_metrics_of_all_web_processes_come_from_the_folder_that_the_settings_name(
    settings: Settings, tmp_path: Path
) -> None:
    # As another process of the web server would have written it, which the library asks at its first import.
    measured = (
        "import backend.core.metrics as m; m.REQUEST_SECONDS.labels('GET', '/elsewhere', '200').observe(1)"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", measured], env=environment, check=True)
    app = create_app(replace(settings, prometheus_multiproc_dir=str(tmp_path)))
    assert 'route="/elsewhere"' in app.test_client().get("/metrics").text
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/nothing/here", 404, "not_found"), ("POST", "/healthz", 405, "method_not_allowed")],
)
def test_problem_details(client: FlaskClient, method: str, path: str, status: int, code: str) -> None:
    answer = client.open(path, method=method, headers={"X-Request-Id": "from-the-proxy-1"})
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json; charset=utf-8"
    body = json.loads(answer.text)
    assert (body["code"], body["status"], body["request_id"]) == (code, status, "from-the-proxy-1")
    assert body["title"].endswith("。")
    assert answer.headers["X-Request-Id"] == "from-the-proxy-1"


def test_a_refused_method_says_which_are_allowed(client: FlaskClient) -> None:
    assert "GET" in client.post("/healthz").headers["Allow"]


def test_a_harmful_request_id_is_replaced(client: FlaskClient) -> None:
    answer = client.get("/healthz", headers={"X-Request-Id": 'x" injected'})
    assert len(answer.headers["X-Request-Id"]) == 32


@pytest.fixture
def faulty() -> Flask:
    """Return an application whose routes fail in the two ways there are."""
    app = Flask("faulty", static_folder=None)
    install_http(app)

    @app.get("/refused")
    @open_to(Caller.ANYONE)
    def refuse() -> str:
        raise Conflict("stale_version", detail="review")

    @app.get("/broken")
    @open_to(Caller.ANYONE)
    def fail() -> str:
        raise RuntimeError("the customer's phone is 13800138000")

    return app


def test_errors_of_ours_and_others(faulty: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    answer = faulty.test_client().get("/refused")
    assert (answer.status_code, json.loads(answer.text)["code"]) == (409, "stale_version")
    answer = faulty.test_client().get("/broken")
    assert (answer.status_code, json.loads(answer.text)["code"]) == (500, "internal_error")
    assert "RuntimeError" not in answer.text


def test_logs_are_json_with_the_request_id_and_without_personal_data(
    settings: Settings, faulty: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    # Configured anew, so that the lines go to the stream this test can read.
    create_app(settings)
    faulty.test_client().get("/broken?phone=13800138000", headers={"X-Request-Id": "seen-in-logs"})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [failed] = [one for one in lines if one["event"] == "unexpected error"]
    [done] = [one for one in lines if one["event"] == "request"]
    assert failed["request_id"] == done["request_id"] == "seen-in-logs"
    assert "RuntimeError" in failed["exception"]
    assert (done["route"], done["status"]) == ("/broken", 500)
    assert "13800138000" not in json.dumps(lines)


def test_a_silent_route_stops_the_start(app: Flask, faulty: Flask) -> None:
    assert set(list_callers(app)) >= {"/healthz", "/readyz", "/metrics"}
    faulty.add_url_rule("/silent", view_func=lambda: "nobody said who may call this")
    with pytest.raises(CallerUndeclared, match="/silent"):
        list_callers(faulty)
