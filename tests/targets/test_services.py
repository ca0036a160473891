"""From a document to a plan that counts."""

import datetime
import unicodedata
from contextlib import suppress
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection

from institutions.models import Kind
from targets.intake.services import register_plan
from targets.models import Indicator, Plan, PlanVersion, Target
from targets.services import (
    TIERS_OF_KIND,
    DecidedError,
    PlanError,
    SettingsError,
    Wording,
    add_target,
    confirm_target,
    confirm_together,
    correct_target,
    load_indicators,
    places_of,
    publish,
    reject_target,
    reopen_target,
)
from targets.wording import corrections
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


# Decisions together, corrections, additions -----------------------------------------------------


def wording(target, **changes):
    """The target's own wording, with changes."""
    kept = {
        "indicator": target.indicator,
        "tiers": target.tiers,
        "year": target.year,
        "unit": target.unit,
        "minimum": target.minimum,
        "maximum": target.maximum,
        "period_start": target.period_start,
        "counts": target.counts,
    }
    return Wording(**{**kept, **changes})


def test_confirm_together_confirms_all_that_is_clear(register, staff):
    version = register()
    ids = set(version.targets.values_list("pk", flat=True))
    assert len(confirm_together(version, staff, ids)) == 4
    assert set(version.targets.values_list("state", "decided_by", "basis")) == {
        ("confirmed", staff.pk, "stated")
    }


@pytest.mark.parametrize(
    "change",
    [
        {"basis": "implied"},
        {"basis": "added"},
        {"review_reasons": ["figure_unclear"]},
        {"alternatives": ["80"]},
    ],
    ids=str,
)
def test_confirm_together_refuses_what_needs_its_own_decision(register, staff, change):
    version = register()
    doubtful = version.targets.last()
    Target.objects.filter(pk=doubtful.pk).update(**change)
    with pytest.raises(PlanError):
        confirm_together(version, staff, version.targets.values_list("pk", flat=True))
    assert not version.targets.exclude(state="proposed").exists()


def test_confirm_together_refuses_targets_of_another_plan(register, staff):
    version = register()
    foreign = factories.TargetFactory()
    with pytest.raises(Target.DoesNotExist):
        confirm_together(version, staff, [version.targets.first().pk, foreign.pk])
    assert not Target.objects.exclude(state="proposed").exists()


def test_confirm_together_names_who_was_quicker(register, staff):
    version = register()
    reject_target(version.targets.first(), staff)
    with pytest.raises(DecidedError, match="Trần Thị Hà"):
        confirm_together(version, staff, version.targets.values_list("pk", flat=True))
    assert version.targets.confirmed().count() == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"minimum": Decimal(95)}, [("90\u00a0%", "95\u00a0%")]),
        ({"maximum": Decimal(95)}, [("90\u00a0%", "90–95\u00a0%")]),
        ({"tiers": ("commune",)}, [("Cấp huyện", "Cấp xã")]),
        ({"tiers": ()}, [("Cấp huyện", "Mọi thư viện")]),
        ({"counts": "commune"}, [("Cấp huyện", "Xã")]),
        ({"year": 2028}, [("2030", "2028")]),
        ({"period_start": 2026}, [("2030", "2026–2030")]),
        ({"unit": "milestone"}, [("90\u00a0%", "hoàn thành")]),
    ],
    ids=str,
)
def test_correct_target_keeps_what_was_read_beside_it(target, staff, changes, said):
    read = dict(target.as_read)
    corrected = correct_target(target, staff, wording(target, **changes), note="Bản giấy")
    corrected.refresh_from_db()
    assert (corrected.state, corrected.basis, corrected.as_read) == ("confirmed", "corrected", read)
    assert [(c.read, c.now) for c in corrections(corrected)] == said


def test_correction_to_another_indicator_names_both(target, staff, indicators):
    words = wording(target, indicator=indicators["library.digital"])
    corrected = correct_target(target, staff, words)
    assert [(c.read, c.now) for c in corrections(corrected)] == [
        (indicators["library.lifelong_services"].label, indicators["library.digital"].label)
    ]


def test_correction_to_what_was_read_is_none(target, staff):
    assert correct_target(target, staff, wording(target)).basis == "stated"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minimum": Decimal(101)}, "minimum"),
        ({"minimum": Decimal(-1)}, "minimum"),
        ({"maximum": Decimal(80)}, "maximum"),
        ({"maximum": Decimal(101)}, "maximum"),
        ({"year": 2022}, "year"),
        ({"year": 20300}, "year"),
        ({"period_start": 2031}, "period_start"),
        ({"unit": "percent_per_year"}, "unit"),
    ],
    ids=str,
)
def test_correction_that_no_plan_can_mean_is_refused(target, staff, changes, field):
    with pytest.raises(ValidationError) as error:
        correct_target(target, staff, wording(target, **changes))
    assert list(error.value.message_dict) == [field]
    target.refresh_from_db()
    assert target.state == "proposed"


def test_tiers_of_another_kind_are_refused(target, staff, indicators):
    words = wording(target, indicator=indicators["culture.clubs"], tiers=("village", "university"))
    with pytest.raises(ValidationError) as error:
        correct_target(target, staff, words)
    assert "Đại học" in error.value.message_dict["tiers"][0]
    assert "Thôn" not in error.value.message_dict["tiers"][0]


def test_growth_is_a_rate_of_institutions(register, staff):
    growth = register().targets.get(unit="percent_per_year")
    for changes, field in (
        ({"unit": "percent"}, "unit"),
        ({"counts": "commune"}, "counts"),
        ({"minimum": Decimal(1001)}, "minimum"),
    ):
        with pytest.raises(ValidationError) as error:
            correct_target(growth, staff, wording(growth, **changes))
        assert list(error.value.message_dict) == [field]
    assert correct_target(growth, staff, wording(growth, minimum=Decimal(120))).minimum == 120


def test_every_kind_knows_its_tiers():
    assert set(TIERS_OF_KIND) == set(Kind.values)


def test_correction_into_another_target_is_refused(register, staff):
    version = register()
    first, second = version.targets.order_by("position")[:2]
    with pytest.raises(PlanError, match="số 1"):
        correct_target(second, staff, wording(second, tiers=first.tiers))
    reject_target(first, staff)
    assert correct_target(second, staff, wording(second, tiers=first.tiers)).state == "confirmed"
    # The rejected one cannot come back beside it.
    with pytest.raises(PlanError, match="số 2"):
        reopen_target(first, staff)
    first.refresh_from_db()
    assert first.state == "rejected"


def test_reopen_target_waits_as_it_was_read(target, staff):
    correct_target(target, staff, wording(target, tiers=("commune",), minimum=Decimal(80)))
    reopened = reopen_target(target, staff)
    reopened.refresh_from_db()
    assert (reopened.state, reopened.decided_by, reopened.decided_at) == ("proposed", None, None)
    assert (reopened.tiers, reopened.minimum, reopened.basis) == (("district",), 90, "stated")
    assert [(h.state, h.history_user) for h in reopened.history.all()[:2]] == [
        ("proposed", staff),
        ("confirmed", staff),
    ]


def test_waiting_target_cannot_be_reopened(target, staff):
    with pytest.raises(PlanError):
        reopen_target(target, staff)


@pytest.mark.parametrize("decide", [reopen_target, reject_target])
def test_target_of_a_plan_that_was_published_meanwhile_is_fixed(register, staff, decide):
    version = register()
    target = version.targets.first()
    confirm_together(version, staff, version.targets.values_list("pk", flat=True))
    publish(version, staff)
    with pytest.raises(DecidedError):
        decide(target, staff)


def at(version, words):
    start = version.text.index(words)
    return {"start": start, "end": start + len(words)}


@pytest.fixture
def missed(register, indicators):
    """A draft with a target taken out, as if it had not been read, and its wording."""
    version = register()
    target = version.targets.get(year=2030)
    target.delete()
    return version, wording(target)


QUOTE = "90% thư viện công cộng cấp huyện"


def test_add_target_is_decided_by_who_adds_it(missed, staff):
    version, words = missed
    place = at(version, f" {QUOTE} ")
    added = add_target(version, staff, words, **place, note="Đọc sót")
    added.refresh_from_db()
    assert (added.state, added.basis, added.as_read) == ("confirmed", "added", {})
    assert (added.decided_by, added.decision_note, added.position) == (staff, "Đọc sót", 4)
    assert added.quote == version.text[added.quote_start : added.quote_end] == QUOTE
    sentence = version.text[added.sentence_start : added.sentence_end]
    assert sentence.startswith("a) Phấn đấu 90%")
    assert corrections(added) == []


def test_added_target_stays_added(missed, staff):
    version, words = missed
    added = add_target(version, staff, words, **at(version, QUOTE))
    reopened = reopen_target(added, staff)
    assert (reopened.minimum, reopened.basis, reopened.is_clear) == (90, "added", False)
    corrected = correct_target(reopened, staff, wording(reopened, minimum=Decimal(95)))
    assert (corrected.minimum, corrected.basis) == (95, "added")


def test_quote_of_an_added_target_lies_in_the_unread_sentence(missed, staff):
    version, words = missed
    start = version.text.index("Phấn đấu 90%")
    version.unread = [{"text": "", "start": start, "end": start + 200, "reason": "no_year"}]
    version.save()
    added = add_target(version, staff, words, **at(version, QUOTE))
    assert (added.sentence_start, added.sentence_end) == (start, start + 200)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (10, 5), (-5, 5), (0, 10**6)])
def test_words_outside_the_text_are_refused(missed, staff, start, end):
    version, words = missed
    with pytest.raises(PlanError):
        add_target(version, staff, words, start=start, end=end)


def test_half_the_document_is_no_quote(missed, staff):
    version, words = missed
    PlanVersion.objects.filter(pk=version.pk).update(text="70% thư viện. " * 1000)
    with pytest.raises(PlanError, match="2000"):
        add_target(version, staff, words, start=0, end=5000)


def test_target_that_the_plan_has_is_not_added_again(register, staff):
    version = register()
    with pytest.raises(PlanError, match="số 4"):
        add_target(version, staff, wording(version.targets.get(year=2030)), **at(version, QUOTE))


def test_decisions_wait_in_line_with_publishing(register, staff, django_assert_max_num_queries):
    """Each locks the version first, where the database locks rows."""
    version = register()
    first, second, third, _fourth = version.targets.order_by("position")
    reject_target(third, staff)
    for decide in (
        lambda: confirm_target(first, staff),
        lambda: confirm_together(version, staff, [second.pk]),
        lambda: reopen_target(third, staff),
    ):
        with django_assert_max_num_queries(30) as queries:
            decide()
        selects = [q["sql"] for q in queries if q["sql"].startswith("SELECT")]
        assert 'FROM "targets_planversion"' in selects[0]
        assert ("FOR UPDATE" in selects[0]) is connection.features.has_select_for_update


def test_words_stand_where_they_stand(missed):
    version, _words = missed
    decomposed = unicodedata.normalize("NFD", "thư viện công cộng\n cấp huyện")
    found = [version.text[start:end] for start, end in places_of(version, decomposed)]
    assert found == ["thư viện công cộng cấp huyện"] * 2


@pytest.mark.parametrize("decide", [confirm_target, reject_target, reopen_target])
def test_decision_on_a_deleted_draft_is_refused(target, staff, decide):
    target.version.delete()
    with pytest.raises(PlanError):
        decide(target, staff)


# What no plan can ask for --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [("120%", ("120", None)), ("15 - 10%", ("15", "10")), ("100,5%", ("100.5", None))],
)
def test_impossible_figure_is_proposed_as_written_and_never_confirmed(
    register, staff, written, read
):
    version = register(DOCUMENT.replace("70%", written))
    target = version.targets.get(position=1)
    assert (target.as_read["min"], target.as_read["max"]) == read
    assert not target.is_clear
    with pytest.raises(ValidationError):
        confirm_target(target, staff)
    with pytest.raises(ValidationError):
        correct_target(target, staff, wording(target))
    rejected = reject_target(target, staff)
    assert reopen_target(rejected, staff).minimum == Decimal(read[0])
    confirm_target(target, staff, minimum=Decimal(70))


@pytest.mark.parametrize("written", ["70,12345%", "99999999%", "70,5 - 80,125%"])
def test_figure_that_cannot_be_kept_to_the_digit_is_left_to_a_person(register, written):
    version = register(DOCUMENT.replace("70%", written))
    assert not version.targets.filter(tiers=("district",), year=2025).exists()
    left = [each for each in version.unread if written in each["text"]]
    assert [each["reason"] for each in left] == ["figure_unreadable"]
    assert left[0]["text"] == version.text[left[0]["start"] : left[0]["end"]]


def test_figure_chosen_within_a_range_is_a_single_one(target, staff):
    """The page offers it without the range's end."""
    target.maximum = Decimal(80)
    target.save()
    assert confirm_target(target, staff, minimum=Decimal(75)).maximum is None


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


def test_draft_that_was_deleted_meanwhile_is_not_published(register, staff):
    version = register()
    PlanVersion.objects.all().delete()
    with pytest.raises(PlanError):
        publish(version, staff)


def test_plan_is_published_once(plan, staff):
    with pytest.raises(PlanError):
        publish(plan, staff)


def in_communes(register, staff):
    """A draft that counted no communes until a person corrected a target; the rest is confirmed."""
    version = register()
    version.commune_scope = ""  # as after the pages: nobody was asked
    version.save()
    for target in version.targets.all():
        if target.tiers == ("commune",):
            correct_target(target, staff, wording(target, counts="commune"))
        else:
            confirm_target(target, staff)
    return version


def test_plan_that_counts_communes_says_which_before_it_is_published(register, staff):
    version = in_communes(register, staff)
    with pytest.raises(SettingsError):
        publish(version, staff)
    version.refresh_from_db()
    assert version.status == "draft"
    version.commune_scope = "rural"
    version.save()
    assert publish(version, staff).status == "published"


def test_rejected_target_in_communes_asks_for_nothing(register, staff):
    version = in_communes(register, staff)
    counted = version.targets.get(counts="commune")
    reject_target(reopen_target(counted, staff), staff)
    assert publish(version, staff).status == "published"


def test_growth_that_ends_before_it_begins_is_not_published(register, staff):
    version = register()
    for target in version.targets.all():
        confirm_target(target, staff)
    version.baseline_year = 2025
    version.save()
    with pytest.raises(SettingsError):
        publish(version, staff)


def test_drafts_that_crossed_are_not_published_against_their_order(register, staff):
    """Issued later, in force earlier: each was registered before the other was published."""
    versions = []
    for number, day in (("77", "15 tháng 6 năm 2023"), ("88", "20 tháng 8 năm 2024")):
        text = DOCUMENT.replace("77/KH", f"{number}/KH").replace("15 tháng 6 năm 2023", day)
        versions.append(register(text))
        for target in versions[-1].targets.all():
            confirm_target(target, staff)
    first, later = versions
    first.in_force_from = datetime.date(2025, 1, 1)
    first.save()
    publish(first, staff)
    with pytest.raises(SettingsError):
        publish(later, staff)


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
