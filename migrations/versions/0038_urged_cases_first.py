"""What was urged stands first in every queue: its index gets the order of the queues.

Revision ID: 0038
"""

from __future__ import annotations

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

# The boards count by the first two columns, the queues walk the rest. Urged tasks are few, so it stays short.
KEYS = "post_key, unit_id"
ORDER = "queue, (COALESCE(due_at, 'infinity'::timestamptz)), opened_at, case_id, no"


def _write_index(columns: str) -> None:
    op.execute("DROP INDEX case_task_urged")
    op.execute(
        f"CREATE INDEX case_task_urged ON case_task ({columns}) WHERE state = 'open' AND urged_at IS NOT NULL"
    )


def upgrade() -> None:
    _write_index(f"{KEYS}, {ORDER}")


def downgrade() -> None:
    _write_index(KEYS)
