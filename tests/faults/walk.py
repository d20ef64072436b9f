"""A walk through the story on which one process is killed at every step, each time at another moment."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import requests
from sqlalchemy import text

from tests.faults.hall import FaultyHall, wait_for
from tests.faults.people import Answer, Order, Person, check_unavailable, describe, strip_fleeting
from tests.faults.story import STORY, Step, Story, check_done

# What nothing of a request depends on may be away, and nobody waits longer for the answer than this.
PROMPT_SECONDS = 8
_LOCKED = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)
_PROMISES = (
    "SELECT id, state, queued_at, attempt FROM outbox WHERE id > :after"
    " AND topic IN ('notify_customer', 'send_sms_code') ORDER BY id"
)
_HISTORY = (
    "SELECT kind, payload->>'step', payload->>'outcome', count(*) OVER (PARTITION BY case_id, seq)"
    " FROM case_event JOIN service_case ON service_case.id = case_id WHERE case_no = :case_no ORDER BY seq"
)


@dataclass
class Told:
    """What one walk has left behind: the version of both cases after each step, their histories, and the
    templates of the messages that the customer has."""

    versions: list[tuple[int, ...]] = field(default_factory=list)
    histories: list[list[tuple[Any, ...]]] = field(default_factory=list)
    templates: Counter[str] = field(default_factory=Counter)


@dataclass
class Promised:
    """A message that a step promised; ``arrives`` tells whether the platform did what it was asked."""

    id: int
    arrives: bool


Way = Callable[["Walk", Step], Answer]


class Walk:
    """One walk; ``victim`` is None where nothing is killed."""

    def __init__(self, hall: FaultyHall, story: Story, victim: str | None) -> None:
        self.hall, self.story, self.told = hall, story, Told()
        self._victim = victim or ""
        quiet, telling = WAYS[self._victim]
        self._quiet, self._telling = cycle(quiet), cycle(telling)
        self._first_id: int = hall.query("SELECT coalesce(max(id), 0) AS id FROM outbox")[0].id
        self.promised: list[Promised] = []
        self.arrives = True

    def run(self, until: str | None = None) -> None:
        """Take every step, or those before the first one called ``until``."""
        for step in STORY:
            if step.name == until:
                return
            self._take(step)
        self.told.histories = [
            [tuple(row) for row in self.hall.query(_HISTORY, case_no=one)]
            for one in (self.story.case_no, self.story.child_no)
        ]

    def list_promises(self) -> dict[int, Any]:
        """Return the rows of all messages of this walk by their ids."""
        return {row.id: row for row in self.hall.query(_PROMISES, after=self._first_id)}

    def _take(self, step: Step) -> None:
        self.arrives = True
        way = next(self._telling if step.tells else self._quiet)
        answer = way(self, step)
        check_done(step, answer)
        step.keep(self.story, answer.body)
        self.told.versions.append(self._read_versions())
        if step.tells:
            self._await_message(step)

    def _await_message(self, step: Step) -> None:
        [newest] = [one for one in self.list_promises() if one not in [had.id for had in self.promised]]
        self.promised.append(Promised(newest, self.arrives))
        arrived = sum(one.arrives for one in self.promised)
        phone = self.story.phone
        wait_for(lambda: len(self.hall.list_messages(phone)) >= arrived, f"the message of {step.name}")

    def _read_versions(self) -> tuple[int, ...]:
        numbers = [one for one in (self.story.case_no, self.story.child_no) if one]
        found = "SELECT version FROM service_case WHERE case_no = ANY(:numbers) ORDER BY id"
        return tuple(row.version for row in self.hall.query(found, numbers=numbers))

    # ---- the moments at which the victim dies

    def undisturbed(self, step: Step) -> Answer:
        """Nobody dies."""
        return self._who(step).insist(step.make(self.story))

    def away(self, step: Step) -> Answer:
        """The victim is dead already when the request comes."""
        order, who = step.make(self.story), self._who(step)
        killed = self.hall.kill(self._victim)
        if self._victim == "web":
            answer = who.insist(order)
        elif self._victim == "postgresql":
            check_unavailable(who.send(order))
            self.hall.restore(self._victim, killed)
            return who.insist(order)
        else:
            began = time.monotonic()
            answer = who.send(order)
            assert time.monotonic() - began < PROMPT_SECONDS, f"{step.name} hung without {self._victim}"
        self.hall.restore(self._victim, killed)
        return answer

    def after(self, step: Step) -> Answer:
        """The victim dies once all is committed; the client, which lost the answer, asks once more."""
        order, who = step.make(self.story), self._who(step)
        answer = who.insist(order)
        check_done(step, answer)
        killed = self.hall.kill(self._victim)
        if self._victim == "postgresql":
            check_unavailable(who.send(order))
            self.hall.restore(self._victim, killed)
        answer = self._repeat(step, order, answer)
        if self._victim != "postgresql":
            self.hall.restore(self._victim, killed)
        return answer

    def middle(self, step: Step) -> Answer:
        """The victim dies in the middle of the transaction, which waits for a lock."""
        if not step.locks:
            return self.after(step)
        order, who = step.make(self.story), self._who(step)
        before = self._read_versions()
        said: list[Answer | str] = []

        def ask() -> None:
            try:
                said.append(who.send(order))
            except requests.RequestException as silence:
                said.append(type(silence).__name__)

        with self.hall.connect() as locking:
            locked = "SELECT id FROM service_case WHERE case_no = ANY(:numbers) FOR UPDATE"
            locking.execute(text(locked), {"numbers": [self.story.case_no, self.story.child_no]})
            client = threading.Thread(target=ask)
            client.start()
            wait_for(lambda: self.hall.query(_LOCKED)[0].count, "the request to wait for the lock")
            killed = self.hall.kill(self._victim)
            client.join()
            # With a dead server the connection cannot be rolled back, only dropped.
            locking.invalidate()
        for one in said:
            if isinstance(one, Answer):
                check_unavailable(one)
        self.hall.restore(self._victim, killed)
        assert self._read_versions() == before, f"{step.name} was half done"
        answer = who.insist(order)
        return self._repeat(step, order, answer)

    def hold_before(self, step: Step) -> Answer:
        """The victim dies over a message which the platform has not taken yet."""
        self.arrives = False
        return self._hold(step, "hang_before")

    def hold_after(self, step: Step) -> Answer:
        """The victim dies over a message which the platform has taken and not answered."""
        return self._hold(step, "hang_after")

    def late_back(self, step: Step) -> Answer:
        """The victim dies over a message, and is back when the platform answers."""
        order, who = step.make(self.story), self._who(step)
        self.hall.order_fault("late")
        answer = who.insist(order)
        check_done(step, answer)
        self.hall.await_held()
        self.hall.restore(self._victim, self.hall.kill(self._victim))
        self.hall.release()
        return answer

    def late_gone(self, step: Step) -> Answer:
        """The victim dies over a message, and is away when the platform answers."""
        order, who = step.make(self.story), self._who(step)
        self.hall.order_fault("late")
        answer = who.insist(order)
        check_done(step, answer)
        self.hall.await_held()
        killed = self.hall.kill(self._victim)
        self.hall.release()
        self.hall.restore(self._victim, killed)
        return answer

    def queue_lost(self, step: Step) -> Answer:
        """Valkey dies with a message in its queue, and comes back without anything."""
        with self.hall.pause("worker"):
            answer = self._who(step).insist(step.make(self.story))
            wait_for(self._is_queued, "the message to be queued")
            killed = self.hall.kill("valkey")
            self.hall.empty_valkey()
            self.hall.restore("valkey", killed)
        return answer

    def _hold(self, step: Step, kind: str) -> Answer:
        order, who = step.make(self.story), self._who(step)
        self.hall.order_fault(kind)
        answer = who.insist(order)
        check_done(step, answer)
        self.hall.await_held()
        killed = self.hall.kill(self._victim)
        self.hall.release()
        self.hall.restore(self._victim, killed)
        return answer

    def _is_queued(self) -> bool:
        return any(row.state == "pending" and row.queued_at for row in self.list_promises().values())

    def _repeat(self, step: Step, order: Order, answer: Answer) -> Answer:
        """Send an order a second time: a command gets the same answer, and nothing happens twice.

        Returns the answer that the client goes on with.
        """
        if order.json is None:
            return answer
        again = self._who(step).insist(order)
        if "command_id" in order.json:
            same = (answer.status, strip_fleeting(answer.body)) == (again.status, strip_fleeting(again.body))
            assert same, f"{step.name}: {describe(answer, again)}"
        return answer if again.status in step.repeats else again

    def _who(self, step: Step) -> Person:
        return self.story.who(step.who)


# Victim → the ways in which it dies at steps that tell nobody, and at those that send the customer a message;
# they take turns. The first message is the code, without which nobody gets in: the first way lets it arrive.
WAYS: dict[str, tuple[tuple[Way, ...], tuple[Way, ...]]] = {
    "": ((Walk.undisturbed,), (Walk.undisturbed,)),
    "worker": ((Walk.away, Walk.after), (Walk.hold_after, Walk.hold_before)),
    "web": ((Walk.away, Walk.middle, Walk.after), (Walk.after, Walk.middle)),
    "scheduler": ((Walk.away, Walk.after), (Walk.away, Walk.late_back)),
    "valkey": ((Walk.away, Walk.after), (Walk.late_gone, Walk.queue_lost)),
    "postgresql": ((Walk.away, Walk.middle, Walk.after), (Walk.late_back, Walk.late_gone)),
}
