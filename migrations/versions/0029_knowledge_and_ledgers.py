"""The knowledge base with its plans; the class of a case's customer, and VIP first in the queues.

Revision ID: 0029
"""

from __future__ import annotations

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KNOWLEDGE = """
CREATE TABLE knowledge_article (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  created_at timestamptz NOT NULL,
  retired_at timestamptz,
  retired_by bigint REFERENCES staff,
  retired_reason text NOT NULL DEFAULT '',
  CHECK ((retired_at IS NULL) = (retired_by IS NULL))
);
CREATE TABLE knowledge_version (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  article_id bigint NOT NULL REFERENCES knowledge_article,
  version int NOT NULL CHECK (version > 0),
  case_id bigint NOT NULL REFERENCES service_case,
  unit_id bigint NOT NULL REFERENCES unit,
  state text NOT NULL CHECK (state IN ('draft', 'published', 'replaced', 'dropped')),
  title text NOT NULL CHECK (title <> ''),
  category text NOT NULL,
  keywords text[] NOT NULL,
  body text NOT NULL CHECK (body <> ''),
  valid_from date,
  valid_until date CHECK (valid_until >= valid_from),
  written_by bigint NOT NULL REFERENCES staff,
  written_at timestamptz NOT NULL,
  approved_by bigint REFERENCES staff,
  published_by bigint REFERENCES staff,
  published_at timestamptz,
  UNIQUE (article_id, version)
);
CREATE INDEX knowledge_version_case ON knowledge_version (case_id, id);
CREATE UNIQUE INDEX knowledge_version_draft ON knowledge_version (article_id) WHERE state = 'draft';
CREATE UNIQUE INDEX knowledge_version_published ON knowledge_version (article_id) WHERE state = 'published';
CREATE TABLE knowledge_plan_item (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit,
  year int NOT NULL,
  quarter smallint NOT NULL CHECK (quarter BETWEEN 1 AND 4),
  category text NOT NULL,
  topic text NOT NULL CHECK (topic <> ''),
  wanted int NOT NULL CHECK (wanted BETWEEN 1 AND 999),
  planned_by bigint NOT NULL REFERENCES staff,
  planned_at timestamptz NOT NULL
);
CREATE INDEX knowledge_plan_item_of_year ON knowledge_plan_item (unit_id, year, quarter, id);
GRANT SELECT, INSERT, UPDATE ON knowledge_article, knowledge_version TO hall_app;
GRANT SELECT, INSERT, DELETE ON knowledge_plan_item TO hall_app;
"""

# The class is the customer's when the case starts. Only tasks of VIP customers stand in the new index.
CLASSES = """
ALTER TABLE gas_account ADD CONSTRAINT gas_account_classification_check
  CHECK (classification IN ('general', 'risk', 'special', 'sensitive', 'major'));
ALTER TABLE service_case ADD COLUMN customer_class text
  CHECK (customer_class IN ('risk', 'special', 'sensitive', 'major'));
ALTER TABLE case_task ADD COLUMN is_vip boolean NOT NULL DEFAULT false;
CREATE INDEX case_task_vip ON case_task
  (post_key, unit_id, queue, (COALESCE(due_at, 'infinity'::timestamptz)), opened_at, case_id, no)
  WHERE state = 'open' AND is_vip;
"""

CLASSES_DOWN = """
DROP INDEX case_task_vip;
ALTER TABLE case_task DROP COLUMN is_vip;
ALTER TABLE service_case DROP COLUMN customer_class;
ALTER TABLE gas_account DROP CONSTRAINT gas_account_classification_check;
"""

LEDGER = """
CREATE TABLE ledger_entry (
  gas_account_id bigint PRIMARY KEY REFERENCES gas_account,
  annual_volume numeric(14, 4) CHECK (annual_volume >= 0),
  standard text NOT NULL,
  visit_every_days int CHECK (visit_every_days > 0),
  visited_on date,
  service_content text NOT NULL,
  remarks text NOT NULL,
  updated_by bigint NOT NULL REFERENCES staff,
  updated_at timestamptz NOT NULL
);
CREATE TABLE class_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  gas_account_id bigint NOT NULL REFERENCES gas_account,
  from_class text NOT NULL,
  to_class text NOT NULL,
  grade text,
  source text NOT NULL CHECK (source IN ('opening', 'inspection', 'ledger', 'rules', 'person')),
  reason text NOT NULL,
  case_id bigint REFERENCES service_case,
  changed_by bigint REFERENCES staff,
  changed_at timestamptz NOT NULL
);
CREATE INDEX class_change_account ON class_change (gas_account_id, id);
CREATE INDEX gas_account_classified ON gas_account (unit_id, id) WHERE classification <> 'general';
GRANT SELECT, INSERT, UPDATE ON ledger_entry TO hall_app;
GRANT SELECT, INSERT ON class_change TO hall_app;
"""


def upgrade() -> None:
    op.execute(KNOWLEDGE)
    op.execute(CLASSES)
    op.execute(LEDGER)


def downgrade() -> None:
    op.execute("DROP INDEX gas_account_classified; DROP TABLE class_change; DROP TABLE ledger_entry")
    op.execute(CLASSES_DOWN)
    op.execute("DROP TABLE knowledge_plan_item; DROP TABLE knowledge_version; DROP TABLE knowledge_article")
