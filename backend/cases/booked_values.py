"""What the finance department has booked stands on the slip as booked, whatever somebody types."""

from __future__ import annotations

from backend.catalogue.fault_texts import write_figure
from backend.catalogue.forms import Form, Values
from backend.core.errors import Invalid


def refuse_unbooked(form: Form, values: Values, booked: Values) -> None:
    """Raise Invalid ``differs_from_books`` with a sentence for every field that says otherwise."""
    wrong = {
        one.key: f"“{one.label}”要和财务登记的一致：{write_figure(one, booked[one.key])}。"
        for one in form.fields
        if one.key in booked and values.get(one.key) != booked[one.key]
    }
    if wrong:
        raise Invalid("differs_from_books", fields=wrong)
