"""Arrays as text are what PostgreSQL reads as the same values."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.core.array_texts import write_digests, write_numbers


def test_the_database_reads_what_was_meant(sessions: sessionmaker[Session]) -> None:
    digests, numbers = [b"", b"\0\xff", bytes(range(32))], [0, -(2**63), 2**63 - 1]
    asked = text("SELECT CAST(:digests AS bytea[]), CAST(:numbers AS bigint[])")
    with sessions() as session:
        told = {"digests": write_digests(digests), "numbers": write_numbers(numbers)}
        assert [list(one) for one in session.execute(asked, told).one()] == [digests, numbers]
        told = {"digests": write_digests(digests[:1]), "numbers": write_numbers([])}
        assert [list(one) for one in session.execute(asked, told).one()] == [[b""], []]
