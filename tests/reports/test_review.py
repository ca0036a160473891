import pytest
from django.utils import timezone

from reports.models import BulkApproval, Change, IndicatorValue, Report
from reports.rounds.checks import Cell
from reports.rounds.entry import save_texts, set_value
from reports.rounds.review import (
    ReviewRefused,
    Why,
    approve,
    approve_together,
    return_cells,
    return_report,
    submission,
    submit,
    undo_together,
    withdraw,
)
from tests import factories


@pytest.fixture
def filled(report, open_round, answer, explain_findings, reporter) -> Report:
    """A draft with an answer in two cells, and a word on why the others are blank."""
    answer(open_round, "98-TV-981", "library.digital", "yes", approved=False)
    answer(open_round, "98-TV-981", "library.visits_growth", 1250, approved=False)
    explain_findings(report, reporter)
    return report


@pytest.fixture
def submitted(filled, reporter) -> Report:
    return submit(filled, reporter)


def test_submitting_says_who_and_when(filled, reporter, clock):
    clock("2025-11-30")

    submit(filled, reporter)

    filled.refresh_from_db()
    assert (filled.status, filled.submitted_by) == ("submitted", reporter)
    assert filled.submitted_at == filled.first_submitted_at == timezone.now()


def test_later_submission_keeps_the_first_day(submitted, reporter, staff, clock):
    first = submitted.first_submitted_at
    return_report(submitted, staff, "Xem lại", {})
    clock("2027-01-05")

    submit(submitted, reporter)

    submitted.refresh_from_db()
    assert (submitted.first_submitted_at, submitted.submitted_at) == (first, timezone.now())


def test_empty_report_cannot_be_submitted(report, reporter):
    with pytest.raises(ReviewRefused) as refused:
        submit(report, reporter)

    assert refused.value.why is Why.NOTHING_ENTERED


def test_texts_alone_can_be_submitted(open_round, staff):
    unit = factories.ReportingUnitFactory(territory=open_round.territory)
    alone = factories.ReportFactory(round=open_round, reporting_unit=unit)
    save_texts(report=alone, user=staff, texts={"documents_issued": "Công văn 12"})

    assert submit(alone, staff).status == "submitted"


def test_returned_cells_carry_their_messages(submitted, staff):
    value = IndicatorValue.objects.get(indicator__code="library.digital")

    return_report(submitted, staff, "Xin xem lại.", {value.pk: "Chưa có minh chứng"})

    submitted.refresh_from_db()
    value.refresh_from_db()
    assert (submitted.status, submitted.returned_by) == ("returned", staff)
    assert submitted.return_message == "Xin xem lại."
    assert (value.is_returned, value.return_message) == (True, "Chưa có minh chứng")
    assert IndicatorValue.objects.filter(is_returned=True).count() == 1


def test_submitting_again_closes_the_returned_cells_and_keeps_the_messages(
    submitted, staff, reporter
):
    value = IndicatorValue.objects.get(indicator__code="library.digital")
    return_report(submitted, staff, "", {value.pk: "Chưa có minh chứng"})

    submit(submitted, reporter)

    value.refresh_from_db()
    assert (value.is_returned, value.return_message) == (False, "Chưa có minh chứng")


def test_second_return_replaces_the_first(submitted, staff, reporter):
    first, second = IndicatorValue.objects.order_by("pk")
    return_report(submitted, staff, "", {first.pk: "một"})
    submit(submitted, reporter)

    return_report(submitted, staff, "", {second.pk: "hai"})

    found = IndicatorValue.objects.order_by("pk").values_list("return_message", "is_returned")
    assert list(found) == [("", False), ("hai", True)]


def test_blank_cell_can_be_returned(submitted, staff, indicators):
    line = submitted.round.lines.get(institution__code="98-TV-98102")

    return_cells(submitted, staff, "", {(line, indicators["library.digital"]): "Chưa báo cáo"})

    value = line.values.get()
    assert (value.state, value.version, value.is_returned) == ("blank", 0, True)


def test_refused_return_leaves_no_blank_cell_behind(filled, staff, indicators):
    line = filled.round.lines.get(institution__code="98-TV-98102")

    with pytest.raises(ReviewRefused):
        return_cells(filled, staff, "", {(line, indicators["library.digital"]): "Chưa báo cáo"})

    assert not line.values.exists()


@pytest.mark.parametrize(("message", "cell"), [("", None), ("  ", ""), ("", " ")])
def test_return_without_a_word_is_refused(submitted, staff, message, cell):
    value = IndicatorValue.objects.first()

    with pytest.raises(ReviewRefused) as refused:
        return_report(submitted, staff, message, {} if cell is None else {value.pk: cell})

    assert refused.value.why is Why.NO_MESSAGE


def test_cell_of_another_report_cannot_be_returned(submitted, staff, open_round, answer):
    foreign = answer(open_round, "98-TV-982", "library.digital", "yes", approved=False)

    with pytest.raises(ReviewRefused) as refused:
        return_report(submitted, staff, "Xem lại", {foreign.pk: "x"})

    assert refused.value.why is Why.FOREIGN_CELL


def test_approval_makes_working_values_count(submitted, staff, open_round, answer):
    answer(open_round, "98-TV-982", "library.digital", "yes", approved=False)

    approve(submitted, staff)

    submitted.refresh_from_db()
    assert (submitted.status, submitted.approved_by) == ("approved", staff)
    approved = IndicatorValue.objects.exclude(approved_state="blank")
    assert set(
        approved.values_list("line__institution__code", "approved_state", "approved_count")
    ) == {("98-TV-981", "yes", None), ("98-TV-981", "count", 1250)}


def test_approval_is_recorded_for_values_that_differ(submitted, staff):
    IndicatorValue.objects.filter(indicator__code="library.digital").update(approved_state="yes")

    approve(submitted, staff)

    change = Change.objects.get()
    assert (change.action, change.by, change.before_state, change.after_count) == (
        "approved", staff, "blank", 1250,
    )  # fmt: skip


def test_report_that_was_sent_anew_is_not_approved_unread(
    submitted, staff, reporter, open_round, answer
):
    looked_at = submission(submitted)
    return_report(submitted, staff, "Xem lại", {})
    answer(open_round, "98-TV-981", "library.visits_growth", 99_000, approved=False)
    anew = submit(submitted, reporter)

    with pytest.raises(ReviewRefused) as refused:
        approve(submitted, staff, seen=looked_at)

    submitted.refresh_from_db()
    assert refused.value.why is Why.SENT_ANEW
    assert submitted.status == "submitted"
    assert approve(submitted, staff, seen=submission(anew)).status == "approved"


@pytest.mark.parametrize("cells", [2, 30])
def test_approval_takes_a_fixed_number_of_queries(
    submitted, staff, answer, open_round, django_assert_max_num_queries, cells
):
    codes = ("98-TV-981", "98-TV-98102", "98-VH-98102")
    for code in codes[: 1 if cells == 2 else 3]:
        kind = "library.lifelong_services" if "TV" in code else "culture.clubs"
        answer(open_round, code, kind, "no", approved=False)

    # savepoint 2, report, round, differing values, changes, values, report and its history
    with django_assert_max_num_queries(9):
        approve(submitted, staff)


STEPS = {
    "submit": lambda report, user: submit(report, user),
    "return": lambda report, user: return_report(report, user, "Xem lại"),
    "approve": lambda report, user: approve(report, user),
    "withdraw": lambda report, user: withdraw(report, user, "Xem lại"),
}


@pytest.mark.parametrize(
    ("status", "step", "why"),
    [
        ("draft", "return", Why.NOT_SUBMITTED),
        ("draft", "approve", Why.NOT_SUBMITTED),
        ("submitted", "submit", Why.ALREADY_SUBMITTED),
        ("returned", "return", Why.NOT_SUBMITTED),
        ("returned", "approve", Why.NOT_SUBMITTED),
        ("approved", "submit", Why.ALREADY_APPROVED),
        ("approved", "return", Why.ALREADY_APPROVED),
        ("approved", "approve", Why.ALREADY_APPROVED),
        ("draft", "withdraw", Why.NOT_APPROVED),
        ("submitted", "withdraw", Why.NOT_APPROVED),
        ("returned", "withdraw", Why.NOT_APPROVED),
    ],
)
def test_step_from_another_state_is_refused(filled, staff, status, step, why):
    now = timezone.now()
    Report.objects.filter(pk=filled.pk).update(
        status=status, submitted_at=now, returned_at=now, approved_at=now
    )

    with pytest.raises(ReviewRefused) as refused:
        STEPS[step](filled, staff)

    filled.refresh_from_db()
    assert (refused.value.why, filled.status) == (why, status)
    assert not Change.objects.exists()


@pytest.mark.parametrize("step", STEPS)
def test_closed_round_takes_no_step(submitted, staff, step):
    submitted.round.closed_at = timezone.now()
    submitted.round.save()

    with pytest.raises(ReviewRefused) as refused:
        STEPS[step](submitted, staff)

    assert refused.value.why is Why.ROUND_CLOSED


def test_changes_after_approval_wait_for_the_next_one(submitted, staff, indicators):
    approve(submitted, staff)
    Report.objects.filter(pk=submitted.pk).update(status="submitted")
    value = IndicatorValue.objects.get(indicator__code="library.digital")

    set_value(
        report=submitted, line=value.line, indicator=value.indicator, cell=Cell("no"),
        version=value.version, user=staff, reason="Kiểm tra tại chỗ",
    )  # fmt: skip

    value.refresh_from_db()
    assert (value.state, value.approved_state) == ("no", "yes")


# Taking approvals back ---------------------------------------------------------------------------

APPROVED = ("approved_state", "approved_na_reason", "approved_count")


def approved_values() -> dict[int, tuple]:
    return {pk: tuple(rest) for pk, *rest in IndicatorValue.objects.values_list("pk", *APPROVED)}


@pytest.fixture
def others(open_round, answer, explain_findings, staff) -> list[Report]:
    """Submitted reports of three units: 982, the library and the museum."""
    answer(open_round, "98-TV-982", "library.digital", "no", approved=False)
    answer(open_round, "98-TV-01", "library.visits_growth", 500, approved=False)
    answer(open_round, "98-BT-01", "museum.education_programme", "not_applicable", approved=False)
    found = list(open_round.reports.exclude(reporting_unit__code="981").order_by("pk"))
    for each in found:
        explain_findings(each, staff)
        submit(each, staff)
    return found


def looked_at(*reports: Report) -> dict[Report, str]:
    """The submission of each report as it stands."""
    return {each: submission(Report.objects.get(pk=each.pk)) for each in reports}


@pytest.fixture
def together(submitted, others, staff):
    """All four reports, approved in one step."""
    return approve_together(submitted.round, looked_at(submitted, *others), staff)


def test_withdrawing_puts_back_what_counted_before(submitted, staff):
    # As if an earlier approval had left other values: they are to come back to the digit.
    IndicatorValue.objects.filter(indicator__code="library.digital").update(approved_state="no")
    IndicatorValue.objects.filter(indicator__code="library.visits_growth").update(
        approved_state="count", approved_count=77
    )
    before = approved_values()
    approve(submitted, staff)
    assert approved_values() != before

    withdraw(submitted, staff, "Cần đối chiếu lại.")

    assert approved_values() == before


def test_withdrawing_says_who_when_and_why(submitted, staff, clock):
    clock("2025-12-03")
    approve(submitted, staff)
    clock("2025-12-04")

    withdraw(submitted, staff, " Cần đối chiếu lại. ")

    submitted.refresh_from_db()
    assert (submitted.status, submitted.withdrawn_by, submitted.withdrawal_reason) == (
        "submitted", staff, "Cần đối chiếu lại.",
    )  # fmt: skip
    assert submitted.withdrawn_at == timezone.now()
    changes = Change.objects.filter(action="unapproved")
    assert {(c.by, c.reason, c.before_state, c.after_state) for c in changes} == {
        (staff, "Cần đối chiếu lại.", "yes", "blank"),
        (staff, "Cần đối chiếu lại.", "count", "blank"),
    }


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_withdrawing_without_a_reason_is_refused(submitted, staff, reason):
    approve(submitted, staff)

    with pytest.raises(ReviewRefused) as refused:
        withdraw(submitted, staff, reason)

    submitted.refresh_from_db()
    assert (refused.value.why, submitted.status) == (Why.NO_REASON, "approved")


def test_report_can_be_returned_and_approved_again_after_a_withdrawal(submitted, staff, reporter):
    approve(submitted, staff)
    withdraw(submitted, staff, "Xem lại")
    value = IndicatorValue.objects.get(indicator__code="library.visits_growth")
    return_report(submitted, staff, "", {value.pk: "Đếm lại"})
    submitted.refresh_from_db()
    set_value(
        report=submitted, line=value.line, indicator=value.indicator, cell=Cell("count", 1300),
        version=value.version, user=reporter,
    )  # fmt: skip
    submit(submitted, reporter)

    approve(submitted, staff)

    value.refresh_from_db()
    assert (value.approved_state, value.approved_count) == ("count", 1300)


def test_reports_are_approved_together_as_one_step(together, submitted, others, staff):
    states = set(Report.objects.values_list("status", "bulk_approval", "approved_at"))
    assert states == {("approved", together.approval.pk, together.approval.at)}
    assert (together.approval.by, len(together.done), together.refused) == (staff, 4, [])


def test_report_that_cannot_be_approved_does_not_hold_the_others_back(submitted, others, staff):
    return_report(others[0], staff, "Xem lại")
    seen = looked_at(submitted, *others)
    seen[others[1]] = "another submission"

    result = approve_together(submitted.round, seen, staff)

    assert [report for report, _refused in result.refused] == others[:2]
    assert [refused.why for _report, refused in result.refused] == [
        Why.NOT_SUBMITTED, Why.SENT_ANEW,
    ]  # fmt: skip
    assert set(result.done) == {submitted, others[2]}


def test_nothing_approved_leaves_no_trace(report, staff):
    result = approve_together(report.round, {report: ""}, staff)

    assert (result.approval, result.done) == (None, [])
    assert not BulkApproval.objects.exists()


def test_undoing_restores_everything_exactly(submitted, others, staff):
    IndicatorValue.objects.filter(indicator__code="library.visits_growth").update(
        approved_state="count", approved_count=77
    )
    before = approved_values()
    working = list(IndicatorValue.objects.order_by("pk").values_list("state", "count", "version"))
    approval = approve_together(submitted.round, looked_at(submitted, *others), staff).approval

    result = undo_together(approval, staff)

    approval.refresh_from_db()
    assert approved_values() == before
    assert working == list(
        IndicatorValue.objects.order_by("pk").values_list("state", "count", "version")
    )
    assert (len(result.done), result.refused) == (4, [])
    assert set(Report.objects.values_list("status", "bulk_approval")) == {("submitted", None)}
    assert (approval.undone_by, approval.undone_at is not None) == (staff, True)


def test_undoing_leaves_reports_that_something_happened_to(together, others, staff):
    withdrawn, again, _untouched = others
    withdraw(withdrawn, staff, "Xem lại")
    withdraw(again, staff, "Xem lại")
    approve(again, staff)

    result = undo_together(together.approval, staff)

    assert {report for report, _why in result.refused} == {withdrawn, again}
    assert {refused.why for _report, refused in result.refused} == {Why.TOUCHED}
    found = dict(Report.objects.values_list("reporting_unit__code", "status"))
    assert [found[each.reporting_unit.code] for each in others] == [
        "submitted", "approved", "submitted",
    ]  # fmt: skip
    # Twice on the same day is not possible, and nothing is restored twice.
    with pytest.raises(ReviewRefused) as refused:
        undo_together(together.approval, staff)
    assert refused.value.why is Why.ALREADY_UNDONE


def test_undoing_leaves_a_report_whose_values_changed_since(together, submitted, staff):
    value = IndicatorValue.objects.filter(line__reporting_unit=submitted.reporting_unit).first()
    Change.objects.create(
        value=value, at=timezone.now(), by=staff, action="corrected",
        before_state="blank", after_state="yes",
    )  # fmt: skip

    result = undo_together(together.approval, staff)

    assert [report for report, _why in result.refused] == [submitted]


def test_undoing_in_a_closed_round_is_refused_as_a_whole(together, submitted, staff):
    submitted.round.closed_at = timezone.now()
    submitted.round.save()
    before = approved_values()

    with pytest.raises(ReviewRefused) as refused:
        undo_together(together.approval, staff)

    assert refused.value.why is Why.ROUND_CLOSED
    assert approved_values() == before
    assert set(Report.objects.values_list("status", flat=True)) == {"approved"}
