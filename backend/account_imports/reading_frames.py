"""What the process that works an import off and the one that reads its file tell each other, over two pipes.

A frame is its length in four bytes, one byte of what it is, and the rest: JSON, or a piece of the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from operator import attrgetter
from typing import IO, Any, Final

import orjson

from backend.account_imports.reading import FilePart, Ids, ReadChunk, Refusal
from backend.account_imports.row_checks import AccountLine
from backend.account_imports.standing import Indexed, NewLines
from backend.core.encryption import KeyRing

_HEAD: Final = struct.Struct("!I1s")
_LINE: Final = tuple(one.name for one in fields(AccountLine))
_get_line = attrgetter(*_LINE)
_DAY: Final = _LINE.index("opened_on")
_DECIMALS: Final = tuple(
    place for place, one in enumerate(_LINE) if one in ("monthly_use", "pressure_kpa", "meter_reading")
)


class PipeEnded(Exception):
    """The process at the other end is gone."""


class Said(bytes, Enum):
    """What a frame is."""

    BEGIN = b"B"
    ASK = b"A"
    PIECE = b"P"
    WANT = b"W"
    CHUNK = b"C"
    END = b"E"
    INVALID = b"I"
    BROKEN = b"X"


class Frames:
    """Both ends of a conversation."""

    def __init__(self, heard: IO[bytes], said: IO[bytes]) -> None:
        self._heard, self._said = heard, said

    def say(self, kind: Said, content: bytes = b"") -> None:
        """Send a frame; raises PipeEnded."""
        try:
            self._said.write(_HEAD.pack(len(content), kind.value))
            self._said.write(content)
            self._said.flush()
        except OSError as error:
            raise PipeEnded from error

    def hear(self) -> tuple[Said, bytes]:
        """Wait for a frame; raises PipeEnded."""
        length, kind = _HEAD.unpack(self._read(_HEAD.size))
        return Said(kind), self._read(length)

    def _read(self, length: int) -> bytes:
        content = self._heard.read(length)
        if len(content) < length:
            raise PipeEnded
        return content


def write_beginning(part: FilePart, keys: KeyRing, now: datetime) -> bytes:
    """Return what is to be read, and by which keys its rows are sealed."""
    ring, active_id, blind = keys.hand_over()
    told = {
        "part": [getattr(part, one.name) for one in fields(FilePart)],
        "ring": [[number, key.hex()] for number, key in ring.items()],
        "active_id": active_id,
        "blind": blind.hex(),
        "now": now,
    }
    return orjson.dumps(told)


def read_beginning(content: bytes) -> tuple[FilePart, KeyRing, datetime]:
    """Return what ``write_beginning`` wrote."""
    told = orjson.loads(content)
    ring = {number: bytes.fromhex(key) for number, key in told["ring"]}
    keys = KeyRing(ring, told["active_id"], bytes.fromhex(told["blind"]))
    return FilePart(*told["part"]), keys, datetime.fromisoformat(told["now"])


def write_asking(now: datetime, ids: Iterable[Ids]) -> bytes:
    """Return that a chunk is asked for."""
    return orjson.dumps([now, list(ids)])


def read_asking(content: bytes) -> tuple[datetime, list[Ids]]:
    """Return what ``write_asking`` wrote."""
    now, ids = orjson.loads(content)
    return datetime.fromisoformat(now), [(one, two, three) for one, two, three in ids]


def write_chunk(chunk: ReadChunk) -> bytes:
    """Return a chunk; the day and the decimal numbers of its rows as texts, digests as hex."""
    refused = [[one.row_no, one.code, one.field] for one in chunk.refused]
    return orjson.dumps([[_write_row(one) for one in chunk.rows], refused, chunk.end], default=str)


def read_chunk(content: bytes) -> ReadChunk:
    """Return what ``write_chunk`` wrote."""
    rows, refused, (position, row_no) = orjson.loads(content)
    return ReadChunk([_read_row(one) for one in rows], [Refusal(*one) for one in refused], (position, row_no))


def _write_row(row: Indexed) -> list[Any]:
    line, lines = row.line, row.lines
    told = lines and [lines.ids, lines.customer, lines.premises, lines.account, lines.meter, lines.role]
    indexes = (row.name, row.place, row.phone, row.id_number)
    return [
        row.row_no,
        _get_line(line),
        *(one.hex() if one is not None else None for one in indexes),
        told,
    ]


def _read_row(told: list[Any]) -> Indexed:
    row_no, cells, name, place, phone, id_number, lines = told
    cells[_DAY] = cells[_DAY] and date.fromisoformat(cells[_DAY])
    for at in _DECIMALS:
        cells[at] = cells[at] and Decimal(cells[at])
    unhex = bytes.fromhex
    return Indexed(
        row_no,
        AccountLine(*cells),
        unhex(name),
        unhex(place),
        unhex(phone) if phone else None,
        unhex(id_number) if id_number else None,
        NewLines(tuple(lines[0]), *lines[1:]) if lines else None,
    )
