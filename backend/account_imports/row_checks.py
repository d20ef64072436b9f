"""What a row means, and whether it can be: each cell by the same rules as the forms of the hall."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from stdnum.cn import uscc

from backend.account_imports.columns import (
    GAS_USES,
    INLET_SIDES,
    METER_KINDS,
    REQUIRED,
    STATUSES,
)
from backend.catalogue.field_checks import BadValue, check_address, check_id_number, check_phone
from backend.core.account_numbers import is_valid_account_no
from backend.core.csv_rows import BAD_CHARACTERS, FORMULA_MARKS, Record, is_formula, unquote
from backend.core.encryption import BlindIndexKind, normalise

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LINES = re.compile(r"[\r\n\t]+")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0{1,2}:00(?::00)?)?")
_EARLIEST = date(1950, 1, 1)
_LENGTHS: Final = {
    "holder": 100, "contact": 50, "use_nature": 100, "use_period": 100,
    "meter_maker": 60, "meter_no": 40, "meter_model": 60, "meter_seal": 100,
}  # fmt: skip
# Key → digits before and after the point, as the database keeps them.
_NUMBERS: Final = {"monthly_use": (12, 2), "pressure_kpa": (7, 3), "meter_reading": (11, 3)}
_WORDS: Final[dict[str, Mapping[str, str]]] = {
    "gas_use": GAS_USES, "status": STATUSES, "meter_kind": METER_KINDS, "inlet_side": INLET_SIDES,
}  # fmt: skip
_PLACE: Final = ("region", "street", "community", "building", "unit", "door", "note")


class RowRefused(Exception):
    """A row that cannot be taken in: the code of why, and the key of the column."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code, self.field = code, field


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A row as it was meant; empty and None are what it leaves open."""

    account_no: str
    holder: str
    id_number: str
    credit_code: str
    contact: str
    phone: str
    address: Mapping[str, Any]
    gas_use: str
    status: str
    opened_on: date | None
    monthly_use: Decimal | None
    pressure_kpa: Decimal | None
    use_nature: str
    use_period: str
    meter_maker: str
    meter_no: str
    meter_model: str
    meter_kind: str
    inlet_side: str
    meter_seal: str
    meter_reading: Decimal | None


class RowReader:
    """Reads rows of a file with these ``columns``; ``today`` bounds its days."""

    def __init__(self, columns: Sequence[str], today: date) -> None:
        self._columns = tuple(columns)
        self._today = today

    def read(self, record: Record) -> AccountLine:
        """Return what a row means; raises RowRefused."""
        if record.code:
            raise RowRefused(record.code, record.field)
        self._check_cells(record.cells)
        cells = dict(zip(self._columns, map(str.strip, record.cells), strict=False))
        get = cells.get
        for key in REQUIRED:
            # A row may break off before its last columns.
            if not get(key):
                raise RowRefused("cell_missing", key)
        if _is_blank(cells["holder"], "name"):
            # A name of marks alone could never be found again.
            raise RowRefused("cell_missing", "holder")
        account_no = _widen(cells["account_no"])
        if not is_valid_account_no(account_no):
            raise RowRefused("account_no_wrong", "account_no")
        words = {key: _read_word(key, get(key, "")) for key in _WORDS}
        numbers = {key: _read_number(key, get(key, "")) for key in _NUMBERS}
        texts = {key: _read_text(key, get(key, "")) for key in _LENGTHS}
        id_number, credit_code = _read_identity(get("id_number", ""), words["gas_use"])
        if bool(texts["meter_maker"]) != bool(texts["meter_no"]):
            raise RowRefused("meter_incomplete", "meter_no" if texts["meter_maker"] else "meter_maker")
        if texts["meter_no"] and not words["meter_kind"]:
            raise RowRefused("meter_incomplete", "meter_kind")
        if not texts["meter_no"] and any(
            (
                words["meter_kind"],
                words["inlet_side"],
                texts["meter_model"],
                texts["meter_seal"],
                numbers["meter_reading"],
            )
        ):
            raise RowRefused("meter_incomplete", "meter_no")
        return AccountLine(
            account_no=account_no,
            id_number=id_number,
            credit_code=credit_code,
            phone=_read_phone(get("phone", "")),
            address=_read_place(cells),
            opened_on=self._read_day("opened_on", get("opened_on", "")),
            holder=texts["holder"],
            contact=texts["contact"],
            use_nature=texts["use_nature"],
            use_period=texts["use_period"],
            meter_maker=texts["meter_maker"],
            meter_no=texts["meter_no"],
            meter_model=texts["meter_model"],
            meter_seal=texts["meter_seal"],
            gas_use=words["gas_use"],
            status=words["status"],
            meter_kind=words["meter_kind"],
            inlet_side=words["inlet_side"],
            monthly_use=numbers["monthly_use"],
            pressure_kpa=numbers["pressure_kpa"],
            meter_reading=numbers["meter_reading"],
        )

    def _check_cells(self, cells: Sequence[str]) -> None:
        together = "".join(cells)
        if BAD_CHARACTERS.search(together):
            raise RowRefused("characters_refused", self._find(cells, BAD_CHARACTERS))
        for place, cell in enumerate(cells):
            if cell.startswith(FORMULA_MARKS) and is_formula(cell):
                raise RowRefused("formula_refused", self._columns[place])

    def _find(self, cells: Sequence[str], pattern: re.Pattern[str]) -> str:
        found = (key for key, cell in zip(self._columns, cells, strict=False) if pattern.search(cell))
        return next(found, "")

    def _read_day(self, key: str, text: str) -> date | None:
        if not text:
            return None
        told = _DAY.fullmatch(text)
        try:
            day = date(*map(int, told.groups())) if told else None
        except ValueError:
            day = None
        if day is None or not _EARLIEST <= day <= self._today:
            raise RowRefused("day_wrong", key)
        return day


def _is_blank(text: str, kind: BlindIndexKind) -> bool:
    """True for nothing but marks. A letter or digit says so at once; the index normalises the rest anyhow."""
    return not any(map(str.isalnum, text)) and not normalise(text, kind)


def _widen(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _read_text(key: str, text: str) -> str:
    plain = unquote(unicodedata.normalize("NFC", text))
    if len(plain) > _LENGTHS[key]:
        raise RowRefused("cell_too_long", key)
    return _LINES.sub(" ", plain)


def _read_word(key: str, text: str) -> str:
    if not text:
        return ""
    words = _WORDS[key]
    meant = words.get(text) or words.get(_widen(text).upper())
    if meant is None:
        raise RowRefused("word_unknown", key)
    return meant


def _read_number(key: str, text: str) -> Decimal | None:
    if not text:
        return None
    before, after = _NUMBERS[key]
    try:
        number = Decimal(_widen(text).replace(",", ""))
    except InvalidOperation:
        raise RowRefused("number_wrong", key) from None
    if not number.is_finite() or number < 0 or number >= 10**before:
        raise RowRefused("number_wrong", key)
    return number.quantize(Decimal(1).scaleb(-after))


def _read_phone(text: str) -> str:
    if not text or _MOBILE.fullmatch(text):
        return text
    try:
        return check_phone(text)
    except BadValue:
        raise RowRefused("phone_wrong", "phone") from None


def _read_identity(text: str, gas_use: str) -> tuple[str, str]:
    """Return the ID number or the credit code; a company may be kept under its owner's ID number."""
    if not text:
        return "", ""
    plain = _widen(text).replace(" ", "").upper()
    try:
        return check_id_number(plain), ""
    except BadValue:
        pass
    if gas_use != "residential" and uscc.is_valid(plain):
        return "", str(uscc.compact(plain))
    raise RowRefused("id_number_wrong", "id_number")


def _read_place(cells: Mapping[str, str]) -> Mapping[str, Any]:
    told = {key: _LINES.sub(" ", unquote(cells.get(key, ""))) for key in _PLACE}
    if _is_blank("".join(told[key] for key in _PLACE[:-1]), "address"):
        raise RowRefused("address_wrong", "region")
    try:
        return check_address(told)
    except BadValue as wrong:
        code = "cell_too_long" if wrong.code == "too_long" else "address_wrong"
        longest = max(_PLACE, key=lambda one: len(told[one]))
        raise RowRefused(code, longest if code == "cell_too_long" else "region") from None
