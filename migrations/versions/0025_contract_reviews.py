"""The approval of contracts before they are signed.

Revision ID: 0025
"""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

REVIEWS = """
CREATE TABLE contract_review (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL REFERENCES service_case,
  reference text NOT NULL UNIQUE,
  place text CHECK (place IN ('outside', 'inside')),
  state text NOT NULL CHECK (state IN ('waiting', 'submitted', 'approved', 'refused')),
  reason text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  submitted_at timestamptz,
  asked_at timestamptz,
  decided_at timestamptz,
  decided_by bigint REFERENCES staff
);
CREATE INDEX contract_review_case ON contract_review (case_id, id);
CREATE INDEX contract_review_silent ON contract_review (submitted_at) WHERE state = 'submitted';
CREATE TABLE contract_callback (
  nonce text PRIMARY KEY,
  body text NOT NULL,
  received_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON contract_review TO hall_app;
GRANT SELECT, INSERT ON contract_callback TO hall_app;
"""

# The matters that staff are told of are named by the components that tell them.
KINDS = """
ALTER TABLE staff_notice DROP CONSTRAINT staff_notice_kind_check;
ALTER TABLE staff_notice ADD CONSTRAINT staff_notice_kind_check CHECK (kind ~ '^[a-z][a-z_]{0,39}$');
"""

KINDS_DOWN = """
DELETE FROM staff_notice WHERE kind NOT IN ('overdue', 'calendar', 'alarm', 'urged');
ALTER TABLE staff_notice DROP CONSTRAINT staff_notice_kind_check;
ALTER TABLE staff_notice ADD CONSTRAINT staff_notice_kind_check
  CHECK (kind IN ('overdue', 'calendar', 'alarm', 'urged'));
"""


def upgrade() -> None:
    op.execute(REVIEWS)
    op.execute(KINDS)


def downgrade() -> None:
    op.execute(KINDS_DOWN)
    op.execute("DROP TABLE contract_callback; DROP TABLE contract_review")
