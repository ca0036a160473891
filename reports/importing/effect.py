"""What a file would mean for the targets, once the whole report were approved.

The boards give the figures that count today; what the file changes is counted by `moving.py`.
"""

from dataclasses import dataclass
from fractions import Fraction

from reports.figures import phrases, words
from reports.figures.attainment import Counts, verdict
from reports.figures.bars import Bar, Mark
from reports.figures.boards import attainment_rows
from reports.figures.moving import approved, moved, part, touched
from reports.figures.places import Place
from reports.figures.target_rows import TargetAttainment
from reports.figures.words import Status
from reports.importing.apply import Preview
from reports.models import Report
from targets.models import Target


@dataclass(frozen=True, slots=True)
class Effect:
    """One target before and after. `before` and `after` are None until the target's year."""

    label: str
    goal: str
    url: str
    value_before: str
    value_after: str
    yes_before: int
    yes_after: int
    n: int
    bar: Bar
    before: Status | None
    after: Status | None

    @property
    def is_turned(self) -> bool:
        """Whether the verdict itself changes."""
        return self.before != self.after


def effects(report: Report, seen: Preview) -> list[Effect]:
    """Targets whose figure the file would move, the nearest target year of each. Eight queries."""
    round_ = report.round
    place = Place(round_.territory, round_.year)
    rows = attainment_rows(round_.territory, round_.year)
    nearest: dict[tuple, TargetAttainment] = {}
    for row in sorted(rows, key=lambda row: row.target_year):
        if row.is_growth or row.counts is None or row.target_year < round_.year:
            continue
        if row.outcome is None:
            nearest.setdefault((row.indicator.pk, row.tiers, row.counts_communes), row)
    wanted = [row for row in rows if row in nearest.values()]
    if not wanted:
        return []
    lines, before, after = _answers(report, seen)
    found = []
    for row in wanted:
        was = part(row.target, lines, before)
        will = part(row.target, lines, after)
        if was != will:
            found.append(_effect(row, moved(row.counts, was, will), place))
    return found


def _answers(report: Report, seen: Preview):
    """The lines that the unit's answers touch, and the answers that count before and after."""
    lines = touched(report)
    codes = {line.code: line.pk for line in lines if line.is_own}
    indicators = {indicator.code: indicator.pk for indicator in seen.indicators}
    before = approved(lines)
    after = dict(before)
    for code, line in seen.current.lines.items():
        for indicator, standing in line.cells.items():
            after[codes[code], indicators[indicator]] = standing.cell.state
    for row, change in seen.plan.changes:
        after[codes[row.code], indicators[change.indicator]] = change.after.state
    return lines, before, after


def _effect(row: TargetAttainment, counts: Counts, place: Place) -> Effect:
    target: Target = row.target
    due = row.target_year == place.year and row.verdict is not None
    after = words.VERDICTS[verdict(counts, target.minimum)] if due else None
    value_before = phrases.coverage_value(row.counts, row)
    value_after = phrases.coverage_value(counts, row)
    return Effect(
        label=phrases.described(row),
        goal=f"{target.year}: {phrases.goal_words(target)}",
        url=place.explain(target),
        value_before=value_before,
        value_after=value_after,
        yes_before=row.counts.yes,
        yes_after=counts.yes,
        n=counts.n,
        bar=Bar(
            code=after.code if after else "undetermined",
            confirmed=words.width(counts.confirmed),
            possible=words.width(Fraction(counts.missing, counts.n) if counts.n else None),
            has_possible=counts.missing > 0,
            marks=(Mark("mark-2025", words.width(Fraction(target.minimum) / 100), "4", "-2"),),
            label=f"{value_before} → {value_after}; {target.year}: {phrases.goal_words(target)}",
        ),
        before=words.VERDICTS[row.verdict] if due else None,
        after=after,
    )
