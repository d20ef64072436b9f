"""What a printed document is told by: its number, and the token under which anybody may check it.

Revision ID: 0020
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# A number is given when a form is first handed in. What was handed in before gets the number that a form
# without a series of its own has, and a token as random as new ones.
COLUMNS = """
ALTER TABLE case_document ADD COLUMN number text, ADD COLUMN check_token text UNIQUE;
UPDATE case_document d
  SET number = c.case_no || '-' || lpad(d.task_no::text, 2, '0'),
      check_token = replace(gen_random_uuid()::text, '-', '')
  FROM service_case c WHERE c.id = d.case_id AND d.filled_at IS NOT NULL;
ALTER TABLE case_document
  ADD CONSTRAINT case_document_number_check CHECK (num_nulls(filled_at, number, check_token) IN (0, 3));
CREATE TABLE number_series (
  series text NOT NULL, year integer NOT NULL, last integer NOT NULL CHECK (last > 0),
  PRIMARY KEY (series, year)
);
GRANT SELECT, INSERT, UPDATE ON number_series TO hall_app;
"""


def upgrade() -> None:
    op.execute(COLUMNS)


def downgrade() -> None:
    op.execute("DROP TABLE number_series")
    op.execute("ALTER TABLE case_document DROP COLUMN number, DROP COLUMN check_token")
