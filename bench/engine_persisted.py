"""Steps a second that survive a restart: the case service against SpiffWorkflow's own serialisation."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.commands import Command, Start
from backend.cases.deadline_keeper import DeadlineKeeper
from backend.cases.effects import CASE_EFFECTS
from backend.cases.service import CaseService, NewCase, Request
from backend.catalogue.service import DefinitionStore
from backend.core.calendar_service import CalendarService
from bench.bpmn import build_bpmn_spec
from bench.engine_memory import list_spiff_data, start_spiff, take_spiff_step
from bench.figures import Measured, compare, rate_for
from bench.ground import Ground, connect_as_owner
from bench.hall import CUSTOMER_ID, furnish, open_engine
from bench.story import NOW, STEPS, make_commands, read_definition
from composition.hall import GUARDS

ROUND_SECONDS = 1.0
ROUNDS = 9
_TABLE = "CREATE TABLE spiff_workflow (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)"
_INSERT = "INSERT INTO spiff_workflow (body) VALUES (%s) RETURNING id"
_LOCK = "SELECT body FROM spiff_workflow WHERE id = %s FOR UPDATE"
_SAVE = "UPDATE spiff_workflow SET body = %s WHERE id = %s"


def measure(ground: Ground, wanted: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    """Give both ways' steps a second, one connection each, in one database.

    Ours is the whole transaction of production: lock, history, tasks, deadlines, outbox and command log.
    """
    url = ground.make_database("engine_persisted")
    definition = read_definition()
    commands, spec = make_commands(definition), build_bpmn_spec(definition)
    engine = open_engine(url)
    with connect_as_owner(url) as connection:
        connection.execute(_TABLE)
        connection.commit()
        sessions = furnish(engine)
        service = CaseService(
            sessions,
            DefinitionStore(),
            lambda: NOW,
            GUARDS,
            CASE_EFFECTS,
            DeadlineKeeper(CalendarService(sessions, lambda: NOW)).plan,
        )
        serializer = BpmnWorkflowSerializer()
        measured = compare(
            rate_for(ROUND_SECONDS, lambda: _walk_ours(service, sessions, commands)),
            rate_for(ROUND_SECONDS, lambda: _walk_spiff(connection, serializer, spec)),
            ROUNDS,
        )
    engine.dispose()
    yield "engine_persisted", measured


def _walk_ours(service: CaseService, sessions: sessionmaker[Session], commands: list[Command]) -> int:
    start = commands[0]
    if not isinstance(start, Start):
        raise TypeError("the story begins with a start")
    new = NewCase("online_service_application", 1, "301", CUSTOMER_ID, "online", data=start.data)
    answer = service.start_case(_make_request(), new, start)
    with sessions.begin() as session:
        case_id = session.execute(
            text("SELECT id FROM service_case WHERE case_no = :case_no"), {"case_no": answer.case_no}
        ).scalar_one()
    for command in commands[1:]:
        answer = service.carry_out(_make_request(), case_id, command)
    if answer.status != "completed":
        raise AssertionError("the case did not come to the story's end")
    return len(STEPS)


def _make_request() -> Request:
    return Request("customer:1", uuid.uuid4(), {"of": "the bench"})


def _walk_spiff(
    connection: psycopg.Connection[Any], serializer: BpmnWorkflowSerializer, spec: BpmnProcessSpec
) -> int:
    body = serializer.serialize_json(start_spiff(spec))
    row = connection.execute(_INSERT, (body,)).fetchone()
    connection.commit()
    if row is None:
        raise AssertionError("an insert returns its id")
    for _, step, outcome, more in STEPS:
        stored = connection.execute(_LOCK, (row[0],)).fetchone()
        workflow = serializer.deserialize_json(stored[0] if stored else "")
        take_spiff_step(workflow, step, outcome, list_spiff_data(more))
        connection.execute(_SAVE, (serializer.serialize_json(workflow), row[0]))
        connection.commit()
    if not workflow.is_completed():
        raise AssertionError("SpiffWorkflow did not come to the story's end")
    return len(STEPS)
