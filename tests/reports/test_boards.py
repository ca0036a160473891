"""Boards: every target of a plan as it is to be read in one year, from rows to the last word."""

import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import count

import pytest
from django.utils import timezone

from institutions.models import Institution
from reports.figures import boards, reading, target_rows
from reports.figures.as_closed import Basis
from reports.figures.attainment import Beside, Counts, Pace, Shortfall, Verdict
from reports.figures.growth import Reason
from reports.models import IndicatorValue, Report, ReportingRound, RoundLine
from tests.factories import (
    AdministrativeUnitFactory,
    CommuneFactory,
    DistrictFactory,
    DistrictOfficeFactory,
    IndicatorFactory,
    PlanVersionFactory,
    ProvinceFactory,
    ReportFactory,
    ReportingRoundFactory,
    ReportingUnitFactory,
    TargetFactory,
)

pytestmark = pytest.mark.django_db

NUMBERS = count(1)


class World:
    """A province with a published plan, rounds of 2022 to 2025 and one agency that reports."""

    def __init__(self):
        self.territory = ProvinceFactory()
        self.version = PlanVersionFactory(plan__territory=self.territory, status="published")
        self.agency = ReportingUnitFactory(territory=self.territory)
        self.rounds = {
            year: ReportingRoundFactory(territory=self.territory, year=year)
            for year in (2022, 2023, 2024, 2025)
        }
        self.services = IndicatorFactory(code="library.services", name="Dịch vụ")
        self.visits = IndicatorFactory(code="museum.visits", kind="museum", measure="growth")
        self.clubs = IndicatorFactory(code="culture.clubs", kind="culture_centre")

    def target(self, indicator=None, *, year=2025, tiers=("district",), minimum=70, **more):
        if (indicator or self.services).measure == "growth":
            more.setdefault("unit", "percent_per_year")
        return TargetFactory(
            version=more.pop("version", self.version),
            indicator=indicator or self.services,
            tiers=tiers,
            year=year,
            minimum=Decimal(minimum),
            state=more.pop("state", "confirmed"),
            **more,
        )

    def close(self, *years):
        for year in years:
            ReportingRound.objects.filter(pk=self.rounds[year].pk).update(closed_at=timezone.now())

    def lines(self, year, number, *, kind="library", tier="district", unit=None, **more):
        """New institutions on the roster of one year."""
        made = Institution.objects.bulk_create(
            Institution(code=f"i{n}", name=f"{n}", sort_key=f"{n:06d}", kind=kind)
            for n in (next(NUMBERS) for _ in range(number))
        )
        return [self.line(year, i, tier=tier, unit=unit, **more) for i in made]

    def line(self, year, institution, *, tier="province", unit=None, **more):
        return RoundLine.objects.create(
            round=self.rounds[year],
            institution=institution,
            kind=institution.kind,
            tier=tier,
            reporting_unit=unit or self.agency,
            **more,
        )

    def answers(self, year, *, yes=0, no=0, blank=0, na=0, awaiting=0, indicator=None, **more):
        """Institutions with approved answers; `awaiting` ones said yes and wait for approval."""
        indicator = indicator or self.services
        lines = self.lines(year, yes + no + blank + na + awaiting, kind=indicator.kind, **more)
        states = ["yes"] * yes + ["no"] * no + ["not_applicable"] * na
        IndicatorValue.objects.bulk_create(
            IndicatorValue(
                line=line,
                indicator=indicator,
                state=state,
                approved_state=state,
                na_reason="other" if state == "not_applicable" else "",
                approved_na_reason="other" if state == "not_applicable" else "",
            )
            for line, state in zip(lines, states, strict=False)
        )
        IndicatorValue.objects.bulk_create(
            IndicatorValue(line=line, indicator=indicator, state="yes")
            for line in lines[len(states) : len(states) + awaiting]
        )
        return lines

    def museum(self, **counts):
        """One museum with a count per year named y2022=…; None: on the roster, not reported."""
        institution = Institution.objects.create(
            code=f"m{next(NUMBERS)}", name="Bảo tàng tỉnh", sort_key="bao tang", kind="museum"
        )
        for name, number in counts.items():
            line = self.line(int(name[1:]), institution)
            if number is not None:
                IndicatorValue.objects.create(
                    line=line,
                    indicator=self.visits,
                    state="count",
                    count=number,
                    approved_state="count",
                    approved_count=number,
                )

    def rows(self, year=2025, **more):
        return boards.attainment_rows(self.territory, year, **more)

    def row(self, year=2025, **more):
        (row,) = self.rows(year, **more)
        return row


@pytest.fixture
def world():
    return World()


# Which targets


def test_only_confirmed_targets_of_published_versions_are_shown(world):
    shown = world.target(minimum=70)
    world.target(tiers=("commune",), state="proposed")
    world.target(tiers=("village",), state="rejected")
    draft = PlanVersionFactory(plan=world.version.plan, in_force_from=datetime.date(2024, 1, 1))
    world.target(version=draft)
    assert [row.target for row in world.rows()] == [shown]


def test_the_version_in_force_at_the_end_of_the_year_counts(world):
    old = world.target(minimum=70)
    amended = PlanVersionFactory(
        plan=world.version.plan, status="published", in_force_from=datetime.date(2025, 3, 1)
    )
    new = world.target(version=amended, minimum=60)
    assert [row.target for row in world.rows(2024)] == [old]
    assert [row.target for row in world.rows(2025)] == [new]


def test_a_year_before_the_plan_is_read_through_its_first_version(world):
    target = world.target()
    amended = PlanVersionFactory(
        plan=world.version.plan, status="published", in_force_from=datetime.date(2025, 3, 1)
    )
    world.target(version=amended, minimum=60)
    assert [row.target for row in world.rows(2022)] == [target]


def test_a_target_of_an_earlier_year_stays_that_of_the_version_in_force_then(world):
    due_before = world.target(year=2024, minimum=50)
    world.target(year=2025, minimum=70)
    world.target(year=2030, minimum=80)
    amended = PlanVersionFactory(
        plan=world.version.plan, status="published", in_force_from=datetime.date(2025, 3, 1)
    )
    # Drops the target of 2024, and says something else of it in another tier.
    world.target(version=amended, year=2024, tiers=("commune",), minimum=90)
    new = [world.target(version=amended, year=year, minimum=75) for year in (2025, 2030)]
    assert [row.target for row in world.rows(2025)] == [due_before, *new]


def test_a_version_that_drops_the_targets_of_a_year_keeps_its_verdicts(world):
    dropped = world.target(year=2024, minimum=50)
    amended = PlanVersionFactory(
        plan=world.version.plan, status="published", in_force_from=datetime.date(2025, 1, 1)
    )
    kept = world.target(version=amended, year=2030, minimum=80)
    world.answers(2024, yes=5, no=5)
    rows = world.rows(2025)
    assert [(row.target, row.verdict) for row in rows] == [(dropped, Verdict.MET), (kept, None)]


@pytest.mark.parametrize(("day", "supplier"), [("2024-12-31", "new"), ("2025-01-01", "old")])
def test_the_last_day_of_the_target_year_decides_which_version_supplies_it(world, day, supplier):
    target = {"old": world.target(year=2024, minimum=50)}
    amended = PlanVersionFactory(
        plan=world.version.plan,
        status="published",
        in_force_from=datetime.date.fromisoformat(day),
    )
    target["new"] = world.target(version=amended, year=2024, minimum=60)
    assert [row.target for row in world.rows(2025)] == [target[supplier]]


def test_two_programmes_of_a_territory_do_not_amend_each_other(world):
    first = world.target(year=2025)
    other = PlanVersionFactory(
        plan__territory=world.territory,
        plan__programme="77/QĐ-TTg",
        status="published",
        in_force_from=datetime.date(2025, 3, 1),
    )
    second = world.target(version=other, tiers=("commune",))
    assert [row.target for row in world.rows(2025)] == [first, second]


def test_settings_are_those_of_the_document_that_a_target_stands_in(world):
    """Two documents on one page: communes and growth are counted as each of them says."""
    old = {
        "clubs": world.target(world.clubs, tiers=("commune",), counts="commune", year=2024),
        "visits": world.target(world.visits, tiers=(), year=2024, minimum=5),
    }
    amended = PlanVersionFactory(
        plan=world.version.plan,
        status="published",
        in_force_from=datetime.date(2025, 3, 1),
        commune_scope="rural",
        growth_method="mean",
        baseline_year=2023,
    )
    new = {
        "clubs": world.target(
            world.clubs, tiers=("commune",), counts="commune", version=amended, year=2025
        ),
        "visits": world.target(
            world.visits, tiers=(), version=amended, year=2025, minimum=5, counts="commune"
        ),
    }
    district = DistrictFactory(parent=world.territory)
    for kind in ("phường", "xã"):
        CommuneFactory(parent=district, kind=kind)
    world.museum(y2022=1000, y2023=1000, y2024=1100, y2025=1155)
    rows = {row.target: row for row in world.rows(2025)}
    assert rows[old["clubs"]].counts.n == 2
    assert rows[new["clubs"]].counts.n == 1
    # (1100 / 1000)^(1/2) − 1 from 2022 to 2024; (10 + 5) / 2 from 2023 to 2025.
    assert (str(rows[old["visits"]].value), str(rows[new["visits"]].value)) == ("4.8", "7.5")
    assert rows[new["visits"]].horizon.base == 2023


def test_board_names_the_version_in_force_even_if_it_supplies_nothing_yet(world):
    world.target(year=2024)
    amended = PlanVersionFactory(
        plan=world.version.plan, status="published", in_force_from=datetime.date(2025, 3, 1)
    )
    world.target(version=amended, year=2024, tiers=("commune",))
    board = boards.province(world.territory, 2025)
    assert [row.target.version for row in board.rows] == [world.version]
    assert board.version == amended


def test_a_year_without_a_round_has_no_figures(world):
    with pytest.raises(reading.NoRound):
        boards.attainment_rows(world.territory, 2019)


# Coverage


def test_coverage_in_its_year(world):
    world.target(minimum=70)
    world.answers(2025, yes=5, no=2, blank=1, na=3)
    row = world.row()
    assert (row.numerator, row.denominator, row.missing, row.not_applicable) == (5, 8, 1, 3)
    assert (str(row.value), str(row.possible)) == ("62.5", "75.0")
    assert (row.verdict, row.provisional, row.pace) == (Verdict.UNDETERMINED, True, None)
    assert (row.needed, row.shortfall) == (6, Shortfall(0, 1))
    assert (row.basis, row.cutoff) == ("approved", datetime.date(2025, 6, 30))


def test_coverage_of_a_closed_year_is_final(world):
    world.target(minimum=70)
    world.answers(2025, yes=1202, no=516)
    world.close(2025)
    row = world.row()
    assert (str(row.value), row.verdict, row.provisional) == ("69.9", Verdict.NOT_MET, False)


def test_provisional_basis_counts_what_was_submitted(world):
    world.target(minimum=70)
    world.answers(2025, yes=5, no=2, awaiting=1)
    ReportFactory(round=world.rounds[2025], reporting_unit=world.agency, status="submitted")
    approved, provisional = world.row(), world.row(basis=Basis.PROVISIONAL)
    assert (approved.verdict, approved.counts.awaiting) == (Verdict.UNDETERMINED, 1)
    assert (provisional.verdict, provisional.basis) == (Verdict.MET, "provisional")


def test_several_tiers_in_one_target_have_one_verdict(world):
    world.target(tiers=("district", "province"), minimum=60)
    world.answers(2025, yes=1, tier="province")
    world.answers(2025, yes=5, no=3, tier="district")
    assert world.row().counts == Counts(n=9, yes=6, no=3)
    assert world.row().verdict is Verdict.MET


def test_one_tier_of_a_union_is_a_part_without_a_verdict(world):
    world.target(tiers=("district", "province"), minimum=60)
    world.answers(2025, yes=1, tier="province")
    world.answers(2025, yes=5, no=3, tier="district")
    row = world.row(tier="district")
    assert (row.counts, row.verdict, row.is_part) == (Counts(n=8, yes=5, no=3), None, True)
    assert row.part_of == ("district", "province")


def test_no_population_is_neither_met_nor_not_met(world):
    world.target()
    world.answers(2025, na=3)
    row = world.row()
    assert (row.verdict, row.value, row.not_applicable) == (Verdict.NO_POPULATION, None, 3)
    assert (row.shortfall, row.gap) == (None, None)


def test_after_the_target_year_the_verdict_stays_with_today_beside_it(world):
    world.target(year=2024, minimum=70)
    world.answers(2024, yes=5, no=3)
    world.answers(2025, yes=8)
    world.close(2024)
    row = world.row(2025)
    assert (row.verdict, row.provisional, row.figure_year) == (Verdict.NOT_MET, False, 2024)
    assert (row.numerator, row.today) == (5, Counts(n=8, yes=8))


# Pace


def test_before_the_target_year_there_is_pace_towards_it(world):
    world.target(year=2025, tiers=("commune",), minimum=40)
    later = world.target(year=2030, tiers=("commune",), minimum=50)
    world.answers(2022, yes=30, no=78, tier="commune")
    world.answers(2024, yes=37, no=71, tier="commune")
    row = next(row for row in world.rows(2024) if row.target == later)
    assert (row.verdict, row.pace, row.pace_detail.required) == (None, Pace.BEHIND, 38)
    assert row.pace_detail.needed_per_year == 3  # 54 − 37 over six years


def test_pace_begins_with_the_first_year_that_was_reported(world):
    world.target(year=2030, tiers=("commune",))
    world.answers(2022, blank=10, tier="commune")
    world.answers(2023, yes=3, no=7, tier="commune")
    world.answers(2024, yes=4, no=6, tier="commune")
    assert world.row(2023).pace is Pace.TOO_EARLY
    assert world.row(2024).pace_detail.since == 2023


def test_one_museum_has_no_pace(world):
    world.target(year=2030, tiers=("province",))
    world.answers(2022, no=1, tier="province")
    world.answers(2024, yes=1, tier="province")
    row = world.row(2024)
    assert (row.pace, row.early) == (None, True)


# Growth


def test_growth_in_its_year(world):
    world.target(world.visits, tiers=(), minimum=5)
    world.museum(y2022=1000, y2025=1100)
    row = world.row()
    assert (row.numerator, row.denominator, str(row.value)) == (1100, 1000, "3.2")
    assert (row.verdict, row.needed, row.shortfall) == (Verdict.NOT_MET, 1158, Shortfall(58, 58))


def test_growth_before_its_year_is_pace(world):
    world.target(world.visits, tiers=(), minimum=5)
    world.museum(y2022=1000, y2024=1103)
    row = world.row(2024)
    assert (row.verdict, row.pace) == (None, Pace.ON_TRACK)


def test_growth_of_the_second_horizon_has_not_started(world):
    world.target(world.visits, tiers=(), minimum=5)
    later = world.target(world.visits, tiers=(), minimum=10, year=2030)
    world.museum(y2022=1000, y2025=1200)
    row = next(row for row in world.rows() if row.target == later)
    assert (row.pace, row.starts_in, row.numerator) == (Pace.NOT_STARTED, 2026, None)


def test_growth_after_its_year_is_computed_at_its_year(world):
    world.target(world.visits, tiers=(), minimum=5, year=2024)
    world.museum(y2022=1000, y2024=1000, y2025=9000)
    row = world.row(2025)
    assert (row.verdict, row.numerator) == (Verdict.NOT_MET, 1000)


def test_growth_in_a_range_can_be_exceeded(world):
    world.target(world.visits, tiers=(), minimum=10, maximum=Decimal(15))
    world.museum(y2022=1000, y2025=1600)
    assert (world.row().verdict, world.row().exceeded) == (Verdict.MET, True)


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ({"y2022": None, "y2025": 100}, Reason.NO_BASE),
        ({"y2022": 0, "y2025": 100}, Reason.BASE_ZERO),
        ({"y2022": 100, "y2025": None}, Reason.PANEL_TOO_SMALL),
    ],
)
def test_growth_is_undetermined_with_a_reason(world, counts, reason):
    world.target(world.visits, tiers=(), minimum=5)
    world.museum(**counts)
    row = world.row()
    assert (row.verdict, row.reason, row.shortfall) == (Verdict.UNDETERMINED, reason, None)


@pytest.mark.parametrize("counts", [{"y2022": None, "y2025": 100}, {"y2022": 100, "y2025": None}])
def test_growth_that_compares_nothing_has_no_sums_rather_than_0(world, counts):
    world.target(world.visits, tiers=(), minimum=5)
    world.museum(**counts)
    assert (world.row().numerator, world.row().denominator) == (None, None)


def test_growth_from_a_base_of_0_keeps_its_sums(world):
    world.target(world.visits, tiers=(), minimum=5)
    world.museum(y2022=0, y2025=100)
    assert (world.row().numerator, world.row().denominator) == (100, 0)


def test_growth_over_periods_of_different_length_is_undetermined(world):
    world.target(world.visits, tiers=(), minimum=5)
    world.museum(y2022=1000, y2025=1100)
    ReportingRound.objects.filter(year=2025).update(period_from=datetime.date(2025, 1, 1))
    assert world.row().reason is Reason.PERIODS_DIFFER


def test_growth_without_a_round_in_the_base_year_has_no_base(world):
    world.version.baseline_year = 2021
    world.version.save()
    world.target(world.visits, tiers=(), minimum=5)
    world.museum(y2025=1100)
    assert world.row().reason is Reason.NO_BASE


def test_growth_shows_the_mean_of_the_years_beside_the_compound_rate(world):
    world.target(world.visits, tiers=(), minimum=5)
    world.museum(y2022=100, y2023=110, y2024=110, y2025=121)
    # +10 %, 0 %, +10 %
    assert world.row().mean_rate == Fraction(20, 3)
    assert str(world.row().value) == "6.5"


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ({"y2022": 100, "y2023": 0, "y2024": 110, "y2025": 121}, Reason.BASE_ZERO),
        ({"y2022": 100, "y2023": None, "y2024": 110, "y2025": 121}, Reason.PANEL_TOO_SMALL),
    ],
)
def test_growth_by_the_mean_needs_every_year(world, counts, reason):
    by_mean(world)
    world.museum(**counts)
    assert (world.row().verdict, world.row().reason) == (Verdict.UNDETERMINED, reason)


def by_mean(world, **more):
    world.version.growth_method = "mean"
    world.version.save()
    return world.target(world.visits, tiers=(), **{"minimum": 5, **more})


def test_growth_by_the_mean_decides_by_it_and_shows_the_compound_rate(world):
    by_mean(world, minimum="6.6")
    world.museum(y2022=100, y2023=110, y2024=110, y2025=121)
    row = world.row()
    # +10 %, 0 %, +10 %: 6,66… %; compound 6,5 %, which would not do.
    assert (row.verdict, str(row.value), str(row.compound_rate)) == (Verdict.MET, "6.6", "6.5")
    assert (row.numerator, row.denominator, row.shortfall) == (121, 100, Shortfall(0, 0))


def test_growth_by_the_mean_compares_only_those_with_every_year(world):
    by_mean(world)
    world.museum(y2022=1000, y2023=1100, y2024=1100, y2025=1210)
    world.museum(y2022=100, y2023=None, y2024=100, y2025=500)
    row = world.row()
    assert (row.reason, row.panel.in_panel, row.panel.institutions) == (
        Reason.PANEL_TOO_SMALL,
        1,
        2,
    )
    assert (row.numerator, row.denominator, row.missing) == (1210, 1000, 1)


def test_growth_by_the_mean_without_a_round_in_between_says_so(world):
    by_mean(world)
    world.museum(y2022=100, y2025=200)
    ReportingRound.objects.filter(year=2024).delete()
    assert world.row().reason is Reason.YEAR_MISSING


def test_growth_by_the_mean_before_its_year_is_pace(world):
    by_mean(world)
    world.museum(y2022=1000, y2023=1100, y2024=1100)
    row = world.row(2024)
    assert (row.verdict, row.pace, str(row.value)) == (None, Pace.ON_TRACK, "5.0")


def test_trend_of_growth_by_the_mean_gives_each_year_its_mean(world):
    by_mean(world)
    world.museum(y2022=1000, y2023=1100, y2024=1100, y2025=1210)
    (found,) = boards.trend(world.territory, 2025)
    assert [(point.year, str(point.value), point.expected) for point in found.points] == [
        (2023, "10.0", 1050),
        (2024, "5.0", 1100),
        (2025, "6.6", 1155),
    ]


def test_growth_of_a_named_period_starts_the_year_before_it(world):
    world.target(world.visits, tiers=(), minimum=5, year=2025, period_start=2024)
    world.museum(y2022=9000, y2023=1000, y2025=1103)
    row = world.row()
    assert (row.horizon.base, row.verdict) == (2023, Verdict.MET)


# Communes


def test_communes_are_the_counted_unit(world):
    district = DistrictFactory(parent=world.territory)
    communes = CommuneFactory.create_batch(4, parent=district)
    world.target(world.clubs, tiers=("commune",), counts="commune", minimum=60)
    for commune, answers in zip(
        communes, [{"yes": 1, "no": 2}, {"no": 2}, {"no": 1, "blank": 1}], strict=False
    ):
        world.answers(2025, indicator=world.clubs, tier="commune", commune=commune, **answers)
    row = world.row()
    assert row.counts == Counts(n=4, yes=1, no=1, without_institution=1)
    assert (row.verdict, row.shortfall) == (Verdict.UNDETERMINED, Shortfall(0, 2))


def test_wards_do_not_count_where_the_plan_means_rural_communes(world):
    world.version.commune_scope = "rural"
    world.version.save()
    district = DistrictFactory(parent=world.territory)
    CommuneFactory(parent=district, kind="phường")
    CommuneFactory(parent=district, kind="xã")
    world.target(world.clubs, tiers=("commune",), counts="commune")
    assert world.row().counts.n == 1


# Parts of the territory


def test_a_district_stands_beside_the_level_and_has_no_verdict(world):
    world.target(tiers=("commune",), minimum=40)
    one, two = DistrictFactory.create_batch(2, parent=world.territory)
    world.answers(2025, yes=6, no=8, tier="commune", district=one)
    world.answers(2025, yes=5, no=9, tier="commune", district=two)
    row = world.row(district=one)
    assert (row.numerator, row.denominator, row.beside) == (6, 14, Beside.ABOVE_OR_EQUAL)
    assert (row.verdict, row.pace, row.shortfall) == (None, None, None)
    assert world.row(district=two).beside is Beside.BELOW


def test_a_single_library_of_a_district_is_yes_or_no(world):
    world.target(minimum=70)
    district = DistrictFactory(parent=world.territory)
    world.answers(2025, no=1, district=district)
    assert world.row(district=district).beside is Beside.NO


def test_a_reporting_unit_sees_its_own_part(world):
    world.target(minimum=70)
    office = DistrictOfficeFactory(territory=world.territory)
    world.answers(2025, yes=2, unit=office)
    world.answers(2025, no=9)
    assert world.row(reporting_unit=office).counts == Counts(n=2, yes=2)


def test_a_part_leaves_out_targets_that_have_nothing_in_it(world):
    world.target(minimum=70)
    world.target(tiers=("university",), minimum=70)
    district = DistrictFactory(parent=world.territory)
    world.answers(2025, yes=1, district=district)
    assert [row.tiers for row in world.rows(district=district)] == [("district",)]


# The reform


def test_a_target_whose_tier_ended_has_an_outcome_beside_its_last_pace(world):
    DistrictFactory(parent=world.territory)
    world.target(year=2025)
    later = world.target(year=2030, minimum=90)
    world.answers(2024, yes=5, no=3)
    world.answers(2025, yes=6, no=2)
    due, row = world.rows(2025)
    assert (due.verdict, due.outcome) == (Verdict.MET, None)
    assert (row.target, row.verdict, row.pace) == (later, None, Pace.ON_TRACK)
    assert (row.outcome.kind, row.outcome.last_day) == ("ended", datetime.date(2025, 6, 30))
    assert row.numerator == 6
    (summary,) = [h for h in target_rows.summaries(world.rows(2025)) if h.target_year == 2030]
    assert (summary.ended, summary.paces) == (1, {})


def test_before_the_tier_ended_there_was_pace(world):
    DistrictFactory(parent=world.territory)
    world.target(year=2030, minimum=90)
    world.answers(2024, yes=5, no=3)
    row = world.row(2024)
    assert (row.outcome, row.pace) == (None, Pace.TOO_EARLY)


def test_a_tier_goes_on_while_the_country_has_districts(world):
    DistrictFactory(parent=world.territory)
    DistrictFactory(valid_to=None)
    world.target(year=2030, minimum=90)
    world.answers(2025, yes=5, no=3)
    assert world.row().outcome is None


def test_the_commune_tier_goes_on_in_other_communes(world):
    CommuneFactory(parent__parent=world.territory)
    world.target(year=2030, tiers=("commune",), minimum=90)
    world.answers(2025, yes=5, no=3, tier="commune")
    assert world.row().outcome is None


def test_cutoff_is_the_last_day_of_the_tier_if_that_came_before_the_round(world):
    DistrictFactory(parent=world.territory)
    ReportingRound.objects.filter(year=2025).update(as_of=datetime.date(2025, 11, 30))
    world.target()
    world.target(tiers=("commune",))
    district, commune = world.rows()
    assert district.cutoff == datetime.date(2025, 6, 30)
    assert commune.cutoff == datetime.date(2025, 11, 30)


@pytest.mark.parametrize(
    ("dates", "code"),
    [
        ({"valid_to": datetime.date(2025, 7, 1)}, "../2025-06-30"),
        ({"valid_from": datetime.date(2025, 7, 1), "valid_to": None}, "2025-07-01/.."),
    ],
)
def test_map_is_named_by_its_days(dates, code):
    assert reading.map_code(AdministrativeUnitFactory.build(**dates)) == code


# Summaries


def test_summary_counts_verdicts_and_names_the_furthest(world):
    world.target(tiers=("district",), minimum=70)
    world.target(tiers=("commune",), minimum=70)
    world.target(tiers=("village",), minimum=90)
    world.target(tiers=("university",), minimum=70)
    world.target(tiers=("commune",), minimum=90, year=2030)
    world.answers(2025, yes=8, tier="district")
    world.answers(2025, yes=5, no=5, tier="commune")
    world.answers(2025, yes=5, no=5, tier="village")
    near, far = target_rows.summaries(world.rows())
    assert near.verdicts == {Verdict.MET: 1, Verdict.NOT_MET: 2, Verdict.NO_POPULATION: 1}
    assert (near.total, near.furthest.tiers, near.provisional) == (4, ("village",), True)
    assert (far.total, far.paces, far.due) == (1, {Pace.TOO_EARLY: 1}, False)


# Trends


def test_trend_gives_every_year_and_the_line_to_the_target(world):
    world.target(tiers=("commune",), minimum=40, year=2025)
    world.answers(2022, yes=1, no=9, tier="commune")
    world.answers(2023, blank=10, tier="commune")
    world.answers(2024, yes=3, no=6, blank=1, tier="commune")
    (trend,) = boards.trend(world.territory, 2024)
    assert [(p.year, p.value) for p in trend.points] == [
        (2022, Decimal("10.0")),
        (2023, None),
        (2024, Decimal("30.0")),
    ]
    assert trend.line == ((2022, 10), (2023, 20), (2024, 30), (2025, 40))
    assert trend.points[-1].possible == Decimal("40.0")


def test_trend_of_growth_follows_the_same_institutions(world):
    world.target(world.visits, tiers=(), minimum=10)
    world.museum(y2022=1000, y2023=1100, y2024=1200, y2025=1300)
    world.museum(y2022=500, y2023=None, y2024=500, y2025=500)
    (trend,) = boards.trend(world.territory, 2025)
    assert trend.steady == ((2022, 1000), (2023, 1100), (2024, 1200), (2025, 1300))
    assert trend.steady_line == ((2022, 1000), (2023, 1100), (2024, 1210), (2025, 1331))
    assert [(p.year, p.panel.current) for p in trend.points] == [
        (2023, 1100),
        (2024, 1700),
        (2025, 1800),
    ]


def test_trend_can_be_asked_for_some_targets(world):
    wanted = world.target()
    world.target(tiers=("commune",))
    assert [t.target for t in boards.trend(world.territory, 2025, [wanted])] == [wanted]


def test_rows_and_their_trends_are_read_once(world, django_assert_num_queries):
    world.target()
    world.target(world.visits, tiers=())
    world.answers(2025, yes=1)
    world.museum(y2022=1, y2025=2)
    with django_assert_num_queries(5):
        rows, trends = boards.rows_and_trends(world.territory, 2025)
    assert [row.target for row in rows] == [trend.target for trend in trends]


# Districts side by side


def test_districts_stand_side_by_side(world):
    one = DistrictFactory(parent=world.territory, name="Huyện An")
    two = DistrictFactory(parent=world.territory, name="Huyện Bình")
    DistrictFactory(parent=world.territory, valid_to=datetime.date(2024, 1, 1))
    office = DistrictOfficeFactory(territory=world.territory, administrative_unit=one)
    report = ReportFactory(round=world.rounds[2025], reporting_unit=office)
    world.target(tiers=("district", "province"), minimum=70)
    world.target(tiers=("commune",), minimum=40)
    world.target(tiers=("commune",), minimum=60, year=2030)
    world.target(tiers=("general_school",), minimum=40)
    world.answers(2025, yes=1, tier="province", district=one)
    world.answers(2025, yes=1, district=one)
    world.answers(2025, yes=2, no=3, tier="commune", district=one)
    world.answers(2025, yes=1, no=4, tier="commune", district=two)
    table = boards.districts(world.territory, 2025)
    assert [(c.target.minimum, c.tiers) for c in table.columns] == [
        (70, ("district",)),
        (40, ("commune",)),
    ]
    assert [(row.district, row.report) for row in table.rows] == [(one, report), (two, None)]
    assert [[cell.beside for cell in row.cells] for row in table.rows] == [
        [Beside.YES, Beside.ABOVE_OR_EQUAL],
        [Beside.NO_POPULATION, Beside.BELOW],
    ]
    assert table.totals == (Counts(n=1, yes=1), Counts(n=10, yes=3, no=7))


# Completeness


def test_completeness_names_what_each_unit_holds_open(world):
    open_ = world.target(tiers=("district",), minimum=70)
    world.target(tiers=("commune",), minimum=70)
    late, done = (DistrictOfficeFactory(territory=world.territory) for _ in range(2))
    ReportFactory(round=world.rounds[2025], reporting_unit=late)
    ReportFactory(round=world.rounds[2025], reporting_unit=done, status="approved")
    world.answers(2025, yes=5, no=2, unit=done)
    world.answers(2025, blank=1, unit=late)
    world.answers(2025, yes=7, tier="commune", unit=done)
    world.answers(2025, blank=1, tier="commune", unit=late)
    found = boards.completeness(world.territory, 2025)
    first, second = found.units
    assert (first.unit, first.institutions, first.missing, first.counted) == (late, 2, 2, 0)
    assert [row.target for row in first.holds_open] == [open_]
    assert first.kinds == {"library": 2}
    assert (second.unit, second.missing, second.holds_open) == (done, 0, ())
    assert (found.total, len(found.approved), found.holding_open) == (2, 1, (first,))


def test_a_drafted_report_shows_what_was_entered(world):
    world.target()
    ReportFactory(round=world.rounds[2025], reporting_unit=world.agency)
    world.answers(2025, awaiting=2, blank=3)
    (unit,) = boards.completeness(world.territory, 2025).units
    assert (unit.cells, unit.entered, unit.counted, unit.missing) == (5, 2, 0, 5)


@pytest.mark.parametrize(("day", "late"), [("2025-11-30T16:59", False), ("2025-11-30T17:01", True)])
def test_a_report_is_late_from_the_due_day_in_vietnam(world, day, late):
    world.target()
    ReportFactory(
        round=world.rounds[2025],
        reporting_unit=world.agency,
        status="submitted",
        first_submitted_at=datetime.datetime.fromisoformat(f"{day}+00:00"),
    )
    (unit,) = boards.completeness(world.territory, 2025).units
    assert unit.is_late is late


# The whole board


@pytest.mark.parametrize("size", [2, 40])
def test_board_reads_seven_queries_whatever_the_size(world, size, django_assert_num_queries):
    district = DistrictFactory(parent=world.territory)
    office = DistrictOfficeFactory(territory=world.territory, administrative_unit=district)
    CommuneFactory.create_batch(size, parent=district)
    for tier in ("district", "commune", "village", "province")[: size // 2 + 1]:
        world.target(tiers=(tier,))
        world.target(tiers=(tier,), year=2030)
    world.target(world.visits, tiers=())
    world.target(world.clubs, tiers=("commune",), counts="commune")
    for year, round_ in world.rounds.items():
        ReportFactory(round=round_, reporting_unit=office)
        world.answers(year, yes=size, blank=size, unit=office, district=district)
    world.museum(y2022=100, y2023=110, y2025=120)
    # A second document of the plan costs nothing.
    amended = PlanVersionFactory(
        plan=world.version.plan,
        status="published",
        in_force_from=datetime.date(2025, 3, 1),
        commune_scope="rural",
        growth_method="mean",
    )
    for target in world.version.targets.exclude(year=2030):
        target.pk, target.version, target.year = None, amended, 2025
        target.save()
    world.version.targets.filter(year=2025).update(year=2024)
    # Rounds, targets, districts, coverage, communes, growth, reports.
    with django_assert_num_queries(7):
        board = boards.province(world.territory, 2025)
        for unit in board.completeness.units:
            assert unit.unit.name
        for row in board.rows:
            assert row.indicator.name
            assert row.target.version.plan.territory_id == world.territory.pk
        assert board.version.number
    assert Report.objects.count() == 4
    assert board.rows[0].counts == Counts(n=2 * size, yes=size)
