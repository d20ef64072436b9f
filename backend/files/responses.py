"""The answer that carries a file's content: it may be looked at, and nothing in it may act."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

from backend.files.service import OpenedFile

# Should a content ever be taken for a page, it has no origin, no scripts and no addresses to load.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


def answer_content(opened: OpenedFile) -> Response:
    """Return the content inline, kept by this reader's cache alone and no longer than its link is good."""
    response = _answer(opened.content, opened.mime, opened.name)
    response.headers["Cache-Control"] = f"private, max-age={opened.fresh_seconds}, immutable"
    return response


def answer_pdf(content: bytes, name: str) -> Response:
    """Return a PDF that was made for this reader; it is kept nowhere, since it tells everything in full."""
    response = _answer(content, "application/pdf", name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _answer(content: bytes, mime: str, name: str) -> Response:
    response = Response(content, content_type=mime)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name, safe='')}"
    return response
