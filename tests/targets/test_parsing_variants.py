"""The many ways in which plans say the same: years, groups and figures in every order."""

import pytest

from targets.parsing import parse_plan
from tests.targets.test_parsing_sentences import HEAD, TAIL, in_short

CASES = {
    "years behind figures of one group": (
        (
            "- Phấn đấu 75% vào năm 2025 và 95% vào năm 2030 thư viện cấp huyện cung "
            "cấp dịch vụ phục vụ học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services district 75",
            "2030 library.lifelong_services district 95",
        ],
    ),
    "years in brackets behind figures": (
        (
            "- Tỷ lệ thư viện cung cấp dịch vụ phục vụ học tập suốt đời:\n+ Thư viện "
            "cấp huyện: 75% (năm 2025), 95% (năm 2030);\n+ Thư viện cấp xã: 40% "
            "(2025), 65% (2030)."
        ),
        [
            "2025 library.lifelong_services district 75",
            "2030 library.lifelong_services district 95",
            "2025 library.lifelong_services commune 40",
            "2030 library.lifelong_services commune 65",
        ],
    ),
    "years in brackets before figures": (
        (
            "- Cung cấp dịch vụ phục vụ học tập suốt đời: thư viện cấp huyện (2025: "
            "71%; 2030: 91%), thư viện cấp xã (2025: 41%; 2030: 61%)."
        ),
        [
            "2025 library.lifelong_services district 71",
            "2025 library.lifelong_services commune 41",
            "2030 library.lifelong_services district 91",
            "2030 library.lifelong_services commune 61",
        ],
    ),
    "two groups, two years each": (
        (
            "- Thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời đạt 70% "
            "năm 2025 và 90% năm 2030; thư viện cấp xã đạt 40% năm 2025 và 60% năm "
            "2030."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2025 library.lifelong_services commune 40",
            "2030 library.lifelong_services district 90",
            "2030 library.lifelong_services commune 60",
        ],
    ),
    "the subject names the kind again": (
        (
            "- Tỷ lệ thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời cho "
            "người sử dụng thư viện: năm 2025 đạt 72%, năm 2030 đạt 92%."
        ),
        [
            "2025 library.lifelong_services district 72",
            "2030 library.lifelong_services district 92",
        ],
    ),
    "figures behind groups, subject first": (
        (
            "- Tỷ lệ thư viện cung cấp dịch vụ phục vụ học tập suốt đời: Đến năm 2025, "
            "thư viện tỉnh đạt 100%; thư viện cấp huyện đạt ít nhất 66,7%."
        ),
        [
            "2025 library.lifelong_services province 100",
            "2025 library.lifelong_services district 66.7",
        ],
    ),
    "group without figure behind a colon": (
        (
            "- Đến năm 2025, cung cấp dịch vụ phục vụ học tập suốt đời: Thư viện tỉnh; "
            "70% thư viện cấp huyện."
        ),
        [
            "2025 library.lifelong_services province 100 implied ?no_figure",
            "2025 library.lifelong_services district 70",
        ],
    ),
    "the group leads, the years are entries": (
        (
            "- Thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời:\n+ Đến "
            "năm 2025: 71%;\n+ Đến năm 2030: 91%."
        ),
        [
            "2025 library.lifelong_services district 71",
            "2030 library.lifelong_services district 91",
        ],
    ),
    "a lettered lead-in without colon": (
        (
            "a) Đến năm 2025\n- 70% số thư viện cấp huyện cung cấp dịch vụ phục vụ học "
            "tập suốt đời.\nb) Giai đoạn 2026 - 2030\n- 90% thư viện cấp huyện cung "
            "cấp dịch vụ phục vụ học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services district 70",
            "2030 library.lifelong_services district 90",
        ],
    ),
    "a range over two years": (
        (
            "- Phấn đấu đạt 71% - 91% thư viện cấp huyện cung cấp dịch vụ phục vụ học "
            "tập suốt đời vào năm 2025 - 2030."
        ),
        ["2030 library.lifelong_services district 71-91 ?year_unclear"],
    ),
    "from where it stands": (
        (
            "- Nâng tỷ lệ thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời "
            "từ 45% lên 72% vào năm 2025."
        ),
        ["2025 library.lifelong_services district 72", "unread past"],
    ),
    "where it stands today": (
        (
            "- Hiện nay, 45% thư viện cấp huyện đã cung cấp dịch vụ phục vụ học tập "
            "suốt đời; phấn đấu đến năm 2025 đạt 66%."
        ),
        ["2025 library.lifelong_services district 66 ?unfamiliar_words", "unread past"],
    ),
    "the whole country": (
        (
            "- Đến năm 2025, 60% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập "
            "suốt đời (mục tiêu chung của cả nước là 70%)."
        ),
        ["2025 library.lifelong_services district 60", "unread elsewhere"],
    ),
    "the year of a law": (
        (
            "- Theo Luật Thư viện năm 2019, đến năm 2025, 73% thư viện cấp huyện cung "
            "cấp dịch vụ phục vụ học tập suốt đời."
        ),
        ["2025 library.lifelong_services district 73"],
    ),
    "the year of a scheme": (
        (
            "- Triển khai Đề án chuyển đổi số đến năm 2025; phấn đấu 72% thư viện cấp "
            "huyện ứng dụng công nghệ thông tin và chuyển đổi số."
        ),
        ["2025 library.digital district 72 ?year_unclear"],
    ),
    "before a year": (
        "- Trước năm 2026, 70% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời.",
        ["2025 library.lifelong_services district 70 ?year_unclear"],
    ),
    "in words": (
        (
            "- Đến năm 2025, bảy mươi lăm phần trăm thư viện cấp huyện cung cấp dịch "
            "vụ phục vụ học tập suốt đời."
        ),
        ["2025 library.lifelong_services district 75 ?figure_in_words"],
    ),
    "all": (
        "- Đến năm 2025, toàn bộ thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời.",
        ["2025 library.lifelong_services district 100 implied ?no_figure"],
    ),
    "most": (
        (
            "- Đến năm 2025, hầu hết thư viện cấp xã, 70% thư viện cấp huyện cung cấp "
            "dịch vụ phục vụ học tập suốt đời."
        ),
        ["2025 library.lifelong_services district 70", "unread vague"],
    ),
    "half": (
        "- Đến năm 2025, một nửa số thư viện cấp xã cung cấp dịch vụ phục vụ học tập suốt đời.",
        ["unread not_a_percentage"],
    ),
    "a fraction": (
        "- Đến năm 2025, 2/3 số xã có câu lạc bộ, nhóm sở thích.",
        ["unread no_figure"],
    ),
    "footnotes": (
        (
            "- Đến năm 2025, 71%(1) thư viện cấp huyện[2], 41%¹ thư viện cấp xã (*) "
            "cung cấp dịch vụ phục vụ học tập suốt đời."
        ),
        ["2025 library.lifelong_services district 71", "2025 library.lifelong_services commune 41"],
    ),
    "colleges": (
        (
            "- Đến năm 2025, 64% thư viện trường cao đẳng, trung cấp nghề cung cấp "
            "dịch vụ phục vụ học tập suốt đời."
        ),
        ["2025 library.lifelong_services vocational 64 ?tier_unclear"],
    ),
    "the same tier twice": (
        (
            "- Đến năm 2025, 54% thư viện cộng đồng và thư viện tư nhân có phục vụ "
            "cộng đồng cung cấp dịch vụ phục vụ học tập suốt đời."
        ),
        ["2025 library.lifelong_services community 54"],
    ),
    "centres of two tiers": (
        (
            "- Đến năm 2030, 83% trung tâm văn hóa cấp tỉnh, trung tâm văn hóa cấp "
            "huyện tổ chức hoạt động sáng tạo."
        ),
        ["2030 culture.creative_activities district+province 83 ?shared_figure"],
    ),
    "two that grow, by position": (
        (
            "- Đến năm 2025, số lượt người sử dụng thư viện tăng bình quân 6%/năm, số "
            "lượt khách tham quan bảo tàng tăng bình quân 8%/năm; đến năm 2030 tăng "
            "bình quân tương ứng 9%/năm và 12%/năm."
        ),
        [
            "2025 library.visits_growth all 6/year",
            "2030 library.visits_growth all 9/year",
            "2025 museum.visits_growth all 8/year",
            "2030 museum.visits_growth all 12/year",
        ],
    ),
    "a topic in front": (
        (
            "- Về trung tâm văn hóa: Đến năm 2025 có 57%, đến năm 2030 có 87% nhà văn "
            "hóa thôn có câu lạc bộ."
        ),
        ["2025 culture.clubs village 57", "2030 culture.clubs village 87"],
    ),
    "a milestone beside a rate": (
        (
            "- Bảo tàng tỉnh xây dựng chương trình giáo dục trước năm 2026; lượt khách "
            "tham quan bảo tàng tăng bình quân 7%/năm giai đoạn 2023 - 2025."
        ),
        [
            (
                "2025 museum.education_programme province 100 implied milestone "
                "?no_figure,year_unclear"
            ),
            "2025 museum.visits_growth all 7/year",
        ],
    ),
    "a numbered milestone": (
        (
            "2.1. Đến năm 2025, xây dựng và triển khai chương trình giáo dục tại Bảo "
            "tàng tỉnh.\n2.2. Đến năm 2030, hoàn thành số hóa hiện vật."
        ),
        [
            "2025 museum.education_programme province 100 implied milestone ?no_figure",
            "unread no_figure",
        ],
    ),
    "a milestone that is not legible": (
        "- Đến năm 2025, xxây dzựng chuơnq trznh giqo dxc tại Bxo txng tỉqh.",
        ["unread no_figure"],
    ),
    "a sign without figure": (
        "- Đến năm 2025, x% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời.",
        ["unread no_figure"],
    ),
    "a rise beside a share": (
        (
            "- Đến năm 2025, 73% thư viện cấp huyện cung cấp dịch vụ phục vụ học tập "
            "suốt đời, tăng 28% so với năm 2022."
        ),
        ["2025 library.lifelong_services district 73", "unread change"],
    ),
    "garbled tier behind the noun": (
        (
            "- Đến năm 2025, 20% thư viện tap la, 60% thư viện cấp huyện cung cấp dịch "
            "vụ phục vụ học tập suốt đời."
        ),
        [
            "2025 library.lifelong_services all 20 ?unfamiliar_words",
            "2025 library.lifelong_services district 60",
        ],
    ),
    "tuyến": (
        "- Đến năm 2025, 70% thư viện tuyến huyện cung cấp dịch vụ phục vụ học tập suốt đời.",
        ["2025 library.lifelong_services district 70"],
    ),
    "đặc khu": (
        "- Đến năm 2030, 74% nhà văn hóa xã, phường, đặc khu có câu lạc bộ.",
        ["2030 culture.clubs commune 74"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_variant_is_read(case):
    text, expected = CASES[case]
    plan = parse_plan(HEAD + text + TAIL)
    found = [in_short(target) for target in plan.targets]
    found += [f"unread {sentence.reason}" for sentence in plan.unread]
    assert found == expected


def dated(head: str, text: str) -> list[str]:
    plan = parse_plan(head + HEAD + text + TAIL)
    found = [in_short(target) for target in plan.targets]
    return found + [f"unread {sentence.reason}" for sentence in plan.unread]


def test_year_before_the_plan_says_where_things_stand():
    text = (
        "- Năm 2022, toàn tỉnh có 25% thư viện cấp xã ứng dụng công nghệ thông tin. Đến năm 2025, "
        "40% thư viện cấp xã ứng dụng công nghệ thông tin."
    )
    assert dated("Hà Nam, ngày 14 tháng 8 năm 2023\n", text) == [
        "2025 library.digital commune 40",
        "unread past",
    ]


def test_annex_of_targets_behind_the_plan_is_read():
    text = (
        "II. MỤC TIÊU\nCác chỉ tiêu tại Phụ lục kèm theo.\nIII. NHIỆM VỤ\n1. Tuyên truyền\n"
        "TM. ỦY BAN NHÂN DÂN\n\nPHỤ LỤC\nCÁC CHỈ TIÊU ĐẾN NĂM 2025\n\n"
        "TT\tChỉ tiêu\tNăm 2025\n1\tThư viện cấp huyện có dịch vụ học tập suốt đời\t70%\n"
        "2\tThư viện cấp xã có dịch vụ học tập suốt đời\t40%\n"
    )
    assert [in_short(target) for target in parse_plan(text).targets] == [
        "2025 library.lifelong_services district 70",
        "2025 library.lifelong_services commune 40",
    ]


def test_running_head_within_a_sentence_is_left_out():
    text = (
        "- Đến năm 2025, 71% thư viện cấp huyện, 81% thư viện\n\nKế hoạch số 12/KH-UBND ngày "
        "14/8/2023\n\n2\n\nlực lượng vũ trang cung cấp dịch vụ phục vụ học tập suốt đời."
    )
    assert [in_short(target) for target in parse_plan(HEAD + text + TAIL).targets] == [
        "2025 library.lifelong_services district 71",
        "2025 library.lifelong_services armed_forces 81",
    ]


def test_badly_read_heading_still_opens_the_objectives():
    text = "I. MỤlC TIdU\n1. Mục tiêm ciung\n2. Mu tiéu cu thé\n- Đến năm 2025, 70% thư viện cấp "
    text += "huyện ứng dụng công nghệ thông tin.\nII. NHIỆM VỤ\n"
    assert [in_short(target) for target in parse_plan(text).targets] == [
        "2025 library.digital district 70"
    ]


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        (
            "Báo cáo sơ kết 6 tháng trước ngày 10/6 và báo cáo năm trước ngày 08/12 hằng năm.",
            (12, 8),
        ),
        ("Hằng năm, các đơn vị báo cáo kết quả chậm nhất là ngày 30/11.", (12, 1)),
        ("Hằng năm báo cáo trước ngày 10 tháng 12.", (12, 10)),
    ],
)
def test_yearly_day_is_told_from_other_days(sentence, day):
    assert parse_plan(sentence).report_before == day
