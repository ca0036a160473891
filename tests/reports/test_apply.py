import datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from institutions.sheets import FileProblem, UnreadableFile
from reports.importing import apply as applying
from reports.importing.apply import (
    ImportRefused,
    Why,
    import_file,
    keep,
    latest_change,
    preview,
)
from reports.models import Change, ImportBatch, IndicatorValue, Report, RoundLine
from reports.rounds.checks import Cell
from reports.rounds.entry import Closed, EntryRefused, set_value
from tests import factories

HEADER = (
    "institution_code,name,library.lifelong_services,library.digital,library.visits_growth,"
    "museum.education_programme,museum.visits_growth,culture.creative_activities,culture.clubs,note"
)


def csv(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


LIBRARY = "98-TV-981,Thư viện huyện An Bình,Có,Không,1.250,,,,,"
CENTRE = "98-VH-981,Trung tâm Văn hoá,,,,,,Có,Không áp dụng: under repair,tạm dừng từ tháng 3"


def imported(report: Report, *rows: str, **options):
    return import_file(report, csv(*rows), name="so-lieu.csv", **options)


def standing() -> dict[tuple[str, str], tuple]:
    return {
        (code, indicator): tuple(rest)
        for code, indicator, *rest in IndicatorValue.objects.values_list(
            "line__institution__code", "indicator__code", "state", "count", "na_reason", "version"
        )
    }


def test_file_is_written_with_its_history(report):
    plan, batch = imported(report, LIBRARY, CENTRE)

    assert plan.tally == {"rows": 2, "new": 2, "changed": 0, "same": 0, "invalid": 0}
    assert standing() == {
        ("98-TV-981", "library.lifelong_services"): ("yes", None, "", 1),
        ("98-TV-981", "library.digital"): ("no", None, "", 1),
        ("98-TV-981", "library.visits_growth"): ("count", 1250, "", 1),
        ("98-VH-981", "culture.creative_activities"): ("yes", None, "", 1),
        ("98-VH-981", "culture.clubs"): ("not_applicable", None, "under_repair", 1),
    }
    change = Change.objects.get(value__indicator__code="library.visits_growth")
    assert (change.action, change.import_batch, change.before_state, change.after_count) == (
        "imported", batch, "blank", 1250,
    )  # fmt: skip
    assert set(Change.objects.values_list("import_batch", flat=True)) == {batch.pk}


def test_note_goes_to_the_answers_of_its_row(report):
    imported(report, LIBRARY, CENTRE)

    noted = IndicatorValue.objects.exclude(note="")
    assert set(noted.values_list("line__institution__code", "note")) == {
        ("98-VH-981", "tạm dừng từ tháng 3")
    }


def test_batch_keeps_the_file_and_its_counts(report, reporter):
    _plan, batch = imported(report, LIBRARY, user=reporter)

    batch = ImportBatch.objects.get(pk=batch.pk)
    assert (batch.status, batch.rows, batch.new, batch.name, batch.uploaded_by) == (
        "applied", 1, 1, "so-lieu.csv", reporter,
    )  # fmt: skip
    assert batch.sha256 == applying.sha256(csv(LIBRARY))
    assert batch.file.read() == csv(LIBRARY)


def test_import_begins_the_report(report):
    imported(report, LIBRARY)

    report.refresh_from_db()
    assert (report.status, report.started_at is not None) == ("draft", True)


def test_same_file_twice_changes_nothing(report):
    imported(report, LIBRARY, CENTRE)
    before = standing()

    plan, batch = imported(report, LIBRARY, CENTRE)

    assert plan.tally == {"rows": 2, "new": 0, "changed": 0, "same": 2, "invalid": 0}
    assert batch is None
    assert standing() == before
    assert Change.objects.count() == 5
    assert ImportBatch.objects.count() == 1


def test_changed_value_keeps_its_row_and_raises_its_version(report):
    imported(report, LIBRARY)
    value = IndicatorValue.objects.get(indicator__code="library.visits_growth")

    plan, _batch = imported(report, "98-TV-981,,,,1.300,,,,,")

    assert plan.tally["changed"] == 1
    value.refresh_from_db()
    assert (value.count, value.version) == (1300, 2)
    assert value.changes.values_list("before_count", "after_count").last() == (1250, 1300)


def test_dash_clears_a_value(report):
    imported(report, LIBRARY)

    imported(report, "98-TV-981,,-,,,,,,,")

    assert standing()["98-TV-981", "library.lifelong_services"] == ("blank", None, "", 2)


def test_approved_side_is_left_alone(report, open_round, answer):
    answer(open_round, "98-TV-981", "library.digital", "yes")

    imported(report, LIBRARY)

    value = IndicatorValue.objects.get(indicator__code="library.digital")
    assert (value.state, value.approved_state, value.version) == ("no", "yes", 2)


@pytest.mark.parametrize(
    "wrong",
    ["98-TV-982,,Có,,,,,,,", "98-TV-000,,Có,,,,,,,", "98-TV-98102,,12,,,,,,,", LIBRARY],
    ids=["foreign", "unknown", "wrong type", "duplicate"],
)
def test_one_wrong_row_keeps_all_rows_out(report, wrong):
    with pytest.raises(ImportRefused) as refused:
        imported(report, LIBRARY, wrong)

    assert refused.value.why is Why.HAS_ERRORS
    assert (standing(), Change.objects.count(), ImportBatch.objects.count()) == ({}, 0, 0)
    report.refresh_from_db()
    assert report.started_at is None


def test_valid_rows_can_be_accepted(report):
    plan, batch = imported(report, LIBRARY, "98-TV-000,,Có,,,,,,,", accept_valid=True)

    assert (plan.tally["new"], plan.tally["invalid"], batch.invalid) == (1, 1, 1)
    assert len(standing()) == 3


def test_dry_run_writes_nothing(report):
    plan, batch = imported(report, LIBRARY, dry_run=True)

    assert (plan.tally["new"], batch, standing()) == (1, None, {})


@pytest.mark.parametrize(
    ("status", "why"), [("submitted", Closed.SUBMITTED), ("approved", Closed.APPROVED)]
)
def test_report_that_is_not_open_is_refused(report, staff, status, why):
    Report.objects.filter(pk=report.pk).update(
        status=status,
        submitted_at=datetime.datetime.now(datetime.UTC),
        approved_at=datetime.datetime.now(datetime.UTC),
    )
    report.refresh_from_db()

    for user in (None, staff):
        with pytest.raises(EntryRefused) as refused:
            imported(report, LIBRARY, user=user)
        assert refused.value.why is why
    assert standing() == {}


def test_closed_round_is_refused(report):
    report.round.closed_at = datetime.datetime.now(datetime.UTC)
    report.round.save()

    with pytest.raises(EntryRefused) as refused:
        imported(report, LIBRARY)

    assert refused.value.why is Closed.ROUND_CLOSED


def test_round_that_is_not_open_yet_is_refused(report, clock):
    clock("2025-09-30")

    with pytest.raises(EntryRefused) as refused:
        imported(report, LIBRARY)

    assert refused.value.why is Closed.NOT_YET_OPEN


@pytest.fixture
def returned(report, open_round, answer) -> Report:
    """Returned for one cell: the digital question of the district library."""
    answer(open_round, "98-TV-981", "library.lifelong_services", "yes", approved=False)
    value = answer(open_round, "98-TV-981", "library.digital", "yes", approved=False)
    value.is_returned = True
    value.save()
    report.status = "returned"
    report.returned_at = datetime.datetime.now(datetime.UTC)
    report.save()
    return report


def test_returned_cell_is_open(returned):
    imported(returned, "98-TV-981,,Có,Không,,,,,,")

    assert standing()["98-TV-981", "library.digital"] == ("no", None, "", 2)


def test_other_cells_of_a_returned_report_are_not_open(returned):
    with pytest.raises(ImportRefused) as refused:
        imported(returned, "98-TV-981,,Không,Không,5,,,,,")

    assert set(refused.value.plan.rows[0].errors) == {
        "library.lifelong_services", "library.visits_growth",
    }  # fmt: skip
    assert standing()["98-TV-981", "library.digital"] == ("yes", None, "", 1)


def test_department_is_not_bound_to_the_returned_cells(returned, staff):
    imported(returned, "98-TV-981,,Không,Không,5,,,,,", user=staff)

    assert standing()["98-TV-981", "library.visits_growth"] == ("count", 5, "", 1)


def test_preview_that_was_overtaken_is_refused(report, reporter, open_round, answer):
    seen = preview(report, csv(LIBRARY), reporter).plan
    batch = keep(report, csv(LIBRARY), "so-lieu.csv", reporter, seen)
    answer(open_round, "98-TV-981", "library.digital", "yes", approved=False)

    with pytest.raises(ImportRefused) as refused:
        applying.apply(batch, reporter, fingerprint=seen.fingerprint)

    assert refused.value.why is Why.DIFFERS
    assert (len(standing()), Change.objects.count()) == (1, 0)
    batch.refresh_from_db()
    assert batch.status == "previewed"


@pytest.fixture
def enter(open_round, indicators, other_reporter, reporter):
    """Somebody answers a cell: `enter("98-TV-981", "library.digital", user)`."""

    def fill(institution: str, indicator: str, user) -> None:
        line = open_round.lines.get(institution__code=institution)
        set_value(
            report=open_round.reports.get(reporting_unit=line.reporting_unit_id),
            line=line, indicator=indicators[indicator], cell=Cell("yes"), version=0, user=user,
        )  # fmt: skip

    return fill


@pytest.mark.parametrize("names_the_last_change", [True, False])
def test_refusal_shows_which_cells_were_changed_and_by_whom(
    report, reporter, staff, enter, names_the_last_change
):
    enter("98-TV-98102", "library.digital", reporter)
    seen = preview(report, csv(LIBRARY), reporter).plan
    last = latest_change() if names_the_last_change else None
    batch = keep(report, csv(LIBRARY), "so-lieu.csv", reporter, seen)
    enter("98-TV-981", "library.digital", staff)
    enter("98-VH-981", "culture.clubs", reporter)  # not in the file

    with pytest.raises(ImportRefused) as refused:
        applying.apply(batch, reporter, fingerprint=seen.fingerprint, seen=last)

    assert [
        (change.value.line.institution.code, change.value.indicator.code, change.by)
        for change in refused.value.overtaken
    ] == [("98-TV-981", "library.digital", staff)]


def test_preview_is_written_once(report, reporter):
    seen = preview(report, csv(LIBRARY), reporter).plan
    batch = keep(report, csv(LIBRARY), "so-lieu.csv", reporter, seen)
    applying.apply(batch, reporter, fingerprint=seen.fingerprint)

    with pytest.raises(ImportRefused) as refused:
        applying.apply(batch, reporter, fingerprint=seen.fingerprint)

    assert refused.value.why is Why.APPLIED


@pytest.mark.parametrize("rows", [1, 30])
def test_preview_takes_a_fixed_number_of_queries(
    report, indicators, open_round, django_assert_num_queries, rows
):
    factories.RoundLineFactory.create_batch(
        rows, round=open_round, reporting_unit=report.reporting_unit, kind="library"
    )
    codes = RoundLine.objects.filter(
        round=open_round, reporting_unit=report.reporting_unit, kind="library"
    ).values_list("institution__code", flat=True)
    content = csv("97-TV-1,,Có,,,,,,,", *(f"{code},,Có,,,,,,," for code in codes))

    with django_assert_num_queries(4):  # questions, values, roster of the unit, foreign codes
        plan = preview(report, content, None).plan

    assert plan.tally["rows"] == rows + 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(data=st.data())
def test_mangled_file_is_written_wholly_or_not_at_all(report, data):
    content = bytearray(csv(LIBRARY, CENTRE))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    # Each example starts from the empty report.
    with transaction.atomic():
        try:
            plan, _batch = import_file(report, bytes(content), name="x.csv")
        except (UnreadableFile, ImportRefused):
            expected = 0
        else:
            expected = sum(1 for _ in plan.changes)
        assert IndicatorValue.objects.count() == Change.objects.count() == expected
        transaction.set_rollback(True)


def test_file_too_long_for_one_unit_is_refused_in_words(report):
    rows = (f"98-TV-{n},,Có,,,,,,," for n in range(applying.MOST_ROWS + 1))

    with pytest.raises(UnreadableFile) as refused:
        import_file(report, csv(*rows), name="so-lieu.csv")

    assert refused.value.problem is FileProblem.TOO_MANY_ROWS
