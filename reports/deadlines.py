"""When a report is due and whether it came in time (design section 3: "before" a day).

The one home of these rules: the dashboards and the pages of the reporting year both ask here.
"""

import datetime
from functools import lru_cache

from django.utils import timezone

from reports.models import Report, ReportingRound


def days_left(round_: ReportingRound) -> int | None:
    """Days up to and with the last day on which a report is in time; 0 on that day itself.

    Below zero when it is over; None where nothing is due.
    """
    return None if round_.due_before is None else (round_.last_day - timezone.localdate()).days


@lru_cache(maxsize=32)
def public_holidays(year: int) -> frozenset[datetime.date]:
    """Vietnam's public holidays of a year, days off in lieu included (Labour Code, article 112).

    Days that the Government swaps from year to year are known as far as the package knows them.
    """
    import holidays  # a tenth of a second, and most processes never ask

    return frozenset(holidays.country_holidays("VN", years=year))


def is_working_day(day: datetime.date) -> bool:
    """Monday to Friday, and no public holiday."""
    return day.weekday() < 5 and day not in public_holidays(day.year)


def working_days_left(round_: ReportingRound) -> int | None:
    """Working days after today, up to and with the last day in time; 0 when none is left.

    None where nothing is due.
    """
    if round_.due_before is None:
        return None
    today = timezone.localdate()
    ahead = max(0, (round_.last_day - today).days)
    return sum(is_working_day(today + datetime.timedelta(days=n)) for n in range(1, ahead + 1))


def received_late(report: Report) -> bool:
    """First submitted on or after the day before which it was due, in local time.

    The first submission decides: a report that was returned and corrected is not late for that.
    A baseline round has no lateness.
    """
    due, sent = report.round.due_before, report.first_submitted_at
    return bool(due and sent and timezone.localdate(sent) >= due)


def is_late(report: Report) -> bool:
    """Received late, or not received although the last day is over."""
    due = report.round.due_before
    overdue = due and not report.first_submitted_at and timezone.localdate() >= due
    return bool(overdue) or received_late(report)
