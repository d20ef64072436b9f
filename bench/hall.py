"""A database with the published processes and somebody to apply, for the figures that need cases."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from backend.catalogue.folder import list_drafts, read_folder
from backend.catalogue.service import publish
from backend.core.database import make_engine_options
from bench.story import NOW

CUSTOMER_ID = 1


def open_engine(database_url: str, pool_size: int = 5) -> Engine:
    """Return an engine that works as production does: under the application's role."""
    return create_engine(database_url, **make_engine_options(pool_size))


def furnish(engine: Engine) -> sessionmaker[Session]:
    """Publish the processes and enter one customer; returns sessions on ``engine``."""
    sessions = sessionmaker(engine, expire_on_commit=False)
    with sessions.begin() as session:
        publish(session, list_drafts(read_folder()), "bench", NOW)
        session.execute(
            text(
                "INSERT INTO customer (id, kind, created_at) OVERRIDING SYSTEM VALUE"
                " VALUES (:id, 'resident', now())"
            ),
            {"id": CUSTOMER_ID},
        )
    return sessions
