"""A clerk's queue page and counts at 1,000,000 cases against the same at 10,000."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence

from backend.cases.staff_access import map_posts
from backend.cases.staff_queues import ListRequest, StaffQueues
from backend.cases.staff_rows import RowWriter
from backend.catalogue.loader import build_process
from bench.clones import clone_cases, hold_indexes_back
from bench.figures import Measure, Measured, compare
from bench.ground import Ground, connect_as_owner
from bench.web_stage import FIRST_CASE_ID, WebStage, make_template, set_web_stage
from composition.hall import read_clock

FEW, MANY = 10_000, 1_000_000
BATCH = 250_000
ROUNDS = 7
CALLS = 20
# Of a hundred cases ten each wait in three queues, and half of those are overdue, so that with few cases too
# every count comes to its limit: as many rows are counted on both sides, found among more or fewer others.
_SPREAD = {
    "state": "CASE WHEN copy_no.n % 100 < 30 THEN 'open' ELSE 'done' END",
    "queue": "CASE copy_no.n % 3 WHEN 0 THEN 'accept' WHEN 1 THEN 'review' ELSE 'dispatch' END",
    "opened_at": "t.opened_at - copy_no.n % 100000 * interval '1 second'",
    "due_at": "t.opened_at + (copy_no.n % 5000 - 2500) * interval '1 minute'",
}


def measure(ground: Ground, wanted: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    """Give ``queue_pages`` and ``queue_counts``, each in milliseconds."""
    many, few = (_make_queues(ground, name, amount) for name, amount in (("many", MANY), ("few", FEW)))
    calls: dict[str, Callable[[StaffQueues, WebStage], object]] = {
        "queue_pages": lambda queues, stage: queues.list_cases(
            stage.clerks[0].member, ListRequest(queue="accept")
        ),
        "queue_counts": lambda queues, stage: queues.list_queues(stage.clerks[0].member),
    }
    for name in wanted:
        yield name, compare(_time_of(calls[name], *many), _time_of(calls[name], *few), ROUNDS)
    for _, stage in (many, few):
        stage.hall.engine.dispose()


def _make_queues(ground: Ground, name: str, amount: int) -> tuple[StaffQueues, WebStage]:
    stage = set_web_stage(ground, f"queues_{name}")
    template_id, _, _ = make_template(stage)
    first_id = FIRST_CASE_ID + 1000
    with connect_as_owner(stage.database_url) as owner:
        owner.execute("SET synchronous_commit = off")
        with hold_indexes_back(owner):
            for start in range(0, amount, BATCH):
                clone_cases(owner, template_id, first_id + start, min(BATCH, amount - start), _SPREAD)
        owner.autocommit = True
        for table in ("service_case", "case_task"):
            owner.execute(f"VACUUM (ANALYZE) {table}")
    hall = stage.hall
    posts = map_posts(build_process(body) for body in hall.content.processes.values())
    services = {one.key: one.name for one in hall.content.services}
    rows = RowWriter(hall.organisation, hall.definitions, services, hall.calendar, hall.keys, read_clock)
    return StaffQueues(hall.sessions, posts, rows, hall.keys, read_clock), stage


def _time_of(
    call: Callable[[StaffQueues, WebStage], object], queues: StaffQueues, stage: WebStage
) -> Measure:
    def measure_once() -> float:
        times = []
        for _ in range(CALLS):
            began = time.perf_counter()
            call(queues, stage)
            times.append(time.perf_counter() - began)
        return statistics.median(times) * 1000

    return measure_once
