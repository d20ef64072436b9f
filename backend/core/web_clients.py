"""Serves the built web clients: the customer page at /h5/, the staff console at /console/."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from flask import Blueprint, Response, redirect, send_from_directory
from werkzeug.exceptions import NotFound as FileNotThere

from backend.core.callers import Caller, open_to

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_FOREVER = "public, max-age=31536000, immutable"
_NOT_BUILT = "网页还没有生成。请在项目目录运行 make web，完成后刷新本页。"


def make_web_client_routes(customer: Path, console: Path) -> Blueprint:
    """Return the routes that serve the two folders of built files; they may be built after the start."""
    routes = Blueprint("web clients", __name__)

    @routes.get("/")
    @open_to(Caller.ANYONE)
    def go_to_customer_page() -> Response:
        answer = redirect("/h5/")
        return Response(answer.get_data(), answer.status_code, answer.headers)

    @routes.get("/h5/", defaults={"path": "index.html"})
    @routes.get("/h5/<path:path>")
    @open_to(Caller.ANYONE)
    def serve_customer_page(path: str) -> Response:
        return _serve(customer, path)

    @routes.get("/console/", defaults={"path": "index.html"})
    @routes.get("/console/<path:path>")
    @open_to(Caller.ANYONE)
    def serve_console(path: str) -> Response:
        return _serve(console, path)

    return routes


def _serve(folder: Path, path: str) -> Response:
    if not (folder / "index.html").is_file():
        return Response(_NOT_BUILT, 404, content_type="text/plain; charset=utf-8")
    try:
        answer = send_from_directory(folder, path)
    except FileNotThere:
        # An address inside the client, such as /console/cases/…, is the client's own to understand.
        if "." in path.rsplit("/", 1)[-1]:
            raise
        path = "index.html"
        answer = send_from_directory(folder, path)
    # The build puts a hash into the name of everything under assets/; the rest is asked for again each time.
    answer.headers["Cache-Control"] = _FOREVER if path.startswith("assets/") else "no-cache"
    if path.endswith(".html"):
        answer.headers["Content-Security-Policy"] = _make_policy((folder / path).read_text(encoding="utf-8"))
        answer.headers["Referrer-Policy"] = "same-origin"
        answer.headers["Permissions-Policy"] = "geolocation=(self), camera=(self), microphone=()"
    return answer


def _make_policy(page: str) -> str:
    """Return a policy that allows this origin alone, and of inline scripts only those in ``page`` itself.

    Styles may stand inline, since the component libraries of both clients set them on elements.
    """
    hashes = [
        "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"
        for script in _INLINE_SCRIPT.findall(page)
    ]
    parts = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *hashes]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "connect-src": "'self'",
        "frame-src": "'self' blob:",
        "object-src": "'self'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in parts.items())
