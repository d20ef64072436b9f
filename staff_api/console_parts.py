"""Which parts of the console somebody has. The routes decide; a client hides what would only be refused."""

from __future__ import annotations

from dataclasses import dataclass

from backend.cases.call_desk import CALL_POSTS
from backend.knowledge.articles import KEEPERS
from backend.organisation.leads import CENTRE_KEEPERS, CENTRE_LEAD, KEEPER
from backend.organisation.service import Member
from backend.plans.kinds import PLANNERS

# Who has the ledger of customers, and who keeps it.
LEDGER_KEEPERS = frozenset({"customer_service_dept", "business_division", "account_manager"})
LEDGER_READERS = LEDGER_KEEPERS | {*CENTRE_KEEPERS, "hotline_agent", "remote_service", "area_lead"}
# Who brings in whole files of customers, and may take them out again: managers alone.
IMPORTERS = frozenset({KEEPER, CENTRE_LEAD, "business_division"})
# Who sees the plans of visits to accounts.
PLAN_READERS = PLANNERS | {*CENTRE_KEEPERS, "area_lead", "business_division"}
PART_NAMES = (
    "organisation", "unit_people", "reasons", "calendar", "operations", "intake", "works", "boards", "calls",
    "knowledge", "ledger", "ledger_keeping", "plans", "planning",
    "account_imports", "account_differences", "tariffs",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConsoleParts:
    """The posts that have a part.

    ``unit_people`` are those that keep the people and the roster of a unit, ``intake`` those that open cases
    on a customer's behalf, ``works`` those that take part in works with a limit over all of them, ``boards``
    those that lead or manage; ``has_master`` tells whether another system stays the master of accounts.
    """

    unit_people: frozenset[str]
    intake: frozenset[str]
    works: frozenset[str]
    boards: frozenset[str]
    has_master: bool = False

    def list_parts(self, member: Member) -> list[str]:
        """Return the names of the parts that ``member`` has, in the order of PART_NAMES."""
        posts_of = {
            "organisation": frozenset({KEEPER}),
            "unit_people": self.unit_people,
            "reasons": frozenset({CENTRE_LEAD}),
            "calendar": frozenset(CENTRE_KEEPERS),
            "operations": frozenset(CENTRE_KEEPERS),
            "intake": self.intake,
            "works": self.works,
            "boards": self.boards,
            "calls": frozenset(CALL_POSTS),
            "knowledge": KEEPERS,
            "ledger": LEDGER_READERS,
            "ledger_keeping": LEDGER_KEEPERS,
            "plans": PLAN_READERS,
            "planning": PLANNERS,
            "account_imports": IMPORTERS,
            "tariffs": IMPORTERS,
            "account_differences": IMPORTERS if self.has_master else frozenset(),
        }
        held = member.positions | member.departments
        return [name for name in PART_NAMES if held & posts_of[name]]
