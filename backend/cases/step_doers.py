"""Who did the steps of a case, for the line that staff read: whoever is called did not do all of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, bindparam, select
from sqlalchemy.orm import Session

from backend.cases.case_tree import Branch, list_branches
from backend.cases.models import CaseEvent
from backend.core.database import table_of
from backend.core.statements import Prepared
from backend.organisation.service import OrganisationService

_EVENT = table_of(CaseEvent)
_DONE = Prepared(
    select(_EVENT.c.occurred_at, _EVENT.c.actor)
    .where(
        _EVENT.c.case_id == bindparam("case_ids", type_=ARRAY(BigInteger)).any_(),
        _EVENT.c.kind == "task_done",
    )
    .order_by(_EVENT.c.recorded_at, _EVENT.c.case_id, _EVENT.c.seq)
)
_OTHERS = {"customer": "客户", "counter": "客户（在窗口）", "anyone": "报警人"}
# The moment at which a step was done → who did it. What the system did has nobody's name.
Doers = Mapping[datetime, str]


class StepDoers:
    """Finds who did what; a step's moment in the progress is that of the event by which it was done."""

    def __init__(self, organisation: OrganisationService) -> None:
        self._organisation = organisation

    def read(self, session: Session, root: Branch) -> Doers:
        """Return who did the steps of a case and of all it handed over."""
        rows = _DONE.all(session, {"case_ids": [one.id for one in list_branches(root)]})
        actors = [(row.occurred_at, *row.actor.partition(":")[::2]) for row in rows]
        staff = {at: int(who) for at, kind, who in actors if kind == "staff" and who.isdigit()}
        called = self._organisation.call_staff(session, set(staff.values()))
        others = {at: _OTHERS[kind] for at, kind, _ in actors if kind in _OTHERS}
        return {**others, **{at: called[one].name for at, one in staff.items() if one in called}}
