"""Proof of who somebody is: face checks that were begun, and decisions of staff.

Revision ID: 0030
"""

from __future__ import annotations

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# No picture is kept, only the provider's reference. A check belongs to one case, customer and session.
TABLES = """
CREATE TABLE identity_check (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL REFERENCES service_case,
  customer_id bigint NOT NULL REFERENCES customer,
  unit_id bigint NOT NULL REFERENCES unit,
  session_key text NOT NULL,
  reference text NOT NULL UNIQUE,
  provider text NOT NULL,
  provider_reference text,
  name_sealed text,
  id_number_sealed text,
  state text NOT NULL
    CHECK (state IN ('opening', 'dropped', 'begun', 'passed', 'failed', 'refused', 'expired', 'declined')),
  code text NOT NULL DEFAULT '',
  begun_at timestamptz NOT NULL,
  asked_at timestamptz,
  settled_at timestamptz,
  retain_until date NOT NULL,
  UNIQUE (provider, provider_reference),
  CHECK ((state = 'declined') = (name_sealed IS NULL)),
  CHECK (state NOT IN ('begun', 'passed', 'failed', 'refused') OR provider_reference IS NOT NULL)
);
CREATE INDEX identity_check_case ON identity_check (case_id, id);
CREATE INDEX identity_check_customer ON identity_check (customer_id);
CREATE INDEX identity_check_begun ON identity_check (begun_at) WHERE state = 'begun';
CREATE TABLE identity_decision (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL REFERENCES service_case,
  unit_id bigint NOT NULL REFERENCES unit,
  staff_id bigint NOT NULL REFERENCES staff,
  verdict text NOT NULL CHECK (verdict IN ('confirmed', 'mismatch')),
  way text NOT NULL CHECK (way IN ('id_card', 'record')),
  place text NOT NULL CHECK (place IN ('centre', 'counter', 'field')),
  customer_declined boolean NOT NULL,
  note text NOT NULL DEFAULT '',
  decided_at timestamptz NOT NULL,
  retain_until date NOT NULL
);
CREATE INDEX identity_decision_case ON identity_decision (case_id, id);
GRANT SELECT, INSERT, UPDATE ON identity_check TO hall_app;
GRANT SELECT, INSERT ON identity_decision TO hall_app;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP TABLE identity_decision; DROP TABLE identity_check")
