"""A closed year as it was closed, against the twin and in worked cases."""

import datetime
import random
from collections import defaultdict

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from institutions.models import AdministrativeUnit
from reports.figures import boards, reading, rows
from reports.figures import counts as query
from reports.figures.as_closed import Basis, Errata, Erratum, offered
from reports.figures.attainment import Verdict
from reports.figures.counts import CommuneQuestion
from reports.figures.growth import Panel
from reports.models import Change, IndicatorValue, ReportingRound
from reports.rounds.checks import Cell
from reports.rounds.closing import close_round
from reports.rounds.errata.services import correct
from targets.models import Indicator
from tests import factories
from tests.conftest import enrol
from tests.reports import twin
from tests.reports.test_counts import pair

MOMENT = datetime.datetime(2025, 12, 20, tzinfo=datetime.UTC)


def hours(number: int) -> datetime.datetime:
    return MOMENT + datetime.timedelta(hours=number)


# The rule --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "closed", "found"),
    [
        ("", False, Basis.APPROVED),
        ("provisional", False, Basis.PROVISIONAL),
        ("now", False, Basis.APPROVED),
        ("", True, Basis.APPROVED),
        ("now", True, Basis.NOW),
        # Nothing waits for approval in a closed round.
        ("provisional", True, Basis.APPROVED),
        ("nonsense", True, Basis.APPROVED),
    ],
)
def test_basis_offered_is_the_one_that_the_year_has(asked, closed, found):
    round_ = ReportingRound(closed_at=MOMENT if closed else None)
    assert offered(asked, round_) is found


@pytest.mark.parametrize(
    ("errata", "moment", "expected"),
    [
        ([], 0, None),
        ([1, 3], None, None),
        ([1, 3], 0, "before 1"),
        ([1, 3], 1, "before 3"),
        ([1, 3], 2, "before 3"),
        ([1, 3], 3, None),
        ([1, 3], 4, None),
    ],
)
def test_moments_with_the_same_corrections_after_them_are_one(errata, moment, expected):
    found = Errata(tuple(Erratum(hours(each), each, 2025) for each in errata))
    effective = found.effective(None if moment is None else hours(moment))
    if expected is None:
        assert effective is None
    else:
        first = hours(int(expected.split()[1]))
        assert effective < first == found.since(effective)[0].at


# Against the twin ------------------------------------------------------------------------------


@pytest.fixture(params=range(6))
def corrected(request, db):
    """A random territory with random errata, and moments before, between and after them."""
    territory, indicators = twin.random_world(request.param)
    return territory, indicators, twin.random_errata(random.Random(request.param), territory)


def test_coverage_as_closed_equals_its_twin(corrected):
    territory, _indicators, moments = corrected
    for moment in moments:
        expected = twin.coverage(territory, moment=moment)
        found = query.coverage(territory.pk, [2025], moment=moment, detailed=2025)
        assert {
            group[:5]: (group.counts, group.counted, group.total, group.entered) for group in found
        } == {
            key: (each["counts"], each["counted"], each["total"], each["entered"])
            for key, each in expected.items()
            if key[0] == 2025
        }


def sizes(panels: dict[int, Panel]) -> dict[int, tuple]:
    return {pk: (p.institutions, p.in_panel, p.base, p.current) for pk, p in panels.items()}


def test_panels_as_closed_equal_their_twin(corrected):
    territory, _indicators, moments = corrected
    for moment in moments:
        found, sums = query.panels(territory.pk, [pair(territory, 2022, 2025)], moment=moment)
        panels = defaultdict(Panel)
        for group in found:
            panels[group.indicator_id] += group.panel
        expected = twin.panels(territory, 2022, 2025, moment=moment)
        assert sizes(panels) == sizes(expected)
        yearly = defaultdict(lambda: (0, 0))
        for part in sums:
            institutions, total = yearly[part.indicator_id, part.year]
            yearly[part.indicator_id, part.year] = (
                institutions + part.institutions,
                total + part.total,
            )
        assert yearly == twin.steady(territory, 2022, 2025, moment=moment)


def test_communes_as_closed_equal_their_twin(corrected):
    territory, indicators, moments = corrected
    question = CommuneQuestion(indicators[0].pk)
    day = ReportingRound.objects.get(territory=territory, year=2025).as_of
    for moment in moments:
        found = query.communes(territory.pk, {2025: day}, [question], moment=moment)
        cells = twin.cells(territory, moment=moment)
        assert {group.district_id: group.counts for group in found} == twin.communes(
            territory, cells, 2025, day, indicators[0], ()
        )


def test_lists_as_closed_equal_their_twin(corrected):
    territory, indicators, moments = corrected
    year, base = (
        ReportingRound.objects.get(territory=territory, year=each) for each in (2025, 2022)
    )
    for moment in moments:
        then, now = (
            {
                (cell.line.pk, cell.indicator.pk): (
                    "count" if cell.state == "count" else cell.answer.value,
                    cell.count,
                )
                for cell in twin.cells(territory, moment=each)
            }
            for each in (moment, None)
        )
        counted = {
            (cell.line.institution_id, cell.indicator.pk): cell.count
            for cell in twin.cells(territory, moment=moment)
            if cell.year == 2022 and cell.state == "count"
        }
        for kind in ("library", "museum", "culture_centre"):
            asked = [each for each in indicators if each.kind == kind]
            for line in rows.lines(year, asked, kind=kind, moment=moment, earlier=base):
                for each in asked:
                    for prefix, expected in (("", then), ("other_", now)):
                        answer = rows.answered(line, each, prefix)
                        assert (answer.code, answer.count or 0) == expected[line.pk, each.pk]
                    if each.is_growth:
                        before = getattr(line, f"before_{each.pk}")
                        assert before == counted.get((line.institution_id, each.pk))


def test_errata_are_those_of_the_territory_and_its_years(corrected):
    territory, _indicators, _moments = corrected
    twin.random_errata(random.Random(1), twin.random_world(99)[0])
    expected = Change.objects.filter(action="erratum", value__line__round__territory=territory)
    found = query.errata(territory.pk, [2023, 2025])
    assert found == [
        Erratum(change.at, change.value_id, change.value.line.round.year)
        for change in expected.order_by("at", "pk")
        if change.value.line.round.year in (2023, 2025)
    ]


def test_without_errata_the_statement_is_the_same(db):
    territory, _indicators = twin.random_world(1)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        query.coverage(territory.pk, [2025])
    assert "reports_change" not in queries[0]["sql"]


# A closed year ---------------------------------------------------------------------------------

SERVICES, VISITS, CLUBS = "library.lifelong_services", "library.visits_growth", "culture.clubs"


@pytest.fixture
def years(territory, institutions, plan):
    """Rounds of 2022 to 2026 with the roster of ten; none is closed."""
    return {
        year: enrol(factories.ReportingRoundFactory(territory=territory, year=year))
        for year in range(2022, 2027)
    }


@pytest.fixture
def close(years, staff):
    def close_(*which):
        for year in which:
            years[year] = close_round(years[year], staff)

    return close_


@pytest.fixture
def erratum(years, staff):
    """`erratum(2025, "98-TV-981", "library.digital", "no")` or a count."""

    def put(year, institution, code, value):
        line = years[year].lines.get(institution__code=institution)
        indicator = Indicator.objects.get(code=code)
        known = IndicatorValue.objects.filter(line=line, indicator=indicator).first()
        if isinstance(value, int):
            cell = Cell("count", value)
        else:
            cell = Cell(value, na_reason="suspended" if value == "not_applicable" else "")
        return correct(
            line=line, indicator=indicator, cell=cell, seen=known.version if known else 0,
            reason="Biên bản kiểm tra", user=staff,
        )  # fmt: skip

    return put


def one(territory, year, code, target_year=2025, basis=Basis.APPROVED):
    found = boards.attainment_rows(territory, year, basis=basis)
    return next(r for r in found if (r.indicator.code, r.target_year) == (code, target_year))


@pytest.fixture
def two_libraries(years, answer):
    """In 2025 one of the two district libraries said yes, the other no."""
    answer(years[2025], "98-TV-981", SERVICES, "yes")
    answer(years[2025], "98-TV-982", SERVICES, "no")


@pytest.mark.parametrize(
    ("errata", "closed", "now"),
    [
        # (institution, answer) in order → yes/n when closed, yes/n now
        ([], (1, 2), (1, 2)),
        ([("98-TV-982", "yes")], (1, 2), (2, 2)),
        # An erratum of an erratum: what stood at the closing is before the first one.
        ([("98-TV-982", "yes"), ("98-TV-982", "blank")], (1, 2), (1, 2)),
        # Back to the old value.
        ([("98-TV-981", "no"), ("98-TV-981", "yes")], (1, 2), (1, 2)),
        ([("98-TV-981", "no"), ("98-TV-982", "yes")], (1, 2), (1, 2)),
        ([("98-TV-981", "not_applicable")], (1, 2), (0, 1)),
    ],
)
def test_coverage_of_a_closed_year(territory, two_libraries, close, erratum, errata, closed, now):
    close(2025)
    for institution, value in errata:
        erratum(2025, institution, SERVICES, value)
    for basis, expected in ((Basis.APPROVED, closed), (Basis.NOW, now)):
        row = one(territory, 2025, SERVICES, basis=basis)
        assert (row.numerator, row.denominator) == expected


def test_verdict_stays_as_closed_with_todays_beside_it(territory, two_libraries, close, erratum):
    close(2025)
    erratum(2025, "98-TV-982", SERVICES, "yes")

    closed = one(territory, 2025, SERVICES)
    now = one(territory, 2025, SERVICES, basis=Basis.NOW)

    assert (closed.verdict, closed.basis, closed.other.verdict) == (
        Verdict.NOT_MET, "closed", Verdict.MET,
    )  # fmt: skip
    assert (now.verdict, now.basis, now.other.verdict) == (
        Verdict.MET, "approved", Verdict.NOT_MET,
    )  # fmt: skip


@pytest.mark.parametrize("later_is_closed", [False, True])
def test_after_its_year_the_verdict_is_the_one_of_its_closing(
    territory, two_libraries, close, erratum, later_is_closed
):
    """Corrected between the closing of 2025 and that of 2026: the verdict on 2025 stays."""
    close(2025)
    erratum(2025, "98-TV-982", SERVICES, "yes")
    if later_is_closed:
        close(2026)
    row = one(territory, 2026, SERVICES)
    assert (row.verdict, row.counts.yes, row.other.verdict) == (Verdict.NOT_MET, 1, Verdict.MET)
    assert one(territory, 2026, SERVICES, basis=Basis.NOW).verdict is Verdict.MET


def test_cell_that_nobody_had_reported_is_missing_as_closed(territory, years, close, erratum):
    close(2025)
    erratum(2025, "98-TV-981", SERVICES, "yes")
    closed, now = (one(territory, 2025, SERVICES, basis=b) for b in (Basis.APPROVED, Basis.NOW))
    assert (closed.counts.yes, closed.counts.missing) == (0, 2)
    assert (now.counts.yes, now.counts.missing) == (1, 1)


@pytest.mark.parametrize(
    ("when", "rate"),
    [
        # Corrected before 2025 was closed, the base year counts as corrected …
        ("before", "10.0"),
        # … afterwards 2025 stays as it was, though 2022 had long been closed.
        ("after", "14.4"),
    ],
)
def test_growth_when_the_base_year_is_corrected(
    territory, years, answer, close, erratum, plan, when, rate
):
    plan.targets.filter(indicator__code=VISITS).update(tiers=("province",))
    answer(years[2022], "98-TV-01", VISITS, 1000)
    answer(years[2025], "98-TV-01", VISITS, 1500)
    close(2022)
    if when == "before":
        erratum(2022, "98-TV-01", VISITS, 1125)
        close(2025)
        assert one(territory, 2025, VISITS).other is None
    else:
        close(2025)
        erratum(2022, "98-TV-01", VISITS, 1125)
        row = one(territory, 2025, VISITS)
        assert (row.denominator, row.other.denominator) == (1000, 1125)
        assert str(row.other.value) == "10.0"
    assert str(one(territory, 2025, VISITS).value) == rate


def test_growth_of_the_corrected_year_itself(territory, years, answer, close, erratum, plan):
    plan.targets.filter(indicator__code=VISITS).update(tiers=("province",))
    answer(years[2022], "98-TV-01", VISITS, 1000)
    answer(years[2025], "98-TV-01", VISITS, 1000)
    close(2025)
    erratum(2025, "98-TV-01", VISITS, 1728)
    row = one(territory, 2025, VISITS)
    assert (str(row.value), row.verdict) == ("0.0", Verdict.NOT_MET)
    assert (str(row.other.value), row.other.exceeded) == ("20.0", True)


def test_communes_of_a_closed_year(territory, years, answer, close, erratum, plan):
    plan.targets.filter(indicator__code=CLUBS).update(counts="commune")
    answer(years[2025], "98-VH-98102", CLUBS, "no")
    answer(years[2025], "98-VH-98103", CLUBS, "yes")
    close(2025)
    erratum(2025, "98-VH-98102", CLUBS, "yes")
    row = one(territory, 2025, CLUBS)
    assert (row.counts.yes, row.other.counts.yes) == (1, 2)


@pytest.mark.parametrize("part", ["district", "tier"])
def test_part_of_a_territory_is_as_closed_too(
    territory, districts, two_libraries, close, erratum, part
):
    close(2025)
    erratum(2025, "98-TV-982", SERVICES, "yes")
    chosen = {"district": districts["982"]} if part == "district" else {"tier": "district"}
    found = boards.attainment_rows(territory, 2025, **chosen)
    row = next(r for r in found if r.indicator.code == SERVICES)
    assert row.other.counts.yes - row.counts.yes == 1


def test_open_year_shows_what_stands_now(territory, years, answer, close, erratum):
    answer(years[2022], "98-TV-01", VISITS, 1000)
    answer(years[2025], "98-TV-01", VISITS, 1200)
    close(2022)
    erratum(2022, "98-TV-01", VISITS, 1100)
    row = one(territory, 2025, VISITS)
    assert (row.denominator, row.basis, row.other) == (1100, "approved", None)


def test_other_territories_errata_change_nothing(territory, two_libraries, close, other_territory):
    close(2025)
    foreign = factories.IndicatorValueFactory(
        line__round=factories.ReportingRoundFactory(territory=other_territory, closed_at=MOMENT)
    )
    Change.objects.create(
        value=foreign, at=hours(9), action="erratum", before_state="yes", after_state="no",
        reason="Nhầm",
    )  # fmt: skip
    known = reading.know(AdministrativeUnit.objects.get(pk=territory.pk), 2025)
    assert not known.errata


@pytest.mark.parametrize(
    ("corrections", "expected"),
    # Rounds, targets, districts, coverage, growth, what was corrected; both once more for today.
    [(0, 6), (1, 8), (3, 8)],
)
def test_closed_year_reads_a_fixed_number_of_queries(
    territory, two_libraries, close, erratum, corrections, expected, django_assert_num_queries
):
    close(2022, 2025)
    for place in range(corrections):
        erratum(2025, "98-TV-982", SERVICES, ("yes", "no")[place % 2])
    with django_assert_num_queries(expected):
        boards.attainment_rows(territory, 2025)
