"""What a new account is in each table, sealed and as lines of COPY, before the database is asked anything."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
from typing import Final

from backend.account_imports.row_checks import AccountLine
from backend.account_imports.standing import Indexed, NewLines
from backend.core.copied_lines import NOTHING, write_bytes, write_line, write_text
from backend.core.encryption import KeyRing
from backend.core.local_time import SHANGHAI
from backend.customers.account_sealing import seal_account_text, seal_premises_text
from backend.customers.sealing import seal_customer_text

CUSTOMER: Final = (
    "id", "kind", "name_sealed", "name_index", "phone_sealed", "phone_index", "id_number_sealed",
    "id_number_index", "credit_code", "created_at",
)  # fmt: skip
PREMISES: Final = (
    "id", "unit_id", "region", "street", "community", "building", "building_unit", "door_sealed",
    "note_sealed", "address_index", "created_at",
)  # fmt: skip
ACCOUNT: Final = (
    "id", "unit_id", "account_no", "premises_id", "status", "gas_use", "opened_at", "holder_sealed",
    "contact_sealed", "phone_sealed", "phone_index", "monthly_use", "pressure_kpa", "use_nature",
    "use_period",
)  # fmt: skip
METER: Final = (
    "unit_id", "gas_account_id", "maker", "meter_no", "model", "kind", "inlet_side", "seal_no", "status",
    "reading", "installed_at",
)  # fmt: skip
ROLE: Final = ("customer_id", "gas_account_id", "unit_id", "role", "granted_at", "proof")


def write_new(
    keys: KeyRing, row: Indexed, unit_id: int, ids: tuple[int, int, int], now: datetime
) -> NewLines:
    """Return a row as an account of which nothing is there yet, under the ``ids`` drawn for it."""
    customer_id, premises_id, account_id = ids
    return NewLines(
        ids,
        write_customer(keys, row, customer_id, now),
        write_premises(keys, row, unit_id, premises_id, now),
        write_account(keys, row, unit_id, (premises_id, account_id), now),
        write_meter(row.line, account_id, unit_id, now) if row.line.meter_no else "",
        write_role(customer_id, account_id, unit_id, now),
    )


def write_customer(keys: KeyRing, row: Indexed, customer_id: int, now: datetime) -> str:
    """Return the customer who holds the row's account.

    Nobody has just told this telephone (phone_told_at): whoever has the number today need not be the customer
    of the file, so that it binds no account by itself.
    """
    line = row.line
    is_company = line.credit_code or line.gas_use != "residential"
    return write_line(
        (
            str(customer_id),
            "organisation" if is_company else "resident",
            seal_customer_text(keys, "name", customer_id, line.holder),
            write_bytes(row.name),
            seal_customer_text(keys, "phone", customer_id, line.phone) if line.phone else NOTHING,
            write_bytes(row.phone),
            seal_customer_text(keys, "id_number", customer_id, line.id_number) if line.id_number else NOTHING,
            write_bytes(row.id_number),
            line.credit_code or NOTHING,
            _tell_moment(now),
        )
    )


def write_premises(keys: KeyRing, row: Indexed, unit_id: int, premises_id: int, now: datetime) -> str:
    """Return the premises at the row's address."""
    address = row.line.address
    note = address["note"]
    return write_line(
        (
            str(premises_id),
            str(unit_id),
            *[write_text(address[part]) for part in ("region", "street", "community", "building", "unit")],
            seal_premises_text(keys, "door", premises_id, address["door"]),
            seal_premises_text(keys, "note", premises_id, note) if note else NOTHING,
            write_bytes(row.place),
            _tell_moment(now),
        )
    )


def write_account(keys: KeyRing, row: Indexed, unit_id: int, ids: tuple[int, int], now: datetime) -> str:
    """Return the account; ``ids`` are those of its premises and its own."""
    line, (premises_id, account_id) = row.line, ids
    return write_line(
        (
            str(account_id),
            str(unit_id),
            line.account_no,
            str(premises_id),
            line.status or "active",
            line.gas_use,
            _tell_opening(line, now),
            seal_account_text(keys, "holder", account_id, line.holder) or NOTHING,
            seal_account_text(keys, "contact", account_id, line.contact or line.holder) or NOTHING,
            seal_account_text(keys, "phone", account_id, line.phone) or NOTHING,
            write_bytes(row.phone),
            NOTHING if line.monthly_use is None else str(line.monthly_use),
            NOTHING if line.pressure_kpa is None else str(line.pressure_kpa),
            write_text(line.use_nature),
            write_text(line.use_period),
        )
    )


def write_meter(line: AccountLine, account_id: int, unit_id: int, now: datetime) -> str:
    """Return the meter that hangs at the account from its opening on."""
    return write_line(
        (
            str(unit_id),
            str(account_id),
            write_text(line.meter_maker),
            write_text(line.meter_no),
            write_text(line.meter_model),
            line.meter_kind,
            line.inlet_side or NOTHING,
            write_text(line.meter_seal),
            "installed",
            NOTHING if line.meter_reading is None else str(line.meter_reading),
            _tell_opening(line, now),
        )
    )


def write_role(customer_id: int, account_id: int, unit_id: int, now: datetime) -> str:
    """Return that the customer is the account's owner."""
    ids = (str(customer_id), str(account_id), str(unit_id))
    return write_line((*ids, "owner", _tell_moment(now), "import"))


def _tell_opening(line: AccountLine, now: datetime) -> str:
    return _tell_day(line.opened_on) if line.opened_on else _tell_moment(now)


# All rows of a chunk are entered at one moment, and the accounts of a company share a few thousand days.
@lru_cache(maxsize=10)
def _tell_moment(moment: datetime) -> str:
    return moment.isoformat()


@lru_cache(maxsize=20_000)
def _tell_day(day: date) -> str:
    return datetime.combine(day, time(), SHANGHAI).isoformat()
