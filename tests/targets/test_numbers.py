import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targets.numbers import NumberError, Range, parse_number, parse_range


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


@pytest.mark.parametrize(
    ("text", "minimum", "maximum", "percent"),
    [
        ("60%", "60", None, True),
        ("60 %", "60", None, True),
        ("7,5%", "7.5", None, True),
        ("60 phần trăm", "60", None, True),
        ("10 - 15%", "10", "15", True),
        ("10% - 15%", "10", "15", True),
        ("10%–15%", "10", "15", True),
        ("từ 8% đến 12%", "8", "12", True),
        ("từ 8 đến 12", "8", "12", False),
        ("1.234,5", "1234.5", None, False),
    ],
)
def test_parse_range_reads_figures_and_bounds(text, minimum, maximum, percent):
    maximum = None if maximum is None else Decimal(maximum)
    assert parse_range(text) == Range(Decimal(minimum), maximum, percent)


@pytest.mark.parametrize("text", ["", "%", "15 - 10%", "10 -", "1 - 5 - 9", "khoảng 10%", "10 20"])
def test_parse_range_refuses_anything_else(text):
    with pytest.raises(NumberError):
        parse_range(text)


@given(st.text())
def test_reading_raises_nothing_but_number_error(text):
    for read in (parse_number, parse_range):
        with contextlib.suppress(NumberError):
            read(text)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_grouped_numbers_read_back(value):
    assert parse_number(f"{value:,}".replace(",", ".")) == value
