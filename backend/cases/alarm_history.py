"""The ringing of an alarm as sentences of its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row

from backend.cases.alarm_rounds import ROUNDS

_KINDS = {
    "console": "报警在所有值班工作台响起",
    "nobody": "值班表上没有可以通知的人，请马上打电话给单位负责人",
    "given_up": f"已把值班人员通知 {ROUNDS} 遍，仍没有人接警，请马上打电话给单位负责人",
}
_STATES = {
    "promised": "正在短信通知值班人员{name}",
    "sending": "正在短信通知值班人员{name}",
    "sent": "已短信通知值班人员{name}",
    "refused": "短信没有发给值班人员{name}，改叫下一位",
    "unknown": "已短信通知值班人员{name}，对方是否收到不明，请打电话确认",
    "not_sent": "短信平台暂时不通，值班人员{name}还没有通知到",
    "dropped": "已有人接警，不再通知值班人员{name}",
}
# Why no message went out, where the reason helps whoever reads it.
_REASONS = {
    "no_phone": "值班人员{name}没有登记手机号，改叫下一位",
    "sms_not_set_up": "还没有开通短信，值班人员{name}没有通知到",
}


def write_rings(rings: Iterable[Row[Any]], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return ``{at, actor, text}`` for each step, as ``write_history`` does; ``names`` are staff by id."""
    return [{"at": one.rung_at, "actor": "系统", "text": _write_ring(one, names)} for one in rings]


def _write_ring(ring: Row[Any], names: Mapping[int, str]) -> str:
    if ring.staff_id is None:
        return _KINDS[ring.kind]
    sentence = _REASONS.get(ring.code or "", _STATES[ring.state])
    return sentence.format(name=names.get(ring.staff_id, ""))
