"""What a page says of one target's figures, in words."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from institutions.models import Tier
from reports.figures import words
from reports.figures.attainment import Beside, Counts, Verdict
from reports.figures.growth import Reason
from reports.figures.target_rows import TargetAttainment
from reports.figures.words import Status
from targets.models import Target


def coverage_value(counts: Counts | None, row: TargetAttainment) -> str:
    """ "62,5 %"; of a single institution only yes, no or not reported."""
    if counts is None or not counts.n:
        return words.NO_FIGURE
    if not counts.yes + counts.no:
        return missing_word(counts)
    if counts.n == 1 and not row.counts_communes:
        return str(single_answer(counts).word)
    return words.percent(100 * counts.confirmed)


def missing_word(counts: Counts) -> str:
    """Why nothing is known of a population: no data never reads as 0 %."""
    if counts.awaiting == counts.missing:
        return pgettext("report", "Awaiting approval")
    if counts.returned == counts.missing:
        return pgettext("report", "Returned")
    return pgettext("report", "Not reported")


def single_answer(counts: Counts) -> Status:
    return words.BESIDE[Beside.YES if counts.yes else Beside.NO]


def coverage_share(counts: Counts | None, row: TargetAttainment) -> str:
    if counts is None or not counts.n:
        return ""
    if not counts.yes + counts.no:
        return words.counted(counts.n, row.indicator.kind, communes=row.counts_communes)
    return words.of_counted(counts.yes, counts.n, row.indicator.kind, communes=row.counts_communes)


def possible_words(counts: Counts | None, row: TargetAttainment) -> str:
    """How far the figure can still come, where something is missing."""
    if counts is None or not counts.missing or counts.n == 1:
        return ""
    return _("can reach %(value)s") % {"value": words.percent(100 * counts.possible)}


def coverage_notes(counts: Counts | None, row: TargetAttainment) -> list[str]:
    notes = []
    if counts and counts.not_applicable:
        notes.append(
            _("%(number)s not applicable") % {"number": words.grouped(counts.not_applicable)}
        )
    if row.part_of:
        notes.append(
            _("Part of one target for %(tiers)s: the verdict is on all of them together.")
            % {"tiers": words.in_sentence(tiers_label(row.part_of, row.indicator.kind))}
        )
    return notes


def growth_value(row: TargetAttainment) -> str:
    if row.growth is None or row.growth.rate is None:
        return words.NO_FIGURE
    return words.percent(row.growth.rate, signed=True)


def growth_share(row: TargetAttainment) -> str:
    return _("a year") if row.growth is not None and row.growth.rate is not None else ""


def growth_notes(row: TargetAttainment) -> list[str]:
    """The period, the panel, the rate by the other method and what keeps the verdict open."""
    panel = row.panel
    if panel is None or row.horizon is None:
        return []
    text = _("%(start)s–%(end)s, on %(panel)s with counts of both years.")
    if row.is_by_mean:
        text = _("%(start)s–%(end)s, mean of the yearly rates of %(panel)s with every year.")
    notes = [
        text
        % {
            "start": row.horizon.base,
            "end": row.horizon.until,
            "panel": words.of_counted(panel.in_panel, panel.institutions, row.indicator.kind),
        }
    ]
    if reason := reason_words(row):
        notes.append(reason)
    if row.needed is not None and row.shortfall and row.shortfall.maximum:
        notes.append(
            _("%(now)s now, %(needed)s would meet the target.")
            % {"now": words.visits(panel.current), "needed": words.visits(row.needed)}
        )
    if row.horizon.years > 1:
        # The method that does not decide, for comparison.
        other = row.compound_rate if row.is_by_mean else row.mean_rate
        text = (
            _("Compound rate: %(rate)s.")
            if row.is_by_mean
            else _("Mean of yearly rates: %(rate)s.")
        )
        if other is not None:
            notes.append(text % {"rate": words.percent(other, signed=True)})
    return notes


def reason_words(row: TargetAttainment) -> str:
    """Why growth has no verdict."""
    if row.reason is None:
        return ""
    return {
        Reason.NO_BASE: _("No verdict: no count of the base year."),
        Reason.BASE_ZERO: _("No verdict: the count of a year to grow from is 0.")
        if row.is_by_mean
        else _("No verdict: the count of the base year is 0."),
        Reason.YEAR_MISSING: _("No verdict: a year in between had no reporting round."),
        Reason.PERIODS_DIFFER: _("No verdict: the periods of the years differ in length.")
        if row.is_by_mean
        else _("No verdict: the periods of the two years differ in length."),
        Reason.PANEL_TOO_SMALL: (
            _("No verdict: fewer than %(share)s of institutions or visits have every year.")
            if row.is_by_mean
            else _("No verdict: fewer than %(share)s of institutions or visits have both years.")
        )
        % {"share": words.level(row.target.version.growth_min_panel)},
    }[row.reason]


def shortfall_words(row: TargetAttainment) -> str:
    """What is lacking, in institutions, communes or visits; empty where nothing is."""
    lacking = row.shortfall
    if lacking is None or not lacking.maximum or row.outcome is not None:
        return ""
    if row.verdict is None:
        return per_year_words(row)
    kind, communes = row.indicator.kind, row.counts_communes
    if row.is_growth:
        return _("%(amount)s lacking") % {"amount": words.visits(lacking.maximum)}
    if row.verdict is Verdict.UNDETERMINED:
        return _("needs %(needed)s of %(missing)s without data") % {
            "needed": words.grouped(lacking.maximum),
            "missing": words.counted(row.missing, kind, communes=communes),
        }
    amount = words.range_counted(lacking.minimum, lacking.maximum, kind, communes=communes)
    return _("%(amount)s lacking") % {"amount": amount}


def per_year_words(row: TargetAttainment) -> str:
    detail = row.pace_detail
    if detail is None or not detail.needed_per_year:
        return ""
    amount = words.counted(detail.needed_per_year, row.indicator.kind, communes=row.counts_communes)
    if row.target_year - row.year == 1:
        return _("needs %(amount)s more in the year left") % {"amount": amount}
    return _("needs %(amount)s more a year") % {"amount": amount}


def goal_words(target: Target) -> str:
    """A target's level: "70 %", "10–15 % a year", "done"."""
    if target.unit == Target.Unit.MILESTONE:
        return pgettext("milestone", "done")
    level = words.level_range(target.minimum, target.maximum)
    if target.unit == Target.Unit.PERCENT_PER_YEAR:
        return _("up %(level)s a year") % {"level": level}
    return level


def tiers_label(tiers: Sequence[str], kind: str) -> str:
    """The tiers of a target in words: "Province level and district level"; none: all of a kind."""
    if not tiers:
        return words.every_kind(kind)
    ordered = [tier for tier in Tier.values if tier in tiers]
    first, *others = [words.tier_word(tier) for tier in ordered]
    return words.listed([first, *map(words.in_sentence, others)])


def described(row: TargetAttainment) -> str:
    """A target in the middle of a sentence: "lớp năng khiếu, câu lạc bộ ở cấp xã"."""
    indicator = words.in_sentence(row.indicator.label)
    if not row.tiers:
        return indicator
    return _("%(indicator)s, %(tiers)s") % {
        "indicator": indicator,
        "tiers": words.in_sentence(tiers_label(row.tiers, row.indicator.kind)),
    }
