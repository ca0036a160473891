"""The mark by which a template says for which unit and year it was made.

PURE: no Django. It stands in words, where people read it and no program loses it: above the
headings of a workbook, as a heading of its own in a CSV.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from institutions.names import fold
from institutions.sheets import Book


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a template says of itself: for which unit and year it was made, in which version."""

    version: int
    unit: str
    year: int

    @property
    def text(self) -> str:
        return f"Mẫu {self.version}, đơn vị {self.unit}, năm {self.year}"

    @property
    def sheet_name(self) -> str:
        """For a hidden sheet: there the stamp stays when its line is deleted."""
        return f"mau {self.version} {self.year} {self.unit}"[:31]

    @classmethod
    def of(cls, text: str) -> Stamp | None:
        """The stamp in the first words of a text; None if there is none."""
        found = _IN_TEXT.match(fold(text).strip().strip('"'))
        return cls(int(found[1]), found[2].strip(), int(found[3])) if found else None

    @classmethod
    def of_sheet(cls, name: str) -> Stamp | None:
        found = _IN_SHEET_NAME.match(name)
        return cls(int(found[1]), found[3], int(found[2])) if found else None


_IN_TEXT = re.compile(r"'?mau ([0-9]{1,3}), don vi ([^,]{1,60}), nam ([0-9]{4})\b")
_IN_SHEET_NAME = re.compile(r"mau ([0-9]{1,3}) ([0-9]{4}) (\S{1,40})$")


def stamps(book: Book) -> list[Stamp]:
    """What templates the file says it was made from: in a heading, above it, by a hidden sheet."""
    found = [Stamp.of(text) for text in book.headings]
    found += [Stamp.of(passed.text) for passed in book.passed_over]
    found += [Stamp.of_sheet(sheet.name) for sheet in book.guess.sheets if sheet.is_hidden]
    return [stamp for stamp in found if stamp]
