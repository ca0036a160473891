"""How fast a file of figures is taken in, as ratios within one run: docs/speed.md says how it was
measured and what came out.

The import reads, matches, compares and writes with history; the two it is held against do less: the
stock resource saves row by row without history, the bare upsert writes what is ready.
"""

import time
import tracemalloc
from collections.abc import Callable

import pytest
import tablib
from django.db import transaction
from import_export.resources import modelresource_factory

from institutions.models import Institution
from reports.importing.apply import complete, import_file, keep, preview
from reports.importing.choices import Choices
from reports.importing.staging import Stage
from reports.importing.whole_territory import survey
from reports.models import Change, IndicatorValue, Report, ReportingRound, RoundLine
from reports.rounds import bulk
from tests import factories
from tests.reports.test_apply import HEADER

pytestmark = pytest.mark.slow

LIBRARIES = 2000
WRITTEN = ("state", "count", "na_reason", "note", "version")


@pytest.fixture
def full(open_round, report) -> Report:
    """The report of a unit with 2,000 libraries."""
    enrol(open_round, report, LIBRARIES)
    return report


def enrol(round_: ReportingRound, report: Report, number: int) -> None:
    Institution.objects.bulk_create(
        (
            Institution(
                code=f"98-TVX-{n:06d}", name=f"Thư viện {n}", sort_key=f"{n:06d}", kind="library"
            )
            for n in range(number)
        ),
        ignore_conflicts=True,
    )
    RoundLine.objects.bulk_create(
        RoundLine(
            round=round_, institution_id=pk, kind="library", tier="commune",
            reporting_unit=report.reporting_unit,
        )
        for pk in Institution.objects.filter(code__startswith="98-TVX-")
        .order_by("code").values_list("pk", flat=True)[:number]
    )  # fmt: skip


def content(number: int, year: str = "") -> bytes:
    head = f"year,{HEADER}" if year else HEADER
    before = f"{year}," if year else ""
    rows = (f"{before}98-TVX-{n:06d},Thư viện {n},Có,Không,{1000 + n},,,,," for n in range(number))
    return "\n".join([head, *rows, ""]).encode()


def values(report: Report, indicators) -> list[tuple]:
    """The same values, ready to be written: line, indicator, and the columns of WRITTEN."""
    lines = RoundLine.objects.filter(institution__code__startswith="98-TVX-").order_by(
        "institution__code"
    )
    services, digital, visits = (
        indicators[f"library.{name}"].pk
        for name in ("lifelong_services", "digital", "visits_growth")
    )
    return [
        row
        for n, line in enumerate(lines.values_list("pk", flat=True))
        for row in (
            (line, services, "yes", None, "", "", 1),
            (line, digital, "no", None, "", "", 1),
            (line, visits, "count", 1000 + n, "", "", 1),
        )
    ]


class _RolledBack(Exception):
    pass


def seconds(do: Callable[[], object], times: int = 1) -> float:
    """The best time of so many tries, each from the same beginning."""
    found = []
    for _ in range(times):
        try:
            with transaction.atomic():
                began = time.perf_counter()
                do()
                found.append(time.perf_counter() - began)
                raise _RolledBack
        except _RolledBack:
            pass
    return min(found)


def test_twenty_times_as_many_rows_a_second_as_a_stock_resource(full, indicators, record_property):
    ready = values(full, indicators)
    resource = modelresource_factory(IndicatorValue)()
    resource._meta.import_id_fields = ("line", "indicator")
    some = tablib.Dataset(
        *((*row[:3], "" if row[3] is None else row[3], *row[4:]) for row in ready[:3000]),
        headers=["line", "indicator", *WRITTEN],
    )

    def stock() -> None:
        result = resource.import_data(some, raise_errors=True)
        assert result.totals["new"] == len(some)

    def ours() -> None:
        import_file(full, content(LIBRARIES), name="so-lieu.csv")
        assert Change.objects.count() == len(ready)

    stock_rate = len(some) / seconds(stock)
    our_rate = len(ready) / seconds(ours, times=3)

    record_property("rows a second: stock, ours", (stock_rate, our_rate))
    assert our_rate >= 20 * stock_rate, (our_rate, stock_rate)


def test_at_most_five_times_the_bare_upsert(full, indicators, record_property):
    """Reading, matching, comparing and writing with history, beside Django's own bulk upsert."""
    rows = [
        IndicatorValue(
            line_id=line, indicator_id=indicator, **dict(zip(WRITTEN, written, strict=True))
        )
        for line, indicator, *written in values(full, indicators)
    ]

    def bare() -> None:
        IndicatorValue.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["line", "indicator"],
            update_fields=WRITTEN,
        )

    def ours() -> None:
        import_file(full, content(LIBRARIES), name="so-lieu.csv")
        assert Change.objects.count() == len(rows)

    bare_time, our_time = seconds(bare, times=3), seconds(ours, times=3)

    record_property("seconds: bare, ours", (bare_time, our_time))
    assert our_time <= 5 * bare_time, (our_time, bare_time)


def test_what_is_written_under_the_lock_is_at_most_five_times_one_statement(
    full, indicators, record_property
):
    """Values, changes and batch, beside the quickest upsert that there is: one statement of values
    that are ready."""
    ready = values(full, indicators)
    file = content(LIBRARIES)
    plan = preview(full, file, None).plan
    batch = keep(full, file, "so-lieu.csv", None, plan)

    def bare() -> None:
        bulk.insert(
            IndicatorValue, ("line", "indicator", *WRITTEN), ready,
            unique=("line", "indicator"), update=WRITTEN,
        )  # fmt: skip

    def ours() -> None:
        complete(full, batch, plan, None)
        assert Change.objects.count() == len(ready)

    bare_time, our_time = seconds(bare, times=3), seconds(ours, times=3)

    record_property("seconds: bare, ours", (bare_time, our_time))
    assert our_time <= 5 * bare_time, (our_time, bare_time)


def test_memory_grows_with_the_file_and_no_more(full, territory, record_property):
    """Four times the rows, and what grows is the file in its forms: bytes, text, packed rows."""
    for year in (2024, 2023, 2022):
        round_ = factories.ReportingRoundFactory(territory=territory, year=year)
        factories.ReportFactory(round=round_, reporting_unit=full.reporting_unit)
        enrol(round_, full, LIBRARIES)

    def peak(years: tuple[int, ...]) -> tuple[int, int]:
        parts = [content(LIBRARIES, str(year)) for year in years]
        file = parts[0] + b"".join(part.split(b"\n", 1)[1] for part in parts[1:])
        tracemalloc.start()
        try:
            with Stage() as stage:
                found = survey(territory, file, "ca-tinh.csv", Choices(), stage=stage)
            assert found.cells == 3 * LIBRARIES * len(years)
            return len(file), tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak((2025,))  # what is made once: caches, compiled patterns
    small_file, small = peak((2025,))
    large_file, large = peak((2025, 2024, 2023, 2022))

    record_property("bytes: files, peaks", (small_file, large_file, small, large))
    assert large - small <= 5 * (large_file - small_file), (small, large, small_file, large_file)
