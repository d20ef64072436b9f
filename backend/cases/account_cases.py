"""What goes on and went on at an account: its cases, the contracts signed in them, what inspections found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.access import TASKS_OF_A_CASE
from backend.cases.form_sealing import open_values
from backend.cases.offers import Offers
from backend.cases.page_cursor import read_place, write_place
from backend.catalogue.forms import Form
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.errors import NotFound
from backend.core.local_time import local_date
from backend.customers.account_rights import CASES, PAPERS, SAFETY, find_transferred_at
from backend.customers.bindings import AccountBindings
from backend.customers.models import GasAccount, Premises

CASES_A_PAGE: Final = 10
MOST_PAPERS, MOST_INSPECTIONS = 50, 20
_CURSOR: Final = "account_cases"
# The cases at the top that are about the account, and the customer's own ones at its place.
_ROOTS: Final = """
    WITH RECURSIVE roots (id) AS (
      SELECT case_id FROM case_account WHERE gas_account_id = :account_id
      UNION
      SELECT id FROM service_case
       WHERE address_index = :place AND customer_id = :customer_id AND parent_case_id IS NULL
    )
"""
# Others' cases are the owner's to know of, of the time since the account is theirs.
_SEEN: Final = """(c.customer_id = :customer_id
    OR (:is_owner AND (CAST(:since AS timestamptz) IS NULL OR c.opened_at >= :since)))"""
_CASES = text(
    f"""{_ROOTS}
    SELECT c.id, c.case_no, c.service_key, c.definition_version_id, c.status, c.opened_at, c.ended_at,
           c.customer_id IS NOT DISTINCT FROM :customer_id AS is_own
      FROM service_case c JOIN roots ON roots.id = c.id
     WHERE {_SEEN} AND (CAST(:was_open AS boolean) IS NULL
       OR ((c.status = 'open') = :was_open AND c.id < :last_id) OR (:was_open AND c.status <> 'open'))
     ORDER BY (c.status = 'open') DESC, c.id DESC LIMIT :most
    """
)
_TREE: Final = """, tree (id, root_id, path) AS (
      SELECT c.id, c.id, CAST(0 AS bigint) FROM service_case c JOIN roots ON roots.id = c.id
       WHERE c.customer_id = :customer_id
      UNION ALL
      SELECT k.id, t.root_id, t.path * :tasks + k.parent_task_no
        FROM service_case k JOIN tree t ON k.parent_case_id = t.id
    )
"""
_CONTRACTS = text(
    f"""{_ROOTS}{_TREE}
    SELECT r.case_no, t.path * :tasks + d.task_no AS task, v.body->>'name' AS name, d.number, d.filled_at
      FROM tree t JOIN case_document d ON d.case_id = t.id AND d.state = 'filled'
      JOIN definition_version v ON v.id = d.form_version_id AND v.body->>'kind' = 'contract'
      JOIN service_case r ON r.id = t.root_id
     ORDER BY d.filled_at DESC LIMIT :most
    """
)
# Whoever lives there now is told of what was found there, whoever asked for the inspection.
_INSPECTIONS = text(
    """
    WITH RECURSIVE tree (id) AS (
      SELECT case_id FROM case_account WHERE gas_account_id = :account_id
      UNION
      SELECT id FROM service_case WHERE address_index = :place
      UNION
      SELECT k.id FROM service_case k JOIN tree ON k.parent_case_id = tree.id
    )
    SELECT d.form_version_id, d.content, d.filled_at,
           EXISTS (SELECT FROM case_task t WHERE t.case_id = c.id
                    AND t.step = p.body->'traits'->>'hazards_put_right_by') AS is_mended
      FROM tree JOIN service_case c ON c.id = tree.id
      JOIN definition_version p ON p.id = c.definition_version_id
       AND p.body->'traits'->>'hazards_put_right_by' IS NOT NULL
      JOIN LATERAL (
        SELECT form_version_id, content, filled_at FROM case_document
         WHERE case_id = c.id AND state = 'filled' AND form_key LIKE 'inspection_report%'
         ORDER BY filled_at DESC LIMIT 1) d ON true
     WHERE CAST(:since AS timestamptz) IS NULL OR d.filled_at >= :since
     ORDER BY d.filled_at DESC LIMIT :most
    """
)
_FOUND, _DAYS = "hazards_found", "rectify_within_days"


class AccountCases:
    """``reading`` gives sessions for single statements. Raises NotFound for what a role does not see."""

    def __init__(
        self,
        reading: sessionmaker[Session],
        bindings: AccountBindings,
        definitions: DefinitionStore,
        offers: Offers,
        keys: KeyRing,
        now: Callable[[], datetime],
    ) -> None:
        self._reading = reading
        self._bindings = bindings
        self._definitions = definitions
        self._offers = offers
        self._keys = keys
        self._now = now

    def list_cases(self, customer_id: int, account_no: str, after: str | None) -> dict[str, Any]:
        """Return ``{items, next}``: those that run first, then the newest.

        Another person's case has no number here: its page is theirs. Raises Invalid ``cursor_invalid``.
        """
        was_open, last_id = (None, None) if after is None else read_place(after, _CURSOR, bool, int)
        with self._reading() as session:
            bound, account = self._bindings.find_bound(session, customer_id, account_no)
            if CASES not in bound.parts:
                raise NotFound
            asked = {
                **self._name(session, account, customer_id),
                "is_owner": bound.role == "owner",
                "since": find_transferred_at(session, account.id),
                "was_open": was_open,
                "last_id": last_id,
                "most": CASES_A_PAGE + 1,
            }
            rows = session.execute(_CASES, asked).all()
            page = rows[:CASES_A_PAGE]
            items = [
                {
                    "case_no": row.case_no if row.is_own else None,
                    "name": self._offers.name_of(row.service_key)
                    or self._definitions.get(session, row.definition_version_id).told_name,
                    "state": _tell_state(row.status),
                    "opened_at": row.opened_at,
                    "ended_at": row.ended_at,
                }
                for row in page
            ]
        last = page[-1] if len(rows) > CASES_A_PAGE else None
        return {
            "items": items,
            "next": None if last is None else write_place(_CURSOR, last.status == "open", last.id),
        }

    def list_contracts(self, customer_id: int, account_no: str) -> list[dict[str, Any]]:
        """Return the contracts of the customer's own cases about the account, the newest first."""
        with self._reading() as session:
            account = self._bindings.find_part(session, customer_id, account_no, PAPERS)
            asked = {
                **self._name(session, account, customer_id),
                "tasks": TASKS_OF_A_CASE,
                "most": MOST_PAPERS,
            }
            return [dict(row._mapping) for row in session.execute(_CONTRACTS, asked)]

    def list_inspections(self, customer_id: int, account_no: str) -> list[dict[str, Any]]:
        """Return what inspections found at the account's place, the newest first, in words.

        ``mend_by`` is the day by which what was found is to be put right; ``state`` is clear, mended or open.
        """
        with self._reading() as session:
            account = self._bindings.find_part(session, customer_id, account_no, SAFETY)
            asked = self._name(session, account, customer_id)
            del asked["customer_id"]
            asked |= {"since": find_transferred_at(session, account.id), "most": MOST_INSPECTIONS}
            rows = session.execute(_INSPECTIONS, asked).all()
            return [
                self._write_inspection(self._definitions.get_form(session, row.form_version_id), row)
                for row in rows
            ]

    def _write_inspection(self, form: Form, row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row
        values = open_values(self._keys, row.content)
        labels = _list_labels(form, _FOUND)
        found = [labels.get(one, one) for one in values.get(_FOUND) or ()]
        day, days = local_date(row.filled_at), values.get(_DAYS)
        mend_by = day + timedelta(days=int(days)) if found and days is not None else None
        is_open = bool(found) and not row.is_mended
        return {
            "inspected_on": day,
            "state": "open" if is_open else "mended" if found else "clear",
            "hazards": found,
            "mend_by": mend_by,
            "overdue": is_open and mend_by is not None and mend_by < local_date(self._now()),
        }

    @staticmethod
    def _name(session: Session, account: GasAccount, customer_id: int) -> dict[str, Any]:
        place = session.get_one(Premises, account.premises_id).address_index
        return {"account_id": account.id, "place": place, "customer_id": customer_id}


def _list_labels(form: Form, key: str) -> Mapping[str, str]:
    fields = [one for section in form.body["sections"] for one in section["fields"] if one["key"] == key]
    return {one["value"]: one["label"] for field in fields for one in field.get("options", ())}


def _tell_state(status: str) -> str:
    return {"open": "in_progress", "completed": "completed"}.get(status, "stopped")
