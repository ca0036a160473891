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
