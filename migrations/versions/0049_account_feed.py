"""The feed of accounts to and from a customer system that stays the master.

Revision ID: 0049
"""

from __future__ import annotations

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

# One row says whether the feed is on and how far it is. A batch on its way is kept whole under its key, so
# that a second try sends the same. Changes are a queue: those that a settled batch took are deleted by their
# ids, so that no cursor can pass over what a slower transaction commits later under a lower id.
TABLES = """
CREATE TABLE account_feed (
  id smallint PRIMARY KEY CHECK (id = 1),
  is_on boolean NOT NULL,
  fill_mark bigint,
  is_filled boolean NOT NULL DEFAULT false,
  in_cursor text NOT NULL DEFAULT '',
  batch_key text,
  batch_sealed text,
  batch_ids bigint[],
  tries integer NOT NULL DEFAULT 0,
  not_before timestamptz,
  promised_at timestamptz,
  problem text NOT NULL DEFAULT '',
  pulled_at timestamptz,
  pushed_at timestamptz,
  CHECK ((batch_key IS NULL) = (batch_sealed IS NULL AND batch_ids IS NULL))
);
CREATE TABLE account_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL,
  kind text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX account_change_of_account ON account_change (account_id);
CREATE TABLE account_master (
  account_id bigint PRIMARY KEY REFERENCES gas_account,
  revision bigint NOT NULL CHECK (revision >= 0),
  agreed_sealed text NOT NULL,
  told_sealed text NOT NULL,
  told_at timestamptz NOT NULL
);
CREATE TABLE account_difference (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES gas_account,
  unit_id bigint NOT NULL REFERENCES unit,
  unit text NOT NULL,
  is_both boolean NOT NULL,
  side text NOT NULL CHECK (side IN ('master', 'hall', 'ask')),
  ours_sealed text NOT NULL,
  theirs_sealed text NOT NULL,
  ours_at timestamptz,
  theirs_at timestamptz,
  theirs_by text NOT NULL DEFAULT '',
  found_at timestamptz NOT NULL,
  decision text CHECK (decision IN ('master', 'hall', 'gone')),
  decided_by bigint REFERENCES staff,
  decided_at timestamptz,
  CHECK ((decision IS NULL) = (decided_at IS NULL)),
  CHECK ((decided_by IS NOT NULL) = (decision IS NOT NULL AND decision <> 'gone'))
);
CREATE UNIQUE INDEX account_difference_open ON account_difference (account_id, unit) WHERE decision IS NULL;
CREATE INDEX account_difference_of_unit ON account_difference (unit_id, id);
CREATE TABLE account_feed_refusal (
  account_no text NOT NULL,
  direction text NOT NULL CHECK (direction IN ('in', 'out')),
  unit_id bigint REFERENCES unit,
  code text NOT NULL CHECK (code <> ''),
  field text NOT NULL DEFAULT '',
  reason text NOT NULL DEFAULT '',
  revision bigint NOT NULL DEFAULT 0,
  refused_at timestamptz NOT NULL,
  PRIMARY KEY (account_no, direction)
);
GRANT SELECT, INSERT, UPDATE ON account_feed, account_master, account_difference TO hall_app;
GRANT SELECT, INSERT, DELETE ON account_change TO hall_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON account_feed_refusal TO hall_app;
"""
# Where there is no master nothing is noted, for the price of one look at a table of one row.
NOTE = """
CREATE FUNCTION note_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM account_feed WHERE is_on) THEN
    INSERT INTO account_change (account_id, kind) SELECT DISTINCT found.account_id, '{table}' FROM ({found})
      AS found (account_id) WHERE found.account_id IS NOT NULL ORDER BY 1;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {seen}
  FOR EACH STATEMENT EXECUTE FUNCTION note_{name}();
"""
_AT_PLACE = "SELECT a.id FROM gas_account a JOIN fresh f ON f.id = a.premises_id"
_OWNED = (
    "SELECT r.gas_account_id FROM account_role r JOIN fresh f ON f.id = r.customer_id"
    " WHERE r.role = 'owner' AND r.revoked_at IS NULL"
)
_METERED = "SELECT gas_account_id FROM fresh"
# Table, event, and whose accounts its rows change. A meter that moves changes the account that it leaves too.
TRIGGERS = (
    ("gas_account", "INSERT", "SELECT id FROM fresh"),
    ("gas_account", "UPDATE", "SELECT id FROM fresh"),
    ("premises", "UPDATE", _AT_PLACE),
    ("meter", "INSERT", _METERED),
    ("meter", "UPDATE", f"{_METERED} UNION ALL SELECT gas_account_id FROM stale"),
    ("account_role", "INSERT", f"{_METERED} WHERE role = 'owner'"),
    ("account_role", "UPDATE", f"{_METERED} WHERE role = 'owner'"),
    ("customer", "UPDATE", _OWNED),
)


def upgrade() -> None:
    op.execute(TABLES)
    for table, event, found in TRIGGERS:
        seen = "NEW TABLE AS fresh" if event == "INSERT" else "OLD TABLE AS stale NEW TABLE AS fresh"
        name = f"{table}_{event.lower()}_change"
        op.execute(NOTE.format(name=name, table=table, event=event, seen=seen, found=found))


def downgrade() -> None:
    for table, event, _ in TRIGGERS:
        name = f"{table}_{event.lower()}_change"
        op.execute(f"DROP TRIGGER {name} ON {table}; DROP FUNCTION note_{name}();")
    op.execute(
        "DROP TABLE account_feed_refusal, account_difference, account_master, account_change, account_feed"
    )
