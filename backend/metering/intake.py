"""What the master bills and what came in for it, taken in: each alone, so that one refused stops no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from backend.account_feed.records import FeedRecords
from backend.core.encryption import KeyRing
from backend.customer_master.port import BillingRecord
from backend.customers.models import GasAccount
from backend.metering.bill_codes import print_code
from backend.metering.models import AccountBalance, GasBill, GasBillTier, MeterReading
from backend.metering.records import read_balance, read_bill, read_reading
from backend.metering.settled_intake import keep_invoice, keep_payment
from backend.metering.told_values import FigureRefused

# A known revision changes nothing, and neither does one that came late.
_OF_MASTER = text("source = 'master'")

_NUMBERS: Final = {"payment": "payment_no", "invoice": "invoice_no"}


class BillingIntake:
    """Works in the caller's transaction; what is refused is listed with the accounts that are."""

    def __init__(self, keys: KeyRing, records: FeedRecords) -> None:
        self._keys = keys
        self._records = records

    def take(self, session: Session, page: Sequence[BillingRecord], now: datetime) -> None:
        """Take a page in; what has been taken before changes nothing."""
        numbers = {one.account_no for one in page}
        accounts = {
            one.account_no: one
            for one in session.scalars(select(GasAccount).where(GasAccount.account_no.in_(numbers)))
        }
        for one in page:
            account = accounts.get(one.account_no)
            try:
                if one.fault or account is None:
                    raise FigureRefused(one.fault or "account_not_here", "account_no")
                with session.begin_nested():
                    self._write(session, account, one, now)
            except FigureRefused as wrong:
                self._refuse(session, one, account, wrong.code, wrong.field, now)
            except (IntegrityError, DataError):
                # The number is another month's or another account's.
                key = _NUMBERS.get(one.kind, "bill_no")
                self._refuse(session, one, account, f"{key}_taken", key, now)
            else:
                self._records.drop_refusals(session, [one.account_no], one.kind, one.subject)

    def _write(self, session: Session, account: GasAccount, one: BillingRecord, now: datetime) -> None:
        whose = {"unit_id": account.unit_id, "gas_account_id": account.id, "revision": one.revision}
        match one.kind:
            case "reading":
                row = {**whose, "source": "master", **asdict(read_reading(one.told))}
                keep = insert(MeterReading).values(row)
                self._keep(session, keep, row, ["gas_account_id", "period"], MeterReading, where=_OF_MASTER)
            case "balance":
                row = {**whose, **asdict(read_balance(one.told))}
                self._keep(
                    session, insert(AccountBalance).values(row), row, ["gas_account_id"], AccountBalance
                )
            case "payment":
                keep_payment(session, account, one, now)
            case "invoice":
                keep_invoice(session, self._keys, account, one, now)
            case _:
                self._write_bill(session, account, one, whose, now)

    def _write_bill(
        self, session: Session, account: GasAccount, one: BillingRecord, whose: dict[str, Any], now: datetime
    ) -> None:
        bill = read_bill(one.told)
        told = asdict(bill)
        tiers, code = told.pop("tiers"), told.pop("code")
        code_print = print_code(self._keys, account.account_no, code) if code else None
        row = {**whose, **told, "code_print": code_print, "told_at": now}
        keep = insert(GasBill).values(row)
        if not self._keep(session, keep, row, ["gas_account_id", "period"], GasBill):
            return
        of_month = (GasBill.gas_account_id == account.id) & (GasBill.period == bill.period)
        bill_id = session.scalars(select(GasBill.id).where(of_month)).one()
        session.execute(delete(GasBillTier).where(GasBillTier.bill_id == bill_id))
        if tiers:
            session.execute(insert(GasBillTier), [{"bill_id": bill_id, **tier} for tier in tiers])

    @staticmethod
    def _keep(
        session: Session,
        keep: Insert,
        row: Mapping[str, Any],
        key: list[str],
        model: type[MeterReading | GasBill | AccountBalance],
        *,
        where: Any = None,  # noqa: ANN401 - a clause of SQL
    ) -> bool:
        """Return whether the row was new or newer."""
        written = keep.on_conflict_do_update(
            index_elements=key,
            index_where=where,
            set_={name: value for name, value in row.items() if name not in key},
            where=model.revision < row["revision"],
        )
        return session.execute(written.returning(model.revision)).first() is not None

    def _refuse(
        self,
        session: Session,
        one: BillingRecord,
        account: GasAccount | None,
        code: str,
        field: str,
        now: datetime,
    ) -> None:
        values = {"code": code, "field": field, "revision": one.revision}
        values["unit_id"] = None if account is None else account.unit_id
        self._records.keep_refusal(session, one.account_no, one.kind, values, now, one.subject)
