"""Ratings given at the counter: a short-lived link for the device there, and where a rating was given.

Revision ID: 0032
"""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# A link of the counter goes to no phone: the device that faces the customer opens it.
CHANGES = """
ALTER TABLE case_link DROP CONSTRAINT case_link_origin_check;
ALTER TABLE case_link ADD CONSTRAINT case_link_origin_check
  CHECK (origin IN ('staff', 'system', 'customer', 'counter'));
ALTER TABLE case_link ALTER phone_sealed DROP NOT NULL;
ALTER TABLE case_link ADD CONSTRAINT case_link_goes_somewhere
  CHECK ((origin = 'counter') = (phone_sealed IS NULL));
ALTER TABLE case_rating ADD channel text NOT NULL DEFAULT 'client' CHECK (channel IN ('client', 'counter')),
  ADD staff_id bigint REFERENCES staff,
  ADD device text;
ALTER TABLE case_rating ADD CONSTRAINT case_rating_given_at
  CHECK ((channel = 'counter') = (staff_id IS NOT NULL AND device IS NOT NULL));
"""
# Links are gone in minutes and a rating stays a rating; what it was given on is lost on the way down.
BACK = """
ALTER TABLE case_rating DROP channel, DROP staff_id, DROP device;
DELETE FROM case_link WHERE origin = 'counter';
ALTER TABLE case_link DROP CONSTRAINT case_link_goes_somewhere;
ALTER TABLE case_link ALTER phone_sealed SET NOT NULL;
ALTER TABLE case_link DROP CONSTRAINT case_link_origin_check;
ALTER TABLE case_link ADD CONSTRAINT case_link_origin_check
  CHECK (origin IN ('staff', 'system', 'customer'));
"""


def upgrade() -> None:
    op.execute(CHANGES)


def downgrade() -> None:
    op.execute(BACK)
