"""The embedded servers are real ones: row locks that skip, and a Valkey that keeps what it is told."""

from __future__ import annotations

import pytest
import redis
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, sessionmaker


def test_locked_rows_are_skipped(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as first:
        first.execute(
            text(
                "INSERT INTO outbox (topic, payload, state, attempt, created_at)"
                " VALUES ('lock_test', '{}', 'pending', 0, now())"
            )
        )
    claim = text("SELECT id FROM outbox WHERE topic = 'lock_test' FOR UPDATE SKIP LOCKED")
    with sessions.begin() as first, sessions.begin() as second:
        assert len(first.execute(claim).all()) == 1
        assert second.execute(claim).all() == []


def test_valkey_keeps_a_value(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    assert client.set("greeting", "您好")
    assert client.get("greeting") == "您好".encode()
    client.close()


@pytest.mark.parametrize("statement", ["UPDATE case_event SET seq = 0", "DELETE FROM case_event"])
def test_history_cannot_be_changed(sessions: sessionmaker[Session], statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), sessions.begin() as session:
        session.execute(text(statement))


def test_published_definitions_cannot_be_changed(sessions: sessionmaker[Session]) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), sessions.begin() as session:
        session.execute(text("UPDATE definition_version SET version = 2"))


def test_events_stand_in_their_months_partition(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        months = connection.execute(
            text(
                "SELECT count(*) FROM pg_inherits"
                " WHERE inhparent = 'case_event'::regclass AND inhrelid::regclass::text <> 'case_event_rest'"
            )
        ).scalar_one()
    engine.dispose()
    assert months >= 6
