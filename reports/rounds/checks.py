"""What may stand in one cell. Form and import hold the same rules, so they stand here once.

PURE: no Django. States and reasons are the values of `reports.models.State` and
`NotApplicableReason`; a test keeps the words the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_COUNT = 10**12
"""No institution has more visits in a year than this; a longer number is a slip of the keys."""

MAX_NOTE = 2000
"""Characters of a note: a remark, no document."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an indicator asks, and of which kind of institution.

    `is_count` tells a yearly count from a yes or no. `labels` are the headings under which the
    question may stand in a file, in every language.
    """

    code: str
    kind: str
    is_count: bool
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """The answer of one institution to one question. Blank is "not reported", never "no"."""

    state: str = "blank"
    count: int | None = None
    na_reason: str = ""
    note: str = ""

    @property
    def is_blank(self) -> bool:
        return self.state == "blank"

    @property
    def answer(self) -> tuple[str, int | None, str]:
        """The cell without its note."""
        return self.state, self.count, self.na_reason


class CellFault(StrEnum):
    """Why a cell cannot stand."""

    NOT_YES_NO = "not_yes_no"
    NOT_COUNT = "not_count"
    BELOW_ZERO = "below_zero"
    TOO_LARGE = "too_large"
    REASON_MISSING = "reason_missing"
    OTHER_NEEDS_NOTE = "other_needs_note"
    NOT_FOR_KIND = "not_for_kind"


def faults(cell: Cell, question: Question, kind: str) -> list[CellFault]:
    """All that is wrong with `cell` as the answer of an institution of `kind`; empty if nothing."""
    found = []
    if question.kind != kind and not cell.is_blank:
        found.append(CellFault.NOT_FOR_KIND)
    if cell.state in ("yes", "no") and question.is_count:
        found.append(CellFault.NOT_COUNT)
    if cell.state == "count":
        if not question.is_count or cell.count is None:
            found.append(CellFault.NOT_COUNT if question.is_count else CellFault.NOT_YES_NO)
        elif cell.count < 0:
            found.append(CellFault.BELOW_ZERO)
        elif cell.count > MAX_COUNT:
            found.append(CellFault.TOO_LARGE)
    if cell.state == "not_applicable":
        if not cell.na_reason:
            found.append(CellFault.REASON_MISSING)
        elif cell.na_reason == "other" and not cell.note:
            found.append(CellFault.OTHER_NEEDS_NOTE)
    return found
