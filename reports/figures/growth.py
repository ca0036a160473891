"""Growth of a yearly count against a target "on average at least v % a year" (rule 4).

Pure functions, design section 5, rule 4 (and the growth part of rule 5): no database, no Django.
Plans say "on average" and not which average, so a person chooses one per plan:

- compound (the default): c_Y·100ⁿ ≥ c_B·(100+v)ⁿ. The verdict compares integers and takes no root;
  the compound rate is for reading, and is found by an integer root, rounded down.
- mean: (r_1 + … + r_n) / n ≥ v, where r_i is the rate from one year to the next of the institutions
  that have a count in every year from the base to Y. Fractions, never rounded before comparing.

Both are shown; the verdict, the pace and the shortfall go by the plan's own.

A rate is compared on one panel only: institutions whose count is known in both years. One that was
not yet opened, or had closed, counts 0 (its visits are really gained or lost); a continued one
counts together with its successor; blank or not applicable in either year leaves both years.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import ceil

from reports.figures.attainment import Pace, Percent, Verdict, display_down

DEFAULT_MIN_PANEL = 80
"""Percent of institutions, and of base visits, below which no verdict is given."""


class Method(StrEnum):
    """Which average "on average v % a year" means; the plan says (PlanVersion.GrowthMethod)."""

    COMPOUND = "compound"
    MEAN = "mean"


class Reason(StrEnum):
    """Why there is no verdict on a growth target.

    base_zero     a year to grow from has a count of 0
    year_missing  by the mean of yearly rates: a year between had no round
    """

    NO_BASE = "no_base"
    BASE_ZERO = "base_zero"
    YEAR_MISSING = "year_missing"
    PERIODS_DIFFER = "periods_differ"
    PANEL_TOO_SMALL = "panel_too_small"


class Known(StrEnum):
    """What one institution's line says about its count in one year."""

    COUNT = "count"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    NOT_OPEN = "not_open"  # not yet opened, or closed: it counts 0


@dataclass(frozen=True, slots=True)
class Panel:
    """Counts of two years, summed over institutions (a continued one and its successor are one).

    institutions     all that have a line in either year
    in_panel         of those, with a known count (0 if not open) in both years
    not_applicable   left out because the question does not apply in one of the years
    base, current    visits of the panel in the base year and now: c_B, c_Y
    base_all         known base visits of all institutions, whether in the panel or not
    reported_base    institutions with a count in the base year; 0 means there is no base at all
    awaiting, returned   of those left out: what keeps this year's count from being counted
    """

    institutions: int = 0
    in_panel: int = 0
    not_applicable: int = 0
    base: int = 0
    current: int = 0
    base_all: int = 0
    reported_base: int = 0
    awaiting: int = 0
    returned: int = 0

    def __add__(self, other: Panel) -> Panel:
        return Panel(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Panel)))

    def __radd__(self, other: int) -> Panel:
        """Let `sum()` start from its own 0."""
        return self if other == 0 else NotImplemented

    @property
    def missing(self) -> int:
        """Institutions left out because a count is not reported in one of the years."""
        return self.institutions - self.in_panel - self.not_applicable

    def is_enough(self, min_panel: Percent = DEFAULT_MIN_PANEL) -> bool:
        """Whether the panel stands for the whole, by institutions and by base visits."""
        share = Fraction(min_panel)
        return (
            100 * self.in_panel >= share * self.institutions
            and 100 * self.base >= share * self.base_all
        )


def panel_of(
    pairs: Sequence[tuple[tuple[Known, int], tuple[Known, int]]],
) -> Panel:
    """Build a panel from one ((known, count) in base year, (known, count) now) per institution.

    The same figure as the query gives, from rows. Continuations are to be joined beforehand with
    `joined`.
    """
    total = Panel()
    for (base_known, base), (now_known, now) in pairs:
        known = {base_known, now_known}
        inside = known <= {Known.COUNT, Known.NOT_OPEN}
        total += Panel(
            institutions=1,
            in_panel=int(inside),
            not_applicable=int(Known.NOT_APPLICABLE in known),
            base=base if inside else 0,
            current=now if inside else 0,
            base_all=base if base_known is Known.COUNT else 0,
            reported_base=int(base_known is Known.COUNT),
        )
    return total


def joined(parts: Sequence[tuple[Known, int]]) -> tuple[Known, int]:
    """One year of an institution and those it continues: known only if every part is.

    Not open anywhere is not open; otherwise the counts add up, and one part that is blank or not
    applicable makes the whole so, since half a count would read as a change.
    """
    states = [known for known, _ in parts]
    for unknown in (Known.NOT_APPLICABLE, Known.BLANK):
        if unknown in states:
            return unknown, 0
    if all(known is Known.NOT_OPEN for known in states):
        return Known.NOT_OPEN, 0
    return Known.COUNT, sum(count for _, count in parts)


# The rule


def required(base: int, rate: Percent, years: int) -> int:
    """Smallest count that means growth of at least `rate` % a year on `base` over `years` years."""
    return ceil(base * ((100 + Fraction(rate)) / 100) ** years)


def grown(base: int, current: int, rate: Percent, years: int) -> bool:
    """c_Y·100ⁿ ≥ c_B·(100+v)ⁿ, exactly. `rate` may have decimals; `years` is at least 1."""
    v = Fraction(rate)
    numerator, scale = (100 * v.denominator + v.numerator), 100 * v.denominator
    return current * scale**years >= base * numerator**years


def same_length(first: tuple[date, date], second: tuple[date, date]) -> bool:
    """Whether two periods (first and last day) are equally long, in months and days.

    Counted in months because a year with 29 February is not a longer one.
    """
    return _length(*first) == _length(*second)


def _length(start: date, last: date) -> tuple[int, int]:
    end = last + timedelta(days=1)
    months = (end.year - start.year) * 12 + end.month - start.month
    days = end.day - start.day
    return (months, days) if days >= 0 else (months - 1, days + 31)


@dataclass(frozen=True, slots=True)
class Growth:
    """Rule 4 at one year.

    verdict    of the comparison itself; whether it is *the* verdict depends on the year
    panel      the institutions compared: those with both years, or by the mean those with every
               year (see `steady_panel`)
    reason     why it is undetermined, else None
    exceeded   above the upper end of a range (10-15 %: met from 10, exceeded above 15)
    required   visits of the last year that would meet the target; None without a verdict
    shortfall  visits lacking to it, 0 when met; None without a verdict
    years      n, whole years from the base to the year computed at
    sums       by the mean: the visits of each year, the base first
    """

    verdict: Verdict
    panel: Panel
    years: int
    reason: Reason | None = None
    exceeded: bool = False
    required: int | None = None
    shortfall: int | None = None
    method: Method = Method.COMPOUND
    sums: tuple[int, ...] = ()

    @property
    def rate(self) -> Decimal | None:
        """Yearly rate in percent by the method of the plan, one decimal, rounded down.

        Also given where the panel is too small for a verdict, never where there is no base.
        """
        if self.reason in (Reason.PERIODS_DIFFER, Reason.YEAR_MISSING):
            return None
        if self.method is Method.MEAN:
            mean = mean_of_yearly_rates(self.sums)
            return None if mean is None else display_down(mean)
        return compound_rate(self.panel.base, self.panel.current, self.years)


def growth(
    panel: Panel,
    minimum: Percent,
    *,
    years: int,
    maximum: Percent | None = None,
    min_panel: Percent = DEFAULT_MIN_PANEL,
    same_periods: bool = True,
) -> Growth:
    """Whether `panel` grew by at least `minimum` % a year over `years` years (at least 1)."""
    if years < 1:
        raise ValueError(f"growth over {years} years")
    if panel.institutions == 0:
        return Growth(Verdict.NO_POPULATION, panel, years)
    reason = None
    if panel.reported_base == 0:
        reason = Reason.NO_BASE
    elif not same_periods:
        reason = Reason.PERIODS_DIFFER
    elif not panel.is_enough(min_panel):
        reason = Reason.PANEL_TOO_SMALL
    elif panel.base == 0:
        reason = Reason.BASE_ZERO
    if reason is not None:
        return Growth(Verdict.UNDETERMINED, panel, years, reason=reason)
    met = grown(panel.base, panel.current, minimum, years)
    goal = required(panel.base, minimum, years)
    return Growth(
        verdict=Verdict.MET if met else Verdict.NOT_MET,
        panel=panel,
        years=years,
        exceeded=maximum is not None and panel.current > _exact(panel.base, maximum, years),
        required=goal,
        shortfall=max(0, goal - panel.current),
    )


def _exact(base: int, rate: Percent, years: int) -> Fraction:
    return base * ((100 + Fraction(rate)) / 100) ** years


# The same by the mean of the yearly rates


def steady_panel(panel: Panel, sums: Sequence[int], institutions: int) -> Panel:
    """Of all that `panel` was made of, those `institutions` that have a count in every year.

    `sums`: their visits, one sum a year, the base first. Whoever was opened or closed on the way,
    or goes on under another name, has not every year and is left out. One that is on the roster
    under two names at once is still one of the whole: there are never more than that.
    """
    most = panel.institutions - panel.not_applicable
    return replace(
        panel,
        in_panel=max(0, min(institutions, most)),
        base=sums[0] if sums else 0,
        current=sums[-1] if sums else 0,
    )


def mean_growth(
    panel: Panel,
    minimum: Percent,
    *,
    sums: Sequence[int],
    institutions: int,
    years: int,
    maximum: Percent | None = None,
    min_panel: Percent = DEFAULT_MIN_PANEL,
    same_periods: bool = True,
    every_year: bool = True,
) -> Growth:
    """Whether the yearly rates of `years` years (at least 1) are at least `minimum` % on average.

    `panel` is that of the base and the last year; `sums` and `institutions` are of those with a
    count in every year (see `steady_panel`), which have to be as large a part as the plan asks
    for. `every_year` tells whether each year between had a round, `same_periods` whether their
    counts are of periods of one length.
    """
    if years < 1:
        raise ValueError(f"growth over {years} years")
    sums = tuple(sums)
    steady = steady_panel(panel, sums, institutions)
    if panel.institutions == 0:
        return Growth(Verdict.NO_POPULATION, steady, years, method=Method.MEAN)
    reason = None
    if panel.reported_base == 0:
        reason = Reason.NO_BASE
    elif not every_year:
        reason = Reason.YEAR_MISSING
    elif not same_periods:
        reason = Reason.PERIODS_DIFFER
    elif len(sums) != years + 1 or not steady.is_enough(min_panel):
        reason = Reason.PANEL_TOO_SMALL
    elif 0 in sums[:-1]:
        reason = Reason.BASE_ZERO
    if reason is not None:
        return Growth(
            Verdict.UNDETERMINED, steady, years, reason=reason, method=Method.MEAN, sums=sums
        )
    mean = mean_of_yearly_rates(sums)
    goal = required_by_mean(sums[:-1], minimum)
    return Growth(
        verdict=Verdict.MET if mean >= Fraction(minimum) else Verdict.NOT_MET,
        panel=steady,
        years=years,
        exceeded=maximum is not None and mean > Fraction(maximum),
        required=goal,
        shortfall=max(0, goal - sums[-1]),
        method=Method.MEAN,
        sums=sums,
    )


def required_by_mean(before: Sequence[int], rate: Percent) -> int:
    """Smallest count of the next year that brings the mean of the yearly rates to `rate` %.

    `before`: the sums of the years already passed, the base first, none of them 0. The rates that
    they hold are fixed; the last one has to make up for the rest, from the last of the sums.
    """
    years = len(before)
    so_far = mean_of_yearly_rates(before) * (years - 1) if years > 1 else Fraction(0)
    last = years * Fraction(rate) - so_far
    return max(0, ceil(before[-1] * (100 + last) / 100))


@dataclass(frozen=True, slots=True)
class Horizon:
    """From which year to which a growth target is measured, read in one year.

    `until` never lies after the target's year: later years do not change the verdict. `started`
    is False up to the base year, where no year has passed that could have grown.
    """

    base: int
    until: int

    @property
    def years(self) -> int:
        return self.until - self.base

    @property
    def started(self) -> bool:
        return self.years >= 1


def horizon(
    target_year: int,
    *,
    year: int,
    baseline_year: int,
    target_years: Sequence[int],
    period_start: int | None = None,
) -> Horizon:
    """The first target runs from the plan's baseline year, a later one from the one before it.

    `target_years`: the years of all targets of the same indicator and tiers in the plan.

    A target that names its period ("giai đoạn 2026 - 2030", `period_start` 2026) grows in each
    year of it, the first one included, so its base is the year before: 2025. That is the same
    year as "from the previous horizon" wherever a plan's periods follow one another, and what the
    plan itself says where they do not. It is never before the baseline year, since that is the
    first year of which anybody was asked: "giai đoạn 2021 - 2025" of a plan with the baseline 2022
    is measured from 2022, the yearly rate being the same. A period that begins after its target's
    year says nothing and is passed over.
    """
    before = [y for y in target_years if y < target_year]
    base = max(before, default=baseline_year)
    if period_start is not None and period_start <= target_year:
        base = max(period_start - 1, min(baseline_year, target_year - 1))
    return Horizon(base=base, until=min(year, target_year))


def growth_pace(result: Growth | None) -> Pace | None:
    """Rule 4 at a year before the target's, read as pace. None of a result: not started."""
    if result is None:
        return Pace.NOT_STARTED
    return {
        Verdict.MET: Pace.ON_TRACK,
        Verdict.NOT_MET: Pace.BEHIND,
        Verdict.UNDETERMINED: Pace.UNDETERMINED,
        Verdict.NO_POPULATION: None,
    }[result.verdict]


def growth_gap(result: Growth, minimum: Percent) -> Fraction | None:
    """Percentage points a year from the plan's rate up to the target; None without a verdict."""
    if result.verdict not in (Verdict.MET, Verdict.NOT_MET):
        return None
    if result.method is Method.MEAN:
        return max(Fraction(0), Fraction(minimum) - mean_of_yearly_rates(result.sums))
    rate = compound_rate(result.panel.base, result.panel.current, result.years, places=6)
    return max(Fraction(0), Fraction(minimum) - Fraction(rate))


# For reading


def compound_rate(base: int, current: int, years: int, places: int = 1) -> Decimal | None:
    """Yearly percent that turns `base` into `current` in `years` years, rounded down.

    Found by an integer root, so exact: growth of precisely 5 % reads 5.0, one visit less 4.9. Down
    is towards minus infinity, so the slightest loss reads -0.1 and never "0.0". None if the base
    is 0 or no year has passed.
    """
    if base <= 0 or years < 1:
        return None
    scale = 10 ** (places + 2)
    root = _integer_root(current * scale**years // base, years)
    return Decimal(root - scale).scaleb(-places)


def _integer_root(value: int, degree: int) -> int:
    """Largest r with r**degree <= value, for value >= 0."""
    low, high = 0, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        if middle**degree <= value:
            low = middle
        else:
            high = middle - 1
    return low


def mean_of_yearly_rates(sums: Sequence[int]) -> Fraction | None:
    """Plain mean of the rates from year to year, in percent, exact.

    `sums`: visits of the institutions that have a count in every year, one sum a year, in order.
    None with fewer than two years or where a year to grow from is 0.
    """
    steps = list(pairwise(sums))
    if not steps or any(before == 0 for before, _ in steps):
        return None
    return sum(Fraction(100 * (after - before), before) for before, after in steps) / len(steps)
