"""Targets in tables: rows are lines, cells are apart by tabs."""

import pytest

from targets.parsing import parse_plan

HEAD = "II. MỤC TIÊU\n2. Mục tiêu cụ thể\n"
TAIL = "\n\nIII. NHIỆM VỤ\n1. Tuyên truyền\n"
SERVICES = "Thư viện cung cấp dịch vụ phục vụ học tập suốt đời"
DIGITAL = "Ứng dụng công nghệ thông tin và chuyển đổi số"

# (rows, cells apart by " | "; expected targets and unread rows in short form)
CASES = {
    "years across, groups down, subject in the heading": (
        (f"2.1. {SERVICES}:\n\n"
        "TT | Loại hình | Năm 2025 | Năm 2030\n"
        "1 | Thư viện cấp tỉnh | 100% | 100%\n"
        "2 | Thư viện cấp huyện | 70% | 90%\n"
        "3 | Thư viện cấp xã | 40% | 60%"),
        ["2025 services province 100", "2030 services province 100", "2025 services district 70",
         "2030 services district 90", "2025 services commune 40", "2030 services commune 60"],
    ),
    "bare figures, the unit in a column": (
        ("TT | Nội dung | Đơn vị tính | 2025 | 2030\n"
        f"1 | Thư viện cấp huyện {DIGITAL.lower()} | % | 60 | 70\n"
        f"2 | Thư viện cấp xã {DIGITAL.lower()} | % | 20 | 30,5\n"
        "3 | Số bản sách bổ sung | bản | 5.000 | 9.000"),
        ["2025 digital district 60", "2030 digital district 70", "2025 digital commune 20",
         "2030 digital commune 30.5", "unread not_a_percentage"],
    ),
    "a merged cell above the years": (
        ("TT | Nội dung | Mục tiêu\n |  | 2025 | 2030\n"
        f"1 | Thư viện cấp huyện {DIGITAL.lower()} | 60% | 70%"),
        ["2025 digital district 60", "2030 digital district 70"],
    ),
    "a merged cell above the years and a note behind": (
        ("TT | Nội dung | Mục tiêu (%) | Ghi chú\n |  | 2025 | 2030 |\n"
        f"1 | Thư viện cấp huyện {DIGITAL.lower()} | 60 | 70 | Sở VHTTDL"),
        ["2025 digital district 60", "2030 digital district 70"],
    ),
    "two indicators, two years each": (
        (f"TT | Thư viện | {SERVICES} | {DIGITAL}\n |  | 2025 | 2030 | 2025 | 2030\n"
        "1 | Cấp huyện | 70% | 90% | 60% | 70%\n"
        "2 | Cấp xã | 40% | 60% | 20% | 30%"),
        ["2025 services district 70", "2030 services district 90", "2025 digital district 60",
         "2030 digital district 70", "2025 services commune 40", "2030 services commune 60",
         "2025 digital commune 20", "2030 digital commune 30"],
    ),
    "indicators across, year in the lead-in": (
        ("Các chỉ tiêu đến năm 2025 như sau:\n\n"
        f"Thiết chế | {SERVICES} | {DIGITAL}\n"
        "Thư viện cấp huyện | 70% | 60%\n"
        "Thư viện cấp xã | 40% | 20%"),
        ["2025 services district 70", "2025 digital district 60", "2025 services commune 40",
         "2025 digital commune 20"],
    ),
    "groups across, indicators down, year in the heading": (
        ("2.1. Đến năm 2025\n\n"
        "Chỉ tiêu | Thư viện cấp tỉnh | Thư viện cấp huyện | Thư viện cấp xã\n"
        f"{SERVICES} | 100% | 70% | 40%\n"
        f"{DIGITAL} | 100% | 60% | 20%"),
        ["2025 services province 100", "2025 services district 70", "2025 services commune 40",
         "2025 digital province 100", "2025 digital district 60", "2025 digital commune 20"],
    ),
    "rows with the subject, rows below with the groups": (
        ("TT | Chỉ tiêu | 2025 | 2030\n"
        f"1 | {SERVICES}\n"
        "- | Cấp huyện | 70% | 90%\n"
        "- | Cấp xã | 40% | 60%\n"
        f"2 | {DIGITAL} trong thư viện\n"
        "- | Cấp huyện | 60% | 70%\n"
        "3 | Bảo tàng có chương trình giáo dục | 70% | 100%"),
        ["2025 services district 70", "2030 services district 90", "2025 services commune 40",
         "2030 services commune 60", "2025 digital district 60", "2030 digital district 70",
         "2025 education all 70", "2030 education all 100"],
    ),
    "roman sections over numbered rows": (
        ("STT | Chỉ tiêu | Đến năm 2025 | Đến năm 2030\n"
        "I | Thư viện\n"
        "1 | Thư viện cấp huyện cung cấp dịch vụ học tập suốt đời | 70% | 90%\n"
        "2 | Số lượt người sử dụng thư viện tăng bình quân | 10%/năm | 10 - 15%/năm\n"
        "II | Bảo tàng\n"
        "1 | Số lượt khách tham quan tăng bình quân hằng năm | 5% | 10%"),
        ["2025 services district 70", "2030 services district 90", "2025 visits all 10/year",
         "2030 visits all 10-15/year", "2025 museum all 5/year", "2030 museum all 10/year"],
    ),
    "a section merged over all columns": (
        ("TT | Chỉ tiêu | 2025 | 2030\n"
        f"I. {SERVICES}\n"
        "1 | Thư viện cấp huyện | 70% | 90%\n"
        f"II. {DIGITAL} trong thư viện\n"
        "1 | Thư viện cấp huyện | 60% | 70%"),
        ["2025 services district 70", "2030 services district 90", "2025 digital district 60",
         "2030 digital district 70"],
    ),
    "years down": (
        (f"2.1. {SERVICES}\n\n"
        "Năm | Thư viện cấp huyện | Thư viện cấp xã\n2025 | 70% | 40%\n2030 | 90% | 60%"),
        ["2025 services district 70", "2025 services commune 40", "2030 services district 90",
         "2030 services commune 60"],
    ),
    "a cell merged with the one above it": (
        ("Nội dung | Loại hình | 2025 | 2030\n"
        f"{SERVICES} | Thư viện cấp huyện | 70% | 90%\n"
        " | Thư viện cấp xã | 40% | 60%\n"
        f"{DIGITAL} | Thư viện cấp huyện | 60% | 70%"),
        ["2025 services district 70", "2030 services district 90", "2025 services commune 40",
         "2030 services commune 60", "2025 digital district 60", "2030 digital district 70"],
    ),
    "the state of today and the national figure are no targets": (
        ("TT | Chỉ tiêu | Hiện trạng 2022 | Mục tiêu 2025 của cả nước | Mục tiêu 2025 của tỉnh\n"
        "1 | Thư viện cấp huyện cung cấp dịch vụ học tập suốt đời | 40% | 70% | 65%"),
        ["2025 services district 65"],
    ),
    "an empty cell": (
        ("TT | Chỉ tiêu | 2025 | 2030\n"
        "1 | Trung tâm văn hóa cấp huyện có câu lạc bộ |  | 85%\n"
        "2 | Nhà văn hóa thôn có câu lạc bộ | - | 80%"),
        ["2030 clubs district 85", "2030 clubs village 80"],
    ),
    "people and money in between": (
        ("TT | Chỉ tiêu | ĐVT | 2025 | 2030\n"
        "1 | Tỷ lệ người dân sử dụng dịch vụ thư viện | % | 50 | 70\n"
        "2 | Thư viện cấp huyện cung cấp dịch vụ học tập suốt đời | % | 70 | 90\n"
        "3 | Kinh phí | triệu đồng | 500 | 700\n"
        "4 | Thư viện cấp huyện có trụ sở riêng | % | 50 | 60\n"
        "5 | Thư viện mầm non cung cấp dịch vụ học tập suốt đời | % | 50 | 60"),
        ["2025 services district 70", "2030 services district 90", "unread people", "unread money",
         "unread unknown_subject", "unread unknown_group"],
    ),
    "unit above the table": (
        (f"Bảng 1. {SERVICES}\nĐơn vị tính: %\n\n"
        "Loại hình | 2025 | 2030\nThư viện cấp huyện | 70 | 90"),
        ["2025 services district 70", "2030 services district 90"],
    ),
    "figures without any unit": (
        f"2.1. {SERVICES}\n\nLoại hình | 2025 | 2030\nThư viện cấp huyện | 7 | 9",
        ["unread not_a_percentage"],
    ),
    "at least, ranges, counts beside": (
        (f"2.1. {SERVICES}\n\nLoại hình | 2025 | 2030\n"
        "Thư viện cấp huyện | ≥ 70% | từ 90% trở lên\n"
        "Thư viện cấp xã | 40 - 45% | 60% (60/100 xã)\n"
        "Thư viện trường học | dưới 70% | 90%"),
        ["2025 services district 70", "2030 services district 90", "2025 services commune 40-45",
         "2030 services commune 60", "2030 services general_school 90", "unread upper_bound"],
    ),
    "sentences in the cells": (
        ("TT | Nội dung | Đến năm 2025 | Đến năm 2030\n"
        f"1 | {SERVICES} | 70% thư viện cấp huyện, 40% thư viện cấp xã | 90% thư viện cấp huyện; "
        "60% thư viện cấp xã"),
        ["2025 services district 70", "2025 services commune 40", "2030 services district 90",
         "2030 services commune 60"],
    ),
    "numbers of the columns below the header": (
        ("TT | Chỉ tiêu | 2025 | 2030\n(1) | (2) | (3) | (4)\n"
        "1 | Thư viện cấp huyện cung cấp dịch vụ học tập suốt đời | 70% | 90%"),
        ["2025 services district 70", "2030 services district 90"],
    ),
    "periods": (
        ("Chỉ tiêu | Giai đoạn 2023 - 2025 | Giai đoạn 2026 - 2030\n"
        "Số lượt người sử dụng thư viện tăng bình quân hằng năm | 5% | 10%"),
        ["2025 visits all 5/year from 2023", "2030 visits all 10/year from 2026"],
    ),
    "no year anywhere": (
        ("TT | Chỉ tiêu | Mục tiêu\n"
        "1 | Thư viện cấp huyện cung cấp dịch vụ học tập suốt đời | 70%"),
        ["unread no_year"],
    ),
    "several tiers in one row": (
        ("Chỉ tiêu | 2025 | 2030\n"
        "Trung tâm văn hóa cấp tỉnh, cấp huyện tổ chức hoạt động sáng tạo | 80% | 100%"),
        ["2025 creative district+province 80", "2030 creative district+province 100"],
    ),
    "communes are counted": (
        "Chỉ tiêu | 2025 | 2030\nTỷ lệ các xã có câu lạc bộ, nhóm sở thích | 60% | 80%",
        ["2025 clubs commune 60 communes ?counts_communes",
         "2030 clubs commune 80 communes ?counts_communes"],
    ),
    "a row that is short of a cell": (
        ("TT | Chỉ tiêu | 2025 | 2030\n"
        "1 | Thư viện cấp huyện cung cấp dịch vụ học tập suốt đời | 70%\n"
        "2 | Thư viện cấp xã cung cấp dịch vụ học tập suốt đời | 40% | 60%"),
        ["2025 services district 70 ?table_unclear", "2025 services commune 40",
         "2030 services commune 60"],
    ),
    "letters among the digits": (
        "Chỉ tiêu | 2025 | 2030\nThư viện cấp huyện cung cấp dịch vụ học tập suốt đời | 7O% | l00%",
        ["2025 services district 70 ?figure_unclear", "2030 services district 100 ?figure_unclear"],
    ),
    "a growth that is not said to be yearly": (
        "Chỉ tiêu | 2025 | 2030\nTăng số lượt người sử dụng thư viện | 10% | 15%",
        ["2025 visits all 10/year ?period_unclear", "2030 visits all 15/year ?period_unclear"],
    ),
    "tasks, who and when": (
        ("TT | Nhiệm vụ | Đơn vị chủ trì | Thời gian\n"
        "1 | Xây dựng kế hoạch | Sở VHTTDL | 2025\n2 | Tập huấn | Sở GDĐT | 2026"),
        [],
    ),
    "a year in a column of its own": (
        ("TT | Chỉ tiêu | Tỷ lệ | Năm hoàn thành\n"
        "1 | Thư viện cấp huyện cung cấp dịch vụ học tập suốt đời | 70% | 2025\n"
        "2 | Thư viện cấp xã cung cấp dịch vụ học tập suốt đời | 40% | 2026"),
        ["2025 services district 70", "2026 services commune 40"],
    ),
    "schools in one row": (
        (f"2.1. {SERVICES}\n\nLoại hình | 2025 | 2030\n"
        "Thư viện cơ sở giáo dục phổ thông, cơ sở giáo dục nghề nghiệp | 70% | 90%"),
        [(
            "2025 services general_school+vocational 70"
        ), (
            "2030 services general_school+vocational 90"
        )],
    ),
}  # fmt: skip

SHORT = {
    "library.lifelong_services": "services", "library.digital": "digital",
    "library.visits_growth": "visits", "museum.education_programme": "education",
    "museum.visits_growth": "museum", "culture.creative_activities": "creative",
    "culture.clubs": "clubs",
}  # fmt: skip


def as_text(rows: str) -> str:
    lines = rows.split("\n")
    return HEAD + "\n".join("\t".join(line.split(" | ")).rstrip("\t ") for line in lines) + TAIL


def in_short(target) -> str:
    figure = str(target.minimum)
    if target.maximum is not None:
        figure += f"-{target.maximum}"
    if target.unit == "percent_per_year":
        figure += "/year"
    tiers = "+".join(target.tiers) or "all"
    parts = [str(target.year), SHORT[target.indicator], tiers, figure]
    if target.counts == "commune":
        parts.append("communes")
    if target.period_start:
        parts.append(f"from {target.period_start}")
    if target.review_reasons:
        parts.append("?" + ",".join(target.review_reasons))
    return " ".join(parts)


@pytest.mark.parametrize("case", CASES)
def test_table_is_read(case):
    rows, expected = CASES[case]
    plan = parse_plan(as_text(rows))
    found = [in_short(target) for target in plan.targets]
    found += [f"unread {sentence.reason}" for sentence in plan.unread]
    assert found == expected


@pytest.mark.parametrize("case", CASES)
def test_quotes_of_a_table_stand_where_they_say(case):
    text = as_text(CASES[case][0])
    plan = parse_plan(text)
    for target in plan.targets:
        assert text[slice(*target.span)] == target.quote
        assert "\n" not in target.quote
        assert target.sentence[0] <= target.span[0] < target.span[1] <= target.sentence[1]
    for sentence in plan.unread:
        assert text[slice(*sentence.span)] == sentence.text


def test_doubt_in_the_header_reaches_the_column():
    text = as_text(
        "Chỉ tiêu | 2025 | 2030\nThư viện cấp huyện có dịch vụ học tập suốt đời | 70% | 90%"
    )
    at = text.index("2030")
    plan = parse_plan(text, doubts=[(at, at + 4)])
    assert [one.review_reasons for one in plan.targets] == [(), ("year_unclear",)]


def test_doubt_in_a_row_reaches_its_figures():
    text = as_text(
        "Chỉ tiêu | 2025 | 2030\nThư viện cấp huyện có dịch vụ học tập suốt đời | 70% | 90%"
    )
    for words, reasons in (
        ("huyện", [("tier_unclear",), ("tier_unclear",)]),
        ("90", [(), ("figure_unclear",)]),
        ("dịch vụ", [("subject_unclear",), ("subject_unclear",)]),
    ):
        at = text.index(words)
        plan = parse_plan(text, doubts=[(at, at + len(words))])
        assert [one.review_reasons for one in plan.targets] == reasons


def test_table_over_two_pages_goes_on():
    text = as_text(
        "Chỉ tiêu | 2025 | 2030\nThư viện cấp huyện có dịch vụ học tập suốt đời | 70% | 90%"
        "\n\n3\n\nThư viện cấp xã có dịch vụ học tập suốt đời | 40% | 60%"
    )
    assert [int(one.minimum) for one in parse_plan(text).targets] == [70, 90, 40, 60]


def test_sentence_behind_a_table_is_read_by_itself():
    text = as_text("Chỉ tiêu | 2025\nThư viện cấp huyện có dịch vụ học tập suốt đời | 70%\n\n"
                   "- Đến năm 2030, 60% thư viện cấp xã ứng dụng công nghệ thông tin.")  # fmt: skip
    assert [in_short(one) for one in parse_plan(text).targets] == [
        "2025 services district 70", "2030 digital commune 60",
    ]  # fmt: skip


def test_tab_behind_a_number_makes_no_table():
    text = (
        "II.\tMỤC TIÊU\n1.\tMục tiêu cụ thể\n-\tĐến năm 2025, 70% thư viện cấp huyện ứng dụng công "
        "nghệ thông tin;\n-\tĐến năm 2030, 90% thư viện cấp huyện ứng dụng công nghệ thông tin.\n"
    )
    assert [in_short(one) for one in parse_plan(text).targets] == [
        "2025 digital district 70", "2030 digital district 90",
    ]  # fmt: skip
