"""What is wrong with ``processes/``: the schema first, then what a schema cannot say.

The linter runs after all components have registered their guards and effects, and knows them by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from backend.catalogue.contract_text import check_blanks, read_wording
from backend.catalogue.definition import (
    FORWARDED_TO,
    ActorKind,
    ProcessDefinition,
)
from backend.catalogue.folder import DOCUMENTS_FILE, PROCESSES_FOLDER, ProcessesFolder
from backend.catalogue.form_lint import Fault, check_form
from backend.catalogue.forms import build_form
from backend.catalogue.loader import build_process
from backend.catalogue.parameters import check_parameters
from backend.catalogue.start_days import is_start_readable
from backend.catalogue.step_lint import check_fields, check_step
from backend.catalogue.told_lint import check_earlier_forms, check_told
from backend.catalogue.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault: the file it stands in, where in it, a stable code, and a sentence for the author."""

    file: str
    place: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.message} [{self.code}]"


# What conditions may ask for beside form fields: the services put these into a case's data themselves.
CASE_DATA = frozenset({"service", "origin_case_id", "plan_until", FORWARDED_TO})


@cache
def _validator(kind: str) -> Draft202012Validator:
    path = PROCESSES_FOLDER / "schema" / f"{kind}.schema.json"
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def lint(content: ProcessesFolder, words: Vocabulary) -> list[Finding]:
    """Return every fault of the folder, sorted; an empty list means that it may be published."""
    findings = [
        *_check_schema("process", content.processes),
        *_check_schema("form", content.forms, "forms/"),
        *_check_schema("template", content.templates, "templates/"),
        *_check_schema("notice", content.notices, "notices/"),
        *_check_documents(content),
    ]
    if findings:
        # What follows may rely on the shapes that the schemas promise.
        return sorted(findings)
    for name, body in content.processes.items():
        faults = list(check_parameters(body, words.parameters))
        # Without its parameters a process cannot be built.
        for place, code, message in faults or _check_process(build_process(body), content, words):
            findings.append(Finding(f"{name}.yaml", place, code, message))
    parties = frozenset({*content.post_names, *content.party_names})
    for name, body in content.forms.items():
        for place, code, message in check_form(body, content.forms, parties):
            findings.append(Finding(f"forms/{name}.yaml", place, code, message))
    findings += list(_check_templates(content))
    for document, forms in content.documents.items():
        for form in forms:
            if form not in content.forms:
                findings.append(Finding(DOCUMENTS_FILE, document, "form_unknown", f"there is no form {form}"))
    for service in content.services:
        if service.form not in content.forms:
            findings.append(
                Finding("services.yaml", service.key, "form_unknown", f"there is no form {service.form}")
            )
    return sorted(findings)


def _check_schema(kind: str, bodies: Mapping[str, Mapping[str, Any]], prefix: str = "") -> Iterator[Finding]:
    for name, body in bodies.items():
        for error in _validator(kind).iter_errors(body):
            place = "/".join(str(part) for part in error.absolute_path) or "the file"
            yield Finding(f"{prefix}{name}.yaml", place, "schema", error.message)
        if isinstance(body, Mapping) and body.get("key") != name:
            yield Finding(f"{prefix}{name}.yaml", "key", "key_differs", f"the key must be {name}")


def list_schema_faults(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the key of the field and the name of the rule for all that the schema finds in one form.

    A column of a table is ``table.column``.
    """
    for error in _validator("form").iter_errors(body):
        part: Any = body
        keys = []
        for step in error.absolute_path:
            part = part[step]
            if isinstance(part, Mapping) and "type" in part and "key" in part:
                keys.append(str(part["key"]))
        yield ".".join(keys) or "form", str(error.validator)


def _check_documents(content: ProcessesFolder) -> Iterator[Finding]:
    for error in _validator("documents").iter_errors(content.documents):
        place = "/".join(str(part) for part in error.absolute_path) or "the file"
        yield Finding(DOCUMENTS_FILE, place, "schema", error.message)


def _check_templates(content: ProcessesFolder) -> Iterator[Finding]:
    for name, body in content.templates.items():
        file, form = f"templates/{name}.yaml", content.forms.get(name)
        if form is None or form.get("kind") != "contract":
            yield Finding(file, "key", "form_unknown", f"there is no contract {name}")
            continue
        wording, faults = read_wording(body["text"])
        for one in [*faults, *check_blanks(wording, build_form(form))]:
            yield Finding(file, f"line {one.line} of the text", one.code, one.sentence)


def _check_process(
    process: ProcessDefinition, content: ProcessesFolder, words: Vocabulary
) -> Iterator[Fault]:
    keys = [step.key for step in process.steps]
    known = set(keys)
    for key in sorted(key for key in known if keys.count(key) > 1):
        yield key, "step_twice", "two steps have this key"
    yield from _check_named_steps(process, known)
    for start in process.starts:
        if not is_start_readable(start):
            yield "starts", "start_malformed", f"no {start.every} has a day {start.month:02}-{start.day:02}"
    if process.form is not None and process.form not in content.forms:
        yield "form", "form_unknown", f"there is no form {process.form}"
    yield from _check_start(process, content)
    fields = CASE_DATA | _list_condition_fields(content) | _list_set_fields(content)
    yield from check_fields("overall", (one.when for one in process.overall), fields)
    for step in process.steps:
        yield from check_step(step, known, content, words, fields)
        if step.signs is not None and all(one.key != step.signs or one.form is None for one in process.steps):
            yield step.key, "form_odd", f"there is no form to be signed at a step {step.signs}"
    yield from check_told(process, content)
    yield from check_earlier_forms(process, content.forms)
    if process.first_step in known and _targets_exist(process, known):
        yield from _check_paths(process, content)


def _check_start(process: ProcessDefinition, content: ProcessesFolder) -> Iterator[Fault]:
    """A case that is opened for a customer needs a form, and nothing that only customers bring."""
    for actor in process.starts_by:
        if actor.key not in content.post_names:
            yield "starts_by", "post_unknown", f"there is no {actor.kind} {actor.key}"
    first = next((one for one in process.steps if one.key == process.first_step), None)
    if not process.starts_by or first is None:
        return
    if process.form is None:
        yield "starts_by", "form_missing", "whoever opens a case for a customer needs a form of the process"
    if first.by.kind is ActorKind.CUSTOMER and first.outcomes and first.outcomes[0].asks:
        yield first.key, "start_asks", "the first outcome is taken at the start, so it may ask for nothing"


def _check_named_steps(process: ProcessDefinition, known: set[str]) -> Iterator[Fault]:
    named = {"first_step": (process.first_step,), "withdraw_at": process.withdraw_at}
    overall = (key for one in process.overall for key in (one.begins_at, one.ends_at) if key is not None)
    entered = (one.enter_at for one in process.starts if one.enter_at is not None)
    more = {"cancel_at": process.cancel_at, "overall": tuple(overall), "starts": tuple(entered)}
    within = process.traits.get("answers_within")
    if within is not None:
        more["answers_within"] = (within["step"], within["graded_at"])
    if "tells_answer" in process.traits:
        more["tells_answer"] = (process.traits["tells_answer"],)
    more["in_one_go"] = tuple(process.traits.get("in_one_go", ()))
    if process.forwarding is not None:
        more["forwarding"] = (process.forwarding.step, *process.forwarding.at)
    unoffered = process.traits.get("not_offered", {})
    more["not_offered"] = tuple(unoffered)
    for place, keys in {**named, **more}.items():
        for key in keys:
            if key not in known:
                yield place, "step_unknown", f"there is no step {key}"
    for step in process.steps:
        for key in unoffered.get(step.key, ()):
            if step.outcome(key) is None:
                yield step.key, "outcome_unknown", f"there is no outcome {key} not to be offered"


def _list_condition_fields(content: ProcessesFolder) -> frozenset[str]:
    return frozenset(
        one["key"]
        for body in content.forms.values()
        for section in body["sections"]
        for one in section["fields"]
        if one.get("feeds_conditions")
    )


def _list_set_fields(content: ProcessesFolder) -> frozenset[str]:
    """What outcomes record; any process may ask for it, since a child begins with its parent's data."""
    return frozenset(
        key
        for body in content.processes.values()
        for step in body["steps"]
        for outcome in step["outcomes"]
        for key in outcome.get("sets", ())
    )


def _targets_exist(process: ProcessDefinition, known: set[str]) -> bool:
    return all(key in known for step in process.steps for outcome in step.outcomes for key in outcome.to)


def _check_paths(process: ProcessDefinition, content: ProcessesFolder) -> Iterator[Fault]:
    """Every step is reached from an entry, and from every step the end can be reached."""
    leads_to = {step.key: {key for outcome in step.outcomes for key in outcome.to} for step in process.steps}
    entries = {process.first_step, *_list_entries(process.key, content)}
    entries.update(one.enter_at for one in process.starts if one.enter_at is not None)
    beside = process.steps_beside
    reached = _spread(entries, leads_to) | beside
    comes_from: dict[str, set[str]] = {key: set() for key in leads_to}
    for key, targets in leads_to.items():
        for target in targets:
            comes_from[target].add(key)
    endings = {step.key for step in process.steps if any(one.end is not None for one in step.outcomes)}
    # A part that was forwarded ends beside the rest of the case.
    resting = {step.key for step in process.steps if any(not one.to and not one.end for one in step.outcomes)}
    endings |= resting & beside
    ending = _spread(endings, comes_from)
    for key in sorted(resting - beside):
        yield key, "way_missing", "only what a handler forwarded may end without ending the case"
    for step in process.steps:
        if step.key not in reached:
            yield step.key, "step_unreachable", "no way leads to this step"
        if step.key not in ending:
            yield step.key, "dead_end", "from this step the case can never end"
    yield from _check_system_loops(process, leads_to)


def _list_entries(key: str, content: ProcessesFolder) -> set[str]:
    return {
        child["enter_at"]
        for body in content.processes.values()
        for step in body["steps"]
        for child in step.get("children", ())
        if child["process"] == key and "enter_at" in child
    }


def _check_system_loops(process: ProcessDefinition, leads_to: Mapping[str, set[str]]) -> Iterator[Fault]:
    """System steps run at once, so those that lead back to themselves would never stop."""
    own = {step.key for step in process.steps if step.by.kind is ActorKind.SYSTEM and not step.children}
    among = {key: leads_to[key] & own for key in own}
    for key in sorted(own):
        if key in _spread(among[key], among):
            yield key, "system_loop", "system steps lead back to this one without anybody acting"


def _spread(start: set[str], edges: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting.extend(edges.get(key, ()))
    return seen
