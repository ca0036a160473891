import io
import json
from csv import reader

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from reports.models import Change, ImportBatch, IndicatorValue
from tests.reports.test_apply import CENTRE, LIBRARY, csv


@pytest.fixture
def run(tmp_path, capsys):
    """Run the command on rows or bytes: the JSON on stdout and the refusal, None if it is done."""

    def command(content: bytes, *flags: str, unit="981", year="2025") -> tuple[dict, str | None]:
        file = tmp_path / "so-lieu.csv"
        file.write_bytes(content)
        refusal = None
        try:
            call_command("import_report", file, "--unit", unit, "--year", year, "--json", *flags)
        except CommandError as error:
            refusal = str(error)
        return json.loads(capsys.readouterr().out), refusal

    return command


def nothing_was_written() -> bool:
    return not (
        IndicatorValue.objects.exists() or Change.objects.exists() or ImportBatch.objects.exists()
    )


def test_counts_are_printed(report, run):
    result, refusal = run(csv(LIBRARY, CENTRE))

    assert refusal is None
    assert result == {"rows": 2, "new": 2, "changed": 0, "same": 0, "invalid": 0, "errors": []}
    assert IndicatorValue.objects.count() == 5


@pytest.mark.parametrize("change", [
    lambda content: b"\xef\xbb\xbf" + content,
    lambda content: content.replace(b",", b";"),
    lambda content: b"\xef\xbb\xbf" + content.replace(b",", b";").replace(b"\n", b"\r\n"),
])  # fmt: skip
def test_spreadsheet_variants_are_read(report, run, change):
    result, refusal = run(change(csv(LIBRARY, CENTRE)))

    assert (refusal, result["new"]) == (None, 2)


def test_same_file_twice_changes_nothing(report, run):
    run(csv(LIBRARY))

    result, refusal = run(csv(LIBRARY))

    assert (refusal, result["same"], Change.objects.count()) == (None, 1, 3)


def test_dry_run_writes_nothing(report, run):
    result, refusal = run(csv(LIBRARY), "--dry-run")

    assert (refusal, result["new"]) == (None, 1)
    assert nothing_was_written()


def test_all_errors_are_named_by_line_and_column(report, run):
    result, refusal = run(
        csv(
            LIBRARY,
            "98-TV-982,Thư viện thị xã,Có,,,,,,,",
            "98-TV-404,,Có,,,,,,,",
            '98-TV-98102,,12,?,"12,5",Có,,,,',
            "98-VH-98102,,,,,,,Có,-5,,",
            LIBRARY,
        )
    )

    assert [(e["line"], e["column"], e["value"]) for e in result["errors"]] == [
        (2, "institution_code", "98-TV-981"),
        (3, "institution_code", "98-TV-982"),
        (4, "institution_code", "98-TV-404"),
        (5, "library.lifelong_services", "12"),
        (5, "library.digital", "?"),
        (5, "library.visits_growth", "12,5"),
        (5, "museum.education_programme", "Có"),
        (6, "culture.clubs", "-5"),
        (7, "institution_code", "98-TV-981"),
    ]
    assert (result["rows"], result["invalid"]) == (6, 6)
    assert all(error["message"] in refusal for error in result["errors"])
    assert nothing_was_written()


def test_foreign_institution_is_not_named(report, run):
    result, refusal = run(csv("98-TV-982,,Có,,,,,,,"))

    assert "Đức Phong" not in json.dumps(result, ensure_ascii=False) + refusal


def test_valid_rows_are_written_on_request(report, run):
    result, refusal = run(csv(LIBRARY, "98-TV-404,,Có,,,,,,,"), "--accept-valid")

    assert (refusal, result["new"], result["invalid"]) == (None, 1, 1)
    assert IndicatorValue.objects.count() == 3


@pytest.mark.parametrize("column", ["institution_code", "library.digital"])
def test_missing_column_is_refused(report, run, column):
    result, refusal = run(csv(LIBRARY).replace(column.encode(), b"note2"))

    assert column in [error["column"] for error in result["errors"]]
    assert "note2" in [error["column"] for error in result["errors"]]
    assert refusal is not None
    assert nothing_was_written()


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02", b"PK\x03\x04", csv(), csv("98-TV-981,,,,,,,,,")],
    ids=["empty", "binary", "torn workbook", "heading only", "nothing filled in"],
)
def test_file_without_figures_is_refused(report, run, content):
    result, refusal = run(content)

    assert len(result["errors"]) == 1
    assert refusal == result["errors"][0]["message"] or refusal.endswith(
        result["errors"][0]["message"]
    )
    assert nothing_was_written()


def test_file_above_the_limit_is_refused(report, run, settings):
    settings.MAX_IMPORT_BYTES = 100

    result, refusal = run(csv(LIBRARY))

    assert (result["rows"], result["errors"][0]["message"]) == (0, refusal)


@pytest.mark.parametrize(("unit", "year"), [("981", "2031"), ("000", "2025")])
def test_year_without_a_round_or_unknown_unit_is_refused(report, run, unit, year):
    result, refusal = run(csv(LIBRARY), unit=unit, year=year)

    assert year in refusal
    assert result["errors"][0]["message"] == refusal
    assert nothing_was_written()


def test_submitted_report_is_refused(report, run, as_reporter, reporter, explain_findings):
    run(csv(LIBRARY))
    explain_findings(report, reporter)
    as_reporter.post(f"/reporting/reports/{report.pk}/submit/")

    _result, refusal = run(csv(CENTRE))

    assert refusal is not None
    assert IndicatorValue.objects.count() == 3


def test_file_that_is_not_there_is_refused(report, tmp_path):
    with pytest.raises(CommandError, match=r"không-có\.csv"):
        call_command("import_report", tmp_path / "không-có.csv", "--unit", "981", "--year", "2025")


def test_tally_is_printed_as_text(report, tmp_path, capsys):
    file = tmp_path / "so-lieu.csv"
    file.write_bytes(csv(LIBRARY))

    call_command("import_report", file, "--unit", "981", "--year", "2025")

    assert capsys.readouterr().out.count("1") == 2


def as_workbook(content: bytes) -> bytes:
    book = openpyxl.Workbook()
    for row in reader(content.decode().splitlines()):
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_workbook_is_read_like_a_csv(report, run):
    result, refusal = run(as_workbook(csv(LIBRARY.replace("1.250", "1250"), CENTRE)))

    assert (refusal, result["new"], result["errors"]) == (None, 2, [])
    assert IndicatorValue.objects.get(indicator__code="library.visits_growth").count == 1250


TICKS = ("98-TV-981,,x,Có,5,,,,,", "98-TV-98102,,,Có,6,,,,,")


def test_what_the_file_leaves_open_is_said_and_how_to_answer_it(report, run):
    result, refusal = run(csv(*TICKS))

    assert len(result["errors"]) == 1
    assert "--answer blank:library.lifelong_services=leave|no" in refusal
    assert nothing_was_written()


def test_answer_is_taken_and_kept_with_the_import(report, run):
    _result, refusal = run(csv(*TICKS), "--answer", "blank:library.lifelong_services=no")

    assert refusal is None
    assert IndicatorValue.objects.get(state="no").line.institution.code == "98-TV-98102"
    assert ImportBatch.objects.get().choices == {
        "answers": {"blank:library.lifelong_services": "no"}
    }


def test_answer_to_nothing_is_refused(report, run):
    _result, refusal = run(csv(LIBRARY), "--answer", "no")

    assert refusal is not None
    assert nothing_was_written()
