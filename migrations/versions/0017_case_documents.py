"""The forms of a case's steps, filled in: what is typed so far, and what was handed in.

Revision ID: 0017
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# One row for each task whose form was begun. What is typed lies sealed as a whole; what is filled in lies by
# field, personal values sealed. The nonce keeps the hash from telling a short personal value to who guesses.
TABLES = """
CREATE TABLE case_document (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL REFERENCES service_case (id), task_no integer NOT NULL, step text NOT NULL,
  form_key text NOT NULL, form_version_id bigint NOT NULL REFERENCES definition_version (id),
  unit_id bigint NOT NULL, state text NOT NULL CHECK (state IN ('draft', 'filled', 'superseded')),
  revision integer NOT NULL CHECK (revision > 0),
  draft_sealed text, saved_by text NOT NULL, saved_at timestamptz NOT NULL,
  content jsonb, nonce_sealed text, sha256 bytea, filled_by text, filled_at timestamptz,
  UNIQUE (case_id, task_no),
  CHECK ((state = 'draft') = (filled_at IS NULL)),
  CHECK (num_nulls(content, nonce_sealed, sha256, filled_by, filled_at) IN (0, 5)),
  CHECK (state <> 'draft' OR draft_sealed IS NOT NULL)
);
GRANT SELECT, INSERT, UPDATE ON case_document TO hall_app;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP TABLE case_document")
