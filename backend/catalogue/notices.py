"""Published notices that customers agree to or confirm, in versions like every other definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.catalogue.models import DefinitionVersion
from backend.core.errors import NotFound

PRIVACY, SAFETY = "privacy", "safety"


@dataclass(frozen=True, slots=True)
class NoticePart:
    """A paragraph with its heading."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A version of a notice, as customers read it."""

    version: int
    title: str
    published_at: datetime
    parts: Sequence[NoticePart]


def read_newest_notice(session: Session, key: str = PRIVACY) -> Notice:
    """Return the version that is in force; raises NotFound where none was published."""
    newest = select(DefinitionVersion.version, DefinitionVersion.body, DefinitionVersion.published_at)
    row = session.execute(
        newest.where(DefinitionVersion.kind == "notice", DefinitionVersion.key == key)
        .order_by(DefinitionVersion.version.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound
    parts = tuple(NoticePart(one["title"], one["text"]) for one in row.body["parts"])
    return Notice(row.version, row.body["title"], row.published_at, parts)


def read_newest_version(session: Session, key: str = PRIVACY) -> int:
    """Return the number of the version that is in force, nought where none was published."""
    of_key = select(func.max(DefinitionVersion.version))
    found: int | None = session.execute(
        of_key.where(DefinitionVersion.kind == "notice", DefinitionVersion.key == key)
    ).scalar_one()
    return found or 0
