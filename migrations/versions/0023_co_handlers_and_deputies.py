"""Who handles a case together with its handler, who stands in for somebody away, whose a told phone is.

Revision ID: 0023
"""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# Co-handlers stand with the case above all others, and so take part in what it was handed over to.
CHANGE = """
CREATE TABLE case_co_handler (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL REFERENCES service_case (id), staff_id bigint NOT NULL REFERENCES staff (id),
  added_by bigint NOT NULL REFERENCES staff (id), added_at timestamptz NOT NULL, reason text NOT NULL,
  removed_by bigint REFERENCES staff (id), removed_at timestamptz, removal_reason text NOT NULL DEFAULT '',
  CHECK ((removed_by IS NULL) = (removed_at IS NULL))
);
CREATE UNIQUE INDEX case_co_handler_once ON case_co_handler (case_id, staff_id) WHERE removed_at IS NULL;
CREATE INDEX case_co_handler_of_staff ON case_co_handler (staff_id) WHERE removed_at IS NULL;
GRANT SELECT, INSERT, UPDATE ON case_co_handler TO hall_app;
ALTER TABLE staff ADD COLUMN deputy_id bigint REFERENCES staff (id),
  ADD CONSTRAINT staff_deputy_is_another CHECK (deputy_id <> id);
CREATE INDEX staff_deputy ON staff (deputy_id) WHERE deputy_id IS NOT NULL;
"""
# When staff last heard from a customer who has never signed in that this phone is theirs.
PHONES = """
ALTER TABLE customer ADD COLUMN phone_told_at timestamptz;
UPDATE customer SET phone_told_at = created_at WHERE phone_index IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(CHANGE)
    op.execute(PHONES)


def downgrade() -> None:
    op.execute("ALTER TABLE customer DROP COLUMN phone_told_at")
    op.execute("ALTER TABLE staff DROP COLUMN deputy_id")
    op.execute("DROP TABLE case_co_handler")
