"""The table of stored files; their content lies in the file storage under ``file_key``."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Identity, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class StoredFile(Base):
    """One uploaded file. ``case_id`` is empty until a case claims it, ``stored_at`` until its content is
    there; ``retention_days`` counts from the end of the case, which sets ``erase_on``. After that day the
    content goes and ``erased_at`` says so; the row stays, for the hash that papers name. ``shows_person``
    marks photos of identity cards and faces."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    file_key: Mapped[str] = mapped_column(Text, unique=True)
    owner: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    mime: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    original_name_sealed: Mapped[str] = mapped_column(Text)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    case_id: Mapped[int | None] = mapped_column(BigInteger)
    retention_days: Mapped[int] = mapped_column(Integer)
    shows_person: Mapped[bool] = mapped_column(Boolean, server_default="false")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    stored_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    claimed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    erase_on: Mapped[date | None] = mapped_column(Date)
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
