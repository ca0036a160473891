from decimal import Decimal

import pytest
from django.utils import timezone

from reports.models import Change, NotApplicableReason, Report, State
from reports.rounds import checks
from reports.rounds.checks import Cell, CellFault, Question, faults
from reports.rounds.entry import (
    Closed,
    Conflict,
    Entry,
    EntryRefused,
    InvalidCell,
    save_texts,
    set_line,
    set_value,
)

YES_NO = Question("library.digital", "library", False)
COUNT = Question("library.visits_growth", "library", True)


@pytest.fixture
def line(report):
    return report.round.lines.get(institution__code="98-TV-981")


@pytest.fixture
def enter(report, line, indicators, reporter):
    """Enter a cell of the district library as the reporter, unless told otherwise."""

    def save(cell: Cell, version=0, indicator="library.digital", user=reporter, **more):
        return set_value(
            report=report, line=line, indicator=indicators[indicator], cell=cell,
            version=version, user=user, **more,
        )  # fmt: skip

    return save


def close(report):
    report.round.closed_at = timezone.now()
    report.round.save()


def turn(report, status: str):
    now = timezone.now()
    report.status = status
    report.submitted_at = report.returned_at = report.approved_at = now
    report.save()


@pytest.mark.parametrize(
    ("cell", "question", "found"),
    [
        (Cell("yes"), YES_NO, []),
        (Cell(), COUNT, []),
        (Cell("count", 0), COUNT, []),
        (Cell("count", 10**12), COUNT, []),
        (Cell("not_applicable", na_reason="under_repair"), COUNT, []),
        (Cell("not_applicable", na_reason="other", note="dùng chung"), YES_NO, []),
        (Cell("yes"), COUNT, [CellFault.NOT_COUNT]),
        (Cell("count"), COUNT, [CellFault.NOT_COUNT]),
        (Cell("count", 3), YES_NO, [CellFault.NOT_YES_NO]),
        (Cell("count", -1), COUNT, [CellFault.BELOW_ZERO]),
        (Cell("count", 10**12 + 1), COUNT, [CellFault.TOO_LARGE]),
        (Cell("not_applicable"), YES_NO, [CellFault.REASON_MISSING]),
        (Cell("not_applicable", na_reason="other"), YES_NO, [CellFault.OTHER_NEEDS_NOTE]),
    ],
)
def test_cell_has_faults(cell, question, found):
    assert faults(cell, question, "library") == found


def test_answer_to_a_question_of_another_kind_is_a_fault():
    assert faults(Cell("yes"), YES_NO, "museum") == [CellFault.NOT_FOR_KIND]
    assert faults(Cell(), YES_NO, "museum") == []


def test_words_of_the_pure_module_are_those_of_the_model():
    assert {"blank", "yes", "no", "count", "not_applicable"} == set(State.values)
    assert "other" in NotApplicableReason.values
    assert checks.Cell().state == State.BLANK


def test_value_is_saved_with_its_change(enter, report, reporter):
    value = enter(Cell("yes", note="từ tháng 5"), reason="báo cáo của thư viện")

    value.refresh_from_db()
    assert (value.state, value.note, value.version) == ("yes", "từ tháng 5", 1)
    change = Change.objects.get()
    assert (change.action, change.by, change.before_state, change.after_state, change.reason) == (
        "entered", reporter, "blank", "yes", "báo cáo của thư viện",
    )  # fmt: skip
    report.refresh_from_db()
    assert report.started_at is not None


def test_note_that_is_replaced_stays_in_the_history(enter):
    enter(Cell("yes", note="từ tháng 5"))
    enter(Cell("yes", note="từ tháng 6"), version=1)

    reasons = Change.objects.values_list("reason", flat=True)
    assert list(reasons) == ["từ tháng 5", "từ tháng 6"]


def test_same_value_writes_nothing(enter):
    enter(Cell("yes"))

    assert enter(Cell("yes"), version=0) is None
    assert Change.objects.count() == 1


def test_value_changed_by_somebody_else_is_a_conflict(enter):
    enter(Cell("yes"))

    with pytest.raises(Conflict) as conflict:
        enter(Cell("not_applicable", na_reason="suspended"), version=0)

    assert [value.state for value in conflict.value.values] == ["yes"]
    assert Change.objects.count() == 1


def test_line_is_saved_wholly_or_not_at_all(report, line, indicators, reporter, enter):
    enter(Cell("yes"))

    with pytest.raises(Conflict):
        set_line(
            report=report,
            line=line,
            entries=[
                Entry(line.pk, indicators["library.visits_growth"], Cell("count", 5), 0),
                Entry(line.pk, indicators["library.digital"], Cell("no"), 0),
            ],
            user=reporter,
        )

    assert line.values.count() == 1


def test_answer_that_does_not_fit_is_refused(enter, line):
    with pytest.raises(InvalidCell) as refused:
        enter(Cell("count", 5))

    assert refused.value.faults == {"library.digital": [CellFault.NOT_YES_NO]}
    assert not line.values.exists()


def test_line_of_another_unit_is_refused(report, indicators, reporter):
    foreign = report.round.lines.get(institution__code="98-TV-982")

    with pytest.raises(ValueError, match="not of this report"):
        set_value(
            report=report, line=foreign, indicator=indicators["library.digital"],
            cell=Cell("yes"), version=0, user=reporter,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (close, Closed.ROUND_CLOSED),
        (lambda report: turn(report, "submitted"), Closed.SUBMITTED),
        (lambda report: turn(report, "approved"), Closed.APPROVED),
    ],
)
def test_report_that_is_not_open_is_refused(enter, report, line, prepare, why):
    prepare(report)

    with pytest.raises(EntryRefused) as refused:
        enter(Cell("yes"))

    assert refused.value.why is why
    assert not line.values.exists()


def test_round_that_is_not_open_yet_is_refused(enter, clock):
    clock("2025-09-30")

    with pytest.raises(EntryRefused) as refused:
        enter(Cell("yes"))

    assert refused.value.why is Closed.NOT_YET_OPEN


def test_only_returned_cells_are_open_to_the_unit(enter, report):
    value = enter(Cell("yes"))
    value.is_returned = True
    value.save()
    turn(report, "returned")

    enter(Cell("no"), version=1)
    with pytest.raises(EntryRefused) as refused:
        enter(Cell("count", 5), indicator="library.visits_growth")

    assert refused.value.why is Closed.NOT_RETURNED


def test_report_returned_with_a_message_alone_is_open(enter, report):
    turn(report, "returned")

    assert enter(Cell("count", 5), indicator="library.visits_growth").version == 1


def test_department_corrects_what_was_submitted_with_a_reason(enter, report, staff):
    enter(Cell("yes"))
    turn(report, "submitted")

    with pytest.raises(EntryRefused) as refused:
        enter(Cell("no"), version=1, user=staff, reason="  ")
    enter(Cell("no"), version=1, user=staff, reason="Kiểm tra tại chỗ")

    change = Change.objects.last()
    assert refused.value.why is Closed.NO_REASON
    assert (change.action, change.reason) == ("corrected", "Kiểm tra tại chỗ")


def test_texts_and_amounts_are_saved(report, reporter):
    saved = save_texts(
        report=report, user=reporter,
        texts={"difficulties": "Thiếu máy tính.", "budget": Decimal("12.5")},
    )  # fmt: skip

    report.refresh_from_db()
    assert (saved, report.difficulties, report.budget) == (True, "Thiếu máy tính.", Decimal("12.5"))
    assert report.started_at is not None


def test_submitted_texts_are_the_units_own(report, reporter, staff):
    save_texts(report=report, user=reporter, texts={"difficulties": "Thiếu máy tính."})
    Report.objects.filter(pk=report.pk).update(status="submitted", submitted_at=timezone.now())

    with pytest.raises(EntryRefused) as refused:
        save_texts(report=report, user=staff, texts={"difficulties": "Không có."})

    report.refresh_from_db()
    assert (refused.value.why, report.difficulties) == (Closed.SUBMITTED, "Thiếu máy tính.")


def test_unchanged_texts_are_left_alone(report, reporter):
    assert save_texts(report=report, user=reporter, texts={"difficulties": ""}) is False
    report.refresh_from_db()
    assert report.started_at is None


def test_texts_of_a_submitted_report_are_closed(report, reporter):
    turn(report, "submitted")

    with pytest.raises(EntryRefused):
        save_texts(report=report, user=reporter, texts={"difficulties": "Mới"})
