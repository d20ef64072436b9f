"""Until when an ended case keeps what is personal, by the settings as they are now.

The day is noted at the end of a case and counted anew once a setting has changed: a shorter one lets go
sooner, a longer one keeps what is still there.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Text, bindparam, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.models import ServiceCase
from backend.cases.repository import StoredCase
from backend.cases.snapshot import Snapshot
from backend.catalogue.definition import ProcessDefinition
from backend.core.local_time import local_date

# Cases about a supply contract or about money, which the law wants kept for longer.
CONTRACT_KINDS: Final = frozenset(
    {
        "account_closing", "account_opening", "alteration", "card_replacement", "fee_collection",
        "gas_commissioning", "install_non_residential", "install_residential_group",
        "install_residential_individual", "online_account_opening", "ownership_transfer",
        "suspension_removal",
    }
)  # fmt: skip
_AT_ONCE: Final = 1000
# What was put off, as papers of an open account, is looked at once more.
_COUNT_ANEW = text(
    """
    UPDATE service_case c SET kept_by = :kept_by,
      retain_until = CASE WHEN erased_at IS NOT NULL THEN retain_until
        ELSE (ended_at AT TIME ZONE 'Asia/Shanghai')::date
          + CASE WHEN process_key = ANY(:kinds) THEN CAST(:papers AS integer) ELSE :cases END END,
      papers_retain_until = (ended_at AT TIME ZONE 'Asia/Shanghai')::date + CAST(:papers AS integer)
     WHERE c.id IN (
       SELECT id FROM service_case
        WHERE ended_at IS NOT NULL AND papers_erased_at IS NULL AND (kept_by < :kept_by OR kept_by > :kept_by)
        LIMIT :most FOR UPDATE SKIP LOCKED)
    """
).bindparams(bindparam("kinds", type_=ARRAY(Text)))


class CaseTerms:
    """``case_days`` after its end a case lets go; one about a contract or money, and papers that were signed
    in any case, after the longer of both."""

    def __init__(self, case_days: int, contract_days: int) -> None:
        self._case_days = case_days
        self._paper_days = max(case_days, contract_days)
        self._kept_by = f"{case_days}/{contract_days}"

    def observe(
        self, session: Session, case: StoredCase, definition: ProcessDefinition, after: Snapshot, at: datetime
    ) -> None:
        """Note both days at the end of a case."""
        if not after.status.is_final:
            return
        ended_on = local_date(at)
        days = self._paper_days if definition.key in CONTRACT_KINDS else self._case_days
        noted = {
            "retain_until": _count(ended_on, days),
            "papers_retain_until": _count(ended_on, self._paper_days),
            "kept_by": self._kept_by,
        }
        ended = update(ServiceCase).where(ServiceCase.id == case.id).values(noted)
        session.execute(ended.execution_options(synchronize_session=False))

    def count_anew(self, sessions: sessionmaker[Session]) -> int:
        """Count anew the days of cases that ended under other settings; returns of how many."""
        asked = {
            "kept_by": self._kept_by, "kinds": sorted(CONTRACT_KINDS), "cases": self._case_days,
            "papers": self._paper_days, "most": _AT_ONCE,
        }  # fmt: skip
        total = 0
        while True:
            with sessions.begin() as session:
                counted = session.connection().execute(_COUNT_ANEW, asked).rowcount
            total += counted
            if counted < _AT_ONCE:
                return total


def _count(ended_on: date, days: int) -> date:
    return ended_on + timedelta(days=days)
