"""A case as staff see it, and the look at a full value, which leaves a row (laws 11 and 12)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session, sessionmaker

from backend.cases import objection_rows
from backend.cases.access import find_root_id
from backend.cases.actions import list_available_actions
from backend.cases.alarm_history import write_rings
from backend.cases.alarm_ringing import list_untaken, read_rings
from backend.cases.application_rows import find_rating
from backend.cases.cancelling import is_cancel_told
from backend.cases.case_files import CaseFiles
from backend.cases.case_tree import Branch, CaseTree, list_branches, make_line, read_tree_by_id
from backend.cases.co_handling import may_arrange, read_co_handlers, write_co_handlers
from backend.cases.commands import Guard
from backend.cases.deadline_extensions import describe_pending, read_extensions, write_extensions
from backend.cases.declining import find_declined, mark_declined
from backend.cases.document_views import DocumentLists
from backend.cases.drawing import describe_drawing
from backend.cases.escalation import write_notices
from backend.cases.forwarded_parts import (
    describe_part,
    find_call_result,
    list_parts,
    list_visit_branches,
    may_forward_now,
)
from backend.cases.guards import bind_guards
from backend.cases.handed_over import describe_handed_over
from backend.cases.objection_views import describe_objections, list_people, pick_open, write_objections
from backend.cases.overall_limits import describe_overall, read_overall, write_overall
from backend.cases.ports import AppointmentReader, RecordLook, WriteProgress
from backend.cases.ratings import describe_rating
from backend.cases.remaking_ways import find_remaking_way
from backend.cases.review_rows import read_corrections, read_marks
from backend.cases.sent_back import find_sent_back
from backend.cases.snapshot import CaseStatus
from backend.cases.staff_access import StaffAccess, make_filler_performer, make_performer, tell_part
from backend.cases.staff_case_view import (
    describe_actions,
    describe_corrections,
    describe_customer,
    describe_form,
    describe_tasks,
    describe_visit,
    find_branch,
    gather_visit,
    list_form_files,
    list_visit_files,
    make_snapshot,
    name_called,
)
from backend.cases.staff_forms import FormReader, label_fields, list_fields
from backend.cases.staff_history import (
    Names,
    find_answerers,
    find_reply,
    list_staff_ids,
    list_unit_ids,
    read_events,
    write_history,
)
from backend.cases.staff_remarks import read_notes, write_notes
from backend.cases.staff_rows import RowWriter
from backend.cases.step_signatures import drop_given
from backend.cases.visit_shown import find_shown_visit
from backend.cases.visiting import may_book
from backend.catalogue.definition import ActorKind, ProcessDefinition
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid
from backend.notifications.staff_notices import read_notices
from backend.notifications.told import read_told, write_told
from backend.organisation.service import Member, OrganisationService


@dataclass(frozen=True, slots=True)
class Sources:
    """What other components know of a case, as the composition root connects them.

    ``party_names`` are those of everybody who can take part in a step; ``keepers`` are the posts that keep a
    unit's people.
    """

    write_progress: WriteProgress
    appointments: AppointmentReader
    files: CaseFiles
    record_look: RecordLook
    post_names: Mapping[str, str]
    party_names: Mapping[str, str]
    keepers: Collection[str]


class StaffCases:
    """Reads cases for staff. Every method checks what the member may see before anything else.

    ``reading`` gives sessions in which every statement stands for itself: a view takes no locks, and what
    moves between two of its statements reaches the screen with the next hint.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        reading: sessionmaker[Session],
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
        self._reading = reading
        self._access = access
        self._organisation = organisation
        self._definitions = definitions
        self._guards = guards
        self._rows = rows
        self._keys = keys
        self._sources = sources
        self._now = now
        self._forms = FormReader(keys)
        self._documents = DocumentLists(definitions, organisation, frozenset(sources.post_names))

    def view(self, member: Member, case_no: str) -> dict[str, Any]:
        """Return the StaffCaseView; raises NotFound."""
        with self._reading() as session:
            row = self._access.find_staff_case(session, member, case_no)
            tree = _read_tree(session, row)
            return self._write(session, member, row, tree)

    def reveal(self, member: Member, case_no: str, items: list[str], reason: str) -> dict[str, Any]:
        """Return the full values of ``items``, and write down who looked at them and why.

        Raises NotFound, and Invalid for an unknown item or without a reason.
        """
        if not reason.strip():
            raise Invalid("look_reason_required", fields={"reason": "required"})
        with self._sessions.begin() as session:
            row = self._access.find_staff_case(session, member, case_no)
            tree = _read_tree(session, row)
            form = self._forms.load_body(session, tree.form_version_id, tree.form)
            known = {one["key"] for one in list_fields(form)}
            unknown = sorted(set(items) - known)
            if unknown or not items:
                raise Invalid("item_unknown", detail=unknown[0] if unknown else "")
            subject = f"case:{tree.branch.id}"
            self._sources.record_look(session, member.id, subject, items, reason, self._now())
            return {
                "values": {
                    item: self._forms.open_value(item, tree.form[item]) for item in items if item in tree.form
                }
            }

    def _write(self, session: Session, member: Member, row: Row[Any], tree: CaseTree) -> dict[str, Any]:
        root, branch = tree.branch, find_branch(tree.branch, row.id)
        form = self._forms.load_body(session, tree.form_version_id, tree.form)
        # Most cases have none, and then nothing is asked.
        asked = read_corrections(session, root.id) if root.snapshot.corrections else ()
        mended = describe_corrections(asked, form, self._forms)
        values = self._forms.read_masked(form, tree.form)
        form_files = list_form_files(form, values, mended["previous_values"])
        top = self._definitions.get(session, root.definition_version_id)
        visit = gather_visit(list_visit_branches(root, top))
        files = list(dict.fromkeys([*form_files, *list_visit_files(visit)]))
        views = self._sources.files.describe(session, files, f"staff:{member.id}") if files else {}
        marks = read_marks(session, root.id)
        work = self._describe_work(session, member, row, branch)
        asks_unit = any("unit" in one["asks"] for one in work["actions"])
        line = make_line(root, lambda one: self._definitions.get(session, one))
        booked, made_at = find_shown_visit(root, line, row.handler_id if tell_part(member, row) else None)
        past = self._write_past(session, member, row, root, form)
        return {
            **past,
            "declined": past["declined"].words,
            "version": branch.snapshot.version,
            "application_no": tree.case_no,
            "erased_at": tree.erased_at,
            "unit_code": row.unit_code,
            "amount_fen": branch.snapshot.data.get("amount_fen"),
            "customer": describe_customer(row, self._keys),
            **mended,
            "rating": self._describe_rating(session, branch, root),
            "messages": write_told(read_told(session, root.id), self._keys),
            "reviews": {one.item: {"verdict": one.verdict, "reason": one.reason} for one in marks},
            **describe_form(form, values, form_files, views, root.snapshot.owed_documents),
            **work,
            "progress": mark_declined(self._sources.write_progress(session, tree), past["declined"]),
            "may_book": may_book(line),
            "appointment": self._sources.appointments.read(session, booked) if booked else None,
            "visit": describe_visit(visit, views, made_at, find_call_result(root, top)),
            "suggested_unit": self._suggest_unit(session, row) if asks_unit else None,
            **self._name_relatives(session, member, row, branch),
        }

    def _describe_rating(self, session: Session, *cases: Branch) -> dict[str, Any] | None:
        """Return the judgement of the first of ``cases`` that has one, and who asked for it."""
        # Where no step waits for the rating, it comes after the end and stands in no data of the case.
        ended = CaseStatus.COMPLETED
        may_be = (one for one in cases if one.snapshot.data.get("stars") or one.snapshot.status is ended)
        row = next((row for one in may_be if (row := find_rating(session, one.id))), None)
        if row is None:
            return None
        called = self._organisation.call_staff(session, {row.staff_id} - {None})
        asked_by = called[row.staff_id].name if row.staff_id in called else None
        told = describe_rating(row.stars, row.tags, row.words_sealed, self._keys)
        return None if told is None else {**told, "channel": row.channel, "asked_by": asked_by}

    def _describe_work(
        self, session: Session, member: Member, row: Row[Any], branch: Branch
    ) -> dict[str, Any]:
        definition = self._definitions.get(session, branch.definition_version_id)
        snapshot = make_snapshot(branch)
        performer = make_performer(member)
        guards = bind_guards(session, branch.id, definition, snapshot, self._guards, performer)
        listed = list_available_actions(definition, snapshot, performer, guards)
        actions = drop_given(session, self._definitions, branch.id, listed)
        return {
            "actions": describe_actions(
                definition,
                actions,
                snapshot.data,
                self._now(),
                lambda key: self._definitions.newest(session, key).definition,
                cancel_is_told=is_cancel_told(session, self._definitions, branch.id, actions),
            ),
            "open_tasks": describe_tasks(
                definition, branch, self._sources.party_names, performer, self._now()
            ),
            "documents": self._documents.describe(
                session, branch.id, definition, snapshot, make_filler_performer(member, row)
            ),
        }

    def _write_past(
        self, session: Session, member: Member, row: Row[Any], root: Branch, form: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the case's line, its history and its notes: all that names people and units."""
        definitions = {
            one.id: self._definitions.get(session, one.definition_version_id) for one in list_branches(root)
        }
        events = read_events(session, definitions, root.id)
        # Only alarms ring.
        is_alarm = any(one.traits.get("is_alarm") for one in definitions.values())
        rings = read_rings(session, sorted(definitions)) if is_alarm else []
        untaken = list_untaken(session, [row.id]) if is_alarm else frozenset()
        notes = read_notes(session, definitions)
        objections = objection_rows.list_of_cases(session, definitions)
        works = read_overall(session, definitions) if any(one.overall for one in definitions.values()) else ()
        asked = read_extensions(session, [row.id]) if row.has_extensions else []
        helping = read_co_handlers(session, [root.id]) if row.had_co_handlers else []
        parts = list_parts(root, definitions[root.id])
        # Only alarms, what was late, was urged, objected to, forwarded or needs more time have been told.
        was_told = is_alarm or row.urged_times > 0 or bool(asked or parts or objections)
        was_told = was_told or self._was_late(root)
        told = read_notices(session, definitions) if was_told else []
        staff_ids = {one.staff_id for one in (*rings, *notes, *told)} | {row.handler_id}
        staff_ids |= {who for one in asked for who in (one.asked_by, one.decided_by)}
        staff_ids |= {who for one in helping for who in (one.staff_id, one.added_by, one.removed_by)}
        staff_ids |= list_staff_ids(events) | {one.by for one in parts}
        staff_ids |= list_people(objections)
        called = self._organisation.call_staff(session, staff_ids - {None})
        units = self._organisation.name_units(session, list_unit_ids(events) | {row.unit_id})
        names = Names(label_fields(form), name_called(called, self._sources.post_names), units)
        history = write_history(events, names)
        more = [*write_rings(rings, names.staff), *write_notices(told, names.staff), *write_overall(works)]
        more += write_extensions(asked, definitions[row.id], names.staff)
        more += write_co_handlers(helping, names.staff)

        def name_form(version_id: int) -> str:
            return self._definitions.get_form(session, version_id).name

        own = make_snapshot(find_branch(root, row.id))
        find_way = partial(find_remaking_way, definitions[row.id], own)
        more += write_objections(objections, self._keys, name_form, names.staff)
        if more:
            history = sorted([*history, *more], key=lambda one: one["at"])
        handlers = {staff_id: one.name for staff_id, one in called.items()}
        disputed = pick_open(objections)
        standing = disputed, self._now(), tell_part(member, row), make_performer(member), root
        return {
            **self._rows.write_one(session, row, units, handlers, untaken, *standing),
            **describe_overall(works, self._now(), list_branches(root), definitions),
            "history": history,
            "reply": find_reply(events),
            "declined": find_declined(events, row.id),
            "notes": write_notes(notes, self._keys, names.staff),
            "sent_back": find_sent_back(events, row.id, names.staff),
            **describe_objections(objections, row, member, self._keys, name_form, find_way, names.staff),
            "team": self._write_team(session, member, row),
            "forwarding": self._describe_forwarding(
                session, member, row, root, definitions, handlers, find_answerers(events) if parts else {}
            ),
            "drawing": describe_drawing(definitions[row.id], find_branch(root, row.id).snapshot, handlers),
            "extension": describe_pending(asked, member, definitions[row.id], handlers),
        }

    def _write_team(self, session: Session, member: Member, row: Row[Any]) -> dict[str, Any]:
        arranges = row.status == "open" and may_arrange(member, row, self._sources.keepers)
        asked = [*row.co_handlers, row.handler_id] if arranges else row.co_handlers
        described = self._organisation.describe_staff(session, asked)
        return {
            "handler": described.pop() if arranges else None,
            "co_handlers": described,
            "may_arrange": arranges,
        }

    def _describe_forwarding(
        self,
        session: Session,
        member: Member,
        row: Row[Any],
        root: Branch,
        definitions: Mapping[int, ProcessDefinition],
        people: Mapping[int, str],
        answerers: Mapping[int, int],
    ) -> dict[str, Any]:
        """Return what was forwarded to other departments, and whether the member may forward more."""
        top = definitions[root.id]
        parts = list_parts(root, top)
        offered = (
            row.status == "open"
            and may_forward_now(top, root.snapshot)
            and may_arrange(member, row, self._sources.keepers)
        )
        seen = self._access.list_seen(session, member, [one.branch.id for one in parts]) if parts else {}
        names = self._sources.post_names
        described = []
        for one in parts:
            number = one.branch.id
            told = (names, people, answerers.get(number), seen.get(number))
            described.append(describe_part(root, one, definitions[number], *told))
        return {"may_forward": offered, "parts": described}

    def _was_late(self, root: Branch) -> bool:
        now = self._now()
        return any(due_at < now for one in list_branches(root) for due_at in one.due_at.values())

    def _suggest_unit(self, session: Session, row: Row[Any]) -> dict[str, str] | None:
        unit = self._organisation.find_serving_unit(
            session, row.region or "", row.street or "", row.community or ""
        )
        return None if unit is None else {"code": unit.code, "name": unit.name}

    def _name_relatives(
        self, session: Session, member: Member, row: Row[Any], branch: Branch
    ) -> dict[str, Any]:
        """Return the case that this one came from, and the newest that it was handed over to."""
        seen: Sequence[Row[Any]] = ()
        if branch.children or row.parent_case_id is not None:
            seen = self._access.list_relatives(session, member, row)
        # A child that began since the tree was read is shown with the next look.
        # What was forwarded to others is told of its own.
        own = list_parts(branch, self._definitions.get(session, branch.definition_version_id))
        known = {one.id for one in branch.children.values()} - {one.branch.id for one in own}
        children = [one for one in seen if one.id in known]
        parents = [one.case_no for one in seen if one.id == row.parent_case_id]
        return {
            "child": self._describe_child(session, member, branch, children[-1]) if children else None,
            "parent_case_no": parents[0] if parents else None,
        }

    def _describe_child(
        self, session: Session, member: Member, branch: Branch, child: Row[Any]
    ) -> dict[str, Any]:
        """Return what goes on in the child, or below it where the member has something to do there."""
        below = find_branch(branch, child.id)
        numbers = {child.id: child.case_no}
        if below.children:
            numbers |= self._access.list_seen(session, member, [one.id for one in list_branches(below)])
        told = describe_handed_over(
            below, numbers, make_performer(member), lambda one: self._definitions.get(session, one)
        )
        return {**told, "overdue": any(self._is_late(session, one) for one in list_branches(below))}

    def _is_late(self, session: Session, branch: Branch) -> bool:
        """Tell whether a step of ours is late at which the case stands."""
        definition, now = self._definitions.get(session, branch.definition_version_id), self._now()
        return branch.snapshot.status is CaseStatus.OPEN and any(
            branch.due_at.get(task.no, now) < now
            and definition.step(task.step).by.kind is not ActorKind.CUSTOMER
            for task in branch.snapshot.open_tasks
        )


def _read_tree(session: Session, row: Row[Any]) -> CaseTree:
    """Return the case that ``row`` belongs to in the end, itself or the one above all others."""
    is_root = row.parent_case_id is None
    return read_tree_by_id(session, row.id if is_root else find_root_id(session, row.id))
