from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from institutions.sheets import Passed, PassedOver
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


# What is left open ------------------------------------------------------------------------


def doubts(result: ImportPlan) -> list[tuple[str, tuple[int, ...], str]]:
    return [(doubt.key, doubt.lines, doubt.answer) for doubt in result.doubts]


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        (("TV-1||x|1||", "TV-2|||2||"), [("blank:library.digital", (3,), "")]),
        (("TV-1||✓|1||", "TV-2||✓|2||"), []),
        (("TV-1||x|1||", "TV-2||Không|2||"), []),
        (("TV-1||Có|1||", "TV-2|||2||"), []),
        # A blank cell that is not asked says nothing.
        (("TV-1||x|1||", "VH-1||||Có|"), []),
        (("TV-1||✓|1||", "TV-2||x|2||"), [("cross:library.digital", (3,), "")]),
        (("TV-1|||12,5||", "TV-2|||1.2||"), [("thousands:library.visits_growth", (2, 3), "")]),
    ],
)
def test_what_a_file_leaves_open_is_asked_once_per_column(rows, asked):
    assert doubts(plan(*rows)) == asked


def test_open_question_about_blank_cells_stops_the_whole_file():
    result = plan("TV-1||x|1||", "TV-2|||2||")

    assert not result.may_apply(accept_valid=True)
    assert result.problems == {"library.digital": (Reason(Why.OPEN_DOUBT),)}


@pytest.mark.parametrize(
    ("answer", "cell"), [("leave", None), ("no", Cell("no")), ("forged", None), ("", None)]
)
def test_answer_about_blank_cells_is_followed(answer, cell):
    choices = Choices(answers={"blank:library.digital": answer})

    result = decided(choices, "TV-1||x|1||", "TV-2|||2||")

    written = {change.indicator: change.after for change in result.rows[1].cells}
    assert written.get("library.digital") == cell
    assert result.may_apply() is (answer in ("leave", "no"))


@pytest.mark.parametrize("answer", ["no", "yes"])
def test_answer_about_crosses_is_followed(answer):
    choices = Choices(answers={"cross:library.digital": answer})

    result = decided(choices, "TV-1||✓|1||", "TV-2||x|2||")

    assert result.rows[1].cells[0].after == Cell(answer)


def test_number_that_excel_held_is_not_read_as_its_text():
    as_text = plan("TV-2|||1.234||")
    as_number = decided(Choices(), "TV-2|||1.234||", numbers=((2, 3),))
    agreed = decided(
        Choices(answers={"thousands:library.visits_growth": "whole"}),
        "TV-2|||1.234||",
        numbers=((2, 3),),
    )

    assert as_text.rows[0].cells[0].after == Cell("count", 1234)
    assert whys(as_number) == [{"library.visits_growth": [Why.MAYBE_THOUSANDS]}]
    assert agreed.rows[0].cells[0].after == Cell("count", 1234)


def test_missing_column_is_agreed_to():
    choices = Choices(answers={"missing:library.visits_growth": "without"})

    result = decided(choices, "TV-1|Có", header="institution_code|library.digital")

    assert (result.problems, result.may_apply()) == ({}, True)


def test_rows_are_told_apart_by_what_was_decided():
    rows = ("TV-1||Có|||", "|Thư viện|Có|||")
    chosen = decided(Choices(institutions={3: "TV-2"}), *rows)
    left = decided(Choices(institutions={3: ""}), *rows)

    assert outcomes(plan(*rows)) == ["changed", "invalid"]
    assert (outcomes(chosen), chosen.rows[1].code) == (["changed", "new"], "TV-2")
    assert (outcomes(left), left.left_out, left.passed) == (["changed"], (3,), 1)
    assert len({p.fingerprint for p in (plan(*rows), chosen, left)}) == 3


def test_institution_chosen_twice_is_a_double():
    result = decided(Choices(institutions={3: "TV-1"}), "TV-1||Có|||", "|Thư viện|Có|||")

    assert outcomes(result) == ["invalid", "invalid"]


@pytest.mark.parametrize(
    ("stamp", "whys_of_all"),
    [
        ("Mẫu 1, đơn vị 981, năm 2025: Huyện An Bình", []),
        ("Mẫu 1, đơn vị 982, năm 2025: Thị xã Đức Phong", [Why.OTHER_UNIT]),
        ("Mẫu 1, đơn vị 981, năm 2024: Huyện An Bình", [Why.OTHER_YEAR]),
        ("MAU 1, DON VI 982, NAM 2024", [Why.OTHER_UNIT, Why.OTHER_YEAR]),
        ("Mẫu số 1, năm 2024", []),
    ],
)
def test_template_of_another_unit_or_year_is_refused(stamp, whys_of_all):
    ours = replace(CURRENT, unit="981", year=2025)
    title = PassedOver(1, Passed.TITLE, 1, stamp)

    result = decided(Choices(), "TV-1||Có|||", current=ours, passed_over=(title,))

    found = [reason.why for reasons in result.problems.values() for reason in reasons]
    assert found == whys_of_all


def test_hidden_sheet_tells_a_template_too():
    ours = replace(CURRENT, unit="981", year=2025)

    result = decided(Choices(), "TV-1||Có|||", current=ours, hidden="mau 1 2025 98-tvt")

    assert result.problems == {"template": (Reason(Why.OTHER_UNIT, "98-tvt"),)}


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["answers", "columns", "institutions", "reading", "2", "-1"]), inner
            )
        ),
    )
)
def test_choices_are_read_from_anything_and_kept_the_same(kept):
    choices = Choices.of(kept)

    assert Choices.of(choices.kept) == choices
