"""Number, date, province and reporting day of documents."""

from datetime import date

import pytest

from targets.parsing import parse_plan

PROVINCES = [
    "Thành phố Hà Nội", "Thành phố Đà Nẵng", "Thành phố Hồ Chí Minh", "Tỉnh Bắc Giang",
    "Tỉnh Bắc Kạn", "Tỉnh Bắc Ninh", "Tỉnh Hà Giang", "Tỉnh Hà Tĩnh", "Tỉnh Thanh Hóa",
    "Tỉnh Đắk Lắk", "Tỉnh Đắk Nông", "Tỉnh Lào Cai", "Tỉnh Lai Châu", "Tỉnh Bà Rịa - Vũng Tàu",
]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "number", "issued_on", "province"),
    [
        ("ỦY BAN NHÂN DÂN\nTỈNH ĐẮK LẮK\nSố: 06/KH-UBND\nĐắk Lắk, ngày 10 tháng 01 năm 2023",
         "06/KH-UBND", date(2023, 1, 10), "Đắk Lắk"),
        ("TINH THANH HOA\nS6: 94/KH-UBND Thanh Hoa, ngay 3 thang 5 nam 2023",
         "94/KH-UBND", date(2023, 5, 3), "Thanh Hóa"),
        ("Số: 87/KH-UBND Đà Nẵng, ngày 19 tháng 5 năm 2023",
         "87/KH-UBND", date(2023, 5, 19), "Đà Nẵng"),
        ("Số: 12/QĐ-UBND\nBà Rịa - Vũng Tàu, ngày 19 tháng 5 năm 2023",
         "12/QĐ-UBND", date(2023, 5, 19), "Bà Rịa - Vũng Tàu"),
        ("S0: 12/0D-UBND Bic Giang, ngdy 1 thdng 2 ndm 2023",
         "12/QĐ-UBND", date(2023, 2, 1), "Bắc Giang"),
        ("TP. Hồ Chí Minh, ngày 09 tháng 02 năm 2023\nSố: 1234/KH-UBND",
         "1234/KH-UBND", date(2023, 2, 9), "Hồ Chí Minh"),
        ("UBND TỈNH LÀO CAI\nSố:    /KH-UBND\nLào Cai, ngày    tháng 5 năm 2023",
         None, None, "Lào Cai"),
        ("KẾ HOẠCH\nCăn cứ Luật ngày 19 tháng 6 năm 2015; trên địa bàn tỉnh Lai Châu",
         None, None, "Lai Châu"),
        ("Căn cứ Quyết định số 1520/QĐ-TTg ngày 09 tháng 12 năm 2022;", None, None, None),
        ("Số: 5/KH-UBND\nĐắk Nông, ngày 31 tháng 02 năm 2023", "5/KH-UBND", None, None),
    ],
)  # fmt: skip
def test_head_is_read(head, number, issued_on, province):
    plan = parse_plan(head, provinces=PROVINCES)
    assert (plan.number, plan.issued_on, plan.province) == (number, issued_on, province)


@pytest.mark.parametrize(
    ("head", "province"),
    [
        ("Bac Kan, ngay 28 thang 6 nam 2023", "Bac Kan"),
        ("Bà Rịa - Vũng Tàu, ngày 19 tháng 5 năm 2023", "Bà Rịa - Vũng Tàu"),
        ("TP. Hồ Chí Minh, ngày 09 tháng 02 năm 2023", "Hồ Chí Minh"),
        ("KẾ HOẠCH", None),
    ],
)
def test_province_is_as_read_when_no_names_are_known(head, province):
    assert parse_plan(head).province == province


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Định kỳ hằng năm, báo cáo kết quả về Sở trước ngày 05/12.", (12, 5)),
        ("Các đơn vị báo cáo trước ngày 20 tháng 11 hàng năm để tổng hợp.", (11, 20)),
        ("Báo cáo định kỳ trước 30/11 hằng năm.", (11, 30)),
        ("dinh ky bao cao két qua trudc ngay 01 thang 12 hang nim", (12, 1)),
        ("Báo cáo trước ngày 15/11/2023.", None),
        ("Định kỳ báo cáo trước ngày 15 tháng 11 năm 2023.", None),
        ("Định kỳ báo cáo trước ngày 35/12.", None),
        ("Hoàn thành trước ngày 05/12 hằng năm.", None),
    ],
)
def test_reporting_day_is_the_yearly_one(text, day):
    assert parse_plan(text).report_before == day


PROGRAMME = "“Đẩy mạnh các hoạt động phục vụ học tập suốt đời trong thư viện, bảo tàng”"


@pytest.mark.parametrize(
    ("head", "number", "issued_on", "doubts"),
    [
        # the decision has number and day, its annexed plan repeats them
        (("Số: 1150/QĐ-UBND\nBắc Kạn, ngày 28 tháng 6 năm 2023\nQUYẾT ĐỊNH\nĐiều 1. Ban hành\n"
         "KẾ HOẠCH\n(Kèm theo Quyết định số 1150/QĐ-UBND ngày 28/6/2023 của UBND tỉnh)"),
         "1150/QĐ-UBND", date(2023, 6, 28), ()),
        # the annexed plan leaves them blank
        (("Số: 1150/QĐ-UBND\nBắc Kạn, ngày 28 tháng 6 năm 2023\nQUYẾT ĐỊNH\nĐiều 1. Ban hành\n"
         "KẾ HOẠCH\n(Kèm theo Quyết định số     /QĐ-UBND ngày   /6/2023 của UBND tỉnh)"),
         "1150/QĐ-UBND", date(2023, 6, 28), ()),
        # only the annexed plan is at hand
        (("ỦY BAN NHÂN DÂN\nTỈNH NGHỆ AN\nKẾ HOẠCH\nThực hiện Chương trình\n(Ban hành kèm theo "
         "Quyết định số 773/QĐ-UBND ngày 22 tháng 9 năm 2023 của UBND tỉnh Nghệ An)"),
         "773/QĐ-UBND", date(2023, 9, 22), ()),
        # the decision's own head is blank
        (("Số:      /QĐ-UBND\nBắc Kạn, ngày     tháng 6 năm 2023\nQUYẾT ĐỊNH\nKẾ HOẠCH\n"
         "(Kèm theo Quyết định số: 1150/QĐ-UBND ngày 28/6/2023 của UBND tỉnh)"),
         "1150/QĐ-UBND", date(2023, 6, 28), ()),
        # they name different ones: the head counts, a person looks
        (("Số: 1150/QĐ-UBND\nBắc Kạn, ngày 28 tháng 6 năm 2023\nQUYẾT ĐỊNH\nKẾ HOẠCH\n"
         "(Kèm theo Quyết định số 1160/QĐ-UBND ngày 29/6/2023 của UBND tỉnh)"),
         "1150/QĐ-UBND", date(2023, 6, 28), ("number", "issued_on")),
        # the plan has a number of its own
        (("Số: 1150/QĐ-UBND\nBắc Kạn, ngày 28 tháng 6 năm 2023\nQUYẾT ĐỊNH\n"
         "Số: 12/KH-UBND\nBắc Kạn, ngày 29 tháng 6 năm 2023\nKẾ HOẠCH"),
         "1150/QĐ-UBND", date(2023, 6, 28), ()),
        # the head as one row of a table without lines
        (("ỦY BAN NHÂN DÂN TỈNH LÂM ĐỒNG ------- Số: 2461/KH-UBND\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT "
         "NAM Độc lập - Tự do - Hạnh phúc --------------- Lâm Đồng, ngày 30 tháng 3 năm 2023\n"
         "KẾ HOẠCH"),
         "2461/KH-UBND", date(2023, 3, 30), ()),
        (("UBND TỈNH LÂM ĐỒNG\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
         "Số: 2461/KH-UBND\tLâm Đồng, ngày 30 tháng 3 năm 2023"),
         "2461/KH-UBND", date(2023, 3, 30), ()),
        ("KẾ HOẠCH\nThực hiện Quyết định số: 1520/QĐ-TTg của Thủ tướng\n", None, None, ()),
    ],
)  # fmt: skip
def test_decision_and_annexed_plan_give_one_number_and_day(head, number, issued_on, doubts):
    plan = parse_plan(head, provinces=PROVINCES)
    assert (plan.number, plan.issued_on, plan.head_doubts) == (number, issued_on, doubts)


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ((f"Số: 1/KH-UBND\n\nKẾ HOẠCH\n\nTriển khai thực hiện Chương trình\n{PROGRAMME}\n"
         "trên địa bàn tỉnh Gia Lai\n\nCăn cứ Quyết định số 1520/QĐ-TTg;"),
         f"Triển khai thực hiện Chương trình {PROGRAMME} trên địa bàn tỉnh Gia Lai"),
        ("KẾ HOẠCH\nThực hiện Quyết định 1520/QĐ-TTg\nCăn cứ Quyết định số 1520/QĐ-TTg;",
         "Thực hiện Quyết định 1520/QĐ-TTg"),
        ("QUYẾT ĐỊNH\nBan hành Kế hoạch học tập suốt đời\n\nỦY BAN NHÂN DÂN\n\nQUYẾT ĐỊNH:\n",
         "Ban hành Kế hoạch học tập suốt đời"),
        (("QUYẾT ĐỊNH\nVề việc ban hành Kế hoạch\n\nĐiều 1.\nKẾ HOẠCH\nThực hiện Chương trình\n"
         "(Kèm theo Quyết định số 5/QĐ-UBND)"), "Thực hiện Chương trình"),
        ("Số: 5/UBND-KGVX\nV/v thực hiện Quyết định số 1520/QĐ-TTg\n\nKính gửi:",
         "thực hiện Quyết định số 1520/QĐ-TTg"),
        ("KẾ HOẠCH\n\nI. MỤC TIÊU\n", None),
        ("Ủy ban nhân dân tỉnh ban hành Kế hoạch như sau", None),
    ],
)  # fmt: skip
def test_title_is_read(head, title):
    assert parse_plan(head).title == title


@pytest.mark.parametrize(
    ("text", "mandate"),
    [
        (
            (
                f"Căn cứ Quyết định số 1373/QĐ-TTg ngày 30/7/2021 phê duyệt Đề án;"
                f"\nThực hiện Quyết định số 1520/QĐ-TTg phê duyệt Chương trình {PROGRAMME};"
            ),
            "1520/QĐ-TTg",
        ),
        (
            (
                f"Căn cứ Quyết định số 1520/0D-TTg phê duyệt Chương trình {PROGRAMME}; "
                "Quyết định số 1346/QĐ-BVHTTDL ngày 26/5/2023 ban hành Kế hoạch"
            ),
            "1520/QĐ-TTg",
        ),
        ("Căn cứ Nghị định số 09/2019/NĐ-CP; Tờ trình số 46/TTr-SVHTTDL", None),
    ],
)
def test_mandate_is_the_decision_carried_out(text, mandate):
    assert parse_plan(text).mandate == mandate


def test_province_that_no_list_knows_stays_as_read():
    names = ["Tỉnh Long An", "Tỉnh Hà Nam"]
    assert parse_plan("UBND TỈNH HỒNG LAM\n", provinces=names).province == "Hồng Lam"
