"""What the company told a customer who objects to a paper.

Revision ID: 0048
"""

from __future__ import annotations

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

# An answer settles all that was said of the document up to the objection that it names; rows never change.
FORWARD = """
CREATE TABLE objection_answer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  document_id bigint NOT NULL REFERENCES case_document,
  objection_id bigint NOT NULL REFERENCES document_objection,
  case_id bigint NOT NULL REFERENCES service_case,
  staff_id bigint NOT NULL REFERENCES staff,
  text_sealed text NOT NULL,
  answered_at timestamptz NOT NULL
);
CREATE INDEX objection_answer_of_document ON objection_answer (document_id);
GRANT SELECT, INSERT ON objection_answer TO hall_app;
"""


def upgrade() -> None:
    op.execute(FORWARD)


def downgrade() -> None:
    op.execute("DROP TABLE objection_answer")
