"""What a new round would be if nobody changed anything: the same year as the last, one later."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from institutions.models import AdministrativeUnit
from reports.models import ReportingRound
from targets.amending import chain
from targets.models import PlanVersion


@dataclass(frozen=True, slots=True)
class Proposal:
    """First values of the form; `version` names the plan that proposes the deadline."""

    year: int
    period_from: datetime.date
    period_to: datetime.date
    as_of: datetime.date
    opens_on: datetime.date
    due_before: datetime.date | None
    previous: ReportingRound | None
    version: PlanVersion | None


def propose(territory: AdministrativeUnit) -> Proposal:
    """The next round of a territory. Two queries.

    The counts run over the same twelve months as last time (design section 3), so that growth can
    be computed; the first round takes the calendar year. The deadline is the plan's.
    """
    today = timezone.localdate()
    previous = territory.rounds.order_by("-year").first()
    year = previous.year + 1 if previous else today.year
    if previous:
        period_from = _in_year(previous.period_from, previous.period_from.year + 1)
        period_to = _last_day_of_twelve_months(period_from)
        as_of = _in_year(previous.as_of, previous.as_of.year + 1)
    else:
        period_from, period_to = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
        as_of = period_to
    version = chain.of_territory(territory, year)
    return Proposal(
        year=year,
        period_from=period_from,
        period_to=period_to,
        as_of=as_of,
        opens_on=today,
        due_before=version.report_before(year) if version else None,
        previous=previous,
        version=version,
    )


def is_twelve_months(period_from: datetime.date, period_to: datetime.date) -> bool:
    return period_to == _last_day_of_twelve_months(period_from)


def same_months(period_from: datetime.date, other: ReportingRound) -> bool:
    """Whether the counts begin on the same day of the year as those of another round."""
    return (period_from.month, period_from.day) == (
        other.period_from.month,
        other.period_from.day,
    )


def _last_day_of_twelve_months(start: datetime.date) -> datetime.date:
    return _in_year(start, start.year + 1) - datetime.timedelta(days=1)


def _in_year(day: datetime.date, year: int) -> datetime.date:
    """The same day of another year; 1 March for a 29 February that is not there."""
    try:
        return day.replace(year=year)
    except ValueError:
        return datetime.date(year, 3, 1)
