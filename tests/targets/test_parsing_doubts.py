"""Words that a scan's recognition was not sure of: every target that rests on one says so."""

import re
from pathlib import Path

import pytest

from targets.parsing import parse_plan

HEAD = "II. MỤC TIÊU\n2. Mục tiêu cụ thể\n"
DATA = Path(__file__).parent.parent / "data" / "plans"
SERVICES = "cung cấp dịch vụ phục vụ việc học tập suốt đời"


def reasons(text: str, *doubtful: str) -> list[tuple]:
    """Targets as (year, figure, reasons), with the first place of each of these words in doubt."""
    text = HEAD + text
    spans = []
    for words in doubtful:
        at = text.index(words)
        spans.append((at, at + len(words)))
    plan = parse_plan(text, doubts=spans)
    return [(one.year, int(one.minimum), *one.review_reasons) for one in plan.targets]


@pytest.mark.parametrize(
    ("doubtful", "reason"),
    [
        ("70%", "figure_unclear"),
        ("70", "figure_unclear"),
        ("0%", "figure_unclear"),
        ("huyện", "tier_unclear"),
        ("thư viện", "tier_unclear"),
        ("2025", "year_unclear"),
        ("025", "year_unclear"),
    ],
)
def test_doubt_on_a_word_of_the_target_is_told(doubtful, reason):
    text = f"- Đến năm 2025, 70% thư viện cấp huyện {SERVICES}."
    assert reasons(text) == [(2025, 70)]
    assert reasons(text, doubtful) == [(2025, 70, reason)]


def test_doubt_beside_the_target_changes_nothing():
    text = f"- Đến năm 2025, 70% thư viện cấp huyện {SERVICES} cho người sử dụng thư viện."
    assert reasons(text, "Đến", "cho", "người sử dụng", ".") == [(2025, 70)]


def test_doubt_touches_only_its_own_target():
    text = f"- Đến năm 2025, 70% thư viện cấp huyện, 40% thư viện cấp xã {SERVICES}."
    assert reasons(text, "40") == [(2025, 70), (2025, 40, "figure_unclear")]


def test_doubt_on_either_end_of_a_range_is_told():
    text = "- Đến năm 2030, số lượt khách tham quan bảo tàng tăng bình quân 10 - 15% mỗi năm."
    for doubtful in ("10", "15"):
        assert reasons(text, doubtful) == [(2030, 10, "figure_unclear")]


def test_doubt_on_the_year_of_a_heading_reaches_all_targets_below():
    text = (
        f"a) Đến năm 2025:\n- 70% thư viện cấp huyện {SERVICES};\n"
        f"- 40% thư viện cấp xã {SERVICES}.\nb) Đến năm 2030:\n"
        f"- 90% thư viện cấp huyện {SERVICES}."
    )
    assert reasons(text, "2025") == [
        (2025, 70, "year_unclear"), (2025, 40, "year_unclear"), (2030, 90),
    ]  # fmt: skip


def test_letter_in_the_year_of_a_heading_reaches_the_targets_below():
    text = f"a) Đến năm 2O25:\n- 70% thư viện cấp huyện {SERVICES}."
    assert reasons(text) == [(2025, 70, "year_unclear")]


def test_doubt_on_the_subject_of_a_heading_reaches_all_targets_below():
    text = "a) Về chuyển đổi số của thư viện đến năm 2025:\n- Thư viện cấp huyện: 70%"
    assert reasons(text) == [(2025, 70)]
    assert reasons(text, "chuyển đổi số") == [(2025, 70, "subject_unclear")]


def test_subject_said_twice_needs_one_place_without_doubt():
    text = "- Đến năm 2025, 70% thư viện cấp huyện ứng dụng công nghệ thông tin, chuyển đổi số."
    assert reasons(text, "công nghệ") == [(2025, 70)]
    assert reasons(text, "công nghệ", "đổi") == [(2025, 70, "subject_unclear")]


def test_bare_entry_below_a_doubtful_year_is_kept_and_told():
    text = f"a) Thư viện {SERVICES} đến năm 2025:\n+ Thư viện tỉnh;\n+ Thư viện cấp huyện: 70%."
    assert reasons(text, "2025") == [
        (2025, 100, "no_figure", "year_unclear"), (2025, 70, "year_unclear"),
    ]  # fmt: skip


def test_doubt_on_a_group_reaches_the_figures_that_point_back_to_it():
    text = (
        f"- Đến năm 2025, 70% thư viện cấp huyện, 40% thư viện cấp xã {SERVICES}. "
        "Đến năm 2030, đạt 90%, 60% các chỉ tiêu tương ứng nêu trên."
    )
    assert reasons(text, "cấp xã") == [
        (2025, 70), (2025, 40, "tier_unclear"), (2030, 90), (2030, 60, "tier_unclear"),
    ]  # fmt: skip


def test_doubt_on_a_label_of_a_series_is_told():
    text = f"- Thư viện cấp tỉnh, cấp huyện {SERVICES} lần lượt đạt 100%, 70% vào năm 2025."
    assert reasons(text, "huyện") == [(2025, 100), (2025, 70, "tier_unclear")]


def test_year_taken_from_the_sentence_before_hands_on_its_doubt():
    text = f"- Đến năm 2025, 70% thư viện cấp huyện {SERVICES}. 40% thư viện cấp xã {SERVICES}."
    assert reasons(text, "2025") == [
        (2025, 70, "year_unclear"), (2025, 40, "year_from_context", "year_unclear"),
    ]  # fmt: skip


@pytest.mark.parametrize("path", sorted(DATA.glob("*.txt")), ids=lambda path: path.stem)
def test_every_figure_in_doubt_gives_only_targets_to_look_at(path):
    text = path.read_text("utf-8")
    doubts = [match.span() for match in re.finditer(r"\d+", text)]
    sure, doubtful = parse_plan(text), parse_plan(text, doubts=doubts)
    assert all(one.needs_review for one in doubtful.targets)
    assert [one.minimum for one in doubtful.targets] == [one.minimum for one in sure.targets]
    assert set(doubtful.head_doubts) == {"number", "issued_on", "report_before"}
    assert sure.head_doubts == ()


@pytest.mark.parametrize(
    ("doubtful", "told"),
    [
        ("3632", "number"), ("KH-UBND", "number"), ("25 tháng", "issued_on"),
        ("05/12", "report_before"), ("Số", None), ("Sở", None),
    ],
)  # fmt: skip
def test_doubt_in_the_head_names_what_it_touches(doubtful, told):
    text = (
        "Số: 3632/KH-UBND\nGia Lai, ngày 25 tháng 12 năm 2023\nKẾ HOẠCH\n"
        "Định kỳ hằng năm, báo cáo kết quả về Sở trước ngày 05/12."
    )
    at = text.index(doubtful)
    plan = parse_plan(text, doubts=[(at, at + len(doubtful))])
    assert plan.head_doubts == ((told,) if told else ())


def test_doubts_may_come_in_any_order_and_overlap():
    text = HEAD + f"- Đến năm 2025, 70% thư viện cấp huyện {SERVICES}."
    figure, year = text.index("70%"), text.index("2025")
    spans = [(figure, figure + 3), (0, 4), (year, year + 4), (year + 1, year + 2), (9999, 10000)]
    (target,) = parse_plan(text, doubts=spans).targets
    assert set(target.review_reasons) == {"year_unclear", "figure_unclear"}
