import codecs
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.importing.reading import (
    MAX_LINE,
    MAX_ROWS,
    Row,
    Table,
    Unreadable,
    UnreadableFile,
    read_table,
)

LIMIT = 20 * 1024 * 1024


def read(content: bytes) -> Table:
    return read_table(content, max_bytes=LIMIT)


def refusal(content: bytes, limit: int = LIMIT) -> tuple[Unreadable, int | None]:
    with pytest.raises(UnreadableFile) as refused:
        read_table(content, max_bytes=limit)
    return refused.value.why, refused.value.line


TEXT = "institution_code;name\n06-TV-062;Thư viện huyện Ngân Sơn\n"
HEADER = ("institution_code", "name")
ROWS = (Row(2, ("06-TV-062", "Thư viện huyện Ngân Sơn")),)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
    ],
)
def test_encoding_is_recognised(content, encoding):
    assert read(content) == Table(HEADER, ROWS, encoding, ";")


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_delimiter_is_recognised(delimiter):
    table = read(TEXT.replace(";", delimiter).encode())

    assert (table.header, table.rows, table.delimiter) == (HEADER, ROWS, delimiter)


def test_delimiter_ignores_commas_inside_a_heading():
    table = read('institution_code;"Quản lý, tổ chức, hoạt động";note\n'.encode())

    assert table.header == ("institution_code", "Quản lý, tổ chức, hoạt động", "note")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_end_of_any_system_is_read(end):
    assert read(TEXT.replace("\n", end).encode()).rows == ROWS


def test_line_is_the_row_number_of_the_spreadsheet():
    table = read(b'code,note\nA,"two\nlines"\n\nB,\n,\nC,x\n')

    assert [(row.line, row.cells[0]) for row in table.rows] == [(2, "A"), (4, "B"), (6, "C")]


def test_cells_lose_the_spaces_around_them():
    assert read(b"code , name\n  A ,  B C \n") == Table(
        ("code", "name"), (Row(2, ("A", "B C")),), "utf-8", ","
    )


@pytest.mark.parametrize(
    ("content", "why", "line"),
    [
        (b"", Unreadable.EMPTY, None),
        (b"\xef\xbb\xbf", Unreadable.EMPTY, None),
        (b" \r\n\t\n", Unreadable.EMPTY, None),
        (b"PK\x03\x04\x14\x00", Unreadable.WORKBOOK, None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Unreadable.WORKBOOK, None),
        (b"%PDF-1.7\n%\xe2\xe3", Unreadable.BINARY, None),
        (b"code,name\nA,\x00B\n", Unreadable.BINARY, None),
        (b"code,name\nA,\x01B\n", Unreadable.BINARY, None),
        (bytes(range(256)), Unreadable.BINARY, None),
        ("mã;tên\nA;Thư viện\n".encode("cp1258", "replace"), Unreadable.ENCODING, 1),
        (b"code,name\nA,\xe0\xe9\n", Unreadable.ENCODING, 2),
        (b'code,name\nA,"B\nC,D\n', Unreadable.MALFORMED, 3),
        (b"\ncode,name\nA,B\n", Unreadable.MALFORMED, 1),
        (b"code\n" + b"x" * (MAX_LINE + 1), Unreadable.TOO_LONG, 2),
        (b"code\n" + b"x\n" * (MAX_ROWS + 1), Unreadable.TOO_LONG, MAX_ROWS + 2),
    ],
)
def test_other_files_are_refused(content, why, line):
    assert refusal(content) == (why, line)


def test_file_above_the_limit_is_refused():
    assert refusal(TEXT.encode(), limit=len(TEXT.encode()) - 1) == (Unreadable.TOO_LARGE, None)


def test_file_at_the_limit_is_read():
    assert read_table(TEXT.encode(), max_bytes=len(TEXT.encode())).rows == ROWS


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused_by_the_typed_error(content):
    try:
        table = read(content)
    except UnreadableFile:
        return
    assert any(table.header)
    assert all(any(row.cells) for row in table.rows)


@given(st.data())
def test_mangled_table_is_read_or_refused_by_the_typed_error(data):
    content = bytearray(TEXT.encode("utf-8-sig"))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnreadableFile):
        read(bytes(content))


cell = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)


@given(st.lists(st.lists(cell, min_size=3, max_size=3), max_size=8), st.sampled_from(";,\t"))
def test_table_that_was_written_is_read_back(rows, delimiter):
    def line(cells):
        return delimiter.join('"' + cell.replace('"', '""') + '"' for cell in cells)

    content = "\r\n".join(map(line, [["a", "b", "c"], *rows])).encode()

    expected = [(n, tuple(cells)) for n, cells in enumerate(rows, 2) if any(cells)]
    assert [(row.line, row.cells) for row in read(content).rows] == expected
