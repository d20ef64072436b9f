"""A paper keeps whose signature it still waits for, so that whoever is to sign finds it.

Revision ID: 0060
"""

from __future__ import annotations

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE case_document ADD COLUMN awaited_parties text[];
CREATE INDEX case_document_awaited ON case_document (case_id) WHERE awaited_parties IS NOT NULL;
-- Papers of cases that go on: the places that must be signed and are empty, of parties with no place signed.
WITH place AS (
  SELECT d.id, s->>'key' AS key, s->>'party' AS party,
    EXISTS (SELECT FROM document_signature g
             WHERE g.document_id = d.id AND g.signer = s->>'key' AND g.sha256 = d.sha256) AS is_signed,
    EXISTS (SELECT FROM jsonb_array_elements(v.body->'sections') e, jsonb_array_elements(e->'fields') f
             WHERE f->>'signer' = s->>'key' AND f->>'required' = 'true') AS is_needed
    FROM case_document d
    JOIN service_case c ON c.id = d.case_id AND c.status = 'open'
    JOIN definition_version v ON v.id = d.form_version_id
    CROSS JOIN jsonb_array_elements(v.body->'signers') s
   WHERE d.state = 'filled' AND jsonb_typeof(v.body->'signers') = 'array'
     AND NOT COALESCE((d.content->>'signed_on_paper')::boolean, false)
     AND NOT COALESCE((d.content->>'supply_signed_on_paper')::boolean, false)
     AND NOT COALESCE((d.content->>'slip_on_paper')::boolean, false)
), awaited AS (
  SELECT id, array_agg(DISTINCT party ORDER BY party) AS parties FROM place
   WHERE is_needed AND party NOT IN ('customer', 'company')
     AND party NOT IN (SELECT o.party FROM place o WHERE o.id = place.id AND o.is_signed)
   GROUP BY id
)
UPDATE case_document d SET awaited_parties = awaited.parties FROM awaited WHERE awaited.id = d.id;
"""
DOWN = """
DROP INDEX case_document_awaited;
ALTER TABLE case_document DROP COLUMN awaited_parties;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
