"""Pages of a closed year: as closed and now, the list of errata, and the form of one."""

import csv
import io
import json

import pytest
from django.core.management import call_command

from reports.models import Change, IndicatorValue
from reports.rounds.checks import Cell
from reports.rounds.closing import close_round
from reports.rounds.errata.services import correct

SERVICES, VISITS = "library.lifelong_services", "library.visits_growth"
PROVINCE = "/hong-lam/2025/"
TIER = "/hong-lam/2025/library/district/"
EXPLAIN = f"/hong-lam/2025/explain/{SERVICES}/district/2025/"
LIST = "/hong-lam/2025/errata/"
DIFFERS = "Khi chốt: 50,0 % (1/2), chưa đạt; nay: 100,0 % (2/2), đạt."


@pytest.fixture
def closed(open_round, answer, plan, staff):
    """2025, closed with a yes of An Bình and a no of Đức Phong: one of two, 70 % not met."""
    answer(open_round, "98-TV-981", SERVICES, "yes")
    answer(open_round, "98-TV-982", SERVICES, "no")
    return close_round(open_round, staff)


@pytest.fixture
def corrected(closed, indicators, staff):
    """Đức Phong's no turned out to be a yes: two of two."""
    line = closed.lines.get(institution__code="98-TV-982")
    correct(
        line=line, indicator=indicators[SERVICES], cell=Cell("yes"), seen=1,
        reason="Biên bản kiểm tra ngày 12/01", user=staff,
    )  # fmt: skip
    return closed


@pytest.fixture
def form(closed):
    """The address of the form about An Bình's library."""
    line = closed.lines.get(institution__code="98-TV-981")
    return f"/reporting/lines/{line.pk}/errata/{SERVICES}/"


def text(response) -> str:
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def figure(response):
    figures = response.context["matrix"].figures
    return next(f for f in figures if f.indicator.code == SERVICES)


# As closed and now -----------------------------------------------------------------------------


def test_closed_year_says_when_it_was_closed(as_leader, closed):
    page = text(as_leader.get(PROVINCE))
    assert "Số liệu đã chốt ngày" in page
    assert "đính chính" not in page


def test_closed_year_shows_the_figure_as_closed_with_todays_beside_it(as_leader, corrected):
    page = text(as_leader.get(PROVINCE))
    assert DIFFERS in page
    assert "1 số liệu đã đính chính sau chốt" in page
    assert f'href="{LIST}"' in page


def test_switch_leads_to_the_figures_of_today_and_back(as_leader, corrected):
    closed, now = as_leader.get(PROVINCE), as_leader.get(PROVINCE, {"basis": "now"})
    assert [figure(page).value.replace("\N{NO-BREAK SPACE}", " ") for page in (closed, now)] == [
        "50,0 %",
        "100,0 %",
    ]
    assert 'href="?basis=now"' in text(closed)
    assert "Số liệu hiện nay." in text(now)
    assert DIFFERS in text(now)


def test_basis_goes_along_with_every_link(as_leader, corrected):
    page = as_leader.get(PROVINCE, {"basis": "now"})
    assert figure(page).url.endswith("?basis=now")
    assert "?basis=now&amp;show=2025-" in text(page)


def test_provisional_figures_are_not_offered_once_closed(as_leader, corrected):
    page = as_leader.get(PROVINCE, {"basis": "provisional"})
    assert "Số liệu tạm tính" not in text(page)
    assert figure(page).value.startswith("50,0")


def test_open_year_has_no_such_choice(as_leader, open_round, plan):
    page = text(as_leader.get(PROVINCE, {"basis": "now"}))
    assert "Số liệu hiện nay." not in page
    assert "chốt ngày" not in page


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (TIER, ["nay: Có", DIFFERS]),
        (EXPLAIN, ["nay: Có", DIFFERS, "số liệu đã duyệt, như khi chốt"]),
        ("/hong-lam/2025/units/982/", ["Khi chốt: không; nay: có."]),
        ("/hong-lam/2025/trend/", ["1 số liệu đã đính chính sau chốt"]),
    ],
)
def test_every_page_of_the_year_says_where_it_differs(as_leader, corrected, address, shown):
    page = text(as_leader.get(address))
    assert [each for each in shown if each not in page] == []


def test_rows_of_an_explanation_are_those_that_its_figure_counts(as_leader, corrected):
    for basis, number in (({}, 1), ({"basis": "now"}, 2)):
        page = as_leader.get(EXPLAIN, {"answer": "yes", **basis})
        assert page.context["listing"].table.paginator.count == number


def rows_of(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


def test_file_of_the_targets_has_both_figures(as_leader, corrected):
    row = rows_of(as_leader.get(PROVINCE, {"_export": "csv", "table": "targets"}))[0]
    assert (row["Kết quả, %"], row["Kết quả, % (hiện nay)"]) == ("50,0", "100,0")
    assert (row["Đánh giá"], row["Đánh giá (hiện nay)"]) == ("Chưa đạt", "Đạt")


def test_file_of_a_tier_has_a_second_column_where_something_was_corrected(as_leader, corrected):
    found = rows_of(as_leader.get(TIER, {"_export": "csv"}))
    extra = [name for name in found[0] if name.endswith("(hiện nay)")]
    assert len(extra) == 1
    question = extra[0].removesuffix(" (hiện nay)")
    assert {row["Mã"]: (row[question], row[extra[0]]) for row in found} == {
        "98-TV-981": ("Có", "Có"),
        "98-TV-982": ("Không", "Có"),
    }


@pytest.mark.parametrize("address", [f"{PROVINCE}?table=targets&", f"{TIER}?"])
def test_file_of_a_year_without_errata_has_no_second_column(as_leader, closed, address):
    found = rows_of(as_leader.get(f"{address}_export=csv"))
    assert [name for name in found[0] if "hiện nay" in name] == []


def test_command_prints_the_closed_figures_and_with_now_those_of_today(corrected, capsys):
    found = []
    for options in ([], ["--now"]):
        call_command("attainment", "--territory", "hong-lam", "--year", "2025", "--json", *options)
        row = json.loads(capsys.readouterr().out)[0]
        found.append((row["numerator"], row["verdict"], row["basis"]))
    assert found == [(1, "not_met", "closed"), (2, "met", "approved")]


@pytest.mark.parametrize("number", [1, 2])
def test_province_query_count_is_constant(
    as_leader, corrected, indicators, staff, number, django_assert_num_queries
):
    line = corrected.lines.get(institution__code="98-TV-981")
    for place in range(number - 1):
        correct(
            line=line, indicator=indicators[SERVICES], cell=Cell("no"), seen=1 + place,
            reason="Nhầm", user=staff,
        )  # fmt: skip
    # Session, user, memberships, successions; territory, rounds, errata, inspections; targets,
    # districts, coverage as closed and now, reports. No growth: 2022 has no round.
    with django_assert_num_queries(13):
        as_leader.get(PROVINCE)


# The list --------------------------------------------------------------------------------------


def test_list_says_what_when_and_why(as_leader, corrected):
    page = text(as_leader.get(LIST))
    assert "<del>Không</del>" in page
    assert "<ins>Có</ins>" in page
    assert "Biên bản kiểm tra ngày 12/01" in page


@pytest.mark.parametrize(
    ("person", "named"),
    [("staff", True), ("administrator", True), ("leader", False), ("reporter", False)],
)
def test_list_names_who_only_to_those_who_see_the_history(request, corrected, staff, person, named):
    page = text(request.getfixturevalue(f"as_{person}").get(LIST))
    rows = page[page.index("<tbody>") : page.index("</tbody>")]
    assert (str(staff) in rows) is named


def test_list_of_an_open_year_is_not_there(as_staff, open_round):
    assert as_staff.get(LIST).status_code == 404


def test_list_of_a_year_without_errata_says_so(as_leader, closed):
    assert "chưa có đính chính nào" in text(as_leader.get(LIST))


def test_list_is_read_with_a_fixed_number_of_queries(
    as_leader, corrected, indicators, staff, django_assert_num_queries
):
    for code in ("98-TV-981", "98-TV-98102"):
        line = corrected.lines.get(institution__code=code)
        correct(
            line=line, indicator=indicators["library.digital"], cell=Cell("no"), seen=0,
            reason="Thiếu", user=staff,
        )  # fmt: skip
    # Session, user, memberships, successions; territory, round, number, errata, menu.
    with django_assert_num_queries(9):
        as_leader.get(LIST)


# The form --------------------------------------------------------------------------------------


def test_form_shows_what_stands_and_saves_the_correction(as_staff, closed, form):
    page = as_staff.get(form)
    assert page.context["standing"].closed == "Có"
    response = as_staff.post(form, {"answer": "no", "reason": "Nhầm", "version": 1})
    assert (response.status_code, response["Location"]) == (302, LIST)
    change = Change.objects.get(action="erratum")
    assert (change.after_state, change.reason) == ("no", "Nhầm")


def test_form_tells_the_effect_before_anything_is_saved(as_staff, closed, form):
    sent = {"answer": "no", "reason": "Nhầm", "version": 1}
    response = as_staff.post(form, {**sent, "look": "1"})
    found = {each.target_year: each.change for each in response.context["effects"]}
    assert found[2025].replace("\N{NO-BREAK SPACE}", " ") == "50,0 % (1/2) → 0,0 % (0/2)"
    assert not Change.objects.filter(action="erratum").exists()
    assert as_staff.post(form, sent).status_code == 302


def test_form_tells_when_no_target_would_change(as_staff, closed, plan, form):
    plan.targets.all().update(state="rejected")
    sent = {"answer": "no", "reason": "Nhầm", "version": 1, "look": "1"}
    assert as_staff.post(form, sent).context["effects"] == []


@pytest.mark.parametrize(
    "sent",
    [
        {"answer": "no", "version": 1},
        {"answer": "no", "reason": "  ", "version": 1},
        {"answer": "not_applicable", "reason": "Nhầm", "version": 1},
        {"answer": "yes", "na_reason": "suspended", "reason": "Nhầm", "version": 1},
        {"answer": "count", "reason": "Nhầm", "version": 1},
        {"reason": "Nhầm", "version": 1},
        {"answer": "no", "reason": "Nhầm", "version": "x"},
    ],
)
def test_incomplete_form_saves_nothing(as_staff, form, sent):
    assert as_staff.post(form, sent).status_code == 422
    assert not Change.objects.filter(action="erratum").exists()


def test_stale_form_is_a_conflict_that_shows_what_stands(as_staff, corrected):
    line = corrected.lines.get(institution__code="98-TV-982")
    address = f"/reporting/lines/{line.pk}/errata/{SERVICES}/"
    response = as_staff.post(address, {"answer": "blank", "reason": "Nhầm", "version": 1})
    assert response.status_code == 409
    assert "Hiện nay là: Có" in text(response)
    assert response.context["form"]["version"].value() == 2


def test_form_that_another_person_opened_saves_nothing(as_staff, form):
    sent = {"answer": "no", "reason": "Nhầm", "version": 1, "typed_by": 0}
    assert as_staff.post(form, sent).status_code == 409
    assert not Change.objects.filter(action="erratum").exists()


@pytest.mark.parametrize(
    ("person", "status"),
    [("reporter", 403), ("leader", 403), ("administrator", 403), ("outsider", 404)],
)
def test_forged_request_changes_nothing(request, form, person, status):
    client = request.getfixturevalue(f"as_{person}")
    sent = {"answer": "no", "reason": "Nhầm", "version": 1}
    assert client.post(form, sent).status_code == status
    assert IndicatorValue.objects.get(line__institution__code="98-TV-981").approved_state == "yes"


def test_open_round_has_no_form(as_staff, open_round, answer):
    line = answer(open_round, "98-TV-981", SERVICES, "yes").line
    address = f"/reporting/lines/{line.pk}/errata/{SERVICES}/"
    sent = {"answer": "no", "reason": "Nhầm", "version": 1}
    assert [as_staff.get(address).status_code, as_staff.post(address, sent).status_code] == [
        404,
        404,
    ]


@pytest.mark.parametrize("code", ["culture.clubs", "nothing"])
def test_form_of_a_question_that_is_not_asked_is_not_there(as_staff, form, code):
    assert as_staff.get(form.replace(SERVICES, code)).status_code == 404


# Ways to it ------------------------------------------------------------------------------------


def pages(closed):
    report = closed.reports.get(reporting_unit__code="981")
    return [TIER, report.get_absolute_url(), "/institutions/98-TV-981/values/"]


def test_department_comes_to_the_form_from_every_list(as_staff, closed, form):
    assert [page for page in pages(closed) if form not in text(as_staff.get(page))] == []


def test_nobody_else_is_offered_the_form(as_leader, as_administrator, as_reporter, closed):
    for client in (as_leader, as_administrator, as_reporter):
        for page in pages(closed):
            assert "/reporting/lines/" not in text(client.get(page)), page


def test_open_round_offers_no_form(as_staff, open_round, plan):
    for page in pages(open_round):
        assert "/reporting/lines/" not in text(as_staff.get(page)), page


def test_unit_reads_the_erratum_on_its_report(as_other_reporter, corrected):
    report = corrected.reports.get(reporting_unit__code="982")
    page = text(as_other_reporter.get(report.get_absolute_url()))
    assert "Đính chính sau chốt" in page
    assert "Biên bản kiểm tra ngày 12/01" in page


def test_page_of_values_shows_both(as_leader, corrected):
    page = text(as_leader.get("/institutions/98-TV-982/values/"))
    assert "đính chính thành Có ngày" in page
    assert "i-ended" in page  # the icon of the no that was closed
