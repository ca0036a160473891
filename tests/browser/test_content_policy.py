"""What would break the content policy if left alone: Plotly's styles, and pages of the admin.

The browser reports a refused style or script as a console error, which fails the test (`desk`).
"""

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def charts(site, enter):
    """The dashboard with its first chart drawn."""
    page = enter(site, "bac-kan-so")
    page.goto("/bac-kan/2025/")
    page.locator("[hx-get]").first.scroll_into_view_if_needed()
    page.locator(".chart-plot.is-drawn").first.wait_for()
    return page


def test_chart_shows_its_bar_and_hover_within_the_policy(charts):
    chart = charts.locator(".chart-plot.is-drawn").first
    chart.hover()
    buttons = chart.locator(".modebar-btn")
    buttons.first.wait_for()
    assert [
        button.get_attribute("data-title") or button.get_attribute("aria-label")
        for button in buttons.all()
    ] == ["Tải biểu đồ (PNG)", "Phóng to", "Thu nhỏ", "Về ban đầu"]
    assert charts.locator("style").count() == 0


def test_chart_is_saved_as_a_picture(charts, tmp_path):
    chart = charts.locator(".chart-plot.is-drawn").first
    chart.hover()
    with charts.expect_download() as download:
        chart.locator(".modebar-btn").first.click()
    download.value.save_as(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_chart_far_down_the_page_costs_nothing(site, enter):
    page = enter(site, "bac-kan-so", width=390)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/bac-kan/2025/")
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if "plotly-basic" in url] == []


def test_administration_stays_within_the_policy(site, enter):
    page = enter(site, "quan-tri")
    page.goto("/admin/")
    page.goto("/admin/reports/indicatorvalue/")
    page.goto("/admin/institutions/institution/")
    page.locator("#result_list tbody th a").first.click()
    page.locator(".historylink").click()
    page.locator("#change-history").wait_for()


def test_menus_close_each_other_and_on_escape(site, enter):
    page = enter(site, "lanh-dao-bo")
    page.goto("/bac-kan/2025/")
    menus = page.locator("details.menu")
    menus.nth(0).locator("summary").click()
    menus.nth(1).locator("summary").click()
    assert [menu.evaluate("menu => menu.open") for menu in menus.all()] == [False, True, False]
    page.keyboard.press("Escape")
    assert page.locator("details.menu[open]").count() == 0


def test_menus_work_without_javascript(site, enter):
    page = enter(site, "lanh-dao-bo", javascript=False)
    page.goto("/bac-kan/2025/")
    page.locator("details.menu summary").first.click()
    page.get_by_role("link", name="Gia Lai (đến 30/06/2025)", exact=True).click()
    assert page.url == f"{site}/gia-lai/2025/"
