"""How far a target is reached: counting, verdict, shortfall, pace.

The rules of design section 5 (1-3, 5 and 6) as pure functions: no database, no Django. Everything
is an integer, a `Fraction` or a `Decimal`; a comparison with a target is exact and nothing is
rounded before it. Rounding happens in the `display_…` functions alone, and always down, so that
1,202 of 1,718 (69.965… %) never stands as 70.0 % beside "not met".

Percentages are percentages throughout: a target of 70 % is `Decimal(70)`, not 0.7.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

Percent = int | Decimal | Fraction
"""An exact percentage. Floats are not accepted: 0.1 + 0.2 would decide a verdict."""


class Verdict(StrEnum):
    """What is said about a target in its year (rule 3)."""

    MET = "met"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"
    NO_POPULATION = "no_population"


class Pace(StrEnum):
    """What is said about a target before its year (rule 5)."""

    ON_TRACK = "on_track"
    BEHIND = "behind"
    UNDETERMINED = "undetermined"
    TOO_EARLY = "too_early"
    NOT_STARTED = "not_started"


class Beside(StrEnum):
    """A part of the territory beside the level that the plan sets for the whole (rule 3).

    Never a verdict: the plan gives a district no target of its own.
    """

    ABOVE_OR_EQUAL = "above_or_equal"
    BELOW = "below"
    UNDETERMINED = "undetermined"
    YES = "yes"
    NO = "no"
    NO_POPULATION = "no_population"


class Answer(StrEnum):
    """What one unit (institution or commune) contributes to a coverage figure."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"
    AWAITING = "awaiting"
    RETURNED = "returned"
    NOT_REPORTED = "not_reported"
    WITHOUT_INSTITUTION = "without_institution"


@dataclass(frozen=True, slots=True)
class Counts:
    """How the units of one population answered one question.

    `n` leaves out those the question does not apply to; they are kept in `not_applicable`, which
    is shown beside the figure. `awaiting` and `returned` are parts of what is missing, and so is
    `without_institution`: communes that have no institution which could answer.
    Counts of disjoint populations add up; percentages never do (rule 6).
    """

    n: int = 0
    yes: int = 0
    no: int = 0
    not_applicable: int = 0
    awaiting: int = 0
    returned: int = 0
    without_institution: int = 0

    def __post_init__(self) -> None:
        if min(getattr(self, field.name) for field in fields(self)) < 0:
            raise ValueError(f"a count is below zero: {self!r}")
        if self.not_reported < self.without_institution:
            raise ValueError(f"the parts are more than the population: {self!r}")

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Counts)))

    def __radd__(self, other: int) -> Counts:
        """Let `sum()` start from its own 0."""
        return self if other == 0 else NotImplemented

    @property
    def missing(self) -> int:
        """Units without an answer that counts."""
        return self.n - self.yes - self.no

    @property
    def not_reported(self) -> int:
        """Of the missing: neither awaiting approval nor returned."""
        return self.missing - self.awaiting - self.returned

    @property
    def most(self) -> int:
        """`yes` if every missing unit turned out a yes."""
        return self.yes + self.missing

    @property
    def confirmed(self) -> Fraction | None:
        """yes/N, or None where there is no population."""
        return Fraction(self.yes, self.n) if self.n else None

    @property
    def possible(self) -> Fraction | None:
        """(yes + missing)/N: what the figure can still become."""
        return Fraction(self.most, self.n) if self.n else None


def tally(answers: Iterable[Answer]) -> Counts:
    """Count answers, one per unit. The same figure as the query gives, from rows."""
    found = dict.fromkeys(Answer, 0)
    for answer in answers:
        found[answer] += 1
    return Counts(
        n=sum(found.values()) - found[Answer.NOT_APPLICABLE],
        yes=found[Answer.YES],
        no=found[Answer.NO],
        not_applicable=found[Answer.NOT_APPLICABLE],
        awaiting=found[Answer.AWAITING],
        returned=found[Answer.RETURNED],
        without_institution=found[Answer.WITHOUT_INSTITUTION],
    )


def commune_state(answers: Iterable[Answer]) -> Answer:
    """What a commune counts as, from the answers of its institutions (rule 1).

    Yes if any institution is a yes; no if all answered and none is; else missing. Institutions the
    question does not apply to have answered, but say nothing: a commune with only such ones is
    not applicable itself. A commune without an institution is missing, and named as such so that
    the Department can list it. A missing commune takes the least advanced of its reasons, since
    that one keeps it open: not reported, then returned, then awaiting.
    """
    found = set(answers)
    if not found:
        return Answer.WITHOUT_INSTITUTION
    if Answer.YES in found:
        return Answer.YES
    for reason in (Answer.NOT_REPORTED, Answer.RETURNED, Answer.AWAITING):
        if reason in found:
            return reason
    return Answer.NO if Answer.NO in found else Answer.NOT_APPLICABLE


# Verdict and shortfall (rule 3)


def needed(n: int, minimum: Percent) -> int:
    """How many of `n` units make `minimum` percent: ⌈v·N/100⌉. 70 % of 8 → 6, 60 % of 9 → 6."""
    return ceil(Fraction(minimum) * n / 100)


def verdict(counts: Counts, minimum: Percent) -> Verdict:
    """The verdict on a coverage target of at least `minimum` percent.

    Not met is said only when not even every missing unit could still bring the level.
    """
    if counts.n == 0:
        return Verdict.NO_POPULATION
    level = Fraction(minimum) * counts.n
    if 100 * counts.yes >= level:
        return Verdict.MET
    if 100 * counts.most < level:
        return Verdict.NOT_MET
    return Verdict.UNDETERMINED


def exceeded(counts: Counts, maximum: Percent | None) -> bool:
    """Whether a range "from … to …" is surpassed. A single figure has no upper end."""
    return maximum is not None and 100 * counts.yes > Fraction(maximum) * counts.n


@dataclass(frozen=True, slots=True)
class Shortfall:
    """How much is lacking, in institutions (communes, visits): at least and at most."""

    minimum: int
    maximum: int


def shortfall(counts: Counts, minimum: Percent) -> Shortfall:
    """Units still lacking: at most against what is confirmed, at least against what is possible.

    49 yes and 10 missing of 108 communes, 60 %: 65 needed, so 6 to 16 are lacking.
    """
    goal = needed(counts.n, minimum)
    return Shortfall(minimum=max(0, goal - counts.most), maximum=max(0, goal - counts.yes))


def gap(counts: Counts, minimum: Percent) -> Fraction | None:
    """Percentage points from the possible value up to the target, 0 if it can be reached (rule 6).

    "Furthest" is the target with the largest gap; see `furthest`. None without a population.
    """
    if counts.possible is None:
        return None
    return max(Fraction(0), Fraction(minimum) - 100 * counts.possible)


def furthest(gaps: Sequence[Fraction | None]) -> int | None:
    """The place of the largest gap above zero (the first one on a tie), or None (rule 6)."""
    best = None
    for place, size in enumerate(gaps):
        if size and size > (gaps[best] if best is not None else 0):
            best = place
    return best


@dataclass(frozen=True, slots=True)
class Standing:
    """A target as it is to be read in one year (rule 3).

    verdict      None before the target's year, which is no failure.
    provisional  the round of the target's year is not closed; the verdict can still change.
    early        before the target's year, and the level is already reached.
    counts       what the verdict was reached on: of the target's year, or of today before it.
    today        after the target's year: the figure of the later year, shown beside the verdict.
    """

    verdict: Verdict | None
    provisional: bool
    early: bool
    counts: Counts
    today: Counts | None = None


def standing(
    minimum: Percent,
    *,
    year: int,
    target_year: int,
    counts: Counts,
    closed: bool,
    counts_in_target_year: Counts | None = None,
) -> Standing:
    """Read a coverage target of `target_year` in `year`.

    `counts` are those of `year`; `closed` tells whether the round of the target's year (before it:
    irrelevant) is closed. After the target's year pass `counts_in_target_year`: the verdict stays
    as that year closed. Without them, no round was held in the target's year, and nothing later
    can make up for it: undetermined.
    """
    if year < target_year:
        early = verdict(counts, minimum) is Verdict.MET
        return Standing(verdict=None, provisional=False, early=early, counts=counts)
    if year == target_year:
        return Standing(
            verdict=verdict(counts, minimum), provisional=not closed, early=False, counts=counts
        )
    if counts_in_target_year is None:
        return Standing(Verdict.UNDETERMINED, False, False, counts=Counts(), today=counts)
    return Standing(
        verdict=verdict(counts_in_target_year, minimum),
        provisional=not closed,
        early=False,
        counts=counts_in_target_year,
        today=counts,
    )


def beside_level(counts: Counts, level: Percent) -> Beside:
    """A district (or one unit's institutions) beside the level set for the whole territory.

    A single institution is only a yes or a no: 70 % of one library has no partial state.
    """
    if counts.n == 0:
        return Beside.NO_POPULATION
    if counts.n == 1:
        if counts.missing:
            return Beside.UNDETERMINED
        return Beside.YES if counts.yes else Beside.NO
    return {
        Verdict.MET: Beside.ABOVE_OR_EQUAL,
        Verdict.NOT_MET: Beside.BELOW,
        Verdict.UNDETERMINED: Beside.UNDETERMINED,
    }[verdict(counts, level)]


# Pace (rule 5)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A point of the way: `percent` in `year`. A target, or what was first reported."""

    year: int
    percent: Percent


@dataclass(frozen=True, slots=True)
class PaceResult:
    """Where a target of a later year stands.

    line             percent that the line asks for this year; None where there is no line yet
    required         the same in units, rounded down
    needed_per_year  units a year from now on; 0 once the level is reached
    since            first reported year, where the line begins
    """

    pace: Pace
    needed_per_year: int
    line: Fraction | None = None
    required: int | None = None
    since: int | None = None


def line_at(
    year: int, start: Milestone, goal: Milestone, knees: Iterable[Milestone] = ()
) -> Fraction:
    """Percent that the line from `start` to `goal` asks for in `year`, never above the goal.

    It goes through `knees`, the plan's earlier targets, as far as they lie between the two.
    """
    between = [knee for knee in knees if start.year < knee.year < goal.year]
    way = [start, *sorted(between, key=lambda knee: knee.year), goal]
    start, end = next(leg for leg in pairwise(way) if year <= leg[1].year)
    low, high = Fraction(start.percent), Fraction(end.percent)
    here = low + (high - low) * Fraction(year - start.year, end.year - start.year)
    return min(here, Fraction(goal.percent))


def pace(
    counts: Counts,
    target: Milestone,
    *,
    year: int,
    first: tuple[int, Counts] | None,
    earlier: Iterable[Milestone] = (),
    milestone: bool = False,
) -> PaceResult | None:
    """How a coverage target of a later year is coming along, or None where pace says nothing.

    `first` is the first reported year with its counts; a year that is not before `year` draws no
    line yet. None for `year >= target.year`, for a milestone (done or not), and for a population
    of one or none: a line through a single institution would call it late by a fraction of itself.
    """
    if year >= target.year or milestone or counts.n <= 1:
        return None
    lacking = shortfall(counts, target.percent).maximum
    per_year = ceil(Fraction(lacking, target.year - year))
    begun = first is not None and first[0] < year and first[1].confirmed is not None
    if not begun:
        # What is reached needs no line to be on track.
        state = Pace.TOO_EARLY if lacking else Pace.ON_TRACK
        return PaceResult(state, per_year)
    first_year, first_counts = first
    line = line_at(year, Milestone(first_year, 100 * first_counts.confirmed), target, earlier)
    required = floor(line * counts.n / 100)
    if counts.yes >= required or not lacking:
        state = Pace.ON_TRACK
    elif counts.most < required:
        state = Pace.BEHIND
    else:
        state = Pace.UNDETERMINED
    return PaceResult(state, per_year, line=line, required=required, since=first_year)


def projection(reported: Sequence[tuple[int, Counts]], year: int) -> Fraction | None:
    """Percent expected in `year` if the reported years go on as they did: least squares, 0 to 100.

    None below three reported years: two points would draw any line. Always shown as a projection,
    never judged.
    """
    points = [(y, 100 * counts.confirmed) for y, counts in reported if counts.confirmed is not None]
    if len({y for y, _ in points}) < 3:
        return None
    mean_x = Fraction(sum(x for x, _ in points), len(points))
    mean_y = Fraction(sum(value for _, value in points), len(points))
    slope = sum((x - mean_x) * (value - mean_y) for x, value in points) / sum(
        (x - mean_x) ** 2 for x, _ in points
    )
    return min(Fraction(100), max(Fraction(0), mean_y + slope * (year - mean_x)))


# Display: the only place where anything is rounded, and always down


def display_down(value: Percent, places: int = 1) -> Decimal:
    """Round down (towards minus infinity) to `places` decimals.

    Downwards below zero as well: a loss of 0.05 % shows as -0.1, never as "0.0".
    """
    return Decimal(floor(Fraction(value) * 10**places)).scaleb(-places)


def display_percent(numerator: int, denominator: int) -> Decimal | None:
    """Percent with one decimal, rounded down: 1202 of 1718 → 69.9. None for a denominator of 0."""
    return display_down(Fraction(100 * numerator, denominator)) if denominator else None
