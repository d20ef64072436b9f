"""The address of a unit's counter, where customers pay and bring papers; empty where nobody entered it.

Revision ID: 0039
"""

from __future__ import annotations

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE unit ADD COLUMN address text NOT NULL DEFAULT ''")


def downgrade() -> None:
    op.execute("ALTER TABLE unit DROP COLUMN address")
