"""Statements that go past SQLAlchemy fail as its own do, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import BigInteger, Engine, bindparam, create_engine, literal, select, text
from sqlalchemy.exc import IntegrityError, NoResultFound, OperationalError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from backend.core.database import make_engine_options
from backend.core.statements import Prepared, ReadingSession

ASKED = Prepared(
    select(bindparam("number", type_=BigInteger).label("number"), literal("%").label("sign")).where(
        bindparam("wanted", type_=BigInteger) == 1
    )
)
INSERT = Prepared(
    text(
        "INSERT INTO outbox (topic, payload, state, attempt, created_at)"
        " VALUES (:topic, :payload, :state, 0, now())"
    )
)
PID = Prepared(text("SELECT pg_backend_pid()"))
END = text("SELECT pg_terminate_backend(:pid, 5000)")


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as session:
        yield session


def test_rows_are_named_and_written_values_are_kept(session: Session) -> None:
    [row] = ASKED.all(session, {"number": 7, "wanted": 1})
    assert (row.number, row.sign) == (7, "%")
    assert ASKED.scalar(session, {"number": 7, "wanted": 1}) == 7
    assert ASKED.first(session, {"number": 7, "wanted": 2}) is None
    assert ASKED.scalar(session, {"number": 7, "wanted": 2}) is None
    with pytest.raises(NoResultFound):
        ASKED.one(session, {"number": 7, "wanted": 2})


def test_they_share_the_sessions_transaction(session: Session) -> None:
    count = text("SELECT count(*) FROM outbox WHERE topic = 'test_prepared'")
    assert INSERT.execute(session, {"topic": "test_prepared", "payload": Jsonb({}), "state": "sent"}) == 1
    assert session.execute(count).scalar_one() == 1
    session.rollback()
    assert session.execute(count).scalar_one() == 0


def test_errors_are_sqlalchemys(session: Session) -> None:
    with pytest.raises(IntegrityError):
        INSERT.execute(session, {"topic": None, "payload": Jsonb({}), "state": "sent"})
    session.rollback()
    with pytest.raises(ProgrammingError):
        Prepared(text("SELECT nothing FROM nowhere")).all(session, {})


@pytest.fixture
def narrow(database_url: str) -> Iterator[Engine]:
    """Give an engine with a pool of one connection: whoever asks while another holds it gets none."""
    engine = create_engine(database_url, **{**make_engine_options(1), "pool_timeout": 1})
    yield engine
    engine.dispose()


def open_for_reading(engine: Engine) -> Session:
    return ReadingSession(engine.execution_options(isolation_level="AUTOCOMMIT"))


def test_a_session_for_reading_holds_no_connection_between_statements(narrow: Engine) -> None:
    with open_for_reading(narrow) as one, open_for_reading(narrow) as other:
        assert PID.scalar(one, {}) == PID.scalar(other, {}) == PID.scalar(one, {})
        assert not one.in_transaction()


def test_what_a_session_for_reading_did_begin_ends_with_it(narrow: Engine) -> None:
    with open_for_reading(narrow) as session:
        session.execute(text("SELECT 1"))
        assert session.in_transaction()
    assert not session.in_transaction()
    with open_for_reading(narrow) as other:
        assert PID.scalar(other, {})


def test_a_statement_alone_leaves_its_connection_in_transactions_again(narrow: Engine) -> None:
    count = text("SELECT count(*) FROM outbox WHERE topic = 'test_alone'")
    with open_for_reading(narrow) as alone:
        assert INSERT.execute(alone, {"topic": "test_alone", "payload": Jsonb({}), "state": "sent"}) == 1
        with pytest.raises(IntegrityError):
            INSERT.execute(alone, {"topic": None, "payload": Jsonb({}), "state": "sent"})
    with Session(narrow) as session:
        assert session.execute(count).scalar_one() == 1
        assert INSERT.execute(session, {"topic": "test_alone", "payload": Jsonb({}), "state": "sent"}) == 1
        session.rollback()
        assert session.execute(count).scalar_one() == 1
        session.execute(text("DELETE FROM outbox WHERE topic = 'test_alone'"))
        session.commit()


def test_a_lost_connection_is_replaced_for_a_statement_alone(narrow: Engine, database_url: str) -> None:
    owner = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with open_for_reading(narrow) as session:
        pid = PID.scalar(session, {})
        with owner.connect() as connection:
            connection.execute(END, {"pid": pid})
        with pytest.raises(OperationalError) as raised:
            PID.scalar(session, {})
        assert raised.value.connection_invalidated
        assert PID.scalar(session, {}) != pid
    owner.dispose()


def test_a_lost_connection_is_told_and_replaced(database_url: str) -> None:
    engine = create_engine(database_url, **make_engine_options(2))
    owner = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with Session(engine) as session:
        pid = PID.scalar(session, {})
        with owner.connect() as connection:
            connection.execute(END, {"pid": pid})
        with pytest.raises(OperationalError) as raised:
            PID.scalar(session, {})
        assert raised.value.connection_invalidated
        session.rollback()
        assert PID.scalar(session, {}) != pid
    engine.dispose()
    owner.dispose()
