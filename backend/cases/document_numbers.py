"""The numbers of documents: each is given once, when its form is first handed in."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import Integer, Text, bindparam, text
from sqlalchemy.orm import Session

from backend.catalogue.forms import Form
from backend.core.local_time import local_date

_YEAR = "{year}"
_COUNT = re.compile(r"\{n:(\d)\}")
# Two who hand in at once get two numbers; who fails gives theirs back with the transaction.
_NEXT = text(
    """
    INSERT INTO number_series (series, year, last) VALUES (:series, :year, 1)
    ON CONFLICT (series, year) DO UPDATE SET last = number_series.last + 1
    RETURNING last
    """
).bindparams(bindparam("series", type_=Text), bindparam("year", type_=Integer))


def give_number(session: Session, form: Form, case_no: str, task_no: int, now: datetime) -> str:
    """Return the next number in the form's own format, else the case's number with that of the task.

    A series without a year in its format counts on for good; one with a year begins anew with each.
    """
    field = form.number_field
    if field is None or field.numbered is None:
        return f"{case_no}-{task_no:02}"
    year = local_date(now).year
    counted = session.execute(
        _NEXT, {"series": field.numbered, "year": year if _YEAR in field.numbered else 0}
    ).scalar_one()
    return _COUNT.sub(lambda found: f"{counted:0{found.group(1)}d}", field.numbered.replace(_YEAR, str(year)))
