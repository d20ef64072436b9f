"""The customer's judgement of a case: stars, ready-made tags, own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.cases import application_rows
from backend.cases.commands import Complete
from backend.cases.repository import StoredCase
from backend.catalogue.field_checks import BadValue, check_text
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Invalid

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


def keep_rating(
    session: Session,
    keys: KeyRing,
    case: StoredCase,
    wish: Complete,
    rating: Rating | None,
    at: datetime,
    counter: tuple[int, str] | None = None,
) -> Complete:
    """Keep the rating and return the command with what its guard asks for.

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
    if application_rows.is_rated(session, case.id):
        raise Conflict("already_rated")
    sealed = keys.encrypt(words, WORDS_CONTEXT) if words else None
    tags = [one for one in TAGS if one in rating.tags]
    application_rows.insert_rating(session, case.id, rating.stars, tags, sealed, at, counter)
    return replace(wish, data={"stars": rating.stars})
