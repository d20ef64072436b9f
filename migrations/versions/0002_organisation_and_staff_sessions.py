"""Units, staff with their posts, staff sessions and the counting of failed sign-ins.

Revision ID: 0002
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE unit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL UNIQUE CHECK (code ~ '^[0-9]{3}$'), name text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('centre', 'division', 'unit')),
  parent_id bigint REFERENCES unit (id), is_active boolean NOT NULL DEFAULT true,
  CHECK ((kind = 'centre') = (parent_id IS NULL))
);
CREATE UNIQUE INDEX unit_one_centre ON unit (kind) WHERE kind = 'centre';
CREATE TABLE staff (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit (id), username text NOT NULL UNIQUE,
  name_sealed text NOT NULL, phone_sealed text,
  password_hash text NOT NULL, must_change_password boolean NOT NULL,
  presence text NOT NULL CHECK (presence IN ('on_duty', 'absent', 'left')),
  created_at timestamptz NOT NULL,
  CHECK (username = lower(username))
);
CREATE TABLE staff_post (
  staff_id bigint NOT NULL REFERENCES staff (id),
  kind text NOT NULL CHECK (kind IN ('position', 'department')), key text NOT NULL,
  PRIMARY KEY (staff_id, kind, key)
);
CREATE INDEX staff_post_of_key ON staff_post (kind, key);
CREATE TABLE staff_session (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE, staff_id bigint NOT NULL REFERENCES staff (id),
  created_at timestamptz NOT NULL, seen_at timestamptz NOT NULL, ended_at timestamptz
);
CREATE INDEX staff_session_open ON staff_session (staff_id) WHERE ended_at IS NULL;
CREATE TABLE sign_in_failure (
  subject_hash bytea PRIMARY KEY, failures integer NOT NULL, last_at timestamptz NOT NULL,
  locked_until timestamptz
);
GRANT SELECT, INSERT, UPDATE ON unit, staff, staff_session TO hall_app;
GRANT SELECT, INSERT, DELETE ON staff_post TO hall_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_failure TO hall_app;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP TABLE sign_in_failure, staff_session, staff_post, staff, unit")
