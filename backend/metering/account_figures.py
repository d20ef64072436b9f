"""What a customer reads of an account's use, tiers, bills and balance; each part is asked for by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.page_cursor import read_place, write_place
from backend.core.errors import NotFound
from backend.core.local_time import local_date
from backend.customers.account_rights import BILLS, USE, find_transferred_at
from backend.customers.accounts import ACTIVE
from backend.customers.bindings import AccountBindings
from backend.customers.models import GasAccount
from backend.metering.models import AccountBalance, GasBill, GasBillTier, MeterReading
from backend.metering.monthly_use import count_idle_months, find_use
from backend.metering.open_bills import OPEN, sum_open_bills
from backend.metering.owned import own_bills
from backend.metering.tariffs import list_tariffs
from backend.metering.tiers import TierPosition, find_position, list_months, write_month

MONTHS_SHOWN: Final = 24
BILLS_A_PAGE: Final = 12
# The supply contract of homes (6.2.11): who uses no gas for three months on end has it suspended.
IDLE_MONTHS_TO_SUSPEND: Final = 3
_RESIDENTIAL: Final = "residential"
_CURSOR: Final = "bills"


class AccountFigures:
    """``reading`` gives sessions for single statements, ``now`` is the clock.

    Whoever's role does not see a part gets NotFound, as for an account that is not there. What was before
    the account came to its present owner is nobody's here.
    """

    def __init__(
        self, reading: sessionmaker[Session], bindings: AccountBindings, now: Callable[[], datetime]
    ) -> None:
        self._reading = reading
        self._bindings = bindings
        self._now = now

    def tell_use(self, customer_id: int, account_no: str) -> dict[str, Any]:
        """Return ``{months, latest, tier, idle_months}``: m³ by month, the last reading, and the tier.

        ``tier`` is None for who is no home, and where the unit has no tariff. ``idle_months`` counts the last
        months without any use where so many ask for a suspension, else it is nought.
        """
        today = local_date(self._now())
        with self._reading() as session:
            account = self._bindings.find_part(session, customer_id, account_no, USE)
            came_at = find_transferred_at(session, account.id)
            shown = list_months(write_month(today), MONTHS_SHOWN)
            first = shown[0] if came_at is None else max(shown[0], write_month(local_date(came_at)))
            use = self._find_use(session, account, first)
            read = select(MeterReading).where(MeterReading.gas_account_id == account.id)
            if came_at is not None:
                read = read.where(MeterReading.read_at >= came_at)
            newest = read.order_by(MeterReading.read_at.desc(), MeterReading.id.desc()).limit(1)
            latest = session.scalars(newest).one_or_none()
            opened_on = local_date(came_at or account.opened_at)
            tariffs = list_tariffs(session, account.unit_id) if account.gas_use == _RESIDENTIAL else []
            # What runs no gas by itself, before the gas is on or once it is stopped, is not to be suspended.
            idle_months = count_idle_months(use, write_month(today)) if account.status == ACTIVE else 0
        return {
            "months": [{"month": month, "use_m3": use.get(month)} for month in shown],
            "latest": None
            if latest is None
            else {"read_at": latest.read_at, "reading_m3": latest.reading_m3, "source": latest.source},
            "tier": _write_tier(find_position(tariffs, use, opened_on, today)),
            "idle_months": idle_months if idle_months >= IDLE_MONTHS_TO_SUSPEND else 0,
        }

    def tell_balance(self, customer_id: int, account_no: str) -> dict[str, Any]:
        """Return what is owed by bills, since when it is overdue, and what is left of money paid ahead."""
        with self._reading() as session:
            account = self._bindings.find_part(session, customer_id, account_no, BILLS)
            owed = sum_open_bills(session, own_bills(session, account))
            balance = session.get(AccountBalance, account.id)
            return {
                "owed_fen": owed.total_fen,
                "owed_bills": owed.bills,
                "due_on": owed.due_on,
                "overdue": owed.due_on is not None and owed.due_on < local_date(self._now()),
                "balance_fen": None if balance is None else balance.balance_fen,
                "balance_at": None if balance is None else balance.as_of,
            }

    def list_bills(self, customer_id: int, account_no: str, after: str | None) -> dict[str, Any]:
        """Return ``{items, next}``: what is owed first, then the newest month first.

        Raises Invalid ``cursor_invalid`` for an ``after`` that was never given out.
        """
        with self._reading() as session:
            account = self._bindings.find_part(session, customer_id, account_no, BILLS)
            is_open = GasBill.state == OPEN
            asked = select(GasBill).where(own_bills(session, account), GasBill.state != "void")
            if after is not None:
                was_open, month = read_place(after, _CURSOR, bool, str)
                later = and_(is_open if was_open else ~is_open, GasBill.period < month)
                asked = asked.where(or_(later, ~is_open) if was_open else later)
            rows = list(
                session.scalars(asked.order_by(is_open.desc(), GasBill.period.desc()).limit(BILLS_A_PAGE + 1))
            )
        page, today = rows[:BILLS_A_PAGE], local_date(self._now())
        last = page[-1] if len(rows) > BILLS_A_PAGE else None
        return {
            "items": [_write_bill(one, overdue=one.state == OPEN and one.due_on < today) for one in page],
            "next": None if last is None else write_place(_CURSOR, last.state == OPEN, last.period),
        }

    def tell_bill(self, customer_id: int, account_no: str, bill_no: str) -> dict[str, Any]:
        """Return a bill with its tiers; raises NotFound for one that is another account's or taken back."""
        with self._reading() as session:
            account = self._bindings.find_part(session, customer_id, account_no, BILLS)
            asked = select(GasBill).where(own_bills(session, account), GasBill.bill_no == bill_no)
            bill = session.scalars(asked.where(GasBill.state != "void")).one_or_none()
            if bill is None:
                raise NotFound
            tiers = session.scalars(
                select(GasBillTier).where(GasBillTier.bill_id == bill.id).order_by(GasBillTier.tier)
            ).all()
        overdue = bill.state == OPEN and bill.due_on < local_date(self._now())
        return {
            **_write_bill(bill, overdue=overdue),
            "tiers": [
                {
                    "tier": one.tier,
                    "use_m3": one.use_m3,
                    "fen_per_m3": one.fen_per_m3,
                    "amount_fen": one.amount_fen,
                }
                for one in tiers
            ],
        }

    @staticmethod
    def _find_use(session: Session, account: GasAccount, first: str) -> dict[str, Decimal]:
        billed = select(GasBill.period, GasBill.use_m3).where(
            GasBill.gas_account_id == account.id, GasBill.state != "void", GasBill.period >= first
        )
        # The reading before the first month is where that begins.
        before = list_months(first, 2)[0]
        read = select(MeterReading.period, MeterReading.reading_m3).where(
            MeterReading.gas_account_id == account.id,
            MeterReading.source == "master",
            MeterReading.period >= before,
        )
        bills = {month: m3 for month, m3 in session.execute(billed).tuples()}
        readings = {month: m3 for month, m3 in session.execute(read).tuples() if month is not None}
        return {month: m3 for month, m3 in find_use(bills, readings).items() if month >= first}


def _write_bill(bill: GasBill, *, overdue: bool) -> dict[str, Any]:
    return {
        "bill_no": bill.bill_no,
        "month": bill.period,
        "use_m3": bill.use_m3,
        "amount_fen": bill.amount_fen,
        "paid_fen": bill.paid_fen,
        "due_on": bill.due_on,
        "state": bill.state,
        "overdue": overdue,
    }


def _write_tier(position: TierPosition | None) -> dict[str, Any] | None:
    if position is None:
        return None
    first, second = position.limits_m3
    bounds = ((Decimal(0), first), (first, second), (second, None))
    return {
        "year_from": position.year_from,
        "year_to": position.year_to,
        "used_m3": position.used_m3,
        "tier": position.tier,
        "left_m3": position.left_m3,
        "tiers": [
            {"tier": tier, "from_m3": low, "to_m3": high, "fen_per_m3": price}
            for tier, ((low, high), price) in enumerate(
                zip(bounds, position.prices_fen, strict=True), start=1
            )
        ],
    }
