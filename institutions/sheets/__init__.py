"""Any file that a spreadsheet program makes -> rows of text.

PURE: no Django. `read_book` never raises anything but `UnreadableFile`, whatever the bytes.
"""

from institutions.sheets.book import (
    Book,
    CellKind,
    Choice,
    Doubt,
    FileProblem,
    Format,
    Guess,
    Limits,
    Passed,
    PassedOver,
    Row,
    Rows,
    SheetInfo,
    UnreadableFile,
)
from institutions.sheets.reading import DELIMITERS, ENCODINGS, TYPED_IN, read_book

__all__ = [
    "DELIMITERS",
    "ENCODINGS",
    "TYPED_IN",
    "Book",
    "CellKind",
    "Choice",
    "Doubt",
    "FileProblem",
    "Format",
    "Guess",
    "Limits",
    "Passed",
    "PassedOver",
    "Row",
    "Rows",
    "SheetInfo",
    "UnreadableFile",
    "read_book",
]
