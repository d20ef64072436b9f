"""A process as a Mermaid flow chart, for the documentation and for the author's eye."""

from __future__ import annotations

from backend.catalogue.definition import Actor, ActorKind, CaseEnd, ProcessDefinition, Step

_ENDS = {
    CaseEnd.COMPLETED: "办结",
    CaseEnd.REFUSED: "不予受理",
    CaseEnd.WITHDRAWN: "已撤回",
    CaseEnd.CANCELLED: "已终止",
}


def draw_process(process: ProcessDefinition) -> str:
    """Return the chart: the customer's steps are rounded, child processes doubly framed."""
    lines = ["flowchart TD"]
    used: set[CaseEnd] = set()
    for step in process.steps:
        lines.append(f"  {step.key}{_draw_box(step)}")
    for step in process.steps:
        for outcome in step.outcomes:
            for target in outcome.to:
                lines.append(f'  {step.key} -->|"{_clean(outcome.name)}"| {target}')
            if outcome.end is not None:
                used.add(outcome.end)
                lines.append(f'  {step.key} -->|"{_clean(outcome.name)}"| end_{outcome.end.value}')
        for child in step.children:
            lines.append(f'  {step.key} -.-> child_{child.process}[["{child.process}"]]')
    lines.extend(f'  end_{end.value}(("{_ENDS[end]}"))' for end in CaseEnd if end in used)
    return "\n".join(lines) + "\n"


def _draw_box(step: Step) -> str:
    text = _clean(f"{step.no} {step.name}".strip()) + f"<br/>{_name_actor(step.by)}"
    return f'(["{text}"])' if step.by.kind is ActorKind.CUSTOMER else f'["{text}"]'


def _name_actor(actor: Actor) -> str:
    return actor.key or actor.kind.value


def _clean(text: str) -> str:
    """Mermaid has no escape for a quote inside a label but this entity."""
    return text.replace('"', "#quot;")
