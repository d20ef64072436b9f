"""Gives the contents of files the key that seals now, one by one; who reads one meanwhile gets it whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.core.encryption import DecryptionFailed, KeyRing
from backend.files.models import StoredFile
from backend.files.service import VARIANTS, bind_content
from backend.files.storage import ContentMissing, FileStorage

_BATCH: Final = 200


class FileResealing:
    """Works on all files that were not erased."""

    def __init__(self, sessions: sessionmaker[Session], storage: FileStorage, keys: KeyRing) -> None:
        self._sessions = sessions
        self._storage = storage
        self._keys = keys

    def count(self) -> dict[int, int]:
        """Return how many contents there are under each key; every one is read for that."""
        found: dict[int, int] = {}
        for _, sealed in self._walk():
            try:
                number = self._keys.read_key_number(sealed)
            except DecryptionFailed:
                number = 0
            found[number] = found.get(number, 0) + 1
        return found

    def run(self) -> tuple[int, int]:
        """Return how many contents have the new key, and how many could not be opened; those stay."""
        done = failed = 0
        for key, sealed in self._walk():
            try:
                if self._keys.read_key_number(sealed) == self._keys.active_id:
                    continue
                content = self._keys.decrypt_bytes(sealed, bind_content(key))
            except DecryptionFailed:
                failed += 1
                continue
            done += self._put(key, self._keys.encrypt_bytes(content, bind_content(key)))
        return done, failed

    def _put(self, key: str, sealed: bytes) -> bool:
        """Replace a content, unless its file is being erased or is gone: nothing comes back from that."""
        standing = select(StoredFile.id).where(
            StoredFile.file_key == key.partition(".")[0], StoredFile.erased_at.is_(None)
        )
        with self._sessions.begin() as session:
            if session.execute(standing.with_for_update()).scalar_one_or_none() is None:
                return False
            self._storage.put(key, sealed)
        return True

    def _walk(self) -> Iterator[tuple[str, bytes]]:
        after = 0
        while True:
            asked = select(StoredFile.id, StoredFile.file_key).where(
                StoredFile.id > after, StoredFile.erased_at.is_(None), StoredFile.stored_at.is_not(None)
            )
            with self._sessions() as session:
                rows = session.execute(asked.order_by(StoredFile.id).limit(_BATCH)).all()
            for row in rows:
                for variant in VARIANTS:
                    key = f"{row.file_key}.{variant}"
                    try:
                        yield key, self._storage.get(key)
                    except ContentMissing:
                        # A PDF has no copies, and a file may have been erased since.
                        continue
            if len(rows) < _BATCH:
                return
            after = rows[-1].id
