"""Where the table is on a sheet: its heading, its rows, and what stands around and between them.

PURE: no Django. Nothing is left out without being named: each line becomes the heading, a row, or
passed over with its reason. In doubt a line is a row, which the import then refuses aloud.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from institutions.names import fold
from institutions.sheets.book import (
    CellKind,
    FileProblem,
    Limits,
    Passed,
    PassedOver,
    Rows,
    UnreadableFile,
)
from institutions.sheets.raw import HEAD, RawRow

_MOST_TEXT = 80
_PROGRESS = 1000

_TOTAL = re.compile(
    r"(?:tong|cong)(?: (?:cong|so|hop|toan|ca|cac|chung|don|huyen|tinh|xa|thi|quan|thanh|cap|i)"
    r"\b.*)?[ :.]*|(?:grand |sub ?-?)?total[ :.]*"
)
_NOTE = re.compile(
    r"(?:ghi chu|luu y|chu thich|chu y|nguoi (?:lap|bao cao|tong hop|lien he|kiem tra)|thu truong|"
    r"(?:pho )?(?:giam doc|chu tich|truong phong|hieu truong)|noi nhan|xac nhan|lanh dao|ke toan|"
    r"\(?ky\b|tm\.|kt\.|tl\.|\*|\(\*|nguon[ :]|note[ s:]|nhan xet|dien thoai|so dien thoai)"
    r"|.{0,60}\bngay\b.{0,12}\bthang\b.{0,12}\bnam\b"
)
_ROMAN = re.compile(r"(?:[IVX]{1,5}|[A-H])[.)]?")
_CODE = re.compile(
    r"(?=.*[0-9])(?!\d{1,2}/\d{1,2}/\d{2,4})[A-Za-z0-9]+(?:[-./_][A-Za-z0-9]+)+|[0-9]{4,}"
)
_ANSWER = re.compile(r"co|khong|x|yes|no|[0-9][0-9., ]*")
_ORDINAL = re.compile(r"[(\[]?([0-9]{1,3}|[A-Za-z])[)\]]?(?:\s*=.*)?")
_SMALL = re.compile(r"[0-9]{1,5}\.?")


@dataclass(slots=True)
class Table:
    """The heading and what came of the lines below and above it."""

    header_line: int
    headings: tuple[str, ...]
    rows: Rows
    passed_over: list[PassedOver]
    last_line: int
    score: int


def read_table(
    lines: Iterable[RawRow],
    *,
    limits: Limits,
    header_line: int | None,
    score: Callable[[Sequence[str]], int],
    progress: Callable[[int], None] | None = None,
) -> Table:
    """Sort the lines of a sheet. Raises UnreadableFile if there is no filled line, or none at
    `header_line`."""
    stream = iter(lines)
    head = _head(stream, header_line)
    if not any(_is_filled(row) for row in head):
        raise UnreadableFile(FileProblem.EMPTY)
    heading = _heading(head, header_line, score)
    sorter = _Sorter(heading, limits)
    for row in chain(head, stream):
        sorter.take(row)
        if progress and not len(sorter.rows) % _PROGRESS:
            progress(len(sorter.rows))
    return Table(
        heading.line,
        heading.cells,
        sorter.rows,
        sorter.passed,
        sorter.last_line,
        heading.score,
    )


def best_score(rows: Iterable[RawRow], score: Callable[[Sequence[str]], int]) -> int:
    """How many known headings stand in the best line."""
    return max((score(row.cells) for row in rows if any(row.cells)), default=0)


# Heading -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Heading:
    line: int
    cells: tuple[str, ...]
    score: int
    upper: int | None = None


def _head(stream: Iterator[RawRow], header_line: int | None) -> list[RawRow]:
    """Lines until HEAD filled ones, or beyond the heading that was chosen, are there."""
    head: list[RawRow] = []
    filled = 0
    for row in stream:
        head.append(row)
        filled += any(row.cells)
        if filled >= HEAD and (header_line is None or row.line >= header_line):
            break
    return head


def _is_filled(row: RawRow) -> bool:
    return any(row.cells) or bool(row.kinds)


def _heading(
    head: list[RawRow], chosen: int | None, score: Callable[[Sequence[str]], int]
) -> _Heading:
    filled = [row for row in head if any(row.cells)]
    if chosen is not None:
        row = next((row for row in filled if row.line == chosen), None)
        if row is None:
            raise UnreadableFile(FileProblem.NO_SUCH_LINE, chosen)
        return _Heading(chosen, _texts(row.cells), score(row.cells), _merged_from(head, row))
    scores = [score(row.cells) for row in filled]
    if not filled:
        raise UnreadableFile(FileProblem.EMPTY)
    best = max(scores)
    if not best:
        row = _likely(filled)
        return _Heading(row.line, _texts(row.cells), 0, _merged_from(head, row))
    index = scores.index(best)
    row = filled[index]
    found = _Heading(row.line, _texts(row.cells), best, _merged_from(head, row))
    # A heading of two lines, one with the groups or with what is not grouped.
    for upper, lower in ((index - 1, index), (index, index + 1)):
        if upper < 0 or lower >= len(filled):
            continue
        above, below = filled[upper], filled[lower]
        if below.line != above.line + 1 or CellKind.NUMBER in below.kinds.values():
            continue
        cells = _over(above.cells, below.cells)
        if (together := score(cells)) > found.score:
            found = _Heading(below.line, _texts(cells), together, above.line)
    return found


def _over(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """The lower line, with what stands above its blank cells."""
    width = max(len(above), len(below))
    pad = [""] * width
    return [b or a for a, b in zip([*above, *pad][:width], [*below, *pad][:width], strict=True)]


def _merged_from(head: list[RawRow], row: RawRow) -> int | None:
    """The line above, if cells of the heading are merged from there."""
    if not row.repeated:
        return None
    return next((above.line for above in head if above.line == row.line - 1), None)


def _likely(filled: list[RawRow]) -> RawRow:
    """The line with most texts, the first of them: nothing in it is known."""

    def texts(row: RawRow) -> int:
        return sum(
            bool(cell) and place not in row.kinds and not cell.isdigit()
            for place, cell in enumerate(row.cells)
        )

    most = max(map(texts, filled))
    return next(row for row in filled if texts(row) == most)


def _texts(cells: Sequence[str]) -> tuple[str, ...]:
    """Headings on one line each, without the empty ones at the end."""
    texts = [" ".join(cell.split()) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


# Lines -------------------------------------------------------------------------------------


class _Sorter:
    """Takes the lines from the top down and says of each what it is."""

    def __init__(self, heading: _Heading, limits: Limits):
        self.rows = Rows()
        self.passed: list[PassedOver] = []
        self.last_line = 0
        self._heading, self._limits = heading, limits
        self._folded = [fold(cell) for cell in heading.cells]
        self._named = [place for place, cell in enumerate(self._folded) if cell]
        self._width = len(heading.cells)
        self._initial = heading.cells[self._named[0]][0].lower() if self._named else ""
        self._upper: list[str] = []
        self._after_heading = False
        self._in_notes = False

    def take(self, row: RawRow) -> None:
        cells = row.cells
        if not any(cells) and not row.kinds:
            return
        if row.line > self.last_line + 1:
            self._pass(self.last_line + 1, Passed.EMPTY, row.line - 1)
        self.last_line = row.line
        if row.line <= self._heading.line:
            if row.line < self._heading.line:
                reason = Passed.TITLE
                if row.line == self._heading.upper:
                    reason, self._upper = Passed.UPPER_HEADING, list(_texts(cells))
                self._pass(row.line, reason, text=_first(cells))
            else:
                self._after_heading = True
            return
        if (reason := self._reason(row)) is not None:
            self._pass(row.line, reason, text=_first(cells))
            return
        self._after_heading = self._in_notes = False
        if len(self.rows) >= self._limits.max_rows:
            raise UnreadableFile(FileProblem.TOO_MANY_ROWS, self._limits.max_rows)
        if len(cells) < self._width:
            cells = cells + [""] * (self._width - len(cells))
        self.rows.add(row.line, cells, row.kinds, row.merged, row.is_hidden)

    def _pass(self, line: int, reason: Passed, last: int | None = None, text: str = "") -> None:
        self.passed.append(PassedOver(line, reason, last or line, text[:_MOST_TEXT]))

    def _reason(self, row: RawRow) -> Passed | None:
        cells = row.cells
        own = [place for place, cell in enumerate(cells) if cell and place not in row.repeated]
        if not own:
            # Nothing of its own but what a merged cell repeats; or formulas never computed.
            return None if row.kinds and not row.repeated else Passed.EMPTY
        if self._is_heading(cells):
            self._after_heading = True
            return Passed.REPEATED_HEADING
        if self._after_heading and _are_ordinals([cells[place] for place in own]):
            return Passed.COLUMN_NUMBERS
        if _is_total(cells, own):
            return Passed.TOTAL
        if len(own) > 3:
            return None
        first = cells[own[0]]
        if any(place < 3 and _CODE.fullmatch(cells[place]) for place in own):
            return None
        if any(_ANSWER.fullmatch(fold(cells[place])) for place in own[1:]):
            return None
        if self._in_notes or _NOTE.match(fold(first)):
            self._in_notes = True
            return Passed.NOTE
        if self._width > 1 and own[0] < 3 and own[0] not in row.kinds:
            if len(own) == 1 and " " in first:
                return Passed.SECTION
            if len(own) == 2 and _ROMAN.fullmatch(first) and own[1] < 3 and own[1] not in row.kinds:
                return Passed.SECTION
        return None

    def _is_heading(self, cells: Sequence[str]) -> bool:
        place = self._named[0] if self._named else 0
        if place < len(cells) and len(self._named) > 1:
            # Most lines end here, at the first letter.
            cell = " ".join(cells[place].split()) if "\n" in cells[place] else cells[place]
            if cell[:1].lower() == self._initial and fold(cell) == self._folded[place]:
                return [fold(text) for text in _texts(cells)] == self._folded
        return bool(self._upper) and list(_texts(cells)) == self._upper


def _first(cells: Sequence[str]) -> str:
    return next((cell for cell in cells if cell), "")


def _is_total(cells: Sequence[str], own: list[int]) -> bool:
    label = own[0]
    if len(own) > 1 and (_SMALL.fullmatch(cells[label]) or _ROMAN.fullmatch(cells[label])):
        label = own[1]
    # Quickly: "tổng", "cộng", "total", "subtotal", "grand total".
    if cells[label][:1] not in "tTcCsSgG" or not _TOTAL.fullmatch(fold(cells[label])):
        return False
    return not any(any(map(str.isalpha, cells[place])) for place in own if place > label)


def _are_ordinals(texts: list[str]) -> bool:
    """(1) (2) (3), or A B 1 2 3: numbers of the columns, as forms have them below the heading."""
    if len(texts) < 2:
        return False
    found = [_ORDINAL.fullmatch(text) for text in texts]
    if not all(found) or (len(texts) == 2 and not texts[0].startswith(("(", "["))):
        return False
    letters = [match[1].upper() for match in found if match[1].isalpha()]
    numbers = [int(match[1]) for match in found if match[1].isdigit()]
    return (
        letters == [chr(65 + place) for place in range(len(letters))]
        and (not numbers or numbers == list(range(numbers[0], numbers[0] + len(numbers))))
        and (not numbers or numbers[0] in (0, 1, len(letters) + 1))
    )
