"""What people write into the forms of steps: invented, but like such a form, and always valid."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from stdnum.cn import uscc

from backend.catalogue.conditions import evaluate
from backend.catalogue.field_checks import is_empty
from backend.catalogue.forms import FILE_TYPES, FieldType, Form, FormField, Values
from backend.customers.account_numbers import make_account_no
from deploy.demo.applicants import CUSTOMERS, make_home, make_id_number
from deploy.demo.form_words import DAYS_AHEAD, IN_ORDER, LEFT_UNSAID, NUMBERS, SAID_NO, WORDS

PutFiles = Callable[[FormField], list[str]]


def _choose(options: Sequence[str]) -> str:
    """Return what says that all is in order, where there is such an option."""
    return next((one for one in options if one in IN_ORDER), options[0])


@dataclass(frozen=True, slots=True)
class FormWriter:
    """Fills in one form on one day.

    ``chosen`` is what has to stand in it, whatever else would; ``put_files`` uploads what a field of files
    wants and returns the keys. ``whole`` fills in also what may stay empty.
    """

    today: date
    chance: random.Random
    put_files: PutFiles
    chosen: Mapping[str, Any]
    whole: bool = False

    def write(self, form: Form, begun: Values) -> Values:
        """Return what is written into ``form`` beside what it was ``begun`` with."""
        known: Values = {}
        written: Values = {}
        for field in form.fields:
            if field.when is not None and not evaluate(field.when, known):
                continue
            value = begun.get(field.key)
            if field.within is not None and not set(value or ()) <= set(known.get(field.within, ())):
                # Picked from what was found before, and something else is found now.
                value = None
            if field.key in self.chosen:
                value = written[field.key] = self.chosen[field.key]
            elif is_empty(value) and self._is_wanted(field):
                value = self._make(field, known)
                if not is_empty(value):
                    written[field.key] = value
            if not is_empty(value):
                known[field.key] = value
        return written

    def _is_wanted(self, field: FormField) -> bool:
        if field.signer is not None or field.numbered is not None:
            # Who signs, signs later; a number comes of itself.
            return False
        return field.required or field.key in WORDS or (self.whole and field.key not in LEFT_UNSAID)

    def _make(self, field: FormField, known: Values) -> Any:  # noqa: ANN401 - any JSON value
        if field.type in FILE_TYPES:
            keys = self.put_files(field)
            return keys[0] if field.type is FieldType.SIGNATURE else keys
        if field.type is FieldType.TABLE:
            return [{one.key: self._make(one, known) for one in field.columns}]
        options = field.options if field.within is None else known.get(field.within, ())
        match field.type:
            case FieldType.CHOICE:
                return _choose(options)
            case FieldType.MULTI_CHOICE:
                return [_choose(options)] if field.within is None else list(options)
            case FieldType.YES_NO:
                return field.key not in SAID_NO
            case FieldType.DATE:
                return self._day(field).isoformat()
            case FieldType.DATETIME:
                return f"{self._day(field).isoformat()}T10:30"
            case FieldType.NUMBER | FieldType.MONEY:
                return self._reckon(field)
            case _:
                return self._say(field)

    def _day(self, field: FormField) -> date:
        return self.today + timedelta(days=DAYS_AHEAD.get(field.key, 0))

    def _reckon(self, field: FormField) -> float:
        """A figure of that kind, within what the field allows."""
        figure = NUMBERS.get(field.key, 1)
        if field.low is not None:
            figure = max(figure, field.low)
        return figure if field.high is None else min(figure, field.high)

    def _say(self, field: FormField) -> Any:  # noqa: ANN401 - a line of text, or an address
        if field.account_number:
            return make_account_no("301", self.chance)
        match field.type:
            case FieldType.PHONE:
                return self.chance.choice(CUSTOMERS).phone
            case FieldType.ID_NUMBER:
                return make_id_number(self.chance)
            case FieldType.CREDIT_CODE:
                number = "91370100MA3C" + f"{self.chance.randrange(10_000, 100_000)}"
                return number + uscc.calc_check_digit(number)
            case FieldType.ADDRESS:
                return make_home("301", self.chance)
            case _ if field.personal == "name":
                return self.chance.choice(CUSTOMERS).name
        words = WORDS.get(field.key, "按现场情况填写")
        numbers = {"number": self.chance.randrange(1, 1000)}
        if "{serial" in words:
            numbers["serial"] = self.chance.randrange(10**8)
        text = words.format(year=self.today.year, **numbers)
        return text if field.max_length is None else text[: field.max_length]
