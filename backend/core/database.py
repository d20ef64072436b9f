"""The one SQLAlchemy extension, its declarative base, and the engine's options."""

from __future__ import annotations

from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, Table
from sqlalchemy.orm import DeclarativeBase

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
        "pool_pre_ping": True,
        # A server that does not answer is away, and whoever asks is told so; the driver waits for minutes.
        "connect_args": {
            "connect_timeout": CONNECT_SECONDS,
            "options": f"-c role={APPLICATION_ROLE} -c timezone=UTC",
        },
    }
