"""The review of a plan in a browser: every decision beside the words, then publishing.

The draft is sent as a document, so that what stands on the page was really read from it.
"""

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PLAN = settings.BASE_DIR / "tests" / "data" / "plans" / "gia_lai_3632_kh_ubnd_2023.txt"
# Two sentences that give no target; the second one is a target that no reader could know.
MISSED = "65% thư viện công cộng cấp huyện có trang thông tin điện tử riêng"
ADDED = (
    f"- Đến năm 2025, thu hút 45% người dân đến thư viện.\n- Phấn đấu đến năm 2028,\n{MISSED}.\n\n"
)


@pytest.fixture
def document(tmp_path):
    """The real plan of Gia Lai under another number, with two sentences more."""
    text = PLAN.read_text(encoding="utf-8")
    text = text.replace("3632/KH-UBND", "99/KH-UBND")
    text = text.replace("25 tháng 12 năm 2023", "20 tháng 3 năm 2025")
    place = text.index("2.2. Đối với hệ thống bảo tàng")
    path = tmp_path / "ke-hoach-99.txt"
    # Line ends of Windows: places in the text count them as one.
    path.write_bytes((text[:place] + ADDED + text[place:]).replace("\n", "\r\n").encode())
    return path


def send(page: Page, document) -> str:
    """Send the document, accept its head as read; the address of the draft."""
    page.goto("/plans/new/")
    page.locator("input[type=file]").set_input_files(document)
    page.locator("form:has(input[type=file]) [type=submit]").click()
    page.wait_for_url(re.compile(r"/plans/documents/\d+/"))
    page.locator("main form:has([name=number]) [type=submit]").first.click()
    page.wait_for_url(re.compile(r"/plans/\d+/"))
    return re.search(r"/plans/\d+/", page.url)[0]


PLACE_OF_WORDS = """words => {
    const walker = document.createTreeWalker(
        document.querySelector(".review-text"), NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());) {
        const at = node.data.replace(/\\s/g, " ").indexOf(words);
        if (at < 0) continue;
        node.parentElement.scrollIntoView({ block: "center", behavior: "instant" });
        const box = (from) => {
            const range = document.createRange();
            range.setStart(node, from);
            range.setEnd(node, from + 1);
            const r = range.getBoundingClientRect();
            return { left: r.left, right: r.right, y: (r.top + r.bottom) / 2 };
        };
        return [box(at), box(at + words.length - 1)];
    }
}"""


def mark(page: Page, words: str) -> None:
    """Mark words in the text with the mouse, from their first letter to their last."""
    before, place = None, page.evaluate(PLACE_OF_WORDS, words)
    while before != place:  # the page may still be scrolling to its last anchor
        page.wait_for_timeout(200)
        before, place = place, page.evaluate(PLACE_OF_WORDS, words)
    first, last = place
    page.mouse.move(first["left"] + 0.5, first["y"])
    page.mouse.down()
    page.mouse.move((first["left"] + last["right"]) / 2, last["y"], steps=4)
    page.mouse.move(last["right"] - 0.5, last["y"], steps=4)
    page.mouse.up()


def test_officer_reviews_a_plan_from_its_document_to_publishing(fresh_site, enter, document):
    staff = enter(fresh_site, "gia-lai-so")
    plan = send(staff, document)
    bar = staff.locator(".review-bar")
    expect(bar).to_contain_text("2 cần xem")
    expect(bar).to_contain_text("32 nêu rõ, chờ xác nhận")
    expect(staff.locator("main input:checked")).to_have_count(0)

    # Quote and target lead to each other, by mouse and by keyboard.
    staff.locator(".reading a.number", has_text=re.compile("^2$")).click()
    expect(staff.locator("mark .number:focus")).to_have_text("2")
    expect(staff.locator("mark.quote.linked")).to_contain_text("70% thư viện công cộng cấp huyện")
    staff.keyboard.press("Enter")
    expect(staff.locator(".reading.linked b")).to_have_text("70\u00a0%")

    # An implied one, by itself, on the plan's page.
    box = staff.locator(".look-box").first
    box.get_by_label("100").check()
    box.get_by_role("button").click()
    staff.wait_for_url(re.compile(r"#target-\d+"))
    expect(bar).to_contain_text("1 cần xem")

    # A stated one is corrected; what was read stays beside it.
    staff.locator(".reading", has_text="40").first.locator("a.verdict").click()
    staff.get_by_label("khác: sửa lại nội dung đã đọc").check()
    staff.locator("[name=minimum]").fill("45")
    staff.locator("[name=note]").fill("Theo bản gốc có dấu")
    staff.get_by_role("button", name="Ghi nhận quyết định").click()
    staff.wait_for_url(re.compile(r"#target-\d+"))
    corrected = staff.locator(".reading", has_text="45").first
    expect(corrected).to_contain_text("đọc được 40\u00a0% → sửa thành 45\u00a0%")

    # One that the reading missed, marked with the mouse across a line end.
    mark(staff, MISSED)
    staff.locator(".selection-bar a").click()
    staff.wait_for_url(re.compile(r"/add/\?start="))
    expect(staff.locator("blockquote mark")).to_have_text(MISSED)
    staff.locator("[name=indicator]").select_option("library.digital")
    staff.locator("[name=tiers][value=district]").check()
    staff.locator("[name=counts]").select_option("institution")
    staff.locator("[name=unit]").select_option("percent")
    staff.locator("[name=year]").fill("2028")
    staff.locator("[name=minimum]").fill("56")
    staff.get_by_role("button", name="Thêm và xác nhận").click()
    # A slip of the hand: the words say 65.
    expect(staff.locator("main")).to_contain_text("không ghi con số này")
    staff.locator("[name=minimum]").fill("65")
    staff.get_by_role("button", name="Thêm và xác nhận").click()
    staff.wait_for_url(re.compile(r"#target-\d+"))
    expect(bar).to_contain_text("1 câu chưa đọc")

    # The clearly stated ones together; the button says how many.
    button = staff.locator("#confirm-together button")
    expect(button).to_contain_text("chưa đánh dấu")
    staff.locator("[data-select-all]").click()
    expect(button).to_have_text("Xác nhận 31 chỉ tiêu nêu rõ")
    button.click()
    staff.wait_for_url(f"**{plan}")
    expect(bar).to_contain_text("34 đã xác nhận")

    # One is left: publishing says so and offers no button.
    publishing = staff.locator("section.publish")
    expect(publishing).to_contain_text("còn 1 chỉ tiêu")
    expect(publishing.locator("form")).to_have_count(0)
    publishing.locator(".waiting-list a").click()
    staff.locator(".look-box").get_by_label("Không phải chỉ tiêu").check()
    staff.locator(".look-box").get_by_role("button").click()
    expect(bar).to_contain_text("0 cần xem")
    expect(publishing).to_contain_text("1 câu có số")
    publishing.get_by_role("button", name="Công bố với 34 chỉ tiêu").click()
    expect(staff.locator("main .messages")).to_contain_text("công bố")
    expect(bar).to_have_count(0)

    # The dashboard's other end: a leader reads who confirmed what.
    leader = enter(fresh_site, "gia-lai-lanh-dao", width=390)
    leader.goto(plan)
    leader.locator(".reading", has_text="45").first.locator("a.verdict").click()
    expect(leader.locator("main")).to_contain_text("Theo bản gốc có dấu")
    expect(leader.locator("main form")).to_have_count(0)


def test_review_works_without_javascript(fresh_site, enter, document):
    staff = enter(fresh_site, "gia-lai-so", javascript=False)
    plan = send(staff, document)
    staff.locator("[data-select-all]").click()
    staff.get_by_role("button", name="Xác nhận 32 chỉ tiêu nêu rõ").click()
    expect(staff.locator(".review-bar")).to_contain_text("32 đã xác nhận")

    # Words that a person pastes are found; in several places, one of them is chosen.
    staff.goto(f"{plan}add/")
    staff.locator("[name=words]").fill("thư viện công cộng\ncấp huyện")
    staff.locator("main form:has([name=words]) [type=submit]").click()
    assert staff.get_by_role("link", name="Chọn chỗ này").count() == 3
    staff.goto(f"{plan}?show=open")
    expect(staff.locator("section.pair")).to_have_count(4)
    staff.locator(".look-box").first.get_by_role("link").click()
    staff.locator("[name=decision][value=reject]").check()
    staff.locator("button[name=next]").click()
    expect(staff.locator("h1")).to_contain_text("13.")


def test_review_fits_a_phone(fresh_site, enter, document):
    staff = enter(fresh_site, "gia-lai-so", width=390)
    plan = send(staff, document)
    for address in (plan, f"{plan}add/", f"{plan}history/"):
        staff.goto(address)
        assert staff.evaluate("document.documentElement.scrollWidth") <= 390
    staff.goto(plan)
    pair = staff.locator("section.pair").first
    text, targets = pair.locator(".source").bounding_box(), pair.locator("table").bounding_box()
    assert text["y"] + text["height"] <= targets["y"]
