"""JSON as text: the fast writer's, and the standard library's for what that does not know."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import NamedTuple

import pytest

from backend.core.json_text import dump_json


class Pair(NamedTuple):
    no: int
    item: str


@pytest.mark.parametrize(
    "value",
    [[], {"名": "李明", "数": 1.5, "空": None, "真": True}, {1: "一"}, [Pair(1, "a")], {"big": 2**70}],
)
def test_what_is_written_reads_as_it_was(value: object) -> None:
    assert json.loads(dump_json(value)) == json.loads(json.dumps(value))


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        dump_json({"sum": Decimal("1.5")})
