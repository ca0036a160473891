"""What the page of a preview shows: what will happen, what is wrong, what was guessed."""

from dataclasses import dataclass

from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from institutions.sheets_wording import doubt_words, passed_words
from reports.importing import effect
from reports.importing.apply import Preview
from reports.importing.columns import UNUSED, Column
from reports.importing.diff import ImportPlan, Outcome, RowResult
from reports.importing.forms import DecisionForm, names
from reports.importing.reasons import Why
from reports.importing.resolving import How
from reports.importing.wording import ErrorLine, delimiters, encodings, error_lines, typed_in
from reports.models import Change, ImportBatch, Report
from reports.rounds.checks import Cell
from reports.rounds.editing_checks.findings import Finding, findings_of
from reports.rounds.views import frame
from reports.rounds.wording import cell_text

# Nobody reads more rows on one page; the counts above them name all.
SHOWN = 200
SAMPLES = 3


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One cell of a row: what stood there and what the file says."""

    line: int
    code: str
    name: str
    label: str
    before: str
    after: str
    note: str


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One error of a row. `field` offers the institutions that the row could mean."""

    error: ErrorLine
    name: str
    field: BoundField | None = None


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column of the file: its letter and heading, what it is taken for, what stands there."""

    column: Column
    field: BoundField
    samples: str


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A row whose institution was not found by its code as it stands."""

    line: int
    was: str
    code: str
    name: str
    how: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """Something that the edit checks would notice. `line` is that of the file, if it is one."""

    finding: Finding
    line: int | None
    subject: str


def preview_page(batch: ImportBatch, seen: Preview, form: DecisionForm) -> dict:
    """What a file would do. Nothing is written, and no lock is held."""
    plan, report = seen.plan, batch.report
    writable = plan.count(Outcome.NEW) + plan.count(Outcome.CHANGED)
    useful = writable and not plan.problems
    effects = effect.effects(report, seen) if useful else []
    checks = _checks(report, seen) if useful else []
    labels = names(seen)
    faults, found = _faults(plan, form), _found(plan)
    # What is open is asked above, in its own place.
    problems = [
        error
        for error in error_lines(plan)
        if error.line in (None, plan.header_line) and error.why is not Why.OPEN_DOUBT
    ]
    may_accept_valid = not plan.may_apply() and plan.may_apply(accept_valid=True)
    return {
        **frame(report),
        "batch": batch,
        "plan": plan,
        "form": form,
        "tally": plan.tally,
        "problems": [_named(error, labels) for error in problems],
        "errors": faults[:SHOWN],
        "error_count": len(faults),
        "usable": len(plan.rows) - plan.count(Outcome.INVALID),
        "writable": writable,
        "may_apply": plan.may_apply() and writable > 0,
        "may_accept_valid": may_accept_valid and writable > 0,
        "is_marked": bool(faults),
        "doubts": [form[name] for name in form.doubts],
        "has_open_doubts": any(doubt.is_open for doubt in plan.doubts),
        "changed": _change_lines(plan, Outcome.CHANGED, labels),
        "new": _change_lines(plan, Outcome.NEW, labels),
        "found": found[:SHOWN],
        "found_count": len(found),
        "shown": SHOWN,
        "effects": effects,
        "turned": sum(each.is_turned for each in effects),
        "checks": checks[:SHOWN],
        "fatal": sum(each.finding.is_fatal for each in checks),
        "to_explain": sum(not each.finding.is_fatal for each in checks),
        **_reading(seen, form),
    }


def _named(error: ErrorLine, labels: dict[str, str]) -> dict:
    """A column that is missing has no heading in the file: the template's then, not its code."""
    return {"error": error, "column": labels.get(error.column, error.column)}


def _reading(seen: Preview, form: DecisionForm) -> dict:
    """How the file was read, and with which fields it can be read otherwise."""
    guess, plan = seen.book.guess, seen.plan
    samples = seen.book.rows[:SAMPLES]
    columns = [
        ColumnLine(
            column,
            form[form.columns[column.place]],
            " · ".join(
                row.values[column.place][:40]
                for row in samples
                if column.place < len(row.values) and row.values[column.place]
            ),
        )
        for column in plan.table
    ]
    used = [column for column in plan.table if column.column not in (None, "", UNUSED)]
    return {
        "format": {"text": pgettext("file", "text"), "xlsx": "XLSX", "xls": "XLS", "ods": "ODS"}[
            seen.book.format
        ],
        "encoding": encodings().get(guess.encoding, ""),
        "typed_in": typed_in().get(guess.typed_in or "", ""),
        "delimiter": delimiters().get(guess.delimiter, ""),
        "sheet": guess.sheet if len(guess.sheets) > 1 else "",
        "header_line": guess.header_line,
        "reading_doubts": [doubt_words(doubt) for doubt in guess.doubts],
        "columns": columns,
        "used": len(used),
        "reading_fields": [
            form[name]
            for name in ("encoding", "typed_in", "delimiter", "sheet", "header_line")
            if name in form.fields
        ],
        "passed": [(each, passed_words(each.reason)) for each in plan.passed_over[:SHOWN]],
        "passed_count": plan.passed,
        "left_out": plan.left_out,
    }


_CHOSEN_BY_HAND = (
    Why.UNKNOWN_INSTITUTION,
    Why.DOUBTFUL_INSTITUTION,
    Why.NAME_CONTRADICTS,
    Why.FOREIGN_INSTITUTION,
    Why.DUPLICATE_ROW,
    Why.NO_CODE,
)


def _faults(plan: ImportPlan, form: DecisionForm) -> list[FaultLine]:
    rows = {row.line: row for row in plan.rows if row.errors}
    offered: set[int] = set()
    found = []
    for error in error_lines(plan):
        if error.line in (None, plan.header_line):
            continue
        field = None
        named = form.rows.get(error.line) if error.why in _CHOSEN_BY_HAND else None
        if named and error.line not in offered:
            offered.add(error.line)
            field = form[named]
        found.append(FaultLine(error, rows[error.line].name, field))
    return found


def _found(plan: ImportPlan) -> list[FoundLine]:
    """Rows that were matched by more than their code: shown, since somebody has to look."""
    how = {
        How.REPAIRED: _("code repaired"),
        How.NAME: _("matched by name"),
        How.CHOSEN: _("chosen by you"),
    }
    return [
        FoundLine(row.line, row.was, row.code, row.name, how[row.how])
        for row in plan.rows
        if row.how in how and row.outcome is not Outcome.INVALID
    ]


def _change_lines(plan: ImportPlan, outcome: Outcome, labels: dict[str, str]) -> list[ChangeLine]:
    rows: list[RowResult] = [row for row in plan.rows if row.outcome is outcome][:SHOWN]
    return [
        ChangeLine(
            row.line,
            row.code,
            row.name,
            labels[change.indicator],
            cell_text(change.before),
            cell_text(change.after),
            change.after.note if change.after.note != change.before.note else "",
        )
        for row in rows
        for change in row.cells
    ]


def _checks(report: Report, seen: Preview) -> list[CheckLine]:
    """What would have to be corrected or explained of the cells that the file changes."""
    indicators = {indicator.code: indicator.pk for indicator in seen.indicators}
    lines = {code: line.pk for code, line in seen.current.lines.items()}
    instead, rows = {}, {}
    for row, change in seen.plan.changes:
        instead[lines[row.code], indicators[change.indicator]] = change.after
        rows[lines[row.code]] = row
    noticed = []
    for finding in findings_of(report, instead=instead):
        own = [line for line in finding.lines if (line, finding.indicator.pk) in instead]
        if not own or not finding.is_open:
            continue
        row = rows[own[0]] if finding.line_id is not None else None
        noticed.append(CheckLine(finding, row and row.line, row.name if row else _group(finding)))
    return sorted(noticed, key=lambda each: not each.finding.is_fatal)


def _group(finding: Finding) -> str:
    return _("%(n)d institutions") % {"n": len(finding.lines)}


def done_page(batch: ImportBatch) -> dict:
    """What a written file changed."""
    changes = batch.changes.select_related("value__line__institution", "value__indicator", "by")
    first = changes.first()
    return {
        **frame(batch.report),
        "batch": batch,
        # Another person than the sender may have written the file.
        "writer": first and first.by,
        "changes": [
            (
                change.value.line.institution,
                change.value.indicator,
                cell_text(_side(change, "before")),
                cell_text(_side(change, "after")),
            )
            for change in changes[:SHOWN]
        ],
        "shown": SHOWN,
    }


def _side(change: Change, side: str) -> Cell:
    return Cell(
        getattr(change, f"{side}_state"),
        getattr(change, f"{side}_count"),
        getattr(change, f"{side}_na_reason"),
    )
