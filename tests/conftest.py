"""A small invented province, the people of design section 9, a plan and an open round.

Everything is made by factories, in the shape of the real data: one map valid until 30/6/2025,
institutions placed on it, one report per reporting unit. Ask only for what the test is about;
fixtures bring what they stand on.
"""

import datetime
import os
from collections.abc import Callable
from contextlib import ExitStack
from decimal import Decimal
from zoneinfo import ZoneInfo

import hypothesis
import pytest
import time_machine
from django.conf import settings as django_settings
from django.core import serializers
from django.db import connections
from django.test import Client, override_settings

from institutions.models import AdministrativeUnit, Institution, Placement, ReportingUnit, User
from reports.models import IndicatorValue, Report, ReportingRound, RoundLine
from reports.rounds.editing_checks.findings import explain_all, findings_of
from targets.models import Indicator, PlanVersion
from tests import factories

pytest_plugins = ["tests.both_databases", "tests.machine"]

# What a property test may try: the same cases in CI every time, and more of them.
hypothesis.settings.register_profile("default", deadline=None, max_examples=60)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=200, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") == "true" else "default")


# The run ----------------------------------------------------------------------------------


def pytest_collection_modifyitems(config, items):
    """Heavy checks run in CI and where asked for: `-m slow`, or `-m ""` for everything."""
    if os.environ.get("CI") == "true" or any(
        argument.startswith("-m") for argument in config.invocation_params.args
    ):
        return
    if slow := [item for item in items if item.get_closest_marker("slow")]:
        items[:] = [item for item in items if item not in slow]
        config.hook.pytest_deselected(items=slow)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory):
    """A SQLite file of this run alone: two runs side by side never meet."""
    database = connections["default"]
    if database.vendor == "sqlite":
        folder = tmp_path_factory.mktemp("database")
        database.settings_dict["TEST"]["NAME"] = str(folder / "test.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def _settings_of_tests(tmp_path_factory):
    """Uploads go to a temporary folder, static files need no manifest, passwords are quick, and
    what the background worker would do is done at once."""
    with override_settings(
        MEDIA_ROOT=tmp_path_factory.mktemp("media"),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        TASKS={"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}},
        STORAGES={
            **django_settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
    ):
        yield


@pytest.fixture
def clock():
    """Stop the clock: `clock("2025-11-10")` is noon of that day in Vietnam."""
    with ExitStack() as stack:

        def set_to(day: str | datetime.date) -> None:
            if isinstance(day, str):
                day = datetime.date.fromisoformat(day)
            noon = datetime.datetime.combine(
                day, datetime.time(12), tzinfo=ZoneInfo(django_settings.TIME_ZONE)
            )
            stack.enter_context(time_machine.travel(noon, tick=False))

        yield set_to


# The map ----------------------------------------------------------------------------------


@pytest.fixture
def territory(db) -> AdministrativeUnit:
    """Tỉnh Hồng Lam (slug hong-lam) with two districts and six communes, until 30/6/2025."""
    province = factories.ProvinceFactory(code="98", name="Tỉnh Hồng Lam", slug="hong-lam")
    members = {
        ("981", "huyện", "Huyện An Bình"): [
            ("98101", "thị trấn", "Thị trấn An Bình"),
            ("98102", "xã", "Xã Ba Sao"),
            ("98103", "xã", "Xã Đa Mai"),
        ],
        ("982", "thị xã", "Thị xã Đức Phong"): [
            ("98201", "phường", "Phường Đồng Tâm"),
            ("98202", "xã", "Xã Bến Đá"),
            ("98203", "xã", "Xã Yên Lạc"),
        ],
    }
    districts = factories.together(
        factories.DistrictFactory.build(code=code, kind=kind, name=name, parent=province)
        for code, kind, name in members
    )
    factories.together(
        factories.CommuneFactory.build(code=code, kind=kind, name=name, parent=district)
        for district, communes in zip(districts, members.values(), strict=True)
        for code, kind, name in communes
    )
    return province


@pytest.fixture
def districts(territory) -> dict[str, AdministrativeUnit]:
    """By code: 981 (huyện An Bình) and 982 (thị xã Đức Phong)."""
    return {unit.code: unit for unit in territory.children.order_by("code")}


@pytest.fixture
def communes(territory) -> dict[str, AdministrativeUnit]:
    """By code: 98101 to 98103 in district 981, 98201 to 98203 in district 982."""
    found = AdministrativeUnit.objects.filter(parent__parent=territory).order_by("code")
    return {unit.code: unit for unit in found}


@pytest.fixture
def units(territory, districts) -> dict[str, ReportingUnit]:
    """Reporting units by code: 981, 982, 98-tvt (library), 98-btt (museum)."""
    agencies = (("98-tvt", "Thư viện tỉnh Hồng Lam"), ("98-btt", "Bảo tàng tỉnh Hồng Lam"))
    made = [
        *(
            factories.DistrictOfficeFactory.build(territory=territory, administrative_unit=one)
            for one in districts.values()
        ),
        *(
            factories.ReportingUnitFactory.build(code=code, name=name, territory=territory)
            for code, name in agencies
        ),
    ]
    return {unit.code: unit for unit in factories.together(made)}


# Code, name, kind, tier, reporting unit, commune.
INSTITUTIONS = (
    ("98-TV-01", "Thư viện tỉnh Hồng Lam", "library", "province", "98-tvt", None),
    ("98-BT-01", "Bảo tàng tỉnh Hồng Lam", "museum", "province", "98-btt", None),
    ("98-TV-981", "Thư viện huyện An Bình", "library", "district", "981", None),
    ("98-TV-982", "Thư viện thị xã Đức Phong", "library", "district", "982", None),
    ("98-VH-981", "Trung tâm Văn hoá huyện An Bình", "culture_centre", "district", "981", None),
    ("98-TV-98102", "Thư viện xã Ba Sao", "library", "commune", "981", "98102"),
    ("98-VH-98102", "Nhà văn hoá xã Ba Sao", "culture_centre", "commune", "981", "98102"),
    ("98-VH-98103", "Nhà văn hoá xã Đa Mai", "culture_centre", "commune", "981", "98103"),
    ("98-VH-98202", "Nhà văn hoá xã Bến Đá", "culture_centre", "commune", "982", "98202"),
    ("98-NVH-98102-01", "Nhà văn hoá thôn Đông", "culture_centre", "village", "981", "98102"),
)


@pytest.fixture
def institutions(units, districts, communes) -> dict[str, Institution]:
    """The ten institutions of INSTITUTIONS by code, each placed since before our records."""
    made = factories.together(
        factories.InstitutionFactory.build(code=code, name=name, kind=kind)
        for code, name, kind, _tier, _unit, _commune in INSTITUTIONS
    )
    factories.together(
        factories.PlacementFactory.build(
            institution=institution,
            reporting_unit=units[unit],
            tier=tier,
            commune=communes.get(commune),
        )
        for institution, (*_words, tier, unit, commune) in zip(made, INSTITUTIONS, strict=True)
    )
    return {institution.code: institution for institution in made}


@pytest.fixture
def other_territory(db) -> AdministrativeUnit:
    """Tỉnh Thanh Sơn (slug thanh-son) with one district, its office 971 and its library."""
    province = factories.ProvinceFactory(code="97", name="Tỉnh Thanh Sơn", slug="thanh-son")
    district = factories.DistrictFactory(code="971", name="Huyện Khe Sanh", parent=province)
    office = factories.DistrictOfficeFactory(territory=province, administrative_unit=district)
    factories.PlacementFactory(
        reporting_unit=office,
        institution=factories.InstitutionFactory(
            code="97-TV-971", name="Thư viện huyện Khe Sanh", kind="library"
        ),
    )
    return province


# People -----------------------------------------------------------------------------------


@pytest.fixture
def staff(territory) -> User:
    """Department staff of the territory."""
    user = factories.UserFactory(username="hong-lam-so", first_name="Hà", last_name="Trần Thị")
    factories.MembershipFactory(user=user, role="department", territory=territory)
    return user


@pytest.fixture
def reporter(territory, units) -> User:
    """The official of district 981."""
    user = factories.UserFactory(username="hong-lam-981", first_name="An", last_name="Lê Văn")
    factories.MembershipFactory(
        user=user, role="reporter", territory=territory, reporting_unit=units["981"]
    )
    return user


@pytest.fixture
def other_reporter(territory, units) -> User:
    """The official of district 982: same territory, another unit."""
    user = factories.UserFactory(username="hong-lam-982", first_name="Bình", last_name="Vũ Thị")
    factories.MembershipFactory(
        user=user, role="reporter", territory=territory, reporting_unit=units["982"]
    )
    return user


@pytest.fixture
def leader(territory) -> User:
    """A leader of the territory."""
    user = factories.UserFactory(username="hong-lam-lanh-dao", first_name="Đức", last_name="Đỗ")
    factories.MembershipFactory(user=user, role="leader", territory=territory)
    return user


@pytest.fixture
def outsider(other_territory) -> User:
    """Department staff of the other territory."""
    user = factories.UserFactory(username="thanh-son-so", first_name="Sơn", last_name="Ngô")
    factories.MembershipFactory(user=user, role="department", territory=other_territory)
    return user


@pytest.fixture
def national_leader(db) -> User:
    """A leader without a territory: sees all of them."""
    user = factories.UserFactory(username="lanh-dao-bo", first_name="Bộ", last_name="Phạm")
    factories.MembershipFactory(user=user, role="leader", territory=None)
    return user


@pytest.fixture
def administrator(db) -> User:
    return factories.UserFactory(
        username="quan-tri", first_name="Trị", last_name="Quản", is_staff=True, is_superuser=True
    )


def log_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


# One client per person, so that a test may let several act in turn.


@pytest.fixture
def as_staff(staff) -> Client:
    return log_in(staff)


@pytest.fixture
def as_reporter(reporter) -> Client:
    return log_in(reporter)


@pytest.fixture
def as_other_reporter(other_reporter) -> Client:
    return log_in(other_reporter)


@pytest.fixture
def as_leader(leader) -> Client:
    return log_in(leader)


@pytest.fixture
def as_outsider(outsider) -> Client:
    return log_in(outsider)


@pytest.fixture
def as_national_leader(national_leader) -> Client:
    return log_in(national_leader)


@pytest.fixture
def as_administrator(administrator) -> Client:
    return log_in(administrator)


# What is measured and promised -------------------------------------------------------------


FIXTURES = django_settings.BASE_DIR / "fixtures"


@pytest.fixture
def indicators(db) -> dict[str, Indicator]:
    """The indicators of design section 4, by code."""
    rows = serializers.deserialize("json", (FIXTURES / "indicators.json").read_text("utf-8"))
    made = factories.together(row.object for row in rows)
    return {indicator.code: indicator for indicator in made}


PLAN_TEXT = """\
ỦY BAN NHÂN DÂN TỈNH HỒNG LAM
Số: 4321/KH-UBND
Hồng Lam, ngày 25 tháng 12 năm 2023
KẾ HOẠCH
Đẩy mạnh các hoạt động học tập suốt đời trong các thư viện, bảo tàng, trung tâm văn hóa
II. MỤC TIÊU CỤ THỂ
Đến năm 2025, 70% thư viện công cộng cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời.
Lượt người sử dụng thư viện tăng 10 - 15% mỗi năm.
Bảo tàng tỉnh xây dựng và triển khai chương trình giáo dục lịch sử, văn hóa trước năm 2025.
Đến năm 2025, 50% trung tâm văn hóa cấp xã có câu lạc bộ hoạt động thường xuyên.
Đến năm 2030, 100% thư viện công cộng cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời.
Đến năm 2030, 80% thư viện cấp tỉnh, cấp huyện ứng dụng công nghệ thông tin và chuyển đổi số.
III. TỔ CHỨC THỰC HIỆN
Báo cáo kết quả về Sở Văn hóa, Thể thao và Du lịch trước ngày 01 tháng 12 hằng năm.
"""
PLAN_TARGETS = (
    {
        "indicator": "library.lifelong_services",
        "tiers": ("district",),
        "year": 2025,
        "minimum": Decimal(70),
        "quote": "70% thư viện công cộng cấp huyện",
    },
    {
        "indicator": "library.visits_growth",
        "tiers": (),
        "year": 2025,
        "minimum": Decimal(10),
        "maximum": Decimal(15),
        "unit": "percent_per_year",
        "quote": "tăng 10 - 15% mỗi năm",
    },
    {
        "indicator": "museum.education_programme",
        "tiers": ("province",),
        "year": 2025,
        "minimum": Decimal(100),
        "unit": "milestone",
        "quote": "Bảo tàng tỉnh xây dựng và triển khai chương trình giáo dục",
    },
    {
        "indicator": "culture.clubs",
        "tiers": ("commune",),
        "year": 2025,
        "minimum": Decimal(50),
        "quote": "50% trung tâm văn hóa cấp xã",
    },
    {
        "indicator": "library.lifelong_services",
        "tiers": ("district",),
        "year": 2030,
        "minimum": Decimal(100),
        "quote": "100% thư viện công cộng cấp huyện",
    },
    {
        "indicator": "library.digital",
        "tiers": ("district", "province"),
        "year": 2030,
        "minimum": Decimal(80),
        "quote": "80% thư viện cấp tỉnh, cấp huyện",
    },
)


@pytest.fixture
def plan(territory, indicators) -> PlanVersion:
    """The published version of the territory's plan, with the six targets of PLAN_TARGETS."""
    version = factories.PlanVersionFactory(
        plan__territory=territory, number="4321/KH-UBND", text=PLAN_TEXT, status="published"
    )
    factories.together(
        factories.TargetFactory.build(
            **{**target, "indicator": indicators[target["indicator"]]},
            version=version,
            position=position,
            state="confirmed",
        )
        for position, target in enumerate(PLAN_TARGETS, 1)
    )
    return version


# A reporting year --------------------------------------------------------------------------


def enrol(round_: ReportingRound) -> ReportingRound:
    """Write the roster and the empty reports of a round, as opening it does."""
    day = round_.as_of
    units = ReportingUnit.objects.filter(territory=round_.territory).valid_on(day)
    factories.together(
        factories.ReportFactory.build(round=round_, reporting_unit=unit) for unit in units
    )
    placements = Placement.objects.filter(reporting_unit__in=units).valid_on(day)
    factories.together(
        factories.RoundLineFactory.build(
            round=round_,
            institution=placement.institution,
            tier=placement.tier,
            district=placement.district,
            commune=placement.commune,
            reporting_unit=placement.reporting_unit,
        )
        for placement in placements.select_related(
            "institution", "district", "commune", "reporting_unit"
        )
    )
    return round_


@pytest.fixture
def open_round(territory, institutions, indicators) -> ReportingRound:
    """The annual round of 2025 with its roster of ten and a draft report per unit."""
    return enrol(factories.ReportingRoundFactory(territory=territory))


@pytest.fixture
def report(open_round) -> Report:
    """The draft report of district 981, which is the reporter's."""
    return open_round.reports.get(reporting_unit__code="981")


@pytest.fixture
def answer() -> Callable[..., IndicatorValue]:
    """Fill a cell: `answer(round, "98-TV-981", "library.digital", "yes")`; a number is a count.

    Approved as well unless `approved=False`. Any state: yes, no, blank, not_applicable.
    """

    def fill(
        round_: ReportingRound,
        institution: str,
        indicator: str,
        value: str | int,
        *,
        approved: bool = True,
    ) -> IndicatorValue:
        cell = {"state": value} if isinstance(value, str) else {"state": "count", "count": value}
        if value == "not_applicable":
            cell["na_reason"] = "under_repair"
        beside = {f"approved_{name}": content for name, content in cell.items()} if approved else {}
        row, _created = IndicatorValue.objects.update_or_create(
            line=RoundLine.objects.get(round=round_, institution__code=institution),
            indicator=Indicator.objects.get(code=indicator),
            defaults={"version": 1, **cell, **beside},
        )
        return row

    return fill


@pytest.fixture
def explain_findings() -> Callable[[Report, User], None]:
    """`explain_findings(report, user)`: why each thing is right that the edit checks notice."""

    def explain(report: Report, user: User) -> None:
        noticed = findings_of(report)
        words = {f.key: ("Đã kiểm tra, đúng thực tế.", None) for f in noticed if not f.is_fatal}
        assert explain_all(report, words, user) == {}

    return explain
