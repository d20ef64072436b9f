"""Printing one kind of document of several cases at once, as one PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.document_printing import DocumentPrinter, Printed, list_looks
from backend.cases.filled_documents import FilledDocument, FilledDocuments
from backend.cases.ports import RecordLook
from backend.cases.staff_access import StaffAccess
from backend.core.errors import Conflict, Invalid
from backend.organisation.service import Member

MOST_CASES = 30


class BatchPrinting:
    """Every method checks that the member may see each case; one that they may not see is NotFound."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        access: StaffAccess,
        filled: FilledDocuments,
        printer: DocumentPrinter,
        record_look: RecordLook,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._filled = filled
        self._printer = printer
        self._record_look = record_look
        self._now = now

    def list_kinds(self, member: Member, case_nos: Sequence[str]) -> list[dict[str, Any]]:
        """Return which kinds of document the cases and their children have filled in, how many, and of which.

        Raises Invalid ``print_too_many``; NotFound.
        """
        with self._sessions.begin() as session:
            found = self._find(session, member, case_nos)
        kinds: dict[str, dict[str, Any]] = {}
        for case_no, one in found:
            kind = kinds.setdefault(
                one.form.key, {"form": one.form.key, "name": one.form.name, "count": 0, "cases": []}
            )
            kind["count"] += 1
            if case_no not in kind["cases"]:
                kind["cases"].append(case_no)
        return sorted(kinds.values(), key=lambda kind: (-kind["count"], kind["name"]))

    def print(self, member: Member, case_nos: Sequence[str], form: str) -> Printed:
        """Return the cases' documents of this form in all copies, in the order of the cases.

        Each look at what they tell in full is recorded. Raises what ``list_kinds`` raises; Conflict
        ``print_nothing``; Unavailable ``printing_unavailable``.
        """
        with self._sessions.begin() as session:
            chosen = [one for _, one in self._find(session, member, case_nos) if one.form.key == form]
            if not chosen:
                raise Conflict("print_nothing")
            title = chosen[0].form.body.get("title", chosen[0].form.name)
            bundle = self._printer.gather(session, chosen, None, f"{title}-{len(chosen)}份")
            for subject, items, reason in list_looks(chosen):
                self._record_look(session, member.id, subject, items, reason, self._now())
        return self._printer.set(bundle)

    def _find(
        self, session: Session, member: Member, case_nos: Sequence[str]
    ) -> list[tuple[str, FilledDocument]]:
        """Return the documents, each with the number of the case for which it was asked."""
        wanted = list(dict.fromkeys(case_nos))
        if not 0 < len(wanted) <= MOST_CASES:
            raise Invalid("print_too_many")
        rows = [self._access.find_staff_case(session, member, one) for one in wanted]
        # A child may have been chosen beside its parent; its documents are printed once.
        asked: dict[int, str] = {}
        for case_no, row in zip(wanted, rows, strict=True):
            for one in self._list_whole(session, member, row):
                asked.setdefault(one.id, case_no)
        return [
            (case_no, one)
            for case_id, case_no in asked.items()
            for one in self._filled.list_all(session, case_id)
        ]

    def _list_whole(self, session: Session, member: Member, row: Row[Any]) -> Iterator[Row[Any]]:
        """Yield the case and all below it that the member may see: what was handed over has slips as well."""
        yield row
        for one in self._access.list_relatives(session, member, row):
            if one.parent_case_id == row.id:
                yield from self._list_whole(session, member, one)
