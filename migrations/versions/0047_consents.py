"""Notices in versions, and which of them a customer agreed to and took back.

Revision ID: 0047
"""

from __future__ import annotations

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

KINDS = "ALTER TABLE definition_version DROP CONSTRAINT definition_version_kind_check, ADD CONSTRAINT "
KINDS += "definition_version_kind_check CHECK (kind IN ({}))"
# Whoever agreed can take it back; that they once did stays.
TABLE = """
CREATE TABLE consent (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customer (id),
  notice text NOT NULL, version integer NOT NULL CHECK (version > 0),
  given_at timestamptz NOT NULL, withdrawn_at timestamptz CHECK (withdrawn_at >= given_at)
);
CREATE UNIQUE INDEX consent_standing ON consent (customer_id, notice, version) WHERE withdrawn_at IS NULL;
GRANT SELECT, INSERT, UPDATE (customer_id, withdrawn_at) ON consent TO hall_app;
"""
REASONS = "ALTER TABLE customer_session DROP CONSTRAINT customer_session_end_reason_check, ADD CONSTRAINT "
REASONS += "customer_session_end_reason_check CHECK (end_reason IN ({}))"


def upgrade() -> None:
    op.execute(KINDS.format("'process', 'form', 'template', 'notice'"))
    op.execute(TABLE)
    op.execute(REASONS.format("'signed_out', 'reuse', 'withdrawn'"))


def downgrade() -> None:
    op.execute("UPDATE customer_session SET end_reason = 'signed_out' WHERE end_reason = 'withdrawn'")
    op.execute(REASONS.format("'signed_out', 'reuse'"))
    op.execute("DROP TABLE consent")
    op.execute("DELETE FROM definition_version WHERE kind = 'notice'")
    op.execute(KINDS.format("'process', 'form', 'template'"))
