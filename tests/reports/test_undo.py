from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from reports.importing.undo import UndoRefused, Why, outlook, undo
from reports.models import Change, ImportBatch, IndicatorValue, Report
from reports.rounds.checks import Cell
from reports.rounds.entry import Closed, set_value
from reports.rounds.review import approve, withdraw
from tests.reports.test_apply import CENTRE, LIBRARY, imported, standing

NOTED = "98-TV-981,,Không,-,1.300,,,,,sửa theo biên bản"


def cells() -> dict[tuple[str, str], tuple]:
    """All of a cell but its version, blank ones that nobody filled left out."""
    return {
        (code, indicator): tuple(rest)
        for code, indicator, *rest in IndicatorValue.objects.values_list(
            "line__institution__code", "indicator__code",
            "state", "count", "na_reason", "note", "evidence", "explanation", "explained",
            "is_returned", "approved_state", "approved_count", "approved_na_reason",
        )
        if rest[0] != "blank" or any(rest[1:7])
    }  # fmt: skip


@pytest.fixture
def filled(report, open_round, answer) -> dict:
    """The district library as it stood: with a note, an evidence, an explanation, an approval."""
    value = answer(open_round, "98-TV-981", "library.lifelong_services", "yes")
    IndicatorValue.objects.filter(pk=value.pk).update(
        note="từ năm 2023", evidence="Quyết định 12", explanation="đúng", explained="yes"
    )
    answer(open_round, "98-TV-981", "library.digital", "yes", approved=False)
    answer(open_round, "98-TV-981", "library.visits_growth", 1000, approved=False)
    return cells()


def test_every_cell_is_as_it_was_before_the_file(report, filled, reporter):
    _plan, batch = imported(report, NOTED, CENTRE, user=reporter)
    assert cells() != filled

    taken_back = undo(batch, reporter)

    assert taken_back == 5
    assert cells() == filled
    batch.refresh_from_db()
    assert (batch.status, batch.undone_by, batch.undone_at is not None) == (
        "undone", reporter, True,
    )  # fmt: skip


def test_history_tells_of_both(report, filled, reporter):
    _plan, batch = imported(report, NOTED, user=reporter)

    undo(batch, reporter)

    value = IndicatorValue.objects.get(indicator__code="library.visits_growth")
    assert list(
        value.changes.values_list("action", "before_count", "after_count", "import_batch", "by")
    ) == [
        ("imported", 1000, 1300, batch.pk, reporter.pk),
        ("undone", 1300, 1000, batch.pk, reporter.pk),
    ]
    assert value.version == 3


def test_note_that_the_file_cleared_comes_back(report, filled):
    _plan, batch = imported(report, "98-TV-981,,Không,,,,,,,-")

    undo(batch, None)

    assert cells() == filled


def test_report_that_the_file_began_is_not_begun(report):
    _plan, batch = imported(report, LIBRARY)

    undo(batch, None)

    report.refresh_from_db()
    assert report.started_at is None


def test_report_that_was_begun_before_stays_begun(report, reporter):
    imported(report, CENTRE)
    report.refresh_from_db()
    begun = report.started_at
    _plan, batch = imported(report, LIBRARY)

    undo(batch, reporter)

    report.refresh_from_db()
    assert report.started_at == begun


def test_file_can_be_written_again_afterwards(report):
    _plan, batch = imported(report, LIBRARY)
    undo(batch, None)

    plan, again = imported(report, LIBRARY)

    assert (plan.tally["new"], again.pk != batch.pk) == (1, True)
    assert len(cells()) == 3


def test_later_entry_holds_it_back(report, reporter):
    _plan, batch = imported(report, LIBRARY, CENTRE)
    value = IndicatorValue.objects.get(indicator__code="library.visits_growth")
    set_value(
        report=report, line=value.line, indicator=value.indicator,
        cell=Cell("count", 7), version=value.version, user=reporter,
    )  # fmt: skip
    before = cells()

    with pytest.raises(UndoRefused) as refused:
        undo(batch, reporter)

    assert refused.value.why is Why.TOUCHED
    assert cells() == before
    found = outlook(batch, reporter)
    assert [(change.value_id, change.by) for change in found.touched] == [(value.pk, reporter)]


def test_entry_into_another_cell_does_not(report, reporter, indicators):
    _plan, batch = imported(report, CENTRE)
    line = report.round.lines.get(institution__code="98-TV-981")
    set_value(
        report=report, line=line, indicator=indicators["library.digital"],
        cell=Cell("yes"), version=0, user=reporter,
    )  # fmt: skip

    undo(batch, reporter)

    assert list(cells()) == [("98-TV-981", "library.digital")]


def test_later_import_holds_the_first_back_until_it_is_taken_back(report):
    _plan, first = imported(report, LIBRARY)
    _plan, second = imported(report, "98-TV-981,,Không,,,,,,,")

    with pytest.raises(UndoRefused) as refused:
        undo(first, None)
    assert refused.value.why is Why.TOUCHED

    undo(second, None)
    assert standing()["98-TV-981", "library.lifelong_services"][0] == "yes"

    undo(first, None)
    assert cells() == {}


def test_submitted_report_holds_it_back(report, reporter, staff):
    _plan, batch = imported(report, LIBRARY)
    Report.objects.filter(pk=report.pk).update(status="submitted", submitted_at=timezone.now())

    for user in (reporter, staff):
        with pytest.raises(UndoRefused) as refused:
            undo(batch, user)
        assert refused.value.why is Why.CLOSED
    assert [why for _report, why in outlook(batch, reporter).closed] == [Closed.SUBMITTED]
    assert len(cells()) == 3


def test_approved_and_closed_reports_hold_it_back(report, reporter, staff):
    _plan, batch = imported(report, LIBRARY)
    Report.objects.filter(pk=report.pk).update(status="submitted", submitted_at=timezone.now())
    approve(report, staff)
    with pytest.raises(UndoRefused):
        undo(batch, staff)
    report.round.closed_at = timezone.now()
    report.round.save()

    with pytest.raises(UndoRefused) as refused:
        undo(batch, staff)

    assert refused.value.why is Why.CLOSED
    assert [why for _report, why in outlook(batch, staff).closed] == [Closed.ROUND_CLOSED]


def test_withdrawn_approval_does_not_hold_it_back(report, reporter, staff):
    _plan, batch = imported(report, LIBRARY)
    Report.objects.filter(pk=report.pk).update(status="submitted", submitted_at=timezone.now())
    approve(report, staff)
    withdraw(report, staff, "nhầm")
    Report.objects.filter(pk=report.pk).update(status="returned", returned_at=timezone.now())

    undo(batch, reporter)

    assert cells() == {}


def test_cells_that_were_not_returned_hold_the_unit_back(report, reporter, staff):
    _plan, batch = imported(report, LIBRARY)
    Report.objects.filter(pk=report.pk).update(status="returned", returned_at=timezone.now())
    IndicatorValue.objects.filter(indicator__code="library.digital").update(is_returned=True)

    with pytest.raises(UndoRefused):
        undo(batch, reporter)
    assert undo(batch, staff) == 3


def test_import_is_taken_back_once(report, reporter):
    _plan, batch = imported(report, LIBRARY)
    undo(batch, reporter)

    with pytest.raises(UndoRefused) as refused:
        undo(batch, reporter)

    assert refused.value.why is Why.NOT_WRITTEN
    assert Change.objects.filter(action="undone").count() == 3


@pytest.mark.django_db(transaction=True)
def test_of_two_undos_at_once_one_is_refused(report):
    _plan, batch = imported(report, LIBRARY)

    def try_it(_number: int) -> str:
        try:
            undo(ImportBatch.objects.get(pk=batch.pk), None)
        except UndoRefused as refused:
            return refused.why
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(try_it, range(2)))

    assert found == ["done", Why.NOT_WRITTEN]
    assert Change.objects.filter(action="undone").count() == 3


def test_preview_cannot_be_taken_back(report, reporter):
    batch = ImportBatch.objects.create(
        report=report, territory=report.round.territory, name="x.csv", sha256="0" * 64
    )

    with pytest.raises(UndoRefused) as refused:
        undo(batch, reporter)

    assert refused.value.why is Why.NOT_WRITTEN


@pytest.mark.parametrize("rows", [1, 2])
def test_outlook_takes_a_fixed_number_of_queries(report, django_assert_num_queries, rows):
    _plan, batch = imported(report, *[LIBRARY, CENTRE][:rows])

    with django_assert_num_queries(5):  # places, keys of reports, reports, counts, touched
        found = outlook(batch, None)

    assert found.institutions == rows


# The page ----------------------------------------------------------------------------------


def test_page_says_what_will_happen_and_does_it(report, as_reporter, reporter):
    _plan, batch = imported(report, LIBRARY, CENTRE, user=reporter)
    address = f"/reporting/imports/{batch.pk}/undo/"

    page = as_reporter.get(address).content.decode()
    assert "<strong>5 số liệu</strong> của 2 thiết chế" in page
    answer = as_reporter.post(address, follow=True)

    assert cells() == {}
    assert answer.redirect_chain == [(f"/reporting/imports/{batch.pk}/", 302)]
    assert "Đã hoàn tác" in answer.content.decode()


def test_page_lists_what_holds_it_back(report, as_reporter, reporter, staff):
    _plan, batch = imported(report, LIBRARY)
    value = IndicatorValue.objects.get(indicator__code="library.visits_growth")
    set_value(
        report=report, line=value.line, indicator=value.indicator,
        cell=Cell("count", 7), version=value.version, user=staff,
    )  # fmt: skip

    page = as_reporter.get(f"/reporting/imports/{batch.pk}/undo/").content.decode()

    assert "<del>1.250</del>" in page
    assert "<ins>7</ins>" in page
    assert str(staff) in page
    assert 'type="submit">Hoàn tác' not in page
    answer = as_reporter.post(f"/reporting/imports/{batch.pk}/undo/")
    assert answer["Location"] == f"/reporting/imports/{batch.pk}/undo/"
    assert len(cells()) == 3


def test_import_that_was_taken_back_has_no_page_for_it(report, as_reporter, reporter):
    _plan, batch = imported(report, LIBRARY)
    undo(batch, reporter)

    answer = as_reporter.get(f"/reporting/imports/{batch.pk}/undo/")

    assert answer["Location"] == f"/reporting/imports/{batch.pk}/"
