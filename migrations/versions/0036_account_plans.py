"""Plans of visits to gas accounts, such as meter readings: their accounts, and the case that each became.

Revision ID: 0036
"""

from __future__ import annotations

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

# An account stands once in a plan and becomes one case at most, whoever starts the plan and however often.
TABLES = """
CREATE TABLE account_plan (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  process_key text NOT NULL,
  unit_id bigint NOT NULL REFERENCES unit,
  name text NOT NULL CHECK (name <> ''),
  first_day date NOT NULL,
  last_day date NOT NULL CHECK (last_day >= first_day),
  handler_id bigint NOT NULL REFERENCES staff,
  refused jsonb NOT NULL,
  refused_count int NOT NULL CHECK (refused_count >= 0),
  state text NOT NULL CHECK (state IN ('draft', 'published', 'started', 'dropped')),
  made_by bigint NOT NULL REFERENCES staff,
  made_at timestamptz NOT NULL,
  request_id uuid NOT NULL,
  published_by bigint REFERENCES staff,
  published_at timestamptz,
  started_at timestamptz,
  UNIQUE (made_by, request_id),
  CHECK ((published_by IS NULL) = (published_at IS NULL)),
  CHECK (state NOT IN ('published', 'started') OR published_at IS NOT NULL),
  CHECK ((state = 'started') = (started_at IS NOT NULL))
);
CREATE INDEX account_plan_of_unit ON account_plan (process_key, unit_id, id);
CREATE INDEX account_plan_to_start ON account_plan (first_day) WHERE state = 'published';
CREATE TABLE account_plan_item (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  plan_id bigint NOT NULL REFERENCES account_plan,
  gas_account_id bigint NOT NULL REFERENCES gas_account,
  case_id bigint UNIQUE REFERENCES service_case,
  skipped text CHECK (skipped IN ('pending', 'suspended', 'removed', 'closed')),
  settled_at timestamptz,
  UNIQUE (plan_id, gas_account_id),
  CHECK (case_id IS NULL OR skipped IS NULL),
  CHECK ((settled_at IS NULL) = (case_id IS NULL AND skipped IS NULL))
);
CREATE INDEX account_plan_item_of_plan ON account_plan_item (plan_id, id);
CREATE INDEX account_plan_item_account ON account_plan_item (gas_account_id);
GRANT SELECT, INSERT, UPDATE ON account_plan, account_plan_item TO hall_app;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP TABLE account_plan_item; DROP TABLE account_plan;")
