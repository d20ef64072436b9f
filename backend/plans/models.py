"""Tables of the plans. A plan knows its process by key alone, so that another kind needs no table."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, Identity, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class AccountPlan(Base):
    """A plan of one unit. ``refused`` names accounts that were asked for and not taken, and why."""

    __tablename__ = "account_plan"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    process_key: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(Text)
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    handler_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    refused: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    refused_count: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # Made by the client, so that a plan that is sent twice is one.
    request_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AccountPlanItem(Base):
    """An account in a plan: it waits, became a case, or is ``skipped``, whose word is its state by then."""

    __tablename__ = "account_plan_item"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("account_plan.id"))
    gas_account_id: Mapped[int] = mapped_column(ForeignKey("gas_account.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("service_case.id"), unique=True)
    skipped: Mapped[str | None] = mapped_column(Text)
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
