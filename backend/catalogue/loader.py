"""From a definition's plain data (YAML or a stored version) to the frozen objects that the engine reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from backend.catalogue.calendar_start import CalendarStart, StartEvery, StartPer
from backend.catalogue.definition import (
    FORM_FILLED,
    Actor,
    ActorKind,
    CaseEnd,
    ChildProcess,
    ClockKind,
    CustomerView,
    EffectUse,
    FormCase,
    Forwarding,
    GuardUse,
    LimitCase,
    LimitKind,
    LimitSpec,
    Outcome,
    OverallLimit,
    ProcessDefinition,
    Step,
    TellsCustomer,
)
from backend.catalogue.parameters import Changes, fill_in, find_value, list_fixed, list_parameters

Body = Mapping[str, Any]


class DuplicateKey(ValueError):
    """A YAML mapping that names one key twice; the message has the line."""


class _StrictLoader(yaml.CSafeLoader):
    """YAML's last-one-wins would drop a step without a word, so a repeated key is an error."""


def _construct_mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise DuplicateKey(f"line {key_node.start_mark.line + 1}: {key!r} stands twice")
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)


def read_body(path: Path) -> dict[str, Any]:
    """Return the file's plain data; raises DuplicateKey or yaml.YAMLError."""
    body: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)
    return body


def hash_body(body: Body) -> str:
    """Return the sha256 of ``body`` in canonical JSON, so that layout and comments do not count."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def build_process(body: Body, changes: Changes | None = None) -> ProcessDefinition:
    """Return the process that ``body`` describes; a body that passed the linter raises nothing.

    ``changes`` are what the company set of its parameters; without them the defaults hold.
    """
    changed = changes or {}
    declared = list_parameters(body)
    body = fill_in(body, changed)
    return ProcessDefinition(
        key=body["key"],
        version=body["version"],
        name=body["name"],
        first_step=body["first_step"],
        steps=tuple(_build_step(one) for one in body["steps"]),
        form=body.get("form"),
        offered=body.get("offered", False),
        starts_by=tuple(_build_actor(one) for one in body.get("starts_by", ())),
        withdraw_at=tuple(body.get("withdraw_at", ())),
        cancel_at=tuple(body.get("cancel_at", ())),
        cancel_by=tuple(_build_actor(one) for one in body.get("cancel_by", ())),
        overall=tuple(
            OverallLimit(_build_limit(one), one["from"], one.get("until"), one.get("when"))
            for one in body.get("overall", ())
        ),
        declared=declared,
        parameters={one.key: find_value(one, changed.get(one.key, ())) for one in declared},
        traits={**list_fixed(body), **body.get("traits", {})},
        starts=tuple(_build_start(one) for one in body.get("starts", ())),
        forwarding=_build_forwarding(body.get("forwarding")),
    )


def _build_forwarding(body: Body | None) -> Forwarding | None:
    return None if body is None else Forwarding(body["step"], tuple(body["at"]))


def _build_start(body: Body) -> CalendarStart:
    return CalendarStart(
        every=StartEvery(body["every"]),
        month=body.get("month", 1),
        day=body["day"],
        per=StartPer(body["per"]),
        enter_at=body.get("enter_at"),
        plans_next_year=body.get("plans") == "next_year",
    )


def _build_step(body: Body) -> Step:
    customer = body.get("customer", {})
    return Step(
        key=body["key"],
        no=body.get("manual_no", ""),
        name=body["name"],
        by=_build_actor(body["by"]),
        limit=_build_limit(body["limit"]),
        customer=CustomerView(
            bool(customer),
            customer.get("name", ""),
            customer.get("text", ""),
            customer.get("text_when_closed", ""),
            customer.get("name_done", ""),
            customer.get("visit_for", ""),
            tuple(customer.get("shows", ())),
            customer.get("joins", False),
            customer.get("tells_due", True),
            customer.get("text_stopped", ""),
        ),
        outcomes=tuple(_build_outcome(one, body["key"]) for one in body["outcomes"]),
        form=body.get("form"),
        mends=body.get("mends", False),
        waits_for_all=tuple(body.get("waits_for_all", ())),
        children=tuple(
            ChildProcess(
                one["process"],
                one.get("when"),
                one.get("enter_at"),
                one.get("pauses_parent", False),
                one.get("at_counter", False),
            )
            for one in body.get("children", ())
        ),
        queue=body.get("queue"),
        attended_by=tuple(body.get("attended_by", ())),
        form_cases=tuple(FormCase(one["when"], one["form"]) for one in body.get("form_cases", ())),
        signs=body.get("signs"),
        form_effects=_list_effects(body, "form_effects"),
        also_by=tuple(_build_actor(one) for one in body.get("also_by", ())),
        alternatives=tuple(body.get("alternatives", ())),
        plain=body.get("plain", ""),
    )


def _build_actor(text: str) -> Actor:
    """Read ``customer``, ``system``, ``position:<id>`` or ``department:<id>``."""
    kind, _, key = text.partition(":")
    return Actor(ActorKind(kind), key)


def _build_limit(body: Body) -> LimitSpec:
    value = body.get("value")
    return LimitSpec(
        kind=LimitKind(body["kind"]),
        # Through text, so that 0.5 stays exactly a half.
        value=None if value is None else Decimal(str(value)),
        clock=ClockKind(body.get("clock", ClockKind.OFFICE)),
        steps=tuple(body.get("steps", ())),
        with_step=body.get("with_step"),
        due=body.get("due"),
        cases=tuple(_build_limit_case(body, one) for one in body.get("cases", ())),
        changes=tuple((since, Decimal(str(length))) for since, length in body.get("changes", ())),
        field=body.get("field"),
        otherwise=_build_shared(body, body["else"]) if "else" in body else None,
    )


def _build_limit_case(body: Body, one: Body) -> LimitCase:
    return LimitCase(one["when"], _build_shared(body, one))


def _build_shared(body: Body, one: Body) -> LimitSpec:
    """A limit that stands in for another runs by its clock and over its steps."""
    shared = {key: body[key] for key in ("clock", "steps") if key in body}
    return _build_limit({**shared, **one})


def _list_effects(body: Body, key: str) -> tuple[EffectUse, ...]:
    return tuple(EffectUse(one["name"], one.get("args", {})) for one in body.get(key, ()))


def _build_outcome(body: Body, step: str) -> Outcome:
    end = body.get("end")
    asks = tuple(body.get("asks", ()))
    guards = [GuardUse(one["name"], one.get("args", {})) for one in body.get("guards", ())]
    if "form" in asks:
        # First, since other guards may ask for what the form puts into the case's data.
        guards.insert(0, GuardUse(FORM_FILLED, {"step": step}))
    return Outcome(
        key=body["key"],
        name=body["name"],
        to=tuple(body.get("to", ())),
        end=None if end is None else CaseEnd(end),
        when=body.get("when"),
        guards=tuple(guards),
        effects=_list_effects(body, "effects"),
        corrections=body.get("corrections", False),
        owes_documents=body.get("owes_documents", False),
        needs_reason=body.get("needs_reason", False),
        reason_label=body.get("reason_label"),
        asks=asks,
        sets=dict(body.get("sets", {})),
        name_for_staff=body.get("name_for_staff", ""),
        tells_customer=tuple(TellsCustomer(one) for one in body.get("tells_customer", ())),
        told_undone=body.get("told_undone", ""),
        told_next=body.get("told_next", ""),
    )
