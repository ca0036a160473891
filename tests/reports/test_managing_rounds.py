"""The pages that open, change and close a round."""

import datetime

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from institutions.models import AdministrativeUnit
from reports.models import Report, ReportingRound
from reports.rounds.managing import boards, proposals
from reports.rounds.opening import RoundError, change_round, give_up_round
from tests import factories

pytestmark = pytest.mark.django_db


def day(text):
    return datetime.date.fromisoformat(text)


DAYS = {
    "period_from": "01/07/2025",
    "period_to": "30/06/2026",
    "as_of": "30/06/2026",
    "opens_on": "01/10/2026",
    "due_before": "01/12/2026",
}


def said(response):
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def new_address(territory):
    return reverse("reports:round-new", args=[territory.slug])


# Proposals ------------------------------------------------------------------------------------


def test_proposal_takes_the_days_of_the_round_before_one_year_later(open_round, plan):
    found = proposals.propose(open_round.territory)
    assert found.year == open_round.year + 1
    assert found.period_from == open_round.period_from.replace(year=open_round.period_from.year + 1)
    assert proposals.is_twelve_months(found.period_from, found.period_to)
    assert found.previous == open_round


def test_proposal_takes_the_deadline_of_the_plan(open_round, plan):
    found = proposals.propose(open_round.territory)
    assert found.due_before == plan.report_before(found.year)
    assert found.version == plan


def test_proposal_of_a_first_round_is_the_calendar_year(territory, clock):
    clock("2026-03-01")
    found = proposals.propose(territory)
    assert (found.year, found.period_from, found.period_to) == (
        2026, day("2026-01-01"), day("2026-12-31"),
    )  # fmt: skip
    assert found.due_before is None


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2024-07-01", "2025-06-30", True),
        ("2024-01-01", "2024-12-31", True),
        ("2023-03-01", "2024-02-29", True),
        ("2024-02-29", "2025-02-28", True),
        ("2024-07-01", "2025-07-01", False),
        ("2024-07-01", "2025-05-31", False),
    ],
)
def test_twelve_months_are_counted_with_their_last_day(start, end, expected):
    assert proposals.is_twelve_months(day(start), day(end)) is expected


# Opening --------------------------------------------------------------------------------------


def test_page_opens_a_round_with_its_roster_and_reports(as_staff, territory, institutions, units):
    response = as_staff.post(new_address(territory), {"year": "2026", "kind": "annual", **DAYS})
    opened = ReportingRound.objects.get(territory=territory, year=2026)
    assert response["Location"] == reverse("reports:round", args=[opened.pk])
    assert opened.due_before == day("2026-12-01")
    assert opened.lines.count() == len(institutions)
    assert opened.reports.count() == len(units)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"due_before": ""}, "due_before"),
        ({"kind": "baseline"}, "due_before"),
        ({"due_before": "01/10/2026"}, "due_before"),
        ({"period_to": "31/05/2026"}, "period_to"),
        ({"period_from": "32/07/2025"}, "period_from"),
        ({"period_from": "01/01/9999"}, "period_from"),
        ({"due_before": "31/12/9999"}, "due_before"),
        ({"opens_on": "01/01/0001"}, "opens_on"),
        ({"year": "1800"}, "year"),
        ({"kind": "monthly"}, "kind"),
    ],
)
def test_page_says_beside_the_field_what_is_wrong(
    as_staff, territory, institutions, changes, field
):
    sent = {"year": "2026", "kind": "annual", **DAYS, **changes}
    response = as_staff.post(new_address(territory), sent)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert not ReportingRound.objects.filter(territory=territory).exists()


def test_page_refuses_a_second_round_of_a_year(as_staff, open_round, territory):
    sent = {"year": str(open_round.year), "kind": "annual", **DAYS}
    response = as_staff.post(new_address(territory), sent)
    assert response.context["form"].non_field_errors()
    assert ReportingRound.objects.filter(territory=territory).count() == 1


def test_page_asks_before_it_counts_other_months_than_last_year(as_staff, open_round, territory):
    other = {"period_from": "01/01/2026", "period_to": "31/12/2026"}
    sent = {"year": str(open_round.year + 1), "kind": "annual", **DAYS, **other}
    response = as_staff.post(new_address(territory), sent)
    assert list(response.context["form"].errors) == ["other_months"]
    as_staff.post(new_address(territory), {**sent, "other_months": "on"})
    assert ReportingRound.objects.filter(territory=territory, year=open_round.year + 1).exists()


def test_person_of_one_territory_is_not_asked_for_which(as_staff, territory):
    response = as_staff.get(reverse("reports:round-choose"))
    assert response["Location"] == new_address(territory)


# Changing -------------------------------------------------------------------------------------


def test_change_moves_the_deadline_and_keeps_history(as_staff, open_round, staff):
    days = {name: getattr(open_round, name).strftime("%d/%m/%Y") for name in DAYS}
    later = (open_round.due_before + datetime.timedelta(days=14)).strftime("%d/%m/%Y")
    as_staff.post(
        reverse("reports:round-change", args=[open_round.pk]), {**days, "due_before": later}
    )
    open_round.refresh_from_db()
    assert open_round.due_before.strftime("%d/%m/%Y") == later
    assert open_round.history.first().history_user == staff


def test_change_of_the_day_of_answers_rewrites_the_roster(open_round, staff, institutions):
    closing = institutions["98-VH-98103"]
    closing.closed_on = open_round.as_of
    closing.save()
    days = {name: getattr(open_round, name) for name in DAYS}
    changed = change_round(open_round, staff, **days)
    assert changed.removed == 1
    assert not open_round.lines.filter(institution=closing).exists()


def test_closed_round_cannot_be_changed(as_staff, open_round, staff):
    ReportingRound.objects.update(closed_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    days = {name: getattr(open_round, name) for name in DAYS}
    with pytest.raises(RoundError):
        change_round(open_round, staff, **days)
    response = as_staff.get(reverse("reports:round-change", args=[open_round.pk]))
    assert response["Location"] == reverse("reports:round", args=[open_round.pk])


def test_annual_round_keeps_a_deadline_whatever_the_form_sends(as_staff, open_round):
    days = {name: getattr(open_round, name).strftime("%d/%m/%Y") for name in DAYS}
    response = as_staff.post(
        reverse("reports:round-change", args=[open_round.pk]), {**days, "due_before": ""}
    )
    assert list(response.context["form"].errors) == ["due_before"]


# Giving up ------------------------------------------------------------------------------------


def test_untouched_round_can_be_taken_back(as_staff, open_round):
    as_staff.post(reverse("reports:round-give-up", args=[open_round.pk]))
    assert not ReportingRound.objects.filter(pk=open_round.pk).exists()


def test_round_with_a_value_stays(as_staff, open_round, answer):
    answer(open_round, "98-TV-981", "library.lifelong_services", "yes")
    response = as_staff.post(reverse("reports:round-give-up", args=[open_round.pk]))
    assert ReportingRound.objects.filter(pk=open_round.pk).exists()
    assert "không rút" in said(response)


def test_round_with_a_begun_report_stays(open_round, report):
    Report.objects.filter(pk=report.pk).update(
        started_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    )
    with pytest.raises(RoundError):
        give_up_round(open_round)


# The page of a round -----------------------------------------------------------------------------


def test_board_counts_the_roster_by_kind_and_tier(open_round):
    board = boards.for_round(open_round)
    assert board.institutions == open_round.lines.count()
    assert sum(part.total for part in board.roster) == board.institutions


def test_board_names_what_hinders_closing(open_round, report):
    assert boards.for_round(open_round).may_close
    Report.objects.filter(pk=report.pk).update(
        status="submitted", submitted_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    )
    board = boards.for_round(open_round)
    assert [r.pk for r in board.waiting] == [report.pk]
    assert not board.may_close


def test_closing_page_leads_to_what_hinders_it_and_offers_no_dead_button(
    as_staff, open_round, report
):
    address = reverse("reports:round-close", args=[open_round.pk])
    offer = "Khoá hẳn kỳ báo cáo"
    assert offer in as_staff.get(address).content.decode()
    Report.objects.filter(pk=report.pk).update(
        status="submitted", submitted_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    )

    page = as_staff.get(address).content.decode()

    assert reverse("reports:review", args=[report.pk]) in page
    assert offer not in page


def test_page_of_a_round_takes_the_same_queries_however_many_units(
    as_staff, open_round, territory, django_assert_num_queries
):
    address = reverse("reports:round", args=[open_round.pk])
    as_staff.get(address)
    with django_assert_num_queries(12):
        as_staff.get(address)
    for unit in factories.ReportingUnitFactory.create_batch(12, territory=territory):
        factories.ReportFactory(round=open_round, reporting_unit=unit)
    with django_assert_num_queries(12):
        as_staff.get(address)


def test_page_closes_a_round(as_staff, open_round, staff):
    address = reverse("reports:round-close", args=[open_round.pk])
    assert as_staff.get(address).status_code == 200
    open_round.refresh_from_db()
    assert not open_round.is_closed
    as_staff.post(address)
    open_round.refresh_from_db()
    assert open_round.closed_by == staff


def test_page_does_not_close_over_a_report_that_waits(as_staff, open_round, report):
    Report.objects.filter(pk=report.pk).update(
        status="submitted", submitted_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    )
    response = as_staff.post(reverse("reports:round-close", args=[open_round.pk]))
    open_round.refresh_from_db()
    assert not open_round.is_closed
    assert "chờ duyệt" in said(response)


def test_roster_follows_corrections_from_the_page(as_staff, open_round, institutions):
    institutions["98-VH-98103"].placements.update(tier="village")
    as_staff.post(reverse("reports:round-roster", args=[open_round.pk]))
    assert open_round.lines.get(institution__code="98-VH-98103").tier == "village"


def test_round_of_a_territory_whose_map_ended_takes_its_last_roster(
    as_staff, territory, institutions
):
    AdministrativeUnit.objects.filter(pk=territory.pk).update(valid_to=day("2025-07-01"))
    as_staff.post(new_address(territory), {"year": "2026", "kind": "annual", **DAYS})
    opened = ReportingRound.objects.get(territory=territory, year=2026)
    assert opened.lines.count() == len(institutions)


def test_page_names_institutions_that_a_sent_report_holds(
    as_staff, open_round, institutions, units
):
    open_round.reports.filter(reporting_unit__code="982").update(
        status="submitted", submitted_at=timezone.now()
    )
    institutions["98-TV-982"].placements.update(reporting_unit=units["981"])

    response = as_staff.post(reverse("reports:round-roster", args=[open_round.pk]), follow=True)

    assert [line.institution.code for line in response.context["board"].held] == ["98-TV-982"]
    assert open_round.lines.get(institution__code="98-TV-982").reporting_unit == units["982"]
    assert "Thư viện thị xã Đức Phong" in response.content.decode()
