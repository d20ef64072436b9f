"""A customer may urge a case: how often, when last, and which open tasks stand first for it.

Revision ID: 0016
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE service_case ADD COLUMN urged_times integer NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE service_case ADD COLUMN urged_at timestamptz")
    op.execute("ALTER TABLE case_task ADD COLUMN urged_at timestamptz")
    _set_kinds("'overdue', 'calendar', 'alarm', 'urged'")


def downgrade() -> None:
    op.execute("DELETE FROM staff_notice WHERE kind = 'urged'")
    _set_kinds("'overdue', 'calendar', 'alarm'")
    op.execute("ALTER TABLE case_task DROP COLUMN urged_at")
    op.execute("ALTER TABLE service_case DROP COLUMN urged_at")
    op.execute("ALTER TABLE service_case DROP COLUMN urged_times")


def _set_kinds(kinds: str) -> None:
    op.execute("ALTER TABLE staff_notice DROP CONSTRAINT staff_notice_kind_check")
    op.execute(f"ALTER TABLE staff_notice ADD CONSTRAINT staff_notice_kind_check CHECK (kind IN ({kinds}))")
