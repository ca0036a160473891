"""A row as every reader of a format hands it on, and how cells are written as text.

PURE: no Django.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from institutions.sheets.book import CellKind

HEAD = 60  # filled lines of a sheet in which a heading is looked for
AROUND = 1000  # filled lines that are no rows, before a reader stops by itself

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_PLACEHOLDER = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*.', re.IGNORECASE)
_PADDED = re.compile(r"0{2,15}")
_NAMED = re.compile(r'"([^"]*)"(0{2,15})|(0{2,15})"([^"]*)"')
_DATES = frozenset((*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)))
_LAST_DAY = 2_958_465  # 31/12/9999


@dataclass(slots=True)
class RawRow:
    """`cells` without the empty ones at the end, no control characters in them.

    `merged`: columns of cells that span several rows; `repeated`: those of them whose text
    stands further up.
    """

    line: int
    cells: list[str]
    kinds: dict[int, CellKind] = field(default_factory=dict)
    merged: frozenset[int] = frozenset()
    repeated: frozenset[int] = frozenset()
    is_hidden: bool = False


@lru_cache(maxsize=16384)
def number_text(raw: str) -> str | None:
    """A number of a workbook as Excel shows it at most: 15 digits, no exponent, no grouping.

    None if it is none. 0.1 + 0.2 is kept as 0.30000000000000004 in the file and means 0.3.
    """
    if _WHOLE.fullmatch(raw):
        return raw
    try:
        value = Decimal(format(float(raw), ".15g"))
    except ValueError:
        return None
    if not value.is_finite():
        return None
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


@lru_cache(maxsize=1024)
def is_date_format(number: int, code: str) -> bool:
    """Whether a number format shows days or times."""
    if not code:
        return number in _DATES
    bare = _PLACEHOLDER.sub("", code.split(";")[0])
    return bare.lower() != "general" and re.search("[dmyhs]", bare, re.IGNORECASE) is not None


@lru_cache(maxsize=4096)
def as_shown(number: str, code: str) -> tuple[str, bool]:
    """(text, is it still a number): leading zeros, and words around them, by the number format.

    A code 00123 is often the number 123 under the format 00000, 98-TV-007 the number 7 under
    "98-TV-"000: what the person sees is what they mean.
    """
    if "0" not in code or not number.isdigit():
        return number, True
    if _PADDED.fullmatch(code):
        return number.zfill(len(code)), True
    if found := _NAMED.fullmatch(code):
        before, first, second, after = found.groups("")
        return before + number.zfill(len(first or second)) + after, False
    return number, True


@lru_cache(maxsize=16384)
def day_text(serial: str, from_1904: bool) -> str | None:
    """The day, or time of day, that Excel keeps as a number: 45991 -> 30/11/2025.

    None if no day has this number.
    """
    try:
        value = float(serial)
    except ValueError:
        return None
    if from_1904 and value >= 1:
        value += 1462
    if not 0 <= value < _LAST_DAY + 1:
        return None
    seconds = round((value - int(value)) * 86400)
    if value < 1:
        return _time(datetime(1900, 1, 1) + timedelta(seconds=seconds))  # noqa: DTZ001
    # Excel believes that 1900 had a 29 February: its day 60.
    first = datetime(1899, 12, 30) if value >= 61 else datetime(1899, 12, 31)  # noqa: DTZ001
    try:
        return moment_text(first + timedelta(days=int(value), seconds=seconds))
    except OverflowError:
        return None


def moment_text(moment: datetime) -> str:
    """A day as people here write it; the time only if there is one."""
    # Not strftime: it drops the zeros of years before 1000 on some systems.
    day = f"{moment.day:02}/{moment.month:02}/{moment.year:04}"
    return f"{day} {_time(moment)}" if moment.time() != datetime.min.time() else day


def _time(moment: datetime) -> str:
    return f"{moment.hour:02}:{moment.minute:02}" + (f":{moment.second:02}" * bool(moment.second))
