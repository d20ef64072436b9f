"""What is kept for a time: when a file has to go, and what was erased of files and proofs of identity.

Revision ID: 0042
"""

from __future__ import annotations

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

# A check without a name is one that the customer declined, or one whose time is over.
FORWARD = """
ALTER TABLE stored_file ADD COLUMN erase_on date, ADD COLUMN erased_at timestamptz;
UPDATE stored_file f SET erase_on = (c.ended_at AT TIME ZONE 'Asia/Shanghai')::date + f.retention_days + 1
  FROM service_case c WHERE c.id = f.case_id AND c.ended_at IS NOT NULL;
CREATE INDEX stored_file_expired ON stored_file (erase_on) WHERE erased_at IS NULL AND erase_on IS NOT NULL;
ALTER TABLE identity_check DROP CONSTRAINT identity_check_check,
  ADD COLUMN erased_at timestamptz,
  ADD CONSTRAINT identity_check_named
    CHECK ((name_sealed IS NULL) = (state = 'declined' OR erased_at IS NOT NULL));
CREATE INDEX identity_check_expired ON identity_check (retain_until) WHERE erased_at IS NULL;
ALTER TABLE identity_decision ADD COLUMN erased_at timestamptz;
CREATE INDEX identity_decision_expired ON identity_decision (retain_until) WHERE erased_at IS NULL;
GRANT UPDATE (note, erased_at) ON identity_decision TO hall_app;
"""
# What was erased cannot come back; its rows stand as if nobody had been named.
BACKWARD = """
REVOKE UPDATE (note, erased_at) ON identity_decision FROM hall_app;
ALTER TABLE identity_decision DROP COLUMN erased_at;
DELETE FROM identity_check WHERE erased_at IS NOT NULL;
ALTER TABLE identity_check DROP CONSTRAINT identity_check_named, DROP COLUMN erased_at,
  ADD CONSTRAINT identity_check_check CHECK ((state = 'declined') = (name_sealed IS NULL));
ALTER TABLE stored_file DROP COLUMN erase_on, DROP COLUMN erased_at;
"""


def upgrade() -> None:
    op.execute(FORWARD)


def downgrade() -> None:
    op.execute(BACKWARD)
