"""Accounts bound by their customers: how a role was proved, who gave it, and tries that are counted.

Revision ID: 0040
"""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

# An owner stays the owner whether or not they follow the account in their client, so that unbinding is a
# moment of its own beside the end of the role.
TABLES = """
ALTER TABLE account_role
  ADD COLUMN proof text NOT NULL DEFAULT 'case'
    CHECK (proof IN ('case', 'own_phone', 'sms_code', 'identity', 'grant')),
  ADD COLUMN granted_by bigint REFERENCES customer,
  ADD COLUMN called_sealed text,
  ADD COLUMN unbound_at timestamptz,
  ADD CONSTRAINT account_role_granted CHECK ((proof = 'grant') = (granted_by IS NOT NULL));
CREATE INDEX account_role_account ON account_role (gas_account_id) WHERE revoked_at IS NULL;
CREATE TABLE binding_try (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customer,
  account_no text NOT NULL CHECK (account_no ~ '^[0-9]{12}$'),
  way text NOT NULL CHECK (way IN ('code', 'own_phone', 'sms_code', 'identity')),
  proved boolean NOT NULL DEFAULT false,
  tried_at timestamptz NOT NULL
);
CREATE INDEX binding_try_customer ON binding_try (customer_id, tried_at);
CREATE INDEX binding_try_account ON binding_try (account_no, tried_at);
CREATE INDEX binding_try_old ON binding_try (tried_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON binding_try TO hall_app;
ALTER TABLE sms_code DROP CONSTRAINT sms_code_purpose_check,
  ADD CONSTRAINT sms_code_purpose_check CHECK (
    purpose IN ('sign_in', 'bind_phone') OR purpose LIKE 'sign_document:%' OR purpose LIKE 'bind_account:%'
  );
"""
BACK = """
DELETE FROM sms_code WHERE purpose LIKE 'bind_account:%';
ALTER TABLE sms_code DROP CONSTRAINT sms_code_purpose_check,
  ADD CONSTRAINT sms_code_purpose_check
    CHECK (purpose IN ('sign_in', 'bind_phone') OR purpose LIKE 'sign_document:%');
DROP TABLE binding_try;
DROP INDEX account_role_account;
ALTER TABLE account_role DROP COLUMN proof, DROP COLUMN granted_by, DROP COLUMN called_sealed,
  DROP COLUMN unbound_at;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute(BACK)
