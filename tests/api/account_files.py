"""Files of accounts for tests: made, sent over HTTP, and worked off as a worker would."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from werkzeug.test import TestResponse

from backend.account_imports.columns import HEADINGS
from backend.account_imports.slices import ImportSlices
from backend.customers.account_numbers import make_account_no
from tests.api.staff_side import API, HTTPS, Browser, Hall

_RANDOM = random.Random(43)
# Of thousands of numbers that are drawn two are the same before long.
_DRAWN: set[str] = set()
TITLES = {key: title for title, key in HEADINGS.items()}


def make_row(**changes: str) -> dict[str, str]:
    """Return a row of a home that nobody has named before."""
    row = {
        "account_no": _draw_number(), "holder": "李小龙", "id_number": "110101199003077758",
        "contact": "李小龙", "phone": "13812345678", "region": "历下区", "street": "文化路",
        "community": "幸福家园", "building": "3号楼", "unit": "2单元", "door": f"{uuid.uuid4().hex[:8]}室",
        "note": "门铃坏了", "gas_use": "居民", "status": "正常", "opened_on": "2019-05-20",
        "monthly_use": "18.5", "pressure_kpa": "2", "use_nature": "做饭", "use_period": "全年",
        "meter_maker": "金卡", "meter_no": uuid.uuid4().hex[:12], "meter_model": "G2.5",
        "meter_kind": "IC卡表", "inlet_side": "左进", "meter_seal": "F-20931", "meter_reading": "1024.5",
    }  # fmt: skip
    return {**row, **changes}


def _draw_number() -> str:
    while (drawn := make_account_no("361", _RANDOM)) in _DRAWN:
        pass
    _DRAWN.add(drawn)
    return drawn


def write_csv(rows: Iterable[Mapping[str, str]], columns: Iterable[str] = TITLES) -> bytes:
    """Return the rows as a file."""
    keys = list(columns)
    lines = [",".join(TITLES[one] for one in keys), *(",".join(row[one] for one in keys) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


@dataclass
class Importing:
    """Somebody who brings files in, and the worker that works them off."""

    hall: Hall
    browser: Browser
    slices: ImportSlices

    def call(self, method: str, path: str, body: Any = None) -> TestResponse:
        return self.browser.send(method, f"/account-imports{path}", body)

    def put(self, import_id: int, number: int, content: bytes) -> TestResponse:
        headers = {"X-CSRF-Token": self.browser.csrf, "Content-Type": "application/octet-stream"}
        path = f"{API}/account-imports/{import_id}/pieces/{number}"
        return self.browser.client.put(path, data=content, base_url=HTTPS, headers=headers)

    def send(self, content: bytes, name: str = "客户.csv") -> tuple[int, TestResponse]:
        """Send a whole file; returns its id and the answer to its end."""
        begun = self.call("POST", "", {"name": name, "size": len(content)})
        assert begun.status_code == 201, begun.text
        told = json.loads(begun.text)
        size = told["piece_bytes"]
        for number in range(-(-len(content) // size)):
            answer = self.put(told["id"], number, content[number * size : (number + 1) * size])
            assert answer.status_code == 204, answer.text
        return told["id"], self.call("POST", f"/{told['id']}/uploaded")

    def upload(self, content: bytes, name: str = "客户.csv") -> int:
        import_id, answer = self.send(content, name)
        assert answer.status_code == 200, answer.text
        return import_id

    def command(self, import_id: int, command: str, **more: Any) -> dict[str, Any]:
        answer = self.call("POST", f"/{import_id}/commands", {"command": command, **more})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = json.loads(answer.text)
        return told

    def read(self, import_id: int) -> dict[str, Any]:
        return self.browser.read(f"/account-imports/{import_id}")

    def work(self, import_id: int, command: str, **more: Any) -> dict[str, Any]:
        """Give a command and work it off."""
        self.command(import_id, command, **more)
        self.slices.run_slice(import_id)
        return self.read(import_id)

    def bring_in(self, content: bytes, name: str = "客户.csv", may_change: bool = False) -> dict[str, Any]:
        """Send, check and import a file."""
        import_id = self.upload(content, name)
        checked = self.work(import_id, "check", may_change=may_change)
        assert checked["state"] == "checked", checked
        return self.work(import_id, "start")

    def refused(self, import_id: int) -> list[tuple[int, str, str]]:
        items = self.browser.read(f"/account-imports/{import_id}/refused")["items"]
        return [(one["row_no"], one["code"], one["column"]) for one in items]

    def count(self, *numbers: str) -> int:
        with self.hall.sessions() as session:
            counted = text("SELECT count(*) FROM gas_account WHERE account_no = ANY(:numbers)")
            return int(session.execute(counted, {"numbers": list(numbers)}).scalar_one())


def counts(created: int = 0, changed: int = 0, unchanged: int = 0, refused: int = 0) -> dict[str, int]:
    return {"created": created, "changed": changed, "unchanged": unchanged, "refused": refused}
