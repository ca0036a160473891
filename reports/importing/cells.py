"""The text of one cell -> an answer, or the reasons why not.

PURE: no Django. Only what can mean one thing is taken: "1.250", "1 250" and "1,250" are 1250,
since no count has decimals; 1.25 could be a slip of the same or nonsense, and is asked about.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import fuzz, process

from institutions.names import fold
from reports.importing.reasons import Reason, Why
from reports.rounds.checks import MAX_COUNT, Cell, Question

CLEAR = "-"
YES, NO = "Có", "Không"

_YES = frozenset({"co", "yes", "true"})
_NO = frozenset({"khong", "no", "false"})
_SHORT = {"c": YES, "y": YES, "k": NO, "ko": NO, "kg": NO, "n": NO, "chua": NO, "khong co": NO}
_DASHES = frozenset("–—−‐‑")
# "ü" and "þ" are the ticks of the font Wingdings once the font is gone.
_TICKS = frozenset("✓✔☑√vVüþ") | {"✔️", "☑️"}
_CROSSES = frozenset("xX×✕✗✘☒")
_NOT_APPLICABLE = re.compile(r"(?:khong ap dung|not applicable|n a|kad)\b ?(.*)")
# A group never starts with 0: "0.500" is a decimal that lost its comma, not five hundred.
_GROUPED = re.compile(
    r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+|[1-9][0-9]{0,2}(?:,[0-9]{3})+"
)
_PLAIN = re.compile(r"[0-9]+")
_ZERO_DECIMALS = re.compile(r"(?<=[0-9])(?:,0{1,2}|\.0{1,2})$")
_UNIT = re.compile(
    r" ?(?:luot (?:nguoi|khach|ban doc|su dung|doc)|luot|nguoi|khach|ban doc|lan|visits?|people)$"
)
_BELOW_ZERO = re.compile(r"[-−–](?:[0-9]+|[1-9][0-9]{0,2}(?:[. ,][0-9]{3})+)")
_DECIMAL = re.compile(r"[-−–+]?[0-9][0-9. ]*,[0-9]+|[-−–+]?[0-9][0-9, ]*\.[0-9]+")
_SHORT_DECIMAL = re.compile(r"([1-9][0-9]{0,2})[.,]([0-9]{1,3})")
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
_NO_WORD = re.compile(r"[^0-9a-z]+")
_LETTER_FOR_DIGIT = str.maketrans("OoIl", "0011")


class Sign(StrEnum):
    """How a yes or no was written: a column of ticks alone, or of ✓ and x, leaves things open."""

    WORD = "word"
    TICK = "tick"
    CROSS = "cross"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says. With `maybe` it says it only if the sender agrees."""

    cell: Cell | None = None
    reasons: tuple[Reason, ...] = ()
    sign: Sign = Sign.WORD
    maybe: Cell | None = None


@lru_cache(maxsize=4096)  # a column holds the same few words ten thousand times
def plain(text: str) -> str:
    """A heading or word for comparison: no diacritics, no case, one space between words."""
    folded = fold(unicodedata.normalize("NFKC", text)).replace("_", " ")
    return _SPACES.sub(" ", folded).strip().strip("?:.").strip()


@lru_cache(maxsize=4096)
def bare(text: str) -> str:
    """The words alone: "Không áp dụng (đang sửa)" -> "khong ap dung dang sua"."""
    return _NO_WORD.sub(" ", plain(text)).strip()


def read_cell(
    text: str, question: Question, reasons: Mapping[str, str]
) -> tuple[Cell | None, list[Reason]]:
    """What a text typed into a form says: a cell, or the reasons why it says nothing.

    Stricter than `read_text`: who types one cell has no column beside it that tells what "x" or
    "1,250" means, and is asked at once.
    """
    reading = read_text(text, question, reasons)
    state = reading.cell.state if reading.cell else ""
    if state in ("yes", "no") and (reading.sign is not Sign.WORD or text.strip() == "0"):
        return None, [Reason(Why.NOT_YES_NO)]
    if reading.maybe is not None or (state == "count" and "," in text):
        return None, [Reason(Why.NOT_WHOLE)]
    return reading.cell, list(reading.reasons)


def read_text(
    text: str, question: Question, reasons: Mapping[str, str], *, number: Decimal | None = None
) -> Reading:
    """What `text` in a file says as an answer to `question`.

    `reasons` maps the bare label of a reason for "not applicable" to its value; `number` is what
    a spreadsheet held as a number behind the text. Never raises.
    """
    text = unicodedata.normalize("NFC", text).strip().removeprefix("'").strip()
    if text == CLEAR:
        return Reading(Cell())
    # Numbers are many and all different: no use in comparing each with words.
    is_number = text.isascii() and text.isdigit()
    if not is_number and (not_applicable := _NOT_APPLICABLE.fullmatch(bare(text))):
        return _not_applicable(not_applicable[1], reasons)
    if text in _DASHES:
        kind = Why.NOT_COUNT if question.is_count else Why.NOT_YES_NO
        return _no(Reason(kind, proposal=CLEAR))
    if question.is_count:
        return _count(text) if number is None else _number(number)
    return _yes_no(text)


def _no(*reasons: Reason) -> Reading:
    return Reading(reasons=reasons)


def _not_applicable(label: str, reasons: Mapping[str, str]) -> Reading:
    if not label:
        return _no(Reason(Why.REASON_MISSING))
    if (value := reasons.get(label)) is not None:
        return Reading(Cell("not_applicable", na_reason=value))
    # "đang sửa chữa" begins one reason alone: the rest of its words adds nothing.
    begun = {value for known, value in reasons.items() if known.startswith(f"{label} ")}
    if len(begun) == 1 and " " in label:
        return Reading(Cell("not_applicable", na_reason=begun.pop()))
    near = process.extractOne(label, reasons.keys(), scorer=fuzz.ratio, score_cutoff=80)
    return _no(Reason(Why.REASON_UNKNOWN, proposal=reasons[near[0]] if near else ""))


def _yes_no(text: str) -> Reading:
    words = plain(text)
    if words in _YES:
        return Reading(Cell("yes"))
    if words in _NO:
        return Reading(Cell("no"))
    if text == "1" or text in _TICKS:
        return Reading(Cell("yes"), sign=Sign.TICK)
    if text in _CROSSES:
        return Reading(Cell("yes"), sign=Sign.CROSS)
    if text == "0":
        return Reading(Cell("no"))
    return _no(Reason(Why.NOT_YES_NO, proposal=_meant(words)))


def _meant(words: str) -> str:
    """ "Co mot phan" -> Có; "khogn" -> Không; "" where it could be either."""
    if words in _SHORT:
        return _SHORT[words]
    first = words.split(" ", 1)[0].strip(",.;")
    if first in ("co", "khong") and "khong" not in words[len(first) :]:
        return YES if first == "co" else NO
    return NO if fuzz.ratio(words, "khong") >= 80 else ""


def _number(number: Decimal) -> Reading:
    """What a spreadsheet holds as a number: 1.234 there is one and a bit, whatever was meant."""
    if not number.is_finite():
        return _no(Reason(Why.NOT_COUNT))
    if number < 0:
        return _no(Reason(Why.BELOW_ZERO))
    if number > MAX_COUNT:
        return _no(Reason(Why.TOO_LARGE))
    if number == number.to_integral_value():
        return Reading(Cell("count", int(number)))
    thousandfold = number * 1000
    if 1 <= number < 1000 and thousandfold == thousandfold.to_integral_value():
        return _maybe(int(thousandfold))
    return _no(Reason(Why.NOT_WHOLE))


def _maybe(count: int) -> Reading:
    return Reading(
        reasons=(Reason(Why.MAYBE_THOUSANDS, proposal=str(count)),), maybe=Cell("count", count)
    )


def _count(text: str) -> Reading:
    number = _SPACES.sub(" ", text)
    if number[-1:].isalpha():
        # Folding may change the length: the unit is cut off what was written, word by word.
        unit = _UNIT.search(fold(number))
        number = number[: unit.start()].strip() if unit else number
    number = _ZERO_DECIMALS.sub("", number)
    if _PLAIN.fullmatch(number) or _GROUPED.fullmatch(number):
        digits = number.replace(".", "").replace(" ", "").replace(",", "")
        # Python refuses to read thousands of digits; so many are too many anyway.
        if len(digits.lstrip("0")) > len(str(MAX_COUNT)) or int(digits) > MAX_COUNT:
            return _no(Reason(Why.TOO_LARGE))
        return Reading(Cell("count", int(digits)))
    if _BELOW_ZERO.fullmatch(number):
        return _no(Reason(Why.BELOW_ZERO))
    if short := _SHORT_DECIMAL.fullmatch(number):
        return _maybe(int(short[1]) * 1000 + int(short[2].ljust(3, "0")))
    if _DECIMAL.fullmatch(number):
        return _no(Reason(Why.NOT_WHOLE))
    if _SCIENTIFIC.fullmatch(number):
        return _no(Reason(Why.DIGITS_LOST))
    return _no(Reason(Why.NOT_COUNT, proposal=_slip(number)))


def _slip(number: str) -> str:
    """The number that was meant: a letter for a digit ("1.25O" -> "1.250"), or a word for none."""
    if plain(number) in _NO:
        return "0"
    meant = number.translate(_LETTER_FOR_DIGIT)
    looks_right = _PLAIN.fullmatch(meant) or _GROUPED.fullmatch(meant)
    return meant if any(c.isdigit() for c in number) and looks_right else ""
