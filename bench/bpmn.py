"""A process of ours as BPMN, so that SpiffWorkflow runs the very same steps and ways."""

from __future__ import annotations

from io import BytesIO
from typing import Any, NamedTuple
from xml.etree import ElementTree as Xml

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec

from backend.catalogue.definition import ActorKind, Outcome, ProcessDefinition, Step

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_START, _END = "start", "ended"
# Our named guards as expressions on a workflow's data.
_GUARDS = {
    "handler_assigned": "handler_id is not None",
    "appointment_booked": "appointment_id is not None",
    "no_documents_owed": "not owed_documents",
    "no_rejected_marks": "not rejected_marks",
    "rating_given": "stars is not None",
    "forwarded_answered": "not forwarded",
    "by_another_person": "not own_work",
    "sum_set": "sum_set",
    "amount_named": "amount_fen is not None",
    "arrears_named": "arrears_fee is not None",
    "nothing_owed": "arrears_fee is None",
    "premises_clear": "not premises_doubts",
    "premises_in_doubt": "premises_doubts",
    "drawing_made": "works_drawing is not None",
    "drawing_shown": "works_drawing is not None",
}
# What the expressions ask for, before anything of it is known.
BLANK_DATA: dict[str, Any] = {
    "handler_id": None,
    "appointment_id": None,
    "stars": None,
    "amount_fen": None,
    "sum_set": False,
    "arrears_fee": None,
    "works_drawing": None,
    "owed_documents": [],
    "forwarded": [],
    "rejected_marks": [],
    "own_work": False,
    "premises_doubts": [],
    "corrections": [],
}


class _Flow(NamedTuple):
    source: str
    target: str
    condition: str | None = None
    key: str | None = None


def build_bpmn_spec(definition: ProcessDefinition) -> BpmnProcessSpec:
    """Return SpiffWorkflow's specification of ``definition``, parsed from BPMN as its users do it.

    A step becomes a user task (an event without a trigger where the system passes it at once), a choice of
    outcomes an exclusive gateway on the variable ``outcome`` and the guards, an effect an event on the way.
    Raises ValueError where a process needs more than that.
    """
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(BytesIO(render_bpmn(definition))))
    return parser.get_spec(definition.key)


def render_bpmn(definition: ProcessDefinition) -> bytes:
    """Return ``definition`` as a BPMN document."""
    root = Xml.Element(f"{{{_BPMN}}}definitions")
    process = Xml.SubElement(root, f"{{{_BPMN}}}process", id=definition.key, isExecutable="true")
    flows = [_Flow(_START, definition.first_step)]
    _add(process, "startEvent", _START)
    _add(process, "endEvent", _END)
    for step in definition.steps:
        _add(process, "intermediateThrowEvent" if step.by.kind is ActorKind.SYSTEM else "userTask", step.key)
        flows += _list_flows(process, step)
    for number, one in enumerate(flows):
        key = one.key or f"flow_{number}"
        flow = _add(process, "sequenceFlow", key, sourceRef=one.source, targetRef=one.target)
        if one.condition is not None:
            _add(flow, "conditionExpression", f"condition_{number}").text = one.condition
        # The parser looks for a node's flows inside the node too.
        for direction, node in (("outgoing", one.source), ("incoming", one.target)):
            place = process.find(f"*[@id='{node}']")
            if place is None:
                raise ValueError(f"{definition.key}: no step {node!r}")
            Xml.SubElement(place, f"{{{_BPMN}}}{direction}").text = key
    return Xml.tostring(root)


def _list_flows(process: Xml.Element, step: Step) -> list[_Flow]:
    if step.waits_for_all or any(len(outcome.to) > 1 for outcome in step.outcomes):
        raise ValueError(f"{step.key}: parallel steps are not translated")
    flows: list[_Flow] = []
    source, asks = step.key, _asks_for_corrections(step)
    if step.by.kind is not ActorKind.SYSTEM and (len(step.outcomes) > 1 or step.outcomes[0].guards):
        source = f"after_{step.key}"
        # An outcome that a guard holds up leaves the step open, as with us.
        _add(process, "exclusiveGateway", source, default=f"{source}_back")
        flows += [_Flow(step.key, source), _Flow(source, step.key, key=f"{source}_back")]
    # Of a step that the system passes only the first way can be gone in the story.
    for outcome in step.outcomes[:1] if step.by.kind is ActorKind.SYSTEM else step.outcomes:
        target = outcome.to[0] if outcome.to else _END
        condition = _render_condition(outcome, asks) if source != step.key else None
        if outcome.effects:
            told = f"{step.key}_{outcome.key}_effect"
            _add(process, "intermediateThrowEvent", told)
            flows.append(_Flow(told, target))
            target = told
        flows.append(_Flow(source, target, condition))
    return flows


def _asks_for_corrections(step: Step) -> bool:
    return any(outcome.corrections for outcome in step.outcomes)


def _render_condition(outcome: Outcome, asks: bool) -> str:
    terms = [f"outcome == {outcome.key!r}", *(_GUARDS[use.name] for use in outcome.guards)]
    if outcome.corrections:
        terms.append("corrections")
    elif asks and outcome.end is None:
        terms.append("not corrections")
    return " and ".join(terms)


def _add(parent: Xml.Element, kind: str, key: str, **attributes: str) -> Xml.Element:
    return Xml.SubElement(parent, f"{{{_BPMN}}}{kind}", {"id": key, "name": key, **attributes})
