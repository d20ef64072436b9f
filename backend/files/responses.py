"""The answer that carries a file's content: it may be looked at, and nothing in it may act."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

from backend.files.service import OpenedFile

# Should a content ever be taken for a page, it has no origin, no scripts and no addresses to load.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


def answer_content(opened: OpenedFile) -> Response:
    """Return the content inline, kept by this reader's cache alone and no longer than its link is good."""
    response = Response(opened.content, content_type=opened.mime)
    response.headers["Cache-Control"] = f"private, max-age={opened.fresh_seconds}, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(opened.name, safe='')}"
    return response
