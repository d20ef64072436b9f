"""A limit over the whole works of a case: when it ends, and that staff were warned of it.

Revision ID: 0015
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OVERALL_LIMIT = """
CREATE TABLE overall_limit (
  case_id bigint PRIMARY KEY, task_no integer NOT NULL,
  due_at timestamptz NOT NULL, calendar_version integer NOT NULL,
  ended_at timestamptz, warned_at timestamptz,
  FOREIGN KEY (case_id, task_no) REFERENCES case_task (case_id, no)
);
CREATE INDEX overall_limit_due ON overall_limit (due_at) WHERE warned_at IS NULL;
GRANT SELECT, INSERT, UPDATE ON overall_limit TO hall_app;
ALTER TABLE deadline_event DROP CONSTRAINT deadline_event_kind_check;
ALTER TABLE deadline_event ADD CONSTRAINT deadline_event_kind_check
  CHECK (kind IN ('warned', 'breached', 'overall'));
"""

DOWN = """
DELETE FROM deadline_event WHERE kind = 'overall';
ALTER TABLE deadline_event DROP CONSTRAINT deadline_event_kind_check;
ALTER TABLE deadline_event ADD CONSTRAINT deadline_event_kind_check CHECK (kind IN ('warned', 'breached'));
DROP TABLE overall_limit;
"""


def upgrade() -> None:
    op.execute(OVERALL_LIMIT)


def downgrade() -> None:
    op.execute(DOWN)
