"""Tables of the feed: how far it is, what has changed, what was agreed, and what people are to look at."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Boolean, DateTime, ForeignKey, Identity, Integer, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class AccountFeed(Base):
    """The one row of the feed.

    ``fill_mark`` is a transaction id: once every transaction below it has ended, all accounts are noted as
    changed, since before the feed was on nobody noted any (``is_filled``). ``batch_key`` is the batch that is
    on its way to the master, ``batch_ids`` the changes that it answers for. ``problem`` is the code of what
    went wrong last, ``promised_at`` when the exchange was promised that has not ended yet.
    """

    __tablename__ = "account_feed"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    is_on: Mapped[bool] = mapped_column(Boolean)
    fill_mark: Mapped[int | None] = mapped_column(BigInteger)
    is_filled: Mapped[bool] = mapped_column(Boolean, default=False)
    in_cursor: Mapped[str] = mapped_column(Text, default="")
    billing_cursor: Mapped[str] = mapped_column(Text, default="")
    batch_key: Mapped[str | None] = mapped_column(Text)
    batch_sealed: Mapped[str | None] = mapped_column(Text)
    batch_ids: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    not_before: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    promised_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    problem: Mapped[str] = mapped_column(Text, default="")
    pulled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    pushed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AccountChange(Base):
    """An account that changed, noted by a trigger of the table that ``kind`` names."""

    __tablename__ = "account_change"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AccountMaster(Base):
    """What both sides agreed on of an account, and what the master told last, under its revision."""

    __tablename__ = "account_master"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("gas_account.id"), primary_key=True, autoincrement=False
    )
    revision: Mapped[int] = mapped_column(BigInteger)
    agreed_sealed: Mapped[str] = mapped_column(Text)
    told_sealed: Mapped[str] = mapped_column(Text)
    told_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AccountDifference(Base):
    """A unit of an account that the master has otherwise; open while ``decision`` is missing.

    ``side`` is what was done at once: the master's taken, the hall's kept, or nothing. ``gone`` are those
    that ended by themselves, since both sides had the same again. ``renamed`` took the master's name for the
    same holder, for a ``reason``.
    """

    __tablename__ = "account_difference"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("gas_account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    unit: Mapped[str] = mapped_column(Text)
    is_both: Mapped[bool] = mapped_column(Boolean)
    side: Mapped[str] = mapped_column(Text)
    ours_sealed: Mapped[str] = mapped_column(Text)
    theirs_sealed: Mapped[str] = mapped_column(Text)
    ours_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    theirs_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    theirs_by: Mapped[str] = mapped_column(Text, default="")
    found_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decision: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AccountFeedRefusal(Base):
    """What one side did not take of the other, the last time; it goes once the account is taken.

    ``code`` and ``field`` are ours, as those of a file's row; ``reason`` is what the master wrote. Of a
    month's reading or bill ``subject`` is the month, of a payment or an invoice its number.
    """

    __tablename__ = "account_feed_refusal"

    account_no: Mapped[str] = mapped_column(Text, primary_key=True)
    direction: Mapped[str] = mapped_column(Text, primary_key=True)
    subject: Mapped[str] = mapped_column(Text, primary_key=True, default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(BigInteger, default=0)
    refused_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
