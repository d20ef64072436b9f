"""By which settings the days of an ended case were counted; drawn signatures go with the papers they are on.

Revision ID: 0058
"""

from __future__ import annotations

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

# Cases that ended before have no mark, so the first run counts their days by the settings as they are then.
COUNTED = """
ALTER TABLE service_case ADD COLUMN kept_by text NOT NULL DEFAULT '';
CREATE INDEX service_case_kept_by ON service_case (kept_by)
  WHERE ended_at IS NOT NULL AND papers_erased_at IS NULL;
"""
# ``erase_case_papers`` gives all files of a case their day; what stands on no paper goes with the case.
SIGNATURES = """
UPDATE stored_file f SET erase_on = NULL FROM service_case c
  WHERE c.id = f.case_id AND f.purpose = 'signature' AND f.erased_at IS NULL AND c.papers_erased_at IS NULL;
"""
_BY_PURPOSE = "f.purpose <> 'signature'"
_BY_PAPER = """(f.purpose <> 'signature' OR NOT EXISTS (
      SELECT FROM document_signature s WHERE s.document_id = ANY(signed) AND s.file_key = f.file_key))"""
REPLACE = """
DO $do$ BEGIN
  EXECUTE replace(pg_get_functiondef('erase_cases'::regproc), $a${0}$a$, $b${1}$b$);
END $do$;
"""
SIGNATURES_BACK = """
UPDATE stored_file f SET erase_on = (c.ended_at AT TIME ZONE 'Asia/Shanghai')::date + f.retention_days + 1
  FROM service_case c WHERE c.id = f.case_id AND f.purpose = 'signature' AND f.erased_at IS NULL
  AND f.erase_on IS NULL AND c.ended_at IS NOT NULL;
"""


def upgrade() -> None:
    for part in (COUNTED, SIGNATURES, REPLACE.format(_BY_PURPOSE, _BY_PAPER)):
        op.execute(part)


def downgrade() -> None:
    for part in (REPLACE.format(_BY_PAPER, _BY_PURPOSE), SIGNATURES_BACK):
        op.execute(part)
    op.execute("ALTER TABLE service_case DROP COLUMN kept_by")
