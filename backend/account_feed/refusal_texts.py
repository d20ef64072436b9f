"""Why one side did not take an account of the other, in sentences for people; each says what to do."""

from __future__ import annotations

from typing import Final

from backend.account_imports.columns import TITLES
from backend.account_imports.refusal_texts import REFUSAL_TEXTS

FEED_TEXTS: Final[dict[str, str]] = {
    "item_malformed": "主系统发来的这一户读不出来，请让主系统的人检查后重新保存这一户。",
    "closed_here": "这一户在本厅已经销户，不能再改。要重新用气请办开户。",
    "owner_missing": "这一户在本厅没有户主，证件号码没有地方记，请先办过户。",
    "not_only_name": "主系统里的电话或证件号码也变了，不像只改了名字。没换人的，请主系统先改对。",
    "not_taken": "这一户没有收下来。请让主系统重新保存这一户；还是不行就告诉技术人员。",
    "master_refused": "主系统没有收本厅的改动",
    "unit_foreign": "户号前三位不是本公司的单位，请让主系统核对户号。",
    "place_taken": "这个地址在本厅已经有别的户号，请两边核对地址。",
    "account_not_here": "本厅没有这个户号，请先让主系统把这一户发过来，再从头对一遍。",
    "figure_unreadable": "数字读不出来，请让主系统的人检查后重新保存。",
    "bill_overpaid": "已缴的比账单金额还多，请让主系统核对；多缴的应记在余额里。",
    "bill_state_differs": "账单的状态和已缴金额对不上，请让主系统核对。",
    "bill_sums_differ": "各档的气量或金额加起来和账单总数不一样，请让主系统核对。",
    "bill_no_taken": "这个账单号已经是另一张账单的，请让主系统核对账单号。",
    "choice_unknown": "不是约定的写法，请让主系统的人按接口说明改好后重新保存。",
    "payment_no_taken": "这个缴费单号已经记在别的户号上，请让主系统核对单号。",
    "invoice_no_taken": "这个发票号码已经记在别的户号上，请让主系统核对发票号码。",
    "invoice_unbound": "没有写是哪张账单或哪笔缴费的发票，请让主系统补上。",
    "meter_taken": "这块表在本厅登记在别的户号上，请两边核对厂家和表号。",
}
# What a reading, a bill or a balance is made of; a number of the account has its title there already.
FIGURE_TITLES: Final[dict[str, str]] = {
    "period": "月份", "read_at": "抄表时间", "reading_m3": "表数", "use_m3": "用气量", "amount_fen": "金额",
    "paid_fen": "已缴", "due_on": "缴费截止日", "state": "状态", "tiers": "各档明细", "bill_no": "账单号",
    "code": "账单校验码", "fen_per_m3": "单价", "balance_fen": "余额", "as_of": "余额时间",
    "payment_no": "缴费单号", "paid_at": "缴费时间", "channel": "缴费方式", "bill_nos": "缴的账单",
    "invoice_no": "发票号码", "issued_on": "开票日期", "buyer": "发票抬头", "buyer_kind": "抬头类型",
    "invoice_kind": "发票种类", "check_code": "发票校验码",
}  # fmt: skip


def tell_feed_refusal(code: str, field: str, reason: str) -> str:
    """Return the sentence for an account that was not taken, with the column or the master's own reason."""
    if code == "master_refused":
        return f"{FEED_TEXTS[code]}：{reason}。" if reason else f"{FEED_TEXTS[code]}，没有说原因。"
    told = FEED_TEXTS.get(code) or REFUSAL_TEXTS[code]
    title = TITLES.get(field) or FIGURE_TITLES.get(field)
    return f"{title}：{told}" if title else told
