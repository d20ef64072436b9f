"""What the hotline hears by telephone becomes the alarm's own: by its place the unit is found.

The agent writes it into a form of a step; until it stands with the case itself, lists are empty, no unit
serves the place, and whoever is sent reads only that there is a form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from backend.cases import application_rows, document_rows
from backend.cases.form_sealing import (
    make_address_columns,
    make_contact_columns,
    open_values,
    seal_value,
    seal_values,
)
from backend.cases.service import Effect, EffectContext
from backend.catalogue.forms import FieldType, Form, Values
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.customers.addresses import PARTS

TAKE_PLACE = "take_recorded_place"
WORDS = "words"
NAME = "contact_name"
# What an alarm that came in without a form calls its address.
_PLAIN_ADDRESS = "address"
# Between the caller's own words and the agent's.
_NOTED = "；接警员记录："
# One point holds for all that is inside of this.
_AROUND_POINT = ("region", "street", "community", "building")


def make_place_effect(keys: KeyRing, definitions: DefinitionStore) -> Effect:
    """Return the effect; ``form`` in the process names the form that is read."""

    def take_recorded_place(session: Session, context: EffectContext) -> None:
        """Take address, words and name of the case's newest such form; without one nothing is changed."""
        row = document_rows.find_newest_filled(session, context.case.id, str(context.call.args["form"]))
        if row is None:
            return
        record = definitions.get_form(session, row.form_version_id)
        heard = open_values(keys, row.content)
        stored = application_rows.read_form(session, context.case.id)
        form = (
            None if stored.form_version_id is None else definitions.get_form(session, stored.form_version_id)
        )
        known = open_values(keys, stored.form)
        field, place = record.first_of(type_=FieldType.ADDRESS), _name_address(form)
        given: Values = {}
        columns: dict[str, Any] = {}
        if field is not None and place is not None:
            address = choose_address(known.get(place), heard.get(field.key))
            if address is not None:
                given[place] = address
                columns = make_address_columns(keys, address)
        words = choose_words(known.get(WORDS), heard.get(WORDS))
        if words is not None and (form is None or form.field(WORDS) is not None):
            given[WORDS] = words
        name = heard.get(NAME)
        if name and not known.get(NAME) and (form is None or form.field(NAME) is not None):
            # Whoever calls the reporter back, or finds them by their telephone, calls them by it.
            given[NAME] = name
            contact = make_contact_columns(keys, name, None)
            columns |= {key: value for key, value in contact.items() if key.startswith(NAME)}
        if given:
            sealed = {**stored.form, **_seal(keys, form, given)}
            application_rows.update_application(session, context.case.id, {"form": sealed, **columns})

    return take_recorded_place


def choose_address(
    known: Mapping[str, Any] | None, heard: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """Return the address that the case has from now on, or None where it stays as it is.

    The form began with what the caller had given, so what stands there now was put right on purpose. A point
    stays as long as the house does.
    """
    if heard is None or not any(heard.get(part) for part in (*PARTS, "note")):
        return None
    if known is None or heard.get("point") is not None:
        return None if heard == known else heard
    is_same_house = all(heard.get(part) == known.get(part) for part in _AROUND_POINT)
    address = {**heard, "point": known.get("point") if is_same_house else None}
    return None if address == known else address


def choose_words(known: str | None, heard: str | None) -> str | None:
    """Return the words that the case has from now on, or None.

    The caller's own are only added to, with what the agent noted last: whoever is sent reads both.
    """
    if not heard:
        return None
    said = (known or "").partition(_NOTED)[0]
    words = heard if said in heard else f"{said}{_NOTED}{heard}"
    return None if words == known else words


def _name_address(form: Form | None) -> str | None:
    if form is None:
        return _PLAIN_ADDRESS
    field = form.first_of(type_=FieldType.ADDRESS)
    return None if field is None else field.key


def _seal(keys: KeyRing, form: Form | None, values: Values) -> Values:
    if form is None:
        return {key: seal_value(keys, key, value) for key, value in values.items()}
    return seal_values(keys, form, values)
