"""What the reporting pages show: what is due, where every report stands, one report's table.

Each function reads a fixed number of queries, whatever the number of units and institutions.
"""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from institutions.models import AdministrativeUnit, Kind, Tier, User
from institutions.scope import limit_to_overseen, may_see_drafts, territories
from reports.deadlines import days_left, is_late
from reports.models import (
    Change,
    CheckNote,
    IndicatorValue,
    Report,
    ReportingRound,
    RoundLine,
)
from reports.rounds.checks import Cell
from reports.rounds.editing_checks.rules import BY_CODE
from reports.rounds.entry import Openness, cell_of, values_of
from reports.rounds.progress import Progress, asked_in, progress
from reports.rounds.review import approved_cell
from reports.rounds.wording import Status, cell_code, cell_text, report_status
from targets.models import Indicator

HISTORY = 50


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report in a list."""

    report: Report
    status: Status
    progress: Progress
    is_late: bool
    days_left: int | None

    @property
    def is_complete(self) -> bool:
        """Submitted, with an answer in every cell."""
        return self.report.status == Report.Status.SUBMITTED and not self.progress.missing


def report_rows(reports: Collection[Report]) -> list[ReportRow]:
    """Rows for a list, in the order given."""
    found = progress(reports)
    return [
        ReportRow(
            report, report_status(report), found[report.pk], is_late(report),
            days_left(report.round),
        )
        for report in reports
    ]  # fmt: skip


def overseen(user: User):
    """Reports that the user may open, with what the pages touch."""
    return limit_to_overseen(
        Report.objects.select_related("round__territory", "reporting_unit", "submitted_by"),
        user,
        territory="round__territory",
        unit="reporting_unit",
    )


# Territories and their rounds --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A territory with its rounds, newest first."""

    territory: AdministrativeUnit
    rounds: tuple[ReportingRound, ...]

    @property
    def open_rounds(self) -> list[ReportingRound]:
        """Every round that takes reports, newest first: years may overlap."""
        today = timezone.localdate()
        return [r for r in self.rounds if not r.is_closed and r.opens_on <= today]

    @property
    def open_round(self) -> ReportingRound | None:
        """The newest round that takes reports."""
        return next(iter(self.open_rounds), None)

    @property
    def year(self) -> int | None:
        """The year that opens first: the last closed one until an open round is due (rule 8).

        Where none is closed or due, the open round that is due first.
        """
        today = timezone.localdate()
        due = (r for r in self.open_rounds if r.due_before and r.due_before <= today)
        closed = (r for r in self.rounds if r.is_closed)
        told = [found.year for found in (next(due, None), next(closed, None)) if found]
        if told:
            return max(told)
        first = min(self.open_rounds, key=lambda r: r.due_before or datetime.date.max, default=None)
        return first and first.year

    @property
    def years(self) -> list[int]:
        return [round_.year for round_ in self.rounds]


def places(user: User) -> list[Place]:
    """The territories that the user sees and that have a round, by name. Two queries."""
    seen = {place.pk: place for place in territories(user).filter(rounds__isnull=False).distinct()}
    rounds: dict[int, list[ReportingRound]] = {}
    for round_ in ReportingRound.objects.filter(territory__in=seen).order_by("-year"):
        rounds.setdefault(round_.territory_id, []).append(round_)
    return [
        Place(place, tuple(rounds[pk]))
        for pk, place in sorted(seen.items(), key=lambda item: item[1].sort_key)
    ]


# One report -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One cell as the reader may see it. `key` names it in forms: "line-indicator"."""

    indicator: Indicator
    key: str
    cell: Cell
    text: str
    code: str
    note: str = ""
    evidence: str = ""
    version: int = 0
    is_returned: bool = False
    # Returned, and changed since: the mark stays until the report is submitted again.
    is_corrected: bool = False
    return_message: str = ""
    is_open: bool = False
    # What counts on the dashboards, where that is something else than the working value.
    approved_text: str = ""


@dataclass(frozen=True, slots=True)
class SheetRow:
    line: RoundLine
    cells: list[SheetCell]

    @property
    def is_open(self) -> bool:
        return any(cell.is_open for cell in self.cells)

    @property
    def missing(self) -> int:
        return sum(cell.cell.is_blank for cell in self.cells)

    @property
    def returned(self) -> int:
        return sum(cell.is_returned for cell in self.cells)


@dataclass(frozen=True, slots=True)
class SheetTable:
    """The institutions of one kind, with the questions that they are asked."""

    kind: str
    label: str
    indicators: list[Indicator]
    rows: list[SheetRow]


@dataclass(frozen=True, slots=True)
class Sheet:
    tables: list[SheetTable]
    names_cells: bool = False
    returned: list[tuple[SheetRow, SheetCell]] = field(default_factory=list)

    @property
    def cells(self) -> Iterable[tuple[SheetRow, SheetCell]]:
        for table in self.tables:
            for row in table.rows:
                for cell in row.cells:
                    yield row, cell

    @property
    def progress(self) -> Progress:
        cells = [cell for _row, cell in self.cells]
        return Progress(
            answered=sum(not cell.cell.is_blank for cell in cells),
            asked=len(cells),
            returned=sum(cell.is_returned for cell in cells),
            institutions=sum(len(table.rows) for table in self.tables),
        )


def sheet(report: Report, *, drafts: bool, open_now: Openness | None = None) -> Sheet:
    """The table of a report: three queries. Without `drafts` only approved values show.

    `open_now` marks the cells that the reader may change; None: none of them.
    """
    order = {tier: place for place, tier in enumerate(Tier.values)}
    lines = sorted(
        RoundLine.objects.filter(
            round=report.round_id, reporting_unit=report.reporting_unit_id
        ).select_related("institution", "commune"),
        key=lambda line: (
            order[line.tier],
            line.commune.sort_key if line.commune else "",
            line.institution.sort_key,
            line.institution.code,
        ),
    )
    values = {
        (value.line_id, value.indicator_id): value for value in with_corrections(values_of(report))
    }
    asked = asked_in(report.round)
    tables = []
    for kind, label in Kind.choices:
        indicators = [indicator for indicator in asked if indicator.kind == kind]
        rows = [
            SheetRow(
                line,
                [
                    _sheet_cell(line, indicator, values, drafts=drafts, open_now=open_now)
                    for indicator in indicators
                ],
            )
            for line in lines
            if line.kind == kind
        ]
        if rows:
            tables.append(SheetTable(kind, label, indicators, rows))
    found = Sheet(tables)
    returned = [(row, cell) for row, cell in found.cells if cell.is_returned]
    return Sheet(tables, any(value.is_returned for value in values.values()), returned)


def with_corrections(values: QuerySet[IndicatorValue]) -> QuerySet[IndicatorValue]:
    """The values with `is_corrected`: returned, and changed since their report was."""
    reports = Report.objects.filter(
        round=OuterRef("value__line__round"), reporting_unit=OuterRef("value__line__reporting_unit")
    )
    since = Change.objects.filter(
        value=OuterRef("pk"),
        action__in=Change.WORKING,
        at__gt=Subquery(reports.values("returned_at")[:1]),
    )
    return values.annotate(
        is_corrected=Case(When(is_returned=True, then=Exists(since)), default=Value(False))
    )


def narrowed(tables: Iterable[SheetTable], show: str) -> list[SheetTable]:
    """The tables with the rows that have something blank ("missing") or returned ("returned")."""
    if show not in ("missing", "returned"):
        return list(tables)
    found = [
        replace(table, rows=[row for row in table.rows if getattr(row, show)]) for table in tables
    ]
    return [table for table in found if table.rows]


def _sheet_cell(line, indicator, values, *, drafts: bool, open_now: Openness | None) -> SheetCell:
    value = values.get((line.pk, indicator.pk))
    key = f"{line.pk}-{indicator.pk}"
    approved = approved_cell(value) if value else Cell()
    if not drafts:
        # Whether something was reported and waits is part of the draft.
        text = _("nothing approved") if approved.is_blank else cell_text(approved)
        return SheetCell(indicator, key, approved, text, cell_code(approved))
    cell = cell_of(value)
    is_returned = bool(value and value.is_returned)
    differs = not approved.is_blank and approved.answer != cell.answer
    return SheetCell(
        indicator=indicator,
        key=key,
        cell=cell,
        text=cell_text(cell),
        code=cell_code(cell),
        note=cell.note,
        evidence=value.evidence if value else "",
        version=value.version if value else 0,
        is_returned=is_returned,
        is_corrected=is_returned and value.is_corrected,
        return_message=value.return_message if value else "",
        is_open=bool(open_now and open_now.allows(is_returned=is_returned)),
        approved_text=cell_text(approved) if differs else "",
    )


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history: a step of the report, a change of a value, or an explanation.

    `about` names what an explanation of a group is about; `says` are the words that went along.
    """

    at: datetime.datetime
    by: User | None
    what: str
    change: Change | None = None
    before: str = ""
    after: str = ""
    about: str = ""
    says: str = ""


def changes(report: Report, limit: int = HISTORY) -> list[Event]:
    """The latest changes of the report's values and explanations, newest first. Two queries.

    Approvals are left out: they follow the report's own step and would bury what people entered.
    """
    found = (
        Change.objects.filter(
            value__line__round=report.round_id,
            value__line__reporting_unit=report.reporting_unit_id,
        )
        .exclude(action__in=[Change.Action.APPROVED, Change.Action.UNAPPROVED])
        .select_related("value__line__institution", "value__indicator", "by", "import_batch")
        .order_by("-pk")[:limit]
    )
    events = [
        Event(
            change.at,
            change.by,
            change.get_action_display(),
            change,
            cell_text(Cell(change.before_state, change.before_count, change.before_na_reason)),
            cell_text(Cell(change.after_state, change.after_count, change.after_na_reason)),
            says=change.reason if change.action in _WITH_WORDS else "",
        )
        for change in found
    ]
    written = CheckNote.history.filter(report=report).select_related("history_user")
    explained = Change.Action.EXPLAINED.label
    events += [
        Event(note.history_date, note.history_user, explained, about=_about(note), says=note.text)
        for note in written.order_by("-history_id")[:limit]
    ]
    return sorted(events, key=lambda event: event.at, reverse=True)[:limit]


_WITH_WORDS = (Change.Action.CORRECTED, Change.Action.EXPLAINED, Change.Action.ERRATUM)


def _about(note: CheckNote) -> str:
    """What an explanation of a group is about: "Chưa có số liệu, cấp xã"."""
    tier = note.subject.partition(":")[0]
    title = BY_CODE[note.check_code].words(get_language() or "vi").title
    return f"{title}, {Tier(tier).label}" if tier in Tier.values else title


def sees_drafts(user: User, report: Report) -> bool:
    return may_see_drafts(
        user, territory_id=report.round.territory_id, unit_id=report.reporting_unit_id
    )
