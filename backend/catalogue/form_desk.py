"""Forms as an administrator keeps them: each change is a new version with its author (design, decision 4).

Versions of the company's own are numbered from OWN_FROM on and so are newer than any that the program brings:
what is shipped later is stored beside them and comes into use only when somebody takes it over (ADR 4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from backend.catalogue.form_editing import edit_form, find_broken
from backend.catalogue.loader import hash_body
from backend.catalogue.models import DefinitionVersion
from backend.core.errors import Conflict, Invalid, NotFound

OWN_FROM = 100_000
_FORMS = select(DefinitionVersion).where(DefinitionVersion.kind == "form")


class FormDesk:
    """Lists forms, shows one, and stores a changed one. ``parties`` are all that a form may name."""

    def __init__(
        self, sessions: sessionmaker[Session], parties: frozenset[str], now: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._parties = parties
        self._now = now

    def list_forms(self) -> list[dict[str, Any]]:
        """Return the forms by name, each as it is used now."""
        with self._sessions.begin() as session:
            used = _list_used(session)
            shipped = _find_shipped(session)
        found = [{**_describe(one, shipped[one.key]), "name": one.body["name"]} for one in used.values()]
        return sorted(found, key=lambda one: one["name"])

    def read(self, key: str) -> dict[str, Any]:
        """Return a form as it is used now with its body, and what the program has brought since, or None."""
        with self._sessions.begin() as session:
            one = _list_used(session, key).get(key)
            if one is None:
                raise NotFound()
            newest = _find_shipped(session)[key]
            described = _describe(one, newest)
            is_newer = described["shipped_is_newer"]
            return {**described, "form": one.body, "shipped_form": newest.body if is_newer else None}

    def save(self, key: str, base: int, sections: Sequence[Mapping[str, Any]], author: str) -> dict[str, Any]:
        """Store the form with the fields of ``sections`` as the newest version; running cases keep theirs.

        ``base`` is the version that was looked at: the one in use, or a shipped one to be taken over. Raises
        NotFound, Conflict ``changed_meanwhile``, and Invalid ``form_refused`` with a sentence for each field.
        """
        now = self._now()
        with self._sessions.begin() as session:
            used = _list_used(session)
            if key not in used:
                raise NotFound()
            shipped = _find_shipped(session)[key]
            if base not in (used[key].version, shipped.version):
                raise Conflict("changed_meanwhile")
            origin = used[key] if base == used[key].version else shipped
            body, faults = edit_form(origin.body, sections)
            forms = {one.key: one.body for one in used.values()}
            faults = faults or find_broken(body, forms, self._parties)
            if faults:
                raise Invalid("form_refused", fields=faults)
            version = max(used[key].version, OWN_FROM - 1) + 1
            body = {**body, "version": version}
            values = {"kind": "form", "key": key, "version": version, "sha256": hash_body(body)}
            try:
                with session.begin_nested():
                    session.execute(
                        insert(DefinitionVersion).values(
                            **values, body=body, author=f"staff:{author}", published_at=now
                        )
                    )
            except IntegrityError as error:
                # Somebody else saved the same next version first.
                raise Conflict("changed_meanwhile") from error
        return self.read(key)


def _list_used(session: Session, key: str | None = None) -> dict[str, DefinitionVersion]:
    wanted = _FORMS if key is None else _FORMS.where(DefinitionVersion.key == key)
    newest = wanted.distinct(DefinitionVersion.key)
    rows = session.scalars(newest.order_by(DefinitionVersion.key, DefinitionVersion.version.desc()))
    return {one.key: one for one in rows}


def _find_shipped(session: Session) -> dict[str, DefinitionVersion]:
    shipped = _FORMS.where(DefinitionVersion.version < OWN_FROM).distinct(DefinitionVersion.key)
    rows = session.scalars(shipped.order_by(DefinitionVersion.key, DefinitionVersion.version.desc()))
    return {one.key: one for one in rows}


def _describe(one: DefinitionVersion, shipped: DefinitionVersion) -> dict[str, Any]:
    is_own = one.version >= OWN_FROM
    fields = [field for section in one.body["sections"] for field in section["fields"]]
    return {
        "key": one.key,
        "version": one.version,
        "is_own": is_own,
        "author": one.author.removeprefix("staff:") if is_own else "",
        "published_at": one.published_at,
        "shipped_version": shipped.version,
        "shipped_is_newer": is_own and shipped.published_at > one.published_at,
        "fields": len(fields),
        "doubts": sum("doubt" in field for field in fields),
    }
