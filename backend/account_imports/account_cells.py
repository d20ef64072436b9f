"""An account as cells under the columns of a file: as it is exported, and as it is told to another system."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from backend.account_imports.columns import GAS_USES, INLET_SIDES, METER_KINDS, STATUSES
from backend.account_imports.row_checks import AccountLine
from backend.core.encryption import KeyRing
from backend.core.local_time import local_date
from backend.core.masking import mask_id_number, mask_name, mask_phone
from backend.customers.account_sealing import open_account_text, open_premises_text
from backend.customers.sealing import open_customer_text

# What is read of accounts; whoever uses it says which.
SELECT_CELLS: Final = (
    "SELECT a.id, a.account_no, a.unit_id, a.status, a.opened_at, a.gas_use, a.holder_sealed,"
    " a.contact_sealed, a.phone_sealed, a.monthly_use, a.pressure_kpa, a.use_nature, a.use_period,"
    " p.id AS premises_id, p.region, p.street, p.community, p.building, p.building_unit, p.door_sealed,"
    " p.note_sealed, c.id AS customer_id, c.id_number_sealed, c.credit_code, m.maker, m.meter_no, m.model,"
    " m.kind, m.inlet_side, m.seal_no, m.reading"
    " FROM gas_account a JOIN premises p ON p.id = a.premises_id"
    " LEFT JOIN account_role r ON r.gas_account_id = a.id AND r.role = 'owner' AND r.revoked_at IS NULL"
    " LEFT JOIN customer c ON c.id = r.customer_id"
    " LEFT JOIN LATERAL (SELECT * FROM meter WHERE gas_account_id = a.id AND status = 'installed'"
    " ORDER BY id DESC LIMIT 1) m ON true"
)


def _name_words(words: dict[str, str]) -> dict[str, str]:
    """Return key → the first word that means it."""
    return {key: word for word, key in reversed(words.items())}


_USE_WORDS, _STATUS_WORDS = _name_words(GAS_USES), _name_words(STATUSES)
_KIND_WORDS, _SIDE_WORDS = _name_words(METER_KINDS), _name_words(INLET_SIDES)


def write_cells(keys: KeyRing, row: Any) -> dict[str, str]:  # noqa: ANN401 - a named tuple
    """Return a row of SELECT_CELLS in clear. Whoever calls this answers for who gets to see it."""
    holder, contact, phone = (
        open_account_text(keys, one, row.id, getattr(row, f"{one}_sealed"))
        for one in ("holder", "contact", "phone")
    )
    id_number = open_customer_text(keys, "id_number", row.customer_id, row.id_number_sealed)
    return {
        "account_no": row.account_no,
        "holder": holder,
        "id_number": id_number or row.credit_code or "",
        "contact": contact,
        "phone": phone,
        "region": row.region,
        "street": row.street,
        "community": row.community,
        "building": row.building,
        "unit": row.building_unit,
        "door": open_premises_text(keys, "door", row.premises_id, row.door_sealed),
        "note": open_premises_text(keys, "note", row.premises_id, row.note_sealed),
        "gas_use": _USE_WORDS[row.gas_use],
        "status": _STATUS_WORDS[row.status],
        "opened_on": local_date(row.opened_at).isoformat(),
        "monthly_use": _write_number(row.monthly_use),
        "pressure_kpa": _write_number(row.pressure_kpa),
        "use_nature": row.use_nature,
        "use_period": row.use_period,
        "meter_maker": row.maker or "",
        "meter_no": row.meter_no or "",
        "meter_model": row.model or "",
        "meter_kind": _KIND_WORDS.get(row.kind, ""),
        "inlet_side": _SIDE_WORDS.get(row.inlet_side, ""),
        "meter_seal": row.seal_no or "",
        "meter_reading": _write_number(row.reading),
    }


def write_line(line: AccountLine) -> dict[str, str]:
    """Return a row that was read as the cells that ``write_cells`` would make of the same account."""
    address = line.address
    return {
        "account_no": line.account_no,
        "holder": line.holder,
        "id_number": line.id_number or line.credit_code,
        "contact": line.contact,
        "phone": line.phone,
        **{part: address[part] for part in ("region", "street", "community", "building", "unit")},
        "door": address["door"],
        "note": address["note"],
        "gas_use": _USE_WORDS[line.gas_use],
        "status": _STATUS_WORDS.get(line.status, ""),
        "opened_on": line.opened_on.isoformat() if line.opened_on else "",
        "monthly_use": _write_number(line.monthly_use),
        "pressure_kpa": _write_number(line.pressure_kpa),
        "use_nature": line.use_nature,
        "use_period": line.use_period,
        "meter_maker": line.meter_maker,
        "meter_no": line.meter_no,
        "meter_model": line.meter_model,
        "meter_kind": _KIND_WORDS.get(line.meter_kind, ""),
        "inlet_side": _SIDE_WORDS.get(line.inlet_side, ""),
        "meter_seal": line.meter_seal,
        "meter_reading": _write_number(line.meter_reading),
    }


def mask_cells(cells: dict[str, str]) -> dict[str, str]:
    """Return the cells with what is personal masked; the door and the note say too much even in part."""
    masked = {
        "holder": mask_name(cells["holder"]),
        "contact": mask_name(cells["contact"]),
        "phone": mask_phone(cells["phone"]),
        "id_number": mask_id_number(cells["id_number"]),
        "door": "****",
        "note": "",
    }
    return {**cells, **masked}


def _write_number(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"
