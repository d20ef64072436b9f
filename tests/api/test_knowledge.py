"""A round of the knowledge process from its plan to published articles, over HTTP."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.commands import SYSTEM, Start
from backend.cases.deadlines import compute_deadlines
from backend.cases.service import NewCase, Request
from backend.catalogue.service import DefinitionStore
from backend.core.local_time import local_date
from backend.core.working_calendar import WorkingCalendar
from backend.knowledge.articles import write_excerpt
from tests.api.organisation import ensure_staff, ensure_unit
from tests.api.sheets import read_sheet
from tests.api.staff_side import Browser, Hall, code

YEAR = 2027
WORDS: dict[str, Any] = {
    "title": "闻到燃气味怎么办",
    "category": "安全用气",
    "keywords": ["漏气", "臭味"],
    "body": "# 马上做\n- 关阀门\n- 开窗\n不要开关电器。",
}


@pytest.fixture(scope="module")
def people(hall: Hall, sessions: sessionmaker[Session]) -> dict[str, Browser]:
    """Return the centre, a division and its unit, each with somebody who has a phone."""
    now, organisation = datetime.now(UTC), hall.organisation
    with sessions.begin() as session:
        hall.units["270"] = ensure_unit(organisation, session, "270", "知识测试事业部", "division", "100")
        hall.units["374"] = ensure_unit(organisation, session, "374", "知识测试客服部", "unit", "270")
        posts: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
            "centre_k": ("100", ("knowledge_manager",), ("customer_service_center",)),
            "division_k": ("270", (), ("business_division",)),
            "unit_k": ("374", (), ("subordinate_unit",)),
            "agent_k": ("100", ("hotline_agent",), ()),
        }
        for name, (unit, positions, departments) in posts.items():
            staff_id = ensure_staff(
                organisation, session, unit, name, now, name=f"王{name}",
                positions=positions, departments=departments,
            )  # fmt: skip
            phone = hall.keys.encrypt(f"1390000{staff_id:04}", "staff.phone")
            session.execute(
                text("UPDATE staff SET phone_sealed = :p WHERE id = :i"), {"p": phone, "i": staff_id}
            )
    return {name: hall.sign_in(name) for name in posts}


@pytest.fixture(autouse=True)
def clean_rounds(hall: Hall, owner: Any) -> Iterator[None]:
    yield
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM knowledge_plan_item"))


def start(hall: Hall, enter_at: str | None = None) -> str:
    new = NewCase(
        "knowledge_publishing", hall.units["270"], "270", None, "calendar", data={"plan_year": YEAR}
    )
    answer = hall.service.start_case(
        Request("system", uuid.uuid4(), {}), new, Start(SYSTEM, data=new.data, enter_at=enter_at)
    )
    return answer.case_no


def write(browser: Browser, case_no: str, **more: Any) -> dict[str, Any]:
    body = {**WORDS, "command_id": str(uuid.uuid4()), **more}
    answer = browser.send("POST", f"/knowledge/rounds/{case_no}/articles", body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = json.loads(answer.text)
    return told


def go_to_edit(people: dict[str, Browser], case_no: str) -> None:
    assert people["centre_k"].act(case_no, "launched", reason="请按计划采集").status_code == 200
    assert people["division_k"].act(case_no, "organised", unit_code="374").status_code == 200


def publish(people: dict[str, Browser], case_no: str) -> None:
    for who, outcome in (("unit_k", "reported"), ("division_k", "accepted"), ("centre_k", "conforming")):
        assert people[who].act(case_no, outcome).status_code == 200
    answer = people["centre_k"].act(case_no, "published")
    assert answer.status_code == 200, answer.text


def find(browser: Browser, q: str, **more: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = browser.read("/knowledge/articles", q=q, **more)["items"]
    return items


def test_the_plan_of_a_year_comes_before_its_rounds(hall: Hall, people: dict[str, Browser]) -> None:
    case_no = start(hall)
    centre, path = people["centre_k"], f"/knowledge/rounds/{case_no}"
    assert code(centre.act(case_no, "planned", reason="按季")) == "plan_missing"
    items = [
        {"quarter": 1, "category": "安全用气", "topic": "冬季用气", "wanted": 5},
        {"quarter": 3, "category": "抄表与计量", "topic": "物联网表", "wanted": 2},
    ]
    assert people["division_k"].send("PUT", f"{path}/plan", {"items": items}).status_code == 403
    told = json.loads(centre.send("PUT", f"{path}/plan", {"items": items}).text)
    assert told["plan"] == items
    assert (told["year"], told["quarter"]) == (YEAR, 1)
    wrong = [{**items[0], "quarter": 5}]
    assert centre.send("PUT", f"{path}/plan", {"items": wrong}).status_code == 422
    assert centre.act(case_no, "planned", reason="按季").status_code == 200
    # The plan stands before whoever collects.
    go_to_edit(people, case_no)
    assert people["unit_k"].read(path)["plan"] == items


def test_the_bar_names_node_person_and_phone(hall: Hall, people: dict[str, Browser]) -> None:
    case_no = start(hall, "launch")
    go_to_edit(people, case_no)
    rounds = people["centre_k"].read("/knowledge/rounds")["items"]
    mine = next(one for one in rounds if one["case_no"] == case_no)
    nodes = {one["step"]: one for one in mine["nodes"]}
    # The plan of the year was made in another round.
    assert [one["name"] for one in mine["nodes"]][:2] == ["发起知识采集任务", "组织采集"]
    assert nodes["organise"]["state"] == "done" and nodes["organise"]["contact_name"] == "王division_k"
    edit = nodes["edit"]
    assert (edit["state"], edit["contact_name"]) == ("open", "王unit_k")
    assert edit["contact_phone"].startswith("1390000")
    assert nodes["check"]["state"] == "coming" and nodes["check"]["contact_phone"] == ""
    # The list leaves as it stands on the screen.
    sheet = read_sheet(people["centre_k"].send("POST", "/exports/knowledge-rounds", {}))
    [row] = [one for one in sheet if one["办件号"] == case_no]
    assert (row["现在到哪一步"], row["电话"], row["期限"] is None) == (
        edit["name"], edit["contact_phone"], edit["due_at"] is None,
    )  # fmt: skip
    # Whoever has no part in the rounds sees none of them.
    assert people["agent_k"].read("/knowledge/rounds")["items"] == []
    assert read_sheet(people["agent_k"].send("POST", "/exports/knowledge-rounds", {})) == []
    assert people["agent_k"].get(f"/knowledge/rounds/{case_no}").status_code == 404


def test_the_centre_starts_and_the_division_accepts(hall: Hall, people: dict[str, Browser]) -> None:
    case_no = start(hall, "launch")
    assert people["division_k"].read(f"/cases/{case_no}")["actions"] == []
    assert people["centre_k"].act(case_no, "launched", reason="开始").status_code == 200
    assert people["centre_k"].read(f"/cases/{case_no}")["actions"][0]["kind"] != "complete"
    assert people["division_k"].act(case_no, "organised", unit_code="374").status_code == 200


def test_nothing_is_reported_without_an_article(hall: Hall, people: dict[str, Browser]) -> None:
    case_no = start(hall, "launch")
    go_to_edit(people, case_no)
    unit, path = people["unit_k"], f"/knowledge/rounds/{case_no}"
    assert code(unit.act(case_no, "reported")) == "articles_missing"
    told = write(unit, case_no)
    [article] = told["articles"]
    assert (article["state"], article["written_by"]) == ("draft", "王unit_k")
    assert unit.send("DELETE", f"{path}/articles/{article['id']}", {}).status_code == 200
    assert code(unit.act(case_no, "reported")) == "articles_missing"
    write(unit, case_no)
    assert unit.act(case_no, "reported").status_code == 200
    # What was reported is the reviewers' now.
    again = {**WORDS, "command_id": str(uuid.uuid4())}
    assert code(unit.send("POST", f"{path}/articles", again)) == "not_your_turn"


def test_division_and_centre_review_within_their_days(hall: Hall, people: dict[str, Browser]) -> None:
    case_no = start(hall, "launch")
    go_to_edit(people, case_no)
    unit, division, centre = people["unit_k"], people["division_k"], people["centre_k"]

    def tell_days() -> dict[str, Any]:
        """Return by open step in how many working days after it was opened it is due."""
        case = hall.service.load(hall.find_id(case_no))
        with hall.sessions() as session:
            definition = DefinitionStore().get(session, case.definition_version_id)
        calendar = WorkingCalendar(1, {})
        due = compute_deadlines(definition, case.snapshot, calendar)
        opened = {one.step: one.opened_at for one in case.snapshot.tasks}
        edit = opened["edit"]
        [task] = case.snapshot.open_tasks
        counted_from = edit if task.step in ("edit", "review") else task.opened_at
        day = calendar.working_days(counted_from, 1)
        at = due[task.no].due_at
        assert at is not None
        return {task.step: round(calendar.office_time_between(counted_from, at) / day)}

    assert tell_days() == {"edit": 3}
    write(unit, case_no)
    unit.act(case_no, "reported")
    # The three days are for editing, review and reporting together.
    assert tell_days() == {"review": 3}
    assert division.act(case_no, "rejected", reason="少了联系电话").status_code == 200
    version = unit.read(f"/knowledge/rounds/{case_no}")["articles"][0]["id"]
    changed = {**WORDS, "body": "拨打 96602。"}
    path = f"/knowledge/rounds/{case_no}/articles/{version}"
    assert json.loads(unit.send("PUT", path, changed).text)["articles"][0]["body"] == "拨打 96602。"
    unit.act(case_no, "reported")
    division.act(case_no, "accepted")
    assert tell_days() == {"check": 1}
    assert centre.act(case_no, "deviating", reason="缺生效日期").status_code == 200
    assert division.act(case_no, "asked", reason="补生效日期").status_code == 200
    assert unit.send("PUT", path, {**changed, "valid_from": "2020-01-01"}).status_code == 200
    assert unit.act(case_no, "corrected").status_code == 200
    assert tell_days() == {"check": 1}


def test_what_is_published_is_found_by_everybody(hall: Hall, people: dict[str, Browser]) -> None:
    agent, mark = people["agent_k"], uuid.uuid4().hex[:8]
    case_no = start(hall, "launch")
    go_to_edit(people, case_no)
    write(people["unit_k"], case_no, title=f"漏气处置 {mark}")
    write(
        people["unit_k"],
        case_no,
        title=f"抄表 {mark}",
        category="抄表与计量",
        keywords=["读数"],
        body="看黑字。",
    )
    assert find(agent, mark) == []
    publish(people, case_no)
    both = find(agent, mark)
    assert {one["title"] for one in both} == {f"漏气处置 {mark}", f"抄表 {mark}"}
    leak = next(one for one in both if "漏气" in one["title"])
    assert (leak["written_by"], leak["approved_by"], leak["published_by"]) == (
        "王unit_k", "王centre_k", "王centre_k",
    )  # fmt: skip
    # Words in any order and case, in title, keywords or text; a category narrows.
    assert [one["id"] for one in find(agent, f"开窗 {mark}")] == [leak["id"]]
    assert [one["title"] for one in find(agent, mark, category="抄表与计量")] == [f"抄表 {mark}"]
    assert find(agent, f"{mark} 没有这个词") == []
    assert agent.read(f"/knowledge/articles/{leak['article_id']}")["holds"] is True


def test_a_new_version_takes_the_place_of_the_old_one(hall: Hall, people: dict[str, Browser]) -> None:
    unit, mark = people["unit_k"], uuid.uuid4().hex[:8]
    first = start(hall, "launch")
    go_to_edit(people, first)
    write(unit, first, title=f"气价 {mark}", category="气价与政策", body="一档 3.3 元。")
    publish(people, first)
    [found] = find(unit, mark)
    second, third = start(hall, "launch"), start(hall, "launch")
    for case_no in (second, third):
        go_to_edit(people, case_no)
    anew = {"title": f"气价 {mark}", "category": "气价与政策", "body": "一档 3.5 元。"}
    write(unit, second, article_id=found["article_id"], **anew)
    # Two rounds do not rewrite one article; the draft of a round that ended is in nobody's way.
    body = {**WORDS, **anew, "command_id": str(uuid.uuid4()), "article_id": found["article_id"]}
    assert code(unit.send("POST", f"/knowledge/rounds/{third}/articles", body)) == "article_drafted"
    assert [one["body"] for one in find(unit, mark)] == ["一档 3.3 元。"]
    publish(people, second)
    article = unit.read(f"/knowledge/articles/{found['article_id']}")
    assert [(one["version"], one["state"], one["body"]) for one in article["versions"]] == [
        (2, "published", "一档 3.5 元。"),
        (1, "replaced", "一档 3.3 元。"),
    ]


def test_an_article_counts_only_in_its_time(hall: Hall, people: dict[str, Browser]) -> None:
    unit, agent, mark = people["unit_k"], people["agent_k"], uuid.uuid4().hex[:8]
    today = local_date(datetime.now(UTC))
    case_no = start(hall, "launch")
    go_to_edit(people, case_no)
    write(unit, case_no, title=f"旧 {mark}", valid_until=str(today - timedelta(days=2)))
    write(unit, case_no, title=f"新 {mark}", valid_from=str(today + timedelta(days=2)))
    backwards = {
        **WORDS,
        "command_id": str(uuid.uuid4()),
        "valid_from": "2027-02-01",
        "valid_until": "2027-01-01",
    }
    refused = unit.send("POST", f"/knowledge/rounds/{case_no}/articles", backwards)
    assert "valid_until" in json.loads(refused.text)["fields"]
    publish(people, case_no)
    assert find(agent, mark) == []
    assert len(find(agent, mark, lapsed="true")) == 2


def test_a_wrong_article_is_retired_with_a_reason(hall: Hall, people: dict[str, Browser]) -> None:
    unit, centre, mark = people["unit_k"], people["centre_k"], uuid.uuid4().hex[:8]
    case_no = start(hall, "launch")
    go_to_edit(people, case_no)
    write(unit, case_no, title=f"错的 {mark}")
    publish(people, case_no)
    article = find(unit, mark)[0]["article_id"]
    path = f"/knowledge/articles/{article}/retirement"
    assert people["agent_k"].send("POST", path, {"reason": "写错了"}).status_code == 403
    assert centre.send("POST", path, {"reason": " "}).status_code == 422
    told = json.loads(centre.send("POST", path, {"reason": "电话写错"}).text)
    assert (told["holds"], told["retired_by"], told["retired_reason"]) == (False, "王centre_k", "电话写错")
    assert code(centre.send("POST", path, {"reason": "再停一次"})) == "article_retired"
    assert find(unit, mark) == []


def test_an_article_sent_twice_stands_there_once(hall: Hall, people: dict[str, Browser]) -> None:
    case_no, command_id = start(hall, "launch"), str(uuid.uuid4())
    go_to_edit(people, case_no)
    for _ in range(2):
        told = write(people["unit_k"], case_no, command_id=command_id)
    assert told["article_count"] == 1


def test_an_excerpt_is_one_line_without_marks() -> None:
    assert write_excerpt("# 马上做\n- 关阀门\n- 开窗", ()) == "马上做 关阀门 开窗"
