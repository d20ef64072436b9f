"""Forms as an administrator keeps them: each change is a new version with its author (design, decision 4).

Versions of the company's own are numbered from OWN_FROM on and so are newer than any that the program brings:
what is shipped later is stored beside them and comes into use only when somebody takes it over (ADR 4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from backend.catalogue.contract_text import check_blanks, read_wording
from backend.catalogue.form_changes import list_changes
from backend.catalogue.form_editing import edit_form, find_broken
from backend.catalogue.forms import build_form
from backend.catalogue.models import DefinitionVersion
from backend.catalogue.own_versions import (
    OWN_FROM,
    count_version,
    describe_version,
    list_all,
    list_shipped,
    list_used,
    name_author,
    store_own,
)
from backend.core.errors import Conflict, Invalid, NotFound

_KIND = "form"
_SHORTEST_REASON = 2


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
            used = list_used(session, _KIND)
            shipped = list_shipped(session, _KIND)
        found = [{**_describe(one, shipped[one.key]), "name": one.body["name"]} for one in used.values()]
        return sorted(found, key=lambda one: one["name"])

    def read(self, key: str) -> dict[str, Any]:
        """Return a form as it is used now with its body, and what the program has brought since, or None."""
        with self._sessions.begin() as session:
            one = list_used(session, _KIND, key).get(key)
            if one is None:
                raise NotFound()
            newest = list_shipped(session, _KIND, key)[key]
            described = _describe(one, newest)
            is_newer = described["shipped_is_newer"]
            return {**described, "form": one.body, "shipped_form": newest.body if is_newer else None}

    def list_versions(self, key: str) -> list[dict[str, Any]]:
        """Return all versions, the newest first, each with what differs from the one before it."""
        with self._sessions.begin() as session:
            found = list_all(session, _KIND, key)
        if not found:
            raise NotFound()
        # What is shipped beside a version of the company's own is not used, and so is the base of none.
        lines = []
        for at, one in enumerate(found):
            older = (each for each in found[at + 1 :] if each.published_at <= one.published_at)
            before = next(older, None)
            lines.append(
                {
                    "version": one.version,
                    "version_no": count_version(one.version),
                    "is_own": one.version >= OWN_FROM,
                    "author": name_author(one),
                    "published_at": one.published_at,
                    "reason": one.reason or "",
                    "is_first": before is None,
                    "changes": [] if before is None else list_changes(before.body, one.body),
                }
            )
        return lines

    def read_version(self, key: str, version: int) -> dict[str, Any]:
        """Return the form as one of its versions has it; raises NotFound."""
        with self._sessions.begin() as session:
            found = next((one for one in list_all(session, _KIND, key) if one.version == version), None)
        if found is None:
            raise NotFound()
        return {"version": version, "version_no": count_version(version), "form": found.body}

    def preview(self, key: str, base: int, sections: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
        """Return what would differ from the version in use; raises what ``save`` raises, stores nothing."""
        with self._sessions.begin() as session:
            used, body = self._edit(session, key, base, sections)
        return list_changes(used.body, body)

    def save(
        self, key: str, base: int, sections: Sequence[Mapping[str, Any]], reason: str, author: str
    ) -> dict[str, Any]:
        """Store the form with the fields of ``sections`` as the newest version; running cases keep theirs.

        ``base`` is the version that was looked at: the one in use, or a shipped one to be taken over. Raises
        NotFound, Conflict ``changed_meanwhile``, Invalid ``form_refused`` with a sentence for each field, and
        Invalid ``form_reason_missing``.
        """
        now = self._now()
        with self._sessions.begin() as session:
            used, body = self._edit(session, key, base, sections)
            if len(reason.strip()) < _SHORTEST_REASON:
                raise Invalid("form_reason_missing")
            store_own(session, _KIND, used, body, author, now, reason.strip())
        return self.read(key)

    def _edit(
        self, session: Session, key: str, base: int, sections: Sequence[Mapping[str, Any]]
    ) -> tuple[DefinitionVersion, dict[str, Any]]:
        """Return the version in use and the body that would follow it."""
        used = list_used(session, _KIND)
        if key not in used:
            raise NotFound()
        shipped = list_shipped(session, _KIND, key)[key]
        if base not in (used[key].version, shipped.version):
            raise Conflict("changed_meanwhile")
        origin = used[key] if base == used[key].version else shipped
        body, faults = edit_form(origin.body, sections)
        forms = {one.key: one.body for one in used.values()}
        faults = faults or find_broken(body, forms, self._parties) or _find_dropped(session, body)
        if faults:
            raise Invalid("form_refused", fields=faults)
        return used[key], body


def _find_dropped(session: Session, body: Mapping[str, Any]) -> dict[str, str]:
    """A blank of the wording that is in use takes its words from a field, which therefore cannot go."""
    template = list_used(session, "template", body["key"]).get(body["key"])
    if template is None:
        return {}
    faults = check_blanks(read_wording(template.body["text"])[0], build_form(body))
    unknown = {"template_unknown_blank", "template_blank_unfit"}
    dropped = {one.blank for one in faults if one.code in unknown}
    return {key: "合同范本的正文里有这个空，不能去掉；请先改范本。" for key in sorted(dropped)}


def _describe(one: DefinitionVersion, shipped: DefinitionVersion) -> dict[str, Any]:
    fields = [field for section in one.body["sections"] for field in section["fields"]]
    return {
        **describe_version(one, shipped),
        "fields": len(fields),
        "doubts": sum("doubt" in one for field in fields for one in (field, *field.get("columns", ()))),
    }
