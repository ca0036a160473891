"""Districts side by side, each held against the plan's common levels."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from institutions.models import AdministrativeUnit
from reports.figures.attainment import (
    Beside,
    Counts,
    beside_level,
    display_percent,
)
from reports.figures.reading import Figures, is_growth
from reports.models import Report
from targets.models import Target

DISTRICT = "district"
# Tiers whose institutions belong to the district they stand in; schools and barracks do not.
LOCAL_TIERS = frozenset({"district", "commune", "village"})


@dataclass(frozen=True, slots=True)
class DistrictColumn:
    """One indicator × tiers, with the target whose level the districts are held against.

    `tiers` are the local ones of the target: of "province and district" only the district.
    """

    target: Target
    tiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DistrictCell:
    counts: Counts
    value: Decimal | None
    beside: Beside


@dataclass(frozen=True, slots=True)
class DistrictRow:
    """One district; `report` is that of its own office, None if it has none in the round."""

    district: AdministrativeUnit
    cells: tuple[DistrictCell, ...]
    report: Report | None


@dataclass(frozen=True, slots=True)
class DistrictTable:
    """Districts side by side. `totals`: the same columns for the territory (numbers, no verdict).

    Institutions and communes outside any district are in the totals alone.
    """

    columns: tuple[DistrictColumn, ...]
    rows: tuple[DistrictRow, ...]
    totals: tuple[Counts, ...]


def district_table(figures: Figures) -> DistrictTable:
    columns = []
    for target in figures.targets:
        tiers = tuple(tier for tier in target.tiers if tier in LOCAL_TIERS)
        if tiers and not is_growth(target) and target == _level_of(figures, target):
            columns.append(DistrictColumn(target, tiers))
    cells: dict[tuple[int | None, int], Counts] = defaultdict(Counts)
    for place, column in enumerate(columns):
        if column.target.counts == Target.Counts.COMMUNE:
            parts = figures.communes.get((figures.year, figures.question(column.target)), ())
        else:
            parts = [
                group
                for group in figures.by_indicator[figures.year, column.target.indicator_id]
                if group.tier in column.tiers
            ]
        for part in parts:
            cells[part.district_id, place] += part.counts
    day = figures.round.as_of
    offices = {report.reporting_unit.administrative_unit_id: report for report in figures.reports}
    rows = [
        DistrictRow(
            district=district,
            cells=tuple(
                DistrictCell(
                    counts=(found := cells.get((district.pk, place), Counts())),
                    value=display_percent(found.yes, found.n),
                    beside=beside_level(found, column.target.minimum),
                )
                for place, column in enumerate(columns)
            ),
            report=offices.get(district.pk),
        )
        for district in figures.districts
        if district.valid_from <= day and (not district.valid_to or district.valid_to > day)
    ]
    totals = tuple(
        sum((c for (_, at), c in cells.items() if at == place), Counts())
        for place in range(len(columns))
    )
    return DistrictTable(tuple(columns), tuple(rows), totals)


def _level_of(figures: Figures, target: Target) -> Target:
    """Of the same targets the one whose level counts now: the next due, else the last."""
    siblings = sorted(figures.siblings(target), key=lambda other: other.year)
    return next((other for other in siblings if other.year >= figures.year), siblings[-1])
