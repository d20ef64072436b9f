"""What was urged stands first in every queue: an index of its own, as the classified customers have.

Revision ID: 0038
"""

from __future__ import annotations

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

# Urged tasks are few, so the index is short however many cases wait.
INDEX = """
CREATE INDEX case_task_urged_lane ON case_task
  (post_key, unit_id, queue, (COALESCE(due_at, 'infinity'::timestamptz)), opened_at, case_id, no)
  WHERE state = 'open' AND urged_at IS NOT NULL
"""


def upgrade() -> None:
    op.execute(INDEX)


def downgrade() -> None:
    op.execute("DROP INDEX case_task_urged_lane")
