"""Staff read what the customer of a case was told.

Revision ID: 0014
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX notification_case ON notification (case_id) WHERE case_id IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP INDEX notification_case")
