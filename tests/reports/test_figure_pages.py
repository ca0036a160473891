"""Pages of figures: what they show, whom, and at what cost."""

import csv
import datetime
import io
import re
from html import unescape

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reports.models import Report, RoundLine
from tests import factories

pytestmark = pytest.mark.django_db

PROVINCE = "/hong-lam/2025/"
TREND = "/hong-lam/2025/trend/"
TIER = "/hong-lam/2025/library/district/"
UNIT = "/hong-lam/2025/units/981/"
AGENCY = "/hong-lam/2025/units/98-tvt/"
COVERAGE = "/hong-lam/2025/explain/library.lifelong_services/district/2025/"
ENDED = "/hong-lam/2025/explain/library.lifelong_services/district/2030/"
GROWTH = "/hong-lam/2025/explain/library.visits_growth/all/2025/"
SEVERAL = "/hong-lam/2025/explain/library.digital/district,province/2030/"
COMMUNES = "/hong-lam/2025/explain/culture.clubs/commune/2025/"
PAGES = (PROVINCE, TREND, TIER, UNIT, AGENCY, COVERAGE, ENDED, GROWTH, SEVERAL)


def words_of(response) -> str:
    """The text of a page as it is read, in one line."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(unescape(text).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture
def half_reported(plan, open_round, answer):
    """Of two district libraries one says yes and one has not reported; some visits."""
    answer(open_round, "98-TV-981", "library.lifelong_services", "yes")
    answer(open_round, "98-TV-981", "library.visits_growth", 1234)
    return open_round


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("person", ["as_leader", "as_staff", "as_reporter", "as_administrator"])
def test_page_opens_for_everyone_who_sees_the_territory(request, half_reported, address, person):
    assert request.getfixturevalue(person).get(address).status_code == 200


@pytest.mark.parametrize("address", PAGES)
def test_page_is_not_found_for_another_province(as_outsider, half_reported, address):
    assert as_outsider.get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/hong-lam/2021/",
        "/hong-lam/2021/trend/",
        "/hong-lam/2021/library/district/",
        "/hong-lam/2021/units/981/",
        "/hong-lam/2021/explain/library.digital/district,province/2030/",
        "/khong-co/2025/",
        "/hong-lam/2025/library/nowhere/",
        "/hong-lam/2025/theatre/district/",
        "/hong-lam/2025/museum/village/",
        "/hong-lam/2025/units/999/",
        "/hong-lam/2025/units/9\0/",
        "/hong-lam/2025/explain/library.lifelong_services/village/2025/",
        "/hong-lam/2025/explain/library.lifelong_services/district/2027/",
        "/hong-lam/2025/trend/?kind=theatre",
    ],
)
def test_address_of_nothing_is_not_found(as_leader, half_reported, address):
    assert as_leader.get(address).status_code == 404


# The dashboard --------------------------------------------------------------------------------


def test_province_says_in_a_sentence_what_keeps_targets_open(as_leader, half_reported):
    text = words_of(as_leader.get(PROVINCE))
    assert "Hồng Lam đạt 0 trong 4 chỉ tiêu năm 2025" in text
    assert "4 chỉ tiêu chưa thể kết luận vì còn thiếu số liệu của" in text


def test_province_names_the_map_and_the_day(as_leader, half_reported):
    text = words_of(as_leader.get(PROVINCE))
    assert "số liệu đến 30/06/2025, theo địa giới trước 01/07/2025" in text


def test_province_shows_the_outcome_of_a_target_whose_tier_ended(as_leader, half_reported):
    figures = as_leader.get(PROVINCE).context["matrix"].figures
    services = next(f for f in figures if f.indicator.code == "library.lifelong_services")
    assert [str(goal.status.word) for goal in services.goals] == [
        "Chưa đủ số liệu",
        "Kết thúc do sắp xếp đơn vị hành chính",
    ]


def test_province_never_reads_missing_data_as_zero(as_leader, plan, open_round):
    figures = as_leader.get(PROVINCE).context["matrix"].figures
    assert {f.value for f in figures if f.bar} == {"Chưa báo cáo"}


def test_province_links_every_figure_to_its_explanation(as_leader, half_reported):
    response = as_leader.get(PROVINCE)
    for figure in response.context["matrix"].figures:
        assert f'href="{figure.url}"' in response.content.decode()
        assert as_leader.get(figure.url).status_code == 200


def test_province_marks_sample_figures(as_leader, half_reported):
    assert "Số liệu minh hoạ" not in words_of(as_leader.get(PROVINCE))
    half_reported.is_sample = True
    half_reported.save()
    assert "Số liệu minh hoạ" in words_of(as_leader.get(PROVINCE))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2025-11-22", "Còn 8 ngày , nộp trước ngày 01/12/2025"),
        ("2025-11-30", "Hôm nay là ngày cuối , nộp trước ngày 01/12/2025"),
        ("2025-12-01", "Quá hạn 1 ngày , nộp trước ngày 01/12/2025"),
    ],
)
def test_province_counts_the_days_to_the_deadline(clock, leader, half_reported, day, words):
    clock(day)
    client = Client()  # its session begins at the stopped clock
    client.force_login(leader, "allauth.account.auth_backends.AuthenticationBackend")
    assert words in words_of(client.get(PROVINCE))


def test_province_can_be_narrowed_to_one_state(as_leader, half_reported, answer):
    answer(half_reported, "98-TV-982", "library.lifelong_services", "yes")
    figures = as_leader.get(PROVINCE, {"show": "2025-met"}).context["matrix"].figures
    assert [f.indicator.code for f in figures] == ["library.lifelong_services"]


def test_province_without_a_plan_says_what_to_do(as_leader, open_round):
    text = words_of(as_leader.get(PROVINCE))
    assert "chưa có kế hoạch nào được công bố" in text
    assert "Mở trang kế hoạch" in text


def test_province_names_the_tier_of_a_list_inside_a_phrase(as_leader, half_reported):
    assert "Danh sách cấp huyện" in words_of(as_leader.get(PROVINCE))


# Approved and provisional ---------------------------------------------------------------------


@pytest.fixture
def submitted(half_reported, answer):
    """District 982 has submitted its library's "yes"; nobody has approved it."""
    answer(half_reported, "98-TV-982", "library.lifelong_services", "yes", approved=False)
    report = half_reported.reports.get(reporting_unit__code="982")
    report.status = Report.Status.SUBMITTED
    report.submitted_at = datetime.datetime(2025, 11, 20, 3, tzinfo=datetime.UTC)
    report.save()
    return half_reported


def services_on(response):
    return next(
        figure
        for figure in response.context["matrix"].figures
        if figure.indicator.code == "library.lifelong_services"
    )


def test_province_counts_approved_figures_only(as_leader, submitted):
    assert services_on(as_leader.get(PROVINCE)).share == "1/2 thư viện"


def test_provisional_switch_counts_submitted_figures_and_says_so(as_leader, submitted):
    response = as_leader.get(PROVINCE, {"basis": "provisional"})
    assert services_on(response).share == "2/2 thư viện"
    assert "Số liệu tạm tính." in words_of(response)


def test_provisional_switch_is_offered_while_a_report_waits(as_leader, submitted):
    assert "Xem tạm tính, gồm 1 báo cáo chờ duyệt" in words_of(as_leader.get(PROVINCE))


def test_rows_show_a_submitted_value_as_waiting(as_leader, submitted):
    rows = words_of(as_leader.get(COVERAGE))
    assert "Thư viện thị xã Đức Phong Thị xã Đức Phong chờ duyệt" in rows


# Cost -----------------------------------------------------------------------------------------


def multiply(round_, times: int) -> None:
    """As many more institutions of every line, with an answer each."""
    lines = list(RoundLine.objects.filter(round=round_).select_related("institution"))
    for line in lines:
        for _copy in range(times - 1):
            institution = factories.InstitutionFactory(kind=line.kind)
            factories.RoundLineFactory(
                round=round_,
                institution=institution,
                tier=line.tier,
                district=line.district,
                commune=line.commune,
                reporting_unit=line.reporting_unit,
            )


def queries(client, address) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


@pytest.mark.parametrize("person", ["as_leader", "as_staff", "as_reporter", "as_national_leader"])
def test_province_takes_at_most_12_queries(request, half_reported, person):
    # Session, user, memberships, successions, territory; rounds, targets, coverage, panels,
    # districts, reports; a reporter's former units, or the menu of those with several territories.
    assert queries(request.getfixturevalue(person), PROVINCE) <= 12


@pytest.mark.parametrize("address", PAGES)
def test_page_costs_the_same_with_ten_times_the_institutions(as_leader, half_reported, address):
    before = queries(as_leader, address)
    multiply(half_reported, 10)
    assert queries(as_leader, address) == before


def test_explanation_of_communes_costs_the_same_with_ten_times_the_institutions(
    as_leader, plan, half_reported
):
    plan.targets.filter(indicator__code="culture.clubs").update(counts="commune")
    before = queries(as_leader, COMMUNES)
    multiply(half_reported, 10)
    assert queries(as_leader, COMMUNES) == before


# Files ----------------------------------------------------------------------------------------


def csv_rows(response) -> list[list[str]]:
    assert response["Content-Type"].startswith("text/csv")
    content = response.content.decode()
    assert content.startswith("\ufeff")
    return list(csv.reader(io.StringIO(content.removeprefix("\ufeff")), delimiter=";"))


def test_target_table_is_a_file_with_figures_apart_from_words(as_leader, half_reported):
    head, *rows = csv_rows(as_leader.get(PROVINCE, {"_export": "csv", "table": "targets"}))
    assert len(rows) == 6
    first = dict(zip(head, rows[0], strict=True))
    assert first["Tử số"] == "1"
    assert first["Mẫu số"] == "2"
    assert first["Đánh giá"] == "Chưa đủ số liệu"
    assert first["Địa giới"] == "theo địa giới trước 01/07/2025"


def test_district_table_is_a_file(as_leader, half_reported):
    head, *rows = csv_rows(as_leader.get(PROVINCE, {"_export": "csv", "table": "districts"}))
    assert head[0] == "Huyện"
    assert [row[0] for row in rows] == ["Huyện An Bình", "Thị xã Đức Phong", "Toàn tỉnh"]
    assert [heading.rpartition(": ")[2] for heading in head[1:6]] == [
        "có", "mẫu số", "thiếu", "%", "bằng chữ",
    ]  # fmt: skip
    assert rows[0][1:6] == ["1", "1", "0", "100,0", "Có"]
    # Nothing reported is no 0.
    assert rows[1][1:6] == ["", "1", "1", "", "Chưa báo cáo"]
    assert rows[2][1:6] == ["1", "2", "1", "50,0", ""]


def test_districts_are_real_numbers_in_a_workbook(as_leader, half_reported):
    response = as_leader.get(PROVINCE, {"_export": "xlsx", "table": "districts"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert list(sheet.values)[3][:6] == ("Toàn tỉnh", 1, 2, 1, 50, None)


def test_total_of_districts_without_an_answer_is_no_zero(as_leader, plan, open_round):
    totals = as_leader.get(PROVINCE).context["heat"].totals
    assert {cell.value for cell in totals} == {"Chưa báo cáo"}


def test_institutions_of_a_tier_are_a_workbook(as_leader, half_reported):
    response = as_leader.get(TIER, {"_export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.values)
    assert [row[0] for row in rows[1:]] == ["98-TV-981", "98-TV-982"]


def test_file_of_sample_figures_carries_the_mark(as_leader, half_reported):
    half_reported.is_sample = True
    half_reported.save()
    head, *rows = csv_rows(as_leader.get(TIER, {"_export": "csv"}))
    assert head[-1] == "Nguồn gốc"
    assert {row[-1] for row in rows} == {"Số liệu minh hoạ"}


def test_file_runs_no_formula(as_leader, half_reported, institutions):
    institution = institutions["98-TV-981"]
    institution.name = "=HYPERLINK(1)"
    institution.save()
    rows = csv_rows(as_leader.get(TIER, {"_export": "csv"}))
    assert "'=HYPERLINK(1)" in [row[1] for row in rows]


# Tier -----------------------------------------------------------------------------------------


def names(response) -> list[str]:
    return [row.record.institution.name for row in response.context["table"].rows]


def test_tier_lists_its_institutions_in_vietnamese_order(as_leader, half_reported):
    assert names(as_leader.get(TIER)) == ["Thư viện huyện An Bình", "Thư viện thị xã Đức Phong"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "duc phong"}, ["Thư viện thị xã Đức Phong"]),
        ({"q": "huyện an bình"}, ["Thư viện huyện An Bình"]),
        ({"q": "không có"}, []),
        ({"status": "draft"}, ["Thư viện huyện An Bình", "Thư viện thị xã Đức Phong"]),
        ({"status": "approved"}, []),
        ({"sort": "-institution"}, ["Thư viện thị xã Đức Phong", "Thư viện huyện An Bình"]),
    ],
)
def test_tier_list_can_be_narrowed_and_sorted(as_leader, half_reported, asked, found):
    assert names(as_leader.get(TIER, asked)) == found


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("yes", ["Thư viện huyện An Bình"]),
        ("missing", ["Thư viện thị xã Đức Phong"]),
        ("no", []),
    ],
)
def test_tier_list_can_be_narrowed_by_answer(as_leader, half_reported, indicators, state, found):
    name = f"answer_{indicators['library.lifelong_services'].pk}"
    assert names(as_leader.get(TIER, {name: state})) == found


def test_tier_shows_its_part_of_a_shared_target_without_a_verdict(as_leader, plan, half_reported):
    plan.targets.filter(indicator__code="library.digital").update(year=2025)
    figures = as_leader.get(TIER).context["figures"]
    digital = next(f for f in figures if f.indicator.code == "library.digital")
    assert digital.status is None
    assert "cấp tỉnh và cấp huyện" in digital.notes[-1]


# Unit -----------------------------------------------------------------------------------------


def test_unit_stands_beside_the_common_level_without_a_verdict(as_leader, half_reported):
    board = as_leader.get(UNIT).context["board"]
    services = next(f for f in board.figures if f.indicator.code == "library.lifelong_services")
    assert (services.value, str(services.status.word), services.bar) == ("Có", "Có", None)


def test_unit_lists_what_it_lacks(as_leader, half_reported):
    text = words_of(as_leader.get(UNIT))
    assert "Trung tâm văn hoá trả lời “Không” hoặc chưa có số liệu" in text
    assert "Nhà văn hoá xã Ba Sao" in text
    # Villages are asked nothing by this plan.
    assert "Nhà văn hoá thôn Đông" not in text


def test_unit_page_leads_only_those_to_the_report_who_may_see_drafts(
    as_leader, as_reporter, as_other_reporter, half_reported
):
    assert as_reporter.get(UNIT).context["open_report"]
    assert not as_other_reporter.get(UNIT).context["open_report"]
    assert not as_leader.get(UNIT).context["open_report"]


# Trend ----------------------------------------------------------------------------------------


def test_trend_is_a_page_of_its_own_without_script(as_leader, half_reported):
    response = as_leader.get(TREND)
    assert "<html" in response.content.decode()
    assert len([c for _label, charts in response.context["groups"] for c in charts]) == 5


def test_trend_loaded_late_is_only_the_part(as_leader, half_reported):
    response = as_leader.get(TREND, {"few": "1"}, headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    assert len(response.context["charts"]) == 3


# The frame -------------------------------------------------------------------------------------


def test_menu_offers_the_years_of_the_only_territory(as_leader, half_reported, territory):
    factories.ReportingRoundFactory(territory=territory, year=2024)
    content = as_leader.get(PROVINCE).content.decode()
    assert 'href="/hong-lam/2024/"' in content


def test_earlier_year_leads_to_the_round_that_is_open(clock, leader, plan, open_round):
    clock("2025-11-22")
    factories.ReportingRoundFactory(territory=open_round.territory, year=2024)
    client = Client()  # its session begins at the stopped clock
    client.force_login(leader, "allauth.account.auth_backends.AuthenticationBackend")
    banner = "Kỳ báo cáo năm 2025 đang mở · Còn 8 ngày, nộp trước ngày 01/12/2025"
    assert banner in words_of(client.get("/hong-lam/2024/"))
    assert banner not in words_of(client.get(PROVINCE))


def test_menu_tells_two_maps_of_one_name_apart(as_national_leader, half_reported, territory):
    later = factories.ProvinceFactory(
        code="99",
        name=territory.name,
        slug="hong-lam-2025",
        valid_from=territory.valid_to,
        valid_to=None,
    )
    factories.ReportingRoundFactory(territory=later, year=2026)
    words = words_of(as_national_leader.get(PROVINCE))
    assert "Hồng Lam (đến 30/06/2025)" in words
    assert "Hồng Lam (từ 01/07/2025)" in words


def test_menu_offers_every_territory_in_sight(as_national_leader, half_reported, other_territory):
    factories.ReportingRoundFactory(territory=other_territory, year=2025)
    assert 'href="/thanh-son/2025/"' in as_national_leader.get(PROVINCE).content.decode()
