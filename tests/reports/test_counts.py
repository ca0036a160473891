"""The one query against its twin in Python, and the cases that a random world may not hold."""

import datetime
from collections import defaultdict
from dataclasses import replace

import pytest

from reports.figures import counts as query
from reports.figures.attainment import Counts
from reports.figures.counts import CommuneQuestion, Pair, Within
from reports.figures.growth import Panel
from reports.models import ReportingRound
from tests.factories import (
    CommuneFactory,
    ContinuationFactory,
    DistrictFactory,
    IndicatorFactory,
    IndicatorValueFactory,
    InstitutionFactory,
    ProvinceFactory,
    ReportFactory,
    ReportingRoundFactory,
    ReportingUnitFactory,
    RoundLineFactory,
)
from tests.reports import twin

pytestmark = pytest.mark.django_db

BASES = pytest.mark.parametrize("provisional", [False, True])
SEEDS = pytest.mark.parametrize("seed", range(4))


def pair(territory, base, year) -> Pair:
    rounds = {r.year: r.as_of for r in ReportingRound.objects.filter(territory=territory)}
    return Pair(base, year, rounds[base], rounds[year])


# Against the twin


@SEEDS
@BASES
def test_coverage_equals_its_twin(seed, provisional):
    territory, _ = twin.random_world(seed)
    expected = twin.coverage(territory, provisional=provisional)
    for year in twin.YEARS:
        found = query.coverage(territory.pk, [year], provisional=provisional, detailed=year)
        assert {
            (g.year, g.indicator_id, g.tier, g.district_id, g.reporting_unit_id): {
                "counts": g.counts,
                "counted": g.counted,
                "total": g.total,
                "entered": g.entered,
            }
            for g in found
        } == {key: numbers for key, numbers in expected.items() if key[0] == year}


def test_indicator_is_not_missing_in_the_years_before_it_began():
    round_ = ReportingRoundFactory(year=2025)
    RoundLineFactory(round=round_, institution__kind="museum", kind="museum")
    asked = IndicatorFactory(kind="museum", valid_from=datetime.date(2025, 12, 31))
    IndicatorFactory(kind="museum", valid_from=datetime.date(2026, 1, 1))

    found = query.coverage(round_.territory_id, [2025])

    assert [(group.indicator_id, group.missing) for group in found] == [(asked.pk, 1)]


@BASES
def test_coverage_without_detail_is_the_sum_of_its_parts(provisional):
    territory, _ = twin.random_world(1)
    sums = defaultdict(Counts)
    for (year, indicator, tier, *_), numbers in twin.coverage(
        territory, provisional=provisional
    ).items():
        sums[year, indicator, tier] += numbers["counts"]
    found = query.coverage(territory.pk, twin.YEARS, provisional=provisional)
    assert {(g.year, g.indicator_id, g.tier): g.counts for g in found} == sums


@pytest.mark.parametrize("part", ["district", "reporting_unit"])
def test_coverage_within_a_part(part):
    territory, _ = twin.random_world(2)
    expected = twin.coverage(territory)
    place = 3 if part == "district" else 4
    chosen = next(key[place] for key in expected if key[place])
    found = query.coverage(
        territory.pk, [2025], detailed=2025, within=Within(**{f"{part}_id": chosen})
    )
    assert {g[:5]: g.counts for g in found} == {
        key: numbers["counts"]
        for key, numbers in expected.items()
        if key[place] == chosen and key[0] == 2025
    }


@SEEDS
@BASES
def test_panels_equal_their_twin(seed, provisional):
    territory, _ = twin.random_world(seed)
    pairs = [(2022, 2023), (2022, 2025), (2024, 2025)]
    found, _ = query.panels(
        territory.pk, [pair(territory, *years) for years in pairs], provisional=provisional
    )
    for base, year in pairs:
        sums = defaultdict(Panel)
        for group in found:
            if (group.base, group.year) == (base, year):
                sums[group.indicator_id] += group.panel
        expected = twin.panels(territory, base, year, provisional=provisional)
        assert {
            indicator: (
                p.institutions, p.in_panel, p.not_applicable, p.base, p.current, p.base_all,
                p.reported_base,
            )
            for indicator, p in sums.items()
        } == {
            indicator: (
                p.institutions, p.in_panel, p.not_applicable, p.base, p.current, p.base_all,
                p.reported_base,
            )
            for indicator, p in expected.items()
        }  # fmt: skip


@SEEDS
def test_yearly_sums_equal_their_twin(seed):
    territory, _ = twin.random_world(seed)
    _, found = query.panels(territory.pk, [pair(territory, 2022, 2025)])
    sums = defaultdict(lambda: (0, 0))
    for part in found:
        institutions, total = sums[part.indicator_id, part.year]
        sums[part.indicator_id, part.year] = institutions + part.institutions, total + part.total
    assert sums == twin.steady(territory, 2022, 2025)


@SEEDS
@BASES
def test_communes_equal_their_twin(seed, provisional):
    territory, indicators = twin.random_world(seed)
    rows = twin.cells(territory, provisional=provisional)
    days = {r.year: r.as_of for r in ReportingRound.objects.filter(territory=territory)}
    questions = [
        CommuneQuestion(indicators[4].pk, ("commune",)),
        CommuneQuestion(indicators[0].pk, ("commune", "village")),
        CommuneQuestion(indicators[0].pk),
    ]
    # Both scopes at once, as on a page with targets of two documents of one plan.
    questions += [replace(question, rural=True) for question in questions]
    found = query.communes(territory.pk, days, questions, provisional=provisional)
    for question in questions:
        indicator = next(i for i in indicators if i.pk == question.indicator_id)
        for year, day in days.items():
            assert {
                group.district_id: group.counts
                for group in found
                if (group.year, group.question) == (year, question)
            } == twin.communes(
                territory, rows, year, day, indicator, question.tiers, rural=question.rural
            )


# One query each, whatever the size


@pytest.mark.parametrize("size", [5, 50])
def test_each_statement_is_one_query(size, django_assert_num_queries):
    territory, indicators = twin.random_world(3, size=size)
    pairs = [pair(territory, 2022, year) for year in (2023, 2024, 2025)]
    days = {r.year: r.as_of for r in ReportingRound.objects.filter(territory=territory)}
    with django_assert_num_queries(1):
        query.coverage(territory.pk, twin.YEARS, detailed=2025)
    with django_assert_num_queries(1):
        query.panels(territory.pk, pairs)
    with django_assert_num_queries(1):
        query.communes(territory.pk, days, [CommuneQuestion(indicators[4].pk)])


def test_nothing_asked_is_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert query.coverage(1, []) == []
        assert query.panels(1, []) == ([], [])
        assert query.communes(1, {}, []) == []


# What is missing, and why


@pytest.fixture
def round_():
    return ReportingRoundFactory()


@pytest.fixture
def indicator():
    return IndicatorFactory(code="library.digital")


def one_line(round_, indicator, status=None, **value):
    line = RoundLineFactory(round=round_)
    if status:
        ReportFactory(round=round_, reporting_unit=line.reporting_unit, status=status)
    if value:
        IndicatorValueFactory(line=line, indicator=indicator, **value)
    return line


@pytest.mark.parametrize(
    ("status", "value", "approved", "provisional"),
    [
        (None, {}, Counts(n=1), Counts(n=1)),
        ("draft", {"state": "yes"}, Counts(n=1), Counts(n=1)),
        ("submitted", {"state": "yes"}, Counts(n=1, awaiting=1), Counts(n=1, yes=1)),
        ("submitted", {"note": "…"}, Counts(n=1), Counts(n=1)),
        ("approved", {"state": "no", "approved_state": "no"}, Counts(1, 0, 1), Counts(1, 0, 1)),
        ("returned", {"state": "yes", "is_returned": True}, Counts(1, returned=1),
         Counts(1, returned=1)),
        ("returned", {"is_returned": True}, Counts(1, returned=1), Counts(1, returned=1)),
        ("returned", {"state": "blank"}, Counts(1), Counts(1)),
        # Corrected after an approval: the approved answer stands until the new one is approved.
        ("submitted", {"state": "yes", "approved_state": "no"}, Counts(1, 0, 1), Counts(1, 1)),
        ("returned", {"state": "yes", "approved_state": "no", "is_returned": True},
         Counts(1, 0, 1), Counts(1, 0, 1)),
    ],
)  # fmt: skip
def test_what_one_cell_counts_as(round_, indicator, status, value, approved, provisional):
    one_line(round_, indicator, status, **value)
    for basis, expected in ((False, approved), (True, provisional)):
        (group,) = query.coverage(round_.territory_id, [2025], provisional=basis)
        assert group.counts == expected


def test_not_applicable_leaves_the_population(round_, indicator):
    one_line(
        round_,
        indicator,
        approved_state="not_applicable",
        approved_na_reason="under_repair",
    )
    one_line(round_, indicator, approved_state="yes")
    (group,) = query.coverage(round_.territory_id, [2025])
    assert group.counts == Counts(n=1, yes=1, not_applicable=1)


def test_another_territory_does_not_count(round_, indicator):
    one_line(round_, indicator, approved_state="yes")
    one_line(ReportingRoundFactory(), indicator, approved_state="yes")
    (group,) = query.coverage(round_.territory_id, [2025])
    assert group.n == 1


# Growth: who is in the panel


@pytest.fixture
def visits():
    return IndicatorFactory(code="library.visits_growth", measure="growth")


@pytest.fixture
def territory():
    found = ProvinceFactory()
    for year in (2022, 2023, 2024, 2025):
        ReportingRoundFactory(territory=found, year=year)
    return found


def reported(territory, indicator, institution, **counts):
    """Put the institution on the roster of each year named (y2022=…), with a count or None."""
    for name, count in counts.items():
        line = RoundLineFactory(
            round=ReportingRound.objects.get(territory=territory, year=int(name[1:])),
            institution=institution,
            tier="province",
            reporting_unit=ReportingUnitFactory(territory=territory),
            district=None,
        )
        if count is not None:
            IndicatorValueFactory(
                line=line, indicator=indicator, approved_state="count", approved_count=count
            )


def panel(territory, base=2022, year=2025) -> Panel:
    found, _ = query.panels(territory.pk, [pair(territory, base, year)])
    return sum((group.panel for group in found), Panel())


def test_opened_since_the_base_counts_from_zero(territory, visits):
    new = InstitutionFactory(opened_on=datetime.date(2024, 1, 1))
    reported(territory, visits, new, y2025=40)
    found = panel(territory)
    assert (found.in_panel, found.base, found.current) == (1, 0, 40)


def test_closed_since_the_base_counts_as_lost(territory, visits):
    old = InstitutionFactory(closed_on=datetime.date(2024, 1, 1))
    reported(territory, visits, old, y2022=60)
    found = panel(territory)
    assert (found.in_panel, found.base, found.current) == (1, 60, 0)


@pytest.mark.parametrize("opened_on", [None, datetime.date(1990, 1, 1)])
def test_missing_on_the_base_roster_for_no_known_reason_leaves_the_panel(
    territory, visits, opened_on
):
    reported(territory, visits, InstitutionFactory(opened_on=opened_on), y2025=40)
    found = panel(territory)
    assert (found.institutions, found.in_panel, found.missing) == (1, 0, 1)


def test_merged_institution_counts_with_its_successor(territory, visits):
    old, new = InstitutionFactory(), InstitutionFactory(opened_on=datetime.date(2000, 1, 1))
    ContinuationFactory(predecessor=old, successor=new, date=datetime.date(2024, 1, 1))
    reported(territory, visits, old, y2022=60)
    reported(territory, visits, new, y2022=100, y2025=170)
    assert panel(territory) == Panel(
        institutions=1, in_panel=1, base=160, current=170, base_all=160, reported_base=1
    )


def test_split_institution_counts_with_all_its_successors(territory, visits):
    old, one, two = InstitutionFactory.create_batch(3)
    for new in (one, two):
        ContinuationFactory(
            predecessor=old, successor=new, date=datetime.date(2024, 1, 1), kind="split"
        )
    reported(territory, visits, old, y2022=100)
    reported(territory, visits, one, y2025=70)
    reported(territory, visits, two, y2025=50)
    found = panel(territory)
    assert (found.institutions, found.in_panel, found.base, found.current) == (1, 1, 100, 120)


def test_continuation_over_several_steps_is_one(territory, visits):
    first, second, third = InstitutionFactory.create_batch(3)
    ContinuationFactory(predecessor=first, successor=second, date=datetime.date(2023, 1, 1))
    ContinuationFactory(predecessor=second, successor=third, date=datetime.date(2024, 1, 1))
    reported(territory, visits, first, y2022=100)
    reported(territory, visits, third, y2025=110)
    found = panel(territory)
    assert (found.institutions, found.in_panel, found.base, found.current) == (1, 1, 100, 110)


def test_continuation_in_another_territory_leaves_the_panel(territory, visits):
    old, gone = InstitutionFactory(), InstitutionFactory(opened_on=datetime.date(2000, 1, 1))
    ContinuationFactory(predecessor=old, successor=gone, date=datetime.date(2024, 1, 1))
    reported(territory, visits, old, y2022=100)
    found = panel(territory)
    assert (found.institutions, found.in_panel) == (1, 0)


def test_blank_successor_takes_its_predecessor_out_of_the_panel(territory, visits):
    old, new = InstitutionFactory.create_batch(2)
    ContinuationFactory(predecessor=old, successor=new, date=datetime.date(2024, 1, 1))
    reported(territory, visits, old, y2022=60)
    reported(territory, visits, new, y2022=100, y2025=None)
    found = panel(territory)
    assert (found.institutions, found.in_panel, found.base, found.base_all) == (1, 0, 0, 160)


def test_later_continuation_does_not_touch_earlier_years(territory, visits):
    old, new = InstitutionFactory.create_batch(2)
    ContinuationFactory(predecessor=old, successor=new, date=datetime.date(2025, 12, 1))
    reported(territory, visits, old, y2022=60, y2025=60)
    reported(territory, visits, new, y2022=100, y2025=None)
    found = panel(territory)
    assert (found.institutions, found.in_panel, found.base) == (2, 1, 60)


def test_panel_says_what_awaits_approval(territory, visits):
    reported(territory, visits, (library := InstitutionFactory()), y2022=60)
    line = RoundLineFactory(
        round=ReportingRound.objects.get(territory=territory, year=2025), institution=library
    )
    IndicatorValueFactory(line=line, indicator=visits, state="count", count=70)
    ReportFactory(round=line.round, reporting_unit=line.reporting_unit, status="submitted")
    found = panel(territory)
    assert (found.missing, found.awaiting, found.returned) == (1, 1, 0)


# Communes


def test_communes_within_a_reporting_unit_are_those_it_has_an_institution_in():
    district = DistrictFactory()
    round_ = ReportingRoundFactory(territory=district.parent)
    indicator = IndicatorFactory(code="culture.clubs", kind="culture_centre")
    communes = CommuneFactory.create_batch(3, parent=district)
    lines = [
        RoundLineFactory(round=round_, commune=c, institution__kind="culture_centre",
                         tier="commune")
        for c in communes[:2]
    ]  # fmt: skip
    IndicatorValueFactory(line=lines[0], indicator=indicator, approved_state="yes")
    (group,) = query.communes(
        round_.territory_id,
        {2025: round_.as_of},
        [CommuneQuestion(indicator.pk, ("commune",))],
        within=Within(reporting_unit_id=lines[0].reporting_unit_id),
    )
    assert group.counts == Counts(n=1, yes=1)
