"""What a plan says about itself: number, date, province, title, mandate and reporting day."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from institutions.names import fold

from .fuzzy import distance, phrase_distance, same_word
from .model import Span
from .outline import Item, sentences
from .tokens import Doubts, Token, any_phrase_at, doubtful, phrase_at

_HEAD = 6000  # characters in which the head of a document stands
_ANNEX = 30_000  # and in which that of a plan annexed to it begins
_DAY = (
    r"ng[^\W\d_]{2}\s+(\d{1,2})\s*(?:/|-|\.|th[^\W\d_]{3})\s*(\d{1,2})\s*(?:/|-|\.|n[^\W\d_]{2})"
    r"\s*(20\d\d)"
)

_NUMBER = re.compile(
    r"(?im)(?:^\W*|(?<=[\t ])(?=S))(?:s[^\W\d_]|s6|s0)(?:\s*[:.])?\s*(\d{1,5}[a-z]?)\s*/\s*"
    r"([^\W\d_0]{1,3}|[0O][^\W\d_])\s*[-–—.]\s*([^\W\d_]{2,12})\b"
)
_INSIDE_LINE = re.compile(r"S[^\W\d_60]?[60]?\s*:")  # "TỈNH ĐẮK LẮK Số: 06/KH-UBND"
_DATED = re.compile(r"(?im)([^\W\d_][^\n,;:/\d]{1,60}?)\s*[,.]\s*" + _DAY)
# "(Ban hành kèm theo Quyết định số 1150/QĐ-UBND ngày 28/6/2023 của UBND tỉnh)"
_ANNEXED = re.compile(
    r"(?i)k[^\W\d_]{1,2}m\s+theo\s+[^\W\d_]{4,6}\s+[^\W\d_]{4}\s+s[^\W\d_]?[06]?\s*[:.]?\s*"
    r"(?:(\d{1,5}[a-z]?)\s*/\s*([^\W\d_0]{1,3}|[0O][^\W\d_])\s*[-–—.]\s*([^\W\d_]{2,12})\b)?"
    r"(?:[^\n()]{0,25}?\s" + _DAY + ")?"
)
_REFERENCE = re.compile(
    r"\b(\d{1,5})\s*/\s*([^\W\d_]{1,3}|[0O][^\W\d_])\s*[-–—]\s*(TTg|TTG|Ttg|ttg|CP|TW|[A-ZĐ]{2,9})\b"
)
_KIND = re.compile(r"^(?:tinh|thanh pho|tp\.?)\s+")
_DECISIONS = frozenset(("qd", "qp", "od", "0d", "op", "qb", "gd", "0p", "0b", "ob"))
_CITING = frozenset(("can", "theo", "luat", "nghi", "quyet"))


@dataclass(frozen=True, slots=True)
class Head:
    """What the head and the last paragraphs say about the document itself."""

    number: str | None = None
    issued_on: date | None = None
    province: str | None = None
    title: str | None = None
    mandate: str | None = None
    report_before: tuple[int, int] | None = None
    doubts: tuple[str, ...] = ()


def read_head(text: str, items: Sequence[Item], provinces: Iterable[str], doubts: Doubts) -> Head:
    """Number, date and title of the document, its province, the decision that it carries out and
    the yearly day of reporting. A plan annexed to a decision goes by the decision's number; where
    the two name different ones, that is among the doubts.
    """
    composed = unicodedata.normalize("NFC", text)
    number, number_span = _plan_number(composed)
    issued_on, place, issued_span = _issued(composed)
    unsure: list[str] = []
    for match in _ANNEXED.finditer(composed, 0, min(len(composed), _ANNEX)):
        named = _document_number(*match.group(1, 2, 3)) if match.group(1) else None
        day = _date(*match.group(4, 5, 6)) if match.group(4) else None
        if named and number is None:
            number, number_span = named, match.span()
        elif named and named != number:
            unsure.append("number")
        if day and issued_on is None:
            issued_on, issued_span = day, match.span(4)[:1] + match.span(6)[1:]
        elif day and day != issued_on:
            unsure.append("issued_on")
    before, before_unsure = _report_before(text, items, doubts)
    if number and doubts.touch(*number_span):
        unsure.append("number")
    if issued_on and doubts.touch(*issued_span):
        unsure.append("issued_on")
    if before and before_unsure:
        unsure.append("report_before")
    return Head(
        number=number,
        issued_on=issued_on,
        province=province(composed, place, provinces),
        title=_title(composed),
        mandate=_mandate(composed),
        report_before=before,
        doubts=tuple(dict.fromkeys(unsure)),
    )


def _document_number(number: str, kind: str, issuer: str) -> str:
    kind = "QĐ" if fold(kind) in _DECISIONS else kind.upper()
    if fold(issuer) == "ttg":
        return f"{number}/{kind}-TTg"
    return f"{number}/{kind}-{issuer.upper() if issuer.islower() else issuer}"


def _date(day: str, month: str, year: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _plan_number(text: str) -> tuple[str | None, Span]:
    """ "Số: 3632/KH-UBND" -> "3632/KH-UBND"; a scan's "S6: 1150 /QD-UBND" -> "1150/QĐ-UBND".

    Numbers of documents that the text only refers to stand inside sentences, not at a line's start
    behind "Số", and without a colon.
    """
    for match in _NUMBER.finditer(text, 0, min(len(text), _HEAD)):
        line = text.rfind("\n", 0, match.start(1)) + 1
        if text[line : match.start()].strip() and not _INSIDE_LINE.match(text, match.start()):
            continue
        return _document_number(*match.groups()), (match.start(1), match.end())
    return None, (0, 0)


def _issued(text: str) -> tuple[date | None, str | None, Span]:
    """Day and place of issue: "Gia Lai, ngày 25 tháng 12 năm 2023"."""
    for match in _DATED.finditer(text, 0, min(len(text), _HEAD)):
        words = match.group(1).split()
        place = _place_name(words)
        # "Căn cứ Luật …, ngày" cites; "Cần Thơ, ngày" is a place.
        is_place = fold(words[0]) == "can" and " ".join(words) == place
        cites = fold(words[0]) in _CITING and not is_place
        if cites or (len(words) > 7 and place is None):
            continue
        when = _date(*match.group(2, 3, 4))
        if when is not None:
            return when, place, (match.start(2), match.end(4))
    return None, None, (0, 0)


_NAMED = re.compile(
    r"(?m)^[ \t*]*(K[^\W\d_]{1,2}\s+H[^\W\d_]{3,4}|Q[^\W\d_]{4}\s+[^\W\d_]{4})[ \t*]*$"
)
_ABOUT = re.compile(r"V\s*/\s*v[:.]?[ \t]+")
_AFTER_TITLE = re.compile(
    r"\W*(?:c[aăá]n c|k[^\W\d_]{1,2}m theo|ban h[aà]nh k[eèé]|[-_*–—]{3,}|I{1,3}\.|1\.)",
    re.IGNORECASE,
)


def _title(text: str) -> str | None:
    """What the document says it is about: the lines below "KẾ HOẠCH" (or "QUYẾT ĐỊNH"), or those
    behind "V/v". White space is made one space.
    """
    found: dict[str, str] = {}
    for match in _NAMED.finditer(text, 0, min(len(text), _ANNEX)):
        words = fold(match.group(1)).split()
        plan = phrase_distance(words, ("ke", "hoach")) is not None
        decision = phrase_distance(words, ("quyet", "dinh")) is not None
        if not (plan or decision) or not match.group(1)[0].isupper():
            continue
        lines = _title_lines(text, match.end() + 1)
        if lines:
            found.setdefault("plan" if plan else "decision", " ".join(" ".join(lines).split()))
    if not found:
        about = _ABOUT.search(text, 0, min(len(text), _HEAD))
        lines = _title_lines(text, about.end()) if about else []
        if lines:
            return " ".join(" ".join(lines).split())
    return found.get("plan") or found.get("decision")


def _title_lines(text: str, start: int) -> list[str]:
    lines: list[str] = []
    for line in text[start : start + 1200].splitlines():
        line = line.strip()
        if not line and not lines:
            continue
        if not line or _AFTER_TITLE.match(line) or len(lines) == 8 or line[-1] in ".;:":
            break
        lines.append(line)
    return lines


def _mandate(text: str) -> str | None:
    """Number of the decision that the plan carries out: "1520/QĐ-TTg". Of several documents named
    the one said to be carried out, or that speaks of libraries, museums and culture centres.
    """
    score: dict[str, int] = {}
    for match in _REFERENCE.finditer(text, 0, min(len(text), _ANNEX)):
        number = _document_number(*match.groups())
        kind = number.split("/")[1]
        if kind not in ("QĐ-TTg", "CT-TTg", "NQ-CP", "QĐ-BVHTTDL", "KH-BVHTTDL"):
            continue
        before = fold(text[max(0, match.start() - 60) : match.start()])
        after = fold(text[match.end() : match.end() + 330])
        stop = re.search(r";|\.\s|\d+\s*/\s*\w{2}\s*-", after)
        after = after[: stop.start()] if stop else after
        points = 1 + 3 * (kind == "QĐ-TTg")
        points += 2 * bool(re.search(r"th[uưw]c hi[eé]n", before))
        points += 4 * bool(re.search(r"hoc t[ai]p su[oó]?[a-z]?t|bao tang|th[uwm] vi[eé]n", after))
        score[number] = max(score.get(number, 0), points)
    if not score:
        return None
    return max(score, key=lambda number: score[number])


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
    if not all(same_word(one, other) for one, other in zip(seen, meant, strict=True)):
        return 1.0  # "Hồng Lam" is not Long An
    total = sum(min(distance(one, other), 9.0) for one, other in zip(seen, meant, strict=True))
    return min(1.0, total / sum(map(len, meant)))


_MAYBE_DAY = re.compile(r"\d{1,2}\s*(?:[/-]|t[^\W\d_]{2,5})\s*\d{1,2}", re.IGNORECASE)


def _report_before(
    text: str, items: Sequence[Item], doubts: Doubts
) -> tuple[tuple[int, int] | None, bool]:
    """Month and day before which reports are due each year, and whether they may be misread:
    "Định kỳ hằng năm, báo cáo … trước ngày 05/12". A day with a year of its own is a single event.
    """
    fallback: tuple[tuple[int, int] | None, bool] = (None, False)
    for item in items:
        if not _MAYBE_DAY.search(text, item.body, item.end):
            continue
        for sentence in sentences(item.tokens(text, doubts)):
            for clause in _clauses(sentence):
                days = _days_before(clause)
                if not days or not _has(clause, (("bao", "cao"),)):
                    continue
                if _has(clause, _YEARLY):
                    return days[0]
                if _has(sentence, _YEARLY) and fallback[0] is None:
                    fallback = days[0]
    return fallback


_YEARLY = (("hang", "nam"), ("moi", "nam"), ("dinh", "ky"))


def _clauses(sentence: Sequence[Token]) -> list[list[Token]]:
    clauses: list[list[Token]] = [[]]
    for token in sentence:
        clauses[-1].append(token)
        if token.is_mark(";"):
            clauses.append([])
    return clauses


def _has(tokens: Sequence[Token], phrases: Sequence[Sequence[str]]) -> bool:
    return any(any_phrase_at(tokens, at, phrases) for at in range(len(tokens)))


_PART_OF_YEAR = (("sau", "thang"), ("so", "ket", "6"), ("quy",), ("hang", "quy"), ("hang", "thang"))
_BEFORE = (("truoc", "ngay"), ("truoc",))
_AT_LATEST = (
    ("cham", "nhat", "la", "ngay"), ("cham", "nhat", "vao", "ngay"), ("cham", "nhat", "ngay"),
    ("muon", "nhat", "la", "ngay"), ("muon", "nhat", "vao", "ngay"), ("muon", "nhat", "ngay"),
    ("cham", "nhat", "la"), ("cham", "nhat"),
)  # fmt: skip


def _days_before(tokens: Sequence[Token]) -> list[tuple[tuple[int, int], bool]]:
    """Days (month, day) before which something is due, and whether each may be misread. "Chậm nhất
    ngày 30/11" includes that day. Days of half-yearly or quarterly reports are left out.
    """
    found = []
    since = 0
    for at in range(len(tokens) - 2):
        for phrases, inclusive in ((_BEFORE, False), (_AT_LATEST, True)):
            phrase = next((p for p in phrases if phrase_at(tokens, at, p) is not None), None)
            if phrase is None or at + len(phrase) >= len(tokens):
                continue
            number = at + len(phrase)
            read = _day_at(tokens, number) if tokens[number].is_number else None
            if read is None:
                continue
            when, last = read
            stretch = tokens[since:at]
            since = last
            half_year = _has(stretch, _PART_OF_YEAR) or any(
                token.folded == "6" and place + 1 < len(stretch)
                and stretch[place + 1].folded == "thang"
                for place, token in enumerate(stretch)
            )  # fmt: skip
            if half_year:
                continue
            if inclusive:
                when += timedelta(days=1)
            found.append(((when.month, when.day), doubtful(tokens, at, last)))
    return found


def _day_at(tokens: Sequence[Token], number: int) -> tuple[date, int] | None:
    """Day and month without a year that begin here, and their last token."""
    rest = tokens[number + 1 : number + 5]
    month = None
    if rest and rest[0].is_mark("/-") and len(rest) > 1 and rest[1].is_number:
        if len(rest) > 2 and rest[2].is_mark("/-"):
            return None
        month = rest[1]
    elif phrase_at(tokens, number + 1, ("thang",)) is not None and len(rest) > 1:
        if len(rest) > 3 and rest[2].folded == "nam" and rest[3].is_number:
            return None
        month = rest[1]
    if month is None or not month.is_number:
        return None
    try:
        return date(2023, int(month.folded), int(tokens[number].folded)), number + 2
    except ValueError:
        return None
