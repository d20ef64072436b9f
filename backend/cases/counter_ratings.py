"""The rating on the device at the counter window: opened by staff from the case, given by the customer.

Staff cannot bring a rating themselves. They get a case link of the counter, good for minutes and on the one
device that opens it first; that device completes the step in the name of the post that asked, once.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.application_rows import is_rated
from backend.cases.case_links import COUNTER, bind_link, end_links, find_link, refuse_link
from backend.cases.commands import Complete, Performer
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.link_models import CaseLink
from backend.cases.ratings import Rating, keep_rating
from backend.cases.repository import Stamp, StoredCase
from backend.cases.service import CaseAnswer, CaseService, lock_whole, make_request
from backend.cases.staff_access import STAFF_KINDS, StaffAccess, make_performer
from backend.catalogue.definition import Outcome, Step
from backend.catalogue.service import DefinitionStore
from backend.core.database import table_of
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Forbidden
from backend.core.ids import hash_token, make_public_token
from backend.organisation.service import Member

LASTS = timedelta(minutes=10)
_LONGEST_DEVICE = 300
_OF_COUNTER = table_of(CaseLink).c.origin == COUNTER


@dataclass(frozen=True, slots=True)
class Invitation:
    """What opens the rating on a device, and until when."""

    token: str
    expires_at: datetime


class CounterRatings:
    """Invites the customer at the counter to rate, and takes the rating from the device there."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        cases: CaseService,
        access: StaffAccess,
        definitions: DefinitionStore,
        keys: KeyRing,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._access = access
        self._definitions = definitions
        self._keys = keys
        self._now = now

    def invite(self, member: Member, case_no: str) -> Invitation:
        """Return a new invitation for the case whose rating ``member`` may record; earlier ones end.

        Raises NotFound, Conflict (``case_ended``, ``already_rated``) and NOT_YOUR_TURN.
        """
        now, token = self._now(), make_public_token()
        with self._sessions.begin() as session:
            case = lock_whole(session, self._access.find_staff_case(session, member, case_no).id)
            _, step, _ = self._find_task(session, case)
            if not make_performer(member).may_take(step, case.snapshot.data):
                raise CommandRefused(RefusalCode.NOT_YOUR_TURN)
            end_links(session, case.id, _OF_COUNTER, now)
            session.add(
                CaseLink(
                    case_id=case.id,
                    token_hash=hash_token(token),
                    origin=COUNTER,
                    staff_id=member.id,
                    created_at=now,
                    expires_at=now + LASTS,
                )
            )
        return Invitation(token, now + LASTS)

    def open(self, token: str, device: str) -> dict[str, Any]:
        """Bind the invitation to ``device``, a secret of its own, and return what is judged and how long.

        Raises Conflict ``already_rated``, and Forbidden ``rating_over`` and ``rating_elsewhere``.
        """
        now = self._now()
        with self._sessions.begin() as session:
            case = lock_whole(session, _find(session, token).case_id)
            link = _find(session, token, locks=True)
            _refuse(session, link, device, now)
            if link.device_hash is None:
                bind_link(session, link, device, now)
            name = self._definitions.get(session, case.definition_version_id).name
        # A tablet's clock may be wrong by hours, so it is told how long and not until when.
        return {"name": name, "expires_in": int((link.expires_at - now).total_seconds())}

    def rate(
        self, token: str, device: str, device_name: str, command_id: uuid.UUID, rating: Rating
    ) -> CaseAnswer:
        """Keep the rating and finish the step, once; raises as ``open`` does, and Invalid with the fields."""
        with self._sessions() as session:
            asked = _find(session, token)
        body = {"link": asked.id, "stars": rating.stars, "tags": list(rating.tags), "words": rating.words}
        request = make_request(self._keys, f"{COUNTER}:{asked.staff_id}", command_id, body)

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            case = lock_whole(session, asked.case_id)
            link = _find(session, token, locks=True)
            _refuse(session, link, device, stamp.recorded_at)
            if link.device_hash is None:
                raise Forbidden("rating_over")
            task, step, outcome = self._find_task(session, case)
            post = frozenset({step.by.key})
            # The device acts for the post that turned it to the customer, at this step and no other.
            counter = Performer(step.by.kind, positions=post, departments=post, staff_id=link.staff_id)
            wish = Complete(counter, task, outcome.key, case.snapshot.version)
            given = (link.staff_id, device_name[:_LONGEST_DEVICE])
            wish = keep_rating(session, self._keys, case, wish, rating, stamp.recorded_at, given)
            end_links(session, case.id, _OF_COUNTER, stamp.recorded_at)
            return self._cases.act_within(session, stamp, case, wish)

        return self._cases.once(request, act)

    def _find_task(self, session: Session, case: StoredCase) -> tuple[int, Step, Outcome]:
        """Return the open task of staff that waits for a rating, with the outcome that brings it."""
        definition = self._definitions.get(session, case.definition_version_id)
        for task in case.snapshot.open_tasks:
            step = definition.step(task.step)
            for outcome in step.outcomes if step.by.kind in STAFF_KINDS else ():
                if any(guard.name == "rating_given" for guard in outcome.guards):
                    return task.no, step, outcome
        if is_rated(session, case.id):
            raise Conflict("already_rated")
        if case.snapshot.status.is_final:
            raise Conflict("case_ended")
        raise CommandRefused(RefusalCode.NOT_YOUR_TURN)


def _find(session: Session, token: str, locks: bool = False) -> Row[Any]:
    link = find_link(session, token, locks)
    if link is None or link.origin != COUNTER:
        raise Forbidden("rating_over")
    return link


def _refuse(session: Session, link: Row[Any], device: str, now: datetime) -> None:
    """Whoever stands at the counter knows of no link: it is the page that is over, or is elsewhere."""
    if is_rated(session, link.case_id):
        raise Conflict("already_rated")
    try:
        refuse_link(link, device, now)
    except Forbidden as refused:
        if refused.code == "link_other_device":
            raise Forbidden("rating_elsewhere") from refused
        raise Forbidden("rating_over") from refused
