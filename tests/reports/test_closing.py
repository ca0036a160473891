"""Closing a round."""

import pytest

from reports.rounds.closing import close_round
from reports.rounds.opening import RoundError, update_roster

pytestmark = pytest.mark.django_db


def test_close_round_says_who_and_when(open_round, staff):
    close_round(open_round, staff)
    open_round.refresh_from_db()
    assert open_round.is_closed
    assert open_round.closed_by == staff


def test_close_round_takes_the_last_corrections_and_fixes_the_roster(
    open_round, staff, institutions
):
    institutions["98-VH-98103"].placements.update(tier="village")
    closed = close_round(open_round, staff)
    line = closed.lines.get(institution__code="98-VH-98103")
    assert line.tier == "village"
    institutions["98-VH-98103"].placements.update(tier="commune")
    with pytest.raises(RoundError):
        update_roster(closed)
    line.refresh_from_db()
    assert line.tier == "village"


def test_round_is_closed_once(open_round, staff):
    first = close_round(open_round, staff).closed_at
    with pytest.raises(RoundError):
        close_round(open_round, staff)
    open_round.refresh_from_db()
    assert open_round.closed_at == first


def test_round_with_a_report_waiting_for_approval_stays_open(open_round, staff, report, clock):
    report.status = "submitted"
    report.submitted_at = report.first_submitted_at = open_round.history.first().history_date
    report.save()
    with pytest.raises(RoundError):
        close_round(open_round, staff)
    open_round.refresh_from_db()
    assert not open_round.is_closed


def test_closing_leaves_reports_that_never_came_as_they_are(open_round, staff, report):
    close_round(open_round, staff)
    report.refresh_from_db()
    assert report.status == "draft"
