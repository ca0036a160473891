"""The table of targets: figures arranged by indicator and tier.

Boards say what is so; here it gets its place, and templates only loop. The columns come from the
tiers that the plan names, never from a province.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from institutions.models import Tier
from reports.figures import words
from reports.figures.joining import Figure, figures
from reports.figures.phrases import tiers_label
from reports.figures.places import Place
from reports.figures.target_rows import TargetAttainment
from reports.figures.trends import Trend

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
