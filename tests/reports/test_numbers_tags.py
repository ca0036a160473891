"""How figures read on a screen."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import override

from reports.templatetags.numbers_tags import grouped, level, percent, share

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("value", "vietnamese", "english"),
    [
        (Fraction(120200, 1718), "69,9", "69.9"),
        (Decimal("69.99"), "69,9", "69.9"),
        (70, "70,0", "70.0"),
        (0, "0,0", "0.0"),
        (Fraction(200000, 3), "66.666,6", "66,666.6"),
    ],
)
def test_percent_is_rounded_down_to_one_decimal(value, vietnamese, english):
    with override("vi"):
        assert percent(value) == f"{vietnamese}{NBSP}%"
    with override("en"):
        assert percent(value) == f"{english}{NBSP}%"


@pytest.mark.parametrize("show", [percent, share, level, grouped])
def test_nothing_reported_is_not_shown_as_zero(show):
    assert show(None) == ""


def test_share_is_a_part_of_one():
    assert share(Fraction(5, 8)) == f"62,5{NBSP}%"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Decimal("70.00"), "70"), (Decimal("12.50"), "12,5"), (Decimal(100), "100"), (5, "5")],
)
def test_level_has_no_more_decimals_than_the_plan(value, shown):
    assert level(value) == f"{shown}{NBSP}%"


@pytest.mark.parametrize(
    ("value", "shown"), [(1234567, "1.234.567"), (999, "999"), (0, "0"), (-1200, "−1.200")]
)
def test_counts_are_grouped_in_threes(value, shown):
    assert grouped(value) == shown


def test_intcomma_groups_as_vietnamese_does():
    assert intcomma(1234567) == "1.234.567"
