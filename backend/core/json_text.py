"""JSON as text, several times faster than by the standard library, for what every command writes down."""

from __future__ import annotations

import json

import orjson


def dump_json(value: object) -> str:
    """Return ``value`` as JSON; what the fast writer does not know, the other writes or refuses."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return json.dumps(value)
