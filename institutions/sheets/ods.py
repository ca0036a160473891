"""Sheets of LibreOffice (.ods), as a stream of rows.

PURE: no Django. Read here: the libraries at hand build the whole tree, or know neither hidden rows
nor errors, and expand a row repeated a million times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from institutions.sheets.book import CellKind, FileProblem, Limits, SheetInfo, UnreadableFile
from institutions.sheets.containers import Package
from institutions.sheets.merging import Merges
from institutions.sheets.raw import AROUND, HEAD, RawRow, moment_text, number_text
from institutions.sheets.xml import Stop, parse, parse_slowly

_PART = "content.xml"
_HIDDEN = ("collapse", "filter")
# Cells of one row that says how often it stands there: a few bytes may claim any number.
_MOST_REPEATED = 500_000
_ERROR = re.compile(r"#[A-Z/0!?]+|Err:[0-9]+|#[^\s]+!")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_TIME = re.compile(r"-?PT([0-9]+)H([0-9]+)M([0-9]+)(?:[.,][0-9]+)?S")
_NUMBERS = ("float", "percentage", "currency")


@dataclass(slots=True)
class OdsBook:
    """An opened file: its sheets, and `rows(name)` to stream one of them."""

    package: Package
    limits: Limits
    sheets: tuple[SheetInfo, ...]
    _heads: dict[str, list[RawRow]]
    hidden_columns: dict[str, frozenset[int]] = field(default_factory=dict)

    def texts(self) -> list[str]:
        """Nothing known before the rows are read."""
        return []

    def rows(self, sheet: str, most: int | None = None) -> Iterator[RawRow]:
        """The rows of a sheet that hold a cell, in order; the first `most` of them.

        Raises UnreadableFile for torn files and past the limits.
        """
        if most is not None:
            yield from self._heads[sheet][:most]
            return
        reader = _SheetReader(sheet, self.limits, None)
        merges = Merges(())
        try:
            chunks = self.package.chunks(_PART, is_counted=False)
            for _chunk in parse_slowly(chunks, reader.start, reader.end, reader.text):
                for row, spans in reader.take():
                    merges.add(spans)
                    merges.fill(row)
                    yield row
        finally:
            self.hidden_columns[sheet] = frozenset(reader.hidden_columns)


def open_ods(content: bytes, limits: Limits) -> OdsBook:
    """Open a file and take the head of each sheet: they stand behind each other in one part, so
    one pass over all of it serves for this and finds a bomb before rows are made.

    Raises UnreadableFile and nothing else.
    """
    package = Package(content, limits)
    heads = _Heads(limits)
    parse(package.chunks(_PART), heads.start, heads.end, heads.text)
    if not heads.rows:
        raise UnreadableFile(FileProblem.EMPTY)
    sheets = tuple(
        SheetInfo(name, 0, heads.styles[name] in heads.hidden_styles) for name in heads.rows
    )
    return OdsBook(package, limits, sheets, heads.rows)


class _Heads:
    """The names of all sheets, and the first rows of each."""

    def __init__(self, limits: Limits):
        self.rows: dict[str, list[RawRow]] = {}
        self.styles: dict[str, str] = {}
        self.hidden_styles: set[str] = set()
        self._limits = limits
        self._style = ""
        self._tables = 0
        self._reader: _SheetReader | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "style:style":
            self._style = attributes.get("style:name", "")
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self.hidden_styles.add(self._style)
        elif name == "table:table":
            self._tables += 1
            if self._tables == 1:
                sheet = attributes.get("table:name", "")
                self.styles[sheet] = attributes.get("table:style-name", "")
                self.rows[sheet] = []
                self._reader = _SheetReader(sheet, self._limits, HEAD)
        if self._reader:
            self._reader.start(name, attributes)

    def text(self, piece: str) -> None:
        if self._reader:
            self._reader.text(piece)

    def end(self, name: str) -> None:
        if name == "table:table":
            self._tables -= 1
        if self._reader:
            try:
                self._reader.end(name)
            except Stop:
                reader, self._reader = self._reader, None
                self.rows[next(reversed(self.rows))] = [row for row, _spans in reader.take()]


class _SheetReader:
    """Gathers the rows of one sheet from the events of content.xml."""

    def __init__(self, sheet: str, limits: Limits, most: int | None):
        self._sheet, self._limits, self._most = sheet, limits, most
        self._rows: list[tuple[RawRow, list[tuple[int, int, int]]]] = []
        self._count = 0
        self._line = 0
        self._tables = 0
        self._is_here = False
        self._row: RawRow | None = None
        self._spans: list[tuple[int, int, int]] = []
        self._repeated = 1
        self._column = 0
        self._cell: dict[str, str] | None = None
        self._pieces: list[str] = []
        self._paragraphs = 0
        self._skip = 0
        self._columns = 0
        self.hidden_columns: set[int] = set()

    def take(self) -> list[tuple[RawRow, list[tuple[int, int, int]]]]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "table":
            self._tables += 1
            if self._tables == 1:
                self._is_here = attributes.get("table:name", "") == self._sheet
            return
        if not self._is_here or self._tables > 1:
            return
        if name == "table-cell" or name == "covered-table-cell":
            if self._row is not None:
                self._cell = attributes
                self._pieces, self._paragraphs = [], 0
        elif name == "table-row":
            self._repeated = _count(attributes.get("table:number-rows-repeated"))
            is_hidden = attributes.get("table:visibility") in _HIDDEN
            self._row = RawRow(self._line + 1, [], is_hidden=is_hidden)
            self._spans, self._column = [], 0
        elif name == "table-column":
            repeated = _count(attributes.get("table:number-columns-repeated"))
            if attributes.get("table:visibility") in _HIDDEN:
                last = min(self._columns + repeated, self._limits.max_columns)
                self.hidden_columns |= set(range(self._columns, last))
            self._columns += repeated
        elif self._cell is not None:
            if name == "annotation" or self._skip:
                self._skip += 1
            elif name == "p":
                if self._paragraphs:
                    self._pieces.append("\n")
                self._paragraphs += 1
            elif name == "s":
                self._pieces.append(" " * min(_count(attributes.get("text:c")), 100))
            elif name == "tab" or name == "line-break":
                self._pieces.append("\t" if name == "tab" else "\n")

    def text(self, piece: str) -> None:
        if self._cell is not None and self._paragraphs and not self._skip:
            self._pieces.append(piece)

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "table":
            self._tables -= 1
            if self._tables == 0 and self._is_here:
                raise Stop
        elif not self._is_here or self._tables > 1:
            return
        elif name == "table-cell" or name == "covered-table-cell":
            if self._cell is not None:
                self._end_cell(self._cell)
                self._cell = None
        elif name == "table-row":
            self._end_row()
        elif self._skip:
            self._skip -= 1

    def _end_cell(self, attributes: dict[str, str]) -> None:
        repeated = _count(attributes.get("table:number-columns-repeated"))
        text, kind = _value(attributes, "".join(self._pieces))
        if text or kind is not None:
            if self._column + repeated > self._limits.max_columns:
                raise UnreadableFile(FileProblem.TOO_MANY_COLUMNS, self._limits.max_columns)
            cells = self._row.cells
            cells.extend([""] * (self._column - len(cells)))
            for place in range(self._column, self._column + repeated):
                cells.append(text)
                if kind is not None:
                    self._row.kinds[place] = kind
        rows = _count(attributes.get("table:number-rows-spanned"))
        if rows > 1:
            self._spans.append((self._line + 1, self._line + rows, self._column))
        self._column += repeated

    def _end_row(self) -> None:
        row, self._row = self._row, None
        if row is None:
            return
        if row.cells:
            if self._repeated * len(row.cells) > _MOST_REPEATED:
                raise UnreadableFile(FileProblem.TOO_MANY_ROWS, self._limits.max_rows)
            for extra in range(self._repeated):
                self._count += 1
                if self._count > self._limits.max_rows + AROUND:
                    raise UnreadableFile(FileProblem.TOO_MANY_ROWS, self._limits.max_rows)
                copy = RawRow(
                    row.line + extra, [*row.cells], dict(row.kinds), is_hidden=row.is_hidden
                )
                self._rows.append((copy, self._spans if not extra else []))
                if self._most is not None and self._count >= self._most:
                    raise Stop
        self._line += self._repeated


def _count(text: str | None) -> int:
    try:
        return min(max(int(text or 1), 1), 2_000_000)
    except ValueError:
        return 1


def _value(attributes: dict[str, str], shown: str) -> tuple[str, CellKind | None]:
    if _CONTROL.search(shown):
        shown = _CONTROL.sub(" ", shown)
    shown = shown.strip()
    kind = attributes.get("office:value-type", "")
    if attributes.get("calcext:value-type") == "error" or (
        "table:formula" in attributes and _ERROR.fullmatch(shown)
    ):
        return shown or "#VALUE!", CellKind.ERROR
    if kind in _NUMBERS:
        number = number_text(attributes.get("office:value", ""))
        if number is None:
            return shown, None
        if shown in ("TRUE", "FALSE"):
            return shown, CellKind.BOOLEAN
        # Leading zeros that the person sees: 123 shown as 00123.
        is_padded = shown.isdigit() and shown != number and shown.lstrip("0") == number.lstrip("0")
        return shown if is_padded else number, CellKind.NUMBER
    if kind == "date":
        try:
            moment = datetime.fromisoformat(attributes.get("office:date-value", "")[:19])
        except ValueError:
            return shown, None
        return moment_text(moment), CellKind.DATE
    if kind == "time":
        found = _TIME.fullmatch(attributes.get("office:time-value", ""))
        return (f"{found[1]}:{found[2]}" if found else shown), CellKind.DATE
    if kind == "boolean":
        is_true = attributes.get("office:boolean-value") == "true"
        return "TRUE" if is_true else "FALSE", CellKind.BOOLEAN
    if not kind and not shown and "table:formula" in attributes:
        return "=" + attributes["table:formula"].partition("=")[2], CellKind.FORMULA
    return shown, None
