"""Districts side by side, and who has reported: boards in the words of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from institutions.models import AdministrativeUnit, Kind, ReportingUnit
from reports.deadlines import days_left, received_late
from reports.figures import boards, words
from reports.figures.attainment import Beside, Counts, display_percent
from reports.figures.completeness import Completeness, UnitCompleteness
from reports.figures.districts import LOCAL_TIERS, DistrictCell, DistrictColumn, DistrictTable
from reports.figures.joining import Figure, figures
from reports.figures.matrix import FAMILIES
from reports.figures.phrases import described, missing_word, tiers_label
from reports.figures.places import Place
from reports.figures.rows import report_word
from reports.figures.target_rows import TargetAttainment
from reports.models import Report, ReportingRound, RoundLine
from targets.models import Indicator, PlanVersion, Target

# Districts ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeatHead:
    kind: str
    label: str
    level: str
    url: str


@dataclass(frozen=True, slots=True)
class HeatGroup:
    label: str
    span: int


@dataclass(frozen=True, slots=True)
class HeatCell:
    code: str
    value: str
    detail: str
    word: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class HeatRow:
    name: str
    url: str
    cells: tuple[HeatCell, ...]
    report: str
    day: str


@dataclass(frozen=True, slots=True)
class Heat:
    """Districts beside the levels that the plan sets for the whole territory."""

    groups: tuple[HeatGroup, ...]
    heads: tuple[HeatHead, ...]
    rows: tuple[HeatRow, ...]
    totals: tuple[HeatCell, ...]

    def as_lists(self) -> tuple[list[str], list[list]]:
        """Head and rows of the same table as a file: numbers and words in columns of their own."""
        parts = (
            pgettext("head of a column", "yes"),
            pgettext("head of a column", "population"),
            pgettext("head of a column", "missing"),
            "%",
            pgettext("head of a column", "in words"),
        )
        heads = [
            f"{head.kind}: {head.label} ({head.level}): {part}"
            for head in self.heads
            for part in parts
        ]
        body = [
            [
                row.name,
                *(part for cell in row.cells for part in _parts(cell)),
                f"{row.report} {row.day}".strip(),
            ]
            for row in self.rows
        ]
        total = [part for cell in self.totals for part in _parts(cell)]
        body.append([_("Whole territory"), *total, ""])
        return [_("District"), *heads, _("Report")], body


def _parts(cell: HeatCell) -> tuple[int | None, int, int | None, Decimal | None, str]:
    """Yes, population, missing, percentage and words; no yes where nobody has answered."""
    counts = cell.counts
    if not counts.yes + counts.no:
        return None, counts.n, counts.missing, None, cell.word
    percentage = display_percent(counts.yes, counts.n)
    return counts.yes, counts.n, counts.missing, percentage, cell.word


def heat(table: DistrictTable, place: Place) -> Heat:
    order = sorted(
        range(len(table.columns)),
        key=lambda i: (_family(table.columns[i]), table.columns[i].target.indicator.position),
    )
    columns = [table.columns[i] for i in order]
    groups: list[HeatGroup] = []
    for column in columns:
        label = tiers_label(column.tiers[:1] if _local(column) else column.tiers, "")
        if groups and groups[-1].label == label:
            groups[-1] = HeatGroup(label, groups[-1].span + 1)
        else:
            groups.append(HeatGroup(label, 1))
    return Heat(
        groups=tuple(groups),
        heads=tuple(
            HeatHead(
                kind=_what(column),
                label=column.target.indicator.label,
                level=_("level %(level)s") % {"level": words.level(column.target.minimum)},
                url=place.explain(column.target),
            )
            for column in columns
        ),
        rows=tuple(
            HeatRow(
                name=row.district.name,
                url=place.unit(row.report.reporting_unit.code) if row.report else "",
                cells=tuple(
                    heat_cell(row.cells[i], communes=_communes(table.columns[i])) for i in order
                ),
                report=report_word(row.report.status) if row.report else "",
                day=report_day(row.report) if row.report else "",
            )
            for row in table.rows
        ),
        totals=tuple(_total(table.totals[i]) for i in order),
    )


def _family(column: DistrictColumn) -> int:
    return next(i for i, family in enumerate(FAMILIES) if column.tiers[0] in family)


def _local(column: DistrictColumn) -> bool:
    return any(set(column.tiers) <= set(family) for family in FAMILIES)


def _communes(column: DistrictColumn) -> bool:
    return column.target.counts == Target.Counts.COMMUNE


def _what(column: DistrictColumn) -> str:
    if _communes(column):
        return _("Communes")
    return words.kinds(column.target.indicator.kind)


def heat_cell(cell: DistrictCell, *, communes: bool = False) -> HeatCell:
    """A district's figure: tint, figure and words; of a single institution yes or no only."""
    counts, status = cell.counts, words.BESIDE[cell.beside]
    if cell.beside is Beside.NO_POPULATION:
        word = _("not applicable") if counts.not_applicable else ""
        return HeatCell("", words.NO_FIGURE, word, word, counts)
    if counts.n == 1:
        word = missing_word(counts) if counts.missing else str(status.word)
        return HeatCell(status.code, word, "", word, counts)
    answered = counts.yes + counts.no
    if not answered:
        share = _("%(share)s with data") % {"share": f"0/{words.grouped(counts.n)}"}
        word = missing_word(counts)
        return HeatCell("undetermined", word, share, word, counts)
    share = f"{words.grouped(counts.yes)}/{words.grouped(counts.n)}"
    word = _("%(missing)s missing") % {"missing": words.grouped(counts.missing)}
    if cell.beside is not Beside.UNDETERMINED:
        word = str(status.word)
    value = words.percent(100 * counts.confirmed)
    return HeatCell(status.code, value, f"{share} · {word}", word, counts)


def _total(counts: Counts) -> HeatCell:
    if not counts.n:
        return HeatCell("", words.NO_FIGURE, "", "", counts)
    if not counts.yes + counts.no:
        word = missing_word(counts)
        return HeatCell("", word, words.grouped(counts.n), word, counts)
    share = f"{words.grouped(counts.yes)}/{words.grouped(counts.n)}"
    return HeatCell("", words.percent(100 * counts.confirmed), share, "", counts)


# Documents ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """A plan version that targets of a page come from; `years`: whose, where there are several."""

    version: PlanVersion
    years: str = ""


def documents(
    rows: Sequence[TargetAttainment], version: PlanVersion | None = None
) -> tuple[Document, ...]:
    """The documents behind the targets, the oldest first; without a target the one in force."""
    found: dict[int, PlanVersion] = {}
    years: dict[int, set[int]] = {}
    for row in rows:
        own = row.target.version
        found[own.pk] = own
        years.setdefault(own.pk, set()).add(row.target_year)
    if len(found) < 2:
        return tuple(Document(each) for each in (*found.values(), version)[:1] if each)
    ordered = sorted(found.values(), key=lambda each: (each.in_force_from, each.pk))
    return tuple(Document(each, words.listed_years(years[each.pk])) for each in ordered)


# Reports ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One reporting unit that has not everything approved."""

    name: str
    url: str
    status: str
    detail: str
    missing: str
    holds_open: tuple[TargetAttainment, ...]
    held: tuple[tuple[str, str], ...]
    is_late: bool


@dataclass(frozen=True, slots=True)
class Reports:
    """Completeness of a round and its deadline, in words."""

    total: int
    approved: int
    done: str
    waiting: str
    label: str
    deadline: str
    days_left: str
    is_overdue: bool
    groups: tuple[tuple[str, str], ...]
    lines: tuple[UnitLine, ...]


def reports(complete: Completeness, round_: ReportingRound, place: Place) -> Reports:
    total, approved = complete.total, len(complete.approved)
    submitted = len(complete.submitted)
    statuses = (
        (pgettext("reports", "Not submitted"), complete.not_submitted),
        (pgettext("reports", "Awaiting approval"), complete.submitted),
        (pgettext("reports", "Returned"), complete.returned),
    )
    label = ", ".join(
        f"{word.lower()}: {len(units)}"
        for word, units in (
            (pgettext("reports", "Approved"), complete.approved),
            *statuses,
        )
    )
    open_units = [
        unit for unit in complete.units if unit.status != Report.Status.APPROVED or unit.holds_open
    ]
    deadline, left, overdue = deadline_words(round_)
    return Reports(
        total=total,
        approved=approved,
        done=words.width(Fraction(approved, total) if total else None),
        waiting=words.width(Fraction(submitted, total) if total else None),
        label=label,
        deadline=deadline,
        days_left=left,
        is_overdue=overdue,
        groups=tuple((word, _named(units)) for word, units in statuses if units),
        lines=tuple(unit_line(unit, place) for unit in open_units),
    )


def _named(units: Sequence[UnitCompleteness], most: int = 4) -> str:
    names = [unit.unit.name for unit in units]
    if len(names) <= most:
        return ", ".join(names)
    rest = len(names) - most + 1
    other = ngettext("%(number)s other unit", "%(number)s other units", rest) % {"number": rest}
    return words.listed([", ".join(names[: most - 1]), other])


def deadline_words(round_: ReportingRound) -> tuple[str, str, bool]:
    """ "Reports before 01/12/2025", "8 days left", whether the day has passed."""
    if round_.is_closed:
        closed = date_format(timezone.localtime(round_.closed_at), "SHORT_DATE_FORMAT")
        return "", _("Round closed on %(day)s") % {"day": closed}, False
    if round_.due_before is None:
        return "", _("Baseline round, without a deadline"), False
    deadline = _("due before %(day)s") % {
        "day": date_format(round_.due_before, "SHORT_DATE_FORMAT")
    }
    left = days_left(round_)
    if left > 0:
        days = ngettext("%(number)s day left", "%(number)s days left", left) % {"number": left}
        return deadline, days, False
    if left == 0:
        return deadline, _("Last day today"), False
    late = -left
    days = ngettext("%(number)s day overdue", "%(number)s days overdue", late) % {"number": late}
    return deadline, days, True


@dataclass(frozen=True, slots=True)
class OpenRound:
    """The round that is being reported while an earlier year is looked at (design 5.8)."""

    year: int
    url: str
    deadline: str
    days_left: str
    is_earlier: bool = False


def open_rounds(rounds: Sequence[ReportingRound], place: Place) -> list[OpenRound]:
    """The rounds of other years that are not closed, the latest first: a year that was left
    unfinished is named beside the new one."""
    others = [each for each in rounds if each.year != place.year and not each.is_closed]
    found = []
    for each in sorted(others, key=lambda each: -each.year):
        deadline, left, _overdue = deadline_words(each)
        url = replace(place, year=each.year).url("province")
        found.append(OpenRound(each.year, url, deadline, left, each.year < place.year))
    return found


def unit_line(unit: UnitCompleteness, place: Place) -> UnitLine:
    kinds = [words.counted(number, kind) for kind, number in sorted(unit.kinds.items())]
    return UnitLine(
        name=unit.unit.name,
        url=place.unit(unit.unit.code),
        status=report_word(unit.status),
        detail=status_detail(unit),
        missing=", ".join(kinds),
        holds_open=unit.holds_open,
        held=tuple(
            (f"{described(row)} {row.target_year}", place.explain(row.target))
            for row in unit.holds_open
        ),
        is_late=unit.is_late,
    )


def status_detail(unit: UnitCompleteness) -> str:
    """What the status alone does not say: the day, or how far a draft has come."""
    if unit.status == Report.Status.DRAFT:
        if not unit.entered:
            return _("not begun")
        return _("draft, %(entered)s of %(cells)s cells") % {
            "entered": words.grouped(unit.entered),
            "cells": words.grouped(unit.cells),
        }
    return report_day(unit.report)


def report_day(report: Report) -> str:
    """The day of the status that a report has."""
    moment = {
        Report.Status.APPROVED: report.approved_at,
        Report.Status.SUBMITTED: report.submitted_at,
        Report.Status.RETURNED: report.returned_at,
    }.get(report.status)
    return date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT") if moment else ""


# One unit -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitBoard:
    """A district or agency: its figures beside the common levels, and its report."""

    figures: tuple[Figure, ...]
    documents: tuple[Document, ...]
    indicators: tuple[Indicator, ...]
    kinds: tuple[str, ...]
    population: str
    report: Report | None
    status: str
    day: str
    deadline: str
    days_left: str
    is_late: bool


def unit(office: ReportingUnit, round_: ReportingRound, place: Place) -> UnitBoard | None:
    """None if the unit has no part in the round: neither institutions nor a report."""
    numbers = dict(
        RoundLine.objects.filter(round=round_, reporting_unit=office)
        .values_list("kind")
        .annotate(number=Count("pk"))
        .order_by()
    )
    report = (
        Report.objects.filter(round=round_, reporting_unit=office).select_related("round").first()
    )
    if report is None and not numbers:
        return None
    part = {"reporting_unit": office}
    if office.kind == ReportingUnit.Kind.DISTRICT_OFFICE:
        part = {"district": office.administrative_unit}
    found = boards.attainment_rows(
        place.territory, place.year, basis=place.basis, known=place.known, **part
    )
    if "district" in part:
        # A district's page is about its own tiers, not about schools that only stand there.
        found = [row for row in found if LOCAL_TIERS & set(row.tiers)]
    deadline, left, _overdue = deadline_words(round_)
    kinds = [kind for kind in Kind.values if kind in numbers]
    return UnitBoard(
        figures=tuple(figures(found, place)),
        documents=documents(found),
        indicators=tuple(Indicator.objects.asked_in(place.year).filter(kind__in=kinds)),
        kinds=tuple(kinds),
        population=", ".join(words.counted(numbers[kind], kind) for kind in kinds),
        report=report,
        status=report_word(report.status) if report else "",
        day=report_day(report) if report else "",
        deadline=deadline,
        days_left=left,
        is_late=bool(report and received_late(report)),
    )


# The map --------------------------------------------------------------------------------------


def map_words(territory: AdministrativeUnit) -> str:
    """Which map the figures are on: "on the map before 01/07/2025"."""
    if territory.valid_to is not None:
        return _("on the map before %(day)s") % {
            "day": date_format(territory.valid_to, "SHORT_DATE_FORMAT")
        }
    if territory.valid_from.year > 1900:
        return _("on the map since %(day)s") % {
            "day": date_format(territory.valid_from, "SHORT_DATE_FORMAT")
        }
    return ""
