"""Which address and words an alarm has after the hotline wrote down what it heard."""

from __future__ import annotations

from typing import Any

import pytest

from backend.cases.alarm_place import choose_address, choose_words

POINT = {"lat": 36.6, "lng": 117.0, "source": "gps"}
TOLD: dict[str, Any] = {
    "region": "历下区", "street": "文化路", "community": "阳光小区", "building": "3幢",
    "unit": "", "door": "", "note": "", "point": POINT,
}  # fmt: skip
NOTHING = {**dict.fromkeys(TOLD, ""), "point": None}


def test_what_is_heard_of_a_place_counts() -> None:
    heard = {**TOLD, "door": "501室", "point": None}
    assert choose_address(None, heard) == heard
    # It is the same house, so the point on the map is right as well.
    assert choose_address(TOLD, heard) == {**heard, "point": POINT}
    elsewhere = {**heard, "building": "5幢"}
    assert choose_address(TOLD, elsewhere) == elsewhere
    pointed_at = {**elsewhere, "point": {**POINT, "lat": 1.0}}
    assert choose_address(TOLD, pointed_at) == pointed_at


@pytest.mark.parametrize("heard", [None, NOTHING, TOLD, {**TOLD, "point": None}])
def test_what_says_no_more_of_a_place_changes_nothing(heard: dict[str, Any] | None) -> None:
    assert choose_address(TOLD, heard) is None


@pytest.mark.parametrize(
    ("known", "heard", "chosen"),
    [
        (None, "有臭味", "有臭味"),
        ("有臭味", "厨房有臭味，阀门已关", "厨房有臭味，阀门已关"),
        ("有臭味", "软管脱落", "有臭味；接警员记录：软管脱落"),
        ("有臭味；接警员记录：软管脱落", "阀门已关", "有臭味；接警员记录：阀门已关"),
        ("有臭味；接警员记录：软管脱落", "软管脱落", None),
        ("有臭味", "有臭味", None),
        ("有臭味", None, None),
    ],
)
def test_the_callers_words_are_only_added_to(
    known: str | None, heard: str | None, chosen: str | None
) -> None:
    assert choose_words(known, heard) == chosen
