"""What people read when something about gas accounts is refused; see error_texts."""

from __future__ import annotations

ACCOUNT_TEXTS: dict[str, str] = {
    "manager_unknown": "没有找到这位客户经理，请从名单里重选。",
    "manager_missing": "还没有选客户经理，请先选好再继续。",
    "account_unknown": "没有找到这个户号，请核对后重填；户号是 12 位数字。",
    "account_closed": "这个户号已经销户，不能再办这项业务，请核对户号。",
    "address_incomplete": "用气地址没有填全，请填好区、街道、小区和门牌号后再提交。",
    "account_unlinked": "这件业务还没有核对户号，请先在“核对气量”一步填好户号。",
    "device_dates_crossed": "软管或报警器的有效期要晚于安装日期，请核对这两个日期。",
    "account_record_missing": "单子里没有客户档案，请把“随单建客户档案”选为“是”，填好后再提交。",
    "premises_unserved": "这个地址不在任何单位的服务范围里，请核对，问清归哪个单位。要先受理的，写明原因。",
    "premises_elsewhere": "这个地址归别的单位管，请转给那个单位。要在这里受理的，写明原因。",
    "premises_has_account": "这个地址已经有别人的户号在用。换了户主的请办过户；要另开的，写明原因再受理。",
    "premises_has_own_account": "客户在这个地址已经有户号，请先核对；开户后用的还是这个户号。",
    "premises_in_arrears": "这个地址还有没缴清的费用，请先缴清。要先受理的，写明原因。",
    "premises_has_hazards": "这个地址有安检查出、还没改好的隐患，请先整改。要先受理的，写明原因。",
    "premises_taken": "这个地址已经有别人的户号。请先核对地址；换了户主请办过户。",
    "binding_refused": "户号和您填的资料对不上，请对照燃气账单或缴费短信再核对一遍；不清楚可以打客服热线。",
    "binding_code_refused": "验证码不对或已过期，请核对短信里的数字，或重新获取一个。",
    "binding_too_often": "今天试的次数太多了，请明天再试，或打客服热线由我们帮您绑定。",
    "account_not_owner": "只有户主可以添加或取消别人，请户主本人来操作。",
    "account_owner_stays": "户主不能在这里取消；房子换了主人请办过户。",
    "account_person_known": "这个手机号已经在名单里了，不用再加。",
    "account_people_full": "这个户号已经加满 20 个人，请先取消不用的再加。",
    "erasure_case_open": "您还有业务在办。请先办完或撤回，再来注销。",
    "erasure_account_open": "您名下还有在用的户号。请先办销户或过户，再来注销。",
    "meter_taken": "这块燃气表已经登记在别的户号上，请核对厂家和表号。",
}
