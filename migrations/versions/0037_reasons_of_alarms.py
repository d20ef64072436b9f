"""Reasons for which an alarm is ended: none of them is that of an application.

Revision ID: 0037
"""

from __future__ import annotations

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

KINDS = "ALTER TABLE return_reason DROP CONSTRAINT return_reason_kind_check"
KNOWN = "ALTER TABLE return_reason ADD CONSTRAINT return_reason_kind_check CHECK (kind IN ({}))"

REASONS = (
    ("alarm_false", "误报，电话核实不是漏气"),
    ("alarm_told_before", "重复报警，已有人在处置"),
    ("alarm_not_ours", "不是我公司的管道，已转告相应单位"),
    ("alarm_only_asks", "客户只是咨询，已答复"),
)


def upgrade() -> None:
    op.execute(KINDS)
    op.execute(KNOWN.format("'return', 'dispatch', 'end', 'alarm', 'site', 'other'"))
    for place, (key, text) in enumerate(REASONS, start=1):
        op.execute(
            "INSERT INTO return_reason (kind, key, text, field_types, position)"
            f" VALUES ('alarm', '{key}', '{text}', '{{}}', {place * 10})"
        )


def downgrade() -> None:
    op.execute("DELETE FROM return_reason WHERE kind = 'alarm'")
    op.execute(KINDS)
    op.execute(KNOWN.format("'return', 'dispatch', 'end', 'site', 'other'"))
