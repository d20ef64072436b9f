"""Customers with their identities, premises, accounts and meters, charges, customers' sessions, log of looks.

Revision ID: 0004
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A customer belongs to no unit: one person may have accounts with several. What hangs on a place has a unit.
MASTER_TABLES = """
CREATE TABLE customer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('resident', 'organisation')),
  name_sealed text, name_index bytea,
  phone_sealed text, phone_index bytea, phone_verified_at timestamptz,
  id_number_sealed text, id_number_index bytea, credit_code text,
  merged_into_id bigint REFERENCES customer (id),
  created_at timestamptz NOT NULL, retain_until date,
  CHECK (merged_into_id IS DISTINCT FROM id),
  CHECK ((name_sealed IS NULL) = (name_index IS NULL)),
  CHECK ((phone_sealed IS NULL) = (phone_index IS NULL)),
  CHECK ((id_number_sealed IS NULL) = (id_number_index IS NULL)),
  CHECK (phone_verified_at IS NULL OR phone_index IS NOT NULL),
  CHECK (credit_code IS NULL OR kind = 'organisation')
);
CREATE UNIQUE INDEX customer_one_of_verified_phone ON customer (phone_index)
  WHERE phone_verified_at IS NOT NULL AND merged_into_id IS NULL;
CREATE INDEX customer_phone ON customer (phone_index);
CREATE INDEX customer_name ON customer (name_index);
CREATE INDEX customer_id_number ON customer (id_number_index);
CREATE INDEX customer_merged ON customer (merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE TABLE identity (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('wechat_mini', 'wechat_official', 'phone')),
  appid text NOT NULL, subject text NOT NULL, unionid text,
  customer_id bigint NOT NULL REFERENCES customer (id), created_at timestamptz NOT NULL,
  UNIQUE (kind, appid, subject),
  CHECK ((kind = 'phone') = (appid = ''))
);
CREATE INDEX identity_customer ON identity (customer_id);
CREATE INDEX identity_unionid ON identity (unionid) WHERE unionid IS NOT NULL;
CREATE TABLE customer_merge (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merged_id bigint NOT NULL REFERENCES customer (id), into_id bigint NOT NULL REFERENCES customer (id),
  reason text NOT NULL CHECK (reason IN ('unionid', 'phone')), merged_at timestamptz NOT NULL
);
CREATE TABLE premises (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit (id),
  region text NOT NULL, street text NOT NULL, community text NOT NULL,
  building text NOT NULL DEFAULT '', building_unit text NOT NULL DEFAULT '',
  door_sealed text NOT NULL, note_sealed text, address_index bytea NOT NULL,
  place_lat double precision, place_lng double precision,
  place_source text CHECK (place_source IN ('map', 'browser')),
  created_at timestamptz NOT NULL,
  CHECK ((place_lat IS NULL) = (place_lng IS NULL) AND (place_lat IS NULL) = (place_source IS NULL))
);
CREATE INDEX premises_address ON premises (address_index);
CREATE INDEX premises_community ON premises (community text_pattern_ops, building, id);
CREATE TABLE gas_account (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit (id),
  account_no text NOT NULL UNIQUE, premises_id bigint NOT NULL REFERENCES premises (id),
  status text NOT NULL CHECK (status IN ('pending', 'active', 'suspended', 'removed', 'closed')),
  gas_use text NOT NULL CHECK (gas_use IN ('residential', 'public_service', 'commercial', 'industrial')),
  classification text NOT NULL DEFAULT 'general', grade text,
  opened_at timestamptz NOT NULL, closed_at timestamptz,
  CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX gas_account_premises ON gas_account (premises_id);
CREATE TABLE meter (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit (id), gas_account_id bigint REFERENCES gas_account (id),
  maker text NOT NULL, meter_no text NOT NULL, model text NOT NULL DEFAULT '',
  kind text NOT NULL CHECK (kind IN ('mechanical', 'ic_card', 'iot')),
  status text NOT NULL CHECK (status IN ('in_stock', 'installed', 'removed', 'scrapped')),
  made_on date, installed_at timestamptz, removed_at timestamptz,
  UNIQUE (maker, meter_no),
  CHECK (status <> 'installed' OR (gas_account_id IS NOT NULL AND installed_at IS NOT NULL))
);
CREATE INDEX meter_account ON meter (gas_account_id);
CREATE TABLE account_role (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customer (id),
  gas_account_id bigint NOT NULL REFERENCES gas_account (id), unit_id bigint NOT NULL REFERENCES unit (id),
  role text NOT NULL CHECK (role IN ('owner', 'tenant', 'payer', 'agent')),
  granted_at timestamptz NOT NULL, revoked_at timestamptz
);
CREATE UNIQUE INDEX account_role_held ON account_role (customer_id, gas_account_id, role)
  WHERE revoked_at IS NULL;
CREATE UNIQUE INDEX account_role_one_owner ON account_role (gas_account_id)
  WHERE role = 'owner' AND revoked_at IS NULL;
CREATE TABLE charge (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  charge_no text NOT NULL UNIQUE, unit_id bigint NOT NULL REFERENCES unit (id),
  case_id bigint NOT NULL REFERENCES service_case (id), gas_account_id bigint REFERENCES gas_account (id),
  kind text NOT NULL, amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  state text NOT NULL CHECK (state IN ('open', 'settled', 'void')),
  created_at timestamptz NOT NULL, settled_at timestamptz,
  CHECK ((state = 'settled') = (settled_at IS NOT NULL))
);
CREATE INDEX charge_case ON charge (case_id);
CREATE TABLE counter_receipt (
  charge_id bigint PRIMARY KEY REFERENCES charge (id), unit_id bigint NOT NULL REFERENCES unit (id),
  receipt_no text NOT NULL CHECK (receipt_no <> ''), staff_id bigint NOT NULL REFERENCES staff (id),
  received_at timestamptz NOT NULL,
  UNIQUE (unit_id, receipt_no)
);
"""

# A refresh token that was used stays, so that its second use is seen.
SIGN_IN_TABLES = """
CREATE TABLE customer_session (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customer (id),
  channel text NOT NULL CHECK (channel IN ('sms', 'wechat_mini', 'wechat_web')),
  created_at timestamptz NOT NULL, refreshed_at timestamptz NOT NULL, ended_at timestamptz,
  end_reason text CHECK (end_reason IN ('signed_out', 'reuse')),
  CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX customer_session_open ON customer_session (customer_id) WHERE ended_at IS NULL;
CREATE TABLE refresh_token (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  session_id bigint NOT NULL REFERENCES customer_session (id), token_hash bytea NOT NULL UNIQUE,
  parent_id bigint REFERENCES refresh_token (id),
  issued_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, used_at timestamptz
);
CREATE INDEX refresh_token_parent ON refresh_token (parent_id);
CREATE TABLE sms_code (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('sign_in', 'bind_phone')),
  phone_sealed text NOT NULL, phone_index bytea NOT NULL,
  code_hash bytea NOT NULL, code_sealed text,
  created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0, used_at timestamptz
);
CREATE INDEX sms_code_phone ON sms_code (phone_index, created_at DESC);
CREATE INDEX sms_code_old ON sms_code (created_at);
CREATE TABLE web_sign_in_state (
  state_hash bytea PRIMARY KEY, browser_hash bytea NOT NULL, return_to text NOT NULL,
  created_at timestamptz NOT NULL, used_at timestamptz
);
CREATE INDEX web_sign_in_state_old ON web_sign_in_state (created_at);
CREATE TABLE personal_look (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  staff_id bigint NOT NULL REFERENCES staff (id), looked_at timestamptz NOT NULL,
  subject text NOT NULL, items text[] NOT NULL CHECK (cardinality(items) > 0),
  reason text NOT NULL CHECK (reason <> '')
);
CREATE INDEX personal_look_subject ON personal_look (subject, id DESC);
CREATE INDEX personal_look_staff ON personal_look (staff_id, id DESC);
"""

REFERENCES = """
ALTER TABLE service_case
  ADD CONSTRAINT service_case_customer_known FOREIGN KEY (customer_id) REFERENCES customer (id);
ALTER TABLE application_draft
  ADD CONSTRAINT application_draft_customer_known FOREIGN KEY (customer_id) REFERENCES customer (id);
"""

GRANTS = """
GRANT SELECT, INSERT, UPDATE ON customer, premises, gas_account, meter, account_role, charge,
  customer_session, refresh_token TO hall_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON identity, sms_code, web_sign_in_state TO hall_app;
GRANT SELECT, INSERT ON customer_merge, personal_look, counter_receipt TO hall_app;
"""


def upgrade() -> None:
    for part in (MASTER_TABLES, SIGN_IN_TABLES, REFERENCES, GRANTS):
        op.execute(part)


def downgrade() -> None:
    op.execute("ALTER TABLE application_draft DROP CONSTRAINT application_draft_customer_known")
    op.execute("ALTER TABLE service_case DROP CONSTRAINT service_case_customer_known")
    op.execute(
        "DROP TABLE personal_look, web_sign_in_state, sms_code, refresh_token, customer_session,"
        " counter_receipt, charge, account_role, meter, gas_account, premises, customer_merge, identity,"
        " customer"
    )
