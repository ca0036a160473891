import csv
from io import BytesIO, StringIO

import openpyxl
import pytest

from reports.importing.stamps import Stamp
from reports.importing.template import template_csv, template_xlsx
from reports.models import ImportBatch, Report
from tests.reports.test_import_files import upload


@pytest.fixture
def page(report):
    return openpyxl.load_workbook(BytesIO(template_xlsx(report))).worksheets[0]


def named(page) -> dict[str, str]:
    """Column letters by heading."""
    return {cell.value: cell.column_letter for cell in page[2] if cell.value}


def problems(client, report, name: str, content: bytes) -> list[str]:
    upload(client, report, name, content)
    response = client.get(f"/reporting/imports/{ImportBatch.objects.get().pk}/")
    return [problem["error"].message for problem in response.context["problems"]]


def filled(report: Report, **answers: str) -> bytes:
    """The template with answers in the first column of questions, by institution code."""
    book = openpyxl.load_workbook(BytesIO(template_xlsx(report)))
    page = book.worksheets[0]
    for row in page.iter_rows(min_row=3):
        if row[0].value in answers:
            row[4].value = answers[row[0].value]
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_template_is_downloaded_under_a_name_that_says_what_it_is(as_reporter, report, kind):
    response = as_reporter.get(f"/reporting/reports/{report.pk}/template.{kind}")

    assert response["Content-Disposition"].endswith(f'981-2025.{kind}"')


def test_workbook_holds_the_institutions_of_the_unit(page):
    assert [row[0].value for row in page.iter_rows(min_row=3)] == [
        "98-TV-981", "98-TV-98102", "98-VH-981", "98-VH-98102", "98-VH-98103", "98-NVH-98102-01",
    ]  # fmt: skip


def test_workbook_says_for_whom_it_was_made(report):
    book = openpyxl.load_workbook(BytesIO(template_xlsx(report)))

    assert Stamp.of(book.worksheets[0]["A1"].value) == Stamp(1, "981", 2025)
    hidden = [sheet for sheet in book.worksheets if sheet.sheet_state == "hidden"]
    assert [Stamp.of_sheet(sheet.title) for sheet in hidden] == [Stamp(1, "981", 2025)]


def test_cell_that_is_not_asked_is_shaded_and_locked(page):
    letter = named(page)["Dịch vụ học tập suốt đời"]
    asked, not_asked = page[f"{letter}3"], page[f"{letter}5"]

    assert page.protection.sheet
    assert (asked.protection.locked, asked.fill.fill_type) == (False, None)
    assert (not_asked.protection.locked, not_asked.fill.fill_type) == (True, "solid")


def test_drop_down_lists_offer_every_answer(report):
    book = openpyxl.load_workbook(BytesIO(template_xlsx(report)))
    page, lists = book.worksheets[0], book.worksheets[2]
    rules = {str(rule.sqref)[0]: rule for rule in page.data_validations.dataValidation}

    assert rules[named(page)["Dịch vụ học tập suốt đời"]].type == "list"
    assert rules[named(page)["Lượt người sử dụng thư viện"]].type == "whole"
    offered = [cell.value for cell in lists["A"]]
    assert offered[:2] == ["Có", "Không"]
    assert all(text.startswith("Không áp dụng: ") for text in offered[2:])


def test_headings_carry_their_definition(page):
    letter = named(page)["Dịch vụ học tập suốt đời"]

    assert "Minh chứng tối thiểu" in page[f"{letter}2"].comment.text


def test_template_shows_what_the_last_round_said(report, answer, territory):
    from tests import factories
    from tests.conftest import enrol

    earlier = enrol(factories.ReportingRoundFactory(territory=territory, year=2024))
    answer(earlier, "98-TV-981", "library.visits_growth", 1180)

    rows = list(csv.reader(StringIO(template_csv(report).decode("utf-8-sig")), delimiter=";"))
    place = rows[0].index("Kỳ trước: Lượt người sử dụng thư viện")
    assert rows[1][place] == "1180"


def test_formula_in_a_name_is_text(report, institutions):
    institutions["98-TV-981"].name = "=1+1"
    institutions["98-TV-981"].save()

    page = openpyxl.load_workbook(BytesIO(template_xlsx(report))).worksheets[0]

    assert (page["B3"].value, page["B3"].data_type) == ("'=1+1", "s")


def test_filled_workbook_is_taken(as_reporter, report):
    upload(as_reporter, report, "mau.xlsx", filled(report, **{"98-TV-981": "Có"}))

    plan = as_reporter.get(f"/reporting/imports/{ImportBatch.objects.get().pk}/").context["plan"]
    assert (plan.tally["new"], plan.tally["same"], plan.problems) == (1, 5, {})


@pytest.mark.parametrize("line", [True, False], ids=["as it is", "its first line deleted"])
def test_template_of_another_unit_is_refused(as_reporter, report, open_round, line):
    other = open_round.reports.get(reporting_unit__code="982")
    book = openpyxl.load_workbook(BytesIO(filled(other, **{"98-TV-982": "Có"})))
    if not line:
        book.worksheets[0].delete_rows(1)
    out = BytesIO()
    book.save(out)

    (said,) = problems(as_reporter, report, "mau.xlsx", out.getvalue())
    assert "đơn vị khác (982)" in said


def test_template_of_another_year_is_refused(as_reporter, report):
    content = template_csv(report).replace(b"2025", b"2024", 1)

    (said, *_rest) = problems(as_reporter, report, "mau.csv", content)
    assert "năm 2024" in said
    assert not as_reporter.get(f"/reporting/imports/{ImportBatch.objects.get().pk}/").context[
        "may_accept_valid"
    ]
