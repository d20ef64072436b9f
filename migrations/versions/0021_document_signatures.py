"""Electronic signatures: each is bound to what the document said when it was signed.

Revision ID: 0021
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# Rows are only added: what somebody signed stays, also when the document is changed afterwards and the row's
# hash is no longer the document's.
TABLES = """
CREATE TABLE document_signature (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  document_id bigint NOT NULL REFERENCES case_document (id), unit_id bigint NOT NULL,
  signer text NOT NULL, field text, sha256 bytea NOT NULL,
  way text NOT NULL CHECK (way IN ('drawn', 'sms_code')), file_key text, phone_sealed text,
  name_sealed text NOT NULL, actor text NOT NULL, signed_at timestamptz NOT NULL, device text NOT NULL,
  face_check_id text,
  UNIQUE (document_id, signer, sha256),
  CHECK ((way = 'drawn') = (file_key IS NOT NULL)),
  CHECK ((way = 'sms_code') = (phone_sealed IS NOT NULL))
);
GRANT SELECT, INSERT ON document_signature TO hall_app;
"""

# A code for signing names the document and what it says, so that it signs nothing else.
CODES = """
ALTER TABLE sms_code DROP CONSTRAINT sms_code_purpose_check;
ALTER TABLE sms_code ADD CONSTRAINT sms_code_purpose_check
  CHECK (purpose IN ('sign_in', 'bind_phone') OR purpose LIKE 'sign_document:%');
"""
CODES_DOWN = """
DELETE FROM sms_code WHERE purpose LIKE 'sign_document:%';
ALTER TABLE sms_code DROP CONSTRAINT sms_code_purpose_check;
ALTER TABLE sms_code ADD CONSTRAINT sms_code_purpose_check CHECK (purpose IN ('sign_in', 'bind_phone'));
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(CODES)


def downgrade() -> None:
    op.execute(CODES_DOWN)
    op.execute("DROP TABLE document_signature")
