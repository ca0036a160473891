"""Live totals over the columns of the grid: what the unit has, and what that makes of the targets.

Provisional by nature: the unit's working answers beside what counts already of everybody else.
Counting and judging are those of the dashboards (`figures/`); here they only get their words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.figures import counts as query
from reports.figures import words
from reports.figures.attainment import (
    Counts,
    Verdict,
    display_percent,
    shortfall,
    verdict,
)
from reports.figures.moving import Line, moved, part, touched
from reports.figures.phrases import goal_words, tiers_label
from reports.figures.reading import Figures, is_growth
from reports.figures.words import Status
from reports.models import IndicatorValue, Report
from reports.rounds.checks import Cell
from reports.rounds.progress import Progress
from targets.models import Indicator, Target


@dataclass(frozen=True, slots=True)
class Reach:
    """One target of the whole territory, were the unit's answers approved as they are.

    `status` is a verdict only in the target's year; `lacking` is empty where nothing is.
    """

    goal: str
    tiers: str
    share: str
    status: Status | None
    lacking: str


@dataclass(frozen=True, slots=True)
class Total:
    """One indicator × tier of the unit. `own` in words, `missing` cells not answered yet."""

    key: str
    own: str
    notes: tuple[str, ...]
    missing: int
    goals: tuple[str, ...]
    reaches: tuple[Reach, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Every total of a report by key (see `total_key`), and how far the report is."""

    by_key: Mapping[str, Total]
    progress: Progress


@dataclass(frozen=True, slots=True)
class _Answers:
    """The working answers of the unit's lines, and what counts on all lines that it touches."""

    working: Mapping[tuple[int, int], tuple[str, int | None]]
    approved: Mapping[tuple[int, int], str]
    returned: int

    @property
    def will(self) -> dict[tuple[int, int], str]:
        """The states that would count, were the report approved."""
        return {**self.approved, **{key: state for key, (state, _n) in self.working.items()}}


def total_key(kind: str, tier: str, indicator: Indicator) -> str:
    return f"{kind}-{tier}-{indicator.pk}"


def totals(
    report: Report,
    indicators: Collection[Indicator],
    previous: Mapping[tuple[int, int], Cell],
) -> Totals:
    """All totals of the report, by the values as they stand. Five queries, seven with communes.

    `previous` are the answers of the earlier round by line and indicator. The report must come
    with its round and the territory of that.
    """
    lines = touched(report)
    own = [line for line in lines if line.is_own]
    answers = _answers(lines)
    wholes = _wholes(report, lines, answers)
    found = {}
    for indicator in indicators:
        of_kind = [line for line in own if line.kind == indicator.kind]
        for tier in {line.tier for line in of_kind}:
            here = [line for line in of_kind if line.tier == tier]
            key = total_key(indicator.kind, tier, indicator)
            made = _growth if indicator.is_growth else _coverage
            own_words, notes, missing = made(indicator, here, answers, previous)
            targets = [
                (target, counts)
                for target, counts in wholes
                if target.indicator_id == indicator.pk
                and (not target.tiers or tier in target.tiers)
            ]
            found[key] = Total(
                key=key,
                own=own_words,
                notes=tuple(notes),
                missing=missing,
                goals=tuple(f"{target.year}: {goal_words(target)}" for target, _c in targets),
                reaches=tuple(
                    _reach(report, target, counts)
                    for target, counts in targets
                    if counts is not None and counts.n
                ),
            )
    kinds = {line.pk: line.kind for line in own}
    asked = sum(indicator.kind == kind for kind in kinds.values() for indicator in indicators)
    answered = sum(state != "blank" for state, _n in answers.working.values())
    return Totals(found, Progress(answered, asked, answers.returned, len(own)))


def _answers(lines: Collection[Line]) -> _Answers:
    own = {line.pk for line in lines if line.is_own}
    working, approved, returned = {}, {}, 0
    for line, indicator, state, count, counts_now, is_returned in IndicatorValue.objects.filter(
        line__in=[line.pk for line in lines]
    ).values_list("line", "indicator", "state", "count", "approved_state", "is_returned"):
        approved[line, indicator] = counts_now
        if line in own:
            working[line, indicator] = state, count
            returned += is_returned
    return _Answers(working, approved, returned)


# The unit's own ------------------------------------------------------------------------------


def _coverage(indicator, lines, answers: _Answers, previous):
    states = [answers.working.get((line.pk, indicator.pk), ("blank", None))[0] for line in lines]
    yes, no = states.count("yes"), states.count("no")
    blank, not_applicable = states.count("blank"), states.count("not_applicable")
    n = len(states) - not_applicable
    notes = []
    if blank:
        notes.append(_missing(blank))
    if not_applicable:
        notes.append(_("%(number)s not applicable") % {"number": words.grouped(not_applicable)})
    share = _("%(yes)s/%(n)s yes") % {"yes": words.grouped(yes), "n": words.grouped(n)}
    if n > 1 and not blank:
        value = display_percent(yes, yes + no)
        share += f" ({words.percent(value)})" if value is not None else ""
    return share, notes, blank


def _growth(indicator, lines, answers: _Answers, previous):
    total = blank = compared = now = before = 0
    for line in lines:
        state, count = answers.working.get((line.pk, indicator.pk), ("blank", None))
        blank += state == "blank"
        if state != "count":
            continue
        total += count
        earlier = previous.get((line.pk, indicator.pk))
        if earlier is not None and earlier.state == "count":
            compared, now, before = compared + 1, now + count, before + earlier.count
    notes = [_missing(blank)] if blank else []
    if before:
        change = words.percent(display_percent(now - before, before), signed=True)
        notes.append(
            ngettext(
                "%(change)s against the year before (%(n)s institution with both counts)",
                "%(change)s against the year before (%(n)s institutions with both counts)",
                compared,
            )
            % {"change": change, "n": words.grouped(compared)}
        )
    return words.visits(total), notes, blank


def _missing(number: int) -> str:
    return _("%(number)s not reported") % {"number": words.grouped(number)}


# The targets of the territory ------------------------------------------------------------------


def _wholes(
    report: Report, lines: Collection[Line], answers: _Answers
) -> list[tuple[Target, Counts | None]]:
    """The nearest target of each kind and tiers, with the counts of the whole territory.

    None for growth, of which a single unit decides nothing.
    """
    round_ = report.round
    figures = Figures(round_.territory, round_.year)
    nearest: dict[tuple, Target] = {}
    for target in sorted(figures.targets, key=lambda target: target.year):
        if target.year >= round_.year and figures.outcome(target) is None:
            nearest.setdefault((target.indicator_id, target.tiers, target.counts), target)
    kinds = {line.kind for line in lines if line.is_own}
    wanted = [target for target in nearest.values() if target.indicator.kind in kinds]
    groups = query.coverage(round_.territory_id, [round_.year])
    communes = _communes(report, figures, [t for t in wanted if _by_commune(t)])
    will = answers.will
    found = []
    for target in wanted:
        if is_growth(target):
            found.append((target, None))
            continue
        counts = (
            communes[figures.question(target)]
            if _by_commune(target)
            else sum(
                (
                    group.counts
                    for group in groups
                    if group.indicator_id == target.indicator_id
                    and (not target.tiers or group.tier in target.tiers)
                ),
                Counts(),
            )
        )
        was, now = part(target, lines, answers.approved), part(target, lines, will)
        found.append((target, moved(counts, was, now)))
    return found


def _by_commune(target: Target) -> bool:
    return target.counts == Target.Counts.COMMUNE


def _communes(
    report: Report, figures: Figures, targets: Collection[Target]
) -> dict[query.CommuneQuestion, Counts]:
    if not targets:
        return {}
    year = report.round.year
    found = dict.fromkeys((figures.question(target) for target in targets), Counts())
    for group in query.communes(
        report.round.territory_id, {year: figures.commune_day(year)}, list(found)
    ):
        found[group.question] += group.counts
    return found


def _reach(report: Report, target: Target, counts: Counts) -> Reach:
    said = verdict(counts, target.minimum)
    due = target.year == report.round.year
    status = words.VERDICTS[said] if due else None
    if not due and said is Verdict.MET:
        status = words.MET_EARLY
    return Reach(
        goal=f"{target.year}: {goal_words(target)}",
        tiers=tiers_label(target.tiers, target.indicator.kind),
        share=words.of_counted(
            counts.yes, counts.n, target.indicator.kind, communes=_by_commune(target)
        ),
        status=status,
        lacking=_lacking(target, counts, said),
    )


def _lacking(target: Target, counts: Counts, said: Verdict) -> str:
    lacking = shortfall(counts, target.minimum)
    if not lacking.maximum:
        return ""
    kind, communes = target.indicator.kind, _by_commune(target)
    if said is Verdict.UNDETERMINED:
        return _("needs %(needed)s of %(missing)s without data") % {
            "needed": words.grouped(lacking.maximum),
            "missing": words.counted(counts.missing, kind, communes=communes),
        }
    amount = words.range_counted(lacking.minimum, lacking.maximum, kind, communes=communes)
    return _("%(amount)s lacking") % {"amount": amount}
