"""The working calendar, deadlines of tasks with their history, and what the outbox and the ticks remember.

Revision ID: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CALENDAR = """
CREATE TABLE calendar_day (
  day date PRIMARY KEY, is_working boolean NOT NULL, note text NOT NULL DEFAULT ''
);
CREATE TABLE office_hours (
  effective_from date PRIMARY KEY, periods jsonb NOT NULL,
  immediate_minutes integer NOT NULL CHECK (immediate_minutes > 0),
  immediate_round_the_clock_minutes integer NOT NULL CHECK (immediate_round_the_clock_minutes > 0)
);
CREATE TABLE calendar_version (
  version integer PRIMARY KEY, author text NOT NULL, what text NOT NULL, created_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON calendar_day, office_hours TO hall_app;
GRANT SELECT, INSERT ON calendar_version TO hall_app;
"""

# The State Council's arrangements of 2025 and 2026: what differs from the rule that weekends are free.
FREE = (
    ("2025-01-01", "2025-01-01", "元旦"),
    ("2025-01-28", "2025-02-04", "春节"),
    ("2025-04-04", "2025-04-06", "清明节"),
    ("2025-05-01", "2025-05-05", "劳动节"),
    ("2025-05-31", "2025-06-02", "端午节"),
    ("2025-10-01", "2025-10-08", "国庆节、中秋节"),
    ("2026-01-01", "2026-01-03", "元旦"),
    ("2026-02-15", "2026-02-23", "春节"),
    ("2026-04-04", "2026-04-06", "清明节"),
    ("2026-05-01", "2026-05-05", "劳动节"),
    ("2026-06-19", "2026-06-21", "端午节"),
    ("2026-09-25", "2026-09-27", "中秋节"),
    ("2026-10-01", "2026-10-07", "国庆节"),
)
WORKED_ON = (
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
)  # fmt: skip

DEADLINES = """
ALTER TABLE case_task
  ADD COLUMN limit_no integer, ADD COLUMN due_is_guess boolean NOT NULL DEFAULT false;
-- A task that was closed too late before the tick saw it is a breach too.
CREATE INDEX case_task_breach ON case_task (due_at)
  WHERE breached_at IS NULL AND due_at IS NOT NULL AND (state = 'open' OR done_at > due_at);
CREATE INDEX case_task_warning ON case_task (warn_at)
  WHERE state = 'open' AND warned_at IS NULL AND breached_at IS NULL AND due_at IS NOT NULL;
CREATE INDEX case_task_calendar ON case_task (calendar_version, case_id)
  WHERE state = 'open' AND breached_at IS NULL AND due_at IS NOT NULL;
CREATE TABLE case_deadline_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL, task_no integer NOT NULL,
  old_due_at timestamptz NOT NULL, new_due_at timestamptz,
  calendar_version integer NOT NULL,
  reason text NOT NULL CHECK (reason IN ('case_moved', 'calendar_changed')),
  changed_at timestamptz NOT NULL,
  FOREIGN KEY (case_id, task_no) REFERENCES case_task (case_id, no)
);
CREATE INDEX case_deadline_history_of_task ON case_deadline_history (case_id, task_no, id);
CREATE TABLE deadline_event (
  case_id bigint NOT NULL, limit_no integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('warned', 'breached')),
  task_no integer NOT NULL, due_at timestamptz NOT NULL, calendar_version integer NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (case_id, limit_no, kind),
  FOREIGN KEY (case_id, task_no) REFERENCES case_task (case_id, no)
);
GRANT SELECT, INSERT ON case_deadline_history, deadline_event TO hall_app;
"""

PROMISES = """
ALTER TABLE outbox DROP CONSTRAINT outbox_state_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_state_check
  CHECK (state IN ('pending', 'sending', 'sent', 'refused', 'unknown', 'failed'));
ALTER TABLE outbox
  ADD COLUMN queued_at timestamptz, ADD COLUMN not_before timestamptz,
  ADD COLUMN error text, ADD COLUMN settled_by text;
DROP INDEX outbox_pending;
CREATE INDEX outbox_waiting ON outbox (id) WHERE state = 'pending' AND queued_at IS NULL;
CREATE INDEX outbox_queued ON outbox (queued_at) WHERE state = 'pending' AND queued_at IS NOT NULL;
CREATE INDEX outbox_sending ON outbox (started_at) WHERE state = 'sending';
CREATE INDEX outbox_for_a_person ON outbox (state, id) WHERE state IN ('unknown', 'failed');
CREATE TABLE schedule_tick (name text PRIMARY KEY, last_run_at timestamptz NOT NULL);
GRANT SELECT, INSERT, UPDATE ON schedule_tick TO hall_app;
"""

DOWN = """
DROP TABLE schedule_tick;
DROP INDEX outbox_waiting, outbox_queued, outbox_sending, outbox_for_a_person;
CREATE INDEX outbox_pending ON outbox (id) WHERE state = 'pending';
ALTER TABLE outbox DROP COLUMN queued_at, DROP COLUMN not_before, DROP COLUMN error, DROP COLUMN settled_by;
UPDATE outbox SET state = 'unknown' WHERE state = 'failed';
ALTER TABLE outbox DROP CONSTRAINT outbox_state_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_state_check
  CHECK (state IN ('pending', 'sending', 'sent', 'refused', 'unknown'));
DROP TABLE deadline_event, case_deadline_history;
ALTER TABLE case_task DROP COLUMN limit_no, DROP COLUMN due_is_guess;
DROP TABLE calendar_version, office_hours, calendar_day;
"""


def upgrade() -> None:
    op.execute(CALENDAR)
    op.execute(
        "INSERT INTO calendar_day (day, is_working) SELECT d::date, extract(isodow FROM d) < 6"
        " FROM generate_series(date '2025-01-01', date '2026-12-31', interval '1 day') AS d"
    )
    for first, last, note in FREE:
        change = f"SET is_working = false, note = '{note}'"
        op.execute(f"UPDATE calendar_day {change} WHERE day BETWEEN '{first}' AND '{last}'")
    for day in WORKED_ON:
        op.execute(f"UPDATE calendar_day SET is_working = true, note = '调休上班' WHERE day = '{day}'")
    op.execute("INSERT INTO calendar_version VALUES (1, 'migration', 'days of 2025 and 2026', now())")
    op.execute(DEADLINES)
    op.execute(PROMISES)


def downgrade() -> None:
    op.execute(DOWN)
