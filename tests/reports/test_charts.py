"""Charts: figures that Plotly accepts, the same in their table, and honest about thin years."""

import json
import re
from decimal import Decimal
from fractions import Fraction

import plotly.graph_objects as go
import pytest
from django.utils import translation

from reports.figures import charts, joining
from reports.figures.growth import Panel
from reports.figures.trends import Trend
from tests.reports.readings import PLACE, counts, coverage, growing, target, way

NBSP = "\N{NO-BREAK SPACE}"


def chart_of(row, *years, **values):
    aim = row.target
    figure = joining.figures([row], PLACE)[0]
    return charts.chart(figure, [way(aim, *years, **values)])


@pytest.fixture
def coverage_chart():
    return chart_of(
        coverage(counts(5, 2, 1)),
        (2023, counts(3, 5)),
        (2024, counts(4, 4)),
        (2025, counts(5, 2, 1)),
        line=((2023, Fraction(75, 2)), (2024, Fraction(215, 4)), (2025, Fraction(70))),
    )


@pytest.fixture
def growth_chart():
    row = growing(Panel(10, 10, 0, 100_000, 110_250, 100_000, 10))
    trend = Trend(
        target=row.target,
        points=(),
        steady=((2023, 100_000), (2024, 104_000), (2025, 110_250)),
        steady_line=((2023, 100_000), (2024, 105_000), (2025, 110_250)),
        steady_institutions=10,
    )
    return charts.chart(joining.figures([row], PLACE)[0], [trend])


@pytest.mark.parametrize("name", ["coverage_chart", "growth_chart"])
def test_chart_is_a_figure_that_plotly_accepts(request, name):
    plot = json.loads(request.getfixturevalue(name).plot)
    go.Figure(plot)  # refuses unknown properties and wrong values


@pytest.mark.parametrize("name", ["coverage_chart", "growth_chart"])
def test_chart_labels_hold_no_markup(request, name):
    plot = json.loads(request.getfixturevalue(name).plot)
    texts = [a["text"] for a in plot["layout"]["annotations"]]
    texts += [text for trace in plot["data"] for text in trace.get("text", [])]
    assert texts
    assert not [text for text in texts if re.search(r"[<>]", text)]


@pytest.mark.parametrize(("language", "separators"), [("vi", ",."), ("en", ".,")])
def test_numbers_of_the_axis_read_as_those_beside_it(language, separators):
    with translation.override(language):
        row = coverage(counts(5, 2, 1))
        plot = json.loads(chart_of(row, (2025, counts(5, 2, 1))).plot)
    assert plot["layout"]["separators"] == separators


def test_chart_table_holds_the_same_figures(coverage_chart):
    rows = [(r.year, r.actual, r.expected, r.goal) for r in coverage_chart.rows]
    assert [tuple(str(v).replace(NBSP, " ") for v in row) for row in rows] == [
        ("2023", "37,5 % (3/8 thư viện)", "37,5 %", ""),
        ("2024", "50,0 % (4/8 thư viện)", "53,7 %", ""),
        ("2025", "62,5 % (5/8 thư viện, có thể đến 75,0 %)", "", "70 %"),
    ]


def test_growth_chart_table_holds_visits_and_what_is_asked(growth_chart):
    assert [(r.year, r.actual, r.expected) for r in growth_chart.rows] == [
        (2023, "100.000 lượt", "100.000 lượt"),
        (2024, "104.000 lượt", "105.000 lượt"),
        (2025, "110.250 lượt", "110.250 lượt"),
    ]


def line_of(chart) -> dict:
    traces = json.loads(chart.plot)["data"]
    return next(t for t in traces if t["mode"] == "lines" and t["line"]["width"] == 2.25)


def test_year_of_which_little_is_known_is_not_joined_to_the_line():
    chart = chart_of(
        coverage(counts(6, 2)), (2023, counts(1, 1, 6)), (2024, counts(5, 3)), (2025, counts(6, 2))
    )
    assert line_of(chart)["y"] == [None, 62.5, 75.0]


def test_year_without_an_answer_is_a_gap_and_not_zero():
    chart = chart_of(coverage(counts(6, 2)), (2024, counts(0, 0, 8)), (2025, counts(6, 2)))
    assert line_of(chart)["y"] == [None, 75.0]
    assert chart.rows[0].actual == "chưa có số liệu"


def test_projection_is_said_to_be_one():
    chart = chart_of(
        coverage(counts(4, 4), year=2024, first=(2022, counts(2, 6))),
        (2022, counts(2, 6)),
        (2023, counts(3, 5)),
        (2024, counts(4, 4)),
        projection=Fraction(125, 2),
    )
    assert "62,5 % vào năm 2025 (dự báo" in chart.note.replace(NBSP, " ")


def single_chart():
    return chart_of(
        coverage(counts(1, 0)),
        (2023, counts(0, 1)),
        (2024, counts(1, 0)),
        (2025, counts(1, 0)),
        projection=Fraction(100),
    )


def test_single_institution_has_no_projection():
    chart = single_chart()
    assert chart.note == ""
    assert "diamond" not in chart.plot


def test_single_institution_says_yes_or_no_instead_of_percentages():
    layout = json.loads(single_chart().plot)["layout"]
    assert layout["yaxis"]["ticktext"] == ["Không", "Có"]
    assert [label["text"].replace(NBSP, " ") for label in layout["annotations"]] == ["70 %"]


def test_labels_of_one_year_stand_apart():
    layout = json.loads(chart_of(coverage(counts(7, 3)), (2025, counts(7, 3))).plot)["layout"]
    assert {label["yanchor"] for label in layout["annotations"]} == {"top", "bottom"}


@pytest.mark.parametrize(
    ("years", "shown"),
    [
        ((2023, 2024, 2025), ["2023", "2024", "2025"]),
        ((2022, 2023, 2024, 2025), ["2022", "", "", "2025"]),
    ],
)
def test_years_of_a_narrow_chart_do_not_run_into_one_another(years, shown):
    chart = chart_of(coverage(counts(7, 3)), *((year, counts(7, 3)) for year in years))
    assert json.loads(chart.plot)["layout"]["xaxis"]["ticktext"] == shown


def test_projection_is_withheld_where_a_year_is_thin():
    chart = chart_of(
        coverage(counts(4, 4), year=2024),
        (2022, counts(1, 0, 7)),
        (2023, counts(3, 5)),
        (2024, counts(4, 4)),
        projection=Fraction(90),
    )
    assert chart.note == ""


def test_few_charts_tell_of_the_worst_the_best_and_growth():
    worst = coverage(counts(0, 20), code="library.a", pk=1)
    bad = coverage(counts(10, 10), code="library.b", pk=2)
    good = coverage(counts(20), code="library.c", pk=3)
    visits = growing(Panel(10, 10, 0, 100, 120, 100, 10))
    found = charts.telling(joining.figures([bad, worst, good, visits], PLACE))
    assert [figure.main for figure in found] == [worst, good, visits]


def test_range_target_is_drawn_at_its_lower_end():
    aim = target(minimum=Decimal(70), maximum=Decimal(80))
    row = coverage(counts(6, 2), minimum=Decimal(70), maximum=Decimal(80))
    plot = json.loads(charts.chart(joining.figures([row], PLACE)[0], [way(aim)]).plot)
    assert plot["data"][-1]["y"] == [70.0]
