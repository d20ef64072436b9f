"""All accounts of one's units as a file: masked, or in full for a reason that is recorded."""

from __future__ import annotations

import csv
import io
import secrets

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from backend.access.models import PersonalLook
from backend.account_imports import exporting
from backend.account_imports.columns import TITLES
from backend.core.config import Settings
from composition.account_imports import make_import_slices
from tests.api.account_files import Importing, counts, make_row, write_csv
from tests.api.staff_side import Hall

MANAGER = "lead_a"


@pytest.fixture
def importing(hall: Hall, settings: Settings) -> Importing:
    return Importing(hall, hall.sign_in(MANAGER), make_import_slices(hall.shared))


def export(importing: Importing, kind: str, reason: str = "") -> bytes:
    answer = importing.browser.send("POST", "/account-exports", {"kind": kind, "reason": reason})
    assert answer.status_code == 200, answer.text
    return answer.data


def read_csv(content: bytes) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return {row["户号"]: row for row in rows}


def list_looks(hall: Hall) -> list[str]:
    with hall.sessions() as session:
        of_exports = PersonalLook.subject.startswith("accounts_of_units:")
        return list(session.scalars(select(PersonalLook.reason).where(of_exports)))


def test_without_a_reason_nobody_can_be_told_from_the_file(importing: Importing) -> None:
    row = make_row()
    importing.bring_in(write_csv([row]))
    before = list_looks(importing.hall)
    content = export(importing, "csv")
    told = read_csv(content)[row["account_no"]]
    assert (told["户名"], told["联系电话"], told["门牌号"]) == ("李*", "138****5678", "****")
    for secret in ("李小龙", row["phone"], row["id_number"], row["door"], row["note"]):
        assert secret not in content.decode()
    assert list_looks(importing.hall) == before


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_exported_in_full_comes_in_again_and_changes_nothing(
    importing: Importing, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 2)
    # What somebody typed must not be computed by the program that opens the file, and is read back as it was.
    meter_no = f"000{secrets.randbelow(10**8)}"
    rows = [make_row(holder="'=赵强", id_number=""), make_row(), make_row(meter_no=meter_no)]
    assert importing.bring_in(write_csv(rows))["counts"] == counts(created=3)
    content = export(importing, kind, "核对老系统资料")
    assert list_looks(importing.hall)[-1] == "核对老系统资料"
    again = importing.upload(content, f"客户.{kind}")
    checked = importing.work(again, "check")
    if kind == "csv":
        told = read_csv(content)
        assert told[rows[0]["account_no"]]["户名"] == "'=赵强"
        own = {TITLES[key]: value for key, value in rows[1].items()}
        assert told[rows[1]["account_no"]] == own
    else:
        sheet = load_workbook(io.BytesIO(content), read_only=True).active
        assert meter_no in {row[20] for row in sheet.iter_rows(values_only=True)}
    # Other tests enter accounts that no file of a company would have; those of this one are all the same.
    wrong = {number for number, code, _ in importing.refused(again) if not code.endswith("_repeated")}
    numbers = [row["account_no"] for row in rows]
    assert checked["counts"]["created"] == checked["counts"]["changed"] == 0
    assert checked["counts"]["unchanged"] >= len(numbers)
    assert not wrong, importing.refused(again)
    assert importing.bring_in(write_csv(rows))["counts"] == counts(unchanged=3)


def test_only_managers_take_all_accounts_along(hall: Hall) -> None:
    for name in ("desk_361", "agent_a", "remote_a"):
        answer = hall.sign_in(name).send("POST", "/account-exports", {"kind": "csv", "reason": "看看"})
        assert answer.status_code == 403
