"""What an amendment changes in a plan, target by target (design section 3: supersedes).

PURE: no Django. Targets of two versions are the same one if they speak of the same indicator, the
same tiers, the same year and count the same (institutions or communes). What is left on both sides
belongs together where indicator and year are the same and the tiers overlap: one figure for
"province and district" that becomes one each is regrouped, not dropped and set anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class What(StrEnum):
    """What becomes of a target.

    CHANGED    another figure, or a figure that means something else: unit, period, own question
    REGROUPED  other tiers, or communes counted instead of institutions, whatever the figure
    """

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    REGROUPED = "regrouped"
    NEW = "new"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Entry:
    """One target of one version. `ref` leads back to it and takes no part in comparing.

    tiers   empty: every tier of the indicator's kind
    """

    indicator: str
    tiers: tuple[str, ...]
    year: int
    counts: str
    minimum: Decimal
    maximum: Decimal | None = None
    unit: str = "percent"
    period_start: int | None = None
    question: str = ""
    ref: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple:
        return self.indicator, tuple(sorted(set(self.tiers))), self.year, self.counts

    @property
    def terms(self) -> tuple:
        """All that the target asks for of those it speaks of. "10 - 10 %" asks what "10 %" does."""
        upper = None if self.maximum == self.minimum else self.maximum
        return self.minimum, upper, self.unit, self.period_start, self.question.strip()

    def overlaps(self, other: "Entry") -> bool:
        """Whether both are about the same thing in the same year and share a tier."""
        if (self.indicator, self.year) != (other.indicator, other.year):
            return False
        return not self.tiers or not other.tiers or bool(set(self.tiers) & set(other.tiers))


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of one target, or of several that are regrouped together."""

    what: What
    before: tuple[Entry, ...] = ()
    after: tuple[Entry, ...] = ()

    @property
    def left_out(self) -> tuple[str, ...]:
        """Tiers that no target speaks of any more, of several that were regrouped.

        Nothing where the later side speaks of every tier of the kind, or the earlier side did: what
        those are is not known here.
        """
        if self.what is not What.REGROUPED or not all(e.tiers for e in (*self.before, *self.after)):
            return ()
        named = {tier for entry in self.after for tier in entry.tiers}
        return tuple(
            dict.fromkeys(t for entry in self.before for t in entry.tiers if t not in named)
        )

    @property
    def year(self) -> int:
        return (self.before or self.after)[0].year

    @property
    def indicator(self) -> str:
        return (self.before or self.after)[0].indicator


def compare(before: Iterable[Entry], after: Iterable[Entry]) -> list[Difference]:
    """What `after` makes of `before`; each entry of either stands in exactly one difference.

    In the order of `after`, what is dropped at the end. Keys are unique within a version.
    """
    old = {entry.key: entry for entry in before}
    found: list[Difference] = []
    left: list[Entry] = []
    for entry in after:
        was = old.pop(entry.key, None)
        if was is None:
            left.append(entry)
            continue
        what = What.UNCHANGED if was.terms == entry.terms else What.CHANGED
        found.append(Difference(what, (was,), (entry,)))
    return found + _regrouped(list(old.values()), left)


def _regrouped(old: Sequence[Entry], new: Sequence[Entry]) -> list[Difference]:
    """Those that overlap, over any number of steps, belong together; the others stand alone."""
    found = []
    lost = list(old)
    waiting = list(new)
    while waiting:
        after, before = [waiting.pop(0)], []
        grown = True
        while grown:
            grown = False
            for mine, rest, others in ((before, lost, after), (after, waiting, before)):
                touching = [entry for entry in rest if any(entry.overlaps(o) for o in others)]
                for entry in touching:
                    rest.remove(entry)
                mine += touching
                grown = grown or bool(touching)
        what = What.REGROUPED if before else What.NEW
        found.append(Difference(what, tuple(before), tuple(after)))
    return found + [Difference(What.DROPPED, (entry,)) for entry in lost]
