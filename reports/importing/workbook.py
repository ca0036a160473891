"""A file given back as a workbook: what has to be corrected is marked, the reason stands beside it.

The rows keep their places, so that line numbers stay true; correcting the marked cells and sending
it again is enough, and so are the marked rows alone.
"""

import io
from collections import defaultdict
from collections.abc import Iterator

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from institutions.exports import harmless
from institutions.sheets import Book
from reports.importing.diff import ImportPlan
from reports.importing.wording import ErrorLine, error_lines, fault_heading

_WRONG = PatternFill("solid", fgColor="FDD9C7")
_SAYS = PatternFill("solid", fgColor="FDEEE6")
_TOP = Alignment(vertical="top", wrap_text=True)
_LONGEST = 32_000


def marked_xlsx(book: Book, plan: ImportPlan, *, only_invalid: bool = False) -> bytes:
    """The file with its faults marked; with `only_invalid` the heading and the wrong rows alone."""
    made = Workbook()
    page = made.active
    page.title = "Cần sửa" if only_invalid else "Số liệu"
    wrong: dict[int, list[ErrorLine]] = defaultdict(list)
    for error in error_lines(plan):
        if error.line is not None:
            wrong[error.line].append(error)
    width = max(len(book.headings), *(len(row.values) for row in _invalid(book, wrong)), 1)
    head = book.guess.header_line
    if only_invalid:
        lines = {row.line: place for place, row in enumerate(_invalid(book, wrong), 2)}
        lines[head] = 1
    else:
        lines = {row.line: row.line for row in book.rows}
        lines[head] = head
        for passed in book.passed_over:
            if passed.line > 0 and passed.text:
                page.cell(passed.line, 1, _text(passed.text))
    for place, heading in enumerate(book.headings, 1):
        page.cell(lines[head], place, _text(heading)).font = Font(bold=True)
    page.cell(lines[head], width + 1, fault_heading()).font = Font(bold=True)
    for row in book.rows:
        if row.line not in lines:
            continue
        numbers = row.numbers if row.kinds else {}
        for place, value in enumerate(row.values):
            if value:
                # A number stays one: read as text, 1.234 would be 1234.
                shown = numbers.get(place, value)
                page.cell(lines[row.line], place + 1, shown if place in numbers else _text(value))
    for line, errors in wrong.items():
        _mark(page, lines[line], errors, plan, width + 1)
    for place in range(1, width + 1):
        page.column_dimensions[get_column_letter(place)].width = 20
    page.column_dimensions[get_column_letter(width + 1)].width = 70
    page.freeze_panes = page.cell(lines[head] + 1, 1)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _invalid(book: Book, wrong: dict[int, list[ErrorLine]]) -> Iterator:
    return (row for row in book.rows if row.line in wrong)


def _mark(page, line: int, errors: list[ErrorLine], plan: ImportPlan, last: int) -> None:
    for error in errors:
        place = plan.places.get(error.column)
        if place is not None and place + 1 < last:
            cell: SheetCell = page.cell(line, place + 1)
            cell.fill = _WRONG
            before = f"{cell.comment.text}\n" if cell.comment else ""
            cell.comment = Comment(_text(before + error.text), "")
            cell.comment.width, cell.comment.height = 320, 120
    says = page.cell(line, last)
    says.value = _text("\n".join(f"{e.letter or ''} {e.column}: {e.text}".strip() for e in errors))
    says.fill, says.alignment = _SAYS, _TOP


def _text(value: str) -> str:
    """Text that no program runs as a formula, and that a workbook can hold."""
    return harmless(ILLEGAL_CHARACTERS_RE.sub(" ", value)[:_LONGEST])
