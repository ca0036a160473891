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
    go(reporter, "form[action$='/submit/'] [type=submit]")
    expect(reporter.locator("main")).to_contain_text("Chờ duyệt")

    # Submitted is not approved: the leader still sees the old figure.
    assert figure_of(leader) == before

    staff = enter(fresh_site, "bac-kan-so")
    staff.goto(report)
    go(staff, f"form[action='{report}approve/'] [type=submit]")
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
