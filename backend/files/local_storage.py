"""File contents in a local folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from backend.files.storage import ContentMissing, StorageFailed, check_key


class LocalFolderStorage:
    """Keeps contents under ``folder``, in sub-folders by the first two characters of the key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, content: bytes) -> None:
        """Keep ``content``: written beside its place and moved there whole."""
        place = self._place(key)
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write_whole(place, content)
        except OSError as error:
            raise StorageFailed(f"the folder of files cannot be written: {error.strerror}") from error

    def get(self, key: str) -> bytes:
        """Return the content; raises ContentMissing."""
        try:
            return self._place(key).read_bytes()
        except FileNotFoundError as error:
            raise ContentMissing(key) from error
        except OSError as error:
            raise StorageFailed(f"the folder of files cannot be read: {error.strerror}") from error

    def delete(self, key: str) -> None:
        """Remove the content, if there is one."""
        try:
            self._place(key).unlink(missing_ok=True)
        except OSError as error:
            raise StorageFailed(f"a file cannot be removed: {error.strerror}") from error

    def exists(self, key: str) -> bool:
        """Tell whether there is a content."""
        return self._place(key).is_file()

    def _place(self, key: str) -> Path:
        return self._folder / check_key(key)[:2] / key

    @staticmethod
    def _write_whole(place: Path, content: bytes) -> None:
        handle, name = tempfile.mkstemp(prefix=".half-", dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            Path(name).replace(place)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
