"""Indexes for the list of running works and for the boards: what was urged, and what was done when.

Revision ID: 0026
"""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


INDEXES = {
    "overall_limit_running": "overall_limit (due_at, case_id) WHERE ended_at IS NULL",
    "case_task_urged": "case_task (post_key, unit_id) WHERE state = 'open' AND urged_at IS NOT NULL",
    "case_task_done": "case_task (post_key, unit_id, done_at) INCLUDE (opened_at, due_at)"
    " WHERE state = 'done' AND due_at IS NOT NULL",
}


def upgrade() -> None:
    for name, definition in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {definition}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
