"""As many gas accounts as wanted, written by COPY: each a customer with a home, an account and its role.

Every twentieth is classified. Of many only these are sealed in earnest, since they are what the figures look
up and page through; the others hold something just as long.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from psycopg import sql

from backend.core.encryption import KeyRing
from backend.customers.account_sealing import seal_account_text, seal_premises_text
from backend.customers.sealing import seal_customer_text
from bench.clones import Owner, hold_indexes_back

CLASSIFIED_EVERY: Final = 20
UNIT_CODES: Final = tuple(str(code) for code in range(400, 440))
FIRST_ID: Final = 1_000_000
_BATCH: Final = 50_000
HOMES_IN_BUILDING: Final = 60
_AT = "2026-11-01 00:00:00+00"
_TABLES: Final = {
    "customer": "id, kind, name_sealed, name_index, phone_sealed, phone_index, created_at",
    "premises": "id, unit_id, region, street, community, building, building_unit, door_sealed,"
    " address_index, created_at",
    "gas_account": "id, unit_id, account_no, premises_id, status, gas_use, classification, opened_at,"
    " holder_sealed, contact_sealed, phone_sealed, phone_index",
    "account_role": "id, customer_id, gas_account_id, unit_id, role, granted_at, proof",
}


def name_account(number: int) -> str:
    """Return the account number of the account ``number``."""
    return f"{UNIT_CODES[number % len(UNIT_CODES)]}{number:09d}"


def name_phone(number: int) -> str:
    """Return the telephone of who holds the account ``number``."""
    return f"1{3_900_000_000 + number}"


def name_place(number: int) -> dict[str, str]:
    """Return community and building of the account ``number``, as somebody types them."""
    at = number // HOMES_IN_BUILDING
    typed = {"community": f"阳光小区{at // 50}", "building": f"{at % 50}号楼"}
    return {"region": "", "street": "", "unit": "", "door": "", **typed}


def settle_crowd(owner: Owner, keys: KeyRing, units: tuple[int, ...], amount: int, sealed_every: int) -> None:
    """Write ``amount`` accounts of these ``units``, as many as there are ``UNIT_CODES``."""
    owner.execute("SET synchronous_commit = off")
    owner.execute("SET maintenance_work_mem = '1GB'")
    with hold_indexes_back(owner, tuple(_TABLES)):
        for start in range(0, amount, _BATCH):
            made = _make_rows(keys, units, range(start, min(start + _BATCH, amount)), sealed_every)
            for (table, columns), lines in zip(_TABLES.items(), made, strict=True):
                asked = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), sql.SQL(columns))
                with owner.cursor().copy(asked) as rows:
                    rows.write("".join(lines))
            owner.commit()
    owner.autocommit = True
    for table in _TABLES:
        owner.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))


def _make_rows(
    keys: KeyRing, units: tuple[int, ...], numbers: range, sealed_every: int
) -> tuple[list[str], list[str], list[str], list[str]]:
    customers: list[str] = []
    premises: list[str] = []
    accounts: list[str] = []
    roles: list[str] = []
    filler = keys.encrypt("13900000000", "nobody")
    for number in numbers:
        key, unit, place = FIRST_ID + number, units[number % len(units)], name_place(number)
        is_sealed = number % sealed_every == 0
        name, phone, door, holder, contact, told = _seal(keys, key, number) if is_sealed else (filler,) * 6
        if is_sealed:
            by_phone = keys.blind_index(name_phone(number), "phone").hex()
            by_name = keys.blind_index(f"张{number}", "name").hex()
        else:
            by_phone, by_name = _digest(f"p{number}"), _digest(f"n{number}")
        kind = "special" if number % CLASSIFIED_EVERY == 0 else "general"
        customers.append(f"{key}\tresident\t{name}\t\\\\x{by_name}\t{phone}\t\\\\x{by_phone}\t{_AT}\n")
        premises.append(
            f"{key}\t{unit}\t历下区\t文化路\t{place['community']}\t{place['building']}\t2单元\t{door}"
            f"\t\\\\x{_digest(f'a{number}')}\t{_AT}\n"
        )
        accounts.append(
            f"{key}\t{unit}\t{name_account(number)}\t{key}\tactive\tresidential\t{kind}\t{_AT}"
            f"\t{holder}\t{contact}\t{told}\t\\\\x{by_phone}\n"
        )
        roles.append(f"{key}\t{key}\t{key}\t{unit}\towner\t{_AT}\timport\n")
    return customers, premises, accounts, roles


def _seal(keys: KeyRing, key: int, number: int) -> Iterator[str | None]:
    name, phone = f"张{number}", name_phone(number)
    yield seal_customer_text(keys, "name", key, name)
    yield seal_customer_text(keys, "phone", key, phone)
    yield seal_premises_text(keys, "door", key, f"{number % HOMES_IN_BUILDING}室")
    for column, told in (("holder", name), ("contact", name), ("phone", phone)):
        yield seal_account_text(keys, column, key, told)


def _digest(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()
