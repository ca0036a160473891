"""The headings of a file -> what their columns are.

PURE: no Django. A column is known by its indicator's code, or by its name or question in
Vietnamese or English, with or without diacritics. A small slip is forgiven where only one column
can be meant; what could be two is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from reports.importing.cells import bare, plain
from reports.importing.reasons import Reason, Why
from reports.importing.stamps import Stamp
from reports.rounds.checks import Question

INSTITUTION, NAME, NOTE = "institution_code", "name", "note"
TIER, COMMUNE = "tier", "commune"
# Known, and of no use here: running numbers, last year's values, reasons we wrote ourselves.
UNUSED = "unused"

SURE, LIKELY, APART = 86, 72, 8
"""Likeness in percent: taken if SURE and APART from the next; from LIKELY on asked about."""

LEAST_LETTERS = 6
# Columns of the template that show what the last round said.
_EARLIER = re.compile(r"(?:ky|nam) truoc\b|(?:previous|last) (?:round|year)\b")

_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_YEAR = re.compile(r"(?:\bnam )?\b((?:19|20)[0-9]{2})\b")
_FUZZY_LINES = 60
_OFFERED = 4


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words a file may use: the questions, headings of the other columns, and the reasons.

    `headings` maps a heading to INSTITUTION, NAME, NOTE, UNUSED …; `reasons` a label to its value,
    `tiers` likewise. `year`: a heading that names another year is not this year's column.
    """

    questions: tuple[Question, ...]
    headings: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    tiers: Mapping[str, str] = field(default_factory=dict)
    year: int | None = None

    @property
    def by_code(self) -> dict[str, Question]:
        return {question.code: question for question in self.questions}

    @property
    def targets(self) -> list[str]:
        """What a column may be chosen to be: INSTITUTION …, and the indicator codes."""
        own = (INSTITUTION, NAME, TIER, COMMUNE, NOTE)
        more = sorted(set(self.headings.values()) - {*own, UNUSED})
        return [*own, *more, *(question.code for question in self.questions)]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file. `column` is what it is taken for; None: not known, "": left out.

    `is_guess`: the heading is not quite one that we know. `candidates`: what it could be.
    """

    place: int
    heading: str
    column: str | None
    is_guess: bool = False
    is_chosen: bool = False
    candidates: tuple[str, ...] = ()

    @property
    def letter(self) -> str:
        return column_letter(self.place)


def column_letter(place: int) -> str:
    """The letter over a column in a spreadsheet: 0 -> A, 26 -> AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def known_headings(vocabulary: Vocabulary) -> dict[str, str]:
    """Heading as `plain` writes it -> column. What two questions share is no heading of either."""
    known = {plain(heading): column for heading, column in vocabulary.headings.items()}
    known |= {plain(c): c for c in (INSTITUTION, NAME, NOTE, TIER, COMMUNE)}
    shared = set()
    for question in vocabulary.questions:
        for label in {plain(label) for label in question.labels}:
            if label in known:
                shared.add(label)
            known[label] = question.code
    for label in shared:
        del known[label]
    return known | {plain(question.code): question.code for question in vocabulary.questions}


def heading_counter(vocabulary: Vocabulary) -> Callable[[Sequence[str]], int]:
    """How many known headings a row of cells holds, for finding the line of the headings."""
    known = known_headings(vocabulary)
    looked = 0

    def count(cells: Sequence[str]) -> int:
        nonlocal looked
        looked += 1
        found = sum(plain(cell) in known for cell in cells if cell)
        # Likeness is dear: only near the top of a sheet, where headings stand.
        if found < 2 and looked <= _FUZZY_LINES:
            texts = [cell for cell in cells if 4 <= len(cell) <= 120]
            found = max(found, sum(_find(text, known, None)[0] is not None for text in texts))
        return found

    return count


def find_columns(
    headings: Sequence[str],
    has_content: Callable[[int], bool],
    vocabulary: Vocabulary,
    chosen: Mapping[int, str],
) -> tuple[list[Column], dict[str, tuple[Reason, ...]]]:
    """What each column is, and the reasons against headings, by heading (letter if it has none).

    `chosen` is what the sender said; it goes before every guess. `has_content` tells whether
    anything stands below a heading.
    """
    known = known_headings(vocabulary)
    allowed = {*vocabulary.targets, ""}
    columns: list[Column] = []
    for place, heading in enumerate(headings):
        if (choice := chosen.get(place)) is not None and choice in allowed:
            columns.append(Column(place, heading, choice, is_chosen=True))
        elif not heading:
            if has_content(place):
                columns.append(Column(place, heading, None))
        else:
            column, is_guess, candidates = _find(heading, known, vocabulary.year)
            if column is None and not has_content(place):
                column = UNUSED
            columns.append(Column(place, heading, column, is_guess, candidates=candidates))
    return _without_doubles(columns)


def _without_doubles(
    columns: Sequence[Column],
) -> tuple[list[Column], dict[str, tuple[Reason, ...]]]:
    problems: dict[str, tuple[Reason, ...]] = {}
    # What was written exactly, or chosen, goes before what only looks like it.
    taken: dict[str, int] = {}
    for column in sorted(columns, key=lambda c: (not c.is_chosen, c.is_guess, c.place)):
        if column.column not in (None, "", UNUSED):
            taken.setdefault(column.column, column.place)
    kept = []
    for column in columns:
        key = column.heading or column.letter
        if column.column is None and not column.heading:
            problems[key] = (Reason(Why.UNNAMED_COLUMN),)
        elif column.column is None:
            why = Why.DOUBTFUL_COLUMN if column.candidates else Why.UNKNOWN_COLUMN
            problems[key] = (Reason(why, "|".join(column.candidates)),)
        elif taken.get(column.column, column.place) != column.place:
            why = Why.UNKNOWN_COLUMN if column.is_guess else Why.DUPLICATE_COLUMN
            problems[key] = (Reason(why),)
            column = Column(column.place, column.heading, None, candidates=(column.column,))
        kept.append(column)
    return kept, problems


def _find(
    heading: str, known: Mapping[str, str], year: int | None
) -> tuple[str | None, bool, tuple[str, ...]]:
    """The column of a heading, whether that is a guess, and what it could be."""
    text = plain(heading)
    if (column := known.get(text)) is not None:
        return column, False, ()
    if _EARLIER.match(text) or Stamp.of(heading):
        return UNUSED, False, ()
    named = {int(found) for found in _YEAR.findall(text)}
    if named and year is not None and named != {year}:
        return UNUSED, False, ()
    text = plain(_IN_BRACKETS.sub(" ", _YEAR.sub(" ", text))).strip(" ,-:")
    if (column := known.get(text)) is not None:
        return column, False, ()
    words = bare(text)
    # In a short word one slip makes another word.
    if len(words) < LEAST_LETTERS:
        return None, False, ()
    scores: dict[str, float] = {}
    for label, column in known.items():
        other = bare(label)
        score = max(fuzz.ratio(words, other), fuzz.token_sort_ratio(words, other))
        scores[column] = max(scores.get(column, 0), score)
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    (best, likeness), *others = ranked
    near = tuple(c for c, score in ranked[:4] if score >= LIKELY and score > likeness - APART)
    # A part of a name, such as "Ứng dụng CNTT": likely, and never sure.
    part = set(words.split())
    named = [column for label, column in known.items() if part <= set(bare(label).split())]
    near = tuple(dict.fromkeys((*near, *named)))
    if likeness >= SURE and (not others or others[0][1] <= likeness - APART):
        return best, True, ()
    return None, False, tuple(c for c in near if c != UNUSED)[:_OFFERED]
