"""A file -> a `Book`: what it is, how its letters are written, where its table begins.

PURE: no Django.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence

import openpyxl

from institutions.sheets.book import (
    Book,
    CellKind,
    Choice,
    FileProblem,
    Format,
    Guess,
    Limits,
    Passed,
    PassedOver,
    Row,
    Rows,
    SheetInfo,
    UnreadableFile,
)

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1258", "cp1252")
TYPED_IN = ("unicode", "tcvn3", "vni")
DELIMITERS = (";", "\t", ",", "|")


def read_book(
    content: bytes,
    name: str,
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    choice: Choice = Choice(),  # noqa: B008 - frozen
    is_heading: Callable[[Sequence[str]], int] | None = None,
) -> Book:
    """Read the table of a file of any kind that spreadsheet programs save.

    `name` serves messages only: the content decides what the file is. `is_heading` tells how many
    known headings stand in a row of cells; the line with most is the heading, the sheet with most
    is read. Raises `UnreadableFile` and nothing else.
    """
    if len(content) > limits.max_bytes:
        raise UnreadableFile(FileProblem.TOO_LARGE, limits.max_bytes)
    if not content.strip():
        raise UnreadableFile(FileProblem.EMPTY)
    if content.startswith(b"PK\x03\x04"):
        found, guess = _workbook(content, choice)
        kind = Format.XLSX
    else:
        found, guess = _text(content, choice)
        kind = Format.TEXT
    return _table(kind, list(found), guess, choice, is_heading)


def _text(content: bytes, choice: Choice) -> tuple[Iterator[Row], Guess]:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(choice.encoding or encoding)
    except UnicodeDecodeError:
        raise UnreadableFile(FileProblem.ENCODING) from None
    first = text.lstrip().splitlines()[0]
    delimiter = choice.delimiter or max(DELIMITERS, key=first.count)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise UnreadableFile(FileProblem.QUOTES) from None
    rows = (Row(n, tuple(c.strip() for c in record)) for n, record in enumerate(records, 1))
    return rows, Guess("utf-8" if encoding == "utf-8-sig" else "utf-16-le", delimiter)


def _workbook(content: bytes, choice: Choice) -> tuple[Iterator[Row], Guess]:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book[choice.sheet] if choice.sheet else book.worksheets[0]
        raw = list(sheet.iter_rows(values_only=True))
    except Exception:
        raise UnreadableFile(FileProblem.DAMAGED) from None
    infos = tuple(SheetInfo(s.title, 0, s.sheet_state != "visible") for s in book.worksheets)

    def rows() -> Iterator[Row]:
        for line, cells in enumerate(raw, 1):
            kinds = {
                place: CellKind.NUMBER
                for place, cell in enumerate(cells)
                if isinstance(cell, int | float) and not isinstance(cell, bool)
            }
            yield Row(line, tuple("" if c is None else str(c).strip() for c in cells), kinds)

    return rows(), Guess(sheet=sheet.title, sheets=infos)


def _table(
    kind: Format,
    found: list[Row],
    guess: Guess,
    choice: Choice,
    is_heading: Callable[[Sequence[str]], int] | None,
) -> Book:
    filled = [row for row in found if any(row.values)]
    if not filled:
        raise UnreadableFile(FileProblem.EMPTY)
    head = max(filled[:50], key=lambda row: is_heading(row.values) if is_heading else 0)
    if choice.header_line:
        head = next((row for row in found if row.line == choice.header_line), head)
    rows, passed = Rows(), []
    for row in found:
        if row.line == head.line:
            continue
        if not any(row.values):
            passed.append(PassedOver(row.line, Passed.EMPTY, row.line))
        elif row.line < head.line:
            passed.append(PassedOver(row.line, Passed.TITLE, row.line, row.values[0]))
        else:
            values = row.values + ("",) * (len(head.values) - len(row.values))
            rows.append(Row(row.line, values, row.kinds, row.merged, row.is_hidden))
    guess = Guess(
        guess.encoding, guess.delimiter, None, guess.sheet, guess.sheets, head.line, guess.doubts
    )
    return Book(kind, guess, head.values, rows, tuple(passed), last_line=filled[-1].line)
