"""What the dashboards show: every target of a territory in one year, with its standing.

Counts come from `counts.py`, judgement from `attainment.py` and `growth.py`; this module puts the
two together and names the plan, the round, the cut-off and the map that each figure belongs to.
Nothing is rounded or compared here. A board reads a fixed number of queries, at most seven,
whatever the number of institutions, targets and years:

targets with their plan version · rounds · coverage · growth panels · communes (only if a target
counts communes) · districts · reports with their units (only for districts and completeness).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from institutions.models import AdministrativeUnit, ReportingUnit
from reports.deadlines import received_late
from reports.figures.attainment import (
    Beside,
    Counts,
    Milestone,
    Pace,
    PaceResult,
    Shortfall,
    Verdict,
    beside_level,
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
)
from reports.figures.counts import Group, Within
from reports.figures.growth import (
    Growth,
    Horizon,
    Panel,
    Reason,
    growth_gap,
    growth_pace,
    required,
)
from reports.figures.reading import Figures, NoRound, Outcome, is_growth, map_code
from reports.models import Report, ReportingRound
from targets.models import Indicator, PlanVersion, Target

DISTRICT = "district"
# Tiers whose institutions belong to the district they stand in; schools and barracks do not.
LOCAL_TIERS = frozenset({"district", "commune", "village"})


@dataclass(frozen=True, slots=True)
class TargetAttainment:
    """One target as it is to be read in `year`.

    Figures (`counts`, `growth`, `numerator` … `possible`) belong to `figure_year`: the year looked
    at, but never a later one than the target's. After the target's year `today` holds the later
    counts of a coverage target.

    verdict      None before the target's year, for an outcome, and for a part of the territory
    provisional  the round of the target's year is still open
    early        before the target's year, and the level is already reached
    pace         before the target's year; None where pace says nothing (one institution …).
                 Kept beside an outcome: how the tier stood on its last day. Pages show the outcome.
    beside       only for a part of the territory: its figure beside the level of the whole
    is_part      only a part of what the target speaks of is looked at: no verdict, no pace
    part_of      for one tier of a target over several: the tiers that share the verdict (empty:
                 every tier)
    reason       why growth is undetermined
    compound_rate, mean_rate   growth by either method, whichever the plan decides by: of those
                 with both years, of those with every year
    needed       institutions, communes or visits that meet the target
    gap          percentage points from the possible value to the target (rule 6)
    cutoff       the day whose roster counts; None if the figure's year had no round
    basis        "approved", or "provisional" if submitted figures count too
    """

    target: Target
    year: int
    figure_year: int
    counts: Counts | None
    growth: Growth | None
    numerator: int | None
    denominator: int | None
    missing: int | None
    not_applicable: int | None
    value: Decimal | None
    possible: Decimal | None
    verdict: Verdict | None
    provisional: bool
    early: bool
    exceeded: bool
    pace: Pace | None
    needed: int | None
    shortfall: Shortfall | None
    gap: Fraction | None
    map: str
    cutoff: datetime.date | None
    basis: str
    outcome: Outcome | None = None
    today: Counts | None = None
    pace_detail: PaceResult | None = None
    projection: Fraction | None = None
    horizon: Horizon | None = None
    compound_rate: Decimal | None = None
    mean_rate: Fraction | None = None
    beside: Beside | None = None
    is_part: bool = False
    part_of: tuple[str, ...] = ()

    @property
    def indicator(self) -> Indicator:
        return self.target.indicator

    @property
    def tiers(self) -> tuple[str, ...]:
        return self.target.tiers

    @property
    def target_year(self) -> int:
        return self.target.year

    @property
    def is_growth(self) -> bool:
        return self.target.unit == Target.Unit.PERCENT_PER_YEAR

    @property
    def counts_communes(self) -> bool:
        return self.target.counts == Target.Counts.COMMUNE

    @property
    def panel(self) -> Panel | None:
        return self.growth.panel if self.growth else None

    @property
    def reason(self) -> Reason | None:
        return self.growth.reason if self.growth else None

    @property
    def is_by_mean(self) -> bool:
        """The verdict on growth goes by the mean of the yearly rates."""
        return self.target.version.growth_method == PlanVersion.GrowthMethod.MEAN

    @property
    def starts_in(self) -> int | None:
        """First year that can grow, for a growth target ("tính từ năm …")."""
        return self.horizon.base + 1 if self.horizon else None


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


@dataclass(frozen=True, slots=True)
class HorizonSummary:
    """The targets of one target year, counted by what is said of them.

    without_pace   not due yet and no pace: one institution, a milestone, or no population
    furthest       of those not met, the one with the largest gap; None if none is not met
    """

    target_year: int
    total: int
    verdicts: dict[Verdict, int]
    paces: dict[Pace, int]
    early: int
    ended: int
    without_pace: int
    provisional: bool
    furthest: TargetAttainment | None

    @property
    def due(self) -> bool:
        """The target year has come: verdicts count, not paces."""
        return bool(self.verdicts)


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


@dataclass(frozen=True, slots=True)
class UnitCompleteness:
    """What one reporting unit has sent.

    institutions   on its part of the roster
    cells          institution × question; entered, counted (with a figure that counts), missing
    kinds          kind of institution → institutions of that kind with something missing
    holds_open     targets that stay undetermined (verdict or pace) while this unit's are missing
    """

    report: Report
    institutions: int
    cells: int
    entered: int
    counted: int
    missing: int
    kinds: dict[str, int]
    holds_open: tuple[TargetAttainment, ...]

    @property
    def unit(self) -> ReportingUnit:
        return self.report.reporting_unit

    @property
    def status(self) -> str:
        return self.report.status

    @property
    def is_late(self) -> bool:
        return received_late(self.report)


@dataclass(frozen=True, slots=True)
class Completeness:
    """All reporting units of a round, those with most missing first."""

    units: tuple[UnitCompleteness, ...]

    @property
    def total(self) -> int:
        return len(self.units)

    def with_status(self, status: str) -> tuple[UnitCompleteness, ...]:
        return tuple(unit for unit in self.units if unit.status == status)

    @property
    def approved(self) -> tuple[UnitCompleteness, ...]:
        return self.with_status(Report.Status.APPROVED)

    @property
    def submitted(self) -> tuple[UnitCompleteness, ...]:
        return self.with_status(Report.Status.SUBMITTED)

    @property
    def returned(self) -> tuple[UnitCompleteness, ...]:
        return self.with_status(Report.Status.RETURNED)

    @property
    def not_submitted(self) -> tuple[UnitCompleteness, ...]:
        return self.with_status(Report.Status.DRAFT)

    @property
    def holding_open(self) -> tuple[UnitCompleteness, ...]:
        """Units whose missing figures keep a target undetermined."""
        return tuple(unit for unit in self.units if unit.holds_open)


@dataclass(frozen=True, slots=True)
class ProvinceBoard:
    """All of the province dashboard, read together. `roster`: the (kind, tier) on the roster."""

    territory: AdministrativeUnit
    year: int
    round: ReportingRound
    rounds: tuple[ReportingRound, ...]
    version: PlanVersion | None
    basis: str
    map: str
    rows: tuple[TargetAttainment, ...]
    horizons: tuple[HorizonSummary, ...]
    trends: tuple[Trend, ...]
    districts: DistrictTable
    completeness: Completeness
    roster: frozenset[tuple[str, str]]


# For pages and commands ------------------------------------------------------------------


def attainment_rows(
    territory: AdministrativeUnit,
    year: int,
    *,
    provisional: bool = False,
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
        territory, year, provisional, district=district, reporting_unit=reporting_unit, tier=tier
    )
    return _rows(figures)


def trend(
    territory: AdministrativeUnit,
    year: int,
    targets: Collection[Target] | None = None,
    *,
    provisional: bool = False,
    district: AdministrativeUnit | None = None,
    reporting_unit: ReportingUnit | None = None,
    tier: str | None = None,
) -> list[Trend]:
    """Every year of the given targets (default: all of the plan) up to `year`. Raises NoRound."""
    figures = _figures(
        territory, year, provisional, district=district, reporting_unit=reporting_unit, tier=tier
    )
    wanted = {target.pk for target in targets} if targets is not None else None
    return _trends(figures, [t for t in figures.targets if wanted is None or t.pk in wanted])


def rows_and_trends(
    territory: AdministrativeUnit,
    year: int,
    *,
    provisional: bool = False,
    district: AdministrativeUnit | None = None,
    reporting_unit: ReportingUnit | None = None,
    tier: str | None = None,
) -> tuple[list[TargetAttainment], list[Trend]]:
    """`attainment_rows` and the `trend` of the same targets, read once. Raises NoRound."""
    figures = _figures(
        territory, year, provisional, district=district, reporting_unit=reporting_unit, tier=tier
    )
    rows = _rows(figures)
    return rows, _trends(figures, [row.target for row in rows])


def districts(
    territory: AdministrativeUnit, year: int, *, provisional: bool = False
) -> DistrictTable:
    """Districts side by side, beside the plan's common levels. Raises NoRound."""
    return _district_table(_figures(territory, year, provisional))


def completeness(
    territory: AdministrativeUnit, year: int, *, provisional: bool = False
) -> Completeness:
    """What each reporting unit has sent, and which targets wait for it. Raises NoRound."""
    figures = _figures(territory, year, provisional)
    return _completeness(figures, _rows(figures))


def province(
    territory: AdministrativeUnit, year: int, *, provisional: bool = False
) -> ProvinceBoard:
    """All of the province dashboard in at most seven queries. Raises NoRound."""
    figures = _figures(territory, year, provisional)
    rows = _rows(figures)
    return ProvinceBoard(
        territory=territory,
        year=year,
        round=figures.round,
        rounds=tuple(sorted(figures.rounds.values(), key=lambda r: r.year)),
        version=figures.version,
        basis=figures.basis,
        map=map_code(territory),
        rows=tuple(rows),
        horizons=tuple(summaries(rows)),
        trends=tuple(_trends(figures, figures.targets)),
        districts=_district_table(figures),
        completeness=_completeness(figures, rows),
        roster=frozenset((g.kind, g.tier) for g in figures.groups if g.year == year),
    )


def summaries(rows: Collection[TargetAttainment]) -> list[HorizonSummary]:
    """Targets counted by target year. No population stays out of met and not met (rule 3)."""
    found = []
    for target_year in sorted({row.target_year for row in rows}):
        here = [row for row in rows if row.target_year == target_year]
        verdicts, paces = defaultdict(int), defaultdict(int)
        for row in here:
            if row.verdict is not None:
                verdicts[row.verdict] += 1
            if row.pace is not None and row.outcome is None:
                paces[row.pace] += 1
        missed = [row for row in here if row.verdict is Verdict.NOT_MET]
        worst = furthest([row.gap for row in missed])
        ended = sum(row.outcome is not None for row in here)
        found.append(
            HorizonSummary(
                target_year=target_year,
                total=len(here),
                verdicts=dict(verdicts),
                paces=dict(paces),
                early=sum(row.early for row in here),
                ended=ended,
                without_pace=len(here) - sum(verdicts.values()) - sum(paces.values()) - ended,
                provisional=any(row.provisional for row in here),
                furthest=None if worst is None else missed[worst],
            )
        )
    return found


def _figures(
    territory: AdministrativeUnit,
    year: int,
    provisional: bool,
    *,
    district: AdministrativeUnit | None = None,
    reporting_unit: ReportingUnit | None = None,
    tier: str | None = None,
) -> Figures:
    figures = Figures(
        territory,
        year,
        provisional,
        Within(
            district_id=district.pk if district else None,
            reporting_unit_id=reporting_unit.pk if reporting_unit else None,
        ),
        tier,
    )
    if year not in figures.rounds:
        raise NoRound(f"{territory}: {year}")
    return figures


# Putting together -------------------------------------------------------------------------


def _rows(figures: Figures) -> list[TargetAttainment]:
    chosen = figures.targets
    if figures.tier:
        chosen = [t for t in chosen if not t.tiers or figures.tier in t.tiers]
    rows = [_growth_row(figures, t) if is_growth(t) else _coverage_row(figures, t) for t in chosen]
    if figures.within or figures.tier:
        rows = [row for row in rows if _has_population(row)]
    return rows


def _part_of(figures: Figures, target: Target) -> tuple[str, ...] | None:
    """The tiers that share a verdict of which only a part is looked at, else None."""
    if figures.tier is None or target.tiers == (figures.tier,):
        return None
    return target.tiers


def _coverage_row(figures: Figures, target: Target) -> TargetAttainment:
    figure_year = min(figures.year, target.year)
    due = figures.rounds.get(target.year)
    stands = standing(
        target.minimum,
        year=figures.year,
        target_year=target.year,
        counts=figures.counts(target, figures.year),
        closed=bool(due and due.is_closed),
        counts_in_target_year=figures.counts(target, target.year),
    )
    counts, outcome = stands.counts, figures.outcome(target)
    part_of = _part_of(figures, target)
    is_part = bool(figures.within) or part_of is not None
    detail = projected = None
    if not is_part:
        reported = figures.reported(target)
        detail = pace(
            counts,
            Milestone(target.year, target.minimum),
            year=figures.year,
            first=reported[0] if reported else None,
            earlier=figures.earlier(target),
            milestone=target.unit == Target.Unit.MILESTONE,
        )
        if figures.year < target.year and outcome is None:
            projected = projection(reported, target.year)
    judged = not is_part and outcome is None
    return TargetAttainment(
        target=target,
        year=figures.year,
        figure_year=figure_year,
        counts=counts,
        growth=None,
        numerator=counts.yes,
        denominator=counts.n,
        missing=counts.missing,
        not_applicable=counts.not_applicable,
        value=display_percent(counts.yes, counts.n),
        possible=display_percent(counts.most, counts.n),
        verdict=stands.verdict if judged else None,
        provisional=stands.provisional and judged,
        early=stands.early and judged,
        exceeded=judged and exceeded(counts, target.maximum),
        pace=detail.pace if detail else None,
        needed=needed(counts.n, target.minimum) if counts.n and not is_part else None,
        shortfall=shortfall(counts, target.minimum) if counts.n and not is_part else None,
        gap=gap(counts, target.minimum) if judged else None,
        map=map_code(figures.territory),
        cutoff=figures.cutoff(target, figure_year),
        basis=figures.basis,
        outcome=outcome,
        today=stands.today,
        pace_detail=detail,
        projection=projected,
        beside=beside_level(counts, target.minimum) if figures.within else None,
        is_part=is_part,
        part_of=part_of or (),
    )


def _growth_row(figures: Figures, target: Target) -> TargetAttainment:
    figure_year = min(figures.year, target.year)
    way, result = figures.horizon(target), figures.growth(target, figure_year)
    due, outcome = figures.rounds.get(target.year), figures.outcome(target)
    part_of = _part_of(figures, target)
    is_part = bool(figures.within) or part_of is not None
    judged = not is_part and outcome is None
    verdict = state = None
    if judged and figures.year >= target.year:
        # No round in the target's year: nothing can be said, then or later.
        verdict = result.verdict if result else Verdict.UNDETERMINED
    elif not is_part and figures.year < target.year:
        state = growth_pace(result)
    lacking = result.shortfall if result and judged else None
    panel = result.panel if result else None
    # A panel in which nobody is compared has no sums: 0 visits would say that nobody came.
    sums = panel if panel and panel.in_panel else None
    return TargetAttainment(
        target=target,
        year=figures.year,
        figure_year=figure_year,
        counts=None,
        growth=result,
        numerator=sums.current if sums else None,
        denominator=sums.base if sums else None,
        missing=panel.missing if panel else None,
        not_applicable=panel.not_applicable if panel else None,
        value=result.rate if result else None,
        possible=None,
        verdict=verdict,
        provisional=verdict is not None and not (due and due.is_closed),
        early=False,
        exceeded=bool(judged and result and result.exceeded),
        pace=state,
        needed=result.required if result and judged else None,
        shortfall=None if lacking is None else Shortfall(lacking, lacking),
        gap=growth_gap(result, target.minimum) if result and judged else None,
        map=map_code(figures.territory),
        cutoff=figures.cutoff(target, figure_year),
        basis=figures.basis,
        outcome=outcome,
        horizon=way,
        compound_rate=figures.compound_rate(target, figure_year),
        mean_rate=figures.mean_rate(target, figure_year),
        is_part=is_part,
        part_of=part_of or (),
    )


def _trends(figures: Figures, targets: Iterable[Target]) -> list[Trend]:
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


def _district_table(figures: Figures) -> DistrictTable:
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


def _completeness(figures: Figures, rows: Collection[TargetAttainment]) -> Completeness:
    by_unit: dict[int, list[Group]] = defaultdict(list)
    for group in figures.groups:
        if group.year == figures.year:
            by_unit[group.reporting_unit_id].append(group)
    # Only a figure of this year can still be completed by this year's reports.
    open_rows = [
        row
        for row in rows
        if row.figure_year == figures.year
        and (row.verdict is Verdict.UNDETERMINED or row.pace is Pace.UNDETERMINED)
    ]
    units = []
    for report in figures.reports:
        groups = by_unit.get(report.reporting_unit_id, [])
        lacking = defaultdict(set)
        for group in groups:
            if group.missing:
                lacking[group.indicator_id].add(group.tier)
        units.append(
            UnitCompleteness(
                report=report,
                institutions=sum(_by_kind(groups, "lines").values()),
                cells=sum(group.lines for group in groups),
                entered=sum(group.entered for group in groups),
                counted=sum(group.lines - group.missing for group in groups),
                missing=sum(group.missing for group in groups),
                kinds=_by_kind(groups, "missing"),
                holds_open=tuple(
                    row
                    for row in open_rows
                    if (tiers := lacking.get(row.target.indicator_id))
                    and (not row.tiers or tiers & set(row.tiers))
                ),
            )
        )
    return Completeness(tuple(sorted(units, key=lambda unit: -unit.missing)))


def _by_kind(groups: Iterable[Group], what: str) -> dict[str, int]:
    """Institutions by kind. Each indicator asks all of its kind, so the largest count is theirs."""
    by_indicator: dict[tuple[str, int], int] = defaultdict(int)
    for group in groups:
        by_indicator[group.kind, group.indicator_id] += getattr(group, what)
    found: dict[str, int] = {}
    for (kind, _), number in by_indicator.items():
        if number:
            found[kind] = max(found.get(kind, 0), number)
    return found


def _answered(counts: Counts) -> bool:
    return bool(counts.yes or counts.no)


def _has_population(row: TargetAttainment) -> bool:
    if row.counts is not None:
        return bool(row.counts.n or row.counts.not_applicable)
    return bool(row.panel and row.panel.institutions)
