"""Numbers as Vietnamese documents and spreadsheets write them.

PURE: no Django. The point groups thousands, the comma marks decimals: "1.234,5".
"""

import re
from decimal import Decimal

_GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_GROUPED_BY_SPACE = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:,\d+)?")
_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


class NumberError(ValueError):
    """The text is not one number."""


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


def _ascii_digits(number: str) -> str:
    return "".join(char if char in "+-." else str(int(char)) for char in number)
