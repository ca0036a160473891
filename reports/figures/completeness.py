"""What each reporting unit has sent, and which targets wait for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from institutions.models import ReportingUnit
from reports.deadlines import received_late
from reports.figures.attainment import (
    Pace,
    Verdict,
)
from reports.figures.counts import Group
from reports.figures.reading import Figures
from reports.figures.target_rows import TargetAttainment
from reports.models import Report


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


def completeness_of(figures: Figures, rows: Collection[TargetAttainment]) -> Completeness:
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
