"""A file into the report: previewed without a lock, written in one short transaction.

The comparison of the preview is computed again under the lock; if anything moved in between,
nothing is written and the person looks again.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from institutions.models import User
from institutions.sheets import Book, Choice, Limits, read_book
from reports.importing.choices import Choices
from reports.importing.columns import Vocabulary, heading_counter
from reports.importing.diff import (
    CellChange,
    Current,
    CurrentLine,
    ImportPlan,
    Outcome,
    Standing,
    diff,
)
from reports.importing.matching import Matched, match
from reports.importing.wording import vocabulary
from reports.models import Change, ImportBatch, IndicatorValue, Report, RoundLine
from reports.rounds import bulk
from reports.rounds.checks import Cell
from reports.rounds.entry import (
    Closed,
    EntryRefused,
    is_limited,
    lock,
    mark_started,
    openness,
    question_of,
    values_of,
)
from reports.rounds.progress import asked_in
from targets.models import Indicator

# Of a file for one report, which is read while its sender waits: several times the institutions of
# the largest unit. Longer ones are for the whole territory, and for the worker.
MOST_ROWS = 20_000

# In what a batch found: notes that the file replaced, by value, so that an undo gives them back.
REPLACED_NOTES = "replaced_notes"


# How many times larger than packed a workbook may be: tables are some four to ten times.
_UNPACKED = 5

# Endings of file names that are kept.
_KINDS = re.compile(r"\.(?:csv|tsv|txt|xlsx|xlsm|xls|ods)")


class Why(models.TextChoices):
    """Why a previewed file is not written."""

    HAS_ERRORS = "has_errors", _("The file has errors; nothing was written.")
    DIFFERS = (
        "differs",
        _("The figures changed since the preview. Nothing was written; please look again."),
    )
    APPLIED = "applied", _("This file was written already.")
    LOST = "lost", _("The file is no longer kept; choose it again.")


class ImportRefused(Exception):
    """Nothing was written. `plan` is what the file would do now, if that is known.

    `overtaken` are the changes since the preview, of institutions in the file.
    """

    def __init__(
        self, why: Why, plan: ImportPlan | None = None, overtaken: Collection[Change] = ()
    ):
        super().__init__(str(why.label))
        self.why = why
        self.plan = plan
        self.overtaken = overtaken


@dataclass(frozen=True, slots=True)
class Preview:
    """A file beside what stands. `current` names the institutions of the unit."""

    book: Book
    plan: ImportPlan
    current: Current
    indicators: list[Indicator]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def require_open(report: Report, user: User | None) -> bool:
    """Refuse a report that takes no file now; whether the unit's own limits hold.

    A file is wholesale: unlike a single correction, the Department cannot import over a report
    that lies on its desk.
    """
    limited = is_limited(report, user)
    closed = openness(report, limited=limited, names_cells=False).why_closed
    if closed is None and report.status == Report.Status.SUBMITTED:
        closed = Closed.SUBMITTED
    if closed:
        raise EntryRefused(closed)
    return limited


def preview(
    report: Report,
    content: bytes,
    user: User | None,
    *,
    name: str = "",
    choices: Mapping | None = None,
) -> Preview:
    """What the file would change, read by `choices` as the import keeps them.

    Raises UnreadableFile, or EntryRefused if nothing is open.
    """
    require_open(report, user)
    return compare(report, read_for(report, content, name=name, choices=choices), user)


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file as far as it is understood without the figures that stand: needs no lock."""

    book: Book
    matched: Matched
    indicators: list[Indicator]
    choices: Choices


def read_for(
    report: Report, content: bytes, *, name: str = "", choices: Mapping | None = None
) -> FileRead:
    """Read a file by the questions of the report's round. Raises UnreadableFile."""
    decided = Choices.of(choices)
    indicators = asked_in(report.round)
    words = vocabulary(indicators, report.round.year)
    book = read(content, name, words, decided)
    return FileRead(book, match(book, words, decided), indicators, decided)


def compare(report: Report, file: FileRead, user: User | None) -> Preview:
    """The file beside what stands now. Raises EntryRefused if nothing is open."""
    limited = require_open(report, user)
    current = load(report, file.matched, file.indicators, limited=limited)
    plan = diff(file.matched, current, file.choices)
    return Preview(file.book, plan, current, file.indicators)


def read(content: bytes, name: str, words: Vocabulary, choices: Choices) -> Book:
    """The table of a file, its headings found by `words`. Raises UnreadableFile."""
    return read_book(
        content,
        name,
        limits=Limits(
            max_bytes=settings.MAX_IMPORT_BYTES,
            max_rows=MOST_ROWS,
            max_unpacked=_UNPACKED * settings.MAX_IMPORT_BYTES,
        ),
        choice=Choice.from_dict(choices.reading),
        is_heading=heading_counter(words),
    )


def load(
    report: Report, matched: Matched, indicators: Collection[Indicator], *, limited: bool
) -> Current:
    """What stands in the report, and which codes of the file other units of the round hold.

    Three queries, whatever the number of rows.
    """
    codes = {indicator.pk: indicator.code for indicator in indicators}
    stored = list(
        values_of(report)
        .filter(indicator__in=codes)
        .values_list(
            "line", "indicator", "state", "count", "na_reason", "note", "version", "is_returned"
        )
    )
    named = any(row[-1] for row in stored)
    open_now = openness(report, limited=limited, names_cells=named)
    cells: dict[int, dict[str, Standing]] = {}
    for line, indicator, state, count, na_reason, note, version, is_returned in stored:
        cells.setdefault(line, {})[codes[indicator]] = Standing(
            Cell(state, count, na_reason, note), version, open_now.allows(is_returned=is_returned)
        )
    lines = {
        code: CurrentLine(code, name, kind, cells.get(pk, {}), tier, commune or "", pk)
        for pk, kind, code, name, tier, commune in _lines(report).values_list(
            "pk", "kind", "institution__code", "institution__name", "tier", "commune__name"
        )
    }
    return Current(
        questions=tuple(question_of(indicator) for indicator in indicators),
        lines=lines,
        foreign=_foreign(report, {row.code for row in matched.rows} - set(lines)),
        blank_is_open=open_now.allows(is_returned=False),
        unit=report.reporting_unit.code,
        year=report.round.year,
    )


def _lines(report: Report) -> models.QuerySet[RoundLine]:
    return RoundLine.objects.filter(
        round=report.round_id, reporting_unit=report.reporting_unit_id
    ).order_by("institution__sort_key", "institution__code")


def _foreign(report: Report, codes: set[str]) -> frozenset[str]:
    """Codes of the round's roster, of whatever unit: one query even for 10,000 unknown codes."""
    if not codes:
        return frozenset()
    roster = RoundLine.objects.filter(round=report.round_id).exclude(
        reporting_unit=report.reporting_unit_id
    )
    return frozenset(roster.values_list("institution__code", flat=True))


@transaction.atomic
def keep(
    report: Report, content: bytes, name: str, user: User | None, plan: ImportPlan
) -> ImportBatch:
    """Keep a file that was previewed, with its counts, instead of the person's earlier previews."""
    batch = ImportBatch(
        territory=report.round.territory,
        report=report,
        name=name[:200],
        sha256=sha256(content),
        uploaded_by=user,
        choices=plan.choices.kept,
        passed_over=plan.passed,
        **plan.tally,
    )
    kind = PurePath(name).suffix.lower()
    kind = kind if _KINDS.fullmatch(kind) else ""
    batch.file.save(f"{batch.sha256[:16]}{kind}", ContentFile(content), save=False)
    batch.save()
    earlier = ImportBatch.objects.filter(
        report=report, uploaded_by=user, status=ImportBatch.Status.PREVIEWED
    ).exclude(pk=batch.pk)
    # Locked: one that is being written at this moment stays.
    for each in earlier.select_for_update():
        transaction.on_commit(partial(each.file.storage.delete, each.file.name))
        each.delete()
    return batch


def content_of(batch: ImportBatch) -> bytes:
    """The file as it was sent. Raises ImportRefused if the disk has it no more."""
    try:
        with batch.file.open("rb") as file:
            return file.read()
    except FileNotFoundError:
        raise ImportRefused(Why.LOST) from None


def apply(
    batch: ImportBatch,
    user: User | None,
    *,
    fingerprint: str,
    accept_valid: bool = False,
    seen: int | None = None,
) -> ImportPlan:
    """Write a previewed file, all of it or nothing; with `accept_valid` its rows without errors.

    `fingerprint` is that of the plan which the person saw, `seen` the latest change before it. The
    file is read before anything is locked and compared again under the lock. Raises ImportRefused,
    EntryRefused or UnreadableFile.
    """
    if batch.status != ImportBatch.Status.PREVIEWED:
        raise ImportRefused(Why.APPLIED)
    content = content_of(batch)
    file = read_for(batch.report, content, name=batch.name, choices=batch.choices)
    with transaction.atomic():
        report = lock(batch.report)
        batch = ImportBatch.objects.select_for_update().filter(pk=batch.pk).first()
        if batch is None:
            raise ImportRefused(Why.LOST)
        if batch.status != ImportBatch.Status.PREVIEWED:
            raise ImportRefused(Why.APPLIED)
        plan = compare(report, file, user).plan
        if plan.fingerprint != fingerprint:
            raise ImportRefused(Why.DIFFERS, plan, _overtaken(batch, report, plan, seen))
        if not plan.may_apply(accept_valid=accept_valid):
            raise ImportRefused(Why.HAS_ERRORS, plan)
        complete(report, batch, plan, user)
    return plan


def complete(report: Report, batch: ImportBatch, plan: ImportPlan, user: User | None) -> None:
    """Write the plan into the locked report, and into the batch that it was written."""
    now = timezone.now()
    batch.status, batch.applied_at, batch.applied_by = ImportBatch.Status.APPLIED, now, user
    batch.accepted_valid = bool(plan.count(Outcome.INVALID))
    batch.passed_over = plan.passed
    for name, number in plan.tally.items():
        setattr(batch, name, number)
    replaced = _write(report, batch, plan, user, now)
    if replaced:
        batch.found = {**(batch.found or {}), REPLACED_NOTES: replaced}
    batch.save()


def latest_change() -> int:
    """The change that a preview read from now on has certainly seen."""
    return Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _overtaken(
    batch: ImportBatch, report: Report, plan: ImportPlan, seen: int | None
) -> list[Change]:
    """What was changed since the preview, of institutions in the file: which cells, by whom."""
    codes = {row.code for row in plan.rows}
    since = Q(pk__gt=seen) if seen is not None else Q(at__gt=batch.uploaded_at)
    changes = Change.objects.filter(
        since,
        value__line__round=report.round_id,
        value__line__reporting_unit=report.reporting_unit_id,
    ).select_related("value__line__institution", "value__indicator", "by")
    return [change for change in changes if change.value.line.institution.code in codes]


def import_file(
    report: Report,
    content: bytes,
    *,
    name: str,
    user: User | None = None,
    dry_run: bool = False,
    accept_valid: bool = False,
    choices: Mapping | None = None,
) -> tuple[ImportPlan, ImportBatch | None]:
    """Preview and write in one step, for the command line. No batch where nothing changes.

    Raises UnreadableFile, EntryRefused or ImportRefused, and has then written nothing.
    """
    require_open(report, user)
    file = read_for(report, content, name=name, choices=choices)
    if dry_run:
        plan = compare(report, file, user).plan
        if not plan.may_apply(accept_valid=accept_valid):
            raise ImportRefused(Why.HAS_ERRORS, plan)
        return plan, None
    batch = None
    try:
        with transaction.atomic():
            report = lock(report)
            plan = compare(report, file, user).plan
            if not plan.may_apply(accept_valid=accept_valid):
                raise ImportRefused(Why.HAS_ERRORS, plan)
            if plan.count(Outcome.NEW) or plan.count(Outcome.CHANGED):
                batch = keep(report, content, name, user, plan)
                complete(report, batch, plan, user)
    except Exception:
        # The row is rolled back with the transaction; the file would stay.
        if batch is not None:
            batch.file.delete(save=False)
        raise
    return plan, batch


def _write(
    report: Report, batch: ImportBatch, plan: ImportPlan, user: User | None, now
) -> dict[int, str]:
    """Write values and changes; the notes that were replaced, by value."""
    changes = [(row.code, change) for row, change in plan.changes]
    if not changes:
        return {}
    lines = dict(_lines(report).values_list("institution__code", "pk"))
    indicators = dict(Indicator.objects.values_list("code", "pk"))
    bulk.insert(
        IndicatorValue,
        ("line", "indicator", *_WRITTEN),
        (
            (lines[code], indicators[change.indicator], *_written(change))
            for code, change in changes
        ),
        unique=("line", "indicator"),
        update=_WRITTEN,
    )
    stored = {
        (line, indicator): pk
        for pk, line, indicator in values_of(report).values_list("pk", "line", "indicator")
    }
    bulk.insert_changes(
        (
            (
                stored[lines[code], indicators[change.indicator]],
                change.before,
                change.after,
                _remark(change),
            )
            for code, change in changes
        ),
        at=now,
        by=user,
        action=Change.Action.IMPORTED,
        import_batch=batch.pk,
    )
    mark_started(report, now)
    return {
        stored[lines[code], indicators[change.indicator]]: change.before.note
        for code, change in changes
        if change.before.note and change.before.note != change.after.note
    }


_WRITTEN = ("state", "count", "na_reason", "note", "version")


def _written(change: CellChange) -> tuple:
    after = change.after
    return after.state, after.count, after.na_reason, after.note, change.version + 1


def _remark(change: CellChange) -> str:
    """The note, where the file changed it: a change of a note alone says why it is there."""
    return change.after.note if change.after.note != change.before.note else ""
