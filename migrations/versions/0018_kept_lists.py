"""Lists that a company keeps itself: visiting hours from one hour to another, reasons of several kinds.

Revision ID: 0018
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# A person says "9 to 12, four seats" once, and not three times. What was of one hour stays so.
HOURS = """
ALTER TABLE slot_rule RENAME COLUMN hour TO from_hour;
ALTER TABLE slot_rule ADD COLUMN until_hour smallint;
UPDATE slot_rule SET until_hour = from_hour + 1;
ALTER TABLE slot_rule ALTER COLUMN until_hour SET NOT NULL;
ALTER TABLE slot_rule ADD CONSTRAINT slot_rule_hours_check
  CHECK (until_hour > from_hour AND until_hour <= 24);
GRANT DELETE ON slot_rule TO hall_app;
"""

HOURS_DOWN = """
INSERT INTO slot_rule
  (unit_id, area_id, day_kind, from_hour, until_hour, capacity, effective_from, effective_until)
  SELECT unit_id, area_id, day_kind, one, one + 1, capacity, effective_from, effective_until
  FROM slot_rule, generate_series(from_hour + 1, until_hour - 1) AS one
  ON CONFLICT DO NOTHING;
ALTER TABLE slot_rule DROP COLUMN until_hour;
ALTER TABLE slot_rule RENAME COLUMN from_hour TO hour;
REVOKE DELETE ON slot_rule FROM hall_app;
"""

KINDS = """
ALTER TABLE return_reason ADD COLUMN kind text NOT NULL DEFAULT 'return'
  CHECK (kind IN ('return', 'dispatch', 'end', 'other'));
ALTER TABLE return_reason ALTER COLUMN kind DROP DEFAULT;
ALTER TABLE return_reason DROP CONSTRAINT return_reason_text_key;
ALTER TABLE return_reason ADD CONSTRAINT return_reason_text_key UNIQUE (kind, text);
"""

KINDS_DOWN = """
DELETE FROM return_reason WHERE kind <> 'return';
ALTER TABLE return_reason DROP CONSTRAINT return_reason_text_key;
ALTER TABLE return_reason ADD CONSTRAINT return_reason_text_key UNIQUE (text);
ALTER TABLE return_reason DROP COLUMN kind;
"""

# Until now the console itself offered these.
REASONS = (
    ("dispatch", "dispatch_across", "地址跨区，由该单位负责"),
    ("dispatch", "dispatch_short_of_people", "建议的单位人手不足"),
    ("dispatch", "dispatch_former_unit", "客户原由该单位服务"),
    ("dispatch", "dispatch_special_works", "属于专项工程范围"),
    ("end", "end_outside_supply", "不在供气范围内"),
    ("end", "end_customer_called", "客户来电要求终止"),
    ("end", "end_twice", "重复申请"),
    ("end", "end_unreachable", "联系不上客户"),
    ("end", "end_conditions_unmet", "不符合办理条件"),
    ("other", "other_checked", "资料已核对"),
    ("other", "other_told_by_phone", "电话已与客户说明"),
    ("other", "other_place_differs", "现场情况与申请不符"),
    ("other", "other_department_needed", "需要其他部门配合"),
    ("other", "other_wrong_unit", "派错单位"),
)


def upgrade() -> None:
    op.execute(HOURS)
    op.execute(KINDS)
    for place, (kind, key, text) in enumerate(REASONS, start=1):
        op.execute(
            "INSERT INTO return_reason (kind, key, text, field_types, position)"
            f" VALUES ('{kind}', '{key}', '{text}', '{{}}', {place * 10})"
        )


def downgrade() -> None:
    op.execute(KINDS_DOWN)
    op.execute(HOURS_DOWN)
