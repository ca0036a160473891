"""Cells as text: what stands in an input, and what somebody typed or pasted there.

One grammar for files, pasted blocks and typing (`importing/cells.py`); every text that a cell
shows can be read back. An emptied cell of the grid is "not reported".
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from reports.importing.cells import bare, read_cell
from reports.importing.reasons import Reason, Why
from reports.importing.wording import say, vocabulary
from reports.models import NotApplicableReason, State
from reports.rounds.checks import MAX_NOTE, Cell, CellFault, Question
from reports.rounds.wording import cell_text


def entered(cell: Cell) -> str:
    """The text of a cell in its input: "", "Có", "1.234", "Không áp dụng: đang sửa chữa"."""
    if cell.state == State.BLANK:
        return ""
    if cell.state == State.COUNT:
        # As it is read back, whatever the language: "1,234" could be one and a quarter.
        return f"{cell.count:,}".replace(",", ".")
    return cell_text(cell)


@lru_cache(maxsize=1)
def _reasons() -> dict[str, str]:
    """Reasons for "not applicable" by their bare words, in every language."""
    return {bare(label): value for label, value in vocabulary([]).reasons.items()}


def read(text: str, question: Question) -> tuple[Cell | None, list[Reason]]:
    """What a text of the grid says: a cell, or why it says nothing."""
    return read_cell(text, question, _reasons()) if text.strip() else (Cell(), [])


def fault_words(faults: Iterable[CellFault]) -> str:
    return " ".join(say(Reason(Why(fault))) for fault in faults)


def reason_words(reasons: Iterable[Reason]) -> str:
    return " ".join(say(reason) for reason in reasons)


def too_long(*texts: str | None) -> list[Reason]:
    """A note or evidence is a remark, no document."""
    return [Reason(Why.NOTE_TOO_LONG)] if any(len(t or "") > MAX_NOTE for t in texts) else []


def quick_texts() -> Mapping[str, str]:
    """What the keys and buttons of the grid write, in the language of the page."""
    return {
        "yes": entered(Cell(State.YES)),
        "no": entered(Cell(State.NO)),
        **{
            reason.value: entered(Cell(State.NOT_APPLICABLE, na_reason=reason.value))
            for reason in NotApplicableReason
        },
    }
