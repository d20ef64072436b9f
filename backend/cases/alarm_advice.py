"""What to do when gas leaks: the one place for these sentences (law 13)."""

from __future__ import annotations

ADVICE = (
    "马上关闭燃气阀门（能关到再关）",
    "打开门窗通风",
    "不要开关任何电器，不要点火，不要在屋里打电话",
    "带上家人离开，到室外空旷的地方",
    "到了室外再拨打客服热线",
    "漏气严重、着火或有人受伤，离开后拨打：火警 119、报警 110、急救 120",
)
