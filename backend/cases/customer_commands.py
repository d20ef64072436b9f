"""What customers do with a case of theirs: mend and resubmit, withdraw, supply, sign, rate."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from backend.cases import access
from backend.cases.case_files import CaseFiles, claim_files
from backend.cases.commands import CUSTOMER, Complete, SupplyDocument, Withdraw
from backend.cases.corrections import CorrectionDesk
from backend.cases.customer_signing import name_applicant
from backend.cases.document_signing import DocumentSigning, Signing, find_face_check
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.ratings import Rating, keep_rating, may_still_rate, store_rating
from backend.cases.repository import Stamp, StoredCase, lock_case
from backend.cases.service import CaseAnswer, CaseService, lock_whole, make_request
from backend.cases.snapshot import TaskState
from backend.cases.step_signatures import share_signature
from backend.cases.urging import UrgeLimit, urge
from backend.cases.works_drawings import DRAWING_SHOWN, SEEN_DRAWING, note_signed
from backend.catalogue.definition import Outcome, Step
from backend.catalogue.field_checks import BadValue, check_file_key
from backend.catalogue.forms import Values
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid

# A signature given at a step stands in the case's data under this name, where its guard looks for it.
SIGNATURE = "signature_file"


@dataclass(frozen=True, slots=True)
class CustomerCommand:
    """One command as it comes in. ``task`` is the number from the list of actions."""

    command_id: uuid.UUID
    kind: str
    expected_version: int
    task: int | None = None
    outcome: str | None = None
    reason: str = ""
    values: Values = field(default_factory=dict)
    document: str | None = None
    rating: Rating | None = None
    device: str = ""

    def list_body(self, case_no: str) -> dict[str, Any]:
        """Return all that makes this command differ from another one with the same id."""
        rating = self.rating
        return {
            "case_no": case_no,
            "kind": self.kind,
            "expected_version": self.expected_version,
            "task": self.task,
            "outcome": self.outcome,
            "reason": self.reason,
            "values": self.values,
            "document": self.document,
            "rating": [rating.stars, list(rating.tags), rating.words] if rating else None,
        }


class CustomerCommands:
    """Carries out customers' commands; the case is always one that the customer may see."""

    def __init__(
        self,
        cases: CaseService,
        definitions: DefinitionStore,
        corrections: CorrectionDesk,
        keys: KeyRing,
        files: CaseFiles,
        urge_limit: UrgeLimit,
        signing: DocumentSigning,
    ) -> None:
        self._cases = cases
        self._definitions = definitions
        self._corrections = corrections
        self._keys = keys
        self._files = files
        self._urge_limit = urge_limit
        self._signing = signing

    def carry_out(self, customer_id: int, case_no: str, command: CustomerCommand) -> CaseAnswer:
        """Carry out ``command``.

        Raises NotFound for a foreign or missing case, Invalid with the fields, and CommandRefused with
        the engine's reason, such as ``field_not_returned`` or ``stale_version``.
        """
        request = make_request(
            self._keys, f"customer:{customer_id}", command.command_id, command.list_body(case_no)
        )

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            case = lock_whole(session, access.find_customer_case_id(session, customer_id, case_no))
            match command.kind:
                case "withdraw":
                    wish = Withdraw(CUSTOMER, command.expected_version, command.reason)
                    return self._cases.act_within(session, stamp, case, wish)
                case "urge":
                    return urge(session, self._cases, self._urge_limit, stamp, case)
                case "rate":
                    return self._rate(session, stamp, case, command)
                case "supply_document":
                    return self._supply(session, stamp, case, command)
                case _:
                    return self._complete(session, stamp, case, command)

        return self._cases.once(request, act)

    def _complete(
        self, session: Session, stamp: Stamp, case: StoredCase, command: CustomerCommand
    ) -> CaseAnswer:
        if command.task is None or command.outcome is None:
            raise CommandRefused(RefusalCode.TASK_UNKNOWN)
        case, number, version = self._find_task(session, case, command)
        wish = Complete(CUSTOMER, number, command.outcome, version, command.reason)
        found = self._find_step(session, case, wish)
        if found is None:
            # Out of turn, stale or unknown: the engine says which.
            return self._cases.act_within(session, stamp, case, wish)
        step, outcome = found
        if step.mends:
            case, wish = self._corrections.mend(session, stamp.actor, case, wish, command.values)
        elif _has_guard(outcome, "signature_present"):
            shows = _has_guard(outcome, DRAWING_SHOWN)
            wish = self._sign(session, stamp, case, wish, command, shows_drawing=shows)
        elif _has_guard(outcome, "rating_given"):
            wish = keep_rating(session, self._keys, case, wish, command.rating, stamp.recorded_at)
        return self._cases.act_within(session, stamp, case, wish)

    @staticmethod
    def _find_task(
        session: Session, case: StoredCase, command: CustomerCommand
    ) -> tuple[StoredCase, int, int]:
        """Return the case that the task belongs to, its number there, and the version to expect.

        Customers know one case only: a task of what it handed over to comes with the path to it.
        """
        path = access.split_task(command.task or 0)
        if len(path) > 1 and command.expected_version != case.snapshot.version:
            raise CommandRefused(RefusalCode.STALE_VERSION, str(case.snapshot.version))
        version = command.expected_version
        for waiting in path[:-1]:
            child_id = access.find_child_id(session, case.id, waiting)
            if child_id is None:
                raise CommandRefused(RefusalCode.TASK_UNKNOWN, str(command.task))
            case = lock_case(session, child_id)
            version = case.snapshot.version
        return case, path[-1], version

    def _find_step(self, session: Session, case: StoredCase, wish: Complete) -> tuple[Step, Outcome] | None:
        """Return the step and outcome when the engine will look at them, else None."""
        snapshot = case.snapshot
        task = snapshot.task(wish.task)
        if snapshot.status.is_final or task is None or task.state is not TaskState.OPEN:
            return None
        step = self._definitions.get(session, case.definition_version_id).step(task.step)
        outcome = step.outcome(wish.outcome)
        if wish.expected_version != snapshot.version or not CUSTOMER.holds(step.by) or outcome is None:
            return None
        return step, outcome

    def _sign(
        self,
        session: Session,
        stamp: Stamp,
        case: StoredCase,
        wish: Complete,
        command: CustomerCommand,
        *,
        shows_drawing: bool,
    ) -> Complete:
        """An earlier step's signature does not sign this one, so a new file has to come.

        It stands on the slip of the step as well. Where a drawing is signed, what comes with it says which
        one was seen.
        """
        values = command.values
        if set(values) - ({SIGNATURE, SEEN_DRAWING} if shows_drawing else {SIGNATURE}):
            raise Invalid(fields={"values": "field_unknown"})
        if not values.get(SIGNATURE):
            raise Invalid("signature_missing", fields={SIGNATURE: "required"})
        try:
            file_key = check_file_key(values[SIGNATURE])
        except BadValue as bad:
            raise Invalid(fields={SIGNATURE: bad.code}) from bad
        data = {SIGNATURE: file_key}
        if shows_drawing:
            seen = str(values.get(SEEN_DRAWING) or "")
            data |= note_signed(case.snapshot.data, seen, file_key, stamp.recorded_at)
        claim_files(self._files, session, {file_key: SIGNATURE}, stamp.actor, case.id)
        name = name_applicant(session, self._keys, access.find_root_id(session, case.id))
        checked = find_face_check(case.snapshot.data)
        base = Signing("", "", stamp.actor, name, command.device, face_check_id=checked)
        share_signature(session, self._signing, self._definitions, case, wish.task, file_key, base, stamp)
        return replace(wish, data=data)

    def _rate(self, session: Session, stamp: Stamp, case: StoredCase, command: CustomerCommand) -> CaseAnswer:
        """Keep a rating that no step waits for; it is no event of the case, which may have ended."""
        definition = self._definitions.get(session, case.definition_version_id)
        if not may_still_rate(definition, case.snapshot, stamp.recorded_at, is_rated=False):
            raise CommandRefused(RefusalCode.TASK_UNKNOWN)
        store_rating(session, self._keys, case.id, command.rating, stamp.recorded_at)
        return CaseAnswer(case.case_no, case.snapshot.version, case.snapshot.status.value)

    def _supply(
        self, session: Session, stamp: Stamp, case: StoredCase, command: CustomerCommand
    ) -> CaseAnswer:
        document = command.document or ""
        if document in case.snapshot.owed_documents and not case.snapshot.status.is_final:
            self._corrections.supply(session, stamp.actor, case, document, command.values)
        return self._cases.act_within(session, stamp, case, SupplyDocument(CUSTOMER, document))


def _has_guard(outcome: Outcome, name: str) -> bool:
    return any(one.name == name for one in outcome.guards)
