"""Tables of what proves who somebody is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Identity, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class IdentityCheck(Base):
    """A face check of one customer for one case (the one at the top), begun in one session.

    opening → begun → passed | failed | refused | expired; ``dropped`` never reached the provider,
    ``declined`` is the customer's wish for a person, and ``refused`` says that the provider's answer was
    about another person or another check. No picture is kept: ``provider_reference`` is all that we have.
    """

    __tablename__ = "identity_check"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    session_key: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    provider: Mapped[str] = mapped_column(Text)
    provider_reference: Mapped[str | None] = mapped_column(Text)
    name_sealed: Mapped[str | None] = mapped_column(Text)
    id_number_sealed: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    asked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class IdentityDecision(Base):
    """What a member of staff found: ``way`` is the ID card seen, or name and number's tail compared with the
    customer's record; ``place`` the centre, the counter or the field. Rows are only added, and lose their
    note when their time is over."""

    __tablename__ = "identity_decision"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    verdict: Mapped[str] = mapped_column(Text)
    way: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    customer_declined: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class NameCheck(Base):
    """What the provider said of a name and an ID number that a customer typed: ``person_key`` is a keyed
    print of both, which are kept nowhere here.

    asking → match | mismatch | no_such_number; ``unavailable`` and ``limited`` say that nobody compared, and
    are asked again. Rows of one pair share the one answer of the provider: ``request_id`` and ``asked_at``.
    """

    __tablename__ = "name_check"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    person_key: Mapped[str] = mapped_column(Text)
    provider: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    request_id: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
