"""A case as staff see it, and the look at a full value, which leaves a row (laws 11 and 12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.actions import list_available_actions
from backend.cases.alarm_history import write_rings
from backend.cases.alarm_ringing import read_rings
from backend.cases.case_files import CaseFiles
from backend.cases.commands import AvailableAction, Guard
from backend.cases.guards import bind_guards
from backend.cases.models import CaseCorrection, CaseReview, CaseTask
from backend.cases.ports import AppointmentReader, ReadProgress, RecordLook
from backend.cases.repository import StoredCase, read_case
from backend.cases.staff_access import CASE, StaffAccess, make_performer
from backend.cases.staff_forms import (
    FormReader,
    is_masked,
    label_fields,
    list_fields,
    list_file_keys,
    list_owable,
    mask_value,
)
from backend.cases.staff_history import Names, list_staff_ids, read_events, write_history
from backend.cases.staff_queue_rows import make_search
from backend.cases.staff_remarks import read_notes
from backend.cases.staff_rows import CONTACT_NAME_CONTEXT, CONTACT_PHONE_CONTEXT, RowWriter
from backend.catalogue.service import DefinitionStore
from backend.core.database import table_of
from backend.core.encryption import KeyRing
from backend.core.error_texts import ERROR_TEXTS
from backend.core.errors import Invalid
from backend.core.masking import mask_name, mask_phone
from backend.organisation.service import Member, OrganisationService

_CORRECTION = table_of(CaseCorrection)
_REVIEW = table_of(CaseReview)
_BY_ID = select(CASE).where(CASE.c.id == bindparam("case_id"))
_CORRECTIONS = (
    select(_CORRECTION).where(_CORRECTION.c.case_id == bindparam("case_id")).order_by(_CORRECTION.c.no)
)
_REVIEWS = select(_REVIEW).where(_REVIEW.c.case_id == bindparam("case_id"))
_TASK = table_of(CaseTask)
_DUE = select(_TASK.c.no, _TASK.c.due_at).where(
    _TASK.c.case_id == bindparam("case_id"), _TASK.c.state == "open"
)
_ROW = make_search((CASE.c.id == bindparam("case_id"),), by_unit=False)
_ANY_CASE = 2**62


@dataclass(frozen=True, slots=True)
class Sources:
    """What other components know of a case, as the composition root connects them."""

    read_progress: ReadProgress
    appointments: AppointmentReader
    files: CaseFiles
    record_look: RecordLook
    post_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Family:
    """A case with the one it belongs to and all that this one handed over to, oldest first."""

    root: Row[Any]
    members: tuple[Row[Any], ...]


class StaffCases:
    """Reads cases for staff. Every method checks what the member may see before anything else."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        access: StaffAccess,
        organisation: OrganisationService,
        definitions: DefinitionStore,
        guards: Mapping[str, Guard],
        rows: RowWriter,
        keys: KeyRing,
        sources: Sources,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._organisation = organisation
        self._definitions = definitions
        self._guards = guards
        self._rows = rows
        self._keys = keys
        self._sources = sources
        self._now = now
        self._forms = FormReader(keys)

    def view(self, member: Member, case_no: str) -> dict[str, Any]:
        """Return the StaffCaseView; raises NotFound."""
        with self._sessions.begin() as session:
            row = self._access.find_staff_case(session, member, case_no)
            family = _read_family(session, row)
            case = read_case(session, row.id)
            line = session.execute(_ROW, {"case_id": row.id, "after_case": _ANY_CASE, "limit": 1}).one()
            form = self._forms.load_body(session, family.root.form_version_id, family.root.form)
            mended = self._describe_corrections(session, family.root, form)
            return {
                **self._rows.write(session, [line])[0],
                "version": row.version,
                "status": row.status,
                "unit_code": row.unit_code,
                "customer": self._describe_customer(family.root),
                **mended,
                **self._describe_form(session, family.root, form, mended["previous_values"]),
                **self._describe_work(session, member, case),
                "progress": self._sources.read_progress(session, family.root.id),
                "history": self._write_history(session, family, form),
                "notes": read_notes(session, [one.id for one in family.members], self._keys, self._name),
                "appointment": self._sources.appointments.read(session, family.root.id),
                "visit": self._describe_visit(session, family),
                "suggested_unit": self._suggest_unit(session, row),
                **self._name_relatives(session, member, row),
            }

    def reveal(self, member: Member, case_no: str, items: list[str], reason: str) -> dict[str, Any]:
        """Return the full values of ``items``, and write down who looked at them and why.

        Raises NotFound, and Invalid for an unknown item or without a reason.
        """
        if not reason.strip():
            raise Invalid("look_reason_required", fields={"reason": "required"})
        with self._sessions.begin() as session:
            row = self._access.find_staff_case(session, member, case_no)
            root = _read_family(session, row).root
            form = self._forms.load_body(session, root.form_version_id, root.form)
            known = {one["key"] for one in list_fields(form)}
            unknown = sorted(set(items) - known)
            if unknown or not items:
                raise Invalid("item_unknown", detail=unknown[0] if unknown else "")
            self._sources.record_look(session, member.id, f"case:{root.id}", items, reason, self._now())
            return {
                "values": {
                    item: self._forms.open_value(item, root.form[item]) for item in items if item in root.form
                }
            }

    def _describe_customer(self, root: Row[Any]) -> dict[str, Any]:
        name, phone = root.contact_name_sealed, root.contact_phone_sealed
        return {
            "name": mask_name(self._keys.decrypt(name, CONTACT_NAME_CONTEXT)) if name else "",
            "phone": mask_phone(self._keys.decrypt(phone, CONTACT_PHONE_CONTEXT)) if phone else "",
            "masked": True,
        }

    def _describe_form(
        self, session: Session, root: Row[Any], form: Mapping[str, Any], previous: Mapping[str, Any]
    ) -> dict[str, Any]:
        values = self._forms.read_masked(form, root.form)
        # A second review looks at what a new photo replaced as well.
        keys = [list_file_keys(form, some, some.keys()) for some in (values, previous)]
        file_keys = list(dict.fromkeys([*keys[0], *keys[1]]))
        labels = label_fields(form)
        return {
            "form": form,
            "values": values,
            "masked_items": [
                one["key"] for one in list_fields(form) if is_masked(one) and one["key"] in values
            ],
            "files": dict(self._sources.files.describe(session, file_keys)),
            "owed_documents": [{"key": key, "label": labels.get(key, key)} for key in root.owed_documents],
            "may_be_owed": list_owable(form),
        }

    def _describe_corrections(
        self, session: Session, root: Row[Any], form: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Corrections, and what was mended since the last return with what stood there before."""
        rows = session.execute(_CORRECTIONS, {"case_id": root.id}).all()
        fields = {one["key"]: one for one in list_fields(form)}
        last = max((one.asked_at for one in rows), default=None)
        mended = [one for one in rows if one.asked_at == last and one.resolved_at is not None]
        previous = {
            one.item: mask_value(fields[one.item], self._forms.open_value(one.item, one.previous_value))
            for one in mended
            if one.previous_value is not None and one.item in fields
        }
        marks = session.execute(_REVIEWS, {"case_id": root.id})
        return {
            "corrections": [
                {
                    "no": one.no,
                    "item": one.item,
                    "label": fields[one.item]["label"] if one.item in fields else one.item,
                    "reason": one.reason,
                    "resolved": one.resolved_at is not None,
                    "asked_at": one.asked_at,
                    "resolved_at": one.resolved_at,
                }
                for one in sorted(rows, key=lambda one: one.resolved_at is not None)
            ],
            "changed_items": [one.item for one in mended],
            "previous_values": previous,
            "reviews": {one.item: {"verdict": one.verdict, "reason": one.reason} for one in marks},
        }

    def _describe_work(self, session: Session, member: Member, case: StoredCase) -> dict[str, Any]:
        definition = self._definitions.get(session, case.definition_version_id)
        guards = bind_guards(session, case.id, definition, case.snapshot, self._guards)
        actions = list_available_actions(definition, case.snapshot, make_performer(member), guards)
        due = {one.no: one.due_at for one in session.execute(_DUE, {"case_id": case.id})}
        return {
            "actions": [_describe_action(one) for one in actions],
            "open_tasks": [
                {
                    "no": task.no,
                    "step": task.step,
                    "name": definition.step(task.step).name,
                    "due_at": due.get(task.no),
                }
                for task in case.snapshot.open_tasks
            ],
        }

    def _write_history(
        self, session: Session, family: _Family, form: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        definitions = {
            one.id: self._definitions.get(session, one.definition_version_id) for one in family.members
        }
        events = read_events(session, definitions, family.root.id)
        rings = read_rings(session, sorted(definitions))
        staff_ids = list_staff_ids(events) | {one.staff_id for one in rings if one.staff_id is not None}
        unit_ids = {one.payload.get("data", {}).get("unit_id") for one in events} - {None}
        names = Names(
            label_fields(form),
            self._name(session, staff_ids),
            self._organisation.name_units(session, unit_ids),
        )
        history = write_history(events, names)
        if not rings:
            return history
        return sorted([*history, *write_rings(rings, names.staff)], key=lambda one: one["at"])

    def _name(self, session: Session, staff_ids: set[int]) -> dict[int, str]:
        """Return name and first post of each, as ``王小明（远程服务岗）``."""
        names = self._organisation.name_staff(session, staff_ids)
        posts = self._organisation.first_posts(session, staff_ids)
        called = self._sources.post_names
        return {
            staff_id: f"{name}（{called.get(posts[staff_id], posts[staff_id])}）"
            if staff_id in posts
            else name
            for staff_id, name in names.items()
        }

    def _describe_visit(self, session: Session, family: _Family) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for one in family.members:
            data.update({key: value for key, value in one.data.items() if value})
        photos, signature = data.get("visit_photos") or [], data.get("signature_file")
        views = self._sources.files.describe(session, [*photos, *([signature] if signature else [])])
        return {
            "photos": [views[key] for key in photos if key in views],
            "result": data.get("result"),
            "signature": views.get(signature) if signature else None,
        }

    def _suggest_unit(self, session: Session, row: Row[Any]) -> dict[str, str] | None:
        unit = self._organisation.find_serving_unit(
            session, row.region or "", row.street or "", row.community or ""
        )
        return None if unit is None else {"code": unit.code, "name": unit.name}

    def _name_relatives(self, session: Session, member: Member, row: Row[Any]) -> dict[str, str | None]:
        seen = self._access.list_relatives(session, member, row)
        children = [one.case_no for one in seen if one.parent_case_id == row.id]
        parents = [one.case_no for one in seen if one.id == row.parent_case_id]
        return {
            "child_case_no": children[-1] if children else None,
            "parent_case_no": parents[0] if parents else None,
        }


def read_root(session: Session, row: Row[Any]) -> Row[Any]:
    """Return the case that ``row`` belongs to in the end: itself, or the one above all others."""
    while row.parent_case_id is not None:
        row = session.execute(_BY_ID, {"case_id": row.parent_case_id}).one()
    return row


def _read_family(session: Session, row: Row[Any]) -> _Family:
    root = read_root(session, row)
    members, waiting = [root], [root.id]
    while waiting:
        below = session.execute(
            select(CASE).where(CASE.c.parent_case_id.in_(waiting)).order_by(CASE.c.id)
        ).all()
        members.extend(below)
        waiting = [one.id for one in below]
    return _Family(root, tuple(members))


def _describe_action(action: AvailableAction) -> dict[str, Any]:
    unmet = action.unmet
    return {
        "kind": action.kind,
        "task": action.task,
        "step": action.step,
        "outcome": action.outcome,
        "name": action.name,
        "unmet": None if unmet is None else {"code": str(unmet), "text": ERROR_TEXTS.get(unmet, "")},
        "needs_reason": action.needs_reason,
        "needs_corrections": action.needs_corrections,
        "needs_owed_documents": action.needs_owed_documents,
        "asks": list(action.asks),
    }
