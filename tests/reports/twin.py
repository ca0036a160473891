"""The figures computed a second time, row by row in Python, from what the ORM returns.

Slow and plain on purpose: it shares the pure rules with the product and none of the SQL, so that
`reports/figures/counts.py` can be held against it on random data.
"""

import datetime
import random
from collections import defaultdict
from dataclasses import dataclass

from institutions.models import (
    AdministrativeUnit,
    Continuation,
    Institution,
    Tier,
)
from reports.figures.attainment import Answer, Counts, commune_state, tally
from reports.figures.growth import Known, Panel, joined, panel_of
from reports.models import IndicatorValue, Report, ReportingRound, RoundLine
from targets.models import Indicator
from tests.factories import (
    CommuneFactory,
    DistrictFactory,
    DistrictOfficeFactory,
    IndicatorFactory,
    ProvinceFactory,
    ReportFactory,
    ReportingRoundFactory,
    ReportingUnitFactory,
)

# Rows --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    line: RoundLine
    indicator: Indicator
    state: str
    count: int
    waits: str
    entered: bool

    @property
    def year(self):
        return self.line.round.year

    @property
    def answer(self) -> Answer:
        if self.state == "blank":
            return Answer(self.waits or "not_reported")
        return Answer(self.state)


def cells(territory, *, provisional=False) -> list[Cell]:
    values = {
        (value.line_id, value.indicator_id): value
        for value in IndicatorValue.objects.filter(line__round__territory=territory)
    }
    statuses = {
        (report.round_id, report.reporting_unit_id): report.status
        for report in Report.objects.filter(round__territory=territory)
    }
    found = []
    for line in RoundLine.objects.filter(round__territory=territory).select_related("round"):
        status = statuses.get((line.round_id, line.reporting_unit_id))
        for indicator in Indicator.objects.filter(kind=line.kind):
            if indicator.valid_from.year > line.round.year:
                continue
            value = values.get((line.pk, indicator.pk))
            if value is None:
                found.append(Cell(line, indicator, "blank", 0, "", False))
                continue
            if provisional and status in ("submitted", "approved"):
                state, count = value.state, value.count
            else:
                state, count = value.approved_state, value.approved_count
            waits, filled = "", value.state != "blank"
            if state == "blank":
                if status == "submitted" and filled:
                    waits = "awaiting"
                elif status == "returned" and (value.is_returned or filled):
                    waits = "returned"
            found.append(Cell(line, indicator, state, count or 0, waits, filled))
    return found


# Figures -----------------------------------------------------------------------------------


def coverage(territory, *, provisional=False, keep=lambda cell: True) -> dict[tuple, dict]:
    """(year, indicator, tier, district, unit) → numbers, for every year in full detail."""
    groups = defaultdict(list)
    for cell in filter(keep, cells(territory, provisional=provisional)):
        line = cell.line
        key = cell.year, cell.indicator.pk, line.tier, line.district_id, line.reporting_unit_id
        groups[key].append(cell)
    return {
        key: {
            "counts": tally(c.answer for c in group if c.state != "count")
            + Counts(n=sum(c.state == "count" for c in group)),
            "counted": sum(c.state == "count" for c in group),
            "total": sum(c.count for c in group),
            "entered": sum(c.entered for c in group),
        }
        for key, group in groups.items()
    }


def communes(territory, rows, year, day, indicator, tiers, *, rural=False):
    """District → counts of its communes; `rows` are the territory's cells."""
    answers = defaultdict(list)
    for cell in rows:
        if (cell.year, cell.indicator) == (year, indicator) and (
            not tiers or cell.line.tier in tiers
        ):
            answers[cell.line.commune_id].append(cell.answer)
    found = defaultdict(list)
    for commune in AdministrativeUnit.objects.filter(level="commune").select_related("parent"):
        inside = territory in (commune.parent, commune.parent.parent)
        exists = commune.valid_from <= day and (not commune.valid_to or commune.valid_to > day)
        if inside and exists and (commune.kind == "xã" or not rural):
            district = commune.parent_id if commune.parent.level == "district" else None
            found[district].append(commune_state(answers[commune.pk]))
    return {district: tally(states) for district, states in found.items()}


def panels(territory, base, year, *, provisional=False) -> dict[int, Panel]:
    """Indicator → panel of all tiers (without what is awaiting or returned)."""
    rounds = {r.year: r for r in ReportingRound.objects.filter(territory=territory)}
    first, last = rounds[base].as_of, rounds[year].as_of
    links = list(Continuation.objects.filter(date__gt=first, date__lte=last))
    institutions = {i.pk: i for i in Institution.objects.all()}
    head = {pk: pk for pk in institutions}
    for link in links:
        old, new = head[link.predecessor_id], head[link.successor_id]
        head = {pk: (new if root == old else root) for pk, root in head.items()}

    by_indicator = defaultdict(dict)
    for cell in cells(territory, provisional=provisional):
        if cell.indicator.measure == "growth" and cell.year in (base, year):
            by_indicator[cell.indicator.pk][cell.line.institution_id, cell.year] = cell

    def known(table, institution, at):
        if cell := table.get((institution.pk, at)):
            return Known(cell.state), cell.count
        day = rounds[at].as_of
        opened, closed = institution.opened_on, institution.closed_on
        if (opened and opened > day) or (closed and closed <= day):
            return Known.NOT_OPEN, 0
        if at == base and not opened and any(k.successor_id == institution.pk for k in links):
            return Known.NOT_OPEN, 0
        if at == year and not closed and any(k.predecessor_id == institution.pk for k in links):
            return Known.NOT_OPEN, 0
        return Known.BLANK, 0

    found = {}
    for indicator, table in by_indicator.items():
        roots = {head[pk] for pk, _ in table}
        families = [[i for pk, i in institutions.items() if head[pk] == root] for root in roots]
        found[indicator] = panel_of(
            [
                (
                    joined([known(table, member, base) for member in family]),
                    joined([known(table, member, year) for member in family]),
                )
                for family in families
            ]
        )
    return found


def steady(territory, base, until, *, provisional=False) -> dict[tuple, tuple]:
    """(indicator, year) → (institutions, visits) of those with a count in every year."""
    counted = defaultdict(dict)
    for cell in cells(territory, provisional=provisional):
        if cell.indicator.measure == "growth" and cell.state == "count":
            counted[cell.indicator.pk, cell.line.institution_id][cell.year] = cell.count
    found = defaultdict(lambda: (0, 0))
    years = range(base, until + 1)
    for (indicator, _), by_year in counted.items():
        if all(year in by_year for year in years):
            for year in years:
                institutions, total = found[indicator, year]
                found[indicator, year] = institutions + 1, total + by_year[year]
    return dict(found)


# A random world ------------------------------------------------------------------------------


YEARS = (2022, 2023, 2024, 2025)


def random_world(seed: int, *, size: int = 40):
    """A province with two districts, rounds of four years and all that can go wrong in them."""
    chance = random.Random(seed)
    territory = ProvinceFactory()
    districts = DistrictFactory.create_batch(2, parent=territory)
    communes_ = [
        CommuneFactory(
            parent=chance.choice([*districts, territory]), kind=chance.choice(["xã", "phường"])
        )
        for _ in range(8)
    ]
    CommuneFactory(parent=districts[0], valid_to=datetime.date(2024, 1, 1))
    indicators = [
        IndicatorFactory(code="library.a", kind="library"),
        IndicatorFactory(code="library.b", kind="library"),
        IndicatorFactory(code="library.v", kind="library", measure="growth"),
        IndicatorFactory(code="museum.v", kind="museum", measure="growth"),
        IndicatorFactory(code="culture.c", kind="culture_centre"),
    ]
    units = [
        *(DistrictOfficeFactory(administrative_unit=d, territory=territory) for d in districts),
        ReportingUnitFactory(territory=territory),
    ]
    institutions = Institution.objects.bulk_create(
        Institution(
            code=f"{seed}-{place}",
            name=f"Thiết chế {place}",
            sort_key=f"{place:04d}",
            kind=chance.choice(["library", "library", "museum", "culture_centre"]),
            opened_on=chance.choice([None, None, datetime.date(2000, 1, 1), _day(chance)]),
            closed_on=chance.choice([None, None, None, datetime.date(2025, 12, 1)]),
        )
        for place in range(size)
    )
    for number, institution in enumerate(institutions):
        # Some closed within the years, some merged, split or went on in one without any line.
        if institution.closed_on is None and chance.random() < 0.15:
            institution.closed_on = max(_day(chance), institution.opened_on or _day(chance))
            if institution.opened_on and institution.closed_on <= institution.opened_on:
                institution.closed_on = None
            institution.save()
        if chance.random() < 0.15:
            other = chance.choice(institutions)
            if other != institution:
                Continuation.objects.get_or_create(
                    predecessor=institution,
                    successor=other,
                    defaults={"date": _day(chance), "kind": "merged"},
                )
        if number == 0:
            lost = Institution.objects.create(
                code=f"{seed}-x", name="Nơi khác", sort_key="x", kind="library"
            )
            Continuation.objects.create(
                predecessor=institution, successor=lost, date=_day(chance), kind="merged"
            )
    for year in YEARS:
        round_ = ReportingRoundFactory(territory=territory, year=year)
        for unit in units:
            if chance.random() < 0.9:
                status = chance.choice(["draft", "submitted", "returned", "approved", "approved"])
                ReportFactory(round=round_, reporting_unit=unit, status=status)
        lines = RoundLine.objects.bulk_create(
            RoundLine(
                round=round_,
                institution=institution,
                kind=institution.kind,
                tier=chance.choice([Tier.DISTRICT, Tier.COMMUNE, Tier.VILLAGE]),
                district=chance.choice([*districts, None]),
                commune=chance.choice([*communes_, None]),
                reporting_unit=chance.choice(units),
            )
            for institution in institutions
            if chance.random() < 0.9
        )
        IndicatorValue.objects.bulk_create(
            _value(chance, line, indicator)
            for line in lines
            for indicator in indicators
            if indicator.kind == line.kind and chance.random() < 0.9
        )
    return territory, indicators


def _day(chance) -> datetime.date:
    return datetime.date(2021, 6, 1) + datetime.timedelta(days=chance.randrange(1600))


def _value(chance, line, indicator) -> IndicatorValue:
    def content():
        if indicator.measure == "growth":
            state = chance.choice(["count", "count", "count", "count", "blank", "not_applicable"])
        else:
            state = chance.choice(["yes", "yes", "no", "blank", "not_applicable"])
        return (
            state,
            chance.randrange(0, 500) if state == "count" else None,
            "other" if state == "not_applicable" else "",
        )

    working, approved = content(), content()
    return IndicatorValue(
        line=line,
        indicator=indicator,
        state=working[0],
        count=working[1],
        na_reason=working[2],
        approved_state=approved[0],
        approved_count=approved[1],
        approved_na_reason=approved[2],
        is_returned=chance.random() < 0.2,
    )
