"""What somebody may do next: the one list that every client draws its buttons from (law 3)."""

from __future__ import annotations

from collections.abc import Mapping

from backend.cases.commands import ASKED_DATA, AvailableAction, Guard, Performer
from backend.cases.engine import NO_GUARDS
from backend.cases.errors import RefusalCode
from backend.cases.form_demands import list_demands
from backend.cases.permitting import may_stop, unmet
from backend.cases.snapshot import CaseStatus, Snapshot
from backend.catalogue.definition import ActorKind, Outcome, ProcessDefinition


def list_available_actions(
    definition: ProcessDefinition,
    snapshot: Snapshot,
    performer: Performer,
    guards: Mapping[str, Guard] = NO_GUARDS,
) -> tuple[AvailableAction, ...]:
    """Return the actions open to ``performer``, likely ones first as the process lists them.

    An outcome whose condition does not hold is left out; one that a guard still objects to is listed with
    ``unmet``, so that the client can say why its button is not ready yet.
    """
    if snapshot.status is not CaseStatus.OPEN:
        return ()
    actions: list[AvailableAction] = []
    for task in snapshot.open_tasks:
        step = definition.step(task.step)
        if not performer.may_take(step, snapshot.data) or task.no in snapshot.children:
            continue
        for_customer = step.by.kind is ActorKind.CUSTOMER and performer.is_staff
        for outcome in step.outcomes:
            objection = unmet(outcome, _suppose(snapshot, outcome), guards)
            if objection == RefusalCode.OUTCOME_NOT_OPEN:
                continue
            actions.append(
                AvailableAction(
                    kind="complete",
                    task=task.no,
                    step=step.key,
                    outcome=outcome.key,
                    name=outcome.name_for_staff if for_customer else outcome.name,
                    unmet=objection,
                    needs_reason=outcome.needs_reason,
                    reason_label=outcome.reason_label,
                    needs_corrections=outcome.corrections,
                    needs_owed_documents=outcome.owes_documents,
                    asks=outcome.asks,
                    for_customer=for_customer,
                    demands=list_demands(outcome),
                )
            )
    if performer.kind is ActorKind.CUSTOMER:
        if may_stop(snapshot, definition.withdraw_at):
            actions.append(AvailableAction(kind="withdraw", name="撤回申请"))
        if snapshot.owed_documents:
            actions.append(AvailableAction(kind="supply_document", name="补交资料"))
    if any(performer.holds(actor) for actor in definition.cancel_by) and may_stop(
        snapshot, definition.cancel_at
    ):
        actions.append(AvailableAction(kind="cancel", name=definition.cancel_name, needs_reason=True))
    return tuple(actions)


def _suppose(snapshot: Snapshot, outcome: Outcome) -> Snapshot:
    """Return the snapshot as it would be with what the outcome's command brings, or a button would stay
    disabled for want of the very thing it collects."""
    brought = {ASKED_DATA[one]: "brought by the command" for one in outcome.asks if one in ASKED_DATA}
    if not brought:
        return snapshot
    return snapshot._replace(data={**snapshot.data, **brought})
