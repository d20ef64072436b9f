"""What a customer reads of own cases: one, the list, and what waits. Reads take no locks.

The answers are plain JSON values in the shape of the contract's CaseView and CaseSummary, made once and
sent as they are, since this is what is asked for most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from backend.cases.access import find_customer_case
from backend.cases.answers import read_answers
from backend.cases.case_contacts import CaseContacts, Contacts, is_visitor_called
from backend.cases.case_files import CaseFiles
from backend.cases.case_tree import Branch, CaseTree, count_open, follow, list_trees, list_waiting_trees
from backend.cases.commands import Guard
from backend.cases.customer_actions import (
    CustomerAction,
    find_mend_until,
    list_actions,
    make_late_rating,
    make_urging,
    may_call_off,
)
from backend.cases.declining import find_refusal, tell_refusal
from backend.cases.form_sealing import open_values
from backend.cases.guards import bind_guards
from backend.cases.home_cards import sort_cards
from backend.cases.identity_wanted import tell_identity
from backend.cases.mending_shown import describe_mending, find_ended_reason
from backend.cases.offers import Offers
from backend.cases.papers_to_sign import Papers, find_in_lines, find_of_customer, list_disputed, list_signings
from backend.cases.ports import AppointmentReader, Due, DueReader
from backend.cases.progress import Line, ProgressStep, is_handler_awaited, make_progress
from backend.cases.progress_shown import write_contact, write_step, write_step_for_staff
from backend.cases.ratings import BAD_TAGS, GOOD_TAGS, describe_rating, may_still_rate
from backend.cases.refusal_shown import describe_refusal
from backend.cases.snapshot import CaseStatus
from backend.cases.step_doers import StepDoers
from backend.cases.told_values import tell_briefly
from backend.cases.urging import UrgeLimit
from backend.cases.visit_told import find_purpose, find_visit_result, tell_visit_state
from backend.cases.visiting import (
    find_booked_hour,
    find_hour_path,
    find_visit_path,
    find_visit_state,
    find_visited_at,
    is_hour_missing,
    may_book,
)
from backend.cases.wording import (
    SUM_DISPUTED,
    SUPPLY,
    WAITS_FOR_MONEY,
    find_current,
    tell_disputed,
    tell_end,
    tell_hour,
    tell_missing_hour,
    tell_opening,
    tell_sum_disputed,
    write_headline,
    write_step_due,
)
from backend.catalogue.definition import ProcessDefinition
from backend.catalogue.forms import list_file_keys
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid
from backend.core.ids import is_valid_case_no
from backend.notifications.messages import COMES
from backend.organisation.service import OrganisationService

PAGE = 20
FORETOLD_FOR = timedelta(minutes=1)
_STATES = {
    CaseStatus.COMPLETED: "completed",
    CaseStatus.REFUSED: "stopped",
    CaseStatus.WITHDRAWN: "stopped",
    CaseStatus.CANCELLED: "stopped",
}
_RATING_TAGS = {"good": list(GOOD_TAGS), "bad": list(BAD_TAGS)}
_NO_FORM: dict[str, Any] = {"key": "", "version": 0, "name": "", "sections": []}


@dataclass(frozen=True, slots=True)
class ToldProgress:
    """How a case stands, in the words that its customer reads: one sentence, and the steps.

    ``contacts`` are by the path to the case below, ``urge`` is the action of urging where it is there.
    """

    headline: str
    steps: list[dict[str, Any]]
    contacts: Contacts
    urge: dict[str, Any] | None


class CustomerCases:
    """Reads for customers. ``reading`` gives sessions in which every statement stands for itself;
    ``find_opening`` tells when the office opens, None while it is open."""

    def __init__(
        self,
        reading: sessionmaker[Session],
        definitions: DefinitionStore,
        offers: Offers,
        organisation: OrganisationService,
        keys: KeyRing,
        files: CaseFiles,
        guards: Mapping[str, Guard],
        appointments: AppointmentReader,
        dues: DueReader,
        find_opening: Callable[[Session], datetime | None],
        urge_limit: UrgeLimit,
        offers_face_check: bool,
        proving: Sequence[str],
        hotline_number: str,
        now: Callable[[], datetime],
    ) -> None:
        self._reading = reading
        self._definitions = definitions
        self._offers = offers
        self._contacts = CaseContacts(organisation, hotline_number)
        self._doers = StepDoers(organisation)
        self._keys = keys
        self._files = files
        self._guards = guards
        self._appointments = appointments
        self._dues = dues
        self._find_opening = find_opening
        self._urge_limit = urge_limit
        self._offers_face_check = offers_face_check
        # The services in whose course one proves who one is.
        self._proving = proving
        self._now = now
        self._foretold: dict[str, tuple[datetime, ProcessDefinition]] = {}

    def read(self, customer_id: int, case_no: str) -> dict[str, Any]:
        """Return the CaseView; raises NotFound for a foreign, missing or malformed number."""
        with self._reading() as session:
            tree = find_customer_case(session, customer_id, case_no)
            return self._view(session, tree)

    def write_progress(self, session: Session, tree: CaseTree) -> list[dict[str, Any]]:
        """Return the ProgressSteps of a case as its customer sees them, with moments as they are."""
        return self.tell_progress(session, tree).steps

    def tell_progress(self, session: Session, tree: CaseTree) -> ToldProgress:
        """Return how the case stands, for staff to read it to its customer; moments as they are."""
        now, branch = self._now(), tree.branch
        line, progress = self._make_progress(session, branch)
        contacts = self._find_contacts(session, branch, line)
        doers = self._doers.read(session, branch)
        steps = [write_step_for_staff(one, contacts, now, doers) for one in progress]
        owes = bool(branch.snapshot.owed_documents)
        headline = write_headline(branch.snapshot.status, progress, owes, now)
        urging = make_urging(line, tree.urged_at, lambda: self._urge_limit.find_next(session, tree.urged_at))
        return ToldProgress(headline, steps, contacts, urging[0] if urging else None)

    def list_page(self, customer_id: int, which: str, after: str | None) -> dict[str, Any]:
        """Return ``{items, next}``, newest first; ``after`` is the ``next`` of the page before.

        Raises Invalid for an ``after`` that was never given out.
        """
        if after is not None and not is_valid_case_no(after):
            raise Invalid(fields={"after": "invalid"})
        with self._reading() as session:
            trees = list_trees(session, customer_id, which, after, PAGE + 1)
            items = [one for one, _ in self._summarise(session, trees[:PAGE])]
        return {"items": items, "next": trees[PAGE - 1].case_no if len(trees) > PAGE else None}

    def read_home(self, customer_id: int) -> dict[str, Any]:
        """Return ``{waiting, coming, answering, open_count}``: by what is next, and how many are open."""
        with self._reading() as session:
            proving = self._proving if self._offers_face_check else ()
            signing = find_of_customer(session, self._definitions, customer_id)
            more = [*signing, *self._dues.list_collecting(session, customer_id)]
            trees = list_waiting_trees(session, customer_id, PAGE, proving, more)
            told = self._summarise(session, trees, signing)
            return {**sort_cards(told), "open_count": count_open(session, customer_id)}

    def _tell_purpose(self, session: Session, line: Line) -> str:
        """Return what somebody comes for; where nobody is to come, nothing is foretold to find it."""
        return find_purpose(line, lambda key: self._foretell(session, key)) if may_book(line) else COMES

    def look_at_visit(self, customer_id: int, case_no: str) -> tuple[str, dict[str, Any] | None]:
        """Return how far the visit is, and name and phone of who comes; raises NotFound as ``read`` does."""
        with self._reading() as session:
            tree = find_customer_case(session, customer_id, case_no)
            line = self._make_line(session, tree.branch)
            is_awaited = self._is_awaited(session, tree.branch, line)
            visited = follow(tree.branch, find_visit_path(line) or ())
            handler = self._contacts.find_handler(session, visited, is_awaited)
            return find_visit_state(line), write_contact(handler)

    def _view(self, session: Session, tree: CaseTree) -> dict[str, Any]:
        now = self._now()
        branch = tree.branch
        snapshot = branch.snapshot
        line, progress = self._make_progress(session, branch)
        is_awaited = self._is_awaited(session, branch, line)
        contacts = self._find_contacts(session, branch, line)
        # While whoever came is there it is no history yet; a survey is, though somebody comes again later.
        is_there = is_awaited and tell_visit_state(line) != "none"
        visited_at = None if is_there else find_visited_at(line)
        form = self._definitions.get_form(session, tree.form_version_id) if tree.form_version_id else None
        values = open_values(self._keys, tree.form)
        file_keys = list_file_keys(form, values) if form else {}
        identity = self._tell_identity(session, tree)
        is_stopped = _STATES.get(snapshot.status) == "stopped"
        papers = find_in_lines(session, self._definitions, [(branch, line)])
        disputed = list_disputed(branch, line, papers)
        due = self._find_due(session, branch)
        progress = tell_sum_disputed(tell_disputed(progress, disputed), due)
        actions = list_actions(line, identity, list_signings(branch, line, papers), disputed)
        if may_still_rate(line.definition, snapshot, now, is_rated=tree.stars is not None):
            actions = [*actions, make_late_rating()]
        return {
            **self._describe(tree, line, progress, actions, due, now),
            "version": snapshot.version,
            "progress": [write_step(one, contacts, now) for one in progress],
            **describe_mending(snapshot, form),
            "mend_until": find_mend_until(line),
            "form": form.body if form else _NO_FORM,
            "values": values,
            "files": dict(self._files.describe(session, list(file_keys))) if file_keys else {},
            "actions": [
                *(one.body for one in actions),
                *make_urging(line, tree.urged_at, *self._urge_limit.bind(session, tree.urged_at)),
            ],
            "appointment": self._find_appointment(session, branch, line),
            "visit_state": tell_visit_state(line),
            "visit_for": self._tell_purpose(session, line),
            "visited_at": visited_at.isoformat() if visited_at else None,
            "visit_result": find_visit_result(line) if visited_at else None,
            "answers": read_answers(session, branch, line, self._definitions, self._keys),
            "rating": describe_rating(tree.stars, tree.tags, tree.words_sealed, self._keys),
            "rating_tags": _RATING_TAGS if any(one.asks_rating for one in actions) else None,
            "identity": identity,
            "ended_reason": find_ended_reason(session, branch.id) if is_stopped else None,
            "may_call_off": may_call_off(line),
            "is_disputed": bool(disputed),
            "refusal": describe_refusal(session, branch, find_refusal(line)),
            "erased_at": tree.erased_at.isoformat() if tree.erased_at else None,
        }

    def _summarise(
        self, session: Session, trees: Sequence[CaseTree], papers: Papers | None = None
    ) -> list[tuple[dict[str, Any], bool]]:
        """Return each CaseSummary, and whether somebody is to come at a booked hour."""
        made = [self._make_progress(session, one.branch) for one in trees]
        if papers is None:
            lines = [(tree.branch, line) for tree, (line, _) in zip(trees, made, strict=True)]
            papers = find_in_lines(session, self._definitions, lines)
        return [
            self._summarise_one(session, tree, line, progress, papers)
            for tree, (line, progress) in zip(trees, made, strict=True)
        ]

    def _summarise_one(
        self,
        session: Session,
        tree: CaseTree,
        line: Line,
        progress: tuple[ProgressStep, ...],
        papers: Papers,
    ) -> tuple[dict[str, Any], bool]:
        now = self._now()
        signings, disputed = (
            list_signings(tree.branch, line, papers),
            list_disputed(tree.branch, line, papers),
        )
        due = self._find_due(session, tree.branch)
        progress = tell_sum_disputed(tell_disputed(progress, disputed), due)
        actions = list_actions(line, self._tell_identity(session, tree), signings, disputed)
        described = self._describe(tree, line, progress, actions, due, now)
        told_due = None if due is None or due.is_disputed else due
        awaited = next((one for one in actions if one.text), None)
        current = find_current(progress)
        summary = {
            **described,
            "place": f"{tree.community} {tree.building}".strip(),
            "action_name": awaited.text if awaited else None,
            "action": awaited.body if awaited else None,
            "due_text": write_step_due(current, now) if current else None,
            "is_disputed": bool(disputed) or told_due is not due or any(one.is_disputed for one in actions),
            "due": told_due and {"what": told_due.what, "amount_fen": told_due.amount_fen},
            "told": tell_briefly(session, self._definitions, self._keys, tree.branch),
        }
        return summary, find_booked_hour(line) is not None

    def _describe(
        self,
        tree: CaseTree,
        line: Line,
        progress: tuple[ProgressStep, ...],
        actions: Sequence[CustomerAction],
        due: Due | None,
        now: datetime,
    ) -> dict[str, Any]:
        """Return what view and summary share; ``due`` is what is to be paid at the counter."""
        owes = bool(line.snapshot.owed_documents) and any(one.text == SUPPLY for one in actions)
        signs = any(one.signs_paper for one in actions)
        waits = any(one.text for one in actions) or (due is not None and not due.is_disputed)
        objects = any(one.is_disputed for one in actions)
        status = line.snapshot.status
        headline = write_headline(status, progress, owes, now, has_papers=signs, has_disputed=objects)
        if due and not any(one.text for one in actions):
            # The step is the counter's, but it waits for nothing but the customer's money.
            headline = SUM_DISPUTED if due.is_disputed else WAITS_FOR_MONEY
        asked = next((one for one in actions if one.text), None)
        if asked is not None and asked.proves_identity and not due:
            # What the office does goes on beside it: what the customer is asked for has to be named.
            headline = f"{headline}；请您核验身份"
        return {
            "case_no": tree.case_no,
            "service": tree.service_key or "",
            "service_name": self._offers.name_of(tree.service_key) or line.definition.told_name,
            "state": _STATES.get(line.snapshot.status, "waits_for_you" if waits else "in_progress"),
            "headline": headline,
            "opened_at": tree.opened_at.isoformat(),
            "updated_at": tree.updated_at.isoformat(),
        }

    def _make_progress(self, session: Session, branch: Branch) -> tuple[Line, tuple[ProgressStep, ...]]:
        line = self._make_line(session, branch)
        progress = make_progress(line, lambda key: self._foretell(session, key))
        progress = tell_end(progress, branch.snapshot.status)
        progress = tell_opening(progress, lambda: self._find_opening(session))
        progress = tell_refusal(progress, find_current(progress), find_refusal(line))
        if is_hour_missing(line):
            return line, tell_missing_hour(progress)
        hour = find_booked_hour(line)
        if hour is not None:
            hour = replace(hour, purpose=find_purpose(line, lambda key: self._foretell(session, key)))
        return line, tell_hour(progress, hour)

    def _find_due(self, session: Session, branch: Branch) -> Due | None:
        return self._dues.find_due(session, branch, self._now())

    def _tell_identity(self, session: Session, tree: CaseTree) -> str:
        return tell_identity(
            tree.branch,
            tree.form,
            self._offers_face_check,
            lambda version: self._definitions.get(session, version),
            lambda key: self._foretell(session, key),
        )

    def _foretell(self, session: Session, key: str) -> ProcessDefinition:
        """What a case will be handed over to is only foretold, so a version may be new for a minute."""
        now = self._now()
        known = self._foretold.get(key)
        if known is None or now - known[0] > FORETOLD_FOR:
            known = self._foretold[key] = (now, self._definitions.newest(session, key).definition)
        return known[1]

    def _make_line(self, session: Session, branch: Branch) -> Line:
        definition, guards = self._definitions.get(session, branch.definition_version_id), self._guards
        if definition.has_step_forms:
            guards = bind_guards(session, branch.id, definition, branch.snapshot, guards)
        return Line(
            definition,
            branch.snapshot,
            branch.due_at,
            {number: self._make_line(session, child) for number, child in branch.children.items()},
            guards,
        )

    def _find_contacts(self, session: Session, branch: Branch, line: Line) -> Contacts:
        return self._contacts.find_all(
            session, branch, line, lambda one, its_line: self._is_called(session, one, its_line)
        )

    def _find_appointment(self, session: Session, branch: Branch, line: Line) -> dict[str, Any] | None:
        # Most cases have none, and then nothing is asked; once somebody has come, it is none any more.
        if find_booked_hour(line) is None:
            return None
        return self._appointments.read(session, follow(branch, find_hour_path(line)).id)

    def _is_called(self, session: Session, branch: Branch, line: Line) -> bool:
        """Tell whether the one who comes or came is called; most cases have nobody yet."""
        return self._is_awaited(session, branch, line) and is_visitor_called(line)

    def _is_awaited(self, session: Session, branch: Branch, line: Line) -> bool:
        """Tell whether somebody is still to come; for most cases, not that far yet, nothing is foretold."""
        is_booked = branch.snapshot.data.get("appointment_id") is not None
        if branch.handler_id is None and not is_booked and not branch.children:
            return False
        return is_handler_awaited(line, lambda key: self._foretell(session, key))
