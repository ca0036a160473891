"""Numbers as Vietnamese documents and spreadsheets write them.

PURE: no Django. The point groups thousands, the comma marks decimals: "1.234,5".
"""

import re
from dataclasses import dataclass
from decimal import Decimal

_GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_GROUPED_BY_SPACE = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:,\d+)?")
_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_PERCENT = re.compile(r"\s*(?:[%٪％]|phần\s+trăm|phan\s+tram)\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:-|–|—|~|đến|tới|den|toi)\s*", re.IGNORECASE)
_FROM = re.compile(r"(?:từ|tu)\s+", re.IGNORECASE)


class NumberError(ValueError):
    """The text is not one number, or not one range."""


@dataclass(frozen=True, slots=True)
class Range:
    """A figure: at least `minimum`, and at most `maximum` where the text names two bounds."""

    minimum: Decimal
    maximum: Decimal | None = None
    percent: bool = False


def parse_number(text: str) -> Decimal:
    """Value of one number without unit: "1.234,5" -> 1234.5, "1 234" -> 1234, "7,5" -> 7.5.

    A single point is a thousands mark before exactly three digits ("1.234") and a decimal mark
    otherwise ("7.5"). Raises NumberError for anything else, so that no half is read.
    """
    number = text.strip()
    if _GROUPED.fullmatch(number) or _GROUPED_BY_SPACE.fullmatch(number):
        number = re.sub(r"[. \u00a0\u202f]", "", number).replace(",", ".")
    elif _PLAIN.fullmatch(number):
        number = number.replace(",", ".")
    else:
        raise NumberError(text)
    return Decimal(_ascii_digits(number))


def parse_range(text: str) -> Range:
    """A number or two bounds, with or without percent sign.

    "60%", "10 - 15%", "10% - 15%", "từ 8% đến 12%". The sign on either bound holds for both.
    Raises NumberError for anything else, and for bounds in the wrong order.
    """
    rest = text.strip()
    marked = _FROM.match(rest)
    if marked:
        rest = rest[marked.end() :]
    bounds: list[Decimal] = []
    percent = False
    while rest:
        number = _GROUPED.match(rest) or _PLAIN.match(rest)
        if number is None or len(bounds) == 2:
            raise NumberError(text)
        bounds.append(parse_number(number.group()))
        rest = rest[number.end() :]
        if sign := _PERCENT.match(rest):
            percent = True
            rest = rest[sign.end() :]
        if rest:
            between = _BETWEEN.match(rest)
            if between is None or between.end() == len(rest):
                raise NumberError(text)
            rest = rest[between.end() :]
    if not bounds or (len(bounds) == 2 and bounds[0] > bounds[1]):
        raise NumberError(text)
    return Range(bounds[0], bounds[1] if len(bounds) == 2 else None, percent)


def _ascii_digits(number: str) -> str:
    return "".join(char if char in "+-." else str(int(char)) for char in number)
