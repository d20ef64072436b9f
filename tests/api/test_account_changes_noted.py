"""Every change of what makes up an account is noted by the database itself, while there is a master."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from composition.account_imports import make_import_slices
from tests.api.account_files import Importing, make_row, write_csv
from tests.api.staff_side import Hall

SWITCH = text(
    "INSERT INTO account_feed (id, is_on) VALUES (1, :is_on) ON CONFLICT (id) DO UPDATE SET is_on = :is_on"
)


@pytest.fixture
def account_id(hall: Hall, owner: Engine) -> Iterator[int]:
    importing, row = (
        Importing(hall, hall.sign_in("lead_a"), make_import_slices(hall.shared)),
        make_row(id_number=""),
    )
    importing.bring_in(write_csv([row]))
    with owner.begin() as connection:
        found = text("SELECT id FROM gas_account WHERE account_no = :account_no")
        number = connection.execute(found, row).scalar_one()
        connection.execute(text("DELETE FROM account_change"))
        connection.execute(SWITCH, {"is_on": True})
    yield number
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM account_change"))
        connection.execute(text("DELETE FROM account_feed"))


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ("UPDATE gas_account SET use_nature = 'x' WHERE id = :id", ["gas_account"]),
        ("UPDATE premises SET street = street WHERE id = (SELECT premises_id FROM gas_account"
         " WHERE id = :id)",
         ["premises"]),
        ("UPDATE meter SET reading = reading + 1 WHERE gas_account_id = :id", ["meter"]),
        ("UPDATE meter SET gas_account_id = NULL, status = 'in_stock' WHERE gas_account_id = :id", ["meter"]),
        ("UPDATE account_role SET revoked_at = now() WHERE gas_account_id = :id", ["account_role"]),
        ("UPDATE customer SET retain_until = NULL WHERE id = (SELECT customer_id FROM account_role"
         " WHERE gas_account_id = :id)", ["customer"]),
        ("UPDATE gas_account SET use_nature = 'y' WHERE false AND id = :id", []),
    ],
)  # fmt: skip
def test_each_table_notes_its_account(hall: Hall, account_id: int, change: str, kinds: list[str]) -> None:
    with hall.sessions.begin() as session:
        session.execute(text(change), {"id": account_id})
    with hall.sessions() as session:
        rows = session.execute(text("SELECT account_id, kind FROM account_change")).all()
    assert [(one.account_id, one.kind) for one in rows] == [(account_id, kind) for kind in kinds]


def test_whole_chunks_are_noted_at_once_and_nothing_without_a_master(
    hall: Hall, owner: Engine, account_id: int
) -> None:
    importing = Importing(hall, hall.sign_in("lead_a"), make_import_slices(hall.shared))
    counted = text("SELECT count(DISTINCT account_id) FROM account_change")
    importing.bring_in(write_csv([make_row(id_number="") for _ in range(5)]))
    with owner.begin() as connection:
        assert connection.execute(counted).scalar_one() == 5
        connection.execute(SWITCH, {"is_on": False})
        connection.execute(text("DELETE FROM account_change"))
    importing.bring_in(write_csv([make_row(id_number="")]))
    with owner.begin() as connection:
        assert connection.execute(counted).scalar_one() == 0
