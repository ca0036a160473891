"""What the two sample provinces look like. PURE data: change a figure here, not in the code.

The names of the three provincial institutions, of the departments and of the administrative units
are real. Everything else is invented: village houses, schools and barracks are named by pattern,
and every figure is made up. The numbers of 2025 are chosen so that each verdict and each pace
occurs (design section 5); a test holds them to it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

YEARS = (2022, 2023, 2024, 2025)
BASELINE, OPEN = 2022, 2025
PASSWORD = "hoctap-2025"  # printed by the demo, which never runs outside DEBUG

# Counts of visits need 12 months, the same ones every year. 01/7 to 30/6 is chosen because it lets
# 2025 end with the old map, on 30/6/2025; the plans themselves name no period.
PERIOD_STARTS, PERIOD_ENDS = (7, 1), (6, 30)

SERVICES, DIGITAL, VISITS = "library.lifelong_services", "library.digital", "library.visits_growth"
PROGRAMME, STUDY_VISITS = "museum.education_programme", "museum.visits_growth"
CREATIVE, CLUBS = "culture.creative_activities", "culture.clubs"

SCHOOLS = ("general_school", "vocational")
EDUCATION = ("general_school", "other_education", "vocational")


@dataclass(frozen=True, slots=True)
class Group:
    """How many of those whose answer counts say yes to one indicator.

    `earlier`: per cent in 2022, 2023 and 2024. `now`: how many in 2025, or per cent if `share`.
    Who says yes in one year says so in the next, the stronger districts first.
    """

    indicator: str
    tiers: tuple[str, ...]
    earlier: tuple[int, int, int]
    now: int
    share: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a round was opened and due; `due_before` None: a baseline, never late."""

    opens_on: datetime.date
    due_before: datetime.date | None


@dataclass(frozen=True, slots=True)
class Province:
    code: str
    name: str
    plan: str
    # Plan deadline: month, day before which reports are due.
    report_before: tuple[int, int]
    calendars: Mapping[int, Calendar]
    # Districts by code, from 0 (weak) to 1: better equipped ones say yes earlier.
    strength: Mapping[str, float]
    villages: int
    lower_secondary: int
    upper_secondary: int
    vocational: tuple[str, ...]
    army: tuple[str, ...]
    police: tuple[str, ...]
    culture_centre: str
    groups: tuple[Group, ...]
    # Reporting units that sent nothing, and those that were late, by year.
    never: Mapping[int, frozenset[str]]
    late: Mapping[int, frozenset[str]]
    # Reports of 2025 that are not approved: status by unit; "" = not begun.
    open_reports: Mapping[str, str]
    # Units whose figures of 2025 came from a file, and those in which no yes turned to no.
    imported: frozenset[str]
    steady: frozenset[str]
    museum_visits: tuple[int, int, int, int]
    provincial_visits: int
    # Per cent by which a library's visits rise in 2023, 2024 and 2025.
    visits_rise: tuple[float, float, float]
    # Cells that do not apply, in each year: how many institutions of a tier of a kind.
    not_applicable: Mapping[tuple[str, str], int]
    # Institutions without an answer in reports that were otherwise complete.
    gaps: Mapping[tuple[str, str], int]
    university: str = ""
    under_repair_now: frozenset[str] = field(default_factory=frozenset)


def _on(year: int, month: int, day: int) -> datetime.date:
    return datetime.date(year, month, day)


BAC_KAN = Province(
    code="06",
    name="Bắc Kạn",
    plan="bac_kan_1150_qd_ubnd_2023.txt",
    report_before=(12, 1),
    calendars={
        2022: Calendar(_on(2023, 8, 1), None),
        2023: Calendar(_on(2023, 10, 2), _on(2023, 12, 1)),
        2024: Calendar(_on(2024, 10, 1), _on(2024, 12, 1)),
    },
    strength={
        "058": 1.0,
        "061": 0.8,
        "064": 0.7,
        "063": 0.6,
        "066": 0.5,
        "062": 0.4,
        "065": 0.3,
        "060": 0.1,
    },
    villages=1300,
    lower_secondary=90,
    upper_secondary=10,
    vocational=(
        "Thư viện Trường Cao đẳng Bắc Kạn",
        "Thư viện Cơ sở giáo dục nghề nghiệp số 2",
        "Thư viện Cơ sở giáo dục nghề nghiệp số 3",
        "Thư viện Cơ sở giáo dục nghề nghiệp số 4",
    ),
    army=(
        "Thư viện Bộ Chỉ huy Quân sự tỉnh Bắc Kạn",
        "Thư viện Ban Chỉ huy Quân sự huyện Ba Bể",
        "Thư viện Ban Chỉ huy Quân sự huyện Chợ Đồn",
    ),
    police=(
        "Thư viện Công an tỉnh Bắc Kạn",
        "Thư viện Trại tạm giam Công an tỉnh Bắc Kạn",
    ),
    culture_centre="Trung tâm Văn hoá tỉnh Bắc Kạn",
    groups=(
        Group(SERVICES, ("province",), (100, 100, 100), 1),
        Group(SERVICES, ("district",), (29, 43, 63), 5),
        Group(SERVICES, ("commune",), (16, 24, 33), 13),
        Group(SERVICES, ("armed_forces",), (50, 50, 100), 2),
        Group(SERVICES, SCHOOLS, (48, 57, 66), 152),
        Group(SERVICES, ("other_education",), (25, 38, 50), 63, share=True),
        Group(DIGITAL, ("province",), (0, 100, 100), 1),
        Group(DIGITAL, ("district",), (15, 29, 38), 4),
        Group(DIGITAL, ("commune",), (0, 3, 6), 4),
        Group(DIGITAL, ("armed_forces",), (0, 0, 50), 1),
        Group(DIGITAL, SCHOOLS, (26, 33, 41), 97),
        Group(DIGITAL, ("other_education",), (13, 25, 38), 50, share=True),
        Group(PROGRAMME, ("province",), (0, 100, 100), 1),
        Group(CREATIVE, ("province",), (100, 100, 100), 1),
        Group(CREATIVE, ("district",), (43, 57, 75), 6),
        Group(CREATIVE, ("commune",), (35, 41, 46), 52, share=True),
        Group(CREATIVE, ("village",), (22, 26, 31), 37, share=True),
        # Flat for three years: the target that is furthest away.
        Group(CLUBS, ("commune",), (45, 46, 45), 49),
        Group(CLUBS, ("village",), (27, 29, 33), 36, share=True),
        Group(CLUBS, ("district", "province"), (57, 71, 78), 80, share=True),
    ),
    never={
        2022: frozenset({"06-bchqs", "060"}),
        2023: frozenset({"06-bchqs", "063"}),
        2024: frozenset({"06-bchqs"}),
    },
    late={2023: frozenset({"062", "066"}), 2024: frozenset({"064"})},
    open_reports={"062": "draft", "06-bchqs": "", "06-ttvh": "submitted"},
    imported=frozenset({"061", "06-sgddt"}),
    steady=frozenset(),
    museum_visits=(11_900, 12_480, 12_700, 13_260),
    provincial_visits=48_000,
    visits_rise=(5.6, 6.9, 7.0),
    not_applicable={("library", "general_school"): 3, ("culture_centre", "village"): 14},
    gaps={("library", "general_school"): 4, ("culture_centre", "village"): 26},
)

GIA_LAI = Province(
    code="64",
    name="Gia Lai",
    plan="gia_lai_3632_kh_ubnd_2023.txt",
    report_before=(12, 5),
    calendars={
        # The plan is of 25/12/2023: both years were collected after it.
        2022: Calendar(_on(2024, 1, 8), None),
        2023: Calendar(_on(2024, 1, 8), _on(2024, 3, 1)),
        2024: Calendar(_on(2024, 10, 1), _on(2024, 12, 5)),
    },
    strength={
        "622": 1.0,
        "623": 0.9,
        "633": 0.8,
        "624": 0.75,
        "626": 0.7,
        "631": 0.65,
        "628": 0.6,
        "625": 0.55,
        "638": 0.5,
        "627": 0.45,
        "629": 0.4,
        "634": 0.35,
        "639": 0.3,
        "632": 0.3,
        "637": 0.25,
        "630": 0.15,
        "635": 0.1,
    },
    villages=1500,
    lower_secondary=182,
    upper_secondary=20,
    vocational=(
        "Thư viện Trường Cao đẳng Gia Lai",
        "Thư viện Cơ sở giáo dục nghề nghiệp số 2",
        "Thư viện Cơ sở giáo dục nghề nghiệp số 3",
        "Thư viện Cơ sở giáo dục nghề nghiệp số 4",
        "Thư viện Cơ sở giáo dục nghề nghiệp số 5",
        "Thư viện Cơ sở giáo dục nghề nghiệp số 6",
    ),
    army=(
        "Thư viện Bộ Chỉ huy Quân sự tỉnh Gia Lai",
        "Thư viện Ban Chỉ huy Quân sự thành phố Pleiku",
        "Thư viện Ban Chỉ huy Quân sự thị xã An Khê",
        "Thư viện Ban Chỉ huy Quân sự thị xã Ayun Pa",
        "Thư viện Ban Chỉ huy Quân sự huyện KBang",
        "Thư viện Ban Chỉ huy Quân sự huyện Chư Sê",
        "Thư viện Ban Chỉ huy Quân sự huyện Đức Cơ",
        "Thư viện Ban Chỉ huy Quân sự huyện Chư Prông",
        "Thư viện Ban Chỉ huy Quân sự huyện Ia Grai",
        "Thư viện Ban Chỉ huy Quân sự huyện Krông Pa",
    ),
    police=(
        "Thư viện Công an tỉnh Gia Lai",
        "Thư viện Trại tạm giam Công an tỉnh Gia Lai",
        "Thư viện Phòng Cảnh sát cơ động Công an tỉnh Gia Lai",
        "Thư viện Phòng Cảnh sát giao thông Công an tỉnh Gia Lai",
        "Thư viện Phòng Cảnh sát phòng cháy, chữa cháy Công an tỉnh Gia Lai",
        "Thư viện Phòng Tham mưu Công an tỉnh Gia Lai",
    ),
    # Not certain: the centre was renamed more than once; to be checked against the province's own
    # decision before anything but sample data uses the name.
    culture_centre="Trung tâm Văn hoá, Điện ảnh và Du lịch tỉnh Gia Lai",
    groups=(
        Group(SERVICES, ("province",), (100, 100, 100), 1),
        Group(SERVICES, ("district",), (41, 56, 65), 12),
        Group(SERVICES, ("commune",), (21, 34, 46), 33),
        Group(SERVICES, ("university",), (0, 100, 100), 1),
        Group(SERVICES, ("armed_forces",), (0, 0, 0), 6),
        Group(SERVICES, EDUCATION, (50, 59, 67), 318),
        Group(DIGITAL, ("province",), (100, 100, 100), 1),
        Group(DIGITAL, ("district",), (24, 37, 47), 8),
        Group(DIGITAL, ("commune",), (8, 13, 19), 16),
        Group(DIGITAL, ("university",), (0, 100, 100), 1),
        Group(DIGITAL, ("armed_forces",), (0, 0, 0), 2),
        Group(DIGITAL, EDUCATION, (35, 44, 52), 262),
        Group(PROGRAMME, ("province",), (0, 0, 100), 1),
        Group(CREATIVE, ("province",), (100, 100, 100), 1),
        Group(CREATIVE, ("district",), (47, 56, 65), 10),
        Group(CREATIVE, ("commune",), (38, 44, 51), 57, share=True),
        Group(CREATIVE, ("village",), (25, 30, 36), 42, share=True),
        Group(CLUBS, ("commune", "village"), (38, 44, 50), 56, share=True),
        Group(CLUBS, ("district", "province"), (50, 61, 72), 79, share=True),
    ),
    never={
        # Without the schools of 2022 the growth of library visits has too small a panel.
        2022: frozenset({"64-sgddt", "64-sldtbxh", "64-bchqs", "64-cat", "64-phdh", "635"}),
        2023: frozenset({"64-bchqs", "64-cat", "630"}),
        2024: frozenset({"64-bchqs", "64-cat"}),
    },
    late={2023: frozenset({"632", "637"}), 2024: frozenset({"635", "64-sgddt"})},
    open_reports={
        "630": "submitted",
        "637": "submitted",
        "64-ttvh": "submitted",
        "632": "returned",
        "635": "draft",
        "64-bchqs": "returned",
    },
    imported=frozenset({"622", "64-sgddt"}),
    steady=frozenset({"637"}),
    museum_visits=(31_200, 35_100, 39_800, 43_900),
    provincial_visits=74_000,
    visits_rise=(8.0, 9.5, 10.5),
    not_applicable={("library", "general_school"): 5, ("culture_centre", "village"): 18},
    gaps={("library", "general_school"): 12, ("culture_centre", "village"): 24},
    university="Thư viện Phân hiệu Trường Đại học Nông Lâm TP. Hồ Chí Minh tại Gia Lai",
    # The one university library is being rebuilt: its targets have no population in 2025.
    under_repair_now=frozenset({"64-TVDH-01"}),
)

PROVINCES = (BAC_KAN, GIA_LAI)
