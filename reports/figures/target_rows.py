"""One target in one year: its figures put together with what is said of them.

Counts come from `counts.py` through `reading.py`, judgement from `attainment.py` and `growth.py`.
Nothing is rounded or compared here.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from reports.figures.as_closed import Basis
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
    needed,
    pace,
    projection,
    shortfall,
    standing,
)
from reports.figures.growth import (
    Growth,
    Horizon,
    Panel,
    Reason,
    growth_gap,
    growth_pace,
)
from reports.figures.reading import Figures, Outcome, is_growth, map_code
from targets.models import Indicator, PlanVersion, Target


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
    basis        "approved" as they stand now, "closed" as they stood when the year was closed, or
                 "provisional" if submitted figures count too
    moment       the values are those that stood then; None: as they stand now
    other        the same target on the other of "closed" and now, where anything differs
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
    moment: datetime.datetime | None = None
    other: TargetAttainment | None = None

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


def target_rows(figures: Figures) -> list[TargetAttainment]:
    chosen = figures.targets
    if figures.tier:
        chosen = [t for t in chosen if not t.tiers or figures.tier in t.tiers]
    rows = [_growth_row(figures, t) if is_growth(t) else _coverage_row(figures, t) for t in chosen]
    if figures.within or figures.tier:
        rows = [row for row in rows if _has_population(row)]
    return rows


def compared_rows(figures: Figures) -> list[TargetAttainment]:
    """The rows, each with the same target as it reads now beside it (on the basis "now": as it
    was closed), where the two differ. Reads more only if anything was corrected."""
    rows = target_rows(figures)
    if not figures.errata or figures.chosen is Basis.PROVISIONAL:
        return rows
    is_now = figures.chosen is Basis.NOW
    beside = target_rows(figures.on(Basis.APPROVED if is_now else Basis.NOW))
    others = {row.target.pk: row for row in beside}
    return [
        replace(row, other=other)
        if (other := others.get(row.target.pk)) and _said(other) != _said(row)
        else row
        for row in rows
    ]


def _said(row: TargetAttainment) -> tuple:
    return row.counts, row.growth, row.today, row.verdict, row.pace, row.mean_rate


def _part_of(figures: Figures, target: Target) -> tuple[str, ...] | None:
    """The tiers that share a verdict of which only a part is looked at, else None."""
    if figures.tier is None or target.tiers == (figures.tier,):
        return None
    return target.tiers


def _coverage_row(figures: Figures, target: Target) -> TargetAttainment:
    figure_year = min(figures.year, target.year)
    due, judging = figures.rounds.get(target.year), figures.judging(target)
    stands = standing(
        target.minimum,
        year=figures.year,
        target_year=target.year,
        counts=figures.counts(target, figures.year),
        closed=bool(due and due.is_closed),
        counts_in_target_year=judging.counts(target, target.year),
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
        moment=judging.moment,
    )


def _growth_row(figures: Figures, target: Target) -> TargetAttainment:
    figure_year = min(figures.year, target.year)
    judging = figures.judging(target)
    way, result = figures.horizon(target), judging.growth(target, figure_year)
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
        compound_rate=judging.compound_rate(target, figure_year),
        mean_rate=judging.mean_rate(target, figure_year),
        is_part=is_part,
        part_of=part_of or (),
        moment=judging.moment,
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


def _has_population(row: TargetAttainment) -> bool:
    if row.counts is not None:
        return bool(row.counts.n or row.counts.not_applicable)
    return bool(row.panel and row.panel.institutions)
