"""What the dashboards show: every target of a territory in one year, with its standing.

Counts come from `counts.py`, judgement from `attainment.py` and `growth.py`; this module puts the
two together and names the plan, the round, the cut-off and the map that each figure belongs to.
Nothing is rounded or compared here. A board reads a fixed number of queries, at most seven,
whatever the number of institutions, targets and years:

targets with their plan version · rounds · coverage · growth panels · communes (only if a target
counts communes) · districts · reports with their units (only for districts and completeness).

Once a round is closed, one more for what was corrected since (`as_closed.py`). If anything was,
coverage, panels and communes are read a second time, for the figures of today beside those of the
closing, and again for each earlier target year whose verdict stood before a correction.

`known`: rounds and errata that the caller has read already.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from institutions.models import AdministrativeUnit, ReportingUnit
from reports.figures.as_closed import Basis, Errata
from reports.figures.completeness import Completeness, completeness_of
from reports.figures.counts import Within
from reports.figures.districts import DistrictTable, district_table
from reports.figures.reading import Figures, Known, NoRound, map_code
from reports.figures.target_rows import (
    HorizonSummary,
    TargetAttainment,
    compared_rows,
    summaries,
    target_rows,
)
from reports.figures.trends import Trend, trends
from reports.models import ReportingRound
from targets.models import PlanVersion, Target


@dataclass(frozen=True, slots=True)
class ProvinceBoard:
    """All of the province dashboard, read together. `roster`: the (kind, tier) on the roster."""

    territory: AdministrativeUnit
    year: int
    round: ReportingRound
    rounds: tuple[ReportingRound, ...]
    version: PlanVersion | None
    amended: PlanVersion | None
    basis: str
    map: str
    rows: tuple[TargetAttainment, ...]
    horizons: tuple[HorizonSummary, ...]
    trends: tuple[Trend, ...]
    districts: DistrictTable
    completeness: Completeness
    roster: frozenset[tuple[str, str]]
    errata: Errata


def attainment_rows(
    territory: AdministrativeUnit,
    year: int,
    *,
    basis: Basis = Basis.APPROVED,
    known: Known | None = None,
    district: AdministrativeUnit | None = None,
    reporting_unit: ReportingUnit | None = None,
    tier: str | None = None,
) -> list[TargetAttainment]:
    """Every confirmed target of the plan in force, in the plan's order, as of `year`.

    With `district`, `reporting_unit` or `tier`: that part alone, without the targets that have
    nothing in it. A part of the territory never has a verdict (see `beside`); a tier has one only
    for the targets that are of this tier alone (see `part_of`). Raises NoRound. Five queries, six
    if communes are counted.
    """
    figures = _figures(
        territory, year, basis, known, district=district, reporting_unit=reporting_unit, tier=tier
    )
    return compared_rows(figures)


def trend(
    territory: AdministrativeUnit,
    year: int,
    targets: Collection[Target] | None = None,
    *,
    basis: Basis = Basis.APPROVED,
    known: Known | None = None,
    district: AdministrativeUnit | None = None,
    reporting_unit: ReportingUnit | None = None,
    tier: str | None = None,
) -> list[Trend]:
    """Every year of the given targets (default: all of the plan) up to `year`. Raises NoRound."""
    figures = _figures(
        territory, year, basis, known, district=district, reporting_unit=reporting_unit, tier=tier
    )
    wanted = {target.pk for target in targets} if targets is not None else None
    return trends(figures, [t for t in figures.targets if wanted is None or t.pk in wanted])


def rows_and_trends(
    territory: AdministrativeUnit,
    year: int,
    *,
    basis: Basis = Basis.APPROVED,
    known: Known | None = None,
    district: AdministrativeUnit | None = None,
    reporting_unit: ReportingUnit | None = None,
    tier: str | None = None,
) -> tuple[list[TargetAttainment], list[Trend]]:
    """`attainment_rows` and the `trend` of the same targets, read once. Raises NoRound."""
    figures = _figures(
        territory, year, basis, known, district=district, reporting_unit=reporting_unit, tier=tier
    )
    rows = compared_rows(figures)
    return rows, trends(figures, [row.target for row in rows])


def districts(
    territory: AdministrativeUnit, year: int, *, basis: Basis = Basis.APPROVED
) -> DistrictTable:
    """Districts side by side, beside the plan's common levels. Raises NoRound."""
    return district_table(_figures(territory, year, basis))


def completeness(
    territory: AdministrativeUnit, year: int, *, basis: Basis = Basis.APPROVED
) -> Completeness:
    """What each reporting unit has sent, and which targets wait for it. Raises NoRound."""
    figures = _figures(territory, year, basis)
    return completeness_of(figures, target_rows(figures))


def province(
    territory: AdministrativeUnit,
    year: int,
    *,
    basis: Basis = Basis.APPROVED,
    known: Known | None = None,
) -> ProvinceBoard:
    """All of the province dashboard in at most eight queries. Raises NoRound."""
    figures = _figures(territory, year, basis, known)
    rows = compared_rows(figures)
    return ProvinceBoard(
        territory=territory,
        year=year,
        round=figures.round,
        rounds=tuple(sorted(figures.rounds.values(), key=lambda r: r.year)),
        version=figures.version,
        amended=figures.amended,
        basis=figures.basis,
        map=map_code(territory),
        rows=tuple(rows),
        horizons=tuple(summaries(rows)),
        trends=tuple(trends(figures, figures.targets)),
        districts=district_table(figures),
        completeness=completeness_of(figures, rows),
        roster=frozenset((g.kind, g.tier) for g in figures.groups if g.year == year),
        errata=figures.errata,
    )


def _figures(
    territory: AdministrativeUnit,
    year: int,
    basis: Basis,
    known: Known | None = None,
    *,
    district: AdministrativeUnit | None = None,
    reporting_unit: ReportingUnit | None = None,
    tier: str | None = None,
) -> Figures:
    figures = Figures(
        territory,
        year,
        basis,
        Within(
            district_id=district.pk if district else None,
            reporting_unit_id=reporting_unit.pk if reporting_unit else None,
        ),
        tier,
    )
    if known is not None:
        figures.rounds = {each.year: each for each in known.rounds}
        figures.errata = known.errata
    if year not in figures.rounds:
        raise NoRound(f"{territory}: {year}")
    return figures
