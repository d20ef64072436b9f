"""Which files show an identity card or a face: staff see them with their own name over them.

Revision ID: 0046
"""

from __future__ import annotations

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

# Files of before are known by their shorter time: the other purposes keep for three years at least.
COLUMN = """
ALTER TABLE stored_file ADD COLUMN shows_person boolean NOT NULL DEFAULT false;
UPDATE stored_file SET shows_person = true WHERE purpose <> 'signature' AND retention_days < 1095;
"""


def upgrade() -> None:
    op.execute(COLUMN)


def downgrade() -> None:
    op.execute("ALTER TABLE stored_file DROP COLUMN shows_person")
