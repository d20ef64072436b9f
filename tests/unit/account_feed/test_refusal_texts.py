"""Every reason why an account was not taken has a sentence."""

from __future__ import annotations

import re
from pathlib import Path

from backend.account_feed.refusal_texts import FEED_TEXTS, tell_feed_refusal
from backend.account_imports.refusal_texts import REFUSAL_TEXTS

ROOT = Path(__file__).parents[3] / "backend"


def test_every_code_that_the_feed_refuses_with_has_a_sentence() -> None:
    given: set[str] = set()
    for path in (*(ROOT / "account_feed").glob("*.py"), ROOT / "account_imports" / "row_checks.py"):
        text = path.read_text(encoding="utf-8")
        given |= set(re.findall(r'RowRefused\(\s*"([a-z_]+)"', text))
        given |= set(re.findall(r'_refuse(?:_known)?\([^"()]*"([a-z_]+)"', text))
    assert {"closed_here", "not_taken", "place_taken", "phone_wrong"} <= given
    assert given - FEED_TEXTS.keys() - REFUSAL_TEXTS.keys() == set()


def test_the_masters_own_reason_is_told() -> None:
    assert tell_feed_refusal("master_refused", "", "没有这个小区") == "主系统没有收本厅的改动：没有这个小区。"
    assert tell_feed_refusal("phone_wrong", "phone", "").startswith("联系电话：")
