"""What the pages of errata show: the cell that is corrected, and the list of a closed year."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from institutions.models import Institution, User
from reports.figures.as_closed import corrected_since
from reports.models import Change, IndicatorValue, Report, ReportingRound, RoundLine
from reports.rounds.checks import Cell
from reports.rounds.review import approved_cell
from reports.rounds.wording import cell_text
from targets.models import Indicator


@dataclass(frozen=True, slots=True)
class Correction:
    """One erratum in words. `by` is empty for those who may not see who changed what."""

    at: datetime.datetime
    year: int
    institution: Institution
    indicator: Indicator
    unit: str
    unit_code: str
    before: str
    after: str
    reason: str
    by: User | None


def in_words(errata: Iterable[Change], *, named: bool) -> list[Correction]:
    """Changes with their value, line, round and unit read along. `named`: say who."""
    found = []
    for change in errata:
        line = change.value.line
        found.append(
            Correction(
                at=change.at,
                year=line.round.year,
                institution=line.institution,
                indicator=change.value.indicator,
                unit=line.reporting_unit.name,
                unit_code=line.reporting_unit.code,
                before=cell_text(
                    Cell(change.before_state, change.before_count, change.before_na_reason)
                ),
                after=cell_text(
                    Cell(change.after_state, change.after_count, change.after_na_reason)
                ),
                reason=change.reason,
                by=change.by if named else None,
            )
        )
    return found


def since_closing(round_: ReportingRound):
    """The errata that a closed year reads: its own values and those of earlier years, corrected
    since it was closed. The newest first; one query."""
    return (
        corrected_since(
            round_.closed_at,
            line__round__territory=round_.territory_id,
            line__round__year__lte=round_.year,
        )
        .select_related(
            "value__line__institution",
            "value__line__round",
            "value__line__reporting_unit",
            "value__indicator",
            "by",
        )
        .order_by("-pk")
    )


def of_report(report: Report) -> list[Change]:
    """The errata of one report's figures, the newest first. One query."""
    return list(
        Change.objects.filter(
            value__line__round=report.round_id,
            value__line__reporting_unit=report.reporting_unit_id,
            action=Change.Action.ERRATUM,
        )
        .select_related(
            "value__line__institution",
            "value__line__round",
            "value__line__reporting_unit",
            "value__indicator",
            "by",
        )
        .order_by("-pk")
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """One cell of a closed round: as it was closed, as it stands now, and what came between."""

    indicator: Indicator
    closed: str
    now: str
    cell: Cell
    version: int
    errata: tuple[Correction, ...]

    @property
    def is_corrected(self) -> bool:
        return bool(self.errata)


def cells(line: RoundLine, *, named: bool) -> list[Standing]:
    """Every cell of an institution in a closed round. Three queries."""
    values = {value.indicator_id: value for value in IndicatorValue.objects.filter(line=line)}
    errata: dict[int, list[Change]] = {}
    changes = Change.objects.filter(value__line=line, action=Change.Action.ERRATUM)
    for change in changes.select_related(
        "value__line__institution",
        "value__line__round",
        "value__line__reporting_unit",
        "value__indicator",
        "by",
    ).order_by("pk"):
        errata.setdefault(change.value.indicator_id, []).append(change)
    found = []
    for indicator in Indicator.objects.asked_in(line.round.year).filter(kind=line.kind):
        value = values.get(indicator.pk)
        told = in_words(errata.get(indicator.pk, []), named=named)
        approved = approved_cell(value) if value else Cell()
        found.append(
            Standing(
                indicator=indicator,
                closed=told[0].before if told else cell_text(approved),
                now=cell_text(approved),
                cell=approved,
                version=value.version if value else 0,
                errata=tuple(told),
            )
        )
    return found
