"""Why one side did not take an account of the other, in sentences for people; each says what to do."""

from __future__ import annotations

from typing import Final

from backend.account_imports.columns import TITLES
from backend.account_imports.refusal_texts import REFUSAL_TEXTS

FEED_TEXTS: Final[dict[str, str]] = {
    "item_malformed": "主系统发来的这一户读不出来，请让主系统的人检查后重新保存这一户。",
    "closed_here": "这一户在本厅已经销户，不能再改。要重新用气请办开户。",
    "owner_missing": "这一户在本厅没有户主，证件号码没有地方记，请先办过户。",
    "not_taken": "这一户没有收下来。请让主系统重新保存这一户；还是不行就告诉技术人员。",
    "master_refused": "主系统没有收本厅的改动",
    "unit_foreign": "户号前三位不是本公司的单位，请让主系统核对户号。",
    "place_taken": "这个地址在本厅已经有别的户号，请两边核对地址。",
    "meter_taken": "这块表在本厅登记在别的户号上，请两边核对厂家和表号。",
}


def tell_feed_refusal(code: str, field: str, reason: str) -> str:
    """Return the sentence for an account that was not taken, with the column or the master's own reason."""
    if code == "master_refused":
        return f"{FEED_TEXTS[code]}：{reason}。" if reason else f"{FEED_TEXTS[code]}，没有说原因。"
    told = FEED_TEXTS.get(code) or REFUSAL_TEXTS[code]
    return f"{TITLES[field]}：{told}" if field in TITLES else told
