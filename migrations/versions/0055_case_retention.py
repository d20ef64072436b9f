"""How long closed cases keep what is personal, and the one way in which it is taken out of them.

Revision ID: 0055
"""

from __future__ import annotations

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

# Of cases that ended before, the time counts by the settings' defaults. A paper that has lost what was
# written on it has lost the nonce as well: with it, the hash would tell a short value to whoever guesses.
COLUMNS = """
ALTER TABLE service_case
  ADD COLUMN retain_until date, ADD COLUMN erased_at timestamptz,
  ADD COLUMN papers_retain_until date, ADD COLUMN papers_erased_at timestamptz;
UPDATE service_case SET papers_retain_until = (ended_at AT TIME ZONE 'Asia/Shanghai')::date + 3650,
  retain_until = (ended_at AT TIME ZONE 'Asia/Shanghai')::date + CASE WHEN process_key IN (
    'account_closing', 'account_opening', 'alteration', 'card_replacement', 'fee_collection',
    'gas_commissioning', 'install_non_residential', 'install_residential_group',
    'install_residential_individual', 'online_account_opening', 'ownership_transfer', 'suspension_removal'
  ) THEN 3650 ELSE 1095 END
WHERE ended_at IS NOT NULL;
CREATE INDEX service_case_retained ON service_case (retain_until, id)
  WHERE erased_at IS NULL AND parent_case_id IS NULL AND retain_until IS NOT NULL;
CREATE INDEX service_case_papers_retained ON service_case (papers_retain_until, id)
  WHERE erased_at IS NOT NULL AND papers_erased_at IS NULL AND parent_case_id IS NULL;
ALTER TABLE case_document DROP CONSTRAINT case_document_check1,
  ADD CONSTRAINT case_document_filled CHECK (num_nulls(content, sha256, filled_by, filled_at) IN (0, 4)),
  ADD CONSTRAINT case_document_nonce CHECK (nonce_sealed IS NULL OR content IS NOT NULL);
"""
# Amounts, readings, days, yes or no, and what was chosen from a list: what reports count. What was sealed,
# typed as words or bound as a file goes.
FIGURES = r"""
CREATE FUNCTION keep_figures(filled jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(filled)
  WHERE jsonb_typeof(value) IN ('number', 'boolean') OR (jsonb_typeof(value) = 'string'
    AND value #>> '{}' ~ '^([a-z][a-z_]{0,39}|-?[0-9]{1,9}(\.[0-9]{1,4})?|[0-9]{4}-[0-9]{2}-[0-9]{2})$')
$$;
"""
# Histories are append-only for the application, so it runs as their owner; and it refuses a case that has
# not ended or whose time is not over, whoever asks.
ERASE = """
CREATE FUNCTION erase_cases(ids bigint[], today date, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE signed bigint[];
BEGIN
  IF EXISTS (SELECT FROM service_case WHERE id = ANY(ids)
      AND (status = 'open' OR retain_until IS NULL OR retain_until >= today)) THEN
    RAISE EXCEPTION 'a case is kept for longer';
  END IF;
  signed := ARRAY(SELECT d.id FROM case_document d WHERE d.case_id = ANY(ids) AND d.state <> 'draft' AND (
    EXISTS (SELECT FROM document_signature s WHERE s.document_id = d.id)
    OR 'true' IN (d.content->>'signed_on_paper', d.content->>'supply_signed_on_paper',
      d.content->>'slip_on_paper')));
  UPDATE service_case SET form = keep_figures(form), contact_name_sealed = NULL, contact_name_index = NULL,
    contact_phone_sealed = NULL, contact_phone_index = NULL, building = NULL, address_index = NULL,
    place_lat = NULL, place_lng = NULL, place_source = NULL, erased_at = at WHERE id = ANY(ids);
  UPDATE case_correction SET previous_value = NULL, reason = '' WHERE case_id = ANY(ids);
  UPDATE case_event SET payload = jsonb_set(payload, '{reason}', '""')
    WHERE case_id = ANY(ids) AND payload->>'reason' <> '';
  UPDATE case_rating SET words_sealed = NULL WHERE case_id = ANY(ids);
  UPDATE deadline_extension SET reason = '', answer = '' WHERE case_id = ANY(ids);
  UPDATE contract_review SET reason = '' WHERE case_id = ANY(ids);
  UPDATE identity_check SET name_sealed = NULL, id_number_sealed = NULL, session_key = '', erased_at = at
    WHERE case_id = ANY(ids) AND erased_at IS NULL;
  UPDATE identity_decision SET note = '', erased_at = at WHERE case_id = ANY(ids) AND erased_at IS NULL;
  DELETE FROM case_review WHERE case_id = ANY(ids);
  DELETE FROM case_note WHERE case_id = ANY(ids);
  DELETE FROM case_message WHERE case_id = ANY(ids);
  DELETE FROM case_link WHERE case_id = ANY(ids);
  DELETE FROM notification WHERE case_id = ANY(ids);
  DELETE FROM objection_answer WHERE case_id = ANY(ids);
  DELETE FROM document_objection WHERE case_id = ANY(ids);
  DELETE FROM case_document WHERE case_id = ANY(ids) AND state = 'draft';
  UPDATE case_document SET draft_sealed = NULL WHERE case_id = ANY(ids);
  UPDATE case_document SET content = keep_figures(content), nonce_sealed = NULL, facts_sealed = NULL
    WHERE case_id = ANY(ids) AND NOT id = ANY(signed);
  UPDATE stored_file f SET erase_on = least(f.erase_on, today)
    WHERE f.case_id = ANY(ids) AND f.erased_at IS NULL AND f.purpose <> 'signature' AND NOT EXISTS (
      SELECT FROM case_document d WHERE d.id = ANY(signed)
      AND strpos(d.content::text, '"' || f.file_key || '"') > 0);
END $$;
CREATE FUNCTION erase_case_papers(ids bigint[], today date, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM service_case WHERE id = ANY(ids)
      AND (erased_at IS NULL OR papers_retain_until IS NULL OR papers_retain_until >= today)) THEN
    RAISE EXCEPTION 'a paper is kept for longer';
  END IF;
  UPDATE service_case SET papers_erased_at = at WHERE id = ANY(ids);
  DELETE FROM document_signature WHERE document_id IN
    (SELECT id FROM case_document WHERE case_id = ANY(ids));
  UPDATE case_document SET content = keep_figures(content), nonce_sealed = NULL, facts_sealed = NULL
    WHERE case_id = ANY(ids);
  UPDATE stored_file SET erase_on = least(erase_on, today) WHERE case_id = ANY(ids) AND erased_at IS NULL;
END $$;
REVOKE EXECUTE ON FUNCTION erase_cases, erase_case_papers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_cases, erase_case_papers TO hall_app;
"""
# What was erased cannot come back: a paper without its nonce is no paper any more.
BACKWARD = """
DROP FUNCTION erase_cases, erase_case_papers;
DROP FUNCTION keep_figures;
DELETE FROM document_signature WHERE document_id IN (SELECT id FROM case_document
  WHERE nonce_sealed IS NULL AND content IS NOT NULL);
DELETE FROM case_document WHERE nonce_sealed IS NULL AND content IS NOT NULL;
ALTER TABLE case_document DROP CONSTRAINT case_document_nonce, DROP CONSTRAINT case_document_filled,
  ADD CONSTRAINT case_document_check1
    CHECK (num_nulls(content, nonce_sealed, sha256, filled_by, filled_at) IN (0, 5));
ALTER TABLE service_case DROP COLUMN retain_until, DROP COLUMN erased_at,
  DROP COLUMN papers_retain_until, DROP COLUMN papers_erased_at;
"""


def upgrade() -> None:
    for part in (COLUMNS, FIGURES, ERASE):
        op.execute(part)


def downgrade() -> None:
    op.execute(BACKWARD)
