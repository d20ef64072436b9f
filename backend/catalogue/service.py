"""The catalogue's one door: publishes definitions and hands out the version a case began with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Text, bindparam, insert, select, text
from sqlalchemy.orm import Session

from backend.catalogue.contract_text import Wording, read_wording
from backend.catalogue.definition import ProcessDefinition
from backend.catalogue.forms import Form, build_form
from backend.catalogue.loader import build_process
from backend.catalogue.models import DefinitionVersion
from backend.catalogue.parameter_changes import ParameterChanges
from backend.catalogue.parameters import Changes
from backend.core.database import table_of
from backend.core.statements import Prepared

_VERSION = table_of(DefinitionVersion)
# The body is asked for by id, and only once: a published version never changes.
_NEWEST = Prepared(
    select(_VERSION.c.id)
    .where(_VERSION.c.kind == bindparam("kind"), _VERSION.c.key == bindparam("key"))
    .order_by(_VERSION.c.version.desc())
    .limit(1)
)
# A case that began before a form or template was first published takes the first one.
_AS_OF = Prepared(
    text(
        """
    SELECT id FROM definition_version WHERE kind = :kind AND key = :key
    ORDER BY (published_at <= :moment) DESC,
      CASE WHEN published_at <= :moment THEN version ELSE -version END DESC
    LIMIT 1
    """
    ).bindparams(
        bindparam("moment", type_=DateTime(timezone=True)),
        bindparam("key", type_=Text),
        bindparam("kind", type_=Text),
    )
)
_BY_ID = select(_VERSION.c.body).where(_VERSION.c.id == bindparam("id"))


class ProcessUnknown(Exception):
    """No version of this process has been published; ``args[0]`` is its key."""


class FormUnknown(Exception):
    """No version of this form has been published; ``args[0]`` is its key."""


class ChangedWithoutVersion(Exception):
    """A published definition's content changed while its version did not. The start stops here."""

    def __init__(self, kind: str, key: str, version: int) -> None:
        super().__init__(f"{kind} {key} v{version} differs from what was published: raise its version")
        self.kind, self.key, self.version = kind, key, version


@dataclass(frozen=True, slots=True)
class Draft:
    """A definition as the YAML has it, ready to be published. ``kind`` is process, form, template, notice."""

    kind: str
    key: str
    version: int
    sha256: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredDefinition:
    """A published process with the id that cases refer to."""

    id: int
    definition: ProcessDefinition


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """The published wording of a contract with the id that documents refer to."""

    id: int
    wording: Wording


@dataclass(frozen=True, slots=True)
class StoredForm:
    """A published form with the id that cases refer to."""

    id: int
    form: Form


def publish(session: Session, drafts: Iterable[Draft], author: str, now: datetime) -> int:
    """Store every draft that is new and return how many were; the caller owns the transaction.

    Raises ChangedWithoutVersion, before anything is stored, where a known version has other content.
    """
    rows = session.execute(
        select(
            DefinitionVersion.kind, DefinitionVersion.key, DefinitionVersion.version, DefinitionVersion.sha256
        )
    )
    known = {(row.kind, row.key, row.version): row.sha256 for row in rows}
    fresh = []
    for draft in drafts:
        stored = known.get((draft.kind, draft.key, draft.version))
        if stored is None:
            fresh.append(draft)
        elif stored != draft.sha256:
            raise ChangedWithoutVersion(draft.kind, draft.key, draft.version)
    if fresh:
        session.execute(
            insert(DefinitionVersion),
            [
                {
                    "kind": draft.kind,
                    "key": draft.key,
                    "version": draft.version,
                    "sha256": draft.sha256,
                    "body": draft.body,
                    "author": author,
                    "published_at": now,
                }
                for draft in fresh
            ],
        )
    return len(fresh)


class DefinitionStore:
    """Published definitions by id. A version never changes, so what was read once is kept for good.

    Where a process has parameters, it comes with the figures that the company set by ``changes``.
    """

    def __init__(self, changes: ParameterChanges | None = None) -> None:
        self._changes = changes
        self._by_id: dict[int, ProcessDefinition] = {}
        self._adjustable: dict[int, dict[str, Any]] = {}
        self._adjusted: dict[int, tuple[Changes, ProcessDefinition]] = {}
        self._forms: dict[int, Form] = {}
        self._wordings: dict[int, Wording] = {}

    def newest(self, session: Session, key: str) -> StoredDefinition:
        """Return the newest version of process ``key``; raises ProcessUnknown."""
        version_id = _NEWEST.scalar(session, {"kind": "process", "key": key})
        if version_id is None:
            raise ProcessUnknown(key)
        return StoredDefinition(version_id, self.get(session, version_id))

    def get(self, session: Session, version_id: int) -> ProcessDefinition:
        """Return the version that a case began with."""
        if version_id not in self._by_id:
            body = session.execute(_BY_ID, {"id": version_id}).scalar_one()
            self._by_id[version_id] = build_process(body)
            if self._by_id[version_id].declared:
                self._adjustable[version_id] = body
        found = self._by_id[version_id]
        if not found.declared or self._changes is None:
            return found
        return self._adjust(session, version_id, found, self._changes)

    def _adjust(
        self, session: Session, version_id: int, found: ProcessDefinition, kept: ParameterChanges
    ) -> ProcessDefinition:
        changes = kept.find(session, found.key)
        if not changes:
            return found
        known = self._adjusted.get(version_id)
        if known is None or known[0] is not changes:
            known = self._adjusted[version_id] = (
                changes, build_process(self._adjustable[version_id], changes),
            )  # fmt: skip
        return known[1]

    def newest_form(self, session: Session, key: str) -> StoredForm:
        """Return the newest version of form ``key``; raises FormUnknown."""
        version_id = _NEWEST.scalar(session, {"kind": "form", "key": key})
        if version_id is None:
            raise FormUnknown(key)
        return StoredForm(version_id, self.get_form(session, version_id))

    def form_as_of(self, session: Session, key: str, moment: datetime) -> StoredForm:
        """Return the version of form ``key`` that was the newest at ``moment``; raises FormUnknown."""
        version_id = _AS_OF.scalar(session, {"kind": "form", "key": key, "moment": moment})
        if version_id is None:
            raise FormUnknown(key)
        return StoredForm(version_id, self.get_form(session, version_id))

    def get_form(self, session: Session, version_id: int) -> Form:
        """Return the form's version that a case was filled in with."""
        if version_id not in self._forms:
            self._forms[version_id] = build_form(session.execute(_BY_ID, {"id": version_id}).scalar_one())
        return self._forms[version_id]

    def template_as_of(self, session: Session, key: str, moment: datetime) -> StoredTemplate | None:
        """Return the wording of contract ``key`` that was the newest at ``moment``, or None."""
        version_id = _AS_OF.scalar(session, {"kind": "template", "key": key, "moment": moment})
        return (
            None if version_id is None else StoredTemplate(version_id, self.get_wording(session, version_id))
        )

    def get_wording(self, session: Session, version_id: int) -> Wording:
        """Return the version of the wording that a contract was drawn with."""
        if version_id not in self._wordings:
            body = session.execute(_BY_ID, {"id": version_id}).scalar_one()
            self._wordings[version_id] = read_wording(body["text"])[0]
        return self._wordings[version_id]
