"""Applications: what a case was asked with, drafts, ratings, corrections' former values, and service areas.

Revision ID: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Deadlines stand on the task, so that a queue is sorted by one index and a tick finds what is due.
TABLES = """
ALTER TABLE service_case
  ADD COLUMN service_key text, ADD COLUMN form_version_id bigint REFERENCES definition_version (id),
  ADD COLUMN contact_name_sealed text, ADD COLUMN contact_name_index bytea,
  ADD COLUMN contact_phone_sealed text, ADD COLUMN contact_phone_index bytea,
  ADD COLUMN region text, ADD COLUMN street text, ADD COLUMN community text, ADD COLUMN building text,
  ADD COLUMN address_index bytea,
  ADD COLUMN place_lat double precision, ADD COLUMN place_lng double precision, ADD COLUMN place_source text,
  ADD COLUMN handler_id bigint REFERENCES staff (id),
  ADD COLUMN returned_times integer NOT NULL DEFAULT 0,
  ADD CONSTRAINT service_case_place CHECK ((place_lat IS NULL) = (place_lng IS NULL));
CREATE INDEX service_case_address ON service_case (address_index, service_key)
  WHERE status = 'open' AND address_index IS NOT NULL;
CREATE INDEX service_case_contact_phone ON service_case (contact_phone_index, id DESC);
CREATE INDEX service_case_contact_name ON service_case (contact_name_index, id DESC);
CREATE INDEX service_case_community ON service_case (community text_pattern_ops, id DESC);
CREATE INDEX service_case_handler ON service_case (handler_id, id) WHERE status = 'open';
ALTER TABLE case_task
  ADD COLUMN due_at timestamptz, ADD COLUMN warn_at timestamptz, ADD COLUMN warned_at timestamptz,
  ADD COLUMN breached_at timestamptz, ADD COLUMN calendar_version integer;
ALTER TABLE case_correction ADD COLUMN previous_value jsonb;
CREATE TABLE application_draft (
  customer_id bigint NOT NULL, service_key text NOT NULL, form_version integer NOT NULL,
  values_sealed text NOT NULL, saved_at timestamptz NOT NULL,
  PRIMARY KEY (customer_id, service_key)
);
CREATE TABLE case_rating (
  case_id bigint PRIMARY KEY REFERENCES service_case (id),
  stars smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
  tags text[] NOT NULL, words_sealed text, rated_at timestamptz NOT NULL
);
CREATE TABLE service_area (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  region text NOT NULL, street text NOT NULL, community text NOT NULL DEFAULT '',
  unit_id bigint NOT NULL REFERENCES unit (id),
  UNIQUE (region, street, community)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON application_draft, service_area TO hall_app;
GRANT SELECT, INSERT ON case_rating TO hall_app;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP TABLE service_area, case_rating, application_draft")
    op.execute("ALTER TABLE case_correction DROP COLUMN previous_value")
    op.execute(
        "ALTER TABLE case_task DROP COLUMN due_at, DROP COLUMN warn_at, DROP COLUMN warned_at,"
        " DROP COLUMN breached_at, DROP COLUMN calendar_version"
    )
    dropped = (
        "service_key", "form_version_id", "contact_name_sealed", "contact_name_index", "contact_phone_sealed",
        "contact_phone_index", "region", "street", "community", "building", "address_index", "place_lat",
        "place_lng", "place_source", "handler_id", "returned_times",
    )  # fmt: skip
    op.execute("ALTER TABLE service_case " + ", ".join(f"DROP COLUMN {name}" for name in dropped))
