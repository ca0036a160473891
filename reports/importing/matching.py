"""Rows of text -> answers, one per cell, or the reasons why not.

PURE: no Django. Columns are found by their heading: the indicator's code, or its name as the
template writes it. Only what can mean one thing is accepted: "1.250" is 1250 by the Vietnamese
grouping, "1,250" could be one and a quarter; "x" in a yes-or-no column could mean either. A blank
cell says nothing at all, and never "no".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from institutions.names import fold
from reports.importing.choices import Choices
from reports.importing.reading import Table
from reports.rounds.checks import MAX_COUNT, MAX_NOTE, Cell, CellFault, Question, faults

INSTITUTION, NAME, NOTE = "institution_code", "name", "note"
CLEAR = "-"

_YES, _NO = frozenset({"co", "yes"}), frozenset({"khong", "no"})
_NOT_APPLICABLE = re.compile(r"(?:khong ap dung|not applicable|n a)\b ?(.*)")
# A group never starts with 0: "0.500" is a decimal that lost its comma, not five hundred.
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+")
_PLAIN = re.compile(r"[0-9]+")
_BELOW_ZERO = re.compile(r"[-−–](?:[0-9]+|[1-9][0-9]{0,2}(?:[. ][0-9]{3})+)")
_DECIMAL = re.compile(r"[-−–+]?[0-9][0-9. ]*,[0-9]+|[-−–+]?[0-9]+\.[0-9]+")
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
_NO_WORD = re.compile(r"[^0-9a-z]+")
_LETTER_FOR_DIGIT = str.maketrans("OoIl", "0011")


class Why(StrEnum):
    """Why a cell, a row or a file is not taken."""

    # Headings
    NO_INSTITUTION_COLUMN = "no_institution_column"
    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    UNNAMED_COLUMN = "unnamed_column"
    DUPLICATE_COLUMN = "duplicate_column"
    # Cells
    NOT_YES_NO = CellFault.NOT_YES_NO
    NOT_COUNT = CellFault.NOT_COUNT
    NOT_WHOLE = "not_whole"
    BELOW_ZERO = CellFault.BELOW_ZERO
    TOO_LARGE = CellFault.TOO_LARGE
    REASON_MISSING = CellFault.REASON_MISSING
    REASON_UNKNOWN = "reason_unknown"
    OTHER_NEEDS_NOTE = CellFault.OTHER_NEEDS_NOTE
    NOT_FOR_KIND = CellFault.NOT_FOR_KIND
    NOT_RETURNED = "not_returned"
    NOTE_ALONE = "note_alone"
    NOTE_TOO_LONG = "note_too_long"
    # Rows
    NO_CODE = "no_code"
    TOO_MANY_CELLS = "too_many_cells"
    DUPLICATE_ROW = "duplicate_row"
    UNKNOWN_INSTITUTION = "unknown_institution"
    FOREIGN_INSTITUTION = "foreign_institution"
    # Files
    NOTHING_RECOGNISED = "nothing_recognised"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, with what is needed to say what to do about it."""

    why: Why
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words a file may use: the questions, headings of the other columns, and the reasons.

    `headings` maps a heading to INSTITUTION, NAME or NOTE; `reasons` a label to its value.
    """

    questions: tuple[Question, ...]
    headings: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_code(self) -> dict[str, Question]:
        return {question.code: question for question in self.questions}


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """One row of the file. `cells` holds what the row fills or clears, by indicator code.

    `errors` maps a column, as the file heads it, to all reasons; `values` to what stands there.
    """

    line: int
    code: str
    name: str = ""
    note: str | None = None
    cells: Mapping[str, Cell] = field(default_factory=dict)
    errors: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matched:
    """The whole file. `columns` maps the column (INSTITUTION, an indicator code …) to its heading.

    `problems` are the reasons against the heading; with any of them no row can be trusted.
    """

    rows: tuple[MatchedRow, ...]
    columns: Mapping[str, str]
    problems: Mapping[str, tuple[Reason, ...]]


@lru_cache(maxsize=4096)  # a column holds the same few words ten thousand times
def plain(text: str) -> str:
    """A heading or word for comparison: no diacritics, no case, one space between words."""
    folded = fold(unicodedata.normalize("NFKC", text)).replace("_", " ")
    return _SPACES.sub(" ", folded).strip().strip("?:.").strip()


def bare(text: str) -> str:
    """The words alone: "Không áp dụng (đang sửa)" -> "khong ap dung dang sua"."""
    return _NO_WORD.sub(" ", plain(text)).strip()


def match(
    table: Table,
    vocabulary: Vocabulary,
    choices: Choices = Choices(),
) -> Matched:
    """Find the columns of `table` and read every cell. Never raises on any table."""
    places, problems = _columns(table, vocabulary)
    headings = {column: table.header[place] for place, column in places.items()}
    if INSTITUTION not in headings:
        problems[INSTITUTION] = (Reason(Why.NO_INSTITUTION_COLUMN),)
        return Matched((), headings, problems)
    questions = vocabulary.by_code
    reasons = {bare(label): value for label, value in vocabulary.reasons.items()}
    rows = tuple(
        _row(row.line, row.cells, places, headings, questions, reasons, len(table.header))
        for row in table.rows
    )
    return Matched(rows, headings, problems)


def _columns(
    table: Table, vocabulary: Vocabulary
) -> tuple[dict[int, str], dict[str, tuple[Reason, ...]]]:
    known = {plain(heading): column for heading, column in vocabulary.headings.items()}
    known |= {plain(column): column for column in (INSTITUTION, NAME, NOTE)}
    shared = set()
    for question in vocabulary.questions:
        for label in {plain(label) for label in question.labels}:
            if label in known:
                shared.add(label)
            known[label] = question.code
    # Two questions of one name: only their codes tell them apart.
    for label in shared:
        del known[label]
    known |= {plain(question.code): question.code for question in vocabulary.questions}

    places: dict[int, str] = {}
    problems: dict[str, tuple[Reason, ...]] = {}
    taken: set[str] = set()
    for place, heading in enumerate(table.header):
        if not heading:
            if any(len(row.cells) > place and row.cells[place] for row in table.rows):
                problems[column_letter(place)] = (Reason(Why.UNNAMED_COLUMN),)
            continue
        column = known.get(plain(heading))
        if column is None:
            problems[heading] = (Reason(Why.UNKNOWN_COLUMN),)
        elif column in taken:
            problems[heading] = (Reason(Why.DUPLICATE_COLUMN),)
        else:
            taken.add(column)
            places[place] = column
    return places, problems


def _row(
    line: int,
    texts: Sequence[str],
    places: Mapping[int, str],
    headings: Mapping[str, str],
    questions: Mapping[str, Question],
    reasons: Mapping[str, str],
    width: int,
) -> MatchedRow:
    found = {column: texts[place] if place < len(texts) else "" for place, column in places.items()}
    errors: dict[str, tuple[Reason, ...]] = {}
    values = {headings[column]: text for column, text in found.items() if text}
    if extra := [text for text in texts[width:] if text]:
        column = column_letter(width)
        errors[column] = (Reason(Why.TOO_MANY_CELLS),)
        values[column] = extra[0]
    # An apostrophe is how spreadsheets mark "this is text".
    code = found[INSTITUTION].removeprefix("'").strip()
    if not code:
        errors[headings[INSTITUTION]] = (Reason(Why.NO_CODE),)

    written = unicodedata.normalize("NFC", found.get(NOTE, ""))
    note = None if not written else "" if written == CLEAR else written.removeprefix("'")
    cells: dict[str, Cell] = {}
    filled = False
    for column, question in questions.items():
        text = found.get(column, "")
        if not text:
            continue
        filled = True
        cell, wrong = read_cell(text, question, reasons)
        if cell is not None and note and not cell.is_blank:
            cell = Cell(cell.state, cell.count, cell.na_reason, note)
        # Whether the kind fits is known to the comparison with the roster, not here.
        if cell is not None:
            wrong += [Reason(Why(f)) for f in faults(cell, question, question.kind)]
        if wrong:
            errors[headings[column]] = tuple(wrong)
        elif cell is not None:
            cells[column] = cell
    if note and not filled:
        errors[headings[NOTE]] = (Reason(Why.NOTE_ALONE),)
    elif note and len(note) > MAX_NOTE:
        errors[headings[NOTE]] = (Reason(Why.NOTE_TOO_LONG),)
    return MatchedRow(line, code, found.get(NAME, ""), note, cells, errors, values)


def read_cell(
    text: str, question: Question, reasons: Mapping[str, str]
) -> tuple[Cell | None, list[Reason]]:
    """What `text` says as an answer to `question`: a cell, or the reasons why it says nothing.

    `reasons` maps the bare label of a reason for "not applicable" to its value.
    """
    text = unicodedata.normalize("NFC", text).strip()
    if text == CLEAR:
        return Cell(), []
    words = plain(text)
    if not_applicable := _NOT_APPLICABLE.fullmatch(bare(text)):
        label = not_applicable[1]
        if not label:
            return None, [Reason(Why.REASON_MISSING)]
        if (value := reasons.get(label)) is None:
            return None, [Reason(Why.REASON_UNKNOWN)]
        return Cell("not_applicable", na_reason=value), []
    if question.is_count:
        return _read_count(text)
    if words in _YES:
        return Cell("yes"), []
    if words in _NO:
        return Cell("no"), []
    return None, [Reason(Why.NOT_YES_NO)]


def _read_count(text: str) -> tuple[Cell | None, list[Reason]]:
    number = _SPACES.sub(" ", text)
    if _PLAIN.fullmatch(number) or _GROUPED.fullmatch(number):
        digits = number.replace(".", "").replace(" ", "")
        # Python refuses to read thousands of digits; so many are too many anyway.
        if len(digits.lstrip("0")) > len(str(MAX_COUNT)) or int(digits) > MAX_COUNT:
            return None, [Reason(Why.TOO_LARGE)]
        return Cell("count", int(digits)), []
    if _BELOW_ZERO.fullmatch(number):
        return None, [Reason(Why.BELOW_ZERO)]
    if _DECIMAL.fullmatch(number):
        return None, [Reason(Why.NOT_WHOLE)]
    return None, [Reason(Why.NOT_COUNT, _slip(number))]


def _slip(number: str) -> str:
    """The number that was meant, if only a letter stands for a digit: "1.25O" -> "1.250"."""
    meant = number.translate(_LETTER_FOR_DIGIT)
    looks_right = _PLAIN.fullmatch(meant) or _GROUPED.fullmatch(meant)
    return meant if any(c.isdigit() for c in number) and looks_right else ""


def column_letter(place: int) -> str:
    """The letter over a column in a spreadsheet: 0 -> A, 26 -> AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
