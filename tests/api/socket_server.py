"""A web process with the socket alone, for the tests of the socket: customers watch cases of their own id."""

from __future__ import annotations

import os

from flask import Flask
from redis import Redis

from backend.realtime.hub import Hub
from backend.realtime.socket_route import SOCKET_OPTIONS, make_socket_route
from backend.realtime.tickets import SocketCaller, SocketTickets


def find_channels(caller: SocketCaller, topic: str) -> list[str] | None:
    return [topic] if topic.startswith(f"case:{caller.id}-") else None


def create_app() -> Flask:
    redis = Redis.from_url(os.environ["REDIS_URL"])
    app = Flask(__name__, static_folder=None)
    app.config["SOCK_SERVER_OPTIONS"] = SOCKET_OPTIONS
    app.register_blueprint(make_socket_route(Hub(redis), SocketTickets(redis), find_channels))
    return app
