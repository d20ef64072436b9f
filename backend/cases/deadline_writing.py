"""Writing changed deadlines of open tasks down, with what they were before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Boolean, DateTime, Integer, Text

from backend.cases.deadlines import DuePlan
from backend.core.statements import Prepared

# One statement: the old value goes into the history, and a deadline that was breached is left alone.
_SAVE = Prepared(
    text(
        """
    WITH fresh AS (
      SELECT * FROM unnest(:nos, :limit_nos, :dues, :warns, :guesses)
        AS f(no, limit_no, due_at, warn_at, is_guess)
    ), old AS (
      SELECT t.no, t.due_at FROM case_task t JOIN fresh USING (no)
      WHERE t.case_id = :case_id AND t.breached_at IS NULL FOR UPDATE OF t
    ), kept AS (
      INSERT INTO case_deadline_history
        (case_id, task_no, old_due_at, new_due_at, calendar_version, reason, changed_at)
      SELECT :case_id, old.no, old.due_at, fresh.due_at, :version, :reason, :at
      FROM old JOIN fresh USING (no)
      WHERE old.due_at IS NOT NULL AND old.due_at IS DISTINCT FROM fresh.due_at
    )
    UPDATE case_task t
    SET limit_no = fresh.limit_no, due_at = fresh.due_at, warn_at = fresh.warn_at,
        due_is_guess = fresh.is_guess, calendar_version = :version
    FROM fresh JOIN old USING (no)
    WHERE t.case_id = :case_id AND t.no = fresh.no
    """
    ).bindparams(
        bindparam("case_id", type_=BigInteger),
        bindparam("nos", type_=ARRAY(Integer)),
        bindparam("limit_nos", type_=ARRAY(Integer)),
        bindparam("dues", type_=ARRAY(DateTime(timezone=True))),
        bindparam("warns", type_=ARRAY(DateTime(timezone=True))),
        bindparam("guesses", type_=ARRAY(Boolean)),
        bindparam("version", type_=Integer),
        bindparam("reason", type_=Text),
        bindparam("at", type_=DateTime(timezone=True)),
    )
)


def save_deadlines(
    session: Session,
    case_id: int,
    plan: DuePlan,
    reason: str,
    at: datetime,
) -> None:
    """Write the deadlines of a case's open tasks; the caller holds the case's lock."""
    if not plan.deadlines:
        return
    ordered = sorted(plan.deadlines.items())
    _SAVE.execute(
        session,
        {
            "case_id": case_id,
            "nos": [no for no, _ in ordered],
            "limit_nos": [one.limit_no for _, one in ordered],
            "dues": [one.due_at for _, one in ordered],
            "warns": [one.warn_at for _, one in ordered],
            "guesses": [one.is_guess for _, one in ordered],
            "version": plan.calendar_version,
            "reason": reason,
            "at": at,
        },
    )
