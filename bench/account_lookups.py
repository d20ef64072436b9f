"""Finding a customer by account number and by telephone, and a page of the ledger, at 10,000,000 accounts
against 10,000; and what sealing costs a page of twenty customers."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import text

from backend.cases.staff_access import StaffAccess
from backend.core.encryption import KeyRing
from backend.customers.holders import KnownCustomer
from backend.customers.service import CustomersService
from backend.ledgers.service import CustomerLedger, LedgerRequest
from backend.organisation.service import Member
from bench.account_crowd import (
    CLASSIFIED_EVERY,
    FIRST_ID,
    HOMES_IN_BUILDING,
    UNIT_CODES,
    name_account,
    name_phone,
    name_place,
    settle_crowd,
)
from bench.figures import Measure, Measured, compare
from bench.ground import Ground, connect_as_owner
from bench.web_stage import set_web_stage
from composition.hall import Hall, read_clock

FEW: Final = 10_000
MANY: Final = 10_000_000
ROUNDS: Final = 9
CALLS: Final = 60
PAGE: Final = 50
CUSTOMERS_OF_PAGE: Final = 20


class PlainKeys(KeyRing):
    """Keeps everything in clear: what a hall would be that seals nothing."""

    def encrypt(self, text: str, context: str) -> str:
        """Return the text itself."""
        return text

    def decrypt(self, stored: str, context: str) -> str:
        """Return the text itself."""
        return stored


@dataclass(frozen=True)
class Crowd:
    """A hall with so many accounts, and a member of staff whose are all of their units."""

    hall: Hall
    customers: CustomersService
    ledger: CustomerLedger
    member: Member
    amount: int
    chance: random.Random

    def pick(self) -> int:
        """Return the number of an account that is sealed in earnest."""
        return self.chance.randrange(self.amount // CLASSIFIED_EVERY) * CLASSIFIED_EVERY


def measure(ground: Ground, wanted: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    """Give ``account_by_no``, ``account_by_phone``, ``account_pages``, ``sealed_page`` in milliseconds."""
    ring = KeyRing({1: bytes(range(32))}, 1, bytes(range(32)))
    calls: dict[str, Callable[[Crowd], None]] = {
        "account_by_no": _find_by_no,
        "account_by_phone": _find_by_phone,
        "account_pages": _turn_page,
    }
    few = _settle(ground, "accounts_few", FEW, ring, sealed_every=1)
    if "sealed_page" in wanted:
        plain = PlainKeys({1: bytes(range(32))}, 1, bytes(range(32)))
        clear = _settle(ground, "accounts_clear", FEW, plain, sealed_every=1)
        yield (
            "sealed_page",
            compare(_time_of(_list_neighbours, few), _time_of(_list_neighbours, clear), ROUNDS),
        )
        clear.hall.engine.dispose()
    if set(calls) & set(wanted):
        many = _settle(ground, "accounts_many", MANY, ring)
        for name, call in calls.items():
            if name in wanted:
                yield name, compare(_time_of(call, many), _time_of(call, few), ROUNDS)
        many.hall.engine.dispose()
    few.hall.engine.dispose()


def _settle(
    ground: Ground, name: str, amount: int, keys: KeyRing, sealed_every: int = CLASSIFIED_EVERY
) -> Crowd:
    stage = set_web_stage(ground, name)
    with stage.hall.sessions.begin() as session:
        for code in UNIT_CODES:
            stage.hall.organisation.add_unit(session, code, f"第{code}服务所", "unit", "300")
        read = text("SELECT id FROM unit WHERE code = ANY(:codes) ORDER BY code")
        units = tuple(session.execute(read, {"codes": list(UNIT_CODES)}).scalars())
    with connect_as_owner(stage.database_url) as owner:
        settle_crowd(owner, keys, units, amount, sealed_every)
    hall = replace(stage.hall, keys=keys)
    ledger = CustomerLedger(
        hall.sessions,
        hall.cases,
        StaffAccess(hall.definitions),
        hall.organisation,
        keys,
        (),
        read_clock,
    )
    member = replace(stage.clerks[0].member, units=frozenset(units))
    return Crowd(hall, CustomersService(keys), ledger, member, amount, random.Random(1))


def _find_by_no(crowd: Crowd) -> None:
    number = crowd.pick()
    with crowd.hall.sessions() as session:
        found = crowd.customers.find_by_account(session, name_account(number), crowd.member.units)
    _check(found, number)


def _find_by_phone(crowd: Crowd) -> None:
    number = crowd.pick()
    with crowd.hall.sessions() as session:
        found = crowd.customers.find_homes_by_phone(session, name_phone(number), crowd.member.units)
    _check(found, number)


def _turn_page(crowd: Crowd) -> None:
    # Not so near the end that the page would not be full.
    after = FIRST_ID + crowd.chance.randrange(crowd.amount - 2 * PAGE * CLASSIFIED_EVERY)
    page = crowd.ledger.list_accounts(crowd.member, LedgerRequest(after=after, limit=PAGE))
    if len(page["items"]) != PAGE or not page["items"][-1]["customer_name"]:
        raise RuntimeError("the page is not full")


def _list_neighbours(crowd: Crowd) -> None:
    """Find twenty customers of one building, with name and telephone of each."""
    place = name_place(crowd.chance.randrange(crowd.amount - HOMES_IN_BUILDING))
    with crowd.hall.sessions() as session:
        found, _ = crowd.customers.find_at_place(session, place, crowd.member.units, CUSTOMERS_OF_PAGE)
    if len(found) != CUSTOMERS_OF_PAGE or not all(one.name and one.phone for one in found):
        raise RuntimeError("the page is not full")


def _check(found: Sequence[KnownCustomer], number: int) -> None:
    if [(one.account_no, one.phone) for one in found] != [(name_account(number), name_phone(number))]:
        raise RuntimeError(f"the account {number} was not found")


def _time_of(call: Callable[[Crowd], None], crowd: Crowd) -> Measure:
    def measure_once() -> float:
        times = []
        for _ in range(CALLS):
            began = time.perf_counter()
            call(crowd)
            times.append(time.perf_counter() - began)
        return statistics.median(times) * 1000

    return measure_once
