"""The socket ``/ws/v1?ticket=…``: ``{"watch": [topic, …]}`` goes in, ``{"topic", "seq"}`` hints come out."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable

import structlog
from flask import Blueprint, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed, Server

from backend.core.callers import Caller, open_to
from backend.core.errors import Unauthenticated, Unavailable
from backend.realtime.connection import SEND_TIMEOUT_SECONDS, Connection
from backend.realtime.hub import Hub, TooManyTopics
from backend.realtime.tickets import SocketCaller, SocketTickets

PATH = "/ws/v1"
LONGEST_MESSAGE = 4096
PING_SECONDS = 25
# Codes of a close that clients act upon: 4401 asks for a new ticket, 4403 and 4408 are the client's mistakes.
CLOSE_TICKET, CLOSE_MESSAGE, CLOSE_TOO_MANY = 4401, 4403, 4408
# For the application's ``SOCK_SERVER_OPTIONS``.
SOCKET_OPTIONS = {"ping_interval": PING_SECONDS, "max_message_size": LONGEST_MESSAGE}
_log = structlog.get_logger(__name__)

# From a caller and the topic asked for to the hub's channels behind it; None where it is not for this caller.
FindChannels = Callable[[SocketCaller, str], Iterable[str] | None]


def make_socket_route(hub: Hub, tickets: SocketTickets, find_channels: FindChannels) -> Blueprint:
    """Return the route of the socket; the application takes its options from ``SOCKET_OPTIONS``."""
    routes = Blueprint("socket", __name__)

    # The ticket is what admits somebody, not a header that every other route could check.
    @open_to(Caller.ANYONE)
    def serve(ws: Server) -> None:
        # Once the socket is open an exception would be written into it as HTTP, so nothing may escape.
        try:
            _serve(ws)
        except ConnectionClosed:
            pass
        except Exception:
            _log.exception("socket failed")

    def _serve(ws: Server) -> None:
        try:
            caller = tickets.redeem(request.args.get("ticket", ""))
        except (Unauthenticated, Unavailable) as refused:
            ws.close(CLOSE_TICKET, refused.code)
            return
        ws.sock.settimeout(SEND_TIMEOUT_SECONDS)
        connection = Connection(ws.send)
        hub.join(connection)
        writer = threading.Thread(target=_write, args=(connection, ws), name="socket-writer", daemon=True)
        writer.start()
        try:
            _read(ws, hub, connection, caller, find_channels)
        finally:
            hub.leave(connection)

    Sock().route(PATH, bp=routes)(serve)
    return routes


def _write(connection: Connection, ws: Server) -> None:
    try:
        connection.write()
    except (ConnectionClosed, OSError):
        # The reader notices the end by itself once the connection is shut.
        ws.connected = False
        ws.event.set()


def _read(
    ws: Server, hub: Hub, connection: Connection, caller: SocketCaller, find_channels: FindChannels
) -> None:
    while True:
        asked = _parse(ws.receive())
        if asked is None:
            ws.close(CLOSE_MESSAGE, "message_malformed")
            return
        for topic in asked:
            channels = find_channels(caller, topic)
            # A foreign topic and a missing one look the same: nothing is ever said of them (law 11).
            try:
                hub.watch(connection, topic, channels or ())
            except TooManyTopics:
                ws.close(CLOSE_TOO_MANY, "too_many_topics")
                return
        # What changed before the client watched may have been missed.
        connection.offer_all()


def _parse(message: object) -> list[str] | None:
    try:
        body = json.loads(message) if isinstance(message, str) else None
    except ValueError:
        return None
    asked = body.get("watch") if isinstance(body, dict) else None
    if not isinstance(asked, list) or not all(isinstance(one, str) and len(one) <= 80 for one in asked):
        return None
    return asked
