"""Brings the database's tables to what this version of the code expects."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

_FOLDER = Path(__file__).parents[2] / "migrations"


def upgrade_database(database_url: str) -> None:
    """Run all migrations that have not run yet, as the owner of ``database_url``; a second runner waits."""
    config = Config(str(_FOLDER / "alembic.ini"))
    # alembic reads a percent sign as the start of a reference.
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["database_url"] = database_url
    command.upgrade(config, "head")
