"""Single values of what the master tells, read and checked. Pure.

Whatever is not as the wire format has it raises FigureRefused with the part that is meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

_PERIOD: Final = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
_DAY: Final = re.compile(r"20\d\d-\d\d-\d\d")
LONGEST_NO: Final = 40
_MOST_FEN: Final = 10**13


class FigureRefused(Exception):
    """What cannot be taken in: the code of why, and the part that is meant."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code, self.field = code, field


def read_period(told: Mapping[str, Any]) -> str:
    """Return a month as 2026-03."""
    period = told.get("period")
    if not isinstance(period, str) or not _PERIOD.fullmatch(period):
        raise FigureRefused("figure_unreadable", "period")
    return period


def read_decimal(told: Mapping[str, Any], field: str, form: re.Pattern[str]) -> Decimal:
    """Return the decimal that a text in the given form says."""
    # Figures travel as texts: a JSON number would come through a binary fraction.
    figure = told.get(field)
    if not isinstance(figure, str) or not figure.isascii() or not form.fullmatch(figure):
        raise FigureRefused("figure_unreadable", field)
    return Decimal(figure)


def read_fen(told: Mapping[str, Any], field: str, *, is_signed: bool = False, least: int = 0) -> int:
    """Return whole fen, not below ``least`` unless it is signed."""
    figure = told.get(field)
    lowest = -_MOST_FEN if is_signed else least
    if not isinstance(figure, int) or isinstance(figure, bool) or not lowest <= figure <= _MOST_FEN:
        raise FigureRefused("figure_unreadable", field)
    return figure


def read_day(told: Mapping[str, Any], field: str) -> date:
    """Return a day that there is."""
    day = told.get(field)
    try:
        if isinstance(day, str) and _DAY.fullmatch(day):
            return date.fromisoformat(day)
    except ValueError:
        pass
    raise FigureRefused("figure_unreadable", field)


def read_moment(told: Mapping[str, Any], field: str) -> datetime:
    """Return a moment with its zone."""
    given = told.get(field)
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise FigureRefused("figure_unreadable", field)
    return moment


def read_number(told: Mapping[str, Any], field: str) -> str:
    """Return a number of the master's own making; raises FigureRefused for an empty or unprintable one."""
    number = told.get(field)
    if not isinstance(number, str) or not 0 < len(number) <= LONGEST_NO or not number.isprintable():
        raise FigureRefused("figure_unreadable", field)
    return number


def read_choice(told: Mapping[str, Any], field: str, choices: tuple[str, ...]) -> str:
    """Return what is one of a closed list."""
    chosen = told.get(field)
    if not isinstance(chosen, str) or chosen not in choices:
        raise FigureRefused("choice_unknown", field)
    return chosen
