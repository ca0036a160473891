"""Killed at any moment, an import is written wholly or not at all; so is its undoing.

A real process is killed while it writes. Afterwards values, changes, the batch and the beginning of
the report are as before or as after, never between.
"""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from reports.importing import territory_work as work
from reports.importing.apply import apply, keep, preview
from reports.models import Change, ImportBatch, IndicatorValue, Report
from tests import factories
from tests.reports.test_apply import HEADER

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TIMES = 50
ROWS = 300


@pytest.fixture
def child():
    """`child("apply 1 …", seconds)`: a step in another process, killed after so long."""
    database = connection.settings_dict
    names = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("killed_child.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "CHILD_DATABASE": json.dumps({name: str(database[name]) for name in names}),
            "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        },
    )

    def begin(line: str, seconds: float = 0) -> int:
        """Do a step, killed after `seconds`; how it ended, as the system tells it."""
        process.stdin.write(f"{seconds} {line}\n")
        process.stdin.flush()
        return int(process.stdout.readline())

    yield begin
    process.stdin.close()
    process.wait(20)


@pytest.fixture
def content(report, open_round) -> bytes:
    lines = factories.RoundLineFactory.create_batch(
        ROWS, round=open_round, reporting_unit=report.reporting_unit, kind="library"
    )
    rows = (
        f"{line.institution.code},,Có,Không,{n},,,,,ghi chú {n}" for n, line in enumerate(lines)
    )
    return "\n".join([HEADER, *rows, ""]).encode()


def standing() -> tuple:
    """All that an import writes. Waits for a writer whose connection is only now cut."""
    with transaction.atomic():
        begun = [r.started_at is None for r in Report.objects.select_for_update().order_by("pk")]
        batches = list(ImportBatch.objects.values_list("status", "applied_at", "undone_at"))
        return (
            begun,
            [(status, a is None, u is None) for status, a, u in batches],
            sorted(
                IndicatorValue.objects.values_list("line", "indicator", "state", "count", "note")
            ),
            sorted(Change.objects.values_list("value__line", "value__indicator", "action")),
        )


def clear(**batch) -> None:
    """As it was before the file was written."""
    Change.objects.all()._raw_delete("default")
    IndicatorValue.objects.all()._raw_delete("default")
    Report.objects.update(started_at=None)
    ImportBatch.objects.update(
        applied_at=None, applied_by=None, undone_at=None, undone_by=None, found=None, **batch
    )


def killed_often(child, line, prepare) -> None:
    """Kill a step at random moments, and judge what it left behind each time."""
    chance = random.Random(1520)
    prepare()
    before = standing()
    began = time.monotonic()
    assert child(line) == 0
    lasts = time.monotonic() - began
    after = standing()
    assert after != before
    seen = []
    for _ in range(TIMES):
        prepare()
        child(line, chance.uniform(0.001, 1.1 * lasts))
        left = standing()
        assert left in (before, after)
        seen.append(left == before)
    assert any(seen)
    prepare()
    assert child(line) == 0
    assert standing() == after


def test_file_of_one_unit_is_written_wholly_or_not_at_all(child, report, content):
    plan = preview(report, content, None).plan
    batch = keep(report, content, "so-lieu.csv", None, plan)

    killed_often(child, f"apply {batch.pk} {plan.fingerprint}", lambda: clear(status="previewed"))


def test_undoing_is_done_wholly_or_not_at_all(child, report, content):
    plan = preview(report, content, None).plan
    batch = keep(report, content, "so-lieu.csv", None, plan)

    def written() -> None:
        clear(status="previewed")
        apply(ImportBatch.objects.get(pk=batch.pk), None, fingerprint=plan.fingerprint)

    killed_often(child, f"undo {batch.pk}", written)


def test_file_of_a_territory_is_written_wholly_or_not_at_all(child, report, content, staff):
    years = content.replace(b"institution_code", b"year,institution_code").replace(
        b"\n98-", b"\n2025,98-"
    )
    batch = work.send(report.round.territory, years, "ca-tinh.csv", staff)
    batch = ImportBatch.objects.get(pk=batch.pk)
    found = batch.found
    assert found["cells"] == 3 * ROWS

    def confirmed() -> None:
        clear(status="applying", fault=work.WAITS)
        ImportBatch.objects.update(found=found)

    killed_often(child, f"write {batch.pk}", confirmed)
