"""Kill each process at each step of the story: it goes on, nothing is lost, nothing comes twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.stage import ask
from tests.faults.hall import VICTIMS, FaultyHall, wait_for
from tests.faults.people import Order, Person
from tests.faults.story import Story, read_contents
from tests.faults.walk import Told, Walk


@pytest.mark.parametrize("victim", VICTIMS)
def test_the_story_goes_on_where_it_was(
    hall: FaultyHall,
    staff: dict[str, Person],
    begin_story: Callable[[], Story],
    plain: Told,
    victim: str,
) -> None:
    walk = Walk(hall, begin_story(), victim)
    walk.run()
    assert walk.told.versions == plain.versions
    assert walk.told.histories == plain.histories
    check_files(walk.story)
    unknown = settle_messages(walk, staff["manager1"])
    if victim == "worker":
        assert unknown == {one.id for one in walk.promised}
    elif victim != "postgresql":
        assert unknown == set()
    received = hall.list_messages(walk.story.phone)
    assert Counter(one["template_id"] for one in received) == plain.templates
    assert count_accepted(hall, walk.story.phone) == len(received)


def check_files(story: Story) -> None:
    """Hold that the files of both cases are what was uploaded: the mended photo and those of the visit."""
    lead = story.staff["lead301"]
    shown = [lead.read(f"/cases/{one}") for one in (story.case_no, story.child_no)]
    found = read_contents(story, shown)
    assert set(found) >= set(story.files[1:])
    assert found == {key: story.contents[key] for key in found}


def settle_messages(walk: Walk, manager: Person) -> set[int]:
    """Let a person settle what nobody knows, by what the platform says; returns the ids of those messages."""

    def are_over() -> bool:
        return {row.state for row in walk.list_promises().values()} <= {"sent", "unknown"}

    wait_for(are_over, "all messages to be sent or unknown")
    shown = list_unknown(manager)
    states = {one: row.state for one, row in walk.list_promises().items()}
    assert set(states) == {one.id for one in walk.promised}
    assert set(shown) == {one for one, state in states.items() if state == "unknown"}
    for one in walk.promised:
        assert one.arrives or one.id in shown
        if one.id in shown:
            assert one.arrives or shown[one.id]["may_repeat"]
            body = {"as": "sent" if one.arrives else "again"}
            assert manager.send(Order("POST", f"/outbox/{one.id}/settle", body)).status == 204
    wait_for(
        lambda: {row.state for row in walk.list_promises().values()} == {"sent"}, "what is to be sent again"
    )
    assert list_unknown(manager) == {}
    return set(shown)


def list_unknown(manager: Person) -> dict[int, Any]:
    """Return what stands before a person as unknown, by its id."""
    return {one["id"]: one for one in manager.read("/outbox/unknown")["items"]}


def count_accepted(hall: FaultyHall, phone: str) -> int:
    """Return how many calls for ``phone`` the platform has carried out."""
    calls = ask(f"{hall.control}/calls?platform=sms&endpoint=SendSms")["items"]
    return sum(
        one["accepted"] and any(number.endswith(phone) for number in one["request"]["PhoneNumberSet"])
        for one in calls
    )
