"""From a document to a plan that counts."""

import datetime
from contextlib import suppress
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection

from targets.intake.services import read_targets, register_plan
from targets.models import Indicator, Plan, PlanVersion, Target
from targets.services import (
    PlanError,
    confirm_target,
    load_indicators,
    publish,
    reject_target,
)
from tests import factories

pytestmark = pytest.mark.django_db

DOCUMENT = """\
ỦY BAN NHÂN DÂN TỈNH HỒNG LAM
Số: 77/KH-UBND
Hồng Lam, ngày 15 tháng 6 năm 2023

KẾ HOẠCH
Đẩy mạnh các hoạt động học tập suốt đời trong các thư viện, bảo tàng, trung tâm văn hóa

I. MỤC ĐÍCH, YÊU CẦU
Tạo môi trường học tập suốt đời cho người dân.

II. MỤC TIÊU
1. Đến năm 2025
a) Phấn đấu 70% thư viện công cộng cấp huyện, 40% thư viện cấp xã có cung cấp dịch vụ phục vụ \
việc học tập suốt đời.
b) Tỷ lệ lượt người sử dụng thư viện để học tập tăng bình quân 10% mỗi năm.
2. Đến năm 2030
a) Phấn đấu 90% thư viện công cộng cấp huyện có cung cấp dịch vụ phục vụ việc học tập suốt đời.

III. TỔ CHỨC THỰC HIỆN
Các đơn vị báo cáo kết quả về Sở Văn hóa, Thể thao và Du lịch trước ngày 01 tháng 12 hằng năm.
"""


@pytest.fixture
def register(territory, indicators, staff):
    """Register DOCUMENT; keywords replace what stands here."""

    def do(text=DOCUMENT, **changes):
        content = changes.pop("content", text.encode())
        return register_plan(
            **{"content": content, "file_name": "ke-hoach.txt", "user": staff, **changes}
        )

    return do


def described(version):
    return [
        (t.indicator.code, t.tiers, t.year, t.minimum) for t in version.targets.order_by("position")
    ]


READ = [
    ("library.lifelong_services", ("district",), 2025, Decimal(70)),
    ("library.lifelong_services", ("commune",), 2025, Decimal(40)),
    ("library.visits_growth", (), 2025, Decimal(10)),
    ("library.lifelong_services", ("district",), 2030, Decimal(90)),
]


# Registering ---------------------------------------------------------------------------------


def test_register_plan_reads_head_and_targets(register, territory, staff):
    version = register()
    assert (version.number, version.issued_on, version.in_force_from) == (
        "77/KH-UBND",
        datetime.date(2023, 6, 15),
        datetime.date(2023, 6, 15),
    )
    assert (version.plan.territory, version.registered_by) == (territory, staff)
    assert version.report_before(2025) == datetime.date(2025, 12, 1)
    assert version.status == "draft"
    assert described(version) == READ


def test_register_plan_proposes_and_decides_nothing(register):
    version = register()
    assert set(version.targets.values_list("state", "decided_by")) == {("proposed", None)}


def test_quotes_stand_where_the_target_says(register):
    version = register()
    for target in version.targets.all():
        assert version.text[target.quote_start : target.quote_end] == target.quote
        sentence = version.text[target.sentence_start : target.sentence_end]
        assert target.quote in sentence


def test_document_is_kept_as_sent(register):
    version = register()
    with version.source_file.open() as file:
        assert file.read() == DOCUMENT.encode()
    assert version.source_name == "ke-hoach.txt"


def test_territory_is_the_one_of_the_day_of_issue(register, territory):
    later = factories.ProvinceFactory(
        code="96",
        name="Tỉnh Hồng Lam",
        slug="hong-lam-2025",
        valid_from=factories.REFORM,
        valid_to=None,
    )
    assert register().plan.territory == territory
    amended = DOCUMENT.replace("15 tháng 6 năm 2023", "15 tháng 9 năm 2025")
    assert register(amended).plan.territory == later


def test_second_document_of_a_plan_is_a_version_of_it(register):
    first = register()
    second = register(DOCUMENT.replace("77/KH-UBND", "88/KH-UBND"))
    assert second.plan == first.plan
    assert Plan.objects.count() == 1


@pytest.mark.parametrize("change", ["nothing", "white space"])
def test_same_document_twice_is_refused(register, change):
    register()
    text = DOCUMENT if change == "nothing" else DOCUMENT + "\n"
    with pytest.raises(PlanError, match="77/KH-UBND"):
        register(text)
    assert PlanVersion.objects.count() == 1


def test_same_file_under_another_number_is_refused(register):
    register()
    with pytest.raises(PlanError, match="77/KH-UBND"):
        register(number="99/KH-UBND")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n\n ",
        bytes(range(256)) * 4,
        b"%PDF-1.7 \x00\x01",
        "Kính gửi: các Sở, ban, ngành. Đề nghị triển khai công tác thư viện.".encode(),
        DOCUMENT.replace("Hồng Lam", "Không Đâu").replace("HỒNG LAM", "KHÔNG ĐÂU").encode(),
        DOCUMENT.replace("ngày 15 tháng 6 năm 2023", "ngày    tháng    năm").encode(),
        DOCUMENT.replace("Số: 77/KH-UBND", "Số:").encode(),
        DOCUMENT.replace("năm 2023", "năm 2026").encode(),
    ],
    ids=[
        "empty",
        "blank",
        "binary",
        "pdf",
        "no objectives",
        "no such province",
        "no day",
        "no number",
        "after the province ended",
    ],
)
def test_unusable_document_is_refused_and_nothing_saved(register, content):
    with pytest.raises(PlanError) as error:
        register(content=content)
    assert error.value.messages[0]
    assert not Plan.objects.exists()
    assert not PlanVersion.objects.exists()


def test_person_can_say_what_the_document_does_not(register, territory):
    text = DOCUMENT.replace("Hồng Lam", "Không Đâu").replace("HỒNG LAM", "KHÔNG ĐÂU")
    text = text.replace("Số: 77/KH-UBND", "Số:").replace("ngày 15 tháng 6", "ngày    tháng    ")
    version = register(
        text, territory=territory, number="77/KH-UBND", issued_on=datetime.date(2023, 6, 15)
    )
    assert (version.plan.territory, version.number) == (territory, "77/KH-UBND")


def test_plan_of_another_province_is_refused_whatever_was_chosen(register, territory):
    factories.ProvinceFactory(name="Tỉnh Nam Lĩnh")
    text = DOCUMENT.replace("Hồng Lam", "Nam Lĩnh").replace("HỒNG LAM", "NAM LĨNH")
    with pytest.raises(PlanError, match="Nam Lĩnh"):
        register(text, territory=territory)
    assert not Plan.objects.exists()


def test_missing_indicators_are_named(territory, staff):
    with pytest.raises(PlanError, match="lifelong_services"):
        register_plan(content=DOCUMENT.encode(), file_name="x.txt", user=staff)
    assert not Plan.objects.exists()


def test_target_said_twice_is_one_with_an_alternative(register):
    line = "c) Phấn đấu 75% thư viện công cộng cấp huyện có cung cấp dịch vụ phục vụ việc học tập \
suốt đời.\n"
    version = register(DOCUMENT.replace("2. Đến năm 2030", line + "2. Đến năm 2030"))
    target = version.targets.get(
        indicator__code="library.lifelong_services", tiers=("district",), year=2025
    )
    assert (target.minimum, target.alternatives) == (Decimal(70), ["75"])
    assert "conflict" in target.review_reasons


# Reading again -------------------------------------------------------------------------------


def test_reading_again_keeps_what_was_decided(register, staff):
    version = register()
    first, second, third, _fourth = version.targets.order_by("position")
    confirm_target(first, staff, minimum=Decimal(75))
    reject_target(second, staff)
    third.minimum = Decimal(1)
    third.save()
    read_targets(version)
    assert list(version.targets.order_by("position").values_list("state", "minimum")) == [
        ("confirmed", Decimal(75)),
        ("rejected", Decimal(40)),
        ("proposed", Decimal(10)),
        ("proposed", Decimal(90)),
    ]


def test_reading_again_keeps_addresses_and_drops_what_is_not_read(register):
    version = register()
    before = list(version.targets.values_list("pk", flat=True))
    stray = factories.TargetFactory(version=version, year=2029)
    read_targets(version)
    assert list(version.targets.values_list("pk", flat=True)) == before
    assert not Target.objects.filter(pk=stray.pk).exists()


def test_published_plan_is_not_read_again(plan):
    with pytest.raises(PlanError):
        read_targets(plan)


def test_document_that_cannot_be_registered_leaves_no_file(register, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    Indicator.objects.filter(code="library.visits_growth").delete()
    with pytest.raises(PlanError):
        register()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


# Decisions -----------------------------------------------------------------------------------


@pytest.fixture
def target(register):
    return register().targets.get(year=2030)


def test_confirm_target_says_who_and_when(target, staff):
    confirmed = confirm_target(target, staff, note="Đúng như văn bản")
    confirmed.refresh_from_db()
    assert (confirmed.state, confirmed.decided_by, confirmed.decision_note) == (
        "confirmed",
        staff,
        "Đúng như văn bản",
    )
    assert confirmed.decided_at is not None
    assert (confirmed.minimum, confirmed.basis) == (Decimal(90), "stated")


def test_confirming_another_figure_corrects_and_keeps_what_was_read(target, staff):
    confirmed = confirm_target(target, staff, minimum=Decimal(95))
    assert (confirmed.minimum, confirmed.basis) == (Decimal(95), "corrected")
    assert confirmed.as_read["min"] == "90"


def test_confirming_the_same_figure_corrects_nothing(target, staff):
    assert confirm_target(target, staff, minimum=Decimal("90.0")).basis == "stated"


def test_figure_above_a_range_ends_the_range(target, staff):
    Target.objects.filter(pk=target.pk).update(unit="percent_per_year", minimum=10, maximum=15)
    assert confirm_target(target, staff, minimum=Decimal(20)).maximum is None


def test_impossible_share_is_refused(target, staff):
    with pytest.raises(ValidationError):
        confirm_target(target, staff, minimum=Decimal(110))
    target.refresh_from_db()
    assert target.state == "proposed"


def test_reject_target_keeps_it_readable(target, staff):
    reject_target(target, staff, note="Không phải chỉ tiêu")
    target.refresh_from_db()
    assert (target.state, target.decided_by) == ("rejected", staff)


@pytest.mark.parametrize("decide", [confirm_target, reject_target])
def test_target_is_decided_once(target, staff, decide):
    reject_target(target, staff)
    with pytest.raises(PlanError):
        decide(target, staff)


@pytest.mark.parametrize("decide", [confirm_target, reject_target])
def test_targets_of_a_published_plan_are_fixed(plan, staff, decide):
    target = plan.targets.first()
    with pytest.raises(PlanError):
        decide(target, staff)


# Publishing ----------------------------------------------------------------------------------


def test_publish_waits_for_every_decision(register, staff):
    version = register()
    waiting = list(version.targets.all())
    for target in waiting[:-1]:
        confirm_target(target, staff)
    with pytest.raises(PlanError):
        publish(version, staff)
    reject_target(waiting[-1], staff)
    assert publish(version, staff).status == "published"
    version.refresh_from_db()
    assert version.published_by == staff


def test_plan_without_a_confirmed_target_is_not_published(register, staff):
    version = register()
    for target in version.targets.all():
        reject_target(target, staff)
    with pytest.raises(PlanError):
        publish(version, staff)


def test_plan_is_published_once(plan, staff):
    with pytest.raises(PlanError):
        publish(plan, staff)


def test_later_version_supersedes_the_one_in_force(register, staff):
    versions = []
    for number, day in (("77", "15 tháng 6 năm 2023"), ("88", "20 tháng 8 năm 2024")):
        text = DOCUMENT.replace("77/KH", f"{number}/KH").replace("15 tháng 6 năm 2023", day)
        version = register(text)
        for target in version.targets.all():
            confirm_target(target, staff)
        versions.append(publish(version, staff))
    assert versions[0].supersedes is None
    assert versions[1].supersedes == versions[0]


def test_publish_waits_for_other_versions_of_the_plan(
    register, staff, django_assert_max_num_queries
):
    """The plan is read first, and locked where the database locks rows."""
    version = register()
    with django_assert_max_num_queries(50) as queries, suppress(PlanError):
        publish(version, staff)
    first = next(q["sql"] for q in queries if q["sql"].startswith("SELECT"))
    assert 'FROM "targets_plan"' in first
    assert ("FOR UPDATE" in first) is connection.features.has_select_for_update


# Indicators ----------------------------------------------------------------------------------


def test_indicators_are_created_once_and_their_wording_kept():
    path = settings.BASE_DIR / "fixtures" / "indicators.json"
    assert load_indicators(path) == 7
    Indicator.objects.filter(code="culture.clubs").update(question="Câu hỏi đã sửa")
    Indicator.objects.filter(code="library.digital").delete()
    assert load_indicators(path) == 1
    assert Indicator.objects.get(code="culture.clubs").question == "Câu hỏi đã sửa"


def test_indicators_are_complete_in_both_languages():
    load_indicators(settings.BASE_DIR / "fixtures" / "indicators.json")
    for indicator in Indicator.objects.all():
        texts = ("name", "question", "definition")
        assert all(getattr(indicator, f) and getattr(indicator, f"{f}_en") for f in texts)
    assert list(Indicator.objects.values_list("code", "kind", "measure")) == [
        ("library.lifelong_services", "library", "coverage"),
        ("library.digital", "library", "coverage"),
        ("library.visits_growth", "library", "growth"),
        ("museum.education_programme", "museum", "coverage"),
        ("museum.visits_growth", "museum", "growth"),
        ("culture.creative_activities", "culture_centre", "coverage"),
        ("culture.clubs", "culture_centre", "coverage"),
    ]
