"""Number, date, province and reporting day of a plan, from its head and its last paragraphs."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from institutions.names import fold

from .fuzzy import distance
from .outline import Item, sentences
from .tokens import Token, any_phrase_at, phrase_at

_HEAD = 6000  # characters in which the head of a document stands

_NUMBER = re.compile(
    r"(?im)^\W*(?:s[^\W\d_]|s6|s0)\s*[:.]?\s*(\d{1,5}[a-z]?)\s*/\s*"
    r"([^\W\d_0]{1,3}|[0O][^\W\d_])\s*[-–—.]\s*([^\W\d_]{2,12})\b"
)
_DATED = re.compile(
    r"(?im)([^\W\d_][^\n,;:/\d]{1,40}?)\s*[,.]\s*ng[^\W\d_]{2}\s+(\d{1,2})\s+th[^\W\d_]{3}\s+(\d{1,2})"
    r"\s+n[^\W\d_]{2}\s+(20\d\d)"
)
_KIND = re.compile(r"^(?:tinh|thanh pho|tp\.?)\s+")
_DECISIONS = frozenset(("qd", "qp", "od", "0d", "op", "qb", "gd"))


def plan_number(text: str) -> str | None:
    """ "Số: 3632/KH-UBND" -> "3632/KH-UBND"; a scan's "S6: 1150 /QD-UBND" -> "1150/QĐ-UBND".

    Numbers of documents that the text only refers to stand inside sentences, not at a line's start
    behind "Số".
    """
    match = _NUMBER.search(text, 0, min(len(text), _HEAD))
    if match is None:
        return None
    number, kind, issuer = match.groups()
    kind = "QĐ" if fold(kind) in _DECISIONS else kind.upper()
    return f"{number}/{kind}-{issuer.upper() if issuer.islower() else issuer}"


def issued(text: str) -> tuple[date | None, str | None]:
    """Day and place of issue: "Gia Lai, ngày 25 tháng 12 năm 2023"."""
    for match in _DATED.finditer(text, 0, min(len(text), _HEAD)):
        place, day, month, year = match.groups()
        words = place.split()
        if len(words) > 7 or fold(words[0]) in ("can", "theo"):
            continue
        try:
            return date(int(year), int(month), int(day)), _place_name(words)
        except ValueError:
            continue
    return None, None


def _place_name(words: Sequence[str]) -> str | None:
    """The last words with a capital: what is left of them on the line is the number."""
    name: list[str] = []
    for word in reversed(words):
        dash = word in "-–" and bool(name)
        if not dash and (not word[0].isupper() or (len(word) > 4 and word.isupper())):
            break
        name.insert(0, word)
    return _without_kind(" ".join(name[-5:]).strip("-– ")) or None


def province(text: str, place: str | None, provinces: Iterable[str]) -> str | None:
    """Proper name of the province. With a list of names handed in, the one that the mentions in
    the text are nearest to ("Bac Kan", "Bic Kan" -> "Bắc Kạn"), else the name as read: a list of
    today's names lacks those of yesterday.
    """
    known = {_KIND.sub("", fold(name)): _without_kind(name) for name in provinces}
    mentions = ([place] if place else []) + _mentions(text)
    if not known:
        return mentions[0] if mentions else None
    score: dict[str, float] = {}
    for mention in mentions:
        words = _KIND.sub("", fold(mention)).split()
        ranked = sorted((_name_distance(words, name.split()), name) for name in known)
        nearest, name = ranked[0]
        if nearest <= 0.2 and (len(ranked) < 2 or ranked[1][0] - nearest > 0.02):
            score[name] = score.get(name, 0.0) + 1.0 - 3 * nearest
    if not score:
        return mentions[0] if mentions else None
    best = sorted(score, key=lambda name: (-score[name], name))
    return known[best[0]]


def _without_kind(name: str) -> str:
    words = name.split()
    folded = fold(name)
    if folded.startswith(("tinh ", "tp. ")):
        return " ".join(words[1:])
    if folded.startswith("thanh pho "):
        return " ".join(words[2:])
    return name


def _mentions(text: str) -> list[str]:
    """ "trên địa bàn tỉnh Gia Lai", "UBND tỉnh Bắc Kạn", "TỈNH BẮC KẠN" """
    found = []
    pattern = re.compile(
        r"(?i:\bt[^\W\d_]nh|\bth[^\W\d_]nh\s+ph[^\W\d_])\s+"
        r"((?:[A-ZĐÀ-Ỹ][^\W\d_]*)(?:[ \t]*[-–]?[ \t]*[A-ZĐÀ-Ỹ][^\W\d_]*){0,3})"
    )
    for match in pattern.finditer(text, 0, min(len(text), _HEAD)):
        name = " ".join(word.capitalize() if word.isupper() else word
                        for word in match.group(1).split())  # fmt: skip
        found.append(name)
    return found


def _name_distance(seen: Sequence[str], meant: Sequence[str]) -> float:
    """Distance per letter, 0 the same; words behind the name do not count."""
    seen = [word for word in seen if word not in "-–"][: len(meant)]
    meant = [word for word in meant if word not in "-–"]
    if len(seen) != len(meant):
        return 1.0
    total = sum(min(distance(one, other), 9.0) for one, other in zip(seen, meant, strict=True))
    return min(1.0, total / sum(map(len, meant)))


def report_before(text: str, items: Sequence[Item]) -> tuple[int, int] | None:
    """Month and day before which reports are due each year: "Định kỳ hằng năm, báo cáo … trước
    ngày 05/12". A day with a year of its own is a single event.
    """
    fallback = None
    for item in items:
        for sentence in sentences(item.tokens(text)):
            for clause in _clauses(sentence):
                day = _day_before(clause)
                if day is None or not _has(clause, (("bao", "cao"),)):
                    continue
                if _has(clause, (("hang", "nam"), ("moi", "nam"), ("dinh", "ky"))):
                    return day
                if _has(sentence, (("hang", "nam"), ("moi", "nam"), ("dinh", "ky"))):
                    fallback = fallback or day
    return fallback


def _clauses(sentence: Sequence[Token]) -> list[list[Token]]:
    clauses: list[list[Token]] = [[]]
    for token in sentence:
        clauses[-1].append(token)
        if token.is_mark(";"):
            clauses.append([])
    return clauses


def _has(tokens: Sequence[Token], phrases: Sequence[Sequence[str]]) -> bool:
    return any(any_phrase_at(tokens, at, phrases) for at in range(len(tokens)))


def _day_before(tokens: Sequence[Token]) -> tuple[int, int] | None:
    for at in range(len(tokens) - 3):
        if not tokens[at + 1].is_number and not tokens[at + 2].is_number:
            continue
        if phrase_at(tokens, at, ("truoc", "ngay")) is not None and tokens[at + 2].is_number:
            number = at + 2
        elif phrase_at(tokens, at, ("truoc",)) is not None and tokens[at + 1].is_number:
            number = at + 1
        else:
            continue
        rest = tokens[number + 1 : number + 5]
        month = None
        if rest and rest[0].is_mark("/-") and len(rest) > 1 and rest[1].is_number:
            if len(rest) > 2 and rest[2].is_mark("/-"):
                continue
            month = rest[1]
        elif phrase_at(tokens, number + 1, ("thang",)) is not None and len(rest) > 1:
            if len(rest) > 3 and rest[2].folded == "nam" and rest[3].is_number:
                continue
            month = rest[1]
        if month is None or not month.is_number:
            continue
        try:
            when = date(2024, int(month.folded), int(tokens[number].folded))
        except ValueError:
            continue
        return when.month, when.day
    return None
