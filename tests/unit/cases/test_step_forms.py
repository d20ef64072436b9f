"""The engine's part in the forms of steps, what a form begins with, and its hash."""

from __future__ import annotations

from typing import Any

import pytest

from backend.cases.actions import list_available_actions
from backend.cases.commands import CUSTOMER, Command, Complete, FillForm, Guard, Performer, Start
from backend.cases.document_hashes import hash_document
from backend.cases.document_prefill import describe_applicant, name_values, prefill
from backend.cases.engine import decide
from backend.cases.errors import CommandRefused
from backend.cases.snapshot import Snapshot
from backend.catalogue.forms import build_form
from tests.unit.cases.definitions import CLERK, NOW, STRANGER, make_outcome, make_process, make_step

PROCESS = make_process(
    make_step("apply", "customer", make_outcome("apply", "survey", "other")),
    make_step(
        "survey",
        "position:clerk",
        make_outcome("done", "after", asks=["form"]),
        form="survey_form",
        form_effects=[{"name": "note", "args": {"of": "survey"}}],
    ),
    make_step("other", "position:clerk", make_outcome("done", "after", asks=["form"]), form="other_form"),
    make_step("after", "customer", make_outcome("after")),
)
SURVEY, OTHER = 2, 3


def run(snapshot: Snapshot, command: Command, *, filled: int | None = None) -> Snapshot:
    return decide(PROCESS, snapshot, command, NOW, {"form_filled": make_guard(filled)}).snapshot


def make_guard(filled: int | None) -> Guard:
    """Return the guard as it is bound to a case in which the form of one task is filled in."""

    def check(snapshot: Snapshot, args: Any) -> str | None:
        here = [task.no for task in snapshot.open_tasks if task.step == args["step"]]
        return None if filled in here else "form_missing"

    return check


def at_survey() -> Snapshot:
    begun = run(Snapshot(), Start(CUSTOMER))
    return run(begun, Complete(CUSTOMER, 1, "apply", begun.version))


def refusal_of(command: Command, snapshot: Snapshot, filled: int | None = None) -> str:
    with pytest.raises(CommandRefused) as refused:
        run(snapshot, command, filled=filled)
    return refused.value.code


def test_an_outcome_waits_for_the_form_of_its_own_step() -> None:
    snapshot = at_survey()
    done = Complete(CLERK, SURVEY, "done", snapshot.version)
    assert refusal_of(done, snapshot) == "form_missing"
    assert refusal_of(done, snapshot, filled=OTHER) == "form_missing"
    assert run(snapshot, done, filled=SURVEY).task(4) is not None
    actions = list_available_actions(PROCESS, snapshot, CLERK, {"form_filled": make_guard(OTHER)})
    assert [(one.step, one.asks, one.unmet) for one in actions] == [
        ("survey", ("form",), "form_missing"),
        ("other", ("form",), None),
    ]


def test_a_filled_form_is_a_fact_and_changes_only_what_is_new() -> None:
    snapshot = at_survey()
    first = decide(PROCESS, snapshot, FillForm(CLERK, SURVEY, "勘察单", {"kind": "large"}), NOW)
    assert [event.payload for event in first.events] == [
        {"task": SURVEY, "step": "survey", "name": "勘察单"},
        {"data": {"kind": "large"}},
    ]
    assert [(one.name, one.args, one.task) for one in first.effects] == [("note", {"of": "survey"}, SURVEY)]
    again = decide(PROCESS, first.snapshot, FillForm(CLERK, SURVEY, "勘察单", {"kind": "large"}), NOW)
    assert len(again.events) == 1 and again.snapshot.data == {"kind": "large"}


@pytest.mark.parametrize(
    ("performer", "task", "refusal"),
    [
        (STRANGER, SURVEY, "not_your_turn"),
        (CUSTOMER, SURVEY, "not_your_turn"),
        (CUSTOMER, 1, "task_not_open"),
        (CLERK, 9, "task_unknown"),
    ],
)
def test_nobody_else_fills_it_in_and_not_at_another_time(
    performer: Performer, task: int, refusal: str
) -> None:
    assert refusal_of(FillForm(performer, task), at_survey()) == refusal


def test_a_step_without_a_form_has_none_to_fill_in() -> None:
    snapshot = at_survey()
    for task in (SURVEY, OTHER):
        snapshot = run(snapshot, Complete(CLERK, task, "done", snapshot.version), filled=task)
    assert refusal_of(FillForm(CUSTOMER, snapshot.open_tasks[0].no), snapshot) == "form_unknown"


def make_form(*fields: dict[str, Any]) -> Any:
    full = [{"label": one["key"], "personal": "none", **one} for one in fields]
    sections = [{"key": "all", "title": "all", "fields": full}]
    return build_form({"key": "form", "version": 1, "name": "form", "sections": sections})


ADDRESS = {
    "region": "历下区",
    "street": "文化路",
    "community": "阳光小区",
    "building": "3",
    "unit": "2",
    "door": "501",
}


def test_a_form_begins_with_what_fits() -> None:
    form = make_form(
        {"key": "place", "type": "text", "max_length": 50, "prefill": {"from": "address"}},
        {"key": "site", "type": "address", "prefill": {"from": "address"}},
        {"key": "area", "type": "text", "max_length": 9, "prefill": {"from": "survey.area"}},
        {"key": "short", "type": "text", "max_length": 2, "prefill": {"from": "address.community"}},
        {"key": "kind", "type": "choice", "options": [{"value": "a", "label": "a"}]},
        {"key": "photos", "type": "photos", "max_count": 3},
        {"key": "phone", "type": "phone", "prefill": {"from": "nowhere"}},
        {
            "key": "homes", "type": "table", "max_rows": 5,
            "columns": [
                {"key": "no", "label": "n", "type": "number", "personal": "none",
                 "prefill": {"from": "row_no"}},
                {"key": "who", "label": "w", "type": "text", "max_length": 9, "personal": "name",
                 "prefill": {"from": "contact_name"}},
            ],
        },
    )  # fmt: skip
    application = make_form(
        {"key": "who", "type": "text", "max_length": 9, "personal": "name"},
        {"key": "site", "type": "address"},
    )
    sources = {
        **describe_applicant(application, {"who": "张三", "site": ADDRESS}),
        **name_values("survey", {"area": 88, "kind": "c", "photos": ["key"]}),
        "phone": "13800000000",
    }
    begun = prefill(form, sources)
    assert begun.pop("site")["door"] == "501室"
    assert begun == {
        "place": "历下区文化路阳光小区32501",
        "area": "88",
        "homes": [{"no": 1, "who": "张三"}],
    }


def test_the_hash_changes_with_everything_that_is_signed() -> None:
    form = make_form({"key": "note", "type": "text", "max_length": 50})
    plain = hash_document("1", form, {"note": "一"}, "n")
    assert plain == hash_document("1", form, {"note": "一"}, "n")
    others = [("2", {"note": "一"}, "n"), ("1", {"note": "二"}, "n"), ("1", {"note": "一"}, "m")]
    assert plain not in {hash_document(no, form, values, nonce) for no, values, nonce in others}
