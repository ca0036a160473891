"""Figures as they stand on a page: value, bar, words and marks, arranged by indicator and tier.

Boards say what is so; here it gets its place, its length and its words, and templates only loop.
The columns of the target table come from the tiers that the plan names, never from a province.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from institutions.models import AdministrativeUnit, Tier
from reports.figures import words
from reports.figures.attainment import Beside, Counts, Pace, Verdict
from reports.figures.boards import TargetAttainment, Trend
from reports.figures.growth import Reason
from reports.figures.words import Status
from targets.models import Target

# Tiers that share a column, because plans speak of them together.
FAMILIES: tuple[tuple[str, ...], ...] = (
    (Tier.PROVINCE,),
    (Tier.DISTRICT,),
    (Tier.COMMUNE, Tier.VILLAGE),
    (Tier.GENERAL_SCHOOL, Tier.VOCATIONAL, Tier.OTHER_EDUCATION),
    (Tier.UNIVERSITY,),
    (Tier.SPECIAL,),
    (Tier.ARMED_FORCES,),
    (Tier.COMMUNITY,),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where addresses lead: territory, year and, if chosen, the provisional basis."""

    territory: AdministrativeUnit
    year: int
    provisional: bool = False

    @property
    def query(self) -> str:
        return "?basis=provisional" if self.provisional else ""

    def url(self, name: str, *parts) -> str:
        return (
            reverse(f"reports:{name}", args=[self.territory.slug, self.year, *parts]) + self.query
        )

    def explain(self, target: Target, year: int | None = None) -> str:
        tiers = ",".join(target.tiers) or "all"
        query = self.query
        if target.counts == Target.Counts.COMMUNE:
            query += ("&" if query else "?") + "counts=commune"
        address = reverse(
            "reports:explain",
            args=[
                self.territory.slug,
                year or self.year,
                target.indicator.code,
                tiers,
                target.year,
            ],
        )
        return address + query

    def tier(self, kind: str, tier: str) -> str:
        return self.url("tier", kind, tier)

    def unit(self, code: str) -> str:
        return self.url("unit", code)


@dataclass(frozen=True, slots=True)
class Mark:
    """A target's place on a bar; lengths as text that no locale may touch."""

    code: str
    position: str
    width: str
    shift: str


@dataclass(frozen=True, slots=True)
class Bar:
    code: str
    confirmed: str
    possible: str
    has_possible: bool
    marks: tuple[Mark, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line of yearly sums, and dashed what the target asks of them."""

    code: str
    actual: str
    wanted: str
    end_x: str
    end_y: str
    label: str


@dataclass(frozen=True, slots=True)
class Goal:
    """One target year of a figure."""

    target: Target
    year: int
    level: str
    is_implied: bool
    url: str
    mark: str
    status: Status
    hint: str
    is_other: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator × tiers with all its target years.

    `status` is what is said of the nearest target year that has not passed. `keys` are those of
    the counts above the table ("2025-met"), by which it can be narrowed.
    """

    indicator: object
    tiers: tuple[str, ...]
    label: str
    value: str
    share: str
    url: str
    status: Status | None
    provisional: bool
    shortfall: str
    possible: str
    bar: Bar | None
    spark: Spark | None
    goals: tuple[Goal, ...]
    notes: tuple[str, ...]
    keys: frozenset[str]
    main: TargetAttainment
    rows: tuple[TargetAttainment, ...]

    @property
    def scope(self) -> str:
        """The tiers in words."""
        return tiers_label(self.tiers, self.indicator.kind)

    @property
    def is_part(self) -> bool:
        """Of a target over several tiers, one: without a verdict of its own."""
        return bool(self.main.part_of)


@dataclass(slots=True)
class Cell:
    label: str
    span: int
    figures: list[Figure] = field(default_factory=list)
    is_wide: bool = False


@dataclass(slots=True)
class Row:
    indicator: object
    note: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    tiers: tuple[str, ...]


@dataclass(slots=True)
class Group:
    """The indicators of one kind, and for each column the tier pages of that kind."""

    kind: str
    label: str
    links: list[list[tuple[str, str]]]
    rows: list[Row]


@dataclass(slots=True)
class Matrix:
    columns: list[Column]
    groups: list[Group]
    has_implied: bool
    has_ended: bool

    @property
    def width(self) -> int:
        return len(self.columns) + 1

    @property
    def figures(self) -> list[Figure]:
        return [f for g in self.groups for r in g.rows for c in r.cells for f in c.figures]


# Status of one target ----------------------------------------------------------------------


def status_of(row: TargetAttainment) -> Status | None:
    """What is said of a target in the year looked at; None for a part of one."""
    if row.outcome is not None:
        return outcome_status(row)
    if row.beside is not None:
        return words.BESIDE[row.beside]
    if row.is_part:
        return None
    if row.verdict is not None:
        return words.EXCEEDED if row.exceeded else words.VERDICTS[row.verdict]
    return words.pace_status(
        row.pace, early=row.early, base_year=row.horizon.base if row.horizon else None
    )


def outcome_status(row: TargetAttainment) -> Status:
    if row.outcome.kind == Target.Outcome.CARRIED:
        return Status("ended", "i-ended", _("Carried to another target"))
    if row.outcome.kind == Target.Outcome.SET_ANEW:
        return Status("ended", "i-ended", _("Set anew by a later plan"))
    return words.ENDED


def tally_key(row: TargetAttainment) -> str:
    """Under which of the counts above the table a target falls."""
    if row.outcome is not None:
        return f"{row.target_year}-ended"
    if row.verdict is not None:
        return f"{row.target_year}-{row.verdict.value.replace('_', '-')}"
    if row.early:
        return f"{row.target_year}-early"
    pace = row.pace.value.replace("_", "-") if row.pace else "no-pace"
    return f"{row.target_year}-{pace}"


# Order of the counts; the words of those that are no verdict or pace of their own.
_TALLIES = (
    "met",
    "early",
    "on-track",
    "not-met",
    "behind",
    "undetermined",
    "no-population",
    "too-early",
    "not-started",
    "no-pace",
    "ended",
)


@dataclass(frozen=True, slots=True)
class Tally:
    status: Status
    number: int
    key: str


@dataclass(frozen=True, slots=True)
class Box:
    code: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Horizon:
    """The targets of one target year, counted by what is said of them."""

    target_year: int
    total: int
    is_due: bool
    provisional: bool
    tallies: tuple[Tally, ...]
    boxes: tuple[Box, ...]

    def number(self, *names: str) -> int:
        wanted = {f"{self.target_year}-{name}" for name in names}
        return sum(tally.number for tally in self.tallies if tally.key in wanted)


def horizons(rows: Sequence[TargetAttainment]) -> list[Horizon]:
    """Counts by target year, in the order in which they are read."""
    by_year: dict[int, list[TargetAttainment]] = defaultdict(list)
    for row in rows:
        by_year[row.target_year].append(row)
    return [_horizon(year, by_year[year]) for year in sorted(by_year)]


def _horizon(year: int, rows: Sequence[TargetAttainment]) -> Horizon:
    by_key: dict[str, list[TargetAttainment]] = defaultdict(list)
    for row in rows:
        by_key[tally_key(row)].append(row)
    tallies, boxes, place = [], [], 0
    for name in _TALLIES:
        here = by_key.get(f"{year}-{name}", [])
        if not here:
            continue
        status = words.MET if name == "met" else status_of(here[0]) or words.WITHOUT_PACE
        if name == "not-started":
            status = Status(
                status.code,
                status.icon,
                _("Growth: %(status)s") % {"status": words.in_sentence(str(status.word))},
            )
        tallies.append(Tally(status, len(here), f"{year}-{name}"))
        for _row in here:
            share = Fraction(100, len(rows))
            boxes.append(
                Box(status.code, f"{float(place * share):.2f}", f"{float(share * 91 / 100):.2f}")
            )
            place += 1
    return Horizon(
        target_year=year,
        total=len(rows),
        is_due=any(row.verdict is not None for row in rows),
        provisional=any(row.provisional for row in rows),
        tallies=tuple(tallies),
        boxes=tuple(boxes),
    )


# One figure ----------------------------------------------------------------------------------


def figures(
    rows: Iterable[TargetAttainment], place: Place, trends: Mapping[int, Trend] | None = None
) -> list[Figure]:
    """Rows of the same indicator, tiers and unit of counting, joined over their target years."""
    rows = list(rows)
    years = sorted({row.target_year for row in rows})
    joined: dict[tuple, list[TargetAttainment]] = defaultdict(list)
    for row in rows:
        joined[row.target.indicator_id, row.tiers, row.target.counts, row.is_growth].append(row)
    return [figure(same, place, years, trends or {}) for same in joined.values()]


def figure(
    rows: Sequence[TargetAttainment],
    place: Place,
    target_years: Sequence[int],
    trends: Mapping[int, Trend],
) -> Figure:
    """One figure with the goals of all its target years."""
    rows = sorted(rows, key=lambda row: row.target_year)
    main = next((row for row in rows if row.target_year >= place.year), rows[-1])
    status = status_of(main)
    goals = tuple(_goal(row, place, target_years, is_other=row is not main) for row in rows)
    counts = main.today or main.counts
    if main.is_growth:
        value, share = _growth_value(main), _growth_share(main)
        bar = None
        spark = _spark(main, status, trends.get(main.target.pk))
        possible = ""
        notes = growth_notes(main)
    else:
        value, share = coverage_value(counts, main), coverage_share(counts, main)
        # A single institution of a district is a yes or a no, held against no level.
        drawn = counts and counts.n and not (counts.n == 1 and main.beside)
        bar = _bar(counts, main, status, goals) if drawn else None
        spark, possible = None, possible_words(counts, main)
        notes = coverage_notes(counts, main)
    return Figure(
        indicator=main.indicator,
        tiers=main.tiers,
        label="",
        value=value,
        share=share,
        url=place.explain(main.target),
        status=status,
        provisional=main.provisional,
        shortfall=shortfall_words(main),
        possible=possible,
        bar=bar,
        spark=spark,
        goals=goals,
        notes=tuple(notes),
        keys=frozenset(tally_key(row) for row in rows),
        main=main,
        rows=tuple(rows),
    )


def coverage_value(counts: Counts | None, row: TargetAttainment) -> str:
    """ "62,5 %"; of a single institution only yes, no or not reported."""
    if counts is None or not counts.n:
        return words.NO_FIGURE
    if not counts.yes + counts.no:
        return missing_word(counts)
    if counts.n == 1 and not row.counts_communes:
        return str(single_answer(counts).word)
    return words.percent(100 * counts.confirmed)


def missing_word(counts: Counts) -> str:
    """Why nothing is known of a population: no data never reads as 0 %."""
    if counts.awaiting == counts.missing:
        return pgettext("report", "Awaiting approval")
    if counts.returned == counts.missing:
        return pgettext("report", "Returned")
    return pgettext("report", "Not reported")


def single_answer(counts: Counts) -> Status:
    return words.BESIDE[Beside.YES if counts.yes else Beside.NO]


def coverage_share(counts: Counts | None, row: TargetAttainment) -> str:
    if counts is None or not counts.n:
        return ""
    if not counts.yes + counts.no:
        return words.counted(counts.n, row.indicator.kind, communes=row.counts_communes)
    return words.of_counted(counts.yes, counts.n, row.indicator.kind, communes=row.counts_communes)


def possible_words(counts: Counts | None, row: TargetAttainment) -> str:
    """How far the figure can still come, where something is missing."""
    if counts is None or not counts.missing or counts.n == 1:
        return ""
    return _("can reach %(value)s") % {"value": words.percent(100 * counts.possible)}


def coverage_notes(counts: Counts | None, row: TargetAttainment) -> list[str]:
    notes = []
    if counts and counts.not_applicable:
        notes.append(
            _("%(number)s not applicable") % {"number": words.grouped(counts.not_applicable)}
        )
    if row.part_of:
        notes.append(
            _("Part of one target for %(tiers)s: the verdict is on all of them together.")
            % {"tiers": words.in_sentence(tiers_label(row.part_of, row.indicator.kind))}
        )
    return notes


def _growth_value(row: TargetAttainment) -> str:
    if row.growth is None or row.growth.rate is None:
        return words.NO_FIGURE
    return words.percent(row.growth.rate, signed=True)


def _growth_share(row: TargetAttainment) -> str:
    return _("a year") if row.growth is not None and row.growth.rate is not None else ""


def growth_notes(row: TargetAttainment) -> list[str]:
    """The period, the panel, the rate by the other method and what keeps the verdict open."""
    panel = row.panel
    if panel is None or row.horizon is None:
        return []
    text = _("%(start)s–%(end)s, on %(panel)s with counts of both years.")
    if row.is_by_mean:
        text = _("%(start)s–%(end)s, mean of the yearly rates of %(panel)s with every year.")
    notes = [
        text
        % {
            "start": row.horizon.base,
            "end": row.horizon.until,
            "panel": words.of_counted(panel.in_panel, panel.institutions, row.indicator.kind),
        }
    ]
    if reason := reason_words(row):
        notes.append(reason)
    if row.needed is not None and row.shortfall and row.shortfall.maximum:
        notes.append(
            _("%(now)s now, %(needed)s would meet the target.")
            % {"now": words.visits(panel.current), "needed": words.visits(row.needed)}
        )
    if row.horizon.years > 1:
        # The method that does not decide, for comparison.
        other = row.compound_rate if row.is_by_mean else row.mean_rate
        text = (
            _("Compound rate: %(rate)s.")
            if row.is_by_mean
            else _("Mean of yearly rates: %(rate)s.")
        )
        if other is not None:
            notes.append(text % {"rate": words.percent(other, signed=True)})
    return notes


def reason_words(row: TargetAttainment) -> str:
    """Why growth has no verdict."""
    if row.reason is None:
        return ""
    return {
        Reason.NO_BASE: _("No verdict: no count of the base year."),
        Reason.BASE_ZERO: _("No verdict: the count of a year to grow from is 0.")
        if row.is_by_mean
        else _("No verdict: the count of the base year is 0."),
        Reason.YEAR_MISSING: _("No verdict: a year in between had no reporting round."),
        Reason.PERIODS_DIFFER: _("No verdict: the periods of the years differ in length.")
        if row.is_by_mean
        else _("No verdict: the periods of the two years differ in length."),
        Reason.PANEL_TOO_SMALL: (
            _("No verdict: fewer than %(share)s of institutions or visits have every year.")
            if row.is_by_mean
            else _("No verdict: fewer than %(share)s of institutions or visits have both years.")
        )
        % {"share": words.level(row.target.version.growth_min_panel)},
    }[row.reason]


def shortfall_words(row: TargetAttainment) -> str:
    """What is lacking, in institutions, communes or visits; empty where nothing is."""
    lacking = row.shortfall
    if lacking is None or not lacking.maximum or row.outcome is not None:
        return ""
    if row.verdict is None:
        return _per_year(row)
    kind, communes = row.indicator.kind, row.counts_communes
    if row.is_growth:
        return _("%(amount)s lacking") % {"amount": words.visits(lacking.maximum)}
    if row.verdict is Verdict.UNDETERMINED:
        return _("needs %(needed)s of %(missing)s without data") % {
            "needed": words.grouped(lacking.maximum),
            "missing": words.counted(row.missing, kind, communes=communes),
        }
    amount = words.range_counted(lacking.minimum, lacking.maximum, kind, communes=communes)
    return _("%(amount)s lacking") % {"amount": amount}


def _per_year(row: TargetAttainment) -> str:
    detail = row.pace_detail
    if detail is None or not detail.needed_per_year:
        return ""
    amount = words.counted(detail.needed_per_year, row.indicator.kind, communes=row.counts_communes)
    if row.target_year - row.year == 1:
        return _("needs %(amount)s more in the year left") % {"amount": amount}
    return _("needs %(amount)s more a year") % {"amount": amount}


def _goal(
    row: TargetAttainment, place: Place, target_years: Sequence[int], *, is_other: bool
) -> Goal:
    status = status_of(row)
    hint = ""
    if row.outcome is not None and row.outcome.legal_basis:
        hint = row.outcome.legal_basis
    elif is_other and row.outcome is None and row.pace is Pace.BEHIND:
        hint = _per_year(row)
    elif is_other and row.verdict is not None and row.counts and row.counts.yes + row.counts.no:
        hint = _("%(value)s when %(year)s ended") % {
            "value": words.percent(100 * row.counts.confirmed),
            "year": row.figure_year,
        }
    return Goal(
        target=row.target,
        year=row.target_year,
        level=goal_words(row.target),
        is_implied=row.target.basis == Target.Basis.IMPLIED,
        url=place.explain(row.target),
        mark="" if row.target_year == target_years[0] else "goal-2030",
        status=status or Status("later", "", ""),
        hint=hint,
        is_other=is_other,
    )


def goal_words(target: Target) -> str:
    """A target's level: "70 %", "10–15 % a year", "done"."""
    if target.unit == Target.Unit.MILESTONE:
        return pgettext("milestone", "done")
    level = words.level_range(target.minimum, target.maximum)
    if target.unit == Target.Unit.PERCENT_PER_YEAR:
        return _("up %(level)s a year") % {"level": level}
    return level


def _bar(
    counts: Counts, row: TargetAttainment, status: Status | None, goals: Sequence[Goal]
) -> Bar:
    marks = []
    # The later mark first, so that the nearer one lies on top where both are at 100 %.
    for goal in reversed(goals):
        share = words.width(Fraction(goal.target.minimum) / 100)
        if goal.mark:
            marks.append(Mark("mark-2030", share, "5", "-2.5"))
        else:
            marks.append(Mark("mark-2025", share, "4", "-2"))
    levels = ", ".join(
        _("target %(year)s: %(level)s") % {"year": goal.year, "level": goal.level} for goal in goals
    )
    value = words.percent(100 * counts.confirmed)
    if counts.missing:
        label = _("Confirmed %(value)s, can reach %(possible)s; %(levels)s") % {
            "value": value,
            "possible": words.percent(100 * counts.possible),
            "levels": levels,
        }
    else:
        label = _("Confirmed %(value)s; %(levels)s") % {"value": value, "levels": levels}
    return Bar(
        code=_bar_code(status),
        confirmed=words.width(counts.confirmed),
        possible=words.width(Fraction(counts.missing, counts.n)),
        has_possible=counts.missing > 0,
        marks=tuple(marks),
        label=label,
    )


def _bar_code(status: Status | None) -> str:
    """A bar of which nothing is said yet is grey, like one that cannot be decided."""
    return "undetermined" if status is None or status.code in ("later", "ended") else status.code


def _spark(row: TargetAttainment, status: Status | None, trend: Trend | None) -> Spark | None:
    if trend is None or len(trend.steady) < 2:
        return None
    years = [year for year, _total in trend.steady]
    wanted = [(year, total) for year, total in trend.steady_line if year <= years[-1]]
    totals = [total for _year, total in (*trend.steady, *wanted)]
    low, high = min(totals), max(totals)

    def points(series: Sequence[tuple[int, int]]) -> str:
        return " ".join(f"{x(year)},{y(total)}" for year, total in series)

    def x(year: int) -> str:
        return f"{4 + 152 * (year - years[0]) / max(1, years[-1] - years[0]):.1f}"

    def y(total: int) -> str:
        return f"{30 - 26 * (total - low) / max(1, high - low):.1f}"

    return Spark(
        code=_bar_code(status),
        actual=points(trend.steady),
        wanted=points(wanted),
        end_x=x(years[-1]),
        end_y=y(trend.steady[-1][1]),
        label=", ".join(f"{year}: {words.visits(total)}" for year, total in trend.steady),
    )


# Arranging ---------------------------------------------------------------------------------


def columns_of(rows: Iterable[TargetAttainment]) -> list[Column]:
    """The columns that a plan needs: families of tiers, as far as its targets name them."""
    named = {tier for row in rows for tier in row.tiers}
    found = []
    for family in FAMILIES:
        here = tuple(tier for tier in family if tier in named)
        if here:
            found.append(Column(_column_label(family, here), here))
    return found


def _column_label(family: Sequence[str], here: Sequence[str]) -> str:
    if Tier.COMMUNE in here:
        return words.tier_word(Tier.COMMUNE)
    if len(here) > 1:
        return _("Schools and colleges")
    return words.tier_word(here[0])


def tiers_label(tiers: Sequence[str], kind: str) -> str:
    """The tiers of a target in words: "Province level and district level"; none: all of a kind."""
    if not tiers:
        return words.every_kind(kind)
    ordered = [tier for tier in Tier.values if tier in tiers]
    first, *others = [words.tier_word(tier) for tier in ordered]
    return words.listed([first, *map(words.in_sentence, others)])


def described(row: TargetAttainment) -> str:
    """A target in the middle of a sentence: "lớp năng khiếu, câu lạc bộ ở cấp xã"."""
    indicator = words.in_sentence(row.indicator.label)
    if not row.tiers:
        return indicator
    return _("%(indicator)s, %(tiers)s") % {
        "indicator": indicator,
        "tiers": words.in_sentence(tiers_label(row.tiers, row.indicator.kind)),
    }


def matrix(
    rows: Sequence[TargetAttainment],
    place: Place,
    trends: Mapping[int, Trend] | None = None,
    *,
    show: str = "",
    roster: Iterable[tuple[str, str]] = (),
) -> Matrix:
    """The target table. `show`: only figures under one of the counts above it ("2025-met").

    `roster`: the (kind, tier) of the institutions there are, for the links to their lists.
    """
    columns = columns_of(rows)
    found = [f for f in figures(rows, place, trends) if not show or show in f.keys]
    by_indicator: dict[int, list[Figure]] = defaultdict(list)
    for each in found:
        by_indicator[each.indicator.pk].append(each)
    tiers_of_kind: dict[str, set[str]] = defaultdict(set)
    for kind, tier in roster:
        tiers_of_kind[kind].add(tier)
    groups: dict[str, Group] = {}
    for same in sorted(by_indicator.values(), key=lambda f: f[0].indicator.position):
        indicator = same[0].indicator
        group = groups.setdefault(
            indicator.kind,
            Group(
                kind=indicator.kind,
                label=words.kinds(indicator.kind),
                links=[
                    [
                        (place.tier(indicator.kind, tier), words.tier_word(tier))
                        for tier in column.tiers
                        if tier in tiers_of_kind[indicator.kind]
                    ]
                    for column in columns
                ],
                rows=[],
            ),
        )
        group.rows.append(_row(indicator, same, columns))
    return Matrix(
        columns=columns,
        groups=list(groups.values()),
        has_implied=any(goal.is_implied for f in found for goal in f.goals),
        has_ended=any(goal.status is words.ENDED for f in found for goal in f.goals),
    )


def _row(indicator, same: Sequence[Figure], columns: Sequence[Column]) -> Row:
    spans = [(*_span(each, columns), each) for each in same]
    spans.sort(key=lambda span: (span[0], -span[1]))
    cells: list[Cell] = []
    at = 0
    for start, width, each in spans:
        label = tiers_label(each.tiers, indicator.kind)
        if start < at:
            # Columns already taken, by a target over several of them: below it in the same cell.
            cells[-1].figures.append(_labelled(each, label))
            continue
        cells.extend(Cell(columns[i].label, 1) for i in range(at, start))
        wide = width == len(columns) and len(columns) > 2
        heading = " · ".join(column.label for column in columns[start : start + width])
        own = label if not each.tiers or width > 1 or _differs(each, columns[start]) else ""
        cell = Cell(label if not each.tiers else heading, width, is_wide=wide)
        cell.figures.append(_labelled(each, own))
        cells.append(cell)
        at = start + width
    cells.extend(Cell(columns[i].label, 1) for i in range(at, len(columns)))
    return Row(indicator=indicator, note=indicator.asked, cells=cells)


def _span(each: Figure, columns: Sequence[Column]) -> tuple[int, int]:
    """First column and number of columns. Tiers far apart stand in the first, with their names."""
    if not each.tiers:
        return 0, max(1, len(columns))
    places = [i for i, column in enumerate(columns) if set(column.tiers) & set(each.tiers)]
    if places[-1] - places[0] + 1 == len(places):
        return places[0], len(places)
    return places[0], 1


def _differs(each: Figure, column: Column) -> bool:
    """Whether a figure is about something else than the head of its column says."""
    return set(each.tiers) != set(column.tiers) and tiers_label(each.tiers, "") != column.label


def _labelled(each: Figure, label: str) -> Figure:
    return replace(each, label=label) if label else each
