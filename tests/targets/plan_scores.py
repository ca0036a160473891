"""How well a plan was read: what a reading gave beside what a careful official would read.

An expectation is written by hand in the form that `parse_plan --json` prints. A field that says
"either" is not compared: both readings are defensible. `may_be_unread` marks a target that may
as well be left to a person, as long as its sentence is shown. `also` lists targets that may be
proposed with a request to look at them, but need not be. `seen` names words that must come
before a person's eyes: in an unread sentence, or in the sentence of a target that asks for a look.

The order of harm is that of the numbers: wrong and not flagged is the worst.
"""

import csv
import json
import re
import unicodedata
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from targets.parsing import ParsedPlan, ParsedTarget, parse_plan

PLANS = Path(__file__).parent.parent / "data" / "plans"
CORPUS = PLANS / "corpus"
UNITS = Path(__file__).parent.parent.parent / "fixtures" / "administrative_units.csv"

KEY = ("indicator", "tiers", "year")
FIGURE = (*KEY, "min", "max", "unit", "counts")
MEANING = (*FIGURE, "basis", "alternatives")

Row = dict[str, Any]
Span = tuple[int, int]

# Words that name a group; a quote holds one of them, or the words of its kind.
GROUP_WORDS = {
    "library": "thư viện|thư|lượt|bạn đọc",
    "museum": "bảo tàng|khách",
    "culture": "trung tâm|nhà văn hoá|nhà văn hóa|xã|thiết chế",
    "province": "tỉnh|thành phố",
    "district": "huyện|quận|thị xã",
    "commune": "xã|phường",
    "village": "thôn|bản|làng|khu phố|tổ dân phố",
    "general_school": "phổ thông|trường|tiểu học",
    "vocational": "nghề|trung cấp|cao đẳng",
    "other_education": "giáo dục khác",
    "university": "đại học",
    "special": "chuyên ngành",
    "armed_forces": "vũ trang|công an|quân",
    "community": "cộng đồng|tư nhân",
}


@dataclass(slots=True)
class Score:
    """What became of every target of a plan, in words for the failing test."""

    exact: int = 0
    asked_in_vain: list[str] = field(default_factory=list)  # right, but a look is asked for
    missing_seen: list[str] = field(default_factory=list)  # not read, but shown as unread
    missing_unseen: list[str] = field(default_factory=list)
    wrong_flagged: list[str] = field(default_factory=list)
    wrong_unflagged: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)  # of the head, the quotes, what must be shown
    needless: int = 0  # sentences shown as unread that nobody expected there

    def __add__(self, other: "Score") -> "Score":
        return Score(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def problems(self) -> list[str]:
        return [
            f"{name}: {problem}"
            for name in (
                "wrong_unflagged",
                "missing_unseen",
                "missing_seen",
                "wrong_flagged",
                "asked_in_vain",
                "faults",
            )
            for problem in getattr(self, name)
        ]

    def line(self) -> str:
        return (
            f"exact {self.exact}, asked in vain {len(self.asked_in_vain)}, "
            f"missing but shown {len(self.missing_seen)}, "
            f"missing unseen {len(self.missing_unseen)}, "
            f"wrong flagged {len(self.wrong_flagged)}, "
            f"wrong unflagged {len(self.wrong_unflagged)}"
        )


@cache
def province_names() -> tuple[str, ...]:
    """Names of all provinces, as the command and the registration hand them to the parser."""
    with UNITS.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return tuple(sorted({row["name"] for row in rows if row["level"] == "province"}))


def as_read(text: str) -> str:
    """Text as documents are read: composed letters, plain line ends."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", text)


def load(stem: Path) -> tuple[str, Row]:
    """Text and expectation of one plan; `stem` is its path without a suffix."""
    content = stem.with_suffix(".txt").read_bytes().decode("utf-8")
    expected = json.loads(stem.with_suffix(".json").read_text("utf-8"), parse_float=Decimal)
    return as_read(content), expected


def read(text: str, expected: Row) -> ParsedPlan:
    spans = [place for words in expected.get("doubts", ()) for place in places(text, words)]
    if spans:
        return parse_plan(text, provinces=province_names(), doubts=tuple(spans))
    return parse_plan(text, provinces=province_names())


def row_of(target: ParsedTarget) -> Row:
    return {
        "indicator": target.indicator,
        "tiers": sorted(target.tiers),
        "year": target.year,
        "min": target.minimum,
        "max": target.maximum,
        "unit": str(target.unit),
        "counts": str(target.counts),
        "basis": str(target.basis),
        "alternatives": sorted(target.alternatives),
        "needs_review": target.needs_review,
    }


def same(expected: Row, row: Row, names: tuple[str, ...]) -> bool:
    def value(one: Row, name: str) -> Any:
        return sorted(one[name]) if isinstance(one[name], list) else one[name]

    return all(
        expected[name] == "either" or value(expected, name) == value(row, name) for name in names
    )


def judge(text: str, expected: Row, plan: ParsedPlan) -> Score:
    """Compare a reading with what the words say."""
    score = Score()
    rows = [(row_of(target), target) for target in plan.targets]
    wanted = list(expected["targets"])

    def take(fits, then) -> None:
        for one in list(wanted):
            for pair in list(rows):
                if fits(one, pair[0]):
                    wanted.remove(one)
                    rows.remove(pair)
                    then(one, pair[0])
                    break

    def differs_in_flag(one: Row, row: Row) -> None:
        if row["needs_review"]:
            score.asked_in_vain.append(words(row))
        else:
            score.wrong_unflagged.append(f"{words(row)}: a look has to be asked for")

    def right(one: Row, row: Row) -> None:
        score.exact += 1

    take(lambda one, row: same(one, row, (*MEANING, "needs_review")), right)
    take(lambda one, row: same(one, row, MEANING), differs_in_flag)
    rows = [pair for pair in rows if not tolerated(pair[0], expected.get("also", ()))]
    for row, _target in rows:
        bad = score.wrong_flagged if row["needs_review"] else score.wrong_unflagged
        bad.append(words(row))
    read_otherwise = [row for row, _target in rows if row["needs_review"]]
    shown = shown_places(plan)
    for one in wanted:
        if twin := next((row for row in read_otherwise if same(one, row, KEY)), None):
            read_otherwise.remove(twin)  # a person is sent there: wrong, but not missing
        elif is_shown(text, one, shown):
            if one.get("may_be_unread"):
                score.exact += 1
            else:
                score.missing_seen.append(words(one))
        else:
            score.missing_unseen.append(words(one))
    score.faults += [
        *head_faults(expected.get("plan"), plan),
        *span_faults(text, plan),
        *([] if expected.get("garbled") else quote_faults(text, plan)),
        *unread_faults(text, expected, plan),
    ]
    score.needless = count_needless(text, expected, plan)
    return score


def tolerated(row: Row, also: list[Row]) -> bool:
    return row["needs_review"] and any(same(one, row, (*KEY, "min", "max")) for one in also)


def words(row: Row) -> str:
    figure = f"{row['min']}" + ("" if row["max"] is None else f"-{row['max']}")
    tiers = "+".join(sorted(row["tiers"])) or "all"
    flag = {True: "look", False: "sure"}.get(row["needs_review"], "either")
    other = f" or {row['alternatives']}" if row["alternatives"] else ""
    return (
        f"{row['indicator']} {tiers} {row['year']} {figure} {row['unit']}"
        f" {row['basis']}{other} per {row['counts']} ({flag})"
    )


# What a person is shown -------------------------------------------------------------------


def shown_places(plan: ParsedPlan) -> list[Span]:
    flagged = [target.sentence for target in plan.targets if target.needs_review]
    return [one.span for one in plan.unread] + flagged


def places(text: str, phrase: str) -> list[Span]:
    """Where a phrase stands, whatever white space is between its words."""
    pattern = r"\s+".join(re.escape(word) for word in as_read(phrase).split())
    return [match.span() for match in re.finditer(pattern, text)]


def figure_pattern(value: Decimal) -> str:
    digits = re.escape(f"{value:f}").replace(r"\.", "[.,]")
    return rf"(?<![\d,.]){digits}(?![\d])"


def is_shown(text: str, one: Row, shown: list[Span]) -> bool:
    if one.get("at"):
        return any(overlap(place, span) for place in places(text, one["at"]) for span in shown)
    if one["basis"] == "stated":
        pattern = figure_pattern(Decimal(one["min"]))
    else:
        pattern = "|".join(GROUP_WORDS[tier] for tier in one["tiers"]) or "."
    return any(re.search(pattern, text[start:end], re.IGNORECASE) for start, end in shown)


def overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def unread_faults(text: str, expected: Row, plan: ParsedPlan) -> list[str]:
    unread = [one.span for one in plan.unread]
    faults = []
    for kind, spans in (("unread", unread), ("seen", shown_places(plan))):
        for phrase in expected.get(kind, ()):
            found = places(text, phrase)
            assert found, f"the text does not hold {phrase!r}"
            if not all(any(overlap(place, span) for span in spans) for place in found):
                faults.append(f"not shown ({kind}): {phrase}")
    return faults


def count_needless(text: str, expected: Row, plan: ParsedPlan) -> int:
    wanted = [
        place
        for phrase in (*expected.get("unread", ()), *expected.get("seen", ()))
        for place in places(text, phrase)
    ]
    return sum(not any(overlap(one.span, place) for place in wanted) for one in plan.unread)


# Head, places, quotes ---------------------------------------------------------------------


def head_faults(expected: Row | None, plan: ParsedPlan) -> list[str]:
    """A list of values in the expectation: each of them is defensible."""
    head = {
        "number": plan.number,
        "issued_on": plan.issued_on and plan.issued_on.isoformat(),
        "province": plan.province,
        "report_before": plan.report_before and "{:02d}-{:02d}".format(*plan.report_before),
        "mandate": plan.mandate,
    }
    return [
        f"{name}: {head[name]!r}, not {value!r}"
        for name, value in (expected or {}).items()
        if head[name] not in (value if isinstance(value, list) else [value])
    ]


def span_faults(text: str, plan: ParsedPlan) -> list[str]:
    faults = [
        f"the quote is not what stands at its place: {target.quote!r}"
        for target in plan.targets
        if text[slice(*target.span)] != target.quote
        or not target.sentence[0] <= target.span[0] < target.span[1] <= target.sentence[1]
    ]
    faults += [
        f"the unread sentence is not what stands at its place: {one.text!r}"
        for one in plan.unread
        if text[slice(*one.span)] != one.text
    ]
    return faults


def quote_faults(text: str, plan: ParsedPlan) -> list[str]:
    """A sure target's quote holds its figure, and names the group unless another figure parts them.

    In "70% (2025), 90% (2030)" and in a second list the figure alone marks its place.
    """
    faults = []
    for target in plan.targets:
        if target.needs_review:  # a person will look at the sentence
            continue
        if target.basis == "stated" and not re.search(figure_pattern(target.minimum), target.quote):
            faults.append(f"no figure {target.minimum} in the quote: {target.quote!r}")
        names = target.tiers or (target.indicator.partition(".")[0],)
        group = re.compile("|".join(GROUP_WORDS[name] for name in names), re.IGNORECASE)
        before = text[target.sentence[0] : target.span[0]]
        nearest = max((match.end() for match in group.finditer(before)), default=0)
        parted = re.search(r"\d\s*%", before[nearest:]) or not nearest
        if not group.search(target.quote) and not parted:
            faults.append(f"no group in the quote: {target.quote!r}")
    return faults
