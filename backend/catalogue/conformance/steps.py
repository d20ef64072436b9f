"""What differs between a process of the manual and ours, step by step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backend.catalogue.conformance.manual import END, Flow, Manual, Row
from backend.catalogue.folder import ProcessesFolder
from backend.catalogue.parameters import fill_in

Body = Mapping[str, Any]
# The manual's name of a kind → ours, where they differ.
LIMIT_KINDS = {"annual": "calendar_date", "quarterly": "calendar_date"}
# Kind, value, and the day or the step beside which it runs.
LimitFacts = tuple[Any, Any, Any]
NO_LIMIT: LimitFacts = ("none", None, None)
# A date that the manual only calls yearly or quarterly: any day of ours agrees with it.
ANY_DATE: LimitFacts = ("calendar_date", None, None)
_HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


class What(StrEnum):
    """What can differ at a step; these are the words that ``because:`` uses."""

    STEP = "step"
    NAME = "name"
    BY = "by"
    LIMIT = "limit"
    FORM = "form"
    ORDER = "order"
    GOTO = "goto"


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One difference at the manual's step ``no``.

    ``drops`` says that a step, post or limit is gone, ``waits`` that the form or process is not here yet.
    """

    no: str
    what: What
    message: str
    drops: bool = False
    waits: bool = False


def compare_steps(flow: Flow, body: Body, manual: Manual, content: ProcessesFolder) -> list[Difference]:
    """Return all differences in the manual's order; what we do beyond the manual is none."""
    return sorted(_Comparison(flow, fill_in(body, {}), manual, content).list_all())


class _Comparison:
    """Our steps by the manual's number, and the ways between them."""

    def __init__(self, flow: Flow, body: Body, manual: Manual, content: ProcessesFolder) -> None:
        self._flow, self._body, self._manual, self._content = flow, body, manual, content
        self._steps: dict[str, Body] = {one["key"]: one for one in body["steps"]}
        self._numbers = number_steps(body)
        self._ours: dict[str, list[Body]] = {}
        for key, number in self._numbers.items():
            if number is not None:
                self._ours.setdefault(number, []).append(self._steps[key])

    def list_all(self) -> Iterator[Difference]:
        for number in self._ours:
            if self._flow.row(number) is None:
                yield Difference(number, What.STEP, "the manual has no step of this number", drops=True)
        for row in self._flow.rows:
            ours = self._ours.get(row.no, [])
            if ours:
                yield from self._compare_row(row, ours)
            elif not (row.is_end and self._may_end()):
                yield Difference(row.no, What.STEP, f"{row.activity} is not here", drops=True)
        yield from self._compare_positions()

    def _may_end(self) -> bool:
        return any(one.get("end") == "completed" for step in self._steps.values() for one in step["outcomes"])

    def _compare_row(self, row: Row, ours: list[Body]) -> Iterator[Difference]:
        names = [one["name"] for one in ours]
        if row.activity not in names:
            yield Difference(row.no, What.NAME, f"it is called {row.activity} and not {'、'.join(names)}")
        for post in row.by:
            yield from self._compare_post(row, post, ours)
        yield from self._compare_limit(row, ours)
        yield from self._compare_forms(row, ours)
        yield from self._compare_ways(row)
        yield from self._compare_transfers(row, ours)

    def _compare_post(self, row: Row, post: str, ours: list[Body]) -> Iterator[Difference]:
        if any(self._acts_as(one["by"], post) or post in one.get("attended_by", ()) for one in ours):
            return
        # The system carries out what the post before it has decided, so that post is not gone.
        system = {one["key"] for one in ours if one["by"] == "system"}
        behind = any(
            self._acts_as(step["by"], post)
            for step in self._steps.values()
            for outcome in step["outcomes"]
            if system & set(outcome.get("to", ()))
        )
        yield Difference(row.no, What.BY, f"{post} does not do it", drops=not behind)

    def _acts_as(self, actor: str, post: str) -> bool:
        if post in ("customer", "online_hall"):
            return actor == {"customer": "customer", "online_hall": "system"}[post]
        kind, _, key = actor.partition(":")
        return key == post or (kind == "position" and self._manual.department_of.get(key) == post)

    def _compare_limit(self, row: Row, ours: list[Body]) -> Iterator[Difference]:
        wanted = self._list_manual_limits(row)
        found = [self._list_own_limits(one["limit"]) for one in ours]
        if ANY_DATE in wanted:
            found = [{ANY_DATE if one[0] == ANY_DATE[0] else one for one in some} for some in found]
        is_none = {one[0] for one in wanted} == {"none"}
        # One of several steps bears the limit of all; where there is none, none of them may have one.
        fits = all(one == wanted for one in found) if is_none else any(wanted == one for one in found)
        if "cases" in row.limit and "other" in {one[0] for one in wanted}:
            # Said in words that name no length: whatever ours is, the others have to be there.
            fits = any({one for one in wanted if one[0] != "other"} <= one for one in found)
        if not fits:
            said = " or ".join(
                " ".join(str(part) for part in one if part is not None)
                for step in found
                for one in sorted(step, key=str)
            )
            drops = not is_none and all(one == {NO_LIMIT} for one in found)
            yield Difference(
                row.no, What.LIMIT, f"the limit is {row.limit.get('text')}, not {said}", drops=drops
            )
        overall = {(one["kind"], one["value"]) for one in self._body.get("overall", ())}
        for one in row.warn_after:
            if (one["kind"], one["value"]) not in overall:
                message = f"nobody is warned after {one['kind']} {one['value']} of works"
                yield Difference(row.no, What.LIMIT, message, drops=True)
        spanned = {self._numbers[key] for one in ours for key in one["limit"].get("steps", ())}
        for other in row.shares_with:
            if other not in spanned:
                yield Difference(row.no, What.LIMIT, f"the limit does not span {other}", drops=True)

    def _list_manual_limits(self, row: Row) -> set[LimitFacts]:
        """The row's limit, or those of its cases."""
        if "synchronous_with" in row.limit:
            return {("with_step", None, row.limit["synchronous_with"])}
        hours = _HOURS.search(row.limit.get("text") or "")
        if row.limit["kind"] == "scheduled" and hours is not None:
            opens, opens_minute, closes, closes_minute = (int(one) for one in hours.groups())
            return {("daily_window", None, f"{opens:02}:{opens_minute:02}-{closes:02}:{closes_minute:02}")}
        due = row.limit.get("due")
        day = None
        if due is not None:
            before = "previous-" if due.get("year") == "previous" else ""
            day = f"{before}{due['month']:02}-{due['day']:02}"
        return {
            (kind, one.get("value"), day if kind == "calendar_date" else None)
            for one in row.limit.get("cases", [row.limit])
            for kind in [LIMIT_KINDS.get(one["kind"], one["kind"])]
        }

    def _list_own_limits(self, limit: Body) -> set[LimitFacts]:
        return {
            (
                one["kind"],
                one.get("value"),
                self._numbers.get(one["with_step"]) if "with_step" in one else one.get("due"),
            )
            for one in (limit, *limit.get("cases", ()))
        }

    def _compare_forms(self, row: Row, ours: list[Body]) -> Iterator[Difference]:
        used = {step["form"] for one in ours for step in (one, *one.get("form_cases", ())) if "form" in step}
        if "form" in self._body and self._body["first_step"] in {one["key"] for one in ours}:
            used.add(self._body["form"])
        for wanted in row.forms:
            keys = self._content.documents.get(wanted)
            if keys is None:
                yield Difference(row.no, What.FORM, f"nothing stands for {wanted} yet", waits=True)
            elif used.isdisjoint(keys):
                yield Difference(row.no, What.FORM, f"{wanted} is not used here")

    def _compare_ways(self, row: Row) -> Iterator[Difference]:
        branches = [one for one in self._flow.branches if one.at == row.no]
        targets = [one.to for one in branches if one.to == END or self._flow.row(one.to)]
        following = self._flow.row_after(row)
        if not branches and following is not None:
            targets.append(following.no)
        led = self._list_led_to(row.no)
        for target in targets:
            beyond = self._flow.row(target)
            wanted = END if beyond is not None and beyond.is_end else target
            if wanted not in led and (wanted == END or wanted in self._ours):
                yield Difference(row.no, What.ORDER, f"no way leads on to {target}")

    def _list_led_to(self, number: str) -> set[str]:
        """The numbers that follow; steps of our own between two of the manual's count as the way."""
        led: set[str] = set()
        waiting = [one["key"] for one in self._ours[number]]
        seen = set(waiting)
        while waiting:
            at = waiting.pop()
            for outcome in self._steps[at]["outcomes"]:
                if "end" in outcome:
                    led.add(END)
                for key in outcome.get("to", ()):
                    after = self._numbers[key]
                    # A step that leads to itself, or back by way of a step of our own, is done once more.
                    again = key == at or self._numbers[at] is None
                    if after is not None and (after != number or again):
                        led.add(after)
                    elif key not in seen:
                        seen.add(key)
                        waiting.append(key)
        return led

    def _compare_transfers(self, row: Row, ours: list[Body]) -> Iterator[Difference]:
        entries = {one: None for one in row.goto} | {
            one.to: one.enter_at
            for one in self._flow.branches
            if one.at == row.no and one.to != END and self._flow.row(one.to) is None
        }
        for process, enter_at in entries.items():
            children = [one for step in ours for one in step.get("children", ())]
            yield from self._compare_entry(row, children, process, enter_at, f"hands over to {process}")
        for source in row.fed_by:
            first = row.no == self._flow.rows[0].no
            children = _list_children(self._content.processes.get(source))
            message = f"is entered from {source}"
            yield from self._compare_entry(
                row, children, self._flow.key, None if first else row.no, message, other=source
            )

    def _compare_entry(
        self,
        row: Row,
        children: list[Body],
        process: str,
        enter_at: str | None,
        message: str,
        other: str = "",
    ) -> Iterator[Difference]:
        missing = other or process
        if missing not in self._content.processes:
            yield Difference(row.no, What.GOTO, f"{message}, which is not here yet", waits=True)
            return
        numbers = number_steps(self._content.processes[process])
        first = self._content.processes[process]["first_step"]
        wanted = enter_at or numbers[first]
        entered = {numbers[one.get("enter_at", first)] for one in children if one["process"] == process}
        if not entered:
            yield Difference(row.no, What.GOTO, f"it {message} in the manual")
        elif wanted not in entered:
            yield Difference(
                row.no, What.GOTO, f"it {message} at {wanted}, not at {', '.join(map(str, entered))}"
            )

    def _compare_positions(self) -> Iterator[Difference]:
        """Steps stand in the file in the manual's order, so that a reader can lay one beside the other."""
        highest = ""
        for number in self._ours:
            if number < highest:
                yield Difference(number, What.ORDER, f"it stands after {highest}")
            highest = max(highest, number)


def number_steps(body: Body) -> dict[str, str | None]:
    """Return the manual's number of each step, None for a step of our own."""
    return {one["key"]: one.get("manual_no") for one in body["steps"]}


def _list_children(body: Body | None) -> list[Body]:
    return [] if body is None else [child for step in body["steps"] for child in step.get("children", ())]
