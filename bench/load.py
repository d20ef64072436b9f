"""``python -m bench.load``: asks a web server as fast as it answers, from a process of its own.

Standard input brings one JSON object: ``port``, ``clients``, ``seconds`` and ``requests``, a file with one
JSON string a line, each a whole HTTP request. Each is sent once; the round ends with the time or with the
last of them. Standard output tells ``answered``, ``seconds`` and ``failures``.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gevent
from gevent import monkey

FAILURES_TOLD = 3


def main() -> None:
    """Run the round that standard input describes."""
    monkey.patch_socket()
    asked = json.load(sys.stdin)
    lines = Path(asked["requests"]).read_text(encoding="utf-8").splitlines()
    print(json.dumps(run_round(asked["port"], asked["clients"], asked["seconds"], lines)))


def run_round(port: int, clients: int, seconds: float, lines: Sequence[str]) -> dict[str, Any]:
    """Send ``lines`` from ``clients`` connections for ``seconds`` and return what came of it."""
    waiting = iter([json.loads(line).encode() for line in lines])
    failures: list[str] = []
    began = time.perf_counter()
    jobs = [gevent.spawn(_ask, port, waiting, began + seconds, failures) for _ in range(clients)]
    gevent.joinall(jobs, raise_error=True)
    return {
        "answered": sum(job.value for job in jobs),
        "seconds": time.perf_counter() - began,
        "failures": failures[:FAILURES_TOLD],
    }


def _ask(port: int, waiting: Iterator[bytes], until: float, failures: list[str]) -> int:
    answered = 0
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as stream:
        while time.perf_counter() < until:
            request = next(waiting, None)
            if request is None:
                break
            connection.sendall(request)
            status, body = read_answer(stream)
            answered += 1
            if status >= 300:
                failures.append(f"{status} {body[:300].decode(errors='replace')}")
    return answered


def read_answer(stream: Any) -> tuple[int, bytes]:
    """Read one answer with a Content-Length from ``stream`` and return its status and body."""
    status, length = int(stream.readline().split()[1]), 0
    while (line := stream.readline()) not in (b"\r\n", b""):
        if line[:15].lower() == b"content-length:":
            length = int(line[15:])
    return status, stream.read(length)


if __name__ == "__main__":
    main()
