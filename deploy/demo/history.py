"""The demonstration's history: every story is told to its end once, whenever and however often this runs."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from backend.cases.deadline_watch import DeadlineWatch
from backend.cases.errors import CommandRefused
from backend.cases.models import CommandLog
from backend.core.config import Settings
from backend.core.errors import Conflict
from backend.core.local_time import local_date
from backend.core.partitions import create_month_partitions
from composition.promises import PARTITIONED
from deploy.demo.applicants import CUSTOMERS, DemoCustomer, make_home, make_values
from deploy.demo.cast import NobodyThere
from deploy.demo.clock import WalkingClock, advance_to_day, delay_to_day
from deploy.demo.quiet import QuietHall
from deploy.demo.stage import Stage, StoryMoved
from deploy.demo.stories import ALARM_MOVES, HISTORY, MOVES, PLOTS, Move, Plot

# Each move is a command with a number of its own that stays the same, so that it is known when it was made.
_NAMES = uuid.UUID("3f1c7e0a-9660-4d3e-8a51-0d6a5e0b2c11")
_SPEAK_SECONDS = 4
_WATCH_EVERY = timedelta(hours=6)
_STAFF_EVENING, _CUSTOMER_EVENING = 18, 21
_ALARM = "alarm"
_ALARM_DAYS = 6


@dataclass(frozen=True, slots=True)
class Story:
    """One case of a plot: who applies, with what, in the area of which unit."""

    name: str
    plot: Plot
    customer: DemoCustomer
    values: dict[str, Any]

    def name_command(self, index: int) -> uuid.UUID:
        """Return the number of the command that makes the move ``index``."""
        return _name_command(self.name, index)

    def make_chance(self, index: int) -> random.Random:
        """Return what decides the details of the move ``index``."""
        return random.Random(f"1/{self.name}/{index}")


def _name_command(story: str, index: int) -> uuid.UUID:
    return uuid.uuid5(_NAMES, f"{story}/{index}")


def list_stories() -> Iterator[Story]:
    """Return all stories, the same each time."""
    number = 0
    for plot in PLOTS:
        for count in range(plot.count):
            name = f"{plot.name}/{count}"
            chance = random.Random(f"1/{name}")
            # Seven has no divisor in common with the number of customers, so that all get their share.
            customer = CUSTOMERS[number * 7 % len(CUSTOMERS)]
            unit = ("301", "302", "303")[number % 3]
            yield Story(name, plot, customer, make_values(plot.service, customer, unit, chance))
            number += 1


class History:
    """Tells the stories on a quiet hall. ``say`` gets a line of progress from time to time."""

    def __init__(self, settings: Settings, present: datetime, say: Callable[[str], None]) -> None:
        self._clock = WalkingClock(present)
        self._quiet = QuietHall(settings, self._clock)
        self._stage = Stage(self._quiet.hall, self._clock)
        self._say = say
        self._known: dict[uuid.UUID, tuple[str, datetime]] = {}

    def tell(self, customer_ids: dict[str, int]) -> int:
        """Tell what has not been told yet and return the number of cases begun; ``customer_ids`` by phone."""
        hall, present = self._quiet.hall, self._clock.present
        stories = list(list_stories())
        self._known = self._find_known(stories)
        begun = acted = 0
        spoke_at = time.monotonic()
        # Rows of a month without a partition would stand in its way for ever.
        create_month_partitions(hall.sessions, PARTITIONED, local_date(present - HISTORY - timedelta(days=1)))
        for number, story in enumerate(stories, start=1):
            acted += self._tell_story(story, customer_ids[story.customer.phone])
            begun += story.name_command(0) not in self._known
            if time.monotonic() - spoke_at > _SPEAK_SECONDS:
                spoke_at = time.monotonic()
                self._say(f"{number} of {len(stories)} cases")
        acted += self._tell_alarm()
        if acted:
            self._watch_deadlines()
        self._quiet.close()
        return begun

    def _find_known(self, stories: list[Story]) -> dict[uuid.UUID, tuple[str, datetime]]:
        wanted = [one.name_command(index) for one in stories for index in range(len(one.plot.moves))]
        wanted += [_name_command(_ALARM, index) for index in range(len(ALARM_MOVES) + 1)]
        asked = select(CommandLog.command_id, CommandLog.answer, CommandLog.recorded_at)
        with self._quiet.hall.sessions() as session:
            rows = session.execute(asked.where(CommandLog.command_id.in_(wanted))).all()
        return {row.command_id: (row.answer["case_no"], row.recorded_at) for row in rows}

    def _tell_story(self, story: Story, customer_id: int) -> int:
        """Return how many moves were made now; a case that somebody else has moved is left to them."""
        plot, made, case_no = story.plot, 0, ""
        for index, key in enumerate(plot.moves):
            known = self._known.get(story.name_command(index))
            if known is not None:
                case_no = case_no or known[0]
                self._clock.set_to(known[1])
                continue
            try:
                case_no = self._make_move(story, index, key, case_no, customer_id)
            except (StoryMoved, NobodyThere, CommandRefused, Conflict) as error:
                if story.name_command(0) not in self._known:
                    raise
                # It was begun by a run that was cut short, and somebody has acted on the case since.
                self._say(f"{story.name} stays as it is before {key}: {error}")
                break
            made += 1
        return made

    def _make_move(self, story: Story, index: int, key: str, case_no: str, customer_id: int) -> str:
        plot, chance, command_id = story.plot, story.make_chance(index), story.name_command(index)
        move = MOVES[key]
        if key == "submit":
            start = self._clock.present - timedelta(days=chance.uniform(*plot.days))
            self._clock.set_to(advance_to_day(start, _CUSTOMER_EVENING))
            owes = "pass_owing" in plot.moves
            case_no = self._stage.apply(command_id, customer_id, plot.service, story.values, owes)
        else:
            self._walk(move, case_no, plot.visit, chance)
            if key == "book":
                self._stage.book(command_id, case_no, customer_id, plot.visit, chance)
            elif move.actor == "customer":
                self._stage.act_as_customer(move, command_id, case_no, customer_id, story.values, chance)
            else:
                self._stage.act_as_staff(move, command_id, case_no, chance)
        self._quiet.keep_messages()
        if key == "accept" and index == 1:
            self._leave_words(plot, case_no, chance)
        if key == "set_off" and key == plot.moves[-1]:
            self._stage.report_position(case_no, chance)
        return case_no

    def _leave_words(self, plot: Plot, case_no: str, chance: random.Random) -> None:
        if plot.marks:
            self._stage.leave_marks(case_no, chance)
        if plot.remarks:
            self._stage.leave_remarks(case_no, plot.remarks, chance)
            self._quiet.keep_messages()

    def _walk(self, move: Move, case_no: str, visit: str, chance: random.Random) -> None:
        """Let pass what the move takes; the way to a visit goes by its hour."""
        at = self._clock.at + timedelta(minutes=chance.randint(*move.minutes))
        starts_at = self._stage.find_visit(case_no) if move.outcome in ("set_off", "arrive") else None
        if starts_at is not None:
            ahead = chance.randint(15, 35) if move.outcome == "set_off" else chance.randint(-8, 4)
            at = starts_at - timedelta(minutes=ahead)
            if visit == "near":
                # Under way just now, whatever the hour of the day is.
                latest = 25 if move.outcome == "set_off" else 9
                at = min(at, self._clock.present - timedelta(minutes=latest))
        elif move.actor in ("remote", "desk", "works"):
            at = delay_to_day(at, _STAFF_EVENING)
        elif move.actor == "customer":
            at = delay_to_day(at, _CUSTOMER_EVENING)
        self._clock.walk_to(at)

    def _tell_alarm(self) -> int:
        """One alarm of last week, closed: an open one would ring at every start."""
        made, first = 0, _name_command(_ALARM, 0)
        chance = random.Random(f"1/{_ALARM}")
        home, caller = make_home("301", chance), CUSTOMERS[6]
        self._clock.set_to(self._clock.present - timedelta(days=_ALARM_DAYS))
        if first in self._known:
            case_no = self._known[first][0]
        else:
            case_no = self._stage.raise_alarm(first, caller.phone, home, "厨房有臭鸡蛋味，已经关阀开窗。")
            made += 1
        for index, move in enumerate(ALARM_MOVES.values(), start=1):
            command_id = _name_command(_ALARM, index)
            if command_id in self._known:
                self._clock.set_to(self._known[command_id][1])
                continue
            self._clock.walk_to(self._clock.at + timedelta(minutes=chance.randint(*move.minutes)))
            try:
                self._stage.act_as_staff(move, command_id, case_no, chance)
            except (StoryMoved, NobodyThere, CommandRefused):
                if first not in self._known:
                    raise
                break
            made += 1
        self._quiet.keep_messages()
        return made

    def _watch_deadlines(self) -> None:
        """Record the breaches of these days as they would have been found, and nothing of them later."""
        watch, at = DeadlineWatch(self._quiet.hall.sessions), self._clock.present - HISTORY
        while at < self._clock.present:
            self._clock.set_to(at)
            watch.run(at)
            at += _WATCH_EVERY
        self._clock.set_to(self._clock.present)
        watch.run(self._clock.present)
