"""What is wrong with one step: who does it, its limit, its form, its ways out and what it hands over to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backend.catalogue.conditions import list_fields
from backend.catalogue.definition import ActorKind, LimitKind, Outcome, Step
from backend.catalogue.folder import ProcessesFolder
from backend.catalogue.form_lint import Fault
from backend.catalogue.time_limits import is_due_readable
from backend.catalogue.vocabulary import Vocabulary


def check_step(
    step: Step, known: set[str], content: ProcessesFolder, words: Vocabulary, fields: frozenset[str]
) -> Iterator[Fault]:
    """Yield what is wrong with a step; ``known`` are the steps, ``fields`` what conditions may ask."""
    posts = {ActorKind.POSITION: content.positions, ActorKind.DEPARTMENT: content.departments}
    for actor in (step.by, *step.also_by):
        if actor.kind in posts and actor.key not in posts[actor.kind]:
            yield step.key, "post_unknown", f"there is no {actor.kind} {actor.key}"
    yield from _check_also_by(step)
    for party in sorted({*step.attended_by} - {*content.post_names, *content.party_names}):
        yield step.key, "party_unknown", f"there is no party {party}"
    if step.by.kind is ActorKind.CUSTOMER and not step.customer.visible:
        yield step.key, "wording_missing", "a step of the customer needs the customer's wording"
    yield from _check_forms(step, content)
    for key in step.waits_for_all:
        if key not in known:
            yield step.key, "step_unknown", f"there is no step {key}"
    yield from _check_limit(step, known)
    for process, enter_at in _list_begun(step):
        yield from _check_begun(step, process, enter_at, content)
    yield from _check_outcome_names(step)
    conditions = [*(one.when for one in step.outcomes), *(one.when for one in step.children)]
    conditions += [*(one.when for one in step.limit.cases), *(one.when for one in step.form_cases)]
    yield from check_fields(step.key, conditions, fields)
    for outcome in step.outcomes:
        yield from _check_outcome(step, outcome, known, words)
    if step.plain == step.name:
        yield step.key, "plain_odd", "plain words are there where the name does not say them already"
    for effect in step.all_effects:
        if effect.name not in words.effects:
            yield step.key, "effect_unknown", f"there is no effect {effect.name}"


def _check_outcome_names(step: Step) -> Iterator[Fault]:
    names = [outcome.key for outcome in step.outcomes]
    for key in sorted({key for key in names if names.count(key) > 1}):
        yield step.key, "outcome_twice", f"two outcomes are called {key}"
    for key in step.alternatives:
        if key not in names:
            yield step.key, "outcome_unknown", f"there is no outcome {key} to choose from"


def _check_forms(step: Step, content: ProcessesFolder) -> Iterator[Fault]:
    for form in (step.form, *(one.form for one in step.form_cases)):
        if form is not None and form not in content.forms:
            yield step.key, "form_unknown", f"there is no form {form}"
    if step.form_cases and step.form is None:
        yield step.key, "form_odd", "forms of single cases need one for all others beside them"
    if step.form_effects and step.form is None:
        yield step.key, "form_odd", "there is no form whose handing in could have effects"


def _check_also_by(step: Step) -> Iterator[Fault]:
    """What only the customer brings, such as a signature or a form, staff may not bring in their place.

    A form of staff's own step is written by whoever carries the step out.
    """
    is_for_customer = step.also_by != () and step.by.kind is ActorKind.CUSTOMER
    if step.also_by and (step.mends or (is_for_customer and step.form is not None)):
        yield step.key, "also_by_odd", "what the customer writes at this step nobody else may write"
    for outcome in step.outcomes:
        if bool(outcome.name_for_staff) != is_for_customer:
            yield step.key, "name_odd", f"{outcome.key} is named for staff just where they act for a customer"
        if is_for_customer and outcome.asks:
            yield step.key, "also_by_odd", f"outcome {outcome.key} asks for what the customer brings"


def check_fields(
    place: str, conditions: Iterable[Mapping[str, Any] | None], fields: frozenset[str]
) -> Iterator[Fault]:
    """Yield the fields that ``conditions`` ask for and no form provides."""
    asked = {name for one in conditions if one is not None for name in list_fields(one)}
    for name in sorted(asked - fields):
        yield place, "field_unknown", f"a condition asks for {name}, which no form provides"


def _check_limit(step: Step, known: set[str]) -> Iterator[Fault]:
    limits = (step.limit, *(one.limit for one in step.limit.cases))
    beside = (one.with_step for one in limits if one.with_step is not None)
    for key in (*step.limit.steps, *beside):
        if key not in known:
            yield step.key, "step_unknown", f"there is no step {key}"
    if step.limit.steps and all(one.kind is LimitKind.NONE for one in limits):
        yield step.key, "limit_odd", "no limit cannot span steps"
    for limit in limits:
        if not is_due_readable(limit):
            yield step.key, "due_malformed", f"the limit's due {limit.due!r} cannot be read"


def _check_outcome(step: Step, outcome: Outcome, known: set[str], words: Vocabulary) -> Iterator[Fault]:
    for key in outcome.to:
        if key not in known:
            yield step.key, "step_unknown", f"outcome {outcome.key} leads to {key}, which is not here"
    if "form" in outcome.asks and (step.form is None or step.by.kind is ActorKind.SYSTEM):
        yield step.key, "form_unasked", f"outcome {outcome.key} asks for a form that nobody fills in here"
    for guard in outcome.guards:
        if guard.name not in words.guards:
            yield step.key, "guard_unknown", f"there is no guard {guard.name}"
        for key in guard.args.get("steps", ()):
            if key not in known:
                yield step.key, "step_unknown", f"guard {guard.name} names {key}, which is not here"


def _list_begun(step: Step) -> Iterator[tuple[str, str | None]]:
    """Return what the step hands over to, and what its outcomes start apart from it."""
    yield from ((one.process, one.enter_at) for one in step.children)
    for effect in step.all_effects:
        if effect.name == "start_case":
            yield effect.args.get("process", ""), effect.args.get("enter_at", "")


def _check_begun(step: Step, process: str, enter_at: str | None, content: ProcessesFolder) -> Iterator[Fault]:
    if process not in content.processes:
        yield step.key, "process_unknown", f"there is no process {process}"
    elif enter_at is not None and enter_at not in {one["key"] for one in content.processes[process]["steps"]}:
        yield step.key, "step_unknown", f"process {process} has no step {enter_at}"
