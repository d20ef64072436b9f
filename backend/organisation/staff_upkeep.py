"""Keeping the people in order: who works where, with which posts and phone, and who has left."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.core.encryption import KeyRing
from backend.core.errors import Invalid
from backend.core.local_time import local_date
from backend.core.masking import mask_phone
from backend.organisation.absences import note_presence
from backend.organisation.models import Staff, StaffPost, Unit
from backend.organisation.revisions import check_revision, make_revision, take_edit_turn
from backend.organisation.service import NAME_CONTEXT, PHONE_CONTEXT, NewStaff, OrganisationService

# It stands in addresses and in tables, so it is kept plain.
_USERNAME = re.compile(r"[a-z0-9][a-z0-9_.-]{1,31}")
# As enterprise WeChat has it, which compares without regard to case.
_USERID = re.compile(r"[0-9A-Za-z._@-]{1,64}")
PRESENCES = ("on_duty", "absent", "left")
# No password has this hash.
_NOBODYS_HASH = "!"


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """Somebody as they are maintained; no phone leaves the one that is known.

    ``wecom_userid`` is the member's name in enterprise WeChat: None leaves it, an empty one takes it away.
    """

    username: str
    name: str
    unit_code: str
    positions: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    phone: str | None = None
    presence: str = "on_duty"
    wecom_userid: str | None = None


class StaffUpkeep:
    """Enters and changes people. ``make_password`` returns a fresh first password and its hash."""

    def __init__(
        self,
        organisation: OrganisationService,
        keys: KeyRing,
        make_password: Callable[[], tuple[str, str]],
    ) -> None:
        self._organisation = organisation
        self._keys = keys
        self._make_password = make_password

    def rehearse(self) -> StaffUpkeep:
        """Return one for what will be taken back: it makes no passwords, whose hashes take their time."""
        return StaffUpkeep(self._organisation, self._keys, lambda: ("", _NOBODYS_HASH))

    def list_staff(
        self, session: Session, unit_ids: Collection[int] | None = None, *, with_left: bool = False
    ) -> list[dict[str, Any]]:
        """Return who works in these units, or everybody, by user name; the phone masked, None without one."""
        wanted = select(Staff, Unit.code).join(Unit, Unit.id == Staff.unit_id).order_by(Staff.username)
        if unit_ids is not None:
            wanted = wanted.where(Staff.unit_id.in_(unit_ids))
        if not with_left:
            wanted = wanted.where(Staff.presence != "left")
        people = session.execute(wanted).all()
        posts = _list_posts(session, [staff.id for staff, _ in people])
        return [self._describe(staff, code, posts.get(staff.id, [])) for staff, code in people]

    def put_staff(
        self, session: Session, entry: StaffEntry, now: datetime, revision: str | None = None
    ) -> str | None:
        """Enter or change somebody; returns the first password of a new account, otherwise None.

        ``revision`` is what ``list_staff`` gave, empty for somebody new, None where it does not matter.
        Raises Invalid for an unknown unit or post, a missing name or a user name that cannot be, Conflict
        ``username_taken`` and ``changed_meanwhile``.
        """
        username = entry.username.strip().lower()
        faults = {"username": username, "name": entry.name.strip()}
        missing = {key: "required" for key, value in faults.items() if not value}
        if entry.presence not in PRESENCES:
            missing["presence"] = "invalid"
        if missing:
            raise Invalid(fields=missing)
        take_edit_turn(session)
        known = session.execute(select(Staff).where(Staff.username == username)).scalar_one_or_none()
        if revision is not None:
            check_revision(revision, _find_revision(session, known), "username_taken")
        password: str | None = None
        if known is None:
            known, password = self._enter(session, entry, username, now)
        else:
            self._organisation.check_posts(entry.positions, entry.departments)
            known.unit_id = self._organisation.find_unit_or_keep(session, entry.unit_code, known.unit_id)
            known.name_sealed = self._keys.encrypt(entry.name.strip(), NAME_CONTEXT)
            _set_posts(session, known.id, entry)
        if known.presence != entry.presence:
            # Who stays as they are keeps the days of an absence, of which an entry knows nothing.
            note_presence(known, entry.presence, local_date(now))
        if entry.phone:
            known.phone_sealed = self._keys.encrypt(entry.phone, PHONE_CONTEXT)
        if entry.wecom_userid is not None:
            known.wecom_userid = _check_userid(session, known, entry.wecom_userid.strip())
        session.flush()
        return password

    def _enter(self, session: Session, entry: StaffEntry, username: str, now: datetime) -> tuple[Staff, str]:
        if _USERNAME.fullmatch(username) is None:
            raise Invalid(fields={"username": "invalid"})
        password, password_hash = self._make_password()
        new = NewStaff(
            entry.unit_code,
            username,
            entry.name.strip(),
            password_hash,
            frozenset(entry.positions),
            frozenset(entry.departments),
        )
        return session.get_one(Staff, self._organisation.add_staff(session, new, now)), password

    def _describe(self, staff: Staff, unit_code: str, posts: list[tuple[str, str]]) -> dict[str, Any]:
        sealed = staff.phone_sealed
        return {
            "username": staff.username,
            "name": self._keys.decrypt(staff.name_sealed, NAME_CONTEXT),
            "unit_code": unit_code,
            "positions": [key for kind, key in posts if kind == "position"],
            "departments": [key for kind, key in posts if kind == "department"],
            "phone": None if sealed is None else mask_phone(self._keys.decrypt(sealed, PHONE_CONTEXT)),
            "wecom_userid": staff.wecom_userid,
            "presence": staff.presence,
            "absent_from": staff.absent_from,
            "absent_until": staff.absent_until,
            "revision": _make_revision(staff, posts),
        }


def _check_userid(session: Session, known: Staff, userid: str) -> str | None:
    """Return the name in enterprise WeChat, None for an empty one; raises Invalid."""
    if not userid:
        return None
    if _USERID.fullmatch(userid) is None:
        raise Invalid(fields={"wecom_userid": "wecom_userid_invalid"})
    others = (Staff.id != known.id) & (Staff.presence != "left")
    same = others & (func.lower(Staff.wecom_userid) == userid.lower())
    if session.scalars(select(Staff.id).where(same)).first() is not None:
        raise Invalid(fields={"wecom_userid": "wecom_userid_taken"})
    return userid


def _find_revision(session: Session, known: Staff | None) -> str | None:
    return (
        None if known is None else _make_revision(known, _list_posts(session, [known.id]).get(known.id, []))
    )


def _make_revision(staff: Staff, posts: list[tuple[str, str]]) -> str:
    return make_revision(
        staff.unit_id, staff.name_sealed, staff.phone_sealed, staff.wecom_userid, staff.presence,
        staff.absent_from, staff.absent_until, posts,
    )  # fmt: skip


def _list_posts(session: Session, staff_ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    held = select(StaffPost).where(StaffPost.staff_id.in_(staff_ids)).order_by(StaffPost.kind, StaffPost.key)
    posts: dict[int, list[tuple[str, str]]] = {}
    for row in session.scalars(held):
        posts.setdefault(row.staff_id, []).append((row.kind, row.key))
    return posts


def _set_posts(session: Session, staff_id: int, entry: StaffEntry) -> None:
    wanted = {("position", key) for key in entry.positions}
    wanted |= {("department", key) for key in entry.departments}
    held = session.scalars(select(StaffPost).where(StaffPost.staff_id == staff_id)).all()
    for post in held:
        if (post.kind, post.key) not in wanted:
            session.delete(post)
    known = {(post.kind, post.key) for post in held}
    session.add_all(StaffPost(staff_id=staff_id, kind=kind, key=key) for kind, key in wanted - known)
