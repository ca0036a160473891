"""The list of plans, the page of one, and decisions on its targets."""

import re
from datetime import date
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from targets import services
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
    assert board.before.text + shown + board.after.text == plan.text


def test_page_says_where_each_piece_stands_in_the_text(as_staff, draft):
    """What a person marks in the browser is found by these places."""
    html = as_staff.get(page(draft)).content.decode()
    pieces = re.findall(r'<span data-start="(\d+)"[^>]*>([^<]*)</span>', html)
    assert len(pieces) > 6
    for start, shown in pieces:
        words = unescape(shown)
        assert draft.text[int(start) : int(start) + len(words)] == words


def test_page_folds_what_is_not_objectives(as_leader, plan):
    board = as_leader.get(page(plan)).context["board"]
    assert "ỦY BAN NHÂN DÂN" in board.before.text
    assert board.after.text.startswith("III. TỔ CHỨC THỰC HIỆN")


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
    form = html[html.index(f'action="/plans/{draft.pk}/targets/{doubtful.pk}/"') :]
    form = form[: form.index("</form>")]
    assert re.findall(r'name="decision" value="(\w+)"', form) == ["50", "40", "reject"]


MISSED = "100% thư viện công cộng cấp huyện cung cấp dịch vụ phục vụ học tập suốt đời."


@pytest.fixture
def with_unread(draft):
    """The draft with one sentence that was not read."""
    start = draft.text.index(MISSED)
    draft.unread = [
        {"text": MISSED, "start": start, "end": start + len(MISSED), "reason": "no_year"}
    ]
    draft.save()
    return draft


def test_page_marks_and_lists_sentences_that_were_not_read(as_staff, with_unread):
    response = in_english(as_staff).get(page(with_unread))
    html = response.content.decode()
    assert [u.text for u in response.context["board"].unread] == [MISSED]
    assert html.count("No year is named.") == 2  # beside the text and in the list
    assert html.count('id="ask-1"') == html.count('id="unread-1"') == 1
    start = with_unread.unread[0]["start"]
    address = f"/plans/{with_unread.pk}/add/?start={start}&amp;end={start + len(MISSED)}"
    assert html.count(address) == 2


def test_page_lists_unread_sentences_of_unknown_place(as_leader, plan):
    plan.unread = [{"text": "Thu hút 500 lượt.", "start": 0, "end": 0, "reason": "no_year"}]
    plan.save()
    response = in_english(as_leader).get(page(plan))
    assert [u.text for u in response.context["board"].unread] == ["Thu hút 500 lượt."]
    assert "No year is named." in response.content.decode()


def test_page_shows_only_what_asks_for_a_look(as_staff, with_unread):
    """A paragraph with a doubtful target, one with an unread sentence, and their heading."""
    doubtful, missed = "- Đến năm 2025, 50% thư viện xã.", "- Đến năm 2028, 65% cơ sở."
    paragraphs = ("1. Thư viện", "- Đến năm 2025, 70% thư viện huyện.", "2. Khác", doubtful, missed)
    text = "\n\n".join(("II. MỤC TIÊU", *paragraphs, "III. NHIỆM VỤ"))
    with_unread.text = text
    start = text.index(missed)
    with_unread.unread = [{"text": missed, "start": start, "end": start + 20, "reason": "no_year"}]
    with_unread.save()
    with_unread.targets.all().delete()
    factories.TargetFactory(version=with_unread, quote="70% thư viện huyện")
    factories.TargetFactory(version=with_unread, quote=doubtful, basis="implied", year=2026)
    response = as_staff.get(page(with_unread), {"show": "open"})
    shown = [section.text for section in response.context["sections"]]
    assert shown == ["2. Khác", doubtful, missed]


def test_page_marks_words_that_were_hard_to_read(as_staff, draft):
    start = draft.text.index("70%")
    draft.is_scan, draft.doubts = True, [[start, start + 3]]
    draft.save()
    html = in_english(as_staff).get(page(draft)).content.decode()
    assert f'<span data-start="{start}" class="doubt">70%</span>' in html
    assert "read from pictures by a machine" in html


def test_page_shows_pages_of_the_document(as_staff, draft):
    draft.page_starts = [0, draft.text.index("50% trung tâm")]
    draft.save()
    board = as_staff.get(page(draft)).context["board"]
    readings = board.readings
    assert [reading.page for reading in readings] == [1, 2, 1]
    assert [section.pages for section in board.sections if section.tables] == [(1, 2)]
    html = as_staff.get(f"/plans/{draft.pk}/targets/{readings[1].target.pk}/").content.decode()
    assert f'src="/plans/{draft.pk}/pages/2.png"' in html


def test_page_says_what_was_read_and_what_it_was_corrected_to(as_leader, plan):
    target = plan.targets.first()
    target.minimum, target.basis = 75, "corrected"
    target.save()
    html = in_english(as_leader).get(page(plan)).content.decode()
    assert "read <del>70\u00a0%</del>" in html
    assert "corrected to <ins>75\u00a0%</ins>" in html


def test_page_of_a_long_document_folds_all_but_the_objectives(as_staff, draft):
    """A book of 300 pages: its text is sent once, and nothing of it is cut into pieces."""
    short = len(as_staff.get(page(draft)).content)
    long = "\n\n" + "Phòng đọc mở cửa hằng ngày, 50 chỗ ngồi.\n" * 17_000
    draft.text += long
    draft.save()
    response = as_staff.get(page(draft))
    assert len(long) > 690_000
    assert len(response.content) == short + len(long.encode())
    assert response.context["board"].after.text.endswith(long)


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
    assert (f"/plans/{draft.pk}/confirm/" in html) is decides


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
    # session, user, memberships, successions; version, targets, indicators, sentences seen, other
    # versions; years of the frame.
    with django_assert_num_queries(10):
        response = as_leader.get(page(plan))
    assert len(response.context["board"].readings) == n


@pytest.mark.parametrize("n", [1, 3])
def test_draft_query_count_is_constant(as_staff, draft, n, django_assert_num_queries):
    kept = list(draft.targets.values_list("pk", flat=True)[:n])
    draft.targets.exclude(pk__in=kept).delete()
    # The same; which version it would replace is told by the documents of the plan.
    with django_assert_num_queries(10):
        response = as_staff.get(page(draft))
    assert len(response.context["board"].readings) == n


@pytest.mark.parametrize("n", [1, 3])
def test_history_query_count_is_constant(as_staff, draft, staff, n, django_assert_num_queries):
    for target in targets_of(draft)[:n]:
        services.reject_target(target, staff)
    # session, user, memberships, successions; version, numbers, indicators, history; frame.
    with django_assert_num_queries(9):
        response = as_staff.get(f"/plans/{draft.pk}/history/")
    assert len(response.context["events"]) == n


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


def decide(client, version, target, **data):
    return client.post(f"/plans/{version.pk}/targets/{target.pk}/", data, follow=True)


def test_ticked_targets_are_confirmed_and_no_others(as_staff, draft, staff):
    plain = targets_of(draft)[0]
    as_staff.post(f"/plans/{draft.pk}/confirm/", {"target": [plain.pk]})
    assert [t.state for t in targets_of(draft)] == ["confirmed", "proposed", "proposed"]
    assert targets_of(draft)[0].decided_by == staff


def test_list_to_confirm_together_holds_the_clear_ones_unticked(as_staff, draft):
    plain, _doubtful, milestone = targets_of(draft)
    html = as_staff.get(page(draft)).content.decode()
    listed = re.findall(r'name="target" value="(\d+)" id="[^"]*"( checked)?>', html)
    assert listed == [(str(plain.pk), ""), (str(milestone.pk), "")]
    html = as_staff.get(page(draft), {"select": "all"}).content.decode()
    assert html.count(" checked>") == 2


def test_doubtful_target_is_not_confirmed_together(as_staff, draft):
    response = in_english(as_staff).post(
        f"/plans/{draft.pk}/confirm/", {"target": [t.pk for t in targets_of(draft)]}, follow=True
    )
    assert "has to be decided on by itself" in response.content.decode()
    assert {t.state for t in targets_of(draft)} == {"proposed"}


@pytest.mark.parametrize(
    ("chosen", "state", "minimum", "basis"),
    [
        ("50", "confirmed", 50, "stated"),
        ("40", "confirmed", 40, "corrected"),
        ("reject", "rejected", 50, "stated"),
        ("45", "proposed", 50, "stated"),
        ("", "proposed", 50, "stated"),
        ("correct", "proposed", 50, "stated"),
    ],
)
def test_chosen_reading_is_what_counts(as_staff, draft, chosen, state, minimum, basis):
    doubtful = targets_of(draft)[1]
    decide(as_staff, draft, doubtful, decision=chosen)
    doubtful.refresh_from_db()
    assert (doubtful.state, doubtful.minimum, doubtful.basis) == (state, minimum, basis)


def test_nothing_chosen_changes_nothing(as_staff, draft):
    response = in_english(as_staff).post(f"/plans/{draft.pk}/confirm/", follow=True)
    assert "Nothing was chosen" in response.content.decode()
    assert {t.state for t in targets_of(draft)} == {"proposed"}


@pytest.mark.parametrize("forged", ["foreign", "999999", "x", "1e3", "-1", "9" * 30])
def test_targets_of_another_plan_are_not_decided(as_staff, draft, forged):
    foreign = factories.TargetFactory()
    plain = targets_of(draft)[0]
    sent = [plain.pk, foreign.pk if forged == "foreign" else forged]
    assert as_staff.post(f"/plans/{draft.pk}/confirm/", {"target": sent}).status_code == 404
    for address in ("", "reopen/"):
        asked = f"/plans/{draft.pk}/targets/{foreign.pk}/{address}"
        assert as_staff.post(asked, {"decision": "70"}).status_code == 404
    for target in (foreign, plain):
        target.refresh_from_db()
        assert target.state == "proposed"


WORDING = {
    "indicator": "library.lifelong_services",
    "tiers": ["district"],
    "counts": "institution",
    "period_start": "",
    "year": "2025",
    "unit": "percent",
    "minimum": "70",
    "maximum": "",
}
CORRECT = {**WORDING, "decision": "correct"}


@pytest.mark.parametrize(
    ("data", "state", "minimum"),
    [
        ({"decision": "70"}, "confirmed", 70),
        ({**WORDING, "decision": "70"}, "confirmed", 70),
        (CORRECT, "confirmed", 70),
        ({**CORRECT, "minimum": "65"}, "confirmed", 65),
        ({**CORRECT, "minimum": "62,5"}, "confirmed", 62.5),
        ({"decision": "reject", "note": "Chỉ là ví dụ"}, "rejected", 70),
        # A field was changed, but something else chosen: which one is meant?
        ({**WORDING, "decision": "70", "minimum": "65"}, "proposed", 70),
        ({**WORDING, "decision": "reject", "tiers": ["commune"]}, "proposed", 70),
        ({**CORRECT, "minimum": ""}, "proposed", 70),
        ({**CORRECT, "minimum": "101"}, "proposed", 70),
        ({**CORRECT, "minimum": "-1"}, "proposed", 70),
        ({**CORRECT, "minimum": "bảy mươi"}, "proposed", 70),
        ({**CORRECT, "minimum": "NaN"}, "proposed", 70),
        ({**CORRECT, "maximum": "60"}, "proposed", 70),
        ({**CORRECT, "year": "20255"}, "proposed", 70),
        ({**CORRECT, "year": "9" * 30}, "proposed", 70),
        ({**CORRECT, "period_start": "2026"}, "proposed", 70),
        ({**CORRECT, "tiers": ["moon"]}, "proposed", 70),
        ({**CORRECT, "indicator": "no.such"}, "proposed", 70),
        ({**CORRECT, "unit": "percent_per_year"}, "proposed", 70),
        ({"decision": "correct"}, "proposed", 70),
        ({"decision": "55"}, "proposed", 70),
        ({}, "proposed", 70),
    ],
)
def test_decision_on_one_target(as_staff, draft, data, state, minimum):
    target = targets_of(draft)[0]
    response = decide(as_staff, draft, target, **data)
    assert response.status_code == 200
    target.refresh_from_db()
    assert (target.state, target.minimum) == (state, minimum)
    assert target.decision_note == (data.get("note", "") if state != "proposed" else "")


def test_correction_into_a_target_of_the_plan_names_that_one(as_staff, draft, indicators):
    factories.TargetFactory(
        version=draft,
        position=4,
        indicator=indicators["library.lifelong_services"],
        year=2030,
        quote="100% thư viện công cộng cấp huyện",
    )
    response = decide(
        in_english(as_staff), draft, targets_of(draft)[0], **{**CORRECT, "year": "2030"}
    )
    assert "The plan has this target already: number 4" in response.content.decode()
    assert {t.state for t in targets_of(draft)} == {"proposed"}


def test_decision_page_shows_the_sentence(as_staff, draft):
    target = targets_of(draft)[0]
    html = as_staff.get(f"/plans/{draft.pk}/targets/{target.pk}/").content.decode()
    assert ">70% thư viện công cộng cấp huyện</span></mark>" in html


def test_correction_says_which_fields_may_be_left_empty(as_staff, draft):
    target = targets_of(draft)[0]
    fields = as_staff.get(f"/plans/{draft.pk}/targets/{target.pk}/").context["form"].fields
    optional = {name for name, field in fields.items() if not field.required}
    assert optional == {"tiers", "period_start", "minimum", "maximum", "note"}


def test_decision_page_chooses_nothing(as_staff, draft):
    for target in targets_of(draft):
        html = as_staff.get(f"/plans/{draft.pk}/targets/{target.pk}/").content.decode()
        assert 'name="decision"' in html
        assert not re.search(r'name="decision"[^>]*checked', html)


def test_decision_is_made_once_and_the_second_officer_is_told(as_staff, draft):
    target = targets_of(draft)[0]
    decide(as_staff, draft, target, decision="70")
    html = decide(in_english(as_staff), draft, target, decision="reject").content.decode()
    assert "Target 1 (District level, 2025): Trần Thị Hà decided at" in html
    assert "70\u00a0% confirmed. Nothing was changed." in html
    target.refresh_from_db()
    assert target.state == "confirmed"


def test_list_ticked_before_another_officer_decided_writes_nothing(as_staff, draft, staff):
    plain, _doubtful, milestone = targets_of(draft)
    services.reject_target(milestone, staff)
    response = in_english(as_staff).post(
        f"/plans/{draft.pk}/confirm/", {"target": [plain.pk, milestone.pk]}, follow=True
    )
    assert "not a target. Nothing was changed." in response.content.decode()
    assert [t.state for t in targets_of(draft)] == ["proposed", "proposed", "rejected"]


def test_officer_goes_from_one_doubtful_target_to_the_next(as_staff, draft, indicators):
    first = targets_of(draft)[1]
    later = factories.TargetFactory(
        version=draft,
        position=5,
        indicator=indicators["library.digital"],
        basis="implied",
        quote="80% thư viện cấp tỉnh, cấp huyện",
    )
    address = f"/plans/{draft.pk}/targets/"
    response = as_staff.post(f"{address}{first.pk}/", {"decision": "50", "next": "1"})
    assert response["Location"] == f"{address}{later.pk}/"
    response = as_staff.post(f"{address}{later.pk}/", {"decision": "70", "next": "1"})
    assert response["Location"] == f"{page(draft)}#target-{later.pk}"


def test_milestone_needs_no_figure(as_staff, draft):
    milestone = targets_of(draft)[2]
    words = {"indicator": "museum.education_programme", "tiers": ["province"], "year": "2026"}
    decide(as_staff, draft, milestone, **{**CORRECT, **words, "unit": "milestone", "minimum": ""})
    milestone.refresh_from_db()
    assert (milestone.state, milestone.year, milestone.minimum) == ("confirmed", 2026, 100)


def test_decision_is_taken_back_and_stays_in_the_history(as_staff, draft):
    target = targets_of(draft)[1]
    decide(as_staff, draft, target, decision="40", note="Theo bản giấy")
    as_staff.post(f"/plans/{draft.pk}/targets/{target.pk}/reopen/")
    target.refresh_from_db()
    assert (target.state, target.minimum, target.decision_note) == ("proposed", 50, "")
    events = as_staff.get(f"/plans/{draft.pk}/history/").context["events"]
    assert [(e.number, str(e.who), e.note) for e in events] == [
        (2, "Trần Thị Hà", ""),
        (2, "Trần Thị Hà", "Theo bản giấy"),
    ]
    assert [(c.read, c.now) for c in events[1].corrections] == [("50\u00a0%", "40\u00a0%")]


def test_page_of_a_decided_target_offers_to_take_it_back(as_staff, draft):
    target = targets_of(draft)[0]
    address = f"/plans/{draft.pk}/targets/{target.pk}/"
    decide(as_staff, draft, target, decision="70")
    assert f'action="{address}reopen/"' in as_staff.get(address).content.decode()


def test_page_of_a_published_target_is_for_reading(as_leader, as_staff, plan):
    address = f"/plans/{plan.pk}/targets/{plan.targets.first().pk}/"
    for client in (as_leader, as_staff):
        response = client.get(address)
        assert response.status_code == 200
        assert 'name="decision"' not in response.content.decode()
        assert "reopen" not in response.content.decode()


def test_published_plan_takes_no_decision(as_staff, plan):
    target = plan.targets.first()
    before = list(Target.objects.values())
    start = plan.text.index("70%")
    added = {**WORDING, "year": "2028", "start": start, "end": start + 3}
    for address, data in (
        (f"targets/{target.pk}/", {"decision": "reject"}),
        (f"targets/{target.pk}/reopen/", {}),
        ("confirm/", {"target": [target.pk]}),
        ("add/", added),
        ("publish/", {}),
    ):
        response = in_english(as_staff).post(f"/plans/{plan.pk}/{address}", data, follow=True)
        assert "The plan is published" in response.content.decode()
    assert list(Target.objects.values()) == before


# A target that was missed ---------------------------------------------------------------------


def add(client, version, words, **data):
    start = version.text.index(words)
    place = {"start": start, "end": start + len(words)}
    return in_english(client).post(f"/plans/{version.pk}/add/", {**WORDING, **place, **data})


IN_2030 = {"year": "2030", "minimum": "100"}


def test_missed_target_is_added_with_its_words(as_staff, staff, draft):
    response = add(as_staff, draft, "100% thư viện công cộng cấp huyện", **IN_2030)
    added = draft.targets.get(basis="added")
    assert response["Location"] == f"{page(draft)}#target-{added.pk}"
    assert (added.state, added.decided_by, added.position) == ("confirmed", staff, 4)
    assert (added.quote, added.as_read) == ("100% thư viện công cộng cấp huyện", {})
    sentence = draft.text[added.sentence_start : added.sentence_end]
    assert sentence.startswith("Đến năm 2030, 100%")
    assert sentence.endswith("học tập suốt đời.")


def test_unread_sentence_says_what_was_made_of_it(as_staff, with_unread):
    assert len(as_staff.get(page(with_unread)).context["board"].ignored) == 1
    add(as_staff, with_unread, MISSED, **IN_2030)
    board = as_staff.get(page(with_unread)).context["board"]
    assert [r.number for r in board.unread[0].added] == [4]
    assert board.ignored == []


def see(client, version, number=1, **data):
    return in_english(client).post(f"/plans/{version.pk}/sentences/{number}/", data)


def test_sentence_that_was_seen_is_settled_and_says_who_and_when(as_staff, with_unread, clock):
    clock("2025-11-10")
    response = see(as_staff, with_unread)
    assert response["Location"] == f"{page(with_unread)}#unread-1"
    response = as_staff.get(page(with_unread))
    assert response.context["board"].ignored == []
    html = response.content.decode()
    # Beside the text and in the list.
    assert len(re.findall(r"Seen, not a target: Trần Thị Hà, [^<]*2025[^<]*\.</span>", html)) == 2


def test_first_who_saw_a_sentence_stays(as_staff, staff, territory, with_unread):
    see(as_staff, with_unread)
    other = factories.MembershipFactory(territory=territory).user
    services.see_sentence(with_unread, other, 1)
    assert with_unread.seen.get().seen_by == staff


def test_sentence_is_asked_about_again(as_staff, with_unread):
    see(as_staff, with_unread)
    see(as_staff, with_unread, again="1")
    assert len(as_staff.get(page(with_unread)).context["board"].ignored) == 1


def test_seeing_goes_on_where_only_open_paragraphs_are_shown(as_staff, with_unread):
    response = see(as_staff, with_unread, show="open")
    assert response["Location"] == f"{page(with_unread)}?show=open#text"
    shown = as_staff.get(page(with_unread), {"show": "open"}).context["sections"]
    assert MISSED not in [section.text for section in shown]


@pytest.mark.parametrize("number", [0, 2])
def test_sentence_that_there_is_not_is_not_found(as_staff, with_unread, number):
    assert see(as_staff, with_unread, number).status_code == 404


def test_sentences_of_a_published_plan_stay_as_they_were(as_staff, plan):
    plan.unread = [{"text": "9", "start": 0, "end": 1, "reason": "no_year"}]
    plan.save()
    see(as_staff, plan)
    assert not plan.seen.exists()


def test_figure_that_the_words_do_not_write_is_asked_about(as_staff, draft):
    words = "100% thư viện công cộng cấp huyện"
    html = add(as_staff, draft, words, year="2030", minimum="10").content.decode()
    assert "do not write this figure" in html
    assert 'name="sure"' in html
    assert not draft.targets.filter(basis="added").exists()
    add(as_staff, draft, words, year="2030", minimum="10", sure="on")
    assert draft.targets.get(basis="added").minimum == 10


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"indicator": ""}, "indicator"),
        ({"counts": ""}, "counts"),
        ({"unit": ""}, "unit"),
        ({"year": ""}, "year"),
        ({"year": "2022"}, "year"),
        ({"minimum": ""}, "minimum"),
        ({"minimum": "100", "maximum": "70"}, "maximum"),
        ({"indicator": "culture.clubs", "tiers": ["university"]}, "tiers"),
        ({"indicator": "library.visits_growth"}, "unit"),
        ({}, "__all__"),  # the plan has it already
    ],
    ids=str,
)
def test_impossible_target_is_refused_beside_its_field(as_staff, draft, changes, field):
    words = "Đến năm 2025, 70% thư viện công cộng cấp huyện cung cấp"
    response = add(as_staff, draft, words, **{**changes, "sure": "on"})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert draft.targets.count() == 3


@pytest.mark.parametrize(
    ("start", "end"),
    [(5, 5), (9, 4), (-3, 6), (0, 10**9), ("x", 4), ("", ""), (10**40, 10**41)],
)
def test_place_outside_the_text_is_refused(as_staff, draft, start, end):
    data = {"start": start, "end": end}
    response = in_english(as_staff).get(f"/plans/{draft.pk}/add/", data)
    assert "do not stand in the text" in response.content.decode()
    assert as_staff.post(f"/plans/{draft.pk}/add/", {**WORDING, **data}).status_code == 200
    assert draft.targets.count() == 3


def test_pasted_words_lead_to_their_place(as_staff, draft):
    words = "Lượt  người sử dụng\nthư viện tăng"
    response = as_staff.get(f"/plans/{draft.pk}/add/", {"words": words})
    start = draft.text.index("Lượt người sử dụng")
    end = start + len("Lượt người sử dụng thư viện tăng")
    assert response["Location"] == f"/plans/{draft.pk}/add/?start={start}&end={end}"


def test_pasted_words_that_stand_in_several_places_are_chosen_from(as_staff, draft):
    response = as_staff.get(f"/plans/{draft.pk}/add/", {"words": "thư viện công cộng cấp huyện"})
    assert [p["start"] for p in response.context["places"]] == [
        match.start() for match in re.finditer("thư viện công cộng cấp huyện", draft.text)
    ]


@pytest.mark.parametrize("words", ["không có trong kế hoạch", "70 % thư viện", " ", "a" * 5000])
def test_pasted_words_that_are_not_in_the_text_are_refused(as_staff, draft, words):
    response = as_staff.get(f"/plans/{draft.pk}/add/", {"words": words})
    assert response.context["form"].errors["words"]


# Publishing -----------------------------------------------------------------------------------


def test_plan_is_not_published_while_a_target_waits(as_staff, draft):
    response = in_english(as_staff).post(f"/plans/{draft.pk}/publish/", follow=True)
    assert "3 targets still wait for a decision" in response.content.decode()
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_page_says_what_keeps_the_plan_from_being_published(as_staff, with_unread):
    html = in_english(as_staff).get(page(with_unread)).content.decode()
    section = html[html.index('id="publish"') :]
    assert "3 targets wait for a decision" in section
    for target in targets_of(with_unread):
        assert f'href="#target-{target.pk}"' in section
    assert "1 sentence with a figure is left without a target" in section
    assert f"/plans/{with_unread.pk}/publish/" not in section


def test_page_says_which_version_publishing_replaces(as_staff, draft):
    former = factories.PlanVersionFactory(
        plan=draft.plan, number="88/KH-UBND", status="published", issued_on=date(2023, 1, 31)
    )
    response = in_english(as_staff).get(page(draft))
    assert response.context["replaces"] == former
    assert "It replaces 88/KH-UBND, in force from" in response.content.decode()


def test_plan_is_published_once_all_is_decided(as_staff, draft, staff):
    for target in targets_of(draft):
        decide(as_staff, draft, target, decision=f"{target.minimum:.0f}")
    assert f"/plans/{draft.pk}/publish/" in as_staff.get(page(draft)).content.decode()
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
    for address in ("confirm/", "publish/", "add/", f"targets/{target.pk}/reopen/"):
        response = client.post(f"/plans/{draft.pk}/{address}", {"target": target.pk})
        assert response.status_code == status
    # Whoever does not see drafts is told nothing of their targets.
    response = client.post(f"/plans/{draft.pk}/targets/{target.pk}/", {"decision": "70"})
    assert response.status_code in (403, 404)
    target.refresh_from_db()
    assert target.state == "proposed"


def test_states_of_targets_are_those_the_page_knows():
    assert set(Target.State.values) == {"proposed", "confirmed", "rejected"}
