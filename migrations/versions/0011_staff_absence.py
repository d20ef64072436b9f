"""From which day until which somebody is away.

Revision ID: 0011
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# ``presence`` stays what lists and guards ask; the days say when it turns by itself. Without a last day the
# person is away until they say that they are back.
CHANGE = """
ALTER TABLE staff ADD COLUMN absent_from date, ADD COLUMN absent_until date,
  ADD CONSTRAINT staff_absence_in_order
  CHECK (absent_until IS NULL OR (absent_from IS NOT NULL AND absent_until >= absent_from));
"""


def upgrade() -> None:
    op.execute(CHANGE)


def downgrade() -> None:
    op.execute("ALTER TABLE staff DROP COLUMN absent_from, DROP COLUMN absent_until")
