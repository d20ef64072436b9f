"""Limits per address of the caller, counted in Redis, and in each process alone while Redis is away."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address


def make_limiter(app: Flask, redis_url: str) -> Limiter:
    """Return the limiter whose ``limit`` decorates single routes; it refuses with ``too_many_requests``."""
    # The library knows a socket in the file system only under this name.
    address = f"redis+{redis_url}" if redis_url.startswith("unix:") else redis_url
    return Limiter(
        get_remote_address,
        app=app,
        storage_uri=address,
        # A queue that is slow or away must not hold up a sign-in.
        storage_options={"socket_timeout": 1, "socket_connect_timeout": 1},
        in_memory_fallback_enabled=True,
        # A limit is per deployment; the bare names of routes alone could meet another application's.
        key_prefix="hall",
    )
