"""What was paid for an account by which channel, and the invoices for it.

Revision ID: 0057
"""

from __future__ import annotations

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

# The bills that a payment settles may come later than it does, so their numbers refer to nothing.
FORWARD = """
CREATE TABLE account_payment (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit,
  gas_account_id bigint NOT NULL REFERENCES gas_account,
  source text NOT NULL CHECK (source IN ('master', 'hall')),
  payment_no text NOT NULL UNIQUE CHECK (payment_no <> ''),
  paid_at timestamptz NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  channel text NOT NULL CHECK (channel IN ('counter', 'bank', 'wechat', 'alipay', 'card', 'other')),
  bill_nos text[] NOT NULL DEFAULT '{}',
  state text NOT NULL CHECK (state IN ('paid', 'reversed')),
  revision bigint NOT NULL DEFAULT 0,
  told_at timestamptz NOT NULL
);
CREATE INDEX account_payment_of_account ON account_payment (gas_account_id, paid_at DESC, id DESC);
CREATE TABLE account_invoice (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit,
  gas_account_id bigint NOT NULL REFERENCES gas_account,
  source text NOT NULL CHECK (source IN ('master', 'hall')),
  invoice_no text NOT NULL UNIQUE CHECK (invoice_no <> ''),
  issued_on date NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  buyer_kind text NOT NULL CHECK (buyer_kind IN ('person', 'company')),
  buyer_sealed text,
  invoice_kind text NOT NULL
    CHECK (invoice_kind IN ('e_general', 'e_special', 'paper_general', 'paper_special')),
  state text NOT NULL CHECK (state IN ('issued', 'red_flushed', 'void')),
  check_code text NOT NULL DEFAULT '',
  bill_no text,
  payment_no text,
  revision bigint NOT NULL DEFAULT 0,
  told_at timestamptz NOT NULL,
  CHECK (num_nonnulls(bill_no, payment_no) > 0)
);
CREATE INDEX account_invoice_of_account ON account_invoice (gas_account_id, issued_on DESC, id DESC);
CREATE INDEX account_invoice_named ON account_invoice (issued_on) WHERE buyer_sealed IS NOT NULL;
ALTER TABLE account_feed_refusal DROP CONSTRAINT account_feed_refusal_direction_check;
ALTER TABLE account_feed_refusal ADD CONSTRAINT account_feed_refusal_direction_check
  CHECK (direction IN ('in', 'out', 'reading', 'bill', 'balance', 'payment', 'invoice'));
GRANT SELECT, INSERT, UPDATE ON account_payment, account_invoice TO hall_app;
"""
BACK = """
DELETE FROM account_feed_refusal WHERE direction IN ('payment', 'invoice');
ALTER TABLE account_feed_refusal DROP CONSTRAINT account_feed_refusal_direction_check;
ALTER TABLE account_feed_refusal ADD CONSTRAINT account_feed_refusal_direction_check
  CHECK (direction IN ('in', 'out', 'reading', 'bill', 'balance'));
DROP TABLE account_invoice, account_payment;
"""


def upgrade() -> None:
    op.execute(FORWARD)


def downgrade() -> None:
    op.execute(BACK)
