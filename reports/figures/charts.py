"""The way of each target over the years, as a Plotly figure and as a table of the same figures.

Figures are plain data for the basic bundle of plotly.js: lines, dashed lines, marks and short
texts, without HTML in any label (the page's policy forbids inline styles). Labels stand on the
lines; there is no legend.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from django.utils.formats import get_format
from django.utils.translation import gettext as _

from reports.figures import words
from reports.figures.attainment import Beside, display_down
from reports.figures.joining import Figure
from reports.figures.phrases import goal_words
from reports.figures.target_rows import TargetAttainment
from reports.figures.trends import Trend, TrendPoint

# The tokens of theme.css: Plotly draws with values, not with custom properties.
COLOURS = {
    "met": "#0b5cad",
    "on-track": "#0b5cad",
    "not-met": "#b23c06",
    "behind": "#b23c06",
    "undetermined": "#5a6470",
    "later": "#5a6470",
    "ended": "#5a6470",
}
# Below this many institutions a percentage is a poor picture of a way.
FEW = 8
INK, INK_SOFT, LINE_SOFT, EDGE, PAPER = "#17202b", "#4a5765", "#e8ecf1", "#74879b", "#ffffff"


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One year of a chart as a line of its table."""

    year: int
    actual: str
    expected: str
    goal: str
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """One figure over the years."""

    key: str
    kind: str
    title: str
    figure: Figure
    plot: str
    rows: tuple[ChartRow, ...]
    note: str
    is_empty: bool
    is_growth: bool


def charts(
    figures: Iterable[Figure], trends: Mapping[int, Trend], *, scope: str = ""
) -> list[Chart]:
    """A chart for each figure; `trends` by target. `scope` names the one tier looked at."""
    return [
        chart(each, [trends[goal.target.pk] for goal in each.goals], scope=scope)
        for each in figures
    ]


def chart(figure: Figure, trends: Sequence[Trend], *, scope: str = "") -> Chart:
    """`trends`: those of the figure's targets, by target year."""
    indicator = figure.indicator
    title = f"{indicator.label} · {scope or figure.scope}"
    if figure.main.is_growth:
        plot, rows, note = _growth(figure, trends)
    else:
        plot, rows, note = _coverage(figure, trends)
    return Chart(
        key=f"chart-{figure.main.target.pk}",
        kind=indicator.kind,
        title=title,
        figure=figure,
        plot=json.dumps(plot, ensure_ascii=False),
        rows=tuple(rows),
        note=note,
        is_empty=not any(row.actual for row in rows),
        is_growth=figure.main.is_growth,
    )


def telling(figures: Sequence[Figure]) -> list[Figure]:
    """Three charts for a page that shows few: what is furthest off, what goes well, growth."""

    def off(each: Figure) -> Fraction:
        return each.main.gap or Fraction(0)

    shares = [each for each in figures if not each.main.is_growth and each.main.tiers]
    many = [each for each in shares if each.main.counts and each.main.counts.n > 1]
    # A handful of institutions jumps by large steps: of many, a line says more.
    many = [each for each in many if each.main.counts.n >= FEW] or many
    chosen: list[Figure] = []
    if bad := [f for f in many if f.status and f.status.code in ("not-met", "behind")]:
        chosen.append(max(bad, key=off))
    if good := [f for f in many if f.status and f.status.code in ("met", "on-track")]:
        chosen.append(max(good, key=lambda f: f.main.counts.n))
    chosen += [each for each in figures if each.main.is_growth][:1]
    for each in (*many, *figures):
        if len(chosen) < 3 and each not in chosen:
            chosen.append(each)
    return chosen


# Coverage ------------------------------------------------------------------------------------


def _coverage(figure: Figure, trends: Sequence[Trend]) -> tuple[dict, list[ChartRow], str]:
    last = trends[-1]
    communes = figure.main.counts_communes
    kind = figure.indicator.kind
    colour = COLOURS[figure.status.code] if figure.status else INK
    reported = [point for point in last.points if point.value is not None]
    single = not communes and all(p.counts is None or p.counts.n <= 1 for p in last.points)
    # The last target's line leads through the earlier ones.
    line = dict(last.line)
    data = []
    if line:
        data.append(_dashed(list(line), [_round(value) for value in line.values()]))
    data += [
        _range(point.year, point.value, point.possible, colour)
        for point in last.points
        if point.value is not None and point.possible != point.value
    ]
    # A year of which little is known bends the line, a tier that ended has no way to go on, and
    # one institution says yes or no.
    thin = any(_is_thin(point) for point in reported)
    if single or thin or figure.rows[-1].outcome is not None:
        last = replace(last, projection=None)
    if last.projection is not None and reported:
        data.append(_projected(reported[-1], last, colour))
    # The line leaves out years of which little is known: a low value there would read as a fall.
    data.append(_line(last.points, colour))
    data += [
        _points(some, colour, [_coverage_hover(p, kind, communes) for p in some], hollow=hollow)
        for some, hollow in (
            ([point for point in reported if not _is_thin(point)], False),
            ([point for point in reported if _is_thin(point)], True),
        )
        if some
    ]
    data += [
        _goal(t.target.year, float(t.target.minimum), goal_words(t.target), first=t is trends[0])
        for t in trends
    ]
    marks = []
    if len(reported) > 1 and not single:
        first = reported[0]
        marks.append(_label(first.year, float(first.value), _one(first.value), first=True))
    if reported and not single:
        now = reported[-1]
        marks.append(_label(now.year, float(now.value), _one(now.value)))
    marks += [
        _label(t.target.year, float(t.target.minimum), goal_words(t.target), goal=True, over=single)
        for t in trends
    ]
    rows = _coverage_rows(last, trends, line, kind, communes)
    note = ""
    if last.projection is not None:
        note = _("Going on as before: %(value)s in %(year)s (a projection, not a judgement).") % {
            "value": words.percent(last.projection),
            "year": last.target.year,
        }
    highest = max(
        [float(t.target.minimum) for t in trends]
        + [float(point.possible) for point in last.points if point.possible is not None]
        + ([] if last.projection is None else [float(last.projection)])
    )
    top = min(106, highest * 1.12)
    layout = _layout(
        years=[*(p.year for p in last.points), *(t.target.year for t in trends)],
        top=top,
        suffix=f"{words.NBSP}%",
        annotations=_apart(marks, top),
        shapes=_reform(figure.rows),
    )
    if single:
        answers = [str(words.BESIDE[each].word) for each in (Beside.NO, Beside.YES)]
        layout["yaxis"] |= {"tickvals": [0, 100], "ticktext": answers}
    return {"data": data, "layout": layout}, rows, note


def _is_thin(point: TrendPoint) -> bool:
    """Whether less than half of the population has answered."""
    return point.counts is not None and 2 * point.counts.missing > point.counts.n


def _coverage_hover(point: TrendPoint, kind: str, communes: bool) -> str:
    if point.counts is None or point.value is None:
        return ""
    text = words.of_counted(point.counts.yes, point.counts.n, kind, communes=communes)
    return f"{point.year}: {words.percent(point.value)} ({text})"


def _coverage_rows(
    last: Trend,
    trends: Sequence[Trend],
    line: Mapping[int, Fraction],
    kind: str,
    communes: bool,
) -> list[ChartRow]:
    points = {point.year: point for point in last.points}
    goals = {trend.target.year: trend.target for trend in trends}
    rows = []
    for year in sorted({*points, *goals}):
        point = points.get(year)
        rows.append(
            ChartRow(
                year=year,
                actual=_coverage_cell(point, kind, communes) if point else "",
                expected=words.percent(line[year]) if year in line and year not in goals else "",
                goal=goal_words(goals[year]) if year in goals else "",
                is_open=bool(point and not point.closed),
            )
        )
    return rows


def _coverage_cell(point: TrendPoint, kind: str, communes: bool) -> str:
    counts = point.counts
    if counts is None or not counts.n:
        return ""
    if point.value is None:
        return _("no data")
    share = words.of_counted(counts.yes, counts.n, kind, communes=communes)
    if counts.missing:
        return _("%(value)s (%(share)s, can reach %(possible)s)") % {
            "value": words.percent(point.value),
            "share": share,
            "possible": words.percent(point.possible),
        }
    return f"{words.percent(point.value)} ({share})"


# Growth --------------------------------------------------------------------------------------


def _growth(figure: Figure, trends: Sequence[Trend]) -> tuple[dict, list[ChartRow], str]:
    colour = COLOURS[figure.status.code] if figure.status else INK
    # One horizon follows the other; each has its own institutions, so each has its own line.
    data, marks, rows, totals = [], [], [], []
    for trend in trends:
        if len(trend.steady) > 1:
            wanted = [(year, total) for year, total in trend.steady_line]
            data.append(_dashed([y for y, _t in wanted], [t for _y, t in wanted]))
            data.append(
                _actual(
                    [year for year, _total in trend.steady],
                    [total for _year, total in trend.steady],
                    [f"{year}: {words.visits(total)}" for year, total in trend.steady],
                    colour,
                )
            )
            goal_year, goal = wanted[-1]
            text = goal_words(trend.target)
            data.append(_goal(goal_year, goal, text, first=trend is trends[0]))
            marks.append(_label(goal_year, goal, text, goal=True))
            year, total = trend.steady[-1]
            marks.append(_label(year, total, words.grouped(total)))
            totals += [total for _year, total in (*trend.steady, *wanted)]
        rows += _growth_rows(trend)
    note = ""
    current = next((trend for trend in reversed(trends) if trend.steady), None)
    if current is not None:
        note = _("Visits of the %(number)s with a count in every year.") % {
            "number": words.counted(current.steady_institutions, figure.indicator.kind)
        }
    top = max(totals, default=1) * 1.15
    layout = _layout(
        years=[row.year for row in rows] or [trends[-1].target.year],
        top=top,
        suffix="",
        annotations=_apart(marks, top),
        shapes=[],
    )
    return {"data": data, "layout": layout}, rows, note


def _growth_rows(trend: Trend) -> list[ChartRow]:
    steady, wanted = dict(trend.steady), dict(trend.steady_line)
    points = {point.year: point for point in trend.points}
    target = trend.target
    rows = []
    for year in sorted({*steady, *points, target.year}):
        point, actual = points.get(year), ""
        if year in steady:
            actual = words.visits(steady[year])
        if point is not None and point.value is not None:
            rate = _("%(rate)s a year") % {"rate": words.percent(point.value, signed=True)}
            actual = f"{actual} ({rate})" if actual else rate
        rows.append(
            ChartRow(
                year=year,
                actual=actual,
                expected=words.visits(wanted[year]) if year in wanted else "",
                goal=goal_words(target) if year == target.year else "",
                is_open=bool(point and not point.closed),
            )
        )
    return rows


# Pieces of a plot ----------------------------------------------------------------------------


def _round(value: Fraction) -> float:
    return float(display_down(value, 2))


def _one(value) -> str:
    return words.percent(value)


def _actual(years: list[int], values: list, texts: list[str], colour: str) -> dict:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": years,
        "y": values,
        "text": texts,
        "hovertemplate": "%{text}<extra></extra>",
        "connectgaps": False,
        "cliponaxis": False,
        "line": {"color": colour, "width": 2.25},
        "marker": {"color": colour, "size": 8, "line": {"color": PAPER, "width": 1.5}},
    }


def _line(points: Sequence[TrendPoint], colour: str) -> dict:
    known = [None if p.value is None or _is_thin(p) else float(p.value) for p in points]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [point.year for point in points],
        "y": known,
        "hoverinfo": "skip",
        "connectgaps": False,
        "cliponaxis": False,
        "line": {"color": colour, "width": 2.25},
    }


def _points(points: Sequence[TrendPoint], colour: str, texts: list[str], *, hollow: bool) -> dict:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [point.year for point in points],
        "y": [float(point.value) for point in points],
        "text": texts,
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": False,
        "marker": {
            "color": PAPER if hollow else colour,
            "size": 8,
            "line": {"color": colour if hollow else PAPER, "width": 1.5},
        },
    }


def _dashed(years: list[int], values: list) -> dict:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": years,
        "y": values,
        "hoverinfo": "skip",
        "cliponaxis": False,
        "line": {"color": INK_SOFT, "width": 1.25, "dash": "5px,4px"},
    }


def _range(year: int, low, high, colour: str) -> dict:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [year, year],
        "y": [float(low), float(high)],
        "text": [_("can reach %(value)s") % {"value": words.percent(high)}] * 2,
        "hovertemplate": "%{text}<extra></extra>",
        "opacity": 0.4,
        "cliponaxis": False,
        "line": {"color": colour, "width": 7},
    }


def _projected(start: TrendPoint, trend: Trend, colour: str) -> dict:
    text = _("projection: %(value)s") % {"value": words.percent(trend.projection)}
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [start.year, trend.target.year],
        "y": [float(start.value), _round(trend.projection)],
        "text": ["", text],
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": False,
        "line": {"color": colour, "width": 1.25, "dash": "dot"},
        "marker": {
            "color": [colour, PAPER],
            "size": [0, 7],
            "symbol": "diamond",
            "line": {"color": colour, "width": 1.25},
        },
    }


def _goal(year: int, value: float, text: str, *, first: bool) -> dict:
    """The same two marks as on the bars: solid for the first target year, hollow for later ones."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [year],
        "y": [value],
        "text": [_("target %(year)s: %(level)s") % {"year": year, "level": text}],
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": False,
        "marker": {
            "symbol": "line-ew" if first else "square",
            "size": 14 if first else 9,
            "color": INK if first else PAPER,
            "line": {"color": INK, "width": 4 if first else 1.5},
        },
    }


def _label(
    year: int,
    value: float,
    text: str,
    *,
    first: bool = False,
    goal: bool = False,
    over: bool = False,
) -> dict:
    """A short text beside a point: right of it, or `over` it, as at the `first` one of a line."""
    over = over or first
    return {
        "x": year,
        "y": value,
        "text": text,
        "showarrow": False,
        "xanchor": "center" if over else "left",
        "yanchor": "bottom" if over else "middle",
        "xshift": 0 if over else 10,
        "yshift": 8 if over else 0,
        "font": {"size": 12, "color": INK_SOFT if goal else INK},
        # A line behind it would strike it through.
        "bgcolor": PAPER,
    }


def _apart(labels: list[dict], top: float) -> list[dict]:
    """Labels of the same year, moved so that none stands on another."""
    by_year: dict[int, list[dict]] = defaultdict(list)
    for label in labels:
        if label["xanchor"] == "left":
            by_year[label["x"]].append(label)
    for same in by_year.values():
        same.sort(key=lambda label: label["y"])
        for low, high in pairwise(same):
            # 272 px of height and 12 px of text: closer than this they would touch.
            if high["y"] - low["y"] < top / 12:
                low.update(yanchor="top", yshift=-2)
                high.update(yanchor="bottom", yshift=2)
    return labels


def _reform(rows: Sequence[TargetAttainment]) -> list[dict]:
    """A dotted line where the tier of a figure ended."""
    days = [row.outcome.last_day for row in rows if row.outcome and row.outcome.last_day]
    last_day = max(days, default=None)
    if last_day is None:
        return []
    at = last_day.year + (last_day.month / 12)
    return [
        {
            "type": "line",
            "x0": at,
            "x1": at,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "line": {"color": INK_SOFT, "width": 1, "dash": "dot"},
        }
    ]


def _layout(
    *, years: Sequence[int], top: float, suffix: str, annotations: list, shapes: list
) -> dict:
    shown = sorted(set(years))
    # In a narrow chart four years run into one another: the ends of what was reported and the
    # target years do not.
    crowded = len(shown) > 3
    # Room at both ends, so that the first year stands clear of the axis beside it.
    beside = max(0.3, 0.06 * (shown[-1] - shown[0]))
    return {
        "height": 272,
        "margin": {"l": 52, "r": 60 if suffix else 104, "t": 14, "b": 30},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "showlegend": False,
        "separators": get_format("DECIMAL_SEPARATOR") + get_format("THOUSAND_SEPARATOR"),
        "font": {"family": "system-ui, 'Noto Sans', sans-serif", "size": 12, "color": INK_SOFT},
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": EDGE, "font": {"color": INK}},
        "xaxis": {
            "tickvals": shown,
            "ticktext": [
                "" if crowded and year - 1 in shown and year + 1 in shown else str(year)
                for year in shown
            ],
            "range": [shown[0] - beside, shown[-1] + beside],
            "tickangle": 0,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "range": [0, top],
            "ticksuffix": suffix,
            "tickformat": ",d",
            "gridcolor": LINE_SOFT,
            "zerolinecolor": EDGE,
            "nticks": 6,
            "fixedrange": True,
        },
        "annotations": annotations,
        "shapes": shapes,
    }
