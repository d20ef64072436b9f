"""Proofs of identity are kept by the setting as it is now; scans go with the papers that they are of.

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
# ``erase_cases`` gives today to what stands on no signed paper, and ``erase_case_papers`` to the others.
_OF_SCANS = """
UPDATE stored_file f SET erase_on = {erase_on} FROM service_case c
  WHERE c.id = f.case_id AND c.ended_at IS NOT NULL AND c.papers_erased_at IS NULL AND f.erased_at IS NULL
  AND f.purpose <> 'signature' AND {has_day} AND EXISTS (
    SELECT FROM case_document d WHERE d.case_id = c.id AND d.state <> 'draft' AND (
      (d.content->>'signed_on_paper' = 'true' AND d.content->'paper_contract' ? f.file_key)
      OR (d.content->>'supply_signed_on_paper' = 'true' AND d.content->'supply_paper_contract' ? f.file_key)
      OR (d.content->>'slip_on_paper' = 'true' AND d.content->'paper_slip' ? f.file_key)));
"""
SCANS = _OF_SCANS.format(erase_on="NULL", has_day="f.erase_on IS NOT NULL")
SCANS_BACK = _OF_SCANS.format(
    erase_on="(c.ended_at AT TIME ZONE 'Asia/Shanghai')::date + f.retention_days + 1",
    has_day="f.erase_on IS NULL",
)


def upgrade() -> None:
    for part in (COUNTED, SCANS):
        op.execute(part)


def downgrade() -> None:
    for part in (SCANS_BACK, COUNTED_BACK):
        op.execute(part)
