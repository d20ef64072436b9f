"""By which ways each member of staff wants to hear of what, and when not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from backend.core.database import table_of
from backend.core.errors import Invalid
from backend.core.local_time import SHANGHAI
from backend.notifications.models import StaffNotice, StaffNoticeChoice
from backend.notifications.staff_matters import URGENCIES, Urgency, find_kind, name_people, write_matter
from backend.organisation.service import OrganisationService

SMS, WECOM, BROWSER = "sms", "wecom", "browser"
WAYS = (SMS, WECOM, BROWSER)
# Ways that reach somebody who has no screen open.
REACHING = frozenset({SMS, WECOM})
LISTED = 20
_CHOICE, _NOTICE = table_of(StaffNoticeChoice), table_of(StaffNotice)
_FIND = select(_CHOICE.c.body).where(_CHOICE.c.staff_id == bindparam("staff_id"))


@dataclass(frozen=True, slots=True)
class NoticeChoice:
    """``ways`` by urgency. Ordinary matters rest from ``quiet_from`` until ``quiet_until`` o'clock."""

    ways: Mapping[Urgency, tuple[str, ...]] = field(
        default_factory=lambda: {
            "alarm": (SMS, WECOM, BROWSER),
            "urgent": (SMS, WECOM, BROWSER),
            # Without enterprise WeChat these come by text message, as before.
            "ordinary": (WECOM, BROWSER),
        }
    )
    quiet_from: int | None = None
    quiet_until: int | None = None

    def find_end_of_quiet(self, urgency: Urgency, now: datetime) -> datetime | None:
        """Return when a matter may be told, or None for at once; only what is ordinary ever waits."""
        begins, ends = self.quiet_from, self.quiet_until
        if urgency != "ordinary" or begins is None or ends is None or begins == ends:
            return None
        local = now.astimezone(SHANGHAI)
        is_over_midnight = begins > ends
        is_quiet = (
            local.hour >= begins or local.hour < ends if is_over_midnight else begins <= local.hour < ends
        )
        if not is_quiet:
            return None
        day = local.date() + timedelta(days=1 if is_over_midnight and local.hour >= begins else 0)
        return datetime.combine(day, time(ends), SHANGHAI)


def read_choice(session: Session, staff_id: int) -> NoticeChoice:
    """Return what somebody chose, or the usual."""
    body: Mapping[str, Any] | None = session.execute(_FIND, {"staff_id": staff_id}).scalar_one_or_none()
    if body is None:
        return NoticeChoice()
    ways: dict[Urgency, tuple[str, ...]] = {one: tuple(body["ways"].get(one, ())) for one in URGENCIES}
    return NoticeChoice(ways, body.get("quiet_from"), body.get("quiet_until"))


class StaffNoticeDesk:
    """What a member of staff sees and chooses of their own notices. ``ways`` are those that are set up."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        organisation: OrganisationService,
        ways: Collection[str],
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._organisation = organisation
        self._ways = [one for one in WAYS if one in ways]
        self._now = now

    def read(self, staff_id: int) -> dict[str, Any]:
        """Return the choice and the ways that there are."""
        with self._sessions() as session:
            choice = read_choice(session, staff_id)
        ways = {name: list(chosen) for name, chosen in choice.ways.items()}
        return {
            "ways": ways,
            "quiet_from": choice.quiet_from,
            "quiet_until": choice.quiet_until,
            "offered": self._ways,
        }

    def choose(
        self,
        staff_id: int,
        ways: Mapping[str, Collection[str]],
        quiet_from: int | None,
        quiet_until: int | None,
    ) -> None:
        """Keep a choice; raises Invalid where alarms would reach nobody, or half of the quiet hours lacks."""
        if not REACHING & set(ways["alarm"]):
            raise Invalid("alarm_stays_on", fields={"alarm": "alarm_stays_on"})
        if (quiet_from is None) != (quiet_until is None):
            raise Invalid(fields={"quiet_until": "required"})
        body = {
            "ways": {one: [way for way in WAYS if way in ways[one]] for one in URGENCIES},
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
        }
        kept = insert(_CHOICE).values(staff_id=staff_id, body=body, chosen_at=self._now())
        with self._sessions.begin() as session:
            session.execute(
                kept.on_conflict_do_update(
                    index_elements=["staff_id"], set_={"body": body, "chosen_at": self._now()}
                )
            )

    def list_new(self, staff_id: int, after: int | None) -> dict[str, Any]:
        """Return one's notices past ``after`` that the browser may show, oldest first, and the last number.

        Without ``after`` only that number: what came before the screen was opened is told by the lists.
        """
        with self._sessions() as session:
            choice = read_choice(session, staff_id)
            of_mine = select(_NOTICE).where(_NOTICE.c.staff_id == staff_id).order_by(_NOTICE.c.id.desc())
            rows = list(session.execute(of_mine.limit(LISTED)))[::-1]
            last = rows[-1].id if rows else 0
            items = []
            for row in rows if after is not None else ():
                kind = find_kind(row.kind)
                is_quiet = choice.find_end_of_quiet(kind.urgency, self._now()) is not None
                if row.id > (after or 0) and BROWSER in choice.ways[kind.urgency] and not is_quiet:
                    items.append(self._show(session, row))
        return {"items": items, "last": max(last, after or 0)}

    def _show(self, session: Session, row: Row[Any]) -> dict[str, Any]:
        kind = find_kind(row.kind)
        params = name_people(row.kind, row.params, lambda ids: self._organisation.name_staff(session, ids))
        return {
            "id": row.id,
            "urgency": kind.urgency,
            "title": kind.title,
            "text": write_matter(row.kind, params),
            "case_no": row.params[0] if row.case_id is not None and row.params else None,
        }
