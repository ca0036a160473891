"""Rows of text -> answers, one per cell, or the reasons why not.

PURE: no Django. A blank cell says nothing at all, and never "no": where a column holds ticks
alone, its sender is asked what the blank ones mean.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from institutions.sheets import Book, PassedOver, Row
from reports.importing.cells import CLEAR, Reading, Sign, bare, read_text
from reports.importing.choices import Choices
from reports.importing.columns import (
    COMMUNE,
    INSTITUTION,
    NAME,
    NOTE,
    TIER,
    Column,
    Vocabulary,
    column_letter,
    find_columns,
)
from reports.importing.reasons import About, Doubt, Reason, Why
from reports.importing.stamps import Stamp, stamps
from reports.rounds.checks import MAX_NOTE, Cell, Question, faults

_OWN = (INSTITUTION, NAME, NOTE, TIER, COMMUNE)
_EXAMPLES = 20
NO_CHOICES = Choices()


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """One row of the file. `cells` holds what the row fills or clears, by indicator code.

    `errors` maps a column, as the file heads it, to all reasons; `values` to what stands there.
    `tier` and `commune` as written, `more` further columns of the vocabulary.
    """

    line: int
    code: str
    name: str = ""
    note: str | None = None
    cells: Mapping[str, Cell] = field(default_factory=dict)
    errors: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    tier: str = ""
    commune: str = ""
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matched:
    """The whole file. `columns` maps the column (INSTITUTION, an indicator code …) to its heading.

    `problems` are the reasons against the heading; with any of them no row can be trusted.
    `ticked`: indicators whose column holds ticks alone, so that its blank cells are doubtful.
    `places`: where the columns of `columns` and `problems` stand.
    """

    rows: tuple[MatchedRow, ...]
    columns: Mapping[str, str]
    problems: Mapping[str, tuple[Reason, ...]]
    table: tuple[Column, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    ticked: frozenset[str] = frozenset()
    places: Mapping[str, int] = field(default_factory=dict)
    passed_over: tuple[PassedOver, ...] = ()
    tiers: Mapping[str, str] = field(default_factory=dict)
    stamps: tuple[Stamp, ...] = ()
    header_line: int = 1


def match(
    book: Book,
    vocabulary: Vocabulary,
    choices: Choices = NO_CHOICES,
    signs: Mapping[str, set[Sign]] | None = None,
) -> Matched:
    """Find the columns of `book` and read every cell. Never raises on any book.

    `signs`, where `book` is a part of a file: how the columns of the whole file write their
    answers (`signs_of`). What a tick or a blank means must not change from part to part.
    """
    filled = _filled(book)
    table, problems = find_columns(book.headings, filled.__contains__, vocabulary, choices.columns)
    used = _used(table, vocabulary)
    headings = {column: _heading(book.headings[place], place) for place, column in used.items()}
    places = {headings[column]: place for place, column in used.items()}
    places |= {
        column.heading or column.letter: column.place
        for column in table
        if (column.heading or column.letter) in problems
    }
    unknown = any(reason.why is not Why.DUPLICATE_COLUMN for r in problems.values() for reason in r)
    # A heading that is not known may be that of the codes: names serve where there are none.
    if INSTITUTION not in headings and (unknown or NAME not in headings):
        problems[INSTITUTION] = (Reason(Why.NO_INSTITUTION_COLUMN),)
    reader = _Reader(book, vocabulary, choices, used, headings, signs)
    return Matched(
        tuple(reader.rows()),
        headings,
        problems,
        tuple(table),
        tuple(reader.doubts()),
        reader.ticked,
        places,
        tuple(book.passed_over),
        {bare(label): tier for label, tier in vocabulary.tiers.items()},
        tuple(stamps(book)),
        book.guess.header_line,
    )


def signs_of(
    book: Book, vocabulary: Vocabulary, choices: Choices = NO_CHOICES
) -> Mapping[str, set[Sign]]:
    """How each yes-or-no column of a whole file writes its answers, by indicator code."""
    filled = _filled(book)
    table, _problems = find_columns(book.headings, filled.__contains__, vocabulary, choices.columns)
    return _Reader(book, vocabulary, choices, _used(table, vocabulary), {}).signs


def _used(table: Iterable[Column], vocabulary: Vocabulary) -> dict[int, str]:
    """Place → column, of the columns that are read."""
    return {
        column.place: column.column
        for column in table
        if column.column in {*_OWN, *vocabulary.by_code, *vocabulary.headings.values()}
        and column.column not in ("", "unused")
    }


def _heading(text: str, place: int) -> str:
    return text or column_letter(place)


def _filled(book: Book) -> set[int]:
    """The columns below whose heading anything stands."""
    waiting = set(range(len(book.headings)))
    found: set[int] = set()
    for row in book.rows:
        found |= {place for place in waiting if row.values[place : place + 1] not in ((), ("",))}
        waiting -= found
        if not waiting:
            break
    return found


class _Reader:
    """Reads the rows of one book. The same texts stand in a column ten thousand times: each is
    read once."""

    def __init__(
        self,
        book: Book,
        vocabulary: Vocabulary,
        choices: Choices,
        used: Mapping[int, str],
        headings: Mapping[str, str],
        signs: Mapping[str, set[Sign]] | None = None,
    ):
        self.book, self.choices, self.used, self.headings = book, choices, used, headings
        self.questions = [
            (place, vocabulary.by_code[column])
            for place, column in used.items()
            if column in vocabulary.by_code
        ]
        self.reasons = {bare(label): value for label, value in vocabulary.reasons.items()}
        self.place = {column: place for place, column in used.items()}
        self.more = {c: p for c, p in self.place.items() if c not in (*_OWN, *vocabulary.by_code)}
        self.width = len(book.headings)
        self.known: dict[tuple[str, str, bool], Reading] = {}
        self.signs = self._signs() if signs is None else signs
        self.ticked = frozenset(
            code for code, signs in self.signs.items() if signs and signs <= {Sign.TICK, Sign.CROSS}
        )
        self.crossed = {
            code for code, signs in self.signs.items() if {Sign.TICK, Sign.CROSS} <= signs
        }
        self.ticked -= self.crossed
        self.maybe: dict[str, list[tuple[int, str, str]]] = {}
        self.crosses: dict[str, list[int]] = {}

    def _signs(self) -> dict[str, set[Sign]]:
        """How each yes-or-no column writes its answers."""
        texts: dict[str, set[str]] = {}
        asked = [(place, q.code) for place, q in self.questions if not q.is_count]
        for row in self.book.rows if asked else ():
            for place, code in asked:
                if place < len(row.values) and row.values[place]:
                    texts.setdefault(code, set()).add(row.values[place])
        found: dict[str, set[Sign]] = {}
        by_code = {question.code: question for _place, question in self.questions}
        for code, said in texts.items():
            readings = [self._read(text, by_code[code], None) for text in said]
            found[code] = {
                reading.sign
                for reading in readings
                if reading.cell is not None and reading.cell.state in ("yes", "no")
            }
            says_yes = any(
                reading.cell is not None
                and reading.cell.state == "yes"
                and reading.sign is Sign.WORD
                for reading in readings
            )
            # A cross beside a yes, or one that is no letter, may well be a no: it is asked about.
            if Sign.CROSS in found[code] and (says_yes or said & {"✗", "✘"}):
                found[code].add(Sign.TICK)
        return found

    def _read(self, text: str, question: Question, number: Decimal | None) -> Reading:
        key = text, question.code, number is not None
        if (reading := self.known.get(key)) is None:
            reading = read_text(text, question, self.reasons, number=number)
            # Numbers of visits are all different: remembering a hundred thousand gains nothing.
            if len(self.known) < 10_000:
                self.known[key] = reading
        return reading

    def _answer(self, about: About, code: str) -> str:
        answer = self.choices.answers.get(f"{about}:{code}", "")
        return answer if answer in Doubt(about, code).answers else ""

    def rows(self) -> Iterator[MatchedRow]:
        return (self._row(row) for row in self.book.rows)

    def _text(self, row: Row, column: str) -> str:
        place = self.place.get(column)
        return row.values[place] if place is not None and place < len(row.values) else ""

    def _row(self, row: Row) -> MatchedRow:
        errors: dict[str, tuple[Reason, ...]] = {}
        values = {
            self.headings[column]: row.values[place]
            for place, column in self.used.items()
            if place < len(row.values) and row.values[place]
        }
        if extra := [text for text in row.values[self.width :] if text]:
            column = column_letter(self.width)
            errors[column] = (Reason(Why.TOO_MANY_CELLS),)
            values[column] = extra[0]
        # An apostrophe is how spreadsheets mark "this is text".
        code = self._text(row, INSTITUTION).removeprefix("'").strip()
        name = self._text(row, NAME).removeprefix("'").strip()
        if not code and not name:
            heading = self.headings.get(INSTITUTION) or self.headings.get(NAME, INSTITUTION)
            errors[heading] = (Reason(Why.NO_CODE),)

        written = unicodedata.normalize("NFC", self._text(row, NOTE))
        note = None if not written else "" if written == CLEAR else written.removeprefix("'")
        numbers = row.numbers if row.kinds else {}
        cells: dict[str, Cell] = {}
        filled = False
        for place, question in self.questions:
            text = row.values[place] if place < len(row.values) else ""
            if place in row.merged and (question.is_count or not text):
                # The sum of several institutions: for none of them is it the answer.
                filled = True
                errors[self.headings[question.code]] = (Reason(Why.MERGED_NUMBER),)
                continue
            if not text:
                continue
            filled = True
            cell, wrong = self._cell(row.line, text, question, numbers.get(place))
            if cell is not None and note and not cell.is_blank:
                cell = Cell(cell.state, cell.count, cell.na_reason, note)
            # Whether the kind fits is known to the comparison with the roster, not here.
            if cell is not None:
                wrong += tuple(Reason(Why(f)) for f in faults(cell, question, question.kind))
            if wrong:
                errors[self.headings[question.code]] = wrong
            elif cell is not None:
                cells[question.code] = cell
        if note and not filled and not self.ticked:
            errors[self.headings[NOTE]] = (Reason(Why.NOTE_ALONE),)
        elif note and len(note) > MAX_NOTE:
            errors[self.headings[NOTE]] = (Reason(Why.NOTE_TOO_LONG),)
        return MatchedRow(
            row.line,
            code,
            name,
            note,
            cells,
            errors,
            values,
            self._text(row, TIER),
            self._text(row, COMMUNE),
            {column: self._text(row, column) for column in self.more},
        )

    def _cell(
        self, line: int, text: str, question: Question, number: Decimal | None
    ) -> tuple[Cell | None, tuple[Reason, ...]]:
        reading = self._read(text, question, number)
        if reading.maybe is not None:
            asked = self.maybe.setdefault(question.code, [])
            asked.append((line, text, str(reading.maybe.count)))
            answer = self._answer(About.THOUSANDS, question.code)
            if answer == "whole":
                return reading.maybe, ()
            return None, (Reason(Why.NOT_WHOLE),) if answer else reading.reasons
        if reading.sign is Sign.CROSS and question.code in self.crossed:
            self.crosses.setdefault(question.code, []).append(line)
            answer = self._answer(About.CROSS, question.code)
            return (Cell(answer), ()) if answer else (None, (Reason(Why.DOUBTFUL_CROSS),))
        return reading.cell, reading.reasons

    def doubts(self) -> Iterator[Doubt]:
        """What the rows leave open, once they have been read."""
        for code, lines in self.crosses.items():
            yield Doubt(
                About.CROSS, code, tuple(lines[:_EXAMPLES]), len(lines),
                answer=self._answer(About.CROSS, code),
            )  # fmt: skip
        for code, found in self.maybe.items():
            yield Doubt(
                About.THOUSANDS, code, tuple(line for line, _t, _p in found[:_EXAMPLES]),
                len(found), found[0][1], found[0][2], self._answer(About.THOUSANDS, code),
            )  # fmt: skip
