"""Tables of imports: one row a file, one a refused row, and which row named a thing first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Identity, Integer, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class AccountImport(Base):
    """One file. ``position`` is where the next row begins: a byte in CSV, unused in Excel; ``row_no`` is the
    last row that was read, as Excel counts them.

    ``is_fresh`` says that the run has not begun to read, so that what an earlier one left is cleared first;
    ``is_kept`` that the file's content still lies in the storage. ``checked`` keeps what the dry run counted.
    """

    __tablename__ = "account_import"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    token: Mapped[str] = mapped_column(Text, unique=True)
    name_sealed: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    encoding: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(Text)
    failure: Mapped[str] = mapped_column(Text, default="")
    may_change: Mapped[bool] = mapped_column(Boolean, default=False)
    is_fresh: Mapped[bool] = mapped_column(Boolean, default=True)
    is_kept: Mapped[bool] = mapped_column(Boolean, default=True)
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    row_no: Mapped[int] = mapped_column(Integer, default=0)
    rows_total: Mapped[int | None] = mapped_column(Integer)
    created_count: Mapped[int] = mapped_column(Integer, default=0)
    changed_count: Mapped[int] = mapped_column(Integer, default=0)
    unchanged_count: Mapped[int] = mapped_column(Integer, default=0)
    refused_count: Mapped[int] = mapped_column(Integer, default=0)
    checked: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    started_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    moved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AccountImportRefusal(Base):
    """Why a row was not taken in; ``first_row_no`` is the row that named the same thing before."""

    __tablename__ = "account_import_refusal"

    import_id: Mapped[int] = mapped_column(ForeignKey("account_import.id"), primary_key=True)
    row_no: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text, default="")
    first_row_no: Mapped[int | None] = mapped_column(Integer)


class AccountImportKey(Base):
    """Which row of a file named an account, a meter or an address first; it goes with the file's content."""

    __tablename__ = "account_import_key"

    import_id: Mapped[int] = mapped_column(ForeignKey("account_import.id"), primary_key=True)
    kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    digest: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    row_no: Mapped[int] = mapped_column(Integer)
