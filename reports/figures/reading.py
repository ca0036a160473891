"""What is read for the boards of one territory and year, and summed per target.

Each property that reads is one query, made once and only when asked for; see boards.py for the
list. Choosing what counts (which plan version, which tiers, which day) is done here; what is said
of it, in boards.py by the rules of attainment.py and growth.py.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Exists, QuerySet

from institutions.models import AdministrativeUnit
from reports.figures import counts as query
from reports.figures.attainment import Counts, Milestone
from reports.figures.counts import CommuneQuestion, Group, Pair, Within
from reports.figures.growth import Growth, Horizon, Panel, growth, horizon, same_length
from reports.models import Report, ReportingRound
from targets.models import PlanVersion, Target

DISTRICT = "district"


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


def is_growth(target: Target) -> bool:
    return target.unit == Target.Unit.PERCENT_PER_YEAR


def confirmed_targets(territory: AdministrativeUnit) -> QuerySet[Target]:
    """Confirmed targets of the territory's published plan versions, without the plan's text."""
    return (
        Target.objects.confirmed()
        .filter(version__plan__territory=territory, version__status=PlanVersion.Status.PUBLISHED)
        .select_related("indicator", "version__plan", "carried_to__version")
        .defer("version__text", "carried_to__version__text")
        .order_by("position", "pk")
    )


def map_code(territory: AdministrativeUnit) -> str:
    """The map of a territory as an interval of ISO dates, last day included; ".." is open.

    "../2025-06-30" is the map before 01/7/2025, "2025-07-01/.." the one since.
    """
    start = ".." if territory.valid_from.year == 1900 else territory.valid_from.isoformat()
    last = territory.last_day
    return f"{start}/{last.isoformat() if last else '..'}"


@dataclass
class Figures:
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
            for group in self.by_indicator[year, target.indicator_id]
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

    def earlier(self, target: Target) -> list[Milestone]:
        """The plan's earlier targets of the same thing."""
        return [
            Milestone(other.year, other.minimum)
            for other in self.siblings(target)
            if other.year < target.year
        ]

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
