"""A plan and its amendment on the pages, in files and in the command: all say the same.

4321/KH-UBND is in force from 25/12/2023 and asks for 50 % of the district libraries in 2024 and
70 % in 2025; 77/KH-UBND, from 01/3/2025, drops 2024, asks for 75 % in 2025 and decides growth by
the mean of the yearly rates. Of two district libraries one says yes in both years.
"""

import datetime
import json
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.figures import boards
from tests import factories
from tests.conftest import enrol
from tests.reports.test_figure_pages import csv_rows, words_of

pytestmark = pytest.mark.django_db

TEXT = (
    "Sửa đổi mục tiêu: đến năm 2025, 75% thư viện công cộng cấp huyện cung cấp dịch vụ;"
    " lượt người sử dụng thư viện tăng bình quân 6% mỗi năm."
)
OLD, NEW = "4321/KH-UBND", "77/KH-UBND"
PAGE = "/hong-lam/2025/"
TIER = "/hong-lam/2025/library/district/"
EXPLAIN = "/hong-lam/2025/explain/library.lifelong_services/district/"
GROWTH = "/hong-lam/2025/explain/library.visits_growth/all/2025/"


@pytest.fixture
def amended(plan, open_round, territory, indicators, answer):
    """Rounds of 2022 to 2025 with figures, and the second document."""
    rounds = {2025: open_round}
    for year in (2022, 2023, 2024):
        rounds[year] = enrol(factories.ReportingRoundFactory(territory=territory, year=year))
    for year, visits in ((2022, 1000), (2023, 1100), (2024, 1100), (2025, 1210)):
        for institution in ("98-TV-01", "98-TV-981", "98-TV-982", "98-TV-98102"):
            answer(rounds[year], institution, "library.visits_growth", visits)
    for year in (2024, 2025):
        answer(rounds[year], "98-TV-981", "library.lifelong_services", "yes")
        answer(rounds[year], "98-TV-982", "library.lifelong_services", "no")
    libraries = plan.targets.filter(indicator=indicators["library.lifelong_services"])
    plan.targets.exclude(pk__in=libraries.filter(year=2025)).delete()
    first = libraries.get()
    first.pk, first.year, first.minimum = None, 2024, Decimal(50)
    first.save()
    version = factories.PlanVersionFactory(
        plan=plan.plan,
        number=NEW,
        issued_on=datetime.date(2025, 3, 1),
        text=TEXT,
        status="published",
        growth_method="mean",
    )
    for position, (indicator, tiers, minimum, unit, quote) in enumerate(
        [
            ("library.lifelong_services", ("district",), 75, "percent", "75% thư viện công cộng"),
            ("library.visits_growth", (), 6, "percent_per_year", "tăng bình quân 6% mỗi năm"),
        ],
        1,
    ):
        factories.TargetFactory(
            version=version,
            position=position,
            indicator=indicators[indicator],
            tiers=tiers,
            minimum=Decimal(minimum),
            unit=unit,
            quote=quote,
            state="confirmed",
        )
    return version


def attainment(year: int, capsys) -> list[tuple]:
    call_command("attainment", "--territory", "hong-lam", "--year", str(year), "--json")
    found = json.loads(capsys.readouterr().out)
    return [(row["plan"], row["target_year"], row["min"], row["verdict"]) for row in found]


EXPECTED = [(OLD, 2024, 50, "met"), (NEW, 2025, 75, "not_met"), (NEW, 2025, 6, "met")]


def test_command_reads_each_year_through_its_document(amended, capsys):
    assert attainment(2025, capsys) == EXPECTED


def test_command_reads_an_old_year_as_the_document_of_then_did(amended, capsys):
    assert attainment(2024, capsys) == [(OLD, 2025, 70, None), (OLD, 2024, 50, "met")]


def test_oldest_document_registered_last_answers_for_its_own_years_alone(
    amended, plan, indicators, capsys
):
    """1/KH-UBND was in force from 01/6/2022 until the second one came on 25/12/2023."""
    oldest = factories.PlanVersionFactory(
        plan=plan.plan, number="1/KH-UBND", issued_on=datetime.date(2022, 6, 1), status="published"
    )
    for year, minimum in ((2022, 30), (2024, 40)):
        factories.TargetFactory(
            version=oldest,
            indicator=indicators["library.lifelong_services"],
            year=year,
            minimum=Decimal(minimum),
            state="confirmed",
        )
    # Nobody answered in 2022; of 2024 and later that document does not speak any more.
    first = ("1/KH-UBND", 2022, 30, "undetermined")
    assert attainment(2022, capsys) == [first, ("1/KH-UBND", 2024, 40, None)]
    assert attainment(2024, capsys) == [first, (OLD, 2025, 70, None), (OLD, 2024, 50, "met")]
    assert attainment(2025, capsys) == [first, *EXPECTED]


def test_board_says_the_same_as_the_command(amended, territory):
    board = boards.province(territory, 2025)
    assert [
        (row.target.version.number, row.target_year, row.target.minimum, row.verdict.value)
        for row in board.rows
    ] == EXPECTED


@pytest.mark.parametrize(
    "address", [PAGE, TIER, "/hong-lam/2025/trend/", "/hong-lam/2025/units/981/"]
)
def test_page_names_the_document_of_each_target_year(amended, as_leader, address):
    text = words_of(as_leader.get(address))
    assert f"chỉ tiêu năm 2024: Kế hoạch số {OLD} ngày 25/12/2023" in text
    assert f"chỉ tiêu năm 2025: Kế hoạch số {NEW} ngày 01/03/2025" in text


def test_page_of_one_document_names_no_years(amended, as_leader):
    text = words_of(as_leader.get("/hong-lam/2024/"))
    assert f"Kế hoạch số {OLD} ngày 25/12/2023" in text
    assert "chỉ tiêu năm 2024:" not in text


@pytest.mark.parametrize(
    ("target_year", "number", "quote", "conclusion"),
    [
        (2024, OLD, "70% thư viện công cộng cấp huyện", "1 không nhỏ hơn 1: đạt."),
        (2025, NEW, "75% thư viện công cộng", "1 nhỏ hơn 2: chưa đạt."),
    ],
)
def test_explanation_quotes_the_document_of_its_target(
    amended, as_leader, target_year, number, quote, conclusion
):
    explanation = as_leader.get(f"{EXPLAIN}{target_year}/").context["explanation"]
    assert (explanation.quote.number, explanation.quote.quote) == (number, quote)
    assert explanation.conclusion == conclusion


def test_explanation_of_growth_by_the_mean_puts_the_numbers_in(amended, as_leader):
    explanation = as_leader.get(GROWTH).context["explanation"]
    assert [step.formula.replace("\N{NO-BREAK SPACE}", " ") for step in explanation.steps] == [
        "4/4 thư viện",
        "4.000 / 4.000 = 100,0 %",
        "(4.400 − 4.000) / 4.000 = +10,0 %",
        "(4.400 − 4.400) / 4.400 = 0,0 %",
        "(4.840 − 4.400) / 4.400 = +10,0 %",
        "(10,0 % + 0,0 % + 10,0 %) / 3 = +6,6 %",
        "4.400 → 4.752 lượt",
        "+6,5 %",
    ]
    assert explanation.conclusion == "4.840 lượt không nhỏ hơn 4.752 lượt."


def test_file_names_the_document_of_each_target(amended, as_leader):
    head, *body = csv_rows(as_leader.get(PAGE, {"_export": "csv", "table": "targets"}))
    rows = [dict(zip(head, row, strict=True)) for row in body]
    assert [(row["Văn bản"], row["Năm chỉ tiêu"]) for row in rows] == [
        (number, str(year)) for number, year, _minimum, _verdict in EXPECTED
    ]


@pytest.mark.parametrize("address", [PAGE, TIER, f"{EXPLAIN}2025/", GROWTH])
def test_second_document_costs_no_query(amended, as_leader, address):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert as_leader.get(address).status_code == 200
        return len(queries)

    cost()
    with_two = cost()
    amended.plan.versions.exclude(pk=amended.pk).get().targets.all().delete()
    assert with_two == cost()


@pytest.fixture
def without_museum(amended, plan, indicators):
    """The first document sets a target for the museum, the second one does not."""
    return factories.TargetFactory(
        version=plan,
        indicator=indicators["museum.education_programme"],
        tiers=("province",),
        minimum=Decimal(100),
        unit="milestone",
        quote="Bảo tàng tỉnh xây dựng và triển khai chương trình giáo dục",
        state="confirmed",
    )


MUSEUM = "explain/museum.education_programme/province/2025/"


def test_dropped_target_keeps_its_address_and_says_since_when(without_museum, amended, as_leader):
    response = as_leader.get(f"/hong-lam/2025/{MUSEUM}")
    text = words_of(response)
    assert f"Không còn trong kế hoạch từ 01/03/2025: {NEW}" in text
    assert "Bảo tàng tỉnh xây dựng và triển khai chương trình giáo dục" in text
    html = response.content.decode()
    assert f'href="/plans/{amended.pk}/changes/"' in html
    assert f'href="/hong-lam/2024/{MUSEUM}"' in html
    assert "Không còn trong kế hoạch" not in words_of(as_leader.get(f"/hong-lam/2024/{MUSEUM}"))


@pytest.mark.parametrize("address", [MUSEUM.replace("2025", "2026"), MUSEUM.replace("prov", "x")])
def test_target_that_there_never_was_is_not_found(without_museum, as_leader, address):
    assert as_leader.get(f"/hong-lam/2025/{address}").status_code == 404


def test_target_of_a_later_document_is_not_found_before_it(amended, as_leader):
    assert as_leader.get(GROWTH.replace("2025", "2024", 1)).status_code == 404


def test_dashboard_says_that_the_plan_was_amended(amended, as_leader):
    response = as_leader.get(PAGE)
    assert f"Kế hoạch đã được điều chỉnh: {NEW} thay thế {OLD} từ 01/03/2025." in words_of(response)
    assert f'href="/plans/{amended.pk}/changes/"' in response.content.decode()
    assert "đã được điều chỉnh" not in words_of(as_leader.get("/hong-lam/2024/"))


def test_dashboard_without_a_plan_was_not_amended(open_round, as_leader):
    assert as_leader.get(PAGE).context["board"].amended is None
