"""One hall with servers of its own for all tests that kill, and what an undisturbed walk leaves behind."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.faults.hall import FaultyHall
from tests.faults.people import Person, sign_staff_in
from tests.faults.story import Story
from tests.faults.walk import Told, Walk

STAFF = ("remote1", "lead301", "handler301", "manager1")


@pytest.fixture(scope="session")
def hall() -> Iterator[FaultyHall]:
    """Yield the running hall."""
    with tempfile.TemporaryDirectory(prefix="hall-faults-") as folder:
        # The database's account must be able to enter its folder, also when root runs the tests.
        Path(folder).chmod(0o755)
        faulty = FaultyHall(Path(folder))
        try:
            faulty.start()
            yield faulty
        finally:
            faulty.stop()


@pytest.fixture(scope="session")
def staff(hall: FaultyHall) -> dict[str, Person]:
    """Return the staff of the story, signed in, by their user names."""
    return {name: sign_staff_in(hall.url, name) for name in STAFF}


@pytest.fixture(scope="session")
def begin_story(hall: FaultyHall, staff: dict[str, Person]) -> Callable[[], Story]:
    """Return what gives a customer with a story of their own."""
    numbers = count(1)
    return lambda: Story(hall, next(numbers), staff)


@pytest.fixture(scope="session")
def plain(hall: FaultyHall, begin_story: Callable[[], Story]) -> Told:
    """Return what the story leaves behind where nothing is killed."""
    walk = Walk(hall, begin_story(), None)
    walk.run()
    walk.told.templates.update(one["template_id"] for one in hall.list_messages(walk.story.phone))
    return walk.told
