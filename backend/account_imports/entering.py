"""Writing the accounts of one chunk: new ones by COPY with ids drawn first, changes one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from backend.account_imports.row_checks import AccountLine
from backend.account_imports.standing import Indexed, Standing
from backend.core.copying import copy_rows
from backend.core.encryption import KeyRing
from backend.core.local_time import SHANGHAI
from backend.core.statements import Prepared
from backend.customers.account_sealing import seal_account_text, seal_premises_text
from backend.customers.models import AccountRole, GasAccount, Meter, Premises
from backend.customers.sealing import seal_customer_text

_DRAW = Prepared(
    text(
        "SELECT nextval('customer_id_seq') AS customer, nextval('premises_id_seq') AS premises,"
        " nextval('gas_account_id_seq') AS account"
        " FROM generate_series(1, :count)"
    )
)
_CUSTOMER = (
    "id", "kind", "name_sealed", "name_index", "phone_sealed", "phone_index", "id_number_sealed",
    "id_number_index", "credit_code", "created_at",
)  # fmt: skip
_PREMISES = (
    "id", "unit_id", "region", "street", "community", "building", "building_unit", "door_sealed",
    "note_sealed", "address_index", "created_at",
)  # fmt: skip
_ACCOUNT = (
    "id", "unit_id", "account_no", "premises_id", "status", "gas_use", "opened_at", "holder_sealed",
    "contact_sealed", "phone_sealed", "phone_index", "monthly_use", "pressure_kpa", "use_nature",
    "use_period",
)  # fmt: skip
_METER = (
    "unit_id", "gas_account_id", "maker", "meter_no", "model", "kind", "inlet_side", "seal_no", "status",
    "reading", "installed_at",
)  # fmt: skip
_ROLE = ("customer_id", "gas_account_id", "unit_id", "role", "granted_at", "proof")


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
        drawn = _DRAW.all(session, {"count": len(entries)})
        customers, premises, accounts, meters, roles = [], [], [], [], []
        hanging: list[tuple[int, AccountLine, int, int]] = []
        for entry, (new_customer, new_premises, account_id) in zip(entries, drawn, strict=True):
            row, line = entry.row, entry.row.line
            identity = row.id_number or line.credit_code
            # Only a number with the name tells one person for sure; an old telephone may be another's now.
            customer_id = standing.customers.get((identity, row.name)) if identity else None
            if customer_id is None:
                customer_id = new_customer
                customers.append(self._make_customer(row, customer_id, now))
                if identity:
                    standing.customers[(identity, row.name)] = customer_id
            premises_id = standing.premises_at.get(row.place)
            if premises_id is None:
                premises_id = standing.premises_at[row.place] = new_premises
                premises.append(self._make_premises(entry, premises_id, now))
            accounts.append(self._make_account(entry, account_id, premises_id, now))
            known = standing.meters.get((line.meter_maker, line.meter_no))
            if known is not None:
                hanging.append((known.id, line, account_id, entry.unit_id))
            elif line.meter_no:
                meters.append(_make_meter(line, account_id, entry.unit_id, now))
            roles.append((customer_id, account_id, entry.unit_id, "owner", now, "import"))
        for table, columns, rows in (
            ("customer", _CUSTOMER, customers),
            ("premises", _PREMISES, premises),
            ("gas_account", _ACCOUNT, accounts),
            ("meter", _METER, meters),
            ("account_role", _ROLE, roles),
        ):
            if rows:
                copy_rows(session, table, columns, rows)
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
                copy_rows(session, "meter", _METER, [_make_meter(line, account.id, account.unit_id, now)])
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
            copy_rows(session, "customer", _CUSTOMER, [self._make_customer(row, customer_id, now)])
            if identity:
                standing.customers[(identity, row.name)] = customer_id
        held = (AccountRole.gas_account_id == account_id) & AccountRole.revoked_at.is_(None)
        session.execute(update(AccountRole).where(held).values(revoked_at=now))
        copy_rows(
            session, "account_role", _ROLE, [(customer_id, account_id, unit_id, "owner", now, "import")]
        )
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
            entered = self._make_premises(Entry(row, unit_id), premises_id, now)
            copy_rows(session, "premises", _PREMISES, [entered])
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

    def _make_customer(self, row: Indexed, customer_id: int, now: datetime) -> tuple[Any, ...]:
        line, keys = row.line, self._keys
        kind = "organisation" if line.credit_code or line.gas_use != "residential" else "resident"
        # Nobody has just told this telephone (phone_told_at): whoever has the number today need not be the
        # customer of the file, so that it binds no account by itself.
        return (
            customer_id,
            kind,
            seal_customer_text(keys, "name", customer_id, line.holder),
            row.name,
            seal_customer_text(keys, "phone", customer_id, line.phone) if line.phone else None,
            row.phone,
            seal_customer_text(keys, "id_number", customer_id, line.id_number) if line.id_number else None,
            row.id_number,
            line.credit_code or None,
            now,
        )

    def _make_premises(self, entry: Entry, premises_id: int, now: datetime) -> tuple[Any, ...]:
        address, keys = entry.row.line.address, self._keys
        return (
            premises_id,
            entry.unit_id,
            *(address[part] for part in ("region", "street", "community", "building", "unit")),
            seal_premises_text(keys, "door", premises_id, address["door"]),
            seal_premises_text(keys, "note", premises_id, address["note"]) if address["note"] else None,
            entry.row.place,
            now,
        )

    def _make_account(
        self, entry: Entry, account_id: int, premises_id: int, now: datetime
    ) -> tuple[Any, ...]:
        line, keys = entry.row.line, self._keys
        texts = (("holder", line.holder), ("contact", line.contact or line.holder), ("phone", line.phone))
        opened = datetime.combine(line.opened_on, time(), SHANGHAI) if line.opened_on else now
        return (
            account_id,
            entry.unit_id,
            line.account_no,
            premises_id,
            line.status or "active",
            line.gas_use,
            opened,
            *(seal_account_text(keys, column, account_id, told) for column, told in texts),
            entry.row.phone,
            line.monthly_use,
            line.pressure_kpa,
            line.use_nature,
            line.use_period,
        )


def _make_meter(line: AccountLine, account_id: int, unit_id: int, now: datetime) -> tuple[Any, ...]:
    opened = datetime.combine(line.opened_on, time(), SHANGHAI) if line.opened_on else now
    return (
        unit_id,
        account_id,
        line.meter_maker,
        line.meter_no,
        line.meter_model,
        line.meter_kind,
        line.inlet_side or None,
        line.meter_seal,
        "installed",
        line.meter_reading,
        opened,
    )
