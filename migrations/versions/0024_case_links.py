"""Links by text message to one case, for who has no client.

Revision ID: 0024
"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

LINKS = """
CREATE TABLE case_link (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL REFERENCES service_case,
  token_hash bytea NOT NULL UNIQUE,
  token_sealed text,
  phone_sealed text NOT NULL,
  origin text NOT NULL CHECK (origin IN ('staff', 'system', 'customer')),
  staff_id bigint REFERENCES staff,
  promise_id bigint,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
  device_hash bytea,
  opened_at timestamptz,
  ended_at timestamptz,
  CHECK ((device_hash IS NULL) = (opened_at IS NULL))
);
CREATE INDEX case_link_case ON case_link (case_id, id);
GRANT SELECT, INSERT, UPDATE ON case_link TO hall_app;
"""


def upgrade() -> None:
    op.execute(LINKS)


def downgrade() -> None:
    op.execute("DROP TABLE case_link")
