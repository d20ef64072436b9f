"""What to do when gas leaks reads the same without a network."""

from __future__ import annotations

import re
from pathlib import Path

from backend.cases.alarm_advice import ADVICE

OFFLINE = Path(__file__).parents[3] / "web" / "customer" / "src" / "forms" / "alarm-told.ts"


def test_the_page_knows_the_advice_before_it_has_asked() -> None:
    told = re.search(r"FIRST_STEPS = \[(.*?)\]", OFFLINE.read_text(encoding="utf-8"), re.DOTALL)
    assert told is not None
    assert tuple(re.findall(r"'(.*)',", told[1])) == ADVICE
