"""The header of a table: which column holds years, units, labels or notes, and what it says."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from . import vocabulary
from .cells import (
    LABEL_WORDS,
    Cell,
    Row,
    Said,
    begins,
    has,
    is_numbering,
    is_prose,
    is_year,
    only,
    said_by,
    value_of,
)
from .figures import find_years

_NUMBER_HEADS = vocabulary.phrases("tt", "stt", "so tt", "so thu tu", "so")
_UNIT_HEADS = vocabulary.phrases("dvt", "don vi tinh", "don vi do", "dv tinh", "don vi")
_LABEL_HEADS = vocabulary.phrases(
    "noi dung", "chi tieu", "loai hinh", "thiet che", "nhom", "doi tuong", "ten", "cap", "tieu chi",
    "loai", "muc tieu cu the",
)  # fmt: skip
_NOTE_HEADS = vocabulary.phrases(
    "ghi chu", "chu tri", "don vi chu tri", "co quan", "don vi thuc hien", "phoi hop", "nguon",
    "trach nhiem", "kinh phi", "can cu", "don vi phu trach", "giai phap",
)  # fmt: skip
# Columns of figures that are no target of this plan.
_OTHER_COLUMNS = vocabulary.phrases(
    "hien trang", "thuc trang", "ket qua", "uoc thuc hien", "uoc", "hien co", "da dat",
    "thuc hien nam", "nam goc", "quoc gia", "toan quoc", "ca nuoc", "trung uong", "chinh phu",
    "bo van hoa", "muc tieu chung cua ca nuoc",
)  # fmt: skip


class Header:
    """What the columns of a table of `width` are for.

    `columns`: what is said above the figures; `corner`: above the labels of the rows.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.number_columns: set[int] = set()
        self.unit_columns: set[int] = set()
        self.note_columns: set[int] = set()
        self.columns: dict[int, Said] = {}
        self.corner = Said()

    def over(self, column: int) -> Said:
        return self.columns.get(column, Said())

    def begin_anew(self, row: Row) -> None:
        """A second table below the first one, with a header of its own."""
        self.columns, self.corner = {}, Said()
        self.read([row])

    def set_apart(self, first: int) -> None:
        """The columns before the first one with figures hold labels."""
        for column in [one for one in self.columns if one < first]:
            self.corner += self.columns.pop(column)

    def read(self, rows: Sequence[Row]) -> None:
        stacks: dict[int, list[Cell]] = {}
        unclear: set[int] = set()
        for i, row in enumerate(rows):
            for cell, columns, sure in self._placed(row, rows[i + 1 :]):
                for column in columns:
                    stacks.setdefault(column, []).append(cell)
                    if not sure:
                        unclear.add(column)
        for column, stack in stacks.items():
            strange = any(map(_is_strange, stack))
            said = Said(unclear=column in unclear, described=strange)
            if any(only(cell, _NUMBER_HEADS) for cell in stack):
                self.number_columns.add(column)
                continue
            years = [cell for cell in stack if find_years(cell.tokens)]
            if not years and any(only(cell, _UNIT_HEADS) for cell in stack):
                self.unit_columns.add(column)
                continue
            if not years and any(begins(cell, _NOTE_HEADS) for cell in stack):
                self.note_columns.add(column)
                continue
            for cell in stack:
                said += said_by(cell.tokens)
                if has(cell.tokens, _OTHER_COLUMNS) or "1520" in cell.text:
                    said += Said(other=True)
            if len({year.value for year in said.years}) > 1:
                # the year nearest to the figures: "Giai đoạn 2023 - 2030" above "2025"
                said = replace(said, years=tuple(find_years(years[-1].tokens)))
            self.columns[column] = said

    def _placed(self, row: Row, below: Sequence[Row]) -> Iterator[tuple[Cell, Sequence[int], bool]]:
        """Cells of a header row with the columns they stand over. A merged cell stands once, so
        that what follows it has moved to the left.
        """
        missing = self.width - row.width
        under = [cell.column for cell in below[0].cells] if below else []
        if missing <= 0 or not under or len(row.cells) < row.width:
            for cell in row.cells:
                yield cell, (cell.column,), missing <= 0 or not below
            return
        single = [column for column in range(self.width) if column not in under]
        groups = len(row.cells) - len(single)
        if groups < 1 or len(under) % groups:
            for cell in row.cells:
                yield cell, (cell.column,), False
            return
        share = len(under) // groups
        cells = list(row.cells)
        column = 0
        for cell in cells:
            if column in single:
                yield cell, (column,), True
                column += 1
            else:
                yield cell, range(column, min(column + share, self.width)), True
                column += share


def _is_strange(cell: Cell) -> bool:
    """Whether a cell of a header says nothing that is known here: "Tư viện cấp x"."""
    said = said_by(cell.tokens)
    known = said.years or said.labelled or said.subjects or said.percent
    words = vocabulary.FILLER | LABEL_WORDS
    return not known and any(word not in words for word in cell.words)


def height(rows: Sequence[Row]) -> int:
    """How many rows the header has: those before the first row with figures, as far as they
    name years, units or columns.
    """
    first = next((i for i, row in enumerate(rows) if has_value(row)), None)
    if first is None:
        first = len(rows)
    head = 0
    for i, row in enumerate(rows[:first]):
        named = names_columns(row)
        spread = len([c for c in row.cells if not is_numbering(c)]) >= 3
        if (named and (len(row.cells) > 1 or i == 0)) or (i <= head and spread):
            head = i + 1
    return head


def names_columns(row: Row) -> bool:
    return any(
        is_year(cell) or only(cell, _NUMBER_HEADS) or only(cell, _UNIT_HEADS)
        or only(cell, _LABEL_HEADS) or begins(cell, _NOTE_HEADS) or cell.text == "%"
        for cell in row.cells
    )  # fmt: skip


def has_value(row: Row) -> bool:
    return any(
        cell.column and (value_of(cell) or is_prose(cell)) for cell in row.cells
    ) and not is_column_numbers(row)


def is_column_numbers(row: Row) -> bool:
    """ "(1) (2) (3) (4)" below a header"""
    numbers = [re.sub(r"\D", "", cell.text) for cell in row.cells]
    return len(numbers) > 2 and all(
        cell.text.strip("()[]=-+ ").isdigit() for cell in row.cells
    ) and [int(one) for one in numbers] == list(
        range(int(numbers[0]), int(numbers[0]) + len(numbers))
    )  # fmt: skip
