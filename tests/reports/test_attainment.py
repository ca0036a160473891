"""Worked examples of design section 5, rules 1-3, 5 and 6."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.figures.attainment import (
    Answer,
    Beside,
    Counts,
    Milestone,
    Pace,
    Shortfall,
    Verdict,
    beside_level,
    commune_state,
    display_down,
    display_percent,
    exceeded,
    furthest,
    gap,
    line_at,
    needed,
    pace,
    projection,
    shortfall,
    standing,
    tally,
    verdict,
)

YES, NO, BLANK = Answer.YES, Answer.NO, Answer.NOT_REPORTED


def counts(n: int, yes: int, missing: int = 0, **other: int) -> Counts:
    return Counts(n=n, yes=yes, no=n - yes - missing, **other)


# Counting (rules 1 and 2)


def test_tally_keeps_not_applicable_out_of_the_population():
    assert tally([YES] * 5 + [Answer.NOT_APPLICABLE] * 3) == Counts(n=5, yes=5, not_applicable=3)


def test_tally_of_all_not_applicable_is_no_population():
    result = tally([Answer.NOT_APPLICABLE] * 3)
    assert (result.n, result.confirmed, result.possible) == (0, None, None)
    assert verdict(result, 70) is Verdict.NO_POPULATION


def test_missing_is_split_into_its_reasons():
    result = tally([YES, NO, BLANK, BLANK, Answer.AWAITING, Answer.RETURNED])
    assert (result.missing, result.not_reported, result.awaiting, result.returned) == (4, 2, 1, 1)
    assert result.confirmed == Fraction(1, 6)
    assert result.possible == Fraction(5, 6)


def test_counts_add_up_and_percentages_are_never_averaged():
    small, large = counts(1, 1), counts(9, 0)
    assert (small + large).confirmed == Fraction(1, 10)
    assert sum([small, large]) == counts(10, 1)


def test_union_of_tiers_has_one_verdict_although_a_part_is_below():
    province, district = counts(1, 1), counts(8, 5)
    assert verdict(district, 65) is Verdict.NOT_MET
    assert verdict(province + district, 65) is Verdict.MET


@pytest.mark.parametrize(
    "broken", [{"n": 1, "yes": 2}, {"n": -1}, {"n": 3, "awaiting": 2, "returned": 2}]
)
def test_counts_refuse_the_impossible(broken):
    with pytest.raises(ValueError, match=r"a count is below zero|more than the population"):
        Counts(**broken)


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([NO, YES], Answer.YES),
        ([BLANK, YES], Answer.YES),
        ([NO, NO], Answer.NO),
        ([NO, BLANK], Answer.NOT_REPORTED),
        ([NO, Answer.AWAITING], Answer.AWAITING),
        ([Answer.AWAITING, Answer.RETURNED], Answer.RETURNED),
        ([Answer.RETURNED, BLANK], Answer.NOT_REPORTED),
        ([NO, Answer.NOT_APPLICABLE], Answer.NO),
        ([Answer.NOT_APPLICABLE], Answer.NOT_APPLICABLE),
        ([], Answer.WITHOUT_INSTITUTION),
    ],
)
def test_commune_counts_as(answers, state):
    assert commune_state(answers) is state


def test_commune_without_institution_is_missing_and_countable():
    communes = [[YES], [NO], []]
    result = tally(commune_state(answers) for answers in communes)
    assert result == Counts(n=3, yes=1, no=1, without_institution=1)
    assert (result.missing, result.not_reported) == (1, 1)


# Verdict and shortfall (rule 3)


@pytest.mark.parametrize(
    ("n", "minimum", "goal"),
    [
        (8, 70, 6),  # the eight district libraries of Bắc Kạn
        (9, 60, 6),  # 5.4 centres: five are not enough
        (1718, 70, 1203),
        (108, 60, 65),
        (10, 70, 7),
        (8, Decimal("62.5"), 5),
        (8, Decimal("62.6"), 6),
        (0, 70, 0),
    ],
)
def test_needed_rounds_up(n, minimum, goal):
    assert needed(n, minimum) == goal


@pytest.mark.parametrize(
    ("figures", "minimum", "expected"),
    [
        (counts(8, 6), 70, Verdict.MET),
        (counts(8, 5), 70, Verdict.NOT_MET),
        (counts(8, 5, missing=1), 70, Verdict.UNDETERMINED),
        (counts(9, 6), 60, Verdict.MET),
        (counts(9, 5), 60, Verdict.NOT_MET),
        (counts(10, 7), 70, Verdict.MET),
        (counts(1718, 1202), 70, Verdict.NOT_MET),
        (counts(1718, 1203), 70, Verdict.MET),
        (counts(8, 5), Decimal("62.5"), Verdict.MET),
        (counts(8, 5), Decimal("62.51"), Verdict.NOT_MET),
        (counts(5, 0, missing=5), 100, Verdict.UNDETERMINED),
        (counts(5, 0, missing=4), 100, Verdict.NOT_MET),
        (counts(1, 1), 70, Verdict.MET),
        (counts(1, 0), 70, Verdict.NOT_MET),
        (Counts(), 70, Verdict.NO_POPULATION),
        (Counts(not_applicable=3), 70, Verdict.NO_POPULATION),
    ],
)
def test_verdict(figures, minimum, expected):
    assert verdict(figures, minimum) is expected


@pytest.mark.parametrize(
    ("figures", "minimum", "least", "most"),
    [
        (counts(108, 49, missing=10), 60, 6, 16),  # "còn thiếu 6–16 xã"
        (counts(108, 49), 60, 16, 16),
        (counts(8, 5, missing=1), 70, 0, 1),
        (counts(8, 6, missing=2), 70, 0, 0),
        (counts(8, 8), 70, 0, 0),
        (counts(1718, 1202), 70, 1, 1),
        (Counts(), 70, 0, 0),
    ],
)
def test_shortfall(figures, minimum, least, most):
    assert shortfall(figures, minimum) == Shortfall(minimum=least, maximum=most)


def test_exceeded_is_strictly_above_the_upper_end():
    assert not exceeded(counts(10, 8), 80)
    assert exceeded(counts(10, 9), 80)
    assert not exceeded(counts(10, 10), None)


def test_before_the_target_year_there_is_no_verdict():
    result = standing(70, year=2024, target_year=2025, counts=counts(8, 5), closed=True)
    assert (result.verdict, result.early, result.provisional) == (None, False, False)


def test_before_the_target_year_a_reached_level_is_early():
    result = standing(70, year=2024, target_year=2025, counts=counts(8, 6), closed=True)
    assert (result.verdict, result.early) == (None, True)


@pytest.mark.parametrize("closed", [False, True])
def test_in_the_target_year_the_verdict_is_provisional_until_closed(closed):
    result = standing(70, year=2025, target_year=2025, counts=counts(8, 6), closed=closed)
    assert (result.verdict, result.provisional) == (Verdict.MET, not closed)


def test_after_the_target_year_the_verdict_stays_as_closed():
    result = standing(
        70,
        year=2026,
        target_year=2025,
        counts=counts(8, 8),
        closed=True,
        counts_in_target_year=counts(8, 5),
    )
    assert (result.verdict, result.counts, result.today) == (
        Verdict.NOT_MET,
        counts(8, 5),
        counts(8, 8),
    )


def test_after_a_target_year_without_a_round_nothing_can_be_said():
    result = standing(70, year=2026, target_year=2025, counts=counts(8, 8), closed=False)
    assert (result.verdict, result.today) == (Verdict.UNDETERMINED, counts(8, 8))


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        (counts(14, 6), Beside.ABOVE_OR_EQUAL),  # 42.9 % beside 40 %
        (counts(10, 4), Beside.ABOVE_OR_EQUAL),
        (counts(14, 5), Beside.BELOW),
        (counts(10, 0, missing=10), Beside.UNDETERMINED),
        (counts(1, 1), Beside.YES),
        (counts(1, 0), Beside.NO),
        (counts(1, 0, missing=1), Beside.UNDETERMINED),
        (Counts(), Beside.NO_POPULATION),
    ],
)
def test_district_stands_beside_the_common_level(figures, expected):
    assert beside_level(figures, 40) is expected


# Pace (rule 5)


def test_line_goes_straight_without_an_earlier_target():
    assert line_at(2025, Milestone(2022, 10), Milestone(2030, 50)) == 25


def test_line_goes_through_the_earlier_target():
    start, knee, goal = Milestone(2022, 10), Milestone(2025, 40), Milestone(2030, 50)
    assert [line_at(y, start, goal, [knee]) for y in (2022, 2024, 2025, 2026, 2030)] == [
        10,
        30,
        40,
        42,
        50,
    ]


def test_line_goes_through_every_earlier_target():
    # A plan with three horizons: in 2024 the way to 2030 asks for no more than the way to 2025.
    start, goal = Milestone(2022, 10), Milestone(2030, 90)
    knees = [Milestone(2028, 80), Milestone(2025, 40)]
    assert [line_at(y, start, goal, knees) for y in (2024, 2025, 2026, 2028, 2029)] == [
        30,
        40,
        Fraction(160, 3),
        80,
        85,
    ]


def test_line_forgets_an_earlier_target_that_lies_before_the_first_reported_year():
    start, knee, goal = Milestone(2026, 30), Milestone(2025, 40), Milestone(2030, 50)
    assert line_at(2028, start, goal, [knee]) == 40


def test_line_is_never_above_the_target():
    assert line_at(2024, Milestone(2022, 90), Milestone(2025, 70)) == 70


FIRST = (2022, counts(108, 30))  # 27.8 %
GOAL, KNEE = Milestone(2030, 50), Milestone(2025, 40)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        # In 2024 the line asks for 27.8 + (40 − 27.8)·2/3 = 35.9 %: 38 of 108 communes.
        (counts(108, 38), Pace.ON_TRACK),
        (counts(108, 37), Pace.BEHIND),
        (counts(108, 37, missing=1), Pace.UNDETERMINED),
        (counts(108, 30, missing=7), Pace.BEHIND),
    ],
)
def test_pace_in_whole_institutions(figures, expected):
    result = pace(figures, GOAL, year=2024, first=FIRST, earlier=[KNEE])
    assert (result.pace, result.required, result.since) == (expected, 38, 2022)


def test_pace_after_the_knee_uses_the_second_leg():
    result = pace(counts(108, 45), GOAL, year=2026, first=FIRST, earlier=[KNEE])
    assert (result.line, result.required, result.pace) == (42, 45, Pace.ON_TRACK)


def test_pace_is_on_track_once_the_target_itself_is_reached():
    first = (2022, counts(8, 8))
    assert pace(counts(8, 6), Milestone(2025, 70), year=2024, first=first).pace is Pace.ON_TRACK


@pytest.mark.parametrize("first", [None, (2023, counts(8, 3)), (2022, Counts())])
def test_pace_is_too_early_without_an_earlier_reported_year(first):
    result = pace(counts(8, 3), Milestone(2025, 70), year=2023, first=first)
    assert (result.pace, result.line, result.required) == (Pace.TOO_EARLY, None, None)


def test_pace_needs_no_line_for_a_level_already_reached():
    result = pace(counts(8, 6), Milestone(2025, 70), year=2023, first=None)
    assert (result.pace, result.needed_per_year) == (Pace.ON_TRACK, 0)


@pytest.mark.parametrize("figures", [counts(1, 0), counts(1, 1), Counts()])
def test_no_pace_for_one_institution_or_none(figures):
    assert pace(figures, GOAL, year=2024, first=(2022, counts(1, 0))) is None


def test_no_pace_for_a_milestone():
    assert pace(counts(3, 1), GOAL, year=2024, first=(2022, counts(3, 0)), milestone=True) is None


@pytest.mark.parametrize("year", [2030, 2031])
def test_no_pace_in_and_after_the_target_year(year):
    assert pace(counts(108, 30), GOAL, year=year, first=FIRST) is None


@pytest.mark.parametrize(
    ("yes", "year", "per_year"),
    [
        (49, 2025, 8),  # 80 % of 108 = 87 communes; 38 lacking over five years
        (52, 2025, 7),
        (86, 2029, 1),
        (87, 2029, 0),
    ],
)
def test_needed_per_year_rounds_up(yes, year, per_year):
    result = pace(counts(108, yes), Milestone(2030, 80), year=year, first=FIRST)
    assert result.needed_per_year == per_year


def test_projection_goes_on_as_it_went():
    reported = [(2022, counts(100, 10)), (2023, counts(100, 20)), (2024, counts(100, 30))]
    assert projection(reported, 2027) == 60
    assert projection(reported, 2040) == 100


def test_projection_needs_three_reported_years():
    assert projection([(2022, counts(9, 1)), (2023, counts(9, 2)), (2024, Counts())], 2030) is None


# Sums, gaps and display (rules 5 and 6)


def test_gap_is_measured_from_the_possible_value():
    assert gap(counts(5, 1, missing=3), 100) == 20
    assert gap(counts(8, 5, missing=1), 70) == 0
    assert gap(Counts(), 70) is None


def test_furthest_is_the_largest_gap():
    assert furthest([Fraction(3), None, Fraction(20), Fraction(20), Fraction(0)]) == 2
    assert furthest([None, Fraction(0)]) is None
    assert furthest([]) is None


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [
        (1202, 1718, "69.9"),  # 69.965…: beside "not met" it must not read 70.0
        (1203, 1718, "70.0"),
        (999, 1000, "99.9"),
        (9999, 10000, "99.9"),
        (5, 8, "62.5"),
        (2, 3, "66.6"),
        (0, 8, "0.0"),
        (8, 8, "100.0"),
    ],
)
def test_percent_is_shown_rounded_down(numerator, denominator, shown):
    assert str(display_percent(numerator, denominator)) == shown


def test_percent_of_nothing_is_not_zero():
    assert display_percent(0, 0) is None


@pytest.mark.parametrize(
    ("value", "shown"), [(Fraction(-1, 20), "-0.1"), (Decimal("6.19"), "6.1"), (70, "70.0")]
)
def test_display_goes_down_below_zero_too(value, shown):
    assert str(display_down(value)) == shown


# Properties

populations = st.lists(st.sampled_from([YES, NO, Answer.NOT_APPLICABLE]), max_size=40)
minimums = st.one_of(
    st.integers(0, 100), st.decimals(0, 100, places=2, allow_nan=False, allow_infinity=False)
)


@settings(deadline=None)
@given(final=st.lists(st.sampled_from([YES, NO]), min_size=1, max_size=40), data=st.data())
def test_confirmed_never_passes_the_final_value_nor_final_the_possible(final, data):
    order = data.draw(st.permutations(range(len(final))))
    answers = [BLANK] * len(final)
    end = tally(final).confirmed
    for place in order:
        before = tally(answers)
        assert before.confirmed <= end <= before.possible
        answers[place] = final[place]
        after = tally(answers)
        assert before.confirmed <= after.confirmed <= after.possible <= before.possible
    assert tally(answers).confirmed == tally(answers).possible == end


@settings(deadline=None)
@given(final=st.lists(st.sampled_from([YES, NO]), min_size=1), minimum=minimums, data=st.data())
def test_a_determined_verdict_is_never_taken_back(final, minimum, data):
    known = data.draw(st.lists(st.booleans(), min_size=len(final), max_size=len(final)))
    partly = tally(a if k else BLANK for a, k in zip(final, known, strict=True))
    if (early := verdict(partly, minimum)) is not Verdict.UNDETERMINED:
        assert early is verdict(tally(final), minimum)


@settings(deadline=None)
@given(n=st.integers(1, 120), data=st.data(), minimum=minimums)
def test_shortfall_equals_brute_force(n, data, minimum):
    yes = data.draw(st.integers(0, n))
    missing = data.draw(st.integers(0, n - yes))
    figures = counts(n, yes, missing=missing)

    def lacking(have: int) -> int:
        return next(
            more for more in range(n + 1) if Fraction(100 * (have + more), n) >= Fraction(minimum)
        )

    assert shortfall(figures, minimum) == Shortfall(lacking(yes + missing), lacking(yes))


@settings(deadline=None)
@given(n=st.integers(1, 3000), data=st.data(), minimum=minimums)
def test_verdict_turns_exactly_at_the_shortfall(n, data, minimum):
    yes = data.draw(st.integers(0, n))
    lacking = shortfall(counts(n, yes), minimum).maximum
    assert verdict(counts(n, yes + lacking), minimum) is Verdict.MET
    if lacking:
        assert verdict(counts(n, yes + lacking - 1), minimum) is Verdict.NOT_MET


@settings(deadline=None)
@given(answers=populations, minimum=st.integers(0, 100))
def test_shown_percent_never_contradicts_not_met(answers, minimum):
    figures = tally(answers)
    shown = display_percent(figures.yes, figures.n)
    if verdict(figures, minimum) is Verdict.NOT_MET:
        assert shown < minimum
    elif verdict(figures, minimum) is Verdict.MET:
        assert shown >= minimum
