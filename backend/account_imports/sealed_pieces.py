"""A large file in the storage: sent and kept in sealed pieces, read as one file without ever being whole.

No piece lies anywhere in clear, and no more than two of them are in memory, however long the file is.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Final

from backend.core.encryption import KeyRing
from backend.files.storage import ContentMissing, FileStorage

PIECE_BYTES: Final = 4 * 1024 * 1024
_KEPT_PIECES: Final = 2


def count_pieces(size: int) -> int:
    """Return in how many pieces ``size`` bytes lie."""
    return -(-size // PIECE_BYTES)


class SealedPieces:
    """Keeps and finds the pieces of files by the file's token."""

    def __init__(self, storage: FileStorage, keys: KeyRing) -> None:
        self._storage = storage
        self._keys = keys

    def put(self, token: str, number: int, content: bytes) -> None:
        """Keep a piece; the same piece again replaces it. Raises StorageFailed."""
        name = _name(token, number)
        self._storage.put(name, self._keys.encrypt_bytes(content, _context(name)))

    def get(self, token: str, number: int) -> bytes:
        """Return a piece in clear; raises ContentMissing, StorageFailed."""
        name = _name(token, number)
        return self._keys.decrypt_bytes(self._storage.get(name), _context(name))

    def find_missing(self, token: str, size: int) -> list[int]:
        """Return the numbers of the pieces that are not there."""
        return [one for one in range(count_pieces(size)) if not self._storage.exists(_name(token, one))]

    def delete(self, token: str, size: int) -> None:
        """Remove all pieces; those that are gone are no fault."""
        for number in range(count_pieces(size)):
            self._storage.delete(_name(token, number))

    def open(self, token: str, size: int) -> io.BufferedReader:
        """Return the whole as a file for reading, in which any place can be sought."""
        return open_pieces(partial(self.get, token), size)


def open_pieces(get: Callable[[int], bytes], size: int) -> io.BufferedReader:
    """Return pieces as one file of ``size`` bytes; ``get`` gives a piece by its number."""
    return io.BufferedReader(_PiecedFile(get, size), 256 * 1024)


class _PiecedFile(io.RawIOBase):
    def __init__(self, get: Callable[[int], bytes], size: int) -> None:
        self._get, self._size = get, size
        self._at = 0
        # The table of contents of an archive stands at its end, so that reading goes back and forth a little.
        self._open: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if origin + offset < 0:
            raise ValueError("before the beginning of the file")
        self._at = origin + offset
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._at >= self._size:
            return 0
        number, start = divmod(self._at, PIECE_BYTES)
        part = memoryview(self._load(number))[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _load(self, number: int) -> bytes:
        known = self._open.get(number)
        if known is None:
            known = self._open[number] = self._get(number)
            if len(known) != min(PIECE_BYTES, self._size - number * PIECE_BYTES):
                raise ContentMissing(f"piece {number} has another length")
        self._open.move_to_end(number)
        while len(self._open) > _KEPT_PIECES:
            self._open.popitem(last=False)
        return known


def _name(token: str, number: int) -> str:
    return f"{token}-{number:06d}.piece"


def _context(name: str) -> str:
    return f"account_import.piece:{name}"
