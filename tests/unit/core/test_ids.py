"""Case numbers catch slips; tokens are long and stored only as a hash."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.ids import hash_token, is_valid_case_no, make_case_no, make_public_token

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
units = st.integers(0, 999).map(lambda number: f"{number:03d}")
numbers = st.builds(make_case_no, days, units, st.integers().map(random.Random))


@given(days, units, st.integers())
def test_shape(on: date, unit: str, seed: int) -> None:
    number = make_case_no(on, unit, random.Random(seed))
    assert len(number) == 15
    assert number.startswith(f"{on:%y%m%d}{unit}")
    assert is_valid_case_no(number)


@given(numbers, st.integers(0, 14), st.integers(1, 9))
def test_every_single_wrong_digit_is_found(number: str, place: int, shift: int) -> None:
    wrong = str((int(number[place]) + shift) % 10)
    assert not is_valid_case_no(number[:place] + wrong + number[place + 1 :])


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    assert not is_valid_case_no(text) or len(text) == 15


@pytest.mark.parametrize(
    "text", ["", "261123001123450\n", "２６１１２３００１１２３４５０", "000000000000000"]
)
def test_other_texts_are_refused(text: str) -> None:
    assert not is_valid_case_no(text)


@pytest.mark.parametrize("unit", ["", "1", "1234", "12a", "１２３"])
def test_bad_unit_code(unit: str) -> None:
    with pytest.raises(ValueError, match="unit code"):
        make_case_no(date(2026, 11, 23), unit, random.Random(1))


def test_year_beyond_the_century() -> None:
    with pytest.raises(ValueError, match="year"):
        make_case_no(date(2100, 1, 1), "001", random.Random(1))


def test_tokens() -> None:
    tokens = {make_public_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(one) for one in tokens} == {43}
    assert len({hash_token(one) for one in tokens}) == 100
    assert len(hash_token("a")) == 32
