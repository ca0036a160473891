"""Why something in a file is not taken, and what a file leaves open and its sender is asked.

PURE: no Django. The words stand in wording.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reports.rounds.checks import CellFault


class Why(StrEnum):
    """Why a cell, a row or a file is not taken."""

    # Headings
    NO_INSTITUTION_COLUMN = "no_institution_column"
    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    UNNAMED_COLUMN = "unnamed_column"
    DUPLICATE_COLUMN = "duplicate_column"
    DOUBTFUL_COLUMN = "doubtful_column"
    # Cells
    NOT_YES_NO = CellFault.NOT_YES_NO
    NOT_COUNT = CellFault.NOT_COUNT
    NOT_WHOLE = "not_whole"
    MAYBE_THOUSANDS = "maybe_thousands"
    DIGITS_LOST = "digits_lost"
    MERGED_NUMBER = "merged_number"
    DOUBTFUL_CROSS = "doubtful_cross"
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
    DOUBTFUL_INSTITUTION = "doubtful_institution"
    NAME_CONTRADICTS = "name_contradicts"
    # Files
    OPEN_DOUBT = "open_doubt"
    OTHER_UNIT = "other_unit"
    OTHER_YEAR = "other_year"
    NOTHING_RECOGNISED = "nothing_recognised"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, with what is needed to say what to do about it.

    `proposal` is what could stand there instead, where that can be told.
    """

    why: Why
    hint: str = ""
    proposal: str = ""


class About(StrEnum):
    """What a file may leave open. Asked, never guessed."""

    # A column holds ticks alone: are its blank cells a no?
    BLANK = "blank"
    # A column holds ✓ and x: is x a no?
    CROSS = "cross"
    # A count is 1.234 and a half: is it 1234?
    THOUSANDS = "thousands"
    # A question has no column: is the file taken without it?
    MISSING = "missing"


ANSWERS: dict[About, tuple[str, ...]] = {
    About.BLANK: ("leave", "no"),
    About.CROSS: ("no", "yes"),
    About.THOUSANDS: ("whole", "wrong"),
    About.MISSING: ("without",),
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """One question to the sender about one column. `answer` is "" until it is given.

    `column` is an indicator code, `lines` the first lines concerned of `number`; `example` stands
    there and would become `proposal`.
    """

    about: About
    column: str
    lines: tuple[int, ...] = ()
    number: int = 0
    example: str = ""
    proposal: str = ""
    answer: str = ""

    @property
    def key(self) -> str:
        return f"{self.about}:{self.column}"

    @property
    def answers(self) -> tuple[str, ...]:
        return ANSWERS[self.about]

    @property
    def is_open(self) -> bool:
        return not self.answer
