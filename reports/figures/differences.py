"""A closed year beside today: what was corrected since, said beside each figure that differs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from reports.figures import words
from reports.figures.attainment import Counts
from reports.figures.phrases import coverage_value, growth_value
from reports.figures.statuses import status_of
from reports.figures.target_rows import TargetAttainment


def differences(rows: Iterable[TargetAttainment], *, is_now: bool) -> tuple[str, ...]:
    """A sentence for each year in which the figure as closed and the figure of today differ.

    `is_now`: the rows are those of today, and each has the closed one beside it.
    """
    said: dict[_Sides, tuple[str, str]] = {}
    for row in rows:
        if row.other is None:
            continue
        closed, now = (row.other, row) if is_now else (row, row.other)
        verdicts = _verdicts(closed, now)
        for sides in _growth(closed, now) if row.is_growth else _coverage(closed, now):
            # The target years of one figure often share it: once is enough, with its verdict.
            said[sides] = said.get(sides) or verdicts
            verdicts = ()
    sentences = (_sentence(sides, verdicts) for sides, verdicts in said.items())
    return tuple(sentence for sentence in sentences if sentence)


def changes(before: TargetAttainment, after: TargetAttainment) -> str:
    """One figure before and after, "64,7 % (11/17) → 58,8 % (10/17)"; empty: it stays."""
    sides = (_growth if before.is_growth else _coverage)(before, after)[-1]
    each = _joined(sides, _verdicts(before, after))
    return " → ".join(each) if each[0] != each[1] else ""


class _Sides(NamedTuple):
    """A figure on both sides; `year` where it is not the one that the page is about."""

    closed: str
    now: str
    year: int | None = None


def _coverage(closed: TargetAttainment, now: TargetAttainment) -> list[_Sides]:
    found = []
    if closed.counts != now.counts:
        # A verdict of an earlier year names that year.
        year = closed.figure_year if closed.figure_year != closed.year else None
        found.append(_Sides(_share(closed.counts, closed), _share(now.counts, now), year))
    if closed.today != now.today:
        found.append(_Sides(_share(closed.today, closed), _share(now.today, now)))
    # The first years or the way may be what was corrected: the same figure, another pace.
    return found or [_Sides("", "")]


def _share(counts: Counts | None, row: TargetAttainment) -> str:
    if counts is None or not counts.n:
        return words.NO_FIGURE
    if counts.n == 1 and not row.counts_communes:
        return words.in_sentence(coverage_value(counts, row))
    share = f"{words.grouped(counts.yes)}/{words.grouped(counts.n)}"
    if counts.yes + counts.no:
        share = f"{words.percent(100 * counts.confirmed)} ({share})"
    if counts.missing:
        share = _("%(share)s, %(number)s without data") % {
            "share": share,
            "number": words.grouped(counts.missing),
        }
    return share


def _growth(closed: TargetAttainment, now: TargetAttainment) -> list[_Sides]:
    values = growth_value(closed), growth_value(now)
    if values[0] == values[1]:
        # The same rate once rounded, or none on either side: the visits tell them apart.
        values = _visits(closed), _visits(now)
    year = closed.figure_year if closed.figure_year != closed.year else None
    return [_Sides(*values, year)]


def _visits(row: TargetAttainment) -> str:
    panel = row.panel
    if panel is None:
        return words.NO_FIGURE
    return f"{words.grouped(panel.base)} → {words.visits(panel.current)}"


def _verdicts(closed: TargetAttainment, now: TargetAttainment) -> tuple[str, ...]:
    """The verdict or pace of each, where they are not the same."""
    each = [status_of(row) for row in (closed, now)]
    if each[0] == each[1] or None in each:
        return ()
    return tuple(words.in_sentence(str(status.word)) for status in each)


def _joined(sides: _Sides, verdicts: tuple[str, ...]) -> list[str]:
    """Each side with its verdict."""
    pairs = zip(sides[:2], verdicts or ("", ""), strict=True)
    # A single institution is only a yes or a no, and so is what is said of it.
    return [", ".join(dict.fromkeys(filter(None, pair))) for pair in pairs]


def _sentence(sides: _Sides, verdicts: tuple[str, ...]) -> str:
    closed, now = _joined(sides, verdicts)
    if closed == now:
        return ""
    values = {"closed": closed, "now": now, "year": sides.year}
    if sides.year:
        return _("%(year)s, when closed: %(closed)s; now: %(now)s.") % values
    return _("When closed: %(closed)s; now: %(now)s.") % values
