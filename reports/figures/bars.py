"""The bar and the small line beside a figure: lengths as text that no locale may touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from reports.figures import words
from reports.figures.attainment import Counts
from reports.figures.goals import Goal
from reports.figures.target_rows import TargetAttainment
from reports.figures.trends import Trend
from reports.figures.words import Status


@dataclass(frozen=True, slots=True)
class Mark:
    """A target's place on a bar; lengths as text that no locale may touch."""

    code: str
    position: str
    width: str
    shift: str


@dataclass(frozen=True, slots=True)
class Bar:
    code: str
    confirmed: str
    possible: str
    has_possible: bool
    marks: tuple[Mark, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line of yearly sums, and dashed what the target asks of them."""

    code: str
    actual: str
    wanted: str
    end_x: str
    end_y: str
    label: str


def draw_bar(
    counts: Counts, row: TargetAttainment, status: Status | None, goals: Sequence[Goal]
) -> Bar:
    marks = []
    # The later mark first, so that the nearer one lies on top where both are at 100 %.
    for goal in reversed(goals):
        share = words.width(Fraction(goal.target.minimum) / 100)
        if goal.mark:
            marks.append(Mark("mark-2030", share, "5", "-2.5"))
        else:
            marks.append(Mark("mark-2025", share, "4", "-2"))
    levels = ", ".join(
        _("target %(year)s: %(level)s") % {"year": goal.year, "level": goal.level} for goal in goals
    )
    value = words.percent(100 * counts.confirmed)
    if counts.missing:
        label = _("Confirmed %(value)s, can reach %(possible)s; %(levels)s") % {
            "value": value,
            "possible": words.percent(100 * counts.possible),
            "levels": levels,
        }
    else:
        label = _("Confirmed %(value)s; %(levels)s") % {"value": value, "levels": levels}
    return Bar(
        code=_bar_code(status),
        confirmed=words.width(counts.confirmed),
        possible=words.width(Fraction(counts.missing, counts.n)),
        has_possible=counts.missing > 0,
        marks=tuple(marks),
        label=label,
    )


def _bar_code(status: Status | None) -> str:
    """A bar of which nothing is said yet is grey, like one that cannot be decided."""
    return "undetermined" if status is None or status.code in ("later", "ended") else status.code


def draw_spark(row: TargetAttainment, status: Status | None, trend: Trend | None) -> Spark | None:
    if trend is None or len(trend.steady) < 2:
        return None
    years = [year for year, _total in trend.steady]
    wanted = [(year, total) for year, total in trend.steady_line if year <= years[-1]]
    totals = [total for _year, total in (*trend.steady, *wanted)]
    low, high = min(totals), max(totals)

    def points(series: Sequence[tuple[int, int]]) -> str:
        return " ".join(f"{x(year)},{y(total)}" for year, total in series)

    def x(year: int) -> str:
        return f"{4 + 152 * (year - years[0]) / max(1, years[-1] - years[0]):.1f}"

    def y(total: int) -> str:
        return f"{30 - 26 * (total - low) / max(1, high - low):.1f}"

    return Spark(
        code=_bar_code(status),
        actual=points(trend.steady),
        wanted=points(wanted),
        end_x=x(years[-1]),
        end_y=y(trend.steady[-1][1]),
        label=", ".join(f"{year}: {words.visits(total)}" for year, total in trend.steady),
    )
