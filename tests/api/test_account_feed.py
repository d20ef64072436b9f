"""The feed to and from a customer system that stays the master: nothing is lost, doubled or echoed."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import Engine, text

from composition.account_feed import make_account_exchange
from tests.api.account_files import make_row
from tests.api.master_side import MasterSide, pick
from tests.api.staff_side import Hall


@pytest.fixture
def row(side: MasterSide) -> dict[str, str]:
    """Return an account that both sides have and agree on."""
    made = make_row(id_number="")
    side.put(made["account_no"], pick(made))
    side.exchange.run()
    return made


def count_changes(hall: Hall) -> int:
    with hall.sessions() as session:
        return int(session.execute(text("SELECT count(*) FROM account_change")).scalar_one())


def test_what_the_master_has_comes_in_whole_and_is_not_echoed(side: MasterSide, row: dict[str, str]) -> None:
    number = row["account_no"]
    ours = side.read_account(number)
    told = {**pick(row), "meter_reading": "1024.5"}
    assert {key: ours[key] for key in told} == told
    # The change was noted, and found to be the master's own.
    assert (count_changes(side.hall), side.count_calls("batches")) == (0, 0)
    assert side.read(number)["revision"] == 1
    side.put(number, {"phone": "13987654321", "monthly_use": "20", "meter_seal": "F-9", "note": ""})
    side.exchange.run()
    ours = side.read_account(number)
    assert (ours["phone"], ours["monthly_use"], ours["meter_seal"]) == ("13987654321", "20", "F-9")
    # Empty says nothing.
    assert ours["note"] == row["note"]
    side.exchange.run()
    assert side.read(number)["revision"] == 2
    assert side.read_feed().problem == ""


def test_what_changed_here_goes_out_collapsed_and_once(side: MasterSide, row: dict[str, str]) -> None:
    number = row["account_no"]
    for nature in ("采暖", "做饭采暖", "全屋采暖"):
        side.change_here(number, "use_nature", nature)
    assert count_changes(side.hall) == 3
    side.exchange.run()
    told = side.read(number)
    assert (told["revision"], told["changed_by"], told["account"]["use_nature"]) == (2, "hall", "全屋采暖")
    asked = side.ask("GET", "calls?platform=master&endpoint=batches")["items"]
    (sent,) = asked[0]["request"]["items"]
    assert (sent["base_revision"], sent["account"]) == (1, {"use_nature": "全屋采暖"})
    for _ in range(2):
        side.exchange.run()
    assert (len(asked), side.count_calls("batches"), side.read(number)["revision"]) == (1, 1, 2)
    assert side.list_differences() == []


def test_a_change_made_while_another_transaction_is_open_is_not_skipped(
    side: MasterSide, row: dict[str, str]
) -> None:
    other = make_row(id_number="")
    side.put(other["account_no"], pick(other))
    side.exchange.run()
    slow = side.hall.sessions()
    changed = text("UPDATE gas_account SET use_period = :value WHERE account_no = :number")
    slow.execute(changed, {"value": "冬季", "number": row["account_no"]})
    # It drew a lower number and commits after the higher one was sent.
    side.change_here(other["account_no"], "use_period", "夏季")
    side.exchange.run()
    assert side.read(other["account_no"])["account"]["use_period"] == "夏季"
    assert side.read(row["account_no"])["account"]["use_period"] == row["use_period"]
    slow.commit()
    slow.close()
    side.exchange.run()
    assert side.read(row["account_no"])["account"]["use_period"] == "冬季"


def test_a_crash_between_sending_and_settling_doubles_and_loses_nothing(
    side: MasterSide, row: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = row["account_no"]
    side.change_here(number, "use_nature", "采暖")

    def die(*_: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(side.exchange._outgoing, "settle", die)
        with pytest.raises(MemoryError):
            side.exchange.run()
    assert side.read_feed().batch_key is not None
    # Meanwhile the account changes once more, which is for the next batch.
    side.change_here(number, "use_nature", "做饭采暖")
    side.exchange.run()
    told = side.read(number)
    assert (told["revision"], told["account"]["use_nature"]) == (3, "做饭采暖")
    assert side.ask("GET", "master")["batches"] == 2
    assert (count_changes(side.hall), side.read_feed().batch_key) == (0, None)


def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_key(
    side: MasterSide, row: dict[str, str]
) -> None:
    number = row["account_no"]
    side.change_here(number, "use_nature", "采暖")
    side.order("batches", "hang_after", ms=100)
    side.exchange.run()
    feed = side.read_feed()
    assert (feed.problem, feed.tries, feed.not_before is not None) == ("broken_off", 1, True)
    side.exchange.run()
    assert side.read(number)["revision"] == 2
    feed = side.read_feed()
    assert (feed.problem, feed.tries, feed.not_before) == ("", 0, None)


@pytest.mark.parametrize(
    ("kind", "more", "problem"),
    [("garbage", {}, "unreadable"), ("forged", {}, "answer_unsigned"), ("refuse", {"code": "1001"}, "1001"),
     ("http_status", {"code": "503"}, "http_503")],
)  # fmt: skip
def test_rubbish_and_wrong_signatures_change_nothing_here(
    side: MasterSide, row: dict[str, str], kind: str, more: dict[str, Any], problem: str
) -> None:
    number = row["account_no"]
    side.put(number, {"phone": "13987654321"})
    side.order("changes", kind, **more)
    side.exchange.run()
    assert side.read_feed().problem == problem
    assert side.read_account(number)["phone"] == row["phone"]
    side.exchange.run()
    assert side.read_account(number)["phone"] == "13987654321"


def test_a_master_that_repeats_itself_or_forgets_its_place_changes_nothing(
    side: MasterSide, row: dict[str, str]
) -> None:
    number = row["account_no"]
    side.change_here(number, "use_nature", "采暖")
    side.exchange.run()
    side.order("changes", "repeat", times=3)
    for _ in range(3):
        side.exchange.run()
    with side.hall.sessions.begin() as session:
        session.execute(text("UPDATE account_feed SET in_cursor = 'of-another-system'"))
    side.exchange.run()
    assert side.read_feed().problem == ""
    assert (side.read(number)["revision"], side.list_differences(), side.list_refused()) == (2, [], [])


def test_a_page_of_a_thousand_with_bad_rows_takes_the_others(side: MasterSide, row: dict[str, str]) -> None:
    rows = [make_row(id_number="") for _ in range(996)]
    items: dict[str, Any] = {one["account_no"]: pick(one) for one in rows}
    bad, twin, foreign, rubbish = (make_row(id_number="") for _ in range(4))
    items[bad["account_no"]] = {**pick(bad), "phone": "12"}
    items[twin["account_no"]] = {**pick(twin), "meter_no": rows[0]["meter_no"]}
    items[foreign["account_no"]] = {**pick(foreign), "door": row["door"]}
    items[rubbish["account_no"]] = ["rubbish"]
    side.ask("POST", "master", {"items": items})
    side.exchange.run()
    expected = [
        (bad["account_no"], "in", "phone_wrong", "phone"),
        (twin["account_no"], "in", "meter_taken", "meter_no"),
        (foreign["account_no"], "in", "place_taken", "door"),
        (rubbish["account_no"], "in", "item_malformed", ""),
    ]
    assert side.list_refused() == sorted(expected)
    with side.hall.sessions() as session:
        counted = text("SELECT count(*) FROM account_master")
        assert session.execute(counted).scalar_one() == 997
    # A mended one comes in, and its refusal goes.
    side.put(bad["account_no"], {"phone": bad["phone"]})
    side.exchange.run()
    assert side.read_account(bad["account_no"])["phone"] == bad["phone"]
    assert len(side.list_refused()) == 3
    assert side.count_calls("batches") == 0


def test_what_the_master_refuses_is_listed_and_sent_again_only_when_it_changes(
    side: MasterSide, row: dict[str, str]
) -> None:
    number = row["account_no"]
    side.ask("POST", "master/refused", {number: "用途不在目录里"})
    side.change_here(number, "use_nature", "采暖")
    side.exchange.run()
    side.exchange.run()
    assert side.list_refused() == [(number, "out", "master_refused", "")]
    assert side.count_calls("batches") == 1
    side.ask("POST", "master/refused", {})
    side.change_here(number, "use_nature", "做饭")
    side.change_here(number, "use_period", "冬季")
    side.exchange.run()
    assert side.read(number)["account"]["use_period"] == "冬季"
    assert side.list_refused() == []


def test_closing_and_a_new_meter_at_the_master_are_done_here(side: MasterSide, row: dict[str, str]) -> None:
    number = row["account_no"]
    swapped = {"meter_no": row["meter_no"][::-1] + "n", "meter_reading": "0", "meter_seal": "F-1"}
    side.put(number, swapped)
    side.exchange.run()
    ours = side.read_account(number)
    assert {key: ours[key] for key in swapped} == swapped
    side.put(number, {"status": "销户"})
    side.exchange.run()
    with side.hall.sessions() as session:
        held = text(
            "SELECT a.status, count(r.id) FROM gas_account a LEFT JOIN account_role r"
            " ON r.gas_account_id = a.id AND r.revoked_at IS NULL WHERE a.account_no = :no GROUP BY 1"
        )
        assert tuple(session.execute(held, {"no": number}).one()) == ("closed", 0)
    side.put(number, {"status": "正常"})
    side.exchange.run()
    assert side.list_refused() == [(number, "in", "closed_here", "status")]


def test_switching_on_notes_every_account_once_after_older_transactions_have_ended(
    side: MasterSide, row: dict[str, str], owner: Engine
) -> None:
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM account_feed"))
        connection.execute(text("DELETE FROM account_change"))
    early = side.hall.sessions()
    early.execute(text("UPDATE gas_account SET use_period = '全年' WHERE account_no = :account_no"), row)
    side.exchange.promise_due()
    side.exchange._fill()
    side.exchange._fill()
    assert count_changes(side.hall) == 0
    early.commit()
    early.close()
    # What runs in other databases of the server counts too, so that it may take a moment.
    until = time.monotonic() + 20
    while not side.read_feed().is_filled and time.monotonic() < until:
        side.exchange._fill()
    side.exchange._fill()
    with side.hall.sessions() as session:
        both = text("SELECT (SELECT count(*) FROM account_change), (SELECT count(*) FROM gas_account)")
        noted, there = session.execute(both).one()
    assert noted == there > 0
    # Without a master the feed goes off again, and nothing is noted any more.
    make_account_exchange(side.hall.shared).promise_due()
    assert side.read_feed().is_on is False


def test_one_exchange_is_promised_at_a_time_and_none_without_need(
    side: MasterSide, row: dict[str, str]
) -> None:
    with side.hall.sessions() as session:
        counted = text("SELECT count(*) FROM outbox WHERE topic = 'exchange_accounts'")
        before = session.execute(counted).scalar_one()
    side.exchange.promise_due()
    with side.hall.sessions() as session:
        # The master was asked just now, and nothing has changed here.
        assert session.execute(counted).scalar_one() == before
    side.change_here(row["account_no"], "use_nature", "采暖")
    for _ in range(3):
        side.exchange.promise_due()
    with side.hall.sessions() as session:
        assert session.execute(counted).scalar_one() == before + 1
    side.exchange.run()
    with side.hall.sessions.begin() as session:
        session.execute(text("UPDATE account_feed SET pulled_at = pulled_at - interval '2 minutes'"))
    side.exchange.promise_due()
    with side.hall.sessions() as session:
        assert session.execute(counted).scalar_one() == before + 2
