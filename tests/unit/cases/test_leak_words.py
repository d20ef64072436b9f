"""What sounds like a leak: the one list, for the client's question and for the mark that staff see."""

from __future__ import annotations

import pytest

from backend.cases.application_service import make_data
from backend.cases.leak_words import sounds_like_leak
from backend.catalogue.folder import read_folder
from backend.catalogue.forms import build_form


@pytest.mark.parametrize(
    "words",
    [
        "厨房闻到煤气味，好像漏气了",
        "楼道有异味",
        "灶台下面嘶嘶响",
        "燃气报警器一直在响",
        "家里有臭鸡蛋的味道",
        "表后面跑气",
    ],
)
def test_it_sounds_like_a_leak(words: str) -> None:
    assert sounds_like_leak({"name": "张三", "trouble": words})


@pytest.mark.parametrize(
    "words",
    [
        "昨天晚上开始打不着火，换过电池也不行。",
        "没有漏气，就是火小",
        "没闻到异味，表不走字",
        "想请师傅来检查一下是否漏气",
        "热水器打不着",
    ],
)
def test_it_does_not(words: str) -> None:
    assert not sounds_like_leak({"name": "张三", "trouble": words})


def test_text_alone_counts() -> None:
    assert not sounds_like_leak({"photos": ["漏气.jpg"], "place": None, "count": 3})


def test_the_mark_goes_into_the_data_of_the_case() -> None:
    form = build_form(read_folder().forms["intake_fault"])
    assert make_data(form, {"fault_text": "厨房漏气"}, "repair")["leak_words"] is True
    assert "leak_words" not in make_data(form, {"fault_text": "打不着火"}, "repair")
