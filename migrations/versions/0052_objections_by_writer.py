"""Whose paper a customer objects to: every list of work asks for what its reader still has to answer.

Revision ID: 0052
"""

from __future__ import annotations

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

FORWARD = """
ALTER TABLE document_objection ADD COLUMN written_by text NOT NULL DEFAULT '';
UPDATE document_objection o SET written_by = d.filled_by FROM case_document d
 WHERE d.id = o.document_id AND d.filled_by IS NOT NULL;
ALTER TABLE document_objection ALTER COLUMN written_by DROP DEFAULT;
CREATE INDEX document_objection_of_writer ON document_objection (written_by);
CREATE INDEX document_objection_of_unit ON document_objection (unit_id);
"""
BACK = """
ALTER TABLE document_objection DROP COLUMN written_by;
DROP INDEX document_objection_of_unit;
"""


def upgrade() -> None:
    op.execute(FORWARD)


def downgrade() -> None:
    op.execute(BACK)
