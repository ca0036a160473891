"""Sample inspections: a few answers of each round that were looked at on the spot.

They are part of rounds that are marked as samples, and show under that mark.
"""

import datetime

from django.utils import timezone

from institutions.models import AdministrativeUnit, Kind, User
from reports.models import IndicatorValue, Inspection, ReportingRound, State
from reports.sample.chance import between, chance
from reports.sample.provinces import BASELINE

INSPECTED = 14
"""Answers of one round; every seventh of them differs."""
_DIFFERS_EVERY = 7
_BY = "Đoàn kiểm tra Sở VHTTDL (minh hoạ)"
_FOUND = {
    State.YES: "Không có kế hoạch hoặc sổ sinh hoạt chứng minh hoạt động trong kỳ.",
    State.NO: "Có tổ chức hoạt động trong kỳ nhưng đơn vị chưa ghi nhận.",
    State.COUNT: "Sổ theo dõi ghi số lượt khác với số đã báo cáo.",
}


def make_inspections(
    territory: AdministrativeUnit, year: int, user: User, today: datetime.date
) -> int:
    """Inspect some approved answers of a sample round; how many. None in the baseline year, which
    was collected afterwards."""
    round_ = ReportingRound.objects.get(territory=territory, year=year)
    if year == BASELINE:
        return 0
    chosen = sorted(
        IndicatorValue.objects.filter(line__round=round_, approved_state__in=_FOUND)
        # A visit is worth its way where there is something to look at on any day.
        .exclude(line__kind=Kind.MUSEUM)
        .select_related("line__institution", "indicator"),
        key=lambda value: chance(
            "inspected", year, value.line.institution.code, value.indicator.code
        ),
    )[:INSPECTED]
    first = max(round_.opens_on, round_.period_from)
    last = min(today - datetime.timedelta(days=1), round_.due_before or today)
    found = []
    for place, value in enumerate(chosen, 1):
        days = between(0, max(0, (last - first).days), "inspected on", year, place)
        day = first + datetime.timedelta(days=days)
        differs = place % _DIFFERS_EVERY == 0
        found.append(
            Inspection(
                line=value.line,
                indicator=value.indicator,
                inspected_on=day,
                inspected_by=_BY,
                outcome=Inspection.Outcome.DIFFERS if differs else Inspection.Outcome.CONFIRMED,
                finding=_FOUND[value.state] if differs else "",
                reported_state=value.state,
                reported_count=value.count,
                recorded_by=user,
                recorded_at=timezone.make_aware(
                    datetime.datetime.combine(day, datetime.time(16, 30))
                ),
            )
        )
    return len(Inspection.objects.bulk_create(found))
