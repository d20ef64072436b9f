"""Hoses and alarms at an account with the day on which they are due, and the seal of its meter.

Revision ID: 0045
"""

from __future__ import annotations

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE safety_device (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit, gas_account_id bigint NOT NULL REFERENCES gas_account,
  kind text NOT NULL CHECK (kind IN ('hose', 'alarm')), model text NOT NULL DEFAULT '',
  installed_on date, expires_on date,
  entered_at timestamptz NOT NULL, removed_at timestamptz,
  CHECK (expires_on > installed_on)
);
CREATE INDEX safety_device_account ON safety_device (gas_account_id) WHERE removed_at IS NULL;
GRANT SELECT, INSERT, UPDATE ON safety_device TO hall_app;
ALTER TABLE meter ADD COLUMN seal_no text NOT NULL DEFAULT '';
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("ALTER TABLE meter DROP COLUMN seal_no")
    op.execute("DROP TABLE safety_device")
