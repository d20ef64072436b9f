"""A database with the published processes and somebody to apply, for the figures that need cases."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from backend.catalogue.folder import list_drafts, read_folder
from backend.catalogue.service import publish
from backend.core.database import make_engine_options
from bench.story import HANDLER_ID, NOW

CUSTOMER_ID = 1


def open_engine(database_url: str, pool_size: int = 5) -> Engine:
    """Return an engine that works as production does: under the application's role."""
    return create_engine(database_url, **make_engine_options(pool_size))


def furnish(engine: Engine) -> sessionmaker[Session]:
    """Publish the processes and enter one customer and one handler; returns sessions on ``engine``."""
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
        session.execute(
            text(
                "INSERT INTO unit (code, name, kind, is_active)"
                " VALUES ('100', '96602客服中心', 'centre', true)"
            )
        )
        session.execute(
            text(
                "INSERT INTO staff (id, unit_id, username, name_sealed, password_hash, must_change_password,"
                " presence, created_at) OVERRIDING SYSTEM VALUE"
                " SELECT :id, unit.id, 'handler', '-', '-', false, 'on_duty', now() FROM unit"
            ),
            {"id": HANDLER_ID},
        )
    return sessions
