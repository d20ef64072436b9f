"""Words and figures that the demonstration fills into forms, by the keys of fields and columns."""

from __future__ import annotations

from typing import Final

# ``{year}``, ``{number}`` and ``{serial}``, which hardly ever comes twice, make numbers that stand on things;
# documents are numbered by the system.
WORDS: Final = {
    "acceptance_record": "管道横平竖直，管卡牢固，阀门启闭灵活，表具安装端正。",
    "acceptance_result": "强度和气密性试验合格，同意验收。",
    "account_bank": "工商银行泉城路支行",
    "account_holder": "济南城市燃气有限公司",
    "account_no": "1602001019200{number:06}",
    "agreement": "质保期两年，期内的质量问题由施工单位负责。",
    "boundary_owner": "供气人",
    "boundary_point": "燃气表出口阀门",
    "business": "燃气管道报装",
    "company": "济南城市燃气有限公司",
    "contract_equipment": "双头大锅灶 2 台，蒸箱 1 台",
    "contractor": "济南安泰燃气工程有限公司",
    "customer_category_other": "合租",
    "defect": "灶前接口处有轻微压降",
    "department": "客户服务管理部门",
    "done": "重新缠带紧固，复测 30 分钟无压降",
    "fee_name": "管道燃气安装费",
    "filled_by": "孙立平",
    "gas_kind": "天然气",
    "hazard_content": "灶具软管老化有裂纹",
    "instrument_no": "YB-{number:04}",
    "kind": "燃气灶",
    "location": "历下区文化东路 88 号",
    "main_quantities": "DN15 镀锌管 6 米，燃气表 1 块，表前阀、灶前阀各 1 个。",
    "meter_brand": "金卡",
    "meter_device": "IC 卡膜式燃气表",
    "meter_inlet": "完好",
    "meter_maker": "金卡",
    "meter_model": "G2.5",
    "meter_no": "37{year}{serial:08}",
    "meter_outlet": "完好",
    "meter_seal_no": "QF{number:05}",
    "other_text": "灶具旁堆放纸箱，已请客户当场搬开",
    "ownership_boundary": "燃气表出口",
    "party_a_address": "历下区文化东路 88 号",
    "party_a_notice_address": "历下区文化东路 88 号，250014",
    "party_b_name": "济南城市燃气有限公司",
    "party_b_notice_address": "历下区泉城路 1 号，250011",
    "project_content": "户内管道和燃气表安装，强度和气密性试验。",
    "project_location": "历下区文化东路 88 号",
    "project_name": "户内燃气安装工程",
    "quality_standard": "GB 17820 一类气",
    "reading_cycle": "每两个月",
    "reading_dates": "每月 25 日",
    "receipt_no": "SJ{year}{number:05}",
    "rectification_advice": "更换成不锈钢波纹软管；换好以前请关闭灶前阀，不要使用。",
    "responsible_person": "孙立平",
    "rule_no": "济价格字〔2018〕7 号",
    "scope": "食堂厨房",
    "stove_brand": "华帝",
    "supplier_name": "济南城市燃气有限公司",
    "supply_mode": "管道",
    "total_fee_in_words": "叁万贰仟元整",
    "unit_address": "历下区文化东路 88 号",
    "unit_name": "明湖餐饮有限公司",
    "use_address": "历下区文化东路 88 号",
    "use_nature": "餐饮",
    "use_period": "全年，每天 6 点到 20 点",
    "use_volume": "每月约 1500 立方米",
}
NUMBERS: Final = {
    "gas_pressure": 2,
    "meter_left": 30,
    "meter_purchased": 100,
    "meter_used": 70,
    "monthly_use": 30,
    "amount_due": 320_000,
    "amount_paid": 320_000,
    "completion_days_after_entry": 10,
    "construction_days": 10,
    "equipment_rated_pressure": 2000,
    "floor_area": 96,
    "household_count": 48,
    "meter_reading": 12.5,
    "meter_remaining": 30,
    "pressure_max": 3000,
    "pressure_min": 1500,
    "price_per_area": 3200,
    "price_per_household": 320_000,
    "quota": 320_000,
    "reading_last_month": 1204,
    "reading_this_month": 1226,
    "readings_per_month": 1,
    "rectify_within_days": 7,
    "sales_price": 3.3,
    "settlement_cycle_months": 1,
    "settlement_days": 10,
    "test_pressure": 15,
    "total_fee": 3_200_000,
    "unit_price": 3.3,
}
# Days from the one on which the form is filled in.
DAYS_AHEAD: Final = {
    "completed_on": -1,
    "completion_on": 10,
    "contract_completion_on": 60,
    "contract_gas_on_date": 30,
    "last_month_read_at": -30,
    "meter_made_on": -200,
    "rectify_by": 7,
    "valid_to": 365,
}
# Of the questions, those whose good answer is no.
SAID_NO: Final = frozenset({"must_not_stop", "pipe_or_device_wrapped", "unauthorised_pipe_work"})
# Answers that say that all is in order.
IN_ORDER: Final = frozenset({"normal", "not_leaking", "installed_working"})
# Nobody fills these in without having found something.
LEFT_UNSAID: Final = frozenset(
    {"hazards_found", "hazards_to_rectify", "rectify_method", "bills_fee", "refund_fee"}
)
# Which picture a field of files takes; the others show the works.
FORM_PICTURES: Final = {"owner_id_copy": "card_front", "property_proof": "deed"}
