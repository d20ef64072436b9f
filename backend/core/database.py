"""The one SQLAlchemy extension, its declarative base, and the engine's options."""

from __future__ import annotations

import time
from typing import Any

import orjson
from flask_sqlalchemy import SQLAlchemy
from psycopg import Connection, Error
from psycopg.types.json import set_json_loads
from sqlalchemy import MetaData, Table
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry

# Named constraints let a migration drop what it made, on every database alike.
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

CONNECT_SECONDS = 5

# The application works under this role: it may read and add to histories, never change or delete them.
APPLICATION_ROLE = "hall_app"

# A connection that was used just now is hardly ever dead, and asking it costs a round trip as long as the
# statement itself. The first that finds the server gone makes the pool drop all the others.
TRUSTED_SECONDS = 2.0
# Every statement of the hall may stay prepared; psycopg's hundred would push out those in use.
PREPARED_MOST = 400
_RETURNED_AT = "returned_at"


class Base(DeclarativeBase):
    """Declarative base of all tables; every model names its table itself."""

    metadata = MetaData(naming_convention=NAMING)


def table_of(model: type[Base]) -> Table:
    """Return the model's table, for the prebuilt Core statements of the hot paths."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not mapped to one table")
    return table


db = SQLAlchemy(model_class=Base)


def make_engine_options(pool_size: int) -> dict[str, Any]:
    """Return engine options for ``pool_size`` connections that work under the application's role.

    The pool must not be smaller than the greenlets that use it, or some starve; the caller sets both alike.
    """
    return {
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": 10,
        # The one used last is the likeliest to be alive and to know the statement.
        "pool_use_lifo": True,
        "pool_events": [(_open, "connect"), (_note_return, "checkin"), (_check_idle, "checkout")],
        # A server that does not answer is away, and whoever asks is told so; the driver waits for minutes.
        "connect_args": {
            "connect_timeout": CONNECT_SECONDS,
            "options": f"-c role={APPLICATION_ROLE} -c timezone=UTC",
        },
    }


def _open(connection: Connection[Any], entry: ConnectionPoolEntry) -> None:
    connection.prepared_max = PREPARED_MOST
    # A case comes with five columns of JSON, and the standard library takes its time over each.
    set_json_loads(orjson.loads, connection)


def _note_return(connection: Connection[Any] | None, entry: ConnectionPoolEntry) -> None:
    entry.info[_RETURNED_AT] = time.monotonic()


def _check_idle(connection: Connection[Any], entry: ConnectionPoolEntry, lent: object) -> None:
    """Ask a connection that lay idle whether it still lives; the pool replaces one that does not."""
    returned_at = entry.info.get(_RETURNED_AT)
    if returned_at is None or time.monotonic() - returned_at < TRUSTED_SECONDS:
        return
    try:
        connection.execute("")
        connection.rollback()
    except Error as error:
        raise DisconnectionError from error
