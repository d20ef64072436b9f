"""What staff do to a case: complete and cancel with all that is asked for, and the reviewer's marks."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.access import find_root_id
from backend.cases.cancelling import promise_cancelled
from backend.cases.case_files import CaseFiles
from backend.cases.commands import PERSONAL_POSTS, Cancel, Command, Complete, CorrectionRequest
from backend.cases.document_signing import DocumentSigning, Signing, name_present
from backend.cases.drawing import Lots
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.models import CaseReview
from backend.cases.repository import Stamp, StoredCase
from backend.cases.service import CaseService, Request, lock_whole
from backend.cases.staff_access import CASE, STAFF_KINDS, StaffAccess, make_performer
from backend.cases.staff_forms import FormReader, label_fields, list_owable
from backend.cases.step_signatures import ASKED, share_signature
from backend.cases.works_drawings import WORKS_DRAWING, make_drawing
from backend.catalogue.definition import Outcome
from backend.catalogue.service import DefinitionStore
from backend.core.database import table_of
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Invalid
from backend.organisation.members import MemberDirectory
from backend.organisation.service import Member, OrganisationService

_REVIEW = table_of(CaseReview)
_FORM = select(CASE.c.form, CASE.c.form_version_id).where(CASE.c.id == bindparam("case_id"))
_ADDRESS = select(CASE.c.region, CASE.c.street, CASE.c.community).where(CASE.c.id == bindparam("case_id"))
_REJECTED = (
    select(_REVIEW.c.item, _REVIEW.c.reason)
    .where(_REVIEW.c.case_id == bindparam("case_id"), _REVIEW.c.verdict == "reject")
    .order_by(_REVIEW.c.item)
)
_MOST_PHOTOS = 30


@dataclass(frozen=True, slots=True)
class StaffCommand:
    """A command as the console sends it; ``body`` is the request as it came, to know it again."""

    command_id: uuid.UUID
    expected_version: int
    kind: str
    body: Mapping[str, Any]
    task: int | None = None
    outcome: str | None = None
    reason: str = ""
    corrections: tuple[CorrectionRequest, ...] = ()
    owed_documents: tuple[str, ...] = ()
    unit_code: str | None = None
    handler: str | None = None
    manager: str | None = None
    result: str | None = None
    photos: tuple[str, ...] = ()
    signature: str | None = None
    drawing: tuple[str, ...] = ()
    amount_fen: int | None = None
    receipt_no: str | None = None
    device: str = ""

    def list_brought(self) -> set[str]:
        """Return which of the things an outcome may ask for this command brings."""
        given = {
            "handler": self.handler,
            "manager": self.manager,
            "unit": self.unit_code,
            "result": self.result,
            "photos": self.photos,
            "signature": self.signature,
            "drawing": self.drawing,
            "amount": self.amount_fen,
            "receipt": self.receipt_no,
        }
        return {name for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Mark:
    """A reviewer's verdict on one item, ``pass`` or ``reject``; None takes the mark away."""

    verdict: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a command lands: the case under its lock."""

    session: Session
    stamp: Stamp
    case: StoredCase


class StaffCommands:
    """Turns what the console sends into commands of the engine, and keeps the reviewer's marks."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        reading: sessionmaker[Session],
        service: CaseService,
        access: StaffAccess,
        organisation: OrganisationService,
        directory: MemberDirectory,
        definitions: DefinitionStore,
        files: CaseFiles,
        keys: KeyRing,
        lots: Lots,
        signing: DocumentSigning,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._reading = reading
        self._service = service
        self._access = access
        self._organisation = organisation
        self._directory = directory
        self._definitions = definitions
        self._files = files
        self._forms = FormReader(keys)
        self._lots = lots
        self._signing = signing
        self._now = now

    def carry_out(self, member: Member, case_no: str, command: StaffCommand) -> None:
        """Carry out ``command``; raises NotFound, Invalid, CommandRefused."""
        with self._reading() as session:
            case_id = self._access.find_staff_case(session, member, case_no).id
        request = Request(f"staff:{member.id}", command.command_id, {"case_no": case_no, **command.body})

        def prepare(session: Session, case: StoredCase, stamp: Stamp) -> Command:
            if command.kind == "cancel":
                promise_cancelled(session, self._definitions, case, stamp)
                return Cancel(make_performer(member), command.expected_version, command.reason)
            return self._make_complete(_Place(session, stamp, case), member, command)

        self._service.carry_out_prepared(request, case_id, prepare)

    def keep_marks(self, member: Member, case_no: str, marks: Mapping[str, Mark]) -> None:
        """Keep the reviewer's marks until the application is returned or passed.

        Raises NotFound, NOT_YOUR_TURN where the member reviews nothing here, Invalid for an unknown item
        and for a rejection without a reason.
        """
        with self._sessions.begin() as session:
            row = self._access.find_staff_case(session, member, case_no)
            definition = self._definitions.get(session, row.definition_version_id)
            performer = make_performer(member)
            case = lock_whole(session, row.id)
            steps = [definition.step(task.step) for task in case.snapshot.open_tasks]
            if not any(
                performer.may_do(step.by, case.snapshot.data)
                and any(one.corrections for one in step.outcomes)
                for step in steps
            ):
                raise CommandRefused(RefusalCode.NOT_YOUR_TURN)
            form = self._forms.load_body(session, row.form_version_id, row.form)
            _check_items(marks, label_fields(form))
            for item, mark in marks.items():
                self._keep_mark(session, row.id, member, item, mark)

    def _keep_mark(self, session: Session, case_id: int, member: Member, item: str, mark: Mark) -> None:
        if mark.verdict is None:
            session.execute(delete(_REVIEW).where(_REVIEW.c.case_id == case_id, _REVIEW.c.item == item))
            return
        reason = mark.reason.strip() if mark.verdict == "reject" else ""
        if mark.verdict == "reject" and not reason:
            raise CommandRefused(RefusalCode.REASON_REQUIRED, item)
        kept = {"verdict": mark.verdict, "reason": reason, "staff_id": member.id, "marked_at": self._now()}
        fresh = insert(_REVIEW).values(case_id=case_id, item=item, **kept)
        session.execute(fresh.on_conflict_do_update(index_elements=["case_id", "item"], set_=kept))

    def _load_form(self, place: _Place) -> dict[str, Any]:
        """Return the form of the application that the case belongs to."""
        root_id = find_root_id(place.session, place.case.id)
        row = place.session.execute(_FORM, {"case_id": root_id}).one()
        return self._forms.load_body(place.session, row.form_version_id, row.form)

    def _make_complete(self, place: _Place, member: Member, command: StaffCommand) -> Command:
        outcome = self._find_outcome(place, command)
        surplus = command.list_brought() - set(outcome.asks if outcome else ())
        if outcome is not None and surplus:
            # Silence means no: nothing is taken that the outcome did not ask for.
            raise Invalid("command_unfit", detail=sorted(surplus)[0])
        corrections = command.corrections
        if outcome is not None and outcome.corrections:
            corrections = self._turn_marks(place, corrections)
        if outcome is not None and outcome.owes_documents:
            self._settle_owed(place, command.owed_documents)
        data = self._collect(place, member, command, outcome) if outcome is not None else {}
        return Complete(
            performer=make_performer(member),
            task=command.task or 0,
            outcome=command.outcome or "",
            expected_version=command.expected_version,
            reason=command.reason,
            corrections=corrections,
            owed_documents=command.owed_documents,
            data=data,
        )

    def _find_outcome(self, place: _Place, command: StaffCommand) -> Outcome | None:
        """Return the outcome that is meant; what is unknown the engine refuses in its own order."""
        if command.expected_version != place.case.snapshot.version:
            return None
        task = place.case.snapshot.task(command.task or 0)
        if task is None:
            return None
        definition = self._definitions.get(place.session, place.case.definition_version_id)
        return definition.step(task.step).outcome(command.outcome or "")

    def _turn_marks(
        self, place: _Place, explicit: tuple[CorrectionRequest, ...]
    ) -> tuple[CorrectionRequest, ...]:
        """Return what is to be mended: what the command lists, or else what was marked as rejected.

        The marks on these items have then done their work; passes stay for the second review.
        """
        if explicit:
            labels = label_fields(self._load_form(place))
            for one in explicit:
                if one.item not in labels:
                    raise Invalid("item_unknown", detail=one.item)
        rejected = place.session.execute(_REJECTED, {"case_id": place.case.id}).all()
        asked = explicit or tuple(CorrectionRequest(one.item, one.reason) for one in rejected)
        done = {one.item for one in asked} | {one.item for one in rejected}
        place.session.execute(
            delete(_REVIEW).where(_REVIEW.c.case_id == place.case.id, _REVIEW.c.item.in_(done))
        )
        return asked

    def _settle_owed(self, place: _Place, documents: tuple[str, ...]) -> None:
        """Only what the form lets be owed may come later; a rejection of just these is settled by that."""
        if not documents:
            return
        owable = list_owable(self._load_form(place))
        for item in documents:
            if item not in owable:
                raise CommandRefused("document_not_owable", item)
        place.session.execute(
            delete(_REVIEW).where(_REVIEW.c.case_id == place.case.id, _REVIEW.c.item.in_(documents))
        )

    def _collect(
        self, place: _Place, member: Member, command: StaffCommand, outcome: Outcome
    ) -> dict[str, Any]:
        """Return the case's data that the command brings, checked."""
        now = place.stamp.recorded_at
        data: dict[str, Any] = self._lots.draw(place.session, outcome, place.case.unit_id, now)
        if "unit" in outcome.asks:
            data.update(self._choose_unit(place, command, outcome))
        if command.handler is not None:
            data["handler_id"] = self._choose_handler(place, command.handler)
        if command.manager is not None:
            unit_id = place.case.unit_id
            data["manager_id"] = self._directory.choose_manager(place.session, unit_id, command.manager).id
        if command.result is not None and command.result.strip():
            data["result"] = command.result.strip()
        if command.amount_fen is not None:
            data["amount_fen"] = command.amount_fen
        if command.receipt_no is not None and command.receipt_no.strip():
            data["receipt_no"] = command.receipt_no.strip()
        signed = [command.signature] if command.signature else []
        files = list(dict.fromkeys([*command.photos, *signed, *command.drawing]))
        if files:
            self._files.claim(place.session, files, f"staff:{member.id}", place.case.id)
        if command.photos:
            before = place.case.snapshot.data.get("visit_photos") or []
            data["visit_photos"] = list(dict.fromkeys([*before, *command.photos]))[:_MOST_PHOTOS]
        if ASKED in outcome.asks:
            data.update(self._share_signature(place, member, command))
        if command.drawing:
            drawn = (place.session, self._files, command.drawing, command.amount_fen)
            data[WORKS_DRAWING] = make_drawing(*drawn)
        return data

    def _share_signature(self, place: _Place, member: Member, command: StaffCommand) -> Mapping[str, Any]:
        """One signature is enough: what the step's form has already, or what goes there now."""
        name = name_present(member.name)
        base = Signing("", "", f"staff:{member.id}", name, command.device)
        return share_signature(
            place.session, self._signing, self._definitions, place.case, command.task or 0,
            command.signature, base, place.stamp,
        )  # fmt: skip

    def _choose_unit(self, place: _Place, command: StaffCommand, outcome: Outcome) -> dict[str, Any]:
        """Return the unit that takes the case: the one that serves the address, or another with a reason.

        An address that no unit serves leaves the case where it is, unless the command says where to; then no
        unit needs a reason. None is taken that has nobody for what comes next: there the case would strand.
        """
        case = place.case
        row = place.session.execute(_ADDRESS, {"case_id": case.id}).one()
        serving = self._organisation.find_serving_unit(
            place.session, row.region or "", row.street or "", row.community or ""
        )
        code = command.unit_code or (case.unit_code if serving is None else serving.code)
        unit = self._organisation.find_unit(place.session, code)
        if serving is not None and unit.id != serving.id and not command.reason.strip():
            raise Invalid("unit_reason_required", fields={"reason": "required"})
        definition = self._definitions.get(place.session, case.definition_version_id)
        following = {definition.step(key).by for key in outcome.to}
        posts = {one.key for one in following if one.kind in STAFF_KINDS} - PERSONAL_POSTS.keys()
        if posts and not self._directory.has_anybody(place.session, unit.id, posts):
            raise Conflict("unit_without_people")
        data: dict[str, Any] = {"unit_id": unit.id, "unit_code": unit.code}
        if unit.id != case.unit_id and case.snapshot.data.get("handler_id") is not None:
            # The former unit's person does not go with the case.
            data["handler_id"] = None
        return data

    def _choose_handler(self, place: _Place, username: str) -> int:
        return self._directory.choose_handler(place.session, place.case.unit_id, username).id


def _check_items(marks: Mapping[str, Mark], labels: Mapping[str, str]) -> None:
    unknown = sorted(marks.keys() - labels.keys())
    if unknown:
        raise Invalid("item_unknown", detail=unknown[0])
