"""The built clients are served with their caching and a policy that lets nothing in from outside."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.core.http import install_http
from backend.core.web_clients import make_web_client_routes

INLINE = "document.title = '大厅'"
PAGE = f"<html><head><script>{INLINE}</script><script src='assets/a-1.js'></script></head></html>"


@pytest.fixture
def built(tmp_path: Path) -> FlaskClient:
    """Return a client of an application with a built customer page and an unbuilt console."""
    customer = tmp_path / "中文 h5"
    (customer / "assets").mkdir(parents=True)
    (customer / "index.html").write_text(PAGE, encoding="utf-8")
    (customer / "assets" / "a-1.js").write_text("1")
    (customer / "logo.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("secret")
    app = Flask(__name__, static_folder=None)
    install_http(app)
    app.register_blueprint(make_web_client_routes(customer, tmp_path / "console"))
    return app.test_client()


def get(client: FlaskClient, path: str, headers: dict[str, str] | None = None) -> TestResponse:
    # Buffered, so that the file behind the answer is closed.
    return client.get(path, headers=headers, buffered=True)


def test_the_page_is_fresh_and_runs_only_its_own_scripts(built: FlaskClient) -> None:
    answer = get(built, "/h5/")
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["Cache-Control"] == "no-cache"
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    mark = base64.b64encode(hashlib.sha256(INLINE.encode()).digest()).decode()
    assert policy["script-src"] == f"'self' 'sha256-{mark}'"
    assert policy["default-src"] == "'self'"
    assert "http" not in answer.headers["Content-Security-Policy"]
    unchanged = get(built, "/h5/", headers={"If-None-Match": answer.headers["ETag"]})
    assert unchanged.status_code == 304


def test_files_with_a_hash_in_their_name_stay_in_the_cache(built: FlaskClient) -> None:
    assert get(built, "/h5/assets/a-1.js").headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert get(built, "/h5/logo.svg").headers["Cache-Control"] == "no-cache"


def test_addresses(built: FlaskClient) -> None:
    root = get(built, "/")
    assert (root.status_code, root.headers["Location"]) == (302, "/h5/")
    assert int(root.headers["Content-Length"]) == len(root.data) > 0
    assert get(built, "/h5").status_code == 308
    assert get(built, "/h5/cases/2611").text == PAGE
    for missing in ("/h5/assets/b-2.js", "/h5/../secret.txt", "/h5/%2e%2e/secret.txt"):
        assert get(built, missing).status_code == 404


def test_a_person_at_a_wrong_address_is_led_to_the_hall(built: FlaskClient) -> None:
    wants_page = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = get(built, "/no-such-page", wants_page)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "没有这个页面" in answer.text
    assert 'href="/h5/"' in answer.text
    for path, headers in (("/no-such-page", {"Accept": "*/*"}), ("/api/v1/no-such-thing", wants_page)):
        assert get(built, path, headers).mimetype == "application/problem+json"


def test_an_unbuilt_client_says_what_to_do(built: FlaskClient) -> None:
    answer = get(built, "/console/")
    assert answer.status_code == 404
    assert "make web" in answer.text
