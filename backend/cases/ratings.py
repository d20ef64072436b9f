"""The customer's judgement of a case: stars, ready-made tags, own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from backend.cases import application_rows
from backend.cases.commands import Complete
from backend.cases.repository import StoredCase
from backend.cases.snapshot import CaseStatus, Snapshot
from backend.catalogue.definition import ProcessDefinition
from backend.catalogue.field_checks import BadValue, check_text
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Invalid

# The guard of a step that waits for the rating, and the message that invites to it.
RATING_GIVEN, RATING_INVITED = "rating_given", "rating_invited"
# Where no step waits for the rating, it is taken for so long after the invitation.
RATED_WITHIN = timedelta(days=30)
_NOT_RATED = (CaseStatus.REFUSED, CaseStatus.WITHDRAWN, CaseStatus.CANCELLED)
WORDS_CONTEXT = "case_rating.words"
LONGEST_WORDS = 200
# Offered from four stars on, and below that.
GOOD_TAGS = ("准时上门", "态度好", "技术好", "讲得清楚", "收费清楚")
BAD_TAGS = ("等得太久", "没有修好", "态度差", "没讲清楚", "没收拾干净", "收费不明")
# Nobody came to anybody's house at the counter.
COUNTER_GOOD_TAGS = ("态度好", "办得快", "讲得清楚", "收费清楚")
COUNTER_BAD_TAGS = ("等得太久", "态度差", "没讲清楚", "收费不明")
TAGS = tuple(dict.fromkeys(GOOD_TAGS + BAD_TAGS + COUNTER_GOOD_TAGS + COUNTER_BAD_TAGS))


@dataclass(frozen=True, slots=True)
class Rating:
    """1 to 5 stars, tags out of TAGS, and up to 200 characters of the customer's own."""

    stars: int
    tags: tuple[str, ...]
    words: str


def describe_rating(
    stars: int | None, tags: Sequence[str], words_sealed: str | None, keys: KeyRing
) -> dict[str, Any] | None:
    """Return the rating as screens show it, or None where there is none."""
    if stars is None:
        return None
    words = keys.decrypt(words_sealed, WORDS_CONTEXT) if words_sealed else ""
    return {"stars": stars, "tags": list(tags), "words": words}


def may_still_rate(
    definition: ProcessDefinition, snapshot: Snapshot, now: datetime, *, is_rated: bool
) -> bool:
    """True where the customer was invited to rate, but no step of the process waits for it.

    Whoever was called or visited rates when they please; a case is not kept open for that.
    """
    if is_rated or RATING_GIVEN in definition.steps_by_guard or snapshot.status in _NOT_RATED:
        return False
    invited = (
        task.done_at
        for task in snapshot.tasks
        if task.done_at is not None and _invites(definition, task.step, task.outcome)
    )
    return any(now - at <= RATED_WITHIN for at in invited)


def _invites(definition: ProcessDefinition, step: str, outcome: str | None) -> bool:
    taken = definition.step(step).outcome(outcome or "")
    return taken is not None and any(one.args.get("message") == RATING_INVITED for one in taken.effects)


def keep_rating(
    session: Session,
    keys: KeyRing,
    case: StoredCase,
    wish: Complete,
    rating: Rating | None,
    at: datetime,
    counter: tuple[int, str] | None = None,
) -> Complete:
    """Keep the rating as ``store_rating`` does, and return the command with what its guard asks for."""
    return replace(wish, data={"stars": store_rating(session, keys, case.id, rating, at, counter)})


def store_rating(
    session: Session,
    keys: KeyRing,
    case_id: int,
    rating: Rating | None,
    at: datetime,
    counter: tuple[int, str] | None = None,
) -> int:
    """Keep the rating of a case that the caller has locked, and return its stars.

    ``counter`` has who asked for it at the counter, and on what device. Raises Invalid with the field,
    ``rating_missing`` without any, and Conflict ``already_rated``.
    """
    if rating is None:
        raise Invalid("rating_missing", fields={"stars": "required"})
    faults = {}
    if not 1 <= rating.stars <= 5:
        faults["stars"] = "stars_invalid"
    if not set(rating.tags) <= set(TAGS):
        faults["tags"] = "option_unknown"
    words = ""
    try:
        words = check_text(rating.words, LONGEST_WORDS, lines=True)
    except BadValue as bad:
        faults["words"] = bad.code
    if faults:
        raise Invalid(fields=faults)
    if application_rows.is_rated(session, case_id):
        raise Conflict("already_rated")
    sealed = keys.encrypt(words, WORDS_CONTEXT) if words else None
    tags = [one for one in TAGS if one in rating.tags]
    application_rows.insert_rating(session, case_id, rating.stars, tags, sealed, at, counter)
    return rating.stars
