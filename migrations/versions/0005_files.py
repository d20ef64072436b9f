"""Stored files: photos, scans and signatures; their content lies in the file storage.

Revision ID: 0005
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# The row is written before the content, so that a content without a row cannot exist; ``stored_at`` says
# that the content is there.
TABLES = """
CREATE TABLE stored_file (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  file_key text NOT NULL UNIQUE,
  owner text NOT NULL CHECK (owner ~ '^(customer|staff):[0-9]+$'),
  purpose text NOT NULL CHECK (purpose IN ('application', 'signature', 'visit')),
  kind text NOT NULL CHECK (kind IN ('image', 'pdf')), mime text NOT NULL,
  size bigint NOT NULL CHECK (size > 0), sha256 bytea NOT NULL,
  original_name_sealed text NOT NULL,
  width integer, height integer,
  case_id bigint REFERENCES service_case (id),
  retention_days integer NOT NULL CHECK (retention_days > 0),
  created_at timestamptz NOT NULL, stored_at timestamptz, claimed_at timestamptz,
  CHECK ((case_id IS NULL) = (claimed_at IS NULL)),
  CHECK (case_id IS NULL OR stored_at IS NOT NULL),
  CHECK ((kind = 'image') = (width IS NOT NULL) AND (width IS NULL) = (height IS NULL))
);
CREATE INDEX stored_file_case ON stored_file (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX stored_file_unclaimed ON stored_file (created_at) WHERE case_id IS NULL;
CREATE INDEX stored_file_unclaimed_of_owner ON stored_file (owner, created_at) WHERE case_id IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON stored_file TO hall_app;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP TABLE stored_file")
