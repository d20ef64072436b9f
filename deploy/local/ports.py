"""Is a port free, and what to type when it is not."""

from __future__ import annotations

import socket
from contextlib import ExitStack

_LAST_PORT = 65_535


class PortTaken(Exception):
    """Another program listens there; the message says what to type instead."""


def check_port(host: str, port: int, variable: str) -> None:
    """Raise PortTaken where ``port`` cannot be listened on; ``variable`` is the setting that moves it."""
    if _is_free(host, port):
        return
    tried = range(port + 10, min(port + 1000, _LAST_PORT), 10)
    other = next((one for one in tried if _is_free(host, one) and _is_free(host, one + 1)), port - 1000)
    raise PortTaken(
        f"Port {port} is taken by another program. End that one, or choose another port:"
        f" make run {variable}={other}"
    )


def find_free_ports(count: int) -> list[int]:
    """Return so many different ports that nobody listens on now."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as one:
        # Connections of a run that has just ended must not count.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((host, port))
        except OSError:
            return False
    return True
