"""Figures as they stand on a page: words, lengths and their place in the table."""

import datetime
from decimal import Decimal

import pytest

from reports.figures import joining, matrix, places, statuses
from reports.figures.growth import Panel
from reports.figures.reading import Outcome
from tests.reports.readings import PLACE, counts, coverage, growing

NBSP = "\N{NO-BREAK SPACE}"


def one(row, place=PLACE):
    return joining.figures([row], place)[0]


@pytest.mark.parametrize(
    ("row", "value", "share", "status", "shortfall", "possible"),
    [
        (
            coverage(counts(5, 2, 1)),
            "62,5 %",
            "5/8 thư viện",
            "Chưa đủ số liệu",
            "cần thêm 1 trong 1 thư viện chưa có số liệu",
            "có thể đến 75,0 %",
        ),
        (coverage(counts(6, 2)), "75,0 %", "6/8 thư viện", "Đạt", "", ""),
        (
            coverage(counts(49, 49, 10), counts="commune", minimum=Decimal(60)),
            "45,3 %",
            "49/108 xã",
            "Chưa đạt",
            "còn thiếu 6–16 xã",
            "có thể đến 54,6 %",
        ),
        # Rounded down: 69,965… % never stands as 70,0 % beside "not met".
        (
            coverage(counts(1202, 516)),
            "69,9 %",
            "1.202/1.718 thư viện",
            "Chưa đạt",
            "còn thiếu 1 thư viện",
            "",
        ),
        (coverage(counts(0, 4)), "0,0 %", "0/4 thư viện", "Chưa đạt", "còn thiếu 3 thư viện", ""),
        # Nobody has answered: that is not 0 %.
        (
            coverage(counts(0, 0, 4)),
            "Chưa báo cáo",
            "4 thư viện",
            "Chưa đủ số liệu",
            "cần thêm 3 trong 4 thư viện chưa có số liệu",
            "có thể đến 100,0 %",
        ),
        (coverage(counts(1)), "Có", "1/1 thư viện", "Đạt", "", ""),
        (coverage(counts(0)), "–", "", "Không có đối tượng", "", ""),
    ],
)
def test_coverage_reads(row, value, share, status, shortfall, possible):
    figure = one(row)
    assert figure.value.replace(NBSP, " ") == value
    assert figure.share == share
    assert str(figure.status.word) == status
    assert figure.shortfall == shortfall
    assert figure.possible.replace(NBSP, " ") == possible


@pytest.mark.parametrize(
    ("found", "first", "status", "hint"),
    [
        (counts(6, 2), (2023, counts(3, 5)), "Đã đạt mức sớm", ""),
        (
            counts(5, 3),
            (2023, counts(3, 5)),
            "Đúng tiến độ",
            "cần thêm 1 thư viện trong năm còn lại",
        ),
        (counts(3, 5), (2023, counts(3, 5)), "Chậm", "cần thêm 3 thư viện trong năm còn lại"),
        (counts(5, 3), None, "Chưa đủ năm", "cần thêm 1 thư viện trong năm còn lại"),
        (counts(0, 1), None, "Chưa đến hạn", ""),
    ],
)
def test_coverage_before_its_year_has_a_pace_and_no_verdict(found, first, status, hint):
    figure = one(coverage(found, year=2024, first=first), places.Place(PLACE.territory, 2024))
    assert (str(figure.status.word), figure.shortfall) == (status, hint)


def test_figure_is_about_the_nearest_target_year_that_has_not_passed():
    near, far = coverage(counts(5, 3), year=2026), coverage(counts(5, 3), year=2026, version_id=1)
    far.target.year = 2030
    figure = joining.figures([near, far], places.Place(PLACE.territory, 2026))[0]
    assert figure.main is far
    assert [goal.is_other for goal in figure.goals] == [True, False]


def test_ended_target_keeps_its_place_and_its_words():
    over = Outcome("ended", datetime.date(2025, 6, 30))
    rows = [coverage(counts(5, 3)), coverage(counts(5, 3), year=2025, outcome=over)]
    rows[1].target.year = 2030
    figure = joining.figures(rows, PLACE)[0]
    assert str(figure.goals[1].status.word) == "Kết thúc do sắp xếp đơn vị hành chính"


@pytest.mark.parametrize(
    ("panel", "value", "status"),
    [
        (Panel(10, 10, 0, 100_000, 110_250, 100_000, 10), "+5,0 %", "Đạt"),
        (Panel(10, 10, 0, 100_000, 110_249, 100_000, 10), "+4,9 %", "Chưa đạt"),
        (Panel(10, 10, 0, 100_000, 90_000, 100_000, 10), "−5,2 %", "Chưa đạt"),
        (Panel(10, 7, 0, 70_000, 90_000, 100_000, 10), "+13,3 %", "Chưa đủ số liệu"),
        (Panel(10, 10, 0, 0, 90_000, 0, 10), "–", "Chưa đủ số liệu"),
    ],
)
def test_growth_reads(panel, value, status):
    figure = one(growing(panel))
    assert (figure.value.replace(NBSP, " "), str(figure.status.word)) == (value, status)


def test_growth_above_its_range_is_exceeded():
    row = growing(
        Panel(10, 10, 0, 100_000, 140_000, 100_000, 10),
        minimum=Decimal(10),
        maximum=Decimal(15),
    )
    figure = one(row)
    assert str(figure.status.word) == "Đạt, vượt mức"
    assert figure.goals[0].level.replace(NBSP, " ") == "tăng 10–15 % mỗi năm"


# The bar ---------------------------------------------------------------------------------------


def test_bar_has_lengths_that_no_language_touches():
    bar = one(coverage(counts(5, 2, 1))).bar
    assert (bar.confirmed, bar.possible, bar.has_possible) == ("62.50", "12.50", True)
    assert [(mark.code, mark.position) for mark in bar.marks] == [("mark-2025", "70.00")]


def test_bar_says_in_words_what_it_draws():
    label = one(coverage(counts(5, 2, 1))).bar.label.replace(NBSP, " ")
    assert label == "Đã xác nhận 62,5 %, có thể đến 75,0 %; chỉ tiêu 2025: 70 %"


# The table -------------------------------------------------------------------------------------


def plan(*tiers_of_targets):
    return [
        coverage(counts(1, 1), code=f"library.q{i}", tiers=tiers, pk=i)
        for i, tiers in enumerate(tiers_of_targets, 1)
    ]


def test_columns_are_those_that_the_targets_name():
    rows = plan(("province",), ("commune", "village"), ("general_school", "vocational"))
    assert [column.label for column in matrix.columns_of(rows)] == [
        "Cấp tỉnh",
        "Cấp xã",
        "Cơ sở giáo dục",
    ]


def test_column_of_one_kind_of_school_bears_its_name():
    assert [c.label for c in matrix.columns_of(plan(("vocational",)))] == ["Giáo dục nghề nghiệp"]


def cells(table):
    return [
        [(cell.span, [f.tiers for f in cell.figures]) for cell in row.cells]
        for group in table.groups
        for row in group.rows
    ]


def test_target_over_two_tiers_is_one_cell_over_two_columns():
    table = matrix.matrix(plan(("district", "province"), ("commune",)), PLACE)
    assert cells(table) == [
        [(2, [("district", "province")]), (1, [])],
        [(1, []), (1, []), (1, [("commune",)])],
    ]


def test_target_of_every_tier_spans_the_table():
    table = matrix.matrix(plan((), ("district",), ("province",)), PLACE)
    assert cells(table)[0] == [(2, [()])]


def test_target_of_distant_tiers_stands_in_the_first_with_their_names():
    table = matrix.matrix(plan(("armed_forces", "province"), ("district",)), PLACE)
    cell = table.groups[0].rows[0].cells[0]
    assert (cell.span, cell.figures[0].label) == (1, "Cấp tỉnh và lực lượng vũ trang")


def test_two_targets_of_one_column_stand_in_one_cell():
    rows = [
        coverage(counts(1, 1), tiers=("commune",), pk=1),
        coverage(counts(1, 1), tiers=("village",), pk=2),
    ]
    assert cells(matrix.matrix(rows, PLACE)) == [[(1, [("commune",), ("village",)])]]


def test_tier_pages_are_linked_for_what_the_roster_holds():
    rows = plan(("district",), ("commune",))
    table = matrix.matrix(rows, PLACE, roster=[("library", "commune"), ("museum", "district")])
    assert table.groups[0].links == [
        [],
        [("/hong-lam/2025/library/commune/", "Cấp xã")],
    ]


def test_table_can_be_narrowed_to_one_state():
    rows = [
        coverage(counts(6, 2), code="library.a", pk=1),
        coverage(counts(0, 8), code="library.b", pk=2),
    ]
    table = matrix.matrix(rows, PLACE, show="2025-not-met")
    assert [figure.indicator.code for figure in table.figures] == ["library.b"]


# Counts ----------------------------------------------------------------------------------------


def test_horizon_counts_every_target_once():
    rows = [
        coverage(counts(6, 2)),
        coverage(counts(0, 8)),
        coverage(counts(5, 2, 1)),
        coverage(counts(0)),
        coverage(counts(8)),
    ]
    horizon = statuses.horizons(rows)[0]
    assert [(str(t.status.word), t.number) for t in horizon.tallies] == [
        ("Đạt", 2),
        ("Chưa đạt", 1),
        ("Chưa đủ số liệu", 1),
        ("Không có đối tượng", 1),
    ]
    assert len(horizon.boxes) == horizon.total == 5


@pytest.mark.parametrize(
    ("found", "hint"),
    [(counts(5, 3), "62,5 % khi kết thúc năm 2025"), (counts(0, 0, 8), "")],
)
def test_past_target_says_its_value_only_where_somebody_answered(found, hint):
    past = coverage(found)
    coming = coverage(counts(6, 2), year=2026, minimum=Decimal(90))
    coming.target.year = 2030
    figure = joining.figures([past, coming], places.Place(PLACE.territory, 2026))[0]
    assert figure.goals[0].hint.replace(NBSP, " ") == hint
