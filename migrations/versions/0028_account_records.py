"""What is kept of a gas account: holder, use, pressure, devices, manager, and the case it came by.

Revision ID: 0028
"""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

RECORD = """
ALTER TABLE gas_account
  ADD COLUMN holder_sealed text, ADD COLUMN contact_sealed text,
  ADD COLUMN phone_sealed text, ADD COLUMN phone_index bytea,
  ADD COLUMN monthly_use numeric(14, 2) CHECK (monthly_use >= 0),
  ADD COLUMN pressure_kpa numeric(10, 3) CHECK (pressure_kpa >= 0),
  ADD COLUMN use_nature text NOT NULL DEFAULT '', ADD COLUMN use_period text NOT NULL DEFAULT '',
  ADD COLUMN manager_id bigint REFERENCES staff,
  ADD CHECK ((phone_sealed IS NULL) = (phone_index IS NULL));
CREATE INDEX gas_account_phone ON gas_account (phone_index) WHERE phone_index IS NOT NULL;
ALTER TABLE meter ADD COLUMN reading numeric(14, 3) CHECK (reading >= 0);
CREATE TABLE gas_appliance (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit, gas_account_id bigint NOT NULL REFERENCES gas_account,
  kind text NOT NULL CHECK (kind <> ''), model text NOT NULL DEFAULT '',
  quantity integer NOT NULL CHECK (quantity > 0),
  rated_flow numeric(12, 2) CHECK (rated_flow >= 0),
  entered_at timestamptz NOT NULL, removed_at timestamptz
);
CREATE INDEX gas_appliance_account ON gas_appliance (gas_account_id) WHERE removed_at IS NULL;
CREATE TABLE case_account (
  case_id bigint PRIMARY KEY REFERENCES service_case,
  gas_account_id bigint NOT NULL REFERENCES gas_account,
  linked_at timestamptz NOT NULL
);
CREATE INDEX case_account_account ON case_account (gas_account_id, case_id);
GRANT SELECT, INSERT, UPDATE ON gas_appliance TO hall_app;
GRANT SELECT, INSERT ON case_account TO hall_app;
"""

COLUMNS = (
    "holder_sealed", "contact_sealed", "phone_sealed", "phone_index",
    "monthly_use", "pressure_kpa", "use_nature", "use_period", "manager_id",
)  # fmt: skip


def upgrade() -> None:
    op.execute(RECORD)


def downgrade() -> None:
    op.execute("DROP TABLE case_account, gas_appliance")
    op.execute("ALTER TABLE meter DROP COLUMN reading")
    op.execute("ALTER TABLE gas_account " + ", ".join(f"DROP COLUMN {one}" for one in COLUMNS))
