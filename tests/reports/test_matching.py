from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from institutions.sheets import Book, Format, Guess, Row
from reports.importing.cells import Sign, bare, read_cell, read_text
from reports.importing.choices import Choices
from reports.importing.columns import Vocabulary, column_letter, find_columns
from reports.importing.matching import Matched, match
from reports.importing.reasons import About, Reason, Why
from reports.rounds.checks import MAX_NOTE, Cell, Question
from tests.reports.books import book

YES_NO = Question("library.digital", "library", False, ("Ứng dụng CNTT", "Digital"))
COUNT = Question("library.visits_growth", "library", True, ("Lượt người sử dụng", "Visits"))
REASONS = {"Đang sửa chữa, xây dựng": "under_repair", "Khác (ghi ở cột ghi chú)": "other"}
VOCABULARY = Vocabulary(
    (YES_NO, COUNT),
    {"Mã thiết chế": "institution_code", "Tên thiết chế": "name", "Ghi chú": "note"},
    REASONS,
)
BARE_REASONS = {bare(label): value for label, value in REASONS.items()}


def matched(header: str, *rows: str, choices: Choices = Choices(), **more) -> Matched:  # noqa: B008
    """Cells written with "|" between them."""
    return match(book(header, *rows, **more), VOCABULARY, choices)


@pytest.mark.parametrize(
    "heading",
    [
        "library.digital",
        "LIBRARY.DIGITAL",
        "Ứng dụng CNTT",
        "ung dung  cntt",
        "Digital",
        "digital?",
    ],
)
def test_column_is_found_by_code_or_name(heading):
    assert matched(f"institution_code|{heading}").columns == {
        "institution_code": "institution_code",
        "library.digital": heading,
    }


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Ứg dụng CNTT", "library.digital"),
        ("Ứng dụng CNTT (Có/Không)", "library.digital"),
        ("Luot nguoi su dụng", "library.visits_growth"),
        ("Lượt người sử dụng năm 2025", "library.visits_growth"),
        ("Mã thiếtt chế", "institution_code"),
    ],
)
def test_small_slip_in_a_heading_is_forgiven(heading, column):
    found = find_columns([heading], lambda _place: True, replace(VOCABULARY, year=2025), {})

    assert (found[0][0].column, found[1]) == (column, {})


@pytest.mark.parametrize(
    ("heading", "candidates"),
    [
        ("Ứng dụng", "library.digital"),
        ("Lượt người", "library.visits_growth"),
        ("Lượt người sử dụng thư viện xã", "library.visits_growth"),
        ("Địa điểm", ""),
    ],
)
def test_heading_that_may_be_another_is_asked_about(heading, candidates):
    columns, problems = find_columns([heading], lambda _place: True, VOCABULARY, {})

    ((reason,),) = problems.values()
    assert (columns[0].column, reason.hint) == (None, candidates)


@pytest.mark.parametrize("heading", ["Lượt người sử dụng năm 2024", "Kỳ trước: Ứng dụng CNTT"])
def test_column_of_another_year_is_passed_over(heading):
    columns, problems = find_columns(
        [heading], lambda _place: True, replace(VOCABULARY, year=2025), {}
    )

    assert (columns[0].column, problems) == ("unused", {})


def test_exact_heading_goes_before_one_that_is_alike():
    columns, problems = find_columns(
        ["Ứng dụng CNTTT", "Ứng dụng CNTT"], lambda _place: True, VOCABULARY, {}
    )

    assert [column.column for column in columns] == [None, "library.digital"]
    assert list(problems) == ["Ứng dụng CNTTT"]


def test_headings_of_the_template_are_found():
    found = matched("Mã thiết chế|Tên thiết chế|Lượt người sử dụng|Ghi chú", "A|Tên|12|Đủ")

    assert found.problems == {}
    assert found.rows[0].cells == {"library.visits_growth": Cell("count", 12, note="Đủ")}


def test_name_that_two_questions_share_is_no_heading():
    twin = Question("museum.digital", "museum", False, ("Ứng dụng CNTT",))
    found = match(book("institution_code|Ứng dụng CNTT", "A|Có"), Vocabulary((YES_NO, twin)))

    assert found.problems == {"Ứng dụng CNTT": (Reason(Why.UNKNOWN_COLUMN),)}


@pytest.mark.parametrize(
    ("length", "errors"),
    [(MAX_NOTE, {}), (MAX_NOTE + 1, {"Ghi chú": (Reason(Why.NOTE_TOO_LONG),)})],
)
def test_note_is_as_long_as_the_form_takes_it(length, errors):
    row = matched("institution_code|Digital|Ghi chú", f"A|Có|{'ư' * length}").rows[0]

    assert row.errors == errors


@pytest.mark.parametrize(
    ("header", "problems"),
    [
        ("library.digital|note", {"institution_code": Why.NO_INSTITUTION_COLUMN}),
        ("institution_code|Địa chỉ", {"Địa chỉ": Why.UNKNOWN_COLUMN}),
        ("institution_code|Digital|Ứng dụng CNTT", {"Ứng dụng CNTT": Why.DUPLICATE_COLUMN}),
        ("institution_code||note", {"B": Why.UNNAMED_COLUMN}),
        ("Địa chỉ|x", dict.fromkeys(("Địa chỉ", "x"), Why.UNKNOWN_COLUMN)
         | {"institution_code": Why.NO_INSTITUTION_COLUMN}),
    ],
)  # fmt: skip
def test_problem_of_the_heading_is_named(header, problems):
    found = matched(header, "A|x|y")

    assert found.problems == {column: (Reason(why),) for column, why in problems.items()}


def test_empty_column_without_heading_is_passed_over():
    assert matched("institution_code||library.digital", "A||Có").problems == {}


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Có", Cell("yes")),
        ("có", Cell("yes")),
        ("CO", Cell("yes")),
        ("Co\u0301", Cell("yes")),
        ("yes", Cell("yes")),
        ("Không", Cell("no")),
        ("khong", Cell("no")),
        ("No", Cell("no")),
        ("-", Cell()),
        (
            "Không áp dụng: đang sửa chữa, xây dựng",
            Cell("not_applicable", na_reason="under_repair"),
        ),
        (
            "Không áp dụng (đang sửa chữa / xây dựng).",
            Cell("not_applicable", na_reason="under_repair"),
        ),
        ("Không áp dụng - Khác (ghi ở cột ghi chú)", Cell("not_applicable", na_reason="other")),
    ],
)
def test_answer_is_read(text, cell):
    assert read_cell(text, YES_NO, BARE_REASONS)[0] == cell


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *((text, Why.NOT_YES_NO) for text in ("x", "1", "0", "✓", "c", "ko", "có, một phần")),
        *((text, Why.NOT_YES_NO) for text in ("12", "?", "Không có", "–")),
        ("Không áp dụng", Why.REASON_MISSING),
        ("Không áp dụng:", Why.REASON_MISSING),
        ("Không áp dụng: mưa bão", Why.REASON_UNKNOWN),
    ],
)
def test_typed_answer_with_two_readings_is_refused(text, why):
    cell, reasons = read_cell(text, YES_NO, BARE_REASONS)

    assert (cell, [reason.why for reason in reasons]) == (None, [why])


@pytest.mark.parametrize(
    ("text", "state", "sign"),
    [
        ("x", "yes", Sign.CROSS),
        ("X", "yes", Sign.CROSS),
        ("✓", "yes", Sign.TICK),
        ("v", "yes", Sign.TICK),
        ("1", "yes", Sign.TICK),
        ("0", "no", Sign.WORD),
        ("TRUE", "yes", Sign.WORD),
        ("Không", "no", Sign.WORD),
    ],
)
def test_sign_in_a_file_is_read(text, state, sign):
    reading = read_text(text, YES_NO, BARE_REASONS)

    assert (reading.cell, reading.sign) == (Cell(state), sign)


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("có, một phần", "Có"),
        ("Khôgn", "Không"),
        ("ko", "Không"),
        ("–", "-"),
        ("có hoặc không", ""),
        ("?", ""),
    ],
)
def test_answer_that_is_not_read_gets_a_proposal(text, proposal):
    assert read_text(text, YES_NO, {}).reasons == (Reason(Why.NOT_YES_NO, proposal=proposal),)


def test_misspelt_reason_gets_a_proposal():
    reading = read_text("Không áp dụng: đang sữa chửa, xây dựg", YES_NO, BARE_REASONS)

    assert reading.reasons == (Reason(Why.REASON_UNKNOWN, proposal="under_repair"),)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0),
        ("1234", 1234),
        ("1.234", 1234),
        ("1 234", 1234),
        ("1\u00a0234", 1234),
        ("1.234.567", 1234567),
        ("007", 7),
        ("1.000.000.000.000", 10**12),
        ("1234 lượt", 1234),
        ("1.234 lượt người", 1234),
        ("1234,0", 1234),
        ("1.234,00", 1234),
        ("'1234", 1234),
    ],
)
def test_count_is_read(text, count):
    assert read_text(text, COUNT, {}).cell == Cell("count", count)


@pytest.mark.parametrize(("text", "count"), [("1,234", 1234), ("12,345,678", 12345678)])
def test_foreign_grouping_is_read_in_a_file_and_asked_about_when_typed(text, count):
    assert read_text(text, COUNT, {}).cell == Cell("count", count)
    assert read_cell(text, COUNT, {}) == (None, [Reason(Why.NOT_WHOLE)])


@pytest.mark.parametrize(
    ("text", "number", "meant"),
    [
        ("1.234", "1.234", 1234),
        ("1.5", "1.5", 1500),
        ("12.5", None, 12500),
        ("1,25", None, 1250),
    ],
)
def test_number_with_decimals_may_be_thousands_and_is_asked_about(text, number, meant):
    reading = read_text(text, COUNT, {}, number=number and Decimal(number))

    assert reading.cell is None
    assert reading.maybe == Cell("count", meant)
    assert reading.reasons == (Reason(Why.MAYBE_THOUSANDS, proposal=str(meant)),)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("0.5", Why.NOT_WHOLE),
        ("1.23456", Why.NOT_WHOLE),
        ("1234.5", Why.NOT_WHOLE),
        ("-3", Why.BELOW_ZERO),
        ("1E+13", Why.TOO_LARGE),
        ("NaN", Why.NOT_COUNT),
    ],
)
def test_number_of_a_workbook_that_is_no_count_is_refused(number, why):
    assert [r.why for r in read_text(number, COUNT, {}, number=Decimal(number)).reasons] == [why]


def test_whole_number_of_a_workbook_is_read():
    assert read_text("1250.0", COUNT, {}, number=Decimal("1250.0")).cell == Cell("count", 1250)


@pytest.mark.parametrize(
    ("text", "why", "hint"),
    [
        ("0,5", Why.NOT_WHOLE, ""),
        ("0.500", Why.NOT_WHOLE, ""),
        ("1.234,5", Why.NOT_WHOLE, ""),
        ("-5", Why.BELOW_ZERO, ""),
        ("-1.234", Why.BELOW_ZERO, ""),
        ("1.000.000.000.001", Why.TOO_LARGE, ""),
        ("9" * 5000, Why.TOO_LARGE, ""),
        ("1.25O", Why.NOT_COUNT, "1.250"),
        ("l2", Why.NOT_COUNT, "12"),
        ("Có", Why.NOT_COUNT, ""),
        ("1.23.4", Why.NOT_COUNT, ""),
        ("1.234 567", Why.NOT_COUNT, ""),
        ("=1+1", Why.NOT_COUNT, ""),
        ("khoảng 100", Why.NOT_COUNT, ""),
        ("1e5", Why.DIGITS_LOST, ""),
        ("1,2E+05", Why.DIGITS_LOST, ""),
        ("Không", Why.NOT_COUNT, "0"),
        ("–", Why.NOT_COUNT, "-"),
        ("١٢", Why.NOT_COUNT, ""),
    ],
)
def test_count_with_two_readings_is_refused(text, why, hint):
    assert read_text(text, COUNT, {}).reasons == (Reason(why, proposal=hint),)


def test_blank_cell_is_left_out():
    row = matched("institution_code|library.digital|library.visits_growth", "A||5").rows[0]

    assert row.cells == {"library.visits_growth": Cell("count", 5)}


def test_row_names_all_its_errors():
    row = matched("institution_code|library.digital|library.visits_growth", "|?|0,5|too|many").rows[
        0
    ]

    assert row.errors == {
        "D": (Reason(Why.TOO_MANY_CELLS),),
        "institution_code": (Reason(Why.NO_CODE),),
        "library.digital": (Reason(Why.NOT_YES_NO),),
        "library.visits_growth": (Reason(Why.NOT_WHOLE),),
    }
    assert row.values["library.visits_growth"] == "0,5"


def test_short_row_leaves_the_rest():
    row = matched("institution_code|library.digital|note", "A").rows[0]

    assert (row.cells, row.errors) == ({}, {})


@pytest.mark.parametrize(
    ("note", "errors"),
    [("", (Reason(Why.OTHER_NEEDS_NOTE),)), ("Cho mượn làm trường học", None)],
)
def test_other_reason_needs_a_note(note, errors):
    row = matched(
        "institution_code|library.digital|note",
        f"A|Không áp dụng: khác (ghi ở cột ghi chú)|{note}",
    ).rows[0]

    assert row.errors.get("library.digital") == errors


def test_note_without_a_value_is_refused():
    row = matched("institution_code|library.digital|note", "A||đang chờ").rows[0]

    assert row.errors == {"note": (Reason(Why.NOTE_ALONE),)}


@pytest.mark.parametrize(("place", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_column_letter_is_that_of_a_spreadsheet(place, letter):
    assert column_letter(place) == letter


headings = st.sampled_from(
    ["institution_code", "name", "library.digital", "Lượt người sử dụng", "note", "", "?"]
)
cells = st.sampled_from(["", "-", "Có", "12", "1.25O", "Không áp dụng: khác", "A"]) | st.text(
    max_size=12
)


@given(
    st.lists(headings | st.text(max_size=8), min_size=1, max_size=8),
    st.lists(st.lists(cells, max_size=10), max_size=6),
)
def test_any_table_is_matched_without_raising(header, rows):
    table = Book(
        Format.TEXT,
        Guess(),
        tuple(header),
        tuple(Row(n, tuple(row)) for n, row in enumerate(rows, 2)),
    )

    found = match(table, VOCABULARY)

    for row in found.rows:
        assert not {found.columns[code] for code in row.cells} & set(row.errors)
        for code, cell in row.cells.items():
            assert cell.is_blank or (cell.count is not None) == (cell.state == "count")
            assert code in {"library.digital", "library.visits_growth"}


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        (("Có", "x"), True),
        (("x", "✓"), True),
        (("✗", "✗"), True),
        (("Không", "x"), False),
        (("x", "x"), False),
        (("Có", "Không"), False),
    ],
)
def test_cross_that_may_be_a_no_is_asked_about(answers, asked):
    rows = (f"98-TV-{n}|{answer}" for n, answer in enumerate(answers))

    found = matched("institution_code|library.digital", *rows)

    assert (About.CROSS in {doubt.about for doubt in found.doubts}) is asked
