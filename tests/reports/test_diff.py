from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.importing.choices import Choices
from reports.importing.columns import Vocabulary
from reports.importing.diff import (
    CellChange,
    Current,
    CurrentLine,
    ImportPlan,
    Outcome,
    Standing,
    diff,
)
from reports.importing.matching import match
from reports.importing.reasons import Reason, Why
from reports.rounds.checks import Cell, Question
from tests.reports.books import book

DIGITAL = Question("library.digital", "library", False, ("Ứng dụng CNTT",))
VISITS = Question("library.visits_growth", "library", True, ("Lượt người sử dụng",))
CLUBS = Question("culture.clubs", "culture_centre", False, ("Câu lạc bộ",))
QUESTIONS = (DIGITAL, VISITS, CLUBS)
VOCABULARY = Vocabulary(QUESTIONS, {}, {"khác": "other", "đang sửa chữa": "under_repair"})
HEADER = "institution_code|name|library.digital|library.visits_growth|culture.clubs|note"

CURRENT = Current(
    QUESTIONS,
    {
        "TV-1": CurrentLine("TV-1", "Thư viện huyện", "library", {
            "library.digital": Standing(Cell("no"), 3),
            "library.visits_growth": Standing(Cell("count", 640), 1),
        }),
        "TV-2": CurrentLine("TV-2", "Thư viện xã", "library"),
        "VH-1": CurrentLine("VH-1", "Nhà văn hoá xã", "culture_centre"),
    },
    foreign=frozenset({"TV-9"}),
)  # fmt: skip


def plan(*rows: str, header: str = HEADER, current: Current = CURRENT) -> ImportPlan:
    return decided(Choices(), *rows, header=header, current=current)


def decided(
    choices: Choices, *rows: str, header: str = HEADER, current: Current = CURRENT, **more
) -> ImportPlan:
    matched = match(book(header, *rows, **more), VOCABULARY, choices)
    return diff(matched, current, choices)


def outcomes(result: ImportPlan) -> list[str]:
    return [row.outcome.value for row in result.rows]


def whys(result: ImportPlan) -> list[dict[str, list[Why]]]:
    return [
        {column: [reason.why for reason in reasons] for column, reasons in row.errors.items()}
        for row in result.rows
    ]


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ("TV-2||Có|12||", "new"),
        ("TV-1||Có|||", "changed"),
        ("TV-1||Không|640||", "same"),
        ("TV-1||||", "same"),
        ("TV-1||-|||", "changed"),
        ("TV-2||-|||", "same"),
        ("TV-1||Không|||ghi chú", "changed"),
        ("tv-1||Có|||", "changed"),
        ("'TV-1||Có|||", "changed"),
        ("VH-1||-||Có|", "new"),
    ],
)
def test_row_has_an_outcome(row, outcome):
    # The second row keeps the file from being empty of values.
    assert outcomes(plan(row, "VH-1||||Có|" if "VH-1" not in row else "TV-2||Có|1||"))[0] == outcome


def test_change_names_before_after_and_version():
    result = plan("TV-1||Có|604||")

    assert result.rows[0].cells == (
        CellChange("library.digital", Cell("no"), Cell("yes"), 3),
        CellChange("library.visits_growth", Cell("count", 640), Cell("count", 604), 1),
    )


def test_blank_cell_leaves_the_value():
    assert [c.indicator for c in plan("TV-1|||604||").rows[0].cells] == ["library.visits_growth"]


def test_blank_note_leaves_the_note():
    noted = replace(
        CURRENT, lines={"TV-1": CurrentLine("TV-1", "", "library", {
            "library.digital": Standing(Cell("yes", note="từ 2024"), 1)})}
    )  # fmt: skip

    assert outcomes(plan("TV-1||Có|||", current=noted)) == ["same"]
    assert plan("TV-1||Không|||", current=noted).rows[0].cells[0].after == Cell(
        "no", note="từ 2024"
    )


def test_dash_clears_the_note():
    noted = replace(
        CURRENT, lines={"TV-1": CurrentLine("TV-1", "", "library", {
            "library.digital": Standing(Cell("yes", note="từ 2024"), 1)})}
    )  # fmt: skip

    assert plan("TV-1||Có|||-", current=noted).rows[0].cells[0].after == Cell("yes")


@pytest.mark.parametrize(
    ("row", "errors"),
    [
        ("TV-77||Có|||", {"institution_code": [Why.UNKNOWN_INSTITUTION]}),
        ("TV-9||Có|||", {"institution_code": [Why.FOREIGN_INSTITUTION]}),
        ("||Có|||", {"institution_code": [Why.NO_CODE]}),
        ("TV-1||||Có|", {"culture.clubs": [Why.NOT_FOR_KIND]}),
        ("VH-1||?|12,55|Có|", {"library.digital": [Why.NOT_YES_NO],
                               "library.visits_growth": [Why.MAYBE_THOUSANDS]}),
        ("TV-77||?|-4|7|", {"institution_code": [Why.UNKNOWN_INSTITUTION],
                            "library.digital": [Why.NOT_YES_NO],
                            "library.visits_growth": [Why.BELOW_ZERO],
                            "culture.clubs": [Why.NOT_YES_NO]}),
    ],
)  # fmt: skip
def test_row_names_all_its_errors(row, errors):
    result = plan(row)

    assert (whys(result), outcomes(result)) == ([errors], ["invalid"])


def test_duplicate_rows_name_each_other():
    result = plan("TV-1||Có|||", "TV-2||Có|||", "TV-1||Không|||")

    assert outcomes(result) == ["invalid", "new", "invalid"]
    assert result.rows[0].errors == {"institution_code": (Reason(Why.DUPLICATE_ROW, "4"),)}
    assert result.rows[2].errors == {"institution_code": (Reason(Why.DUPLICATE_ROW, "2"),)}


def test_near_code_of_the_own_unit_is_suggested():
    far = replace(CURRENT, lines={"06-TV-062": CurrentLine("06-TV-062", "Thư viện", "library")})

    result = plan("06-TV-0062||Có|||", current=far)

    assert result.rows[0].errors["institution_code"][0].hint == "06-TV-062, Thư viện"


def test_foreign_institution_gets_no_name():
    assert plan("TV-9||Có|||").rows[0].name == ""


def test_missing_column_of_a_kind_in_the_file_is_named():
    result = plan("TV-1|Có", "VH-1|", header="institution_code|library.digital")

    assert result.problems == {
        "library.visits_growth": (Reason(Why.MISSING_COLUMN, "Lượt người sử dụng"),),
        "culture.clubs": (Reason(Why.MISSING_COLUMN, "Câu lạc bộ"),),
    }


def test_column_of_a_kind_that_is_not_in_the_file_may_be_missing():
    assert plan("VH-1|Có", header="institution_code|culture.clubs").problems == {}


@pytest.mark.parametrize("rows", [(), ("TV-1|Thư viện||||", "TV-2|Thư viện||||")])
def test_file_without_values_is_not_recognised(rows):
    result = plan(*rows)

    assert result.problems == {"": (Reason(Why.NOTHING_RECOGNISED),)}
    assert not result.may_apply()


def test_returned_report_is_open_at_the_returned_cells_only():
    returned = replace(
        CURRENT, blank_is_open=False, lines={"TV-1": CurrentLine("TV-1", "", "library", {
            "library.digital": Standing(Cell("no"), 3, is_open=True),
            "library.visits_growth": Standing(Cell("count", 640), 1, is_open=False)})}
    )  # fmt: skip

    assert outcomes(plan("TV-1||Có|640||", current=returned)) == ["changed"]
    assert whys(plan("TV-1||Có|641||", current=returned)) == [
        {"library.visits_growth": [Why.NOT_RETURNED]}
    ]


@pytest.mark.parametrize(
    ("rows", "all_or_nothing", "accept_valid"),
    [
        (("TV-1||Có|||",), True, True),
        (("TV-1||Có|||", "TV-77||Có|||"), False, True),
        (("TV-77||Có|||",), False, False),
    ],
)
def test_plan_says_whether_it_may_be_applied(rows, all_or_nothing, accept_valid):
    result = plan(*rows)

    assert result.may_apply() is all_or_nothing
    assert result.may_apply(accept_valid=True) is accept_valid


def test_tally_counts_rows():
    result = plan("TV-1||Có|||", "TV-2||Có|||", "VH-1||||-|", "TV-77||Có|||")

    assert result.tally == {"rows": 4, "new": 1, "changed": 1, "same": 1, "invalid": 1}


def test_fingerprint_tells_plans_over_other_versions_apart():
    later = replace(
        CURRENT, lines={"TV-1": CurrentLine("TV-1", "Thư viện huyện", "library", {
            "library.digital": Standing(Cell("no"), 4),
            "library.visits_growth": Standing(Cell("count", 640), 1)})}
    )  # fmt: skip

    assert plan("TV-1||Có|||").fingerprint == plan("TV-1||Có|||").fingerprint
    assert plan("TV-1||Có|||").fingerprint != plan("TV-1||Có|||", current=later).fingerprint


def written(current: Current, result: ImportPlan) -> Current:
    """What stands after the rows were applied."""
    lines = dict(current.lines)
    for row, change in result.changes:
        line = lines[row.code]
        lines[row.code] = replace(
            line, cells={**line.cells, change.indicator: Standing(change.after, change.version + 1)}
        )
    return replace(current, lines=lines)


values = st.sampled_from(
    ["", "-", "Có", "Không", "12", "1.234", "-3", "x", "Không áp dụng: khác", "12,5"]
)
file_row = st.tuples(
    st.sampled_from(["TV-1", "TV-2", "VH-1", "TV-9", "??", ""]),
    st.just(""),
    values,
    values,
    values,
    st.sampled_from(["", "-", "ghi chú"]),
).map("|".join)


@given(st.lists(file_row, max_size=6))
def test_any_file_applied_twice_changes_nothing_the_second_time(rows):
    first = plan(*rows)
    second = plan(*rows, current=written(CURRENT, first))

    assert second.count(Outcome.NEW) == second.count(Outcome.CHANGED) == 0
    assert second.count(Outcome.INVALID) == first.count(Outcome.INVALID)


@given(st.lists(file_row, max_size=6))
def test_every_row_has_one_outcome_and_invalid_rows_change_nothing(rows):
    result = plan(*rows)

    assert sum(result.tally[o.value] for o in Outcome) == result.tally["rows"]
    for row in result.rows:
        assert bool(row.errors) == (row.outcome is Outcome.INVALID)
        assert not (row.errors and row.cells)
        assert (row.outcome in (Outcome.NEW, Outcome.CHANGED)) == bool(row.cells)
