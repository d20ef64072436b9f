"""The approval of contracts before they are signed; by which ways staff are told.

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

CHOICES = """
ALTER TABLE staff ADD COLUMN wecom_userid text CHECK (wecom_userid ~ '^[0-9A-Za-z._@-]{1,64}$');
CREATE TABLE staff_notice_choice (
  staff_id bigint PRIMARY KEY REFERENCES staff,
  body jsonb NOT NULL,
  chosen_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON staff_notice_choice TO hall_app;
CREATE INDEX staff_notice_of_staff ON staff_notice (staff_id, id);
ALTER TABLE message_delivery DROP CONSTRAINT message_delivery_channel_check;
ALTER TABLE message_delivery ADD CONSTRAINT message_delivery_channel_check
  CHECK (channel IN ('mini', 'official', 'sms', 'wecom'));
"""

CHOICES_DOWN = """
DELETE FROM message_delivery WHERE channel = 'wecom';
ALTER TABLE message_delivery DROP CONSTRAINT message_delivery_channel_check;
ALTER TABLE message_delivery ADD CONSTRAINT message_delivery_channel_check
  CHECK (channel IN ('mini', 'official', 'sms'));
DROP INDEX staff_notice_of_staff;
DROP TABLE staff_notice_choice;
ALTER TABLE staff DROP COLUMN wecom_userid;
"""

KINDS_DOWN = """
DELETE FROM staff_notice WHERE kind NOT IN ('overdue', 'calendar', 'alarm', 'urged', 'extension');
ALTER TABLE staff_notice DROP CONSTRAINT staff_notice_kind_check;
ALTER TABLE staff_notice ADD CONSTRAINT staff_notice_kind_check
  CHECK (kind IN ('overdue', 'calendar', 'alarm', 'urged', 'extension'));
"""


def upgrade() -> None:
    op.execute(REVIEWS)
    op.execute(KINDS)
    op.execute(CHOICES)


def downgrade() -> None:
    op.execute(CHOICES_DOWN)
    op.execute(KINDS_DOWN)
    op.execute("DROP TABLE contract_callback; DROP TABLE contract_review")
