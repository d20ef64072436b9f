"""Is this process alive, can it work, and how is it doing."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, jsonify, request
from redis import Redis, RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from backend.core.callers import Caller, open_to
from backend.core.database import db
from backend.core.errors import NotFound
from backend.core.metrics import CONTENT_TYPE, render_metrics
from backend.core.setting_values import is_loopback

_log = structlog.get_logger(__name__)


def make_health_routes(redis: Redis, shared_metrics: str | None) -> Blueprint:
    """Return the routes /healthz, /readyz and /metrics; ``shared_metrics`` is the web processes' folder."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    @open_to(Caller.ANYONE)
    def tell_alive() -> Response:
        return jsonify(status="ok")

    @routes.get("/readyz")
    @open_to(Caller.ANYONE)
    def tell_ready() -> tuple[Response, int]:
        state = {"database": _reach_database(), "queue": _reach_queue(redis)}
        return jsonify(state), 200 if all(one == "ok" for one in state.values()) else 503

    @routes.get("/metrics")
    @open_to(Caller.OPERATOR)
    def tell_metrics() -> Response:
        # Only a collector on this machine may read it; what a proxy brings in comes from elsewhere.
        forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
        if forwarded or not is_loopback(request.remote_addr or ""):
            raise NotFound
        return Response(render_metrics(shared_metrics), content_type=CONTENT_TYPE)

    return routes


def _reach_database() -> str:
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        # The message of the driver may hold the address with its password.
        _log.warning("database out of reach", error=type(error).__name__)
        return "unreachable"
    return "ok"


def _reach_queue(redis: Redis) -> str:
    try:
        redis.ping()
    except RedisError as error:
        _log.warning("queue out of reach", error=type(error).__name__)
        return "unreachable"
    return "ok"
