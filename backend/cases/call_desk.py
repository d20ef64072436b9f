"""What somebody at the hotline tells a caller: any case found by what the caller says, and how it stands.

Whoever answers calls may find every case of their units, also one in whose process they take no part: they
read its progress and whom to call, never its form, documents or full values. Each look is recorded.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ARRAY, BigInteger, LargeBinary, Row, Text, bindparam, text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.access import find_root_id
from backend.cases.case_contacts import choose_contact
from backend.cases.case_reading import ToldProgress
from backend.cases.case_tree import Branch, CaseTree, read_tree_by_id
from backend.cases.ports import RecordLook
from backend.cases.progress_shown import write_contact
from backend.cases.repository import Stamp
from backend.cases.service import CaseAnswer, CaseService, Request, lock_whole
from backend.cases.shared_limits import find_last_sharing
from backend.cases.snapshot import CaseStatus
from backend.cases.staff_access import TOLD_TASK, StaffAccess
from backend.cases.staff_case_view import describe_customer
from backend.cases.staff_remarks import keep_note
from backend.cases.staff_rows import RowWriter
from backend.cases.urging import UrgeLimit, urge
from backend.catalogue.definition import ActorKind
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid, NotFound
from backend.core.ids import is_valid_case_no
from backend.core.statements import Prepared
from backend.customers.service import CustomersService
from backend.organisation.leads import CENTRE_LEAD
from backend.organisation.service import Member

# Who answers calls, and who answers for them.
CALL_POSTS = ("hotline_agent", CENTRE_LEAD)
LOOK_REASON = "来电查询进度"
_MOST = 20
_NUMBER = re.compile(r"[0-9+ -]{5,30}")
_HALF = "SELECT id FROM service_case WHERE parent_case_id IS NULL AND unit_id = ANY(:units) AND "
_LAST = " ORDER BY id DESC LIMIT :most"
# Each way to a case walks its own index; what was not asked for is NULL and finds nothing.
_FOUND = Prepared(
    text(
        f"""
    WITH found AS (
      ({_HALF} id = :root_id)
      UNION ({_HALF} contact_phone_index = :phone {_LAST})
      UNION ({_HALF} customer_id = ANY(:customers) {_LAST})
      UNION ({_HALF} community LIKE :community AND building LIKE :building {_LAST})
    )
    SELECT c.*, t.no AS task_no, t.step, t.opened_at AS waiting_since, t.due_at
    FROM found JOIN service_case c USING (id) JOIN {TOLD_TASK}
    ORDER BY (c.status = 'open') DESC, c.id DESC LIMIT :most
    """
    ).bindparams(
        bindparam("units", type_=ARRAY(BigInteger)),
        bindparam("root_id", type_=BigInteger),
        bindparam("phone", type_=LargeBinary),
        bindparam("customers", type_=ARRAY(BigInteger)),
        bindparam("community", type_=Text),
        bindparam("building", type_=Text),
    )
)
_BY_NO = Prepared(text("SELECT id FROM service_case WHERE case_no = :case_no"))


class TellsProgress(Protocol):
    """Tells how a case stands, as its customer reads it."""

    def tell_progress(self, session: Session, tree: CaseTree) -> ToldProgress:
        """Return headline, steps and contacts."""


class CallDesk:
    """Finds cases for a caller, tells how they stand, and takes down what the caller wants said."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        cases: CaseService,
        progress: TellsProgress,
        customers: CustomersService,
        definitions: DefinitionStore,
        access: StaffAccess,
        rows: RowWriter,
        urge_limit: UrgeLimit,
        keys: KeyRing,
        party_names: Mapping[str, str],
        record_look: RecordLook,
        now: Callable[[], datetime],
    ) -> None:
        """``party_names`` are those of everybody who can take part in a step."""
        self._sessions = sessions
        self._cases = cases
        self._progress = progress
        self._customers = customers
        self._definitions = definitions
        self._access = access
        self._rows = rows
        self._urge_limit = urge_limit
        self._keys = keys
        self._party_names = party_names
        self._record_look = record_look
        self._now = now

    def find(self, member: Member, typed: str) -> dict[str, Any]:
        """Return ``{items}``: the lines of the cases meant by what was typed, open ones first.

        That is a whole case number, telephone or account number, or a community with a building.
        Raises Invalid for anything less, so that nobody leafs through cases.
        """
        with self._sessions.begin() as session:
            values = self._read_typed(session, member, typed)
            found = _FOUND.all(session, {**values, "units": sorted(member.units), "most": _MOST})
            return {"items": self._rows.write(session, found)}

    def read(self, member: Member, case_no: str) -> dict[str, Any]:
        """Return how the case stands and whom to call about it; raises NotFound."""
        with self._sessions.begin() as session:
            row = self._find_row(session, member, case_no)
            self._record_look(session, member.id, f"case:{row.id}", ("progress",), LOOK_REASON, self._now())
            told = self._progress.tell_progress(session, tree := read_tree_by_id(session, row.id))
            customer = describe_customer(row, self._keys)
            return {
                **self._rows.write(session, [row])[0],
                "customer_phone": customer["phone"],
                "headline": told.headline,
                "progress": told.steps,
                "places": self._list_places(session, tree.branch, told, ""),
                "may_urge": told.urge is not None and told.urge["unmet"] is None,
                "urge_hint": (told.urge["unmet"] or {}).get("text") if told.urge else None,
                "may_open": self._access.may_see(session, member, row),
            }

    def urge(self, member: Member, case_no: str, command_id: uuid.UUID) -> None:
        """Urge the case as its customer would; raises NotFound, and CommandRefused as ``urge`` does."""

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            case = lock_whole(session, self._find_row(session, member, case_no).id)
            return urge(session, self._cases, self._urge_limit, stamp, case)

        body = {"case_no": case_no, "kind": "urge"}
        self._cases.once(Request(f"staff:{member.id}", command_id, body), act)

    def write_note(self, member: Member, case_no: str, said: str) -> None:
        """Keep what the caller wants known with the case; raises NotFound, Invalid for an empty text."""
        with self._sessions.begin() as session:
            row = self._find_row(session, member, case_no)
            keep_note(session, self._keys, member, row, said, self._now())

    def _find_row(self, session: Session, member: Member, case_no: str) -> Row[Any]:
        """Return the case at the top of the one with this number; raises NotFound."""
        values = {**_nothing(), "root_id": _find_root(session, case_no)}
        row: Row[Any] | None = _FOUND.first(session, {**values, "units": sorted(member.units), "most": 1})
        if row is None:
            raise NotFound
        return row

    def _read_typed(self, session: Session, member: Member, typed: str) -> dict[str, Any]:
        words = typed.split()
        plain = "".join(words)
        if is_valid_case_no(plain):
            return {**_nothing(), "root_id": _find_root(session, plain)}
        if _NUMBER.fullmatch(typed.strip()):
            known = self._customers.find_by_phone(session, plain)
            known += self._customers.find_by_account(session, plain, member.units)
            return {
                **_nothing(),
                "phone": self._keys.blind_index(plain, "phone"),
                "customers": sorted({one.id for one in known}),
            }
        if len(words) < 2:
            raise Invalid(fields={"q": "call_words_short" if plain else "required"})
        place = {"community": _begins_with(words[0]), "building": _begins_with(words[1])}
        return {**_nothing(), **place}

    def _list_places(
        self, session: Session, branch: Branch, told: ToldProgress, path: str
    ) -> list[dict[str, Any]]:
        """Return each step at which the case, or what it handed over to, stands, with whom to call."""
        if branch.snapshot.status is not CaseStatus.OPEN:
            return []
        definition = self._definitions.get(session, branch.definition_version_id)
        places: list[dict[str, Any]] = []
        for task in branch.snapshot.open_tasks:
            child = branch.children.get(task.no)
            if child is not None and child.snapshot.status is CaseStatus.OPEN:
                places += self._list_places(session, child, told, f"{path}{task.step}/")
                continue
            step, due_at = definition.step(task.step), branch.due_at.get(task.no)
            last = find_last_sharing(definition, task.step)
            places.append(
                {
                    "process_name": definition.name,
                    "step_name": step.plain_name,
                    "party_name": self._party_names.get(step.by.key or step.by.kind, "系统"),
                    "since": task.opened_at,
                    "due_at": due_at,
                    "limit_until": None if last is None else last.plain_name,
                    "overdue": due_at is not None
                    and due_at < self._now()
                    and step.by.kind is not ActorKind.CUSTOMER,
                    "contact": write_contact(choose_contact(told.contacts, f"{path}{task.step}")),
                }
            )
        return places


def _find_root(session: Session, case_no: str) -> int | None:
    case_id = _BY_NO.scalar(session, {"case_no": case_no})
    return None if case_id is None else find_root_id(session, case_id)


def _nothing() -> dict[str, Any]:
    return {"root_id": None, "phone": None, "customers": [], "community": None, "building": None}


def _begins_with(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
