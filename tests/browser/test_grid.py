"""Filling the grid as a reporter does: by keys alone, from Excel, on a broken line, beside others.

Huyện Ngân Sơn (062) of the sample: 144 institutions, some answered, the report still a draft.
"""

import json
import re

import pytest
from playwright.sync_api import Error, Page, expect

pytestmark = pytest.mark.browser

REPORTER, STAFF = "bac-kan-062", "bac-kan-so"
SAVED = "Mọi thay đổi đã được lưu."


@pytest.fixture
def opened(fresh_site, enter):
    """A grid opened by the reporter from the first page: `opened()`; other people by name."""

    def open_grid(username=REPORTER, **options) -> Page:
        page = enter(fresh_site, username, **options)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=fresh_site)
        if username == REPORTER:
            page.locator("main a[href*='/grid/']").first.click()
        else:
            page.goto(open_grid.address)
        page.wait_for_url("**/grid/**")
        open_grid.address = re.search(r"/reporting/reports/\d+/grid/", page.url)[0]
        return page

    return open_grid


def cells(page: Page, section: str = ""):
    return page.locator(f"{section} input.answer")


def settle(page: Page) -> None:
    expect(page.locator("#grid-state")).to_have_text(SAVED)
    expect(page.locator("td[data-state=saving]")).to_have_count(0)


def values(page: Page) -> list[str]:
    return page.eval_on_selector_all("input.answer", "all => all.map((one) => one.value)")


def kept(page: Page) -> list[str]:
    return page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('grid:'))")


def tab_to(page: Page, selector: str, most: int = 150) -> None:
    """Onto that element by Tab, as a person without a mouse."""
    for _step in range(most):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {selector}")


def paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+v")


def test_whole_unit_is_filled_with_the_keyboard_alone(opened):
    page = opened()
    total = cells(page).count()
    assert total > 250
    page.locator(".skip").focus()
    tab_to(page, "input.answer")
    page.keyboard.press("Control+Home")
    rows = page.eval_on_selector_all(
        "tbody tr",
        """rows => rows.map((row) => [...row.querySelectorAll("input.answer")].map(
          (input) => [input.value, input.classList.contains("is-count")]))""",
    )
    for row in rows:
        for place, (stands, is_count) in enumerate(row):
            if place:
                page.keyboard.press("ArrowRight")
            if not stands:
                page.keyboard.type("1250" if is_count else "c")
        page.keyboard.press("Home")
        page.keyboard.press("ArrowDown")
    settle(page)
    assert "" not in values(page)
    expect(page.locator("#grid-progress")).to_have_text(f"Đã trả lời {total}/{total} ô")
    assert kept(page) == []

    filled = values(page)
    page.reload()
    assert values(page) == filled

    # And on to the receipt: what the checks ask is answered, then it is handed in.
    page.locator(".skip").focus()
    tab_to(page, "input.answer")
    page.keyboard.press("Control+End")
    tab_to(page, "#grid-submit")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check/")
    page.locator(".skip").focus()
    button = "form.checks button[name=submit]"
    for _each in range(page.locator("form.checks textarea").count()):
        tab_to(page, f"form.checks textarea, {button}")
        if page.evaluate("selector => document.activeElement.matches(selector)", button):
            break
        page.keyboard.type("Đã kiểm tra từng thiết chế.")
        page.keyboard.press("Tab")
    tab_to(page, button)
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipts/1/")


def test_keys_of_one_cell(opened):
    page = opened()
    first, count = cells(page).nth(0), cells(page).nth(2)
    first.focus()
    for key, stands in (("c", "Có"), ("0", "Không"), ("1", "Có"), ("k", "Không")):
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        page.keyboard.type(key)
        expect(first).to_have_value(stands)
    # As Vietnamese keyboards write "Có": letters, and a backspace of their own.
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("co")
    page.keyboard.press("Backspace")
    page.keyboard.type("ó")
    expect(first).to_have_value("Có")
    page.keyboard.press("Delete")
    expect(first).to_have_value("")
    page.keyboard.press("Control+z")
    expect(first).to_have_value("Có")

    count.focus()
    page.keyboard.type("12")
    page.keyboard.press("Escape")
    expect(count).to_have_value("")
    page.keyboard.type("1250")
    page.keyboard.press("Enter")
    settle(page)
    expect(count).to_have_value("1.250")  # as the server reads it

    # Not applicable, with its reason; its note and evidence; back by Escape.
    cells(page).nth(1).focus()
    page.keyboard.type("x")
    page.keyboard.press("ArrowDown")
    page.locator("#panel-reason").select_option("suspended")
    expect(cells(page).nth(1)).to_have_value("Không áp dụng: tạm ngừng hoạt động")
    page.keyboard.press("F4")
    expect(page.locator("#panel-note")).to_be_focused()
    page.keyboard.type("Đóng cửa từ tháng 3")
    page.keyboard.press("Tab")
    page.keyboard.type("Công văn 12")
    page.keyboard.press("Escape")
    expect(cells(page).nth(1)).to_be_focused()
    settle(page)
    page.reload()
    expect(page.locator("td.cell").nth(1)).to_contain_text("Đóng cửa từ tháng 3")
    expect(page.locator("td.cell").nth(1)).to_contain_text("Công văn 12")


def test_block_from_excel_is_saved_but_for_what_cannot_be_read(opened):
    page = opened()
    sheet = "#library-commune"
    cells(page, sheet).nth(0).focus()
    paste(page, 'Có\tKhông\t1.234\r\n"Không"\tchưa rõ\t12,5\r\n\tcó\t77\tthừa\r\n')

    expect(page.locator("#grid-state")).to_have_text("Chưa lưu được: 2 ô")
    expect(page.locator("#grid-shown")).to_contain_text("Đã dán 8 ô. 1 ô nằm ngoài bảng")
    found = [cells(page, sheet).nth(place).input_value() for place in range(9)]
    assert found == ["Có", "Không", "1.234", "Không", "chưa rõ", "12,5", "", "Có", "77"]
    wrong = page.locator("td.is-wrong")
    expect(wrong).to_have_count(2)
    expect(wrong.nth(1)).to_contain_text("không phải số nguyên")
    page.locator("#grid-problems summary").click()
    expect(page.locator("#grid-problems li")).to_have_count(2)

    # What was refused is still there after a refresh, and goes once it is right.
    page.reload()
    expect(page.locator("td.is-wrong")).to_have_count(2)
    expect(cells(page, sheet).nth(4)).to_have_value("chưa rõ")
    cells(page, sheet).nth(4).focus()
    page.keyboard.type("k")
    page.keyboard.press("Tab")
    page.keyboard.type("125")
    page.keyboard.press("Enter")
    settle(page)
    assert kept(page) == []

    # And back: a selection is copied as Excel takes it.
    cells(page, sheet).nth(0).focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()") == "Có\tKhông\nKhông\tKhông"


@pytest.fixture
def forgiving(desk):
    """The browser may complain of what the test itself asked for: a cut line, a refusal."""
    yield
    asked_for = ("ERR_INTERNET", "status of 503", "status of 422", "status of 409", "htmx:")
    desk.complaints[:] = [
        text for text in desk.complaints if not any(part in text for part in asked_for)
    ]


def test_broken_line_loses_nothing(opened, forgiving):
    page = opened()
    village = "#culture_centre-village"
    empty = [
        place
        for place, value in enumerate(
            page.eval_on_selector_all(f"{village} input.answer", "all => all.map((a) => a.value)")
        )
        if not value
    ][:6]
    page.context.set_offline(True)
    for place in empty[:4]:
        cells(page, village).nth(place).focus()
        page.keyboard.type("k")
        page.keyboard.press("ArrowDown")
    expect(page.locator("#grid-state")).to_contain_text("Mất kết nối")
    expect(page.locator("#grid-state")).to_contain_text("Chưa gửi: 4 ô")
    expect(page.locator("td[data-state=kept]")).to_have_count(4)
    assert len(kept(page)) == 4
    # Going on to submit what is not there yet would be a mistake.
    page.locator("#grid-submit").click()
    expect(page.locator("#grid-state")).to_contain_text("Hãy chờ lưu xong")

    page.context.set_offline(False)
    settle(page)
    assert kept(page) == []
    page.reload()
    assert [cells(page, village).nth(place).input_value() for place in empty[:4]] == ["Không"] * 4

    # Left in the middle: what was kept goes as soon as the page is opened again.
    page.context.set_offline(True)
    for place in empty[4:]:
        cells(page, village).nth(place).focus()
        page.keyboard.type("c")
        page.keyboard.press("ArrowDown")
    expect(page.locator("td[data-state=kept]")).to_have_count(2)
    address = page.url
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        page.reload()
    page.context.set_offline(False)
    page.goto(address)
    settle(page)
    assert [cells(page, village).nth(place).input_value() for place in empty[4:]] == ["Có"] * 2
    assert kept(page) == []


def test_answer_that_is_lost_on_the_way_back_is_no_conflict(opened, forgiving):
    page = opened()
    # The server saves; its answer never arrives.
    page.route("**/grid/cells/", lambda route: (route.fetch(), route.abort("internetdisconnected")))
    count = cells(page).nth(2)
    count.focus()
    page.keyboard.type("100")
    page.keyboard.press("Enter")
    expect(page.locator("#grid-state")).to_contain_text("Mất kết nối")
    count.focus()
    page.keyboard.type("200")
    page.keyboard.press("Enter")
    page.unroute("**/grid/cells/")
    page.locator("#grid-again button").click()
    settle(page)
    expect(count).to_have_value("200")
    page.reload()
    expect(count).to_have_value("200")


def test_busy_server_is_asked_again_when_it_says(opened, forgiving):
    page = opened()
    asked = []

    def busy(route):
        asked.append(route.request)
        route.fulfill(status=503, headers={"Retry-After": "1"}, body="")

    page.route("**/grid/cells/", busy, times=1)
    cells(page).nth(0).focus()
    page.keyboard.type("c")
    page.keyboard.press("Tab")
    expect(page.locator("#grid-state")).to_contain_text("Máy chủ đang bận")
    settle(page)
    assert len(asked) == 1


def test_session_that_ended_is_said_and_nothing_lost(opened, fresh_site):
    page = opened()
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    cells(page).nth(0).focus()
    page.keyboard.type("c")
    page.keyboard.press("Tab")
    expect(page.locator("#grid-state")).to_contain_text("Phiên đăng nhập đã hết")
    assert len(kept(page)) == 1

    page.context.add_cookies([c for c in cookies if c["name"] == "sessionid"])
    page.locator("#grid-again button").click()
    settle(page)
    assert kept(page) == []


def test_what_one_person_left_is_neither_sent_nor_shown_to_the_next(opened, enter, forgiving):
    page = opened()
    page.context.set_offline(True)
    cells(page).nth(0).focus()
    page.keyboard.type("c")
    page.keyboard.press("Tab")
    expect(page.locator("td[data-state=kept]")).to_have_count(1)
    # Their session first: a page that is being left may still send on its last breath.
    page.context.clear_cookies(name="sessionid")
    page.goto("about:blank")
    page.context.set_offline(False)

    page.goto("/accounts/login/")
    assert len(kept(page)) == 1  # for the same person, should they log in again
    page.locator("[name=login]").fill(STAFF)
    page.locator("[name=password]").fill("hoctap-2025")
    page.locator("form:has([name=password]) [type=submit]").click()
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    page.goto(opened.address)
    settle(page)
    expect(cells(page).nth(0)).to_have_value("")
    assert kept(page) == []


def test_logging_out_asks_before_it_deletes_what_was_not_sent(opened, forgiving):
    page = opened()
    page.route("**/grid/cells/", lambda route: route.abort("internetdisconnected"))
    cells(page).nth(0).focus()
    page.keyboard.type("c")
    page.keyboard.press("Tab")
    expect(page.locator("td[data-state=kept]")).to_have_count(1)
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.locator(".menu-person summary").click()
    page.locator("form[action$='/logout/'] button").click()
    assert "chưa gửi được" in asked[0]
    assert len(kept(page)) == 1
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("form[action$='/logout/'] button").click()
    page.wait_for_url("**/accounts/login/**")
    assert kept(page) == []


@pytest.mark.parametrize(("choice", "stands"), [("Lấy của họ", "70"), ("Giữ của tôi", "80")])
def test_two_editors_see_both_values_and_choose(opened, choice, stands):
    mine = opened()
    theirs = opened(STAFF)
    for page, typed in ((theirs, "70"), (mine, "80")):
        cells(page).nth(2).focus()
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        if page is theirs:
            settle(page)
    cell = mine.locator("td.cell").nth(2)
    expect(cell).to_have_attribute("data-state", "conflict")
    expect(cell).to_contain_text("đã ghi “70” lúc")
    expect(cell).to_contain_text("Bạn ghi “80”")
    # Nothing was overwritten meanwhile.
    theirs.reload()
    expect(cells(theirs).nth(2)).to_have_value("70")

    cell.get_by_role("button", name=choice).click()
    settle(mine)
    expect(cells(mine).nth(2)).to_have_value(stands)
    theirs.reload()
    expect(cells(theirs).nth(2)).to_have_value(stands)


def test_totals_follow_what_is_typed(opened):
    page = opened()
    total = page.locator("#library-district [data-total]").first
    expect(total).to_contain_text("5/8 thư viện")
    expect(total).to_contain_text("Chưa đủ số liệu")
    cells(page).nth(0).focus()
    page.keyboard.type("c")
    expect(total).to_contain_text("6/8 thư viện")
    expect(total).to_contain_text("Đạt")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("k")
    expect(total).to_contain_text("còn thiếu 1 thư viện", ignore_case=True)
    expect(total).to_contain_text("Chưa đạt")


def test_filter_works_as_one_types_and_stays_in_the_address(opened):
    page = opened()
    page.locator("#filter-q").fill("bang van")
    expect(page.locator("#grid-shown")).to_contain_text("Số thiết chế đang hiện")
    shown = page.locator("tbody tr:visible").count()
    assert 0 < shown < 144
    page.reload()
    expect(page.locator("tbody tr:visible")).to_have_count(shown)
    # Only what is missing: rows stay while one fills them.
    page.locator("#filter-q").fill("")
    page.locator("#filter-show").select_option("missing")
    missing = page.locator("tbody tr:visible").count()
    page.locator("tbody tr:visible input.answer").first.focus()
    page.keyboard.type("c")
    settle(page)
    expect(page.locator("tbody tr:visible")).to_have_count(missing)


def test_file_from_a_page_of_another_person_is_refused_in_words(opened, fresh_site, forgiving):
    page = opened()
    cells(page).nth(0).focus()
    # Somebody else logs in at the same computer, in another tab.
    other = page.context.new_page()
    page.context.clear_cookies(name="sessionid")
    other.goto(f"{fresh_site}/accounts/login/")
    other.locator("[name=login]").fill(STAFF)
    other.locator("[name=password]").fill("hoctap-2025")
    other.locator("form:has([name=password]) [type=submit]").click()
    other.wait_for_url(lambda url: "/accounts/login" not in url)

    page.locator("#panel-upload").set_input_files(
        {"name": "so-theo-doi.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 so"}
    )

    expect(page.locator("#panel-upload-says")).to_contain_text("người khác đang đăng nhập")
    page.keyboard.type("c")
    expect(page.locator("#grid-state")).to_contain_text("bằng tài khoản khác")
    other.goto(fresh_site + opened.address)
    expect(cells(other).nth(0)).to_have_value("")
    expect(other.locator("td.cell").first).not_to_contain_text("so-theo-doi.pdf")


def test_evidence_is_sent_as_a_file(opened, forgiving):
    page = opened()
    cells(page).nth(0).focus()
    page.locator("#panel-upload").set_input_files(
        {"name": "so-theo-doi.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 so\n%%EOF"}
    )
    expect(page.locator("#panel-files")).to_contain_text("so-theo-doi.pdf")
    page.locator("#panel-upload").set_input_files(
        {"name": "la.pdf", "mimeType": "application/pdf", "buffer": b"<script>alert(1)</script>"}
    )
    expect(page.locator("#panel-upload-says")).to_contain_text("Chỉ nhận tệp PDF")
    page.reload()
    expect(page.locator("td.cell").first).to_contain_text("so-theo-doi.pdf")
    with page.expect_download() as download:
        cells(page).nth(0).focus()
        page.locator("#panel-files a").click()
    assert download.value.suggested_filename == "so-theo-doi.pdf"


def test_without_javascript_it_is_a_plain_form(opened, forgiving):
    page = opened(javascript=False)
    section = page.locator("#library-district")
    answers = section.locator("input.answer")
    answers.nth(0).fill("Có")
    answers.nth(2).fill("nhiều")
    section.locator("[type=submit]").click()
    expect(page.locator("main")).to_contain_text("Đã lưu 1 ô.")
    expect(page.locator("main [role=alert]")).to_contain_text("1 ô chưa được lưu")
    answers = page.locator("#library-district input.answer")
    expect(answers.nth(2)).to_have_value("nhiều")
    expect(page.locator("#library-district td.is-wrong")).to_have_count(1)
    answers.nth(2).fill("1.250")
    page.locator("#library-district [type=submit]").click()
    expect(page.locator("main")).to_contain_text("Đã lưu 1 ô.")
    expect(page.locator("#library-district input.answer").nth(0)).to_have_value("Có")
    expect(page.locator("#library-district input.answer").nth(2)).to_have_value("1.250")


def test_phone_answers_by_touch_one_institution_after_the_other(opened):
    page = opened(width=390)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cells(page).nth(0).focus()
    panel = page.locator("#cell-panel")
    expect(panel).to_contain_text("Thư viện huyện Ngân Sơn")
    panel.get_by_role("button", name="Có", exact=True).click()
    expect(cells(page).nth(0)).to_have_value("Có")
    # The next question comes by itself.
    expect(cells(page).nth(1)).to_be_focused()
    panel.get_by_role("button", name="Không", exact=True).click()
    settle(page)
    assert values(page)[:2] == ["Có", "Không"]


def test_page_opens_and_reacts_at_once(opened):
    page = opened()
    timing = page.evaluate(
        "() => { const [n] = performance.getEntriesByType('navigation');"
        " return [n.domInteractive, document.querySelectorAll('*').length]; }"
    )
    assert timing[0] < 10_000, json.dumps(timing)
    cells(page).nth(0).focus()
    took = page.evaluate(
        """() => { const input = document.activeElement, start = performance.now();
          for (let n = 0; n < 20; n += 1) {
            const key = n % 2 ? "ArrowUp" : "ArrowDown";
            const pressed = new KeyboardEvent("keydown", {key, bubbles: true});
            document.activeElement.dispatchEvent(pressed);
          }
          return (performance.now() - start) / 20; }"""
    )
    assert took < 100
