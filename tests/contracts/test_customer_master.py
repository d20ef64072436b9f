"""The adapter of the customer system against the simulated one, over loopback."""

from __future__ import annotations

from typing import Any

import pytest

from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.customer_master.adapter import MALFORMED, SignedCustomerMaster
from backend.customer_master.port import Answer, BillingPage, BillingRecord, Page, Sent
from tests.contracts.conftest import Simulators

NUMBERS = ("361000000015", "361000000023", "361000000031")


@pytest.fixture
def master(simulators: Simulators) -> SignedCustomerMaster:
    return make(simulators)


def make(simulators: Simulators, secret: str | None = None) -> SignedCustomerMaster:
    keys = simulators.get("credentials")
    return SignedCustomerMaster(
        base_url=simulators.base_url,
        app_id=keys["master_app_id"],
        secret=secret or keys["master_secret"],
        answer_seconds=2,
    )


def put(simulators: Simulators, items: dict[str, Any]) -> None:
    simulators.post("master", items=items, changed_by="王会计")


def pull(master: SignedCustomerMaster, cursor: str = "", limit: int = 100) -> Page:
    page = master.pull(cursor, limit)
    assert page is not None
    return page


def test_changes_come_page_by_page_in_the_masters_order(
    master: SignedCustomerMaster, simulators: Simulators
) -> None:
    put(simulators, {one: {"holder": "李小龙", "phone": None} for one in NUMBERS})
    put(simulators, {NUMBERS[0]: {"holder": "王五"}})
    first = pull(master, limit=2)
    assert ([one.account_no for one in first.items], first.is_last) == (list(NUMBERS[1:]), False)
    rest = pull(master, first.cursor, 2)
    (last,) = rest.items
    assert (last.account_no, last.revision, last.changed_by, rest.is_last) == (NUMBERS[0], 2, "王会计", True)
    assert last.cells == {"holder": "王五", "phone": "", "account_no": NUMBERS[0]}
    assert last.changed_at is not None and last.changed_at.tzinfo is not None
    assert pull(master, rest.cursor) == Page((), rest.cursor, is_last=True)
    assert master.pull("from-elsewhere", 2) is None


def test_bills_come_page_by_page_and_rubbish_among_them_is_told_as_such(
    master: SignedCustomerMaster, simulators: Simulators
) -> None:
    bill = {"kind": "bill", "account_no": NUMBERS[0], "period": "2026-03", "revision": 4, "use_m3": "20.5"}
    balance = {"kind": "balance", "account_no": NUMBERS[1], "revision": 1, "balance_fen": -5}
    payment = {"kind": "payment", "account_no": NUMBERS[0], "payment_no": "P1", "revision": 2}
    items = [bill, balance, payment, None, {**bill, "kind": "gift"}, {**bill, "revision": 0}]
    items.append({**bill, "account_no": 7})
    simulators.post("master/billing", items=items)
    first = master.pull_billing("", 3)
    assert first is not None and not first.is_last
    assert first.items == (
        BillingRecord("bill", NUMBERS[0], "2026-03", 4, bill),
        BillingRecord("balance", NUMBERS[1], "", 1, balance),
        BillingRecord("payment", NUMBERS[0], "P1", 2, payment),
    )
    rest = master.pull_billing(first.cursor, 100)
    assert rest is not None and rest.is_last
    assert [one.fault for one in rest.items] == [MALFORMED] * 4
    assert master.pull_billing(rest.cursor, 2) == BillingPage((), rest.cursor, is_last=True)
    assert master.pull_billing("from-elsewhere", 2) is None


@pytest.mark.parametrize("cells", [[], "x", None, {"holder": 7}, {"holder": ["x"]}, {"holder": "长" * 501}])
def test_an_account_that_nobody_can_read_costs_no_other(
    master: SignedCustomerMaster, simulators: Simulators, cells: Any
) -> None:
    put(simulators, {NUMBERS[0]: cells, NUMBERS[1]: {"holder": "李小龙"}})
    bad, good = pull(master).items
    assert (bad.account_no, bad.fault, bad.cells) == (NUMBERS[0], MALFORMED, {})
    assert (good.fault, good.cells["holder"]) == ("", "李小龙")


def test_a_batch_is_taken_once_however_often_it_is_sent(
    master: SignedCustomerMaster, simulators: Simulators
) -> None:
    put(simulators, {NUMBERS[1]: {"holder": "李小龙"}})
    simulators.post("master/refused", **{NUMBERS[2]: "没有这个小区"})
    batch = [Sent(one, 0, "2026-11-28T10:00:00+08:00", {"holder": "赵六"}) for one in NUMBERS]
    expected = [
        Answer(NUMBERS[0], "done", 1),
        Answer(NUMBERS[1], "stale"),
        Answer(NUMBERS[2], "refused", 0, "没有这个小区"),
    ]
    assert master.push("key-1", batch) == expected
    assert master.push("key-1", batch) == expected
    kept = {one["account_no"]: one["revision"] for one in simulators.get("master")["items"]}
    assert kept == {NUMBERS[0]: 1, NUMBERS[1]: 1}


def test_a_wrong_key_is_refused_and_a_forged_answer_is_not_believed(
    master: SignedCustomerMaster, simulators: Simulators
) -> None:
    with pytest.raises(PlatformUnavailable) as caught:
        make(simulators, "w" * 40).pull("", 10)
    assert caught.value.platform_code == "answer_unsigned"
    simulators.order("master", "changes", "forged")
    with pytest.raises(PlatformUnavailable) as caught:
        master.pull("", 10)
    assert caught.value.platform_code == "answer_unsigned"
    assert pull(master).items == ()


@pytest.mark.parametrize(
    ("kind", "more", "code"),
    [
        ("refuse", {"code": "1001"}, "1001"),
        ("refuse", {"code": "1004"}, "1004"),
        ("refuse", {"code": "1500"}, "1500"),
        ("refuse", {"code": "9999"}, "9999"),
        ("http_status", {"code": "502"}, "http_502"),
        ("garbage", {}, "unreadable"),
        ("hang_before", {"ms": 4000}, "timeout"),
        ("hang_after", {"ms": 4000}, "timeout"),
    ],
)
def test_what_the_master_can_do_wrong_has_a_stable_code(
    master: SignedCustomerMaster, simulators: Simulators, kind: str, more: dict[str, object], code: str
) -> None:
    batch = [Sent(NUMBERS[0], 0, "2026-11-28T10:00:00+08:00", {"holder": "赵六"})]
    is_final = code in ("1001", "1004")
    for endpoint in ("changes", "batches"):
        simulators.order("master", endpoint, kind, **more)
        with pytest.raises(PlatformRefused if is_final else PlatformUnavailable) as caught:
            master.pull("", 10) if endpoint == "changes" else master.push("key-2", batch)
        assert caught.value.platform_code == code
    # Whatever became of the first try, the second one leaves the account there once.
    assert master.push("key-2", batch) == [Answer(NUMBERS[0], "done", 1)]
    assert [one["revision"] for one in simulators.get("master")["items"]] == [1]
