"""The web processes of the figure on sockets: the production route, and a bare handler to compare with."""

from __future__ import annotations

import json
import os
import threading

from flask import Flask
from flask_sock import Sock
from redis import Redis
from simple_websocket import ConnectionClosed, Server

from backend.realtime.connection import SEND_TIMEOUT_SECONDS, Connection
from backend.realtime.hints import CHANNEL, read_hints
from backend.realtime.hub import Hub
from backend.realtime.socket_route import PATH, SOCKET_OPTIONS, make_socket_route
from backend.realtime.tickets import SocketTickets

TOPIC = "queue:accept"


def create_production() -> Flask:
    """Return an application with the production route of the socket."""
    app = _make_app()
    redis = Redis.from_url(os.environ["REDIS_URL"])
    app.register_blueprint(make_socket_route(Hub(redis), SocketTickets(redis), lambda caller, topic: [topic]))
    return app


def create_bare() -> Flask:
    """Return an application whose socket tells everybody everything: no tickets, no topics, no hub.

    The bounded queue and the writer of a connection are the production's.
    """
    app = _make_app()
    redis = Redis.from_url(os.environ["REDIS_URL"])
    everybody: set[Connection] = set()
    listening = threading.Event()

    def listen() -> None:
        with redis.pubsub(ignore_subscribe_messages=True) as subscription:  # type: ignore[no-untyped-call]
            subscription.subscribe(CHANNEL)
            while True:
                message = subscription.get_message(timeout=1.0)
                for hint in read_hints(message["data"]) if message else ():
                    for connection in tuple(everybody):
                        connection.offer(hint.topic, hint.seq)

    def serve(ws: Server) -> None:
        if not listening.is_set():
            listening.set()
            threading.Thread(target=listen, daemon=True).start()
        ws.sock.settimeout(SEND_TIMEOUT_SECONDS)
        connection = Connection(ws.send)
        threading.Thread(target=_write, args=(connection,), daemon=True).start()
        try:
            for topic in json.loads(ws.receive())["watch"]:
                connection.watched[topic] = {topic}
            everybody.add(connection)
            connection.offer_all()
            while True:
                ws.receive()
        except ConnectionClosed:
            pass
        finally:
            everybody.discard(connection)
            connection.close()

    Sock(app).route(PATH)(serve)
    return app


def _write(connection: Connection) -> None:
    try:
        connection.write()
    except (ConnectionClosed, OSError):
        return


def _make_app() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config["SOCK_SERVER_OPTIONS"] = SOCKET_OPTIONS
    app.add_url_rule("/healthz", "healthz", lambda: "ok")
    return app
