"""manage.py attainment: the contract of design section 8."""

import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from tests.conftest import enrol
from tests.factories import (
    IndicatorValueFactory,
    ReportFactory,
    ReportingRoundFactory,
    ReportingUnitFactory,
    RoundLineFactory,
    TargetFactory,
)

KEYS = [
    "indicator", "tiers", "target_year", "min", "max", "unit", "counts", "numerator",
    "denominator", "missing", "not_applicable", "value", "possible", "verdict", "pace",
    "shortfall_min", "shortfall_max", "map", "cutoff", "basis", "plan", "outcome",
]  # fmt: skip


@pytest.fixture
def round_(institutions, plan, territory):
    """2025 on the roster of ten institutions; the first district's library said yes."""
    found = enrol(ReportingRoundFactory(territory=territory))
    IndicatorValueFactory(
        line=found.lines.get(institution__code="98-TV-981"),
        indicator=plan.targets.get(position=1).indicator,
        state="yes",
        approved_state="yes",
    )
    return found


def attainment(capsys, *options) -> list[dict]:
    call_command("attainment", "--territory", "hong-lam", "--year", "2025", "--json", *options)
    return json.loads(capsys.readouterr().out)


def test_every_target_has_the_keys_in_order(round_, capsys):
    found = attainment(capsys)
    assert [(row["indicator"], row["target_year"]) for row in found] == [
        ("library.lifelong_services", 2025),
        ("library.visits_growth", 2025),
        ("museum.education_programme", 2025),
        ("culture.clubs", 2025),
        ("library.lifelong_services", 2030),
        ("library.digital", 2030),
    ]
    assert [list(row) for row in found] == [KEYS] * 6


def test_coverage_as_json(round_, capsys):
    assert attainment(capsys)[0] == {
        "indicator": "library.lifelong_services",
        "tiers": ["district"],
        "target_year": 2025,
        "min": 70,
        "max": None,
        "unit": "percent",
        "counts": "institution",
        "numerator": 1,
        "denominator": 2,
        "missing": 1,
        "not_applicable": 0,
        "value": 50,
        "possible": 100,
        "verdict": "undetermined",
        "pace": None,
        "shortfall_min": 0,
        "shortfall_max": 1,
        "map": "../2025-06-30",
        "cutoff": "2025-06-30",
        "basis": "approved",
        "plan": "4321/KH-UBND",
        "outcome": None,
    }


def test_growth_as_json_gives_the_two_sums(round_, territory, plan, institutions, capsys):
    base = enrol_again(territory, round_, 2022)
    visits = plan.targets.get(position=2).indicator
    for of, number in ((base, 1000), (round_, 1331)):
        for line in of.lines.filter(kind="library"):
            IndicatorValueFactory(
                line=line, indicator=visits, approved_state="count", approved_count=number
            )
    row = attainment(capsys)[1]
    assert (row["min"], row["max"], row["unit"]) == (10, 15, "percent_per_year")
    assert (row["numerator"], row["denominator"]) == (4 * 1331, 4 * 1000)
    assert (row["value"], row["possible"], row["verdict"]) == (10, None, "met")
    assert (row["shortfall_min"], row["shortfall_max"]) == (0, 0)


def enrol_again(territory, like, year):
    """A round of another year with the same roster."""
    found = ReportingRoundFactory(territory=territory, year=year)
    for line in like.lines.all():
        RoundLineFactory(
            round=found,
            institution=line.institution,
            tier=line.tier,
            district=line.district,
            reporting_unit=line.reporting_unit,
        )
    return found


def test_a_target_whose_tier_ended_says_so(round_, capsys):
    row = attainment(capsys)[4]
    assert (row["verdict"], row["pace"]) == (None, "too_early")
    assert row["outcome"] == {"kind": "ended", "last_day": "2025-06-30", "legal_basis": ""}


def test_provisional_counts_submitted_figures(round_, territory, plan, institutions, capsys):
    line = round_.lines.get(institution__code="98-TV-982")
    IndicatorValueFactory(line=line, indicator=plan.targets.get(position=1).indicator, state="yes")
    round_.reports.filter(reporting_unit=line.reporting_unit).delete()
    ReportFactory(round=round_, reporting_unit=line.reporting_unit, status="submitted")
    assert [attainment(capsys)[0][key] for key in ("numerator", "basis")] == [1, "approved"]
    assert [attainment(capsys, "--provisional")[0][key] for key in ("numerator", "basis")] == [
        2,
        "provisional",
    ]


def test_percentages_are_rounded_down(round_, plan, territory, capsys):
    services = plan.targets.get(position=1).indicator
    TargetFactory(
        version=plan, indicator=services, tiers=("village",), minimum=Decimal("62.5"),
        state="confirmed", position=9,
    )  # fmt: skip
    unit = ReportingUnitFactory(territory=territory)
    for place in range(3):
        line = RoundLineFactory(round=round_, tier="village", reporting_unit=unit, district=None)
        IndicatorValueFactory(
            line=line, indicator=services, approved_state="yes" if place < 2 else "no"
        )
    row = attainment(capsys)[-1]
    assert (row["min"], row["value"], row["verdict"]) == (62.5, 66.6, "met")


@pytest.mark.parametrize(
    ("territory_slug", "year", "message"),
    [("atlantis", "2025", "atlantis"), ("hong-lam", "2019", "2019")],
)
def test_an_unknown_territory_or_year_is_refused(round_, territory_slug, year, message):
    with pytest.raises(CommandError, match=message):
        call_command("attainment", "--territory", territory_slug, "--year", year, "--json")


def test_without_json_there_is_a_line_per_target(round_, capsys):
    call_command("attainment", "--territory", "hong-lam", "--year", "2025")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "library.lifelong_services district 2025: 1/2 undetermined"
    assert len(lines) == 6
