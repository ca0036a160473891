"""Many rows in one step keep every character, on whichever way the database takes them."""

import pytest
from django.utils import timezone

from institutions.models import Institution
from reports.models import Change, IndicatorValue, RoundLine
from reports.rounds import bulk
from reports.rounds.checks import Cell

AWKWARD = ["", "\\N", "a\tb", "dòng 1\ndòng 2\r\n", "\\", "\\t", "'\"; --", "Đ", "%s"]


@pytest.fixture
def lines(open_round, report) -> list[int]:
    """So many that they are not written row by row."""
    number = bulk.PAGE + len(AWKWARD)
    Institution.objects.bulk_create(
        Institution(code=f"98-X-{n}", name="Thư viện", sort_key="", kind="library")
        for n in range(number)
    )
    RoundLine.objects.bulk_create(
        RoundLine(
            round=open_round, institution=institution, kind="library", tier="commune",
            reporting_unit=report.reporting_unit,
        )
        for institution in Institution.objects.filter(code__startswith="98-X-")
    )  # fmt: skip
    found = RoundLine.objects.filter(institution__code__startswith="98-X-").order_by("pk")
    return list(found.values_list("pk", flat=True))


def write(lines: list[int], indicator, notes: list[str], count: int | None) -> None:
    state = "count" if count is not None else "blank"
    bulk.insert(
        IndicatorValue,
        ("line", "indicator", "state", "count", "note"),
        [(line, indicator.pk, state, count, note) for line, note in zip(lines, notes, strict=True)],
        unique=("line", "indicator"),
        update=("state", "count", "note"),
    )


def test_every_character_is_kept(lines, indicators):
    notes = [AWKWARD[n % len(AWKWARD)] for n in range(len(lines))]
    visits = indicators["library.visits_growth"]

    write(lines, visits, notes, 5)
    write(lines, visits, notes[::-1], None)

    written = IndicatorValue.objects.order_by("line")
    assert list(written.values_list("line", "note", "count", "state", "evidence")) == [
        (line, note, None, "blank", "") for line, note in zip(lines, notes[::-1], strict=True)
    ]


def test_changes_keep_theirs_too(lines, indicators, reporter):
    write(lines, indicators["library.digital"], [""] * len(lines), None)
    values = list(IndicatorValue.objects.order_by("pk").values_list("pk", flat=True))
    reasons = [AWKWARD[n % len(AWKWARD)] for n in range(len(values))]
    now = timezone.now()

    bulk.insert_changes(
        (
            (pk, Cell(), Cell("count", 7), reason)
            for pk, reason in zip(values, reasons, strict=True)
        ),
        at=now, by=reporter, action=Change.Action.ENTERED,
    )  # fmt: skip

    found = Change.objects.order_by("value")
    assert list(found.values_list("value", "reason", "before_count", "after_count")) == [
        (pk, reason, None, 7) for pk, reason in zip(values, reasons, strict=True)
    ]
    assert set(found.values_list("at", "by", "import_batch")) == {(now, reporter.pk, None)}
