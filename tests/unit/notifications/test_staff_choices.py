"""When an ordinary notice waits, and what one matter reads like."""

from __future__ import annotations

from datetime import datetime

import pytest

from backend.core.local_time import SHANGHAI
from backend.notifications.staff_choices import NoticeChoice
from backend.notifications.staff_matters import KINDS, Urgency, find_kind, write_matter


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("begins", "ends", "now", "until"),
    [
        (21, 8, at(24, 22), datetime(2026, 11, 25, 8, tzinfo=SHANGHAI)),
        (21, 8, at(25, 3), datetime(2026, 11, 25, 8, tzinfo=SHANGHAI)),
        (21, 8, at(24, 12), None),
        (12, 14, at(24, 13), datetime(2026, 11, 24, 14, tzinfo=SHANGHAI)),
        (12, 14, at(24, 14), None),
        (8, 8, at(24, 8), None),
        (None, None, at(24, 3), None),
    ],
)
def test_quiet_hours(begins: int | None, ends: int | None, now: datetime, until: datetime | None) -> None:
    choice = NoticeChoice(quiet_from=begins, quiet_until=ends)
    assert choice.find_end_of_quiet("ordinary", now) == until


@pytest.mark.parametrize("urgency", ["alarm", "urgent"])
def test_what_is_urgent_never_waits(urgency: Urgency) -> None:
    assert NoticeChoice(quiet_from=0, quiet_until=23).find_end_of_quiet(urgency, at(24, 3)) is None


def test_each_kind_has_words_and_an_unknown_one_is_told_all_the_same() -> None:
    for key, kind in KINDS.items():
        assert kind.title and write_matter(key, ["1", "2"]).endswith("。")
    assert find_kind("something_new").urgency == "ordinary"
    assert write_matter("something_new", []) == "请打开工作台查看。"
