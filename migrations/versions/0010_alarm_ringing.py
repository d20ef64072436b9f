"""Who was called for an alarm, one row for each step of the ringing.

Revision ID: 0010
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# The key is what keeps two schedulers from ringing twice: the second one finds its number taken. Of a row
# that was written only the outcome of its message may still change.
TABLES = """
CREATE TABLE alarm_ring (
  case_id bigint NOT NULL REFERENCES service_case (id), no integer NOT NULL CHECK (no >= 0),
  kind text NOT NULL CHECK (kind IN ('console', 'person', 'nobody', 'given_up')),
  round integer NOT NULL CHECK (round >= 0), staff_id bigint REFERENCES staff (id),
  state text NOT NULL CHECK
    (state IN ('done', 'promised', 'sending', 'sent', 'refused', 'unknown', 'not_sent', 'dropped')),
  code text, platform_id text, promise_id bigint,
  rung_at timestamptz NOT NULL, settled_at timestamptz,
  PRIMARY KEY (case_id, no),
  CHECK ((kind = 'person') = (staff_id IS NOT NULL)),
  CHECK ((kind = 'console') = (no = 0))
);
GRANT SELECT, INSERT, UPDATE (state, code, platform_id, promise_id, settled_at) ON alarm_ring TO hall_app;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP TABLE alarm_ring")
