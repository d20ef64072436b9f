"""A company's existing accounts brought in from files: checked, imported once, refused row by row."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select, text

from backend.account_imports import slices as slices_module
from backend.account_imports.sealed_pieces import PIECE_BYTES
from backend.core.config import Settings
from backend.customers.accounts import GasAccounts, find_owner
from backend.customers.bindings import AccountBindings
from backend.customers.models import Customer, GasAccount, Meter
from backend.customers.sealing import open_id_number
from backend.customers.service import CustomersService
from composition.account_imports import make_account_imports, make_import_slices
from tests.api.account_files import TITLES, Importing, counts, make_row, write_csv
from tests.api.staff_side import Hall, code


@pytest.fixture
def importing(hall: Hall, settings: Settings) -> Importing:
    return Importing(hall, hall.sign_in("lead_a"), make_import_slices(hall.shared))


def find_account(hall: Hall, number: str) -> GasAccount:
    with hall.sessions() as session:
        return session.scalars(select(GasAccount).where(GasAccount.account_no == number)).one()


def test_a_file_is_checked_without_writing_and_then_brought_in_whole(importing: Importing) -> None:
    row = make_row()
    import_id = importing.upload(write_csv([row]))
    assert importing.read(import_id)["commands"] == ["check", "drop"]
    checked = importing.work(import_id, "check")
    assert (checked["state"], checked["counts"]) == ("checked", counts(created=1))
    assert importing.count(row["account_no"]) == 0
    done = importing.work(import_id, "start")
    assert (done["state"], done["counts"], done["percent"]) == ("done", counts(created=1), 100)
    assert done["checked"] == counts(created=1)
    hall = importing.hall
    account = find_account(hall, row["account_no"])
    with hall.sessions() as session:
        view = GasAccounts(hall.keys, CustomersService(hall.keys)).read(session, account)
        owner = find_owner(session, account.id)
        assert owner is not None and owner.proof == "import"
        customer = session.get_one(Customer, owner.customer_id)
        # An old telephone may be somebody else's by now, so that it alone binds nothing.
        assert customer.phone_told_at is None
        assert open_id_number(hall.keys, customer) == row["id_number"]
        binding = AccountBindings(hall.keys, CustomersService(hall.keys))
        assert binding.fits_identity(session, account, "李小龙", row["id_number"][-6:])
        meter = session.scalars(select(Meter).where(Meter.gas_account_id == account.id)).one()
    record = view.record
    assert (record.holder, record.phone, record.address["door"]) == ("李小龙", row["phone"], row["door"])
    assert (view.status, record.gas_use, str(record.monthly_use)) == ("active", "residential", "18.50")
    assert (meter.kind, meter.inlet_side, meter.seal_no, meter.model, str(meter.reading)) == (
        "ic_card", "left", "F-20931", "G2.5", "1024.500",
    )  # fmt: skip


def test_bringing_the_same_file_in_again_changes_nothing(importing: Importing) -> None:
    content = write_csv([make_row(id_number="") for _ in range(3)])
    assert importing.bring_in(content)["counts"] == counts(created=3)
    tables = ("customer", "premises", "gas_account", "meter", "account_role")
    sums = text(
        "SELECT "
        + ", ".join(f"(SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM {one} t)" for one in tables)
    )
    with importing.hall.sessions() as session:
        before = session.execute(sums).one()
    assert importing.bring_in(content)["counts"] == counts(unchanged=3)
    assert importing.bring_in(content, may_change=True)["counts"] == counts(unchanged=3)
    with importing.hall.sessions() as session:
        assert session.execute(sums).one() == before


def test_rows_that_repeat_or_collide_are_refused_with_their_reason(importing: Importing) -> None:
    there = make_row()
    importing.bring_in(write_csv([there]))
    first = make_row()
    rows = [
        first,
        first,
        make_row(meter_no=first["meter_no"]),
        make_row(door=first["door"]),
        make_row(meter_no=there["meter_no"]),
        make_row(door=there["door"]),
        make_row(account_no=there["account_no"][:-1] + str((int(there["account_no"][-1]) + 1) % 10)),
        {**there, "use_nature": "采暖"},
        {**there, "holder": "王五"},
        make_row(status="销户"),
        make_row(),
    ]
    import_id = importing.upload(write_csv(rows))
    checked = importing.work(import_id, "check")
    expected = [
        (3, "account_repeated", "户号"), (4, "meter_repeated", "表号"), (5, "place_repeated", "门牌号"),
        (6, "meter_taken", "表号"), (7, "place_taken", "门牌号"), (8, "account_no_wrong", "户号"),
        (9, "account_differs", "用途"), (10, "account_fixed", "户名"), (11, "closed_already", "状态"),
    ]  # fmt: skip
    assert importing.refused(import_id) == expected
    done = importing.work(import_id, "start")
    assert done["counts"] == checked["counts"] == counts(created=2, refused=9)
    assert importing.refused(import_id) == expected
    answer = importing.browser.get(f"/account-imports/{import_id}/refused.xlsx")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    told = [row for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(told) == 9 and told[0][:2] == (3, "户号") and "第 2 行" in told[0][2]


def test_what_is_known_changes_only_where_that_was_asked_for(importing: Importing) -> None:
    row = make_row()
    importing.bring_in(write_csv([row]))
    changed = {**row, "phone": "13987654321", "use_nature": "采暖", "meter_reading": "2000", "note": ""}
    assert importing.bring_in(write_csv([changed]))["counts"] == counts(refused=1)
    assert importing.bring_in(write_csv([changed]), may_change=True)["counts"] == counts(changed=1)
    assert importing.bring_in(write_csv([changed]))["counts"] == counts(unchanged=1)
    hall = importing.hall
    with hall.sessions() as session:
        view = GasAccounts(hall.keys, CustomersService(hall.keys)).read(
            session, find_account(hall, row["account_no"])
        )
    assert (view.record.phone, view.record.use_nature) == ("13987654321", "采暖")
    # An empty cell changes nothing.
    assert view.record.address["note"] == row["note"]
    fixed = importing.bring_in(write_csv([{**changed, "holder": "王五"}]), may_change=True)
    assert importing.refused(fixed["id"]) == [(2, "account_fixed", "户名")]


def test_a_killed_import_goes_on_where_it_was(importing: Importing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices_module, "CHUNK_ROWS", 2)
    rows = [make_row(id_number="") for _ in range(7)]
    import_id = importing.upload(write_csv(rows))
    importing.work(import_id, "check")
    importing.command(import_id, "start")

    def die(*_: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        importing.slices.run_slice(import_id, most_chunks=1)
        broken.setattr(slices_module, "_keep_outcome", die)
        with pytest.raises(MemoryError):
            importing.slices.run_slice(import_id)
    half = importing.read(import_id)
    assert (half["state"], half["counts"], half["rows_read"]) == ("importing", counts(created=2), 2)
    assert 0 < half["percent"] < 100
    assert importing.count(*(row["account_no"] for row in rows)) == 2
    assert importing.command(import_id, "stop")["state"] == "import_stopped"
    importing.slices.run_slice(import_id)
    assert importing.read(import_id)["counts"] == counts(created=2)
    done = importing.work(import_id, "resume")
    assert (done["state"], done["counts"]) == ("done", counts(created=7))
    assert importing.count(*(row["account_no"] for row in rows)) == 7


def test_excel_is_brought_in_and_resumed_too(importing: Importing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices_module, "CHUNK_ROWS", 2)
    rows = [make_row(id_number="") for _ in range(5)]
    book, file = Workbook(), io.BytesIO()
    book.active.append(list(TITLES.values()))
    for row in rows:
        book.active.append([row[key] for key in TITLES])
    book.save(file)
    import_id = importing.upload(file.getvalue(), "客户.XLSX")
    importing.command(import_id, "check")
    importing.slices.run_slice(import_id, most_chunks=1)
    half = importing.read(import_id)
    assert (half["rows_read"], half["rows_total"], half["percent"]) == (2, 5, 40)
    importing.slices.run_slice(import_id)
    assert importing.work(import_id, "start")["counts"] == counts(created=5)


def test_two_workers_on_one_file_double_nothing(
    importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices_module, "CHUNK_ROWS", 1)
    import_id = importing.upload(write_csv([make_row(id_number="") for _ in range(3)]))
    importing.command(import_id, "check")
    original = slices_module.ReadingHere.take
    met = []

    def overtake(reading: Any) -> Any:
        if not met:
            met.append(True)
            importing.slices.run_slice(import_id)
        return original(reading)

    monkeypatch.setattr(slices_module.ReadingHere, "take", overtake)
    importing.slices.run_slice(import_id)
    told = importing.read(import_id)
    assert (told["state"], told["counts"]) == ("checked", counts(created=3))


def test_one_person_with_two_homes_is_one_customer(importing: Importing) -> None:
    rows = [make_row(holder="赵大有", id_number="110101199003070038") for _ in range(2)]
    importing.bring_in(write_csv(rows[:1]))
    importing.bring_in(write_csv(rows))
    with importing.hall.sessions() as session:
        owners = {
            role.customer_id
            for row in rows
            if (role := find_owner(session, find_account(importing.hall, row["account_no"]).id)) is not None
        }
    assert len(owners) == 1


def test_rows_of_other_units_are_refused(importing: Importing, hall: Hall) -> None:
    row = make_row(account_no="999000000012")
    import_id = importing.upload(write_csv([{**row, "account_no": "999000000019"}, row]))
    importing.work(import_id, "check")
    assert {told[1] for told in importing.refused(import_id)} <= {"unit_foreign", "account_no_wrong"}


def test_a_file_that_is_no_table_is_refused_at_once_and_forgotten(importing: Importing) -> None:
    for content, name, wrong in (
        (b"\0" * 5000, "a.csv", "import_file_unreadable"),
        (b"PK\x03\x04" + b"x" * 500, "a.xlsx", "import_file_unreadable"),
        ("户号,密码\n1,2\n".encode(), "a.csv", "import_columns_wrong"),
    ):
        import_id, answer = importing.send(content, name)
        assert (answer.status_code, code(answer)) == (422, wrong)
        assert importing.call("POST", f"/{import_id}/uploaded").status_code == 404
    for name, size, wrong in (
        ("a.exe", 10, "import_kind_refused"),
        ("a.csv", 0, "import_file_empty"),
        ("a.csv", 2 * 1024**3, "import_file_too_large"),
    ):
        assert code(importing.call("POST", "", {"name": name, "size": size})) == wrong


def test_pieces_are_sent_again_and_none_may_lack_or_have_another_length(importing: Importing) -> None:
    content = write_csv([make_row(id_number="")]).ljust(PIECE_BYTES + 10, b"\n")
    begun = json.loads(importing.call("POST", "", {"name": "a.csv", "size": len(content)}).text)
    import_id = begun["id"]
    assert code(importing.put(import_id, 0, content[:100])) == "import_piece_wrong"
    assert code(importing.put(import_id, 2, content[:10])) == "import_piece_wrong"
    assert importing.put(import_id, 1, content[PIECE_BYTES:]).status_code == 204
    missing = importing.call("POST", f"/{import_id}/uploaded")
    assert code(missing) == "import_pieces_missing"
    assert json.loads(missing.text)["extra"] == {"missing": [0]}
    for _ in range(2):
        assert importing.put(import_id, 0, content[:PIECE_BYTES]).status_code == 204
    assert importing.call("POST", f"/{import_id}/uploaded").status_code == 200
    assert importing.work(import_id, "check")["counts"] == counts(created=1)


def test_a_file_full_of_faults_is_given_up(importing: Importing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices_module, "MOST_REFUSED", 5)
    import_id = importing.upload(write_csv([make_row(phone="1") for _ in range(9)]))
    told = importing.work(import_id, "check")
    assert (told["state"], told["failure"], told["commands"]) == (
        "failed", "有问题的行太多，这次不再往下读。请照清单改好表格，重新上传。", ["drop"],
    )  # fmt: skip
    assert (
        code(importing.call("POST", f"/{import_id}/commands", {"command": "start"})) == "import_state_wrong"
    )


def test_only_managers_have_imports_and_each_sees_those_of_their_units(
    importing: Importing, hall: Hall
) -> None:
    import_id = importing.upload(write_csv([make_row()]))
    for name in ("desk_361", "agent_a", "handler_361"):
        assert hall.sign_in(name).get("/account-imports").status_code == 403
        assert hall.sign_in(name).get(f"/account-imports/{import_id}/refused").status_code == 403
    template = importing.browser.get("/account-imports/template.csv")
    assert template.data.decode("utf-8-sig").startswith("户号,户名")
    assert importing.browser.read("/account-imports")["items"][0]["id"] == import_id


def test_files_that_are_done_with_leave_the_storage(importing: Importing) -> None:
    done = importing.bring_in(write_csv([make_row(id_number="")]))
    make_account_imports(importing.hall.shared).forget_files()
    with importing.hall.sessions() as session:
        kept = session.execute(text("SELECT is_kept FROM account_import WHERE id = :id"), done).scalar_one()
        keys = text("SELECT count(*) FROM account_import_key WHERE import_id = :id")
        assert (kept, session.execute(keys, done).scalar_one()) == (False, 0)
    assert importing.read(done["id"])["state"] == "done"
