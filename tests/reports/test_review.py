import pytest
from django.utils import timezone

from reports.models import Change, IndicatorValue, Report
from reports.rounds.checks import Cell
from reports.rounds.entry import save_texts, set_value
from reports.rounds.review import (
    ReviewRefused,
    Why,
    approve,
    return_cells,
    return_report,
    submission,
    submit,
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
