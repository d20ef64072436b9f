"""A way that was found is taken again, and only where it would be found again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backend.cases import foretelling
from backend.cases.foretelling import MOST_WAYS, Way, foretell
from backend.catalogue.definition import ProcessDefinition
from tests.unit.cases.definitions import make_outcome, make_process, make_step

IS_LARGE = {"field": "size", "op": "eq", "value": "large"}
HAS_GAS = {"field": "gas", "op": "eq", "value": True}
VISIT = make_process(make_step("come", "position:clerk", make_outcome("come")))
PROCESS = make_process(
    make_step("look", "position:clerk", make_outcome("looked", "choose", sets={"gas": True})),
    make_step(
        "choose",
        "position:clerk",
        make_outcome("grand", "plan", when=IS_LARGE),
        make_outcome("plain", "ask"),
    ),
    make_step("plan", "position:clerk", make_outcome("planned", "ask")),
    make_step("ask", "customer", make_outcome("on", "hand_over", when=HAS_GAS), make_outcome("off")),
    make_step("hand_over", "system", make_outcome("done"), children=[{"process": "visit"}]),
)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    foretelling._ways.clear()
    yield
    foretelling._ways.clear()


@pytest.fixture
def walked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return where ways have begun that were found, and not remembered."""
    begun: list[str] = []
    real = foretelling._find_way

    def find(definition: ProcessDefinition, open_steps: tuple[str, ...], *more: Any) -> Way:
        begun.extend(open_steps)
        return real(definition, open_steps, *more)

    monkeypatch.setattr(foretelling, "_find_way", find)
    return begun


def look(data: dict[str, Any], find: Callable[[str], ProcessDefinition] = lambda key: VISIT) -> list[str]:
    return [one.key for one in foretell(PROCESS, ("look",), data, "", find).visits]


SMALL = ["choose", "ask", "hand_over", "hand_over/come"]


def test_a_case_in_the_same_place_takes_the_same_way(walked: list[str]) -> None:
    assert look({"size": "small"}) == look({"size": "small", "other": 1}) == SMALL
    assert walked == ["look"]


def test_what_a_condition_asks_tells_ways_apart(walked: list[str]) -> None:
    assert look({}) == SMALL
    assert look({"size": "large"}) == ["choose", "plan", "ask", "hand_over", "hand_over/come"]
    # Both are remembered now, and so is that something was not there.
    assert look({}) == SMALL
    assert walked == ["look", "look"]


def test_what_is_set_on_the_way_is_not_the_cases(walked: list[str]) -> None:
    assert look({"gas": False}) == look({}) == SMALL
    assert walked == ["look"]


def test_a_new_version_of_what_is_handed_over_to_is_walked_anew(walked: list[str]) -> None:
    newer = make_process(make_step("ring", "position:clerk", make_outcome("rung")))
    assert look({})[-1] == "hand_over/come"
    assert look({}, lambda key: newer)[-1] == "hand_over/ring"
    assert walked == ["look", "look"]


def test_another_place_or_process_has_ways_of_its_own(walked: list[str]) -> None:
    def find(key: str) -> ProcessDefinition:
        return VISIT

    assert [one.key for one in foretell(PROCESS, ("ask",), {"gas": True}, "below/", find).visits] == [
        "below/hand_over",
        "below/hand_over/come",
    ]
    assert foretell(PROCESS, ("ask",), {}, "", find).visits == ()
    assert foretell(VISIT, ("come",), {}, "", find).visits == ()
    assert walked == ["ask", "ask", "come"]


def test_only_so_many_are_remembered() -> None:
    process = make_process(
        make_step(
            "look",
            "position:clerk",
            *(
                make_outcome(f"is_{size}", "end", when={"field": "size", "op": "eq", "value": size})
                for size in range(MOST_WAYS * 2)
            ),
        ),
        make_step("end", "position:clerk", make_outcome("ended")),
    )
    for size in range(MOST_WAYS * 2):
        [end] = foretell(process, ("look",), {"size": size}, "", lambda key: VISIT).visits
        assert end.key == "end"
    [known] = foretelling._ways.values()
    assert len(known) == MOST_WAYS
