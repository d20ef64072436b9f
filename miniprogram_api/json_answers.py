"""Answers that are JSON values already: sent as they are, without a second walk through their schema."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response


def answer_json(body: dict[str, Any], status: int = 200) -> Response:
    """Return ``body`` as JSON; the route's schema documents it, and a test holds the two together."""
    return Response(orjson.dumps(body), status, content_type="application/json")
