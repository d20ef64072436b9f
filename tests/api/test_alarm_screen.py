"""A reported alarm in the consoles: in the queue of its posts, and on the screen of all its units."""

from __future__ import annotations

import json
import uuid
from typing import Any

from tests.api.staff_side import ADDRESS, Hall


def list_ringing(hall: Hall, who: str) -> list[dict[str, Any]]:
    """Return what rings in the console of ``who``."""
    return list(hall.sign_in(who).read("/alarms/ringing")["items"])


def test_a_reported_alarm_rings_until_its_first_step_is_done_and_stays_in_its_queue(hall: Hall) -> None:
    agent, desk, remote = (hall.sign_in(who) for who in ("agent_a", "desk_361", "remote_a"))
    alarm = {"command_id": str(uuid.uuid4()), "phone": "13800138000", "address": ADDRESS, "words": "有臭味"}
    answer = hall.app.test_client().post(
        # The limit of one caller is not what this is about.
        "/api/v1/alarms",
        json=alarm,
        environ_overrides={"REMOTE_ADDR": "10.9.8.7"},
    )
    assert answer.status_code == 201, answer.text
    case_no = json.loads(answer.text)["case_no"]
    for browser in (agent, desk, remote):
        [queue] = [one for one in browser.read("/queues")["items"] if one["key"] == "alarm"]
        assert queue["urgent"] is True
        rows = browser.read("/cases", queue="alarm", limit=100)["items"]
        assert case_no in [one["case_no"] for one in rows]
    for stranger in ("agent_a", "remote_a", "desk_361"):
        [heard] = [one for one in list_ringing(hall, stranger) if one["case_no"] == case_no]
        assert heard["may_open"] is True
    # Whose post has no part in alarms hears them too, with the place alone; the case stays closed to them.
    for stranger in ("handler_361", "works_361"):
        [heard] = [one for one in list_ringing(hall, stranger) if one["case_no"] == case_no]
        assert (heard["may_open"], heard["place"]) == (False, "历下区 文化路 阳光小区 3幢")
        # Four digits alone may stand in any time stamp or number: the phone is looked for as it is written.
        assert not any(said in str(heard) for said in ("有臭味", "138****8000", "13800138000"))
        assert hall.sign_in(stranger).get(f"/cases/{case_no}").status_code == 404
    assert case_no not in [one["case_no"] for one in list_ringing(hall, "desk_362")]
    for stranger in ("desk_362", "handler_361", "works_361"):
        queues = hall.sign_in(stranger).read("/queues")["items"]
        if any(one["key"] == "alarm" for one in queues):
            rows = hall.sign_in(stranger).read("/cases", queue="alarm", limit=100)["items"]
            assert case_no not in [one["case_no"] for one in rows]
    view = agent.read(f"/cases/{case_no}")
    assert view["values"]["words"] == "有臭味"
    assert (view["values"]["phone"], view["values"]["address"]["community"]) == ("138****8000", "阳光小区")
    body = {"items": ["phone", "address"], "reason": "燃气报警处置"}
    revealed = json.loads(agent.send("POST", f"/cases/{case_no}/reveal", body).text)["values"]
    assert (revealed["phone"], revealed["address"]["door"]) == ("13800138000", "501室")
    # Whoever takes no part in the first step sees the alarm, and sees that it is not for them to take.
    for watcher in (desk, remote):
        assert watcher.read(f"/cases/{case_no}")["actions"] == []
    assert view["rings"] is True
    anyone, mine = hall.app.test_client(), f"/api/v1/alarms/{alarm['command_id']}"
    state = json.loads(anyone.get(mine).text)
    assert (state["case_no"], state["state"]) == (case_no, "received")
    assert anyone.get(f"/api/v1/alarms/{uuid.uuid4()}").status_code == 404
    before = [one["count"] for one in agent.read("/queues")["items"] if one["key"] == "alarm"]
    assert agent.act(case_no, "record").status_code == 200
    assert [one["count"] for one in agent.read("/queues")["items"] if one["key"] == "alarm"] == before
    for browser in (agent, desk):
        rows = browser.read("/cases", queue="alarm", limit=100)["items"]
        assert [one["rings"] for one in rows if one["case_no"] == case_no] == [False]
    assert agent.read(f"/cases/{case_no}")["rings"] is False
    assert case_no not in [one["case_no"] for one in list_ringing(hall, "works_361")]
    for name in ("guide", "dispatch"):
        assert agent.act(case_no, name).status_code == 200
    assert json.loads(anyone.get(mine).text)["state"] == "dispatched"


def test_given_to_a_unit_it_rings_for_who_can_send_somebody_until_one_is_named(hall: Hall) -> None:
    case_no = hall.report_alarm("361", contact_phone="13812340000", address=ADDRESS)
    agent = hall.sign_in("agent_a")
    for name in ("record", "guide", "dispatch"):
        for who in ("desk_361", "crew_361"):
            # Until it is given to them they hear it like everybody else, and only until it is taken.
            kinds = [one["rings_for"] for one in list_ringing(hall, who) if one["case_no"] == case_no]
            assert kinds == (["take"] if name == "record" else [])
        assert (
            agent.act(case_no, name, **({"unit_code": "361"} if name == "dispatch" else {})).status_code
            == 200
        )
    for who in ("desk_361", "crew_361"):
        heard = list_ringing(hall, who)[0]
        assert [one["case_no"] for one in list_ringing(hall, who) if one["rings_for"] == "assign"][
            -1
        ] == case_no
        assert (heard["rings_for"], heard["may_open"]) == ("assign", True)
    # Neither the others of the unit, nor the hotline, nor another unit, nor who answers for all units.
    for who in ("handler_361", "works_361", "finance_361", "agent_a", "remote_a", "desk_362", "lead_a"):
        assert case_no not in [one["case_no"] for one in list_ringing(hall, who)]
    assert hall.sign_in("desk_361").act(case_no, "assign", handler="handler_361").status_code == 200
    assert case_no not in [one["case_no"] for one in list_ringing(hall, "desk_361")]
