"""How a figure came about: its formula with the numbers put in, its rows, the plan's own words.

Nothing is counted here: the numbers are those of the board, and the rows are listed beside them.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from urllib.parse import urlencode

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from institutions.models import AdministrativeUnit
from reports.figures import counts as query
from reports.figures import rows as listed
from reports.figures import tables, words
from reports.figures.attainment import Answer, Verdict, commune_state, display_down
from reports.figures.growth import mean_of_yearly_rates
from reports.figures.joining import Figure, figure
from reports.figures.phrases import (
    goal_words,
    missing_word,
    reason_words,
    shortfall_words,
    tiers_label,
)
from reports.figures.places import Place
from reports.figures.statuses import status_of
from reports.figures.target_rows import TargetAttainment
from reports.models import ReportingRound, RoundLine
from targets.models import PlanVersion, Target


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the formula: what is computed, and how it comes out."""

    label: str
    formula: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """The plan's sentence, cut where the quoted words begin and end."""

    before: str
    quote: str
    after: str
    url: str
    number: str
    issued_on: datetime.date
    basis: str
    decision: str


@dataclass(frozen=True, slots=True)
class Explanation:
    title: str
    figure: Figure
    status: words.Status
    provisional: bool
    shortfall: str
    goal: str
    steps: tuple[Step, ...]
    conclusion: str
    facts: tuple[tuple[str, str], ...]
    quote: Quote
    others: tuple[tuple[int, str, bool], ...]


def tiers_of(address: str) -> tuple[str, ...]:
    """Tiers as an address names them: "district,province", or "all"."""
    return () if address == "all" else tuple(sorted(set(address.split(","))))


def matching(
    rows: Sequence[TargetAttainment], indicator: str, tiers: str, *, counts: str = ""
) -> list[TargetAttainment]:
    """The rows that an address names, all target years."""
    same = [r for r in rows if r.indicator.code == indicator and r.tiers == tiers_of(tiers)]
    if counts:
        return [row for row in same if row.target.counts == counts]
    # Without a word on it, what counts institutions goes first.
    by_institution = [r for r in same if r.target.counts == Target.Counts.INSTITUTION]
    return by_institution or same


def explain(
    row: TargetAttainment,
    same: Sequence[TargetAttainment],
    place: Place,
) -> Explanation:
    years = sorted({each.target_year for each in same})
    if row.is_growth:
        steps, conclusion = _growth_steps(row), _growth_conclusion(row)
    else:
        steps, conclusion = _coverage_steps(row), _coverage_conclusion(row)
    name = f"{row.indicator.label} · {tiers_label(row.tiers, row.indicator.kind)}"
    return Explanation(
        title=name,
        figure=figure([row], place, years, {}),
        status=status_of(row) or words.WITHOUT_PACE,
        provisional=row.provisional,
        shortfall=shortfall_words(row),
        goal=goal_words(row.target),
        steps=tuple(steps),
        conclusion=conclusion,
        facts=tuple(_facts(row, place)),
        quote=quote_of(row.target),
        others=tuple(
            (each.target_year, place.explain(each.target), each is row)
            for each in sorted(same, key=lambda each: each.target_year)
        ),
    )


# Coverage --------------------------------------------------------------------------------------


def _coverage_steps(row: TargetAttainment) -> list[Step]:
    counts, kind, communes = row.counts, row.indicator.kind, row.counts_communes
    if counts is None or not counts.n:
        return [Step(_("Population"), words.counted(0, kind, communes=communes))]
    n, yes = words.grouped(counts.n), words.grouped(counts.yes)
    roster = words.grouped(counts.n + counts.not_applicable)
    parts = f"{roster} − {words.grouped(counts.not_applicable)}"
    steps = [
        Step(
            _("Population: on the roster, less not applicable"),
            f"{parts} = {words.counted(counts.n, kind, communes=communes)}",
        ),
        Step(
            _("Confirmed: answered yes, of the population"),
            f"{yes} / {n} = {words.percent(100 * counts.confirmed)}",
            _("rounded down, never up"),
        ),
    ]
    if counts.missing:
        steps.append(
            Step(
                _("Possible: if all that are missing turned out yes"),
                f"({yes} + {words.grouped(counts.missing)}) / {n} = "
                f"{words.percent(100 * counts.possible)}",
            )
        )
    if row.needed is not None:
        level = Fraction(row.target.minimum) * counts.n / 100
        exact = display_down(level, 2)
        shown = words.percent(level, places=2).removesuffix(f"{words.NBSP}%")
        exact_text = words.grouped(int(level)) if level == int(level) else shown
        steps.append(
            Step(
                _("Needed for the target, rounded up to a whole one"),
                f"{words.level(row.target.minimum)} × {n} = {exact_text}"
                + ("" if exact == row.needed else f" → {words.grouped(row.needed)}"),
            )
        )
    detail = row.pace_detail
    if detail is not None and detail.line is not None:
        steps.append(
            Step(
                _("The way from %(first)s to %(last)s asks for this year")
                % {"first": detail.since, "last": row.target_year},
                f"{words.percent(detail.line)} × {n} → {words.grouped(detail.required)}",
                _("rounded down to whole ones"),
            )
        )
    return steps


def _coverage_conclusion(row: TargetAttainment) -> str:
    counts = row.counts
    if row.outcome is not None:
        return _outcome_words(row)
    if counts is None or not counts.n:
        return _("There is nothing to count, so nothing is judged.")
    values = {
        "yes": words.grouped(counts.yes),
        "most": words.grouped(counts.most),
        "needed": words.grouped(row.needed or 0),
        "missing": words.grouped(counts.missing),
        "year": row.target_year,
    }
    if row.verdict is Verdict.MET:
        return _("%(yes)s is at least %(needed)s: met.") % values
    if row.verdict is Verdict.NOT_MET:
        return (
            _("Even with all %(missing)s missing only %(most)s, less than %(needed)s: not met.")
            if counts.missing
            else _("%(yes)s is less than %(needed)s: not met.")
        ) % values
    if row.verdict is Verdict.UNDETERMINED:
        return (
            _(
                "%(yes)s is less than %(needed)s, but with the %(missing)s missing it can still "
                "become %(most)s: not enough data."
            )
            % values
        )
    return _pace_words(row, values)


def _pace_words(row: TargetAttainment, values: dict) -> str:
    """Before the target's year: what the way asks for."""
    if row.early:
        return (
            _("%(yes)s is at least %(needed)s already: the level of %(year)s is reached early.")
            % values
        )
    detail = row.pace_detail
    if detail is None:
        return _("The verdict belongs to %(year)s; a single institution has no pace.") % values
    if detail.required is None:
        return (
            _("The verdict belongs to %(year)s; there is no earlier year to draw a way from.")
            % values
        )
    values["required"] = words.grouped(detail.required)
    text = {
        "on_track": _("%(yes)s is at least %(required)s: on track for %(year)s."),
        "behind": _("Even with all missing, %(most)s is less than %(required)s: behind."),
        "undetermined": _(
            "%(yes)s is less than %(required)s, but can still become %(most)s: not enough data."
        ),
    }.get(detail.pace.value, "")
    return text % values


def _outcome_words(row: TargetAttainment) -> str:
    last_day = row.outcome.last_day
    if last_day is None:
        return str(words.ENDED.word)
    text = _(
        "The tier existed until %(day)s, before %(year)s: the target is neither met nor missed."
    ) % {"day": date_format(last_day, "SHORT_DATE_FORMAT"), "year": row.target_year}
    return f"{text} {row.outcome.legal_basis}".strip()


# Growth ----------------------------------------------------------------------------------------


def _growth_steps(row: TargetAttainment) -> list[Step]:
    panel, way = row.panel, row.horizon
    if panel is None or way is None:
        return []
    kind, by_mean = row.indicator.kind, row.is_by_mean
    years = {"base": way.base, "until": way.until}
    left_out = _("left out: %(missing)s without a count, %(na)s not applicable") % {
        "missing": words.grouped(panel.missing),
        "na": words.grouped(panel.not_applicable),
    }
    whom = _("Panel: with a count of both %(base)s and %(until)s")
    if by_mean:
        whom = _("Panel: with a count of every year from %(base)s to %(until)s")
    steps = [
        Step(whom % years, words.of_counted(panel.in_panel, panel.institutions, kind), left_out)
    ]
    if panel.base_all:
        share = Fraction(100 * panel.base, panel.base_all)
        steps.append(
            Step(
                _("Share of the base year's visits in the panel"),
                f"{words.grouped(panel.base)} / {words.grouped(panel.base_all)} = "
                f"{words.percent(share)}",
                _("both shares must be at least %(share)s")
                % {"share": words.level(row.target.version.growth_min_panel)},
            )
        )
    return [*steps, *(_mean_steps(row) if by_mean else _compound_steps(row))]


def _compound_steps(row: TargetAttainment) -> Iterator[Step]:
    """The visits of two years, the rate between them and what the target asks for."""
    panel, way = row.panel, row.horizon
    # Without anybody to compare, 0 visits would say that nobody came.
    if panel.in_panel:
        for year, sum_ in ((way.base, panel.base), (way.until, panel.current)):
            yield Step(_("Visits of the panel in %(year)s") % {"year": year}, words.visits(sum_))
    if row.growth and row.growth.rate is not None:
        rate = words.percent(row.growth.rate, signed=True)
        yield Step(
            _("Compound yearly rate over %(years)s years") % {"years": way.years},
            f"({words.grouped(panel.current)} / {words.grouped(panel.base)})"
            f"^(1/{way.years}) − 1 = {rate}",
            _("rounded down, never up"),
        )
    if row.needed is not None:
        yield Step(
            _("Needed for the target"),
            f"{words.grouped(panel.base)} × (100{words.NBSP}% + "
            f"{words.level(row.target.minimum)})^{way.years} = {words.visits(row.needed)}",
        )
    if row.mean_rate is not None and way.years > 1:
        yield Step(
            _("Mean of the yearly rates, for information"),
            words.percent(row.mean_rate, signed=True),
            _("of institutions with a count in every year"),
        )


def _mean_steps(row: TargetAttainment) -> Iterator[Step]:
    """The rate of each year, their mean and what the last year would have to bring."""
    way, sums = row.horizon, row.growth.sums
    for place, (before, after) in enumerate(pairwise(sums), way.base + 1):
        rate = mean_of_yearly_rates([before, after])
        formula = f"{words.grouped(before)} → {words.visits(after)}"
        if rate is not None:
            formula = (
                f"({words.grouped(after)} − {words.grouped(before)}) / {words.grouped(before)} = "
                f"{words.percent(rate, signed=True)}"
            )
        yield Step(_("Rate of %(year)s") % {"year": place}, formula)
    rates = [mean_of_yearly_rates(pair) for pair in pairwise(sums)]
    if row.growth.rate is not None and rates and None not in rates:
        shown = " + ".join(
            words.percent(rate) if rate >= 0 else f"({words.percent(rate)})" for rate in rates
        )
        yield Step(
            _("Mean of the yearly rates over %(years)s years") % {"years": way.years},
            f"({shown}) / {way.years} = {words.percent(row.growth.rate, signed=True)}",
            _("from the exact rates; rounded down for display only"),
        )
    if row.needed is not None:
        last = words.grouped(sums[-2])
        yield Step(
            _("Needed in %(year)s for a mean of %(level)s")
            % {"year": way.until, "level": words.level(row.target.minimum)},
            f"{last} → {words.visits(row.needed)}",
        )
    if row.compound_rate is not None and way.years > 1:
        yield Step(
            _("Compound yearly rate, for information"),
            words.percent(row.compound_rate, signed=True),
            _("of institutions with a count of both the first and the last year"),
        )


def _growth_conclusion(row: TargetAttainment) -> str:
    if row.outcome is not None:
        return _outcome_words(row)
    if row.growth is None:
        return _("Growth counts from %(year)s: the base is the year before.") % {
            "year": row.starts_in
        }
    if row.reason is not None:
        return reason_words(row)
    if row.growth.verdict is Verdict.NO_POPULATION:
        return _("There is nothing to count, so nothing is judged.")
    values = {
        "now": words.visits(row.panel.current),
        "needed": words.visits(row.needed or 0),
        "most": words.level(row.target.maximum) if row.target.maximum else "",
    }
    if row.exceeded and row.is_by_mean:
        return _("The mean is above the upper end of %(most)s a year.") % values
    if row.exceeded:
        return _("%(now)s is more than the upper end of %(most)s a year asks for.") % values
    if row.growth.verdict is Verdict.MET:
        return _("%(now)s is at least %(needed)s.") % values
    return _("%(now)s is less than %(needed)s.") % values


# Beside the figure -----------------------------------------------------------------------------


def _facts(row: TargetAttainment, place: Place) -> list[tuple[str, str]]:
    """Cut-off, map, round and basis, as words and values."""
    round_ = place.known.round(row.figure_year)
    facts = []
    if row.cutoff is not None:
        facts.append((_("Roster of"), date_format(row.cutoff, "SHORT_DATE_FORMAT")))
    if round_ is not None and row.is_growth:
        days = (round_.period_from, round_.period_to)
        period = "\N{EN DASH}".join(date_format(day, "SHORT_DATE_FORMAT") for day in days)
        facts.append((_("Counts of the period"), period))
    facts.append((_("Figures counted"), words.basis(row.basis)))
    if round_ is not None:
        state = _("open")
        if round_.is_closed:
            state = _("closed on %(day)s") % {
                "day": date_format(localtime(round_.closed_at), "SHORT_DATE_FORMAT")
            }
        facts.append((_("Round of %(year)s") % {"year": round_.year}, state))
    if row.today is not None and row.today.n:
        share = f"{words.grouped(row.today.yes)}/{words.grouped(row.today.n)}"
        today = f"{words.percent(100 * row.today.confirmed)} ({share})"
        if not row.today.yes + row.today.no:
            today = missing_word(row.today)
        facts.append((_("Today's value, for comparison"), today))
    return facts


def quote_of(target: Target) -> Quote:
    version = target.version
    text = version.text
    decision = ""
    if target.decided_at is not None:
        day = date_format(localtime(target.decided_at), "SHORT_DATE_FORMAT")
        who = str(target.decided_by) if target.decided_by else ""
        decision = _("Confirmed by %(who)s on %(day)s") % {"who": who, "day": day}
        if not who:
            decision = _("Confirmed on %(day)s") % {"day": day}
        if target.decision_note:
            decision = f"{decision}: {target.decision_note}"
    return Quote(
        before=text[target.sentence_start : target.quote_start],
        quote=text[target.quote_start : target.quote_end],
        after=text[target.quote_end : target.sentence_end],
        url=f"{version.get_absolute_url()}#target-{target.pk}",
        number=version.number,
        issued_on=version.issued_on,
        basis={
            Target.Basis.STATED: _("The figure is stated in the plan."),
            Target.Basis.IMPLIED: _(
                "The plan names the group without a figure; a person confirmed the level."
            ),
            Target.Basis.CORRECTED: _("A person corrected what was read from the plan."),
            Target.Basis.ADDED: _("A person added the target from the words of the plan."),
        }[Target.Basis(target.basis)],
        decision=decision,
    )


# Rows ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer, how many gave it, and where only they are listed."""

    word: str
    number: str
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows behind a figure, all of them or those with one answer."""

    table: object
    choices: tuple[Choice, ...]
    without_institution: tuple[AdministrativeUnit, ...] = ()
    gone: tuple[RoundLine, ...] = ()


def listing(
    row: TargetAttainment,
    place: Place,
    asked: Mapping[str, str],
) -> Listing:
    """The rows of the roster that the figure counts, in the round that it belongs to."""
    round_ = place.known.round(row.figure_year)
    wanted = asked.get("answer", "")
    if round_ is None:
        return Listing(table=tables.LineTable([]), choices=())
    if row.is_growth:
        return _growth_listing(row, round_, place, wanted)
    if row.counts_communes:
        return _commune_listing(row, round_, place, wanted)
    lines = listed.lines(
        round_,
        [row.indicator],
        kind=row.indicator.kind,
        tiers=row.tiers,
        **_counting(row, place),
    )
    if wanted in listed.ANSWERS:
        lines = lines.filter(**{f"answer_{row.indicator.pk}": wanted})
    table = tables.line_table(lines, [row.indicator], year=row.figure_year)
    return Listing(table=table, choices=_choices(row, place, wanted))


def _counting(row: TargetAttainment, place: Place) -> dict:
    """Which values the rows show: those that the figure counts, and beside them the others."""
    moment = row.moment or (row.other.moment if row.other else None)
    return {
        "provisional": place.provisional,
        "moment": moment,
        "now": row.moment is None,
    }


def _choices(row: TargetAttainment, place: Place, wanted: str) -> tuple[Choice, ...]:
    counts = row.counts
    numbers = {
        "yes": counts.yes,
        "no": counts.no,
        "not_reported": counts.not_reported - counts.without_institution,
        "awaiting": counts.awaiting,
        "returned": counts.returned,
        "not_applicable": counts.not_applicable,
    }
    found = [_choice("", pgettext("filter", "All"), sum(numbers.values()), row, place, wanted)]
    found += [
        _choice(code, listed.answer_word(code), number, row, place, wanted)
        for code, number in numbers.items()
        if number or code in ("yes", "no")
    ]
    return tuple(found)


def _choice(
    code: str, word: str, number: int, row: TargetAttainment, place: Place, wanted: str
) -> Choice:
    address = place.explain(row.target)
    if code:
        address += ("&" if "?" in address else "?") + urlencode({"answer": code})
    return Choice(word, words.grouped(number), f"{address}#rows", code == wanted)


def _growth_listing(
    row: TargetAttainment,
    round_: ReportingRound,
    place: Place,
    wanted: str,
) -> Listing:
    base = place.known.round(row.horizon.base) if row.horizon else None
    if base is not None and base.year >= round_.year:
        base = None
    lines = listed.lines(
        round_,
        [row.indicator],
        kind=row.indicator.kind,
        tiers=row.tiers,
        **_counting(row, place),
        earlier=base,
    )
    pk = row.indicator.pk
    if wanted == "count":
        lines = lines.filter(**{f"answer_{pk}": "count"})
    elif wanted == "missing":
        lines = lines.filter(**{f"answer_{pk}__in": listed.MISSING})
    elif wanted == "not_applicable":
        lines = lines.filter(**{f"answer_{pk}": wanted})
    table = tables.line_table(
        lines, [row.indicator], year=row.figure_year, earlier=base.year if base else None
    )
    address = place.explain(row.target)
    joint = "&" if "?" in address else "?"
    choices = [Choice(pgettext("filter", "All"), "", f"{address}#rows", not wanted)]
    choices += [
        Choice(word, "", f"{address}{joint}answer={code}#rows", wanted == code)
        for code, word in (
            ("count", _("With a count")),
            ("missing", _("Missing")),
            ("not_applicable", listed.answer_word("not_applicable")),
        )
    ]
    gone: Sequence[RoundLine] = ()
    if base is not None:
        gone = (
            RoundLine.objects.filter(round=base, kind=row.indicator.kind)
            .exclude(institution__in=RoundLine.objects.filter(round=round_).values("institution"))
            .select_related("institution")
            .order_by("institution__sort_key")[:50]
        )
        if row.tiers:
            gone = [line for line in gone if line.tier in row.tiers]
    return Listing(table=table, choices=tuple(choices), gone=tuple(gone))


def _commune_listing(
    row: TargetAttainment, round_: ReportingRound, place: Place, wanted: str
) -> Listing:
    """Communes as the counted unit, each with what its institutions answered (rule 1)."""
    target, day = row.target, row.cutoff or round_.as_of
    rural = target.version.commune_scope == PlanVersion.CommuneScope.RURAL
    communes = list(
        query.communes_on(place.territory.pk, day, rural=rural)
        .select_related("parent")
        .order_by("parent__sort_key", "sort_key")
    )
    lines = listed.lines(
        round_,
        [row.indicator],
        kind=row.indicator.kind,
        tiers=row.tiers,
        **_counting(row, place),
    )
    standing: dict[int, list[RoundLine]] = defaultdict(list)
    for line in lines.order_by("institution__sort_key", "institution__code"):
        standing[line.commune_id].append(line)
    data = []
    without = []
    for commune in communes:
        answered = [(line, listed.answered(line, row.indicator)) for line in standing[commune.pk]]
        answers = [each.code for _line, each in answered]
        state = commune_state(Answer(answer) for answer in answers)
        if state is Answer.WITHOUT_INSTITUTION:
            without.append(commune)
            continue
        if wanted in ("", state.value):
            data.append(
                {
                    "commune": commune.name,
                    "commune_key": commune.sort_key,
                    "district": commune.parent.name,
                    "district_key": commune.parent.sort_key,
                    "answer": state.value,
                    "institutions": f"{answers.count('yes')}/{len(answers)}",
                    "lines": [(line.institution, each.status) for line, each in answered],
                }
            )
    return Listing(
        table=tables.CommuneTable(data),
        choices=_choices(row, place, wanted),
        without_institution=tuple(without),
    )
