"""A file -> a `Book`: what it is, how its letters are written, where its table begins.

PURE: no Django.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from institutions.sheets.book import (
    Book,
    Choice,
    Doubt,
    FileProblem,
    Format,
    Guess,
    Limits,
    Passed,
    PassedOver,
    SheetInfo,
    UnreadableFile,
)
from institutions.sheets.containers import recognise
from institutions.sheets.delimited import DELIMITERS, ENCODINGS, open_text
from institutions.sheets.layout import best_score, read_table
from institutions.sheets.ods import OdsBook, open_ods
from institutions.sheets.raw import HEAD, RawRow
from institutions.sheets.typed import TCVN3, VNI, Typist
from institutions.sheets.xls import XlsBook, open_xls
from institutions.sheets.xlsx import XlsxBook, open_xlsx

__all__ = ["DELIMITERS", "ENCODINGS", "TYPED_IN", "read_book"]

TYPED_IN = ("unicode", TCVN3, VNI)
_OPEN = {Format.XLSX: open_xlsx, Format.XLS: open_xls, Format.ODS: open_ods}
_MOST_TEXTS = 20_000

Score = Callable[[Sequence[str]], int]
Workbook = XlsxBook | XlsBook | OdsBook


def read_book(
    content: bytes,
    name: str = "",
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    choice: Choice = Choice(),  # noqa: B008 - frozen
    is_heading: Callable[[Sequence[str]], int] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Book:
    """Read the table of a file of any kind that spreadsheet programs save.

    The content decides what the file is; of `name` nothing is believed. `is_heading` tells how
    many known headings stand in a row of cells: the line with most is the heading, the sheet with
    most is read, the delimiter under which most are found is taken. Without it the line with most
    texts is the heading. `progress` is told the number of rows read, every now and then.

    Raises `UnreadableFile` and nothing else.
    """
    if len(content) > limits.max_bytes:
        raise UnreadableFile(FileProblem.TOO_LARGE, limits.max_bytes)
    if not content.strip(b" \t\r\n\0\x1a\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile(FileProblem.EMPTY)
    score: Score = (lambda cells: int(is_heading(cells))) if is_heading else (lambda _cells: 0)
    kind = recognise(content)
    if kind is Format.TEXT:
        book = _read_text(content, limits, choice, score, progress)
    else:
        book = _read_workbook(kind, content, limits, choice, score, progress)
    if is_heading and choice.header_line is None and not book.guess.score:
        book = replace(book, guess=_doubting(book.guess, Doubt.HEADING))
    return book


def _doubting(guess: Guess, doubt: Doubt) -> Guess:
    return replace(guess, doubts=(*guess.doubts, doubt))


def _read_text(
    content: bytes,
    limits: Limits,
    choice: Choice,
    score: Score,
    progress: Callable[[int], None] | None,
) -> Book:
    text = open_text(content, choice, limits, score)
    table = read_table(
        text.rows(),
        limits=limits,
        header_line=choice.header_line,
        score=score,
        progress=progress,
    )
    passed = table.passed_over
    if text.sep_line:
        passed.insert(0, PassedOver(0, Passed.SEPARATOR_LINE, 0, text.sep_line))
    guess = Guess(
        encoding=text.encoding,
        delimiter=text.delimiter,
        typed_in=text.typed_in,
        header_line=table.header_line,
        score=table.score,
        doubts=text.doubts,
    )
    if text.is_mixed():
        guess = _doubting(guess, Doubt.TYPED_IN)
    return Book(
        Format.TEXT, guess, table.headings, table.rows, tuple(passed), last_line=table.last_line
    )


def _read_workbook(
    kind: Format,
    content: bytes,
    limits: Limits,
    choice: Choice,
    score: Score,
    progress: Callable[[int], None] | None,
) -> Book:
    workbook: Workbook = _OPEN[kind](content, limits)
    heads = {info.name: list(workbook.rows(info.name, HEAD)) for info in workbook.sheets}
    texts = workbook.texts()[:_MOST_TEXTS]
    for head in heads.values():
        texts += [cell for row in head for cell in row.cells]
    typist = Typist({text for text in texts if not text.isascii()}, choice.typed_in)
    for head in heads.values():
        for row in head:
            _retype(row, typist)
    infos = tuple(
        replace(info, rows=len(heads[info.name]), score=best_score(heads[info.name], score))
        for info in workbook.sheets
    )
    sheet, doubts = _choose(infos, choice.sheet)

    def rows() -> Iterator[RawRow]:
        for row in workbook.rows(sheet.name):
            _retype(row, typist)
            yield row

    table = read_table(
        rows(), limits=limits, header_line=choice.header_line, score=score, progress=progress
    )
    infos = tuple(
        replace(info, rows=len(table.rows) + 1) if info is sheet else info for info in infos
    )
    guess = Guess(
        typed_in=typist.typed_in,
        sheet=sheet.name,
        sheets=infos,
        header_line=table.header_line,
        score=table.score,
        doubts=doubts,
    )
    if typist.is_mixed:
        guess = _doubting(guess, Doubt.TYPED_IN)
    return Book(
        kind,
        guess,
        table.headings,
        table.rows,
        tuple(table.passed_over),
        workbook.hidden_columns.get(sheet.name, frozenset()),
        table.last_line,
    )


def _retype(row: RawRow, typist: Typist) -> None:
    for place, cell in enumerate(row.cells):
        if not cell.isascii():
            row.cells[place] = typist.text(cell)


def _choose(sheets: tuple[SheetInfo, ...], name: str | None) -> tuple[SheetInfo, tuple[Doubt, ...]]:
    """The sheet to read: the one chosen, else the visible one with most known headings."""
    if name is not None:
        for sheet in sheets:
            if sheet.name == name:
                if not sheet.rows:
                    raise UnreadableFile(FileProblem.EMPTY)
                return sheet, ()
        raise UnreadableFile(FileProblem.NO_SUCH_SHEET, name)
    filled = [sheet for sheet in sheets if sheet.rows]
    if not filled:
        raise UnreadableFile(FileProblem.EMPTY)
    # A hidden sheet is what a form keeps its lists in: only if no other can be meant.
    best = max(filled, key=lambda sheet: (bool(sheet.score), not sheet.is_hidden, sheet.score))
    rivals = [
        sheet
        for sheet in filled
        if sheet is not best
        and not sheet.is_hidden
        and (sheet.score * 4 >= best.score * 3 if best.score else True)
    ]
    return best, (Doubt.SHEET,) if rivals else ()
