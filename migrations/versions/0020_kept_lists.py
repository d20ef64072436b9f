"""Lists that a company keeps itself: visiting hours from one hour to another.

Revision ID: 0020
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0015"
branch_labels = None
depends_on = None

# A person says "9 to 12, four seats" once, and not three times. What was of one hour stays so.
HOURS = """
ALTER TABLE slot_rule RENAME COLUMN hour TO from_hour;
ALTER TABLE slot_rule ADD COLUMN until_hour smallint;
UPDATE slot_rule SET until_hour = from_hour + 1;
ALTER TABLE slot_rule ALTER COLUMN until_hour SET NOT NULL;
ALTER TABLE slot_rule ADD CONSTRAINT slot_rule_hours_check
  CHECK (until_hour > from_hour AND until_hour <= 24);
GRANT DELETE ON slot_rule TO hall_app;
"""

HOURS_DOWN = """
INSERT INTO slot_rule
  (unit_id, area_id, day_kind, from_hour, until_hour, capacity, effective_from, effective_until)
  SELECT unit_id, area_id, day_kind, one, one + 1, capacity, effective_from, effective_until
  FROM slot_rule, generate_series(from_hour + 1, until_hour - 1) AS one
  ON CONFLICT DO NOTHING;
ALTER TABLE slot_rule DROP COLUMN until_hour;
ALTER TABLE slot_rule RENAME COLUMN from_hour TO hour;
REVOKE DELETE ON slot_rule FROM hall_app;
"""


def upgrade() -> None:
    op.execute(HOURS)


def downgrade() -> None:
    op.execute(HOURS_DOWN)
