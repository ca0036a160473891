"""A number's whole way through the screens: a district's file, approval, dashboard, sentence.

In the sample, seven of Bắc Kạn's eight district libraries count and five say yes; the plan asks for
70 per cent, so six. The eighth belongs to huyện Ngân Sơn (062), whose report is still a draft.
"""

import csv
import io
import json
import re

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

TIER = "/bac-kan/2025/library/district/"
EXPLAIN = "/bac-kan/2025/explain/library.lifelong_services/district/2025/"
LIBRARY = "06-TV-062"
# As the scan of the plan spells it: the text is kept as read.
QUOTE = "70% thu vién cép huyén"


def asked() -> dict[str, dict]:
    """The indicators by the name that heads their column in the template."""
    fixture = settings.BASE_DIR / "fixtures" / "indicators.json"
    rows = [row["fields"] for row in json.loads(fixture.read_text(encoding="utf-8"))]
    return {row["name"]: row for row in rows}


def filled(template: str) -> bytes:
    """The unit's template with an answer in every empty cell, "Có" only for the library."""
    lines = template.removeprefix("\ufeff").splitlines()
    head, *rows = csv.reader(lines, delimiter=delimiter(template))
    assert LIBRARY in [row[0] for row in rows]
    indicators = asked()
    for row in rows:
        kind = "library" if "-TV-" in row[0] else "culture_centre"
        for place, name in enumerate(head):
            if name in indicators and indicators[name]["kind"] == kind and not row[place]:
                answer = "Có" if row[0] == LIBRARY else "Không"
                row[place] = "1.234" if indicators[name]["measure"] == "growth" else answer
    content = io.StringIO()
    csv.writer(content, delimiter=delimiter(template)).writerows([head, *rows])
    return content.getvalue().encode("utf-8-sig")


def delimiter(text: str) -> str:
    return ";" if ";" in text.splitlines()[0] else ","


def go(page: Page, selector: str) -> None:
    """Click what a person would: the first visible link or button of that address."""
    page.locator(selector).locator("visible=true").first.click()


def figure_of(leader: Page) -> str:
    """The large figure of the explain page: value, share and verdict."""
    leader.goto(EXPLAIN)
    return " ".join(leader.locator("p.big").inner_text().split())


def explain_all(page: Page) -> None:
    """A few words beside everything that the checks notice."""
    fields = page.locator(".checks textarea")
    assert fields.count()
    for place in range(fields.count()):
        fields.nth(place).fill("Đã kiểm tra, thiếu cán bộ phụ trách trong kỳ.")


def check_receipt(page: Page, code: str, expected: str) -> None:
    """Type the code where anybody may check it."""
    page.goto("/receipts/")
    page.locator("[name=code]").fill(code.lower())
    page.locator("main [type=submit]").click()
    expect(page.locator("main")).to_contain_text(expected)


def test_a_district_file_becomes_a_figure_beside_its_sentence(fresh_site, enter):
    leader = enter(fresh_site, "bac-kan-lanh-dao", width=390)
    before = figure_of(leader)
    assert "62,5" in before
    assert "5/8" in before
    assert "Chưa đủ số liệu" in before

    # The official of huyện Ngân Sơn: template, file, preview, apply, submit.
    reporter = enter(fresh_site, "bac-kan-062")
    go(reporter, "main a[href$='/import/']")
    reporter.wait_for_url("**/reporting/reports/*/import/")
    report = re.search(r"/reporting/reports/\d+/", reporter.url)[0]
    template = reporter.request.get(f"{report}template.csv")
    expect(template).to_be_ok()
    reporter.locator("input[type=file]").set_input_files(
        {"name": "ngan-son.csv", "mimeType": "text/csv", "buffer": filled(template.text())}
    )
    go(reporter, "form:has(input[type=file]) [type=submit]")
    reporter.wait_for_url("**/reporting/imports/*/")
    go(reporter, "form[action$='/apply/'] [type=submit]")
    reporter.wait_for_url(f"**{report}*")
    # Culture centres that said yes last year say no now: each of them asks for a word.
    go(reporter, f"a[href='{report}check/']")
    reporter.wait_for_url(f"**{report}check/")
    assert reporter.locator("[name=submit]").count() == 1
    explain_all(reporter)
    go(reporter, "[name=submit]")
    reporter.wait_for_url(f"**{report}receipts/1/")
    code = reporter.locator(".code").inner_text()
    check_receipt(leader, code, "Báo cáo vẫn đúng như nội dung đã nộp.")
    reporter.goto(report)
    expect(reporter.locator("main")).to_contain_text("Chờ duyệt")

    # Submitted is not approved: the leader still sees the old figure.
    assert figure_of(leader) == before

    staff = enter(fresh_site, "bac-kan-so")
    staff.goto(report)
    go(staff, f"a[href='{report}review/']")
    go(staff, "button[form=approve-form]:not([name])")
    expect(staff.locator("main")).to_contain_text("Đã duyệt")

    # The leader: dashboard, tier, explain page, sentence.
    leader.goto("/bac-kan/2025/")
    go(leader, f"main a[href^='{TIER}']")
    leader.wait_for_url(f"**{TIER}*")
    expect(leader.locator("main")).to_contain_text("6/8")
    go(leader, f"main a[href^='{EXPLAIN}']")
    leader.wait_for_url(f"**{EXPLAIN}*")
    after = " ".join(leader.locator("p.big").inner_text().split())
    assert "75,0" in after
    assert "6/8" in after
    assert "Đạt" in after
    expect(leader.locator("mark.quote")).to_contain_text(QUOTE)

    # And on to the same sentence in the plan's text.
    go(leader, "main a[href*='/plans/']")
    leader.wait_for_url("**/plans/**")
    expect(leader.locator("main")).to_contain_text(QUOTE)


def test_receipt_tells_a_changed_report_and_a_changed_file(fresh_site, enter, desk):
    staff = enter(fresh_site, "bac-kan-so")
    staff.goto("/reporting/?territory=bac-kan&year=2025&status=submitted")
    go(staff, "main th a[href*='/reporting/reports/']")
    go(staff, "main a[href*='/receipts/']")
    code = staff.locator(".code").inner_text()
    anybody = desk.page(fresh_site)
    check_receipt(anybody, code, "Báo cáo vẫn đúng như nội dung đã nộp.")

    with staff.expect_download() as download:
        go(staff, "main a[href$='/content.txt']")
    content = download.value.path().read_bytes()
    for text, expected in (
        (content, code),
        (content.replace(b"\tyes\t", b"\tno\t"), "Không biên nhận nào có nội dung này."),
    ):
        anybody.goto("/receipts/")
        anybody.locator("[type=file]").set_input_files(
            {"name": "noi-dung.txt", "mimeType": "text/plain", "buffer": text}
        )
        anybody.locator("main [type=submit]").click()
        expect(anybody.locator("main")).to_contain_text(expected)

    # The Department corrects a figure after the submission.
    report = re.search(r"/reporting/reports/\d+/", staff.url)[0]
    staff.goto(report)
    go(staff, "main .answers a[href*='/lines/']")
    staff.locator("input[type=radio][value=no]").first.check()
    staff.locator("[name=correction]").fill("Chưa có minh chứng trong kỳ.")
    go(staff, "main form [type=submit]")
    staff.wait_for_url(f"**{report}review/**")
    check_receipt(anybody, code, "Báo cáo đã thay đổi sau lần nộp này.")
