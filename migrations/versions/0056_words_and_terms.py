"""Words about a visit go with the rest of an ended case; of which last day an agent was told.

Revision ID: 0056
"""

from __future__ import annotations

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

# The words in a case's data and in its history's copies of them. All else there is a number, a day, a key of
# a list or of a file, or a choice; reasons in the history go by ``erase_cases``.
ERASE = """
CREATE FUNCTION erase_case_words(ids bigint[], today date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM service_case WHERE id = ANY(ids)
      AND (status = 'open' OR retain_until IS NULL OR retain_until >= today)) THEN
    RAISE EXCEPTION 'a case is kept for longer';
  END IF;
  UPDATE service_case SET data = data - ARRAY['result', 'forward_reason']
    WHERE id = ANY(ids) AND data ?| ARRAY['result', 'forward_reason'];
  UPDATE case_event
    SET payload = jsonb_set(payload, '{data}', (payload->'data') - ARRAY['result', 'forward_reason'])
    WHERE case_id = ANY(ids) AND payload->'data' ?| ARRAY['result', 'forward_reason'];
END $$;
REVOKE EXECUTE ON FUNCTION erase_case_words FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_case_words TO hall_app;
"""
# Cases that were erased before this was known lose it now.
ERASED_BEFORE = """
SELECT erase_case_words(array_agg(id), current_date)
  FROM service_case WHERE erased_at IS NOT NULL AND retain_until < current_date HAVING count(*) > 0;
"""
# Few roles are agents', so that who is to be told is found among them alone.
TERMS = """
ALTER TABLE account_role ADD COLUMN near_told_for date, ADD COLUMN over_told_for date;
CREATE INDEX account_role_terms ON account_role (ends_on)
  WHERE role = 'agent' AND revoked_at IS NULL AND ends_on IS NOT NULL;
"""


def upgrade() -> None:
    for part in (ERASE, ERASED_BEFORE, TERMS):
        op.execute(part)


def downgrade() -> None:
    op.execute(
        "DROP FUNCTION erase_case_words; DROP INDEX account_role_terms;"
        " ALTER TABLE account_role DROP COLUMN near_told_for, DROP COLUMN over_told_for;"
    )
