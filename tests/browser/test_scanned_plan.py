"""A scan in the browser: sent, read by the worker while one looks on, its head checked, a draft."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.browser.conftest import production, serve
from tests.documents import pictures_of, printed, scan_of

pytestmark = [pytest.mark.browser, pytest.mark.tesseract]

PLAN = """\
ỦY BAN NHÂN DÂN TỈNH GIA LAI

Số: 4711/KH-UBND

Gia Lai, ngày 25 tháng 12 năm 2024

KẾ HOẠCH

Đẩy mạnh các hoạt động học tập suốt đời trong các thư viện, bảo tàng

II. MỤC TIÊU CỤ THỂ

Đến năm 2025, 70% thư viện công cộng cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời.

Đến năm 2030, 100% thư viện công cộng cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời.

III. TỔ CHỨC THỰC HIỆN

Định kỳ hằng năm báo cáo kết quả về Sở Văn hóa, Thể thao và Du lịch trước ngày 05/12.
"""


@pytest.fixture
def site_and_worker(template, tmp_path):
    """Address of a server, and a function that lets a worker do what waits there."""

    def work() -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "manage.py", "db_worker", "--batch", "--no-startup-delay"],
            cwd=settings.BASE_DIR,
            env={**os.environ, **production(tmp_path / "site.sqlite3", template)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    with serve(template, tmp_path) as address:
        yield address, work


@pytest.mark.parametrize("javascript", [True, False])
def test_scan_is_read_while_one_looks_on(site_and_worker, enter, tmp_path, javascript):
    site, work = site_and_worker
    scan = tmp_path / "ke-hoach-quet.pdf"
    scan.write_bytes(scan_of(pictures_of(printed(PLAN), dpi=150)))
    staff = enter(site, "gia-lai-so", width=390, javascript=javascript)
    staff.goto("/plans/")
    staff.locator("main a[href='/plans/new/']").click()
    staff.locator("[name=file]").set_input_files(scan)
    staff.locator("form:has([name=file]) [type=submit]").click()
    staff.wait_for_url("**/plans/documents/*/")
    expect(staff.locator("main")).to_contain_text("Đang chờ đọc")

    worker = work()
    # The page looks by itself; nobody touches it.
    expect(staff.locator("[name=number]")).to_have_value("4711/KH-UBND", timeout=90_000)
    assert worker.wait(30) == 0
    expect(staff.locator("[name=issued_on]")).to_have_value("25/12/2024")
    expect(staff.locator("[name=report_before]")).to_have_value("05/12")
    assert staff.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    ) <= 0  # fmt: skip

    staff.locator("form:has([name=number]) [type=submit]").click()
    staff.wait_for_url(re.compile(r"/plans/\d+/$"))
    expect(staff.locator("h1")).to_contain_text("4711/KH-UBND")
    picture = staff.request.get(f"{staff.url}pages/1.png")
    assert (picture.status, picture.headers["content-type"]) == (200, "image/png")
