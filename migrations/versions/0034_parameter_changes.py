"""What the company set of the figures that the manual leaves in doubt.

Revision ID: 0034
"""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

# Append-only by privilege: what held when a limit began is asked for long after.
TABLE = """
CREATE TABLE parameter_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  process_key text NOT NULL,
  parameter text NOT NULL,
  no int NOT NULL CHECK (no > 0),
  value numeric,
  reason text NOT NULL CHECK (reason <> ''),
  author text NOT NULL,
  changed_at timestamptz NOT NULL,
  UNIQUE (process_key, parameter, no)
);
GRANT SELECT, INSERT ON parameter_change TO hall_app;
"""


def upgrade() -> None:
    op.execute(TABLE)


def downgrade() -> None:
    op.execute("DROP TABLE parameter_change;")
