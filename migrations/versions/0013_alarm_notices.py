"""Staff are told by text message of an alarm that is given to them.

Revision ID: 0013
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_FORGET = "ALTER TABLE staff_notice DROP CONSTRAINT staff_notice_kind_check"
_CHECK = "ALTER TABLE staff_notice ADD CONSTRAINT staff_notice_kind_check CHECK (kind IN ({kinds}))"


def upgrade() -> None:
    op.execute(_FORGET)
    op.execute(_CHECK.format(kinds="'overdue', 'calendar', 'alarm'"))


def downgrade() -> None:
    op.execute("DELETE FROM staff_notice WHERE kind = 'alarm'")
    op.execute(_FORGET)
    op.execute(_CHECK.format(kinds="'overdue', 'calendar'"))
