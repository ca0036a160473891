"""What a file would mean for the targets, once the whole report were approved.

Counting and judging stay where they are: the boards give the figures that count today, the unit's
own answers are counted before and after by the same `tally`, and the difference is added. Growth
is left out, since a single unit decides no panel.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Case, Q, When

from reports.figures import matrix, words
from reports.figures.attainment import Answer, Counts, commune_state, tally, verdict
from reports.figures.boards import TargetAttainment, attainment_rows
from reports.figures.matrix import Bar, Mark, Place
from reports.figures.words import Status
from reports.importing.apply import Preview
from reports.models import IndicatorValue, Report, RoundLine
from targets.models import PlanVersion, Target

_ANSWERS = {"yes": Answer.YES, "no": Answer.NO, "not_applicable": Answer.NOT_APPLICABLE}


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


@dataclass(frozen=True, slots=True)
class _Line:
    pk: int
    kind: str
    tier: str
    commune: int | None
    is_rural: bool


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
        was = _part(row, lines, before)
        will = _part(row, lines, after)
        if was != will:
            found.append(_effect(row, _moved(row.counts, was, will), place))
    return found


def _answers(report: Report, seen: Preview):
    """The lines that the unit's answers touch, and the answers that count before and after."""
    own = RoundLine.objects.filter(round=report.round_id, reporting_unit=report.reporting_unit_id)
    communes = own.exclude(commune=None).values("commune")
    # A commune counts as one, whoever reports its institutions.
    touched = RoundLine.objects.filter(round=report.round_id).filter(
        Q(reporting_unit=report.reporting_unit_id) | Q(commune__in=communes)
    )
    # As the boards do: a commune that was not on the map of the cut-off counts for nothing.
    day = report.round.as_of
    touched = touched.annotate(
        on_map=Case(
            When(
                Q(commune__valid_to=None) | Q(commune__valid_to__gt=day),
                commune__valid_from__lte=day,
                then="commune",
            ),
            default=None,
        )
    )
    lines, codes = [], {}
    for pk, kind, tier, commune, commune_kind, unit, code in touched.values_list(
        "pk", "kind", "tier", "on_map", "commune__kind", "reporting_unit", "institution__code"
    ):
        lines.append(_Line(pk, kind, tier, commune, _is_rural(commune_kind)))
        if unit == report.reporting_unit_id:
            codes[code] = pk
    indicators = {indicator.code: indicator.pk for indicator in seen.indicators}
    before = {
        (line, indicator): state
        for line, indicator, state in IndicatorValue.objects.filter(line__in=touched).values_list(
            "line", "indicator", "approved_state"
        )
    }
    after = dict(before)
    for code, line in seen.current.lines.items():
        for indicator, standing in line.cells.items():
            after[codes[code], indicators[indicator]] = standing.cell.state
    for row, change in seen.plan.changes:
        after[codes[row.code], indicators[change.indicator]] = change.after.state
    return lines, before, after


def _is_rural(kind: str | None) -> bool:
    return kind is not None and kind.lower() == "xã"


def _part(
    row: TargetAttainment, lines: Iterable[_Line], states: Mapping[tuple[int, int], str]
) -> Counts:
    """Counts over the touched lines alone: a part of the target's population."""
    indicator = row.indicator
    answers = [
        (line, _ANSWERS.get(states.get((line.pk, indicator.pk), ""), Answer.NOT_REPORTED))
        for line in lines
        if line.kind == indicator.kind and (not row.tiers or line.tier in row.tiers)
    ]
    if not row.counts_communes:
        return tally(answer for _line, answer in answers)
    rural_only = row.target.version.commune_scope == PlanVersion.CommuneScope.RURAL
    by_commune: dict[int, list[Answer]] = {}
    for line, answer in answers:
        if line.commune is not None and (line.is_rural or not rural_only):
            by_commune.setdefault(line.commune, []).append(answer)
    return tally(commune_state(found) for found in by_commune.values())


def _moved(counts: Counts, was: Counts, will: Counts) -> Counts:
    """The whole population with its part exchanged. What is missing is not split further."""
    return Counts(
        n=counts.n - was.n + will.n,
        yes=counts.yes - was.yes + will.yes,
        no=counts.no - was.no + will.no,
        not_applicable=counts.not_applicable - was.not_applicable + will.not_applicable,
    )


def _effect(row: TargetAttainment, counts: Counts, place: Place) -> Effect:
    target: Target = row.target
    due = row.target_year == place.year and row.verdict is not None
    after = words.VERDICTS[verdict(counts, target.minimum)] if due else None
    value_before = matrix.coverage_value(row.counts, row)
    value_after = matrix.coverage_value(counts, row)
    return Effect(
        label=matrix.described(row),
        goal=f"{target.year}: {matrix.goal_words(target)}",
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
            label=f"{value_before} → {value_after}; {target.year}: {matrix.goal_words(target)}",
        ),
        before=words.VERDICTS[row.verdict] if due else None,
        after=after,
    )
