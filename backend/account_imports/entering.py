"""Writing the accounts of one chunk: new ones by COPY, changes one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from backend.account_imports.new_lines import (
    ACCOUNT,
    CUSTOMER,
    METER,
    PREMISES,
    ROLE,
    write_account,
    write_customer,
    write_meter,
    write_new,
    write_premises,
    write_role,
)
from backend.account_imports.row_checks import AccountLine
from backend.account_imports.standing import Indexed, Standing
from backend.core.copying import copy_lines
from backend.core.encryption import KeyRing
from backend.core.statements import Prepared
from backend.customers.account_sealing import seal_account_text, seal_premises_text
from backend.customers.models import AccountRole, GasAccount, Meter, Premises

_DRAW = Prepared(
    text(
        "SELECT nextval('customer_id_seq') AS customer, nextval('premises_id_seq') AS premises,"
        " nextval('gas_account_id_seq') AS account"
        " FROM generate_series(1, :count)"
    )
)


def draw_ids(session: Session, count: int) -> list[tuple[int, int, int]]:
    """Return ids for the customers, premises and accounts of ``count`` rows; those not used are lost."""
    return [(one.customer, one.premises, one.account) for one in _DRAW.all(session, {"count": count})]


@dataclass(frozen=True, slots=True)
class Entry:
    """A new account: the row, and the unit that its number names."""

    row: Indexed
    unit_id: int


class AccountEntering:
    """Works in the transaction of the chunk, whose addresses are held."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def enter(self, session: Session, entries: Sequence[Entry], standing: Standing, now: datetime) -> None:
        """Enter new accounts whole: customer, premises, account, meter and owner, or none of them."""
        if not entries:
            return
        unwritten = sum(entry.row.lines is None for entry in entries)
        drawn = iter(draw_ids(session, unwritten) if unwritten else ())
        customers, premises, accounts, meters, roles = [], [], [], [], []
        hanging: list[tuple[int, AccountLine, int, int]] = []
        for entry in entries:
            row, line, unit_id = entry.row, entry.row.line, entry.unit_id
            lines = row.lines or write_new(self._keys, row, unit_id, next(drawn), now)
            new_customer, new_premises, account_id = lines.ids
            identity = row.id_number or line.credit_code
            # Only a number with the name tells one person for sure; an old telephone may be another's now.
            customer_id = standing.customers.get((identity, row.name)) if identity else None
            if customer_id is None:
                customers.append(lines.customer)
                roles.append(lines.role)
                if identity:
                    standing.customers[(identity, row.name)] = new_customer
            else:
                roles.append(write_role(customer_id, account_id, unit_id, now))
            premises_id = standing.premises_at.get(row.place)
            if premises_id is None:
                standing.premises_at[row.place] = new_premises
                premises.append(lines.premises)
                accounts.append(lines.account)
            else:
                accounts.append(write_account(self._keys, row, unit_id, (premises_id, account_id), now))
            known = standing.meters.get((line.meter_maker, line.meter_no))
            if known is not None:
                hanging.append((known.id, line, account_id, unit_id))
            elif line.meter_no:
                meters.append(lines.meter)
        for table, columns, told in (
            ("customer", CUSTOMER, customers),
            ("premises", PREMISES, premises),
            ("gas_account", ACCOUNT, accounts),
            ("meter", METER, meters),
            ("account_role", ROLE, roles),
        ):
            if told:
                copy_lines(session, table, columns, told)
        for meter_id, line, account_id, unit_id in hanging:
            self._hang(session, meter_id, line, account_id, unit_id, now)

    def change(
        self, session: Session, row: Indexed, account: Any, keys_of: Collection[str], standing: Standing,  # noqa: ANN401
        now: datetime,
    ) -> None:  # fmt: skip
        """Change of an account what its row says otherwise, which is nothing that is fixed."""
        line = row.line
        values: dict[str, Any] = {
            key: getattr(line, key)
            for key in ("gas_use", "monthly_use", "pressure_kpa", "use_nature", "use_period")
            if key in keys_of
        }
        if "contact" in keys_of:
            values["contact_sealed"] = seal_account_text(self._keys, "contact", account.id, line.contact)
        if "phone" in keys_of:
            values["phone_sealed"] = seal_account_text(self._keys, "phone", account.id, line.phone)
            values["phone_index"] = row.phone
        if values:
            session.execute(update(GasAccount).where(GasAccount.id == account.id).values(values))
        if "note" in keys_of:
            note = seal_premises_text(self._keys, "note", account.premises_id, line.address["note"])
            at_place = Premises.id == account.premises_id
            session.execute(update(Premises).where(at_place).values(note_sealed=note))
        if "meter" in keys_of:
            known = standing.meters.get((line.meter_maker, line.meter_no))
            if known is not None:
                self._hang(session, known.id, line, account.id, account.unit_id, now)
            else:
                copy_lines(session, "meter", METER, [write_meter(line, account.id, account.unit_id, now)])
            return
        told = {
            "kind": line.meter_kind, "model": line.meter_model, "inlet_side": line.inlet_side,
            "seal_no": line.meter_seal,
        }  # fmt: skip
        meter: dict[str, Any] = {key: given for key, given in told.items() if given}
        if line.meter_reading is not None:
            meter["reading"] = line.meter_reading
        if {"meter_kind", "meter_model", "inlet_side", "meter_seal", "meter_reading"} & set(keys_of):
            session.execute(update(Meter).where(Meter.id == account.meter_id).values(meter))

    def change_owner(
        self, session: Session, row: Indexed, account_id: int, unit_id: int, standing: Standing, now: datetime
    ) -> None:
        """Let the account be the row's holder's; all former roles end, and stay as rows."""
        line = row.line
        identity = row.id_number or line.credit_code
        customer_id = standing.customers.get((identity, row.name)) if identity else None
        if customer_id is None:
            customer_id = _DRAW.one(session, {"count": 1}).customer
            copy_lines(session, "customer", CUSTOMER, [write_customer(self._keys, row, customer_id, now)])
            if identity:
                standing.customers[(identity, row.name)] = customer_id
        held = (AccountRole.gas_account_id == account_id) & AccountRole.revoked_at.is_(None)
        session.execute(update(AccountRole).where(held).values(revoked_at=now))
        copy_lines(session, "account_role", ROLE, [write_role(customer_id, account_id, unit_id, now)])
        texts = (("holder", line.holder), ("contact", line.contact or line.holder), ("phone", line.phone))
        sealed = {
            f"{column}_sealed": seal_account_text(self._keys, column, account_id, told)
            for column, told in texts
        }
        session.execute(
            update(GasAccount).where(GasAccount.id == account_id).values(**sealed, phone_index=row.phone)
        )

    def find_place(
        self, session: Session, row: Indexed, unit_id: int, standing: Standing, now: datetime
    ) -> int:
        """Return the premises at the row's address, entered where nobody has been there before."""
        premises_id = standing.premises_at.get(row.place)
        if premises_id is None:
            premises_id = standing.premises_at[row.place] = int(_DRAW.one(session, {"count": 1}).premises)
            entered = write_premises(self._keys, row, unit_id, premises_id, now)
            copy_lines(session, "premises", PREMISES, [entered])
        return premises_id

    @staticmethod
    def _hang(
        session: Session, meter_id: int, line: AccountLine, account_id: int, unit_id: int, now: datetime
    ) -> None:
        """Hang a meter that the company has and that is at no account now."""
        told: dict[str, Any] = {"kind": line.meter_kind, "unit_id": unit_id, "gas_account_id": account_id}
        more = {
            "model": line.meter_model, "inlet_side": line.inlet_side, "seal_no": line.meter_seal,
            "reading": line.meter_reading,
        }  # fmt: skip
        told |= {key: given for key, given in more.items() if given not in ("", None)}
        hung = {"status": "installed", "installed_at": now, "removed_at": None}
        session.execute(update(Meter).where(Meter.id == meter_id).values(**told, **hung))
