"""Reasons on site: what a person at the customer's home writes where a step does not go on.

Revision ID: 0031
"""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KINDS = "ALTER TABLE return_reason DROP CONSTRAINT return_reason_kind_check"
KNOWN = "ALTER TABLE return_reason ADD CONSTRAINT return_reason_kind_check CHECK (kind IN ({}))"

REASONS = (
    ("site_leaking", "试压不合格，漏点还没有找到"),
    ("site_hazard", "有安全隐患没有排除，先不能用气"),
    ("site_nobody_home", "客户不在家，没能进门"),
    ("site_not_agreed", "客户不同意处理或收费"),
    ("site_part_missing", "缺少配件，要再来一次"),
    ("site_place_differs", "现场情况与申请不符"),
    ("site_department_needed", "需要其他部门配合"),
)


def upgrade() -> None:
    op.execute(KINDS)
    op.execute(KNOWN.format("'return', 'dispatch', 'end', 'site', 'other'"))
    for place, (key, text) in enumerate(REASONS, start=1):
        op.execute(
            "INSERT INTO return_reason (kind, key, text, field_types, position)"
            f" VALUES ('site', '{key}', '{text}', '{{}}', {place * 10})"
        )


def downgrade() -> None:
    op.execute("DELETE FROM return_reason WHERE kind = 'site'")
    op.execute(KINDS)
    op.execute(KNOWN.format("'return', 'dispatch', 'end', 'other'"))
