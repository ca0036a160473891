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
from reports.models import Change, IndicatorValue, Report, ReportingRound, RoundLine
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


@dataclass(frozen=True)
class Stood:
    """What stood in a cell at a moment after which it was corrected."""

    state: str
    count: int | None
    working: str


def stood_at(territory, moment) -> dict[int, Stood]:
    """Value id → what stood there at `moment`, of the values that were corrected since.

    Read forwards, change by change, where the product looks for the first erratum after it.
    """
    approved: dict[int, tuple] = {}
    working = defaultdict(lambda: "blank")
    frozen = {}
    changes = Change.objects.filter(value__line__round__territory=territory).order_by("pk")
    for change in changes:
        value = change.value_id
        if change.action == "erratum":
            if change.at > moment and value not in frozen:
                # A figure that came without a history stood as the erratum found it.
                found = approved.get(value, (change.before_state, change.before_count))
                frozen[value] = Stood(*found, "")
            approved[value] = change.after_state, change.after_count
        elif change.action in ("approved", "unapproved"):
            approved[value] = change.after_state, change.after_count
        elif change.action in ("entered", "imported", "corrected", "undone"):
            working[value] = change.after_state
    return {
        value: Stood(stood.state, stood.count, working[value]) for value, stood in frozen.items()
    }


def cells(territory, *, provisional=False, moment=None) -> list[Cell]:
    stood = stood_at(territory, moment) if moment else {}
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
            filled = value.state != "blank"
            if was := stood.get(value.pk):
                state, count, filled = was.state, was.count, was.working != "blank"
            waits = ""
            if state == "blank":
                if status == "submitted" and filled:
                    waits = "awaiting"
                elif status == "returned" and (value.is_returned or filled):
                    waits = "returned"
            found.append(Cell(line, indicator, state, count or 0, waits, filled))
    return found


# Figures -----------------------------------------------------------------------------------


def coverage(
    territory, *, provisional=False, moment=None, keep=lambda cell: True
) -> dict[tuple, dict]:
    """(year, indicator, tier, district, unit) → numbers, for every year in full detail."""
    groups = defaultdict(list)
    for cell in filter(keep, cells(territory, provisional=provisional, moment=moment)):
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


def panels(territory, base, year, *, provisional=False, moment=None) -> dict[int, Panel]:
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
    for cell in cells(territory, provisional=provisional, moment=moment):
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


def steady(territory, base, until, *, provisional=False, moment=None) -> dict[tuple, tuple]:
    """(indicator, year) → (institutions, visits) of those with a count in every year."""
    counted = defaultdict(dict)
    for cell in cells(territory, provisional=provisional, moment=moment):
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


CLOSED = datetime.datetime(2025, 12, 20, 9, tzinfo=datetime.UTC)


def random_errata(chance: random.Random, territory) -> list[datetime.datetime]:
    """Close every round and correct figures afterwards, some of them again and again, some that
    nobody had reported. Returns moments before, between and after the corrections."""
    ReportingRound.objects.filter(territory=territory).update(closed_at=CLOSED)
    values = list(
        IndicatorValue.objects.filter(line__round__territory=territory)
        .select_related("indicator")
        .order_by("pk")
    )
    at = CLOSED
    for _ in range(chance.randrange(25)):
        at += datetime.timedelta(hours=1)
        value = chance.choice(values[: chance.choice([5, len(values)])])
        if chance.random() < 0.3:
            _record(value, "entered", CLOSED, ("blank", None, ""), _answer(value))
        before = value.approved_state, value.approved_count, value.approved_na_reason
        after = _answer(_value(chance, value.line, value.indicator))
        _record(value, "erratum", at, before, after)
        value.state, value.count, value.na_reason = after
        value.approved_state, value.approved_count, value.approved_na_reason = after
        value.save()
    return [CLOSED, CLOSED + (at - CLOSED) / 2, at]


def _answer(value: IndicatorValue) -> tuple:
    return value.state, value.count, value.na_reason


def _record(value, action, at, before, after) -> None:
    names = ("state", "count", "na_reason")
    Change.objects.create(
        value=value,
        at=at,
        action=action,
        reason="Nhầm",
        **{f"before_{name}": each for name, each in zip(names, before, strict=True)},
        **{f"after_{name}": each for name, each in zip(names, after, strict=True)},
    )
