"""Rounds of collection: the plan, how far each round is and whom to call, and the articles written in it.

A round is a case of ``knowledge_publishing``. Its steps decide who may plan and write: whoever holds the post
whose turn it is. That there is a plan, and something to report, stands as a number in the case's data, where
the process's guards look for it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.commands import SYSTEM, Amend
from backend.cases.deadlines import PLAN_YEAR
from backend.cases.repository import Stamp
from backend.cases.service import CaseAnswer, CaseService, Request, lock_whole
from backend.cases.staff_access import StaffAccess, list_posts
from backend.catalogue.definition import ProcessDefinition
from backend.catalogue.service import DefinitionStore
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.local_time import local_date
from backend.knowledge import repository
from backend.knowledge.articles import write_versions
from backend.knowledge.states import (
    ARTICLES,
    MOST_IN_ROUND,
    PLAN,
    PLANNING_STEPS,
    PROCESS,
    WRITING_STEPS,
    VersionState,
)
from backend.organisation.service import Member, OrganisationService

MOST_ROUNDS = 100
_QUARTER_MONTHS = 3


@dataclass(frozen=True, slots=True)
class PlanItem:
    """What is to be collected in one quarter."""

    quarter: int
    category: str
    topic: str
    wanted: int


@dataclass(frozen=True, slots=True)
class Words:
    """What an article says; ``article_id`` is the article that these are to replace."""

    title: str
    category: str
    keywords: tuple[str, ...]
    body: str
    valid_from: date | None = None
    valid_until: date | None = None
    article_id: int | None = None


class KnowledgeRounds:
    """Plans, shows and fills rounds."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        cases: CaseService,
        access: StaffAccess,
        definitions: DefinitionStore,
        organisation: OrganisationService,
        post_names: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._access = access
        self._definitions = definitions
        self._organisation = organisation
        self._post_names = dict(post_names)
        self._now = now

    def list_rounds(self, member: Member) -> list[dict[str, Any]]:
        """Return the rounds that one sees, those that run first, each with all its nodes."""
        with self._sessions.begin() as session:
            rows = repository.list_rounds(session, sorted(member.units), MOST_ROUNDS)
            seen = [row for row in rows if self._access.may_see(session, member, row)]
            return self._write_rounds(session, seen)

    def read(self, member: Member, case_no: str) -> dict[str, Any]:
        """Return a round with its plan and articles, and what one may do now; raises NotFound."""
        with self._sessions.begin() as session:
            row = self._find(session, member, case_no)
            [told] = self._write_rounds(session, [row])
            division = repository.find_division(session, row.unit_id)
            plan = repository.list_plan(session, division, told["year"])
            articles = repository.list_of_round(session, row.id)
            steps = {one["step"] for one in told["nodes"] if one["state"] == "open"}
            may = {
                "may_plan": self._is_turn(session, member, row, steps & PLANNING_STEPS),
                "may_write": self._is_turn(session, member, row, steps & WRITING_STEPS),
            }
            return {
                **told,
                **may,
                "plan": [
                    {key: getattr(one, key) for key in ("quarter", "category", "topic", "wanted")}
                    for one in plan
                ],
                "articles": write_versions(session, self._organisation, articles),
            }

    def plan(self, member: Member, case_no: str, items: Sequence[PlanItem]) -> None:
        """Let ``items`` be the whole plan of the round's year; raises NotFound, Forbidden."""
        body = {"plan": [[one.quarter, one.category, one.topic, one.wanted] for one in items]}

        def act(session: Session, stamp: Stamp, row: Row[Any]) -> int:
            division, year = repository.find_division(session, row.unit_id), self._tell_period(row, ())[0]
            rows = [
                {
                    "quarter": one.quarter, "category": one.category, "topic": one.topic.strip(),
                    "wanted": one.wanted, "planned_by": member.id, "planned_at": stamp.recorded_at,
                }
                for one in items
            ]  # fmt: skip
            repository.replace_plan(session, division, year, rows)
            return len(rows)

        self._carry_out(
            member, case_no, PLANNING_STEPS, PLAN, Request(f"staff:{member.id}", uuid.uuid4(), body), act
        )

    def write(self, member: Member, case_no: str, command_id: uuid.UUID, words: Words) -> None:
        """Add an article to the round, new or in the place of one; sent twice it stands there once.

        Raises NotFound, Forbidden, Invalid, Conflict ``article_drafted`` where another round rewrites it.
        """
        values = _check_words(words)
        body = {**values, "article_id": words.article_id, "valid_from": str(words.valid_from)}
        request = Request(f"staff:{member.id}", command_id, {**body, "valid_until": str(words.valid_until)})

        def act(session: Session, stamp: Stamp, row: Row[Any]) -> int:
            written = repository.list_of_round(session, row.id)
            if len(written) >= MOST_IN_ROUND:
                raise Invalid("too_many_articles")
            if words.article_id is not None:
                self._claim(session, words.article_id)
            made = {**values, "case_id": row.id, "unit_id": row.unit_id, "written_by": member.id}
            repository.insert_draft(session, words.article_id, made, stamp.recorded_at)
            return len(written) + 1

        self._carry_out(member, case_no, WRITING_STEPS, ARTICLES, request, act)

    def rewrite(self, member: Member, case_no: str, version_id: int, words: Words) -> None:
        """Change a draft of the round; raises NotFound, Forbidden, Invalid."""
        values = _check_words(words)

        def act(session: Session, stamp: Stamp, row: Row[Any]) -> int:
            changed = {**values, "written_by": member.id, "written_at": stamp.recorded_at}
            return self._change(session, row, version_id, changed)

        self._carry_out(member, case_no, WRITING_STEPS, ARTICLES, self._once(member, version_id), act)

    def drop(self, member: Member, case_no: str, version_id: int) -> None:
        """Take a draft out of the round; raises NotFound, Forbidden."""

        def act(session: Session, stamp: Stamp, row: Row[Any]) -> int:
            return self._change(session, row, version_id, {"state": VersionState.DROPPED})

        self._carry_out(member, case_no, WRITING_STEPS, ARTICLES, self._once(member, version_id), act)

    @staticmethod
    def _once(member: Member, version_id: int) -> Request:
        return Request(f"staff:{member.id}", uuid.uuid4(), {"version": version_id})

    @staticmethod
    def _change(session: Session, row: Row[Any], version_id: int, values: Mapping[str, Any]) -> int:
        if not repository.change_draft(session, row.id, version_id, values):
            raise NotFound()
        return len(repository.list_of_round(session, row.id))

    @staticmethod
    def _claim(session: Session, article_id: int) -> None:
        """Lock a published article for being written anew; raises NotFound, Conflict."""
        article = repository.lock_article(session, article_id)
        if article is None or not repository.list_versions(session, article_id):
            raise NotFound()
        if article.retired_at is not None:
            raise Conflict("article_retired")
        repository.drop_orphans(session, article_id)
        if repository.find_draft(session, article_id) is not None:
            raise Conflict("article_drafted")

    def _carry_out(
        self,
        member: Member,
        case_no: str,
        steps: frozenset[str],
        counted: str,
        request: Request,
        change: Callable[[Session, Stamp, Row[Any]], int],
    ) -> None:
        """Let ``change`` work under the round's lock, and keep in its data how many there are now."""
        with self._sessions() as session:
            row = self._find(session, member, case_no)

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            case = lock_whole(session, row.id)
            here = {task.step for task in case.snapshot.open_tasks}
            if not self._is_turn(session, member, row, here & steps):
                raise Forbidden("not_your_turn")
            count = change(session, stamp, row)
            if case.snapshot.data.get(counted) == (count or None):
                return CaseAnswer(case.case_no, case.snapshot.version, case.snapshot.status)
            return self._cases.act_within(session, stamp, case, Amend(SYSTEM, {counted: count or None}))

        self._cases.once(request, act)

    def _find(self, session: Session, member: Member, case_no: str) -> Row[Any]:
        row = self._access.find_staff_case(session, member, case_no)
        if row.process_key != PROCESS:
            raise NotFound()
        return repository.read_round(session, row.id)

    def _is_turn(
        self, session: Session, member: Member, row: Row[Any], steps: set[str] | frozenset[str]
    ) -> bool:
        definition = self._definitions.get(session, row.definition_version_id)
        return any(definition.step(key).by.key in list_posts(member) for key in steps)

    def _write_rounds(self, session: Session, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
        ids = [row.id for row in rows]
        tasks: dict[int, list[Row[Any]]] = {one: [] for one in ids}
        for task in repository.list_tasks(session, ids) if ids else ():
            tasks[task.case_id].append(task)
        counts = repository.count_of_rounds(session, ids) if ids else {}
        units = self._organisation.name_units(session, {row.unit_id for row in rows})
        written = []
        for row in rows:
            year, quarter = self._tell_period(row, [task.step for task in tasks[row.id]])
            definition = self._definitions.get(session, row.definition_version_id)
            written.append(
                {
                    "case_no": row.case_no,
                    "status": row.status,
                    "unit_name": units.get(row.unit_id, ""),
                    "year": year,
                    "quarter": quarter,
                    "opened_at": row.opened_at,
                    "article_count": counts.get(row.id, 0),
                    "nodes": self._write_nodes(session, row, definition, tasks[row.id]),
                }
            )
        return written

    @staticmethod
    def _tell_period(row: Row[Any], steps: Sequence[str]) -> tuple[int, int]:
        """Return the year and the quarter of a round; the one in which the year is planned is the first."""
        opened = local_date(row.opened_at)
        year = row.data.get(PLAN_YEAR) or opened.year
        planned_ahead = "plan" in steps or year > opened.year
        return year, 1 if planned_ahead else (opened.month - 1) // _QUARTER_MONTHS + 1

    def _write_nodes(
        self, session: Session, row: Row[Any], definition: ProcessDefinition, tasks: Sequence[Row[Any]]
    ) -> list[dict[str, Any]]:
        """Return the progress bar: each node with who took it, or whom to call for it, and their phone."""
        now, newest = self._now(), {task.step: task for task in tasks}
        actors = repository.list_actors(session, row.id)
        nodes: list[dict[str, Any]] = []
        for step in definition.steps:
            task = newest.get(step.key)
            if task is None and not nodes:
                # The rounds of a year share its plan: all but the first begin behind it.
                continue
            is_open = task is not None and task.state == "open" and row.status == "open"
            person = None if task is None or is_open else actors.get(step.key)
            if is_open:
                person = repository.find_holder(session, row.unit_id, [step.by.key])
            contact = None if person is None else self._organisation.find_contact(session, person)
            nodes.append(
                {
                    "step": step.key,
                    "name": step.name,
                    "post_name": self._post_names.get(step.by.key, ""),
                    "state": "open" if is_open else "coming" if task is None else "done",
                    "contact_name": contact.name if contact else "",
                    "contact_phone": contact.phone if contact else "",
                    "done_at": None if task is None else task.done_at,
                    "due_at": task.due_at if is_open and task is not None else None,
                    "overdue": bool(is_open and task is not None and task.due_at and task.due_at < now),
                }
            )
        return nodes


def _check_words(words: Words) -> dict[str, Any]:
    """Return the columns of what an article says; raises Invalid where something is missing or wrong."""
    title, body = words.title.strip(), words.body.strip()
    wrong = {key: "required" for key, value in (("title", title), ("body", body)) if not value}
    if words.valid_from and words.valid_until and words.valid_until < words.valid_from:
        wrong["valid_until"] = "ends_before_start"
    if wrong:
        raise Invalid(fields=wrong)
    keywords = list(dict.fromkeys(one for one in (word.strip() for word in words.keywords) if one))
    return {
        "title": title,
        "category": words.category,
        "keywords": keywords,
        "body": body,
        "valid_from": words.valid_from,
        "valid_until": words.valid_until,
    }
