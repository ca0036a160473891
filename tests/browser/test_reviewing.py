"""The Department at work: three of sixty cells go back, clean reports are approved and taken back.

Huyện Kông Chro (630) of Gia Lai's sample waits for approval; beside it two clean ones do.
"""

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

STAFF = "gia-lai-so"
UNIT = "UBND huyện Kông Chro"


@pytest.fixture
def rows(tmp_path):
    """`rows(sql)`: what stands in the database of the running site."""

    def read(sql: str) -> list[tuple]:
        with closing(sqlite3.connect(tmp_path / "site.sqlite3")) as database:
            return database.execute(sql).fetchall()

    return read


VALUES = """
    SELECT line_id || '-' || indicator_id, state, count, na_reason, note, evidence, explanation,
           version, is_returned, return_message, approved_state, approved_count
    FROM reports_indicatorvalue ORDER BY id
"""


# A save of one cell as the page would send it, whatever the page shows as open.
FORGED_CELL = """
    async (key) => {
      const [line, indicator] = key.split("-").map(Number);
      const { save, user } = document.getElementById("grid").dataset;
      const { seen } = document.querySelector(`input[name="c-${key}"]`).form.elements;
      const [version] = JSON.parse(seen.value)[key] ?? [0];
      const text = "Không áp dụng: tạm ngừng hoạt động";
      const token = document.cookie.match(/csrftoken=([^;]*)/)[1];
      const response = await fetch(save, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ user: Number(user), cells: [{ line, indicator, text, version }] }),
      });
      return (await response.json()).cells[0].outcome;
    }
"""
FORGED_TEXT = """
    async (words) => {
      const form = new FormData(document.querySelector(".grid-sheet form"));
      form.delete("seen");
      form.append("difficulties", words);
      const address = location.pathname.replace("grid/", "texts/");
      await fetch(address, { method: "POST", redirect: "manual", body: form });
    }
"""


def by_cell(found: list[tuple]) -> dict[str, tuple]:
    return {key: tuple(rest) for key, *rest in found}


def go(page: Page, selector: str) -> None:
    page.locator(selector).first.click()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_three_cells_go_back_and_nothing_else_moves(fresh_site, enter, rows, javascript):
    before = by_cell(rows(VALUES))
    staff = enter(fresh_site, STAFF, javascript=javascript)
    go(staff, f"main a:has-text('{UNIT}')")
    staff.wait_for_url("**/review/")
    ticks = staff.locator("input[name=cell]")
    assert ticks.count() >= 60
    messages = staff.locator("textarea.cell-message")
    expect(messages.first).to_be_hidden()

    chosen = []
    for place, words in ((2, "Đếm lại theo sổ."), (17, ""), (40, "Thiếu minh chứng.")):
        ticks.nth(place).focus()
        staff.keyboard.press("Space")
        expect(messages.nth(place)).to_be_visible()
        messages.nth(place).fill(words)
        chosen.append(ticks.nth(place).get_attribute("value"))
    staff.locator("#message").fill("Đề nghị kiểm tra lại ba ô này.")
    send = staff.locator(".review-return button")
    if javascript:
        expect(send).to_have_text("Trả lại các ô đã chọn: 3")
    send.click()
    expect(staff.locator("main")).to_contain_text("báo cáo đã được trả lại")

    after = by_cell(rows(VALUES))
    changed = {key for key in after if after[key] != before.get(key)}
    assert changed == set(chosen)
    for key in chosen:
        # Working value, version and approved value stand; the mark and the words are new.
        assert after[key][:7] == before[key][:7]
        assert after[key][9:] == before[key][9:]
    assert [after[key][7:9] for key in chosen] == [
        (1, "Đếm lại theo sổ."), (1, "Đề nghị kiểm tra lại ba ô này."), (1, "Thiếu minh chứng."),
    ]  # fmt: skip

    reporter = enter(fresh_site, "gia-lai-630")
    expect(reporter.locator("main")).to_contain_text("Thiếu minh chứng.")
    go(reporter, "main a[href*='/grid/']")
    reporter.wait_for_url("**/grid/**")
    reporter.goto(reporter.url.split("?")[0])
    opened = reporter.locator("input.answer:not([readonly]):not([disabled])")
    expect(opened).to_have_count(3)
    if not javascript:
        return

    # The unit corrects them and sends the report again; a forged save of a fourth is refused.
    other = reporter.locator("input.answer[readonly]").first.get_attribute("name")[2:]
    assert reporter.evaluate(FORGED_CELL, other) == "refused"
    reporter.evaluate(FORGED_TEXT, "Viết sau khi nộp")
    for place, value in enumerate(opened.evaluate_all("all => all.map((one) => one.value)")):
        opened.nth(place).focus()
        reporter.keyboard.type("k" if value == "Có" else "c")
    expect(reporter.locator("#grid-state")).to_have_text("Mọi thay đổi đã được lưu.")
    corrected = by_cell(rows(VALUES))
    assert {key for key in corrected if corrected[key] != after.get(key)} == set(chosen)
    assert {corrected[key][6] - after[key][6] for key in chosen} == {1}
    entered = rows(
        "SELECT count(*) FROM reports_change WHERE action = 'entered'"
        " AND at > (SELECT max(returned_at) FROM reports_report)"
    )
    assert entered == [(3,)]
    assert rows("SELECT id FROM reports_report WHERE difficulties = 'Viết sau khi nộp'") == []


def test_keys_lead_through_a_review(fresh_site, enter):
    staff = enter(fresh_site, STAFF)
    go(staff, f"main a:has-text('{UNIT}')")
    staff.wait_for_url("**/review/")
    address = staff.url
    cells = staff.locator(".review-cells input[name=cell]")
    cells.nth(0).focus()
    staff.keyboard.press("ArrowDown")
    below = staff.evaluate("document.activeElement.closest('tr').rowIndex")
    assert below == 2
    # Enter neither approves nor returns by accident: not on a tick, not in a message.
    staff.keyboard.press("Enter")
    staff.keyboard.press("Space")
    staff.keyboard.type("Đếm lại")
    staff.keyboard.press("Enter")
    assert staff.evaluate("document.activeElement.name") == "cell"
    staff.keyboard.press("Enter")
    assert staff.url == address
    expect(staff.locator(".report-status")).to_contain_text("Chờ duyệt")


STATES = "SELECT id, status FROM reports_report ORDER BY id"


@pytest.mark.parametrize("how", ["clean ones", "ticked ones"])
def test_reports_are_approved_together_and_taken_back(fresh_site, enter, rows, how):
    before, waiting = rows(VALUES), rows(STATES)
    staff = enter(fresh_site, STAFF)
    if how == "clean ones":
        go(staff, "button[name=clean]")
    else:
        go(staff, "a[href*='/rounds/'][href$='/review/']")
        staff.wait_for_url("**/review/")
        for tick in staff.locator("input[name=report]").all():
            tick.check()
        go(staff, "form:has(input[name=report]) button[type=submit]")
    expect(staff.locator("main")).to_contain_text("Chưa có gì được duyệt.")
    number = staff.locator("table.queue tbody tr").count()
    assert number == {"clean ones": 2, "ticked ones": 3}[how]
    go(staff, "button[name=confirmed]")
    expect(staff.locator("main")).to_contain_text(f"Đã duyệt {number} báo cáo")
    assert sum(a != b for a, b in zip(waiting, rows(STATES), strict=True)) == number
    assert rows(VALUES) != before

    go(staff, "form[action*='/undo/'] button")
    expect(staff.locator("main")).to_contain_text("lại chờ duyệt")
    assert rows(VALUES) == before
    assert rows(STATES) == waiting


@pytest.mark.parametrize("width", [1280, 390])
def test_review_fits_the_screen(fresh_site, enter, width):
    staff = enter(fresh_site, STAFF, width=width)
    go(staff, f"main a:has-text('{UNIT}')")
    staff.wait_for_url("**/review/")
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert staff.evaluate(wider) == 0
