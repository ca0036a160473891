"""A district's year from a workbook: template, three mistakes, the file given back, submitted."""

import io
import re

import openpyxl
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MISTAKES = ("có, một phần", "1.25O", "Không áp dụng")


def opened(page: Page, address: str) -> openpyxl.Workbook:
    response = page.request.get(address)
    expect(response).to_be_ok()
    return openpyxl.load_workbook(io.BytesIO(response.body()))


def send(page: Page, book: openpyxl.Workbook, name: str) -> None:
    """Choose a file on the page of the import, and look at its preview."""
    content = io.BytesIO()
    book.save(content)
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": XLSX, "buffer": content.getvalue()}
    )
    page.locator("form:has(input[type=file]) [type=submit]").click()
    page.wait_for_url("**/reporting/imports/*/")


def open_cells(sheet) -> list:
    """The cells that the template leaves open and empty, row by row, notes left out."""
    note = next(cell.column for cell in sheet[2] if cell.value == "Ghi chú")
    return [
        cell
        for row in sheet.iter_rows(min_row=3)
        for cell in row
        if not cell.protection.locked and cell.value is None and cell.column != note
    ]


def is_count(sheet, cell) -> bool:
    return sheet.cell(2, cell.column).value.startswith("Lượt")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_officer_corrects_three_mistakes_in_the_workbook_given_back(fresh_site, enter, javascript):
    page = enter(fresh_site, "bac-kan-062", javascript=javascript)
    page.locator("main a[href$='/import/']").first.click()
    page.wait_for_url("**/reporting/reports/*/import/")
    report = re.search(r"/reporting/reports/\d+/", page.url)[0]

    book = opened(page, f"{report}template.xlsx")
    sheet = book.worksheets[0]
    cells = open_cells(sheet)
    for cell in cells:
        cell.value = 1234 if is_count(sheet, cell) else "Có"
    yes_or_no = [cell for cell in cells if not is_count(sheet, cell)]
    count = next(cell for cell in cells if is_count(sheet, cell))
    wrong = (yes_or_no[-1], count, yes_or_no[-3])
    for cell, text in zip(wrong, MISTAKES, strict=True):
        cell.value = text
    send(page, book, "ngan-son.xlsx")

    # Every mistake by line and column; the first button is to correct.
    rows = page.locator("table.faults tbody tr")
    expect(rows).to_have_count(3)
    for cell, text in zip(wrong, MISTAKES, strict=True):
        row = rows.filter(has=page.locator("td", has_text=re.compile(rf"^{cell.row}$")))
        expect(row.filter(has_text=text)).to_have_count(1)
    expect(page.locator("form.final .btn-primary")).to_contain_text("Sửa")

    marked = opened(page, page.locator("a[href$='marked.xlsx']").get_attribute("href"))
    given_back = marked.worksheets[0]
    for cell, right in zip(wrong, ("Có", 1250, "Không"), strict=True):
        place = given_back[cell.coordinate]
        assert (place.value, place.fill.fill_type) == (MISTAKES[wrong.index(cell)], "solid")
        place.value = right
    page.locator("form.final .btn-primary").click()
    page.wait_for_url("**/import/")
    send(page, marked, "ngan-son-da-sua.xlsx")
    expect(page.locator("table.faults")).to_have_count(0)
    page.locator("form[action$='/apply/'] [type=submit]").click()
    page.wait_for_url(f"**{report}*")

    page.goto(f"{report}check/")
    fields = page.locator(".checks textarea")
    for place in range(fields.count()):
        fields.nth(place).fill("Đã kiểm tra, đúng như sổ theo dõi trong kỳ.")
    page.locator("[name=submit]").click()
    page.wait_for_url(f"**{report}receipts/1/")
    expect(page.locator(".code")).to_be_visible()
