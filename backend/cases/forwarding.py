"""Forwarding (转部门协办): whoever handles a case sends a part of it to another department of the unit.

The part is a case of its own below the one at the top, with its own time limit; its answer comes back as a
step of the handler's. To whom a part can go says the process (``forwarding``).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import DateTime, Row, bindparam, func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.access import find_root_id
from backend.cases.co_handling import may_arrange
from backend.cases.commands import Forward
from backend.cases.deadline_extensions import TellStaff
from backend.cases.deadlines import ANSWER_UNTIL
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.forwarded_parts import FORWARD_REASON, FORWARDED_BY
from backend.cases.models import CaseTask
from backend.cases.repository import Stamp
from backend.cases.service import CaseAnswer, CaseService, Request, lock_whole
from backend.cases.staff_access import CASE, STAFF_KINDS, StaffAccess, make_performer
from backend.catalogue.definition import ChildProcess, ProcessDefinition
from backend.catalogue.service import DefinitionStore
from backend.core.database import table_of
from backend.core.error_texts import ERROR_TEXTS
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.notifications.staff_notices import Matter
from backend.organisation.members import MemberDirectory
from backend.organisation.service import Member

# The purpose of the template that tells the department's people.
KIND = "forwarded"
_TASK = table_of(CaseTask)
# The nearest people on duty, from a unit upwards, who hold one of some posts.
FindPresent = Callable[[Session, int, Sequence[str]], list[int]]
_ROOT = select(CASE.c.id, CASE.c.unit_id, CASE.c.definition_version_id).where(
    CASE.c.id == bindparam("case_id")
)
# When what the case itself waits for is due first; what is late already gives nobody a time.
_DUE = select(func.min(_TASK.c.due_at)).where(
    _TASK.c.case_id == bindparam("case_id"),
    _TASK.c.state == "open",
    _TASK.c.due_at > bindparam("now", type_=DateTime(timezone=True)),
)
_NEWEST_BELOW = (
    select(CASE.c.id, CASE.c.case_no, CASE.c.parent_task_no)
    .where(CASE.c.parent_case_id == bindparam("case_id"))
    .order_by(CASE.c.id.desc())
    .limit(1)
)


class CaseForwarding:
    """Says to whom a case can be forwarded, and forwards it; ``keepers`` keep a unit's people."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        cases: CaseService,
        access: StaffAccess,
        definitions: DefinitionStore,
        directory: MemberDirectory,
        find_present: FindPresent,
        tell: TellStaff,
        post_names: Mapping[str, str],
        keepers: Collection[str],
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._access = access
        self._definitions = definitions
        self._directory = directory
        self._find_present = find_present
        self._tell = tell
        self._post_names = post_names
        self._keepers = frozenset(keepers)

    def list_targets(self, member: Member, case_no: str) -> list[dict[str, Any]]:
        """Return ``{to, name, unmet}`` of everybody to whom a part can go; ``unmet`` says why not now.

        Raises NotFound, Forbidden ``not_the_handler``, CommandRefused where nothing can be forwarded.
        """
        with self._sessions.begin() as session:
            root, definition = self._open(session, member, case_no)
            found = []
            for child in _list_children(definition):
                unmet = None
                try:
                    self._check_people(session, root.unit_id, child)
                except Conflict as error:
                    unmet = {"code": error.code, "text": ERROR_TEXTS[error.code]}
                found.append({"to": child.forwarded_to, "name": self._name(session, child), "unmet": unmet})
            return found

    def forward(self, member: Member, case_no: str, to: str, reason: str, command_id: uuid.UUID) -> None:
        """Forward a part of the case and tell the department's people; the same command again does nothing.

        Raises NotFound, Forbidden ``not_the_handler``, Invalid without a reason, Conflict
        ``forward_without_department`` and ``forward_nobody_present``, CommandRefused.
        """
        why = reason.strip()
        if not why:
            raise Invalid(fields={"reason": "required"})
        with self._sessions.begin() as session:
            root_id = self._open(session, member, case_no)[0].id
        request = Request(
            f"staff:{member.id}", command_id, {"case_no": case_no, "forward_to": to, "reason": why}
        )

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            case = lock_whole(session, root_id)
            # Under the lock, for the case may have been given to somebody else meanwhile.
            root, definition = self._open(session, member, case_no)
            child = next((one for one in _list_children(definition) if one.forwarded_to == to), None)
            if child is None:
                raise CommandRefused(RefusalCode.FORWARD_UNKNOWN, to)
            people = self._check_people(session, root.unit_id, child)
            name = self._name(session, child)
            until = session.execute(_DUE, {"case_id": root_id, "now": stamp.recorded_at}).scalar_one()
            capped = {ANSWER_UNTIL: until.isoformat() if until else None}
            data = {FORWARD_REASON: why, FORWARDED_BY: member.id, **capped}
            command = Forward(make_performer(member), to, name, why, data)
            answer = self._cases.act_within(session, stamp, case, command)
            part = session.execute(_NEWEST_BELOW, {"case_id": root_id}).one()
            matter = Matter(KIND, f"{root_id}/{part.parent_task_no}", (part.case_no, name), part.id)
            self._tell(session, matter, people)
            return answer

        self._cases.once(request, act)

    def _open(self, session: Session, member: Member, case_no: str) -> tuple[Row[Any], ProcessDefinition]:
        """Return the case at the top and its process, where the member arranges what happens in it."""
        row = self._access.find_staff_case(session, member, case_no)
        root_id = row.id if row.parent_case_id is None else find_root_id(session, row.id)
        root = session.execute(_ROOT, {"case_id": root_id}).one()
        # What was forwarded is a department's, and nobody there handles the case at the top.
        if not may_arrange(member, row, self._keepers):
            raise Forbidden("not_the_handler")
        definition = self._definitions.get(session, root.definition_version_id)
        if definition.forwarding is None:
            raise CommandRefused(RefusalCode.FORWARD_NOT_OPEN)
        return root, definition

    def _find_post(self, session: Session, child: ChildProcess) -> str | None:
        process = self._definitions.get(session, self._definitions.newest(session, child.process).id)
        entry = process.step(child.enter_at or process.first_step).by
        return entry.key if entry.kind in STAFF_KINDS else None

    def _check_people(self, session: Session, unit_id: int, child: ChildProcess) -> list[int]:
        """Return those on duty who get the part, the nearest to the unit; raises Conflict for none."""
        post = self._find_post(session, child)
        if post is None:
            return []
        present = self._find_present(session, unit_id, [post])
        if not present and self._directory.has_anybody(session, unit_id, {post}):
            raise Conflict("forward_nobody_present")
        if not present:
            raise Conflict("forward_without_department")
        return present

    def _name(self, session: Session, child: ChildProcess) -> str:
        name = self._post_names.get(child.forwarded_to or "")
        if name is not None:
            return name
        return self._definitions.get(session, self._definitions.newest(session, child.process).id).name


def _list_children(definition: ProcessDefinition) -> list[ChildProcess]:
    forwarding = definition.forwarding
    children = () if forwarding is None else definition.step(forwarding.step).children
    return [one for one in children if one.forwarded_to is not None]
