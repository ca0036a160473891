"""Any file -> rows: limits, choices, and what holds for whatever bytes come. No database."""

import contextlib
import csv
import io
import random
import sys
import tracemalloc
import unicodedata
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import strategies as st

from institutions.names import fold
from institutions.sheets import (
    CellKind,
    Choice,
    Doubt,
    FileProblem,
    Limits,
    Passed,
    Rows,
    UnreadableFile,
    read_book,
)
from institutions.sheets.typed import Typist, from_tcvn3, from_vni
from institutions.sheets.vietnamese import weight, words
from tests.data.make_files import H, R, in_tcvn3, in_vni, saved, sheet_of, table, to_1258
from tests.institutions.test_sheets_files import ENTRIES, FILES, known_headings


def read(content: bytes, **more):
    return read_book(content, is_heading=known_headings, **more)


def problem(content: bytes, **more) -> tuple[FileProblem, object]:
    with pytest.raises(UnreadableFile) as refusal:
        read(content, **more)
    return refusal.value.problem, refusal.value.detail


# Limits ------------------------------------------------------------------------------------


def test_file_larger_than_the_limit_is_refused_with_the_limit():
    limits = Limits(max_bytes=100)
    assert problem(table().encode(), limits=limits) == (FileProblem.TOO_LARGE, 100)


@pytest.mark.parametrize("content", [table().encode(), saved(sheet_of()[0])], ids=["csv", "xlsx"])
def test_more_rows_than_the_limit_are_refused(content):
    assert len(read(content, limits=Limits(max_rows=6)).rows) == 6
    assert problem(content, limits=Limits(max_rows=5)) == (FileProblem.TOO_MANY_ROWS, 5)


@pytest.mark.parametrize("content", [table().encode(), saved(sheet_of()[0])], ids=["csv", "xlsx"])
def test_more_columns_than_the_limit_are_refused(content):
    assert len(read(content, limits=Limits(max_columns=8)).headings) == 8
    assert problem(content, limits=Limits(max_columns=7)) == (FileProblem.TOO_MANY_COLUMNS, 7)


def test_unpacked_size_is_limited_before_anything_is_parsed():
    content = saved(sheet_of()[0])
    assert problem(content, limits=Limits(max_unpacked=2000)) == (
        FileProblem.TOO_LARGE_UNPACKED,
        2000,
    )


def test_endless_cell_is_refused_with_its_line():
    content = (table() + "98-TV-1;" + "x" * 200_000).encode()
    assert problem(content) == (FileProblem.CELL_TOO_LONG, 8)


def test_open_quotation_mark_is_named_by_the_line_where_it_opens():
    content = table().replace("98-VH-98103", '"98-VH-98103').encode()
    assert problem(content) == (FileProblem.QUOTES, 6)


# Choices -----------------------------------------------------------------------------------


def test_choice_survives_being_kept_as_json():
    choice = Choice(encoding="cp1258", header_line=3)
    assert choice.to_dict() == {"encoding": "cp1258", "header_line": 3}
    assert Choice.from_dict({**choice.to_dict(), "columns": {"1": "x"}}) == choice


def test_chosen_encoding_and_font_win_over_the_guess():
    content = in_tcvn3(table()).encode("cp1252")
    book = read(content, choice=Choice(encoding="cp1252", typed_in="unicode"))
    assert (book.guess.typed_in, book.rows[0].values[1]) == (None, "Th\xad viÖn huyÖn An B×nh")
    assert problem(table().encode("utf-16"), choice=Choice(encoding="utf-8")) == (
        FileProblem.ENCODING,
        1,
    )


def test_chosen_delimiter_wins_over_the_guess():
    book = read(table().encode(), choice=Choice(delimiter="|"))
    assert book.headings == (";".join(H),)


def test_chosen_heading_line_wins_over_the_guess():
    book = read(table([["Mã", "Tên"], H, *R]).encode(), choice=Choice(header_line=1))
    assert (book.headings, book.guess.header_line, len(book.rows)) == (("Mã", "Tên"), 1, 7)


@pytest.mark.parametrize("line", [2, 99, 0, -1])
def test_chosen_heading_line_must_hold_something(line):
    content = table([H, [], *R]).encode()
    assert problem(content, choice=Choice(header_line=line)) == (FileProblem.NO_SUCH_LINE, line)


def test_chosen_heading_line_may_stand_far_down():
    rows = [["Dòng tiêu đề", str(n), "Có"] for n in range(100)]
    book = read(table([*rows, H, *R]).encode(), choice=Choice(header_line=101))
    assert (book.headings, len(book.rows)) == (tuple(H), 6)


def test_chosen_sheet_wins_and_must_exist():
    book, _sheet = sheet_of()
    book, _sheet = sheet_of([H, R[0]], book=book, title="Hai")
    content = saved(book)
    assert len(read(content).rows) == 6
    assert len(read(content, choice=Choice(sheet="Hai")).rows) == 1
    assert problem(content, choice=Choice(sheet="Ba")) == (FileProblem.NO_SUCH_SHEET, "Ba")


def test_sheets_are_listed_with_what_speaks_for_them():
    book, _sheet = sheet_of([["Hướng dẫn"], ["Điền vào trang sau"]], title="Đọc")
    book, _sheet = sheet_of(book=book)
    book["Đọc"].sheet_state = "hidden"
    book.active = 1
    sheets = read(saved(book)).guess.sheets
    assert [(s.name, s.rows, s.is_hidden, s.score) for s in sheets] == [
        ("Đọc", 2, True, 0),
        ("Biểu 01", 7, False, 8),
    ]


# Rows --------------------------------------------------------------------------------------


def test_numbers_of_a_workbook_are_exact():
    book, sheet = sheet_of()
    sheet["E2"], sheet["E3"] = 1234567890123, 0.1 + 0.2
    rows = read(saved(book)).rows
    assert rows[0].numbers == {4: Decimal(1234567890123)}
    assert rows[1].numbers == {4: Decimal("0.3")}
    assert rows[2].numbers == {}


def test_rows_behave_as_a_sequence():
    rows = read(table().encode()).rows
    assert [row.line for row in rows] == [2, 3, 4, 5, 6, 7]
    assert (rows[-1].line, [row.line for row in rows[1:3]], len(rows)) == (7, [3, 4], 6)
    with pytest.raises(IndexError):
        rows[6]


def test_row_keeps_all_that_was_said_of_it():
    rows = Rows()
    kinds = {0: CellKind.NUMBER, 2: CellKind.ERROR}
    rows.add(7, ["1", "Có", "#N/A"], kinds, {1, 2}, True)
    (row,) = rows
    assert (row.line, row.values, row.kinds) == (7, ("1", "Có", "#N/A"), kinds)
    assert (row.merged, row.is_hidden, row.numbers) == ({1, 2}, True, {0: Decimal(1)})


def test_progress_is_told_while_rows_are_read():
    told: list[int] = []
    read(table([H, *R * 500]).encode(), progress=told.append)
    assert told[-1] == 3000
    assert told == sorted(told)


def test_memory_stays_near_the_size_of_the_file():
    rows = [[f"98-TV-{n}", f"Thư viện xã số {n}", "Có", "Không", str(n)] for n in range(20_000)]
    content = table([H, *rows]).encode()
    tracemalloc.start()
    book = read(content)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(book.rows) == 20_000
    assert most < 3 * len(content) + 4_000_000


def test_reading_needs_no_name():
    assert read_book(table().encode()).headings == tuple(H)


# Letters -----------------------------------------------------------------------------------


def names_of_places() -> list[str]:
    path = settings.BASE_DIR / "fixtures" / "administrative_units.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["name"] for row in csv.DictReader(file)]


NAMES = names_of_places()


def test_names_of_places_are_vietnamese():
    """All but those of the highlands, which have syllables of their own."""
    found = [word for name in NAMES for word in words(name)]
    assert sum(weight(word) > 0 for word in found) > len(found) * 0.99


@pytest.mark.parametrize(
    "wrong", ["ViÖn", "vieän", "Thö", "Kh«ng", "viá»‡n", "хутор", "m²", "Bìn", "cễ", "kò", "thấ́p"]
)
def test_other_words_are_not_vietnamese(wrong):
    assert all(weight(word) < 0 for word in words(wrong)) or weight(wrong) == 1


@pytest.mark.parametrize(("type_", "read_"), [(in_tcvn3, from_tcvn3), (in_vni, from_vni)])
def test_old_fonts_come_back_letter_by_letter(type_, read_):
    lower = [unicodedata.normalize("NFC", name.lower()) for name in NAMES]
    assert [name for name in lower if read_(type_(name)) != name] == []


def test_vni_keeps_capitals():
    upper = [unicodedata.normalize("NFC", name.upper()) for name in NAMES]
    assert [name for name in upper if from_vni(in_vni(name)) != name] == []


def test_typist_leaves_unicode_alone():
    typist = Typist(NAMES)
    assert typist.typed_in is None
    assert [name for name in NAMES if typist.text(name) != name] == []
    assert not typist.is_mixed


ENCODED = {
    "utf-8": lambda text: text.encode(),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "nfd": lambda text: unicodedata.normalize("NFD", text).encode(),
    "cp1258": to_1258,
    "tcvn3": lambda text: in_tcvn3(text).encode("cp1252"),
    "vni": lambda text: in_vni(text).encode("cp1252"),
    "tcvn3 in utf-8": lambda text: in_tcvn3(text).encode(),
    "vni in utf-8": lambda text: in_vni(text).encode(),
}


@given(
    names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=12),
    how=st.sampled_from(sorted(ENCODED)),
)
def test_wrong_letters_never_pass_silently(names, how):
    """Beside the headings of a report a handful of names is evidence enough, or it is told."""
    rows = [[f"98-TV-{n}", name, "Có", "Không"] for n, name in enumerate(names)]
    book = read(ENCODED[how](table([H, *rows])))
    found = [row.values[1].lower() for row in book.rows]
    wanted = [unicodedata.normalize("NFC", name).lower() for name in names]
    assert found == wanted or book.guess.doubts


# Whatever comes ----------------------------------------------------------------------------

WORDS = [
    *("Có", "Không", "Thư viện", "xã", "Đa Mai", "98-TV-981", "12", "1.250", "-", "x", '"a"'),
    *("", "", "", "a;b", "a,b", "hai\ndòng", "Tổng cộng", "Ghi chú: sửa", "I", "(1)", "#N/A"),
]
TABLES = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9), min_size=0, max_size=12)


def check_whole(book, content_rows: list[list[str]]) -> None:
    """Each row of the file is the heading, a row with its very cells, or passed over."""
    filled = [line for line, row in enumerate(content_rows, 1) if any(row)]
    assert book.last_line == filled[-1]
    assert sorted(book.lines_read()) == list(range(1, book.last_line + 1))
    for row in book.rows:
        cells = [unicodedata.normalize("NFC", c).strip() for c in content_rows[row.line - 1]]
        cells += [""] * (len(book.headings) - len(cells))
        while len(cells) > len(book.headings) and not cells[-1]:
            cells.pop()
        assert list(row.values) == cells
    for passed in book.passed_over:
        blank = not any(map(any, content_rows[passed.line - 1 : passed.last_line]))
        assert blank == (passed.reason is Passed.EMPTY)


@given(rows=TABLES, delimiter=st.sampled_from(";\t,|"), how=st.sampled_from(["utf-8", "utf-16"]))
@example(rows=[["Tổng cộng", "12"]], delimiter=";", how="utf-8")
def test_text_loses_nothing(rows, delimiter, how):
    content = table([H, *rows], delimiter=delimiter).encode(how)
    check_whole(read(content), [H, *rows])


@given(rows=TABLES)
def test_workbook_loses_nothing(rows):
    book = openpyxl.Workbook()
    for line in [H, *rows]:
        book.active.append([cell or None for cell in line])
    out = io.BytesIO()
    book.save(out)
    read_back = read(out.getvalue())
    check_whole(read_back, [H, *rows])


SMALL = [
    (FILES / entry["file"]).read_bytes()
    for entry in ENTRIES
    if (FILES / entry["file"]).stat().st_size < 30_000
]


def mangled(content: bytes, chance: random.Random) -> bytes:
    """Bytes flipped, cut out, doubled or put in; of a package, often within one of its parts."""
    if content.startswith(b"PK") and chance.random() < 0.6:
        return _mangled_part(content, chance)
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        if not changed:
            break
        place = chance.randrange(len(changed))
        what = chance.randrange(5)
        if what == 0:
            changed[place] ^= 1 << chance.randrange(8)
        elif what == 1:
            del changed[place : place + chance.randrange(1, 60)]
        elif what == 2:
            changed[place:place] = chance.randbytes(chance.randrange(1, 8))
        elif what == 3:
            start = chance.randrange(len(changed))
            changed[place:place] = changed[start : start + chance.randrange(200)]
        elif chance.random() < 0.3:
            del changed[place:]
    return bytes(changed)


def _mangled_part(content: bytes, chance: random.Random) -> bytes:
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
            target = chance.choice(old.namelist())
            for name in old.namelist():
                part = old.read(name)
                new.writestr(name, mangled(part, chance) if name == target else part)
    except (zipfile.BadZipFile, OSError, EOFError):
        return content
    return out.getvalue()


def _with_directory_behind_the_end(content: bytes) -> bytes:
    """The parts are said to begin before the file does."""
    place = content.rindex(b"PK\x05\x06") + 16
    offset = int.from_bytes(content[place : place + 4], "little") + 1_000_000
    return content[:place] + offset.to_bytes(4, "little") + content[place + 4 :]


def _spoilt_under_lzma(content: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
        start = new.getinfo("xl/workbook.xml").header_offset + 30 + len("xl/workbook.xml") + 12
    spoilt = bytearray(out.getvalue())
    spoilt[start : start + 8] = b"\xff" * 8
    return bytes(spoilt)


@pytest.mark.parametrize("spoil", [_with_directory_behind_the_end, _spoilt_under_lzma])
def test_package_with_lies_in_its_directory_is_refused(spoil):
    workbook = next(each for each in SMALL if b"xl/workbook.xml" in each)
    assert read(workbook).headings
    with pytest.raises(UnreadableFile) as refused:
        read(spoil(workbook))
    assert refused.value.problem is FileProblem.DAMAGED


@given(content=st.sampled_from(SMALL), seed=st.integers(0, 2**32))
def test_mangled_file_is_read_or_refused_and_never_more(content, seed):
    broken = mangled(content, random.Random(seed))
    try:
        book = read(broken, limits=Limits(max_rows=5000, max_unpacked=20_000_000))
    except UnreadableFile:
        return
    assert sorted(book.lines_read()) == list(range(1, book.last_line + 1))
    for row in book.rows:
        assert len(row.values) >= len(book.headings)
        assert all(number.is_finite() for number in row.numbers.values())


@given(content=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content):
    try:
        book = read_book(content)
    except UnreadableFile:
        return
    assert sorted(book.lines_read()) == list(range(1, book.last_line + 1))


@given(
    choice=st.builds(
        Choice,
        encoding=st.sampled_from(
            [None, "utf-8", "utf-16-le", "utf-16-be", "cp1258", "cp1252", "?"]
        ),
        typed_in=st.sampled_from([None, "unicode", "tcvn3", "vni", "?"]),
        delimiter=st.sampled_from([None, ";", ",", "|", "\t", "", '"', "\n", "ab"]),
        sheet=st.sampled_from([None, "Biểu 01", "?"]),
        header_line=st.sampled_from([None, 1, 3, 0, 10_000]),
    ),
    content=st.sampled_from(SMALL),
)
def test_any_choice_is_followed_or_refused(choice, content):
    try:
        book = read(content, choice=choice)
    except UnreadableFile:
        return
    assert sorted(book.lines_read()) == list(range(1, book.last_line + 1))


def test_ambiguous_letters_are_told():
    """Syllables in TCVN3 as well as in Windows-1252."""
    content = "98;Bã\r\n99;Lã\r\n".encode("cp1252")
    assert Doubt.ENCODING in read_book(content).guess.doubts


def test_python_recursion_is_not_exhausted_by_deep_xml():
    deep = b"<a>" * (sys.getrecursionlimit() * 3)
    content = saved(sheet_of()[0], lambda name, part: deep if "sheet1" in name else part)
    assert problem(content)[0] is FileProblem.DAMAGED


def test_folding_agrees_with_known_headings():
    assert known_headings([fold(heading) for heading in H]) == len(H)


@pytest.mark.parametrize("first", ["-3000000", "-2000000000", "0"])
def test_hidden_columns_before_the_first_cost_nothing(first):
    content = (FILES / "plain.xlsx").read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                columns = f'<cols><col min="{first}" max="3" hidden="1"/></cols>'.encode()
                part = part.replace(b"<sheetData>", columns + b"<sheetData>", 1)
            new.writestr(name, part)

    tracemalloc.start()
    with contextlib.suppress(UnreadableFile):
        read(out.getvalue(), name="a.xlsx")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert most < 30_000_000
