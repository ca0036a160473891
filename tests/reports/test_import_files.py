"""Every file of tests/data/files through the whole import: nothing is lost, nothing breaks."""

import json
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.importing.reasons import About
from reports.models import Change, ImportBatch, IndicatorValue

pytestmark = pytest.mark.any_database

FILES = Path(__file__).parents[1] / "data" / "files"
EXPECTED = json.loads((FILES / "manifest.json").read_text(encoding="utf-8"))


def upload(client, report, name: str, content: bytes | None = None):
    content = (FILES / name).read_bytes() if content is None else content
    return client.post(
        f"/reporting/reports/{report.pk}/import/", {"file": SimpleUploadedFile(name, content)}
    )


@pytest.mark.parametrize(
    "expected", [e for e in EXPECTED if "problem" in e], ids=lambda expected: expected["file"]
)
def test_file_that_cannot_be_read_is_refused_in_words(as_reporter, report, expected):
    response = upload(as_reporter, report, expected["file"])

    assert response.status_code == 422
    (said,) = response.context["form"].errors["file"]
    assert len(said) > 20
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    "expected", [e for e in EXPECTED if "import" in e], ids=lambda expected: expected["file"]
)
def test_file_is_previewed_and_written_row_by_row(as_reporter, report, expected):
    upload(as_reporter, report, expected["file"])
    batch = ImportBatch.objects.get()
    page = as_reporter.get(f"/reporting/imports/{batch.pk}/")
    plan = page.context["plan"]
    wanted = expected["import"]

    tally = {key: plan.tally[key] for key in ("new", "changed", "same", "invalid")}
    asked = [doubt for doubt in plan.doubts if doubt.is_open]
    problems = [p for p in plan.problems if p not in {plan.columns.get(d.column) for d in asked}]
    if not wanted.get("problems"):
        assert tally == {key: wanted[key] for key in tally}, page.context["errors"]
    assert len([d for d in asked if d.about is not About.MISSING]) == wanted.get("asks", 0)
    # A file without any answer is not an empty success: it says that nothing was recognised.
    stops = wanted.get("problems") or not any(tally.values())
    assert bool(problems) == bool(stops), plan.problems
    assert plan.tally["rows"] + plan.passed + 1 == rows_of(expected, plan)

    marked = as_reporter.get(f"/reporting/imports/{batch.pk}/marked.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(marked.content)).active
    assert sheet.max_row >= plan.header_line

    data = {"fingerprint": plan.fingerprint, "accept_valid": "1"}
    as_reporter.post(f"/reporting/imports/{batch.pk}/apply/", data)
    writes = sum(1 for _ in plan.changes) if plan.may_apply(accept_valid=True) else 0
    assert IndicatorValue.objects.count() == Change.objects.count() == writes


def rows_of(expected: dict, plan) -> int:
    """All rows of the sheet: the manifest counts them apart from the reader."""
    skipped = sum(b - a + 1 for a, b, why in expected["passed_over"] if why != "separator_line")
    return expected["rows"] + skipped + 1


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=25,
)
@given(data=st.data(), name=st.sampled_from(["plain.xlsx", "utf8-bom.csv", "tcvn3.csv"]))
def test_mangled_file_never_breaks_the_pages(as_reporter, report, data, name):
    content = bytearray((FILES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))

    response = upload(as_reporter, report, name, bytes(content))

    assert response.status_code in (302, 422)
    if response.status_code == 302:
        assert as_reporter.get(response.url).status_code == 200
        assert as_reporter.get(f"{response.url}marked.xlsx").status_code == 200
