"""Readings, bills and prices of the demonstration's accounts, as a customer system would tell them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.account_feed.records import FeedRecords
from backend.core.local_time import local_date
from backend.customer_master.port import BillingRecord
from backend.customers.accounts import CLOSED
from backend.customers.models import GasAccount
from backend.metering.intake import BillingIntake
from backend.metering.models import GasBill, GasTariff
from backend.metering.settled_records import CHANNELS
from backend.metering.tiers import list_months, write_month
from backend.organisation.models import Unit
from composition.hall import Hall
from deploy.demo.cast import Cast

MONTHS: Final = 14
# What a home burns from January on, in m³: cooking all year, heating in the cold months.
_USE: Final = (62, 55, 38, 21, 16, 13, 12, 12, 14, 18, 36, 58)
_PRICE: Final = Decimal(263)
_KEEPER: Final = "manager1"


class DemoFigures:
    """Enters what the account page shows; what is there already stays as it is."""

    def __init__(self, hall: Hall, now: datetime) -> None:
        self._hall = hall
        self._now = now

    def fill(self) -> tuple[int, int]:
        """Return how many accounts got bills, and how many tariffs were entered."""
        with self._hall.sessions.begin() as session:
            return self._add_bills(session), self._add_tariff(session)

    def _add_bills(self, session: Session) -> int:
        billed = select(GasBill.gas_account_id)
        wanted = select(GasAccount).where(GasAccount.status != CLOSED, GasAccount.id.not_in(billed))
        accounts = list(session.scalars(wanted.order_by(GasAccount.id)))
        intake = BillingIntake(self._hall.keys, FeedRecords(self._hall.keys))
        for account in accounts:
            intake.take(session, list(self._make_records(account)), self._now)
        return len(accounts)

    def _make_records(self, account: GasAccount) -> list[BillingRecord]:
        today, records = local_date(self._now), []
        months, reading = list_months(write_month(today), MONTHS + 1)[:-1], Decimal(1200)
        for place, month in enumerate(months):
            use = Decimal(_USE[int(month[5:]) - 1] + account.id % 5)
            reading += use
            amount = int((use * _PRICE).quantize(Decimal(1), ROUND_HALF_UP))
            is_paid = place < MONTHS - 1
            told: dict[str, Any] = {
                "period": month, "bill_no": f"{account.account_no}{month.replace('-', '')}",
                "use_m3": str(use), "amount_fen": amount, "paid_fen": amount if is_paid else 0,
                "due_on": (today + timedelta(days=12)).isoformat(), "state": "paid" if is_paid else "open",
                "code": f"{(account.id * 7919 + place * 104729) % 10**8:08d}",
                "tiers": [
                    {"tier": 1, "use_m3": str(use), "fen_per_m3": str(_PRICE), "amount_fen": amount}
                ],
            }  # fmt: skip
            records.append(BillingRecord("bill", account.account_no, month, 1, told))
            if is_paid and amount:
                records += self._make_settled(account, told, MONTHS - place)
        read_at = (self._now - timedelta(days=4)).isoformat()
        last = {"period": months[-1], "read_at": read_at, "reading_m3": str(reading), "meter_no": ""}
        records.append(BillingRecord("reading", account.account_no, months[-1], 1, last))
        return records

    def _make_settled(
        self, account: GasAccount, bill: dict[str, Any], months_ago: int
    ) -> list[BillingRecord]:
        """Return how a bill was paid, and the invoice of every third one."""
        number, fen = bill["bill_no"], bill["amount_fen"]
        paid_at = self._now - timedelta(days=30 * months_ago - 8, hours=account.id % 9)
        payment = {
            "payment_no": f"P{number}", "paid_at": paid_at.isoformat(), "amount_fen": fen,
            "channel": CHANNELS[months_ago % len(CHANNELS)], "bill_nos": [number], "state": "paid",
        }  # fmt: skip
        records = [BillingRecord("payment", account.account_no, payment["payment_no"], 1, payment)]
        if months_ago % 3 == 0:
            invoice = {
                "invoice_no": f"26{number}"[:20], "issued_on": local_date(paid_at).isoformat(),
                "amount_fen": fen, "buyer_kind": "person", "buyer": "演示客户", "invoice_kind": "e_general",
                "state": "issued", "check_code": "", "bill_no": number,
            }  # fmt: skip
            records.append(BillingRecord("invoice", account.account_no, invoice["invoice_no"], 1, invoice))
        return records

    def _add_tariff(self, session: Session) -> int:
        if session.scalars(select(GasTariff.id).limit(1)).first() is not None:
            return 0
        centre = session.scalars(select(Unit.id).where(Unit.parent_id.is_(None))).one()
        first_day = local_date(self._now).replace(month=1, day=1)
        session.add(
            GasTariff(
                unit_id=centre, effective_on=first_day, year_month=1, first_until_m3=Decimal(420),
                second_until_m3=Decimal(600), first_fen=_PRICE, second_fen=Decimal(316),
                third_fen=Decimal(395), is_by_months=False, reason="演示用的价格",
                entered_by=Cast(self._hall).find(_KEEPER).id, entered_at=self._now,
            )
        )  # fmt: skip
        return 1
