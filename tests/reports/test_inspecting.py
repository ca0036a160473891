"""Inspections on the spot: what may be recorded, what counts, who reads what."""

import csv
import datetime
import io

import pytest
from django.utils import timezone

from reports.figures.inspections import Tally, inspected, standing
from reports.models import Inspection, Report
from reports.rounds.inspecting.services import InspectionRefused, Seen, Why, record, withdraw
from reports.rounds.opening import update_roster
from tests import factories
from tests.conftest import enrol

DAY = datetime.date(2025, 11, 10)


@pytest.fixture(autouse=True)
def _mid_november(clock):
    clock("2025-11-15")


@pytest.fixture
def line(open_round, answer):
    """The library of An Bình: digital yes and 5.000 visits, services not reported."""
    answer(open_round, "98-TV-981", "library.digital", "yes", approved=False)
    answer(open_round, "98-TV-981", "library.visits_growth", 5000, approved=False)
    return open_round.lines.get(institution__code="98-TV-981")


@pytest.fixture
def look(report, line, indicators, staff):
    """`look("library.digital", "confirmed", …)`: record one inspection of the library."""

    def make(
        indicator="library.digital",
        outcome="confirmed",
        finding="",
        *,
        version=None,
        line=line,
        inspected_on=DAY,
        inspected_by="Đoàn kiểm tra của Sở",
    ):
        return record(
            report=report,
            line=line,
            inspected_on=inspected_on,
            inspected_by=inspected_by,
            seen={indicators[indicator]: Seen(outcome, finding, version)},
            user=staff,
        )

    return make


# Recording --------------------------------------------------------------------------------------


def test_visit_records_several_answers_with_what_was_reported(report, line, indicators, staff):
    made = record(
        report=report,
        line=line,
        inspected_on=DAY,
        inspected_by=" Đoàn kiểm tra ",
        seen={
            indicators["library.digital"]: Seen("confirmed"),
            indicators["library.visits_growth"]: Seen("differs", "Sổ ghi 4.200 lượt."),
        },
        user=staff,
    )

    told = [
        (each.indicator.code, each.outcome, each.reported_state, each.reported_count)
        for each in made
    ]
    assert told == [
        ("library.digital", "confirmed", "yes", None),
        ("library.visits_growth", "differs", "count", 5000),
    ]
    assert {(each.inspected_by, each.recorded_by) for each in made} == {("Đoàn kiểm tra", staff)}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"inspected_by": "  "}, Why.NOBODY),
        ({"inspected_on": datetime.date(2025, 11, 16)}, Why.IN_FUTURE),
        ({"inspected_on": datetime.date(2024, 6, 30)}, Why.TOO_EARLY),
        ({"outcome": "differs", "finding": " "}, Why.NO_FINDING),
        ({"indicator": "library.lifelong_services"}, Why.NOTHING_REPORTED),
        ({"indicator": "culture.clubs"}, Why.NOT_ASKED),
        ({"version": 0}, Why.CHANGED),
    ],
)
def test_impossible_inspection_is_refused(look, given, why):
    with pytest.raises(InspectionRefused) as refused:
        look(**given)

    assert (refused.value.why, Inspection.objects.count()) == (why, 0)


@pytest.mark.parametrize(
    "given",
    [
        {"inspected_on": datetime.date(2025, 11, 15)},
        {"inspected_on": datetime.date(2024, 7, 1)},
        {"indicator": "library.lifelong_services", "outcome": "differs", "finding": "Có làm."},
        {"version": 1},
    ],
)
def test_inspection_at_the_edge_is_recorded(look, given):
    assert len(look(**given)) == 1


def test_inspection_without_a_question_is_refused(report, line, staff):
    with pytest.raises(InspectionRefused) as refused:
        record(report=report, line=line, inspected_on=DAY, inspected_by="A", seen={}, user=staff)
    assert refused.value.why is Why.NOTHING_SAID


def test_institution_of_another_unit_is_refused(look, open_round):
    foreign = open_round.lines.get(institution__code="98-TV-982")
    with pytest.raises(InspectionRefused) as refused:
        look(line=foreign)
    assert refused.value.why is Why.NOT_IN_REPORT


def test_same_inspection_sent_twice_is_recorded_once(look):
    look()
    assert (look(), Inspection.objects.count()) == ([], 1)


def test_closed_round_is_inspected_too(look, open_round):
    open_round.closed_at = timezone.now()
    open_round.save()
    assert len(look()) == 1


def test_withdrawn_inspection_stays_and_counts_no_longer(look, staff, open_round):
    (made,) = look()

    withdraw(made, staff, " Nhầm thư viện ")

    made.refresh_from_db()
    assert (made.withdrawn_by, made.withdrawal_reason) == (staff, "Nhầm thư viện")
    assert inspected(open_round).total == Tally()


@pytest.mark.parametrize(("times", "reason", "why"), [(0, " ", "no_reason"), (1, "a", "withdrawn")])
def test_withdrawal_is_refused(look, staff, times, reason, why):
    (made,) = look()
    for _each in range(times):
        withdraw(made, staff, "Nhầm")

    with pytest.raises(InspectionRefused) as refused:
        withdraw(made, staff, reason)
    assert refused.value.why == why


# What counts ------------------------------------------------------------------------------------


def test_latest_day_counts_whatever_was_recorded_last(look, open_round):
    look(outcome="differs", finding="Chưa có máy tính.", inspected_on=datetime.date(2025, 11, 12))
    look(inspected_on=datetime.date(2025, 11, 11))

    assert inspected(open_round).total == Tally(checked=1, agreed=0)


def test_last_recorded_counts_of_one_day(look, open_round):
    look(outcome="differs", finding="Chưa có máy tính.")
    look()

    assert inspected(open_round).total == Tally(checked=1, agreed=1)


def test_earlier_inspection_counts_again_once_the_later_is_withdrawn(look, staff, open_round):
    look()
    (later,) = look(outcome="differs", finding="Khác", inspected_on=datetime.date(2025, 11, 12))
    withdraw(later, staff, "Nhầm")

    assert inspected(open_round).total == Tally(checked=1, agreed=1)


@pytest.mark.parametrize(
    ("indicator", "now"), [("library.digital", "no"), ("library.visits_growth", 4200)]
)
def test_answer_changed_since_agrees_no_longer(look, open_round, answer, indicator, now):
    look(indicator)
    answer(open_round, "98-TV-981", indicator, now)

    found = inspected(open_round).total
    assert (found, found.differing) == (Tally(checked=1, agreed=0, changed=1), 0)


def test_inspections_are_told_apart_by_indicator_in_the_order_asked(look, open_round, indicators):
    look("library.visits_growth")
    look("library.digital")
    asked = [indicators[code] for code in ("library.digital", "library.visits_growth")]

    found = inspected(open_round, [*asked, indicators["culture.clubs"]])

    assert found.rows == tuple((each, Tally(1, 1)) for each in asked)


def test_other_rounds_tiers_and_units_do_not_count(look, open_round, units):
    look()
    next_year = enrol(factories.ReportingRoundFactory(territory=open_round.territory, year=2026))

    counts = [
        inspected(open_round, kind="library", tier="district").total.checked,
        inspected(open_round, tier__in=["commune"]).total.checked,
        inspected(open_round, reporting_unit=units["982"]).total.checked,
        inspected(next_year).total.checked,
    ]
    assert counts == [1, 0, 0, 0]


def test_tally_takes_one_query(look, open_round, indicators, django_assert_num_queries):
    look()
    with django_assert_num_queries(1):
        inspected(open_round, list(indicators.values()))


# Pages ------------------------------------------------------------------------------------------


def address(report: Report, rest: str = "") -> str:
    return f"/reporting/reports/{report.pk}/inspections/{rest}"


@pytest.fixture
def visit(line, indicators):
    """`visit(…)`: the form that confirms the digital question of the library."""

    def form(**given) -> dict:
        versions = dict(line.values.values_list("indicator", "version"))
        asked = [each.pk for each in indicators.values() if each.kind == line.kind]
        return {
            "inspected_on": "10/11/2025",
            "inspected_by": "Đoàn kiểm tra",
            **{f"version_{pk}": versions.get(pk, 0) for pk in asked},
            f"outcome_{indicators['library.digital'].pk}": "confirmed",
        } | given

    return form


def test_staff_records_a_visit(as_staff, report, line, visit, staff):
    response = as_staff.post(address(report, f"{line.pk}/"), visit())

    found = Inspection.objects.get()
    assert (response.status_code, response.url) == (302, address(report))
    assert (found.inspected_on, found.inspected_by, found.recorded_by) == (
        DAY, "Đoàn kiểm tra", staff,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"inspected_on": "16/11/2025"}, "inspected_on"),
        ({"inspected_on": "hôm qua"}, "inspected_on"),
        ({"inspected_by": ""}, "inspected_by"),
        ({"inspected_by": "a" * 201}, "inspected_by"),
    ],
)
def test_wrong_visit_is_told_at_its_field(as_staff, report, line, visit, given, field):
    response = as_staff.post(address(report, f"{line.pk}/"), visit(**given))

    assert (response.status_code, Inspection.objects.count()) == (422, 0)
    assert list(response.context["form"].errors) == [field]


def test_words_without_a_judgement_are_not_lost(as_staff, report, line, visit, indicators):
    pk = indicators["library.visits_growth"].pk
    response = as_staff.post(
        address(report, f"{line.pk}/"), visit(**{f"finding_{pk}": "Sổ ghi 4.200"})
    )

    assert (response.status_code, Inspection.objects.count()) == (422, 0)
    assert list(response.context["form"].errors) == [f"outcome_{pk}"]


def test_answer_changed_meanwhile_is_compared_once_more(as_staff, report, line, visit, answer):
    sent = visit()
    answer(report.round, "98-TV-981", "library.digital", "no", approved=False).save()
    line.values.filter(indicator__code="library.digital").update(version=2)

    first = as_staff.post(address(report, f"{line.pk}/"), sent)
    pk = line.values.get(indicator__code="library.digital").indicator_id
    # The page that told of it now carries the new version.
    again = {**sent, f"version_{pk}": first.context["form"][f"version_{pk}"].value()}
    second = as_staff.post(address(report, f"{line.pk}/"), again)

    assert (first.status_code, second.status_code) == (422, 302)
    assert Inspection.objects.get().reported_state == "no"


def test_chosen_institution_leads_to_its_form(as_staff, report, line):
    response = as_staff.get(address(report), {"line": line.pk})
    assert response.url == address(report, f"{line.pk}/")


def test_foreign_institution_has_no_form(as_staff, report, open_round):
    foreign = open_round.lines.get(institution__code="98-TV-982")
    assert as_staff.get(address(report, f"{foreign.pk}/")).status_code == 404


def test_staff_withdraws_an_inspection(as_staff, look, report):
    (made,) = look()

    response = as_staff.post(f"/reporting/inspections/{made.pk}/withdraw/", {"reason": "Nhầm"})

    made.refresh_from_db()
    assert (response.url, made.withdrawal_reason) == (address(report), "Nhầm")
    assert "Nhầm" in as_staff.get(address(report)).content.decode()


@pytest.mark.parametrize(
    ("status", "closed", "leads"),
    [
        ("submitted", False, "lines/"),
        ("approved", False, "review/#withdraw-title"),
    ],
)
def test_difference_leads_to_the_correction(as_staff, look, report, line, status, closed, leads):
    now = timezone.now()
    Report.objects.filter(pk=report.pk).update(status=status, submitted_at=now, approved_at=now)
    look(outcome="differs", finding="Chưa có máy tính.")

    page = as_staff.get(address(report)).content.decode()

    assert f'href="/reporting/reports/{report.pk}/{leads}' in page


FINDING = "Máy tính hỏng từ tháng 3"


@pytest.mark.parametrize(
    ("client", "answer_of_report", "reads"),
    [
        ("as_staff", 200, True),
        ("as_reporter", 200, True),
        ("as_administrator", 200, True),
        ("as_other_reporter", 404, False),
        ("as_leader", 403, False),
        ("as_national_leader", 403, False),
        ("as_outsider", 404, None),
    ],
)
def test_finding_is_for_those_who_see_drafts(
    request, look, report, open_round, client, answer_of_report, reads
):
    look(outcome="differs", finding=FINDING)
    client = request.getfixturevalue(client)

    of_report = client.get(address(report))
    of_year = client.get("/hong-lam/2025/inspections/")
    file = client.get("/hong-lam/2025/inspections/", {"_export": "csv"})

    assert of_report.status_code == answer_of_report
    assert of_year.status_code == (404 if reads is None else 200)
    assert (FINDING in of_year.content.decode()) is bool(reads)
    assert (FINDING in file.content.decode("utf-8-sig", "replace")) is bool(reads)


def test_list_is_narrowed_and_exported(as_staff, look, open_round):
    look()
    look("library.visits_growth", "differs", "Sổ ghi 4.200 lượt.")
    where = "/hong-lam/2025/inspections/"

    found = [
        as_staff.get(where, narrowed).context["found"]
        for narrowed in (
            {}, {"says": "differs"}, {"says": "agrees"}, {"says": "changed"}, {"q": "an binh"},
            {"q": "duc phong"}, {"indicator": "library.digital"}, {"unit": "981"},
            {"unit": "982"}, {"tier": "district"}, {"tier": "commune"},
        )
    ]  # fmt: skip
    file = as_staff.get(where, {"_export": "csv"}).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(file), delimiter=";"))

    assert found == [2, 1, 1, 0, 2, 0, 1, 2, 0, 2, 0]
    assert len(rows) == 3
    assert {"98-TV-981", "Đoàn kiểm tra của Sở"} <= set(rows[1])


def test_excel_of_the_list_opens(as_staff, look):
    look()
    response = as_staff.get("/hong-lam/2025/inspections/", {"_export": "xlsx"})
    assert response.content[:2] == b"PK"


@pytest.mark.parametrize("places", [1, 6])
def test_queries_do_not_grow_with_inspections(
    as_staff, look, report, indicators, open_round, answer, places, django_assert_num_queries
):
    lines = open_round.lines.filter(reporting_unit=report.reporting_unit)[:places]
    for line in lines:
        code = "library.digital" if line.kind == "library" else "culture.clubs"
        answer(open_round, line.institution.code, code, "yes")
        look(code, line=line)
    assert standing(open_round).count() == places

    # Session, person, memberships, successions, report, inspections, lines, rounds of the frame.
    with django_assert_num_queries(8):
        as_staff.get(address(report))
    # Besides: round, list, its number, choices of the filter twice, the tally.
    with django_assert_num_queries(12):
        as_staff.get("/hong-lam/2025/inspections/")


# Where the counts show --------------------------------------------------------------------------


@pytest.mark.parametrize("client", ["as_leader", "as_other_reporter", "as_staff"])
@pytest.mark.parametrize(
    "page",
    [
        "/hong-lam/2025/",
        "/hong-lam/2025/library/district/",
        "/hong-lam/2025/units/981/",
        "/hong-lam/2025/explain/library.lifelong_services/district/2025/",
    ],
)
def test_dashboards_say_how_many_were_inspected_and_agree(
    request, plan, look, open_round, answer, client, page
):
    answer(open_round, "98-TV-981", "library.lifelong_services", "yes")
    look("library.lifelong_services")

    words = request.getfixturevalue(client).get(page).content.decode()

    assert "đã kiểm tra 1, khớp 1" in words
    assert "/hong-lam/2025/inspections/" in words


def test_page_without_inspections_says_nothing_of_them(as_leader, plan, open_round):
    assert "đã kiểm tra" not in as_leader.get("/hong-lam/2025/").content.decode()


def test_explanation_lists_who_looked_and_when_but_not_what_was_found(
    as_leader, plan, look, open_round, answer
):
    answer(open_round, "98-TV-981", "library.lifelong_services", "yes")
    look("library.lifelong_services", "differs", FINDING)

    page = as_leader.get("/hong-lam/2025/explain/library.lifelong_services/district/2025/")

    (told,) = page.context["inspections"]
    assert (told.inspection.inspected_on, str(told.status.word)) == (DAY, "Không khớp")
    assert FINDING not in page.content.decode()


def test_institution_and_review_show_the_inspection_beside_the_answer(as_staff, look, report, line):
    look()
    words = "kiểm tra 10/11/2025:"

    values = as_staff.get("/institutions/98-TV-981/values/").content.decode()
    review = as_staff.get(f"/reporting/reports/{report.pk}/review/").content.decode()

    assert (words in values, words in review) == (True, True)
    assert address(report, f"{line.pk}/") in review


def test_difference_in_a_closed_round_leads_to_the_erratum(as_staff, look, report, line):
    look(outcome="differs", finding="Chưa có máy tính.")
    report.round.closed_at = timezone.now()
    report.round.save()

    page = as_staff.get(address(report)).content.decode()

    assert f'href="/reporting/lines/{line.pk}/errata/library.digital/"' in page


def test_inspected_line_stays_on_the_roster_when_its_institution_goes(look, open_round, line):
    """What was inspected is readable for good, even where nothing was reported."""
    bare = open_round.lines.get(institution__code="98-VH-981")
    look("culture.clubs", "differs", "Không có câu lạc bộ nào.", line=bare)
    bare.institution.placements.update(valid_to=datetime.date(2020, 1, 1))

    update = update_roster(open_round)

    assert (update.removed, update.kept) == (0, 1)
    assert open_round.lines.filter(pk=bare.pk).exists()


@pytest.mark.parametrize("number", [99999999999999999999, 10**40])
def test_number_that_no_line_can_have_is_not_found(as_staff, report, number):
    assert as_staff.get(address(report, f"{number}/")).status_code == 404
    assert as_staff.get(f"/reporting/reports/{report.pk}/lines/{number}/").status_code == 404


def test_page_made_for_another_person_withdraws_nothing(as_staff, look):
    (made,) = look()
    data = {"reason": "nhầm", "typed_by": "0"}
    response = as_staff.post(f"/reporting/inspections/{made.pk}/withdraw/", data)
    assert response.status_code == 409
    made.refresh_from_db()
    assert made.withdrawn_at is None
