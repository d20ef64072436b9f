"""What the codes of WeChat's facial verification mean: errors of a call, and the ends of checks."""

from __future__ import annotations

from types import MappingProxyType

from backend.core.outcomes import Verdict

PLATFORM = "wechat_face"
# CODE: it is name or number, or a check that WeChat does not know under what we say of it.
CALL_CODES = MappingProxyType(
    {
        0: Verdict.SENT,
        **dict.fromkeys((-1, 45011), Verdict.BUSY),
        **dict.fromkeys((40001, 40014, 42001), Verdict.CREDENTIAL),
        **dict.fromkeys((84001, 84006), Verdict.CODE),
        **dict.fromkeys(
            (40003, 40013, 40125, 40164, 41001, 45009, 47001, 48001, 48004, 50002, 89503, 89506, 89507),
            Verdict.REFUSED,
        ),
    }
)
# The end of a check, ``verify_ret``. SENT: passed; REFUSED: not this person, not alive or not to be seen;
# BUSY: nothing was judged, as after a cancelled camera, and the person may go on; CODE: its time is
# over.
RESULT_CODES = MappingProxyType(
    {
        10000: Verdict.SENT,
        **dict.fromkeys((10002, 10003, 10004, 10010, 10012, 10018, 10026), Verdict.REFUSED),
        **dict.fromkeys(
            (10001, 10005, 10006, 10007, 10008, 10013, 10014, 10015, 10016, 10021, 10029, 10040, 10042, 10045,
             10052, 10300, *range(90001, 90015), 90017, 90018, *range(90104, 90108), 90109, 90110, 90199),
            Verdict.BUSY,
        ),
        **dict.fromkeys((10017, 10020, 10041), Verdict.CODE),
    }
)  # fmt: skip
