"""Which submitted reports to look at first: points for what is unusual about them, part by part.

PURE: no Django. The points are no grade of the unit and decide nothing: they only order the queue,
and every part of them is shown in words. A report is *clean* when nothing in it asks for a
person's judgement; only clean ones are offered for approval all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

PLAIN = frozenset({"missing", "all_alike"})
"""Checks whose explanation needs no second look: why cells are blank, and that several
institutions truly answer alike."""

TENFOLD = frozenset({"count_tenfold", "count_from_or_to_zero"})
"""Checks that notice a figure of another order of magnitude."""


class Part(StrEnum):
    """What points are given for."""

    TENFOLD = "tenfold"
    EXPLAINED = "explained"
    UNASKED = "unasked"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    LATE = "late"
    NEW_PERSON = "new_person"


@dataclass(frozen=True, slots=True)
class Noticed:
    """One thing that the edit checks notice: its check, and whether it still lacks its words."""

    code: str
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one submitted report. Cells are counts of its cells.

    `unasked`: cells that changed after the report was returned although the return did not name
    them. `new_person`: others sent the unit's earlier reports, never the sender of this one.
    """

    asked: int
    blank: int = 0
    not_applicable: int = 0
    late: bool = False
    new_person: bool = False
    unasked: int = 0
    noticed: tuple[Noticed, ...] = ()


def _tenths(part: int, whole: int) -> int:
    """Tenths of the whole, those begun included: 1 of 60 is one, 60 of 60 are ten."""
    return -(-10 * part // whole) if whole else 0


@dataclass(frozen=True, slots=True)
class Rule:
    """How one part is counted (`n`, as a page says it) and what it is worth."""

    part: Part
    counts: Callable[[Facts], int]
    each: int
    most: int
    # Points by the share of the cells, not by their number.
    by_tenths: bool = False

    def points(self, facts: Facts) -> int:
        n = self.counts(facts)
        steps = _tenths(n, facts.asked) if self.by_tenths else n
        return min(self.most, self.each * steps)


def _noticed(codes: Callable[[str], bool]) -> Callable[[Facts], int]:
    return lambda facts: sum(codes(each.code) for each in facts.noticed)


RULES: tuple[Rule, ...] = (
    Rule(Part.TENFOLD, _noticed(TENFOLD.__contains__), each=3, most=15),
    Rule(
        # Blank cells have a part of their own, by their share.
        Part.EXPLAINED,
        _noticed(lambda code: code != "missing" and code not in TENFOLD),
        each=1,
        most=10,
    ),
    Rule(Part.UNASKED, lambda facts: facts.unasked, each=2, most=10),
    Rule(Part.BLANK, lambda facts: facts.blank, each=1, most=10, by_tenths=True),
    Rule(Part.NOT_APPLICABLE, lambda facts: facts.not_applicable, each=1, most=10, by_tenths=True),
    Rule(Part.LATE, lambda facts: int(facts.late), each=3, most=3),
    Rule(Part.NEW_PERSON, lambda facts: int(facts.new_person), each=2, most=2),
)


@dataclass(frozen=True, slots=True)
class Points:
    """What one part adds, and what it counted."""

    part: Part
    n: int
    points: int


@dataclass(frozen=True, slots=True)
class Risk:
    """The parts that add something, heaviest first, and whether the report is clean."""

    parts: tuple[Points, ...]
    is_clean: bool

    @property
    def score(self) -> int:
        return sum(each.points for each in self.parts)


def is_clean(facts: Facts) -> bool:
    """Every blank cell has its reason, nothing else than PLAIN was explained, and nothing changed
    that nobody asked for."""
    return not facts.unasked and _all_plain(facts.noticed)


def _all_plain(noticed: Iterable[Noticed]) -> bool:
    return all(each.code in PLAIN and not each.is_open for each in noticed)


def risk(facts: Facts) -> Risk:
    """The points of a report. Equal parts stay in the order of RULES."""
    found = [Points(rule.part, rule.counts(facts), rule.points(facts)) for rule in RULES]
    parts = sorted((each for each in found if each.points), key=lambda each: -each.points)
    return Risk(tuple(parts), is_clean(facts))
