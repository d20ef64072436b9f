"""Master tables of customers (design, decision 13). Sealed columns are bound to their row's id."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    Numeric,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class Customer(Base):
    """A person or an organisation. A merged one stays as a sign-post to ``merged_into_id``, one step away."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name_sealed: Mapped[str | None] = mapped_column(Text)
    name_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[str | None] = mapped_column(Text)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # When staff last heard, from who has not signed in, that the phone is theirs.
    phone_told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    id_number_sealed: Mapped[str | None] = mapped_column(Text)
    id_number_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    credit_code: Mapped[str | None] = mapped_column(Text)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # No date means: for as long as there is a contract or a case.
    retain_until: Mapped[date | None] = mapped_column(Date)
    # When the customer had their account erased: then nobody is left behind the row.
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CustomerIdentity(Base):
    """One way in. ``subject`` is an openid under ``appid``, or the hex of a phone's blind index."""

    __tablename__ = "identity"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    appid: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    unionid: Mapped[str | None] = mapped_column(Text)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CustomerMerge(Base):
    """Two customers proved to be one person; append-only by privilege."""

    __tablename__ = "customer_merge"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    into_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    reason: Mapped[str] = mapped_column(Text)
    merged_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Premises(Base):
    """A place where gas is used (design, decision 9); ``building_unit`` is the 单元 of a building."""

    __tablename__ = "premises"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    region: Mapped[str] = mapped_column(Text)
    street: Mapped[str] = mapped_column(Text)
    community: Mapped[str] = mapped_column(Text)
    building: Mapped[str] = mapped_column(Text, server_default="")
    building_unit: Mapped[str] = mapped_column(Text, server_default="")
    door_sealed: Mapped[str] = mapped_column(Text)
    note_sealed: Mapped[str | None] = mapped_column(Text)
    address_index: Mapped[bytes] = mapped_column(LargeBinary)
    place_lat: Mapped[float | None] = mapped_column(Double)
    place_lng: Mapped[float | None] = mapped_column(Double)
    place_source: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class GasAccount(Base):
    """A 户号 with what the company keeps of it. ``classification`` and ``grade`` follow its own list.

    ``holder`` is whose account it is by name (户名), ``contact`` and ``phone`` are who answers for it;
    ``manager_id`` is the customer manager (客户经理), a member of staff.
    """

    __tablename__ = "gas_account"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    account_no: Mapped[str] = mapped_column(Text, unique=True)
    premises_id: Mapped[int] = mapped_column(ForeignKey("premises.id"))
    status: Mapped[str] = mapped_column(Text)
    gas_use: Mapped[str] = mapped_column(Text)
    classification: Mapped[str] = mapped_column(Text, server_default="general")
    grade: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    holder_sealed: Mapped[str | None] = mapped_column(Text)
    contact_sealed: Mapped[str | None] = mapped_column(Text)
    phone_sealed: Mapped[str | None] = mapped_column(Text)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    monthly_use: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    pressure_kpa: Mapped[Decimal | None] = mapped_column(Numeric(10, 3))
    use_nature: Mapped[str] = mapped_column(Text, server_default="")
    use_period: Mapped[str] = mapped_column(Text, server_default="")
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Meter(Base):
    """A gas meter, in stock or at an account; its number is unique with its maker."""

    __tablename__ = "meter"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    gas_account_id: Mapped[int | None] = mapped_column(ForeignKey("gas_account.id"))
    maker: Mapped[str] = mapped_column(Text)
    meter_no: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text, server_default="")
    kind: Mapped[str] = mapped_column(Text)
    # The side on which the gas comes in (进气方向): left or right.
    inlet_side: Mapped[str | None] = mapped_column(Text)
    seal_no: Mapped[str] = mapped_column(Text, server_default="")
    status: Mapped[str] = mapped_column(Text)
    made_on: Mapped[date | None] = mapped_column(Date)
    reading: Mapped[Decimal | None] = mapped_column(Numeric(14, 3))
    installed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AccountRole(Base):
    """What somebody is to an account; a role that ended keeps its row.

    ``proof`` says how it was shown: by the ``case`` that entered the account or the ``import`` that brought
    it, by ``own_phone``, ``sms_code`` or ``identity``, or by the owner's ``grant``: then ``granted_by`` is
    the owner, who calls them by the name in ``called_sealed``. With ``unbound_at`` the customer has taken the
    account out of their client and still is what they are. An agent's ``scope`` names what they may do, from
    ``starts_on`` to ``ends_on``, both days of the company's calendar; nothing of it is set for anybody else.
    """

    __tablename__ = "account_role"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    gas_account_id: Mapped[int] = mapped_column(ForeignKey("gas_account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    proof: Mapped[str] = mapped_column(Text, server_default="case")
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    called_sealed: Mapped[str | None] = mapped_column(Text)
    unbound_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    scope: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    # The last day of which both were told that it comes near, and that it is over.
    near_told_for: Mapped[date | None] = mapped_column(Date)
    over_told_for: Mapped[date | None] = mapped_column(Date)


class GasAppliance(Base):
    """A device that burns gas at an account; one that was taken away keeps its row."""

    __tablename__ = "gas_appliance"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    gas_account_id: Mapped[int] = mapped_column(ForeignKey("gas_account.id"))
    kind: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text, server_default="")
    quantity: Mapped[int] = mapped_column(Integer)
    rated_flow: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    entered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SafetyDeviceRow(Base):
    """A hose (软管) or gas alarm (报警器) at an account; it is to be replaced by ``expires_on``."""

    __tablename__ = "safety_device"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    gas_account_id: Mapped[int] = mapped_column(ForeignKey("gas_account.id"))
    kind: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text, server_default="")
    installed_on: Mapped[date | None] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)
    entered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CaseAccount(Base):
    """Which account a case is about: of a case with what it handed over the one at the top."""

    __tablename__ = "case_account"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    gas_account_id: Mapped[int] = mapped_column(ForeignKey("gas_account.id"))
    linked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
