"""Imports of a company's existing accounts: the file, how far it was read, and every refused row.

Revision ID: 0043
"""

from __future__ import annotations

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

# A key tells which row of the file named an account, a meter or an address first. A refusal holds no word of
# the row: the number of the row finds it in the company's own file.
TABLES = """
CREATE TABLE account_import (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit,
  token text NOT NULL UNIQUE,
  name_sealed text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('csv', 'xlsx')),
  size bigint NOT NULL CHECK (size > 0),
  encoding text NOT NULL DEFAULT '',
  state text NOT NULL CHECK (state IN ('uploading', 'uploaded', 'checking', 'check_stopped', 'checked',
    'importing', 'import_stopped', 'done', 'failed', 'dropped')),
  failure text NOT NULL DEFAULT '',
  may_change boolean NOT NULL DEFAULT false,
  is_fresh boolean NOT NULL DEFAULT true,
  is_kept boolean NOT NULL DEFAULT true,
  position bigint NOT NULL DEFAULT 0,
  row_no integer NOT NULL DEFAULT 0,
  rows_total integer,
  created_count integer NOT NULL DEFAULT 0,
  changed_count integer NOT NULL DEFAULT 0,
  unchanged_count integer NOT NULL DEFAULT 0,
  refused_count integer NOT NULL DEFAULT 0,
  checked jsonb,
  made_by bigint NOT NULL REFERENCES staff,
  made_at timestamptz NOT NULL,
  started_by bigint REFERENCES staff,
  started_at timestamptz,
  moved_at timestamptz NOT NULL,
  CHECK ((state = 'failed') = (failure <> ''))
);
CREATE INDEX account_import_of_unit ON account_import (unit_id, id);
CREATE INDEX account_import_kept ON account_import (moved_at) WHERE is_kept;
CREATE TABLE account_import_refusal (
  import_id bigint NOT NULL REFERENCES account_import,
  row_no integer NOT NULL,
  code text NOT NULL CHECK (code <> ''),
  field text NOT NULL DEFAULT '',
  first_row_no integer,
  PRIMARY KEY (import_id, row_no)
);
CREATE TABLE account_import_key (
  import_id bigint NOT NULL REFERENCES account_import,
  kind smallint NOT NULL,
  digest bigint NOT NULL,
  row_no integer NOT NULL,
  PRIMARY KEY (import_id, kind, digest)
);
GRANT SELECT, INSERT, UPDATE ON account_import TO hall_app;
GRANT SELECT, INSERT, DELETE ON account_import_refusal, account_import_key TO hall_app;
ALTER TABLE meter ADD COLUMN inlet_side text CHECK (inlet_side IN ('left', 'right'));
ALTER TABLE account_role DROP CONSTRAINT account_role_proof_check,
  ADD CONSTRAINT account_role_proof_check
    CHECK (proof IN ('case', 'own_phone', 'sms_code', 'identity', 'grant', 'import'));
CREATE INDEX customer_credit_code ON customer (credit_code) WHERE credit_code IS NOT NULL;
"""
BACK = """
DROP INDEX customer_credit_code;
UPDATE account_role SET proof = 'case' WHERE proof = 'import';
ALTER TABLE account_role DROP CONSTRAINT account_role_proof_check,
  ADD CONSTRAINT account_role_proof_check
    CHECK (proof IN ('case', 'own_phone', 'sms_code', 'identity', 'grant'));
ALTER TABLE meter DROP COLUMN inlet_side;
DROP TABLE account_import_key, account_import_refusal, account_import;
"""
# Rows that are copied in by the hundred name each other by their ids, which are drawn first.
SEQUENCES = ("customer_id_seq", "premises_id_seq", "gas_account_id_seq")


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(f"GRANT USAGE ON SEQUENCE {', '.join(SEQUENCES)} TO hall_app")


def downgrade() -> None:
    op.execute(f"REVOKE USAGE ON SEQUENCE {', '.join(SEQUENCES)} FROM hall_app")
    op.execute(BACK)
