"""Why somebody changed a form: kept with the version that they made.

Revision ID: 0041
"""

from __future__ import annotations

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What the program brings, and what was changed before anybody was asked, has none.
    op.execute("ALTER TABLE definition_version ADD COLUMN reason text CHECK (reason <> '')")


def downgrade() -> None:
    op.execute("ALTER TABLE definition_version DROP COLUMN reason")
