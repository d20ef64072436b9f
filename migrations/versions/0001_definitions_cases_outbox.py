"""Definitions, cases with their append-only history, the command log and the outbox.

Revision ID: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The role is the cluster's, not the database's: two databases may be migrated at the same moment.
ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hall_app') THEN CREATE ROLE hall_app NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""

TABLES = """
CREATE TABLE definition_version (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('process', 'form')),
  key text NOT NULL, version integer NOT NULL CHECK (version > 0),
  sha256 text NOT NULL, body jsonb NOT NULL, author text NOT NULL,
  published_at timestamptz NOT NULL,
  UNIQUE (kind, key, version)
);
CREATE TABLE service_case (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_no text NOT NULL UNIQUE, public_token_hash bytea NOT NULL UNIQUE,
  process_key text NOT NULL,
  definition_version_id bigint NOT NULL REFERENCES definition_version (id),
  unit_id bigint NOT NULL, unit_code text NOT NULL, customer_id bigint, channel text NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'completed', 'refused', 'withdrawn', 'cancelled')),
  version integer NOT NULL,
  data jsonb NOT NULL DEFAULT '{}', form jsonb NOT NULL DEFAULT '{}',
  owed_documents text[] NOT NULL DEFAULT '{}',
  parent_case_id bigint REFERENCES service_case (id), parent_task_no integer,
  opened_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, ended_at timestamptz,
  CHECK ((parent_case_id IS NULL) = (parent_task_no IS NULL))
);
CREATE INDEX service_case_customer ON service_case (customer_id, id DESC);
CREATE UNIQUE INDEX service_case_one_child ON service_case (parent_case_id, parent_task_no);
CREATE TABLE case_task (
  case_id bigint NOT NULL REFERENCES service_case (id), no integer NOT NULL,
  step text NOT NULL, state text NOT NULL CHECK (state IN ('open', 'done', 'dropped')), outcome text,
  post_kind text NOT NULL, post_key text NOT NULL, unit_id bigint NOT NULL, child_process text,
  opened_at timestamptz NOT NULL, done_at timestamptz,
  PRIMARY KEY (case_id, no)
);
CREATE INDEX case_task_queue ON case_task (post_kind, post_key, unit_id, opened_at, case_id)
  WHERE state = 'open';
CREATE TABLE case_correction (
  case_id bigint NOT NULL REFERENCES service_case (id), no integer NOT NULL,
  item text NOT NULL, reason text NOT NULL, asked_at timestamptz NOT NULL, resolved_at timestamptz,
  PRIMARY KEY (case_id, no)
);
CREATE TABLE case_event (
  case_id bigint NOT NULL, seq integer NOT NULL, recorded_at timestamptz NOT NULL,
  occurred_at timestamptz NOT NULL, kind text NOT NULL, actor text NOT NULL, command_id uuid NOT NULL,
  payload jsonb NOT NULL,
  PRIMARY KEY (case_id, seq, recorded_at)
) PARTITION BY RANGE (recorded_at);
CREATE TABLE case_event_rest PARTITION OF case_event DEFAULT;
CREATE TABLE command_log (
  actor text NOT NULL, command_id uuid NOT NULL, request_sha256 bytea NOT NULL, answer jsonb NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (actor, command_id)
);
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL, payload jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'refused', 'unknown')),
  attempt integer NOT NULL, created_at timestamptz NOT NULL, started_at timestamptz, settled_at timestamptz
);
CREATE INDEX outbox_pending ON outbox (id) WHERE state = 'pending';
"""

# Rows that fall into no month go to the default partition; a month must be made before it begins, because
# PostgreSQL refuses a partition whose rows already stand in the default one.
PARTITIONS = """
CREATE FUNCTION create_month_partitions(parent text, first_month date, months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE month date; made integer := 0; child text;
BEGIN
  IF parent NOT IN ('case_event') THEN RAISE EXCEPTION 'unknown partitioned table %', parent; END IF;
  FOR n IN 0 .. months - 1 LOOP
    month := (date_trunc('month', first_month) + make_interval(months => n))::date;
    child := parent || to_char(month, '_YYYYMM');
    IF to_regclass(child) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent,
        month::timestamp AT TIME ZONE 'Asia/Shanghai',
        (month + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai');
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $$;
SELECT create_month_partitions('case_event', current_date, 6);
"""

GRANTS = """
GRANT USAGE ON SCHEMA public TO hall_app;
GRANT SELECT, INSERT ON definition_version, case_event, command_log TO hall_app;
GRANT SELECT, INSERT, UPDATE ON service_case, case_task, case_correction TO hall_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO hall_app;
GRANT EXECUTE ON FUNCTION create_month_partitions TO hall_app;
"""


def upgrade() -> None:
    for part in (ROLE, TABLES, PARTITIONS, GRANTS):
        op.execute(part)


def downgrade() -> None:
    # The role stays: other databases of the same cluster may use it.
    op.execute("DROP FUNCTION create_month_partitions(text, date, integer)")
    op.execute(
        "DROP TABLE outbox, command_log, case_event, case_correction, case_task, service_case,"
        " definition_version"
    )
