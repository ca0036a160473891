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
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from django.db.models import Exists, QuerySet
from django.utils.timezone import localdate

from institutions.models import AdministrativeUnit, ReportingUnit
from reports.figures import counts as query
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
from reports.figures.counts import CommuneQuestion, Group, Pair, Within
from reports.figures.growth import (
    Growth,
    Horizon,
    Panel,
    Reason,
    growth,
    growth_gap,
    growth_pace,
    horizon,
    mean_of_yearly_rates,
    required,
    same_length,
)
from reports.models import Report, ReportingRound
from targets.models import Indicator, PlanVersion, Target

DISTRICT = "district"
# Tiers whose institutions belong to the district they stand in; schools and barracks do not.
LOCAL_TIERS = frozenset({"district", "commune", "village"})


class NoRound(LookupError):
    """The territory has no round for the year: there is no roster and so no figure."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a target whose tier ended before its year (rule 7).

    kind        ended, carried or set_anew
    last_day    the last day on which the tier existed; None if a person recorded the outcome of a
                tier that goes on
    """

    kind: str
    last_day: datetime.date | None
    legal_basis: str = ""
    carried_to: Target | None = None


@dataclass(frozen=True, slots=True)
class TargetAttainment:
    """One target as it is to be read in `year`.

    Figures (`counts`, `growth`, `numerator` … `possible`) belong to `figure_year`: the year looked
    at, but never a later one than the target's. After the target's year `today` holds the later
    counts of a coverage target.

    verdict      None before the target's year, for an outcome, and for a part of the territory
    provisional  the round of the target's year is still open
    early        before the target's year, and the level is already reached
    pace         before the target's year; None where pace says nothing (one institution …)
    beside       only for a part of the territory: its figure beside the level of the whole
    part_of      only for one tier of a target over several: the tiers that share the verdict
    reason       why growth is undetermined
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
    mean_rate: Fraction | None = None
    beside: Beside | None = None
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
        """First submitted on or after the day before which it was due (local time)."""
        due, sent = self.report.round.due_before, self.report.first_submitted_at
        return bool(due and sent and localdate(sent) >= due)


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
    """All of the province dashboard, read together."""

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


# Reading ---------------------------------------------------------------------------------


def map_code(territory: AdministrativeUnit) -> str:
    """The map of a territory as an interval of ISO dates, last day included; ".." is open.

    "../2025-06-30" is the map before 01/7/2025, "2025-07-01/.." the one since.
    """
    start = ".." if territory.valid_from.year == 1900 else territory.valid_from.isoformat()
    last = territory.last_day
    return f"{start}/{last.isoformat() if last else '..'}"


@dataclass
class _Figures:
    """What was read for one territory and year. Each property is one query, made once."""

    territory: AdministrativeUnit
    year: int
    provisional: bool = False
    within: Within = query.WHOLE
    tier: str | None = None
    _totals: dict = field(default_factory=dict)

    @cached_property
    def rounds(self) -> dict[int, ReportingRound]:
        return {r.year: r for r in ReportingRound.objects.filter(territory=self.territory)}

    @property
    def round(self) -> ReportingRound:
        return self.rounds[self.year]

    @property
    def years(self) -> list[int]:
        """Years with a round, up to the one looked at."""
        return sorted(year for year in self.rounds if year <= self.year)

    @property
    def basis(self) -> str:
        return "provisional" if self.provisional else "approved"

    @cached_property
    def targets(self) -> list[Target]:
        """Confirmed targets of the version in force at the end of the year.

        For a year before the plan, the first version: its baseline years are read through it.
        """
        found: dict[int, list[Target]] = defaultdict(list)
        for target in confirmed_targets(self.territory):
            found[target.version_id].append(target)
        versions = sorted(
            (targets[0].version for targets in found.values()),
            key=lambda version: (version.in_force_from, version.pk),
        )
        if not versions:
            return []
        last_day = datetime.date(self.year, 12, 31)
        in_force = [version for version in versions if version.in_force_from <= last_day]
        return found[(in_force[-1] if in_force else versions[0]).pk]

    @property
    def version(self) -> PlanVersion | None:
        return self.targets[0].version if self.targets else None

    @cached_property
    def districts(self) -> list[AdministrativeUnit]:
        """Districts of the territory's map; each knows whether the country still has any."""
        living = AdministrativeUnit.objects.filter(level=DISTRICT, valid_to=None)
        return list(
            AdministrativeUnit.objects.filter(parent=self.territory, level=DISTRICT)
            .annotate(level_lives=Exists(living))
            .order_by("sort_key")
        )

    @cached_property
    def tier_ends(self) -> dict[str, datetime.date]:
        """Tier → its last day, for tiers that ended.

        Only the district can end: its units went without successors. A commune goes on in others.
        """
        ends = [unit.valid_to for unit in self.districts]
        if not ends or None in ends or any(unit.level_lives for unit in self.districts):
            return {}
        return {DISTRICT: max(ends) - datetime.timedelta(days=1)}

    @cached_property
    def groups(self) -> list[Group]:
        return query.coverage(
            self.territory.pk,
            self.years,
            provisional=self.provisional,
            detailed=self.year,
            within=self.within,
        )

    @cached_property
    def by_indicator(self) -> dict[tuple[int, int], list[Group]]:
        found = defaultdict(list)
        for group in self.groups:
            found[group.year, group.indicator_id].append(group)
        return found

    def of(self, target: Target, year: int) -> list[Group]:
        tiers = self.tiers_of(target)
        return [
            group
            for group in self.by_indicator.get((year, target.indicator_id), ())
            if not tiers or group.tier in tiers
        ]

    def tiers_of(self, target: Target) -> tuple[str, ...]:
        """Tiers of a target that are looked at; empty: every tier."""
        return (self.tier,) if self.tier else target.tiers

    # Communes

    @cached_property
    def communes(self) -> dict[tuple[int, CommuneQuestion], list[query.CommuneGroup]]:
        questions = [self.question(t) for t in self.targets if t.counts == Target.Counts.COMMUNE]
        if not questions:
            return {}
        found = defaultdict(list)
        for group in query.communes(
            self.territory.pk,
            {year: self.commune_day(year) for year in self.years},
            questions,
            provisional=self.provisional,
            rural=self.version.commune_scope == PlanVersion.CommuneScope.RURAL,
            within=self.within,
        ):
            found[group.year, group.question].append(group)
        return found

    def question(self, target: Target) -> CommuneQuestion:
        return CommuneQuestion(target.indicator_id, self.tiers_of(target))

    def commune_day(self, year: int) -> datetime.date:
        """The day whose communes count: the round's, while the territory's map stood."""
        day, last = self.rounds[year].as_of, self.territory.last_day
        return min(day, last) if last else day

    def counts(self, target: Target, year: int) -> Counts | None:
        """The counts of a coverage target, None if the year had no round."""
        if year not in self.rounds or year > self.year:
            return None
        key = target.pk, year
        if key not in self._totals:
            if target.counts == Target.Counts.COMMUNE:
                parts = self.communes.get((year, self.question(target)), ())
            else:
                parts = self.of(target, year)
            self._totals[key] = sum((part.counts for part in parts), Counts())
        return self._totals[key]

    def reported(self, target: Target) -> list[tuple[int, Counts]]:
        """Years in which at least one answer counts, in order."""
        found = ((year, self.counts(target, year)) for year in self.years)
        return [(year, counts) for year, counts in found if counts.yes or counts.no]

    # Growth

    def horizon(self, target: Target) -> Horizon:
        return horizon(
            target.year,
            year=self.year,
            baseline_year=target.version.baseline_year,
            target_years=[other.year for other in self.siblings(target)],
        )

    def siblings(self, target: Target) -> list[Target]:
        """Targets of the same thing in the same plan, whatever their year."""
        return [
            other
            for other in self.targets
            if (other.indicator_id, other.tiers, other.counts, other.unit)
            == (target.indicator_id, target.tiers, target.counts, target.unit)
        ]

    def earlier(self, target: Target) -> Milestone | None:
        before = [other for other in self.siblings(target) if other.year < target.year]
        last = max(before, key=lambda other: other.year, default=None)
        return Milestone(last.year, last.minimum) if last else None

    @cached_property
    def growth_figures(self) -> tuple[dict, dict]:
        pairs = set()
        for target in self.targets:
            if is_growth(target):
                way = self.horizon(target)
                pairs |= {
                    (way.base, year)
                    for year in self.years
                    if way.base < year <= way.until and way.base in self.rounds
                }
        panels, sums = query.panels(
            self.territory.pk,
            [
                Pair(base, year, self.rounds[base].as_of, self.rounds[year].as_of)
                for base, year in pairs
            ],
            provisional=self.provisional,
            within=self.within,
        )
        by_pair, by_span = defaultdict(list), defaultdict(list)
        for found in panels:
            by_pair[found.base, found.year, found.indicator_id].append(found)
        for found in sums:
            by_span[found.base, found.until, found.indicator_id].append(found)
        return by_pair, by_span

    def growth(self, target: Target, year: int) -> Growth | None:
        """Rule 4 from the target's base to `year`; None up to the base, or without a round."""
        base = self.horizon(target).base
        if year <= base or year not in self.rounds or year > self.year:
            return None
        tiers = self.tiers_of(target)
        parts = self.growth_figures[0].get((base, year, target.indicator_id), ())
        panel = sum((p.panel for p in parts if not tiers or p.tier in tiers), Panel())
        same = True
        if base in self.rounds:
            first, last = self.rounds[base], self.rounds[year]
            same = same_length(
                (first.period_from, first.period_to), (last.period_from, last.period_to)
            )
        else:
            # Nothing to grow from, but the institutions are there.
            panel = Panel(institutions=sum(group.lines for group in self.of(target, year)))
        return growth(
            panel,
            target.minimum,
            years=year - base,
            maximum=target.maximum,
            min_panel=target.version.growth_min_panel,
            same_periods=same,
        )

    def steady(self, target: Target) -> tuple[tuple[tuple[int, int], ...], int]:
        """(year, visits) of the institutions with a count in every year, and how many they are."""
        way, tiers = self.horizon(target), self.tiers_of(target)
        found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for part in self.growth_figures[1].get((way.base, way.until, target.indicator_id), ()):
            if not tiers or part.tier in tiers:
                found[part.year][0] += part.total
                found[part.year][1] += part.institutions
        sums = tuple((year, found[year][0]) for year in sorted(found))
        return sums, next(iter(found.values()))[1] if found else 0

    # What is printed beside a figure

    def cutoff(self, target: Target, year: int) -> datetime.date | None:
        """The round's day, or the last day of the target's tier if that came first (rule 1)."""
        if year not in self.rounds:
            return None
        days = [self.rounds[year].as_of]
        days += [self.tier_ends[tier] for tier in target.tiers if tier in self.tier_ends]
        if target.counts == Target.Counts.COMMUNE:
            days.append(self.commune_day(year))
        return min(days)

    def outcome(self, target: Target) -> Outcome | None:
        """What became of a target whose tier ended before its year, once it has ended."""
        ends = [self.tier_ends[tier] for tier in target.tiers if tier in self.tier_ends]
        last_day = min(ends, default=None)
        over = last_day is not None and last_day.year < target.year and last_day.year <= self.year
        if not over and not target.outcome:
            return None
        return Outcome(
            kind=target.outcome or Target.Outcome.ENDED.value,
            last_day=last_day,
            legal_basis=target.outcome_basis,
            carried_to=target.carried_to,
        )

    @cached_property
    def reports(self) -> list[Report]:
        return list(
            Report.objects.filter(round__territory=self.territory, round__year=self.year)
            .select_related("reporting_unit", "round")
            .order_by("reporting_unit__sort_key")
        )

    # Putting together

    def rows(self) -> list[TargetAttainment]:
        chosen = self.targets
        if self.tier:
            chosen = [t for t in chosen if not t.tiers or self.tier in t.tiers]
        rows = [self._growth_row(t) if is_growth(t) else self._coverage_row(t) for t in chosen]
        if self.within or self.tier:
            rows = [row for row in rows if _has_population(row)]
        return rows

    def _part_of(self, target: Target) -> tuple[str, ...] | None:
        """The tiers that share a verdict of which only a part is looked at, else None."""
        if self.tier is None or target.tiers == (self.tier,):
            return None
        return target.tiers

    def _coverage_row(self, target: Target) -> TargetAttainment:
        figure_year = min(self.year, target.year)
        due = self.rounds.get(target.year)
        stands = standing(
            target.minimum,
            year=self.year,
            target_year=target.year,
            counts=self.counts(target, self.year),
            closed=bool(due and due.is_closed),
            counts_in_target_year=self.counts(target, target.year),
        )
        counts, outcome = stands.counts, self.outcome(target)
        part_of = self._part_of(target)
        is_part = bool(self.within) or part_of is not None
        detail = projected = None
        if not is_part and outcome is None:
            reported = self.reported(target)
            detail = pace(
                counts,
                Milestone(target.year, target.minimum),
                year=self.year,
                first=reported[0] if reported else None,
                earlier=self.earlier(target),
                milestone=target.unit == Target.Unit.MILESTONE,
            )
            if self.year < target.year:
                projected = projection(reported, target.year)
        judged = not is_part and outcome is None
        return TargetAttainment(
            target=target,
            year=self.year,
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
            map=map_code(self.territory),
            cutoff=self.cutoff(target, figure_year),
            basis=self.basis,
            outcome=outcome,
            today=stands.today,
            pace_detail=detail,
            projection=projected,
            beside=beside_level(counts, target.minimum) if self.within else None,
            part_of=part_of or (),
        )

    def _growth_row(self, target: Target) -> TargetAttainment:
        figure_year = min(self.year, target.year)
        way, result = self.horizon(target), self.growth(target, figure_year)
        due, outcome, part_of = self.rounds.get(target.year), self.outcome(target), None
        part_of = self._part_of(target)
        judged = not self.within and part_of is None and outcome is None
        verdict = state = None
        if judged and self.year >= target.year:
            # No round in the target's year: nothing can be said, then or later.
            verdict = result.verdict if result else Verdict.UNDETERMINED
        elif judged:
            state = growth_pace(result)
        lacking = result.shortfall if result and judged else None
        panel = result.panel if result else None
        steady, _ = self.steady(target)
        return TargetAttainment(
            target=target,
            year=self.year,
            figure_year=figure_year,
            counts=None,
            growth=result,
            numerator=panel.current if panel else None,
            denominator=panel.base if panel else None,
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
            map=map_code(self.territory),
            cutoff=self.cutoff(target, figure_year),
            basis=self.basis,
            outcome=outcome,
            horizon=way,
            mean_rate=mean_of_yearly_rates([total for _, total in steady]),
            part_of=part_of or (),
        )

    def trends(self, targets: Iterable[Target]) -> list[Trend]:
        return [
            self._growth_trend(target) if is_growth(target) else self._coverage_trend(target)
            for target in targets
        ]

    def _coverage_trend(self, target: Target) -> Trend:
        reported = self.reported(target)
        goal, line = Milestone(target.year, target.minimum), {}
        if reported and reported[0][0] < target.year:
            first_year, first = reported[0]
            start = Milestone(first_year, 100 * first.confirmed)
            line = {
                year: line_at(year, start, goal, self.earlier(target))
                for year in range(first_year, target.year + 1)
            }
        points = []
        for year in self.years:
            counts = self.counts(target, year)
            points.append(
                TrendPoint(
                    year=year,
                    closed=self.rounds[year].is_closed,
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
            projection=projection(reported, target.year) if self.year < target.year else None,
        )

    def _growth_trend(self, target: Target) -> Trend:
        way = self.horizon(target)
        points = []
        for year in self.years:
            if way.base < year <= way.until:
                result = self.growth(target, year)
                points.append(
                    TrendPoint(
                        year=year,
                        closed=self.rounds[year].is_closed,
                        value=result.rate,
                        possible=None,
                        panel=result.panel,
                        expected=None if result.required is None else Fraction(result.required),
                    )
                )
        steady, institutions = self.steady(target)
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

    def district_table(self) -> DistrictTable:
        columns = []
        for target in self.targets:
            tiers = tuple(tier for tier in target.tiers if tier in LOCAL_TIERS)
            if tiers and not is_growth(target) and target == self._level_of(target):
                columns.append(DistrictColumn(target, tiers))
        cells: dict[tuple[int | None, int], Counts] = defaultdict(Counts)
        for place, column in enumerate(columns):
            if column.target.counts == Target.Counts.COMMUNE:
                parts = self.communes.get((self.year, self.question(column.target)), ())
            else:
                parts = [
                    group
                    for group in self.by_indicator.get((self.year, column.target.indicator_id), ())
                    if group.tier in column.tiers
                ]
            for part in parts:
                cells[part.district_id, place] += part.counts
        day = self.round.as_of
        offices = {report.reporting_unit.administrative_unit_id: report for report in self.reports}
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
            for district in self.districts
            if district.valid_from <= day and (not district.valid_to or district.valid_to > day)
        ]
        totals = tuple(
            sum((c for (_, at), c in cells.items() if at == place), Counts())
            for place in range(len(columns))
        )
        return DistrictTable(tuple(columns), tuple(rows), totals)

    def _level_of(self, target: Target) -> Target:
        """Of the same targets the one whose level counts now: the next due, else the last."""
        siblings = sorted(self.siblings(target), key=lambda other: other.year)
        return next((other for other in siblings if other.year >= self.year), siblings[-1])

    def completeness(self, rows: Collection[TargetAttainment]) -> Completeness:
        by_unit: dict[int, list[Group]] = defaultdict(list)
        for group in self.groups:
            if group.year == self.year:
                by_unit[group.reporting_unit_id].append(group)
        # Only a figure of this year can still be completed by this year's reports.
        open_rows = [
            row
            for row in rows
            if row.figure_year == self.year
            and (row.verdict is Verdict.UNDETERMINED or row.pace is Pace.UNDETERMINED)
        ]
        units = []
        for report in self.reports:
            groups = by_unit.get(report.reporting_unit_id, [])
            lacking = defaultdict(set)
            for group in groups:
                if group.missing:
                    lacking[group.indicator_id].add(group.tier)
            units.append(
                UnitCompleteness(
                    report=report,
                    institutions=sum(_by_kind(groups, self.kinds, "lines").values()),
                    cells=sum(group.lines for group in groups),
                    entered=sum(group.entered for group in groups),
                    counted=sum(group.lines - group.missing for group in groups),
                    missing=sum(group.missing for group in groups),
                    kinds=_by_kind(groups, self.kinds, "missing"),
                    holds_open=tuple(
                        row
                        for row in open_rows
                        if (tiers := lacking.get(row.target.indicator_id))
                        and (not row.tiers or tiers & set(row.tiers))
                    ),
                )
            )
        return Completeness(tuple(sorted(units, key=lambda unit: -unit.missing)))

    @cached_property
    def kinds(self) -> dict[int, str]:
        """Indicator → kind, of the plan's indicators; others have no target to be missed by."""
        return {target.indicator_id: target.indicator.kind for target in self.targets}


def _by_kind(groups: Iterable[Group], kinds: dict[int, str], what: str) -> dict[str, int]:
    """Institutions by kind. Each indicator asks all of its kind, so the largest count is theirs."""
    by_indicator: dict[int, int] = defaultdict(int)
    for group in groups:
        by_indicator[group.indicator_id] += getattr(group, what)
    found: dict[str, int] = defaultdict(int)
    for indicator_id, number in by_indicator.items():
        if number and (kind := kinds.get(indicator_id)):
            found[kind] = max(found[kind], number)
    return dict(found)


def _answered(counts: Counts) -> bool:
    return bool(counts.yes or counts.no)


def _has_population(row: TargetAttainment) -> bool:
    if row.counts is not None:
        return bool(row.counts.n or row.counts.not_applicable)
    return bool(row.panel and row.panel.institutions)


def is_growth(target: Target) -> bool:
    return target.unit == Target.Unit.PERCENT_PER_YEAR


# For pages and commands ------------------------------------------------------------------


def confirmed_targets(territory: AdministrativeUnit) -> QuerySet[Target]:
    """Confirmed targets of the territory's published plan versions, without the plan's text."""
    return (
        Target.objects.confirmed()
        .filter(version__plan__territory=territory, version__status=PlanVersion.Status.PUBLISHED)
        .select_related("indicator", "version__plan", "carried_to__version")
        .defer("version__text", "carried_to__version__text")
        .order_by("position", "pk")
    )


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
    return _figures(
        territory, year, provisional, district=district, reporting_unit=reporting_unit, tier=tier
    ).rows()


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
    return figures.trends(t for t in figures.targets if wanted is None or t.pk in wanted)


def districts(
    territory: AdministrativeUnit, year: int, *, provisional: bool = False
) -> DistrictTable:
    """Districts side by side, beside the plan's common levels. Raises NoRound."""
    return _figures(territory, year, provisional).district_table()


def completeness(
    territory: AdministrativeUnit, year: int, *, provisional: bool = False
) -> Completeness:
    """What each reporting unit has sent, and which targets wait for it. Raises NoRound."""
    figures = _figures(territory, year, provisional)
    return figures.completeness(figures.rows())


def province(
    territory: AdministrativeUnit, year: int, *, provisional: bool = False
) -> ProvinceBoard:
    """All of the province dashboard in at most seven queries. Raises NoRound."""
    figures = _figures(territory, year, provisional)
    rows = figures.rows()
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
        trends=tuple(figures.trends(figures.targets)),
        districts=figures.district_table(),
        completeness=figures.completeness(rows),
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
            if row.pace is not None:
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
) -> _Figures:
    figures = _Figures(
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
