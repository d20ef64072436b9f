"""Alembic's environment: migrations run as the database's owner, one runner at a time."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, text

# Any fixed number serves; it only has to be the same for every runner.
MIGRATION_LOCK = 96602


def run_migrations() -> None:
    """Upgrade or downgrade under an advisory lock, and give up rather than queue behind a busy table."""
    engine = create_engine(context.config.attributes["database_url"])
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
    engine.dispose()


run_migrations()
