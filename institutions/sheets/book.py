"""What a spreadsheet file holds, whatever its format: headings, rows, and what was guessed.

PURE: no Django. Nothing is lost on the way: the heading, the rows and what was passed over, each
with its reason, make up all rows of the sheet (`Book.lines_read` tells them).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Format(StrEnum):
    """What the file is by its content; its name does not count."""

    TEXT = "text"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"


class FileProblem(StrEnum):
    """Why a file is refused as a whole."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"  # more bytes than Limits.max_bytes
    TOO_LARGE_UNPACKED = "too_large_unpacked"  # a small package that unpacks to too much
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    CELL_TOO_LONG = "cell_too_long"
    ENCRYPTED = "encrypted"  # a password is needed
    DAMAGED = "damaged"  # torn or cut off
    NOT_A_TABLE = "not_a_table"  # a picture, a letter, a program; detail: what it is
    OTHER_SPREADSHEET = "other_spreadsheet"  # .xlsb, web page, XML 2003 …; detail: which
    ENCODING = "encoding"  # the letters make no sense in any encoding known
    QUOTES = "quotes"  # a quotation mark is never closed; detail: the line
    NO_SUCH_SHEET = "no_such_sheet"  # the sheet chosen is not in the file
    NO_SUCH_LINE = "no_such_line"  # the heading line chosen is not in the sheet


class UnreadableFile(ValueError):
    """The file is refused. `detail`: a line, a limit or a name of a format, as the problem says."""

    def __init__(self, problem: FileProblem, detail: str | int = ""):
        super().__init__(problem, detail)
        self.problem = problem
        self.detail = detail


class Passed(StrEnum):
    """Why a row of the file is not a row of the table."""

    TITLE = "title"  # above the heading
    EMPTY = "empty"
    SEPARATOR_LINE = "separator_line"  # "sep=;", which Excel does not count as a row: line 0
    UPPER_HEADING = "upper_heading"  # first line of a heading of two lines
    REPEATED_HEADING = "repeated_heading"
    COLUMN_NUMBERS = "column_numbers"  # (1) (2) (3) below the heading
    SECTION = "section"  # one text alone, such as the name of a commune over its institutions
    TOTAL = "total"
    NOTE = "note"  # remarks, place and date, signatures below the table


class Doubt(StrEnum):
    """What was guessed without being sure: the person is to look, and may choose otherwise."""

    ENCODING = "encoding"  # another encoding gives text that is about as likely
    TYPED_IN = "typed_in"  # some cells seem to be typed in an old font, others not
    LETTERS_LOST = "letters_lost"  # "Th? vi?n": the program that saved it threw letters away
    DELIMITER = "delimiter"
    HEADING = "heading"  # no line holds known headings
    SHEET = "sheet"  # several sheets hold known headings


class CellKind(StrEnum):
    """What a cell of a workbook held, if not text."""

    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    ERROR = "error"  # #REF!, #N/A …
    FORMULA = "formula"  # a formula whose result was not saved: the cell reads as the formula


@dataclass(frozen=True, slots=True)
class Limits:
    """What is read at most. `max_unpacked`: bytes of a workbook's parts once unpacked.

    A workbook of more than 20 MB unpacked is refused as well if that is 150 times its size: sheets
    shrink to a tenth or, if all rows are alike, to a fiftieth.
    """

    max_bytes: int = 20 * 1024 * 1024
    max_rows: int = 200_000
    max_columns: int = 256
    max_unpacked: int = 400 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person decided instead of the guess; None: guess.

    `encoding`: one of ENCODINGS; `typed_in`: one of TYPED_IN; `delimiter`: one character;
    `sheet`: a name; `header_line`: as Excel numbers the rows. What can be none is guessed.
    """

    encoding: str | None = None
    typed_in: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_line: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Only what was decided; for a JSON field."""
        return {key: value for key, value in asdict(self).items() if value is not None}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Choice:
        """The reverse of `to_dict`; other keys are left alone."""
        return cls(**{f.name: kept[f.name] for f in fields(cls) if kept.get(f.name) is not None})


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """`rows`: how many filled ones were seen, at most the first 60 of a sheet that was not read;
    `score`: known headings in its best line."""

    name: str
    rows: int
    is_hidden: bool = False
    score: int = 0


@dataclass(frozen=True, slots=True)
class Guess:
    """How the file was read. Encoding and delimiter are "" for workbooks.

    `typed_in`: "tcvn3" or "vni" if letters were converted from an old font, "mojibake" if UTF-8
    had been saved as if it were Windows-1252; None if they are Unicode. `score`: known headings in
    the heading line.
    """

    encoding: str = ""
    delimiter: str = ""
    typed_in: str | None = None
    sheet: str = ""
    sheets: tuple[SheetInfo, ...] = ()
    header_line: int = 1
    score: int = 0
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table. `line` is the number that Excel shows beside it.

    `values` has at least as many texts as there are headings; more if the row is longer. A number
    of a workbook stands there without grouping and with a decimal point, a date as 30/11/2025, a
    truth value as TRUE or FALSE, an error as #N/A. `kinds` tells the columns that were not text,
    `merged` those that belong to a cell merged over several rows: text is repeated in each, a
    number stands only in the first.
    """

    line: int
    values: tuple[str, ...]
    kinds: Mapping[int, CellKind] = field(default_factory=dict)
    merged: frozenset[int] = frozenset()
    is_hidden: bool = False

    @property
    def numbers(self) -> dict[int, Decimal]:
        """Columns that the workbook held as numbers, with their value to Excel's 15 digits."""
        return {
            place: Decimal(self.values[place])
            for place, kind in self.kinds.items()
            if kind is CellKind.NUMBER
        }


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Rows `line` to `last_line` are no rows of the table. `text`: the beginning of what stands
    there."""

    line: int
    reason: Passed
    last_line: int
    text: str = ""

    def __len__(self) -> int:
        return self.last_line - self.line + 1


_CELL, _MARK = "\x1f", "\x1e"
_KINDS = {kind: str(number) for number, kind in enumerate(CellKind)}
_KIND_OF = {number: kind for kind, number in _KINDS.items()}


class Rows(Sequence[Row]):
    """The rows, packed as text so that 100,000 take about the memory of the file itself.

    Rows are made when asked for; keep what you need of them, not the rows.
    """

    def __init__(self) -> None:
        self._packed = bytearray()
        self._ends = array("Q")
        self._lines = array("L")
        self._hidden: set[int] = set()

    def add(
        self,
        line: int,
        cells: Sequence[str],
        kinds: Mapping[int, CellKind] | None = None,
        merged: Iterable[int] = (),
        is_hidden: bool = False,
    ) -> None:
        """Keep a row. Cells hold no control characters 1E and 1F: readers see to that."""
        if kinds or merged:
            cells = list(cells)
            for place, kind in (kinds or {}).items():
                cells[place] = _MARK + _KINDS[kind] + cells[place]
            for place in merged:
                cells[place] = _MARK + "m" + cells[place]
        if is_hidden:
            self._hidden.add(len(self._lines))
        self._packed += _CELL.join(cells).encode("utf-8", "replace")
        self._ends.append(len(self._packed))
        self._lines.append(line)

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Row]:
        return (self._row(index) for index in range(len(self)))

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self._row(place) for place in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return self._row(index % len(self))

    def _row(self, index: int) -> Row:
        start = self._ends[index - 1] if index else 0
        text = self._packed[start : self._ends[index]].decode()
        kinds: dict[int, CellKind] = {}
        merged: frozenset[int] = frozenset()
        values = text.split(_CELL)
        if _MARK in text:
            within = set()
            for place, value in enumerate(values):
                while value.startswith(_MARK):
                    if value[1] == "m":
                        within.add(place)
                    else:
                        kinds[place] = _KIND_OF[value[1]]
                    value = value[2:]
                values[place] = value
            merged = frozenset(within)
        return Row(self._lines[index], tuple(values), kinds, merged, index in self._hidden)


@dataclass(frozen=True, slots=True)
class Book:
    """One table of a file. `last_line`: the last row of the sheet that holds anything.

    `hidden_columns`: places of columns that a person who looks at the sheet does not see.
    """

    format: Format
    guess: Guess
    headings: tuple[str, ...]
    rows: Sequence[Row]
    passed_over: tuple[PassedOver, ...] = ()
    hidden_columns: frozenset[int] = frozenset()
    last_line: int = 0

    def lines_read(self) -> Iterator[int]:
        """Every line of the sheet, however it was taken: the heading, rows, and what was passed
        over. Sorted it is 1, 2, … `last_line`, each once."""
        yield self.guess.header_line
        for row in self.rows:
            yield row.line
        for passed in self.passed_over:
            if passed.reason is not Passed.SEPARATOR_LINE:
                yield from range(passed.line, passed.last_line + 1)
