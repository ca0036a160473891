"""How far reports are: cells answered of cells asked, for any number of reports in two queries."""

import datetime
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q

from reports.models import IndicatorValue, Report, ReportingRound, RoundLine, State
from targets.models import Indicator


@dataclass(frozen=True, slots=True)
class Progress:
    """Cells of one report. `asked` is 0 for a unit without institutions."""

    answered: int
    asked: int
    returned: int = 0
    institutions: int = 0
    not_applicable: int = 0

    @property
    def missing(self) -> int:
        return self.asked - self.answered

    @property
    def percent(self) -> int | None:
        """Rounded down: 99 is not all. None where nothing is asked."""
        return 100 * self.answered // self.asked if self.asked else None


def asked_in(round_: ReportingRound) -> list[Indicator]:
    """The questions of a round: those in force by the end of its year. One query."""
    return list(Indicator.objects.asked_in(round_.year))


def progress(reports: Collection[Report]) -> dict[int, Progress]:
    """Progress by report id, in three queries whatever the number of reports.

    The reports must come with their rounds selected.
    """
    rounds = {report.round_id: report.round for report in reports}
    units = {report.reporting_unit_id for report in reports}
    questions = {
        pk: Counter(i.kind for i in indicators) for pk, indicators in _questions(rounds).items()
    }
    institutions, asked = Counter(), Counter()
    for round_id, unit_id, kind, number in (
        RoundLine.objects.filter(round__in=rounds, reporting_unit__in=units)
        .values_list("round", "reporting_unit", "kind")
        .annotate(number=Count("pk"))
        .order_by()
    ):
        institutions[round_id, unit_id] += number
        asked[round_id, unit_id] += number * questions[round_id][kind]
    answered = {
        (round_id, unit_id): numbers
        for round_id, unit_id, *numbers in IndicatorValue.objects.filter(
            line__round__in=rounds, line__reporting_unit__in=units
        )
        .values_list("line__round", "line__reporting_unit")
        .annotate(
            filled=Count("pk", filter=~Q(state=State.BLANK)),
            returned=Count("pk", filter=Q(is_returned=True)),
            not_applicable=Count("pk", filter=Q(state=State.NOT_APPLICABLE)),
        )
        .order_by()
    }
    found = {}
    for report in reports:
        key = report.round_id, report.reporting_unit_id
        filled, returned, not_applicable = answered.get(key, (0, 0, 0))
        found[report.pk] = Progress(filled, asked[key], returned, institutions[key], not_applicable)
    return found


def _questions(rounds: dict[int, ReportingRound]) -> dict[int, list[Indicator]]:
    indicators = list(Indicator.objects.all())
    return {
        pk: [i for i in indicators if i.valid_from <= datetime.date(round_.year, 12, 31)]
        for pk, round_ in rounds.items()
    }
