"""The list of plans, the page of one, and decisions on its targets."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from targets.models import Target
from tests import factories
from tests.conftest import PLAN_TEXT


def in_english(client):
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def draft(territory, indicators):
    """A draft with one plain target, one doubtful with an alternative, one implied milestone."""
    version = factories.PlanVersionFactory(
        plan__territory=territory, number="99/KH-UBND", text=PLAN_TEXT
    )
    factories.TargetFactory(
        version=version,
        position=1,
        indicator=indicators["library.lifelong_services"],
        quote="70% thư viện công cộng cấp huyện",
    )
    factories.TargetFactory(
        version=version,
        position=2,
        indicator=indicators["culture.clubs"],
        tiers=("commune",),
        minimum=50,
        alternatives=["40"],
        review_reasons=["shared_figure"],
        quote="50% trung tâm văn hóa cấp xã",
    )
    factories.TargetFactory(
        version=version,
        position=3,
        indicator=indicators["museum.education_programme"],
        tiers=("province",),
        minimum=100,
        unit="milestone",
        quote="Bảo tàng tỉnh xây dựng và triển khai chương trình giáo dục",
    )
    return version


def targets_of(version):
    return list(version.targets.order_by("position"))


def page(version):
    return version.get_absolute_url()


# The list -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("client", "numbers"),
    [
        ("as_staff", ["4321/KH-UBND", "99/KH-UBND"]),
        ("as_administrator", ["4321/KH-UBND", "99/KH-UBND"]),
        ("as_reporter", ["4321/KH-UBND"]),
        ("as_leader", ["4321/KH-UBND"]),
        ("as_national_leader", ["4321/KH-UBND"]),
        ("as_outsider", []),
    ],
)
def test_list_shows_published_plans_and_drafts_to_those_who_decide(client, numbers, plan, request):
    factories.PlanVersionFactory(plan=plan.plan, number="99/KH-UBND")
    response = request.getfixturevalue(client).get("/plans/")
    assert sorted(version.number for version in response.context["versions"]) == numbers


@pytest.mark.parametrize("n", [1, 3])
def test_list_query_count_is_constant(as_administrator, plan, n, django_assert_num_queries):
    for _ in range(n - 1):
        factories.PlanVersionFactory(status="published")
    # session, user, plan versions with their targets; years of the frame.
    with django_assert_num_queries(4):
        response = as_administrator.get("/plans/")
    assert len(response.context["versions"]) == n


# The page -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("client", "published", "unpublished"),
    [
        ("as_staff", 200, 200),
        ("as_administrator", 200, 200),
        ("as_reporter", 200, 404),
        ("as_leader", 200, 404),
        ("as_national_leader", 200, 404),
        ("as_outsider", 404, 404),
    ],
)
def test_page_of_a_draft_is_for_those_who_decide(client, published, unpublished, plan, request):
    client = request.getfixturevalue(client)
    draft = factories.PlanVersionFactory(plan=plan.plan)
    assert client.get(page(plan)).status_code == published
    assert client.get(page(draft)).status_code == unpublished


def test_page_ties_each_quote_to_its_target_both_ways(as_leader, plan):
    html = as_leader.get(page(plan)).content.decode()
    for target in plan.targets.all():
        assert html.count(f'id="target-{target.pk}"') == 1
        assert html.count(f'id="quote-{target.pk}"') == 1
        assert f'href="#target-{target.pk}"' in html
        assert f'href="#quote-{target.pk}"' in html


def test_page_shows_every_letter_of_the_document_once(as_leader, plan):
    board = as_leader.get(page(plan)).context["board"]
    shown = "".join(piece.text for section in board.sections for piece in section.pieces)
    assert "".join((board.before + shown + board.after).split()) == "".join(plan.text.split())


def test_page_folds_what_is_not_objectives(as_leader, plan):
    board = as_leader.get(page(plan)).context["board"]
    assert "ỦY BAN NHÂN DÂN" in board.before
    assert board.after.startswith("III. TỔ CHỨC THỰC HIỆN")


def test_page_keeps_the_paragraph_beside_its_targets(as_leader, plan):
    sections = as_leader.get(page(plan)).context["board"].sections
    for section in sections:
        for table in section.tables:
            for row in table.rows:
                for reading in row.readings:
                    assert reading.target.quote in section.text


def test_page_says_in_words_what_to_look_at(as_staff, draft):
    html = in_english(as_staff).get(page(draft)).content.decode()
    assert "A figure beside it may hold for this group too." in html
    assert 'class="quote look"' in html


def test_page_ticks_nothing_beforehand(as_staff, draft):
    html = as_staff.get(page(draft)).content.decode()
    assert "checked" not in html


def test_page_offers_alternatives_of_a_doubtful_target(as_staff, draft):
    doubtful = targets_of(draft)[1]
    html = as_staff.get(page(draft)).content.decode()
    for value in ("50", "40", "reject"):
        assert f'name="choice-{doubtful.pk}" value="{value}"' in html


def test_page_lists_sentences_that_were_not_read(as_leader, plan):
    plan.unread = [{"text": "Thu hút 500 lượt.", "start": 0, "end": 0, "reason": "no_year"}]
    plan.save()
    response = in_english(as_leader).get(page(plan))
    assert [u.text for u in response.context["board"].unread] == ["Thu hút 500 lượt."]
    assert "No year is named." in response.content.decode()


def test_page_names_who_confirmed_what(as_leader, plan, staff):
    target = plan.targets.first()
    target.decided_by, target.decision_note = staff, "Theo công văn 12"
    target.save()
    html = as_leader.get(page(plan)).content.decode()
    assert "Trần Thị Hà" in html
    assert "Theo công văn 12" in html


@pytest.mark.parametrize("sample", [True, False])
def test_page_says_when_decisions_are_a_sample(as_leader, plan, sample):
    plan.is_sample = sample
    plan.save()
    html = in_english(as_leader).get(page(plan)).content.decode()
    assert ("made for demonstration" in html) is sample


@pytest.mark.parametrize(("client", "decides"), [("as_staff", True), ("as_administrator", False)])
def test_page_offers_decisions_to_the_department_only(client, decides, draft, request):
    html = request.getfixturevalue(client).get(page(draft)).content.decode()
    assert (f"/plans/{draft.pk}/publish/" in html) is decides


def test_page_of_a_published_plan_offers_no_decision(as_staff, plan):
    assert "<fieldset" not in as_staff.get(page(plan)).content.decode()


def test_page_escapes_the_document(as_leader, territory, indicators):
    text = "Đến năm 2025, 70% <b onclick=x>thư viện</b>."
    version = factories.PlanVersionFactory(plan__territory=territory, text=text, status="published")
    factories.TargetFactory(version=version, quote="70% <b onclick=x>thư viện", state="confirmed")
    html = as_leader.get(page(version)).content.decode()
    assert "<b onclick" not in html


def test_page_of_a_plan_without_targets_says_so(as_staff, territory):
    version = factories.PlanVersionFactory(plan__territory=territory)
    html = in_english(as_staff).get(page(version)).content.decode()
    assert "No target was read from this document." in html


@pytest.mark.parametrize("n", [1, 3])
def test_page_query_count_is_constant(as_leader, plan, staff, n, django_assert_num_queries):
    kept = list(plan.targets.values_list("pk", flat=True)[:n])
    plan.targets.exclude(pk__in=kept).delete()
    plan.targets.update(decided_by=staff)
    # session, user, memberships, successions; version, targets, indicators, the documents of the
    # plan; years of the frame.
    with django_assert_num_queries(9):
        response = as_leader.get(page(plan))
    assert len(response.context["board"].readings) == n


def test_source_is_sent_as_a_download(as_leader, plan):
    plan.source_file = SimpleUploadedFile("ke-hoach.txt", b"<script>")
    plan.source_name = "ke-hoach.txt"
    plan.save()
    response = as_leader.get(f"/plans/{plan.pk}/source/")
    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content) == b"<script>"


def test_source_that_was_not_kept_is_not_found(as_leader, plan):
    assert as_leader.get(f"/plans/{plan.pk}/source/").status_code == 404


def test_source_that_the_disk_has_lost_is_not_found(as_leader, plan):
    plan.source_file = SimpleUploadedFile("ke-hoach.txt", b"x")
    plan.save()
    plan.source_file.storage.delete(plan.source_file.name)
    assert as_leader.get(f"/plans/{plan.pk}/source/").status_code == 404


# Decisions ----------------------------------------------------------------------------------


def test_ticked_targets_are_confirmed_and_no_others(as_staff, draft, staff):
    plain = targets_of(draft)[0]
    as_staff.post(f"/plans/{draft.pk}/confirm/", {"confirm": [plain.pk]})
    assert [t.state for t in targets_of(draft)] == ["confirmed", "proposed", "proposed"]
    assert targets_of(draft)[0].decided_by == staff


@pytest.mark.parametrize(
    ("chosen", "state", "minimum", "basis"),
    [
        ("50", "confirmed", 50, "stated"),
        ("40", "confirmed", 40, "corrected"),
        ("reject", "rejected", 50, "stated"),
        ("45", "proposed", 50, "stated"),
        ("", "proposed", 50, "stated"),
    ],
)
def test_chosen_reading_is_what_counts(as_staff, draft, chosen, state, minimum, basis):
    doubtful = targets_of(draft)[1]
    as_staff.post(f"/plans/{draft.pk}/confirm/", {f"choice-{doubtful.pk}": chosen})
    doubtful.refresh_from_db()
    assert (doubtful.state, doubtful.minimum, doubtful.basis) == (state, minimum, basis)


def test_nothing_chosen_changes_nothing(as_staff, draft):
    response = in_english(as_staff).post(f"/plans/{draft.pk}/confirm/", follow=True)
    assert "Nothing was chosen" in response.content.decode()
    assert {t.state for t in targets_of(draft)} == {"proposed"}


def test_targets_of_another_plan_are_not_decided(as_staff, draft):
    foreign = factories.TargetFactory()
    as_staff.post(f"/plans/{draft.pk}/confirm/", {"confirm": [foreign.pk]})
    foreign.refresh_from_db()
    assert foreign.state == "proposed"


@pytest.mark.parametrize(
    ("data", "state", "minimum"),
    [
        ({"decision": "70"}, "confirmed", 70),
        ({"decision": "other", "minimum": "65"}, "confirmed", 65),
        ({"decision": "other", "minimum": "62,5"}, "confirmed", 62.5),
        ({"decision": "reject", "note": "Chỉ là ví dụ"}, "rejected", 70),
        ({"decision": "other"}, "proposed", 70),
        ({"decision": "other", "minimum": "101"}, "proposed", 70),
        ({"decision": "other", "minimum": "-1"}, "proposed", 70),
        ({"decision": "other", "minimum": "bảy mươi"}, "proposed", 70),
        ({"decision": "55"}, "proposed", 70),
        ({}, "proposed", 70),
    ],
)
def test_decision_on_one_target(as_staff, draft, data, state, minimum):
    target = targets_of(draft)[0]
    as_staff.post(f"/plans/{draft.pk}/targets/{target.pk}/", data)
    target.refresh_from_db()
    assert (target.state, target.minimum) == (state, minimum)
    assert target.decision_note == (data.get("note", "") if state != "proposed" else "")


def test_decision_page_shows_the_sentence(as_staff, draft):
    target = targets_of(draft)[0]
    html = as_staff.get(f"/plans/{draft.pk}/targets/{target.pk}/").content.decode()
    assert "70% thư viện công cộng cấp huyện</mark>" in html


def test_decision_is_made_once(as_staff, draft):
    target = targets_of(draft)[0]
    address = f"/plans/{draft.pk}/targets/{target.pk}/"
    as_staff.post(address, {"decision": "70"})
    response = as_staff.post(address, {"decision": "reject"})
    assert response["Location"] == f"{page(draft)}#target-{target.pk}"
    target.refresh_from_db()
    assert target.state == "confirmed"


def test_milestone_has_no_other_figure(as_staff, draft):
    milestone = targets_of(draft)[2]
    response = as_staff.get(f"/plans/{draft.pk}/targets/{milestone.pk}/")
    assert set(response.context["form"].fields) == {"decision", "note"}


def test_plan_is_not_published_while_a_target_waits(as_staff, draft):
    as_staff.post(f"/plans/{draft.pk}/publish/")
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_plan_is_published_once_all_is_decided(as_staff, draft, staff):
    for target in targets_of(draft):
        as_staff.post(
            f"/plans/{draft.pk}/targets/{target.pk}/", {"decision": f"{target.minimum:.0f}"}
        )
    as_staff.post(f"/plans/{draft.pk}/publish/")
    draft.refresh_from_db()
    assert (draft.status, draft.published_by) == ("published", staff)


@pytest.mark.parametrize(
    ("client", "status"),
    [("as_reporter", 403), ("as_leader", 403), ("as_administrator", 403), ("as_outsider", 404)],
)
def test_decisions_are_the_departments_own(client, status, draft, request):
    client = request.getfixturevalue(client)
    target = targets_of(draft)[0]
    for address in ("confirm/", "publish/", f"targets/{target.pk}/"):
        response = client.post(f"/plans/{draft.pk}/{address}", {"confirm": target.pk})
        assert response.status_code == status
    target.refresh_from_db()
    assert target.state == "proposed"


def test_states_of_targets_are_those_the_page_knows():
    assert set(Target.State.values) == {"proposed", "confirmed", "rejected"}
