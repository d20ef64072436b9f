"""A decision about a difference of names: the same person, written otherwise, for a reason.

Revision ID: 0054
"""

from __future__ import annotations

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

FORWARD = """
ALTER TABLE account_difference DROP CONSTRAINT account_difference_decision_check,
  ADD COLUMN reason text NOT NULL DEFAULT '',
  ADD CONSTRAINT account_difference_decision_check CHECK (decision IN ('master', 'hall', 'renamed', 'gone')),
  ADD CONSTRAINT account_difference_renamed
    CHECK (decision IS DISTINCT FROM 'renamed' OR (unit = 'holder' AND reason <> ''));
"""
# The name was the master's then as well; what is lost is that nobody's bindings ended.
BACKWARD = """
UPDATE account_difference SET decision = 'master' WHERE decision = 'renamed';
ALTER TABLE account_difference DROP CONSTRAINT account_difference_renamed, DROP COLUMN reason,
  DROP CONSTRAINT account_difference_decision_check,
  ADD CONSTRAINT account_difference_decision_check CHECK (decision IN ('master', 'hall', 'gone'));
"""


def upgrade() -> None:
    op.execute(FORWARD)


def downgrade() -> None:
    op.execute(BACKWARD)
