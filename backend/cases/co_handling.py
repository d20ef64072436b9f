"""Co-handlers (协办): colleagues who handle a case together with its handler, who alone replies.

They stand with the case above all others and so see all that it was handed over to. What they may do beside
reading: notes, forms, photos of the visit.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, bindparam, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from backend.cases import repository
from backend.cases.access import find_root_id
from backend.cases.case_files import CaseFiles
from backend.cases.commands import ASKED_DATA, SYSTEM, Amend
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.models import CaseCoHandler
from backend.cases.repository import Stamp
from backend.cases.service import CaseAnswer, CaseService, Request, lock_whole
from backend.cases.snapshot import CaseStatus
from backend.cases.staff_access import StaffAccess, list_posts, tell_part
from backend.core.database import table_of
from backend.core.errors import Forbidden, Invalid, NotFound
from backend.core.outbox import promise
from backend.core.statements import Prepared
from backend.organisation.members import MemberDirectory
from backend.organisation.service import Member

MOST_PHOTOS = 30
_PHOTOS = ASKED_DATA["photos"]
_ONE = table_of(CaseCoHandler)
_OF_CASE = Prepared(
    select(_ONE)
    .where(_ONE.c.case_id == bindparam("case_ids", type_=ARRAY(BigInteger)).any_())
    .order_by(_ONE.c.id)
)
_ACTIVE = select(_ONE.c.id).where(_ONE.c.removed_at.is_(None))
# The open cases in which somebody helps, with all that these were handed over to.
_HELPED = Prepared(
    text(
        """
    WITH RECURSIVE helped (id) AS (
      SELECT c.id FROM case_co_handler x JOIN service_case c ON c.id = x.case_id
       WHERE x.staff_id = :staff_id AND x.removed_at IS NULL AND c.status = 'open'
      UNION
      SELECT c.id FROM service_case c JOIN helped h ON c.parent_case_id = h.id WHERE c.status = 'open'
    )
    SELECT id FROM helped
    """
    ).bindparams(bindparam("staff_id", type_=BigInteger))
)


class CoHandling:
    """Takes co-handlers to a case and lets them go; ``keepers`` are the posts that keep a unit's people."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        cases: CaseService,
        access: StaffAccess,
        directory: MemberDirectory,
        files: CaseFiles,
        keepers: Collection[str],
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._access = access
        self._directory = directory
        self._files = files
        self._keepers = frozenset(keepers)
        self._now = now

    def add(self, member: Member, case_no: str, username: str, reason: str) -> None:
        """Take somebody of the case's unit, on duty, as co-handler; said again it changes nothing.

        Raises NotFound, Forbidden, Invalid, Conflict ``handler_absent``, CommandRefused for an ended case.
        """
        why = _check_reason(reason)
        with self._sessions.begin() as session:
            row, root_id = self._open(session, member, case_no)
            person = self._directory.choose_handler(session, row.unit_id, username)
            if person.id == row.handler_id:
                raise Invalid("handler_same", fields={"handler": "invalid"})
            # Under the case's lock two people cannot take the same colleague twice.
            lock_whole(session, root_id)
            taken = _ACTIVE.where(_ONE.c.case_id == root_id, _ONE.c.staff_id == person.id)
            if session.execute(taken).first() is not None:
                return
            session.add(
                CaseCoHandler(
                    case_id=root_id, staff_id=person.id, added_by=member.id, added_at=self._now(),
                    reason=why, removal_reason="",
                )
            )  # fmt: skip
            self._show(session, row)

    def remove(self, member: Member, case_no: str, username: str, reason: str) -> None:
        """Let a co-handler go; raises NotFound, Forbidden, Invalid ``co_handler_unknown``."""
        why = _check_reason(reason)
        with self._sessions.begin() as session:
            row, root_id = self._open(session, member, case_no)
            try:
                person = self._directory.find_person(session, member.units, username, with_left=True)
            except NotFound as error:
                raise Invalid("co_handler_unknown") from error
            gone = {"removed_by": member.id, "removed_at": self._now(), "removal_reason": why}
            let_go = update(_ONE).where(
                _ONE.c.case_id == root_id, _ONE.c.staff_id == person.id, _ONE.c.removed_at.is_(None)
            )
            if not session.execute(let_go.values(**gone).returning(_ONE.c.id)).all():
                raise Invalid("co_handler_unknown")
            self._show(session, row)

    def add_photos(
        self, member: Member, case_no: str, photos: Collection[str], command_id: uuid.UUID
    ) -> None:
        """Add photos of the visit without finishing the step: who handles the case, stands in, or helps.

        They join the work that goes on, in the case that it was handed over to. Raises NotFound, Forbidden,
        Invalid for files that are not the member's, CommandRefused for an ended case.
        """
        with self._sessions.begin() as session:
            row = self._access.find_staff_case(session, member, case_no)
            if tell_part(member, row) is None:
                raise Forbidden("not_the_handler")
            case_id = _find_working(session, row.id)
        request = Request(f"staff:{member.id}", command_id, {"case_no": case_no, "photos": list(photos)})

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            case = lock_whole(session, case_id)
            if case.snapshot.status.is_final:
                raise CommandRefused(RefusalCode.CASE_ENDED)
            self._files.claim(session, list(photos), stamp.actor, case.id)
            kept = [*(case.snapshot.data.get(_PHOTOS) or []), *photos]
            data = {_PHOTOS: list(dict.fromkeys(kept))[:MOST_PHOTOS]}
            return self._cases.act_within(session, stamp, case, Amend(SYSTEM, data))

        self._cases.once(request, act)

    def _open(self, session: Session, member: Member, case_no: str) -> tuple[Row[Any], int]:
        row = self._access.find_staff_case(session, member, case_no)
        if not may_arrange(member, row, self._keepers):
            raise Forbidden("not_the_handler")
        if CaseStatus(row.status).is_final:
            raise CommandRefused(RefusalCode.CASE_ENDED)
        return row, row.id if row.parent_case_id is None else find_root_id(session, row.id)

    def _show(self, session: Session, row: Row[Any]) -> None:
        changed = {
            "case_id": row.id,
            "case_no": row.case_no,
            "unit_ids": [row.unit_id],
            "version": row.version,
        }
        promise(session, "case_changed", [changed], self._now())


def may_arrange(member: Member, row: Row[Any], keepers: Collection[str]) -> bool:
    """True for who handles the case or stands in, and once somebody does, for who keeps the unit's people."""
    if row.handler_id is None:
        return False
    return tell_part(member, row) in ("handler", "deputy") or not list_posts(member).isdisjoint(keepers)


def list_helped(session: Session, staff_id: int) -> list[int]:
    """Return the ids of the open cases in which somebody is co-handler, and of all below these."""
    return [row.id for row in _HELPED.all(session, {"staff_id": staff_id})]


def read_co_handlers(session: Session, case_ids: Collection[int]) -> list[Row[Any]]:
    """Return who was taken as co-handler of these cases, and let go, oldest first."""
    return _OF_CASE.all(session, {"case_ids": sorted(case_ids)})


def write_co_handlers(rows: Iterable[Row[Any]], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return ``{at, actor, text}`` for each coming and going, as a case's history has them."""
    lines = []
    for one in rows:
        who = names.get(one.staff_id, "")
        taken = f"请{who}协办（{one.reason}）"
        lines.append({"at": one.added_at, "actor": names.get(one.added_by, ""), "text": taken})
        if one.removed_at is not None:
            gone = f"{who}不再协办（{one.removal_reason}）"
            lines.append({"at": one.removed_at, "actor": names.get(one.removed_by, ""), "text": gone})
    return lines


def _find_working(session: Session, case_id: int) -> int:
    """Return the newest case that still goes on below this one, or the case itself."""
    running = repository.list_running_children(session, case_id)
    return _find_working(session, running[-1]) if running else case_id


def _check_reason(reason: str) -> str:
    said = reason.strip()
    if not said:
        raise Invalid(fields={"reason": "required"})
    return said
