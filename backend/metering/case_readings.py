"""Readings from the hall's own forms: when a step with such a form is done, the meter's figure is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.cases import document_rows
from backend.cases.access import find_root_id
from backend.cases.form_sealing import open_values
from backend.cases.repository import StoredCase
from backend.cases.service import Observer
from backend.cases.snapshot import Snapshot, Task, TaskState
from backend.catalogue.definition import ProcessDefinition
from backend.core.encryption import KeyRing
from backend.customers.models import CaseAccount, GasAccount
from backend.metering.models import MeterReading

# Form → the field with what the meter showed, or the table with such a column, and the field of its number.
_ONE: Final = MappingProxyType(
    {
        "gas_check": "meter_used",
        "inspection_report_residential": "meter_reading",
        "inspection_report_nonresidential": "meter_reading",
        "gas_on_certificate_residential": "meter_reading",
    }
)
_SLIP, _TABLE, _COLUMN = "meter_reading_slip", "readings", "reading_this_month"
FORMS: Final = frozenset({*_ONE, _SLIP})


def make_reading_keeper(keys: KeyRing) -> Observer:
    """Return what keeps the readings; a case that is about no account of the hall leaves none."""

    def keep(
        session: Session, case: StoredCase, definition: ProcessDefinition, after: Snapshot, now: datetime
    ) -> None:
        for task in _list_done(case.snapshot, after):
            step = definition.step(task.step)
            # Which of its forms was filled in, the document says.
            if step.form in FORMS or any(one.form in FORMS for one in step.form_cases):
                _keep_task(session, keys, case, task, now)

    return keep


def _list_done(before: Snapshot, after: Snapshot) -> Iterator[Task]:
    standing = {one.no: one.state for one in before.tasks}
    for one in after.tasks:
        if one.state is TaskState.DONE and standing.get(one.no) is not TaskState.DONE:
            yield one


def _keep_task(session: Session, keys: KeyRing, case: StoredCase, task: Task, now: datetime) -> None:
    row = document_rows.find_document(session, case.id, task.no)
    if row is None or row.content is None or row.form_key not in FORMS:
        # The way out of the step that asks for no form, such as that nobody was at home.
        return
    values = open_values(keys, row.content)
    account = _find_account(session, case, values)
    if account is None:
        return
    for line, (meter_no, reading) in enumerate(_list_readings(row.form_key, values), start=1):
        kept = insert(MeterReading).values(
            unit_id=account.unit_id,
            gas_account_id=account.id,
            source="case",
            case_id=case.id,
            task_no=task.no,
            line_no=line,
            form_key=row.form_key,
            meter_no=meter_no,
            read_at=now,
            reading_m3=reading,
        )
        session.execute(kept.on_conflict_do_nothing())


def _find_account(session: Session, case: StoredCase, values: Mapping[str, Any]) -> GasAccount | None:
    number = values.get("account_no")
    if number:
        # The step links the case to this account only after this.
        told = select(GasAccount).where(GasAccount.account_no == str(number).strip())
        return session.scalars(told).one_or_none()
    root_id = case.id if case.parent_case_id is None else find_root_id(session, case.id)
    linked = select(GasAccount).join(CaseAccount).where(CaseAccount.case_id == root_id)
    return session.scalars(linked).one_or_none()


def _list_readings(form_key: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Decimal]]:
    """Yield the number of the meter and what it showed, in m³."""
    lines = values.get(_TABLE) or () if form_key == _SLIP else (values,)
    figure = _COLUMN if form_key == _SLIP else _ONE[form_key]
    for one in lines:
        reading = one.get(figure)
        if reading is not None:
            yield str(one.get("meter_no") or ""), Decimal(str(reading))
