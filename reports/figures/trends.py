"""The way of a target over the years, with the line that it is held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reports.figures.attainment import (
    Counts,
    Milestone,
    display_percent,
    line_at,
    projection,
)
from reports.figures.growth import (
    Panel,
    required,
)
from reports.figures.reading import Figures, is_growth
from targets.models import Target


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One year of a target's way. `counts` for coverage; for growth the visits of the panel.

    expected   what the way to the target asks for that year: percent, or visits of the same panel
    """

    year: int
    closed: bool
    value: Decimal | None
    possible: Decimal | None
    counts: Counts | None = None
    panel: Panel | None = None
    expected: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """Every year of one target up to the year looked at, and the line to it.

    line     (year, percent) from the first reported year to the target, through the earlier target
    steady   growth: (year, visits) of the institutions with a count in every year; comparable from
             year to year, unlike the panels, each of which has its own institutions
    steady_line   (year, visits) that the target asks of those same institutions
    """

    target: Target
    points: tuple[TrendPoint, ...]
    line: tuple[tuple[int, Fraction], ...] = ()
    projection: Fraction | None = None
    steady: tuple[tuple[int, int], ...] = ()
    steady_line: tuple[tuple[int, int], ...] = ()
    steady_institutions: int = 0


def trends(figures: Figures, targets: Iterable[Target]) -> list[Trend]:
    return [
        _growth_trend(figures, target) if is_growth(target) else _coverage_trend(figures, target)
        for target in targets
    ]


def _coverage_trend(figures: Figures, target: Target) -> Trend:
    reported = figures.reported(target)
    goal, line = Milestone(target.year, target.minimum), {}
    if reported and reported[0][0] < target.year:
        first_year, first = reported[0]
        start = Milestone(first_year, 100 * first.confirmed)
        line = {
            year: line_at(year, start, goal, figures.earlier(target))
            for year in range(first_year, target.year + 1)
        }
    points = []
    for year in figures.years:
        counts = figures.counts(target, year)
        points.append(
            TrendPoint(
                year=year,
                closed=figures.rounds[year].is_closed,
                # A year in which nobody was asked is a gap, not 0 %.
                value=display_percent(counts.yes, counts.n) if _answered(counts) else None,
                possible=display_percent(counts.most, counts.n),
                counts=counts,
                expected=line.get(year),
            )
        )
    return Trend(
        target=target,
        points=tuple(points),
        line=tuple(line.items()),
        projection=projection(reported, target.year) if figures.year < target.year else None,
    )


def _growth_trend(figures: Figures, target: Target) -> Trend:
    way = figures.horizon(target)
    points = []
    for year in figures.years:
        if way.base < year <= way.until:
            result = figures.growth(target, year)
            points.append(
                TrendPoint(
                    year=year,
                    closed=figures.rounds[year].is_closed,
                    value=result.rate,
                    possible=None,
                    panel=result.panel,
                    expected=None if result.required is None else Fraction(result.required),
                )
            )
    steady, institutions = figures.steady(target, way.until)
    base = dict(steady).get(way.base)
    return Trend(
        target=target,
        points=tuple(points),
        steady=steady,
        steady_line=tuple(
            (year, required(base, target.minimum, year - way.base))
            for year in range(way.base, target.year + 1)
        )
        if base
        else (),
        steady_institutions=institutions,
    )


def _answered(counts: Counts) -> bool:
    return bool(counts.yes or counts.no)
