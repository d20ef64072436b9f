"""Which of many cases have had their visit, and which of these only their customer can take further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, text
from sqlalchemy.orm import Session

from backend.cases.visiting import ANEW, ARRIVE, choose_visit_made
from backend.core.statements import Prepared

# An open task below the case is work of the order, so the case waits for its customer alone without any.
_VISITS = Prepared(
    text(
        """
    WITH RECURSIVE tree (top_id, id) AS (
      SELECT id, id FROM service_case WHERE id = ANY(:case_ids) UNION ALL
      SELECT tree.top_id, c.id FROM service_case c JOIN tree ON c.parent_case_id = tree.id
    )
    SELECT tree.top_id,
           max(t.done_at) FILTER (WHERE t.step = :arrive AND t.outcome IS NOT NULL) AS came_at,
           max(t.opened_at) FILTER (
             WHERE t.step = ANY(:anew) OR (t.no = 1 AND k.data ? 'sent_anew')) AS begun_at,
           min(t.step) FILTER (WHERE t.state = 'open') AS open_step,
           bool_and(t.post_kind = 'customer' AND t.case_id = tree.top_id)
             FILTER (WHERE t.state = 'open') AS is_customers
      FROM tree JOIN case_task t ON t.case_id = tree.id JOIN service_case k ON k.id = tree.id
     GROUP BY tree.top_id
    """
    ).bindparams(bindparam("case_ids", type_=ARRAY(BigInteger)), bindparam("anew", type_=ARRAY(Text)))
)


@dataclass(frozen=True, slots=True)
class VisitMade:
    """When somebody came, and the customer's step where nobody else has anything left to do."""

    at: datetime
    customer_step: str | None


def read_visits_made(session: Session, case_ids: Sequence[int]) -> dict[int, VisitMade]:
    """Return the visits of these cases, with all that they handed over, by case; none yet to be made."""
    asked = {"case_ids": list(case_ids), "arrive": ARRIVE, "anew": list(ANEW)}
    made = {}
    for row in _VISITS.all(session, asked):
        at = choose_visit_made(row.came_at, row.begun_at)
        if at is not None:
            made[row.top_id] = VisitMade(at, row.open_step if row.is_customers else None)
    return made
