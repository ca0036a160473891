"""Where a plan's text says its head: words that stand beside each field to be checked."""

import datetime

import pytest

from targets.intake.head import places

TEXT = """\
ỦY BAN NHÂN DÂN
TỈNH HỒNG LAM
Số: 77/KH-UBND
Hồng Lam, ngày 05 tháng 6 năm 2023
KẾ HOẠCH
Đẩy mạnh các hoạt động
học tập suốt đời
Căn cứ Quyết định số 1520/QĐ-TTg ngày 09 tháng 12 năm 2022;
II. MỤC TIÊU
Đến năm 2025, 70% thư viện công cộng cấp huyện phục vụ học tập suốt đời.
Các sở gửi kế hoạch trước ngày 01/12. Định kỳ hằng năm, các đơn vị báo cáo trước ngày 01/12.
"""
HEAD = {
    "number": "77/KH-UBND",
    "issued_on": datetime.date(2023, 6, 5),
    "province": "Hồng Lam",
    "title": "Đẩy mạnh các hoạt động học tập suốt đời",
    "report_before": (12, 1),
}


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("number", "Số: 77/KH-UBND"),
        ("issued_on", "ngày 05 tháng 6 năm 2023"),
        ("territory", "TỈNH HỒNG LAM"),
        ("title", "Đẩy mạnh các hoạt động học tập suốt đời"),
        (
            "report_before",
            "gửi kế hoạch trước ngày 01/12. Định kỳ hằng năm, các đơn vị báo cáo trước ngày 01/12.",
        ),
    ],
)
def test_field_stands_where_the_text_says_it(field, words):
    place = places(TEXT, **HEAD)[field]
    assert place.words == words
    assert " ".join(TEXT[place.start : place.end].split()) == words


def test_deadline_is_the_one_of_reports_not_of_another_errand():
    place = places(TEXT, report_before=(12, 1))["report_before"]
    assert TEXT[: place.end].count("01/12") == 2


@pytest.mark.parametrize(
    ("read", "missing"),
    [
        ({}, {"number", "issued_on", "territory", "title", "report_before"}),
        ({**HEAD, "number": "78/KH-UBND"}, {"number"}),
        ({**HEAD, "issued_on": datetime.date(2023, 6, 6)}, {"issued_on"}),
        ({**HEAD, "province": "Nam Lĩnh"}, {"territory"}),
        ({**HEAD, "report_before": (11, 1)}, {"report_before"}),
    ],
)
def test_what_the_text_does_not_say_has_no_place(read, missing):
    assert set(HEAD_FIELDS) - set(places(TEXT, **read)) == missing


HEAD_FIELDS = ("number", "issued_on", "territory", "title", "report_before")


def test_place_knows_its_page():
    starts = [0, TEXT.index("KẾ HOẠCH"), TEXT.index("Các sở gửi")]
    found = places(TEXT, **HEAD, page_starts=starts)
    assert (found["number"].page, found["title"].page, found["report_before"].page) == (1, 2, 3)


def test_place_without_pages_has_no_page():
    assert places(TEXT, **HEAD)["number"].page is None


def test_words_that_recognition_was_not_sure_of_are_marked():
    start = TEXT.index("77/")
    found = places(TEXT, **HEAD, doubts=[(start, start + 2)])
    assert [name for name in HEAD_FIELDS if found[name].unsure] == ["number"]


def test_doubt_beside_the_value_on_its_line_is_not_about_it():
    text = "Hồng Lam, ngày 05 tháng 6 năm 2023\n"
    doubts = [(text.index("05"), text.index("05") + 2)]
    found = places(text, province="Hồng Lam", issued_on=HEAD["issued_on"], doubts=doubts)
    assert found["territory"].words == "Hồng Lam, ngày 05 tháng 6 năm 2023"
    assert (found["territory"].unsure, found["issued_on"].unsure) == (False, True)


def test_field_that_the_parser_doubts_is_marked():
    found = places(TEXT, **HEAD, head_doubts=["issued_on"])
    assert [name for name in HEAD_FIELDS if found[name].unsure] == ["issued_on"]


def test_long_line_is_cut_in_whole_words():
    line = "một hai ba bốn " * 30 + "báo cáo trước ngày 01/12 " + "năm sáu bảy tám " * 30
    words = places(line, report_before=(12, 1))["report_before"].words
    assert words.split()[0] in {"một", "hai", "ba", "bốn"}
    assert words.split()[-1] in {"năm", "sáu", "bảy", "tám"}
    assert len(words) <= 170
