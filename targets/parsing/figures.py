"""Figures and years among the tokens of a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from targets.numbers import NumberError, parse_number

from . import vocabulary
from .fuzzy import same_word
from .tokens import Token, any_phrase_at, doubtful, phrase_at

_AS_DIGITS = {**dict.fromkeys("oOQ", "0"), **dict.fromkeys("lIi|", "1"), **dict.fromkeys("sS", "5"),
              "B": "8", "Z": "2", "z": "2"}  # fmt: skip
_NO_BOUND = vocabulary.BEFORE_FIGURE - vocabulary.words("den nam vao tu") | {"va"}
_DASHES = "-–—−~"
_FIRST_YEAR, _LAST_YEAR = 2015, 2060
# "Quyết định số 1520/QĐ-TTg", "Điều 5", "hạng II", "ngày 09": numbers that count nothing.
_NUMBERED_THINGS = vocabulary.words(
    "so dieu khoan muc diem chuong hang ngay thang quy phu luc lan thu nghi quyet dinh chuan "
    "phan bieu mau cong nghiep bang hinh"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its place in the sentence: first and last token, both included."""

    first: int
    last: int
    minimum: Decimal
    maximum: Decimal | None = None
    percent: bool = True
    per_year: bool = False
    doubtful: bool = False  # a letter was read as a digit, or digits stand apart
    upper: bool = False  # "không quá 10%"
    in_words: bool = False  # "bảy mươi phần trăm"
    aside: bool = False  # a count within brackets


@dataclass(frozen=True, slots=True)
class Year:
    """A target year; `value` None when something stands there that cannot be read."""

    first: int
    last: int
    value: int | None
    start: int | None = None  # of a period: "giai đoạn 2026 - 2030"
    doubtful: bool = False


def find_years(tokens: Sequence[Token]) -> list[Year]:
    """Years that a figure may be due in. Dates, numbers of documents, titles in quotation marks,
    base years ("so với năm 2022") and outlooks ("tầm nhìn 2045") are left out.
    """
    found: list[Year] = []
    inside = quoted(tokens)
    i = 0
    while i < len(tokens):
        year = None if i in inside else _year_at(tokens, i)
        if year is None:
            i += 1
            continue
        end = year.last + 1
        later = None
        if end + 1 < len(tokens) and (
            tokens[end].is_mark(_DASHES) or same_word(tokens[end].folded, "den")
        ):
            at = end + 2 if same_word(tokens[end + 1].folded, "nam") else end + 1
            later = _year_at(tokens, at) if at < len(tokens) else None
        period = _opens_period(tokens, i)
        if later and later.value and year.value and later.value > year.value and (
            period or tokens[end].is_mark(_DASHES)
        ):  # fmt: skip
            # "vào năm 2025 - 2030" may be two years as well as a period
            unclear = year.doubtful or later.doubtful or not period
            year = Year(year.first, later.last, later.value, year.value, unclear)
        if not _aside(tokens, i):
            if i >= 2 and phrase_at(tokens, i - 2, ("truoc", "nam")) is not None and year.value:
                # "trước năm 2026": by the end of the year before
                year = replace(year, value=year.value - 1, doubtful=True)
            if doubtful(tokens, year.first, year.last):
                year = replace(year, doubtful=True)
            found.append(year)
        i = year.last + 1
    return found


def _year_at(tokens: Sequence[Token], i: int) -> Year | None:
    token = tokens[i]
    before = tokens[i - 1] if i else None
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    if (after and after.is_mark("%")) or (before and before.is_mark("/")):
        return None
    if after and after.is_mark("/") and i + 2 < len(tokens) and not tokens[i + 2].is_number:
        return None  # "2022/QĐ-TTg"
    said = before is not None and before.is_word and same_word(before.folded, "nam")
    if token.is_number:
        if len(token.folded) == 4 and token.folded.isdigit():
            value = int(token.folded)
            if _FIRST_YEAR <= value <= _LAST_YEAR:
                return Year(i, i, value)
        if said and token.folded.isdigit() and not (after and after.is_word):
            if token.folded in ("20", "202", "203") and after and after.is_number:
                return Year(i, i + 1, _readable(token.folded + after.folded), doubtful=True)
            return Year(i, i, None, doubtful=True) if len(token.folded) in (3, 4, 5) else None
        return None
    if token.is_word and len(token.raw) == 4 and any(map(str.isdigit, token.raw)):
        value = _readable("".join(_AS_DIGITS.get(char, char) for char in token.raw))
        if value is not None or (said and sum(map(str.isdigit, token.raw)) >= 2):
            return Year(i, i, value, doubtful=True)
    return None


def _readable(digits: str) -> int | None:
    value = int(digits) if digits.isascii() and digits.isdigit() else 0
    return value if _FIRST_YEAR <= value <= _LAST_YEAR else None


def _opens_period(tokens: Sequence[Token], i: int) -> bool:
    """ "giai đoạn 2026", "từ năm 2026" """
    return any(
        tokens[at].folded == "tu" or phrase_at(tokens, at, ("giai", "doan")) is not None
        for at in range(max(0, i - 3), i)
    )


def _aside(tokens: Sequence[Token], i: int) -> bool:
    for length in (2, 3, 4, 5):
        if i >= length:
            hit = any_phrase_at(tokens, i - length, vocabulary.ASIDE_YEARS)
            if hit and hit[0] == length and tokens[i - 2].folded != "vao":
                # and not "chuyển đổi số vào năm 2025", however badly read
                return not _is_of_digital(tokens, i - length)
    return _named_in(tokens, i, vocabulary.LAWS)


def _is_of_digital(tokens: Sequence[Token], at: int) -> bool:
    return at > 0 and tokens[at].folded == "so" and same_word(tokens[at - 1].folded, "doi")


def _named_in(tokens: Sequence[Token], i: int, names: tuple[vocabulary.Phrase, ...]) -> bool:
    """Whether a year belongs to the name of something: "Luật Thư viện năm 2019"."""
    for at in range(i - 1, max(-1, i - 9), -1):
        if not tokens[at].is_word:
            return False
        if any_phrase_at(tokens, at, names):
            return True
    return False


def named_by_programme(tokens: Sequence[Token], year: Year) -> bool:
    """Whether a year may be that of another programme: "Đề án … đến năm 2025, …"."""
    for at in range(year.first - 1, max(-1, year.first - 20), -1):
        if not tokens[at].is_word:
            return False
        if any_phrase_at(tokens, at, vocabulary.PROGRAMMES):
            following = [token.folded for token in tokens[at + 2 : at + 4]]
            return following != ["giao", "duc"] and "nay" not in following
    return False


def quoted(tokens: Sequence[Token]) -> set[int]:
    """Tokens between a pair of quotation marks of one sentence."""
    inside: set[int] = set()
    start: int | None = None
    for i, token in enumerate(tokens):
        if token.is_mark("“«") or (start is None and token.is_mark('"')):
            start = i
        elif start is not None and token.is_mark('”»"'):
            inside.update(range(start, i + 1))
            start = None
    return inside


def find_figures(tokens: Sequence[Token], found_years: Sequence[Year]) -> list[Figure]:
    """Percentages, ranges and counts, in order."""
    figures: list[Figure] = []
    years = {at for year in found_years for at in range(year.first, year.last + 1)}
    inside = quoted(tokens)
    depth = 0
    i = 0
    while i < len(tokens):
        depth += tokens[i].is_mark("([") - (tokens[i].is_mark(")]") and depth > 0)
        figure = None if i in years or i in inside else _figure_at(tokens, i, years, depth > 0)
        if figure is None:
            i += 1
            continue
        if doubtful(tokens, figure.first, figure.last):
            figure = replace(figure, doubtful=True)
        figures.append(figure)
        i = figure.last + 1
    return figures


def _figure_at(
    tokens: Sequence[Token], i: int, years: set[int], in_brackets: bool
) -> Figure | None:
    first = _bound_at(tokens, i)
    if first is None:
        return None
    minimum, end, percent, unclear = first
    if not tokens[i].is_number and not any(map(str.isdigit, tokens[i].raw)) and not unclear:
        return Figure(i, end - 1, minimum, upper=_upper(tokens, i), in_words=True)
    maximum = None
    if end < len(tokens) and (
        tokens[end].is_mark(_DASHES)
        or (tokens[end].is_word and tokens[end].folded in ("den", "toi"))
    ):
        second = _bound_at(tokens, end + 1) if end + 1 not in years else None
        if second is not None and second[2]:
            maximum, end, percent = second[0], second[1], True
            unclear = unclear or second[3] or maximum < minimum
    if not percent:
        if not tokens[i].is_number or not _counts_something(tokens, i):
            return None
        return Figure(i, i, minimum, percent=False, aside=in_brackets)
    before = tokens[i - 1] if i else None
    if before and before.is_number and i - 1 not in years:
        unclear = True  # "5 0%"
    if maximum is None and (
        _is_half_a_range(tokens, i, end) or _is_behind_lower_bound(tokens, i, years)
    ):
        unclear = True  # "10% - lS mỗi năm"
    last, per_year = _per_year(tokens, end)
    return Figure(i, last, minimum, maximum, True, per_year, unclear, _upper(tokens, i))


def _is_half_a_range(tokens: Sequence[Token], first: int, end: int) -> bool:
    """Whether a dash and something that is no number stand where a second bound would be."""
    if end < len(tokens) and tokens[end].is_mark(_DASHES):
        return True
    if first < 2 or not tokens[first - 1].is_mark(_DASHES):
        return False
    before = tokens[first - 2]
    return before.is_number or (
        before.is_word and (len(before.raw) <= 2 or any(map(str.isdigit, before.raw)))
    )


def _is_behind_lower_bound(tokens: Sequence[Token], i: int, years: set[int]) -> bool:
    """Whether a number stands before a figure with a word between that may be "đến", misread:
    "từ 8 điến 12%".
    """
    for at in range(i - 2, max(-1, i - 4), -1):
        between = tokens[at + 1 : i]
        if not all(token.is_word and token.folded not in _NO_BOUND for token in between):
            return False
        if tokens[at].is_number:
            return at not in years and not is_numbering(tokens[at - 1] if at else None)
    return False


def _bound_at(tokens: Sequence[Token], i: int) -> tuple[Decimal, int, bool, bool] | None:
    """(value, token behind it, has a percent sign, is doubtful) of the number at `i`."""
    if i >= len(tokens):
        return None
    token = tokens[i]
    percent = i + 1 < len(tokens) and tokens[i + 1].is_mark("%")
    end = i + 2 if percent else i + 1
    if not percent and phrase_at(tokens, i + 1, ("phan", "tram")) is not None:
        percent, end = True, i + 3
    if token.is_number:
        try:
            return parse_number(token.folded), end, percent, False
        except NumberError:
            return (Decimal(0), end, percent, True) if percent else None
    if (written := _in_words(tokens, i)) is not None:
        return *written, True, False
    if percent and token.is_word and len(token.raw) <= 4:
        digits = "".join(_AS_DIGITS.get(char, char) for char in token.raw)
        if digits.isascii() and digits.isdigit():
            return Decimal(digits), end, True, True
    return None


_NUMERALS = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6,
    "bay": 7, "tam": 8, "chin": 9,
}  # fmt: skip


def _in_words(tokens: Sequence[Token], i: int) -> tuple[Decimal, int] | None:
    """ "bảy mươi lăm phần trăm": its value and the token behind it. Only the words of one number,
    from its first to "phần trăm", are taken; anything else is left to a person.
    """
    value = 0
    at = i
    while at < min(i + 6, len(tokens)) and tokens[at].is_word:
        word = tokens[at].folded
        if phrase_at(tokens, at, ("phan", "tram")) is not None:
            return (Decimal(value), at + 2) if at > i and 0 < value <= 100 else None
        if word == "muoi":
            value = value * 10 if at > i else 10
        elif word == "tram":
            value = value * 100 if at > i else -1000
        elif word in ("ruoi", "linh", "le"):
            return None
        elif word in _NUMERALS:
            value += _NUMERALS[word]
        else:
            return None
        at += 1
    return None


def _per_year(tokens: Sequence[Token], end: int) -> tuple[int, bool]:
    """Last token of a figure ending before `end`, and whether it is a yearly one: "5%/năm",
    "5%/mam", "10% mỗi năm".
    """
    if end < len(tokens) and tokens[end].is_mark("/"):
        after = tokens[end + 1] if end + 1 < len(tokens) else None
        if after and after.is_word and (same_word(after.folded, "nam") or len(after.folded) == 3):
            return end + 1, same_word(after.folded, "nam")
        if after and after.is_number and end + 2 < len(tokens) and tokens[end + 2].folded == "nam":
            return end + 2, after.folded in ("1", "01")
    hit = any_phrase_at(tokens, end, vocabulary.PER_YEAR)
    if hit and hit[0] == 2:
        return end + 1, True
    return end - 1, False


def _upper(tokens: Sequence[Token], i: int) -> bool:
    for length in (1, 2, 3):
        if i >= length:
            hit = any_phrase_at(tokens, i - length, vocabulary.UPPER)
            if hit and hit[0] == length:
                return True
    return False


def is_numbering(before: Token | None) -> bool:
    """Whether a number behind this word counts nothing: "Điều 5", "ngày 09"."""
    return before is not None and before.is_word and before.folded in _NUMBERED_THINGS


def _counts_something(tokens: Sequence[Token], i: int) -> bool:
    """Whether a bare number counts things, and is no date, article or number of a document."""
    before = tokens[i - 1] if i else None
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    if _year_at(tokens, i):
        return False
    if before and (before.is_mark("/") or is_numbering(before)):
        return False
    if after and after.is_mark("/"):
        behind = tokens[i + 2] if i + 2 < len(tokens) else None
        if behind and (behind.is_number or behind.raw[:1].isupper()):
            return False
    return not (
        after and after.is_word and after.folded == "thang" and before and before.folded == "ngay"
    )
