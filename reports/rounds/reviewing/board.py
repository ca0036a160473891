"""What the review of one report shows: what changed, what the unit explains, then every cell.

Read in a fixed number of queries, whatever the number of institutions.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from institutions.models import Tier, User
from reports.figures import inspections
from reports.models import Attachment, Change, Inspection, Report, RoundLine
from reports.rounds import pages
from reports.rounds.checks import Cell
from reports.rounds.editing_checks.findings import (
    Finding,
    Findings,
    explanation_of,
    findings_of,
)
from reports.rounds.entry import AMOUNTS, TEXTS, values_of
from reports.rounds.pages import SheetCell
from reports.rounds.reviewing import history
from reports.rounds.reviewing.queue import Waiting, waiting
from reports.rounds.reviewing.risk import TENFOLD
from reports.rounds.wording import cell_code, cell_text
from targets.models import Indicator

NAMED = 8
"""Institutions of a group that are named; the rest is a number."""


@dataclass(frozen=True, slots=True)
class ReviewCell:
    """One cell with all that speaks for or against it.

    `last`: last year's approved answer; `was`: the answer before the changes `since`, which
    `is_changed` unless they led back to it.
    `typed`: the message in a form that was not accepted; None where the cell was not ticked.
    """

    line: RoundLine
    cell: SheetCell
    last: str = ""
    differs: bool = False
    findings: tuple[Finding, ...] = ()
    explanation: str = ""
    was: str = ""
    was_code: str = ""
    changes: tuple[pages.Event, ...] = ()
    is_changed: bool = False
    inspected: inspections.Told | None = None
    files: tuple[Attachment, ...] = ()
    typed: str | None = None
    is_above: bool = False

    @property
    def key(self) -> str:
        return self.cell.key

    @property
    def indicator(self) -> Indicator:
        return self.cell.indicator

    @property
    def asked_for(self) -> str:
        """What the last return asked of this cell."""
        return self.cell.return_message


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One institution in the table of all cells."""

    line: RoundLine
    cells: list[ReviewCell]

    @property
    def differs(self) -> bool:
        return any(each.differs for each in self.cells)

    @property
    def is_blank(self) -> bool:
        return any(each.cell.cell.is_blank for each in self.cells)


@dataclass(frozen=True, slots=True)
class ReviewTable:
    kind: str
    label: str
    indicators: list[Indicator]
    rows: list[ReviewRow]


@dataclass(frozen=True, slots=True)
class Group:
    """What was noticed and explained about several cells of a tier."""

    finding: Finding
    tier: str
    shared: str
    shared_code: str
    names: tuple[str, ...]

    @property
    def unnamed(self) -> int:
        return len(self.finding.lines) - len(self.names)


@dataclass(frozen=True, slots=True)
class TextChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Since:
    """A moment with which the report is compared: it was returned, or approved."""

    code: str
    label: str
    at: datetime.datetime
    by: User | None
    record: object = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Board:
    report: Report
    waiting: Waiting | None
    findings: Findings
    since: Since | None
    moments: list[Since]
    changed: list[ReviewCell]
    texts_changed: list[TextChange]
    noticed: list[ReviewCell]
    groups: list[Group]
    tables: list[ReviewTable]
    steps: list[history.ReportStep]
    files: list[Attachment]

    @property
    def cells(self) -> dict[str, ReviewCell]:
        """Every cell of the report by its key."""
        return {each.key: each for table in self.tables for row in table.rows for each in row.cells}

    @property
    def unchanged(self) -> int:
        """Cells that the return asked for and that are as they were."""
        return sum(not each.is_changed for each in self.changed)

    @property
    def changes(self) -> int:
        """Cells that are not as they were, and texts."""
        return sum(each.is_changed for each in self.changed) + len(self.texts_changed)

    @property
    def differing(self) -> int:
        return sum(row.differs for table in self.tables for row in table.rows)

    @property
    def blank(self) -> int:
        return sum(row.is_blank for table in self.tables for row in table.rows)

    @property
    def institutions(self) -> int:
        return sum(len(table.rows) for table in self.tables)


def board(report: Report, *, since: str = "", typed: Mapping[str, str] | None = None) -> Board:
    """The review of a report. `since`: "returned" or "approved", where there is a choice.

    `typed`: ticked cells with their messages, of a return that was not accepted.
    """
    (row,) = pages.report_rows([report])
    queued = next(iter(waiting([row])), None)
    found = queued.findings if queued else findings_of(report)
    sheet = pages.sheet(report, drafts=True)
    recorded = history.records(report)
    moments = _moments(report, recorded)
    chosen = next((each for each in moments if each.code == since), next(iter(moments), None))
    changes = _changes(report, chosen)
    by_cell: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        if finding.line_id is not None:
            by_cell[f"{finding.line_id}-{finding.indicator.pk}"].append(finding)
    explanations = _explanations(report)
    of_cells, of_report = _files(report)
    typed = typed or {}
    looked_at = inspections.by_cell(
        Inspection.objects.filter(
            line__round=report.round_id, line__reporting_unit=report.reporting_unit_id
        )
    )

    def review(line: RoundLine, cell: SheetCell) -> ReviewCell:
        last = found.before.get((line.pk, cell.indicator.pk))
        steps = changes.get(cell.key, ())
        first = steps[0].change if steps else None
        was = (
            Cell(first.before_state, first.before_count, first.before_na_reason) if first else None
        )
        findings = tuple(sorted(by_cell[cell.key], key=lambda each: each.code not in TENFOLD))
        # Without another submission after a return, what was asked for is no news.
        asked = bool(chosen and chosen.code == "returned" and cell.return_message)
        return ReviewCell(
            line,
            cell,
            last=cell_text(last) if last else "",
            differs=bool(last and not cell.cell.is_blank and last.answer != cell.cell.answer),
            findings=findings,
            explanation=explanations.get(cell.key, ""),
            was=cell_text(was) if was else "",
            was_code=cell_code(was) if was else "",
            changes=steps,
            is_changed=bool(was and (was.answer != cell.cell.answer or _adds_words(steps))),
            inspected=looked_at.get((line.pk, cell.indicator.pk)),
            files=tuple(of_cells.get(cell.key, ())),
            typed=typed.get(cell.key),
            is_above=bool(steps or asked or findings),
        )

    tables = [
        ReviewTable(
            table.kind,
            table.label,
            table.indicators,
            [ReviewRow(r.line, [review(r.line, cell) for cell in r.cells]) for r in table.rows],
        )
        for table in sheet.tables
    ]
    cells = [each for table in tables for row in table.rows for each in row.cells]
    changed = [
        each
        for each in cells
        if each.changes or (chosen and chosen.code == "returned" and each.asked_for)
    ]
    above = {each.key for each in changed}
    noticed = [each for each in cells if each.findings and each.key not in above]
    return Board(
        report=report,
        waiting=queued,
        findings=found,
        since=chosen,
        moments=moments,
        changed=changed,
        texts_changed=_texts_changed(report, chosen),
        noticed=sorted(noticed, key=lambda each: each.findings[0].code not in TENFOLD),
        groups=[_group(found, finding) for finding in found if finding.line_id is None],
        tables=tables,
        steps=history.steps(recorded),
        files=of_report,
    )


def _adds_words(steps: Iterable[pages.Event]) -> bool:
    """Whether note or evidence changed beside an answer that stayed."""
    return any(step.before == step.after for step in steps)


def _moments(report: Report, recorded: list) -> list[Since]:
    """What the report can be compared with: its return before it was sent again, and the latest
    approval, if that was withdrawn."""
    found = []
    returned, sent = report.returned_at, report.submitted_at
    if returned and sent and sent > returned and report.status != Report.Status.RETURNED:
        found.append(
            Since(
                "returned",
                _("since it was returned"),
                returned,
                report.returned_by,
                _record(recorded, "returned_at", returned),
            )
        )
    if report.approved_at and report.status != Report.Status.APPROVED:
        found.append(
            Since(
                "approved",
                _("since it was approved"),
                report.approved_at,
                report.approved_by,
                _record(recorded, "approved_at", report.approved_at),
            )
        )
    return found


def _record(recorded: list, name: str, at: datetime.datetime):
    return next((each for each in recorded if getattr(each, name) == at), None)


def _changes(report: Report, since: Since | None) -> dict[str, tuple[pages.Event, ...]]:
    """Changes of figures since that moment, by cell, oldest first; not those taken back again."""
    found: dict[str, list[pages.Event]] = defaultdict(list)
    if since is None:
        return {}
    for change in (
        Change.objects.filter(
            value__line__round=report.round_id,
            value__line__reporting_unit=report.reporting_unit_id,
            action__in=Change.WORKING,
            at__gt=since.at,
        )
        .select_related("value", "by", "import_batch")
        .order_by("pk")
    ):
        key = f"{change.value.line_id}-{change.value.indicator_id}"
        found[key].append(history.event(change))
    return {key: tuple(events) for key, events in found.items()}


def _explanations(report: Report) -> dict[str, str]:
    """The words on single values that count for the answer that stands there, by cell."""
    rows = (
        values_of(report)
        .exclude(explanation="")
        .values_list("line", "indicator", "state", "count", "na_reason", "explanation", "explained")
    )
    return {
        f"{line}-{indicator}": kept
        for line, indicator, state, count, reason, text, explained in rows
        if (kept := explanation_of(Cell(state, count, reason), text, explained))
    }


def _files(report: Report) -> tuple[dict[str, list[Attachment]], list[Attachment]]:
    """Files by the cell that they are the evidence of, and those of the report."""
    of_cells: dict[str, list[Attachment]] = defaultdict(list)
    of_report = []
    for file in report.attachments.select_related("value").order_by("pk"):
        if file.value:
            of_cells[f"{file.value.line_id}-{file.value.indicator_id}"].append(file)
        else:
            of_report.append(file)
    return of_cells, of_report


def _group(found: Findings, finding: Finding) -> Group:
    return Group(
        finding,
        str(Tier(finding.tier).label),
        cell_text(finding.shared) if finding.shared else "",
        cell_code(finding.shared) if finding.shared else "",
        tuple(str(found.lines[pk].institution) for pk in finding.lines[:NAMED]),
    )


LABELS = {
    "documents_issued": gettext_lazy("Documents issued"),
    "communication": gettext_lazy("Communication"),
    "difficulties": gettext_lazy("Difficulties"),
    "proposals": gettext_lazy("Proposals"),
    "budget": gettext_lazy("State budget, million VND"),
    "mobilised": gettext_lazy("Mobilised from society, million VND"),
}


def _texts_changed(report: Report, since: Since | None) -> list[TextChange]:
    if since is None or since.record is None:
        return []

    def shown(value) -> str:
        return "–" if value in ("", None) else str(value)

    def amount(value) -> str:
        return "–" if value is None else floatformat(value, "-3g")

    return [
        TextChange(
            str(LABELS[name]),
            *(
                (amount if name in AMOUNTS else shown)(getattr(each, name))
                for each in (since.record, report)
            ),
        )
        for name in (*TEXTS, *AMOUNTS)
        if getattr(since.record, name) != getattr(report, name)
    ]
