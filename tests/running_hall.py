"""The whole hall as real processes on a database and a queue of its own, for clients from outside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from tests.browser.stage import Stage, create_database, drop_database
from tests.conftest import DATABASE_VARIABLE, REDIS_VARIABLE


@contextmanager
def run_hall(name: str, folder: Path, redis_number: int) -> Iterator[tuple[Stage, str]]:
    """Run simulators, web, worker and scheduler with the demonstration's organisation and bookable hours.

    Yields the hall and the address of its database, which is called after ``name`` and is gone afterwards.
    ``redis_number`` chooses the Valkey database: the workers of xdist have the first ones. Raises NotReady.
    """
    address = os.environ[DATABASE_VARIABLE]
    database = f"hall_{name}_{os.getpid()}"
    create_database(address, database)
    own = make_url(address).set(database=database).render_as_string(hide_password=False)
    hall = Stage(folder, own, os.environ[REDIS_VARIABLE].replace("db=0", f"db={redis_number}"))
    try:
        hall.start()
        yield hall, own
    finally:
        hall.stop()
        drop_database(address, database)
