"""The months of the partitioned tables, made well before they begin."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

MONTHS_AHEAD = 6


def create_month_partitions(
    sessions: sessionmaker[Session], tables: Iterable[str], first: date | None = None
) -> int:
    """Make the partitions of the month of ``first``, by default this one, and those to come.

    Returns how many were new.
    """
    made = 0
    with sessions.begin() as session:
        for table in tables:
            made += session.execute(
                text("SELECT create_month_partitions(:table, coalesce(:first, current_date), :months)"),
                {"table": table, "first": first, "months": MONTHS_AHEAD},
            ).scalar_one()
    return made
