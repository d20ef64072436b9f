"""The whole comparison: what the command prints, and the page ``docs/conformance.md``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from backend.catalogue.conformance.forms import FormVerdict, check_documents, judge_form
from backend.catalogue.conformance.manual import Manual
from backend.catalogue.conformance.register import (
    MOST_THAT_MAY_WAIT,
    Evidence,
    Item,
    Register,
    State,
    check_files,
    judge_requirements,
    judge_rules,
)
from backend.catalogue.conformance.verdict import FlowVerdict, StepVerdict, judge_flow
from backend.catalogue.folder import ProcessesFolder


@dataclass(frozen=True, slots=True)
class Conformance:
    """Every process with its requirements by its key, the rules, the forms, and the faults of whole files."""

    flows: tuple[FlowVerdict, ...]
    requirements: dict[str, tuple[Item, ...]]
    rules: tuple[Item, ...]
    faults: tuple[str, ...]
    forms: tuple[FormVerdict, ...] = ()
    # Why the manual has no such process, by the keys of those that are our own.
    own: dict[str, str] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[StepVerdict, ...]:
        """All steps of all processes."""
        return tuple(step for flow in self.flows for step in flow.steps)

    def list_wrong(self) -> list[str]:
        """Return everything that somebody has to mend, one line each."""
        return [
            *self.faults,
            *(f"{one.flow.key}/{line}" for one in self.flows for line in one.wrong if one.present),
            *(f"{item.key}: {fault}" for item in self._list_items() for fault in item.faults),
            *(
                f"forms/{form.key}: {place}: {one}"
                for form in self.forms
                for place, messages in form.wrong.items()
                for one in messages
            ),
        ]

    def list_missing(self) -> list[str]:
        """Return what is still to be built: processes, what steps wait for, open requirements and rules."""
        return [
            *(f"{one.flow.key}: the process is not here" for one in self.flows if not one.present),
            *(
                f"{one.flow.key}/{step.row.no}: {line}"
                for one in self.flows
                for step in one.steps
                for line in step.waiting
            ),
            *(
                f"{item.key}: open"
                for item in self._list_items()
                if item.state is State.OPEN and not item.faults
            ),
        ]

    def _list_items(self) -> Iterator[Item]:
        for items in self.requirements.values():
            yield from items
        yield from self.rules


def compare(manual: Manual, content: ProcessesFolder, register: Register, evidence: Evidence) -> Conformance:
    """Compare all processes, requirements and rules; a process of our own says why."""
    known = {one.key for one in manual.flows}
    more = {key: body.get("because", {}) for key, body in content.processes.items() if key not in known}
    strangers = [f"{key}: the manual has no such process" for key, why in more.items() if "own" not in why]
    return Conformance(
        flows=tuple(judge_flow(one, manual, content) for one in manual.flows),
        requirements={one.key: judge_requirements(one, register, evidence) for one in manual.flows},
        rules=judge_rules(manual, register, evidence),
        faults=(
            *strangers,
            *check_files(manual, register),
            *check_documents(manual.documents, content.documents),
        ),
        forms=tuple(judge_form(one, content.forms.get(one["id"])) for one in manual.forms),
        own={key: why["own"] for key, why in more.items() if "own" in why},
    )


def narrow(found: Conformance, key: str) -> Conformance:
    """Return the comparison of one process alone."""
    flows = tuple(one for one in found.flows if one.flow.key == key)
    return Conformance(flows, {key: found.requirements.get(key, ())}, (), ())


def summarise(found: Conformance) -> list[str]:
    """Return the counts, one line each."""
    here = [one for one in found.flows if one.present and not one.wrong]
    steps = found.steps
    requirements = [item for items in found.requirements.values() for item in items]
    waiting = Counter(item.waits_for for item in requirements if item.waits_for)
    lines = [
        f"processes: {len(here)} of {len(found.flows)}",
        f"steps: {sum(one.conforms for one in steps)} of {len(steps)} conform, "
        f"{sum(bool(one.waiting) for one in steps)} are here but wait for a form or a process, "
        f"{sum(len(one.explained) for one in steps)} differences are explained",
        f"requirements: {_count(requirements)} (at most {MOST_THAT_MAY_WAIT} may wait)",
    ]
    if found.own:
        lines.insert(1, f"processes of our own, which the manual lacks: {len(found.own)}")
    if waiting:
        lines.append("  waiting for " + ", ".join(f"{name} {n}" for name, n in sorted(waiting.items())))
    if found.forms:
        lines.append(
            f"forms: {sum(not one.wrong for one in found.forms)} of {len(found.forms)}, "
            f"fields {sum(one.fields_here for one in found.forms)} of "
            f"{sum(one.fields for one in found.forms)}, "
            f"hazards {sum(one.hazards_here for one in found.forms)} of "
            f"{sum(one.hazards for one in found.forms)}"
        )
    if found.rules:
        lines.append(f"rules: {_count(found.rules)}")
    return lines


def render_page(found: Conformance) -> str:
    """Return ``docs/conformance.md``."""
    parts = [
        "# Conformance with the manual",
        "Written by `flask --app wsgi:create_tools processes conformance --write`; "
        "[how it is read and kept](how-to/keep-the-conformance.md).",
        "\n".join(f"- {line.strip()}" for line in summarise(found)),
        "## All processes",
        _render_table(
            ("process", "steps", "met", "waits", "open"),
            (
                (
                    f"{one.flow.name} `{one.flow.key}`",
                    f"{sum(step.conforms for step in one.steps)} of {len(one.steps)}"
                    if one.present
                    else "not here",
                    *(str(n) for n in _count_states(found.requirements[one.flow.key])),
                )
                for one in found.flows
            ),
        ),
    ]
    for one in found.flows:
        if one.present:
            parts += [
                f"## {one.flow.name} `{one.flow.key}`",
                _render_table(("step", "state"), _list_steps(one)),
            ]
            parts.append(_render_items("requirement", found.requirements[one.flow.key]))
    if found.own:
        parts += ["## Processes of our own", _render_table(("process", "why"), sorted(found.own.items()))]
    parts += [
        "## Forms",
        "A column of a table counts as a field. Types, labels, choices, units and doubts are compared.",
        _render_table(
            ("form", "fields", "hazards", "state"),
            (
                (
                    f"{one.name} `{one.key}`",
                    f"{one.fields_here} of {one.fields}",
                    f"{one.hazards_here} of {one.hazards}" if one.hazards else "",
                    _describe_form(one),
                )
                for one in found.forms
            ),
        ),
    ]
    parts += ["## Rules of the forms", _render_items("rule", found.rules)]
    return "\n\n".join(parts) + "\n"


def _count_states(items: Iterable[Item]) -> tuple[int, ...]:
    states = Counter(item.state for item in items)
    return tuple(states[state] for state in State)


def _count(items: Iterable[Item]) -> str:
    listed = list(items)
    counts = zip(_count_states(listed), State, strict=True)
    return ", ".join(f"{n} {state}" for n, state in counts) + f" of {len(listed)}"


def _list_steps(verdict: FlowVerdict) -> Iterator[tuple[str, str]]:
    for step in verdict.steps:
        says = [
            *step.explained,
            *(f"waits: {one}" for one in step.waiting),
            *(f"wrong: {one}" for one in step.wrong),
        ]
        yield f"{step.row.no} {step.row.activity}", "; ".join(says) or "conforms"


def _describe_form(verdict: FormVerdict) -> str:
    if not verdict.present:
        return "not here"
    differing = (f"{place}: {one}" for place, messages in verdict.wrong.items() for one in messages)
    return "; ".join(differing) or "conforms"


def _render_items(title: str, items: Iterable[Item]) -> str:
    rows = [(f"`{item.key}`", item.text, _describe(item)) for item in items]
    return _render_table(("id", title, "state"), rows) if rows else f"No {title}."


def _describe(item: Item) -> str:
    if item.state is State.MET:
        return f"met by {', '.join(item.by)}; `{item.test}`"
    return f"waits for {item.waits_for}" if item.state is State.WAITS else "open"


def _render_table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [titles, tuple("---" for _ in titles), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
