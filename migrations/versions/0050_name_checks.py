"""What a provider said of a name and an ID number that a customer typed.

Revision ID: 0050
"""

from __future__ import annotations

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

# Neither name nor number is kept, only a keyed print of both, by which the same pair is not asked again.
FORWARD = """
CREATE TABLE name_check (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customer,
  person_key text NOT NULL,
  provider text NOT NULL,
  state text NOT NULL
    CHECK (state IN ('asking', 'match', 'mismatch', 'no_such_number', 'unavailable', 'limited')),
  code text NOT NULL DEFAULT '',
  request_id text NOT NULL DEFAULT '',
  asked_at timestamptz NOT NULL,
  retain_until date NOT NULL,
  UNIQUE (customer_id, person_key),
  CHECK (state NOT IN ('match', 'mismatch', 'no_such_number') OR request_id <> '')
);
CREATE INDEX name_check_person ON name_check (person_key);
CREATE INDEX name_check_over ON name_check (retain_until);
GRANT SELECT, INSERT, UPDATE, DELETE ON name_check TO hall_app;
"""


def upgrade() -> None:
    op.execute(FORWARD)


def downgrade() -> None:
    op.execute("DROP TABLE name_check")
