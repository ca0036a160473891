"""The bytes of a report file -> rows of text.

PURE: no Django. What spreadsheets save as text is read: UTF-8 with or without a byte-order mark,
UTF-16 with one (Excel's "Unicode Text"), cells separated by semicolon, tab or comma. Everything
else is refused by `UnreadableFile` rather than half-read: a guessed encoding would corrupt names,
and a quotation mark that is never closed would swallow the rows after it.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

DELIMITERS = ";\t,"
MAX_ROWS = 100_000
MAX_CELLS = 2_000_000
MAX_LINE = 200_000
# Control characters that text never holds; tab and line ends are text.
_CONTROL = frozenset(map(chr, range(32))) - set("\t\n\r\x0b\x0c")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Unreadable(StrEnum):
    """Why a file is refused as a whole."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    WORKBOOK = "workbook"
    BINARY = "binary"
    ENCODING = "encoding"
    MALFORMED = "malformed"
    TOO_LONG = "too_long"


class UnreadableFile(ValueError):
    """The file is not a table of text. `line` is a line of the file, if one is to blame."""

    def __init__(self, why: Unreadable, line: int | None = None):
        super().__init__(why, line)
        self.why = why
        self.line = line


@dataclass(frozen=True, slots=True)
class Row:
    """`line` is the row number that a spreadsheet shows: the heading is 1, empty rows count."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The heading and the rows below it that hold anything at all."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str
    delimiter: str


def read_table(content: bytes, *, max_bytes: int) -> Table:
    """Read a report file of at most `max_bytes`. Raises `UnreadableFile` and nothing else."""
    if len(content) > max_bytes:
        raise UnreadableFile(Unreadable.TOO_LARGE)
    text, encoding = _decode(content)
    if not text.strip():
        raise UnreadableFile(Unreadable.EMPTY)
    if not _CONTROL.isdisjoint(text):
        raise UnreadableFile(Unreadable.BINARY)
    delimiter = _delimiter(text)
    records = list(_records(text, delimiter))
    header = records[0].cells
    if not any(header):
        # A heading further down would shift every line number that an error names.
        raise UnreadableFile(Unreadable.MALFORMED, 1)
    return Table(
        header=header,
        rows=tuple(row for row in records[1:] if any(row.cells)),
        encoding=encoding,
        delimiter=delimiter,
    )


def _decode(content: bytes) -> tuple[str, str]:
    if content.startswith(_WORKBOOKS):
        raise UnreadableFile(Unreadable.WORKBOOK)
    if content.startswith(b"%PDF"):
        raise UnreadableFile(Unreadable.BINARY)
    encoding = "utf-16" if content.startswith(_UTF16) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        why = Unreadable.BINARY if b"\0" in content else Unreadable.ENCODING
        line = content[: error.start].count(b"\n") + 1 if why is Unreadable.ENCODING else None
        raise UnreadableFile(why, line) from None
    return text, "utf-16" if encoding == "utf-16" else "utf-8"


def _delimiter(text: str) -> str:
    """The separator that splits the heading into most cells; Excel's own, ";", if none does."""
    first = text.lstrip("\r\n").splitlines()[0][:MAX_LINE]

    def width(delimiter: str) -> int:
        try:
            return len(next(csv.reader([first], delimiter=delimiter, strict=True), []))
        except csv.Error:
            return 0

    return max(DELIMITERS, key=width)


def _records(text: str, delimiter: str) -> Iterator[Row]:
    # Strict: an unclosed quotation mark is an error, not a cell that holds the rest of the file.
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    cells = 0
    try:
        for line, record in enumerate(reader, start=1):
            cells += len(record)
            if line > MAX_ROWS + 1 or cells > MAX_CELLS:
                raise UnreadableFile(Unreadable.TOO_LONG, line)
            yield Row(line, tuple(cell.strip() for cell in record))
    except csv.Error:
        raise UnreadableFile(Unreadable.MALFORMED, reader.line_num) from None


def _lines(text: str) -> Iterator[str]:
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if len(line) > MAX_LINE:
            raise UnreadableFile(Unreadable.TOO_LONG, number)
        yield line
