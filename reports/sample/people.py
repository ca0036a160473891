"""Reporting units and sample accounts."""

import datetime
from functools import cache

from django.contrib.auth.hashers import make_password

from institutions.models import AdministrativeUnit, Membership, ReportingUnit, User
from institutions.names import sort_key
from reports.sample.provinces import PASSWORD, Province

# From 01/3/2025 the departments of labour were dissolved and vocational education went to the
# departments of education; before the fixtures' own reform, so the rosters of both years differ.
VOCATIONAL_MOVED_ON = datetime.date(2025, 3, 1)
LAST_DAY_OF_MAP = datetime.date(2025, 6, 30)


def districts_of(territory: AdministrativeUnit) -> list[AdministrativeUnit]:
    return list(territory.children.filter(level=AdministrativeUnit.Level.DISTRICT).order_by("code"))


def make_reporting_units(
    province: Province, territory: AdministrativeUnit
) -> dict[str, ReportingUnit]:
    """A district office per district and the agencies of the province, by code.

    None ends with the old map: what becomes of them is decided when the reform is entered.
    """
    wanted: list[ReportingUnit] = [
        ReportingUnit(
            code=district.code,
            name=f"UBND {district.kind.lower()} {district.short_name}",
            kind=ReportingUnit.Kind.DISTRICT_OFFICE,
            territory=territory,
            administrative_unit=district,
        )
        for district in districts_of(territory)
    ]
    agencies = {
        "tvt": f"Thư viện tỉnh {province.name}",
        "btt": f"Bảo tàng tỉnh {province.name}",
        "ttvh": province.culture_centre,
        "sgddt": f"Sở Giáo dục và Đào tạo tỉnh {province.name}",
        "sldtbxh": f"Sở Lao động - Thương binh và Xã hội tỉnh {province.name}",
        "cat": f"Công an tỉnh {province.name}",
        "bchqs": f"Bộ Chỉ huy Quân sự tỉnh {province.name}",
    }
    if province.university:
        agencies["phdh"] = province.university.removeprefix("Thư viện ")
    for suffix, name in agencies.items():
        wanted.append(
            ReportingUnit(
                code=f"{province.code}-{suffix}",
                name=name,
                kind=ReportingUnit.Kind.AGENCY,
                territory=territory,
                valid_to=VOCATIONAL_MOVED_ON if suffix == "sldtbxh" else None,
            )
        )
    known = ReportingUnit.objects.in_bulk([u.code for u in wanted], field_name="code")
    for unit in wanted:
        if unit.code not in known:
            unit.sort_key = sort_key(unit.name)
            unit.save()
            known[unit.code] = unit
            if unit.code.endswith("-sldtbxh"):
                unit.successors.add(known[f"{province.code}-sgddt"])
    return known


def make_accounts(
    province: Province, territory: AdministrativeUnit, units: dict[str, ReportingUnit]
) -> dict[str, User]:
    """Department, leader, and one reporting official per unit; by role or unit code."""
    slug, roles = territory.slug, Membership.Role
    people = {
        "department": _account(
            f"{slug}-so", "Chuyên viên", f"Sở VHTTDL {province.name}", roles.DEPARTMENT, territory
        ),
        "leader": _account(
            f"{slug}-lanh-dao", "Lãnh đạo", f"tỉnh {province.name}", roles.LEADER, territory
        ),
    }
    for code, unit in units.items():
        suffix = code.removeprefix(f"{province.code}-")
        people[code] = _account(
            f"{slug}-{suffix}", "Cán bộ", unit.name, roles.REPORTER, territory, unit
        )
    return people


def make_national_accounts() -> None:
    """The administrator and a leader who sees every territory."""
    _account("lanh-dao-bo", "Lãnh đạo", "Bộ VHTTDL", Membership.Role.LEADER, None)
    if not User.objects.filter(username="quan-tri").exists():
        User.objects.create(**_person("quan-tri", "Quản trị", "hệ thống"), **_ALL_RIGHTS)


_ALL_RIGHTS = {"is_staff": True, "is_superuser": True}


@cache
def _password() -> str:
    # One hash for all: each takes a good part of a second, and the password is no secret.
    return make_password(PASSWORD)


def _person(username: str, last_name: str, first_name: str) -> dict:
    return {
        "username": username,
        "email": f"{username}@example.com",
        "last_name": last_name,
        "first_name": first_name,
        "password": _password(),
    }


def _account(
    username: str,
    last_name: str,
    first_name: str,
    role: str,
    territory: AdministrativeUnit | None,
    unit: ReportingUnit | None = None,
) -> User:
    """The account of that name; one that exists is left as it is, rights included."""
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create(**_person(username, last_name, first_name))
        Membership.objects.create(user=user, role=role, territory=territory, reporting_unit=unit)
    return user
