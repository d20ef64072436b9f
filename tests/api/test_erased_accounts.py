"""What the feed and a closed account keep of a person goes with them, and the master cannot bring it back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, text

from backend.account_feed.difference_rows import DifferenceRows
from backend.account_feed.forgetting import FeedForgetting
from backend.account_feed.models import AccountDifference
from backend.account_feed.records import FeedRecords
from backend.cases.erasure import CustomerErasure
from backend.metering.invoice_buyers import forget_buyers
from composition.customer_side import make_sms_codes
from tests.api.account_files import make_row
from tests.api.master_side import MasterSide, pick

NOBODY = {"holder": "", "contact": "", "phone": "", "id_number": ""}


@pytest.fixture
def row(side: MasterSide) -> Iterator[dict[str, str]]:
    # Somebody of this test alone: who still has another account is not erased.
    made = make_row(id_number="110101199003070038", holder="司马相如", contact="司马相如")
    side.put(made["account_no"], pick(made))
    side.exchange.run()
    yield made
    # Other tests bring in what they export, and an account without a holder cannot be brought in.
    for key in ("holder", "contact"):
        sealed = text(f"UPDATE gas_account SET {key}_sealed = :value WHERE account_no = :number")
        with side.hall.sessions.begin() as session:
            asked = text("SELECT id FROM gas_account WHERE account_no = :number")
            account_id = session.execute(asked, {"number": made["account_no"]}).scalar_one()
            value = side.hall.keys.encrypt(made[key], f"gas_account.{key}:{account_id}")
            session.execute(sealed, {"number": made["account_no"], "value": value})


def erase_owner(side: MasterSide, number: str) -> int:
    """Erase whoever had the account last; returns the account's id."""
    hall = side.hall
    with hall.sessions() as session:
        asked = text(
            "SELECT a.id, r.customer_id FROM gas_account a JOIN account_role r ON r.gas_account_id = a.id"
            " WHERE a.account_no = :number AND r.role = 'owner' ORDER BY r.id DESC LIMIT 1"
        )
        account_id, customer_id = session.execute(asked, {"number": number}).one()
    forget, codes = FeedForgetting(FeedRecords(hall.keys)).forget, make_sms_codes(hall.shared)
    now = lambda: datetime.now(UTC)  # noqa: E731 - the clock
    forgetting = [forget, forget_buyers]
    CustomerErasure(hall.sessions, hall.shared.customers, codes, False, forgetting, now).erase(
        customer_id, ""
    )
    return int(account_id)


def read_kept(side: MasterSide, account_id: int) -> tuple[dict[str, str], dict[str, str], int]:
    """Return what both sides agreed on, what the master told, and its revision."""
    with side.hall.sessions() as session:
        link = FeedRecords(side.hall.keys).read_links(session, [account_id])[account_id]
    return dict(link.agreed), dict(link.told), link.revision


def pick_person(cells: Any) -> dict[str, str]:
    return {key: cells.get(key, "") for key in NOBODY}


def test_an_account_that_ended_names_nobody_any_more(side: MasterSide, row: dict[str, str]) -> None:
    number = row["account_no"]
    side.put(number, {"status": "销户"})
    side.exchange.run()
    assert side.read_account(number)["holder"] == row["holder"]
    account_id = erase_owner(side, number)
    agreed, told, revision = read_kept(side, account_id)
    for cells in (side.read_account(number), agreed, told):
        assert pick_person(cells) == NOBODY
    # What tells of nobody stays, and so does the revision.
    assert (told["community"], told["meter_no"], revision) == (row["community"], row["meter_no"], 2)
    side.exchange.run()
    assert side.read(number)["account"]["holder"] == row["holder"]
    # Saved anew at the master, nobody comes back.
    side.put(number, {"holder": "欧阳娜娜", "phone": "13911112222"})
    side.exchange.run()
    agreed, told, revision = read_kept(side, account_id)
    for cells in (side.read_account(number), agreed, told):
        assert pick_person(cells) == NOBODY
    assert (side.list_refused(), side.read_feed().problem) == ([], "")
    assert (revision, side.list_differences()) == (3, [])


def test_a_difference_about_whoever_is_erased_is_emptied(side: MasterSide, row: dict[str, str]) -> None:
    number = row["account_no"]
    side.put(number, {"holder": "欧阳娜娜", "phone": "13911112222", "opened_on": "2011-01-01"})
    side.exchange.run()
    side.put(number, {"status": "销户"})
    side.exchange.run()
    account_id = erase_owner(side, number)
    rows = DifferenceRows(side.hall.keys)
    with side.hall.sessions() as session:
        listed = session.scalars(select(AccountDifference).where(AccountDifference.account_id == account_id))
        found = {one.unit: (one.decision, one.theirs_by, rows.open_sides(one)) for one in listed}
    assert found["holder"] == ("gone", "", ({}, {}))
    # Another difference is nobody's, and still waits.
    decision, _, (_, theirs) = found["opened_on"]
    assert (decision, theirs) == (None, {"opened_on": "2011-01-01"})
