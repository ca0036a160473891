"""Tỉnh Hồng Lam, invented: its plan as a Word file, and the province for a running site.

Neither the province nor its document is real, and no code knows them: the name stands in no
fixture. The plan has other years than the real ones (2026, 2028, 2045), headings, a list, a table.
"""

from pathlib import Path

import docx

from institutions.loading import load_units
from institutions.models import AdministrativeUnit
from tests import factories
from tests.documents import word_file

NUMBER = "77/KH-UBND"
HEAD = (
    "ỦY BAN NHÂN DÂN",
    "TỈNH HỒNG LAM",
    "Số: 77/KH-UBND",
    "Hồng Lam, ngày 10 tháng 3 năm 2025",
)
UNITS = """\
level,code,name,kind,parent_code,valid_from,valid_to,latitude,longitude
province,98,Tỉnh Hồng Lam,tỉnh,,1900-01-01,,,
district,981,Huyện An Bình,huyện,98,1900-01-01,,,
district,982,Huyện Đức Phong,huyện,98,1900-01-01,,,
commune,98101,Xã Ba Sao,xã,981,1900-01-01,,,
commune,98201,Xã Bến Đá,xã,982,1900-01-01,,,
"""
SUCCESSIONS = "level,predecessor_code,successor_code,is_default,effective_on,legal_basis\n"


def plan_document() -> bytes:
    """The signed plan as the Department has it: a Word file."""
    document = docx.Document()
    for line in HEAD:
        document.add_paragraph(line)
    document.add_heading("KẾ HOẠCH", level=1)
    document.add_paragraph(
        "Đẩy mạnh các hoạt động phục vụ học tập suốt đời trong thư viện, bảo tàng, trung tâm văn "
        "hóa trên địa bàn tỉnh Hồng Lam đến năm 2045"
    )
    document.add_paragraph(
        "Thực hiện Quyết định số 1520/QĐ-TTg ngày 09 tháng 12 năm 2022 của Thủ tướng Chính phủ, "
        "Ủy ban nhân dân tỉnh ban hành Kế hoạch như sau:"
    )
    document.add_heading("I. MỤC ĐÍCH, YÊU CẦU", level=2)
    document.add_paragraph("Phát huy vai trò của thư viện, bảo tàng, trung tâm văn hóa.")
    document.add_heading("II. MỤC TIÊU", level=2)
    document.add_heading("1. Mục tiêu đến năm 2026", level=3)
    for line in (
        "50% thư viện công cộng cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời.",
        "Thư viện công cộng cấp tỉnh, 60% thư viện cấp huyện ứng dụng CNTT và chuyển đổi số.",
        "Số lượt người sử dụng thư viện phục vụ học tập tăng bình quân 5%/năm.",
    ):
        document.add_paragraph(line, style="List Bullet")
    document.add_heading("2. Mục tiêu đến năm 2028 và năm 2045", level=3)
    document.add_paragraph(
        "Tỷ lệ trung tâm văn hóa, nhà văn hóa có câu lạc bộ, nhóm sở thích hoạt động thường xuyên:"
    )
    rows = (
        ("Cấp", "Năm 2028", "Năm 2045"),
        ("Cấp huyện", "80%", "100%"),
        ("Cấp xã", "60%", "90%"),
    )
    table = document.add_table(rows=len(rows), cols=3)
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    document.add_heading("III. TỔ CHỨC THỰC HIỆN", level=2)
    document.add_paragraph(
        "Định kỳ hằng năm, các đơn vị báo cáo kết quả thực hiện về Sở Văn hóa, Thể thao và Du lịch "
        "trước ngày 20 tháng 11."
    )
    return word_file(document)


# Code, name, kind and tier of what stands in the province; all of it is reported by one agency.
INSTITUTIONS = (
    ("98-TV-01", "Thư viện tỉnh Hồng Lam", "library", "province", None, None),
    ("98-TV-981", "Thư viện huyện An Bình", "library", "district", "981", None),
    ("98-TV-982", "Thư viện huyện Đức Phong", "library", "district", "982", None),
    ("98-VH-981", "Trung tâm Văn hóa huyện An Bình", "culture_centre", "district", "981", None),
    ("98-VH-98101", "Nhà văn hóa xã Ba Sao", "culture_centre", "commune", "981", "98101"),
    ("98-VH-98201", "Nhà văn hóa xã Bến Đá", "culture_centre", "commune", "982", "98201"),
)
STAFF, LEADER = "hong-lam-so", "hong-lam-lanh-dao"


def found(folder: Path, password: str) -> None:
    """What an administrator sets up before anybody registers a plan: map, roster, accounts."""
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    (folder / "successions.csv").write_text(SUCCESSIONS, encoding="utf-8")
    load_units(folder / "units.csv", folder / "successions.csv")
    codes = [line.split(",")[1] for line in UNITS.splitlines()[1:]]
    units = {unit.code: unit for unit in AdministrativeUnit.objects.filter(code__in=codes)}
    province = units["98"]
    agency = factories.ReportingUnitFactory(
        territory=province, code="98-sovhttdl", name="Sở VHTTDL Hồng Lam (đầu mối)"
    )
    for code, name, kind, tier, district, commune in INSTITUTIONS:
        factories.PlacementFactory(
            institution=factories.InstitutionFactory(code=code, name=name, kind=kind),
            reporting_unit=agency,
            tier=tier,
            district=units.get(district),
            commune=units.get(commune),
        )
    for username, role in ((STAFF, "department"), (LEADER, "leader")):
        person = factories.UserFactory(username=username, password=password)
        factories.MembershipFactory(user=person, role=role, territory=province)
