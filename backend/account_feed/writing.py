"""Writing of an account here what the master has otherwise, by the same code as an import's rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.account_feed.units import HOLDER, METER, METER_UNITS, Cells, fold
from backend.account_imports.columns import TITLES
from backend.account_imports.entering import AccountEntering
from backend.account_imports.row_checks import AccountLine, RowReader, RowRefused
from backend.account_imports.standing import Indexed, Standing, index_line
from backend.core.csv_rows import Record
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict
from backend.core.local_time import SHANGHAI
from backend.customers.account_changes import AccountChanges
from backend.customers.account_devices import INSTALLED, hang_meter
from backend.customers.account_records import MeterRecord
from backend.customers.account_sealing import seal_account_text
from backend.customers.accounts import CLOSED, find_owner
from backend.customers.models import Customer, GasAccount, Meter
from backend.customers.sealing import open_name, seal_id_number, seal_name

_KEYS: Final = tuple(TITLES)
# The line's own names of what belongs to the meter, and what leaves it as it is.
_METER_BLANKS: Final[dict[str, Any]] = {**dict.fromkeys(METER_UNITS, ""), "meter_reading": None}
_BY_HAND: Final = frozenset({"holder", "id_number", "address", "status", "opened_on", METER})


def read_row(keys: KeyRing, cells: Cells, row_no: int, today: date) -> Indexed:
    """Return an account's cells as an import's row; raises RowRefused."""
    values = tuple(cells.get(key, "") for key in _KEYS)
    return index_line(keys, row_no, RowReader(_KEYS, today).read(Record(row_no, 0, values)))


class AccountWriting:
    """Works in the caller's transaction, which has locked the account and its address."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self.entering = AccountEntering(keys)

    def write(
        self, session: Session, row: Indexed, known: Any, units: Collection[str], standing: Standing,  # noqa: ANN401
        now: datetime,
    ) -> None:  # fmt: skip
        """Write ``units`` of the row; ``known`` is what stands of its account.

        Raises RowRefused with the code of why one of them cannot be.
        """
        account = session.get_one(GasAccount, known.id, populate_existing=True)
        line = row.line
        if account.status == CLOSED:
            raise RowRefused("closed_here", "status")
        if "holder" in units:
            self.entering.change_owner(session, row, account.id, account.unit_id, standing, now)
            session.refresh(account)
        elif "id_number" in units:
            self._tell_identity(session, account, row)
        if "address" in units:
            self._move(session, account, row, standing, now)
        if "opened_on" in units and line.opened_on:
            account.opened_at = datetime.combine(line.opened_on, time(), SHANGHAI)
        if METER in units:
            self._hang(session, account, line, now)
        session.flush()
        self._change_rest(session, row, known, units, standing, now)
        if "status" in units and line.status:
            if line.status == CLOSED:
                AccountChanges.close(session, account, now)
            account.status = line.status
            session.flush()

    def rename(self, session: Session, account_id: int, ours: Cells, theirs: Cells) -> None:
        """Write the same holder's name as the master has it; every role stays. Raises RowRefused.

        Another telephone or ID number may be another person's, who would come by the account that way.
        """
        account = session.get_one(GasAccount, account_id, with_for_update=True, populate_existing=True)
        if account.status == CLOSED:
            raise RowRefused("closed_here", "status")
        if any(fold(theirs, one) and fold(theirs, one) != fold(ours, one) for one in ("phone", "id_number")):
            raise RowRefused("not_only_name", "")
        name, was = theirs["holder"], fold(ours, HOLDER)
        # The contact is mended with the name where both were the same person.
        contact = theirs.get("contact") or ours.get("contact", "")
        if fold({"holder": ours.get("contact", "")}, HOLDER) == was:
            contact = name
        account.holder_sealed = seal_account_text(self._keys, "holder", account.id, name)
        account.contact_sealed = seal_account_text(self._keys, "contact", account.id, contact)
        owner = find_owner(session, account.id)
        if owner is not None:
            customer = session.get_one(Customer, owner.customer_id)
            if fold({"holder": open_name(self._keys, customer) or ""}, HOLDER) == was:
                seal_name(self._keys, customer, name)

    def _change_rest(
        self, session: Session, row: Indexed, known: Any, units: Iterable[str], standing: Standing,  # noqa: ANN401
        now: datetime,
    ) -> None:  # fmt: skip
        rest = set(units) - _BY_HAND
        if METER in units:
            rest -= set(METER_UNITS)
        if "holder" in units:
            # They have been written with the holder.
            rest -= {"contact", "phone"}
        if rest:
            # Of a meter all that is told would be written, so that what is not meant is left out.
            kept = {key: blank for key, blank in _METER_BLANKS.items() if key not in rest}
            meant = replace(row, line=replace(row.line, **kept))
            self.entering.change(session, meant, known, rest, standing, now)

    def _tell_identity(self, session: Session, account: GasAccount, row: Indexed) -> None:
        owner = find_owner(session, account.id)
        if owner is None:
            raise RowRefused("owner_missing", "id_number")
        customer = session.get_one(Customer, owner.customer_id)
        if row.line.credit_code:
            customer.kind, customer.credit_code = "organisation", row.line.credit_code
        elif row.line.id_number:
            seal_id_number(self._keys, customer, row.line.id_number)
            customer.credit_code = None

    def _move(
        self, session: Session, account: GasAccount, row: Indexed, standing: Standing, now: datetime
    ) -> None:
        if standing.numbers_at.get(row.place, set()) - {account.account_no}:
            raise RowRefused("place_taken", "door")
        account.premises_id = self.entering.find_place(session, row, account.unit_id, standing, now)

    @staticmethod
    def _hang(session: Session, account: GasAccount, line: AccountLine, now: datetime) -> None:
        record = MeterRecord(
            line.meter_maker, line.meter_no, line.meter_kind, line.meter_reading, line.inlet_side or None,
            line.meter_seal,
        )  # fmt: skip
        try:
            hang_meter(session, account, record, now)
        except Conflict:
            raise RowRefused("meter_taken", "meter_no") from None
        hanging = select(Meter).where(Meter.gas_account_id == account.id, Meter.status == INSTALLED)
        meter = session.scalars(hanging).one()
        meter.model = line.meter_model or meter.model
