"""Worked examples of design section 5, rule 4, and of the pace of growth in rule 5."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.figures.attainment import Pace, Verdict
from reports.figures.growth import (
    Growth,
    Horizon,
    Known,
    Method,
    Panel,
    Reason,
    compound_rate,
    grown,
    growth,
    growth_gap,
    growth_pace,
    horizon,
    joined,
    mean_growth,
    mean_of_yearly_rates,
    panel_of,
    required,
    required_by_mean,
    same_length,
    steady_panel,
)


def count(number: int) -> tuple[Known, int]:
    return Known.COUNT, number


BLANK = (Known.BLANK, 0)
NOT_APPLICABLE = (Known.NOT_APPLICABLE, 0)
NOT_OPEN = (Known.NOT_OPEN, 0)


def panel(base: int, current: int) -> Panel:
    """One museum with a count in both years."""
    return panel_of([(count(base), count(current))])


# Panel


def test_panel_leaves_out_both_years_of_a_blank_one():
    result = panel_of([(count(100), count(110)), (count(900), BLANK), (BLANK, count(50))])
    assert (result.in_panel, result.base, result.current) == (1, 100, 110)
    assert (result.institutions, result.missing, result.base_all) == (3, 2, 1000)


def test_panel_leaves_out_not_applicable_and_says_so():
    result = panel_of([(count(100), NOT_APPLICABLE), (NOT_APPLICABLE, count(5)), (BLANK, BLANK)])
    assert (result.in_panel, result.not_applicable, result.missing) == (0, 2, 1)


def test_panel_counts_an_opened_institution_from_zero():
    result = panel_of([(count(100), count(100)), (NOT_OPEN, count(40))])
    assert (result.in_panel, result.base, result.current) == (2, 100, 140)


def test_panel_counts_a_closed_institution_as_lost():
    result = panel_of([(count(100), count(100)), (count(60), NOT_OPEN)])
    assert (result.in_panel, result.base, result.current) == (2, 160, 100)


def test_panel_joins_a_continued_institution_with_its_successor():
    merged = (joined([count(60), count(100)]), joined([NOT_OPEN, count(170)]))
    assert panel_of([merged]) == panel(160, 170)


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([count(3), count(4)], count(7)),
        ([count(3), NOT_OPEN], count(3)),
        ([NOT_OPEN, NOT_OPEN], NOT_OPEN),
        ([count(3), BLANK], BLANK),
        ([count(3), NOT_APPLICABLE], NOT_APPLICABLE),
        ([BLANK, NOT_APPLICABLE], NOT_APPLICABLE),
    ],
)
def test_joined(parts, whole):
    assert joined(parts) == whole


def test_zero_is_a_count_and_not_a_blank():
    assert panel_of([(count(0), count(0))]).in_panel == 1


# Verdict


@pytest.mark.parametrize(
    ("base", "current", "rate", "years", "expected"),
    [
        (1000, 1158, 5, 3, True),  # 1157.625
        (1000, 1157, 5, 3, False),
        (100, 121, 10, 2, True),  # exactly 10 %
        (10_000, 12_099, 10, 2, False),
        (1000, 1025, Decimal("2.5"), 1, True),
        (1000, 1024, Decimal("2.5"), 1, False),
        (12_480, 13_104, 5, 1, True),
        (12_480, 13_103, 5, 1, False),
    ],
)
def test_grown_compares_exactly(base, current, rate, years, expected):
    assert grown(base, current, rate, years) is expected
    verdict = growth(panel(base, current), rate, years=years).verdict
    assert verdict is (Verdict.MET if expected else Verdict.NOT_MET)


def test_growth_of_large_counts_is_decided_by_one_visit():
    base = 10**15
    goal = base * 11**8 // 10**8
    assert grown(base, goal, 10, 8)
    assert not grown(base, goal - 1, 10, 8)


def test_shortfall_is_in_visits():
    result = growth(panel(1000, 1100), 5, years=3)
    assert (result.required, result.shortfall) == (1158, 58)
    assert growth(panel(1000, 2000), 5, years=3).shortfall == 0


@pytest.mark.parametrize(
    ("current", "verdict", "exceeded"),
    [
        (1099, Verdict.NOT_MET, False),
        (1100, Verdict.MET, False),
        (1150, Verdict.MET, False),
        (1151, Verdict.MET, True),
    ],
)
def test_range_is_met_from_its_lower_end_and_exceeded_above_its_upper(current, verdict, exceeded):
    result = growth(panel(1000, current), 10, maximum=Decimal(15), years=1)
    assert (result.verdict, result.exceeded) == (verdict, exceeded)


def test_no_institution_is_no_population():
    assert growth(Panel(), 5, years=3).verdict is Verdict.NO_POPULATION


def test_one_museum_only_is_judged():
    result = growth(panel(12_480, 13_260), 5, years=1)
    assert (result.verdict, result.rate) == (Verdict.MET, Decimal("6.2"))


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([(BLANK, count(100))], Reason.NO_BASE),
        ([(NOT_APPLICABLE, count(100))], Reason.NO_BASE),
        ([(NOT_OPEN, count(100))], Reason.NO_BASE),
        ([(count(0), count(100))], Reason.BASE_ZERO),
        ([(count(100), BLANK)], Reason.PANEL_TOO_SMALL),
        ([(count(100), count(120))] * 7 + [(count(10), BLANK)] * 3, Reason.PANEL_TOO_SMALL),
        # Four of five institutions, but only 79 % of the base visits.
        ([(count(79), count(99))] + [(count(0), count(0))] * 3 + [(count(21), BLANK)],
         Reason.PANEL_TOO_SMALL),
    ],
)  # fmt: skip
def test_growth_is_undetermined_with_its_reason(pairs, reason):
    result = growth(panel_of(pairs), 5, years=3)
    assert (result.verdict, result.reason) == (Verdict.UNDETERMINED, reason)
    assert (result.required, result.shortfall) == (None, None)


def test_growth_is_undetermined_if_periods_differ_in_length():
    result = growth(panel(100, 200), 5, years=3, same_periods=False)
    assert (result.verdict, result.reason, result.rate) == (
        Verdict.UNDETERMINED,
        Reason.PERIODS_DIFFER,
        None,
    )


def test_panel_of_exactly_the_minimum_is_enough():
    pairs = [(count(100), count(120))] * 4 + [(count(100), BLANK)]
    assert growth(panel_of(pairs), 5, years=3).verdict is Verdict.MET


def test_panel_minimum_is_the_plans():
    pairs = [(count(100), count(120))] * 4 + [(count(100), BLANK)]
    result = growth(panel_of(pairs), 5, years=3, min_panel=Decimal("80.1"))
    assert result.reason is Reason.PANEL_TOO_SMALL


def test_growth_needs_a_year_to_have_passed():
    with pytest.raises(ValueError, match="over 0 years"):
        growth(panel(100, 100), 5, years=0)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        # A leap year is not longer than another one.
        ((date(2023, 1, 1), date(2023, 12, 31)), (date(2024, 1, 1), date(2024, 12, 31)), True),
        ((date(2021, 12, 1), date(2022, 11, 30)), (date(2023, 12, 1), date(2024, 11, 30)), True),
        ((date(2021, 12, 15), date(2022, 12, 14)), (date(2024, 1, 1), date(2024, 12, 31)), True),
        ((date(2024, 1, 1), date(2024, 12, 31)), (date(2025, 1, 1), date(2025, 6, 30)), False),
        ((date(2024, 1, 1), date(2024, 12, 31)), (date(2024, 1, 1), date(2024, 11, 30)), False),
        ((date(2024, 1, 1), date(2024, 12, 31)), (date(2024, 1, 1), date(2024, 12, 30)), False),
    ],
)
def test_same_length(first, second, same):
    assert same_length(first, second) is same


# Horizons and pace


@pytest.mark.parametrize(
    ("target_year", "year", "expected"),
    [
        (2025, 2024, Horizon(2022, 2024)),
        (2025, 2025, Horizon(2022, 2025)),
        (2025, 2027, Horizon(2022, 2025)),  # after its year a target is computed at its year
        (2030, 2026, Horizon(2025, 2026)),  # the second one starts where the first one ended
        (2030, 2025, Horizon(2025, 2025)),
        (2030, 2024, Horizon(2025, 2024)),
    ],
)
def test_horizon(target_year, year, expected):
    found = horizon(target_year, year=year, baseline_year=2022, target_years=[2025, 2030])
    assert found == expected
    assert found.started is (expected.until > expected.base)


@pytest.mark.parametrize(
    ("target_year", "period_start", "base"),
    [
        (2030, 2026, 2025),  # "giai đoạn 2026 - 2030": the previous horizon all the same
        (2030, 2024, 2023),  # the plan's own words before the previous horizon
        (2025, 2024, 2023),
        (2025, 2021, 2022),  # nobody was asked before the baseline year
        (2025, 2025, 2024),  # one year of growth
        (2025, 2026, 2022),  # a period after its target says nothing
        (2030, None, 2025),
    ],
)
def test_period_of_a_target_gives_its_base_year(target_year, period_start, base):
    found = horizon(
        target_year,
        year=2030,
        baseline_year=2022,
        target_years=[2025, 2030],
        period_start=period_start,
    )
    assert found.base == base


@pytest.mark.parametrize(
    ("current", "expected"), [(1103, Pace.ON_TRACK), (1102, Pace.BEHIND)]
)  # two years at 5 %: 1102.5
def test_pace_of_growth_is_the_rule_at_this_year(current, expected):
    assert growth_pace(growth(panel(1000, current), 5, years=2)) is expected


def test_pace_of_growth_without_enough_figures_is_undetermined():
    assert growth_pace(growth(panel_of([(count(9), BLANK)]), 5, years=2)) is Pace.UNDETERMINED


def test_pace_of_growth_before_its_base_year_is_not_started():
    assert growth_pace(None) is Pace.NOT_STARTED


def test_growth_without_a_population_has_no_pace():
    assert growth_pace(growth(Panel(), 5, years=2)) is None


def test_gap_of_growth_is_in_points_a_year():
    assert growth_gap(growth(panel(100, 103), 5, years=1), 5) == 2
    assert growth_gap(growth(panel(100, 110), 5, years=1), 5) == 0
    assert growth_gap(growth(panel_of([(count(9), BLANK)]), 5, years=1), 5) is None


# Rates for reading


@pytest.mark.parametrize(
    ("base", "current", "years", "shown"),
    [
        (100, 121, 2, "10.0"),
        (1000, 1157, 3, "4.9"),  # 4.98…: beside "not met" it must not read 5.0
        (1000, 1158, 3, "5.0"),
        (1000, 1000, 3, "0.0"),
        (100_000, 99_950, 1, "-0.1"),  # a loss of 0.05 % is a loss
        (100, 97, 1, "-3.0"),
        (100, 0, 2, "-100.0"),
        (186_400, 211_000, 2, "6.3"),
    ],
)
def test_compound_rate_is_shown_rounded_down(base, current, years, shown):
    assert str(compound_rate(base, current, years)) == shown


def test_compound_rate_needs_a_base_and_a_year():
    assert compound_rate(0, 10, 3) is None
    assert compound_rate(10, 10, 0) is None


def test_rate_is_shown_although_the_panel_is_too_small():
    result = growth(panel_of([(count(100), count(110)), (count(900), BLANK)]), 5, years=1)
    assert (result.reason, result.rate) == (Reason.PANEL_TOO_SMALL, Decimal("10.0"))


def test_mean_of_yearly_rates_is_the_plain_mean():
    assert mean_of_yearly_rates([100, 110, 99]) == 0  # +10 %, −10 %
    assert mean_of_yearly_rates([100, 110, 132]) == 15


@pytest.mark.parametrize("sums", [[], [100], [0, 10, 20], [100, 0, 20]])
def test_mean_of_yearly_rates_needs_something_to_grow_from(sums):
    assert mean_of_yearly_rates(sums) is None


# By the mean of the yearly rates


def by_mean(sums, minimum, **more):
    """One museum with a count in every year."""
    whole = panel(sums[0], sums[-1])
    more = {"institutions": 1, "years": len(sums) - 1, **more}
    return mean_growth(whole, minimum, sums=sums, **more)


@pytest.mark.parametrize(
    ("sums", "minimum", "verdict", "rate"),
    [
        # +10 % and +5 %: (10 + 5) / 2 = 7.5.
        ([1000, 1100, 1155], "7.5", Verdict.MET, "7.5"),
        ([1000, 1100, 1155], "7.51", Verdict.NOT_MET, "7.5"),
        ([1000, 1100, 1154], "7.5", Verdict.NOT_MET, "7.4"),
        # +10 % and −10 %: a mean of 0, although visits fell from 100 to 99.
        ([100, 110, 99], "0", Verdict.MET, "0.0"),
        # +33,33… % and 0 %: 16,666… is neither rounded up nor read as 16,67.
        ([300, 400, 400], "16.66", Verdict.MET, "16.6"),
        ([300, 400, 400], "16.67", Verdict.NOT_MET, "16.6"),
        ([1000, 1050], "5", Verdict.MET, "5.0"),
        ([100, 0], "5", Verdict.NOT_MET, "-100.0"),
    ],
)
def test_mean_growth_compares_the_exact_mean(sums, minimum, verdict, rate):
    result = by_mean(sums, Decimal(minimum))
    assert (result.verdict, str(result.rate), result.method) == (verdict, rate, Method.MEAN)


def test_methods_may_disagree_on_the_same_visits():
    # (1155 / 1000)^(1/2) − 1 = 7,47… %: below what the plain mean of 10 % and 5 % reaches.
    assert growth(panel(1000, 1155), Decimal("7.5"), years=2).verdict is Verdict.NOT_MET
    assert by_mean([1000, 1100, 1155], Decimal("7.5")).verdict is Verdict.MET


@pytest.mark.parametrize(
    ("before", "rate", "needed"),
    [
        ([1000], "5", 1050),
        ([1000], "0.05", 1001),  # 1000.5
        ([1000, 1100], "7.5", 1155),  # 10 % so far: 5 % more
        ([1000, 1100], "5", 1100),  # 10 % so far: nothing more
        ([1000, 900, 990], "5", 1139),  # −10 %, +10 %: 15 % on 990 = 1138.5
        ([100, 300], "5", 0),  # 200 % so far: even nobody would do
    ],
)
def test_required_by_mean_is_left_to_the_last_year(before, rate, needed):
    assert required_by_mean(before, Decimal(rate)) == needed


def test_shortfall_by_mean_is_in_visits_of_the_last_year():
    result = by_mean([1000, 900, 990, 1100], 5)
    assert (result.required, result.shortfall) == (1139, 39)


@pytest.mark.parametrize(("maximum", "exceeded"), [("7.5", False), ("7.4", True)])
def test_range_by_mean_is_exceeded_above_its_upper_end(maximum, exceeded):
    result = by_mean([1000, 1100, 1155], 5, maximum=Decimal(maximum))
    assert (result.verdict, result.exceeded) == (Verdict.MET, exceeded)


@pytest.mark.parametrize(
    ("sums", "more", "reason"),
    [
        ([1000, 1100, 1155], {"every_year": False}, Reason.YEAR_MISSING),
        ([1000, 1100, 1155], {"same_periods": False}, Reason.PERIODS_DIFFER),
        ([0, 1100, 1155], {}, Reason.BASE_ZERO),
        ([1000, 0, 1155], {}, Reason.BASE_ZERO),
    ],
)
def test_mean_growth_is_undetermined_with_its_reason(sums, more, reason):
    result = by_mean(sums, 5, **more)
    assert (result.verdict, result.reason) == (Verdict.UNDETERMINED, reason)
    assert (result.required, result.shortfall) == (None, None)


def test_mean_growth_without_a_base_has_no_base():
    result = mean_growth(Panel(institutions=2), 5, sums=[], institutions=0, years=2)
    assert (result.verdict, result.reason) == (Verdict.UNDETERMINED, Reason.NO_BASE)


def test_mean_growth_of_nobody_is_no_population():
    result = mean_growth(Panel(), 5, sums=[], institutions=0, years=2)
    assert result.verdict is Verdict.NO_POPULATION


@pytest.mark.parametrize(
    ("institutions", "base", "verdict"),
    [
        (8, 800, Verdict.MET),  # 8 of 10 institutions and 800 of 1000 visits: exactly 80 %
        (7, 900, Verdict.UNDETERMINED),
        (9, 799, Verdict.UNDETERMINED),
    ],
)
def test_mean_growth_needs_enough_with_every_year(institutions, base, verdict):
    whole = Panel(10, 10, 0, 1000, 1200, 1000, 10)
    result = mean_growth(whole, 5, sums=[base, 900, 1000], institutions=institutions, years=2)
    assert result.verdict is verdict
    assert (result.panel.in_panel, result.panel.base) == (institutions, base)


def test_mean_growth_of_nobody_with_every_year_has_a_panel_too_small():
    result = mean_growth(panel(1000, 1200), 5, sums=[], institutions=0, years=2)
    assert (result.reason, result.rate) == (Reason.PANEL_TOO_SMALL, None)


def test_panel_with_every_year_is_never_more_than_the_whole():
    whole = Panel(institutions=3, in_panel=2, not_applicable=1, base=10, current=10)
    assert steady_panel(whole, [10, 10], 4).missing == 0


def test_gap_and_pace_follow_the_mean():
    result = by_mean([1000, 1100, 1155], 10)
    assert growth_gap(result, 10) == Fraction(5, 2)
    assert growth_pace(result) is Pace.BEHIND


def test_mean_growth_needs_a_year_to_have_passed():
    with pytest.raises(ValueError, match="over 0 years"):
        by_mean([1000], 5)


# Properties

bases = st.integers(1, 10**9)
rates = st.decimals(-20, 40, places=2, allow_nan=False, allow_infinity=False)
spans = st.integers(1, 8)


@settings(deadline=None)
@given(base=bases, rate=rates, years=spans)
def test_required_is_the_smallest_count_that_meets(base, rate, years):
    goal = required(base, rate, years)
    assert grown(base, goal, rate, years)
    assert goal == 0 or not grown(base, goal - 1, rate, years)


@settings(deadline=None)
@given(before=st.lists(bases, min_size=1, max_size=6), rate=rates)
def test_required_by_mean_is_the_smallest_count_that_meets(before, rate):
    goal = required_by_mean(before, rate)
    assert mean_of_yearly_rates([*before, goal]) >= Fraction(rate)
    assert goal == 0 or mean_of_yearly_rates([*before, goal - 1]) < Fraction(rate)


@settings(deadline=None)
@given(base=bases, current=st.integers(0, 10**9), rate=rates, years=spans)
def test_shortfall_turns_the_verdict(base, current, rate, years):
    lacking = growth(panel(base, current), rate, years=years).shortfall
    assert growth(panel(base, current + lacking), rate, years=years).verdict is Verdict.MET
    if lacking:
        almost: Growth = growth(panel(base, current + lacking - 1), rate, years=years)
        assert almost.verdict is Verdict.NOT_MET


@settings(deadline=None)
@given(base=bases, current=st.integers(0, 10**10), years=spans)
def test_compound_rate_is_the_largest_tenth_not_above_the_growth(base, current, years):
    rate = compound_rate(base, current, years)
    assert grown(base, current, rate, years)
    assert not grown(base, current, rate + Decimal("0.1"), years)


@settings(deadline=None)
@given(base=bases, current=st.integers(0, 10**9), rate=st.integers(-20, 40), years=spans)
def test_shown_rate_never_contradicts_the_verdict(base, current, rate, years):
    result = growth(panel(base, current), rate, years=years)
    assert (result.rate >= Fraction(rate)) is (result.verdict is Verdict.MET)
