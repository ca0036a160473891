"""The one query: where every figure on a screen comes from (design section 5).

Three statements in plain SQL, since the ORM cannot write roster × indicator. They run on SQLite
3.35 and on PostgreSQL, and nothing else in the project counts values:

- `coverage`: (year, indicator, tier, district, reporting unit) → how the roster answered.
- `panels`: (base year, year, indicator, tier) → the growth panel of rule 4, and the yearly sums of
  the institutions that have a count in every year.
- `communes`: (year, target group, district) → how the communes of the map answered (rule 1).

All start from the same cells: the lines of a round × the indicators of their kind, with the value
that counts. On the approved basis that is the approved one; on the provisional basis the working
one where the unit's report was submitted or approved (rule 8). With a moment, the values are those
that stood then (`as_closed.py`); without one, and as long as nothing was corrected since, the
statement is the same as ever.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from institutions.models import AdministrativeUnit, Tier
from reports.figures.as_closed import CORRECTED_SINCE, Erratum
from reports.figures.attainment import Counts
from reports.figures.growth import Panel


@dataclass(frozen=True, slots=True)
class Within:
    """Only a part of the territory: one district, or what one reporting unit sends."""

    district_id: int | None = None
    reporting_unit_id: int | None = None

    def __bool__(self) -> bool:
        return self.district_id is not None or self.reporting_unit_id is not None


WHOLE = Within()

# Cells -----------------------------------------------------------------------------------

_STATE = {
    False: "COALESCE(v.approved_state, 'blank')",
    True: """COALESCE(CASE WHEN p.status IN ('submitted', 'approved') THEN v.state
                  ELSE v.approved_state END, 'blank')""",
}
_COUNT = {
    False: "v.approved_count",
    True: """CASE WHEN p.status IN ('submitted', 'approved') THEN v.count
                  ELSE v.approved_count END""",
}
# Nobody was asked for an indicator before the year in which it began: that is no missing answer.
# Both databases write a date as text with its year first.
_IN_FORCE = "CAST(SUBSTR(CAST(i.valid_from AS VARCHAR(10)), 1, 4) AS INTEGER) <= r.year"


def _cells(
    provisional: bool,
    years: Sequence[int],
    where: str = "",
    moment: datetime.datetime | None = None,
) -> str:
    """One row per roster line and indicator asked of its kind that year, whatever was reported.

    `waits` says where a value is that does not count yet: with the Department for approval, or
    returned to the unit. A draft is nobody's figure yet: not reported.

    As a CTE it is to be MATERIALIZED: joined on, SQLite would flatten it and rather build an index
    over the lines of the whole country than use the one of a round.

    Takes as parameters `_moments(moment)`, the territory and the years.
    """
    state, number, working = _STATE[provisional], _COUNT[provisional], "COALESCE(v.state, 'blank')"
    if moment is not None:
        state, working = f"COALESCE(e.state, {state})", f"COALESCE(e.working, {working})"
        number = f"CASE WHEN e.value_id IS NOT NULL THEN e.number ELSE {number} END"
    return f"""
    SELECT c.*,
        CASE WHEN c.state <> 'blank' THEN ''
            WHEN c.status = 'submitted' AND c.working <> 'blank' THEN 'awaiting'
            WHEN c.status = 'returned' AND (c.is_returned OR c.working <> 'blank') THEN 'returned'
            ELSE '' END AS waits
    FROM (
        SELECT r.year, i.id AS indicator_id, l.institution_id, l.kind, l.tier, l.district_id,
            l.commune_id, l.reporting_unit_id, p.status, v.is_returned,
            {working} AS working, {state} AS state, {number} AS number
        FROM reports_reportinground r
        JOIN reports_roundline l ON l.round_id = r.id
        JOIN targets_indicator i ON i.kind = l.kind AND {_IN_FORCE}
        LEFT JOIN reports_report p
            ON p.round_id = r.id AND p.reporting_unit_id = l.reporting_unit_id
        LEFT JOIN reports_indicatorvalue v ON v.line_id = l.id AND v.indicator_id = i.id
        {CORRECTED_SINCE if moment else ""}
        WHERE r.territory_id = %s AND r.year IN ({_marks(years)}) {where}
    ) c"""


def _moments(moment: datetime.datetime | None) -> list[datetime.datetime]:
    return [moment] * CORRECTED_SINCE.count("%s") if moment else []


def _marks(items: Collection) -> str:
    return ", ".join(["%s"] * len(items))


def _rows(rows: Sequence[Sequence]) -> str:
    return ", ".join(f"({_marks(row)})" for row in rows)


def _flat(rows: Iterable[Sequence]) -> list:
    return [item for row in rows for item in row]


def _fetch(statement: str, parameters: list) -> list[tuple]:
    adapt = connection.ops.adapt_datetimefield_value
    parameters = [adapt(p) if isinstance(p, datetime.datetime) else p for p in parameters]
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


# Errata ----------------------------------------------------------------------------------


def errata(territory_id: int, years: Collection[int]) -> list[Erratum]:
    """What was corrected in the closed rounds of `years`, the earliest first.

    Starts from the errata, of which there are few in the whole country: from the rosters a
    database would walk every value. SQLite keeps the order of a CROSS JOIN, PostgreSQL knows it.
    """
    years = sorted(set(years))
    if not years:
        return []
    rows = _fetch(
        f"""
        WITH corrected AS MATERIALIZED (
            SELECT id, value_id, at FROM reports_change WHERE action = 'erratum'
        )
        SELECT c.at, c.value_id, r.year
        FROM corrected c
        CROSS JOIN reports_indicatorvalue v
        CROSS JOIN reports_roundline l
        CROSS JOIN reports_reportinground r
        WHERE v.id = c.value_id AND l.id = v.line_id AND r.id = l.round_id
            AND r.territory_id = %s AND r.year IN ({_marks(years)})
        ORDER BY c.at, c.id
        """,
        [territory_id, *years],
    )
    return [Erratum(_moment(at), value_id, year) for at, value_id, year in rows]


def _moment(stored: datetime.datetime | str) -> datetime.datetime:
    """A moment as the database gives it; SQLite keeps it as text, in UTC and without a zone."""
    if isinstance(stored, str):
        stored = datetime.datetime.fromisoformat(stored)
    return stored if stored.tzinfo else stored.replace(tzinfo=datetime.UTC)


# Coverage --------------------------------------------------------------------------------


class Group(NamedTuple):
    """How one part of a roster answered one indicator.

    `n` leaves out not applicable ones. `counted` and `total` are the lines with a count and its
    sum (growth indicators); `entered` the lines in which anything stands, counted yet or not.
    `district_id` and `reporting_unit_id` are None outside the detailed year.
    """

    year: int
    indicator_id: int
    tier: str
    district_id: int | None
    reporting_unit_id: int | None
    n: int
    yes: int
    no: int
    not_applicable: int
    awaiting: int
    returned: int
    entered: int
    counted: int
    total: int
    kind: str

    @property
    def counts(self) -> Counts:
        """As an answer to a yes/no question."""
        return Counts(
            n=self.n,
            yes=self.yes,
            no=self.no,
            not_applicable=self.not_applicable,
            awaiting=self.awaiting,
            returned=self.returned,
        )

    @property
    def lines(self) -> int:
        return self.n + self.not_applicable

    @property
    def missing(self) -> int:
        """Lines without a yes, no or count that counts."""
        return self.n - self.yes - self.no - self.counted


def coverage(
    territory_id: int,
    years: Collection[int],
    *,
    provisional: bool = False,
    moment: datetime.datetime | None = None,
    detailed: int | None = None,
    within: Within = WHOLE,
) -> list[Group]:
    """How the rosters of `years` answered every indicator, by tier.

    The year `detailed` also comes by district and reporting unit; other years need no such
    detail, and would only cost rows. One query whatever the number of years; in no order.
    """
    years = sorted(set(years))
    if not years:
        return []
    condition, values = "", []
    if within.district_id is not None:
        condition, values = condition + " AND l.district_id = %s", [*values, within.district_id]
    if within.reporting_unit_id is not None:
        condition += " AND l.reporting_unit_id = %s"
        values = [*values, within.reporting_unit_id]
    year = detailed or 0
    rows = _fetch(
        f"""
        SELECT year, indicator_id, tier,
            CASE WHEN year = %s THEN district_id END,
            CASE WHEN year = %s THEN reporting_unit_id END,
            SUM(CASE WHEN state <> 'not_applicable' THEN 1 ELSE 0 END),
            SUM(CASE WHEN state = 'yes' THEN 1 ELSE 0 END),
            SUM(CASE WHEN state = 'no' THEN 1 ELSE 0 END),
            SUM(CASE WHEN state = 'not_applicable' THEN 1 ELSE 0 END),
            SUM(CASE WHEN waits = 'awaiting' THEN 1 ELSE 0 END),
            SUM(CASE WHEN waits = 'returned' THEN 1 ELSE 0 END),
            SUM(CASE WHEN working <> 'blank' THEN 1 ELSE 0 END),
            SUM(CASE WHEN state = 'count' THEN 1 ELSE 0 END),
            COALESCE(SUM(number), 0),
            MAX(kind)
        FROM ({_cells(provisional, years, condition, moment)}) cell
        GROUP BY 1, 2, 3, 4, 5
        """,
        [year, year, *_moments(moment), territory_id, *years, *values],
    )
    # PostgreSQL sums big integers as numeric.
    return [Group(*row[:13], int(row[13]), row[14]) for row in rows]


# Growth panels ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """A base year and a later year, with the days on which their rosters were drawn up."""

    base: int
    year: int
    base_day: datetime.date
    day: datetime.date


class PanelGroup(NamedTuple):
    """The panel of one pair of years, indicator and tier (of the later year, if it is there)."""

    base: int
    year: int
    indicator_id: int
    tier: str
    panel: Panel


class YearSum(NamedTuple):
    """The sum of one year over the institutions with a count in every year from base to until."""

    base: int
    until: int
    indicator_id: int
    tier: str
    year: int
    institutions: int
    total: int


def panels(
    territory_id: int,
    pairs: Collection[Pair],
    *,
    provisional: bool = False,
    moment: datetime.datetime | None = None,
    within: Within = WHOLE,
) -> tuple[list[PanelGroup], list[YearSum]]:
    """Growth panels of `pairs`, and yearly sums for those pairs whose every year has a round.

    An institution without a line in one of the years was not yet open, or had closed, if its dates
    say so, or, where they are not known, if a continuation between the two years does: it counts
    0. Without either, nobody knows why it is not on that roster: its count is missing. All
    institutions tied together by continuations between the two years count as one.
    """
    pairs = sorted(set(pairs), key=lambda pair: (pair.base, pair.year))
    if not pairs:
        return [], []
    # All years in between too: the yearly sums need them.
    years = list(range(min(pair.base for pair in pairs), max(pair.year for pair in pairs) + 1))
    pair_rows = [(p.base, p.year, p.base_day, p.day) for p in pairs]
    part_of, part_values = "", []
    if within.district_id is not None:
        part_of, part_values = " AND h.district_id = %s", [within.district_id]
    if within.reporting_unit_id is not None:
        part_of += " AND h.reporting_unit_id = %s"
        part_values.append(within.reporting_unit_id)
    rows = _fetch(
        f"""
        WITH RECURSIVE
        pair(base, year, base_day, day) AS (VALUES {_rows(pair_rows)}),
        cell AS MATERIALIZED ({_cells(provisional, years, "AND i.measure = 'growth'", moment)}),

        -- An institution on either roster, both years side by side; no line: no state.
        line AS (
            SELECT p.base, p.year, c.indicator_id, c.institution_id,
                MAX(CASE WHEN c.year = p.base THEN c.state END) AS base_state,
                MAX(CASE WHEN c.year = p.base THEN c.number END) AS base_number,
                MAX(CASE WHEN c.year = p.year THEN c.state END) AS state,
                MAX(CASE WHEN c.year = p.year THEN c.number END) AS number,
                MAX(CASE WHEN c.year = p.year THEN c.waits END) AS waits,
                MAX(CASE WHEN c.year = p.year THEN c.tier END) AS tier,
                MAX(c.tier) AS any_tier,
                COALESCE(MAX(CASE WHEN c.year = p.year THEN c.district_id END),
                    MAX(c.district_id)) AS district_id,
                COALESCE(MAX(CASE WHEN c.year = p.year THEN c.reporting_unit_id END),
                    MAX(c.reporting_unit_id)) AS reporting_unit_id
            FROM pair p JOIN cell c ON c.year IN (p.base, p.year)
            GROUP BY p.base, p.year, c.indicator_id, c.institution_id
        ),

        -- Continuations between the two years, both ways round.
        link(base, year, origin, other, forward) AS (
            SELECT p.base, p.year, k.predecessor_id, k.successor_id, 1
            FROM pair p JOIN institutions_continuation k
                ON k.date > p.base_day AND k.date <= p.day
            UNION ALL
            SELECT p.base, p.year, k.successor_id, k.predecessor_id, 0
            FROM pair p JOIN institutions_continuation k
                ON k.date > p.base_day AND k.date <= p.day
        ),
        reach(base, year, origin, institution_id) AS (
            SELECT k.base, k.year, k.origin, k.origin FROM link k
            WHERE EXISTS (SELECT 1 FROM line x WHERE x.institution_id = k.origin)
            UNION
            SELECT a.base, a.year, a.origin, k.other FROM reach a
            JOIN link k ON k.base = a.base AND k.year = a.year AND k.origin = a.institution_id
        ),
        family AS (
            SELECT base, year, origin, MIN(institution_id) AS head
            FROM reach GROUP BY base, year, origin
        ),
        member AS (
            SELECT x.base, x.year, x.indicator_id, x.institution_id, x.base_state, x.base_number,
                x.state, x.number, x.waits, x.tier, x.any_tier, x.district_id,
                x.reporting_unit_id, COALESCE(f.head, x.institution_id) AS head
            FROM line x LEFT JOIN family f
                ON f.base = x.base AND f.year = x.year AND f.origin = x.institution_id
            UNION ALL
            -- One of a family without a line in either year: in another territory, or short-lived.
            SELECT DISTINCT x.base, x.year, x.indicator_id, a.institution_id,
                CAST(NULL AS VARCHAR(20)), CAST(NULL AS BIGINT), CAST(NULL AS VARCHAR(20)),
                CAST(NULL AS BIGINT), CAST(NULL AS VARCHAR(20)), CAST(NULL AS VARCHAR(20)),
                CAST(NULL AS VARCHAR(20)), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), f.head
            FROM line x
            JOIN reach a ON a.base = x.base AND a.year = x.year AND a.origin = x.institution_id
            JOIN family f ON f.base = x.base AND f.year = x.year AND f.origin = x.institution_id
            WHERE NOT EXISTS (
                SELECT 1 FROM line y WHERE y.base = x.base AND y.year = x.year
                    AND y.indicator_id = x.indicator_id AND y.institution_id = a.institution_id
            )
        ),
        known AS (
            SELECT m.base, m.year, m.indicator_id, m.head, m.base_number, m.number, m.waits,
                m.tier, m.any_tier, m.district_id, m.reporting_unit_id,
                COALESCE(m.base_state, CASE
                    WHEN n.opened_on > p.base_day OR n.closed_on <= p.base_day THEN 'not_open'
                    WHEN n.opened_on IS NULL AND EXISTS (
                        SELECT 1 FROM link k WHERE k.base = m.base AND k.year = m.year
                            AND k.other = m.institution_id AND k.forward = 1) THEN 'not_open'
                    ELSE 'blank' END) AS base_state,
                COALESCE(m.state, CASE
                    WHEN n.opened_on > p.day OR n.closed_on <= p.day THEN 'not_open'
                    WHEN n.closed_on IS NULL AND EXISTS (
                        SELECT 1 FROM link k WHERE k.base = m.base AND k.year = m.year
                            AND k.origin = m.institution_id AND k.forward = 1) THEN 'not_open'
                    ELSE 'blank' END) AS state
            FROM member m
            JOIN pair p ON p.base = m.base AND p.year = m.year
            JOIN institutions_institution n ON n.id = m.institution_id
        ),
        household AS (
            SELECT base, year, indicator_id, head,
                COALESCE(MAX(tier), MAX(any_tier)) AS tier,
                MAX(district_id) AS district_id,
                MAX(reporting_unit_id) AS reporting_unit_id,
                SUM(CASE WHEN 'not_applicable' IN (base_state, state) THEN 1 ELSE 0 END) AS na,
                SUM(CASE WHEN base_state IN ('not_applicable', 'blank') THEN 1 ELSE 0 END)
                    AS base_unknown,
                SUM(CASE WHEN state IN ('not_applicable', 'blank') THEN 1 ELSE 0 END) AS unknown,
                SUM(CASE WHEN base_state = 'count' THEN 1 ELSE 0 END) AS base_counted,
                SUM(CASE WHEN state = 'blank' THEN 1 ELSE 0 END) AS blank,
                SUM(CASE WHEN state = 'blank' AND waits = 'awaiting' THEN 1 ELSE 0 END)
                    AS awaiting,
                SUM(CASE WHEN state = 'blank' AND waits IN ('awaiting', 'returned') THEN 1
                    ELSE 0 END) AS waiting,
                COALESCE(SUM(base_number), 0) AS base_total,
                COALESCE(SUM(number), 0) AS total
            FROM known
            GROUP BY base, year, indicator_id, head
        ),
        -- Institutions with a count in every year of a pair.
        steady AS (
            SELECT p.base, p.year, c.indicator_id, c.institution_id
            FROM pair p JOIN cell c ON c.year BETWEEN p.base AND p.year AND c.state = 'count'
            GROUP BY p.base, p.year, c.indicator_id, c.institution_id
            HAVING COUNT(*) = p.year - p.base + 1
        )

        SELECT 0, h.base, h.year, h.indicator_id, h.tier, COUNT(*),
            SUM(CASE WHEN h.base_unknown + h.unknown = 0 THEN 1 ELSE 0 END),
            SUM(CASE WHEN h.na > 0 THEN 1 ELSE 0 END),
            SUM(CASE WHEN h.base_unknown + h.unknown = 0 THEN h.base_total ELSE 0 END),
            SUM(CASE WHEN h.base_unknown + h.unknown = 0 THEN h.total ELSE 0 END),
            SUM(CASE WHEN h.base_unknown = 0 THEN h.base_total ELSE 0 END),
            SUM(CASE WHEN h.base_unknown = 0 AND h.base_counted > 0 THEN 1 ELSE 0 END),
            SUM(CASE WHEN h.base_unknown = 0 AND h.na = 0 AND h.blank > 0
                AND h.blank = h.awaiting THEN 1 ELSE 0 END),
            SUM(CASE WHEN h.base_unknown = 0 AND h.na = 0 AND h.blank = h.waiting
                AND h.waiting > h.awaiting THEN 1 ELSE 0 END)
        FROM household h
        WHERE 1 = 1 {part_of}
        GROUP BY h.base, h.year, h.indicator_id, h.tier
        UNION ALL
        SELECT 1, s.base, s.year, s.indicator_id, h.tier, h.year, COUNT(*), 0, SUM(h.number),
            0, 0, 0, 0, 0
        FROM steady s JOIN cell h ON h.indicator_id = s.indicator_id
            AND h.institution_id = s.institution_id AND h.year BETWEEN s.base AND s.year
        WHERE 1 = 1 {part_of}
        GROUP BY s.base, s.year, s.indicator_id, h.tier, h.year
        ORDER BY 1, 2, 3, 4, 5, 6
        """,
        [
            *_flat(pair_rows),
            *_moments(moment),
            territory_id,
            *years,
            *part_values,
            *part_values,
        ],
    )
    found, sums = [], []
    for what, base, year, indicator_id, tier, *numbers in rows:
        numbers = [int(number) for number in numbers]
        if what == 0:
            found.append(PanelGroup(base, year, indicator_id, tier, Panel(*numbers)))
        else:
            sums.append(YearSum(base, year, indicator_id, tier, *numbers[:2], numbers[3]))
    return found, sums


# Communes --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CommuneQuestion:
    """What is asked of communes: an indicator, of institutions of some tiers (empty: all).

    `rural` leaves out wards and townships, where the plan means xã alone.
    """

    indicator_id: int
    tiers: tuple[str, ...] = ()
    rural: bool = False


class CommuneGroup(NamedTuple):
    """How the communes of one district (None: directly under the territory) answered."""

    year: int
    question: CommuneQuestion
    district_id: int | None
    counts: Counts


def communes(
    territory_id: int,
    days: dict[int, datetime.date],
    questions: Collection[CommuneQuestion],
    *,
    provisional: bool = False,
    moment: datetime.datetime | None = None,
    within: Within = WHOLE,
) -> list[CommuneGroup]:
    """Communes of the territory's map as the counted unit (rule 1).

    `days`: year → cut-off; the communes are those that existed on it. Within a reporting unit:
    communes in which that unit has an institution.
    """
    questions = list(dict.fromkeys(questions))
    if not days or not questions:
        return []
    years = sorted(days)
    day_rows = [(year, days[year]) for year in years]
    asked = [
        (place, question.indicator_id, tier, int(question.rural))
        for place, question in enumerate(questions)
        for tier in (question.tiers or Tier.values)
    ]
    where, values = "", []
    if within.district_id is not None:
        where, values = " AND up.id = %s", [within.district_id]
    of_unit, unit_values = "", []
    if within.reporting_unit_id is not None:
        of_unit, unit_values = " AND l.reporting_unit_id = %s", [within.reporting_unit_id]
    indicator_ids = sorted({question.indicator_id for question in questions})
    asked_of = f"AND i.id IN ({_marks(indicator_ids)}){of_unit}"
    cells = _cells(provisional, years, asked_of, moment)
    rows = _fetch(
        f"""
        WITH day_of(year, day) AS (VALUES {_rows(day_rows)}),
        asked(question, indicator_id, tier, rural) AS (VALUES {_rows(asked)}),
        question AS (SELECT DISTINCT question, rural FROM asked),
        cell AS MATERIALIZED ({cells}),
        -- Communes and their answers one below the other, then folded: neither database needs an
        -- index for it, where a join of the two would grow with the square of the communes.
        part AS (
            SELECT d.year, q.question, a.id AS commune_id,
                CASE WHEN up.level = 'district' THEN up.id END AS district_id,
                1 AS exists_, 0 AS lines, 0 AS yes, 0 AS no, 0 AS blank, 0 AS awaiting,
                0 AS returned
            FROM institutions_administrativeunit up
            JOIN institutions_administrativeunit a
                ON a.parent_id = up.id AND a.level = 'commune'
            JOIN day_of d
                ON a.valid_from <= d.day AND (a.valid_to IS NULL OR a.valid_to > d.day)
            JOIN question q ON q.rural = 0 OR a.kind = 'xã'
            WHERE (up.id = %s OR up.parent_id = %s) {where}
            UNION ALL
            SELECT c.year, q.question, c.commune_id, NULL, 0, 1,
                CASE WHEN c.state = 'yes' THEN 1 ELSE 0 END,
                CASE WHEN c.state = 'no' THEN 1 ELSE 0 END,
                CASE WHEN c.state = 'blank' THEN 1 ELSE 0 END,
                CASE WHEN c.waits = 'awaiting' THEN 1 ELSE 0 END,
                CASE WHEN c.waits = 'returned' THEN 1 ELSE 0 END
            FROM cell c
            JOIN asked q ON q.indicator_id = c.indicator_id AND q.tier = c.tier
        ),
        commune AS (
            SELECT year, question, MAX(district_id) AS district_id,
                CASE WHEN SUM(lines) = 0 THEN 'without'
                    WHEN SUM(yes) > 0 THEN 'yes'
                    WHEN SUM(blank) > SUM(awaiting) + SUM(returned) THEN 'blank'
                    WHEN SUM(returned) > 0 THEN 'returned'
                    WHEN SUM(awaiting) > 0 THEN 'awaiting'
                    WHEN SUM(no) > 0 THEN 'no'
                    ELSE 'not_applicable' END AS state
            FROM part
            GROUP BY year, question, commune_id
            HAVING MAX(exists_) = 1
        )
        SELECT year, question, district_id,
            SUM(CASE WHEN state <> 'not_applicable' THEN 1 ELSE 0 END),
            SUM(CASE WHEN state = 'yes' THEN 1 ELSE 0 END),
            SUM(CASE WHEN state = 'no' THEN 1 ELSE 0 END),
            SUM(CASE WHEN state = 'not_applicable' THEN 1 ELSE 0 END),
            SUM(CASE WHEN state = 'awaiting' THEN 1 ELSE 0 END),
            SUM(CASE WHEN state = 'returned' THEN 1 ELSE 0 END),
            SUM(CASE WHEN state = 'without' THEN 1 ELSE 0 END)
        FROM commune
        {"WHERE state <> 'without'" if of_unit else ""}
        GROUP BY year, question, district_id
        ORDER BY year, question, district_id
        """,
        [
            *_flat(day_rows),
            *_flat(asked),
            *_moments(moment),
            territory_id,
            *years,
            *indicator_ids,
            *unit_values,
            territory_id,
            territory_id,
            *values,
        ],
    )
    return [
        CommuneGroup(year, questions[place], district_id, Counts(*numbers))
        for year, place, district_id, *numbers in rows
    ]


def communes_on(territory_id: int, day: datetime.date, *, rural: bool = False):
    """The communes of a territory on a day, as a QuerySet: the population of rule 1."""
    found = AdministrativeUnit.objects.valid_on(day).filter(
        Q(parent_id=territory_id) | Q(parent__parent_id=territory_id), level="commune"
    )
    return found.filter(kind="xã") if rural else found
