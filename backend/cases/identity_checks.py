"""A customer proves who they are by a face check; only the server's own query of the provider counts.

A check belongs to one case, one customer and one session. What a client says of how it ended is no more than
a reason to ask the provider, and an answer of another check, or about another person, is refused.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row
from sqlalchemy.orm import Session, sessionmaker

from backend.cases import identity_rows as rows
from backend.cases.access import find_customer_case, find_customer_case_id
from backend.cases.case_tree import CaseTree
from backend.cases.commands import SYSTEM, Amend
from backend.cases.guards import IDENTITY_BY_PERSON, IDENTITY_PROOF
from backend.cases.identity_wanted import is_identity_wanted
from backend.cases.repository import Stamp, StoredCase
from backend.cases.service import CaseAnswer, CaseService, Request, lock_whole
from backend.catalogue.field_checks import BadValue, check_id_number
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.error_texts import ERROR_TEXTS
from backend.core.errors import AppError, Conflict, Invalid, NotFound, TooMany, Unavailable
from backend.core.masking import mask_id_number
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.customers.service import CustomersService
from backend.identity.offers import FaceOffers
from backend.identity.port import Begun, FaceAnswer, FaceState, Opening, Person, PersonRefused

STATUSES = ("not_wanted", "wanted", "checking", "declined", "with_person", "proven")
ACTOR = "system:identity"
CHECKS_OF_A_CASE = 20
# The provider forgets a check after three days; what nobody came back for is asked for before.
GOOD_FOR, LEFT_ALONE, ASKED_AGAIN = timedelta(days=3), timedelta(minutes=2), timedelta(minutes=10)
ASKED_AT_ONCE = 50
OTHER_PERSON, REPLAYED = "identity_other_person", "identity_replayed"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants to be checked. ``id_number`` is None where the application knows it."""

    name: str
    id_number: str | None
    in_mini_program: bool
    # The mini-program's client is new enough for WeChat's own camera.
    has_camera: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """Where people come back to, with {case_no} and {reference}.

    ``mini_app_id`` is the mini-program in which WeChat checks faces.
    """

    page: str
    mini_page: str
    mini_app_id: str | None = None


class IdentityChecks:
    """Where no provider is set up only a person decides."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        cases: CaseService,
        definitions: DefinitionStore,
        customers: CustomersService,
        keys: KeyRing,
        faces: FaceOffers,
        terms: Terms,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._definitions = definitions
        self._customers = customers
        self._keys = keys
        self._faces = faces
        self._terms = terms
        self._now = now

    def describe(self, customer_id: int, case_no: str) -> dict[str, Any]:
        """Return how the customer's proof for this case stands; raises NotFound."""
        with self._sessions() as session:
            tree = find_customer_case(session, customer_id, case_no)
            checks = rows.list_checks(session, tree.branch.id)
            status = self._tell_status(session, tree, checks)
            applicant = rows.read_applicant(session, self._keys, tree)
        last = next((one for one in reversed(checks) if one.state in rows.FAILED_STATES), None)
        number = applicant.id_number
        return {
            "status": status,
            "by": str(tree.branch.snapshot.data.get(IDENTITY_PROOF) or "").partition(":")[0] or None,
            "tries_left": max(0, rows.TRIES - rows.count_failed(checks)),
            "last_text": None if last is None else _tell_failure(last),
            "name": applicant.name,
            "id_number": None if number is None else mask_id_number(number),
        }

    def begin(self, customer_id: int, session_key: str, case_no: str, wish: Wish) -> Begun:
        """Open a check and return where the customer goes on.

        Raises NotFound; Conflict ``identity_not_wanted``, ``identity_with_person`` or ``identity_settled``;
        Invalid with the fields, among them ``identity_other_person`` for a number that is not the
        customer's; TooMany; Unavailable ``identity_provider_away``; Conflict ``identity_mini_program_only``.
        """
        now, reference = self._now(), secrets.token_urlsafe(24)
        with self._sessions.begin() as session:
            tree = find_customer_case(session, customer_id, case_no)
            case_id, checks = tree.branch.id, rows.list_checks(session, tree.branch.id)
            _refuse_status(self._tell_status(session, tree, checks))
            if len(checks) >= CHECKS_OF_A_CASE:
                raise TooMany("identity_too_often")
            person = self._find_person(session, customer_id, tree, wish)
            openid = self._find_openid(session, customer_id, wish)
            faces = self._faces.choose(bool(openid))
            if faces is None:
                # Only WeChat is set up, and it has no camera for who looks at the page in a browser.
                raise Conflict("identity_mini_program_only")
            check_id = rows.insert_check(
                session, self._keys, person, **self._mark(session, tree, customer_id, session_key, now),
                reference=reference, provider=faces.key, state="opening",
            )  # fmt: skip
        page = self._terms.mini_page if wish.in_mini_program else self._terms.page
        try:
            back = page.format(case_no=case_no, reference=reference)
            begun = faces.begin(Opening(person, reference, back, openid))
        except PersonRefused as refused:
            self._drop(check_id, "person_refused")
            raise Invalid(fields={str(refused.args[0]): "identity_person_refused"}) from None
        except (PlatformUnavailable, PlatformRefused) as error:
            self._drop(check_id, error.platform_code)
            _log.error("identity_provider_away", code=error.platform_code)
            raise Unavailable("identity_provider_away") from None
        with self._sessions.begin() as session:
            rows.move_check(
                session, check_id, "opening", state="begun", provider_reference=begun.provider_reference
            )
        _log.info("identity_check_begun", case_id=case_id)
        return begun

    def settle(
        self, customer_id: int, session_key: str, case_no: str, reference: str | None
    ) -> dict[str, Any]:
        """Ask the provider how the customer's check ended, and return how the proof stands.

        Coming back twice does no harm. Raises NotFound, also for a check of another case or customer;
        Conflict ``identity_other_session``, ``identity_other_person`` and ``identity_replayed``; Unavailable.
        """
        with self._sessions() as session:
            tree = find_customer_case(session, customer_id, case_no)
            checks = rows.list_checks(session, tree.branch.id)
        own = [one for one in checks if one.customer_id == customer_id and one.state != "declined"]
        if reference is not None:
            own = [one for one in own if one.reference == reference]
            if not own:
                raise NotFound
        row = own[-1] if own else None
        if row is not None and row.state == "begun":
            if row.session_key != session_key:
                raise Conflict("identity_other_session")
            refusal = self._ask(row)
            if refusal == REPLAYED:
                raise Conflict("identity_replayed")
            if refusal is not None:
                raise Conflict("identity_other_person")
        return self.describe(customer_id, case_no)

    def decline(self, customer_id: int, session_key: str, case_no: str) -> dict[str, Any]:
        """Note that the customer would rather have a person decide; raises NotFound and Conflict."""

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            case = lock_whole(session, find_customer_case_id(session, customer_id, case_no))
            tree = find_customer_case(session, customer_id, case_no)
            checks, now = rows.list_checks(session, case.id), stamp.recorded_at
            _refuse_status(self._tell_status(session, tree, checks))
            if not rows.has_declined(checks):
                rows.insert_check(
                    session, self._keys, None, **self._mark(session, tree, customer_id, session_key, now),
                    reference=secrets.token_urlsafe(24), provider="", state="declined", settled_at=now,
                )  # fmt: skip
            return self._hand_to_person(session, stamp, case)

        self._cases.once(Request(f"customer:{customer_id}", uuid.uuid4(), {"case": case_no}), act)
        return self.describe(customer_id, case_no)

    def ask_silent(self) -> int:
        """Ask for checks whose people did not come back; returns how many were asked for."""
        now = self._now()
        if not self._faces:
            return 0
        with self._sessions() as session:
            waiting = rows.list_unanswered(session, now - LEFT_ALONE, now - ASKED_AGAIN, ASKED_AT_ONCE)
        for row in waiting:
            try:
                self._ask(row)
            except AppError as error:
                _log.warning("identity_check_not_told", code=error.code)
                break
        return len(waiting)

    def _ask(self, row: Row[Any]) -> str | None:
        """Ask the provider and keep the answer; returns the code of what is wrong with it, if anything is.

        Raises PlatformUnavailable and PlatformRefused.
        """
        now, faces = self._now(), self._faces.find(row.provider)
        if faces is None:
            # Its provider was taken out of the settings; whoever is waited for begins anew.
            answer = FaceAnswer(FaceState.UNKNOWN, "provider_gone")
        else:
            person = rows.open_person(self._keys, row)
            answer = faces.query(row.provider_reference, Opening(person, row.reference))
        if answer.state in (FaceState.PENDING, FaceState.UNKNOWN):
            gone = {"state": "expired", "settled_at": now} if now - row.begun_at > GOOD_FOR else {}
            with self._sessions.begin() as session:
                rows.move_check(session, row.id, "begun", asked_at=now, code=answer.code, **gone)
            return None
        refusal = None if answer.state is FaceState.FAILED else self._find_refusal(row, answer)
        if answer.state is FaceState.FAILED or refusal is not None:
            state = "failed" if refusal is None else "refused"
            self._fail(row, state, refusal or answer.code)
            if refusal is not None:
                _log.error("identity_answer_refused", code=refusal, case_id=row.case_id)
            return refusal
        self._pass(row, answer)
        return None

    def _fail(self, row: Row[Any], state: str, code: str) -> None:
        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            case = lock_whole(session, row.case_id)
            rows.move_check(session, row.id, "begun", state=state, code=code, settled_at=stamp.recorded_at)
            if rows.count_failed(rows.list_checks(session, case.id)) >= rows.TRIES:
                return self._hand_to_person(session, stamp, case)
            return CaseAnswer(case.case_no, case.snapshot.version, case.snapshot.status)

        self._cases.once(Request(ACTOR, uuid.uuid4(), {"reference": row.reference}), act)

    def _hand_to_person(self, session: Session, stamp: Stamp, case: StoredCase) -> CaseAnswer:
        if case.snapshot.status.is_final or case.snapshot.data.get(IDENTITY_BY_PERSON):
            return CaseAnswer(case.case_no, case.snapshot.version, case.snapshot.status)
        return self._cases.act_within(session, stamp, case, Amend(SYSTEM, {IDENTITY_BY_PERSON: True}))

    def _find_refusal(self, row: Row[Any], answer: FaceAnswer) -> str | None:
        if answer.reference != row.reference:
            return REPLAYED
        asked = rows.open_person(self._keys, row)
        same = answer.person.id_number.upper() == asked.id_number and answer.person.name == asked.name
        return None if same else OTHER_PERSON

    def _pass(self, row: Row[Any], answer: FaceAnswer) -> None:
        person = rows.open_person(self._keys, row)

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            case = lock_whole(session, row.case_id)
            passed = {"state": "passed", "code": answer.code, "settled_at": stamp.recorded_at}
            won = rows.move_check(session, row.id, "begun", **passed)
            is_over = case.snapshot.status.is_final or bool(case.snapshot.data.get(IDENTITY_PROOF))
            if not won or is_over:
                return CaseAnswer(case.case_no, case.snapshot.version, case.snapshot.status)
            self._customers.keep_id_number(session, row.customer_id, person.id_number)
            proof = {IDENTITY_PROOF: f"face:{row.reference}"}
            return self._cases.act_within(session, stamp, case, Amend(SYSTEM, proof))

        self._cases.once(Request(ACTOR, uuid.uuid4(), {"reference": row.reference}), act)

    def _find_person(self, session: Session, customer_id: int, tree: CaseTree, wish: Wish) -> Person:
        """Return who is to be checked: whom the application and the customer's record say, and no other."""
        applicant = rows.read_applicant(session, self._keys, tree)
        _, on_record = self._customers.read_identity(session, customer_id)
        name, number = wish.name.strip(), wish.id_number or applicant.id_number
        if not name:
            raise Invalid(fields={"name": "required"})
        if not number:
            raise Invalid(fields={"id_number": "required"})
        try:
            number = check_id_number(number)
        except BadValue as bad:
            raise Invalid(fields={"id_number": str(bad)}) from None
        if any(one is not None and one != number for one in (applicant.id_number, on_record)):
            raise Invalid("identity_other_person", fields={"id_number": "identity_other_person"})
        return Person(name, number)

    def _find_openid(self, session: Session, customer_id: int, wish: Wish) -> str:
        """Return under which openid WeChat may check the customer; empty where it cannot."""
        app_id = self._terms.mini_app_id
        if not (wish.in_mini_program and wish.has_camera and app_id and self._faces.native is not None):
            return ""
        return self._customers.find_openid(session, customer_id, "wechat_mini", app_id) or ""

    def _mark(
        self, session: Session, tree: CaseTree, customer_id: int, session_key: str, now: datetime
    ) -> dict[str, Any]:
        return {
            "case_id": tree.branch.id,
            "customer_id": customer_id,
            "unit_id": rows.find_unit_id(session, tree.branch.id),
            "session_key": session_key,
            "begun_at": now,
        }

    def _drop(self, check_id: int, code: str) -> None:
        with self._sessions.begin() as session:
            rows.move_check(session, check_id, "opening", state="dropped", code=code)

    def _tell_status(self, session: Session, tree: CaseTree, checks: Sequence[Row[Any]]) -> str:
        if tree.branch.snapshot.data.get(IDENTITY_PROOF):
            return "proven"
        wanted = is_identity_wanted(
            tree.branch,
            lambda version: self._definitions.get(session, version),
            lambda key: self._definitions.newest(session, key).definition,
        )
        if not wanted:
            return "not_wanted"
        applicant = rows.read_applicant(session, self._keys, tree)
        if not self._faces or applicant.acts_for_another or rows.count_failed(checks) >= rows.TRIES:
            return "with_person"
        if rows.has_declined(checks):
            return "declined"
        return "checking" if checks and checks[-1].state == "begun" else "wanted"


def _refuse_status(status: str) -> None:
    if status == "proven":
        raise Conflict("identity_settled")
    if status == "not_wanted":
        raise Conflict("identity_not_wanted")
    if status == "with_person":
        raise Conflict("identity_with_person")


def _tell_failure(row: Row[Any]) -> str:
    return ERROR_TEXTS[row.code] if row.state == "refused" else ERROR_TEXTS["identity_failed"]
