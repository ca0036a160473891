"""What one report's own answers would change in the figures of the territory.

Counting and judging stay where they are: a report's part of a population is counted by `tally`
before and after, and the difference is added to the counts of the whole. Growth is left out, since
a single unit decides no panel.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Case, Q, When

from reports.figures.attainment import Answer, Counts, commune_state, tally
from reports.models import IndicatorValue, Report, RoundLine
from targets.models import PlanVersion, Target

_ANSWERS = {"yes": Answer.YES, "no": Answer.NO, "not_applicable": Answer.NOT_APPLICABLE}

States = Mapping[tuple[int, int], str]
"""(line, indicator) → state of the value that counts; absent: not reported."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the roster. `commune` is None where it was not on the map of the cut-off."""

    pk: int
    kind: str
    tier: str
    commune: int | None
    is_rural: bool
    is_own: bool
    code: str


def touched(report: Report) -> list[Line]:
    """The report's own lines, and every other of the communes that they stand in. One query."""
    own = RoundLine.objects.filter(round=report.round_id, reporting_unit=report.reporting_unit_id)
    communes = own.exclude(commune=None).values("commune")
    # A commune counts as one, whoever reports its institutions. One that was not on the map of
    # the cut-off counts for nothing, as on the boards.
    day = report.round.as_of
    lines = (
        RoundLine.objects.filter(round=report.round_id)
        .filter(Q(reporting_unit=report.reporting_unit_id) | Q(commune__in=communes))
        .annotate(
            on_map=Case(
                When(
                    Q(commune__valid_to=None) | Q(commune__valid_to__gt=day),
                    commune__valid_from__lte=day,
                    then="commune",
                ),
                default=None,
            )
        )
    )
    return [
        Line(
            pk, kind, tier, commune,
            is_rural=commune_kind is not None and commune_kind.lower() == "xã",
            is_own=unit == report.reporting_unit_id,
            code=code,
        )
        for pk, kind, tier, commune, commune_kind, unit, code in lines.values_list(
            "pk", "kind", "tier", "on_map", "commune__kind", "reporting_unit", "institution__code"
        )
    ]  # fmt: skip


def approved(lines: Iterable[Line]) -> dict[tuple[int, int], str]:
    """The states that count today. One query."""
    return {
        (line, indicator): state
        for line, indicator, state in IndicatorValue.objects.filter(
            line__in=[line.pk for line in lines]
        ).values_list("line", "indicator", "approved_state")
    }


def part(target: Target, lines: Iterable[Line], states: States) -> Counts:
    """How `lines` answer a coverage target: a part of its population."""
    answers = [
        (line, _ANSWERS.get(states.get((line.pk, target.indicator_id), ""), Answer.NOT_REPORTED))
        for line in lines
        if line.kind == target.indicator.kind and (not target.tiers or line.tier in target.tiers)
    ]
    if target.counts != Target.Counts.COMMUNE:
        return tally(answer for _line, answer in answers)
    rural_only = target.version.commune_scope == PlanVersion.CommuneScope.RURAL
    by_commune: dict[int, list[Answer]] = {}
    for line, answer in answers:
        if line.commune is not None and (line.is_rural or not rural_only):
            by_commune.setdefault(line.commune, []).append(answer)
    return tally(commune_state(found) for found in by_commune.values())


def moved(counts: Counts, was: Counts, will: Counts) -> Counts:
    """The whole population with its part exchanged. What is missing is not split further."""
    return Counts(
        n=counts.n - was.n + will.n,
        yes=counts.yes - was.yes + will.yes,
        no=counts.no - was.no + will.no,
        not_applicable=counts.not_applicable - was.not_applicable + will.not_applicable,
    )
