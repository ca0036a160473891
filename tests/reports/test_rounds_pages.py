import datetime

import pytest
from django.utils import timezone

from institutions.models import ReportingUnit
from reports.models import Change, IndicatorValue, Report, ReportingRound
from reports.rounds.checks import Cell
from reports.rounds.entry import Entry, set_cells
from reports.rounds.review import submission
from tests import factories
from tests.conftest import enrol

ANSWERS = {
    "library": ("library.lifelong_services", "library.digital", "library.visits_growth"),
    "museum": ("museum.education_programme", "museum.visits_growth"),
    "culture_centre": ("culture.creative_activities", "culture.clubs"),
}


def turn(report: Report, status: str, **more) -> Report:
    """Put a report into a state, whatever way leads there."""
    now = timezone.now()
    Report.objects.filter(pk=report.pk).update(
        status=status, started_at=now, first_submitted_at=now, submitted_at=now,
        returned_at=now, approved_at=now, **more,
    )  # fmt: skip
    report.refresh_from_db()
    return report


def fill(report: Report, answer) -> None:
    """An answer in every cell of the report."""
    for line in report.round.lines.filter(reporting_unit=report.reporting_unit):
        for code in ANSWERS[line.kind]:
            value = 100 if code.endswith("growth") else "yes"
            answer(report.round, line.institution.code, code, value, approved=False)


@pytest.fixture
def submitted(report, answer, reporter) -> Report:
    fill(report, answer)
    return turn(report, "submitted", submitted_by=reporter)


def address(report: Report, rest: str = "") -> str:
    return f"/reporting/reports/{report.pk}/{rest}"


# Home -------------------------------------------------------------------------------------


def test_reporter_sees_what_is_due(as_reporter, report, open_round, answer, clock):
    clock("2025-11-10")
    answer(open_round, "98-TV-981", "library.digital", "yes", approved=False)

    row = as_reporter.get("/").context["due"].own[0].row

    assert row.report == report
    # Two libraries of three questions and four culture centres of two.
    assert (row.progress.answered, row.progress.asked, row.days_left) == (1, 14, 20)
    assert row.is_late is False


@pytest.mark.parametrize("client", ["as_reporter", "as_staff"])
def test_home_stands_in_the_year_of_the_open_round(request, client, report, clock):
    client = request.getfixturevalue(client)
    clock("2025-11-10")
    factories.ReportingRoundFactory(
        territory=report.round.territory, year=2024, closed_at=timezone.now()
    )

    assert client.get("/").context["year"] == 2025


def test_round_left_open_stays_on_the_home_page_beside_the_next(
    as_reporter, as_staff, submitted, territory
):
    """The next year is opened while one report still waits and others were never sent."""
    later = enrol(factories.ReportingRoundFactory(territory=territory, year=2026))

    own = as_reporter.get("/").context["due"].own
    desks = as_staff.get("/").context["due"].desks

    assert [owed.report.round.year for owed in own] == [2025, 2026]
    assert [(desk.round, len(desk.waiting)) for desk in desks] == [
        (submitted.round, 1),
        (later, 0),
    ]


def test_returned_report_is_named_on_the_home_page(as_reporter, report):
    turn(report, "returned", return_message="Xin bổ sung minh chứng.")

    assert "Xin bổ sung minh chứng." in as_reporter.get("/").content.decode()


def test_staff_sees_what_waits(as_staff, submitted, open_round):
    desk = as_staff.get("/").context["due"].desks[0]

    assert [each.report for each in desk.waiting] == [submitted]
    assert (len(desk.missing), desk.approved, desk.total) == (3, 0, 4)


@pytest.mark.parametrize(
    ("day", "year"),
    [("2025-11-30", 2024), ("2025-12-01", 2025)],
    ids=["until the due day", "from the due day"],
)
def test_leader_goes_to_the_dashboard(as_leader, territory, open_round, clock, day, year):
    clock(day)
    factories.ReportingRoundFactory(
        territory=territory, year=2024, closed_at=timezone.now() - datetime.timedelta(days=300)
    )

    assert as_leader.get("/").url == f"/hong-lam/{year}/"


def test_leader_of_several_territories_chooses(as_national_leader, open_round, other_territory):
    factories.ReportingRoundFactory(territory=other_territory)

    places = as_national_leader.get("/").context["due"].places

    assert [place.territory.slug for place in places] == ["hong-lam", "thanh-son"]


@pytest.mark.parametrize("client", ["as_administrator", "as_outsider"])
def test_home_without_rounds_says_what_to_do(request, client, territory):
    response = request.getfixturevalue(client).get("/")

    assert response.status_code == 200
    assert response.context["due"].places == []


def test_person_without_a_role_is_told_whom_to_ask(client, open_round):
    client.force_login(
        factories.UserFactory(), "allauth.account.auth_backends.AuthenticationBackend"
    )

    response = client.get("/")

    assert response.status_code == 200
    assert response.context["due"].own == response.context["due"].desks == []


def add_units(open_round, number: int) -> None:
    for _ in range(number):
        report = factories.ReportFactory(round=open_round, status="submitted")
        factories.RoundLineFactory(round=open_round, reporting_unit=report.reporting_unit)


@pytest.mark.parametrize("number", [1, 3, 30])
def test_home_takes_a_fixed_number_of_queries(
    as_staff, open_round, number, django_assert_num_queries
):
    add_units(open_round, number)

    # session, user, memberships, successions, former units; territories, rounds, reports;
    # questions, roster, values; the queue: findings 7, newcomers; reminders;
    # proposals for the register
    with django_assert_num_queries(21):
        response = as_staff.get("/")

    assert len(response.context["due"].desks[0].waiting) == number


# The list -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3, 30])
def test_list_takes_a_fixed_number_of_queries(
    as_staff, open_round, number, django_assert_num_queries
):
    add_units(open_round, number)

    with django_assert_num_queries(19):
        response = as_staff.get("/reporting/")

    assert len(response.context["rows"]) == number + 4


@pytest.mark.parametrize(
    ("client", "codes"),
    [
        ("as_staff", {"981", "982", "98-tvt", "98-btt"}),
        ("as_leader", {"981", "982", "98-tvt", "98-btt"}),
        ("as_administrator", {"981", "982", "98-tvt", "98-btt"}),
        ("as_reporter", {"981"}),
    ],
)
def test_list_shows_the_reports_that_one_may_open(request, open_round, client, codes):
    rows = request.getfixturevalue(client).get("/reporting/").context["rows"]

    assert {row.report.reporting_unit.code for row, _waiting in rows} == codes


@pytest.mark.parametrize(
    ("status", "codes"),
    [
        ("submitted", {"981"}),
        ("returned", {"982"}),
        ("approved", {"98-tvt"}),
        ("not_begun", {"98-btt"}),
        ("draft", set()),
        ("late", {"98-btt"}),
        ("nonsense", set()),
    ],
)
def test_list_is_filtered_by_status(as_staff, submitted, open_round, clock, status, codes):
    by_unit = {report.reporting_unit.code: report for report in open_round.reports.all()}
    turn(by_unit["982"], "returned")
    turn(by_unit["98-tvt"], "approved")
    Report.objects.exclude(first_submitted_at=None).update(
        first_submitted_at=datetime.datetime(2025, 11, 30, 16, 59, tzinfo=datetime.UTC)
    )
    clock("2025-12-01")

    rows = as_staff.get(f"/reporting/?status={status}").context["rows"]

    assert {row.report.reporting_unit.code for row, _waiting in rows} == codes


@pytest.mark.parametrize("query", ["?year=1999", "?territory=thanh-son", "?territory=x&year=2025"])
def test_list_of_what_one_may_not_see_is_not_found(as_staff, open_round, other_territory, query):
    factories.ReportingRoundFactory(territory=other_territory)

    assert as_staff.get(f"/reporting/{query}").status_code == 404


@pytest.mark.parametrize("query", ["?year=abc", "?status=%00", "?year=99999999999999999999"])
def test_odd_query_is_no_error(as_staff, open_round, query):
    assert as_staff.get(f"/reporting/{query}").status_code in (200, 404)


def test_first_submission_decides_lateness(as_staff, submitted):
    Report.objects.filter(pk=submitted.pk).update(
        # 00:30 of 01/12 in Vietnam
        first_submitted_at=datetime.datetime(2025, 11, 30, 17, 30, tzinfo=datetime.UTC)
    )

    rows = as_staff.get("/reporting/?status=submitted").context["rows"]

    assert rows[0][0].is_late is True


# One report ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("client", "status"),
    [
        ("as_reporter", 200),
        ("as_staff", 200),
        ("as_leader", 200),
        ("as_national_leader", 200),
        ("as_administrator", 200),
        ("as_other_reporter", 404),
        ("as_outsider", 404),
    ],
)
def test_report_is_for_those_who_oversee_it(request, submitted, client, status):
    assert request.getfixturevalue(client).get(address(submitted)).status_code == status


@pytest.mark.parametrize("number", [1, 3, 30])
def test_report_takes_a_fixed_number_of_queries(
    as_reporter, report, open_round, number, django_assert_num_queries, reporter, indicators
):
    lines = factories.RoundLineFactory.create_batch(
        number, round=open_round, reporting_unit=report.reporting_unit
    )
    set_cells(
        report=report, user=reporter,
        entries=[Entry(line.pk, indicators["library.digital"], Cell("yes"), 0) for line in lines],
    )  # fmt: skip

    # session, user, memberships, successions, former units, report; questions, roster, values;
    # findings 7, receipts; changes, explanations, imports; corrections, inspections, steps; menu
    with django_assert_num_queries(24):
        response = as_reporter.get(address(report))

    assert response.context["progress"].answered == number


@pytest.mark.parametrize(
    ("value", "words"),
    [("blank", "chưa báo cáo"), (0, "0"), ("not_applicable", "Không áp dụng"), (1250, "1.250")],
)
def test_states_of_a_cell_read_differently(as_reporter, report, open_round, answer, value, words):
    answer(open_round, "98-TV-981", "library.visits_growth", value, approved=False)

    sheet = as_reporter.get(address(report)).context["sheet"]

    cell = next(
        cell
        for row, cell in sheet.cells
        if (row.line.institution.code, cell.indicator.code)
        == ("98-TV-981", "library.visits_growth")
    )
    assert cell.text.split(":")[0] == words


@pytest.mark.parametrize("client", ["as_leader", "as_national_leader"])
def test_leader_sees_approved_values_alone(request, report, open_round, answer, client):
    answer(open_round, "98-TV-981", "library.digital", "yes", approved=False)
    value = answer(open_round, "98-TV-98102", "library.digital", "yes")
    IndicatorValue.objects.filter(pk=value.pk).update(state="no", note="ghi chú riêng")
    Report.objects.filter(pk=report.pk).update(difficulties="bản nháp riêng")

    response = request.getfixturevalue(client).get(address(report))

    texts = {
        row.line.institution.code: cell.text
        for row, cell in response.context["sheet"].cells
        if cell.indicator.code == "library.digital"
    }
    assert texts == {"98-TV-981": "chưa có số liệu đã duyệt", "98-TV-98102": "Có"}
    assert "riêng" not in response.content.decode()


def test_reporter_submits_and_gets_the_receipt(as_reporter, report, answer):
    fill(report, answer)

    response = as_reporter.post(address(report, "submit/"))

    report.refresh_from_db()
    assert (response.url, report.status) == (address(report, "receipts/1/"), "submitted")


def test_report_is_submitted_at_once_where_nothing_is_noticed(as_reporter, report, answer):
    fill(report, answer)
    Report.objects.filter(pk=report.pk).update(started_at=timezone.now())

    page = as_reporter.get(address(report)).content.decode()

    assert f'action="{address(report, "submit/")}"' in page
    assert address(report, "check/") not in page


def test_report_with_something_to_explain_leads_to_the_check_page(as_reporter, report, answer):
    answer(report.round, "98-TV-981", "library.digital", "yes", approved=False)
    Report.objects.filter(pk=report.pk).update(started_at=timezone.now())

    page = as_reporter.get(address(report)).content.decode()

    assert f'href="{address(report, "check/")}"' in page
    assert address(report, "submit/") not in page


def test_staff_approves_and_the_values_count(as_staff, submitted):
    as_staff.post(address(submitted, "approve/"), {"seen": submission(submitted)})

    submitted.refresh_from_db()
    assert submitted.status == "approved"
    assert IndicatorValue.objects.filter(approved_state="yes").count() == 12


@pytest.mark.parametrize(
    ("client", "step", "status"),
    [
        ("as_reporter", "approve/", 403),
        ("as_reporter", "return/", 403),
        ("as_other_reporter", "submit/", 404),
        ("as_other_reporter", "approve/", 403),
        ("as_outsider", "submit/", 404),
        ("as_outsider", "approve/", 404),
        ("as_outsider", "return/", 404),
        ("as_leader", "submit/", 403),
        ("as_leader", "approve/", 403),
        ("as_leader", "texts/", 403),
        ("as_administrator", "submit/", 403),
        ("as_administrator", "approve/", 403),
    ],
)
def test_step_is_refused_to_those_without_the_right(request, submitted, client, step, status):
    response = request.getfixturevalue(client).post(address(submitted, step))

    submitted.refresh_from_db()
    assert (response.status_code, submitted.status) == (status, "submitted")


@pytest.mark.parametrize("step", ["submit/", "approve/", "texts/"])
def test_steps_are_not_taken_by_a_link(as_staff, submitted, step):
    assert as_staff.get(address(submitted, step)).status_code == 405


@pytest.mark.parametrize(
    ("status", "client", "step"),
    [
        ("draft", "as_staff", "approve/"),
        ("returned", "as_staff", "approve/"),
        ("approved", "as_reporter", "submit/"),
        ("approved", "as_staff", "return/"),
        ("draft", "as_staff", "return/"),
    ],
)
def test_forged_step_leaves_the_state(request, report, answer, status, client, step):
    fill(report, answer)
    turn(report, status)

    request.getfixturevalue(client).post(address(report, step), {"message": "x", "send": "1"})

    report.refresh_from_db()
    assert report.status == status


# One institution --------------------------------------------------------------------------------


@pytest.fixture
def line(report):
    return report.round.lines.get(institution__code="98-TV-981")


def entered(indicators, **answers) -> dict:
    """Form data: services="yes", visits="1.250" …"""
    ids = {
        "services": indicators["library.lifelong_services"].pk,
        "digital": indicators["library.digital"].pk,
        "visits": indicators["library.visits_growth"].pk,
    }
    data = {f"version_{pk}": 0 for pk in ids.values()}
    for name, content in answers.items():
        question, _, what = name.partition("_")
        default = "count" if question == "visits" else "answer"
        data[f"{what or default}_{ids[question]}"] = content
    return data


def test_line_is_saved(as_reporter, report, line, indicators):
    response = as_reporter.post(
        address(report, f"lines/{line.pk}/"),
        entered(indicators, services="yes", visits="1.250", digital_reason="under_repair"),
    )

    assert response.url == f"{address(report)}#line-{line.pk}"
    assert dict(line.values.values_list("indicator__code", "state")) == {
        "library.lifelong_services": "yes",
        "library.visits_growth": "count",
        "library.digital": "not_applicable",
    }


def test_next_line_is_opened(as_reporter, report, line, indicators):
    response = as_reporter.post(
        address(report, f"lines/{line.pk}/"), entered(indicators, services="no") | {"next": "1"}
    )

    following = report.round.lines.get(institution__code="98-TV-98102")
    assert response.url == address(report, f"lines/{following.pk}/")


@pytest.mark.parametrize(
    "answers",
    [
        {"visits": "12,5"},
        {"visits": "-5"},
        {"visits": "abc"},
        {"services": "maybe"},
        {"services": "not_applicable"},
        {"services": "yes", "services_reason": "suspended"},
        {"digital_reason": "other"},
        {"visits_version": "-1"},
    ],
)
def test_line_that_does_not_fit_is_refused(as_reporter, report, line, indicators, answers):
    response = as_reporter.post(
        address(report, f"lines/{line.pk}/"), entered(indicators, **answers)
    )

    assert response.status_code == 422
    assert response.context["form"].errors
    assert not line.values.exists()


def test_line_changed_meanwhile_is_shown_before_it_is_overwritten(
    as_reporter, report, line, indicators, open_round, answer
):
    answer(open_round, "98-TV-981", "library.digital", "yes", approved=False)

    first = as_reporter.post(
        address(report, f"lines/{line.pk}/"), entered(indicators, digital="no")
    )
    again = as_reporter.post(
        address(report, f"lines/{line.pk}/"),
        {field.html_name: field.value() for field in first.context["form"] if field.value()},
    )

    assert (first.status_code, again.status_code) == (409, 302)
    assert line.values.get(indicator__code="library.digital").state == "no"
    assert Change.objects.get().before_state == "yes"


def test_cell_that_was_not_returned_cannot_be_forged(
    as_reporter, report, line, indicators, open_round, answer
):
    value = answer(open_round, "98-TV-981", "library.digital", "yes", approved=False)
    IndicatorValue.objects.filter(pk=value.pk).update(is_returned=True)
    turn(report, "returned")

    as_reporter.post(
        address(report, f"lines/{line.pk}/"),
        entered(indicators, services="yes", digital="no", digital_version="1"),
    )

    assert dict(line.values.values_list("indicator__code", "state")) == {"library.digital": "no"}


def test_line_of_another_unit_is_not_found(as_reporter, report):
    foreign = report.round.lines.get(institution__code="98-TV-982")

    assert as_reporter.get(address(report, f"lines/{foreign.pk}/")).status_code == 404


def test_line_of_a_submitted_report_is_closed(as_reporter, submitted, line, indicators):
    as_reporter.post(address(submitted, f"lines/{line.pk}/"), entered(indicators, services="no"))

    assert line.values.get(indicator__code="library.lifelong_services").state == "yes"


# Texts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "amount", "shown"),
    [
        ("1.234,5", "1234.500", "1.234,5"),
        ("1.234", "1234.000", "1.234"),
        ("12,25", "12.250", "12,25"),
        ("0", "0.000", "0"),
        ("1 500", "1500.000", "1.500"),
    ],
)
def test_amount_is_read_as_vietnamese_offices_write_it(as_reporter, report, written, amount, shown):
    as_reporter.post(address(report, "texts/"), {"budget": written})

    report.refresh_from_db()
    page = as_reporter.get(address(report, "grid/"))
    assert str(report.budget) == amount
    assert page.context["texts"]["budget"].value() == shown


def test_amount_sent_back_in_english_stays(as_reporter, report):
    as_reporter.post(address(report, "texts/"), {"budget": "1.234"})
    as_reporter.cookies["django_language"] = "en"

    shown = as_reporter.get(address(report, "grid/")).context["texts"]["budget"].value()
    as_reporter.post(address(report, "texts/"), {"budget": shown})

    report.refresh_from_db()
    assert str(report.budget) == "1234.000"


@pytest.mark.parametrize("written", ["0.500", "-5", "12,3456", "nhiều", "9" * 20, "1.2.3"])
def test_amount_with_two_readings_is_refused(as_reporter, report, written):
    response = as_reporter.post(address(report, "texts/"), {"budget": written})

    report.refresh_from_db()
    assert (response.status_code, report.budget) == (422, None)


def test_texts_that_somebody_else_saved_are_not_overwritten_unseen(as_reporter, as_staff, report):
    def form(client):
        return {
            name: field.value() or ""
            for name, field in (
                (f.name, f) for f in client.get(address(report, "grid/")).context["texts"]
            )
        }

    first, second = form(as_reporter), form(as_staff)
    as_staff.post(address(report, "texts/"), second | {"proposals": "Bổ sung kinh phí"})

    page = as_reporter.post(address(report, "texts/"), first | {"budget": "1.234,5"})

    report.refresh_from_db()
    assert page.status_code == 409
    assert (report.proposals, report.budget) == ("Bổ sung kinh phí", None)
    assert "Hiện tại: Bổ sung kinh phí" in page.content.decode()
    # Having seen it, the reporter may put their own in its place.
    again = {f.name: f.value() or "" for f in page.context["texts"]}
    assert as_reporter.post(address(report, "texts/"), again).status_code == 302
    report.refresh_from_db()
    assert (report.proposals, str(report.budget)) == ("", "1234.500")


def test_texts_are_saved(as_reporter, report):
    as_reporter.post(address(report, "texts/"), {"difficulties": "Thiếu cán bộ."})

    report.refresh_from_db()
    assert report.difficulties == "Thiếu cán bộ."


def test_unit_without_institutions_reports_by_text(as_staff, open_round):
    unit = factories.ReportingUnitFactory(territory=open_round.territory, code="98-x")
    alone = factories.ReportFactory(round=open_round, reporting_unit=unit)

    as_staff.post(address(alone, "texts/"), {"proposals": "Bổ sung kinh phí"})
    as_staff.post(address(alone, "submit/"))

    alone.refresh_from_db()
    assert ReportingUnit.objects.filter(lines__round=open_round, pk=unit.pk).count() == 0
    assert alone.status == "submitted"


# Two years at once ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "closed_2025", "opens_with"),
    [
        ("2025-11-10", False, 2024),  # the last closed year, until the open round is due
        ("2025-12-01", False, 2025),
        ("2026-11-10", False, 2025),  # left unfinished, although the next round is open
        ("2026-11-10", True, 2025),
        ("2026-12-01", False, 2026),
    ],
)
def test_first_year_shown_is_the_last_that_is_closed_or_due(
    as_leader, open_round, clock, today, closed_2025, opens_with
):
    now = timezone.now()
    place = {"territory": open_round.territory}
    factories.ReportingRoundFactory(**place, year=2024, closed_at=now)
    factories.ReportingRoundFactory(**place, year=2026)
    ReportingRound.objects.filter(pk=open_round.pk).update(closed_at=now if closed_2025 else None)
    clock(today)

    assert as_leader.get("/").url == f"/hong-lam/{opens_with}/"


@pytest.mark.parametrize(("year", "other"), [(2025, 2026), (2026, 2025)])
def test_both_open_years_are_one_click_apart(as_leader, open_round, clock, year, other):
    factories.ReportingRoundFactory(territory=open_round.territory, year=2026)
    clock("2026-11-10")

    dashboard = as_leader.get(f"/hong-lam/{year}/").content.decode()
    reports = as_leader.get("/reporting/", {"territory": "hong-lam", "year": year})

    notice = dashboard[dashboard.index('<p class="notice') :]
    assert f'href="/hong-lam/{other}/"' in notice[: notice.index("</p>")]
    assert f"&amp;year={other}" in reports.content.decode()
    assert "chưa chốt" in reports.content.decode()
