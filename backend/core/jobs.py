"""RQ at the edge: the queues that the relay fills, and the worker that empties them. Jobs are JSON.

A job is a topic and the ids of outbox rows, never more: what it may do stands in the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextvars import ContextVar

from redis import Redis
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from backend.core.delivery import Deliverer
from backend.core.relay import Batch
from backend.core.topics import QUEUES

JOB_SECONDS = 180
# A job that is not over so long after its time has no worker any more, and its queue may be idle again.
_OVERTIME_SECONDS = 5
# The library would wait a minute between its looks at a queue that has come back long since.
_LONGEST_WAIT_SECONDS = 5
FAILED_JOBS_KEPT_SECONDS = 24 * 3600
_deliverer: ContextVar[Deliverer] = ContextVar("deliverer")


class JobQueues:
    """The queues by name. ``redis`` must not decode what it reads; jobs end after ``job_seconds``."""

    def __init__(self, redis: Redis, job_seconds: int = JOB_SECONDS) -> None:
        self._job_seconds = job_seconds
        self._queues = {name: Queue(name, connection=redis, serializer=JSONSerializer) for name in QUEUES}

    def enqueue(self, batches: Iterable[Batch]) -> None:
        """Put one job for each batch into its queue; raises RedisError."""
        by_queue: dict[str, list[Batch]] = {}
        for batch in batches:
            by_queue.setdefault(batch.queue, []).append(batch)
        for name, of_queue in by_queue.items():
            self._queues[name].enqueue_many(
                [
                    Queue.prepare_data(
                        deliver_promises,
                        args=(batch.topic, list(batch.ids)),
                        timeout=self._job_seconds,
                        result_ttl=0,
                        failure_ttl=FAILED_JOBS_KEPT_SECONDS,
                        description=f"{batch.topic}: {len(batch.ids)} promises",
                    )
                    for batch in of_queue
                ]
            )

    def is_idle(self, queue: str) -> bool:
        """Tell whether nothing waits in ``queue`` and nothing from it is being worked on."""
        one = self._queues[queue]
        return one.count == 0 and StartedJobRegistry(queue=one).count == 0


def deliver_promises(topic: str, ids: list[int]) -> None:
    """The one job there is; it runs inside a worker that ``run_worker`` started."""
    _deliverer.get().deliver(topic, ids)


class _Worker(SimpleWorker):
    """Works inside its own process, and is given up for dead soon after the time of its job."""

    max_connection_wait_time = _LONGEST_WAIT_SECONDS

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        """Return for how many seconds a job that has begun counts as being worked on."""
        return int(job.timeout or JOB_SECONDS) + _OVERTIME_SECONDS


def run_worker(redis: Redis, deliverer: Deliverer, queues: Sequence[str], burst: bool = False) -> None:
    """Work until SIGTERM or SIGINT, then finish the job in hand; with ``burst`` until nothing waits.

    Jobs run in this process: a worker that forks for each does a quarter of them, and what dies with this
    process is swept up.
    """
    _deliverer.set(deliverer)
    worker = _Worker(
        [Queue(name, connection=redis, serializer=JSONSerializer) for name in queues],
        connection=redis,
        serializer=JSONSerializer,
        log_job_description=False,
    )
    worker.work(burst=burst, logging_level=None)
