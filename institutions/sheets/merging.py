"""Cells merged over several rows: what a person reads beside each of them.

PURE: no Django. A text merged over rows (the commune of five institutions) is meant for each of
them and is repeated; a number stands for all together and is not, or sums would multiply.
"""

from __future__ import annotations

from collections.abc import Iterable

from institutions.sheets.book import CellKind
from institutions.sheets.raw import RawRow

_MOST = 100_000
_REPEATED = (None, CellKind.DATE, CellKind.BOOLEAN)


class Merges:
    """Vertical merges of a sheet, as (first line, last line, place of the column); rows are
    handed to `fill` from the top down."""

    def __init__(self, ranges: Iterable[tuple[int, int, int]]):
        self._waiting = sorted(ranges, reverse=True)[-_MOST:]
        # By column: the last line, and what the first cell holds.
        self._open: dict[int, tuple[int, str, CellKind | None]] = {}

    def add(self, ranges: Iterable[tuple[int, int, int]]) -> None:
        """More of them, none above the rows filled so far."""
        self._waiting = [*sorted(ranges, reverse=True), *self._waiting]

    def fill(self, row: RawRow) -> None:
        """Repeat texts into `row` and note its merged columns."""
        if not self._waiting and not self._open:
            return
        touched, repeated = set(), set()
        while self._waiting and self._waiting[-1][0] <= row.line:
            top, bottom, column = self._waiting.pop()
            if top == row.line and column < len(row.cells) and row.cells[column]:
                self._open[column] = (bottom, row.cells[column], row.kinds.get(column))
                touched.add(column)
        for column, (bottom, text, kind) in list(self._open.items()):
            if row.line > bottom:
                del self._open[column]
            elif column not in touched:
                touched.add(column)
                if kind in _REPEATED and text:
                    row.cells.extend([""] * (column + 1 - len(row.cells)))
                    if not row.cells[column]:
                        row.cells[column] = text
                        repeated.add(column)
                        if kind is not None:
                            row.kinds[column] = kind
        row.merged, row.repeated = frozenset(touched), frozenset(repeated)
