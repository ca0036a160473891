"""Sample libraries, museums and culture centres, placed on the real units of the old map."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from simple_history.utils import bulk_create_with_history

from institutions.models import (
    BEFORE_OUR_RECORDS,
    AdministrativeUnit,
    Continuation,
    Institution,
    Kind,
    Placement,
    ReportingUnit,
    Tier,
)
from institutions.names import sort_key
from reports.sample.chance import between, chance
from reports.sample.people import VOCATIONAL_MOVED_ON, districts_of
from reports.sample.provinces import Province

FIRST_CHANGE, LAST_CHANGE = datetime.date(2022, 8, 1), datetime.date(2025, 5, 31)
BRANCH_SINCE = datetime.date(2024, 2, 1)
_BATCH = 500


@dataclass(slots=True)
class Wanted:
    """One institution as it is to be: a row and where it stands."""

    code: str
    name: str
    kind: Kind
    tier: Tier
    unit: str
    district: AdministrativeUnit | None = None
    commune: AdministrativeUnit | None = None
    opened_on: datetime.date | None = None
    closed_on: datetime.date | None = None
    continued_in: str = ""


def make_institutions(
    province: Province, territory: AdministrativeUnit, units: dict[str, ReportingUnit]
) -> int:
    """Create the institutions whose codes are not there yet, with placements; how many."""
    wanted = list(institutions_of(province, territory))
    existing = set(
        Institution.objects.filter(code__startswith=f"{province.code}-").values_list(
            "code", flat=True
        )
    )
    new = [w for w in wanted if w.code not in existing]
    if not new:
        return 0
    rows = bulk_create_with_history(
        [
            Institution(
                code=w.code,
                name=w.name,
                sort_key=sort_key(w.name),
                kind=w.kind,
                opened_on=w.opened_on,
                closed_on=w.closed_on,
                is_sample=True,
            )
            for w in new
        ],
        Institution,
        batch_size=_BATCH,
    )
    placements: list[Placement] = []
    for w, row in zip(new, rows, strict=True):
        where = {
            "institution": row,
            "territory": territory,
            "district": w.district,
            "commune": w.commune,
            "tier": w.tier,
        }
        if w.tier == Tier.VOCATIONAL:
            labour = units[f"{province.code}-sldtbxh"]
            placements.append(
                Placement(**where, reporting_unit=labour, valid_to=VOCATIONAL_MOVED_ON)
            )
        begins = VOCATIONAL_MOVED_ON if w.tier == Tier.VOCATIONAL else BEFORE_OUR_RECORDS
        placements.append(Placement(**where, reporting_unit=units[w.unit], valid_from=begins))
    bulk_create_with_history(placements, Placement, batch_size=_BATCH)
    by_code = Institution.objects.in_bulk(
        [c for w in new if w.continued_in for c in (w.code, w.continued_in)], field_name="code"
    )
    for w in new:
        if w.continued_in:
            Continuation(
                predecessor=by_code[w.code],
                successor=by_code[w.continued_in],
                date=w.closed_on,
                kind=Continuation.Kind.BRANCH,
            ).save()
    return len(new)


def institutions_of(province: Province, territory: AdministrativeUnit) -> Iterator[Wanted]:
    """Every sample institution of a province."""
    districts = districts_of(territory)
    communes = {
        district: list(
            district.children.filter(level=AdministrativeUnit.Level.COMMUNE).order_by("code")
        )
        for district in districts
    }
    yield from _provincial(province, districts[0])
    for district in districts:
        yield from _of_district(province, district, communes[district])
    everywhere = [(d, commune) for d in districts for commune in communes[d]]
    yield from _schools(province, districts, everywhere)
    yield from _others(province, districts)
    yield from _villages(province, everywhere)


def _lower(unit: AdministrativeUnit) -> str:
    """ "huyện Ba Bể", as it stands within a name."""
    return f"{unit.kind.lower()} {unit.short_name}"


def _day(*words: object) -> datetime.date:
    days = (LAST_CHANGE - FIRST_CHANGE).days
    return FIRST_CHANGE + datetime.timedelta(days=between(0, days, "day", *words))


def _provincial(province: Province, capital: AdministrativeUnit) -> Iterator[Wanted]:
    p, at = province.code, {"tier": Tier.PROVINCE, "district": capital}
    yield Wanted(
        f"{p}-TV-01", f"Thư viện tỉnh {province.name}", Kind.LIBRARY, unit=f"{p}-tvt", **at
    )
    yield Wanted(f"{p}-BT-01", f"Bảo tàng tỉnh {province.name}", Kind.MUSEUM, unit=f"{p}-btt", **at)
    yield Wanted(
        f"{p}-TTVH-01", province.culture_centre, Kind.CULTURE_CENTRE, unit=f"{p}-ttvh", **at
    )


def _of_district(
    province: Province, district: AdministrativeUnit, communes: list[AdministrativeUnit]
) -> Iterator[Wanted]:
    """A library and a centre for the district, a centre per commune, a library in a third."""
    p, office = province.code, district.code
    at = {"unit": office, "district": district}
    library = f"{p}-TV-{office}"
    yield Wanted(library, f"Thư viện {_lower(district)}", Kind.LIBRARY, Tier.DISTRICT, **at)
    yield Wanted(
        f"{p}-TTVH-{office}",
        f"Trung tâm Văn hoá, Thể thao và Truyền thông {_lower(district)}",
        Kind.CULTURE_CENTRE,
        Tier.DISTRICT,
        **at,
    )
    by_chance = sorted(communes, key=lambda c: chance("commune library", c.code))
    third = round(len(communes) / 3)
    for commune in communes:
        yield Wanted(
            f"{p}-TTVH-{commune.code}",
            f"Trung tâm Văn hoá - Thể thao {_lower(commune)}",
            Kind.CULTURE_CENTRE,
            Tier.COMMUNE,
            commune=commune,
            **at,
        )
    for place, commune in enumerate(by_chance[:third]):
        young = place == third - 1 and chance("young library", office) < 0.4
        yield Wanted(
            f"{p}-TV-{commune.code}",
            f"Thư viện {_lower(commune)}",
            Kind.LIBRARY,
            Tier.COMMUNE,
            commune=commune,
            opened_on=_day("library", office) if young else None,
            **at,
        )
    if district.code == _with_branch(province):
        commune = by_chance[third]
        yield Wanted(
            f"{p}-TV-{commune.code}",
            f"Thư viện {_lower(commune)}",
            Kind.LIBRARY,
            Tier.COMMUNE,
            commune=commune,
            closed_on=BRANCH_SINCE,
            continued_in=library,
            **at,
        )


def _with_branch(province: Province) -> str:
    """The district where a commune library became a branch of the district's: the strongest but
    the provincial town. The one continuation of a province."""
    return max((s, code) for code, s in province.strength.items() if s < 1)[1]


def _schools(
    province: Province,
    districts: list[AdministrativeUnit],
    everywhere: list[tuple[AdministrativeUnit, AdministrativeUnit]],
) -> Iterator[Wanted]:
    p = province.code
    at = {"kind": Kind.LIBRARY, "tier": Tier.GENERAL_SCHOOL, "unit": f"{p}-sgddt"}
    for district, commune in everywhere:
        yield Wanted(
            f"{p}-TVTH-{commune.code}",
            f"Thư viện Trường Tiểu học {commune.short_name}, {_lower(district)}",
            district=district,
            commune=commune,
            **at,
        )
    lower = sorted(everywhere, key=lambda place: chance("lower secondary", place[1].code))
    for district, commune in lower[: province.lower_secondary]:
        yield Wanted(
            f"{p}-TVCS-{commune.code}",
            f"Thư viện Trường THCS {commune.short_name}, {_lower(district)}",
            district=district,
            commune=commune,
            **at,
        )
    for number in range(province.upper_secondary):
        district = districts[number % len(districts)]
        ordinal = number // len(districts) + 1
        yield Wanted(
            f"{p}-TVPT-{district.code}-{ordinal}",
            f"Thư viện Trường THPT {district.short_name}" + (f" {ordinal}" if ordinal > 1 else ""),
            district=district,
            **at,
        )


def _others(province: Province, districts: list[AdministrativeUnit]) -> Iterator[Wanted]:
    """Vocational and continuing education, armed forces, the university branch."""
    p, capital = province.code, districts[0]
    for number, name in enumerate(province.vocational, 1):
        yield Wanted(
            f"{p}-TVN-{number:02d}",
            name,
            Kind.LIBRARY,
            Tier.VOCATIONAL,
            f"{p}-sgddt",
            district=capital,
        )
    for district in districts:
        yield Wanted(
            f"{p}-TVGD-{district.code}",
            "Thư viện Trung tâm Giáo dục nghề nghiệp - Giáo dục thường xuyên " + _lower(district),
            Kind.LIBRARY,
            Tier.OTHER_EDUCATION,
            f"{p}-sgddt",
            district=district,
        )
    for letters, unit, names in (
        ("TVQS", "bchqs", province.army),
        ("TVCA", "cat", province.police),
    ):
        for number, name in enumerate(names, 1):
            yield Wanted(
                f"{p}-{letters}-{number:02d}",
                name,
                Kind.LIBRARY,
                Tier.ARMED_FORCES,
                f"{p}-{unit}",
                district=next((d for d in districts if name.endswith(d.short_name)), capital),
            )
    if province.university:
        yield Wanted(
            f"{p}-TVDH-01",
            province.university,
            Kind.LIBRARY,
            Tier.UNIVERSITY,
            f"{p}-phdh",
            district=capital,
        )


def _villages(
    province: Province, everywhere: list[tuple[AdministrativeUnit, AdministrativeUnit]]
) -> Iterator[Wanted]:
    """Village houses, as many as the province says, and a few that closed on the way."""
    numbers = _shares(province.villages, [commune.code for _district, commune in everywhere])
    for (district, commune), count in zip(everywhere, numbers, strict=True):
        closed = int(chance("closed village", commune.code) < 0.06)
        for number in range(1, count + closed + 1):
            code = f"{province.code}-NVH-{commune.code}-{number:02d}"
            young = number <= count and chance("young village", code) < 0.02
            settlement = "thôn" if commune.kind.lower() == "xã" else "tổ dân phố"
            yield Wanted(
                code,
                f"Nhà văn hoá {settlement} {number}, {_lower(commune)}",
                Kind.CULTURE_CENTRE,
                Tier.VILLAGE,
                district.code,
                district=district,
                commune=commune,
                opened_on=_day(code) if young else None,
                closed_on=_day(code) if number > count else None,
            )


def _shares(total: int, codes: list[str]) -> list[int]:
    """`total` split over communes unevenly, at least one each, adding up exactly."""
    weights = [Fraction(between(60, 140, "villages", code)) for code in codes]
    exact = [total * weight / sum(weights) for weight in weights]
    parts = [max(1, int(share)) for share in exact]
    by_rest = sorted(range(len(codes)), key=lambda i: exact[i] - int(exact[i]), reverse=True)
    for i in by_rest[: total - sum(parts)]:
        parts[i] += 1
    return parts
