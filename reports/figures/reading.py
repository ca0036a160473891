"""What is read for the boards of one territory and year, and summed per target.

Each property that reads is one query, made once and only when asked for; see boards.py for the
list. Choosing what counts (which plan version, which tiers, which day) is done here; what is said
of it, in boards.py by the rules of attainment.py and growth.py.
"""

from __future__ import annotations

import copy
import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from django.db.models import Exists, QuerySet

from institutions.models import AdministrativeUnit
from reports.figures import counts as query
from reports.figures.as_closed import Basis, Errata
from reports.figures.attainment import Counts, Milestone
from reports.figures.counts import CommuneQuestion, Group, Pair, Within
from reports.figures.growth import (
    Growth,
    Horizon,
    Panel,
    compound_rate,
    growth,
    horizon,
    mean_growth,
    mean_of_yearly_rates,
    same_length,
)
from reports.models import Report, ReportingRound
from targets.amending import chain
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
        .order_by("version__in_force_from", "version", "position", "pk")
    )


def _subject(target: Target) -> tuple:
    """What a target is about, whatever its year and the document of the plan that sets it."""
    return (
        target.version.plan_id,
        target.indicator_id,
        target.tiers,
        target.counts,
        target.unit,
    )


def map_code(territory: AdministrativeUnit) -> str:
    """The map of a territory as an interval of ISO dates, last day included; ".." is open.

    "../2025-06-30" is the map before 01/7/2025, "2025-07-01/.." the one since.
    """
    start = ".." if territory.valid_from.year == 1900 else territory.valid_from.isoformat()
    last = territory.last_day
    return f"{start}/{last.isoformat() if last else '..'}"


@dataclass(frozen=True, slots=True)
class Known:
    """The rounds of a territory and what was corrected in them after closing."""

    rounds: tuple[ReportingRound, ...] = ()
    errata: Errata = field(default_factory=Errata)

    def round(self, year: int) -> ReportingRound | None:
        return next((each for each in self.rounds if each.year == year), None)


def know(territory: AdministrativeUnit, year: int) -> Known:
    """What a page about one year needs of the rounds; two queries, one while none is closed."""
    rounds = tuple(ReportingRound.objects.filter(territory=territory).order_by("year"))
    return Known(rounds, errata_of(territory, [r for r in rounds if r.year <= year]))


def errata_of(territory: AdministrativeUnit, rounds: Iterable[ReportingRound]) -> Errata:
    """What was corrected after closing in `rounds`. No query while none of them is closed."""
    rounds = list(rounds)
    if not any(each.is_closed for each in rounds):
        return Errata()
    return Errata(tuple(query.errata(territory.pk, [each.year for each in rounds])))


@dataclass
class Figures:
    """What was read for one territory and year. Each property is one query, made once.

    `chosen` is the basis; which values that means is `moment`.
    """

    territory: AdministrativeUnit
    year: int
    chosen: Basis = Basis.APPROVED
    within: Within = query.WHOLE
    tier: str | None = None
    # What was counted, by the moment as of which it was; shared by all that look at the year.
    _counted: dict[tuple, Counted] = field(default_factory=dict, repr=False)

    @cached_property
    def rounds(self) -> dict[int, ReportingRound]:
        return {r.year: r for r in ReportingRound.objects.filter(territory=self.territory)}

    # As closed and now

    @cached_property
    def errata(self) -> Errata:
        """What was corrected after closing in the years that are read."""
        return errata_of(self.territory, (self.rounds[year] for year in self.years))

    @cached_property
    def moment(self) -> datetime.datetime | None:
        """The values count as they stood then; None: as they stand now."""
        if self.chosen is not Basis.APPROVED:
            return None
        return self.errata.effective(self.round.closed_at)

    def at(self, moment: datetime.datetime | None) -> Figures:
        """The same year on the values as they stood at `moment`."""
        other = self._twin()
        other.moment = self.errata.effective(moment)
        return other

    def on(self, basis: Basis) -> Figures:
        """The same year as it reads on another basis."""
        other = self._twin()
        other.chosen = basis
        other.__dict__.pop("moment", None)
        return other

    def _twin(self) -> Figures:
        # What does not depend on the moment is read before it is shared, and so only once.
        _read = self.errata, self.moment, self.targets, self.districts
        return copy.copy(self)

    def judging(self, target: Target) -> Figures:
        """The figures that the target's verdict goes by: after its year, as that year closed."""
        due = self.rounds.get(target.year)
        if self.chosen is Basis.NOW or target.year >= self.year or due is None:
            return self
        moment = self.errata.effective(due.closed_at)
        return self if moment == self.moment else self.at(moment)

    @property
    def counted(self) -> Counted:
        key = self.chosen is Basis.PROVISIONAL, self.moment
        if key not in self._counted:
            self._counted[key] = Counted(self, self.moment)
        return self._counted[key]

    @property
    def round(self) -> ReportingRound:
        return self.rounds[self.year]

    @property
    def years(self) -> list[int]:
        """Years with a round, up to the one looked at."""
        return sorted(year for year in self.rounds if year <= self.year)

    @property
    def basis(self) -> str:
        """Of the figures shown: "provisional", "closed" (as at the closing) or "approved"."""
        if self.chosen is Basis.APPROVED and self.round.is_closed:
            return "closed"
        return "provisional" if self.chosen is Basis.PROVISIONAL else "approved"

    @cached_property
    def _confirmed(self) -> list[Target]:
        return list(confirmed_targets(self.territory))

    @cached_property
    def targets(self) -> list[Target]:
        """The targets of the page, each from the plan version that answers for it.

        A target due by now comes from the version in force when its year ended: a later amendment
        changes neither what was to be reached nor the verdict on it, even if it drops the target.
        A target still to come is that of the version in force when the year looked at ended.
        """
        chains = defaultdict(dict)
        for target in self._confirmed:
            chains[target.version.plan_id][target.version_id] = target.version
        supplies = {
            (plan, due): chain.in_force_at_end_of(versions.values(), min(due, self.year)).pk
            for plan, versions in chains.items()
            for due in {target.year for target in self._confirmed}
        }
        return [
            target
            for target in self._confirmed
            if supplies[target.version.plan_id, target.year] == target.version_id
        ]

    @cached_property
    def version(self) -> PlanVersion | None:
        """The plan version in force when the year ended, whether or not it supplies a target."""
        return chain.in_force_at_end_of((target.version for target in self._confirmed), self.year)

    @cached_property
    def amended(self) -> PlanVersion | None:
        """The document that the one in force replaces; None if the plan was not amended by then."""
        versions = {target.version for target in self._confirmed}
        links = chain.links(each for each in versions if each.plan_id == self.version.plan_id)
        return next((link.replaces for link in links if link.version == self.version), None)

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

    @property
    def groups(self) -> list[Group]:
        return self.counted.groups

    @property
    def by_indicator(self) -> dict[tuple[int, int], list[Group]]:
        return self.counted.by_indicator

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

    @property
    def communes(self) -> dict[tuple[int, CommuneQuestion], list[query.CommuneGroup]]:
        return self.counted.communes

    def question(self, target: Target) -> CommuneQuestion:
        """What is asked of communes; which of them count, the target's own document says."""
        return CommuneQuestion(
            target.indicator_id,
            self.tiers_of(target),
            target.version.commune_scope == PlanVersion.CommuneScope.RURAL,
        )

    def commune_day(self, year: int) -> datetime.date:
        """The day whose communes count: the round's, while the territory's map stood."""
        day, last = self.rounds[year].as_of, self.territory.last_day
        return min(day, last) if last else day

    def counts(self, target: Target, year: int) -> Counts | None:
        """The counts of a coverage target, None if the year had no round."""
        if year not in self.rounds or year > self.year:
            return None
        totals, key = self.counted.totals, (target.pk, year)
        if key not in totals:
            if target.counts == Target.Counts.COMMUNE:
                parts = self.communes.get((year, self.question(target)), ())
            else:
                parts = self.of(target, year)
            totals[key] = sum((part.counts for part in parts), Counts())
        return totals[key]

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
            period_start=target.period_start,
        )

    def siblings(self, target: Target) -> list[Target]:
        """Targets of the same thing in the same plan, whatever their year and document."""
        return [other for other in self.targets if _subject(other) == _subject(target)]

    def earlier(self, target: Target) -> list[Milestone]:
        """The plan's earlier targets of the same thing."""
        return [
            Milestone(other.year, other.minimum)
            for other in self.siblings(target)
            if other.year < target.year
        ]

    @property
    def growth_figures(self) -> tuple[dict, dict]:
        return self.counted.growth_figures

    def growth(self, target: Target, year: int) -> Growth | None:
        """Rule 4 from the target's base to `year`; None up to the base, or without a round.

        By the method, and with the smallest panel, of the document that the target stands in.
        """
        base, version = self.horizon(target).base, target.version
        if year <= base or year not in self.rounds or year > self.year:
            return None
        if version.growth_method != PlanVersion.GrowthMethod.MEAN:
            return growth(
                self.panel(target, year),
                target.minimum,
                years=year - base,
                maximum=target.maximum,
                min_panel=version.growth_min_panel,
                same_periods=self._same_periods([base, year]),
            )
        between = range(base, year + 1)
        steady, institutions = self.steady(target, year)
        return mean_growth(
            self.panel(target, year),
            target.minimum,
            sums=[total for _year, total in steady],
            institutions=institutions,
            years=year - base,
            maximum=target.maximum,
            min_panel=version.growth_min_panel,
            same_periods=self._same_periods(between),
            every_year=all(each in self.rounds for each in between),
        )

    def panel(self, target: Target, year: int) -> Panel:
        """The institutions of the target with a count in its base year and in `year`."""
        base, tiers = self.horizon(target).base, self.tiers_of(target)
        if base not in self.rounds:
            # Nothing to grow from, but the institutions are there.
            return Panel(institutions=sum(group.lines for group in self.of(target, year)))
        parts = self.growth_figures[0].get((base, year, target.indicator_id), ())
        return sum((p.panel for p in parts if not tiers or p.tier in tiers), Panel())

    def compound_rate(self, target: Target, year: int) -> Decimal | None:
        """The compound yearly rate up to `year` of those with both years, whatever the method."""
        base = self.horizon(target).base
        if year <= base or year not in self.rounds or not self._same_periods([base, year]):
            return None
        panel = self.panel(target, year)
        return compound_rate(panel.base, panel.current, year - base)

    def mean_rate(self, target: Target, year: int) -> Fraction | None:
        """The mean of the yearly rates up to `year` of those with every year, likewise."""
        if not self._same_periods(range(self.horizon(target).base, year + 1)):
            return None
        steady, _institutions = self.steady(target, year)
        return mean_of_yearly_rates([total for _year, total in steady])

    def _same_periods(self, years: Iterable[int]) -> bool:
        """Whether the counts of these years are of periods of one length; years without a round
        are passed over."""
        held = [self.rounds[year] for year in years if year in self.rounds]
        return all(
            same_length(
                (held[0].period_from, held[0].period_to), (each.period_from, each.period_to)
            )
            for each in held[1:]
        )

    def steady(self, target: Target, year: int) -> tuple[tuple[tuple[int, int], ...], int]:
        """(year, visits) of the institutions with a count in every year from the target's base to
        `year`, and how many they are."""
        base, tiers = self.horizon(target).base, self.tiers_of(target)
        found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for part in self.growth_figures[1].get((base, year, target.indicator_id), ()):
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


@dataclass
class Counted:
    """What was counted for a `Figures` as of one moment. Each property is one query, made once."""

    figures: Figures
    moment: datetime.datetime | None
    totals: dict[tuple[int, int], Counts] = field(default_factory=dict)

    @property
    def _how(self) -> dict:
        return {
            "provisional": self.figures.chosen is Basis.PROVISIONAL,
            "moment": self.moment,
            "within": self.figures.within,
        }

    @cached_property
    def groups(self) -> list[Group]:
        figures = self.figures
        return query.coverage(
            figures.territory.pk, figures.years, detailed=figures.year, **self._how
        )

    @cached_property
    def by_indicator(self) -> dict[tuple[int, int], list[Group]]:
        found = defaultdict(list)
        for group in self.groups:
            found[group.year, group.indicator_id].append(group)
        return found

    @cached_property
    def communes(self) -> dict[tuple[int, CommuneQuestion], list[query.CommuneGroup]]:
        figures = self.figures
        questions = [
            figures.question(target)
            for target in figures.targets
            if target.counts == Target.Counts.COMMUNE
        ]
        if not questions:
            return {}
        days = {year: figures.commune_day(year) for year in figures.years}
        found = defaultdict(list)
        for group in query.communes(figures.territory.pk, days, questions, **self._how):
            found[group.year, group.question].append(group)
        return found

    @cached_property
    def growth_figures(self) -> tuple[dict, dict]:
        figures, pairs = self.figures, set()
        for target in figures.targets:
            if is_growth(target):
                way = figures.horizon(target)
                pairs |= {
                    (way.base, year)
                    for year in figures.years
                    if way.base < year <= way.until and way.base in figures.rounds
                }
        panels, sums = query.panels(
            figures.territory.pk,
            [
                Pair(base, year, figures.rounds[base].as_of, figures.rounds[year].as_of)
                for base, year in pairs
            ],
            **self._how,
        )
        by_pair, by_span = defaultdict(list), defaultdict(list)
        for found in panels:
            by_pair[found.base, found.year, found.indicator_id].append(found)
        for found in sums:
            by_span[found.base, found.until, found.indicator_id].append(found)
        return by_pair, by_span
