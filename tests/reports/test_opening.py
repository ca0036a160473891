"""Opening a round and keeping its roster right."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from reports.models import IndicatorValue, Report, ReportingRound, RoundLine
from reports.rounds.opening import (
    RosterUpdate,
    RoundError,
    held_lines,
    open_round,
    update_roster,
)
from tests import factories

pytestmark = pytest.mark.django_db


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture
def opened(territory, institutions):
    """Open a round of the territory; keywords replace what stands here."""

    def do(**changes):
        year = changes.get("year", 2025)
        return open_round(
            **{
                "territory": territory,
                "year": year,
                "kind": "annual",
                "period_from": day(f"{year - 1}-07-01"),
                "period_to": day(f"{year}-06-30"),
                "as_of": day(f"{year}-06-30"),
                "opens_on": day(f"{year}-10-01"),
                "due_before": day(f"{year}-12-01"),
                **changes,
            }
        )

    return do


def codes(round_):
    return set(round_.lines.values_list("institution__code", flat=True))


def test_open_round_writes_a_line_per_institution_as_it_stands(opened, institutions, communes):
    round_ = opened()
    assert codes(round_) == set(institutions)
    line = round_.lines.get(institution__code="98-VH-98102")
    assert (line.kind, line.tier, line.commune, line.reporting_unit.code) == (
        "culture_centre",
        "commune",
        communes["98102"],
        "981",
    )


def test_open_round_gives_every_unit_a_report_even_without_institutions(opened, territory):
    factories.ReportingUnitFactory(code="98-cat", name="Công an tỉnh", territory=territory)
    round_ = opened()
    assert set(round_.reports.values_list("reporting_unit__code", "status")) == {
        (code, "draft") for code in ("981", "982", "98-tvt", "98-btt", "98-cat")
    }


@pytest.mark.parametrize(
    ("opened_on", "closed_on", "listed"),
    [
        (None, None, True),
        ("2025-06-30", None, True),
        ("2025-07-01", None, False),
        (None, "2025-06-30", False),
        (None, "2025-07-01", True),
    ],
)
def test_roster_holds_what_was_open_on_the_day(opened, institutions, opened_on, closed_on, listed):
    library = institutions["98-TV-98102"]
    library.opened_on = opened_on and day(opened_on)
    library.closed_on = closed_on and day(closed_on)
    library.save()
    assert ("98-TV-98102" in codes(opened())) is listed


def test_roster_uses_the_placement_of_the_day(opened, institutions, units):
    institutions["98-TV-98102"].placements.update(valid_to=day("2025-03-01"))
    factories.PlacementFactory(
        institution=institutions["98-TV-98102"],
        reporting_unit=units["98-tvt"],
        tier="commune",
        valid_from=day("2025-03-01"),
    )
    assert opened().lines.get(institution__code="98-TV-98102").reporting_unit.code == "98-tvt"
    earlier = opened(year=2024)
    assert earlier.lines.get(institution__code="98-TV-98102").reporting_unit.code == "981"


def test_unit_that_ended_before_the_day_owes_no_report(opened, territory):
    factories.ReportingUnitFactory(
        code="98-sldtbxh", territory=territory, valid_to=day("2025-03-01")
    )
    assert not opened().reports.filter(reporting_unit__code="98-sldtbxh").exists()


def test_roster_after_the_end_of_the_map_is_of_its_last_day(opened, institutions):
    for institution in institutions.values():
        institution.placements.update(valid_to=day("2025-07-01"))
    assert codes(opened(as_of=day("2025-11-30"))) == set(institutions)


def test_second_round_of_a_year_is_refused(opened):
    opened()
    with pytest.raises(RoundError):
        opened()
    assert ReportingRound.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"as_of": day("1899-12-31")},
        {"due_before": day("2025-10-01")},
        {"due_before": None},
        {"kind": "baseline"},
        {"period_from": day("2026-01-01")},
    ],
)
def test_round_with_impossible_days_is_refused(opened, changes):
    with pytest.raises(ValidationError):
        opened(**changes)
    assert not ReportingRound.objects.exists()


def test_baseline_round_is_never_due(opened):
    assert opened(year=2022, kind="baseline", due_before=None).last_day is None


def test_roster_follows_corrections_while_open(opened, institutions, units):
    round_ = opened()
    institutions["98-VH-98103"].placements.update(tier="village")
    institutions["98-VH-98202"].placements.all().delete()
    new = factories.InstitutionFactory(code="98-TV-98203", name="Thư viện xã Yên Lạc")
    factories.PlacementFactory(institution=new, reporting_unit=units["982"], tier="commune")
    assert update_roster(round_) == RosterUpdate(added=1, corrected=1, removed=1)
    assert round_.lines.get(institution__code="98-VH-98103").tier == "village"
    assert "98-TV-98203" in codes(round_)
    assert "98-VH-98202" not in codes(round_)
    assert update_roster(round_) == RosterUpdate()


def test_line_with_values_is_never_removed(opened, institutions, indicators, answer):
    round_ = opened()
    answer(round_, "98-TV-982", "library.digital", "yes")
    institutions["98-TV-982"].placements.all().delete()
    assert update_roster(round_) == RosterUpdate(kept=1)
    assert RoundLine.objects.filter(institution__code="98-TV-982").exists()


def test_unit_that_takes_over_a_line_gets_a_report(opened, institutions, territory):
    round_ = opened()
    agency = factories.ReportingUnitFactory(
        code="98-moi", territory=territory, valid_from=day("2025-07-01")
    )
    institutions["98-TV-982"].placements.update(reporting_unit=agency)
    update_roster(round_)
    assert Report.objects.filter(round=round_, reporting_unit=agency).count() == 1


# A line that goes to another unit ------------------------------------------------------------


@pytest.fixture
def moving(opened, institutions, units, indicators, answer):
    """The library of 982, with an answer, was placed with 981 by a correction."""
    round_ = opened()
    answer(round_, "98-TV-982", "library.digital", "yes", approved=False)
    institutions["98-TV-982"].placements.update(reporting_unit=units["981"])
    return round_


def set_status(round_, **statuses):
    """`set_status(round, of_981="submitted", …)`, as if the report had gone there."""
    for name, status in statuses.items():
        moments = {f"{step}_at": timezone.now() for step in ("submitted", "returned", "approved")}
        round_.reports.filter(reporting_unit__code=name.removeprefix("of_")).update(
            status=status, **moments
        )


def unit_of(round_):
    return round_.lines.get(institution__code="98-TV-982").reporting_unit.code


@pytest.mark.parametrize("former", ["draft", "returned"])
@pytest.mark.parametrize("later", ["draft", "returned"])
def test_line_moves_between_reports_that_are_with_their_units(moving, former, later):
    set_status(moving, of_982=former, of_981=later)

    assert update_roster(moving) == RosterUpdate(corrected=1)
    assert unit_of(moving) == "981"
    assert not held_lines(moving).exists()


@pytest.mark.parametrize(
    ("former", "later"),
    [
        ("submitted", "draft"),
        ("approved", "draft"),
        ("approved", "approved"),
        ("draft", "submitted"),
        ("returned", "approved"),
    ],
)
def test_line_of_a_report_that_was_sent_stays_with_its_unit(moving, former, later):
    set_status(moving, of_982=former, of_981=later)

    assert update_roster(moving) == RosterUpdate(held=1)
    assert unit_of(moving) == "982"
    (held,) = held_lines(moving)
    assert (held.institution.code, held.placed_with) == ("98-TV-982", "UBND Huyện An Bình")


def test_held_line_moves_once_the_report_is_returned(moving):
    set_status(moving, of_982="submitted")
    update_roster(moving)
    set_status(moving, of_982="returned")

    assert update_roster(moving) == RosterUpdate(corrected=1)
    assert unit_of(moving) == "981"


def test_line_that_stays_with_its_unit_follows_other_corrections(moving, institutions):
    set_status(moving, of_982="approved")
    institutions["98-TV-982"].placements.update(tier="commune")

    assert update_roster(moving) == RosterUpdate(corrected=1, held=1)
    assert moving.lines.get(institution__code="98-TV-982").tier == "commune"


def test_evidence_goes_along_and_what_was_returned_does_not(moving):
    value = IndicatorValue.objects.get(line__institution__code="98-TV-982")
    IndicatorValue.objects.filter(pk=value.pk).update(is_returned=True, return_message="Sửa")
    file = factories.AttachmentFactory(
        report=moving.reports.get(reporting_unit__code="982"), value=value
    )
    set_status(moving, of_982="returned")

    update_roster(moving)

    value.refresh_from_db()
    file.refresh_from_db()
    assert (value.is_returned, value.return_message) == (False, "")
    assert file.report.reporting_unit.code == "981"
