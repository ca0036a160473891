"""The head of a plan: what a person checks before its targets, and where the text says it.

PURE: no Django.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from targets.marking import page_at

_HEAD = 6000  # characters in which the head of a document stands
_LONGEST = 160  # of the words shown beside a field
# How many characters of the line on each side are shown with a value; else none.
_BESIDE = {"number": 60, "territory": 60, "report_before": 80}
_GAP = r"[\s.,]{1,12}"


@dataclass(frozen=True, slots=True)
class Place:
    """Words of the text that a field was read from. `unsure`: a scan's recognition was not sure."""

    words: str
    start: int
    end: int
    page: int | None = None  # from 1, where the document has pages
    unsure: bool = False


def places(
    text: str,
    *,
    number: str | None = None,
    issued_on: date | None = None,
    province: str | None = None,
    title: str | None = None,
    report_before: tuple[int, int] | None = None,
    page_starts: Iterable[int] = (),
    doubts: Iterable[tuple[int, int]] = (),
    head_doubts: Iterable[str] = (),
) -> dict[str, Place]:
    """Where the text says each value, by name of the field; those not found are left out.

    A value that the text writes in a way not foreseen here has no place: nothing is guessed.
    """
    starts, spans, unclear = list(page_starts), list(doubts), set(head_doubts)
    said: dict[str, tuple[int, int] | None] = {
        "number": _match(text, _number(number)),
        "issued_on": _match(text, _day(issued_on)),
        "territory": _match(text, _words(province)),
        "title": _match(text, _words(title)),
        "report_before": _last(text, _yearly(report_before)),
    }
    found = {}
    for name, span in said.items():
        if span is None:
            continue
        start, end = _clipped(text, span, _BESIDE.get(name, 0))
        found[name] = Place(
            words=_shortened(text[start:end]),
            start=start,
            end=end,
            page=page_at(starts, span[0]),
            unsure=name in unclear or any(a < span[1] and b > span[0] for a, b in spans),
        )
    return found


def _number(number: str | None) -> str | None:
    digits = re.match(r"\d+", number or "")
    return rf"\b{digits[0]}\s*/\s*\S*" if digits else None


def _day(day: date | None) -> str | None:
    if day is None:
        return None
    return (
        rf"\bng[^\W\d_]{{2}}{_GAP}0?{day.day}{_GAP}th[^\W\d_]{{3}}{_GAP}0?{day.month}"
        rf"{_GAP}n[^\W\d_]{{2}}{_GAP}{day.year}\b"
    )


def _yearly(day: tuple[int, int] | None) -> str | None:
    if day is None:
        return None
    month, of_month = day
    return rf"\b0?{of_month}\s*(?:[/-]|th[^\W\d_]{{3}})\s*0?{month}\b(?!\s*[/-]\s*\d)"


def _words(words: str | None) -> str | None:
    return r"\s+".join(map(re.escape, words.split())) if words and words.strip() else None


def _match(text: str, pattern: str | None) -> tuple[int, int] | None:
    found = pattern and re.compile(pattern, re.IGNORECASE).search(text, 0, _HEAD)
    return found.span() if found else None


def _last(text: str, pattern: str | None) -> tuple[int, int] | None:
    """The last place about reports, as deadlines stand at a plan's end."""
    found = list(re.finditer(pattern, text, re.IGNORECASE)) if pattern else []
    reported = [
        one for one in found if "báo cáo" in text[max(0, one.start() - 300) : one.end() + 60]
    ]
    return (reported or found)[-1].span() if found else None


def _clipped(text: str, span: tuple[int, int], room: int) -> tuple[int, int]:
    """The line around a span, not more than `room` characters on each side, in whole words."""
    start, end = span
    if not room:
        return span
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    if start - first > room:
        first = text.find(" ", start - room, start) + 1 or start
    if last - end > room:
        last = text.rfind(" ", end, end + room)
        last = end if last < 0 else last
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    return first, last


def _shortened(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1].rstrip() + "…"
