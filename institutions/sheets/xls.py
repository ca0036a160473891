"""Workbooks of Excel 5 to 2003 (.xls), by xlrd.

PURE: no Django. xlrd reads the whole file at once; a sheet of this format ends at row 65,536.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import xlrd
from xlrd.biffh import error_text_from_code

from institutions.sheets.book import CellKind, FileProblem, Limits, SheetInfo, UnreadableFile
from institutions.sheets.merging import Merges
from institutions.sheets.raw import AROUND, RawRow, as_shown, day_text, number_text

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


class _Silence(io.TextIOBase):
    """Where the remarks of xlrd go."""

    def write(self, _text: str) -> int:
        return 0


@dataclass(slots=True)
class XlsBook:
    """An opened workbook: its sheets, and `rows(name)` of one of them."""

    book: xlrd.Book
    limits: Limits
    sheets: tuple[SheetInfo, ...]
    hidden_columns: dict[str, frozenset[int]] = field(default_factory=dict)

    def texts(self) -> list[str]:
        """The different texts of the workbook, for a look at what they are typed in."""
        return [text for text in self.book._sharedstrings if isinstance(text, str)]

    def rows(self, sheet: str, most: int | None = None) -> Iterator[RawRow]:
        """The rows of a sheet that hold a cell, in order; the first `most` of them.

        Raises UnreadableFile for torn files and past the limits.
        """
        index = [info.name for info in self.sheets].index(sheet)
        try:
            yield from self._rows(self.book.sheet_by_index(index), sheet, most)
        except UnreadableFile:
            raise
        except Exception:
            # A torn file surfaces in xlrd as anything from IndexError to AssertionError.
            raise UnreadableFile(FileProblem.DAMAGED) from None

    def _rows(self, sheet: xlrd.sheet.Sheet, name: str, most: int | None) -> Iterator[RawRow]:
        self.hidden_columns[name] = frozenset(
            place for place, info in sheet.colinfo_map.items() if info.hidden
        )
        merges = Merges(
            (top + 1, bottom, left)
            for top, bottom, left, _right in sheet.merged_cells
            if bottom - top > 1
        )
        count = 0
        for index in range(sheet.nrows):
            info = sheet.rowinfo_map.get(index)
            row = RawRow(index + 1, [], is_hidden=bool(info and info.hidden))
            for place in range(sheet.row_len(index)):
                text, kind = self._value(sheet, index, place)
                if not text and kind is None:
                    continue
                if place >= self.limits.max_columns:
                    raise UnreadableFile(FileProblem.TOO_MANY_COLUMNS, self.limits.max_columns)
                row.cells.extend([""] * (place - len(row.cells)))
                row.cells.append(text)
                if kind is not None:
                    row.kinds[place] = kind
            if not row.cells:
                continue
            merges.fill(row)
            count += 1
            if count > self.limits.max_rows + AROUND:
                raise UnreadableFile(FileProblem.TOO_MANY_ROWS, self.limits.max_rows)
            yield row
            if most is not None and count >= most:
                return

    def _value(self, sheet: xlrd.sheet.Sheet, row: int, column: int) -> tuple[str, CellKind | None]:
        kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
        if kind == xlrd.XL_CELL_TEXT:
            text = value.replace("\r\n", "\n").replace("\r", "\n")
            if not text.isascii():
                text = text.encode("utf-8", "replace").decode()
            return (_CONTROL.sub(" ", text) if _CONTROL.search(text) else text).strip(), None
        if kind == xlrd.XL_CELL_BOOLEAN:
            return "TRUE" if value else "FALSE", CellKind.BOOLEAN
        if kind == xlrd.XL_CELL_ERROR:
            return error_text_from_code.get(value, "#VALUE!"), CellKind.ERROR
        if kind not in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
            return "", None
        number = number_text(repr(value))
        if number is None:
            return str(value), None
        if kind == xlrd.XL_CELL_DATE:
            day = day_text(number, bool(self.book.datemode))
            return (number, CellKind.NUMBER) if day is None else (day, CellKind.DATE)
        shown, is_number = as_shown(number, self._code(sheet, row, column))
        return shown, CellKind.NUMBER if is_number else None

    def _code(self, sheet: xlrd.sheet.Sheet, row: int, column: int) -> str:
        if not self.book.formatting_info:
            return ""
        style = self.book.xf_list[sheet.cell_xf_index(row, column)]
        found = self.book.format_map.get(style.format_key)
        return found.format_str if found else ""


def open_xls(content: bytes, limits: Limits) -> XlsBook:
    """Open a workbook. Raises UnreadableFile and nothing else."""
    try:
        book = _open(content)
    except xlrd.XLRDError as error:
        problem = FileProblem.ENCRYPTED if "encrypted" in str(error) else FileProblem.DAMAGED
        raise UnreadableFile(problem) from None
    except Exception:
        # A torn file surfaces in xlrd as anything from IndexError to AssertionError.
        raise UnreadableFile(FileProblem.DAMAGED) from None
    sheets = tuple(
        SheetInfo(name, 0, bool(book._sheet_visibility[index]))
        for index, name in enumerate(book.sheet_names())
    )
    if not sheets:
        raise UnreadableFile(FileProblem.EMPTY)
    return XlsBook(book, limits, sheets)


def _open(content: bytes) -> xlrd.Book:
    # With formats come hidden rows, merged cells and the zeros before a code.
    return xlrd.open_workbook(
        file_contents=content,
        logfile=_Silence(),
        formatting_info=True,
        on_demand=True,
        ragged_rows=True,
    )
