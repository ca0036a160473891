import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targets.numbers import NumberError, parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("70", "70"),
        ("007", "7"),
        ("1.234", "1234"),
        ("1.234,5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1 234", "1234"),
        ("7,5", "7.5"),
        ("7.5", "7.5"),
        (" 12 ", "12"),
        ("-3", "-3"),
    ],
)
def test_parse_number_reads_vietnamese_marks(text, value):
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "Có", "1,2,3", "1.23.4", "12 lượt", "1e5", "7O", "--3", "%"])
def test_parse_number_refuses_what_is_not_one_number(text):
    with pytest.raises(NumberError):
        parse_number(text)


@given(st.text())
def test_reading_raises_nothing_but_number_error(text):
    with contextlib.suppress(NumberError):
        parse_number(text)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_grouped_numbers_read_back(value):
    assert parse_number(f"{value:,}".replace(",", ".")) == value
