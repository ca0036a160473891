"""Makes tests/data/files/: files as districts send them, one trap each, and manifest.json beside
them, which says what is to be read.

    python tests/data/make_files.py                  everything but what LibreOffice makes
    python tests/data/make_files.py --libreoffice    that too (needs soffice; its files differ in
                                                     bytes from run to run)

Expectations are written here by hand, never taken from the reader. The institutions are those of
tests/conftest.py. `import` in an entry: what importing the file into the report of unit 981 does
while nothing is answered there yet: rows new, changed, same and invalid; "asks": questions that
stay open; "problems": headings that stop the whole file.
"""

import csv
import html
import io
import json
import re
import struct
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
import zlib
from datetime import date
from pathlib import Path

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

HERE = Path(__file__).parent / "files"

H = [
    "Mã thiết chế",
    "Tên thiết chế",
    "Dịch vụ học tập suốt đời",
    "Ứng dụng CNTT, chuyển đổi số",
    "Lượt người sử dụng thư viện",
    "Hoạt động sáng tạo, hưởng thụ văn hoá",
    "Lớp năng khiếu, câu lạc bộ",
    "Ghi chú",
]
R = [
    ["98-TV-981", "Thư viện huyện An Bình", "Có", "Có", "1250", "", "", ""],
    ["98-TV-98102", "Thư viện xã Ba Sao", "Có", "Không", "320", "", "", ""],
    ["98-VH-981", "Trung tâm Văn hoá huyện An Bình", "", "", "", "Có", "Có", ""],
    ["98-VH-98102", "Nhà văn hoá xã Ba Sao", "", "", "", "Có", "Không", ""],
    ["98-VH-98103", "Nhà văn hoá xã Đa Mai", "", "", "", "Không", "Không", ""],
    ["98-NVH-98102-01", "Nhà văn hoá thôn Đông", "", "", "", "Không", "Có", ""],
]
# TCVN3 has no capital Ứ: it is typed small, and looks so in any other font.
SMALL_H = [cell.replace("Ứ", "ứ") for cell in H]
NEW = {"new": 6, "changed": 0, "same": 0, "invalid": 0}
NOTHING = {"new": 0, "changed": 0, "same": 0, "invalid": 0}

entries: list[dict] = []


def case(file: str, trap: str, content: bytes, /, **expected) -> None:
    """Keep a file and what is expected of it; `rows_from`: where the rows of R begin."""
    if "problem" not in expected:
        header = expected.setdefault("header_line", 1)
        first = expected.pop("rows_from", header + 1)
        expected.setdefault("format", "text")
        expected.setdefault("headings", H)
        expected.setdefault("rows", len(R))
        expected.setdefault("passed_over", [])
        expected.setdefault("doubts", [])
        expected.setdefault("typed_in", None)
        if expected["format"] == "text":
            expected.setdefault("encoding", "utf-8")
            expected.setdefault("delimiter", ";")
        expected.setdefault(
            "cells",
            [
                [first, 0, "98-TV-981"],
                [first, 1, "Thư viện huyện An Bình"],
                [first + 1, 3, "Không"],
                [first + 4, 1, "Nhà văn hoá xã Đa Mai"],
            ],
        )
    if content is not None:
        (HERE / file).write_bytes(content)
    entries.append({"file": file, "trap": trap, **expected})


# Text --------------------------------------------------------------------------------------


def table(rows=None, *, delimiter=";", end="\r\n", quoting=csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([H, *R] if rows is None else rows)
    return out.getvalue()


def changed(places: dict, rows=R) -> list[list[str]]:
    """The table with some cells replaced: {(row, column): text}."""
    copy = [list(row) for row in rows]
    for (row, column), text in places.items():
        copy[row][column] = text
    return copy


def to_1258(text: str) -> bytes:
    """Windows-1258 has tones as marks of their own behind the letter."""
    out = bytearray()
    for char in unicodedata.normalize("NFC", text):
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", char)
            tones = "".join(mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323")
            letter = "".join(mark for mark in parts if mark not in tones)
            out += (unicodedata.normalize("NFC", letter) + tones).encode("cp1258")
    return bytes(out)


# Unicode letter -> what stands for it in the fonts of before Unicode, as Unikey converts.
_SMALL = (  # noqa: SIM905
    "à ả ã á ạ ă ằ ẳ ẵ ắ ặ â ầ ẩ ẫ ấ ậ è ẻ ẽ é ẹ ê ề ể ễ ế ệ ì ỉ ĩ í ị ò ỏ õ ó ọ ô ồ ổ ỗ ố ộ "
    "ơ ờ ở ỡ ớ ợ ù ủ ũ ú ụ ư ừ ử ữ ứ ự ỳ ỷ ỹ ý ỵ đ"
).split()
_TCVN3_BYTES = bytes.fromhex(
    "b5b6b7b8b9a8bbbcbdbec6a9c7c8c9cacbcccecfd0d1aad2d3d4d5d6d7d8dcdddedfe1e2e3e4abe5e6e7e8e9"
    "aceaebecedeeeff1f2f3f4adf5f6f7f8f9fafbfcfdfeae"
)
TCVN3 = dict(zip(_SMALL, _TCVN3_BYTES.decode("latin-1"), strict=True))
TCVN3 |= dict(zip("ĂÂÊÔƠƯĐ", "¡¢£¤¥¦§", strict=True))
VNI = dict(
    zip(
        _SMALL,
        (  # noqa: SIM905
            "aø aû aõ aù aï aê aè aú aü aé aë aâ aà aå aã aá aä eø eû eõ eù eï eâ eà eå eã eá eä "
            "ì æ ó í ò oø oû oõ où oï oâ oà oå oã oá oä ô ôø ôû ôõ ôù ôï uø uû uõ uù uï "
            "ö öø öû öõ öù öï yø yû yõ yù î ñ"
        ).split(),
        strict=True,
    )
)


def in_tcvn3(text: str) -> str:
    """As typed in .VnTime; capitals with a tone have no code of their own and are small."""
    return "".join(TCVN3.get(char) or TCVN3.get(char.lower(), char) for char in text)


def in_vni(text: str) -> str:
    def typed(char: str) -> str:
        if char in VNI:
            return VNI[char]
        return VNI[char.lower()].upper() if char.lower() in VNI else char

    return "".join(map(typed, text))


def without_marks(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in parts if not unicodedata.combining(char))


def encodings() -> None:
    t = table()
    tabbed = table(delimiter="\t")
    imported = {"import": NEW}
    case("utf8.csv", "UTF-8 without a mark, as Google Sheets saves it", t.encode(), **imported)
    case("utf8-bom.csv", "Excel's “CSV UTF-8”", t.encode("utf-8-sig"), **imported)
    case("utf16-le-bom.txt", "Excel's “Unicode Text”", tabbed.encode("utf-16"),
         encoding="utf-16-le", delimiter="\t", **imported)  # fmt: skip
    case("utf16-be-bom.txt", "UTF-16, big end first", b"\xfe\xff" + tabbed.encode("utf-16-be"),
         encoding="utf-16-be", delimiter="\t", **imported)  # fmt: skip
    case("utf16-le.txt", "UTF-16 whose mark was lost", tabbed.encode("utf-16-le"),
         encoding="utf-16-le", delimiter="\t", **imported)  # fmt: skip
    case("utf16-be.txt", "UTF-16, big end first, mark lost", tabbed.encode("utf-16-be"),
         encoding="utf-16-be", delimiter="\t", **imported)  # fmt: skip
    case("windows-1258.csv", "Excel's “CSV” on a Vietnamese Windows: tones as marks of their own",
         to_1258(t), encoding="cp1258", **imported)  # fmt: skip
    case("nfd.csv", "letters and marks apart, as Macs write them",
         unicodedata.normalize("NFD", t).encode(), **imported)  # fmt: skip
    case("nfc-and-nfd.csv", "rows pasted from a Mac among others",
         (table([H, *R[:3]]) + unicodedata.normalize("NFD", table(R[3:]))).encode(),
         **imported)  # fmt: skip
    case("tcvn3.csv", "typed in .VnTime, saved as CSV", in_tcvn3(t).encode("cp1252"),
         encoding="cp1252", typed_in="tcvn3", headings=SMALL_H, **imported)  # fmt: skip
    case("vni.csv", "typed in VNI-Times, saved as CSV", in_vni(t).encode("cp1252"),
         encoding="cp1252", typed_in="vni", **imported)  # fmt: skip
    case("tcvn3-utf8.csv", "typed in .VnTime, saved as CSV UTF-8", in_tcvn3(t).encode("utf-8-sig"),
         typed_in="tcvn3", headings=SMALL_H, **imported)  # fmt: skip
    case("vni-utf8.csv", "typed in VNI-Times, saved as CSV UTF-8", in_vni(t).encode("utf-8-sig"),
         typed_in="vni", **imported)  # fmt: skip
    loud = [[cell.upper() for cell in H], *changed({(4, 1): R[4][1].upper()})]
    case("tcvn3-capitals.csv", "capitals in .VnTime: those with a tone are typed small",
         in_tcvn3(table(loud)).encode("cp1252"), encoding="cp1252", typed_in="tcvn3",
         headings=loud[0], cells=[[6, 1, "NHÀ VĂN HOÁ XÃ ĐA MAI"]], **imported)  # fmt: skip
    case("vni-capitals.csv", "capitals in VNI-Times", in_vni(table(loud)).encode("cp1252"),
         encoding="cp1252", typed_in="vni", headings=loud[0],
         cells=[[6, 1, "NHÀ VĂN HOÁ XÃ ĐA MAI"]], **imported)  # fmt: skip
    mixed = [H, *R[:3], *([in_tcvn3(cell) for cell in row] for row in R[3:5]), R[5]]
    case("mixed-fonts.csv", "two rows pasted from an old .VnTime file into a new one",
         table(mixed).encode("utf-8-sig"), doubts=["typed_in"],
         cells=[[5, 1, "Nhà văn hoá xã Ba Sao"], [6, 5, "Không"], [5, 5, "Cã"]],
         **{"import": {**NEW, "new": 5, "invalid": 1}})  # fmt: skip
    case("mojibake.csv", "UTF-8 opened as Windows-1252 and saved so",
         "".join(bytes([b]).decode("cp1252") if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(b)
                 for b in t.encode()).encode("utf-8-sig"), typed_in="mojibake",
         **imported)  # fmt: skip
    case("letters-lost.csv", "“CSV” of an English Excel: letters it lacks became question marks",
         t.encode("cp1252", "replace"), encoding="cp1252", doubts=["letters_lost"],
         headings=[h.encode("cp1252", "replace").decode("cp1252") for h in H],
         cells=[[2, 0, "98-TV-981"], [2, 1, "Th? vi?n huy?n An Bình"]],
         **{"import": {**NOTHING, "problems": True}})  # fmt: skip
    case("letters-replaced.csv", "letters replaced by the sign for unknown ones",
         t.replace("Thư viện", "Th\ufffd vi\ufffdn").encode(), doubts=["letters_lost"],
         cells=[[2, 1, "Th\ufffd vi\ufffdn huyện An Bình"]], **imported)  # fmt: skip
    plain = table([[without_marks(c) for c in H], *([without_marks(c) for c in r] for r in R)])
    case("no-diacritics.csv", "everything typed without diacritics", plain.encode("ascii"),
         headings=[without_marks(c) for c in H],
         cells=[[6, 1, "Nha van hoa xa Da Mai"], [3, 3, "Khong"]], **imported)  # fmt: skip
    few = [[without_marks(c) for c in H], *([r[0], without_marks(r[1]), *r[2:]] for r in R)]
    case("windows-1252-few.csv", "Windows-1252 in which only Có and Không have diacritics",
         table(few).encode("cp1252"), encoding="cp1252", headings=few[0],
         cells=[[2, 2, "Có"], [3, 3, "Không"]], **imported)  # fmt: skip
    bad = t.encode().replace("xã Đa Mai".encode(), b"x\xe3 \xd0a Mai")
    case("utf8-with-a-foreign-row.csv", "one row in another encoding than the rest", bad,
         problem="encoding")  # fmt: skip
    case("other-alphabet.csv", "a Chinese file in GBK",
         "机构代码;机构名称;备注\r\n98-TV-981;安平县图书馆;有终身学习服务\r\n".encode("gbk") * 3,
         problem="encoding")  # fmt: skip
    case("utf16-torn.txt", "UTF-16 cut in the middle of a letter", tabbed.encode("utf-16")[:-1],
         problem="damaged")  # fmt: skip
    case("dos-end.csv", "the sign by which DOS ended files", t.encode("utf-8-sig") + b"\x1a",
         **imported)  # fmt: skip


def separators() -> None:
    imported = {"import": NEW}
    case("comma.csv", "commas, and a heading that holds one", table(delimiter=",").encode(),
         delimiter=",", **imported)  # fmt: skip
    case("tab.tsv", "tabs", table(delimiter="\t").encode(), delimiter="\t", **imported)
    case("bar.txt", "upright bars", table(delimiter="|").encode(), delimiter="|", **imported)
    case("sep-line.csv", "the line that tells Excel the separator",
         ("sep=;\r\n" + table()).encode("utf-8-sig"),
         passed_over=[[0, 0, "separator_line"]], **imported)  # fmt: skip
    case("sep-line-rare.csv", "a separator that nobody guesses, named in the first line",
         ("sep=^\r\n" + table(delimiter="^")).encode(), delimiter="^",
         passed_over=[[0, 0, "separator_line"]], **imported)  # fmt: skip
    case("all-quoted.csv", "every cell in quotation marks",
         table(quoting=csv.QUOTE_ALL, delimiter=",").encode(), delimiter=",",
         **imported)  # fmt: skip
    broken = changed({(0, 7): "Đang sửa\nmái; xong “cuối năm”", (1, 7): 'Phòng "Đọc"'})
    case("breaks-in-cells.csv", "line breaks, separators and quotation marks within cells",
         table([H, *broken]).encode("utf-8-sig"),
         cells=[[2, 7, "Đang sửa\nmái; xong “cuối năm”"], [3, 7, 'Phòng "Đọc"'],
                [4, 0, "98-VH-981"]], **imported)  # fmt: skip
    wrapped = ["Mã\nthiết chế", *H[1:]]
    case("breaks-in-headings.csv", "headings wrapped by hand", table([wrapped, *R]).encode(),
         **imported)  # fmt: skip
    case(
        "open-quote.csv",
        "a quotation mark that is never closed",
        table([H, *R]).replace("98-VH-98103", '"98-VH-98103').encode(),
        problem="quotes",
    )
    case("cr-ends.csv", "line ends of old Macs", table(end="\r").encode(), **imported)
    case("lf-ends.csv", "line ends of Unix", table(end="\n").encode(), **imported)
    case("trailing-separators.csv", "separators after the last column",
         table([[*row, "", "", ""] for row in [H, *R]]).encode(), **imported)  # fmt: skip
    case("short-rows.csv", "blank cells at the end of rows left off",
         "\r\n".join(line.rstrip(";") for line in table().splitlines()).encode(),
         **imported)  # fmt: skip
    case("long-row.csv", "a comma too many in one row",
         table([H, *R[:2], [*R[2], "x"], *R[3:]]).encode(),
         **{"import": {**NEW, "new": 5, "invalid": 1}})  # fmt: skip
    case("spaces.csv", "spaces, also unbreakable ones, around the cells",
         table([[f"  {cell}\u00a0" for cell in row] for row in [H, *R]]).encode(),
         **imported)  # fmt: skip
    case("one-column.csv", "separators lost: everything in one column",
         "\r\n".join(" ".join(row) for row in R).encode(), headings=[" ".join(R[0])[:-3].strip()],
         rows=5, doubts=["heading"], cells=[[2, 0, "98-TV-98102 Thư viện xã Ba Sao Có Không 320"]],
         **{"import": {**NOTHING, "problems": True}})  # fmt: skip


SIGNED = [
    [],
    ["", "", "", "", "An Bình, ngày 25 tháng 11 năm 2025"],
    ["", "Người lập biểu", "", "", "Thủ trưởng đơn vị"],
    ["", "(Ký, ghi rõ họ tên)", "", "", "(Ký tên, đóng dấu)"],
    [],
    ["", "Lê Văn An", "", "", "Trần Thị Hà"],
]
TITLES = [
    ["UBND HUYỆN AN BÌNH", "", "", "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
    ["PHÒNG VĂN HOÁ VÀ THÔNG TIN", "", "", "Độc lập - Tự do - Hạnh phúc"],
    [],
    ["BÁO CÁO KẾT QUẢ HỌC TẬP SUỐT ĐỜI NĂM 2025"],
]


def layouts() -> None:
    imported = {"import": NEW}
    case("titles.csv", "four lines of titles above the heading",
         table([*TITLES, H, *R]).encode(), header_line=5,
         passed_over=[[1, 1, "title"], [2, 2, "title"], [3, 3, "empty"], [4, 4, "title"]],
         **imported)  # fmt: skip
    case("total.csv", "a row of totals",
         table([H, *R, ["", "Tổng cộng", "2", "1", "1570", "2", "2"]]).encode(),
         passed_over=[[8, 8, "total"]], **imported)  # fmt: skip
    case("total-above.csv", "totals of the district above its institutions",
         table([H, ["I", "Cộng huyện An Bình:", "2", "1", "1570", "2", "2"], *R]).encode(),
         rows_from=3, passed_over=[[2, 2, "total"]], **imported)  # fmt: skip
    case("signatures.csv", "place, date and signatures below the table",
         table([H, *R, *SIGNED]).encode(),
         passed_over=[[8, 8, "empty"], [9, 9, "note"], [10, 10, "note"], [11, 11, "note"],
                      [12, 12, "empty"], [13, 13, "note"]], **imported)  # fmt: skip
    case("remarks.csv", "remarks below the table",
         table([H, *R, [], ["Ghi chú: số liệu tính từ 01/7/2024"],
                ["- Thư viện huyện đang sửa mái"]]).encode(),
         passed_over=[[8, 8, "empty"], [9, 9, "note"], [10, 10, "note"]], **imported)  # fmt: skip
    case("column-numbers.csv", "numbers of the columns below the heading",
         table([H, [f"({n})" for n in range(1, 9)], *R]).encode(), rows_from=3,
         passed_over=[[2, 2, "column_numbers"]], **imported)  # fmt: skip
    case("column-letters.csv", "letters and numbers of the columns, as statistical forms have them",
         table([H, ["A", "B", *"123456"], *R]).encode(), rows_from=3,
         passed_over=[[2, 2, "column_numbers"]], **imported)  # fmt: skip
    case("sections.csv", "names of groups between the rows",
         table([H, ["I", "Thư viện"], *R[:2], ["II", "Nhà văn hoá"], ["Huyện An Bình"], R[2],
                ["Các xã"], *R[3:]]).encode(),
         cells=[[3, 0, "98-TV-981"], [7, 0, "98-VH-981"], [9, 0, "98-VH-98102"]],
         passed_over=[[2, 2, "section"], [5, 5, "section"], [6, 6, "section"], [8, 8, "section"]],
         **imported)  # fmt: skip
    case("repeated-heading.csv", "the heading again on the second page",
         table([H, *R[:3], H, *R[3:]]).encode(),
         cells=[[4, 0, "98-VH-981"], [6, 0, "98-VH-98102"]],
         passed_over=[[5, 5, "repeated_heading"]], **imported)  # fmt: skip
    upper = ["Mã thiết chế", "Tên thiết chế", "Thư viện", "", "", "Nhà văn hoá", "", "Ghi chú"]
    lower = ["", "", *H[2:7], ""]
    case("two-line-heading.csv", "a heading of two lines with groups",
         table([upper, lower, *R]).encode(), header_line=2,
         passed_over=[[1, 1, "upper_heading"]], **imported)  # fmt: skip
    case("empty-rows.csv", "blank rows between the others",
         table([H, [], *R[:3], [], [], *R[3:], [], []]).encode(),
         cells=[[3, 0, "98-TV-981"], [8, 0, "98-VH-98102"]],
         passed_over=[[2, 2, "empty"], [6, 7, "empty"]], **imported)  # fmt: skip
    case("empty-columns.csv", "blank columns before and between the others",
         table([["", *row[:3], "", *row[3:]] for row in [H, *R]]).encode(),
         headings=["", *H[:3], "", *H[3:]], cells=[[2, 1, "98-TV-981"], [3, 5, "Không"]],
         **imported)  # fmt: skip
    case("running-numbers.csv", "a column of running numbers",
         table([["STT", *H], *([str(n), *row] for n, row in enumerate(R, 1))]).encode(),
         headings=["STT", *H], cells=[[2, 1, "98-TV-981"], [7, 0, "6"]], **imported)  # fmt: skip
    case("everything.csv", "titles, groups, totals, second heading and signatures at once",
         table([*TITLES, H, [f"({n})" for n in range(1, 9)], ["I", "Thư viện"], *R[:2], H,
                ["II", "Nhà văn hoá"], *R[2:], ["", "Tổng cộng", "2", "1", "1570", "2", "2"],
                *SIGNED]).encode(),
         header_line=5, cells=[[8, 0, "98-TV-981"], [15, 0, "98-NVH-98102-01"]],
         passed_over=[[1, 1, "title"], [2, 2, "title"], [3, 3, "empty"], [4, 4, "title"],
                      [6, 6, "column_numbers"], [7, 7, "section"], [10, 10, "repeated_heading"],
                      [11, 11, "section"], [16, 16, "total"], [17, 17, "empty"], [18, 18, "note"],
                      [19, 19, "note"], [20, 20, "note"], [21, 21, "empty"], [22, 22, "note"]],
         **imported)  # fmt: skip
    case("heading-only.csv", "a heading and nothing below it", table([H]).encode(), rows=0,
         cells=[], **{"import": NOTHING})  # fmt: skip
    case("no-heading.csv", "rows without a heading", table(R).encode(), rows=5,
         headings=R[0][:5], doubts=["heading"], cells=[[2, 0, "98-TV-98102"]],
         **{"import": {**NOTHING, "problems": True}})  # fmt: skip
    case("headings-as-codes.csv", "codes of the indicators as headings",
         table([["institution_code", "name", "library.lifelong_services", "library.digital",
                 "library.visits_growth", "culture.creative_activities", "culture.clubs", "note"],
                *R]).encode(),
         headings=["institution_code", "name", "library.lifelong_services", "library.digital",
                   "library.visits_growth", "culture.creative_activities", "culture.clubs",
                   "note"], **imported)  # fmt: skip
    slips = [*H[:2], "Dich vụ học tập suôt đời", "Ứng dụng CNTT, chuyển đổi sô", *H[4:]]
    case("headings-misspelt.csv", "small slips in the headings", table([slips, *R]).encode(),
         headings=slips, **imported)  # fmt: skip
    case("name-like-a-total.csv", "an institution whose name begins like a row of totals",
         table([H, *R[:5], ["98-NVH-98102-01", "Tổng hợp thôn Đông", "", "", "", "Không", "Có"],
                ]).encode(), cells=[[7, 1, "Tổng hợp thôn Đông"]], **imported)  # fmt: skip
    case("empty.csv", "no byte at all", b"", problem="empty")
    case("blank.csv", "blank lines alone", b"\xef\xbb\xbf;;;\r\n\r\n;;\r\n", problem="empty")


def values() -> None:
    """What is read stays as it is written; what it means is for the import."""

    def single(file: str, trap: str, places: dict, imported: dict | None) -> None:
        rows = changed(places)
        cells = [[row + 2, column, text.strip()] for (row, column), text in places.items()]
        more = {"import": imported} if imported else {}
        case(file, trap, table([H, *rows]).encode("utf-8-sig"), cells=cells, **more)

    one_bad = {**NEW, "new": 5, "invalid": 1}
    single("number-dots.csv", "1.250 for 1250", {(0, 4): "1.250"}, NEW)
    single("number-spaces.csv", "1 250 for 1250, and a narrow unbreakable space",
           {(0, 4): "1 250", (1, 4): "1\u202f320"}, NEW)  # fmt: skip
    single("number-commas.csv", "1,250 for 1250", {(0, 4): "1,250"}, NEW)
    single("number-words.csv", "1250 lượt", {(0, 4): "1250 lượt"}, NEW)
    single("number-letter.csv", "the letter O for a nought", {(0, 4): "125O"}, one_bad)
    single("number-negative.csv", "a number below nought", {(0, 4): "-5"}, one_bad)
    single("number-decimal.csv", "a count with decimals", {(0, 4): "12,75"}, {**one_bad, "asks": 1})
    single("yes-no-words.csv", "co, KHÔNG, x, 1 and 0",
           {(0, 2): "co", (0, 3): "KHÔNG", (1, 2): "1", (1, 3): "0"}, NEW)  # fmt: skip
    single("remark-for-answer.csv", "a remark where an answer is asked", {(0, 2): "có một phần"},
           one_bad)  # fmt: skip
    single("not-applicable.csv", "does not apply, with a reason and without",
           {(0, 2): "Không áp dụng: đang sửa chữa", (1, 2): "Không áp dụng"}, one_bad)  # fmt: skip
    single("code-unknown.csv", "a code that no institution has", {(0, 0): "98-TV-999"}, one_bad)
    single("code-of-another-unit.csv", "an institution of another unit",
           {(0, 0): "98-TV-982", (0, 1): "Thư viện thị xã Đức Phong"}, one_bad)  # fmt: skip
    single("code-lower-case.csv", "codes in small letters, with other dashes",
           {(0, 0): "98-tv-981", (1, 0): "98–TV–98102"}, NEW)  # fmt: skip
    single("code-missing.csv", "a row without a code, known by its name", {(1, 0): ""}, NEW)
    single("code-twice.csv", "the same institution in two rows",
           {(1, 0): "98-TV-981", (1, 1): "Thư viện huyện An Bình"},
           {**NEW, "new": 4, "invalid": 2})  # fmt: skip
    single("dash-clears.csv", "a dash takes a value back", {(0, 2): "-", (0, 3): "-"}, NEW)
    rows = [[r[0], r[1], *("x" if c == "Có" else "" if c == "Không" else c for c in r[2:])]
            for r in R]  # fmt: skip
    case("ticks.csv", "x for yes, blank for — no? or not known?", table([H, *rows]).encode(),
         cells=[[2, 2, "x"], [3, 3, ""]],
         **{"import": {**NEW, "new": 5, "same": 1, "asks": 3}})  # fmt: skip


# Workbooks ---------------------------------------------------------------------------------

_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_WHEN = (2025, 11, 25, 8, 0, 0)


def stable(content: bytes, change=None) -> bytes:
    """The same package with fixed times, and its parts as `change(name, bytes)` makes them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = _MODIFIED.sub(rb"\g<1>2025-11-25T01:00:00Z", old.read(name))
            if change:
                part = change(name, part)
            if part is None:
                continue
            info = zipfile.ZipInfo(name, _WHEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, part)
    return out.getvalue()


def typed(row: list[str]) -> list:
    """Cells as somebody types them into Excel: counts become numbers."""
    return [int(cell) if cell.isdigit() else cell or None for cell in row]


def sheet_of(rows=None, book=None, title="Biểu 01"):
    book = book or openpyxl.Workbook()
    sheet = book.active if book.active and book.active.max_row == 1 else book.create_sheet()
    sheet.title = title
    for row in [H, *R] if rows is None else rows:
        sheet.append(typed(row))
    return book, sheet


def saved(book, change=None) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return stable(out.getvalue(), change)


_INLINE = re.compile(rb' t="inlineStr"><is><t[^>]*>([^<]*)</t></is>')
_STRINGS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def shared(content: bytes) -> bytes:
    """The same workbook with its texts in a part of their own, as Excel keeps them."""
    texts: list[bytes] = []

    def refer(found: re.Match) -> bytes:
        text = html.unescape(found[1].decode()).encode()
        if text not in texts:
            texts.append(text)
        return b' t="s"><v>%d</v>' % texts.index(text)

    def apart(name: str, part: bytes) -> bytes:
        return _INLINE.sub(refer, part) if name.startswith("xl/worksheets/sheet") else part

    parts = stable(content, apart)
    items = b"".join(b"<si><t>%s</t></si>" % text for text in texts)
    strings = b'<sst xmlns="%s">%s</sst>' % (_STRINGS.encode(), items)
    out = io.BytesIO(parts)
    with zipfile.ZipFile(out, "a") as archive:
        info = zipfile.ZipInfo("xl/sharedStrings.xml", _WHEN)
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, strings)
    return out.getvalue()


def workbooks() -> None:
    X = {"format": "xlsx", "sheet": "Biểu 01"}
    imported = {"import": NEW}
    book, _sheet = sheet_of()
    plain = saved(book)
    case("shared-texts.xlsx", "texts kept apart from the cells, as Excel saves them",
         shared(plain), **X, **imported)  # fmt: skip
    case("plain.xlsx", "a plain workbook", plain, **X, kinds=[[2, 4, "number"]], **imported)
    case("plain.xlsm", "a workbook with macros", plain, **X, **imported)
    case("workbook-named.csv", "a workbook renamed to .csv", plain, **X, **imported)
    case("text-named.xlsx", "a CSV file renamed to .xlsx", table().encode(), **imported)
    case("text-named.xls", "a tab-separated file that a web page offers as .xls",
         table(delimiter="\t").encode("utf-16"), encoding="utf-16-le", delimiter="\t",
         **imported)  # fmt: skip

    book, sheet = sheet_of()
    sheet["E2"].value, sheet["E2"].number_format = "1250", "@"
    case("number-as-text.xlsx", "a number in a cell formatted as text", saved(book), **X,
         kinds=[[3, 4, "number"]], text=[[2, 4]], cells=[[2, 4, "1250"]], **imported)  # fmt: skip
    book, sheet = sheet_of()
    sheet["E2"] = 1249.9999999999998
    sheet["E3"] = 0.1 + 0.2
    case("float-noise.xlsx", "1250 kept as 1249.9999999999998", saved(book), **X,
         cells=[[2, 4, "1250"], [3, 4, "0.3"]], kinds=[[2, 4, "number"]],
         **{"import": {**NEW, "new": 5, "invalid": 1}})  # fmt: skip
    book, sheet = sheet_of()
    sheet["E2"] = 1.25
    case("thousands-lost.xlsx", "1.250 typed into an English Excel became 1.25", saved(book), **X,
         cells=[[2, 4, "1.25"]], kinds=[[2, 4, "number"]],
         **{"import": {**NEW, "new": 5, "invalid": 1, "asks": 1}})  # fmt: skip
    book, sheet = sheet_of()
    sheet["E2"], sheet["E3"] = 1250000000000, 120000
    sheet["E3"].number_format = "0.0E+00"
    case("scientific.xlsx", "a number shown as 1.2E+05", saved(book), **X,
         cells=[[2, 4, "1250000000000"], [3, 4, "120000"]],
         **{"import": {**NEW, "new": 5, "invalid": 1}})  # fmt: skip
    book, sheet = sheet_of()
    sheet["E2"] = date(2025, 12, 1)
    sheet["H2"] = date(2025, 11, 30)
    case("dates.xlsx", "1/12 became a date", saved(book), **X,
         cells=[[2, 4, "01/12/2025"], [2, 7, "30/11/2025"]], kinds=[[2, 4, "date"]],
         **{"import": {**NEW, "new": 5, "invalid": 1}})  # fmt: skip
    book, sheet = sheet_of()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet["H2"] = date(2025, 11, 30)
    case("dates-1904.xlsx", "days counted from 1904, as old Macs do", saved(book), **X,
         cells=[[2, 7, "30/11/2025"]], kinds=[[2, 7, "date"]], **imported)  # fmt: skip
    book, sheet = sheet_of()
    sheet["C2"], sheet["D2"] = True, False
    case("booleans.xlsx", "TRUE and FALSE for yes and no", saved(book), **X,
         cells=[[2, 2, "TRUE"], [2, 3, "FALSE"]], kinds=[[2, 2, "boolean"]],
         **imported)  # fmt: skip
    book, sheet = sheet_of()
    sheet["E2"] = "=SUM(E3:E3)"
    case("formula-not-computed.xlsx", "a formula whose result was never saved", saved(book), **X,
         cells=[[2, 4, "=SUM(E3:E3)"]], kinds=[[2, 4, "formula"]],
         **{"import": {**NEW, "new": 5, "invalid": 1}})  # fmt: skip
    book, sheet = sheet_of()
    sheet["E2"], sheet["C3"] = "#REF!", "#N/A"
    case("errors.xlsx", "cells that show #REF! and #N/A", saved(book), **X,
         cells=[[2, 4, "#REF!"], [3, 2, "#N/A"]], kinds=[[2, 4, "error"], [3, 2, "error"]],
         **{"import": {**NEW, "new": 4, "invalid": 2}})  # fmt: skip
    book, sheet = sheet_of([["Địa bàn", *H], *(["", *row] for row in R)])
    sheet["A2"] = "Huyện An Bình"
    sheet.merge_cells("A2:A7")
    case("merged-places.xlsx", "the name of the district merged over its rows", saved(book), **X,
         headings=["Địa bàn", *H], cells=[[2, 0, "Huyện An Bình"], [7, 0, "Huyện An Bình"]],
         merged=[[2, 0], [7, 0]], **imported)  # fmt: skip
    book, sheet = sheet_of([H, *changed({(1, 4): ""})])
    sheet.merge_cells("E2:E3")
    case("merged-number.xlsx", "one number merged over two institutions", saved(book), **X,
         cells=[[2, 4, "1250"], [3, 4, ""]], merged=[[2, 4], [3, 4]],
         **{"import": {**NEW, "new": 4, "invalid": 2}})  # fmt: skip
    upper = ["Mã thiết chế", "Tên thiết chế", "Thư viện", "", "", "Nhà văn hoá", "", "Ghi chú"]
    book, sheet = sheet_of([*TITLES, upper, ["", "", *H[2:7], ""], *R])
    for area in ("A4:H4", "C5:E5", "F5:G5", "A5:A6", "B5:B6", "H5:H6"):
        sheet.merge_cells(area)
    case("merged-heading.xlsx", "a heading of two lines, merged down and across", saved(book), **X,
         header_line=6, passed_over=[[1, 1, "title"], [2, 2, "title"], [3, 3, "empty"],
                                     [4, 4, "title"], [5, 5, "upper_heading"]],
         **imported)  # fmt: skip
    book, sheet = sheet_of()
    sheet.row_dimensions[4].hidden = True
    sheet.auto_filter.ref = "A1:H7"
    case("hidden-rows.xlsx", "a row hidden by a filter", saved(book), **X, hidden=[4], **imported)
    book, sheet = sheet_of()
    sheet.column_dimensions["D"].hidden = True
    case("hidden-columns.xlsx", "a hidden column", saved(book), **X, hidden_columns=[3], **imported)
    book, _sheet = sheet_of([["Hướng dẫn"], ["Điền vào trang Biểu 01, không sửa mã."]], title="Đọc")
    book, _sheet = sheet_of(book=book)
    case("second-sheet.xlsx", "the table on the second sheet", saved(book), **X, **imported)
    book, _sheet = sheet_of([["Có"], ["Không"], [H[0]], [H[1]]], title="Danh mục")
    book["Danh mục"].sheet_state = "hidden"
    book, _sheet = sheet_of(book=book)
    book.active = 1
    case("hidden-sheet.xlsx", "lists on a hidden sheet", saved(book), **X, **imported)
    book, _sheet = sheet_of()
    book, _sheet = sheet_of(book=book, title="Biểu 01 (cũ)")
    case("two-tables.xlsx", "two sheets with the table: which one?", saved(book), **X,
         doubts=["sheet"], **imported)  # fmt: skip
    book, _sheet = sheet_of([[in_tcvn3(cell) for cell in row] for row in [H, *R]])
    for row in book.active.iter_rows():
        for cell in row:
            cell.font = Font(name=".VnTime")
    case("tcvn3.xlsx", "typed in .VnTime", saved(book), **X, typed_in="tcvn3", headings=SMALL_H,
         **imported)  # fmt: skip
    book, _sheet = sheet_of([[in_vni(cell) for cell in row] for row in [H, *R]])
    case("vni.xlsx", "typed in VNI-Times", saved(book), **X, typed_in="vni", **imported)
    book, sheet = sheet_of()
    bold = InlineFont(b=True)
    sheet["B2"] = CellRichText("Thư viện ", TextBlock(bold, "huyện An Bình"))
    case("rich-text.xlsx", "half a name in bold", saved(book), **X, **imported)

    def read_aloud(name: str, part: bytes) -> bytes:
        text = "<t>Thư viện huyện An Bình</t>"
        spoken = '<r><t>Thư viện </t></r><rPh sb="0" eb="1"><t>THU</t></rPh>'
        spoken += '<r><rPr><b/></rPr><t xml:space="preserve">huyện An Bình_x000D_</t></r>'
        return part.replace(text.encode(), spoken.encode()) if "shared" in name else part

    case("rich-shared-texts.xlsx", "half a name in bold, and how it is spoken",
         stable(shared(plain), read_aloud), **X, **imported)  # fmt: skip
    book, sheet = sheet_of()
    sheet["H2"] = "Đang sửa\nmái"
    case("breaks-in-cells.xlsx", "a line break within a cell", saved(book), **X,
         cells=[[2, 7, "Đang sửa\nmái"]], **imported)  # fmt: skip
    book, sheet = sheet_of([["STT", *H], *(["", *row] for row in R)])
    for n, code in enumerate((7, 12, 345, 1, 2, 3), 2):
        sheet.cell(n, 1, code).number_format = "00000"
    case("padded-codes.xlsx", "codes that are numbers shown with noughts before them", saved(book),
         **X, headings=["STT", *H], cells=[[2, 0, "00007"], [4, 0, "00345"]],
         **imported)  # fmt: skip
    book, sheet = sheet_of([["", "", *row] for row in [[], [], H, *R]])
    case("table-in-a-corner.xlsx", "the table begins at C3", saved(book), **X, header_line=3,
         headings=["", "", *H], passed_over=[[1, 2, "empty"]],
         cells=[[4, 2, "98-TV-981"], [5, 5, "Không"]], **imported)  # fmt: skip
    book, sheet = sheet_of()
    for row in range(8, 3000):
        sheet.cell(row, 1).number_format = "@"
    case("formatted-blank-rows.xlsx", "three thousand rows with a format and nothing in them",
         saved(book), **X, **imported)  # fmt: skip
    book, sheet = sheet_of([*TITLES, H, [f"({n})" for n in range(1, 9)], *R,
                            ["", "Tổng cộng", "", "", "1570"], *SIGNED])  # fmt: skip
    case("everything.xlsx", "titles, numbers of columns, totals and signatures in a workbook",
         saved(book), **X, header_line=5, rows_from=7,
         passed_over=[[1, 1, "title"], [2, 2, "title"], [3, 3, "empty"], [4, 4, "title"],
                      [6, 6, "column_numbers"], [13, 13, "total"], [14, 14, "empty"],
                      [15, 15, "note"], [16, 16, "note"], [17, 17, "note"], [18, 18, "empty"],
                      [19, 19, "note"]], **imported)  # fmt: skip
    foreign_xml(plain, X)
    refused(plain)


def foreign_xml(plain: bytes, X: dict) -> None:
    """Workbooks of other programs: the same meaning in other words."""
    imported = {"import": NEW}

    def bare(name: str, part: bytes) -> bytes:
        if name.startswith("xl/worksheets/sheet"):
            part = re.sub(rb' r="[A-Z]*[0-9]+"', b"", part)
            return re.sub(rb' spans="[^"]*"', b"", part)
        return part

    book, sheet = sheet_of()
    for row in sheet.iter_rows(max_col=len(H)):
        for cell in row:
            cell.number_format = "@"  # so that blank cells are written too
    case("no-references.xlsx", "cells that do not say where they stand",
         stable(saved(book), bare), **X, **imported)  # fmt: skip

    def prefixed(name: str, part: bytes) -> bytes:
        if name.startswith("xl/") and name.endswith(".xml") and b"spreadsheetml/2006/main" in part:
            part = re.sub(rb"<(/?)([A-Za-z][A-Za-z0-9]*)(?=[\s/>])", rb"<\1x:\2", part)
            part = part.replace(b"xmlns=", b"xmlns:x=")
        return part

    case("prefixed.xlsx", "names of elements with a prefix", stable(plain, prefixed), **X,
         **imported)  # fmt: skip

    def strict(name: str, part: bytes) -> bytes:
        part = part.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        )
        return part.replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )

    case("strict.xlsx", "“Strict Open XML”", stable(plain, strict), **X, **imported)


def compound(*streams: str) -> bytes:
    """An OLE compound file of one sector of names: as much of one as tells what it is."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096,
                          0xFFFFFFFE, 0, 0xFFFFFFFE, 0)  # fmt: skip
    header += struct.pack("<I", 0) + b"\xff" * (512 - len(header) - 4)
    table_ = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE) + b"\xff" * 504
    names = b""
    for number, name in enumerate(("Root Entry", *streams)):
        raw = name.encode("utf-16-le") + b"\0\0"
        names += raw + bytes(64 - len(raw)) + struct.pack(
            "<HBBIII", len(raw), 2 if number else 5, 1, *[0xFFFFFFFF] * 3
        ) + bytes(36) + struct.pack("<IQ", 0xFFFFFFFE, 0)  # fmt: skip
    return header + table_ + names.ljust(512, b"\0")


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            info = zipfile.ZipInfo(name, _WHEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, part)
    return out.getvalue()


def refused(plain: bytes) -> None:
    case("torn.xlsx", "a workbook cut off on its way", plain[: len(plain) // 2], problem="damaged")

    def torn(name: str, part: bytes) -> bytes:
        return part[: len(part) // 2] if name.endswith("sheet1.xml") else part

    case("torn-sheet.xlsx", "a workbook whose sheet was cut off", stable(plain, torn),
         problem="damaged")  # fmt: skip

    def flipped(content: bytes) -> bytes:
        place = content.index(b"xl/worksheets/sheet1.xml") + 200
        return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]

    case("flipped-bit.xlsx", "a workbook with a wrong byte", flipped(plain), problem="damaged")

    def without_strings(name: str, part: bytes) -> bytes | None:
        return None if name == "xl/sharedStrings.xml" else part

    case("texts-missing.xlsx", "a workbook without the part that holds its texts",
         stable(shared(plain), without_strings), problem="damaged")  # fmt: skip

    def bomb(name: str, part: bytes) -> bytes:
        if name.endswith("sheet1.xml"):
            rows = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>' + b"A" * 30_000
            rows += b"</t></is></c></row>"
            more = b"".join(rows % (n, n) for n in range(9, 9 + 7000))
            return part.replace(b"</sheetData>", more + b"</sheetData>")
        return part

    case("bomb.xlsx", "a small workbook that unpacks to 200 MB", stable(plain, bomb),
         problem="too_large_unpacked")  # fmt: skip

    def entities(name: str, part: bytes) -> bytes:
        if name.endswith("sheet1.xml"):
            dtd = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
            part = re.sub(rb"^(<\?xml[^>]*\?>)?", rb"\1" + dtd, part, count=1)
        return part

    case("entities.xlsx", "a workbook with entities of its own", stable(plain, entities),
         problem="damaged")  # fmt: skip
    case("locked.xlsx", "a workbook with a password",
         compound("EncryptionInfo", "EncryptedPackage"), problem="encrypted")  # fmt: skip
    manifest = b'<m:manifest xmlns:m="urn:x"><m:file-entry><m:encryption-data/></m:file-entry>'
    case("locked.ods", "a LibreOffice file with a password",
         zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
                 "content.xml": zlib.compress(b"locked"),
                 "META-INF/manifest.xml": manifest + b"</m:manifest>"}),
         problem="encrypted")  # fmt: skip
    case("binary.xlsb", "a binary workbook", zipped({"xl/workbook.bin": b"\0"}),
         problem="other_spreadsheet", detail="XLSB")  # fmt: skip
    lines = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in [H, *R])
    case("web-page.xls", "a web page that an older system offers as .xls",
         f"<html><body><table>{lines}</table></body></html>".encode(),
         problem="other_spreadsheet", detail="HTML")  # fmt: skip
    case("xml-2003.xls", "XML of Excel 2003",
         b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
         b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>',
         problem="other_spreadsheet", detail="XML 2003")  # fmt: skip
    case("letter.docx", "a letter instead of the table", zipped({"word/document.xml": b"<w/>"}),
         problem="not_a_table", detail="Word")  # fmt: skip
    case("letter.doc", "an old letter", compound("WordDocument", "1Table"), problem="not_a_table",
         detail="Word")  # fmt: skip
    case("scan.pdf", "a scan", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", problem="not_a_table",
         detail="PDF")  # fmt: skip
    case("photo.csv", "a photo renamed to .csv", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(200),
         problem="not_a_table", detail="JPEG")  # fmt: skip
    case("packed.zip", "the table in a zip file", zipped({"bao-cao.csv": table().encode()}),
         problem="not_a_table", detail="ZIP")  # fmt: skip
    case("binary.txt", "bytes of a program", bytes(range(256)) * 4, problem="not_a_table")


# LibreOffice -------------------------------------------------------------------------------


def by_libreoffice(really: bool) -> None:
    """What a real spreadsheet program saves. Without `really` only the expectations are kept."""
    imported = {"import": NEW}
    full, sheet = sheet_of()
    sheet["E2"] = "=1000+250"
    sheet["H2"] = date(2025, 11, 30)
    sheet["C4"] = "=1/0"
    sheet["D4"] = True
    sheet["H5"], sheet["H6"] = "Cả hai cùng nhà", None
    sheet.merge_cells("H5:H6")
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet["I1"] = "STT"
    for row in range(2, 8):
        sheet.cell(row, 9, row).number_format = "0000"
    made = {
        "cells": [[2, 4, "1250"], [2, 7, "30/11/2025"], [4, 2, "#DIV/0!"], [4, 3, "TRUE"],
                  [5, 7, "Cả hai cùng nhà"], [6, 7, "Cả hai cùng nhà"], [2, 8, "0002"]],
        "kinds": [[2, 4, "number"], [2, 7, "date"], [4, 2, "error"], [4, 3, "boolean"]],
        "headings": [*H, "STT"],
        "import": {**NEW, "new": 5, "invalid": 1},
        "merged": [[5, 7], [6, 7]],
        "hidden": [3],
        "hidden_columns": [1],
    }  # fmt: skip
    plain, _sheet = sheet_of()
    lists, _sheet = sheet_of([["Hướng dẫn"], ["Điền vào trang sau."]], title="Đọc")
    lists, _sheet = sheet_of(book=lists)
    lists["Đọc"].sheet_state = "hidden"
    lists.active = 1
    old, _sheet = sheet_of([[in_tcvn3(cell) for cell in row] for row in [H, *R]])
    jobs = [
        ("libreoffice.xls", "xls:MS Excel 97", plain, "xls", "an Excel 97 workbook", {}),
        ("libreoffice.ods", "ods", plain, "ods", "a LibreOffice file", {}),
        ("libreoffice.xlsx", "xlsx:Calc MS Excel 2007 XML", plain, "xlsx",
         "a workbook that LibreOffice saved", {}),
        ("libreoffice-full.xls", "xls:MS Excel 97", full, "xls",
         "formula, date, error, merged and hidden cells in Excel 97", made),
        ("libreoffice-full.ods", "ods", full, "ods",
         "formula, date, error, merged and hidden cells in LibreOffice", made),
        ("libreoffice-full.xlsx", "xlsx:Calc MS Excel 2007 XML", full, "xlsx",
         "formula, date, error, merged and hidden cells with their results", made),
        ("libreoffice-hidden-sheet.ods", "ods", lists, "ods", "a hidden sheet in LibreOffice", {}),
        ("libreoffice-hidden-sheet.xls", "xls:MS Excel 97", lists, "xls",
         "a hidden sheet in Excel 97", {}),
        ("libreoffice-tcvn3.xls", "xls:MS Excel 97", old, "xls", "Excel 97 typed in .VnTime",
         {"typed_in": "tcvn3", "headings": SMALL_H}),
        ("libreoffice-tcvn3.ods", "ods", old, "ods", "LibreOffice typed in .VnTime",
         {"typed_in": "tcvn3", "headings": SMALL_H}),
        ("libreoffice-utf8.csv", "csv:Text - txt - csv (StarCalc):44,34,76,1", plain, "text",
         "UTF-8 with commas that LibreOffice saved", {"delimiter": ","}),
    ]  # fmt: skip
    for file, target, book, kind, trap, expected in jobs:
        content = _converted(saved(book), target) if really else None
        more = {} if kind == "text" else {"sheet": "Biểu 01"}
        wanted = {**more, **expected}
        if made is not expected:
            wanted |= imported
        case(file, trap, content, format=kind, **wanted)
    torn = HERE / "libreoffice.xls"
    if torn.exists():
        case("torn.xls", "an Excel 97 workbook cut off on its way",
             torn.read_bytes()[:3000], problem="damaged")  # fmt: skip


def _converted(content: bytes, target: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "table.xlsx"
        source.write_bytes(content)
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless",
             "--convert-to", target, "--outdir", f"{folder}/out", str(source)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        (made,) = (Path(folder) / "out").iterdir()
        return made.read_bytes()


def make(*, libreoffice: bool = False) -> list[dict]:
    """Write the files and return the entries of the manifest."""
    entries.clear()
    HERE.mkdir(exist_ok=True)
    encodings()
    separators()
    layouts()
    values()
    workbooks()
    by_libreoffice(libreoffice)
    return entries


if __name__ == "__main__":
    made = make(libreoffice="--libreoffice" in sys.argv)
    text = json.dumps(made, ensure_ascii=False, indent=1)
    (HERE / "manifest.json").write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(made)} files\n")
