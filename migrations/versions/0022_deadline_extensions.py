"""Staff ask for more time for an open step, and who leads the unit says yes or no.

Revision ID: 0022
"""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# A task has one request at a time that waits for an answer. Whoever asked does not answer.
TABLE = """
CREATE TABLE deadline_extension (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL REFERENCES service_case (id), task_no integer NOT NULL,
  asked_by bigint NOT NULL REFERENCES staff (id), asked_at timestamptz NOT NULL,
  due_before timestamptz NOT NULL, due_at timestamptz NOT NULL, reason text NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'approved', 'refused', 'withdrawn')),
  decided_by bigint REFERENCES staff (id), decided_at timestamptz, answer text NOT NULL DEFAULT '',
  CHECK (due_at > due_before),
  CHECK ((state = 'pending') = (decided_by IS NULL)),
  CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
  CHECK (state NOT IN ('approved', 'refused') OR decided_by <> asked_by)
);
CREATE UNIQUE INDEX deadline_extension_pending ON deadline_extension (case_id, task_no)
  WHERE state = 'pending';
CREATE INDEX deadline_extension_case ON deadline_extension (case_id);
GRANT SELECT, INSERT, UPDATE ON deadline_extension TO hall_app;
"""


def upgrade() -> None:
    op.execute(TABLE)
    _set_reasons("'case_moved', 'calendar_changed', 'extended'")
    _set_kinds("'overdue', 'calendar', 'alarm', 'urged', 'extension'")


def downgrade() -> None:
    op.execute("DELETE FROM staff_notice WHERE kind = 'extension'")
    _set_kinds("'overdue', 'calendar', 'alarm', 'urged'")
    op.execute("UPDATE case_deadline_history SET reason = 'case_moved' WHERE reason = 'extended'")
    _set_reasons("'case_moved', 'calendar_changed'")
    op.execute("DROP TABLE deadline_extension")


def _set_reasons(reasons: str) -> None:
    op.execute("ALTER TABLE case_deadline_history DROP CONSTRAINT case_deadline_history_reason_check")
    op.execute(
        "ALTER TABLE case_deadline_history ADD CONSTRAINT case_deadline_history_reason_check"
        f" CHECK (reason IN ({reasons}))"
    )


def _set_kinds(kinds: str) -> None:
    op.execute("ALTER TABLE staff_notice DROP CONSTRAINT staff_notice_kind_check")
    op.execute(f"ALTER TABLE staff_notice ADD CONSTRAINT staff_notice_kind_check CHECK (kind IN ({kinds}))")
