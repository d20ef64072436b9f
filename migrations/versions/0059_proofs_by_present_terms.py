"""How long proofs of identity are kept is counted from their own moment, by the setting as it is now.

Revision ID: 0059
"""

from __future__ import annotations

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

COUNTED = """
ALTER TABLE identity_check DROP COLUMN retain_until;
ALTER TABLE identity_decision DROP COLUMN retain_until;
ALTER TABLE name_check DROP COLUMN retain_until;
CREATE INDEX identity_check_expired ON identity_check (begun_at) WHERE erased_at IS NULL;
CREATE INDEX identity_decision_expired ON identity_decision (decided_at) WHERE erased_at IS NULL;
CREATE INDEX name_check_over ON name_check (asked_at);
"""
# The day comes back by the setting's default, as every row had it unless somebody changed that.
COUNTED_BACK = """
DROP INDEX identity_check_expired, identity_decision_expired, name_check_over;
ALTER TABLE identity_check ADD COLUMN retain_until date;
ALTER TABLE identity_decision ADD COLUMN retain_until date;
ALTER TABLE name_check ADD COLUMN retain_until date;
UPDATE identity_check SET retain_until = (begun_at AT TIME ZONE 'Asia/Shanghai')::date + 1095;
UPDATE identity_decision SET retain_until = (decided_at AT TIME ZONE 'Asia/Shanghai')::date + 1095;
UPDATE name_check SET retain_until = (asked_at AT TIME ZONE 'Asia/Shanghai')::date + 1095;
ALTER TABLE identity_check ALTER COLUMN retain_until SET NOT NULL;
ALTER TABLE identity_decision ALTER COLUMN retain_until SET NOT NULL;
ALTER TABLE name_check ALTER COLUMN retain_until SET NOT NULL;
CREATE INDEX identity_check_expired ON identity_check (retain_until) WHERE erased_at IS NULL;
CREATE INDEX identity_decision_expired ON identity_decision (retain_until) WHERE erased_at IS NULL;
CREATE INDEX name_check_over ON name_check (retain_until);
"""


def upgrade() -> None:
    op.execute(COUNTED)


def downgrade() -> None:
    op.execute(COUNTED_BACK)
