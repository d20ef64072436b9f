"""Tables of the knowledge base. A version's words never change once it is published."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, Identity, Integer, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class KnowledgeArticle(Base):
    """One article through all its versions; a retired one is found by nobody who looks for an answer."""

    __tablename__ = "knowledge_article"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    retired_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    retired_reason: Mapped[str] = mapped_column(Text, server_default="")


class KnowledgeVersion(Base):
    """What an article says, from the round (``case_id``) in which it was written."""

    __tablename__ = "knowledge_version"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("knowledge_article.id"))
    version: Mapped[int] = mapped_column(Integer)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    keywords: Mapped[list[str]] = mapped_column(ARRAY(Text))
    body: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    written_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # Who found it conforming at the centre, and who put it out.
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class KnowledgePlanItem(Base):
    """What a division is to collect in one quarter of a year."""

    __tablename__ = "knowledge_plan_item"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int] = mapped_column(Integer)
    quarter: Mapped[int] = mapped_column(SmallInteger)
    category: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(Text)
    wanted: Mapped[int] = mapped_column(Integer)
    planned_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    planned_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
