"""Placing institutions."""

import datetime

import pytest
from django.core.exceptions import ValidationError

from institutions.services import (
    PlacementOverlap,
    overlapping,
    place,
)
from tests import factories

pytestmark = pytest.mark.django_db


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture
def library():
    return factories.InstitutionFactory(code="98-TV-500", name="Thư viện huyện An Bình")


@pytest.fixture
def where(territory, units, districts):
    return {
        "territory": territory,
        "tier": "district",
        "reporting_unit": units["981"],
        "district": districts["981"],
    }


@pytest.mark.parametrize(
    ("start", "end", "fits"),
    [
        ("2020-01-01", "2022-01-01", True),
        ("2020-01-01", "2022-01-02", False),
        ("2023-01-01", "2023-06-01", False),
        ("2023-12-31", None, False),
        ("2024-01-01", None, True),
        ("2020-01-01", None, False),
    ],
)
def test_place_refuses_any_shared_day(library, where, start, end, fits):
    place(library, **where, valid_from=day("2022-01-01"), valid_to=day("2024-01-01"))
    dates = {"valid_from": day(start), "valid_to": end and day(end)}
    if fits:
        place(library, **where, **dates)
        assert library.placements.count() == 2
    else:
        with pytest.raises(PlacementOverlap):
            place(library, **where, **dates)
        assert library.placements.count() == 1


def test_place_moves_an_open_placement_on(library, where, units):
    place(library, **where)
    place(
        library,
        **{**where, "reporting_unit": units["98-tvt"]},
        valid_from=day("2025-03-01"),
        moves=True,
    )
    assert list(
        library.placements.values_list("reporting_unit__code", "valid_from", "valid_to")
    ) == [
        ("981", day("1900-01-01"), day("2025-03-01")),
        ("98-tvt", day("2025-03-01"), None),
    ]


def test_place_refuses_a_reporting_unit_of_another_territory(library, where, other_territory):
    foreign = other_territory.reporting_units.get()
    with pytest.raises(ValidationError):
        place(library, **{**where, "reporting_unit": foreign})
    assert not library.placements.exists()


def test_place_refuses_a_district_of_another_territory(library, where, other_territory):
    with pytest.raises(ValidationError):
        place(library, **{**where, "district": other_territory.children.get()})


def test_place_refuses_a_commune_of_another_district(library, where, communes):
    with pytest.raises(ValidationError):
        place(library, **where, commune=communes["98202"])


def test_place_refuses_to_end_before_it_begins(library, where):
    with pytest.raises(ValidationError):
        place(library, **where, valid_from=day("2024-01-01"), valid_to=day("2024-01-01"))


def test_overlapping_leaves_the_placement_itself_out(library, where):
    placement = place(library, **where)
    assert not overlapping(placement).exists()
