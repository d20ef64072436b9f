"""When a customer had their account erased.

Revision ID: 0051
"""

from __future__ import annotations

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

REASONS = "ALTER TABLE customer_session DROP CONSTRAINT customer_session_end_reason_check, ADD CONSTRAINT "
REASONS += "customer_session_end_reason_check CHECK (end_reason IN ({}))"
PURPOSES = (
    "ALTER TABLE sms_code DROP CONSTRAINT sms_code_purpose_check, ADD CONSTRAINT sms_code_purpose_check"
)
PURPOSES += " CHECK (purpose IN ('sign_in', 'bind_phone') OR purpose ~ '^({}):')"


def upgrade() -> None:
    op.execute("ALTER TABLE customer ADD COLUMN erased_at timestamptz")
    op.execute(REASONS.format("'signed_out', 'reuse', 'withdrawn', 'erased'"))
    op.execute(PURPOSES.format("sign_document|bind_account|erase_customer"))


def downgrade() -> None:
    op.execute("DELETE FROM sms_code WHERE purpose LIKE 'erase_customer:%'")
    op.execute(PURPOSES.format("sign_document|bind_account"))
    op.execute("UPDATE customer_session SET end_reason = 'signed_out' WHERE end_reason = 'erased'")
    op.execute(REASONS.format("'signed_out', 'reuse', 'withdrawn'"))
    op.execute("ALTER TABLE customer DROP COLUMN erased_at")
