"""What speaks against opening an account at a place: asked once the address is known, and at the acceptance.

Nothing here names anybody or any sum: whoever asks learns that there is something, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, LargeBinary, bindparam, select, text
from sqlalchemy.orm import Session

from backend.cases.access import find_root_id
from backend.cases.commands import Guard
from backend.cases.errors import RefusalCode
from backend.cases.guards import Asking, BoundGuard
from backend.cases.models import ServiceCase
from backend.cases.snapshot import Snapshot
from backend.catalogue.definition import ProcessDefinition
from backend.core.database import table_of
from backend.core.statements import Prepared
from backend.customers.accounts import AccountThere, list_accounts_there
from backend.organisation.service import find_serving

# The guard of an acceptance, and that of the way past it, which is there only where something speaks against.
PREMISES_CLEAR, PREMISES_IN_DOUBT = "premises_clear", "premises_in_doubt"
# What the way on with a reason leaves in the case's data: whoever accepts again is not asked again.
ACCEPTED_DESPITE = "accepted_despite"

UNSERVED, ELSEWHERE = "premises_unserved", "premises_elsewhere"
HAS_ACCOUNT, HAS_OWN_ACCOUNT = "premises_has_account", "premises_has_own_account"
IN_ARREARS, HAS_HAZARDS = "premises_in_arrears", "premises_has_hazards"
# What the own account says is of use to its customer; opening again gives them the same one.
_HARMLESS = frozenset({HAS_OWN_ACCOUNT})

# Whether anything is owed by these accounts, the case at the top apart; the books belong to the payments.
FindArrears = Callable[[Session, Sequence[int], int | None], bool]

_CASE = table_of(ServiceCase)
_PLACE = Prepared(
    select(
        _CASE.c.address_index, _CASE.c.region, _CASE.c.street, _CASE.c.community, _CASE.c.unit_id,
        _CASE.c.customer_id,
    ).where(_CASE.c.id == bindparam("case_id"))
)  # fmt: skip
# A hazard is found in a case at this address that goes on, or in one about an account that is there. Which
# step comes once it is put right, the process says by a trait.
_HAZARDS = Prepared(
    text(
        """
    WITH RECURSIVE tree (id) AS (
      (SELECT id FROM service_case WHERE address_index = :place AND status = 'open'
        UNION SELECT case_id FROM case_account WHERE gas_account_id = ANY(:accounts))
      UNION
      SELECT k.id FROM service_case k JOIN tree ON k.parent_case_id = tree.id
    )
    SELECT true FROM tree JOIN service_case c ON c.id = tree.id
      JOIN definition_version d ON d.id = c.definition_version_id
     WHERE COALESCE(c.data->'hazards_found', 'null') NOT IN ('null', '""', '[]', 'false')
       AND d.body->'traits'->>'hazards_put_right_by' IS NOT NULL
       AND NOT EXISTS (
         SELECT FROM case_task t
          WHERE t.case_id = c.id AND t.step = d.body->'traits'->>'hazards_put_right_by')
     LIMIT 1
    """
    ).bindparams(
        bindparam("place", type_=LargeBinary),
        bindparam("accounts", type_=ARRAY(BigInteger)),
    )
)


class Place(NamedTuple):
    """Where an account is to be opened, by whom and which unit; ``root_id`` is the case that asks, if any."""

    address_index: bytes
    region: str
    street: str
    community: str
    customer_id: int | None
    unit_id: int | None = None
    root_id: int | None = None


class PremisesDoubts:
    """``find_arrears`` looks into the books."""

    def __init__(self, find_arrears: FindArrears) -> None:
        self._find_arrears = find_arrears

    def find(self, session: Session, place: Place) -> list[str]:
        """Return the codes of what speaks against it, the gravest first."""
        accounts = list_accounts_there(session, place.address_index)
        ids = [one.id for one in accounts]
        found = [self._check_area(session, place), _check_accounts(accounts, place.customer_id)]
        if ids and self._find_arrears(session, ids, place.root_id):
            found.append(IN_ARREARS)
        if _HAZARDS.first(session, {"place": place.address_index, "accounts": ids}) is not None:
            found.append(HAS_HAZARDS)
        return [one for one in found if one is not None]

    def find_of_case(self, session: Session, case_id: int) -> list[str]:
        """Return the same for the case at the top; nothing where it has no address."""
        root_id = find_root_id(session, case_id)
        row = _PLACE.first(session, {"case_id": root_id})
        if row is None or row.address_index is None:
            return []
        place = Place(
            *(bytes(row.address_index), row.region or "", row.street or "", row.community or ""),
            *(row.customer_id, row.unit_id, root_id),
        )
        return [one for one in self.find(session, place) if one not in _HARMLESS]

    def find_accounts_of_case(self, session: Session, case_id: int) -> list[str]:
        """Return whether an account is in use where the case at the top wants something built."""
        row = _PLACE.first(session, {"case_id": find_root_id(session, case_id)})
        if row is None or row.address_index is None:
            return []
        return self.find_accounts(session, bytes(row.address_index), row.customer_id)

    def find_accounts(self, session: Session, address_index: bytes, customer_id: int | None) -> list[str]:
        """Return the code of an account that is in use at a place, in a list as the others are."""
        found = _check_accounts(list_accounts_there(session, address_index), customer_id)
        return [] if found is None else [found]

    def _check_area(self, session: Session, place: Place) -> str | None:
        serving = find_serving(session, place.region, place.street, place.community)
        if serving is None:
            return UNSERVED
        return None if place.unit_id in (None, serving.id) else ELSEWHERE


def _check_accounts(accounts: Sequence[AccountThere], customer_id: int | None) -> str | None:
    standing = [one for one in accounts if not one.is_closed]
    if not standing:
        return None
    # As where the account is entered: one that nobody owns may become anybody's.
    is_own = all(one.owner_id in (None, customer_id) for one in standing)
    if not is_own:
        return HAS_ACCOUNT
    return HAS_OWN_ACCOUNT if any(one.owner_id is not None and one.is_active for one in standing) else None


def make_premises_guards(doubts: PremisesDoubts) -> dict[str, Guard]:
    """Return the guard of an acceptance, and that of the way on with a reason."""

    def bind_clear(session: Session, asking: Asking) -> Guard:
        code = _find_first(session, asking, doubts)
        return lambda snapshot, args: code if _concerns(snapshot, args) else None

    def bind_in_doubt(session: Session, asking: Asking) -> Guard:
        code = _find_first(session, asking, doubts)
        # Where nothing speaks against it there is no such way.
        return lambda snapshot, args: (
            None if code and _concerns(snapshot, args) else RefusalCode.OUTCOME_NOT_OPEN
        )

    return {
        PREMISES_CLEAR: BoundGuard(bind_clear, UNSERVED),
        PREMISES_IN_DOUBT: BoundGuard(bind_in_doubt, RefusalCode.OUTCOME_NOT_OPEN),
    }


def _find_first(session: Session, asking: Asking, doubts: PremisesDoubts) -> str | None:
    """Return what is to be said first, until somebody accepts with a reason; other business costs nothing."""
    before = asking.snapshot
    if before.data.get(ACCEPTED_DESPITE) or not any(
        _concerns(before, args) for args in _list_args(asking.definition, before)
    ):
        return None
    return next(iter(doubts.find_of_case(session, asking.case_id)), None)


def _list_args(definition: ProcessDefinition, snapshot: Snapshot) -> list[Mapping[str, Any]]:
    return [
        use.args
        for task in snapshot.open_tasks
        for outcome in definition.step(task.step).outcomes
        for use in outcome.guards
        if use.name in (PREMISES_CLEAR, PREMISES_IN_DOUBT)
    ]


def _concerns(snapshot: Snapshot, args: Mapping[str, Any]) -> bool:
    """True for the business that opens an account; a process may serve others as well."""
    service = args.get("service")
    return service is None or snapshot.data.get("service") == service
