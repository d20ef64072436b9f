"""Statements of the hot paths, compiled once and handed to the driver as they are.

SQLAlchemy's own execution costs as much as the database's answer to a short statement. What is asked for with
every request goes past it, on the session's own connection and in its transaction; errors are SQLAlchemy's.

A session for reading, in which every statement stands for itself, has no transaction to be in. There the
statement borrows a connection of the pool for itself alone, which costs a fraction of what a session's does.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from psycopg import Connection, Cursor, Error
from psycopg.rows import namedtuple_row
from sqlalchemy import ClauseElement, Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.orm import Session

_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]


class ReadingSession(Session):
    """For reading: where all that was asked stood for itself, there is nothing to end or to forget."""

    def close(self) -> None:
        """End what was begun; clearing away nothing would cost as much as a short statement."""
        if self.in_transaction() or self.identity_map:
            super().close()


class Prepared:
    """One statement. Parameters are what psycopg takes, JSON as ``Jsonb``; rows are named tuples."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement

    def all(self, session: Session, parameters: Mapping[str, Any]) -> list[Any]:
        """Return all rows."""
        return self._run(session, parameters).fetchall()

    def first(self, session: Session, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a named tuple
        """Return the first row, or None where there is none."""
        return self._run(session, parameters).fetchone()

    def one(self, session: Session, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a named tuple
        """Return the first row; raises NoResultFound where there is none."""
        row = self.first(session, parameters)
        if row is None:
            raise NoResultFound
        return row

    def scalar(self, session: Session, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any value
        """Return the first row's first value, or None where there is no row."""
        row = self.first(session, parameters)
        return None if row is None else row[0]

    def execute(self, session: Session, parameters: Mapping[str, Any]) -> int:
        """Run a statement without rows and return how many it concerned."""
        return self._run(session, parameters).rowcount

    @cached_property
    def _compiled(self) -> tuple[str, dict[str, Any]]:
        """The statement in the driver's words, with the values that are written into it."""
        compiled = self._statement.compile(dialect=_DIALECT)
        given = {name: value for name, value in compiled.params.items() if value is not None}
        return str(compiled), given

    def _run(self, session: Session, parameters: Mapping[str, Any]) -> Cursor[Any]:
        sql, given = self._compiled
        together = {**given, **parameters}
        if not session.in_transaction():
            bind = session.get_bind()
            if isinstance(bind, Engine) and _stands_alone(bind):
                return _run_alone(bind, sql, together)
        connection = session.connection()
        driver = _check_driver(connection.connection.driver_connection)
        try:
            return _send(driver, sql, together)
        except Error as error:
            if driver.closed:
                connection.invalidate(error)
            raise translate_error(error, sql, together, driver.closed) from error


def find_driver(session: Session) -> Connection[Any]:
    """Return the driver's connection of the session's transaction, for what only the driver can do."""
    return _check_driver(session.connection().connection.driver_connection)


def _stands_alone(engine: Engine) -> bool:
    return engine.get_execution_options().get("isolation_level") == "AUTOCOMMIT"


def _run_alone(engine: Engine, sql: str, parameters: Mapping[str, Any]) -> Cursor[Any]:
    """Run a statement on a connection lent for it; the driver has all rows when that goes back."""
    try:
        lent = engine.raw_connection()
    except Error as error:
        raise translate_error(error, sql, parameters, is_lost=False) from error
    driver = _check_driver(lent.driver_connection)
    try:
        driver.autocommit = True
        return _send(driver, sql, parameters)
    except Error as error:
        raise translate_error(error, sql, parameters, driver.closed) from error
    finally:
        if driver.closed:
            lent.invalidate()
        else:
            driver.autocommit = False
        lent.close()


def _check_driver(driver: object) -> Connection[Any]:
    if not isinstance(driver, Connection):
        raise TypeError("the hall works on psycopg alone")
    return driver


def _send(driver: Connection[Any], sql: str, parameters: Mapping[str, Any]) -> Cursor[Any]:
    return driver.cursor(row_factory=namedtuple_row).execute(sql, parameters)


def translate_error(error: Error, sql: str, parameters: Mapping[str, Any], is_lost: bool) -> Exception:
    """Return SQLAlchemy's error for one of the driver."""
    return DBAPIError.instance(
        sql, dict(parameters), error, Error, connection_invalidated=is_lost, dialect=_DIALECT
    )
