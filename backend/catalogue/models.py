"""Published definitions, and what the company set of their parameters: written once, never updated."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Integer, Numeric, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class DefinitionVersion(Base):
    """One version of a process, a form or a contract's template, as running cases refer to it.

    ``reason`` is why somebody of the company changed it; what the program brings has none.
    """

    __tablename__ = "definition_version"
    __table_args__ = (UniqueConstraint("kind", "key", "version"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    author: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None] = mapped_column(Text)


class ParameterChange(Base):
    """What somebody set a process's parameter to, from ``changed_at`` on; no value is the default again.

    ``no`` counts the changes of one parameter, so that of two who change it at once one is told.
    """

    __tablename__ = "parameter_change"
    __table_args__ = (UniqueConstraint("process_key", "parameter", "no"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    process_key: Mapped[str] = mapped_column(Text)
    parameter: Mapped[str] = mapped_column(Text)
    no: Mapped[int] = mapped_column(Integer)
    value: Mapped[Decimal | None] = mapped_column(Numeric)
    reason: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
