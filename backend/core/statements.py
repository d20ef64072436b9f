"""Statements of the hot paths, compiled once and handed to the driver as they are.

SQLAlchemy's own execution costs as much as the database's answer to a short statement. What is asked for with
every request goes past it, on the session's own connection and in its transaction; errors are SQLAlchemy's.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from psycopg import Connection, Cursor, Error
from psycopg.rows import namedtuple_row
from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.orm import Session

_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]


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
        connection = session.connection()
        driver = connection.connection.driver_connection
        if not isinstance(driver, Connection):
            raise TypeError("the hall works on psycopg alone")
        cursor = driver.cursor(row_factory=namedtuple_row)
        try:
            return cursor.execute(sql, {**given, **parameters})
        except Error as error:
            is_lost = driver.closed
            if is_lost:
                connection.invalidate(error)
            raise DBAPIError.instance(
                sql, dict(parameters), error, Error, connection_invalidated=is_lost, dialect=_DIALECT
            ) from error
