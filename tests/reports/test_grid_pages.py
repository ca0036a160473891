"""The page of the grid: sections, what is open to whom, the plain form, the filter, its cost."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from reports.models import Attachment, Change, IndicatorValue, Report
from tests import factories

LIBRARY, VISITS, DIGITAL = "98-TV-981", "library.visits_growth", "library.digital"


def grid(report) -> str:
    return reverse("reports:grid", args=[report.pk])


@pytest.fixture
def line(report):
    return report.round.lines.get(institution__code=LIBRARY)


def sections(response) -> dict:
    return {section.key: section for section in response.context["board"].sections}


def places(response) -> dict:
    """Cells by institution code and indicator code."""
    return {
        (row.line.institution.code, place.cell.indicator.code): place
        for section in response.context["board"].sections
        for row in section.rows
        for place in row.places
    }


def test_rows_are_grouped_by_kind_and_tier_with_their_own_questions(as_reporter, report):
    response = as_reporter.get(grid(report))

    found = {
        key: (len(section.rows), [column.indicator.code for column in section.columns])
        for key, section in sections(response).items()
    }
    library = ["library.lifelong_services", "library.digital", "library.visits_growth"]
    culture = ["culture.creative_activities", "culture.clubs"]
    assert found == {
        "library-district": (1, library),
        "library-commune": (1, library),
        "culture_centre-district": (1, culture),
        "culture_centre-commune": (2, culture),
        "culture_centre-village": (1, culture),
    }


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("blank", "blank", ""),
        (0, "count", "0"),
        (1250, "count", "1.250"),
        ("not_applicable", "not-applicable", "Không áp dụng: đang sửa chữa hoặc xây dựng"),
    ],
)
def test_not_reported_zero_and_not_applicable_stand_apart(
    as_reporter, report, open_round, answer, value, code, text
):
    answer(open_round, LIBRARY, VISITS, value, approved=False)

    place = places(as_reporter.get(grid(report)))[LIBRARY, VISITS]

    assert (place.cell.code, place.text) == (code, text)


def test_last_years_answer_and_the_target_stand_beside(
    as_reporter, report, line, plan, answer, territory
):
    before = factories.ReportingRoundFactory(territory=territory, year=2024)
    factories.RoundLineFactory(
        round=before, institution=line.institution, reporting_unit=line.reporting_unit,
        tier=line.tier, district=line.district,
    )  # fmt: skip
    answer(before, LIBRARY, VISITS, 1200)
    answer(before, LIBRARY, DIGITAL, "yes", approved=False)

    response = as_reporter.get(grid(report))

    found = places(response)
    assert found[LIBRARY, VISITS].previous == "1.200"
    # What was never approved is no figure to compare with.
    assert found[LIBRARY, DIGITAL].previous == ""
    goals = {
        column.indicator.code: column.total.goals
        for column in sections(response)["library-district"].columns
    }
    assert goals["library.lifelong_services"] == ("2025: 70\N{NO-BREAK SPACE}%",)
    # The tier of this one ends before its year.
    assert goals[DIGITAL] == ()


@pytest.mark.parametrize(
    ("filled", "share", "lacking", "verdict"),
    [
        ({}, "0/2 thư viện", "cần thêm 2 trong 2 thư viện chưa có số liệu", "Chưa đủ số liệu"),
        ({LIBRARY: "yes"}, "1/2 thư viện", "cần thêm 1 trong 1 thư viện", "Chưa đủ số liệu"),
        ({LIBRARY: "no"}, "0/2 thư viện", "còn thiếu 1–2 thư viện", "Chưa đạt"),
        ({LIBRARY: "not_applicable"}, "0/1 thư viện", "cần thêm 1 trong 1", "Chưa đủ số liệu"),
        ({LIBRARY: "yes", "98-TV-982": "yes"}, "2/2 thư viện", "", "Đạt"),
    ],
)
def test_totals_are_of_the_territory_as_if_the_report_were_approved(
    as_reporter, report, plan, open_round, answer, filled, share, lacking, verdict
):
    # Of two district libraries two are needed; the other unit's counts only once approved.
    answer(open_round, "98-TV-982", "library.lifelong_services", "no", approved=False)
    for code, value in filled.items():
        answer(open_round, code, "library.lifelong_services", value, approved=code == "98-TV-982")

    [column, *_others] = sections(as_reporter.get(grid(report)))["library-district"].columns

    [reach] = column.total.reaches
    assert (reach.share, str(reach.status.word)) == (share, verdict)
    assert lacking in reach.lacking.lower()
    assert bool(lacking) == bool(reach.lacking)


def test_total_of_a_count_compares_institutions_with_both_years(
    as_reporter, report, line, open_round, answer, territory, institutions
):
    before = factories.ReportingRoundFactory(territory=territory, year=2024)
    for code, count in ((LIBRARY, 1000), ("98-TV-98102", 500)):
        factories.RoundLineFactory(
            round=before, institution=institutions[code], reporting_unit=line.reporting_unit,
            tier="district",
        )  # fmt: skip
        answer(before, code, VISITS, count)
    answer(open_round, LIBRARY, VISITS, 1100, approved=False)

    total = sections(as_reporter.get(grid(report)))["library-district"].columns[2].total

    assert total.own == "1.100 lượt"
    assert total.notes[0].startswith("+10,0\N{NO-BREAK SPACE}%")


@pytest.mark.parametrize(
    ("status", "client", "can_write"),
    [
        ("draft", "as_reporter", True),
        ("draft", "as_staff", True),
        ("submitted", "as_reporter", False),
        ("submitted", "as_staff", True),
        ("returned", "as_reporter", True),
        ("approved", "as_reporter", False),
        ("approved", "as_staff", False),
        ("draft", "as_leader", False),
        ("draft", "as_administrator", False),
    ],
)
def test_page_is_written_only_while_open_and_by_whom(
    request, report, open_round, answer, status, client, can_write
):
    answer(open_round, LIBRARY, DIGITAL, "yes", approved=False)
    now = timezone.now()
    Report.objects.filter(pk=report.pk).update(
        status=status, submitted_at=now, returned_at=now, approved_at=now
    )

    page = request.getfixturevalue(client).get(grid(report))

    assert page.status_code == 200
    assert page.context["is_open"] is can_write
    assert any(place.cell.is_open for place in places(page).values()) is can_write
    content = page.content.decode()
    assert content.count('<input class="answer') == len(places(page))
    assert ("readonly" in content.split("cell-panel")[0]) is not can_write


def test_nothing_disappears_when_the_report_is_locked(as_reporter, report, open_round, answer):
    value = answer(open_round, LIBRARY, VISITS, 1250, approved=False)
    IndicatorValue.objects.filter(pk=value.pk).update(note="số ước tính", evidence="Sổ 12")
    Report.objects.filter(pk=report.pk).update(status="submitted", submitted_at=timezone.now())

    content = as_reporter.get(grid(report)).content.decode()

    for shown in ('value="1.250"', "số ước tính", "Sổ 12", "Báo cáo đã nộp"):
        assert shown in content


def test_only_returned_cells_open_and_say_what_is_asked(as_reporter, report, open_round, answer):
    value = answer(open_round, LIBRARY, VISITS, 1250, approved=False)
    IndicatorValue.objects.filter(pk=value.pk).update(
        is_returned=True, return_message="Xem lại số quý II"
    )
    answer(open_round, LIBRARY, DIGITAL, "yes", approved=False)
    Report.objects.filter(pk=report.pk).update(status="returned", returned_at=timezone.now())

    page = as_reporter.get(grid(report))

    assert [key for key, place in places(page).items() if place.cell.is_open] == [(LIBRARY, VISITS)]
    assert "Xem lại số quý II" in page.content.decode()
    assert places(page)[LIBRARY, DIGITAL].text == "Có"


def test_leader_sees_approved_values_and_nothing_beside_them(as_leader, report, open_round, answer):
    value = answer(open_round, LIBRARY, VISITS, 1250, approved=False)
    IndicatorValue.objects.filter(pk=value.pk).update(note="chỉ nội bộ", evidence="Sổ 12")

    content = as_leader.get(grid(report)).content.decode()

    for hidden in ("1.250", "chỉ nội bộ", "Sổ 12", "Tổng tạm tính", "cell-panel"):
        assert hidden not in content


def test_unit_without_institutions_sends_texts_alone(as_staff, open_round, units):
    unit = factories.ReportingUnitFactory(code="98-bchqs", territory=open_round.territory)
    alone = factories.ReportFactory(round=open_round, reporting_unit=unit)

    page = as_staff.get(grid(alone))

    assert page.context["board"].sections == []
    content = page.content.decode()
    assert "documents_issued" in content
    assert "grid.js" not in content


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", 6),
        ("?kind=library", 2),
        ("?tier=commune", 3),
        ("?kind=culture_centre&tier=village", 1),
        ("?show=missing", 5),
        ("?q=ba+sao", 3),
        ("?q=DONG", 1),
        ("?q=98-tv", 2),
        ("?kind=nonsense", 6),
    ],
)
def test_filter_hides_rows_and_loses_none(as_reporter, report, open_round, answer, query, shown):
    for code in ("culture.creative_activities", "culture.clubs"):
        answer(open_round, "98-VH-981", code, "no", approved=False)

    found = sections(as_reporter.get(grid(report) + query)).values()

    rows = [row for section in found for row in section.rows]
    assert len(rows) == 6
    assert sum(not row.is_hidden for row in rows) == shown
    for section in found:
        assert section.is_hidden == all(row.is_hidden for row in section.rows)


@pytest.mark.parametrize("number", [3, 300])
def test_page_takes_a_fixed_number_of_queries(
    as_reporter, report, open_round, plan, number, answer, django_assert_num_queries, territory
):
    factories.ReportingRoundFactory(territory=territory, year=2024)
    factories.RoundLineFactory.create_batch(
        number, round=open_round, reporting_unit=report.reporting_unit
    )
    answer(open_round, LIBRARY, DIGITAL, "yes", approved=False)
    # session, user, memberships, successions, former units, report; questions, roster, values;
    # seven of the checks, year before included; lines touched, their values, targets, districts,
    # coverage; files of cells and of the report; menu
    with django_assert_num_queries(24):
        response = as_reporter.get(grid(report))
    assert len([row for s in sections(response).values() for row in s.rows]) == number + 6


# The plain form ------------------------------------------------------------------------------


@pytest.fixture
def form(report, line, indicators):
    """The fields of the district library's section, as a browser sends them."""

    def fill(seen=None, **typed):
        data = {"section": "library-district", "seen": json.dumps(seen or {})}
        for code in ("library.lifelong_services", DIGITAL, VISITS):
            key = f"{line.pk}-{indicators[code].pk}"
            data[f"c-{key}"] = typed.get(code, (seen or {}).get(key, [0, ""])[1])
        return data

    fill.key = lambda code: f"{line.pk}-{indicators[code].pk}"
    return fill


def test_plain_form_saves_what_was_changed(as_reporter, report, form):
    response = as_reporter.post(grid(report), form(**{DIGITAL: "Có", VISITS: "1.250"}))

    assert response.status_code == 302
    assert response.url == grid(report) + "#library-district"
    states = set(IndicatorValue.objects.values_list("state", "count"))
    assert states == {("yes", None), ("count", 1250)}


def test_plain_form_keeps_what_cannot_be_read_and_saves_the_rest(as_reporter, report, form):
    response = as_reporter.post(grid(report), form(**{DIGITAL: "Có", VISITS: "nhiều"}))

    assert response.status_code == 422
    assert IndicatorValue.objects.get().state == "yes"
    place = places(response)[LIBRARY, VISITS]
    assert place.shown == "nhiều"
    assert "1.250" in place.error  # how a number is written
    assert 'value="nhiều"' in response.content.decode()


def test_plain_form_never_overwrites_unseen(as_reporter, report, form, open_round, answer):
    answer(open_round, LIBRARY, VISITS, 70, approved=False)  # version 1, after the page was read

    first = as_reporter.post(grid(report), form(**{VISITS: "80"}))
    value = IndicatorValue.objects.get()
    assert (first.status_code, value.count) == (409, 70)
    place = places(first)[LIBRARY, VISITS]
    assert (place.shown, "70" in place.theirs) == ("80", True)

    # The page now says what stands; saving once more is explicit.
    seen = sections(first)["library-district"].seen
    second = as_reporter.post(grid(report), form(seen=seen, **{VISITS: "80"}))
    value.refresh_from_db()
    assert (second.status_code, value.count) == (302, 80)


def test_cell_that_was_not_touched_is_left_to_the_other(
    as_reporter, report, form, open_round, answer
):
    seen = {form.key(VISITS): [1, "60"]}
    value = answer(open_round, LIBRARY, VISITS, 70, approved=False)
    IndicatorValue.objects.filter(pk=value.pk).update(version=2)

    response = as_reporter.post(grid(report), form(seen=seen, **{DIGITAL: "Có"}))

    assert response.status_code == 302
    value.refresh_from_db()
    assert (value.count, value.version) == (70, 2)


@pytest.mark.parametrize("seen", ["", "[]", '{"1-2": 5}', '{"1-2": ["a", "b"]}', "{"])
def test_form_that_was_tampered_with_is_refused(as_reporter, report, seen):
    response = as_reporter.post(grid(report), {"seen": seen, "c-1-2": "Có"})
    assert response.status_code == 400


@pytest.mark.parametrize(
    "key", ["{n}-9", "0{key}", "٣-{indicator}", "{line}-{n}", "{line}-{indicator}-1"]
)
def test_cell_is_named_in_one_way_only(as_reporter, report, form, key):
    line, indicator = form.key(DIGITAL).split("-")
    named = key.format(n="9" * 30, key=form.key(DIGITAL), line=line, indicator=indicator)

    response = as_reporter.post(grid(report), form(**{DIGITAL: "Có"}) | {f"c-{named}": "Không"})

    assert response.status_code == 400
    assert not IndicatorValue.objects.exists()


def test_section_of_a_large_unit_fits_into_one_form(as_reporter, report, open_round, indicators):
    lines = factories.RoundLineFactory.create_batch(
        400, round=open_round, reporting_unit=report.reporting_unit
    )
    codes = ("library.lifelong_services", DIGITAL, VISITS)
    data = {
        f"c-{line.pk}-{indicators[code].pk}": "" if code != DIGITAL else "Có"
        for line in lines for code in codes
    }  # fmt: skip
    response = as_reporter.post(grid(report), {"seen": "{}", "section": "x", **data})

    assert response.status_code == 302
    assert Change.objects.count() == 400


# Texts beside the figures ------------------------------------------------------------------------


def test_texts_are_saved_on_the_page_of_the_figures(as_reporter, report):
    address = reverse("reports:report-texts", args=[report.pk])
    sent = {"documents_issued": "Công văn 12", "budget": "12,5", "seen": ""}

    response = as_reporter.post(address, sent)

    assert response.url == grid(report) + "#texts"
    report.refresh_from_db()
    assert report.documents_issued == "Công văn 12"
    refused = as_reporter.post(address, {**sent, "budget": "nhiều"})
    assert refused.status_code == 422
    assert 'value="nhiều"' in refused.content.decode()
    assert not Attachment.objects.exists()
