"""The files' one door: store, claim, describe, open, and sweep away what nobody claimed."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import IO, Final, Literal, TypedDict

import structlog
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.core.encryption import KeyRing
from backend.core.errors import Invalid, NotFound, TooMany, Unavailable
from backend.core.ids import make_public_token
from backend.core.local_time import local_date
from backend.core.native_threads import compute_aside
from backend.files.examination import MAX_BYTES, Examined, FileKind, check_signature, examine, too_large
from backend.files.links import FileLinks, FileVariant
from backend.files.models import StoredFile
from backend.files.storage import ContentMissing, FileStorage, StorageFailed
from backend.files.terms import ID_PHOTOS_KEPT_DAYS, PURPOSES, begin_terms, fit_terms
from backend.files.watermarks import STAFF, Watermarks

# Drafts hold files too, so an unclaimed one is given time.
UNCLAIMED_FOR: Final = timedelta(days=30)
# What one owner may have uploaded in a day and not submitted; keeps one visitor from filling the disk.
UNCLAIMED_A_DAY: Final = 100
_SWEEP_BATCH: Final = 100
# What stands for a file whose time is over.
ERASED_NAME: Final = "已过保存期限，按规定删除"
VARIANTS: Final[tuple[FileVariant, ...]] = ("original", "shown", "thumb")
_LONGEST_NAME: Final = 100
_FILE_KEY: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_log = structlog.get_logger(__name__)


class FileView(TypedDict):
    """A file as clients see it; ``size`` is the original's bytes, the addresses are signed.

    One that was erased when its time was over has a name that says so, and no addresses.
    """

    file_key: str
    name: str
    kind: FileKind | Literal["erased"]
    mime: str
    size: int
    url: str
    thumbnail_url: str | None


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A content to send: bytes, MIME type, name for saving it, seconds that the link is good."""

    content: bytes
    mime: str
    name: str
    fresh_seconds: int


class FileService:
    """Keeps uploaded files. The content is sealed with ``keys`` before ``storage`` sees it, since photos of
    identity cards and faces are among them. ``owner`` is ``customer:<id>`` or ``staff:<id>`` throughout.
    Photos of identity cards are kept for ``id_photo_days`` after the end of their case, if not shorter."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        storage: FileStorage,
        keys: KeyRing,
        links: FileLinks,
        watermarks: Watermarks,
        now: Callable[[], datetime],
        id_photo_days: int = ID_PHOTOS_KEPT_DAYS,
    ) -> None:
        self._sessions = sessions
        self._storage = storage
        self._keys = keys
        self._links = links
        self._watermarks = watermarks
        self._now = now
        self._id_photo_days = id_photo_days

    def store(self, upload: IO[bytes], original_name: str, owner: str, purpose: str) -> FileView:
        """Keep one upload and return its view; it stays the owner's until a case claims it.

        Raises AppError ``file_too_large`` (413), Invalid ``file_kind_refused``, ``file_broken`` or
        ``signature_too_short``, TooMany ``files_too_many``, Unavailable where the storage is out of reach.
        Then nothing is kept.
        """
        content = upload.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise too_large()
        name = _clean_name(original_name)
        examined = compute_aside(partial(examine, content, name))
        if purpose == "signature":
            check_signature(examined)
        file_key = make_public_token()
        row = self._enter(content, examined, name, file_key, owner, purpose)
        try:
            self._put_all(file_key, content, examined)
        except StorageFailed as error:
            self._forget(file_key)
            _log.error("file not stored", reason=str(error))
            raise Unavailable from error
        with self._sessions.begin() as session:
            row = session.merge(row)
            row.stored_at = self._now()
        return self._view(row)

    def claim(
        self,
        session: Session,
        file_keys: Sequence[str],
        owner: str,
        case_id: int,
        id_photos: Collection[str] = (),
    ) -> None:
        """Bind files to a case, in the caller's transaction; doing it again changes nothing.

        ``id_photos`` are those that show an identity card or a face, whose time is shorter.
        Raises Invalid ``file_unknown`` where a file is missing, another owner's or another case's.
        """
        wanted = sorted(set(file_keys))
        if not wanted:
            return
        if not all(map(_FILE_KEY.fullmatch, wanted)):
            raise Invalid("file_unknown")
        found = session.execute(
            select(StoredFile)
            .where(
                StoredFile.file_key.in_(wanted), StoredFile.owner == owner, StoredFile.stored_at.is_not(None)
            )
            .order_by(StoredFile.id)
            .with_for_update()
        ).scalars()
        rows = list(found)
        if len(rows) != len(wanted) or any(row.case_id not in (None, case_id) for row in rows):
            raise Invalid("file_unknown")
        for row in rows:
            if row.case_id is None:
                row.case_id = case_id
                row.claimed_at = self._now()
                row.shows_person = row.file_key in id_photos
                if row.shows_person:
                    row.retention_days = min(row.retention_days, self._id_photo_days)
        session.flush()

    def describe(self, session: Session, file_keys: Sequence[str], viewer: str = "") -> dict[str, FileView]:
        """Return file_key → view with fresh links; unknown keys are left out.

        Where ``viewer`` is one of staff (``staff:<id>``), photos of somebody come with their name on.

        Nobody's permission is checked here: the caller has fetched the case or draft that names the keys.
        """
        wanted = {one for one in file_keys if _FILE_KEY.fullmatch(one)}
        if not wanted:
            return {}
        rows = session.execute(
            select(StoredFile).where(StoredFile.file_key.in_(wanted), StoredFile.stored_at.is_not(None))
        ).scalars()
        return {row.file_key: self._view(row, viewer) for row in rows}

    def read_hashes(self, session: Session, file_keys: Sequence[str]) -> dict[str, str]:
        """Return file_key → sha256 of the original as it came, in hex; unknown keys are left out."""
        asked = select(StoredFile.file_key, StoredFile.sha256).where(
            StoredFile.file_key.in_(set(file_keys)), StoredFile.stored_at.is_not(None)
        )
        return {row.file_key: row.sha256.hex() for row in session.execute(asked)}

    def read_pictures(self, session: Session, file_keys: Sequence[str]) -> dict[str, bytes | str]:
        """Return file_key → the photo as it is shown, or the name of what is none; unknown keys are left out.

        As with ``describe`` the caller answers for who may see them. Raises Unavailable where the storage is
        out of reach; a photo whose content is lost is told by its name.
        """
        wanted = {one for one in file_keys if _FILE_KEY.fullmatch(one)}
        if not wanted:
            return {}
        rows = session.execute(
            select(StoredFile).where(StoredFile.file_key.in_(wanted), StoredFile.stored_at.is_not(None))
        ).scalars()
        found: dict[str, bytes | str] = {}
        for row in rows:
            if row.erased_at is not None:
                found[row.file_key] = ERASED_NAME
                continue
            try:
                is_image = row.kind == "image"
                found[row.file_key] = self._read_content(row, "shown") if is_image else self._read_name(row)
            except NotFound:
                found[row.file_key] = self._read_name(row)
        return found

    def open(self, file_key: str, v: FileVariant, expires: int, sign: str, viewer: str = "") -> OpenedFile:
        """Return the content behind a signed link.

        Raises NotFound for an unknown file and a foreign signature alike, Forbidden ``link_expired``.
        """
        if _FILE_KEY.fullmatch(file_key) is None:
            raise NotFound
        with self._sessions() as session:
            row = session.execute(
                select(StoredFile).where(StoredFile.file_key == file_key, StoredFile.stored_at.is_not(None))
            ).scalar_one_or_none()
            if row is None or row.erased_at is not None:
                raise NotFound
            self._links.check(file_key, v, _bound_to(row), expires, sign, self._now(), viewer)
            words = self._watermarks.write_words(session, viewer, self._now()) if viewer else ""
        content = self._read_content(row, v)
        if words:
            content = self._watermarks.mark(content, words)
        mime = row.mime if v == "original" else "image/jpeg"
        name = self._read_name(row)
        if mime == "image/jpeg" and not name.lower().endswith((".jpg", ".jpeg")):
            name += ".jpg"
        return OpenedFile(content, mime, name, max(0, expires - int(self._now().timestamp())))

    def _read_content(self, row: StoredFile, variant: FileVariant) -> bytes:
        storage_key = f"{row.file_key}.{variant}"
        try:
            sealed = self._storage.get(storage_key)
        except ContentMissing as error:
            # A photo's row without its content is a loss and not a wrong address.
            if variant == "original" or row.kind == "image":
                _log.error("content of a file is missing", variant=variant, file_id=row.id)
            raise NotFound from error
        except StorageFailed as error:
            _log.error("file not read", reason=str(error), file_id=row.id)
            raise Unavailable from error
        return compute_aside(partial(self._keys.decrypt_bytes, sealed, bind_content(storage_key)))

    def delete_unclaimed(self, older_than: timedelta = UNCLAIMED_FOR) -> int:
        """Delete files that no case has claimed for ``older_than``, half stored ones too; returns how many.

        A file that is being claimed at this moment is passed over.
        """
        unclaimed = (
            select(StoredFile)
            .where(StoredFile.case_id.is_(None), StoredFile.created_at < self._now() - older_than)
            .order_by(StoredFile.created_at)
        )
        return self._sweep(unclaimed, lambda session, row: session.delete(row))

    @staticmethod
    def begin_retention(
        session: Session, case_id: int, ended_at: datetime, scans: Collection[str] = ()
    ) -> None:
        """Note on which day the files of a case that has ended are to go, in the caller's transaction.

        ``scans`` get no day: they are papers signed by hand, and go when the case lets go of those.
        """
        begin_terms(session, case_id, ended_at, scans)

    def erase_expired(self) -> int:
        """Erase the contents and names of files whose time is over; returns how many.

        The row stays, for papers name the hash and clients ask for the key. What the storage did not let go
        is tried again with the next call. Days are counted by the setting as it is now.
        """
        with self._sessions.begin() as session:
            fit_terms(session, self._id_photo_days, local_date(self._now()))

        def erase(session: Session, row: StoredFile) -> None:
            row.original_name_sealed = self._keys.encrypt("", _name_context(row.file_key))
            row.erased_at = self._now()

        over = StoredFile.erased_at.is_(None), StoredFile.erase_on <= local_date(self._now())
        return self._sweep(select(StoredFile).where(*over).order_by(StoredFile.erase_on), erase)

    def _sweep(self, asked: Select[tuple[StoredFile]], settle: Callable[[Session, StoredFile], None]) -> int:
        """Delete the contents of all files that ``asked`` finds, and let ``settle`` say so in their rows."""
        swept = 0
        while True:
            with self._sessions.begin() as session:
                found = session.execute(asked.limit(_SWEEP_BATCH).with_for_update(skip_locked=True))
                batch = list(found.scalars())
                for row in batch:
                    self._delete_content(row.file_key)
                    settle(session, row)
            swept += len(batch)
            if len(batch) < _SWEEP_BATCH:
                return swept

    def _enter(
        self, content: bytes, examined: Examined, name: str, file_key: str, owner: str, purpose: str
    ) -> StoredFile:
        now = self._now()
        row = StoredFile(
            file_key=file_key,
            owner=owner,
            purpose=purpose,
            kind=examined.kind,
            mime=examined.mime,
            size=len(content),
            sha256=hashlib.sha256(content).digest(),
            original_name_sealed=self._keys.encrypt(name, _name_context(file_key)),
            width=examined.width,
            height=examined.height,
            retention_days=PURPOSES[purpose],
            created_at=now,
        )
        with self._sessions.begin() as session:
            recent = session.execute(
                select(func.count()).where(
                    StoredFile.owner == owner,
                    StoredFile.case_id.is_(None),
                    StoredFile.created_at > now - timedelta(days=1),
                )
            ).scalar_one()
            if recent >= UNCLAIMED_A_DAY:
                raise TooMany("files_too_many")
            session.add(row)
        return row

    def _put_all(self, file_key: str, content: bytes, examined: Examined) -> None:
        for variant, data in zip(VARIANTS, (content, examined.shown, examined.thumb), strict=True):
            if data is not None:
                key = f"{file_key}.{variant}"
                seal = partial(self._keys.encrypt_bytes, data, bind_content(key))
                self._storage.put(key, compute_aside(seal))

    def _forget(self, file_key: str) -> None:
        """Take back a file whose content could not be stored; what stays the sweep finds by its row."""
        try:
            self._delete_content(file_key)
        except StorageFailed:
            return
        with self._sessions.begin() as session:
            row = session.execute(select(StoredFile).where(StoredFile.file_key == file_key)).scalar_one()
            session.delete(row)

    def _delete_content(self, file_key: str) -> None:
        for variant in VARIANTS:
            self._storage.delete(f"{file_key}.{variant}")

    def _view(self, row: StoredFile, viewer: str = "") -> FileView:
        if row.erased_at is not None:
            return FileView(
                file_key=row.file_key,
                name=ERASED_NAME,
                kind="erased",
                mime=row.mime,
                size=0,
                url="",
                thumbnail_url=None,
            )
        is_image = row.kind == "image"
        marked_for = viewer if is_image and row.shows_person and viewer.startswith(STAFF) else ""
        make = partial(
            self._links.make, row.file_key, bound_to=_bound_to(row), now=self._now(), viewer=marked_for
        )
        return FileView(
            file_key=row.file_key,
            name=self._read_name(row),
            kind="image" if is_image else "pdf",
            mime=row.mime,
            size=row.size,
            # The original of a photo may tell where it was taken, so nobody is sent there.
            url=make("shown" if is_image else "original"),
            thumbnail_url=make("thumb") if is_image else None,
        )

    def _read_name(self, row: StoredFile) -> str:
        return self._keys.decrypt(row.original_name_sealed, _name_context(row.file_key))


def _bound_to(row: StoredFile) -> str:
    return row.owner if row.case_id is None else f"case:{row.case_id}"


def _name_context(file_key: str) -> str:
    return f"stored_file.name:{file_key}"


def bind_content(storage_key: str) -> str:
    """Return what a content is bound to when it is sealed."""
    return f"stored_file.content:{storage_key}"


def _clean_name(name: str) -> str:
    """Return the last part of a path, without control and direction characters, the end kept when cut."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(one for one in last if unicodedata.category(one)[0] != "C").strip()
    return plain[-_LONGEST_NAME:] or "未命名"
