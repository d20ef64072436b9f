"""The SQL of one real request, captured, and sent again by psycopg with fresh numbers in its place."""

from __future__ import annotations

import os
import re
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import LifoQueue
from typing import Any, Self

from psycopg import Binary, Connection, Cursor
from sqlalchemy import Engine, event

# Larger than any number of a row in the bench: keys of advisory locks, which each request has its own of.
LARGEST_ID = 2**48
_NEW_CASE = re.compile(r"INSERT INTO service_case\b.*RETURNING", re.DOTALL)
Parameters = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; ``parameters`` is a list where it was sent for many rows at once."""

    sql: str
    parameters: Parameters | list[Parameters]
    is_autocommit: bool
    makes_case: bool


@dataclass
class Recording:
    """What one request sent, in order."""

    statements: list[Statement] = field(default_factory=list)


class Recorder:
    """Listens to an engine's connections. It records only the thread that asked, only from ``begin`` on."""

    def __init__(self, engine: Engine) -> None:
        self._by_thread: dict[int, Recording] = {}
        self._begun: set[int] = set()
        note = self._note

        class RecordingCursor(Cursor[Any]):
            """The driver's cursor: all statements pass it, however they were made."""

            def execute(self, query: Any, params: Any = None, **more: Any) -> Self:
                done = super().execute(query, params, **more)
                # A number that was taken already made no case; sent again it would be refused for ever.
                if self.rowcount or not _NEW_CASE.search(str(query)):
                    note(self.connection, query, params, many=False)
                return done

            def executemany(self, query: Any, params_seq: Any, **more: Any) -> None:
                given = list(params_seq)
                note(self.connection, query, given, many=True)
                super().executemany(query, given, **more)

        def use(connection: Connection[Any], entry: object) -> None:
            connection.cursor_factory = RecordingCursor

        event.listen(engine, "connect", use)

    @contextmanager
    def record(self) -> Iterator[Recording]:
        """Give the recording of what this thread does in the block after it called ``begin``."""
        me = threading.get_ident()
        recording = self._by_thread[me] = Recording()
        try:
            yield recording
        finally:
            del self._by_thread[me]
            self._begun.discard(me)

    def begin(self) -> None:
        """From here on the request's own work begins: what signing in costs, the raw route pays itself."""
        if threading.get_ident() in self._by_thread:
            self._begun.add(threading.get_ident())

    def _note(self, connection: Connection[Any], sql: Any, parameters: Any, *, many: bool) -> None:
        me = threading.get_ident()
        # An empty one only asks whether the connection lives.
        if me in self._begun and sql:
            kept = [dict(one) for one in parameters] if many else dict(parameters or {})
            made = _NEW_CASE.search(sql) is not None
            self._by_thread[me].statements.append(Statement(sql, kept, connection.autocommit, made))


class Connections:
    """Plain connections under the application's role, as many as greenlets may ask for."""

    def __init__(self, conninfo: str, size: int, role: str) -> None:
        self._free: dict[bool, LifoQueue[Connection[Any] | None]] = {}
        self._conninfo = conninfo
        self._options = f"-c role={role} -c timezone=UTC"
        for autocommit in (False, True):
            self._free[autocommit] = LifoQueue()
            for _ in range(size):
                self._free[autocommit].put(None)

    @contextmanager
    def borrow(self, autocommit: bool) -> Iterator[Connection[Any]]:
        """Lend a connection; what was done on it is committed at the end."""
        connection = self._free[autocommit].get() or Connection.connect(
            self._conninfo, autocommit=autocommit, options=self._options
        )
        try:
            yield connection
            if not autocommit:
                connection.commit()
        finally:
            # After a commit there is nothing to roll back.
            connection.rollback()
            self._free[autocommit].put(connection)


def replay(recording: Recording, connections: Connections, known: Mapping[Any, Any], case_id: int) -> None:
    """Send the recording's statements with ``known`` values exchanged, and all unique ones made anew.

    ``case_id`` is the recorded case's id: where a statement makes a case, the new one's takes its place.
    """
    fresh: dict[Any, Any] = dict(known)
    statements, at = recording.statements, 0
    while at < len(statements):
        autocommit = statements[at].is_autocommit
        with connections.borrow(autocommit) as connection, connection.cursor() as cursor:
            while at < len(statements) and statements[at].is_autocommit == autocommit:
                one = statements[at]
                if isinstance(one.parameters, list):
                    cursor.executemany(one.sql, [_renew(each, fresh) for each in one.parameters])
                else:
                    cursor.execute(one.sql, _renew(one.parameters, fresh))
                    if cursor.description is not None:
                        rows = cursor.fetchall()
                        if one.makes_case:
                            fresh[case_id] = rows[0][0]
                at += 1


def _renew(parameters: Parameters, fresh: dict[Any, Any]) -> Parameters:
    return {name: _renew_one(value, fresh) for name, value in parameters.items()}


def _renew_one(value: Any, fresh: dict[Any, Any]) -> Any:
    kind = type(value)
    if kind is int:
        if value in fresh:
            return fresh[value]
        return int.from_bytes(os.urandom(7)) if abs(value) > LARGEST_ID else value
    if kind is str:
        return fresh.get(value, value)
    if kind is Binary:
        return Binary(_renew_one(value.obj, fresh))
    if kind is uuid.UUID or kind is bytes:
        if value not in fresh:
            fresh[value] = uuid.uuid4() if kind is uuid.UUID else os.urandom(len(value))
        return fresh[value]
    return value
