"""What a customer finds wrong with a paper that waits for their signature.

Revision ID: 0044
"""

from __future__ import annotations

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

# Like a signature it is bound to the hash of what was seen and never changes: another hash, or the signature
# of this signer, closes it.
FORWARD = """
CREATE TABLE document_objection (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  document_id bigint NOT NULL REFERENCES case_document,
  case_id bigint NOT NULL REFERENCES service_case,
  unit_id bigint NOT NULL REFERENCES unit,
  signer text NOT NULL,
  sha256 bytea NOT NULL,
  text_sealed text NOT NULL,
  actor text NOT NULL,
  made_at timestamptz NOT NULL
);
CREATE INDEX document_objection_of_case ON document_objection (case_id);
GRANT SELECT, INSERT ON document_objection TO hall_app;
"""


def upgrade() -> None:
    op.execute(FORWARD)


def downgrade() -> None:
    op.execute("DROP TABLE document_objection")
