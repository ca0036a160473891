"""Any province of the country can register its plan: its name is recognised, its address is free.

All 63 provinces and cities of the map before 01/7/2025 and the 34 since, from the fixture.
"""

import csv
import datetime

import pytest
from django.conf import settings

from institutions.loading import load_units
from institutions.models import RESERVED_SLUGS, AdministrativeUnit
from institutions.names import fold
from targets.intake.reading import province_names, territory_named
from targets.parsing import parse_plan

FIXTURE = settings.BASE_DIR / "fixtures" / "administrative_units.csv"
OLD_MAP, NEW_MAP = datetime.date(2023, 12, 25), datetime.date(2025, 12, 25)


def provinces() -> list[dict[str, str]]:
    with FIXTURE.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["level"] == "province"]


ROWS = provinces()


def short(row: dict[str, str]) -> str:
    return row["name"].removeprefix("Tỉnh ").removeprefix("Thành phố ")


def issued(row: dict[str, str]) -> datetime.date:
    """A day on which the province existed."""
    return OLD_MAP if row["valid_to"] else NEW_MAP


NAMES = sorted({short(row) for row in ROWS})
HEADS = {
    "two_lines": "ỦY BAN NHÂN DÂN\n{upper}\n-------\nSố: 12/KH-UBND\n{name}, {day}\nKẾ HOẠCH\n",
    "one_line": "UBND {upper}\nSố: 12/KH-UBND\n{day}\nKẾ HOẠCH\n",
    "place_alone": "ỦY BAN NHÂN DÂN\nSố: 12/KH-UBND\t{name}, {day}\nKẾ HOẠCH\n",
    "with_kind": "Số: 12/KH-UBND\n{full}, {day}\nKẾ HOẠCH\n",
    "in_a_sentence": "Số: 12/KH-UBND\n{day}\nKẾ HOẠCH\ntrên địa bàn {kind} {name}\n",
}


def head(row: dict[str, str], shape: str) -> str:
    day = issued(row)
    return HEADS[shape].format(
        upper=row["name"].upper(),
        name=short(row),
        full=row["name"],
        kind=row["kind"],
        day=f"ngày {day.day} tháng {day.month} năm {day.year}",
    )


def test_fixture_holds_both_maps():
    assert (len(ROWS), sum(bool(row["valid_to"]) for row in ROWS)) == (97, 63)


@pytest.mark.parametrize("spelling", ["as_written", "without_marks"])
@pytest.mark.parametrize("shape", HEADS)
def test_province_is_recognised_in_the_head_of_its_plan(shape, spelling):
    read = {}
    for row in ROWS:
        text = head(row, shape)
        text = text if spelling == "as_written" else bare(text)
        read[row["name"], row["valid_from"]] = parse_plan(text, provinces=NAMES).province
    assert read == {(row["name"], row["valid_from"]): short(row) for row in ROWS}


def bare(text: str) -> str:
    """The text without its marks, capitals kept, as a scan may lose them."""
    return "".join(
        fold(char).upper() if char.isupper() else fold(char) if char.isalpha() else char
        for char in text
    )


@pytest.fixture
def country(db, tmp_path) -> None:
    """The provinces of both maps, loaded as for a new installation."""
    with FIXTURE.open(encoding="utf-8") as file:
        lines = [line for line in file if line.startswith(("level,", "province,"))]
    units, successions = tmp_path / "units.csv", tmp_path / "successions.csv"
    units.write_text("".join(lines), encoding="utf-8")
    successions.write_text(
        "level,predecessor_code,successor_code,is_default,effective_on,legal_basis\n"
    )
    load_units(units, successions)


def test_each_plan_finds_its_territory_on_the_map_of_its_day(country):
    known = AdministrativeUnit.objects.filter(level="province")
    found = {}
    for row in ROWS:
        plan = parse_plan(head(row, "two_lines"), provinces=province_names())
        territory = territory_named(plan.province, plan.issued_on, known)
        found[row["name"], row["valid_from"]] = territory and (
            territory.code,
            territory.valid_from.isoformat(),
        )
    assert found == {
        (row["name"], row["valid_from"]): (row["code"], row["valid_from"]) for row in ROWS
    }


def test_plan_under_the_former_name_of_a_province_finds_it(country):
    """Thừa Thiên Huế is called thành phố Huế since 01/01/2025; its plan of 2023 is not."""
    text = HEADS["two_lines"].format(
        upper="TỈNH THỪA THIÊN HUẾ", name="Thừa Thiên Huế", day="ngày 25 tháng 12 năm 2023"
    )
    plan = parse_plan(text, provinces=province_names())
    known = AdministrativeUnit.objects.filter(level="province")
    assert territory_named(plan.province, plan.issued_on, known).name == "Thành phố Huế"


def test_no_province_is_called_by_the_last_words_of_another_name():
    folded = [fold(name) for name in NAMES]
    assert not [(a, b) for a in folded for b in folded if a != b and a.endswith(f" {b}")]


def test_each_territory_has_an_address_of_its_own(country):
    slugs = list(AdministrativeUnit.objects.filter(level="province").values_list("slug", flat=True))
    assert (len(slugs), len(set(slugs))) == (97, 97)
    assert not {slug for slug in slugs if not slug or slug in RESERVED_SLUGS}
    assert {"gia-lai", "gia-lai-2025", "bac-kan", "ho-chi-minh-2025"} <= set(slugs)
