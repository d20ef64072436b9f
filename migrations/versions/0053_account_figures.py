"""What an account used, owes and pays by which price, and until when an agent acts for it.

Revision ID: 0053
"""

from __future__ import annotations

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

# A month of an account has one bill and one reading of the master; a form of a case has one reading a line.
# Tariffs are only ever added: of two for the same day the later one holds.
FORWARD = """
CREATE TABLE meter_reading (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit,
  gas_account_id bigint NOT NULL REFERENCES gas_account,
  source text NOT NULL CHECK (source IN ('master', 'case')),
  period text CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  case_id bigint REFERENCES service_case,
  task_no integer,
  line_no integer,
  form_key text NOT NULL DEFAULT '',
  meter_no text NOT NULL DEFAULT '',
  read_at timestamptz NOT NULL,
  reading_m3 numeric(14, 3) NOT NULL CHECK (reading_m3 >= 0),
  revision bigint NOT NULL DEFAULT 0,
  CHECK ((source = 'master') = (period IS NOT NULL)),
  CHECK ((source = 'case') = (case_id IS NOT NULL AND task_no IS NOT NULL AND line_no IS NOT NULL))
);
CREATE UNIQUE INDEX meter_reading_of_month ON meter_reading (gas_account_id, period) WHERE source = 'master';
CREATE UNIQUE INDEX meter_reading_of_case ON meter_reading (case_id, task_no, line_no) WHERE source = 'case';
CREATE INDEX meter_reading_of_account ON meter_reading (gas_account_id, read_at);
CREATE TABLE gas_bill (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit,
  gas_account_id bigint NOT NULL REFERENCES gas_account,
  bill_no text NOT NULL UNIQUE CHECK (bill_no <> ''),
  period text NOT NULL CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  use_m3 numeric(14, 3) NOT NULL CHECK (use_m3 >= 0),
  amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
  paid_fen bigint NOT NULL CHECK (paid_fen BETWEEN 0 AND amount_fen),
  due_on date NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'paid', 'void')),
  code_print text,
  revision bigint NOT NULL,
  told_at timestamptz NOT NULL,
  CHECK (state = 'void' OR (state = 'paid') = (paid_fen = amount_fen))
);
CREATE UNIQUE INDEX gas_bill_of_month ON gas_bill (gas_account_id, period);
CREATE INDEX gas_bill_owed_first ON gas_bill (gas_account_id, (state = 'open') DESC, period DESC)
  WHERE state <> 'void';
CREATE TABLE gas_bill_tier (
  bill_id bigint NOT NULL REFERENCES gas_bill ON DELETE CASCADE,
  tier smallint NOT NULL CHECK (tier BETWEEN 1 AND 3),
  use_m3 numeric(14, 3) NOT NULL CHECK (use_m3 >= 0),
  fen_per_m3 numeric(10, 2) NOT NULL CHECK (fen_per_m3 >= 0),
  amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
  PRIMARY KEY (bill_id, tier)
);
CREATE TABLE account_balance (
  gas_account_id bigint PRIMARY KEY REFERENCES gas_account,
  unit_id bigint NOT NULL REFERENCES unit,
  balance_fen bigint NOT NULL,
  as_of timestamptz NOT NULL,
  revision bigint NOT NULL
);
CREATE TABLE gas_tariff (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit,
  effective_on date NOT NULL,
  year_month smallint NOT NULL CHECK (year_month BETWEEN 1 AND 12),
  first_until_m3 numeric(10, 2) NOT NULL CHECK (first_until_m3 > 0),
  second_until_m3 numeric(10, 2) NOT NULL CHECK (second_until_m3 > first_until_m3),
  first_fen numeric(10, 2) NOT NULL CHECK (first_fen > 0),
  second_fen numeric(10, 2) NOT NULL CHECK (second_fen >= first_fen),
  third_fen numeric(10, 2) NOT NULL CHECK (third_fen >= second_fen),
  is_by_months boolean NOT NULL,
  reason text NOT NULL CHECK (reason <> ''),
  entered_by bigint NOT NULL REFERENCES staff,
  entered_at timestamptz NOT NULL
);
CREATE INDEX gas_tariff_of_unit ON gas_tariff (unit_id, effective_on, id);
ALTER TABLE account_feed ADD COLUMN billing_cursor text NOT NULL DEFAULT '';
ALTER TABLE account_feed_refusal ADD COLUMN subject text NOT NULL DEFAULT '';
ALTER TABLE account_feed_refusal DROP CONSTRAINT account_feed_refusal_pkey;
ALTER TABLE account_feed_refusal ADD PRIMARY KEY (account_no, direction, subject);
ALTER TABLE account_feed_refusal DROP CONSTRAINT account_feed_refusal_direction_check;
ALTER TABLE account_feed_refusal ADD CONSTRAINT account_feed_refusal_direction_check
  CHECK (direction IN ('in', 'out', 'reading', 'bill', 'balance'));
ALTER TABLE account_role ADD COLUMN scope text[];
ALTER TABLE account_role ADD COLUMN starts_on date;
ALTER TABLE account_role ADD COLUMN ends_on date;
ALTER TABLE account_role ADD CONSTRAINT account_role_term CHECK (ends_on >= starts_on);
ALTER TABLE account_role DROP CONSTRAINT account_role_proof_check,
  ADD CONSTRAINT account_role_proof_check
    CHECK (proof IN ('case', 'own_phone', 'sms_code', 'identity', 'bill', 'grant', 'import'));
ALTER TABLE binding_try DROP CONSTRAINT binding_try_way_check,
  ADD CONSTRAINT binding_try_way_check CHECK (way IN ('code', 'own_phone', 'sms_code', 'identity', 'bill'));
GRANT SELECT, INSERT, UPDATE ON meter_reading, gas_bill, account_balance TO hall_app;
GRANT SELECT, INSERT, DELETE ON gas_bill_tier TO hall_app;
GRANT SELECT, INSERT ON gas_tariff TO hall_app;
"""
BACK = """
UPDATE account_role SET proof = 'identity' WHERE proof = 'bill';
DELETE FROM binding_try WHERE way = 'bill';
ALTER TABLE account_role DROP CONSTRAINT account_role_proof_check,
  ADD CONSTRAINT account_role_proof_check
    CHECK (proof IN ('case', 'own_phone', 'sms_code', 'identity', 'grant', 'import'));
ALTER TABLE binding_try DROP CONSTRAINT binding_try_way_check,
  ADD CONSTRAINT binding_try_way_check CHECK (way IN ('code', 'own_phone', 'sms_code', 'identity'));
ALTER TABLE account_role DROP COLUMN scope, DROP COLUMN starts_on, DROP COLUMN ends_on;
DELETE FROM account_feed_refusal WHERE direction NOT IN ('in', 'out');
ALTER TABLE account_feed_refusal DROP CONSTRAINT account_feed_refusal_direction_check;
ALTER TABLE account_feed_refusal ADD CONSTRAINT account_feed_refusal_direction_check
  CHECK (direction IN ('in', 'out'));
ALTER TABLE account_feed_refusal DROP CONSTRAINT account_feed_refusal_pkey;
ALTER TABLE account_feed_refusal ADD PRIMARY KEY (account_no, direction);
ALTER TABLE account_feed_refusal DROP COLUMN subject;
ALTER TABLE account_feed DROP COLUMN billing_cursor;
DROP TABLE gas_tariff, account_balance, gas_bill_tier, gas_bill, meter_reading;
"""


def upgrade() -> None:
    op.execute(FORWARD)


def downgrade() -> None:
    op.execute(BACK)
