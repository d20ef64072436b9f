"""The head of a printed slip: whom and where it is about, who wrote it and when, where its form does not ask.

What the case knows is only printed: nobody types it, and it is no part of what is signed and hashed.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend.cases.document_prefill import list_named
from backend.cases.document_sources import DocumentSources
from backend.cases.document_views import name_actor
from backend.cases.filled_documents import FilledDocument
from backend.catalogue.forms import FieldType, Form
from backend.core.local_time import format_moment, local_date
from backend.organisation.service import OrganisationService

WHOM, WHERE = "contact_name", "address"
_LABELS = {WHOM: "客户", WHERE: "地址"}
# Under these a form has the name of its customer itself.
_OWN_NAMES = frozenset({WHOM, "customer_name", "holder_name", "account.holder"})
_DAYS = frozenset({FieldType.DATE, FieldType.DATETIME})


def list_missing(form: Form) -> tuple[str, ...]:
    """Return what of whom and where a slip does not ask; nothing of papers that are no slips."""
    if form.body.get("kind") != "slip":
        return ()
    names = list_named(form) | {one.key for one in form.fields}
    has_place = any(one.personal == WHERE for one in form.fields) or any(
        WHERE in part.split("_") for one in names for part in one.split(".")
    )
    return (*(() if names & _OWN_NAMES else (WHOM,)), *(() if has_place else (WHERE,)))


def _tells_writer(form: Form) -> bool:
    """True for a slip without a day of its own, and for one whose head stands there anyway."""
    has_day = any(one.type in _DAYS for one in form.fields)
    return form.body.get("kind") == "slip" and (bool(list_missing(form)) or not has_day)


class PrintedHeads:
    """Gathers the heads of papers in the printer's transaction."""

    def __init__(self, sources: DocumentSources, organisation: OrganisationService) -> None:
        self._sources = sources
        self._organisation = organisation

    def gather(
        self, session: Session, filled: FilledDocument, *, for_staff: bool
    ) -> tuple[tuple[str, str], ...]:
        """Return label and words, a pair each; what the case does not know is left out."""
        missing = list_missing(filled.form)
        known = self._sources.tell_whom(session, filled.case, for_staff=for_staff) if missing else {}
        head = [(_LABELS[name], known[name]) for name in missing if known.get(name)]
        if _tells_writer(filled.form):
            head += self._tell_writer(session, filled)
        return tuple(head)

    def _tell_writer(self, session: Session, filled: FilledDocument) -> list[tuple[str, str]]:
        kind, _, number = (filled.row.filled_by or "").partition(":")
        ids = {int(number)} if kind == "staff" and number.isdigit() else set()
        names = {no: one.name for no, one in self._organisation.call_staff(session, ids).items()}
        writer = name_actor(filled.row.filled_by, names)
        year = local_date(filled.row.filled_at).year
        return [("填写人", writer), ("填写时间", f"{year}年{format_moment(filled.row.filled_at)}")]
