"""Dashboards of a territory that is only beginning, and of plans with other years than 2025, 2030.

No page fails, and each says what comes next: to the Department with the address to go to.
"""

from decimal import Decimal

import pytest

from targets.models import Target
from tests import factories
from tests.reports.test_figure_pages import csv_rows, words_of

pytestmark = pytest.mark.django_db

PAGE = "/hong-lam/2025/"


def links(response) -> str:
    return response.content.decode().split("<main", 1)[1]


# A plan, but no round ---------------------------------------------------------------------------


def test_plan_without_a_round_shows_its_targets_and_what_comes_next(as_leader, plan):
    response = as_leader.get(PAGE)
    text = words_of(response)
    assert "Kỳ báo cáo năm 2025 chưa mở nên chưa có số liệu." in text
    assert "Kế hoạch có 6 chỉ tiêu đã xác nhận: 4 cho năm 2025, 2 cho năm 2030" in text
    assert "Sở VHTTDL mở kỳ báo cáo" in text
    assert f'href="/plans/{plan.pk}/"' in links(response)


def test_plan_without_a_round_leads_the_department_to_opening_one(as_staff, plan):
    response = as_staff.get(PAGE)
    assert "Mở kỳ báo cáo" in words_of(response)
    assert '<a href="/reporting/' in links(response)


def test_year_after_the_last_round_is_awaited(as_leader, plan, open_round):
    response = as_leader.get("/hong-lam/2026/")
    assert "Kỳ báo cáo năm 2026 chưa mở" in words_of(response)
    assert 'href="/hong-lam/2025/"' in links(response)


@pytest.mark.parametrize("year", [0, 1999, 2024, 2101, 10**12])
def test_year_of_nothing_is_not_found(as_leader, plan, open_round, year):
    assert as_leader.get(f"/hong-lam/{year}/").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "trend/",
        "library/district/",
        "units/981/",
        "explain/library.lifelong_services/district/2025/",
    ],
)
def test_pages_below_have_nothing_without_a_round(as_leader, plan, units, address):
    assert as_leader.get(PAGE + address).status_code == 404


def test_awaited_year_is_nobody_elses_business(as_outsider, plan):
    assert as_outsider.get(PAGE).status_code == 404


# A round, but no plan ---------------------------------------------------------------------------


def test_round_without_a_plan_leads_the_department_to_registering_one(as_staff, open_round):
    response = as_staff.get(PAGE)
    assert "chưa có kế hoạch nào được công bố" in words_of(response)
    assert 'href="/plans/new/"' in links(response)


def test_round_without_a_plan_leads_the_department_to_its_draft(
    as_staff, as_leader, open_round, territory
):
    draft = factories.PlanVersionFactory(plan__territory=territory, number="12/KH-UBND")
    response = as_staff.get(PAGE)
    assert "Bản nháp 12/KH-UBND đang chờ quyết định" in words_of(response)
    assert f'href="/plans/{draft.pk}/"' in links(response)
    assert "12/KH-UBND" not in words_of(as_leader.get(PAGE))


def test_neither_plan_nor_round_says_both(as_staff, as_leader, territory):
    text = words_of(as_staff.get(PAGE))
    assert "chưa có kế hoạch nào được công bố" in text
    assert "Mở kỳ báo cáo" in text
    assert "Sở VHTTDL đăng ký kế hoạch" in words_of(as_leader.get(PAGE))


def test_home_of_a_department_without_a_round_sends_nobody_to_the_administrator(as_staff, plan):
    text = words_of(as_staff.get("/"))
    assert "Bảng theo dõi hiện ở đây khi có kỳ báo cáo đầu tiên." in text
    assert "quản trị viên" not in text


# Other years ------------------------------------------------------------------------------------


def pages(target_year: int) -> list[str]:
    return [
        PAGE,
        f"{PAGE}trend/",
        f"{PAGE}library/district/",
        f"{PAGE}units/981/",
        f"{PAGE}explain/library.lifelong_services/district/{target_year}/",
        f"{PAGE}explain/library.visits_growth/all/{target_year}/",
    ]


@pytest.fixture
def with_years(plan, open_round, answer, indicators):
    """Let the plan set the same two targets for the years given, and nothing else."""

    def set_years(*years: int) -> None:
        quote = "70% thư viện công cộng cấp huyện"
        plan.targets.all().delete()
        for place, year in enumerate(years):
            for indicator, tiers, minimum, unit in (
                ("library.lifelong_services", ("district",), 70 + place, "percent"),
                ("library.visits_growth", (), 5, "percent_per_year"),
            ):
                factories.TargetFactory(
                    version=plan,
                    indicator=indicators[indicator],
                    tiers=tiers,
                    year=year,
                    minimum=Decimal(minimum),
                    unit=unit,
                    quote=quote,
                    state="confirmed",
                )
        answer(open_round, "98-TV-981", "library.lifelong_services", "yes")
        answer(open_round, "98-TV-981", "library.visits_growth", 1234)

    return set_years


@pytest.mark.parametrize("years", [(2030,), (2026, 2028, 2045), (2023,), (2025, 2026, 2028, 2045)])
def test_pages_open_whatever_the_years_of_the_plan(as_leader, with_years, years):
    with_years(*years)
    for year in years:
        for address in pages(year):
            assert as_leader.get(address).status_code == 200, address


def test_dashboard_of_later_targets_only_has_no_verdict(as_leader, with_years):
    with_years(2030)
    response = as_leader.get(PAGE)
    assert [(h.target_year, h.is_due) for h in response.context["horizons"]] == [(2030, False)]
    assert "2 chỉ tiêu năm 2030" in words_of(response)
    assert {row.verdict for row in response.context["board"].rows} == {None}


def test_dashboard_counts_each_year_of_the_plan(as_leader, with_years):
    with_years(2026, 2028, 2045)
    response = as_leader.get(PAGE)
    assert [h.target_year for h in response.context["horizons"]] == [2026, 2028, 2045]
    _head, *rows = csv_rows(as_leader.get(PAGE, {"_export": "csv", "table": "targets"}))
    assert len(rows) == Target.objects.count() == 6


def test_growth_of_each_year_starts_where_the_one_before_ends(as_leader, with_years):
    with_years(2026, 2028, 2045)
    rows = as_leader.get(PAGE).context["board"].rows
    bases = {row.target_year: row.horizon.base for row in rows if row.is_growth}
    assert bases == {2026: 2022, 2028: 2026, 2045: 2028}
