"""What a customer did not agree to, as their own page tells it: their words, and both sums."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer, bindparam, text
from sqlalchemy.orm import Session

from backend.cases.case_tree import Branch, follow
from backend.cases.declining import Refusal
from backend.cases.works_drawings import SUM, WORKS_DRAWING

# The words of the refusal, and the drawing that was refused: the newest before it.
_REFUSED = text(
    """
    SELECT r.payload->>'reason' AS reason, (
      SELECT d.payload->'data'->:drawing FROM case_event d
       WHERE d.case_id = r.case_id AND d.seq < r.seq AND d.kind = 'data_changed'
         AND jsonb_typeof(d.payload->'data'->:drawing) = 'object'
       ORDER BY d.seq DESC LIMIT 1) AS drawing
      FROM case_event r
     WHERE r.case_id = :case_id AND r.kind = 'task_done' AND CAST(r.payload->>'task' AS integer) = :task
     ORDER BY r.seq DESC LIMIT 1
    """
).bindparams(bindparam("case_id", type_=BigInteger), bindparam("task", type_=Integer), drawing=WORKS_DRAWING)


def describe_refusal(session: Session, root: Branch, refusal: Refusal | None) -> dict[str, Any] | None:
    """Return ``{name, text, is_mended, sum_before_fen, sum_now_fen}``; the sums only where they differ."""
    if refusal is None:
        return None
    branch = follow(root, refusal.path)
    found = session.execute(_REFUSED, {"case_id": branch.id, "task": refusal.task}).one()
    before = (found.drawing or {}).get(SUM)
    now = (branch.snapshot.data.get(WORKS_DRAWING) or {}).get(SUM) if refusal.is_mended else None
    differs = before is not None and now is not None and before != now
    return {
        "name": refusal.name,
        "text": (found.reason or "").strip(),
        "is_mended": refusal.is_mended,
        "sum_before_fen": before if differs else None,
        "sum_now_fen": now if differs else None,
    }
