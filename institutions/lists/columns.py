"""The columns of a list of institutions, by whatever name a file gives them, and its cells.

PURE: no Django.
"""

import datetime
import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from institutions.names import slug


class Column(StrEnum):
    CODE = "code"
    NAME = "name"
    KIND = "kind"
    TIER = "tier"
    DISTRICT = "district"
    COMMUNE = "commune"
    REPORTING_UNIT = "reporting_unit"
    OPENED_ON = "opened_on"
    CLOSED_ON = "closed_on"


# As the template writes them, as the exported list does, and as people do.
_NAMED = {
    Column.CODE: ("Mã", "Mã thiết chế", "Mã số", "Code", "Institution code"),
    Column.NAME: ("Tên", "Tên thiết chế", "Thiết chế", "Tên gọi", "Name", "Institution"),
    Column.KIND: ("Loại thiết chế", "Loại", "Kind"),
    Column.TIER: ("Cấp", "Cấp, loại hình", "Loại hình", "Cấp/loại hình", "Tier"),
    Column.DISTRICT: ("Cấp huyện", "Huyện", "Quận/huyện", "Huyện/thị xã/thành phố", "District"),
    Column.COMMUNE: ("Cấp xã", "Xã", "Phường/xã", "Xã/phường", "Xã/phường/thị trấn", "Commune"),
    Column.REPORTING_UNIT: ("Đơn vị báo cáo", "Reported by", "Reporting unit"),
    Column.OPENED_ON: (
        *("Ngày hoạt động", "Ngày thành lập", "Hoạt động từ", "Ngày bắt đầu hoạt động"),
        *("Thành lập", "Ngày mở cửa", "Opened on"),
    ),
    Column.CLOSED_ON: ("Ngày đóng", "Ngày đóng cửa", "Đóng cửa", "Ngày giải thể", "Closed on"),
}
_COLUMNS = {
    **{slug(column.value): column for column in Column},
    **{slug(name): column for column, names in _NAMED.items() for name in names},
}
# What an export writes before text that a spreadsheet would run as a formula.
_ARMOUR = re.compile(r"'(?=[=+\-@])")
# Takes a value away, as in the import of figures; a blank cell leaves it as it is.
NOTHING = "-"


def column_of(heading: str) -> Column | None:
    """The column that a heading names, with or without diacritics; None: none of ours."""
    return _COLUMNS.get(slug(heading))


def known_headings(cells: Sequence[str]) -> int:
    """How many known headings stand in a row: the line with most of them is the heading."""
    return len({column for cell in cells if (column := column_of(cell))})


def cleaned(cell: str) -> str:
    """The text of a cell on one line, composed, without signs that cannot be seen."""
    text = unicodedata.normalize("NFC", cell)
    text = "".join(char for char in text if char.isprintable() or char.isspace())
    return _ARMOUR.sub("", " ".join(text.split()), count=1)


def read_day(text: str) -> datetime.date:
    """ "30/11/2025", "30-11-2025", "30.11.2025" or "2025-11-30", with or without a time of day.

    Raises ValueError for anything else: a year alone names no day.
    """
    text = re.sub(r"[ T]0?0:00(:00)?$", "", text)
    if match := re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", text, re.ASCII):
        day, _mark, month, year = match.groups()
    elif match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text, re.ASCII):
        year, month, day = match.groups()
    else:
        raise ValueError(text)
    return datetime.date(int(year), int(month), int(day))
