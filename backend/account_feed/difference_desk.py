"""The desk at which managers see what differs from the master, and what was not taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.access.looks import record_look
from backend.account_feed.deciding import Decision, DifferenceDeciding
from backend.account_feed.difference_rows import DifferenceRows
from backend.account_feed.models import AccountChange, AccountDifference, AccountFeed, AccountFeedRefusal
from backend.account_feed.records import FeedRecords
from backend.account_feed.refusal_texts import tell_feed_refusal
from backend.account_feed.units import UNITS, Cells
from backend.account_imports.columns import TITLES
from backend.core.errors import Conflict, NotFound
from backend.core.masking import mask_id_number, mask_name, mask_phone
from backend.core.outbound import NOT_REACHED
from backend.customers.models import GasAccount
from backend.organisation.service import Member, OrganisationService

PAGE: Final = 50
MOST_REFUSED: Final = 200
UNIT_TITLES: Final[dict[str, str]] = {
    **{unit: TITLES[keys[0]] for unit, keys in UNITS.items()},
    "address": "地址",
    "meter": "燃气表",
}
_MASKS: Final[Mapping[str, Callable[[str], str]]] = {
    "holder": mask_name,
    "contact": mask_name,
    "phone": mask_phone,
    "id_number": mask_id_number,
    "door": lambda text: "****" if text else "",
    "note": lambda text: "****" if text else "",
}
_AWAY: Final = frozenset({NOT_REACHED, "timeout", "broken_off", "1429", "1500"})
_BARRED: Final = frozenset({"1001", "1002", "1003", "1004", "answer_unsigned"})


class DifferenceDesk:
    """What staff do with differences. ``is_set_up`` tells whether there is a master at all."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        records: FeedRecords,
        organisation: OrganisationService,
        is_set_up: bool,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._rows = DifferenceRows(records.keys)
        self._deciding = DifferenceDeciding(records, now)
        self._organisation = organisation
        self._is_set_up = is_set_up
        self._now = now

    def tell_feed(self, member: Member) -> dict[str, Any]:
        """Tell how the exchange goes, and how much waits."""
        with self._sessions() as session:
            feed = session.scalars(select(AccountFeed)).one_or_none()
            waiting = session.execute(
                select(func.count()).where(
                    AccountDifference.unit_id.in_(member.units), AccountDifference.decision.is_(None)
                )
            ).scalar_one()
            unsent = session.execute(
                select(func.count()).select_from(select(AccountChange.id).limit(PAGE * 20).subquery())
            ).scalar_one()
            refusals, refused = self._list_refusals(session, member)
        return {
            "is_set_up": self._is_set_up,
            "problem": "" if feed is None else _tell_problem(feed.problem),
            "pulled_at": None if feed is None else feed.pulled_at,
            "pushed_at": None if feed is None else feed.pushed_at,
            "waiting": waiting,
            "unsent": unsent,
            "refused": refused,
            "refusals": refusals,
        }

    def list_differences(self, member: Member, is_open: bool, before: int | None) -> dict[str, Any]:
        """Return ``{items, next}``, the newest first: those that wait for a person, or the others."""
        state = AccountDifference.decision.is_(None) if is_open else AccountDifference.decision.is_not(None)
        asked = (
            select(AccountDifference, GasAccount.account_no)
            .join(GasAccount, GasAccount.id == AccountDifference.account_id)
            .where(AccountDifference.unit_id.in_(member.units), state)
            .order_by(AccountDifference.id.desc())
            .limit(PAGE + 1)
        )
        if before is not None:
            asked = asked.where(AccountDifference.id < before)
        with self._sessions() as session:
            rows = session.execute(asked).all()
            names = self._organisation.name_staff(
                session, [row.decided_by for row, _ in rows if row.decided_by is not None]
            )
            items = [self._tell(row, number, names) for row, number in rows[:PAGE]]
        return {"items": items, "next": items[-1]["id"] if len(rows) > PAGE else None}

    def look(self, member: Member, row_id: int, reason: str) -> dict[str, str]:
        """Return both values in full, and write the look down; raises NotFound, Invalid without a reason."""
        with self._sessions.begin() as session:
            asked = select(AccountDifference).where(
                AccountDifference.id == row_id, AccountDifference.unit_id.in_(member.units)
            )
            row = session.scalars(asked).one_or_none()
            if row is None:
                raise NotFound()
            subject = f"account:{row.account_id}"
            record_look(session, member.id, subject, (row.unit,), reason, self._now())
            ours, theirs = self._rows.open_sides(row)
        return {"ours": _write(ours, row.unit), "theirs": _write(theirs, row.unit)}

    def decide(
        self, member: Member, row_id: int, decision: Decision, found_at: datetime, reason: str
    ) -> dict[str, Any]:
        """Let one side hold; raises as ``DifferenceDeciding.decide``."""
        with self._sessions.begin() as session:
            is_fresh = self._deciding.refresh(session, member, row_id)
        if not is_fresh:
            raise Conflict("changed_meanwhile")
        with self._sessions.begin() as session:
            row = self._deciding.decide(session, member, row_id, decision, found_at, reason)
            number = session.get_one(GasAccount, row.account_id).account_no
            return self._tell(row, number, self._organisation.name_staff(session, [member.id]))

    def begin_again(self) -> None:
        """Let the exchange read the master from its beginning, soon; what is known changes nothing."""
        with self._sessions.begin() as session:
            feed = session.scalars(select(AccountFeed).with_for_update()).one_or_none()
            if feed is not None:
                feed.in_cursor, feed.billing_cursor, feed.not_before, feed.tries = "", "", None, 0

    @staticmethod
    def _list_refusals(session: Session, member: Member) -> tuple[list[dict[str, Any]], int]:
        # A number that names no unit is nobody's, so that everybody who may import sees it.
        seen = AccountFeedRefusal.unit_id.in_(member.units) | AccountFeedRefusal.unit_id.is_(None)
        total = session.execute(select(func.count()).where(seen)).scalar_one()
        asked = select(AccountFeedRefusal).where(seen).order_by(AccountFeedRefusal.refused_at.desc())
        items = [
            {
                "account_no": one.account_no,
                "direction": one.direction,
                "subject": one.subject,
                "code": one.code,
                "text": tell_feed_refusal(one.code, one.field, one.reason),
                "refused_at": one.refused_at,
            }
            for one in session.scalars(asked.limit(MOST_REFUSED))
        ]
        return items, total

    def _tell(self, row: AccountDifference, account_no: str, names: Mapping[int, str]) -> dict[str, Any]:
        ours, theirs = self._rows.open_sides(row)
        return {
            "id": row.id,
            "account_no": account_no,
            "unit": row.unit,
            "title": UNIT_TITLES[row.unit],
            "ours": _write(_mask(ours), row.unit),
            "theirs": _write(_mask(theirs), row.unit),
            "is_masked": any(key in _MASKS for key in UNITS[row.unit]),
            "is_both": row.is_both,
            "side": row.side,
            "ours_at": row.ours_at,
            "theirs_at": row.theirs_at,
            "theirs_by": row.theirs_by,
            "found_at": row.found_at,
            "decision": row.decision,
            "reason": row.reason,
            "decided_by": names.get(row.decided_by or 0, ""),
            "decided_at": row.decided_at,
        }


def _mask(cells: Cells) -> dict[str, str]:
    return {key: _MASKS[key](one) if key in _MASKS else one for key, one in cells.items()}


def _write(cells: Cells, unit: str) -> str:
    return " ".join(one for one in (cells.get(key, "") for key in UNITS[unit]) if one)


def _tell_problem(code: str) -> str:
    if not code:
        return ""
    if code in _AWAY or code.startswith("http_"):
        return "现在连不上主系统，会自己再试；资料不会丢。"
    if code in _BARRED:
        return "主系统不认本厅的密钥，或者它的回答签名不对。请技术人员核对两边的密钥和时钟。"
    return f"主系统的回答读不懂（{code}），会自己再试。请告诉技术人员。"
