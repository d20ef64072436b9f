"""Three states of one account become one: what was agreed last, what the hall has, what the master says.

Pure: nothing is read, written or asked here. An empty cell of the master says nothing, as in a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from backend.account_feed.units import CAREFUL, FOLLOWERS, UNITS, Cells, fold, pick_cells

# Who wins where both sides changed the same: the master, the hall, or nobody before a person has looked.
Side = Literal["master", "hall", "ask"]
SIDES: Final[tuple[Side, ...]] = ("master", "hall", "ask")


@dataclass(frozen=True, slots=True)
class Difference:
    """A unit that people are to look at.

    ``side`` is what was done at once; ``is_both`` tells that both sides changed it, and not the master alone.
    """

    unit: str
    side: Side
    is_both: bool


@dataclass(slots=True)
class Merged:
    """What comes of three states.

    ``taken`` are the units to be written here as the master has them, ``sent`` those that the master is to
    have from here, and ``agreed`` is the agreed state from now on.
    """

    agreed: dict[str, str]
    taken: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


def choose_side(unit: str, sides: Mapping[str, Side]) -> Side:
    """Return who wins for a unit: as the settings say, else the master, or a person where that is careful."""
    return sides.get(unit, "ask" if unit in CAREFUL else "master")


def merge(agreed: Cells, ours: Cells, theirs: Cells, sides: Mapping[str, Side]) -> Merged:
    """Merge; ``agreed`` is empty where the two sides have never met over this account."""
    merged = Merged(dict(agreed))
    heads = [one for one in FOLLOWERS if fold(theirs, one) and fold(theirs, one) != fold(ours, one)]
    following = {unit for head in heads for unit in FOLLOWERS[head]}
    for unit in UNITS:
        if unit not in following:
            _merge_unit(merged, unit, agreed, ours, theirs, sides)
    for head in heads:
        _follow(merged, head, theirs)
    return merged


def list_to_send(agreed: Cells, ours: Cells, held: frozenset[str]) -> list[str]:
    """Return the units that the hall has otherwise than agreed; ``held`` wait for a person's decision."""
    changed = [one for one in UNITS if fold(ours, one) and fold(ours, one) != fold(agreed, one)]
    for head in FOLLOWERS.keys() & held:
        held |= frozenset(FOLLOWERS[head])
    return [one for one in changed if one not in held]


def _merge_unit(
    merged: Merged, unit: str, agreed: Cells, ours: Cells, theirs: Cells, sides: Mapping[str, Side]
) -> None:
    was, here, there = fold(agreed, unit), fold(ours, unit), fold(theirs, unit)
    if here == there:
        merged.agreed |= pick_cells(theirs, unit)
        return
    if not there or there == was:
        # Only the hall has changed it; a value that is missing here asks for nothing there.
        if here and here != was:
            merged.sent.append(unit)
        return
    side = choose_side(unit, sides)
    if here == was:
        if unit in CAREFUL and side != "master":
            merged.differences.append(Difference(unit, "ask", is_both=False))
            return
        side = "master"
    else:
        merged.differences.append(Difference(unit, side, is_both=True))
    if side == "ask":
        return
    merged.agreed |= pick_cells(theirs, unit)
    (merged.taken if side == "master" else merged.sent).append(unit)


def _follow(merged: Merged, head: str, theirs: Cells) -> None:
    """Let what goes with a unit go its way; where that waits for a person, it waits with it."""
    if head in merged.taken:
        for unit in FOLLOWERS[head]:
            if fold(theirs, unit):
                merged.taken.append(unit)
            merged.agreed |= pick_cells(theirs, unit)
    elif head in merged.sent:
        merged.sent += FOLLOWERS[head]
