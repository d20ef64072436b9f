"""The staff's side: queues, marks of a review, notes, messages, reasons for a return, and the duty roster.

Revision ID: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Every queue page walks one of these from its key to its limit, whatever the number of cases: the columns
# that are fixed come first, then the order of the page. A missing deadline stands as infinity, at the end.
TABLES = """
ALTER TABLE case_task
  ADD COLUMN queue text, ADD COLUMN service_key text, ADD COLUMN handler_id bigint REFERENCES staff (id);
CREATE INDEX case_task_queue_due ON case_task
  (queue, post_key, unit_id, (COALESCE(due_at, 'infinity'::timestamptz)), opened_at, case_id, no)
  WHERE state = 'open';
CREATE INDEX case_task_queue_newest ON case_task (queue, post_key, unit_id, opened_at, case_id, no)
  WHERE state = 'open';
CREATE INDEX case_task_post_due ON case_task
  (post_key, unit_id, (COALESCE(due_at, 'infinity'::timestamptz)), opened_at, case_id, no)
  WHERE state = 'open';
CREATE INDEX case_task_post_newest ON case_task (post_key, unit_id, opened_at, case_id, no)
  WHERE state = 'open';
CREATE INDEX case_task_handler_due ON case_task
  (handler_id, (COALESCE(due_at, 'infinity'::timestamptz)), opened_at, case_id, no)
  WHERE state = 'open' AND handler_id IS NOT NULL;
DROP INDEX case_task_queue;
CREATE INDEX service_case_handled ON service_case (handler_id, id DESC) WHERE handler_id IS NOT NULL;
CREATE INDEX service_case_unit ON service_case (unit_id, id DESC);
CREATE TABLE case_review (
  case_id bigint NOT NULL REFERENCES service_case (id), item text NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('pass', 'reject')), reason text NOT NULL,
  staff_id bigint NOT NULL REFERENCES staff (id), marked_at timestamptz NOT NULL,
  PRIMARY KEY (case_id, item), CHECK (verdict = 'pass' OR reason <> '')
);
CREATE TABLE case_note (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL REFERENCES service_case (id), staff_id bigint NOT NULL REFERENCES staff (id),
  text_sealed text NOT NULL, written_at timestamptz NOT NULL
);
CREATE INDEX case_note_case ON case_note (case_id, id);
CREATE TABLE case_message (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint NOT NULL REFERENCES service_case (id), staff_id bigint NOT NULL REFERENCES staff (id),
  text_sealed text NOT NULL, sent_at timestamptz NOT NULL
);
CREATE INDEX case_message_case ON case_message (case_id, id);
CREATE TABLE return_reason (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL UNIQUE CHECK (key ~ '^[a-z][a-z0-9_]*$'), text text NOT NULL UNIQUE,
  field_types text[] NOT NULL, position integer NOT NULL, is_active boolean NOT NULL DEFAULT true
);
CREATE TABLE duty_roster (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id bigint NOT NULL REFERENCES unit (id), staff_id bigint NOT NULL REFERENCES staff (id),
  starts_on date NOT NULL, ends_on date NOT NULL CHECK (ends_on >= starts_on),
  call_order integer NOT NULL CHECK (call_order BETWEEN 1 AND 20),
  UNIQUE (unit_id, starts_on, call_order)
);
CREATE INDEX duty_roster_on ON duty_roster (unit_id, ends_on);
GRANT SELECT, INSERT, UPDATE, DELETE ON case_review, return_reason, duty_roster TO hall_app;
GRANT SELECT, INSERT ON case_note, case_message TO hall_app;
"""

# Written so that the customer reads what to do; an empty list of types means that the reason fits any item.
REASONS = (
    ("photo_blurred", "照片看不清，请在光线好的地方重新拍", "photos"),
    ("photo_incomplete", "照片没拍全，请把四个边都拍进去", "photos"),
    ("photo_glare", "照片反光，字看不清，请换个角度重拍", "photos"),
    ("photo_not_the_place", "照片没有拍到需要看的地方，请对准故障或设备再拍一张", "photos"),
    ("photo_not_own", "照片不是现场实拍，请拍现在的样子", "photos"),
    ("id_photo_one_side", "身份证缺一面，请正反面各拍一张", "photos"),
    ("id_photo_expired", "身份证已过有效期，请上传新证件", "photos"),
    ("id_photo_other_person", "证件与申请人不是同一人，请上传申请人本人的证件", "photos,documents"),
    ("document_wrong_kind", "传的不是这份材料，请按说明换成需要的材料", "documents,photos"),
    ("document_incomplete", "材料缺页，请把每一页都传上来", "documents"),
    ("document_unreadable", "材料打不开或看不清，请重新扫描或拍照", "documents"),
    ("document_outdated", "材料已过期，请换成有效期内的", "documents"),
    ("document_no_seal", "材料上没有盖章，请补盖后再上传", "documents"),
    ("document_address_differs", "材料上的地址与填写的用气地址不一致，请核对", "documents,address"),
    ("document_owner_differs", "材料上的产权人与申请人不一致，请补充委托书或关系证明", "documents"),
    ("address_incomplete", "地址不完整，请补上楼栋、单元和门牌号", "address"),
    ("address_not_found", "没有找到这个地址，请从列表里重新选择小区", "address"),
    ("name_differs", "姓名与证件不一致，请按证件填写", "text"),
    ("text_unclear", "写得不够清楚，请说明具体情况和想要办的事", "text,long_text"),
    ("account_no_wrong", "户号不对，请看燃气卡或缴费单上的号码", "text"),
    ("phone_unreachable", "这个手机号打不通，请换一个能接通的号码", "phone"),
    ("phone_wrong", "手机号不对，请核对后重填", "phone"),
    ("id_number_wrong", "身份证号不对，请按证件核对", "id_number"),
    ("id_number_differs", "身份证号与证件照片不一致，请核对", "id_number"),
    ("choice_does_not_fit", "选的内容与情况说明对不上，请重新选择", "choice,multi_choice"),
    ("number_implausible", "数字看起来不对，请核对后重填", "number"),
    ("date_implausible", "日期不对，请核对后重填", "date"),
    ("signature_missing", "签名不完整，请由本人重新签名", "signature"),
    ("not_as_agreed", "与电话里核实的情况不一致，请按实际情况修改", ""),
)


def upgrade() -> None:
    op.execute(TABLES)
    for place, (key, text, types) in enumerate(REASONS, start=1):
        array = "{" + types + "}"
        op.execute(
            "INSERT INTO return_reason (key, text, field_types, position)"
            f" VALUES ('{key}', '{text}', '{array}', {place * 10})"
        )


def downgrade() -> None:
    op.execute("DROP TABLE duty_roster, return_reason, case_message, case_note, case_review")
    op.execute("DROP INDEX service_case_unit, service_case_handled")
    op.execute("ALTER TABLE case_task DROP COLUMN queue, DROP COLUMN service_key, DROP COLUMN handler_id")
    for name in ("case_task_post_due", "case_task_post_newest"):
        op.execute(f"DROP INDEX {name}")
    op.execute(
        "CREATE INDEX case_task_queue ON case_task (post_kind, post_key, unit_id, opened_at, case_id)"
        " WHERE state = 'open'"
    )
