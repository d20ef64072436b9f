"""The comparison with the manual finds each difference, and the shipped processes give a reason for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from backend.catalogue.conformance import command, register
from backend.catalogue.conformance.manual import Branch, Flow, Manual, Row
from backend.catalogue.conformance.register import (
    Evidence,
    Item,
    State,
    check_files,
    judge_requirements,
    judge_rules,
)
from backend.catalogue.conformance.report import compare, narrow, render_page, summarise
from backend.catalogue.conformance.verdict import FlowVerdict, judge_flow
from backend.catalogue.folder import ProcessesFolder, list_drafts, read_folder
from composition.hall import WORDS

TWO_DAYS = {"kind": "days", "value": 2, "text": "2天"}
FLOW = Flow(
    "boil",
    "开水",
    (
        Row("01", "来电", by=("customer",), by_inferred=True),
        Row("02", "受理", by=("desk",), limit=TWO_DAYS, shares_with=("03",)),
        Row(
            "03",
            "办理",
            by=("works", "authority"),
            forms=("单子",),
            goto=("fee",),
            requires=("Be quick", "Be kind"),
        ),
        Row("04", "答复", by=("desk",), doubt=True),
        Row("05", "结束"),
    ),
    (Branch("03", "02"), Branch("03", "04")),
)
MANUAL = Manual((FLOW,), {"no_cash": "No cash."}, {"plumber": "works"})
BODY: dict[str, Any] = {
    "key": "boil",
    "version": 1,
    "first_step": "call",
    "steps": [
        {
            "key": "call", "manual_no": "01", "name": "来电", "by": "customer", "limit": {"kind": "none"},
            "outcomes": [{"to": ["take"]}],
        },
        {
            "key": "take", "manual_no": "02", "name": "受理", "by": "department:desk",
            "limit": {"kind": "days", "value": 2, "steps": ["take", "do"]}, "outcomes": [{"to": ["drive"]}],
        },
        {
            "key": "drive", "name": "出发", "by": "position:plumber", "limit": {"kind": "none"},
            "outcomes": [{"to": ["do"]}],
        },
        {
            "key": "do", "manual_no": "03", "name": "办理", "by": "position:plumber",
            "attended_by": ["authority"],
            "limit": {"kind": "none"}, "form": "slip", "children": [{"process": "fee"}],
            "outcomes": [{"to": ["take"]}, {"to": ["reply"]}],
        },
        {
            "key": "reply", "manual_no": "04", "name": "答复", "by": "department:desk",
            "limit": {"kind": "none"}, "outcomes": [{"end": "completed"}],
        },
    ],
}  # fmt: skip
FEE = {"key": "fee", "first_step": "ask", "steps": [{"key": "ask", "manual_no": "01", "outcomes": []}]}
FORMS = {"slip": {"name": "单子"}, "other": {"name": "别的"}}
DOCUMENTS = {"单子": ["slip", "second_slip"]}
Change = Callable[[dict[str, Any]], object]
WHY = "There is a good reason for it."


def judge(*changes: Change, flow: Flow = FLOW, without: str = "") -> FlowVerdict:
    body = deepcopy(BODY)
    for change in changes:
        change(body)
    processes = {key: one for key, one in {"boil": body, "fee": FEE}.items() if key != without}
    return judge_flow(flow, MANUAL, ProcessesFolder(processes, FORMS, documents=DOCUMENTS))


def step(body: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in body["steps"] if one["key"] == key)
    return found


def drop_reply(body: dict[str, Any]) -> None:
    body["steps"].pop()
    step(body, "do")["outcomes"] = [{"to": ["take"]}, {"end": "completed"}]


def swap(body: dict[str, Any]) -> None:
    body["steps"].insert(0, body["steps"].pop(1))


def test_a_step_that_is_done_once_more() -> None:
    flow = Flow("boil", "开水", FLOW.rows, (*FLOW.branches, Branch("02", "02"), Branch("02", "03")))
    assert judge(flow=flow).wrong == ("02: no way leads on to 02 [order]",)
    assert judge(lambda b: step(b, "take")["outcomes"].append({"to": ["take"]}), flow=flow).wrong == ()


def test_a_process_that_agrees() -> None:
    found = judge()
    assert found.wrong == ()
    assert all(one.conforms and not one.explained for one in found.steps)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (drop_reply, "04: 答复 is not here [step]"),
        (lambda b: step(b, "reply").update(name="回复"), "04: it is called 答复 and not 回复 [name]"),
        (lambda b: step(b, "take").update(by="department:works"), "02: desk does not do it [by]"),
        (lambda b: step(b, "do").pop("attended_by"), "03: authority does not do it [by]"),
        (lambda b: step(b, "take")["limit"].update(value=3), "02: the limit is 2天, not days 3 [limit]"),
        (lambda b: step(b, "take").update(limit={"kind": "none", "steps": ["do"]}), "not none [limit]"),
        (
            lambda b: step(b, "reply").update(limit={"kind": "days", "value": 1}),
            "04: the limit is None, not days 1",
        ),
        (lambda b: step(b, "take")["limit"].pop("steps"), "02: the limit does not span 03 [limit]"),
        (lambda b: step(b, "do").update(form="other"), "03: 单子 is not used here [form]"),
        (lambda b: step(b, "do").update(outcomes=[{"to": ["reply"]}]), "03: no way leads on to 02 [order]"),
        (lambda b: step(b, "call").update(outcomes=[{"to": ["reply"]}]), "01: no way leads on to 02 [order]"),
        (lambda b: step(b, "reply").update(outcomes=[{"to": ["do"]}]), "04: no way leads on to 05 [order]"),
        (swap, "01: it stands after 02 [order]"),
        (lambda b: step(b, "do").pop("children"), "03: it hands over to fee in the manual [goto]"),
        (lambda b: step(b, "reply").update(manual_no="09"), "09: the manual has no step of this number"),
    ],
)
def test_a_difference_is_found(change: Change, what: str) -> None:
    assert any(line.endswith(what) or what in line for line in judge(change).wrong)


def explain(key: str, what: str) -> Change:
    return lambda body: step(body, key).update(because={what: WHY})


def test_a_reason_explains_its_own_difference_and_no_other() -> None:
    def rename_and_delay(body: dict[str, Any]) -> None:
        step(body, "take").update(name="收件", limit={"kind": "days", "value": 3, "steps": ["do"]})

    found = judge(rename_and_delay, explain("take", "name"))
    assert found.wrong == ("02: the limit is 2天, not days 3 [limit]",)
    assert found.steps[1].explained == (f"name: {WHY}",)


def test_a_reason_that_explains_nothing_is_refused() -> None:
    assert judge(explain("take", "limit")).wrong == (
        "02: because limit explains nothing, there is no such difference",
    )


@pytest.mark.parametrize(
    ("change", "key", "what"),
    [
        (lambda b: step(b, "take").update(limit={"kind": "none", "steps": ["do"]}), "take", "limit"),
        (lambda b: step(b, "take")["limit"].pop("steps"), "take", "limit"),
        (lambda b: step(b, "do").pop("attended_by"), "do", "by"),
    ],
)
def test_no_reason_drops_what_the_manual_has_no_doubt_about(change: Change, key: str, what: str) -> None:
    [line] = judge(change, explain(key, what)).wrong
    assert line.endswith("a reason does not do, the manual has no doubt there")


def test_a_doubtful_post_or_step_may_be_left_out_for_a_reason() -> None:
    found = judge(drop_reply, lambda b: b.update(because={"04": WHY}))
    assert (found.wrong, found.steps[3].conforms) == ((), True)
    assert judge(lambda b: step(b, "reply").update(by="customer"), explain("reply", "by")).wrong == ()
    # An empty cell for who does it is a doubt about the post.
    assert judge(lambda b: step(b, "call").update(by="position:plumber"), explain("call", "by")).wrong == ()


def test_the_system_acts_for_the_post_before_it_which_still_wants_a_reason() -> None:
    def leave_to_the_system(body: dict[str, Any]) -> None:
        step(body, "do").update(by="system")

    assert judge(leave_to_the_system).wrong == ("03: works does not do it [by]",)
    assert judge(leave_to_the_system, explain("do", "by")).wrong == ()


def test_what_is_not_in_the_catalogue_yet_is_waited_for() -> None:
    found = judge(without="fee")
    assert found.wrong == ()
    assert found.steps[2].waiting == ("hands over to fee, which is not here yet",)
    assert not found.steps[2].conforms


def test_one_of_several_forms_does_for_a_document() -> None:
    assert judge(lambda b: step(b, "do").update(form="second_slip")).wrong == ()
    some = [{"when": {"field": "kind", "op": "present"}, "form": "second_slip"}]
    assert judge(lambda b: step(b, "do").update(form="other", form_cases=some)).wrong == ()


def test_a_document_for_which_nothing_stands_is_waited_for() -> None:
    found = judge_flow(FLOW, MANUAL, ProcessesFolder({"boil": BODY, "fee": FEE}, FORMS))
    assert found.steps[2].waiting == ("nothing stands for 单子 yet",)


def test_a_process_that_is_not_here() -> None:
    found = judge(without="boil")
    assert (found.present, [one.present for one in found.steps]) == (False, [False] * 5)


def make_evidence(root: Path, passed: frozenset[str] | None = None) -> Evidence:
    """Return what the entries below may name: a guard, a screen and a test."""
    for path, text in {"web/a.vue": "", "tests/test_a.py": "def test_it() -> None: ...\n"}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return Evidence({"guard": frozenset({"kettle_full"})}, root, passed)


def met(*by: str, test: str = "tests/test_a.py::test_it") -> dict[str, Any]:
    return {"met": {"by": list(by), "test": test}}


def judge_first(entry: Mapping[str, Any], evidence: Evidence) -> Item:
    return judge_requirements(FLOW, {"boil": {"03/1": entry}}, evidence)[0]


def test_requirements_are_met_or_wait_or_are_open(tmp_path: Path) -> None:
    evidence = make_evidence(tmp_path)
    entries = {
        "boil": {"03/1": met("guard:kettle_full", "screen:a.vue")},
        "rules": {"no_cash": {"waits": "money"}},
    }
    first, second = judge_requirements(FLOW, entries, evidence)
    assert (first.key, first.text, first.state, first.faults) == ("boil/03/1", "Be quick", State.MET, ())
    assert (second.key, second.state, second.faults) == ("boil/03/2", State.OPEN, ())
    [rule] = judge_rules(MANUAL, entries, evidence)
    assert (rule.key, rule.state, rule.waits_for) == ("rules/no_cash", State.WAITS, "money")


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (met("guard:nothing"), "there is no guard nothing"),
        (met("effect:kettle_full"), "there is no effect kettle_full"),
        (met("screen:b.vue"), "there is no screen b.vue"),
        (
            met("guard:kettle_full", test="tests/test_b.py::test_it"),
            "there is no test tests/test_b.py::test_it",
        ),
        (
            met("guard:kettle_full", test="tests/test_a.py::test_b"),
            "there is no test tests/test_a.py::test_b",
        ),
        (met("hope:kettle_full"), "does not match"),
        ({"waits": "better_weather"}, "is not one of"),
        ({}, "should be non-empty"),
    ],
)
def test_an_entry_that_proves_nothing(tmp_path: Path, entry: dict[str, Any], fault: str) -> None:
    item = judge_first(entry, make_evidence(tmp_path))
    assert item.state is State.OPEN
    assert any(fault in one for one in item.faults)


def test_a_test_counts_only_if_it_passed(tmp_path: Path) -> None:
    entry = met("guard:kettle_full")
    passed = judge_first(entry, make_evidence(tmp_path, frozenset({"tests/test_a.py::test_it"})))
    failed = judge_first(entry, make_evidence(tmp_path, frozenset()))
    assert (passed.state, failed.state) == (State.MET, State.OPEN)
    assert failed.faults == ("tests/test_a.py::test_it did not pass when the tests ran last",)


def test_entries_and_files_that_the_manual_does_not_know(tmp_path: Path) -> None:
    entries = {"boil": {"03/9": {"waits": "money"}}, "freeze": {}}
    assert judge_requirements(FLOW, entries, make_evidence(tmp_path))[-1].faults == (
        "the manual has nothing of this id",
    )
    assert check_files(MANUAL, entries) == ["freeze: the manual has no such process"]


def test_only_so_many_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "MOST_THAT_MAY_WAIT", 1)
    waiting = {"03/1": {"waits": "money"}, "03/2": {"waits": "chat"}}
    assert check_files(MANUAL, {"boil": waiting}) == ["2 requirements wait, and at most 1 may"]
    assert check_files(MANUAL, {"boil": {"03/1": {"waits": "money"}}, "rules": waiting}) == []


def test_what_is_printed_and_what_is_written(tmp_path: Path) -> None:
    content = ProcessesFolder({"boil": BODY, "fee": FEE}, FORMS, documents=DOCUMENTS)
    entries = {"boil": {"03/1": met("guard:kettle_full"), "03/2": {"waits": "chat"}}}
    found = compare(MANUAL, content, entries, make_evidence(tmp_path))
    assert summarise(found) == [
        "processes: 1 of 1",
        "steps: 5 of 5 conform, 0 are here but wait for a form or a process, 0 differences are explained",
        "requirements: 1 met, 1 waits, 0 open of 2 (at most 120 may wait)",
        "  waiting for chat 1",
        "rules: 0 met, 0 waits, 1 open of 1",
    ]
    assert found.list_wrong() == ["fee: the manual has no such process"]
    assert found.list_missing() == ["rules/no_cash: open"]
    ours = {**FEE, "because": {"own": WHY}}
    explained = compare(
        MANUAL, replace(content, processes={"boil": BODY, "fee": ours}), entries, make_evidence(tmp_path)
    )
    assert (explained.list_wrong(), f"| fee | {WHY} |" in render_page(explained)) == ([], True)
    assert narrow(found, "boil").list_wrong() == []
    assert "| `boil/03/1` | Be quick | met by guard:kettle_full; `tests/test_a.py::test_it` |" in render_page(
        found
    )


# As the files of the manual are written.
FLOWS_YAML = """
positions: [{id: inspector, department: works}]
flows:
  - id: repair
    name: 维修
    steps:
      - {"no": "01", activity: 受理申请, by: [customer_service_dept], form: null, requires: [Be quick],
         limit: {kind: immediate, value: null, text: 即刻受理}}
  - id: melt
    name: 融化
    steps: []
"""


def make_manual(folder: Path) -> Path:
    """Write a manual with the first step of a shipped process, and with a process that is not here."""
    (folder / "flows.yaml").write_text(FLOWS_YAML, encoding="utf-8")
    (folder / "forms.yaml").write_text("rules: [{id: no_cash, text: No cash.}]\nforms: []", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("options", "exit_code", "says"),
    [
        ([], 1, "missing: melt: the process is not here"),
        ([], 1, "wrong: hotline_alarm: the manual has no such process"),
        (["--only", "repair"], 1, "wrong: repair/02: the manual has no step of this number"),
        (["--only", "melt"], 1, "processes: 0 of 1"),
        (["--only", "nothing"], 1, "the manual has no process nothing"),
        (["--manual", "nowhere"], 0, "There is no manual at nowhere, so nothing was compared."),
    ],
)
def test_the_command(tmp_path: Path, options: list[str], exit_code: int, says: str) -> None:
    compare_with = command.make_conformance_command(WORDS, read_folder)
    result = CliRunner().invoke(compare_with, ["--manual", str(make_manual(tmp_path)), *options])
    assert (result.exit_code, says in result.output) == (exit_code, True), result.output


def test_the_command_passes_a_shipped_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "read_passed", lambda: None)
    result = CliRunner().invoke(command.make_conformance_command(WORDS, read_folder), ["--only", "repair"])
    assert result.exit_code == 0, result.output
    assert "processes: 1 of 1" in result.output


def test_a_reason_is_no_part_of_a_published_version() -> None:
    plain = ProcessesFolder({"boil": BODY})
    explained = deepcopy(BODY)
    explained["because"] = {"04": WHY}
    explain("take", "name")(explained)
    assert list_drafts(plain) == list_drafts(ProcessesFolder({"boil": explained}))


@pytest.mark.parametrize("process", sorted(read_folder().processes))
def test_a_shipped_process_agrees_with_the_manual(process: str) -> None:
    found = narrow(command.compare_shipped(read_folder(), command.MANUAL_FOLDER, WORDS, None), process)
    assert found.list_wrong() == []


def test_the_page_is_up_to_date() -> None:
    found = command.compare_shipped(read_folder(), command.MANUAL_FOLDER, WORDS, None)
    assert command.PAGE.read_text(encoding="utf-8") == render_page(found)
    assert found.faults == ()
    assert all(one.present for one in found.forms)
