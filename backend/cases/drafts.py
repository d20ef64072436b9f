"""What a customer has typed so far for a service: kept sealed as a whole, and taken away on submit."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.case_files import CaseFiles
from backend.cases.models import ApplicationDraft
from backend.cases.offers import Offers
from backend.catalogue.forms import Values, list_file_keys
from backend.core.database import table_of
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid, NotFound
from backend.core.statements import Prepared

LONGEST_DRAFT = 64 * 1024  # bytes of JSON

_DRAFT = table_of(ApplicationDraft)
_DELETE = Prepared(
    delete(_DRAFT).where(
        _DRAFT.c.customer_id == bindparam("b_customer_id"), _DRAFT.c.service_key == bindparam("b_service_key")
    )
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft with what is known of the files in it."""

    form_version: int
    values: Values
    files: dict[str, dict[str, Any]]
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft in the list."""

    service: str
    service_name: str
    saved_at: datetime


class DraftService:
    """Keeps, lists and removes drafts. ``now`` is the clock."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        offers: Offers,
        keys: KeyRing,
        files: CaseFiles,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._offers = offers
        self._keys = keys
        self._files = files
        self._now = now

    def save(self, customer_id: int, service: str, form_version: int, values: Values) -> None:
        """Keep ``values`` in place of an earlier draft; they need not be right yet.

        Raises NotFound ``service_unknown`` and Invalid ``draft_too_large``.
        """
        self._offers.get(service)
        # ASCII, since half a surrogate pair may be among what somebody has typed so far.
        text = json.dumps(values)
        if len(text) > LONGEST_DRAFT:
            raise Invalid("draft_too_large")
        row = {
            "form_version": form_version,
            "values_sealed": self._keys.encrypt(text, _make_context(customer_id, service)),
            "saved_at": self._now(),
        }
        kept = insert(_DRAFT).values(customer_id=customer_id, service_key=service, **row)
        with self._sessions.begin() as session:
            session.execute(
                kept.on_conflict_do_update(index_elements=["customer_id", "service_key"], set_=row)
            )

    def read(self, customer_id: int, service: str) -> Draft:
        """Return the customer's draft; raises NotFound where there is none."""
        self._offers.get(service)
        with self._sessions.begin() as session:
            row = session.execute(
                select(_DRAFT).where(_DRAFT.c.customer_id == customer_id, _DRAFT.c.service_key == service)
            ).one_or_none()
            if row is None:
                raise NotFound
            values = json.loads(self._keys.decrypt(row.values_sealed, _make_context(customer_id, service)))
            form = self._offers.newest_form(session, service).form
            files = dict(self._files.describe(session, list(list_file_keys(form, values))))
        return Draft(row.form_version, values, files, row.saved_at)

    def list_all(self, customer_id: int) -> list[DraftLine]:
        """Return the customer's drafts, the newest first; those of services no longer offered stay away."""
        with self._sessions.begin() as session:
            rows = session.execute(
                select(_DRAFT.c.service_key, _DRAFT.c.saved_at)
                .where(_DRAFT.c.customer_id == customer_id)
                .order_by(_DRAFT.c.saved_at.desc())
            ).all()
        return [
            DraftLine(row.service_key, self._offers.name_of(row.service_key), row.saved_at)
            for row in rows
            if self._offers.is_offered(row.service_key)
        ]

    def remove(self, customer_id: int, service: str) -> None:
        """Remove the draft; removing what is not there is no error."""
        self._offers.get(service)
        with self._sessions.begin() as session:
            remove_draft(session, customer_id, service)


def remove_draft(session: Session, customer_id: int, service: str) -> None:
    """Remove a draft in the caller's transaction."""
    _DELETE.execute(session, {"b_customer_id": customer_id, "b_service_key": service})


def _make_context(customer_id: int, service: str) -> str:
    return f"application_draft:{customer_id}:{service}"
