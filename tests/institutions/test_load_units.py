"""Loading the map: the whole country once, the odd cases on small files."""

import datetime
import io

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from institutions.loading import (
    Tally,
    UnitFileError,
    load_units,
    official_name,
)
from institutions.models import RESERVED_SLUGS, AdministrativeUnit, Succession

REFORM = datetime.date(2025, 7, 1)
UNITS = "level,code,name,kind,parent_code,valid_from,valid_to,latitude,longitude\n"
SUCCESSIONS = "level,predecessor_code,successor_code,is_default,effective_on,legal_basis\n"
SMALL = (
    UNITS
    + "province,98,Tỉnh Hồng Lam,tỉnh,,1900-01-01,2025-07-01,,\n"
    + "province,97,Tỉnh Hồng Lam,tỉnh,,2025-07-01,,21.5,105.25\n"
    + "district,981,Thành Phố An Bình,thành phố,98,1900-01-01,2025-07-01,,\n"
    + "commune,98101,Xã Ba Sao,xã,981,1900-01-01,2025-07-01,,\n"
    + "commune,98101,Xã Ba Sao,xã,97,2025-07-01,,,\n"
)
SMALL_SUCCESSIONS = (
    SUCCESSIONS
    + "province,98,97,1,2025-07-01,202/2025/QH15\n"
    + "commune,98101,98101,1,2025-07-01,\n"
)


@pytest.fixture
def files(tmp_path):
    def write(units=SMALL, successions=SMALL_SUCCESSIONS):
        (tmp_path / "units.csv").write_text(units, encoding="utf-8")
        (tmp_path / "successions.csv").write_text(successions, encoding="utf-8")
        return tmp_path / "units.csv", tmp_path / "successions.csv"

    return write


def unit(level, code, year=1900):
    return AdministrativeUnit.objects.get(level=level, code=code, valid_from__year=year)


@pytest.mark.django_db
def test_fixtures_of_the_whole_country_load_once():
    out = io.StringIO()
    call_command("load_units", stdout=out)
    assert out.getvalue() == (
        "Units: 14149 created, 0 updated, 0 unchanged\n"
        "Successions: 10660 created, 0 updated, 0 unchanged\n"
    )
    folder = settings.BASE_DIR / "fixtures"
    again = load_units(
        folder / "administrative_units.csv", folder / "administrative_successions.csv"
    )
    assert again.units == Tally(unchanged=14149)
    assert again.successions == Tally(unchanged=10660)
    assert not again.changed

    before = AdministrativeUnit.objects.valid_on(REFORM - datetime.timedelta(days=1))
    after = AdministrativeUnit.objects.valid_on(REFORM)
    assert [
        before.filter(level=level).count() for level in ("province", "district", "commune")
    ] == [
        63,
        696,
        10035,
    ]
    assert [after.filter(level=level).count() for level in ("province", "district", "commune")] == [
        34,
        0,
        3321,
    ]
    # One slug each, and the two provinces called Gia Lai stay apart.
    slugs = list(AdministrativeUnit.objects.filter(level="province").values_list("slug", flat=True))
    assert len(set(slugs)) == 97
    assert not RESERVED_SLUGS & set(slugs)
    assert AdministrativeUnit.objects.get(slug="gia-lai").code == "64"
    assert AdministrativeUnit.objects.get(slug="gia-lai-2025").code == "52"
    assert AdministrativeUnit.objects.get(slug="thai-nguyen").valid_to == REFORM
    # Names: the slip of the source is put right, sorting follows the alphabet.
    assert unit("district", "058").name == "Thành phố Bắc Kạn"
    assert unit("district", "058").short_name == "Bắc Kạn"
    districts = unit("province", "06").children.order_by("sort_key")
    assert [d.short_name for d in districts] == [
        "Ba Bể",
        "Bạch Thông",
        "Bắc Kạn",
        "Chợ Đồn",
        "Chợ Mới",
        "Na Rì",
        "Ngân Sơn",
        "Pác Nặm",
    ]
    # Every predecessor has one successor that takes its figures.
    assert Succession.objects.filter(is_default=True).count() == 63 + 10035
    assert Succession.objects.filter(
        predecessor__slug="bac-kan", successor__slug="thai-nguyen-2025"
    ).exists()


@pytest.mark.django_db
def test_parent_is_the_unit_valid_when_the_row_begins(files):
    load_units(*files())
    assert unit("commune", "98101").parent == unit("district", "981")
    assert unit("commune", "98101", 2025).parent == unit("province", "97", 2025)


@pytest.mark.django_db
def test_later_province_of_the_same_name_gets_the_year(files):
    load_units(*files())
    assert unit("province", "98").slug == "hong-lam"
    assert unit("province", "97", 2025).slug == "hong-lam-2025"


@pytest.mark.django_db
def test_reserved_word_is_never_a_slug(files):
    load_units(*files(UNITS + "province,98,Tỉnh Plans,tỉnh,,1900-01-01,,,\n", SUCCESSIONS))
    assert unit("province", "98").slug == "plans-1900"


@pytest.mark.django_db
def test_changed_row_is_updated_and_keeps_its_slug(files):
    load_units(*files())
    result = load_units(*files(units=SMALL.replace("98,Tỉnh Hồng Lam", "98,Tỉnh Hồng Lâm")))
    assert result.units == Tally(updated=1, unchanged=4)
    assert (unit("province", "98").name, unit("province", "98").slug) == (
        "Tỉnh Hồng Lâm",
        "hong-lam",
    )


@pytest.mark.django_db
def test_default_successor_can_move_to_another_unit(files):
    units = SMALL + "commune,98103,Xã Đa Mai,xã,97,2025-07-01,,,\n"
    first = SMALL_SUCCESSIONS + "commune,98101,98103,0,2025-07-01,\n"
    load_units(*files(units, first))
    swapped = first.replace("98101,98101,1", "98101,98101,0").replace("98103,0", "98103,1")
    assert load_units(*files(units, swapped)).successions == Tally(updated=2, unchanged=1)
    assert (
        Succession.objects.get(predecessor__level="commune", is_default=True).successor.name
        == "Xã Đa Mai"
    )


@pytest.mark.parametrize(
    ("units", "successions", "message"),
    [
        ("level,code\n", SUCCESSIONS, "units.csv"),
        (SMALL.replace("Xã Ba Sao,xã,981", "Xã Ba Sao,xã,999"), SUCCESSIONS, "999"),
        (SMALL.replace("1900-01-01,2025-07-01", "1900-01-01,hôm qua"), SUCCESSIONS, "hôm qua"),
        (SMALL + "commune,98101,Xã Ba Sao,xã,97,2025-07-01,,,\n", SUCCESSIONS, "98101"),
        (SMALL + "commune,,Xã Ba Sao,xã,97,2025-07-01,,,\n", SUCCESSIONS, "units.csv"),
        (SMALL, SUCCESSIONS + "commune,98101,00001,1,2025-07-01,\n", "00001"),
    ],
    ids=["column", "parent", "date", "twice", "no code", "successor"],
)
@pytest.mark.django_db
def test_bad_file_is_refused_and_writes_nothing(files, units, successions, message):
    units_file, successions_file = files(units, successions)
    with pytest.raises(CommandError, match=message):
        call_command("load_units", units=units_file, successions=successions_file)
    assert not AdministrativeUnit.objects.exists()


def test_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(UnitFileError, match="nowhere"):
        load_units.__wrapped__(tmp_path / "nowhere.csv", tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("Thành Phố Bắc Kạn", "thành phố", "Thành phố Bắc Kạn"),
        ("Thị Trấn Óc Eo", "thị trấn", "Thị trấn Óc Eo"),
        ("Huyện KBang", "huyện", "Huyện KBang"),
        ("Quận 1", "quận", "Quận 1"),
        ("Vân Đồn", "đặc khu", "Vân Đồn"),
    ],
)
def test_official_name_touches_the_kind_alone(name, kind, expected):
    assert official_name(name, kind) == expected
