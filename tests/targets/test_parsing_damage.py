"""Words that a scan has spoilt: what they leave open is asked, and nothing goes away unseen."""

import pytest

from targets.parsing import parse_plan

HEAD = "II. MỤC TIÊU\n2. Mục tiêu cụ thể\n"
TAIL = "\nIII. NHIỆM VỤ\n1. Tuyên truyền\n"
SERVICES = "cung cấp dịch vụ phục vụ học tập suốt đời"
DIGITAL = "ứng dụng công nghệ thông tin, chuyển đổi số"


def read(text: str) -> list[tuple]:
    """Targets as (tiers, year, figure, reasons), then the reasons of the unread sentences."""
    plan = parse_plan(HEAD + text + TAIL)
    found: list[tuple] = [
        ("+".join(one.tiers) or "all", one.year, int(one.minimum), *one.review_reasons)
        for one in plan.targets
    ]
    return found + [("unread", str(one.reason)) for one in plan.unread]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the tier: "ấp" is rather "cấp" than a hamlet
        (
            f"- Đến năm 2025, 100% thư viện ấp tỉnh {SERVICES}.",
            [("all", 2025, 100, "tier_unclear")],
        ),
        (
            f"- Năm 2025, 74% thư viện ấp huện {SERVICES}.",
            [("all", 2025, 74, "tier_unclear", "unfamiliar_words")],
        ),
        (f"- Đến năm 2025, 74% thư viện ấp {SERVICES}.", [("village", 2025, 74, "tier_unclear")]),
        # what is counted: "các xã" or "cấp xã"
        (
            "- Đến năm 2030, 75% cád xã có tổ chức lớp năng khiếu, câu lạc bộ.",
            [("commune", 2030, 75, "tier_unclear")],
        ),
        # a range whose "đến" is not legible
        (
            "- Đến năm 2030, lượt khách tham quan bảo tàng tăng bình quân từ 8 điến 12% mỗi năm.",
            [("all", 2030, 12, "figure_unclear"), ("unread", "not_a_percentage")],
        ),
        # "chuyển đổi số vào năm 2025" is no comparison with 2025
        (
            f"- 30% thư viện cấp xã {DIGITAL} vo năm 2025, 55% iào nm 2030.",
            [("commune", 2025, 30), ("unread", "unknown_group")],
        ),
        # a group of the list that is not legible is not made up from the list before
        (
            f"- Đến năm 2025, 62% thư viện cấp huyện {DIGITAL}.\n- 42% phư viện cấp xã {DIGITAL}.",
            [("district", 2025, 62), ("unread", "unknown_group")],
        ),
        (
            f"- Năm 2025, 90% thư viện huyện, hu vién lyc 1u0’ng vi tralng, 50% cấp xã {SERVICES}.",
            [
                ("district", 2025, 90, "unfamiliar_words"),
                ("commune", 2025, 50),
                ("unread", "unknown_group"),
            ],
        ),
        # where things stand, in a text whose own date is lost
        (f"- Năm 2022, toàn tỉnh có 25% thư viện cấp xã {DIGITAL}.", [("unread", "past")]),
    ],
)
def test_what_damage_leaves_open_is_asked(text, expected):
    assert read(text) == expected


def test_heading_swallowed_by_the_entry_before_makes_the_years_below_unclear():
    text = (
        f"2.1. Thư viện {DIGITAL}\na) Đến năm 2025\n- Thư viện cấp huyện: 51%\n"
        "- Thư viện cấp xã: 21%\n\nbi) đến năm 2030\n- Thư viện cấp tỉnh: 81%"
    )
    assert read(text) == [
        ("district", 2025, 51),
        ("commune", 2030, 21, "year_unclear"),
        ("province", 2025, 81, "year_unclear"),
    ]


@pytest.mark.parametrize("column", ["Thư viện ấpl tỉnh", "Thư viện cấ bã"])
def test_illegible_tier_above_a_column_is_asked(column):
    text = (
        f"Tỷ lệ thư viện {SERVICES}:\n\nNăm\t{column}\tThư viện cấp huyện\n"
        "2025\t100%\t73%\n2030\t100%\t93%\n"
    )
    flagged = [row[:2] for row in read(text) if "tier_unclear" in row]
    assert flagged == [("all", 2025), ("all", 2030)]


@pytest.mark.parametrize("label", ["Thư viện hấp xuyện", "Thư viện ấp tỉnh"])
def test_illegible_tier_of_a_row_is_asked(label):
    text = f"Tỷ lệ thư viện {SERVICES}:\n\nTT\tChỉ tiêu\t2025\t2030\n1\t{label}\t71%\t91%\n"
    assert [row[0] for row in read(text) if "tier_unclear" in row] == ["all", "all"]


# -- headings ----------------------------------------------------------------------------------

TARGET = f"- Đến năm 2025, 70% thư viện cấp huyện {SERVICES}."


@pytest.mark.parametrize("general", ["1. Mục tiêu chlumg", "1. Mục tiêu chg", "1. Mục tiêu"])
def test_illegible_heading_beside_a_section_that_says_nothing_goes_on_with_it(general):
    text = f"gIl. MC TIÊ\n{general}\nTiếp tục đổi mới.\n2. Mục iêb cụ thể\n{TARGET}\nIII. KINH PHÍ"
    (target,) = parse_plan(text).targets
    assert target.minimum == 70


def test_figures_are_listed_where_the_section_found_says_nothing():
    text = f"I. MỤC TIÊU\nTiếp tục đổi mới.\nIlI. xH TxEJ\n{TARGET}\nIV. KINH PHÍ\nGiảm 5% chi."
    plan = parse_plan(text)
    assert plan.targets == ()
    assert [(one.text, str(one.reason)) for one in plan.unread] == [
        (TARGET.removeprefix("- "), "outside")
    ]


@pytest.mark.parametrize("title", ["PHỤ LỤC", "PiỤ LỤC", "PHU LUC I", "Biễu số 01"])
def test_annex_is_found_however_its_title_is_read(title):
    text = (
        f"{HEAD}{TARGET}{TAIL}\n{title}\nCÁC CHỈ TIÊU ĐẾN NĂM 2030\n\nTT\tChỉ tiêu\t2025\t2030\n"
        f"1\tTỷ lệ thư viện cấp xã {SERVICES}\t42%\t62%\n"
    )
    assert [int(one.minimum) for one in parse_plan(text).targets] == [70, 42, 62]


@pytest.mark.parametrize("number", ["III.", "IiI.", "kII.", "Ill."])
def test_tasks_behind_an_illegible_number_are_no_objectives(number):
    later = TARGET.replace("2025", "2027")
    plan = parse_plan(f"{HEAD}{TARGET}\n\n{number} NHIỆM VỤ, GII PHÁP\n{later}")
    assert [one.year for one in plan.targets] == [2025]


def test_column_whose_head_says_nothing_known_is_asked():
    text = (
        "2. Mục tiêu đến năm 2025\n\nChỉ tiêu\tThư viện cấp huyện\tTư viện cấp x\n"
        f"Tỷ lệ thư viện {SERVICES}\t73%\t43%\nTỷ lệ thư viện {DIGITAL}\t63%\t23%\n"
    )
    assert [row for row in read(text) if row[0] == "all"] == [
        ("all", 2025, 43, "tier_unclear"),
        ("all", 2025, 23, "tier_unclear"),
    ]


def test_figure_of_a_clause_is_not_given_to_a_group_of_the_clause_before():
    text = (
        f"- Đến năm 2025, 38% thư viện cấp xã {SERVICES}; đến năm 2030, các thư viện xpn "
        f"{SERVICES} đạt 88%."
    )
    assert ("commune", 2030, 88) not in read(text)


@pytest.mark.parametrize("number", ["II.", "Ir.", "IlI.", "kI."])
def test_objectives_behind_an_illegible_number_hold_the_headings_below_them(number):
    text = (
        f"{number} MỤC TIÊU\n\n1. Mục tiêu chung\nTiếp tục đổi mới.\n\n2. Mục tiêu cụ thể\n\n"
        f"2.1. Đối với hệ thống thư viện\n{TARGET}\n\nIII. NHIỆM VỤ"
    )
    assert [one.year for one in parse_plan(text).targets] == [2025]


def test_scheme_whose_name_is_illegible_gives_no_sure_year():
    text = f"- Lồng ghép Đd án phiát trển văn hóa giai đoạn 2021 - 2025, 68% thư viện xã {DIGITAL}."
    assert read(text) == [("commune", 2025, 68, "year_unclear")]


def test_part_of_a_group_is_asked():
    text = f"- Đến năm 2025, thư viện huyện {SERVICES}, trong đó 82% thư viện tiểu học."
    assert [row for row in read(text) if "narrower" in row and row[2] == 82]


def test_noun_that_opens_a_statement_owns_no_figure_of_the_group_behind_it():
    text = (
        "- Về trung tâm văn hóa: Đến năm 2025 có 57%, đến năm 2030 có 87% nhà văn óa phôn, tổ dân "
    )
    text += "phố duy trì câu lạc bộ."
    assert ("all", 2025, 57) not in read(text)
