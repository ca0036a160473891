"""How a figure came about, in words and numbers."""

import datetime
from decimal import Decimal

import pytest

from reports.figures import explain
from reports.figures.growth import Panel
from targets.models import Target
from tests import factories
from tests.reports.readings import counts, coverage, growing

NBSP = "\N{NO-BREAK SPACE}"
NOW = datetime.datetime(2025, 11, 20, tzinfo=datetime.UTC)


def steps(row) -> list[str]:
    make = explain._growth_steps if row.is_growth else explain._coverage_steps
    return [step.formula.replace(NBSP, " ") for step in make(row)]


def test_coverage_formula_holds_its_numbers():
    assert steps(coverage(counts(5, 2, 1, not_applicable=3))) == [
        "11 − 3 = 8 thư viện",
        "5 / 8 = 62,5 %",
        "(5 + 1) / 8 = 75,0 %",
        "70 % × 8 = 5,60 → 6",
    ]


def test_coverage_formula_leaves_out_what_is_not_there():
    assert steps(coverage(counts(6, 4), minimum=Decimal(60))) == [
        "10 − 0 = 10 thư viện",
        "6 / 10 = 60,0 %",
        "60 % × 10 = 6",
    ]


def test_coverage_formula_before_the_year_holds_the_way():
    row = coverage(counts(4, 4), year=2024, first=(2023, counts(3, 5)))
    assert steps(row)[-1] == "53,7 % × 8 → 4"


@pytest.mark.parametrize(
    ("row", "conclusion"),
    [
        (coverage(counts(6, 2)), "6 không nhỏ hơn 6: đạt."),
        (
            coverage(counts(5, 2, 1)),
            "5 nhỏ hơn 6, nhưng còn 1 chưa có số liệu nên có thể lên đến 6: chưa đủ số liệu.",
        ),
        (coverage(counts(2, 6)), "2 nhỏ hơn 6: chưa đạt."),
        (
            coverage(counts(2, 5, 1)),
            "Dù cả 1 đơn vị còn thiếu đều “Có” thì cũng chỉ được 3, nhỏ hơn 6: chưa đạt.",
        ),
        (coverage(counts(0)), "Không có đối tượng để tính nên không đánh giá."),
        (
            coverage(counts(6, 2), year=2024),
            "6 không nhỏ hơn 6: đã đạt sớm mức của năm 2025.",
        ),
        (
            coverage(counts(3, 5), year=2024, first=(2023, counts(3, 5))),
            "Dù tính cả số còn thiếu, 3 vẫn nhỏ hơn 4: chậm.",
        ),
    ],
)
def test_coverage_conclusion_compares_the_two_numbers(row, conclusion):
    assert explain._coverage_conclusion(row) == conclusion


def test_growth_formula_holds_panel_rate_and_need():
    row = growing(Panel(10, 9, 0, 90_000, 99_225, 100_000, 10))
    assert steps(row) == [
        "9/10 thư viện",
        "90.000 / 100.000 = 90,0 %",
        "90.000 lượt",
        "99.225 lượt",
        "(99.225 / 90.000)^(1/2) − 1 = +5,0 %",
        "90.000 × (100 % + 5 %)^2 = 99.225 lượt",
    ]


def test_growth_formula_of_an_empty_panel_never_reads_as_no_visits():
    panel = Panel(institutions=4, base_all=1000, reported_base=4)
    assert steps(growing(panel)) == ["0/4 thư viện", "0 / 1.000 = 0,0 %"]


def test_growth_conclusion_gives_the_reason_of_no_verdict():
    row = growing(Panel(10, 7, 0, 70_000, 90_000, 100_000, 10))
    assert explain._growth_conclusion(row).replace(NBSP, " ") == (
        "Chưa kết luận: chưa đến 80 % số thiết chế hoặc số lượt có đủ hai năm."
    )


# On the page -----------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db
ADDRESS = "/hong-lam/2025/explain/library.lifelong_services/district/2025/"


@pytest.fixture
def page(as_leader, plan, open_round, answer):
    answer(open_round, "98-TV-981", "library.lifelong_services", "yes")
    return lambda address=ADDRESS, **asked: as_leader.get(address, asked)


def test_explanation_quotes_the_plan_and_leads_to_it(page, plan):
    response = page()
    target = plan.targets.get(indicator__code="library.lifelong_services", year=2025)
    content = response.content.decode()
    assert '<mark class="quote">70% thư viện công cộng cấp huyện</mark>' in content
    assert f'href="/plans/{plan.pk}/#target-{target.pk}"' in content
    quote = response.context["explanation"].quote
    assert quote.before + quote.quote + quote.after == (
        "Đến năm 2025, 70% thư viện công cộng cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời."
    )


def test_explanation_names_who_confirmed(page, plan, staff):
    plan.targets.update(decided_by=staff, decision_note="Theo công văn")
    assert "Trần Thị Hà xác nhận ngày" in page().context["explanation"].quote.decision


@pytest.mark.parametrize("basis", Target.Basis.values)
def test_explanation_says_how_the_target_came_to_be(page, plan, basis):
    plan.targets.update(basis=basis)
    assert page().context["explanation"].quote.basis


def test_explanation_counts_and_lists_rows_by_answer(page):
    choices = {c.word: c.number for c in page().context["listing"].choices}
    assert choices == {"Tất cả": "2", "Có": "1", "Không": "0", "chưa báo cáo": "1"}
    listed = page(answer="not_reported").context["listing"].table
    assert [row.record.institution.code for row in listed.rows] == ["98-TV-982"]


def test_explanation_leads_to_each_row(page):
    content = page().content.decode()
    assert 'href="/institutions/98-TV-981/"' in content
    assert 'href="/institutions/98-TV-982/"' in content


def test_explanation_leads_to_the_other_target_years(page):
    assert [(year, here) for year, _url, here in page().context["explanation"].others] == [
        (2025, True),
        (2030, False),
    ]


def test_explanation_of_communes_lists_communes_and_those_without_an_institution(
    page, plan, open_round, answer
):
    plan.targets.filter(indicator__code="culture.clubs").update(counts="commune")
    answer(open_round, "98-VH-98102", "culture.clubs", "yes")
    listing = page("/hong-lam/2025/explain/culture.clubs/commune/2025/").context["listing"]
    assert {row.record["commune"]: row.record["answer"] for row in listing.table.rows} == {
        "Xã Ba Sao": "yes",
        "Xã Đa Mai": "not_reported",
        "Xã Bến Đá": "not_reported",
    }
    assert [unit.name for unit in listing.without_institution] == [
        "Thị trấn An Bình",
        "Phường Đồng Tâm",
        "Xã Yên Lạc",
    ]


def test_explanation_of_communes_leads_to_their_institutions(page, plan, open_round, answer):
    plan.targets.filter(indicator__code="culture.clubs").update(counts="commune")
    answer(open_round, "98-VH-98102", "culture.clubs", "yes")
    content = page("/hong-lam/2025/explain/culture.clubs/commune/2025/").content.decode()
    assert '<a href="/institutions/98-VH-98102/">Nhà văn hoá xã Ba Sao</a>: Có' in content
    assert '<a href="/institutions/98-VH-98103/">Nhà văn hoá xã Đa Mai</a>: chưa báo cáo' in content


def test_explanation_of_growth_shows_the_base_year_and_who_left(
    page, plan, open_round, answer, territory, institutions
):
    base = factories.ReportingRoundFactory(territory=territory, year=2022, kind="baseline")
    line = open_round.lines.get(institution__code="98-TV-981")
    gone = factories.InstitutionFactory(code="98-TV-X", name="Thư viện đã đóng")
    for institution in (line.institution, gone):
        factories.RoundLineFactory(
            round=base,
            institution=institution,
            reporting_unit=line.reporting_unit,
            district=line.district,
        )
    answer(base, "98-TV-981", "library.visits_growth", 1000)
    answer(open_round, "98-TV-981", "library.visits_growth", 1200)
    listing = page("/hong-lam/2025/explain/library.visits_growth/all/2025/").context["listing"]
    row = next(r for r in listing.table.rows if r.record.institution.code == "98-TV-981")
    pk = plan.targets.get(indicator__code="library.visits_growth").indicator_id
    assert row.get_cell(f"before_{pk}") == "1.000"
    assert row.get_cell(f"count_{pk}") == "1.200"
    assert row.get_cell(f"growth_{pk}").replace(NBSP, " ") == "+20,0 %"
    assert [line.institution.name for line in listing.gone] == ["Thư viện đã đóng"]


@pytest.mark.parametrize(("basis", "shown"), [("approved", "–"), ("provisional", "1.000")])
def test_explanation_of_growth_counts_the_base_year_on_the_same_basis(
    page, plan, open_round, answer, territory, institutions, basis, shown
):
    base = factories.ReportingRoundFactory(territory=territory, year=2022, kind="baseline")
    line = open_round.lines.get(institution__code="98-TV-981")
    factories.RoundLineFactory(
        round=base, institution=line.institution, reporting_unit=line.reporting_unit
    )
    factories.ReportFactory(
        round=base, reporting_unit=line.reporting_unit, status="submitted", submitted_at=NOW
    )
    answer(base, "98-TV-981", "library.visits_growth", 1000, approved=False)
    address = "/hong-lam/2025/explain/library.visits_growth/all/2025/"
    listing = page(address, basis=basis).context["listing"]
    row = next(r for r in listing.table.rows if r.record.institution.code == "98-TV-981")
    pk = plan.targets.get(indicator__code="library.visits_growth").indicator_id
    assert row.get_cell(f"before_{pk}") == shown
