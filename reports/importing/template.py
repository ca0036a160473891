"""The file that a unit fills in: its institutions, its questions, what stands there already.

As a workbook: drop-down lists, shaded and locked cells where a question is not asked, definitions
at the headings. As CSV with a byte-order mark and semicolons: a double click in a Vietnamese Excel
opens it with letters and columns right. Sent back unchanged either changes nothing. Either says for
which unit and year it was made; the import refuses it for any other.
"""

import csv
import io
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from institutions.exports import harmless
from reports.importing.cells import NO, YES
from reports.importing.columns import COMMUNE, INSTITUTION, NAME, NOTE, TIER
from reports.importing.stamps import Stamp
from reports.importing.wording import headings
from reports.models import NotApplicableReason, Report, State
from reports.rounds.checks import Cell
from reports.rounds.editing_checks.findings import earlier_answers
from reports.rounds.pages import sheet
from targets.models import Indicator

VERSION = 1
DELIMITER = ";"

_HEAD = PatternFill("solid", fgColor="173A5E")
_GIVEN = PatternFill("solid", fgColor="F0F2F4")
_NOT_ASKED = PatternFill("solid", fgColor="BFC7D0")
_TOP = Alignment(vertical="top", wrap_text=True)
_OPEN = Protection(locked=False)
_HEADING_LINE = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """One cell to fill in. None in a row's `answers` where the question is not asked."""

    now: Cell
    earlier: Cell


@dataclass(frozen=True, slots=True)
class Line:
    """One institution of the template, as it is written into the file."""

    given: tuple[str, str, str, str]
    answers: tuple[Answer | None, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """What the template of a report holds, in Vietnamese whatever the reader's language."""

    stamp: Stamp
    title: str
    given: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    note: str
    lines: tuple[Line, ...]

    @property
    def earlier(self) -> list[str]:
        return [f"Kỳ trước: {indicator.name}" for indicator in self.indicators]


def template(report: Report) -> Template:
    """Eight queries. The report must come with its round, that one's territory, and its unit.

    Notes are left out: one column cannot hold the notes of several answers, and a blank note
    leaves them as they are.
    """
    tables = sheet(report, drafts=True).tables
    earlier = earlier_answers(report)
    indicators = [indicator for table in tables for indicator in table.indicators]
    lines = []
    for table in tables:
        for row in table.rows:
            cells = {cell.indicator.pk: cell.cell for cell in row.cells}
            answers = tuple(
                Answer(cells[i.pk], earlier.get((row.line.pk, i.pk), Cell()))
                if i.pk in cells
                else None
                for i in indicators
            )
            institution = row.line.institution
            commune = row.line.commune.name if row.line.commune else ""
            given = (institution.code, institution.name, row.line.get_tier_display(), commune)
            lines.append(Line(tuple(harmless(text) for text in given), answers))
    named = headings()
    stamp = Stamp(VERSION, report.reporting_unit.code, report.round.year)
    return Template(
        stamp=stamp,
        title=f"{stamp.text}: {report.reporting_unit.name}. " + _("Do not change this line."),
        given=tuple(named[column] for column in (INSTITUTION, NAME, TIER, COMMUNE)),
        indicators=tuple(indicators),
        note=named[NOTE],
        lines=tuple(lines),
    )


def written(cell: Cell) -> str:
    """An answer as the import reads it back; counts without grouping, as spreadsheets like them."""
    if cell.state == State.COUNT:
        return str(cell.count)
    if cell.state == State.NOT_APPLICABLE:
        return f"Không áp dụng: {NotApplicableReason(cell.na_reason).label}"
    return {State.YES: YES, State.NO: NO, State.BLANK: ""}[cell.state]


def template_csv(report: Report) -> bytes:
    with override("vi"):
        made = template(report)
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=DELIMITER, lineterminator="\r\n")
        names = [indicator.name for indicator in made.indicators]
        # The mark is a heading: the first line stays that of the headings, as tables have it.
        writer.writerow([*made.given, made.stamp.text, *made.earlier, *names, made.note])
        for line in made.lines:
            now = [written(answer.now) if answer else "" for answer in line.answers]
            before = [written(answer.earlier) if answer else "" for answer in line.answers]
            writer.writerow([*line.given, "", *before, *now, ""])
    return out.getvalue().encode("utf-8-sig")


# The workbook -------------------------------------------------------------------------------


def template_xlsx(report: Report) -> bytes:
    with override("vi"):
        made = template(report)
        book = Workbook()
        figures = book.active
        figures.title = "Số liệu"
        _guide(book.create_sheet("Hướng dẫn"), made)
        lists = book.create_sheet(made.stamp.sheet_name)
        lists.sheet_state = "hidden"
        answers = _answers()
        for answer in answers:
            lists.append([answer])
        choices = f"{quote_sheetname(lists.title)}!$A$1:$A${len(answers)}"
        _figures(figures, made, choices)
        out = io.BytesIO()
        book.save(out)
    return out.getvalue()


def _answers() -> list[str]:
    """What the drop-down lists offer: each reason with its answer: one choice is enough."""
    reasons = [Cell("not_applicable", na_reason=reason.value) for reason in NotApplicableReason]
    return [YES, NO, *(written(cell) for cell in reasons)]


def _figures(page: Worksheet, made: Template, choices: str) -> None:
    given, asked = len(made.given), len(made.indicators)
    page.append([made.title])
    page["A1"].font = Font(italic=True, color="4A5765")
    names = [indicator.name for indicator in made.indicators]
    page.append([*made.given, *names, made.note, *made.earlier])
    for cell in page[_HEADING_LINE]:
        cell.font, cell.fill, cell.alignment = Font(bold=True, color="FFFFFF"), _HEAD, _TOP
    for place, indicator in enumerate(made.indicators, given + 1):
        page.cell(_HEADING_LINE, place).comment = _definition(indicator)
    for line in made.lines:
        now = [_typed(answer.now) if answer else None for answer in line.answers]
        before = [_typed(answer.earlier) if answer else None for answer in line.answers]
        page.append([*line.given, *now, None, *before])
    last = _HEADING_LINE + len(made.lines)
    for number, line in enumerate(made.lines, _HEADING_LINE + 1):
        row = page[number]
        for cell in (*row[:given], *row[given + asked + 1 :]):
            cell.fill = _GIVEN
        for cell, answer in zip(row[given:], line.answers, strict=False):
            if answer is None:
                cell.fill = _NOT_ASKED
            else:
                cell.protection = _OPEN
        row[given + asked].protection = _OPEN
        for cell in row:
            cell.alignment = _TOP
            if cell.data_type == "n":
                cell.number_format = "#,##0"
    for place, indicator in enumerate(made.indicators, given + 1):
        if made.lines:
            letter = get_column_letter(place)
            rule = _whole_number() if indicator.is_growth else _one_of(choices)
            rule.add(f"{letter}{_HEADING_LINE + 1}:{letter}{last}")
            page.add_data_validation(rule)
    widths = [18, 34, 16, 20, *[18] * asked, 30, *[16] * asked]
    for place, width in enumerate(widths, 1):
        page.column_dimensions[get_column_letter(place)].width = width
    page.row_dimensions[_HEADING_LINE].height = 48
    page.freeze_panes = page.cell(_HEADING_LINE + 1, 3)
    page.print_title_rows = f"{_HEADING_LINE}:{_HEADING_LINE}"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    # Without a password: it keeps from slips, not from changes.
    page.protection.sheet = True
    page.protection.formatColumns = page.protection.formatRows = False
    page.protection.autoFilter = page.protection.sort = False


def _typed(cell: Cell) -> str | int | None:
    """A count as a number, so that Excel groups and adds it."""
    return cell.count if cell.state == State.COUNT else written(cell) or None


def _definition(indicator: Indicator) -> Comment:
    note = Comment(f"{indicator.question}\n\n{indicator.definition}", "")
    note.width, note.height = 420, 260
    return note


def _one_of(choices: str) -> DataValidation:
    rule = DataValidation(type="list", formula1=choices, allow_blank=True)
    rule.errorTitle, rule.error = "Có / Không / Không áp dụng", "Chọn một giá trị trong danh sách."
    return rule


def _whole_number() -> DataValidation:
    # A warning alone: "Không áp dụng: …" may stand there too.
    rule = DataValidation(
        type="whole", operator="greaterThanOrEqual", formula1="0", allow_blank=True
    )
    rule.errorStyle = "warning"
    rule.errorTitle, rule.error = (
        "Số lượt",
        "Ghi số nguyên, ví dụ 1250, hoặc “Không áp dụng: lý do”.",
    )
    return rule


def _guide(page: Worksheet, made: Template) -> None:
    """How to fill it in, with the definition of every question."""
    page.append([made.stamp.text])
    for text in (
        _("Fill in the white cells of the first sheet. Dark cells are not asked."),
        _("A blank cell leaves what stands; it never means Không. A dash (-) clears the value."),
        _("Counts are whole numbers: 1250. Save the file and send it as it is."),
    ):
        page.append([text])
    page.append([])
    page.append([_("Question"), _("Unit of the answer"), _("Definition")])
    for cell in page[page.max_row]:
        cell.font = Font(bold=True)
    for indicator in made.indicators:
        unit = _("visits, a whole number") if indicator.is_growth else "Có / Không / Không áp dụng"
        page.append([indicator.name, unit, f"{indicator.question}\n{indicator.definition}"])
        for cell in page[page.max_row]:
            cell.alignment = _TOP
    for letter, width in (("A", 36), ("B", 28), ("C", 110)):
        page.column_dimensions[letter].width = width
