"""Days left until a report is due."""

import datetime

import pytest

from reports.deadlines import days_left, is_working_day, working_days_left
from reports.models import ReportingRound


def due_before(text):
    return ReportingRound(due_before=datetime.date.fromisoformat(text) if text else None)


@pytest.mark.parametrize(
    ("today", "due", "days", "working"),
    [
        ("2026-11-22", "2026-12-01", 8, 5),  # 24/11, the day of Vietnamese culture, is off too
        ("2026-11-30", "2026-12-01", 0, 0),
        ("2026-12-01", "2026-12-01", -1, 0),
        ("2026-04-29", "2026-05-05", 5, 1),  # 30/4 and 1/5 are days off; Monday 4 May is left
        ("2026-08-31", "2026-09-04", 3, 1),  # 2/9 and the day before it
        ("2026-11-22", None, None, None),
    ],
)
def test_days_left_are_counted_with_and_without_days_off(clock, today, due, days, working):
    clock(today)
    round_ = due_before(due)
    assert (days_left(round_), working_days_left(round_)) == (days, working)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-02-17", False),  # Tết
        ("2026-04-26", False),  # Giỗ Tổ Hùng Vương, a Sunday
        ("2026-09-02", False),
        ("2026-12-25", True),
        ("2026-11-21", False),  # a Saturday
    ],
)
def test_public_holidays_and_weekends_are_no_working_days(day, expected):
    assert is_working_day(datetime.date.fromisoformat(day)) is expected
