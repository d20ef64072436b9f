"""What a way out demands of the step's form, told before it is handed in, not after it was signed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from backend.catalogue.definition import Outcome
from backend.catalogue.field_checks import is_empty
from backend.catalogue.forms import Form, Values


class FormDemand(NamedTuple):
    """A field that has to be ``filled``, or else empty, with the code of whoever objects otherwise."""

    field: str
    filled: bool
    refusal: str


# The guards that ask nothing but one field of the form → what they ask.
_BY_GUARD: Mapping[str, FormDemand] = {
    "hazards_named": FormDemand("hazards_found", True, "hazards_missing"),
    "nothing_found": FormDemand("hazards_found", False, "hazards_found"),
    "arrears_named": FormDemand("arrears_fee", True, "arrears_missing"),
    "nothing_owed": FormDemand("arrears_fee", False, "arrears_found"),
}


def list_demands(outcome: Outcome) -> tuple[FormDemand, ...]:
    """Return what the way out asks of the form's fields."""
    return tuple(_BY_GUARD[use.name] for use in outcome.guards if use.name in _BY_GUARD)


def tell_demand_faults(outcome: Outcome, form: Form, values: Values) -> dict[str, str]:
    """Return field → code for what a form lacks that is handed in for this way out."""
    return {
        one.field: one.refusal
        for one in list_demands(outcome)
        if form.field(one.field) is not None and is_empty(values.get(one.field)) == one.filled
    }
