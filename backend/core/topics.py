"""What may be promised: every topic with its queue and handler, registered from the composition root."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

# Queue → how many promises one job carries. A worker takes the queues in this order. An alarm waits for
# nothing else; messages share a job only as far as one slow platform may hold up the others.
QUEUES: dict[str, int] = {"alarm": 1, "messages": 10, "default": 250}
MAX_ATTEMPTS = 5


class PromiseRefused(Exception):
    """A handler says: the platform said no, and would again. ``args[0]`` is a code without personal data."""


class NotSent(Exception):
    """A handler says: it certainly did not go out, so it may be tried again. ``args[0]`` is a code."""


class OutcomeUnknown(Exception):
    """A handler says: it may have gone out or not, so only a person or a receipt may settle it."""


class TopicsWrong(Exception):
    """The registered topics contradict each other; the application does not start."""


@dataclass(frozen=True, slots=True)
class PromiseContext:
    """What a handler is told beside the payload. ``attempt`` counts from 1; ``now`` is the clock."""

    outbox_id: int
    topic: str
    attempt: int
    created_at: datetime
    now: Callable[[], datetime]


# A handler returns when the promise is kept, and raises one of the three above, or anything else, when not.
# Its own dependencies are bound into it at the composition root.
Handler = Callable[[Mapping[str, Any], PromiseContext], None]


def conclude(state: str) -> None:
    """Tell the relay what a platform's outcome means: return for ``sent``, raise for refused and unknown."""
    if state == "refused":
        raise PromiseRefused("refused")
    if state != "sent":
        raise OutcomeUnknown("unknown")


class Sending(NamedTuple):
    """What a person looks for at the platform: by which ``channel`` it goes, and what it is ``about``."""

    channel: str | None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """One topic. ``title`` is what a person reads in the console.

    ``queue`` None means that the relay runs the handler itself, for what is cheap and stays in the house.
    Without a ``handler`` the topic's promises wait and are reported. ``is_idempotent`` promises that
    running the handler twice does what running it once does; only then is it run again after a failure.
    ``reopen`` lets a person who has found that an unknown promise did not go out have it sent again: it
    forgets in the session that the promise, by its outbox id, was ever begun. Without it none is sent again.
    ``tell_recipient`` names, masked, whom a promise with this payload is for, where no case tells it.
    ``tell_sending`` says by its outbox id and payload what is being sent; it names nobody.
    """

    name: str
    title: str
    queue: str | None
    handler: Handler | None
    is_idempotent: bool
    max_attempts: int = MAX_ATTEMPTS
    reopen: Callable[[Session, int], None] | None = None
    tell_recipient: Callable[[Session, Mapping[str, Any]], str | None] | None = None
    tell_sending: Callable[[Session, int, Mapping[str, Any]], Sending] | None = None


class TopicRegistry:
    """All topics by name; raises TopicsWrong for two of a name, an unknown queue or a risky relay."""

    def __init__(self, specs: Iterable[TopicSpec]) -> None:
        self._specs: dict[str, TopicSpec] = {}
        for spec in specs:
            if spec.name in self._specs:
                raise TopicsWrong(f"topic {spec.name} is registered twice")
            if spec.queue is not None and spec.queue not in QUEUES:
                raise TopicsWrong(f"topic {spec.name} names the queue {spec.queue}, which has no worker")
            if spec.queue is None and not spec.is_idempotent:
                # The relay's transaction may roll back after the handler ran.
                raise TopicsWrong(f"topic {spec.name} must be idempotent to run in the relay")
            self._specs[spec.name] = spec

    def find(self, name: str) -> TopicSpec | None:
        """Return the topic called ``name``, or None."""
        return self._specs.get(name)

    @property
    def names(self) -> frozenset[str]:
        """Every topic that may be promised."""
        return frozenset(self._specs)

    @property
    def handled(self) -> list[str]:
        """The topics that have a handler, in alphabetical order."""
        return sorted(name for name, spec in self._specs.items() if spec.handler is not None)

    def list_of_queue(self, queue: str) -> list[str]:
        """Return the topics whose promises go through ``queue``."""
        return sorted(name for name, spec in self._specs.items() if spec.queue == queue)
