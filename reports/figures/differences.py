"""A closed year beside today: what was corrected since, said beside each figure that differs."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from reports.figures import words
from reports.figures.attainment import Counts
from reports.figures.phrases import growth_value
from reports.figures.statuses import status_of
from reports.figures.target_rows import TargetAttainment


def differences(rows: Iterable[TargetAttainment], *, is_now: bool) -> tuple[str, ...]:
    """A sentence for each year in which the figure as closed and the figure of today differ.

    `is_now`: the rows are those of today, and each has the closed one beside it.
    """
    found = []
    for row in rows:
        if row.other is not None:
            closed, now = (row.other, row) if is_now else (row, row.other)
            found += _growth(closed, now) if row.is_growth else _coverage(closed, now)
    # The target years of one figure often share it.
    return tuple(dict.fromkeys(found))


def _coverage(closed: TargetAttainment, now: TargetAttainment) -> list[str]:
    found = []
    if closed.counts != now.counts:
        # A verdict of an earlier year names that year.
        year = closed.figure_year if closed.figure_year != closed.year else None
        verdicts = _status_words(closed, now)
        found.append(_sentence(_share(closed.counts), _share(now.counts), verdicts, year))
    if closed.today != now.today:
        found.append(_sentence(_share(closed.today), _share(now.today), ("", ""), None))
    if not found:
        found.append(_sentence("", "", _status_words(closed, now), None))
    return [sentence for sentence in found if sentence]


def _share(counts: Counts | None) -> str:
    if counts is None or not counts.n:
        return words.NO_FIGURE
    share = f"{words.grouped(counts.yes)}/{words.grouped(counts.n)}"
    if counts.yes + counts.no:
        share = f"{words.percent(100 * counts.confirmed)} ({share})"
    if counts.missing:
        share = _("%(share)s, %(number)s without data") % {
            "share": share,
            "number": words.grouped(counts.missing),
        }
    return share


def _growth(closed: TargetAttainment, now: TargetAttainment) -> list[str]:
    values = growth_value(closed), growth_value(now)
    if values[0] == values[1]:
        # The same rate once rounded, or none on either side: the visits tell them apart.
        values = _visits(closed), _visits(now)
    year = closed.figure_year if closed.figure_year != closed.year else None
    sentence = _sentence(*values, _status_words(closed, now), year)
    return [sentence] if sentence else []


def _visits(row: TargetAttainment) -> str:
    panel = row.panel
    if panel is None:
        return words.NO_FIGURE
    return f"{words.grouped(panel.base)} → {words.visits(panel.current)}"


def _status_words(closed: TargetAttainment, now: TargetAttainment) -> tuple[str, str]:
    """The verdict or pace of each, where they are not the same."""
    each = [status_of(row) for row in (closed, now)]
    if each[0] == each[1] or None in each:
        return "", ""
    return tuple(words.in_sentence(str(status.word)) for status in each)


def _sentence(closed: str, now: str, verdicts: tuple[str, str], year: int | None) -> str:
    sides = [", ".join(filter(None, pair)) for pair in zip((closed, now), verdicts, strict=True)]
    if sides[0] == sides[1]:
        return ""
    values = {"closed": sides[0], "now": sides[1], "year": year}
    if year:
        return _("%(year)s: %(closed)s when closed; %(now)s now.") % values
    return _("%(closed)s when closed; %(now)s now.") % values
