"""The wording that a contract was drawn with, and what the case knew then.

Revision ID: 0027
"""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE case_document
          ADD COLUMN template_version_id bigint REFERENCES definition_version (id),
          ADD COLUMN facts_sealed text;
        ALTER TABLE definition_version DROP CONSTRAINT definition_version_kind_check,
          ADD CONSTRAINT definition_version_kind_check CHECK (kind IN ('process', 'form', 'template'))
        """
    )


def downgrade() -> None:
    # The former check knows no templates, and no document refers to them any more.
    op.execute(
        """
        ALTER TABLE case_document DROP COLUMN template_version_id, DROP COLUMN facts_sealed;
        DELETE FROM definition_version WHERE kind = 'template';
        ALTER TABLE definition_version DROP CONSTRAINT definition_version_kind_check,
          ADD CONSTRAINT definition_version_kind_check CHECK (kind IN ('process', 'form'))
        """
    )
