"""Messages to staff: what is late, and what they must renew; one row for each person and matter.

Revision ID: 0012
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# The key is what keeps a matter from being told twice. What came of the message stands in
# message_delivery, by the promise that is noted here when it is kept.
TABLES = """
CREATE TABLE staff_notice (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('overdue', 'calendar')),
  subject text NOT NULL, staff_id bigint NOT NULL REFERENCES staff (id),
  case_id bigint REFERENCES service_case (id), params text[] NOT NULL,
  promise_id bigint, told_at timestamptz NOT NULL,
  UNIQUE (kind, subject, staff_id)
);
CREATE INDEX staff_notice_case ON staff_notice (case_id) WHERE case_id IS NOT NULL;
GRANT SELECT, INSERT, UPDATE (promise_id) ON staff_notice TO hall_app;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP TABLE staff_notice")
