"""Whose booked hour has come, for the reminder to set off.

Revision ID: 0033
"""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX appointment_to_begin ON appointment (start_at) WHERE state = 'booked'")


def downgrade() -> None:
    op.execute("DROP INDEX appointment_to_begin")
