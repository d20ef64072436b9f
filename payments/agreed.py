"""What a case's customer has agreed to pay: by the contract, or else the sum that staff have set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.cases import document_rows
from backend.cases.objection_rows import is_open_at
from backend.cases.signed_facts import list_facts
from backend.catalogue.service import DefinitionStore

# The field in which contracts state what is to be paid in all, in whole fen.
TOTAL_FIELD = "total_fee"
_IN_PARTS = "in_parts"
_PARTS = ("pay_first_percent", "pay_second_percent")
# The company's account, as contracts name it.
_ACCOUNT = {"holder": "account_holder", "bank": "account_bank", "account_no": "account_no"}
# Within how many days of the signing the first payment comes, by the way of payment.
_FIRST_WITHIN = {"in_full": "pay_full_within_days", _IN_PARTS: "pay_first_within_days"}
# Set once the works are handed over: then all the rest is due.
_WORKS_DONE = "works_done"


@dataclass(frozen=True, slots=True)
class Agreed:
    """What is to be paid in all, in whole fen; ``stages`` are the sums by which as much has to be paid.

    ``contract_no`` is empty where there is no contract; ``transfer`` is the company's account in it,
    ``pay_by`` the last day of the first payment. ``since`` is when a sum was written down that nobody was
    told before, and ``basis`` what it comes of; what was paid until then was paid for something else.
    ``task_no`` is the task of the form with the sum, None where there is none, and
    ``is_disputed`` says that the customer does not agree to the form with the sum, and waits for an answer.
    """

    total_fen: int
    stages: tuple[int, ...]
    contract_no: str = ""
    transfer: Mapping[str, str] | None = None
    pay_by: date | None = None
    since: datetime | None = None
    basis: tuple[Mapping[str, str], ...] = ()
    is_disputed: bool = False
    task_no: int | None = None

    def find_due(self, paid_fen: int) -> int:
        """Return what is to be paid next, nothing where all is paid."""
        return next((one for one in self.stages if one > paid_fen), paid_fen) - paid_fen


def find_agreed(session: Session, case_id: int, data: Mapping[str, Any]) -> Agreed | None:
    """Return what the case itself agreed on, the newest contract before a sum that was set, or None."""
    contracts = [
        row
        for row in document_rows.list_filled(session, case_id)
        if row.state == "filled" and row.content.get(TOTAL_FIELD)
    ]
    if contracts:
        content, number = contracts[-1].content, contracts[-1].number or ""
        return read_contract(content, number, is_done=data.get(_WORKS_DONE) is True)
    amount_fen = data.get("amount_fen")
    return None if not amount_fen else Agreed(int(amount_fen), (int(amount_fen),))


def find_slip(session: Session, case_id: int, field: str) -> Row[Any] | None:
    """Return the newest form that counts of those in which a sum stood under ``field``, or None.

    A newer one in which nothing is owed counts as well: then nothing is.
    """
    rows = document_rows.list_filled(session, case_id)
    forms = {row.form_key for row in rows if row.content.get(field)}
    counting = [row for row in rows if row.state == "filled" and row.form_key in forms]
    return counting[-1] if counting else None


def find_recorded(session: Session, definitions: DefinitionStore, case_id: int, field: str) -> Agreed | None:
    """Return the sum that the newest form of the case has under ``field``, and what it comes of, or None."""
    row = find_slip(session, case_id, field)
    if row is None or not row.content.get(field):
        return None
    form = definitions.get_form(session, row.form_version_id)
    # The sum itself stands above: what is told of it is what it comes of.
    told = [one for one in form.body.get("main_facts", ()) if one["field"] != field]
    basis = list_facts(form, row.content, told)
    total_fen = int(row.content[field])
    is_disputed = is_open_at(session, row.id)
    return Agreed(
        total_fen,
        (total_fen,),
        since=row.filled_at,
        basis=tuple(basis),
        is_disputed=is_disputed,
        task_no=row.task_no,
    )


def read_contract(content: Mapping[str, Any], number: str, *, is_done: bool = False) -> Agreed:
    """Return what a contract says: one sum, or parts of it by percentages of which the last is the rest.

    Once the works are done (``is_done``) no part is left to wait for.
    """
    total_fen = int(content[TOTAL_FIELD])
    stages: list[int] = []
    if content.get("payment_method") == _IN_PARTS and not is_done:
        percent = Decimal(0)
        for field in _PARTS:
            percent += Decimal(str(content.get(field) or 0))
            share = (total_fen * percent / 100).quantize(Decimal(1), ROUND_HALF_UP)
            stages.append(min(int(share), total_fen))
    account = {name: str(content.get(field) or "") for name, field in _ACCOUNT.items()}
    transfer = account if all(account.values()) else None
    return Agreed(total_fen, (*stages, total_fen), number, transfer, _find_last_day(content))


def _find_last_day(content: Mapping[str, Any]) -> date | None:
    days = content.get(_FIRST_WITHIN.get(str(content.get("payment_method")), ""))
    signed_on = content.get("signed_on")
    if days is None or not signed_on:
        return None
    return date.fromisoformat(str(signed_on)) + timedelta(days=int(days))
