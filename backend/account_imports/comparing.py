"""How a row differs from the account that is there, and what of it an import may change."""

from __future__ import annotations

from typing import Any, Final

from backend.account_imports.standing import Indexed
from backend.core.encryption import KeyRing, normalise
from backend.core.local_time import local_date
from backend.customers.account_sealing import open_account_text, open_premises_text

# Whose account it is, where, and how it stands change by a process of the hall alone, which ends bindings,
# settles money and is signed; so does the meter that hangs there.
FIXED: Final = frozenset({"holder", "region", "status", "opened_on", "meter_no", "id_number"})
_ACCOUNT: Final = ("gas_use", "monthly_use", "pressure_kpa", "use_nature", "use_period")


def list_differences(keys: KeyRing, row: Indexed, account: Any) -> list[str]:  # noqa: ANN401 - a named tuple
    """Return the keys of the columns in which the row says something else; an empty cell says nothing."""
    line = row.line
    differing: list[str] = []
    holder = open_account_text(keys, "holder", account.id, account.holder_sealed)
    if normalise(holder, "name") != normalise(line.holder, "name"):
        differing.append("holder")
    if bytes(account.address_index) != row.place:
        differing.append("region")
    note = line.address["note"]
    if note and open_premises_text(keys, "note", account.premises_id, account.note_sealed) != note:
        differing.append("note")
    if line.status and line.status != account.status:
        differing.append("status")
    if line.opened_on and line.opened_on != local_date(account.opened_at):
        differing.append("opened_on")
    if (
        line.contact
        and open_account_text(keys, "contact", account.id, account.contact_sealed) != line.contact
    ):
        differing.append("contact")
    if row.phone and (account.phone_index is None or bytes(account.phone_index) != row.phone):
        differing.append("phone")
    differing += [
        key
        for key in _ACCOUNT
        if getattr(line, key) not in ("", None) and getattr(line, key) != getattr(account, key)
    ]
    return differing + _compare_identity(row, account) + _compare_meter(row, account)


def _compare_identity(row: Indexed, account: Any) -> list[str]:  # noqa: ANN401 - a named tuple
    """An account that nobody owns has nobody whose number it could be."""
    if account.customer_id is None:
        return []
    number, code = account.id_number_index, account.credit_code
    wrong = row.id_number is not None and (number is None or bytes(number) != row.id_number)
    return ["id_number"] if wrong or (row.line.credit_code and row.line.credit_code != code) else []


def _compare_meter(row: Indexed, account: Any) -> list[str]:  # noqa: ANN401 - a named tuple
    line = row.line
    if not line.meter_no:
        return []
    if account.meter_id is None:
        return ["meter"]
    if (account.maker, account.meter_no) != (line.meter_maker, line.meter_no):
        return ["meter_no"]
    told = (
        ("meter_kind", line.meter_kind, account.kind),
        ("meter_model", line.meter_model, account.model),
        ("inlet_side", line.inlet_side, account.inlet_side),
        ("meter_seal", line.meter_seal, account.seal_no),
        ("meter_reading", line.meter_reading, account.reading),
    )
    return [key for key, given, kept in told if given not in ("", None) and given != kept]
