"""Where the demonstration's people act: each move goes through the services that the screens use."""

from __future__ import annotations

import io
import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.appointments.repository import find_last_visit, list_visits_of
from backend.appointments.states import OPEN_STATES
from backend.cases import access, application_rows
from backend.cases.alarm_service import Alarm, AlarmService
from backend.cases.application_service import Application, ApplicationService
from backend.cases.commands import CUSTOMER, CorrectionRequest
from backend.cases.corrections import CorrectionDesk
from backend.cases.customer_commands import SIGNATURE, CustomerCommand, CustomerCommands
from backend.cases.documents import Change, Filler
from backend.cases.drawing import Lots
from backend.cases.guards import IDENTITY_VERIFIED
from backend.cases.identity_decisions import Decision
from backend.cases.name_checks import NameComparing
from backend.cases.ratings import COUNTER_GOOD_TAGS, TAGS, Rating
from backend.cases.repository import StoredCase
from backend.cases.service import Request
from backend.cases.staff_access import StaffAccess, make_performer
from backend.cases.staff_commands import Mark, StaffCommand, StaffCommands
from backend.cases.staff_remarks import StaffRemarks
from backend.cases.works_drawings import DRAWING_SHOWN, SEEN_DRAWING, WORKS_DRAWING
from backend.catalogue.definition import ActorKind, Outcome
from backend.catalogue.forms import FieldType, Form, FormField
from backend.core.local_time import local_date
from backend.organisation.members import MemberDirectory
from backend.organisation.service import Member
from composition.hall import Hall
from deploy.demo.applicants import list_pictures
from deploy.demo.cast import Cast
from deploy.demo.clock import WalkingClock
from deploy.demo.form_values import FormWriter
from deploy.demo.form_words import FORM_PICTURES
from deploy.demo.pictures import draw_picture
from deploy.demo.stories import RATING_WORDS, RETURN_TEXTS, Move

# Actor of a move → the post whose step it is; customers' steps have none.
_POSTS = {
    "customer": "",
    "remote": "remote_service",
    "agent": "hotline_agent",
    "desk": "customer_service_dept",
    "handler": "case_handler",
    "works": "engineering_dept",
    "finance": "finance_dept",
}
_HANDLERS = {"301": ("handler301", "inspector301"), "302": ("handler302",), "303": ("handler303",)}
_WORKS = {"301": "works301", "302": "works302", "303": "handler303"}
_NEAR_SLOTS = 6
# Further from now no visit of the demonstration is booked.
_AROUND = timedelta(days=30)


class StoryMoved(Exception):
    """The case does not wait for this move: somebody has acted on it meanwhile."""


@dataclass(frozen=True, slots=True)
class _Task:
    """The open task that a move completes; ``path`` is its number as customers know it."""

    case: StoredCase
    no: int
    path: int
    outcome: Outcome


def make_staff_commands(hall: Hall, clock: WalkingClock) -> StaffCommands:
    """Return what staff do, with nobody on line for whom lots could be drawn."""
    return StaffCommands(
        hall.sessions, hall.reading, hall.cases, StaffAccess(hall.definitions), hall.organisation,
        MemberDirectory(hall.organisation), hall.definitions, hall.files, hall.keys,
        Lots(lambda *_: (), min), hall.signing, clock,
    )  # fmt: skip


class Stage:
    """Carries out single moves at the clock's time. ``chance`` is each move's own, so that a run which was
    cut short goes on as it would have gone."""

    def __init__(self, hall: Hall, clock: WalkingClock) -> None:
        self._hall = hall
        self._clock = clock
        files, keys = hall.files, hall.keys
        organisation, definitions = hall.organisation, hall.definitions
        desk = CorrectionDesk(definitions, organisation, keys, files)
        staff_access = StaffAccess(definitions)
        # Nobody outside is asked about people who were made up.
        names = NameComparing(hall.sessions, keys, None, clock)
        self._applications = ApplicationService(
            hall.sessions, hall.cases, hall.offers, organisation, keys, files, names
        )
        self._customers = CustomerCommands(
            hall.cases, definitions, desk, keys, files, hall.urge_limit, hall.signing
        )
        self._staff = make_staff_commands(hall, clock)
        self._remarks = StaffRemarks(hall.sessions, staff_access, keys, clock)
        self._ids: dict[str, int] = {}
        self._cast = Cast(hall)
        self._alarms = AlarmService(hall.sessions, hall.cases, organisation, keys)

    def apply(
        self, command_id: uuid.UUID, customer_id: int, service: str, values: dict[str, Any], owes: bool
    ) -> str:
        """Send in an application with its photos, and return the case's number."""
        owner = f"customer:{customer_id}"
        filled = dict(values)
        for field, kinds in list_pictures(service, values).items():
            if not (owes and field == "property_proof"):
                filled[field] = self._upload(kinds, owner, "application", random.Random(command_id.int))
        with self._hall.sessions() as session:
            version = self._hall.offers.newest_form(session, service).form.version
        application = Application(command_id, service, version, filled, allow_duplicate=True)
        return self._applications.submit(customer_id, application).case_no

    def raise_alarm(self, command_id: uuid.UUID, phone: str, address: dict[str, Any], words: str) -> str:
        """Report an alarm, and return its case's number."""
        return self._alarms.report(Alarm(command_id, phone, address, words)).case_no

    def find_case_id(self, case_no: str) -> int:
        """Return the id behind a number."""
        if case_no not in self._ids:
            with self._hall.sessions() as session:
                self._ids[case_no] = application_rows.find_id(session, case_no)
        return self._ids[case_no]

    def act_as_customer(
        self,
        move: Move,
        command_id: uuid.UUID,
        case_no: str,
        customer_id: int,
        values: dict[str, Any],
        chance: random.Random,
    ) -> None:
        """Carry out a customer's move but the application, whose ``values`` are given, and the booking.

        Raises StoryMoved.
        """
        case = self._hall.cases.load(self.find_case_id(case_no))
        owner, more = f"customer:{customer_id}", dict(move.more)
        command: dict[str, Any] = {"kind": "complete"}
        match move.outcome:
            case "withdraw":
                command = {"kind": "withdraw", "reason": more["reason"]}
            case "supply_document":
                proof = self._upload(("deed",), owner, "application", chance)
                command = {"kind": "supply_document", "document": "property_proof"}
                command["values"] = {"property_proof": proof}
            case "resubmit":
                command["values"] = self._mend(case, owner, values, chance)
            case "rate":
                stars = chance.choice((5, 5, 5, 4, 4, 3))
                words = chance.choice(RATING_WORDS)
                command["rating"] = Rating(stars, tuple(chance.sample(TAGS[:5], 2)), words)
            case _ if "signature" in more:
                [signature] = self._upload((more["signature"],), owner, "signature", chance)
                command["values"] = {SIGNATURE: signature}
        if command["kind"] == "complete":
            task = self._find_task(case, move)
            command |= {"task": task.path, "outcome": move.outcome}
            if any(one.name == DRAWING_SHOWN for one in task.outcome.guards):
                seen = task.case.snapshot.data[WORKS_DRAWING]["sha256"]
                command["values"] = {**command["values"], SEEN_DRAWING: seen}
            if "form" in task.outcome.asks:
                self._fill(task, Filler(owner, CUSTOMER), move, chance)
                case = self._hall.cases.load(case.id)
        self._customers.carry_out(
            customer_id,
            case_no,
            CustomerCommand(command_id, expected_version=case.snapshot.version, **command),
        )

    def book(
        self, command_id: uuid.UUID, case_no: str, customer_id: int, visit: str, chance: random.Random
    ) -> None:
        """Book an hour in the past, near the present or in the future; raises StoryMoved without any."""
        case_id, present = self.find_case_id(case_no), self._clock.present
        first = local_date(present) if visit == "future" else None
        days = self._hall.appointments.list_days(case_id, first)
        free = [slot.start_at for day in days for slot, left in day.slots if left > 0]
        wanted = sorted(free, key=lambda start: abs(start - present))
        if visit == "past":
            wanted = [one for one in free if one + timedelta(minutes=90) <= present] or wanted
        elif visit == "future":
            wanted = [one for one in free if one > present + timedelta(hours=3)]
        taken = self._list_visits_of_handler(case_id)
        wanted = [one for one in wanted if one not in taken] or wanted
        if not wanted:
            raise StoryMoved(case_no)
        start_at = wanted[0] if visit == "near" else chance.choice(wanted[:_NEAR_SLOTS])
        held = self._hall.appointments.hold(case_id, start_at)
        request = Request(f"customer:{customer_id}", command_id, {"start_at": start_at.isoformat()})
        version = self._hall.cases.load(case_id).snapshot.version
        self._hall.appointments.book(request, case_id, held.hold_id, version)

    def _list_visits_of_handler(self, case_id: int) -> set[datetime]:
        """Return when the visits of the case's handler begin: nobody can be in two homes at once."""
        handler_id = self._hall.cases.load(case_id).snapshot.data.get("handler_id")
        if handler_id is None:
            return set()
        since, until = self._clock.present - _AROUND, self._clock.present + _AROUND
        with self._hall.sessions() as session:
            visits = list_visits_of(session, [handler_id], since, until, OPEN_STATES)
        return {start_at for _, start_at, _, _ in visits}

    def find_visit(self, case_no: str) -> datetime | None:
        """Return when the last booked visit begins, of the case or of what it handed over to, or None."""
        case_id = self.find_case_id(case_no)
        with self._hall.sessions() as session:
            visit = find_last_visit(session, case_id)
        return None if visit is None else visit.start_at

    def act_as_staff(self, move: Move, command_id: uuid.UUID, case_no: str, chance: random.Random) -> None:
        """Carry out a move of staff; raises StoryMoved."""
        root = self._hall.cases.load(self.find_case_id(case_no))
        if move.outcome == "cancel":
            member = self._find_member(move.actor, root, chance)
            wish = StaffCommand(command_id, root.snapshot.version, "cancel", {}, reason=move.more["reason"])
            self._staff.carry_out(member, case_no, wish)
            return
        task = self._find_task(root, move)
        case = task.case
        member = self._find_member(move.actor, case, chance)
        if any(one.name == "rating_given" for one in task.outcome.guards):
            self._rate_at_counter(member, case.case_no, command_id, chance)
            return
        more = dict(move.more)
        if task.outcome.corrections:
            more["corrections"] = self._choose_corrections(case, chance)
        if "handler" in task.outcome.asks:
            more["handler"] = chance.choice(_HANDLERS[case.unit_code])
        if "receipt" in task.outcome.asks:
            more["receipt_no"] = f"SJ{case.case_no}"
        for name, purpose in (("photos", "visit"), ("drawing", "visit"), ("signature", "signature")):
            if name in more:
                is_one = name == "signature"
                kinds = (more[name],) if is_one else more[name]
                keys = self._upload(kinds, f"staff:{member.id}", purpose, chance)
                more[name] = keys[0] if is_one else tuple(keys)
        if any(one.name == IDENTITY_VERIFIED for one in task.outcome.guards):
            self._see_id_card(member, case.case_no)
            case = self._hall.cases.load(case.id)
        version = case.snapshot.version
        if "form" in task.outcome.asks:
            filler = Filler(f"staff:{member.id}", make_performer(member), {"staff_name": member.name})
            version = self._fill(task, filler, move, chance)
        wish = StaffCommand(
            command_id, version, "complete", {"outcome": move.outcome},
            task=task.no, outcome=move.outcome, **more,
        )  # fmt: skip
        self._staff.carry_out(member, case.case_no, wish)

    def _rate_at_counter(
        self, member: Member, case_no: str, command_id: uuid.UUID, chance: random.Random
    ) -> None:
        """Let the customer rate on the device that ``member`` turns to them."""
        ratings, device = self._hall.counter_ratings, f"{chance.getrandbits(256):064x}"
        token = ratings.invite(member, case_no).token
        ratings.open(token, device)
        stars = chance.choice((5, 5, 4))
        tags = tuple(chance.sample(COUNTER_GOOD_TAGS, 2))
        ratings.rate(token, device, "窗口平板", command_id, Rating(stars, tags, ""))

    def _see_id_card(self, member: Member, case_no: str) -> None:
        """Let who stands before the customer see the card, where nobody has seen it yet."""
        decisions = self._hall.identity_decisions
        if decisions.describe(member, case_no)["status"] == "wanted":
            decisions.decide(member, case_no, Decision("id_card", "field", "上门时看过身份证原件"))

    def _fill(self, task: _Task, filler: Filler, move: Move, chance: random.Random) -> int:
        """Hand in the form of the task, and return the case's version after that."""
        purpose = "application" if filler.actor.startswith("customer") else "visit"

        def put_files(field: FormField) -> list[str]:
            pictures = (FORM_PICTURES.get(field.key, "works"),) * (field.min_count or 1)
            return self._upload(pictures, filler.actor, purpose, chance)

        desk = self._hall.documents
        with self._hall.sessions.begin() as session:
            opened = desk.read(session, task.case.id, task.no, filler)
            chosen = self._choose(opened.form, move, filler, chance)
            writer = FormWriter(local_date(self._clock()), chance, put_files, chosen)
            change = Change(
                0 if opened.row is None else opened.row.revision,
                writer.write(opened.form, opened.values),
                fills=True,
            )
            desk.save(session, task.case.id, task.no, filler, change)
        return self._hall.cases.load(task.case.id).snapshot.version

    def _choose(self, form: Form, move: Move, filler: Filler, chance: random.Random) -> dict[str, Any]:
        """Return what has to stand in the form; a signature is named by its picture and drawn here."""
        return {
            key: self._upload((value,), filler.actor, "signature", chance)[0]
            if (field := form.field(key)) is not None and field.type is FieldType.SIGNATURE
            else value
            for key, value in move.form.items()
        }

    def report_position(self, case_no: str, chance: random.Random) -> None:
        """Let the handler of a case be seen a few kilometres away, where one is on the way."""
        case = self._hall.cases.load(self.find_case_id(case_no))
        lat, lng = 36.66 + chance.uniform(-0.02, 0.02), 117.03 + chance.uniform(-0.03, 0.03)
        self._hall.visits.report_position({case.snapshot.data["handler_id"]}, lat, lng)

    def leave_marks(self, case_no: str, chance: random.Random) -> None:
        """Let the reviewer pass what is in order and reject one photo."""
        case = self._hall.cases.load(self.find_case_id(case_no))
        marks = {one: Mark("pass") for one in ("contact_name", "contact_phone", "address", "id_number")}
        marks["id_photos"] = Mark("reject", RETURN_TEXTS["id_photos"])
        self._staff.keep_marks(self._find_member("remote", case, chance), case_no, marks)

    def leave_remarks(self, case_no: str, remarks: Iterable[tuple[str, str]], chance: random.Random) -> None:
        """Write notes for staff and messages to the customer."""
        case = self._hall.cases.load(self.find_case_id(case_no))
        member = self._find_member("remote", case, chance)
        for kind, words in remarks:
            write = self._remarks.write_note if kind == "note" else self._remarks.send_message
            write(member, case_no, words)

    def _mend(
        self, case: StoredCase, owner: str, values: dict[str, Any], chance: random.Random
    ) -> dict[str, Any]:
        mended: dict[str, Any] = {}
        for one in case.snapshot.pending_corrections:
            if one.item == "address":
                # No home was first applied for with this ending, so that the address truly changes.
                mended["address"] = {**values["address"], "door": f"{chance.randrange(1, 19)}05"}
            elif one.item == "floor_area":
                mended["floor_area"] = values["floor_area"] - 3
            else:
                kinds = list_pictures(case.snapshot.data["service"], values)[one.item]
                mended[one.item] = self._upload(kinds, owner, "application", chance)
        return mended

    @staticmethod
    def _choose_corrections(case: StoredCase, chance: random.Random) -> tuple[CorrectionRequest, ...]:
        repair = case.snapshot.data["service"] == "repair"
        items = ("fault_photos", "address") if repair else ("id_photos", "property_proof", "floor_area")
        chosen = chance.sample(items, chance.choice((1, 1, 2)))
        return tuple(CorrectionRequest(item, RETURN_TEXTS[item]) for item in chosen)

    def _find_task(self, root: StoredCase, move: Move) -> _Task:
        """Return the open task that waits for this move, in the case or in what it handed over to."""
        waiting: list[tuple[StoredCase, tuple[int, ...]]] = [(root, ())]
        while waiting:
            case, above = waiting.pop()
            with self._hall.sessions() as session:
                definition = self._hall.definitions.get(session, case.definition_version_id)
                children = access.list_children(session, case.id)
            for task in case.snapshot.open_tasks:
                step = definition.step(task.step)
                outcome = step.outcome(move.outcome)
                post = "" if step.by.kind is ActorKind.CUSTOMER else step.by.key
                if outcome is not None and post == _POSTS[move.actor]:
                    return _Task(case, task.no, access.join_task((*above, task.no)), outcome)
            below = [(self._hall.cases.load(child_id), no) for child_id, no in children]
            waiting += [(child, (*above, no)) for child, no in below]
        raise StoryMoved(move.outcome)

    def _find_member(self, actor: str, case: StoredCase, chance: random.Random) -> Member:
        match actor:
            case "handler":
                return self._cast.find_by_id(case.snapshot.data["handler_id"])
            case "remote":
                username = chance.choice(("remote1", "remote2"))
            case "agent":
                username = "hotline1"
            case "works":
                username = _WORKS[case.unit_code]
            case "finance":
                username = f"finance{case.unit_code}"
            case _:
                username = f"lead{case.unit_code}"
        return self._cast.find(username)

    def _upload(self, kinds: Iterable[str], owner: str, purpose: str, chance: random.Random) -> list[str]:
        keys = []
        for kind in kinds:
            name = f"{kind}.{'png' if kind == 'signature' else 'jpg'}"
            content = draw_picture(kind, chance.randrange(3))
            keys.append(self._hall.files.store(io.BytesIO(content), name, owner, purpose)["file_key"])
        return keys
