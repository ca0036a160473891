import csv as csvs
import datetime
import io

import openpyxl
import pytest
from django.utils import timezone

from reports.importing import territory_work as work
from reports.importing.territory_work import Stand
from reports.importing.undo import undo
from reports.models import Change, ImportBatch, IndicatorValue, Report, ReportingRound
from reports.rounds.checks import Cell
from reports.rounds.entry import set_value
from tests import factories
from tests.conftest import enrol
from tests.reports.test_undo import cells

HEADER = "year,institution_code,name,library.lifelong_services,library.digital,library.visits_growth,museum.education_programme,museum.visits_growth,culture.creative_activities,culture.clubs,note"  # noqa: E501
ROWS = (
    "2024,98-TV-981,,Có,Không,1.250,,,,,",
    "2025,98-TV-981,,Có,Có,1.300,,,,,",
    "2025,98-TV-982,,Không,Không,800,,,,,",
    "2025,98-VH-98202,,,,,,,Có,Không áp dụng: under repair,đang sửa",
    "2024,98-BT-01,,,,,Có,5000,,,",
)


def csv(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


@pytest.fixture
def last_year(territory, open_round) -> ReportingRound:
    """The round of 2024, open as well."""
    return enrol(
        factories.ReportingRoundFactory(
            territory=territory, year=2024, opens_on=datetime.date(2024, 10, 1)
        )
    )


@pytest.fixture
def send(territory, staff, last_year, django_capture_on_commit_callbacks):
    """Send rows and let the worker read them; the batch."""

    def sent(*rows: str, content: bytes | None = None) -> ImportBatch:
        with django_capture_on_commit_callbacks(execute=True):
            batch = work.send(territory, content or csv(*rows), "ca-tinh.csv", staff)
        return ImportBatch.objects.get(pk=batch.pk)

    return sent


@pytest.fixture
def write(staff, django_capture_on_commit_callbacks):
    """Confirm what a batch shows and let the worker write it; the batch."""

    def written(batch: ImportBatch, *, accept_valid: bool = False) -> ImportBatch:
        with django_capture_on_commit_callbacks(execute=True):
            confirmed = work.confirm(
                batch, staff, (batch.found or {}).get("fingerprint", ""), accept_valid=accept_valid
            )
        batch = ImportBatch.objects.get(pk=batch.pk)
        batch.was_confirmed = confirmed
        return batch

    return written


def tally(batch: ImportBatch) -> dict[str, int]:
    names = ("rows", "new", "changed", "same", "invalid")
    return {name: getattr(batch, name) for name in names}


def faults(batch: ImportBatch) -> list[tuple]:
    return [(line, column, why) for line, column, _value, why, *_rest in batch.found["faults"]]


def test_file_is_previewed_and_nothing_is_written(send):
    batch = send(*ROWS)

    assert batch.status == "previewed"
    assert tally(batch) == {"rows": 5, "new": 5, "changed": 0, "same": 0, "invalid": 0}
    assert (batch.done, batch.total) == (5, 5)
    assert not IndicatorValue.objects.exists()
    by_report = {
        (r.round.year, r.reporting_unit.code): r.pk
        for r in Report.objects.select_related("round", "reporting_unit")
    }
    assert sorted(batch.found["units"]) == sorted(
        [by_report[key], *counts]
        for key, counts in {
            (2024, "981"): [1, 0, 0, 0],
            (2025, "981"): [1, 0, 0, 0],
            (2025, "982"): [2, 0, 0, 0],
            (2024, "98-btt"): [1, 0, 0, 0],
        }.items()
    )


def test_confirmed_file_is_written_with_its_history(send, write, staff):
    batch = write(send(*ROWS))

    assert (batch.status, batch.applied_by) == ("applied", staff)
    assert {
        (year, code, indicator): (state, count, reason, note, version)
        for year, code, indicator, state, count, reason, note, version in (
            IndicatorValue.objects.values_list(
                "line__round__year", "line__institution__code", "indicator__code",
                "state", "count", "na_reason", "note", "version",
            )
        )
        if code in ("98-VH-98202", "98-BT-01")
    } == {
        (2025, "98-VH-98202", "culture.creative_activities"): ("yes", None, "", "đang sửa", 1),
        (2025, "98-VH-98202", "culture.clubs"): (
            "not_applicable", None, "under_repair", "đang sửa", 1,
        ),
        (2024, "98-BT-01", "museum.education_programme"): ("yes", None, "", "", 1),
        (2024, "98-BT-01", "museum.visits_growth"): ("count", 5000, "", "", 1),
    }  # fmt: skip
    assert IndicatorValue.objects.count() == Change.objects.count() == 13
    assert set(Change.objects.values_list("action", "import_batch", "by", "before_state")) == {
        ("imported", batch.pk, staff.pk, "blank")
    }
    begun = Report.objects.filter(started_at=batch.applied_at)
    assert sorted(begun.values_list("round__year", "reporting_unit__code")) == [
        (2024, "98-btt"), (2024, "981"), (2025, "981"), (2025, "982"),
    ]  # fmt: skip


def test_same_file_twice_changes_nothing(send, write):
    write(send(*ROWS))

    again = send(*ROWS)

    assert tally(again) == {"rows": 5, "new": 0, "changed": 0, "same": 5, "invalid": 0}
    assert not write(again).was_confirmed
    assert Change.objects.count() == 13


def test_same_batch_is_written_once(send, write):
    batch = send(*ROWS)
    write(batch)

    assert not write(batch).was_confirmed
    work.write(batch.pk)

    assert Change.objects.count() == 13


def test_all_errors_are_told_by_line(send):
    batch = send(
        "2025,98-TV-981,,Có,Không,1.250,,,,,",
        "2023,98-TV-981,,Có,,,,,,,",
        ",98-TV-981,,Có,,,,,,,",
        "2025,98-TV-404,,Có,,,,,,,",
        "2025,98-TV-982,,hai,12x,,,,,,",
        "2025,98-TV-981,,Không,,,,,,,",
        "2025,98-VH-981,,Có,,,,,,,",
    )

    assert faults(batch) == [
        (2, "institution_code", "duplicate_row"),
        (3, "year", "no_round"),
        (4, "year", "no_year"),
        (5, "institution_code", "unknown_institution"),
        (6, "library.lifelong_services", "not_yes_no"),
        (6, "library.digital", "not_yes_no"),
        (7, "institution_code", "duplicate_row"),
        (8, "library.lifelong_services", "not_for_kind"),
    ]
    assert tally(batch) == {"rows": 7, "new": 0, "changed": 0, "same": 0, "invalid": 7}


@pytest.mark.parametrize("part", [1, 2, 1000])
def test_result_does_not_depend_on_how_the_rows_are_parted(send, monkeypatch, part):
    monkeypatch.setattr("reports.importing.whole_territory.PART", part)

    batch = send(*ROWS, ROWS[0], "2025,98-TV-404,,Có,,,,,,,")

    assert tally(batch) == {"rows": 7, "new": 4, "changed": 0, "same": 0, "invalid": 3}
    assert [fault[0] for fault in faults(batch)] == [2, 7, 8]


def test_while_there_are_errors_the_valid_rows_are_written_only_on_demand(send, write):
    wrong = "2025,98-TV-404,,Có,,,,,,,"
    batch = send(*ROWS, wrong)
    assert not write(batch).was_confirmed
    assert not IndicatorValue.objects.exists()

    batch = write(batch, accept_valid=True)

    assert (batch.status, batch.accepted_valid, batch.invalid) == ("applied", True, 1)
    assert IndicatorValue.objects.count() == 13


def test_rows_with_errors_come_back_as_a_file(send):
    batch = send(ROWS[0], "2025,98-TV-404,=1+1,Có,,,,,,,")

    with batch.file.storage.open(batch.found["faulty"]) as file:
        rows = list(csvs.reader(io.StringIO(file.read().decode("utf-8-sig")), delimiter=";"))

    assert [row[:4] for row in rows] == [
        HEADER.split(",")[:4], ["2025", "98-TV-404", "'=1+1", "Có"],
    ]  # fmt: skip
    assert len(rows[1]) == len(rows[0]) == 12
    assert rows[1][-1].startswith("institution_code: ")


@pytest.mark.parametrize("status", ["submitted", "approved"])
def test_rows_of_a_report_that_is_not_open_are_refused(send, write, report, status):
    Report.objects.filter(pk=report.pk).update(
        status=status, submitted_at=timezone.now(), approved_at=timezone.now()
    )

    batch = send(*ROWS)

    assert faults(batch) == [(3, "year", status)]
    assert write(batch, accept_valid=True).status == "applied"
    assert not IndicatorValue.objects.filter(
        line__reporting_unit=report.reporting_unit, line__round=report.round
    )


def test_rows_of_a_closed_year_are_refused(send, last_year):
    last_year.closed_at = timezone.now()
    last_year.save()

    assert faults(send(*ROWS)) == [(2, "year", "round_closed"), (6, "year", "round_closed")]


NO = Cell("no")


def enter(report, institution, indicator, user, cell=NO):
    line = report.round.lines.get(institution__code=institution)
    value = line.values.filter(indicator=indicator).first()
    set_value(
        report=Report.objects.get(round=line.round_id, reporting_unit=line.reporting_unit_id),
        line=line, indicator=indicator, cell=cell, version=value.version if value else 0,
        user=user,
    )  # fmt: skip


@pytest.mark.parametrize("stood_already", [False, True])
def test_value_changed_since_the_preview_stops_it(
    send, write, report, reporter, indicators, stood_already
):
    digital = indicators["library.digital"]
    if stood_already:  # as the file has it
        enter(report, "98-TV-981", digital, reporter, Cell("yes"))
    batch = send(*ROWS)
    enter(report, "98-TV-981", digital, reporter)
    before = cells()

    batch = write(batch)

    assert (batch.status, batch.fault) == ("previewed", "differs")
    assert cells() == before
    assert [(c.value.indicator, c.by) for c in work.overtaking(batch)] == [(digital, reporter)]
    # Looked at again, it can be written.
    assert write(batch).status == "applied"


def test_value_changed_while_the_file_is_compared_stops_it(
    send, write, report, reporter, indicators, monkeypatch
):
    batch = send(*ROWS)
    whole = work.survey

    def slow(*args, stage=None, **options):
        found = whole(*args, stage=stage, **options)
        if stage is not None:
            enter(report, "98-TV-981", indicators["library.digital"], reporter)
        return found

    monkeypatch.setattr(work, "survey", slow)

    batch = write(batch)

    assert (batch.status, batch.fault) == ("previewed", "differs")
    assert IndicatorValue.objects.count() == 1


def test_entry_elsewhere_does_not_stop_it(send, write, report, reporter, indicators):
    batch = send(*ROWS)
    enter(report, "98-TV-98102", indicators["library.digital"], reporter)

    assert write(batch).status == "applied"


def test_report_submitted_since_the_preview_stops_it(send, write, report):
    batch = send(*ROWS)
    Report.objects.filter(pk=report.pk).update(status="submitted", submitted_at=timezone.now())

    batch = write(batch)

    assert (batch.status, batch.fault, batch.invalid) == ("previewed", "differs", 1)
    assert not IndicatorValue.objects.exists()


def test_import_is_taken_back(send, write, report, reporter, indicators, staff):
    enter(report, "98-TV-981", indicators["library.digital"], reporter)
    IndicatorValue.objects.update(note="cũ")
    before = cells()
    batch = write(send("2025,98-TV-981,,Có,Có,1.300,,,,,ghi chú mới", *ROWS[2:]))
    assert batch.changed == 1

    assert undo(batch, staff) == 10

    assert cells() == before


def test_file_that_is_no_table_is_refused(send):
    batch = send(content=b"\x89PNG\r\n\x1a\n\x00\x00")

    assert batch.status == "failed"
    assert batch.fault


def test_file_that_was_refused_goes_when_another_is_sent(send):
    refused = send(content=b"\x89PNG\r\n\x1a\n\x00\x00")

    send(*ROWS)

    assert not ImportBatch.objects.filter(pk=refused.pk).exists()


def test_file_without_a_year_cannot_be_written(send, write):
    batch = send(content=csv(*ROWS).replace(b"year", b"nam xx"))

    assert batch.found["problems"]
    assert not write(batch, accept_valid=True).was_confirmed


def test_file_that_holds_nothing_never_looks_like_success(send, write):
    batch = send(content=csv("2025,98-TV-981,,,,,,,,,"))

    assert not write(batch, accept_valid=True).was_confirmed


# The worker --------------------------------------------------------------------------------


@pytest.fixture
def waiting(territory, staff, last_year) -> ImportBatch:
    """Sent; no worker has looked yet."""
    return work.send(territory, csv(*ROWS), "ca-tinh.csv", staff)


def refreshed(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.get(pk=batch.pk)


def later(batch: ImportBatch, minutes: float) -> ImportBatch:
    """The batch, last heard of so many minutes ago."""
    ImportBatch.objects.filter(pk=batch.pk).update(
        seen_at=timezone.now() - datetime.timedelta(minutes=minutes)
    )
    return refreshed(batch)


def test_stand_tells_how_far_it_is(waiting):
    assert work.stand(waiting) is Stand.WAITING
    assert work.stand(later(waiting, 1)) is Stand.NO_WORKER
    hold = work.Hold.take(waiting.pk, "reading")
    hold.write(done=2, total=5)
    assert work.stand(refreshed(waiting)) is Stand.WORKING
    assert not work.may_begin_again(refreshed(waiting))
    assert work.stand(later(waiting, 4)) is Stand.STOPPED
    assert work.may_begin_again(refreshed(waiting))


def test_stopped_step_can_be_begun_again(waiting, django_capture_on_commit_callbacks):
    work.Hold.take(waiting.pk, "reading")
    batch = later(waiting, 4)

    with django_capture_on_commit_callbacks(execute=True):
        assert work.begin_again(batch)

    assert refreshed(batch).status == "previewed"
    assert not work.begin_again(refreshed(batch))


def test_worker_that_was_taken_for_dead_writes_nothing(waiting):
    hold = work.Hold.take(waiting.pk, "reading")
    later(waiting, 4)
    work.begin_again(refreshed(waiting))
    work.Hold.take(waiting.pk, "reading")

    with pytest.raises(work.HoldLost):
        hold.write(done=5)


def test_one_of_two_workers_takes_it(waiting):
    assert work.Hold.take(waiting.pk, "reading")
    assert work.Hold.take(waiting.pk, "reading") is None


def test_unforeseen_trouble_lets_go_at_once(waiting, monkeypatch):
    monkeypatch.setattr(work, "survey", lambda *a, **k: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        work.read(waiting.pk)

    assert work.stand(refreshed(waiting)) is Stand.STOPPED


def test_file_can_be_given_up_until_it_is_written(waiting, send, write):
    storage, name = waiting.file.storage, waiting.file.name
    assert work.give_up(waiting)
    assert not ImportBatch.objects.filter(pk=waiting.pk).exists()
    assert storage.exists(name)  # until the transaction is committed

    assert not work.give_up(write(send(*ROWS)))


def test_nobody_fills_the_queue_alone(territory, staff, last_year):
    for _ in range(work.MOST_ON_THEIR_WAY):
        work.send(territory, csv(*ROWS), "ca-tinh.csv", staff)

    with pytest.raises(work.SendRefused):
        work.send(territory, csv(*ROWS), "ca-tinh.csv", staff)


# The pages ---------------------------------------------------------------------------------

ADDRESS = "/reporting/hong-lam/import/"


def test_whole_way_on_the_pages(as_staff, staff, last_year, django_capture_on_commit_callbacks):
    assert "Năm" in as_staff.get(ADDRESS).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        sent = as_staff.post(ADDRESS, {"file": io.BytesIO(csv(*ROWS))})
    batch = ImportBatch.objects.get()
    assert sent["Location"] == f"/reporting/hong-lam/imports/{batch.pk}/"

    page = as_staff.get(sent["Location"]).content.decode()
    assert "Ghi 5 dòng vào các báo cáo" in page
    assert "UBND Huyện An Bình" in page
    with django_capture_on_commit_callbacks(execute=True):
        as_staff.post(f"{sent['Location']}write/", {"fingerprint": batch.found["fingerprint"]})

    assert IndicatorValue.objects.count() == 13
    done = as_staff.get(sent["Location"]).content.decode()
    assert f"/reporting/imports/{batch.pk}/undo/" in done
    as_staff.post(f"/reporting/imports/{batch.pk}/undo/")
    assert cells() == {}
    assert "Đã hoàn tác" in as_staff.get(sent["Location"]).content.decode()


def test_page_shows_how_far_the_worker_is(as_staff, waiting):
    hold = work.Hold.take(waiting.pk, "reading")
    hold.write(done=2, total=5)
    address = waiting.get_absolute_url()

    assert "<strong>2/5</strong>" in as_staff.get(f"{address}progress/").content.decode()
    assert 'http-equiv="refresh"' in as_staff.get(address).content.decode()
    later(waiting, 4)
    stopped = as_staff.get(address).content.decode()
    assert f"{address}again/" in stopped
    assert f"{address}give-up/" in stopped


def test_page_shows_errors_and_gives_the_rows_back(as_staff, send):
    batch = send(ROWS[0], "2025,98-TV-404,,Có,,,,,,,")
    address = batch.get_absolute_url()

    page = as_staff.get(address).content.decode()

    assert "98-TV-404" in page
    assert "Chỉ ghi 1 dòng không có lỗi" in page
    faulty = as_staff.get(f"{address}faulty.csv")
    assert b"98-TV-404" in b"".join(faulty.streaming_content)


def test_what_the_file_leaves_open_is_asked_and_the_answer_counts(
    as_staff, send, django_capture_on_commit_callbacks
):
    batch = send("2025,98-TV-981,,x,Có,1.300,,,,,", "2025,98-TV-982,,,Không,800,,,,,")
    address = batch.get_absolute_url()
    assert not work.may_write(batch)
    assert 'name="doubt-blank:library.lifelong_services"' in as_staff.get(address).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        as_staff.post(f"{address}answer/", {"doubt-blank:library.lifelong_services": "no"})

    batch = refreshed(batch)
    assert (batch.status, work.may_write(batch), batch.found["cells"]) == ("previewed", True, 6)


def test_page_tells_who_overtook_the_preview(as_staff, send, write, report, reporter, indicators):
    batch = send(*ROWS)
    enter(report, "98-TV-981", indicators["library.digital"], reporter)
    write(batch)

    page = as_staff.get(batch.get_absolute_url()).content.decode()

    assert str(reporter) in page
    assert "<ins>Không</ins>" in page


def test_file_that_cannot_be_read_says_why(as_staff, send):
    batch = send(content=b"\x89PNG\r\n\x1a\n\x00\x00")

    assert "Không đọc được tệp" in as_staff.get(batch.get_absolute_url()).content.decode()


def test_file_above_the_limit_is_refused(as_staff, last_year, settings):
    settings.MAX_IMPORT_BYTES = 100

    answer = as_staff.post(ADDRESS, {"file": io.BytesIO(csv(*ROWS))})

    assert answer.status_code == 422
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("rows", [1, 5])
def test_page_takes_a_fixed_number_of_queries(as_staff, send, rows, django_assert_max_num_queries):
    batch = send(*ROWS[:rows])

    with django_assert_max_num_queries(14):
        as_staff.get(batch.get_absolute_url())


def test_ticks_mean_the_same_in_every_part_of_the_file(send, monkeypatch):
    """A tick in one part and a cross in the next: the cross may be a no, so it is asked about."""
    monkeypatch.setattr("reports.importing.whole_territory.PART", 1)
    ticked = "2025,98-TV-981,,✓,,,,,,,"
    crossed = "2025,98-TV-982,,x,,,,,,,"

    batch = send(ticked, crossed)

    together = send(crossed, ticked)
    assert tally(batch) == tally(together)
    assert batch.found["doubts"]
    assert {d["about"] if isinstance(d, dict) else d[0] for d in batch.found["doubts"]} == {
        d["about"] if isinstance(d, dict) else d[0] for d in together.found["doubts"]
    }


def test_heading_that_is_a_formula_comes_back_harmless(send):
    heading = HEADER.replace("library.digital", "=library.digital")
    content = f"{heading}\n2025,98-TV-981,,,có lẽ,,,,,,\n".encode()

    batch = send(content=content)

    with batch.file.storage.open(batch.found["faulty"]) as file:
        rows = list(csvs.reader(io.StringIO(file.read().decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 2
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_number_held_with_a_fraction_does_not_come_back_as_thousands(send):
    book = openpyxl.Workbook()
    book.active.append(HEADER.split(","))
    book.active.append([2025, "98-TV-404", "", "Có", "", 1.234])
    out = io.BytesIO()
    book.save(out)

    batch = send(content=out.getvalue())

    with batch.file.storage.open(batch.found["faulty"]) as file:
        sent_back = file.read().decode("utf-8-sig").replace("98-TV-404", "98-TV-981")
    again = send(content=sent_back.encode())
    assert tally(again)["invalid"] == 1
