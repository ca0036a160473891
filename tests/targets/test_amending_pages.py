"""What an amendment changes, on its page; the documents of a plan one after the other."""

import datetime
from decimal import Decimal

import pytest

from targets.amending import boards, chain
from targets.amending.diff import What
from targets.amending.keeping import clauses
from targets.models import PlanVersion
from tests import factories
from tests.reports.test_figure_pages import words_of

pytestmark = pytest.mark.django_db

TEXT = """\
Đến năm 2025, 75% thư viện công cộng cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời.
Đến năm 2030, 80% thư viện cấp tỉnh ứng dụng công nghệ thông tin và chuyển đổi số.
Đến năm 2030, 90% thư viện cấp huyện ứng dụng công nghệ thông tin và chuyển đổi số.
Đến năm 2028, 60% trung tâm văn hóa cấp xã có câu lạc bộ hoạt động thường xuyên.
Bảo tàng tỉnh xây dựng và triển khai chương trình giáo dục lịch sử, văn hóa trước năm 2025.
"""
TARGETS = (
    ("library.lifelong_services", ("district",), 2025, 75, "percent", "75% thư viện"),
    ("library.digital", ("province",), 2030, 80, "percent", "80% thư viện cấp tỉnh"),
    ("library.digital", ("district",), 2030, 90, "percent", "90% thư viện cấp huyện"),
    ("culture.clubs", ("commune",), 2028, 60, "percent", "60% trung tâm văn hóa cấp xã"),
    ("museum.education_programme", ("province",), 2025, 100, "milestone", "Bảo tàng tỉnh"),
)


@pytest.fixture
def draft(plan, indicators) -> PlanVersion:
    """A draft of an amendment from 01/3/2025, of which nobody has decided anything."""
    version = factories.PlanVersionFactory(
        plan=plan.plan,
        number="77/KH-UBND",
        issued_on=datetime.date(2025, 3, 1),
        text=TEXT,
        growth_method="mean",
        report_before_month=11,
        report_before_day=15,
    )
    for position, (indicator, tiers, year, minimum, unit, quote) in enumerate(TARGETS, 1):
        factories.TargetFactory(
            version=version,
            position=position,
            indicator=indicators[indicator],
            tiers=tiers,
            year=year,
            minimum=Decimal(minimum),
            unit=unit,
            quote=quote,
        )
    return version


def publish(version: PlanVersion) -> PlanVersion:
    for target in version.targets.all():
        target.state, target.decided_at = "confirmed", version.registered_at
        target.save()
    version.status, version.published_at = "published", version.registered_at
    version.save()
    return version


EXPECTED = [
    (What.CHANGED, "library.lifelong_services", 2025, ["70"], ["75"]),
    (What.DROPPED, "library.lifelong_services", 2030, ["100"], []),
    (What.REGROUPED, "library.digital", 2030, ["80"], ["80", "90"]),
    (What.DROPPED, "library.visits_growth", 2025, ["10"], []),
    (What.UNCHANGED, "museum.education_programme", 2025, ["100"], ["100"]),
    (What.DROPPED, "culture.clubs", 2025, ["50"], []),
    (What.NEW, "culture.clubs", 2028, [], ["60"]),
]


def rows_of(comparison) -> list[tuple]:
    return [
        (
            row.what,
            (row.before or row.after)[0].target.indicator.code,
            row.year,
            [f"{side.target.minimum:.0f}" for side in row.before],
            [f"{side.target.minimum:.0f}" for side in row.after],
        )
        for row in comparison.rows
    ]


def test_draft_is_compared_with_the_document_that_it_would_replace(draft, plan):
    comparison = boards.comparison(draft)
    assert comparison.before == plan
    assert rows_of(comparison) == EXPECTED
    assert comparison.waiting == len(TARGETS)


def test_published_amendment_is_compared_as_the_draft_was(draft, plan):
    comparison = boards.comparison(publish(draft))
    assert (comparison.before, rows_of(comparison), comparison.waiting) == (plan, EXPECTED, 0)


def test_rejected_target_is_no_target(draft):
    draft.targets.filter(year=2028).update(state="rejected", decided_at=draft.registered_at)
    assert What.NEW not in {row.what for row in boards.comparison(draft).rows}


def test_settings_that_differ_are_shown_alone(draft):
    assert [(s.label, s.before, s.after) for s in boards.comparison(draft).settings] == [
        ("Hạn báo cáo hằng năm", "trước ngày 01/12", "trước ngày 15/11"),
        (
            "Cách tính mức tăng",
            "Bình quân kép hằng năm",
            "Bình quân các tốc độ tăng hằng năm",
        ),
    ]


@pytest.mark.parametrize(("day", "settled"), [("2025-12-31", set()), ("2026-01-01", {2025})])
def test_targets_of_years_that_had_ended_are_settled(draft, day, settled):
    draft.in_force_from = datetime.date.fromisoformat(day)
    draft.save()
    rows = boards.comparison(draft).rows
    assert {row.year for row in rows if row.is_settled} == settled


def test_first_document_has_nothing_to_be_compared_with(plan, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert boards.comparison(plan).before is None


def test_comparison_reads_two_queries(draft, django_assert_num_queries):
    with django_assert_num_queries(2):  # the document before, the targets of both
        comparison = boards.comparison(draft)
        for row in comparison.rows:
            assert all(side.url for side in (*row.before, *row.after))


# The page --------------------------------------------------------------------------------------


def address(version) -> str:
    return f"/plans/{version.pk}/changes/"


def test_page_shows_both_figures_with_both_quotes(as_staff, draft, plan):
    response = as_staff.get(address(draft))
    text = words_of(response)
    assert (
        "1 chỉ tiêu đổi mức, 1 chỉ tiêu chia lại nhóm cấp, 1 chỉ tiêu mới, 3 chỉ tiêu bị bỏ" in text
    )
    assert "70 % Cấp huyện 70% thư viện công cộng cấp huyện 75 % Cấp huyện" in text
    content = response.content.decode()
    for version in (plan, draft):
        for target in version.targets.all():
            assert f'href="/plans/{version.pk}/#target-{target.pk}"' in content


def test_page_says_what_is_without_effect(as_staff, draft):
    assert "Không có tác dụng" not in words_of(as_staff.get(address(draft)))
    draft.in_force_from = datetime.date(2026, 1, 1)
    draft.save()
    text = words_of(as_staff.get(address(draft)))
    assert "Không có tác dụng: năm 2025 đã hết, vẫn theo 4321/KH-UBND." in text


def test_page_of_the_first_document_says_that_there_is_nothing_to_compare(as_leader, plan):
    assert "không có gì để so sánh" in words_of(as_leader.get(address(plan)))


def test_page_of_a_draft_is_for_those_who_work_on_it(
    as_staff, as_leader, as_reporter, as_outsider, draft
):
    clients = (as_staff, as_leader, as_reporter, as_outsider)
    assert [c.get(address(draft)).status_code for c in clients] == [200, 404, 404, 404]
    publish(draft)
    assert [c.get(address(draft)).status_code for c in clients] == [200, 200, 200, 404]


@pytest.mark.parametrize("more", [0, 20])
def test_page_costs_the_same_whatever_the_number_of_targets(
    as_leader, draft, indicators, more, django_assert_num_queries
):
    for year in range(2031, 2031 + more):
        for version in (publish(draft), PlanVersion.objects.get(number="4321/KH-UBND")):
            factories.TargetFactory(
                version=version,
                indicator=indicators["library.digital"],
                year=year,
                state="confirmed",
            )
    publish(draft)
    # Session, person, roles, predecessors, the plan, the document before, targets of both,
    # documents of the plan, territories and years of the menu.
    with django_assert_num_queries(9):
        assert as_leader.get(address(draft)).status_code == 200


# The documents of a plan ------------------------------------------------------------------------


@pytest.fixture
def three(plan):
    """Three documents, registered in another order than they come into force; one is a draft."""
    more = {"plan": plan.plan, "text": TEXT}
    last = factories.PlanVersionFactory(
        **more, number="9/KH-UBND", issued_on=datetime.date(2026, 2, 1), status="published"
    )
    factories.PlanVersionFactory(
        **more, number="8/KH-UBND", issued_on=datetime.date(2025, 2, 1), status="published"
    )
    factories.PlanVersionFactory(
        **more,
        number="10/KH-UBND",
        issued_on=datetime.date(2026, 3, 1),
        in_force_from=datetime.date(2026, 3, 1),
    )
    return last


def test_documents_stand_in_the_order_in_which_they_come_into_force(three):
    links = chain.links_of(three, PlanVersion.objects.all())
    assert [(link.version.number, link.until, link.is_shown, link.amends) for link in links] == [
        ("4321/KH-UBND", datetime.date(2025, 1, 31), False, False),
        ("8/KH-UBND", datetime.date(2026, 1, 31), False, True),
        ("9/KH-UBND", None, True, True),
        ("10/KH-UBND", None, False, True),
    ]


def test_replaced_document_is_the_last_one_in_force_before(three):
    replaced = {v.number: chain.replaced_by(v) for v in PlanVersion.objects.all()}
    assert {number: before and before.number for number, before in replaced.items()} == {
        "4321/KH-UBND": None,
        "8/KH-UBND": "4321/KH-UBND",
        "9/KH-UBND": "8/KH-UBND",
        "10/KH-UBND": "9/KH-UBND",
    }


@pytest.mark.parametrize(
    ("year", "number"),
    [
        (2022, "4321/KH-UBND"),
        (2024, "4321/KH-UBND"),
        (2025, "8/KH-UBND"),
        (2026, "9/KH-UBND"),
        (2030, "9/KH-UBND"),
    ],
)
def test_document_in_force_at_the_end_of_a_year(three, year, number):
    published = PlanVersion.objects.published()
    assert chain.in_force_at_end_of(published, year).number == number


def test_older_plan_that_comes_in_after_its_amendment_stands_before_it(territory, plan):
    """In force from the same day even; what was issued later has the say."""
    first = factories.PlanVersionFactory(
        plan=plan.plan,
        number="1/KH-UBND",
        issued_on=datetime.date(2023, 11, 1),
        in_force_from=plan.in_force_from,
        status="published",
    )
    assert first.pk > plan.pk
    assert (chain.replaced_by(first), chain.replaced_by(plan)) == (None, first)
    assert chain.of_territory(territory, 2023) == plan
    in_order = chain.links_of(plan, PlanVersion.objects.all())
    assert [(link.version, link.replaces) for link in in_order] == [(first, None), (plan, first)]


@pytest.mark.parametrize(("year", "number"), [(2022, "4321/KH-UBND"), (2025, "8/KH-UBND")])
def test_document_of_a_territory_in_a_year(
    three, territory, other_territory, year, number, django_assert_num_queries
):
    with django_assert_num_queries(1):
        assert chain.of_territory(territory, year).number == number
    assert chain.of_territory(other_territory, year) is None


def test_no_document_is_in_force_without_any():
    assert chain.in_force_at_end_of([], 2025) is None


def test_page_shows_the_documents_that_the_person_may_see(as_staff, as_leader, three):
    assert "Bản nháp, có hiệu lực từ 01/03/2026 sau khi công bố" in words_of(
        as_staff.get(address(three))
    )
    text = words_of(as_leader.get(address(three)))
    assert "Có hiệu lực từ 01/02/2025 đến 31/01/2026" in text
    assert "10/KH-UBND" not in text


def test_plan_page_leads_to_the_other_documents_of_the_plan(as_leader, three, plan):
    content = as_leader.get(f"/plans/{three.pk}/").content.decode()
    assert f'href="/plans/{plan.pk}/"' in content
    assert f'href="{address(three)}"' in content


def test_plan_page_of_a_single_document_lists_none(as_leader, plan):
    assert "Các văn bản của kế hoạch này" not in words_of(as_leader.get(f"/plans/{plan.pk}/"))


def test_list_of_plans_says_what_is_in_force_when(as_leader, three):
    response = as_leader.get("/plans/")
    assert [link.version.number for link in response.context["links"]] == [
        "9/KH-UBND",
        "8/KH-UBND",
        "4321/KH-UBND",
    ]
    text = words_of(response)
    assert "Có hiệu lực từ 25/12/2023 đến 31/01/2025" in text
    assert "Có hiệu lực từ 01/02/2026 · xem nội dung thay đổi" in text


# What the amendment does not name, but leaves as it was -----------------------------------------

STAYS = "Các nội dung khác tiếp tục\nthực hiện theo Kế hoạch số 1/KH-UBND."


@pytest.fixture
def partial(draft) -> PlanVersion:
    """The draft, with a sentence that keeps the rest of the plan."""
    draft.text = f"{TEXT}\n{STAYS}\n"
    draft.save()
    return draft


def left_out(plan):
    """The target of the plan's first document that the draft drops in 2030."""
    return plan.targets.get(indicator__code="library.lifelong_services", year=2030)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Đến năm 2025 đạt 70%.\n\n{STAYS}\n\nNơi nhận:", [STAYS]),
        ("Các chỉ tiêu còn lại giữ nguyên như cũ.", ["Các chỉ tiêu còn lại giữ nguyên như cũ."]),
        ("Nội dung không sửa đổi vẫn thực hiện.", ["Nội dung không sửa đổi vẫn thực hiện."]),
        ("Tiếp tục đổi mới hoạt động phục vụ học tập. Các sở khác phối hợp.", []),
        ("khác " * 20_000, []),
    ],
    ids=["over two lines", "the rest", "unchanged ones", "no such sentence", "long"],
)  # fmt: skip
def test_sentences_that_leave_the_rest_as_it_was_are_found(text, expected):
    assert [text[start:end] for start, end in clauses(text)] == expected


def test_plan_page_says_how_many_targets_publishing_drops(as_staff, draft, plan):
    response = as_staff.get(draft.get_absolute_url())
    assert len(response.context["dropped"]) == 3
    words = words_of(response)
    assert f"3 chỉ tiêu của {plan.number} không có trong văn bản này" in words


def test_changes_page_offers_to_keep_what_is_dropped(as_staff, as_leader, draft, plan):
    address = f"/plans/{draft.pk}/add/?keep={left_out(plan).pk}"
    assert address in as_staff.get(f"/plans/{draft.pk}/changes/").content.decode()
    publish(draft)
    for client in (as_staff, as_leader):
        html = client.get(f"/plans/{draft.pk}/changes/").content.decode()
        assert "không có trong văn bản này" in html
        assert "?keep=" not in html


def test_kept_target_stands_on_the_sentence_that_keeps_it(as_staff, staff, partial, plan):
    was = left_out(plan)
    shown = as_staff.get(f"/plans/{partial.pk}/add/?keep={was.pk}", follow=True)
    form = shown.context["form"]
    data = {name: value for name, value in form.initial.items() if value is not None}
    response = as_staff.post(f"/plans/{partial.pk}/add/", {**data, "keep": was.pk})
    assert response["Location"] == f"/plans/{partial.pk}/changes/"
    kept = partial.targets.get(basis="added")
    assert (kept.tiers, kept.year, kept.minimum, kept.unit) == (
        was.tiers, was.year, was.minimum, was.unit,
    )  # fmt: skip
    assert (kept.quote, kept.state, kept.decided_by) == (STAYS, "confirmed", staff)
    assert was.pk not in {
        side.target.pk for row in boards.comparison(partial).dropped for side in row.before
    }


def test_kept_target_with_another_figure_is_asked_about(as_staff, partial, plan):
    was = left_out(plan)
    shown = as_staff.get(f"/plans/{partial.pk}/add/?keep={was.pk}", follow=True)
    form = shown.context["form"]
    data = {name: value for name, value in form.initial.items() if value is not None}
    response = as_staff.post(f"/plans/{partial.pk}/add/", {**data, "minimum": "99", "keep": was.pk})
    assert response.context["form"].asks_whether_sure
    assert not partial.targets.filter(basis="added").exists()


def test_words_are_asked_for_where_no_sentence_keeps_the_rest(as_staff, draft, plan):
    response = as_staff.get(f"/plans/{draft.pk}/add/?keep={left_out(plan).pk}")
    html = response.content.decode()
    assert f'name="keep" value="{left_out(plan).pk}"' in html
    pasted = as_staff.get(
        f"/plans/{draft.pk}/add/",
        {"keep": left_out(plan).pk, "words": "60% trung tâm văn hóa cấp xã"},
    )
    assert pasted["Location"].endswith(f"&keep={left_out(plan).pk}")


@pytest.mark.parametrize("keep", ["x", "0", "9" * 30, "own"])
def test_only_targets_of_the_document_before_are_kept(as_staff, draft, plan, keep):
    keep = draft.targets.first().pk if keep == "own" else keep
    assert as_staff.get(f"/plans/{draft.pk}/add/?keep={keep}").status_code == 404


def test_page_of_a_replaced_document_says_so(as_leader, three, plan):
    assert "Có hiệu lực đến" in words_of(as_leader.get(plan.get_absolute_url()))
