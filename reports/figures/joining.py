"""One figure on a page: value, bar, words and the goals of all its target years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reports.figures.bars import Bar, Spark, draw_bar, draw_spark
from reports.figures.differences import differences
from reports.figures.goals import Goal, goal_of
from reports.figures.phrases import (
    coverage_notes,
    coverage_share,
    coverage_value,
    growth_notes,
    growth_share,
    growth_value,
    possible_words,
    shortfall_words,
    tiers_label,
)
from reports.figures.places import Place
from reports.figures.statuses import status_of, tally_key
from reports.figures.target_rows import TargetAttainment
from reports.figures.trends import Trend
from reports.figures.words import Status


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator × tiers with all its target years.

    `status` is what is said of the nearest target year that has not passed. `keys` are those of
    the counts above the table ("2025-met"), by which it can be narrowed. `differs`: how it stood
    when the year was closed and how it stands now, with the list of corrections at `errata_url`.
    """

    indicator: object
    tiers: tuple[str, ...]
    label: str
    value: str
    share: str
    url: str
    status: Status | None
    provisional: bool
    shortfall: str
    possible: str
    bar: Bar | None
    spark: Spark | None
    goals: tuple[Goal, ...]
    notes: tuple[str, ...]
    keys: frozenset[str]
    main: TargetAttainment
    rows: tuple[TargetAttainment, ...]
    differs: tuple[str, ...] = ()
    errata_url: str = ""

    @property
    def scope(self) -> str:
        """The tiers in words."""
        return tiers_label(self.tiers, self.indicator.kind)

    @property
    def is_part(self) -> bool:
        """Of a target over several tiers, one: without a verdict of its own."""
        return bool(self.main.part_of)


def figures(
    rows: Iterable[TargetAttainment], place: Place, trends: Mapping[int, Trend] | None = None
) -> list[Figure]:
    """Rows of the same indicator, tiers and unit of counting, joined over their target years."""
    rows = list(rows)
    years = sorted({row.target_year for row in rows})
    joined: dict[tuple, list[TargetAttainment]] = defaultdict(list)
    for row in rows:
        joined[row.target.indicator_id, row.tiers, row.target.counts, row.is_growth].append(row)
    return [figure(same, place, years, trends or {}) for same in joined.values()]


def figure(
    rows: Sequence[TargetAttainment],
    place: Place,
    target_years: Sequence[int],
    trends: Mapping[int, Trend],
) -> Figure:
    """One figure with the goals of all its target years."""
    rows = sorted(rows, key=lambda row: row.target_year)
    main = next((row for row in rows if row.target_year >= place.year), rows[-1])
    status = status_of(main)
    goals = tuple(goal_of(row, place, target_years, is_other=row is not main) for row in rows)
    counts = main.today or main.counts
    if main.is_growth:
        value, share = growth_value(main), growth_share(main)
        bar = None
        spark = draw_spark(main, status, trends.get(main.target.pk))
        possible = ""
        notes = growth_notes(main)
    else:
        value, share = coverage_value(counts, main), coverage_share(counts, main)
        # A single institution of a district is a yes or a no, held against no level.
        drawn = counts and counts.n and not (counts.n == 1 and main.beside)
        bar = draw_bar(counts, main, status, goals) if drawn else None
        spark, possible = None, possible_words(counts, main)
        notes = coverage_notes(counts, main)
    return Figure(
        indicator=main.indicator,
        tiers=main.tiers,
        label="",
        value=value,
        share=share,
        url=place.explain(main.target),
        status=status,
        provisional=main.provisional,
        shortfall=shortfall_words(main),
        possible=possible,
        bar=bar,
        spark=spark,
        goals=goals,
        notes=tuple(notes),
        keys=frozenset(tally_key(row) for row in rows),
        main=main,
        rows=tuple(rows),
        differs=(differs := differences(rows, is_now=place.is_now)),
        errata_url=_errata_url(rows, place) if differs else "",
    )


def _errata_url(rows: Sequence[TargetAttainment], place: Place) -> str:
    """The list of the year that was closed: the page's own, or of a verdict before it."""
    years = [row.figure_year for row in rows if row.other is not None]
    is_closed = place.round is not None and place.round.is_closed
    return place.errata(place.year if is_closed else min(years))
