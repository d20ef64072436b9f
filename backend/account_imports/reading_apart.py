"""Reading in a process of its own, beside the one that writes, so that two processors share the work."""

from __future__ import annotations

import contextlib
import fcntl
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from backend.account_imports.reading import FilePart, Ids, ReadChunk
from backend.account_imports.reading_frames import (
    Frames,
    PipeEnded,
    Said,
    read_chunk,
    write_asking,
    write_beginning,
)
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid

_ROOT: Final = Path(__file__).parents[2]
_COMMAND: Final = (sys.executable, "-m", "backend.account_imports.reading_process")
# Two askings, each with ids, must find room while nobody listens; and a chunk that is ready waits here.
_PIPE_BYTES: Final = 1024 * 1024


class ReadingBroken(Exception):
    """The process that read is gone, or met what it did not expect; the next attempt begins with another."""


class ReadingApart:
    """Reads ahead in a process of its own. ``get_piece`` gives the file's pieces by their numbers."""

    # One is being read while another lies ready.
    ahead = 2

    def __init__(
        self, get_piece: Callable[[int], bytes], part: FilePart, keys: KeyRing, now: datetime
    ) -> None:
        self._get_piece = get_piece
        # It is told all that it needs: what it reads may be hostile, and it knows no password.
        self._process = subprocess.Popen(
            _COMMAND, cwd=_ROOT, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        heard, said = self._process.stdout, self._process.stdin
        if heard is None or said is None:
            raise ReadingBroken("no pipes")
        for pipe in (heard, said):
            # What a system allows differs; with less, the two wait for each other more often.
            with contextlib.suppress(OSError):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._pipes = (said, heard)
        self._frames = Frames(heard, said)
        self._say(Said.BEGIN, write_beginning(part, keys, now))

    @property
    def process_id(self) -> int:
        """The number of the process that reads."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # It has nothing to lose.
        self._process.kill()
        self._process.wait()
        for pipe in self._pipes:
            with contextlib.suppress(OSError):
                pipe.close()

    def ask(self, now: datetime, ids: Sequence[Ids] = ()) -> None:
        """Let the next chunk be read."""
        self._say(Said.ASK, write_asking(now, ids))

    def take(self) -> ReadChunk | None:
        """Wait for a chunk, and give the process the pieces that it wants meanwhile; raises ReadingBroken."""
        while True:
            try:
                kind, content = self._frames.hear()
            except PipeEnded as error:
                raise ReadingBroken("the process ended") from error
            match kind:
                case Said.WANT:
                    self._say(Said.PIECE, self._get_piece(int(content)))
                case Said.CHUNK:
                    return read_chunk(content)
                case Said.END:
                    return None
                case Said.INVALID:
                    raise Invalid(content.decode())
                case _:
                    raise ReadingBroken(content.decode())

    def _say(self, kind: Said, content: bytes) -> None:
        # What ended may have said why before, which is heard when a chunk is taken.
        with contextlib.suppress(PipeEnded):
            self._frames.say(kind, content)
