"""Counts of queues read from the index alone: the due time stands beside the expression that orders it.

Revision ID: 0019
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# PostgreSQL answers from an index alone only if that holds every column of the query as such, and to it
# COALESCE(due_at, …) is not due_at. Otherwise counting to a thousand reads as many rows all over the table.
_DUE = "(COALESCE(due_at, 'infinity'::timestamptz)), opened_at, case_id, no"
_KEYS = {"case_task_queue_due": "queue, post_key, unit_id", "case_task_post_due": "post_key, unit_id"}


def _write_indexes(included: str) -> None:
    for name, keys in _KEYS.items():
        op.execute(f"DROP INDEX {name}")
        op.execute(f"CREATE INDEX {name} ON case_task ({keys}, {_DUE}){included} WHERE state = 'open'")


def upgrade() -> None:
    _write_indexes(" INCLUDE (due_at)")


def downgrade() -> None:
    _write_indexes("")
