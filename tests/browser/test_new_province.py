"""A province that no code knows goes live from its document: Word file, review, round, dashboard.

Map, roster and accounts are set up before, as for any new province; from the document on everything
happens on the pages of the site, by the Department alone, and nothing in the administration.
"""

import csv
import io
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests import new_province
from tests.browser.conftest import PASSWORD, manage, production, serve

pytestmark = pytest.mark.browser

# Indicator, group and year of each target that the dashboard has to show, with its level.
LEVELS = ("2026: 50 %", "2026: 100 %", "2026: 60 %", "2028: 80 %", "2045: 100 %", "2028: 60 %")
ANSWERS = {
    # Only the library of An Bình, and the house of culture of Ba Sao.
    "98-TV-01": "Có",
    "98-TV-981": "Có",
    "98-TV-982": "Không",
    "98-VH-981": "Không",
    "98-VH-98101": "Có",
    "98-VH-98201": "Không",
}
QUESTIONS = {
    "TV": ("Dịch vụ học tập suốt đời", "Ứng dụng CNTT, chuyển đổi số"),
    "VH": ("Hoạt động sáng tạo, hưởng thụ văn hoá", "Lớp năng khiếu, câu lạc bộ"),
}
VISITS = "Lượt người sử dụng thư viện"
SET_UP = """
from pathlib import Path
from tests.new_province import found
found(Path({folder!r}), {password!r})
"""


@pytest.fixture
def site_with_hong_lam(template, tmp_path) -> Iterator[str]:
    """The sample site with one more province, of which nothing is known but its institutions."""
    with serve(template, tmp_path) as address:
        manage(
            *("shell", "-c", SET_UP.format(folder=str(tmp_path), password=PASSWORD)),
            **production(tmp_path / "site.sqlite3", template),
        )
        yield address


def words(page: Page) -> str:
    return " ".join(page.locator("main").inner_text().replace("\N{NO-BREAK SPACE}", " ").split())


def register(staff: Page) -> None:
    """Send the document, check its head, and arrive at the draft."""
    staff.goto("/plans/new/")
    staff.locator("input[type=file]").set_input_files(
        {
            "name": "ke-hoach-hong-lam.docx",
            "mimeType": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "buffer": new_province.plan_document(),
        }
    )
    staff.locator("form:has(input[type=file]) [type=submit]").click()
    staff.wait_for_url("**/plans/documents/*/")
    for field, value in (
        ("number", new_province.NUMBER),
        ("issued_on", "10/03/2025"),
        ("in_force_from", "10/03/2025"),
        ("report_before", "20/11"),
        ("territory", "hong-lam"),
        ("baseline_year", "2022"),
    ):
        expect(staff.locator(f"main [name={field}]")).to_have_value(value)
    staff.locator("form:has([name=number]) [type=submit]").last.click()
    staff.wait_for_url(re.compile(r"/plans/\d+/$"))


def decide(staff: Page) -> None:
    """The doubtful one by itself, the clearly stated ones together."""
    doubtful = staff.locator("form:has(input[name=decision])")
    assert staff.locator("main input:checked").count() == 0  # nothing is ticked beforehand
    expect(doubtful).to_have_count(1)
    doubtful.locator("input[value='100']").check()
    doubtful.locator("[type=submit]").click()
    expect(doubtful).to_have_count(0)
    staff.locator("[data-select-all]").click()
    together = staff.locator("#confirm-together")
    assert together.locator("input[name=target]:checked").count() == 7
    together.locator("[type=submit]").click()
    expect(together).to_have_count(0)


def publish(staff: Page) -> None:
    staff.locator("form[action$='/publish/'] [type=submit]").click()
    expect(staff.locator("form[action$='/publish/']")).to_have_count(0)


def open_round(staff: Page) -> None:
    """From the dashboard, which says that no round is open yet."""
    staff.goto("/hong-lam/2025/")
    assert "Kế hoạch có 8 chỉ tiêu đã xác nhận: 4 cho năm 2026, 2 cho năm 2028, 2 cho năm 2045" in (
        words(staff)
    )
    staff.locator("main a[href$='/rounds/new/hong-lam/']").click()
    form = staff.locator("form:has([name=period_from])")
    for field, value in (
        ("year", "2025"),
        ("period_from", "01/01/2025"),
        ("period_to", "31/12/2025"),
        ("as_of", "31/12/2025"),
        ("opens_on", "01/10/2025"),
        ("due_before", "20/11/2025"),
    ):
        form.locator(f"[name={field}]").fill(value)
    form.locator("[name=kind][value=annual]").check()
    form.locator("[type=submit]").click()
    staff.wait_for_url(re.compile(r"/reporting/rounds/\d+/$"))


def report(staff: Page) -> None:
    """The figures from the unit's own file, and the Department's approval."""
    staff.goto("/reporting/?territory=hong-lam&year=2025")
    staff.locator("main a[href*='/reporting/reports/']").first.click()
    staff.wait_for_url("**/reporting/reports/*/**")
    address = re.search(r"/reporting/reports/\d+/", staff.url)[0]
    template = staff.request.get(f"{address}template.csv")
    staff.goto(f"{address}import/")
    staff.locator("input[type=file]").set_input_files(
        {"name": "so-lieu.csv", "mimeType": "text/csv", "buffer": filled(template.text())}
    )
    staff.locator("form:has(input[type=file]) [type=submit]").click()
    staff.wait_for_url("**/reporting/imports/*/")
    staff.locator("form[action$='/apply/'] [type=submit]").click()
    staff.wait_for_url(f"**{address}*")
    staff.goto(address)
    staff.locator("form[action$='/submit/'] [type=submit]").first.click()
    staff.goto(f"{address}review/")
    staff.locator("button[form=approve-form]:not([name])").first.click()
    expect(staff.locator("main")).to_contain_text("Đã duyệt")


def filled(template: str) -> bytes:
    """The unit's template with an answer to each question, and visits of every library."""
    text = template.removeprefix("\ufeff")
    delimiter = ";" if ";" in text.splitlines()[0] else ","
    head, *rows = csv.reader(text.splitlines(), delimiter=delimiter)
    for row in rows:
        kind = row[0].split("-")[1]
        for place, name in enumerate(head):
            if name in QUESTIONS[kind]:
                row[place] = ANSWERS[row[0]]
            elif kind == "TV" and name == VISITS:
                row[place] = "1234"
    content = io.StringIO()
    csv.writer(content, delimiter=delimiter).writerows([head, *rows])
    return content.getvalue().encode("utf-8-sig")


def test_a_province_goes_live_from_its_document(site_with_hong_lam, enter):
    staff = enter(site_with_hong_lam, new_province.STAFF)
    register(staff)
    decide(staff)
    publish(staff)
    open_round(staff)
    report(staff)

    leader = enter(site_with_hong_lam, new_province.LEADER, width=390)
    leader.goto("/hong-lam/2025/")
    shown = words(leader)
    assert f"Kế hoạch số {new_province.NUMBER} ngày 10/03/2025" in shown
    for year in (2026, 2028, 2045):
        assert f"chỉ tiêu năm {year}" in shown
    for level in LEVELS:
        assert level in shown

    # And back along the way of one number: figure, sentence, plan.
    leader.goto("/hong-lam/2025/explain/culture.clubs/commune/2028/")
    assert "1/2 thiết chế văn hoá" in words(leader)
    expect(leader.locator("mark.quote")).to_contain_text("60%")
    leader.locator("main a[href*='/plans/']").first.click()
    leader.wait_for_url("**/plans/**")
    expect(leader.locator("main")).to_contain_text("Định kỳ hằng năm")
