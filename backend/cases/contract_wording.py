"""The wording of a case's contract: drawn when the form is handed in, and read again for printing.

A contract keeps the version of the wording that was the newest when its case began (law 2), like the form
whose fields fill its blanks. What the case knew is kept beside it, so that a later paper reads the same.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.cases.document_sources import DocumentSources
from backend.cases.repository import StoredCase
from backend.catalogue.contract_text import CASE_FACTS, list_open_blanks
from backend.catalogue.forms import Form, Values, list_shown_fields
from backend.catalogue.service import DefinitionStore, StoredTemplate
from backend.core.encryption import KeyRing
from backend.documents.contract_clauses import Clause, tell_clauses, write_clauses
from backend.documents.written_values import write_day

_FACTS_CONTEXT = "case_document.facts"
_CONTRACT = "contract"
_PERSONAL = frozenset({"case.contact_name", "case.contact_phone", "case.id_number", "case.address"})


@dataclass(frozen=True, slots=True)
class Drawn:
    """A contract as it is handed in: the version of its wording, what the case knew, and all its words."""

    template_id: int
    facts_sealed: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class ReadContract:
    """A contract as it is printed: its lines, the names of its blanks, and the personal ones of the case."""

    clauses: Sequence[Clause]
    names: frozenset[str]
    personal: tuple[str, ...]


class ContractWordings:
    """Works in the caller's transaction; a form that is no contract asks the database nothing."""

    def __init__(self, definitions: DefinitionStore, sources: DocumentSources, keys: KeyRing) -> None:
        self._definitions = definitions
        self._sources = sources
        self._keys = keys

    def find(
        self, session: Session, case: StoredCase, form: Form, before: Row[Any] | None
    ) -> StoredTemplate | None:
        """Return the wording that the contract is drawn with; ``before`` is what was handed in already."""
        if form.body.get("kind") != _CONTRACT:
            return None
        if before is None:
            return self._definitions.template_as_of(session, form.key, case.snapshot.tasks[0].opened_at)
        if before.template_version_id is None:
            return None
        version_id = before.template_version_id
        return StoredTemplate(version_id, self._definitions.get_wording(session, version_id))

    @staticmethod
    def list_open(template: StoredTemplate, form: Form, values: Values) -> dict[str, str]:
        """Return a sentence for each blank that has to be filled before anybody signs, and is not."""
        shown = list_shown_fields(form, values)
        labels = {one.key: one.label for one in form.fields}
        return {
            key: f"合同里的“{labels[key]}”还没有填，填好后才能签。"
            for key in list_open_blanks(template.wording, form, values, shown)
        }

    def draw(
        self,
        session: Session,
        case: StoredCase,
        form: Form,
        template: StoredTemplate,
        values: Values,
        number: str,
        kept_facts: str | None,
    ) -> Drawn:
        """Return the contract with its blanks filled; ``kept_facts`` are those of an unchanged document."""
        if kept_facts is not None:
            sealed, facts = kept_facts, self._open(kept_facts)
        else:
            facts = {"case.number": number, **self._tell_facts(session, case)}
            facts = {name: words for name, words in facts.items() if name in template.wording.names}
            sealed = self._keys.encrypt(json.dumps(facts, ensure_ascii=False), _FACTS_CONTEXT)
        clauses = write_clauses(template.wording, form, values, facts)
        return Drawn(template.id, sealed, tell_clauses(clauses))

    def read(self, session: Session, row: Row[Any], form: Form, values: Values) -> ReadContract | None:
        """Return the wording of a contract that was handed in; None where it has none."""
        if row.template_version_id is None:
            return None
        wording = self._definitions.get_wording(session, row.template_version_id)
        facts = self._open(row.facts_sealed)
        clauses = write_clauses(wording, form, values, facts)
        return ReadContract(clauses, wording.names, tuple(sorted(_PERSONAL & facts.keys())))

    def _tell_facts(self, session: Session, case: StoredCase) -> dict[str, str]:
        told = self._sources.tell_case(session, case)
        told["today"] = write_day(date.fromisoformat(told["today"]))
        return {name: words for name in CASE_FACTS if (words := told.get(name.removeprefix("case.")))}

    def _open(self, sealed: str) -> dict[str, str]:
        facts: dict[str, str] = json.loads(self._keys.decrypt(sealed, _FACTS_CONTEXT))
        return facts
