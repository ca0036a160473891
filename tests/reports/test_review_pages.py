import datetime
import re

import pytest
from django.utils import timezone

from reports.models import BulkApproval, Change, IndicatorValue, Reminder, Report, RoundLine
from reports.rounds.checks import Cell
from reports.rounds.entry import Entry, save_texts, set_cells, set_value
from reports.rounds.review import approve, return_report, submission, submit, withdraw
from reports.rounds.reviewing.board import board
from tests import factories
from tests.conftest import enrol, log_in
from tests.reports.test_rounds_pages import fill


def address(report: Report, rest: str = "review/") -> str:
    return f"/reporting/reports/{report.pk}/{rest}"


def queue(round_) -> str:
    return f"/reporting/rounds/{round_.pk}/review/"


def cell(report: Report, institution: str, indicator: str) -> IndicatorValue:
    return IndicatorValue.objects.get(
        line__round=report.round, line__institution__code=institution, indicator__code=indicator
    )


def looked_at(report: Report) -> dict[str, str]:
    """What the forms of a review say: which submission was on the page."""
    return {"seen": submission(Report.objects.get(pk=report.pk))}


def key(report: Report, institution: str, indicator: str) -> str:
    value = cell(report, institution, indicator)
    return f"{value.line_id}-{value.indicator_id}"


@pytest.fixture(autouse=True)
def _in_time(clock):
    """Two weeks before the round is due: nothing is late unless a test says so."""
    clock("2025-11-15")


@pytest.fixture
def submitted(report, answer, explain_findings, reporter) -> Report:
    """Every cell of district 981 answered and sent."""
    fill(report, answer)
    explain_findings(report, reporter)
    return submit(report, reporter)


@pytest.fixture
def last_year(open_round, answer):
    """The closed round of 2024 with approved answers of district 981."""
    round_ = enrol(
        factories.ReportingRoundFactory(
            territory=open_round.territory, year=2024, closed_at=timezone.now()
        )
    )
    answer(round_, "98-TV-981", "library.visits_growth", 5000)
    answer(round_, "98-TV-981", "library.digital", "yes")
    answer(round_, "98-VH-981", "culture.clubs", "yes")
    return round_


@pytest.fixture
def send(open_round, answer, explain_findings, staff):
    """`send("982", ("98-TV-982", "library.digital", "yes"), …)`: those answers, submitted."""

    def submit_unit(unit: str, *answers, by=None) -> Report:
        report = open_round.reports.get(reporting_unit__code=unit)
        for each in answers:
            answer(open_round, *each, approved=False)
        explain_findings(report, staff)
        return submit(report, by or staff)

    return submit_unit


# The queue ------------------------------------------------------------------------------------


def test_riskiest_report_comes_first_with_its_parts_in_words(
    as_staff, open_round, last_year, submitted, send
):
    # 5,000 visits are 100 now, which is tenfold; the others lack nothing but answers.
    library = send("98-tvt", ("98-TV-01", "library.digital", "yes"))
    museum = send(
        "98-btt",
        ("98-BT-01", "museum.education_programme", "yes"),
        ("98-BT-01", "museum.visits_growth", 700),
    )

    waiting = as_staff.get(queue(open_round)).context["waiting"]

    assert [(each.report, each.risk.score) for each in waiting] == [
        (library, 7), (submitted, 3), (museum, 0),
    ]  # fmt: skip
    assert [words for words, _part in waiting[0].parts] == ["2 ô chưa báo cáo"]
    assert [words for words, _part in waiting[1].parts] == ["1 số chênh từ 10 lần, hoặc từ 0, về 0"]
    assert [each.is_clean for each in waiting] == [True, False, True]


def test_late_report_and_new_sender_are_named(as_staff, open_round, last_year, send, reporter):
    last_year.reports.filter(reporting_unit__code="98-btt").update(submitted_by=reporter)
    report = send("98-btt", ("98-BT-01", "museum.education_programme", "not_applicable"))
    Report.objects.filter(pk=report.pk).update(
        first_submitted_at=datetime.datetime(2025, 12, 2, tzinfo=datetime.UTC)
    )

    (waiting,) = as_staff.get(queue(open_round)).context["waiting"]

    assert {words for words, _part in waiting.parts} == {
        "nộp muộn", "người gửi lần đầu báo cáo cho đơn vị",
        "1 ô không áp dụng", "1 ô chưa báo cáo",
    }  # fmt: skip


def test_change_that_was_not_asked_for_is_named(
    as_staff, open_round, submitted, staff, reporter, clock
):
    asked = cell(submitted, "98-TV-981", "library.digital")
    return_report(submitted, staff, "Xem lại cả báo cáo", {})
    IndicatorValue.objects.filter(pk=asked.pk).update(return_message="Xem lại")
    clock("2025-11-16")
    submitted.refresh_from_db()
    for code in ("98-TV-981", "98-TV-98102"):
        value = cell(submitted, code, "library.digital")
        set_value(
            report=submitted, line=value.line, indicator=value.indicator, cell=Cell("no"),
            version=value.version, user=reporter,
        )  # fmt: skip
    submit(submitted, reporter)

    (waiting,) = as_staff.get(queue(open_round)).context["waiting"]

    assert [words for words, _part in waiting.parts] == ["1 ô thay đổi ngoài các ô bị trả lại"]
    assert waiting.is_clean is False


@pytest.mark.parametrize("number", [1, 3, 30])
def test_queue_takes_a_fixed_number_of_queries(
    as_staff, open_round, number, django_assert_num_queries
):
    now = timezone.now()
    for _ in range(number):
        report = factories.ReportFactory(
            round=open_round, status="submitted", submitted_at=now, returned_at=now
        )
        factories.RoundLineFactory.create_batch(
            2, round=open_round, reporting_unit=report.reporting_unit
        )

    # session, user, memberships, successions, former units, round; reports; questions, roster,
    # values; findings 7; changes since the return, newcomers; approvals
    with django_assert_num_queries(20):
        response = as_staff.get(queue(open_round))

    assert len(response.context["waiting"]) == number


def test_empty_queue_says_so(as_staff, open_round):
    page = as_staff.get(queue(open_round)).content.decode()

    assert "Không có báo cáo nào chờ duyệt." in page


# Approving several ----------------------------------------------------------------------------


def hidden_fields(page: str) -> dict:
    found = re.findall(r'<input type="hidden" name="(report|seen-\d+)" value="([^"]+)">', page)
    fields: dict[str, list[str]] = {}
    for name, value in found:
        fields.setdefault(name, []).append(value)
    return fields


@pytest.fixture
def two_clean(send) -> list[Report]:
    return [
        send("98-btt", ("98-BT-01", "museum.education_programme", "yes")),
        send("98-tvt", ("98-TV-01", "library.digital", "yes")),
    ]


def approve_address(round_) -> str:
    return f"/reporting/rounds/{round_.pk}/approve/"


def test_clean_reports_are_shown_before_they_are_approved(
    as_staff, open_round, last_year, submitted, two_clean
):
    response = as_staff.post(approve_address(open_round), {"clean": "1"})

    assert {each.report for each in response.context["shown"]} == set(two_clean)
    assert "Báo cáo duyệt nhanh được khi" in response.content.decode()
    assert set(open_round.reports.values_list("status", flat=True)) == {"draft", "submitted"}


def test_clean_reports_are_approved_and_taken_back_in_one_step(
    as_staff, open_round, two_clean, staff
):
    before = list(IndicatorValue.objects.order_by("pk").values())
    page = as_staff.post(approve_address(open_round), {"clean": "1"}).content.decode()

    as_staff.post(approve_address(open_round), hidden_fields(page) | {"confirmed": "1"})

    approval = BulkApproval.objects.get()
    assert approval.by == staff
    assert {r.status for r in Report.objects.filter(bulk_approval=approval)} == {"approved"}
    assert as_staff.get(queue(open_round)).context["approvals"] == [(approval, 2)]

    as_staff.post(f"/reporting/approvals/{approval.pk}/undo/")

    assert list(IndicatorValue.objects.order_by("pk").values()) == before
    assert open_round.reports.filter(status="submitted").count() == 2
    approval.refresh_from_db()
    assert as_staff.get(queue(open_round)).context["approvals"] == [(approval, 0)]


def test_ticked_reports_are_shown_with_a_word_on_what_is_not_clean(
    as_staff, open_round, last_year, submitted
):
    response = as_staff.post(approve_address(open_round), {"report": submitted.pk})

    assert [each.report for each in response.context["shown"]] == [submitted]
    assert response.context["unclean"] == 1


@pytest.mark.parametrize("chosen", [[], ["x"], ["999999999999999999999999"], ["²"]])
@pytest.mark.parametrize("confirmed", [{}, {"confirmed": "1"}])
def test_nothing_chosen_is_no_error(as_staff, open_round, chosen, confirmed):
    response = as_staff.post(approve_address(open_round), {"report": chosen} | confirmed)

    assert response.url == queue(open_round)
    assert not BulkApproval.objects.exists()


def test_report_that_was_sent_anew_is_not_approved_unread(as_staff, open_round, two_clean):
    page = as_staff.post(approve_address(open_round), {"clean": "1"}).content.decode()
    later = timezone.now() + datetime.timedelta(minutes=5)
    Report.objects.filter(pk=two_clean[0].pk).update(submitted_at=later)

    as_staff.post(approve_address(open_round), hidden_fields(page) | {"confirmed": "1"})

    found = open_round.reports.in_bulk([report.pk for report in two_clean])
    assert [found[report.pk].status for report in two_clean] == ["submitted", "approved"]


def test_report_of_another_round_cannot_be_slipped_in(as_staff, open_round, two_clean):
    other = factories.ReportFactory(
        round=factories.ReportingRoundFactory(territory=open_round.territory, year=2026),
        status="submitted",
        submitted_at=timezone.now(),
    )

    as_staff.post(approve_address(open_round), {"report": other.pk, "confirmed": "1"})

    other.refresh_from_db()
    assert other.status == "submitted"


# The review page ------------------------------------------------------------------------------


def test_what_the_unit_explains_stands_beside_last_year(as_staff, last_year, submitted):
    shown = as_staff.get(address(submitted)).context["board"]

    found = {
        (each.line.institution.code, each.indicator.code): (
            each.last, each.cell.text, each.findings[0].code, each.explanation,
        )
        for each in shown.noticed
    }  # fmt: skip
    assert found == {
        ("98-TV-981", "library.visits_growth"): (
            "5.000", "100", "count_tenfold", "Đã kiểm tra, đúng thực tế.",
        )
    }  # fmt: skip
    differing = [
        each.key for table in shown.tables for row in table.rows for each in row.cells
        if each.differs
    ]  # fmt: skip
    assert differing == [key(submitted, "98-TV-981", "library.visits_growth")]


def test_every_cell_can_be_ticked_exactly_once(as_staff, last_year, submitted):
    page = as_staff.get(address(submitted)).content.decode()

    ticks = re.findall(r'name="cell" value="([^"]+)"', page)
    assert len(ticks) == len(set(ticks)) == 14


@pytest.fixture
def resubmitted(submitted, staff, reporter, clock) -> Report:
    """Returned for two cells and the texts; one cell, and the texts, came back changed."""
    clock("2025-11-20")
    first = cell(submitted, "98-TV-981", "library.visits_growth")
    second = cell(submitted, "98-TV-981", "library.digital")
    told = {first.pk: "Đếm lại", second.pk: ""}
    return_report(submitted, staff, "Xin kiểm tra.", told, words=True)
    clock("2025-11-21")
    submitted.refresh_from_db()
    for count in (150, 120):
        first.refresh_from_db()
        set_value(
            report=submitted, line=first.line, indicator=first.indicator,
            cell=Cell("count", count), version=first.version, user=reporter,
        )  # fmt: skip
    save_texts(report=submitted, user=reporter, texts={"difficulties": "Thiếu cán bộ."})
    clock("2025-11-22")
    return submit(submitted, reporter)


def test_what_changed_since_the_return_is_shown_cell_by_cell(as_staff, resubmitted, reporter):
    shown = as_staff.get(address(resubmitted)).context["board"]

    assert shown.since.code == "returned"
    found = [
        (
            each.indicator.code, each.was, each.cell.text, each.asked_for,
            [(event.by, event.before, event.after) for event in each.changes],
        )
        for each in shown.changed
    ]  # fmt: skip
    assert found == [
        ("library.digital", "", "Có", "Xin kiểm tra.", []),
        (
            "library.visits_growth", "100", "120", "Đếm lại",
            [(reporter, "100", "150"), (reporter, "150", "120")],
        ),
    ]  # fmt: skip
    assert [(text.before, text.after) for text in shown.texts_changed] == [("–", "Thiếu cán bộ.")]
    assert (shown.unchanged, shown.changes) == (1, 2)


def test_figure_that_was_changed_back_is_told_as_unchanged(
    as_staff, submitted, staff, reporter, clock
):
    value = cell(submitted, "98-TV-981", "library.visits_growth")
    return_report(submitted, staff, "", {value.pk: "Đếm lại"})
    clock("2025-11-16")
    for count in (150, 100):
        value.refresh_from_db()
        set_value(
            report=submitted, line=value.line, indicator=value.indicator,
            cell=Cell("count", count), version=value.version, user=reporter,
        )  # fmt: skip
    clock("2025-11-17")
    submit(Report.objects.get(pk=submitted.pk), reporter)

    shown = as_staff.get(address(submitted)).context["board"]

    (told,) = shown.changed
    assert (told.is_changed, len(told.changes), shown.changes) == (False, 2, 0)


def test_returned_cell_says_that_it_was_corrected_until_the_report_is_sent(
    as_staff, as_reporter, submitted, staff, reporter, clock
):
    first = cell(submitted, "98-TV-981", "library.visits_growth")
    second = cell(submitted, "98-TV-981", "library.digital")
    return_report(submitted, staff, "Xin kiểm tra.", {first.pk: "Đếm lại", second.pk: ""})
    clock("2025-11-21")
    set_value(
        report=submitted, line=first.line, indicator=first.indicator,
        cell=Cell("count", 150), version=first.version, user=reporter,
    )  # fmt: skip
    mark = "cell-corrected"

    found = [
        client.get(address(submitted, page)).content.decode().count(mark)
        for client, page in (
            (as_reporter, ""), (as_reporter, "grid/"), (as_reporter, f"lines/{first.line_id}/"),
            (as_staff, "review/"),
        )
    ]  # fmt: skip
    found.append(as_reporter.get("/").content.decode().count(mark))
    clock("2025-11-22")
    submit(Report.objects.get(pk=submitted.pk), reporter)
    after = as_staff.get(address(submitted)).content.decode()

    assert (found, mark in after) == ([2, 2, 1, 1, 1], False)


def test_what_changed_since_the_approval_is_shown(as_staff, resubmitted, staff, reporter, clock):
    clock("2025-11-25")
    approve(resubmitted, staff)
    clock("2025-11-26")
    withdraw(resubmitted, staff, "Xem lại")
    value = cell(resubmitted, "98-TV-98102", "library.digital")
    return_report(resubmitted, staff, "", {value.pk: "Xem lại"})
    resubmitted.refresh_from_db()
    set_value(
        report=resubmitted, line=value.line, indicator=value.indicator, cell=Cell("no"),
        version=value.version, user=reporter,
    )  # fmt: skip
    clock("2025-11-27")
    submit(resubmitted, reporter)

    shown = as_staff.get(f"{address(resubmitted)}?since=approved").context["board"]

    assert [moment.code for moment in shown.moments] == ["returned", "approved"]
    assert [(each.key, each.was, each.cell.text) for each in shown.changed] == [
        (key(resubmitted, "98-TV-98102", "library.digital"), "Có", "Không")
    ]


def test_steps_are_told_newest_first(as_staff, as_reporter, resubmitted, staff, reporter):
    approve(resubmitted, staff)
    withdraw(resubmitted, staff, "Cần đối chiếu.")

    for client, page in ((as_staff, "review/"), (as_reporter, "")):
        response = client.get(address(resubmitted, page))
        steps = response.context["board"].steps if page else response.context["steps"]
        assert [(step.what, step.by, step.message) for step in steps] == [
            ("Rút phê duyệt", staff, "Cần đối chiếu."),
            ("Đã duyệt", staff, ""),
            ("Đã nộp", reporter, ""),
            ("Trả lại để sửa", staff, "Xin kiểm tra."),
            ("Đã nộp", reporter, ""),
        ]


@pytest.mark.parametrize("number", [1, 3, 30])
def test_review_takes_a_fixed_number_of_queries(
    as_staff, report, open_round, number, django_assert_num_queries, staff, reporter, indicators
):
    lines = factories.RoundLineFactory.create_batch(
        number, round=open_round, reporting_unit=report.reporting_unit
    )
    now = timezone.now()
    Report.objects.filter(pk=report.pk).update(
        status="submitted", submitted_at=now, returned_at=now - datetime.timedelta(days=1)
    )
    set_cells(
        report=report, user=staff, reason="Đối chiếu",
        entries=[Entry(line.pk, indicators["library.digital"], Cell("yes"), 0) for line in lines],
    )  # fmt: skip

    # session, user, memberships, successions, former units, report; questions, roster, values;
    # findings 7, changes not asked for, newcomers; questions, roster, values; steps; changes;
    # explanations, files, inspections; receipt
    with django_assert_num_queries(27):
        response = as_staff.get(address(report))

    assert len(response.context["board"].changed) == number


# Returning ------------------------------------------------------------------------------------


def test_only_ticked_cells_open_and_the_rest_is_untouched(as_staff, as_reporter, submitted):
    cells = [
        key(submitted, "98-TV-981", "library.digital"),
        key(submitted, "98-TV-98102", "library.visits_growth"),
    ]
    untouched = IndicatorValue.objects.exclude(
        pk__in=[
            cell(submitted, "98-TV-981", "library.digital").pk,
            cell(submitted, "98-TV-98102", "library.visits_growth").pk,
        ]
    )
    before = list(untouched.order_by("pk").values())

    as_staff.post(
        address(submitted, "return/"),
        {
            **looked_at(submitted),
            "cell": cells,
            f"message_{cells[0]}": "Thiếu minh chứng",
            "message": "Xin sửa",
        },
    )

    submitted.refresh_from_db()
    sheet = as_reporter.get(address(submitted, "")).context["sheet"]
    assert submitted.status == "returned"
    assert {c.key: c.return_message for _row, c in sheet.cells if c.is_open} == {
        cells[0]: "Thiếu minh chứng", cells[1]: "Xin sửa",
    }  # fmt: skip
    assert list(untouched.order_by("pk").values()) == before


def test_return_without_a_tick_opens_the_whole_report(as_staff, as_reporter, submitted):
    sent = {"message": "Xem lại cả báo cáo", **looked_at(submitted)}
    as_staff.post(address(submitted, "return/"), sent)

    sheet = as_reporter.get(address(submitted, "")).context["sheet"]
    assert all(c.is_open for _row, c in sheet.cells)


@pytest.mark.parametrize(
    "wrong", [{"message": " "}, {}, {"message": "x" * 5001}, {"message_TICKED": "x" * 2001}]
)
def test_return_that_is_not_accepted_keeps_ticks_and_words(as_staff, submitted, wrong):
    ticked = key(submitted, "98-TV-981", "library.digital")
    data = {name.replace("TICKED", ticked): text for name, text in wrong.items()}

    response = as_staff.post(address(submitted, "return/"), {"cell": ticked, **data})

    submitted.refresh_from_db()
    kept = response.context["board"].cells[ticked].typed
    assert (response.status_code, submitted.status) == (422, "submitted")
    assert kept == data.get(f"message_{ticked}", "")


def test_enter_on_a_tick_decides_nothing(as_staff, submitted):
    """Browsers press the first button of a form then, which is no button of a decision."""
    page = as_staff.get(address(submitted)).content.decode()
    form = page[page.index("data-review") :]
    first = re.search(r'<button type="submit"[^>]*name="([^"]+)"', form)[1]
    ticked = key(submitted, "98-TV-981", "library.digital")

    response = as_staff.post(
        address(submitted, "return/"), {first: "1", "cell": ticked, "message": "Xem lại"}
    )

    submitted.refresh_from_db()
    assert (response.status_code, submitted.status) == (200, "submitted")
    assert response.context["board"].cells[ticked].typed == ""
    assert "Xem lại</textarea>" in response.content.decode()


def test_cell_of_another_report_is_passed_over(as_staff, submitted, open_round, answer):
    foreign = answer(open_round, "98-TV-982", "library.digital", "yes", approved=False)

    as_staff.post(
        address(submitted, "return/"),
        {
            **looked_at(submitted),
            "cell": f"{foreign.line_id}-{foreign.indicator_id}",
            "message": "Xem lại",
        },
    )

    foreign.refresh_from_db()
    assert (foreign.is_returned, foreign.return_message) == (False, "")


def test_report_sent_anew_is_not_returned_from_an_old_page(as_staff, submitted):
    page = as_staff.get(address(submitted)).content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    later = timezone.now() + datetime.timedelta(minutes=5)
    Report.objects.filter(pk=submitted.pk).update(submitted_at=later)

    as_staff.post(address(submitted, "return/"), {"message": "Xem lại", "seen": seen})

    submitted.refresh_from_db()
    assert submitted.status == "submitted"


def test_after_a_decision_the_next_report_is_opened(
    as_staff, open_round, last_year, submitted, send
):
    library = send("98-tvt", ("98-TV-01", "library.digital", "yes"))

    first = as_staff.post(address(library, "approve/"), {"next": "1", **looked_at(library)})
    last = as_staff.post(
        address(submitted, "return/"),
        {"next": "1", "message": "Xem lại", **looked_at(submitted)},
    )

    assert (first.url, last.url) == (address(submitted), queue(open_round))


# What the unit sees -----------------------------------------------------------------------------


def test_unit_reads_what_the_department_corrected(as_staff, as_reporter, submitted, staff):
    value = cell(submitted, "98-TV-981", "library.visits_growth")
    line = address(submitted, f"lines/{value.line_id}/")
    assert f'href="{line}"' in as_staff.get(address(submitted)).content.decode()
    data = {
        field.html_name: field.value() for field in as_staff.get(line).context["form"]
        if field.value() is not None
    }  # fmt: skip

    response = as_staff.post(
        line, data | {f"count_{value.indicator_id}": "1.250", "correction": "Theo sổ theo dõi"}
    )

    assert response.url == f"{address(submitted)}#line-{value.line_id}"
    (event,) = as_reporter.get(address(submitted, "")).context["corrections"]
    assert (event.before, event.after, event.by, event.change.reason) == (
        "100", "1.250", staff, "Theo sổ theo dõi",
    )  # fmt: skip
    assert as_reporter.get("/").context["due"].own[0].corrected == 1


def test_correction_without_a_reason_is_refused(as_staff, submitted):
    value = cell(submitted, "98-TV-981", "library.visits_growth")
    line = address(submitted, f"lines/{value.line_id}/")

    response = as_staff.post(
        line, {f"count_{value.indicator_id}": "9", f"version_{value.indicator_id}": value.version}
    )

    value.refresh_from_db()
    assert (response.status_code, value.count) == (422, 100)


def test_withdrawal_and_its_reason_reach_the_unit(as_staff, as_reporter, submitted, staff):
    approve(submitted, staff)

    as_staff.post(address(submitted, "withdraw/"), {"reason": "Cần đối chiếu với thư viện tỉnh."})

    for page in ("/", address(submitted, "")):
        assert "Cần đối chiếu với thư viện tỉnh." in as_reporter.get(page).content.decode()


# Home -------------------------------------------------------------------------------------------


def test_reporter_sees_what_the_checks_still_ask(as_reporter, report, last_year, answer):
    fill(report, answer)
    Report.objects.filter(pk=report.pk).update(started_at=timezone.now())

    owed = as_reporter.get("/").context["due"].own[0]

    assert [finding.code for finding in owed.findings.unexplained] == ["count_tenfold"]


def test_reporter_sees_what_was_returned_and_why(as_reporter, submitted, staff):
    value = cell(submitted, "98-TV-981", "library.digital")
    return_report(submitted, staff, "Xin bổ sung.", {value.pk: "Thiếu minh chứng"})

    response = as_reporter.get("/")

    owed = response.context["due"].own[0]
    assert [each.return_message for each in owed.returned] == ["Thiếu minh chứng"]
    assert "Thiếu minh chứng" in response.content.decode()


def test_staff_sees_who_is_late_not_begun_and_reminded(open_round, submitted, staff, clock):
    clock("2025-12-02")
    reminded = open_round.reports.get(reporting_unit__code="982")
    Report.objects.filter(pk=reminded.pk).update(started_at=timezone.now())
    Reminder.objects.create(
        report=reminded, address="a@example.vn", sent_on=timezone.localdate(),
        sent_at=timezone.now(), days_left=-2,
    )  # fmt: skip

    desk = log_in(staff).get("/").context["due"].desks[0]

    assert (desk.late, desk.not_begun, desk.reminded) == (3, 2, 1)
    # Who has not begun comes first.
    assert desk.missing[-1].row.report == reminded
    assert [each.report for each in desk.waiting] == [submitted]


def test_list_is_ordered_by_points(as_staff, open_round, last_year, submitted, send):
    library = send("98-tvt", ("98-TV-01", "library.digital", "yes"))

    rows = as_staff.get("/reporting/?order=risk").context["rows"]

    assert [row.report for row, waiting in rows if waiting] == [library, submitted]
    assert [row.report for row, _waiting in rows][:2] == [library, submitted]


@pytest.mark.parametrize(("client", "shown"), [("as_staff", 1), ("as_leader", 0)])
def test_clean_reports_are_listed_for_those_who_approve(request, send, client, shown):
    send("98-btt", ("98-BT-01", "museum.education_programme", "yes"))

    rows = request.getfixturevalue(client).get("/reporting/?status=clean").context["rows"]

    assert len(rows) == shown


def test_board_reads_a_report_of_texts_alone(open_round):
    unit = factories.ReportingUnitFactory(territory=open_round.territory, code="98-x")
    report = factories.ReportFactory(
        round=open_round, reporting_unit=unit, status="submitted", submitted_at=timezone.now()
    )

    shown = board(report)

    assert (shown.tables, shown.waiting.risk.score, shown.waiting.is_clean) == ([], 0, True)
    assert not RoundLine.objects.filter(reporting_unit=unit).exists()
    assert not Change.objects.exists()
