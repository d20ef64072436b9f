"""The process that reads a file for an import: ``python -m backend.account_imports.reading_process``.

It knows neither database nor storage: the file's pieces, the keys and the ids come to it by its input, and
what it has read goes to its output. It ends with whoever started it, and with nothing else.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections import deque

from backend.account_imports.reading import ReadingHere
from backend.account_imports.reading_frames import (
    Frames,
    PipeEnded,
    Said,
    read_asking,
    read_beginning,
    write_chunk,
)
from backend.account_imports.sealed_pieces import open_pieces
from backend.core.errors import Invalid

# Reading makes many things and no circles of them, which the collector would look for all the time.
_SELDOM = (100_000, 50, 100)


class _Asked:
    """What the other side has asked for; a piece that is wanted meanwhile is waited for first."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._waiting: deque[bytes] = deque()

    def wait(self) -> bytes:
        """Return the oldest asking."""
        if self._waiting:
            return self._waiting.popleft()
        return self._frames.hear()[1]

    def want_piece(self, number: int) -> bytes:
        """Return a piece of the file."""
        self._frames.say(Said.WANT, str(number).encode())
        while True:
            kind, content = self._frames.hear()
            if kind is Said.PIECE:
                return content
            self._waiting.append(content)


def main() -> int:
    """Read until the file ends or the other side does."""
    for one in (signal.SIGINT, signal.SIGTERM):
        # Whoever started this ends in its own time, and this with it.
        signal.signal(one, signal.SIG_IGN)
    gc.set_threshold(*_SELDOM)
    frames = Frames(sys.stdin.buffer, sys.stdout.buffer)
    try:
        _read(frames)
    except PipeEnded:
        return 0
    except Invalid as fault:
        frames.say(Said.INVALID, fault.code.encode())
    except Exception as error:
        # A message may hold what stands in the file, and the log is no place for that.
        frames.say(Said.BROKEN, type(error).__name__.encode())
        return 1
    return 0


def _read(frames: Frames) -> None:
    part, keys, now = read_beginning(frames.hear()[1])
    asked = _Asked(frames)
    with ReadingHere(open_pieces(asked.want_piece, part.size), part, keys, now) as reading:
        while True:
            reading.ask(*read_asking(asked.wait()))
            chunk = reading.take()
            if chunk is None:
                frames.say(Said.END)
                return
            frames.say(Said.CHUNK, write_chunk(chunk))


if __name__ == "__main__":
    sys.exit(main())
