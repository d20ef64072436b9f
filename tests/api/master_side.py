"""A customer system that stays the master, for tests: the simulated one over loopback, and the feed to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import text
from werkzeug.serving import WSGIRequestHandler, make_server

from backend.account_feed.exchange import AccountExchange
from backend.account_feed.incoming import Incoming
from backend.account_feed.merging import Side
from backend.account_feed.outgoing import Outgoing
from backend.account_feed.records import FeedRecords
from backend.account_feed.units import UNITS
from backend.customer_master.adapter import SignedCustomerMaster
from backend.metering.intake import BillingIntake
from simulators.application import create_app
from tests.api.account_files import TITLES
from tests.api.staff_side import Hall

_TABLES = ("account_difference", "account_feed_refusal", "account_master", "account_change", "account_feed")
KEYS = [key for keys in UNITS.values() for key in keys]


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@dataclass
class MasterSide:
    """The master, what drives it, and the hall's exchange with it."""

    hall: Hall
    base_url: str
    master: SignedCustomerMaster
    exchange: AccountExchange

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.base_url}/control/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return json.loads(answer.text) if answer.content else None

    def put(self, number: str, cells: Any, by: str = "王会计") -> None:
        self.ask("POST", "master", {"items": {number: cells}, "changed_by": by})

    def put_billing(self, number: str, kind: str, **told: Any) -> None:
        self.ask("POST", "master/billing", {"items": [{"kind": kind, "account_no": number, **told}]})

    def read(self, number: str) -> dict[str, Any]:
        return next(one for one in self.ask("GET", "master")["items"] if one["account_no"] == number)

    def order(self, endpoint: str, kind: str, **more: Any) -> None:
        self.ask("POST", "faults", {"platform": "master", "endpoint": endpoint, "kind": kind, **more})

    def count_calls(self, endpoint: str) -> int:
        return len(self.ask("GET", f"calls?platform=master&endpoint={endpoint}")["items"])

    def make_exchange(self, sides: dict[str, Side], page_of: Any = None) -> AccountExchange:
        records = FeedRecords(self.hall.keys)
        incoming = Incoming(records, self.hall.shared.organisation, sides)
        run_for, port = timedelta(seconds=60), page_of or self.master
        billing = BillingIntake(self.hall.keys, records)
        return AccountExchange(
            self.hall.sessions,
            port,
            incoming,
            Outgoing(records),
            billing.take,
            run_for,
            lambda: datetime.now(UTC),
        )

    def read_feed(self) -> Any:
        with self.hall.sessions() as session:
            return session.execute(text("SELECT * FROM account_feed")).one()

    def list_refused(self) -> list[tuple[str, str, str, str]]:
        with self.hall.sessions() as session:
            asked = text("SELECT account_no, direction, code, field FROM account_feed_refusal ORDER BY 1, 2")
            return [(one[0], one[1], one[2], one[3]) for one in session.execute(asked)]

    def ask_subjects(self) -> list[str]:
        with self.hall.sessions() as session:
            return list(
                session.execute(text("SELECT subject FROM account_feed_refusal ORDER BY 1")).scalars()
            )

    def list_differences(self) -> list[tuple[str, str, bool, str | None]]:
        with self.hall.sessions() as session:
            asked = text("SELECT unit, side, is_both, decision FROM account_difference ORDER BY id")
            return [(one[0], one[1], one[2], one[3]) for one in session.execute(asked)]

    def read_account(self, number: str) -> dict[str, str]:
        """Return the hall's cells of an account."""
        with self.hall.sessions() as session:
            asked = text("SELECT id FROM gas_account WHERE account_no = :number")
            account_id = session.execute(asked, {"number": number}).scalar_one()
            account = FeedRecords(self.hall.keys).read_accounts(session, [account_id])[account_id]
        return dict(account.cells)

    def change_here(self, number: str, column: str, value: Any) -> None:
        """Change an account as some other part of the hall would."""
        with self.hall.sessions.begin() as session:
            changed = text(f"UPDATE gas_account SET {column} = :value WHERE account_no = :number")
            session.execute(changed, {"number": number, "value": value})


def pick(row: dict[str, str]) -> dict[str, str]:
    """Return a row of a file as the master's cells."""
    assert set(row) == set(TITLES)
    return {key: row[key] for key in KEYS}


@contextmanager
def run_master(hall: Hall, state: Path) -> Iterator[MasterSide]:
    """Yield a master with a feed that is on and has nothing to fill in."""
    server = make_server(
        "127.0.0.1", 0, create_app(state, "http://127.0.0.1:1"), threaded=True, request_handler=Quiet
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    base_url = f"http://127.0.0.1:{server.port}"
    keys = json.loads((state / "credentials.json").read_text(encoding="utf-8"))
    master = SignedCustomerMaster(
        base_url=base_url, app_id=keys["master_app_id"], secret=keys["master_secret"], answer_seconds=2
    )
    side = MasterSide(hall, base_url, master, None)  # type: ignore[arg-type]
    side.exchange = side.make_exchange({})
    try:
        yield side
    finally:
        server.shutdown()
        thread.join(10)


def begin_feed(hall: Hall, owner: Any) -> None:
    """Let the feed be on from here, as if all that is there had been exchanged."""
    with owner.begin() as connection:
        for table in _TABLES:
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("INSERT INTO account_feed (id, is_on, is_filled) VALUES (1, true, true)"))


def end_feed(owner: Any) -> None:
    """Leave no trace for other tests."""
    with owner.begin() as connection:
        for table in _TABLES:
            connection.execute(text(f"DELETE FROM {table}"))
