"""Connections that died are noticed: idle ones before they are used, the others at their first use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from backend.core import database

_PID = text("SELECT pg_backend_pid()")
# Waits until it is gone, five seconds at most.
_END = text("SELECT pg_terminate_backend(:pid, 5000)")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url, **database.make_engine_options(3))
    yield engine
    engine.dispose()


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _use(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(_PID).scalar_one())


def test_the_connection_used_last_is_used_again(engine: Engine) -> None:
    with engine.connect() as one, engine.connect() as other:
        first, last = one.execute(_PID).scalar_one(), other.execute(_PID).scalar_one()
    assert _use(engine) == _use(engine)
    assert _use(engine) in (first, last)


def test_one_that_lay_idle_is_replaced_unseen(
    engine: Engine, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "TRUSTED_SECONDS", 0.0)
    dead = _use(engine)
    owner.execute(_END, {"pid": dead})
    assert _use(engine) != dead


def test_the_first_use_that_fails_renews_all(engine: Engine, owner: Connection) -> None:
    with engine.connect() as one, engine.connect() as other:
        dead = {one.execute(_PID).scalar_one(), other.execute(_PID).scalar_one()}
    for pid in dead:
        owner.execute(_END, {"pid": pid})
    with pytest.raises(OperationalError) as raised:
        _use(engine)
    assert raised.value.connection_invalidated
    with engine.connect() as one, engine.connect() as other:
        assert not dead & {one.execute(_PID).scalar_one(), other.execute(_PID).scalar_one()}


def test_the_check_works_in_autocommit_as_well(
    engine: Engine, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "TRUSTED_SECONDS", 0.0)
    reading = engine.execution_options(isolation_level="AUTOCOMMIT")
    before = _use(reading)
    assert _use(reading) == before == _use(engine)
