"""A person decides who the customer is: at the centre, the counter or in the field; who and how is kept."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from backend.cases import identity_rows as rows
from backend.cases.access import find_root_id
from backend.cases.authorisations import EXPIRED, find_authorisation_fault
from backend.cases.case_tree import CaseTree, list_branches, read_tree_by_id
from backend.cases.commands import SYSTEM, Amend
from backend.cases.guards import IDENTITY_PROOF
from backend.cases.identity_wanted import is_identity_wanted
from backend.cases.name_checks import Applied, NameComparing
from backend.cases.repository import Stamp
from backend.cases.service import CaseAnswer, CaseService, Request, lock_whole
from backend.cases.snapshot import CaseStatus
from backend.cases.staff_access import StaffAccess, make_performer
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Forbidden, Invalid, TooMany
from backend.core.local_time import local_date
from backend.customers.service import CustomersService
from backend.organisation.service import Member, OrganisationService

WAYS, PLACES = ("id_card", "record"), ("centre", "counter", "field")
VERDICTS = ("confirmed", "mismatch")
# Whoever works on the telephone or at a screen saw nobody; who goes to the customers' homes has no counter.
_FAR = frozenset({"hotline_agent", "remote_service", "customer_service_center"})
_FIELD = frozenset({"case_handler"})
LONGEST_NOTE = 200
TAIL_LENGTHS = range(4, 7)
MISMATCHES_OF_A_CASE = 5


@dataclass(frozen=True, slots=True)
class Decision:
    """What staff found. ``name`` and ``id_tail`` are what the person said, for the comparison by record."""

    way: str
    place: str
    note: str = ""
    name: str = ""
    id_tail: str = ""
    customer_declined: bool = False
    verdict: str = "confirmed"


def list_places(posts: frozenset[str]) -> tuple[str, ...]:
    """Return where somebody of these posts can have had the customer before them."""
    if posts <= _FAR:
        return ("centre",)
    return ("centre", "field") if posts <= _FAR | _FIELD else PLACES


class IdentityDecisions:
    """``offers_face_check`` tells whether customers can prove it themselves."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        cases: CaseService,
        access: StaffAccess,
        organisation: OrganisationService,
        definitions: DefinitionStore,
        customers: CustomersService,
        keys: KeyRing,
        names: NameComparing,
        offers_face_check: bool,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._access = access
        self._organisation = organisation
        self._definitions = definitions
        self._customers = customers
        self._keys = keys
        self._names = names
        self._offers_face_check = offers_face_check
        self._now = now

    def describe(self, member: Member, case_no: str) -> dict[str, Any]:
        """Return how the proof of the case stands, and what the member may do about it; raises NotFound."""
        with self._sessions() as session:
            row = self._access.find_staff_case(session, member, case_no)
            tree = read_tree_by_id(session, find_root_id(session, row.id))
            checks = rows.list_checks(session, tree.branch.id)
            decisions = rows.list_decisions(session, tree.branch.id)
            wanted = self._is_wanted(session, tree)
            called = self._organisation.name_staff(session, {one.staff_id for one in decisions})
            number = self._read_record(session, tree)[1] if wanted else None
            applicant = rows.read_applicant(session, self._keys, tree)
            acts_for_another = applicant.acts_for_another
            customer_id = rows.find_customer_id(session, tree.branch.id)
            # An agent's name stands beside the number of somebody else.
            name_check = (
                None
                if acts_for_another
                else self._names.tell(session, customer_id, applicant.name, applicant.id_number)
            )
            is_turn = self._is_turn(session, member, tree)
            may_ask = is_turn and not acts_for_another
            may_ask = may_ask and self._names.may_ask(
                customer_id, applicant.name, applicant.id_number, name_check
            )
        proven = bool(tree.branch.snapshot.data.get(IDENTITY_PROOF))
        return {
            "status": "proven" if proven else "wanted" if wanted else "not_wanted",
            "offers_face_check": self._offers_face_check and not acts_for_another,
            "acts_for_another": acts_for_another,
            "has_declined": rows.has_declined(checks),
            "tries_left": max(0, rows.TRIES - rows.count_failed(checks)),
            "has_record": number is not None,
            "may_decide": wanted and is_turn,
            "name_check": name_check,
            "may_ask_register": may_ask,
            "places": list(list_places(member.positions | member.departments)),
            "checks": [
                {"state": one.state, "at": one.settled_at or one.begun_at}
                for one in checks
                if one.state not in ("opening", "dropped")
            ],
            "decisions": [
                {
                    "verdict": one.verdict,
                    "way": one.way,
                    "place": one.place,
                    "note": one.note,
                    "at": one.decided_at,
                    "staff_name": called.get(one.staff_id, ""),
                }
                for one in decisions
            ],
        }

    def ask_register(self, member: Member, case_no: str) -> None:
        """Have the applicant's name and number compared, where nobody has: entered by staff, mended, or away.

        Raises NotFound; Forbidden where it is not the member's turn; Conflict ``identity_register_asked``.
        """
        with self._sessions() as session:
            row = self._access.find_staff_case(session, member, case_no)
            tree = read_tree_by_id(session, find_root_id(session, row.id))
            if not self._is_turn(session, member, tree):
                raise Forbidden()
            applicant = rows.read_applicant(session, self._keys, tree)
            customer_id = rows.find_customer_id(session, tree.branch.id)
            known = self._names.tell(session, customer_id, applicant.name, applicant.id_number)
        name, number = applicant.name, applicant.id_number
        may_ask = not applicant.acts_for_another and self._names.may_ask(customer_id, name, number, known)
        if not may_ask or customer_id is None or number is None:
            raise Conflict("identity_register_asked")
        self._names.ask(customer_id, Applied(name, number))

    def decide(self, member: Member, case_no: str, decision: Decision) -> None:
        """Keep that the customer is who they say, or is not: a refusal proves nothing and is kept.

        Raises NotFound, Forbidden; Conflict ``identity_settled``, ``identity_not_wanted``,
        ``identity_check_first``, ``identity_no_record``, ``authorisation_expired`` or
        ``authorisation_out_of_scope``; Invalid ``identity_mismatch``, which is kept as
        well; TooMany after several of those.
        """
        with self._sessions() as session:
            row = self._access.find_staff_case(session, member, case_no)
            root_id = find_root_id(session, row.id)
        mismatches: list[int] = []

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            case = lock_whole(session, root_id)
            tree = read_tree_by_id(session, root_id)
            self._refuse(session, member, tree, decision)
            is_refused = decision.verdict == "mismatch"
            is_same = not is_refused and (
                decision.way != "record" or self._fits_record(session, tree, decision)
            )
            made = rows.insert_decision(
                session,
                case_id=root_id,
                unit_id=case.unit_id,
                staff_id=member.id,
                verdict="confirmed" if is_same else "mismatch",
                way=decision.way,
                place=decision.place,
                customer_declined=decision.customer_declined,
                note=decision.note.strip()[:LONGEST_NOTE],
                decided_at=stamp.recorded_at,
            )
            if not is_same:
                mismatches.extend([] if is_refused else [made])
                return CaseAnswer(case.case_no, case.snapshot.version, case.snapshot.status)
            proof = {IDENTITY_PROOF: f"staff:{made}"}
            return self._cases.act_within(session, stamp, case, Amend(SYSTEM, proof))

        self._cases.once(Request(f"staff:{member.id}", uuid.uuid4(), {"case": root_id}), act)
        # A wrong try counts, so it is told only after the commit.
        if mismatches:
            raise Invalid("identity_mismatch")

    def _refuse(self, session: Session, member: Member, tree: CaseTree, decision: Decision) -> None:
        if tree.branch.snapshot.data.get(IDENTITY_PROOF):
            raise Conflict("identity_settled")
        if not self._is_wanted(session, tree):
            raise Conflict("identity_not_wanted")
        seen_at = list_places(member.positions | member.departments)
        if decision.place not in seen_at or not self._is_turn(session, member, tree):
            raise Forbidden()
        if decision.verdict == "mismatch":
            return
        process = self._definitions.get(session, tree.branch.definition_version_id)
        business = tree.service_key or process.key
        # What held when the application came in may have run out until somebody looks at the card.
        fault = find_authorisation_fault(tree.form, business, local_date(self._now()))
        if fault == EXPIRED:
            raise Conflict("authorisation_expired")
        if fault is not None:
            raise Conflict("authorisation_out_of_scope")
        checks = rows.list_checks(session, tree.branch.id)
        applicant = rows.read_applicant(session, self._keys, tree)
        gave_up = (
            decision.customer_declined or rows.has_declined(checks) or rows.count_failed(checks) >= rows.TRIES
        )
        # Who is not there in person is asked to prove it first; who stands at the counter shows the card.
        can_check = self._offers_face_check and not applicant.acts_for_another
        if decision.place == "centre" and can_check and not gave_up:
            raise Conflict("identity_check_first")

    def _fits_record(self, session: Session, tree: CaseTree, decision: Decision) -> bool:
        name, number = self._read_record(session, tree)
        if name is None or number is None:
            raise Conflict("identity_no_record")
        if rows.count_mismatches(session, tree.branch.id) >= MISMATCHES_OF_A_CASE:
            raise TooMany("identity_too_often")
        said, tail = decision.name.strip(), decision.id_tail.strip().upper()
        lacking = {"name": "required"} if not said else {}
        if len(tail) not in TAIL_LENGTHS:
            raise Invalid(fields={**lacking, "id_tail": "identity_tail_length"})
        if lacking:
            raise Invalid(fields=lacking)
        return "".join(said.split()) == "".join(name.split()) and number.endswith(tail)

    def _read_record(self, session: Session, tree: CaseTree) -> tuple[str | None, str | None]:
        customer_id = rows.find_customer_id(session, tree.branch.id)
        return (None, None) if customer_id is None else self._customers.read_identity(session, customer_id)

    def _is_wanted(self, session: Session, tree: CaseTree) -> bool:
        return is_identity_wanted(
            tree.branch,
            lambda version: self._definitions.get(session, version),
            lambda key: self._definitions.newest(session, key).definition,
        )

    def _is_turn(self, session: Session, member: Member, tree: CaseTree) -> bool:
        """It is decided by those whose work the case is now, wherever in it: silence means no."""
        performer = make_performer(member)
        for branch in list_branches(tree.branch):
            if branch.snapshot.status is not CaseStatus.OPEN:
                continue
            definition = self._definitions.get(session, branch.definition_version_id)
            if any(
                performer.may_do(definition.step(task.step).by, branch.snapshot.data)
                for task in branch.snapshot.open_tasks
            ):
                return True
        return False
