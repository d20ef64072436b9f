"""The company's own versions of forms and templates, beside those that the program brings (ADR 4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.catalogue.loader import hash_body
from backend.catalogue.models import DefinitionVersion
from backend.core.errors import Conflict

# Versions of the company's own are numbered from here on, above all that the program brings.
OWN_FROM = 100_000


def list_used(session: Session, kind: str, key: str | None = None) -> dict[str, DefinitionVersion]:
    """Return the newest version by key, of all of the kind or of one."""
    return _read_newest(session, _choose(kind, key))


def list_shipped(session: Session, kind: str, key: str | None = None) -> dict[str, DefinitionVersion]:
    """Return what the program brought last, by key."""
    return _read_newest(session, _choose(kind, key).where(DefinitionVersion.version < OWN_FROM))


def list_all(session: Session, kind: str, key: str) -> list[DefinitionVersion]:
    """Return all versions of one, the newest first."""
    return list(session.scalars(_choose(kind, key).order_by(DefinitionVersion.version.desc())))


def store_own(
    session: Session,
    kind: str,
    used: DefinitionVersion,
    body: Mapping[str, Any],
    author: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Store ``body`` as the version after ``used``; raises Conflict where somebody stored it first."""
    version = max(used.version, OWN_FROM - 1) + 1
    fresh = {**body, "version": version}
    values = {"kind": kind, "key": used.key, "version": version, "sha256": hash_body(fresh), "body": fresh}
    values |= {"author": f"staff:{author}", "published_at": now, "reason": reason}
    try:
        with session.begin_nested():
            session.execute(insert(DefinitionVersion).values(**values))
    except IntegrityError as error:
        raise Conflict("changed_meanwhile") from error


def describe_version(one: DefinitionVersion, shipped: DefinitionVersion) -> dict[str, Any]:
    """Return what lists tell of the version in use; ``author`` is a user name, empty for the program's."""
    is_own = one.version >= OWN_FROM
    return {
        "key": one.key,
        "version": one.version,
        "version_no": count_version(one.version),
        "is_own": is_own,
        "author": name_author(one),
        "published_at": one.published_at,
        "shipped_version": shipped.version,
        "shipped_is_newer": is_own and shipped.published_at > one.published_at,
    }


def count_version(version: int) -> int:
    """Return the number by which people know a version: the company's own begin with 1 as well."""
    return version - OWN_FROM + 1 if version >= OWN_FROM else version


def name_author(one: DefinitionVersion) -> str:
    """Return the user name of who made the version, or nothing where the program brought it."""
    return one.author.removeprefix("staff:") if one.version >= OWN_FROM else ""


def _choose(kind: str, key: str | None) -> Select[tuple[DefinitionVersion]]:
    wanted = select(DefinitionVersion).where(DefinitionVersion.kind == kind)
    return wanted if key is None else wanted.where(DefinitionVersion.key == key)


def _read_newest(session: Session, wanted: Select[tuple[DefinitionVersion]]) -> dict[str, DefinitionVersion]:
    newest = wanted.distinct(DefinitionVersion.key)
    rows = session.scalars(newest.order_by(DefinitionVersion.key, DefinitionVersion.version.desc()))
    return {one.key: one for one in rows}
