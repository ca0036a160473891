"""Closing a round."""

from threading import Thread

import pytest
from django.db import connection, transaction

from reports.models import ReportingRound
from reports.rounds.closing import close_round
from reports.rounds.opening import RoundError, update_roster
from reports.rounds.review import ReviewRefused, Why, submit

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


def test_roster_of_a_round_that_was_closed_meanwhile_stays(open_round, staff, institutions):
    read_before = ReportingRound.objects.get(pk=open_round.pk)
    close_round(open_round, staff)
    institutions["98-VH-98103"].placements.update(tier="village")

    with pytest.raises(RoundError):
        update_roster(read_before)

    assert not open_round.lines.filter(institution__code="98-VH-98103", tier="village").exists()


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


# Closing and handing in at the same moment ------------------------------------------------------


class Meanwhile(Thread):
    """Does something on a connection of its own; `outcome` is its result or its refusal."""

    def __init__(self, act):
        super().__init__(daemon=True)
        self.act = act
        self.outcome = None

    def run(self):
        try:
            self.outcome = self.act()
        except (ReviewRefused, RoundError) as refused:
            self.outcome = refused
        finally:
            connection.close()


@pytest.mark.django_db(transaction=True)
def test_report_handed_in_while_the_round_closes_is_refused(open_round, staff, report, answer):
    answer(open_round, "98-TV-981", "library.digital", "yes", approved=False)
    other = Meanwhile(lambda: submit(report, staff))
    with transaction.atomic():
        close_round(open_round, staff)
        other.start()
        other.join(0.5)
    other.join(20)

    report.refresh_from_db()
    assert other.outcome.why is Why.ROUND_CLOSED
    assert report.status == "draft"


@pytest.mark.django_db(transaction=True)
def test_round_is_not_closed_over_a_report_that_is_being_handed_in(
    open_round, staff, report, answer, explain_findings
):
    answer(open_round, "98-TV-981", "library.digital", "yes", approved=False)
    explain_findings(report, staff)
    other = Meanwhile(lambda: close_round(open_round, staff))
    with transaction.atomic():
        submit(report, staff)
        other.start()
        other.join(0.5)
    other.join(20)

    open_round.refresh_from_db()
    assert isinstance(other.outcome, RoundError)
    assert not open_round.is_closed
