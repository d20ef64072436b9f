"""The months of the partitioned tables, made well before they begin."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

MONTHS_AHEAD = 6


def create_month_partitions(sessions: sessionmaker[Session], tables: Iterable[str]) -> int:
    """Make the partitions of this month and those to come; returns how many were new."""
    made = 0
    with sessions.begin() as session:
        for table in tables:
            made += session.execute(
                text("SELECT create_month_partitions(:table, current_date, :months)"),
                {"table": table, "months": MONTHS_AHEAD},
            ).scalar_one()
    return made
