"""One check for each type of field: a typed value in, the value to keep out, or the code of what is wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

import phonenumbers
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent

from backend.core.account_numbers import is_valid_account_no

# As the files hand them out: any URL-safe character may come first.
_FILE_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}")
_ADDRESS_LENGTHS = {
    "region": 30, "street": 30, "community": 50, "building": 30, "unit": 30, "door": 60, "note": 200,
}  # fmt: skip
_ADDRESS_REQUIRED = ("region", "street", "community", "door")
_ID_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
# What a customer means by a bare number, as staff and messages are to read it.
_MEANT_BY_NUMBER = {"building": "号楼", "unit": "单元", "door": "室"}
_BARE_NUMBER = re.compile(r"[0-9]{1,5}[A-Za-z]?")
_LARGEST_NUMBER = 10**15
# What the company prints as its own numbers: short codes like 96602 and 119, and 400 and 800 numbers.
_PLAIN_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SERVICE_NUMBER = re.compile(r"1[0-9]{2,4}|9[0-9]{4,7}|[48]00[0-9]{7}")
_POINT_SOURCES = ("map", "browser")


class BadValue(Exception):
    """A value that cannot be kept; ``code`` has its sentence in FIELD_TEXTS.

    ``cells`` has row.column → code where the fault lies in single cells of a table.
    """

    def __init__(self, code: str, cells: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.cells = cells or {}


class Limits(Protocol):
    """What a check asks of a field or column."""

    @property
    def key(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def options(self) -> tuple[str, ...]: ...
    @property
    def max_length(self) -> int | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def max_count(self) -> int | None: ...
    @property
    def min_count(self) -> int | None: ...
    @property
    def may_be_partial(self) -> bool: ...
    @property
    def decimals(self) -> int | None: ...
    @property
    def service_number(self) -> bool: ...
    @property
    def account_number(self) -> bool: ...
    @property
    def columns(self) -> Sequence[Limits]: ...
    @property
    def max_rows(self) -> int | None: ...


def check_text(value: object, longest: int, *, lines: bool = False) -> str:
    """Return ``value`` without spaces around it; raises BadValue for what is no text or too long."""
    if not isinstance(value, str):
        raise BadValue("invalid")
    text = unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip()
    for one in text:
        # Control characters do not pass a database's JSON, and half a surrogate pair passes no encoder.
        if unicodedata.category(one) in ("Cc", "Cs") and not (one in "\n\t" and lines):
            raise BadValue("characters_refused")
    if len(text) > longest:
        raise BadValue("too_long")
    return text


def _check_short(field: Limits, value: object) -> str:
    text = check_text(value, field.max_length or 200)
    return check_account_number(text) if field.account_number else text


def check_account_number(text: str) -> str:
    """Return the digits without the blanks in which bills group them; whether there is such an account is
    not told, for nobody is to find out which numbers exist."""
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))
    if not is_valid_account_no(digits):
        raise BadValue("account_no_invalid")
    return digits


def _check_long(field: Limits, value: object) -> str:
    return check_text(value, field.max_length or 2000, lines=True)


def check_phone(value: object) -> str:
    """Return the digits of a mainland mobile or landline number, the latter with its area code."""
    text = unicodedata.normalize("NFKC", check_text(value, 30))
    number = _read_number(text)
    if number.country_code != 86 or number.extension:
        raise BadValue("phone_invalid")
    digits = phonenumbers.national_significant_number(number)
    # A number that is not valid has no type.
    match phonenumbers.number_type(number):
        case phonenumbers.PhoneNumberType.MOBILE:
            return digits
        case phonenumbers.PhoneNumberType.FIXED_LINE:
            return "0" + digits
        case _:
            raise BadValue("phone_invalid")


def _read_number(text: str) -> phonenumbers.PhoneNumber:
    if _PLAIN_MOBILE.fullmatch(text):
        # Nearly all are typed so, and there is nothing to find out about how they are written.
        return phonenumbers.PhoneNumber(country_code=86, national_number=int(text))
    try:
        return phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException as error:
        raise BadValue("phone_invalid") from error


def _check_phone(field: Limits, value: object) -> str:
    if field.service_number and isinstance(value, str):
        plain = unicodedata.normalize("NFKC", value).replace("-", "").replace(" ", "")
        if _SERVICE_NUMBER.fullmatch(plain):
            return plain
    return check_phone(value)


def check_id_number(value: object) -> str:
    """Return the ID number without blanks; raises BadValue where it is none, by its check digit as well.

    The place is not looked up: districts come and go, and many an old number names one of before.
    """
    text = str(ric.compact(unicodedata.normalize("NFKC", check_text(value, 30))))
    if not _ID_NUMBER.fullmatch(text) or text[-1] != ric.calc_check_digit(text):
        raise BadValue("id_number_invalid")
    try:
        ric.get_birth_date(text)
    except InvalidComponent:
        raise BadValue("id_number_invalid") from None
    return text


def check_credit_code(value: object) -> str:
    """Return the unified social credit code; raises BadValue where it is none, by its check digit as well."""
    text = unicodedata.normalize("NFKC", check_text(value, 30)).upper()
    if not uscc.is_valid(text):
        raise BadValue("credit_code_invalid")
    return str(uscc.compact(text))


def _check_yes_no(_field: Limits, value: object) -> bool:
    if not isinstance(value, bool):
        raise BadValue("option_unknown")
    return value


def _check_choice(field: Limits, value: object) -> str:
    if not isinstance(value, str) or value not in field.options:
        raise BadValue("option_unknown")
    return value


def _check_multi_choice(field: Limits, value: object) -> list[str]:
    if not isinstance(value, list) or any(one not in field.options for one in value):
        raise BadValue("option_unknown")
    return [one for one in field.options if one in value]


def _check_date(_field: Limits, value: object) -> str:
    if not isinstance(value, str) or re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is None:
        raise BadValue("date_invalid")
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise BadValue("date_invalid") from error


def _check_datetime(_field: Limits, value: object) -> str:
    # As on paper: the clock on the wall in China, to the minute, without a zone.
    if not isinstance(value, str) or re.fullmatch(r"[0-9-]{10}T[0-9]{2}:[0-9]{2}", value) is None:
        raise BadValue("datetime_invalid")
    try:
        return datetime.fromisoformat(value).isoformat(timespec="minutes")
    except ValueError as error:
        raise BadValue("datetime_invalid") from error


def _check_number(field: Limits, value: object) -> int | float:
    # JSON's true is a number to Python, and its reader lets NaN, Infinity and endless integers pass.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadValue("number_invalid")
    if not -_LARGEST_NUMBER <= value <= _LARGEST_NUMBER:
        raise BadValue("number_invalid")
    if field.decimals is not None and -_count_exponent(value) > field.decimals:
        raise BadValue("decimals_too_many")
    _check_bounds(field, value)
    return value


def _count_exponent(value: float) -> int:
    # Through text: 0.1 has one decimal for the one who typed it, and fifty-five in the machine.
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _check_money(field: Limits, value: object) -> int:
    # Whole fen: a sum with a point has been reckoned somewhere in floating numbers.
    if isinstance(value, bool) or not isinstance(value, int) or not abs(value) <= _LARGEST_NUMBER:
        raise BadValue("money_invalid")
    _check_bounds(field, value)
    return value


def _check_bounds(field: Limits, value: float) -> None:
    if field.low is not None and value < field.low:
        raise BadValue("number_too_small")
    if field.high is not None and value > field.high:
        raise BadValue("number_too_large")


def check_address(value: object, *, partial: bool = False) -> dict[str, Any]:
    """Return the address with all its parts; ``partial`` lets the required ones be empty."""
    if not isinstance(value, Mapping) or not set(value) <= {*_ADDRESS_LENGTHS, "point"}:
        raise BadValue("address_invalid")
    address: dict[str, Any] = {}
    for part, longest in _ADDRESS_LENGTHS.items():
        given = value.get(part)
        address[part] = "" if given is None else check_text(given, longest)
    if not partial and not all(address[part] for part in _ADDRESS_REQUIRED):
        raise BadValue("address_incomplete")
    address["point"] = _check_point(value.get("point"))
    return write_address_out(address)


def write_address_out(address: Mapping[str, Any]) -> dict[str, Any]:
    """Return the address with 3, 2, 501 as 3号楼, 2单元, 501室; what says itself what it is stays as typed.

    Addresses are kept so, since screens, lists, messages and the map read the same parts. A number alone,
    without building and unit, may be a house's as well as a flat's, and stays.
    """
    written = dict(address)
    is_flat = bool(address["building"] or address["unit"])
    for part, meant in _MEANT_BY_NUMBER.items():
        plain = unicodedata.normalize("NFKC", address[part])
        if is_flat and _BARE_NUMBER.fullmatch(plain):
            written[part] = plain + meant
    return written


def _check_address(field: Limits, value: object) -> dict[str, Any]:
    return check_address(value, partial=field.may_be_partial)


def _check_point(value: object) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or set(value) != {"lat", "lng", "source"}:
        raise BadValue("address_invalid")
    for part, bound in (("lat", 90), ("lng", 180)):
        number = value[part]
        if isinstance(number, bool) or not isinstance(number, int | float) or not -bound <= number <= bound:
            raise BadValue("address_invalid")
    if value["source"] not in _POINT_SOURCES:
        raise BadValue("address_invalid")
    return {"lat": float(value["lat"]), "lng": float(value["lng"]), "source": value["source"]}


def check_file_key(value: object) -> str:
    """Return the key of one uploaded file; whether it exists, its owner's component knows."""
    if not isinstance(value, str) or _FILE_KEY.fullmatch(value) is None:
        raise BadValue("file_unknown")
    return value


def _check_files(field: Limits, value: object) -> list[str]:
    if not isinstance(value, list):
        raise BadValue("file_unknown")
    keys = list(dict.fromkeys(check_file_key(one) for one in value))
    if field.max_count is not None and len(keys) > field.max_count:
        raise BadValue("too_many_files")
    if field.min_count is not None and 0 < len(keys) < field.min_count:
        raise BadValue("too_few_files")
    return keys


def _check_signature(_field: Limits, value: object) -> str:
    return check_file_key(value)


def _check_table(field: Limits, value: object) -> list[dict[str, Any]]:
    """Return the rows in which something is filled in, each with its filled cells."""
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise BadValue("rows_invalid")
    if field.max_rows is not None and len(value) > field.max_rows:
        raise BadValue("too_many_rows")
    columns = {column.key for column in field.columns}
    rows: list[dict[str, Any]] = []
    cells: dict[str, str] = {}
    for number, row in enumerate(value):
        if not set(row) <= columns:
            raise BadValue("column_unknown")
        if any(not is_empty(cell) for cell in row.values()):
            kept, wrong = _check_row(field.columns, row)
            rows.append(kept)
            cells |= {f"{number}.{key}": code for key, code in wrong.items()}
    if cells:
        raise BadValue("rows_invalid", cells)
    return rows


def _check_row(columns: Sequence[Limits], row: Mapping[str, object]) -> tuple[dict[str, Any], dict[str, str]]:
    kept: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for column in columns:
        given = row.get(column.key)
        if is_empty(given):
            if column.required:
                wrong[column.key] = "required"
            continue
        try:
            kept[column.key] = CHECKS[column.type](column, given)
        except BadValue as bad:
            wrong[column.key] = bad.code
    return kept, wrong


def is_empty(value: object) -> bool:
    """True for what counts as not filled in."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


CHECKS: Mapping[str, Callable[[Limits, object], Any]] = {
    "text": _check_short,
    "long_text": _check_long,
    "phone": _check_phone,
    "id_number": lambda _field, value: check_id_number(value),
    "credit_code": lambda _field, value: check_credit_code(value),
    "choice": _check_choice,
    "multi_choice": _check_multi_choice,
    "yes_no": _check_yes_no,
    "date": _check_date,
    "datetime": _check_datetime,
    "number": _check_number,
    "money": _check_money,
    "address": _check_address,
    "photos": _check_files,
    "documents": _check_files,
    "signature": _check_signature,
    "table": _check_table,
}
