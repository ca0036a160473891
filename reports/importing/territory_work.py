"""The import of a whole territory on its way: sent, read by the worker, confirmed, written by it.

A step is claimed by a conditional update and held by its own last sign of life (`seen_at`):
whoever finds another one there has lost the batch and stops. A worker that dies leaves nothing
half-done: cells wait in a table that dies with it, and are written in one transaction together
with the batch's status. The page stays readable throughout and offers to begin again.
"""

import io
import logging
import os
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from functools import partial

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from institutions.models import AdministrativeUnit, User
from institutions.sheets import UnreadableFile
from reports.importing import tasks
from reports.importing.apply import REPLACED_NOTES, content_of, sha256
from reports.importing.choices import Choices
from reports.importing.diff import Outcome
from reports.importing.staging import Stage
from reports.importing.whole_territory import Survey, survey, why_closed
from reports.models import Change, ImportBatch, Report, ReportingRound
from reports.rounds.entry import mark_started

Status = ImportBatch.Status

# The longest step without a sign of life is the writing itself, well under a minute.
STALE_AFTER = timedelta(minutes=3)
# The worker looks every second; after this long without a beginning none is there.
BEGINS_WITHIN = timedelta(seconds=15)
# A sign of life is a write, for which others wait on SQLite.
SIGN_EVERY = 1.0
# Of one person: files and the worker's time are everybody's.
MOST_ON_THEIR_WAY = 5

# `ImportBatch.fault` while the worker has it: it waits for its turn, or stopped.
WAITS, STOPPED = "waits", "stopped"
# The figures changed between preview and writing: read anew, the person looks again.
DIFFERS = "differs"

log = logging.getLogger(__name__)


class SendRefused(Exception):
    """The file was not taken in; the message says why."""


class HoldLost(Exception):
    """Somebody else has the batch, or it was given up."""


class _Overtaken(Exception):
    """What the file would do is no longer what the person saw."""


# Sent and decided --------------------------------------------------------------------------


def imports_of(territory: AdministrativeUnit):
    """Imports of the whole territory, the latest first."""
    return ImportBatch.objects.filter(territory=territory, report=None).select_related(
        "uploaded_by", "territory"
    )


def send(territory: AdministrativeUnit, content: bytes, name: str, user: User) -> ImportBatch:
    """Take a file in and have it read. Raises SendRefused, and has then kept nothing."""
    if len(content) > settings.MAX_IMPORT_BYTES:
        raise SendRefused(
            _("The file is larger than %(megabytes)d MB. Divide it by years.")
            % {"megabytes": settings.MAX_IMPORT_BYTES // 1024 // 1024}
        )
    on_their_way = imports_of(territory).filter(
        uploaded_by=user, status__in=[Status.READING, Status.PREVIEWED, Status.APPLYING]
    )
    if on_their_way.count() >= MOST_ON_THEIR_WAY:
        raise SendRefused(
            _("%(count)d files of yours are on their way. Write or give up some first.")
            % {"count": MOST_ON_THEIR_WAY}
        )
    batch = ImportBatch(
        territory=territory,
        name=name[:200],
        sha256=sha256(content),
        uploaded_by=user,
        status=Status.READING,
        fault=WAITS,
        seen_at=timezone.now(),
    )
    batch.file.save(f"{batch.sha256[:16]}.dat", ContentFile(content), save=False)
    try:
        with transaction.atomic():
            for unread in imports_of(territory).filter(uploaded_by=user, status=Status.FAILED):
                give_up(unread)
            batch.save()
            _enqueue(batch)
    except BaseException:
        batch.file.delete(save=False)
        raise
    return batch


def _enqueue(batch: ImportBatch) -> None:
    """After the commit. Should that fail, the batch waits and its page offers to begin again."""
    task = tasks.write_territory if batch.status == Status.APPLYING else tasks.read_territory
    transaction.on_commit(partial(_enqueued, task, batch.pk), robust=True)


def _enqueued(task, pk: int) -> None:
    task.enqueue(pk)


@transaction.atomic
def read_again(batch: ImportBatch, choices: Choices) -> bool:
    """Have a previewed file read by other choices; whether it was one."""
    taken = _previewed(batch).update(
        status=Status.READING, choices=choices.kept, fault=WAITS, done=0, seen_at=timezone.now()
    )
    return bool(taken) and _queued(batch, Status.READING)


@transaction.atomic
def confirm(
    batch: ImportBatch, user: User, fingerprint: str, *, accept_valid: bool = False
) -> bool:
    """Have a previewed file written; False if it is not, or no longer, what the person saw."""
    found = batch.found or {}
    if found.get("fingerprint") != fingerprint or not may_write(batch, accept_valid=accept_valid):
        return False
    taken = (
        _previewed(batch)
        .filter(found__fingerprint=fingerprint)
        .update(
            status=Status.APPLYING,
            accepted_valid=accept_valid and batch.invalid > 0,
            applied_by=user,
            fault=WAITS,
            done=0,
            seen_at=timezone.now(),
        )
    )
    return bool(taken) and _queued(batch, Status.APPLYING)


def _previewed(batch: ImportBatch):
    return ImportBatch.objects.filter(pk=batch.pk, report=None, status=Status.PREVIEWED)


def _queued(batch: ImportBatch, status: str) -> bool:
    batch.status = status
    _enqueue(batch)
    return True


def may_write(batch: ImportBatch, *, accept_valid: bool = False) -> bool:
    """Whether anything may be written: all rows, or with `accept_valid` those that are right."""
    found = batch.found or {}
    if batch.status != Status.PREVIEWED or found.get("problems") or not found.get("cells"):
        return False
    return not batch.invalid or accept_valid


@transaction.atomic
def give_up(batch: ImportBatch) -> bool:
    """Forget a file that was not written; a worker that reads it stops. Whether it could."""
    batch = ImportBatch.objects.select_for_update().filter(pk=batch.pk, report=None).first()
    if batch is None or batch.status in (Status.APPLIED, Status.UNDONE):
        return False
    if batch.status == Status.APPLYING and not _stopped(batch):
        return False
    names = [batch.file.name, (batch.found or {}).get("faulty", "")]
    storage = batch.file.storage
    batch.delete()
    for name in filter(None, names):
        transaction.on_commit(partial(_forget, storage, name), robust=True)
    return True


def _forget(storage, name: str) -> None:
    storage.delete(name)


# How far it is -----------------------------------------------------------------------------


class Stand(StrEnum):
    """What the page says of a file that the worker has."""

    WAITING = "waiting"
    BEHIND = "behind"  # another file is done first
    NO_WORKER = "no_worker"
    WORKING = "working"
    STOPPED = "stopped"


def stand(batch: ImportBatch) -> Stand:
    """How far a file is that is being read or written."""
    if _stopped(batch) and batch.fault != WAITS:
        return Stand.STOPPED
    if batch.fault != WAITS:
        return Stand.WORKING
    if timezone.now() - batch.seen_at <= BEGINS_WITHIN:
        return Stand.WAITING
    alive = ImportBatch.objects.filter(
        status__in=[Status.READING, Status.APPLYING],
        fault="",
        seen_at__gt=timezone.now() - STALE_AFTER,
    )
    return Stand.BEHIND if alive.exists() else Stand.NO_WORKER


def _stopped(batch: ImportBatch) -> bool:
    return batch.fault == STOPPED or timezone.now() - batch.seen_at > STALE_AFTER


def may_begin_again(batch: ImportBatch) -> bool:
    """Whether its worker stopped, or its turn in the queue was lost."""
    return batch.status in (Status.READING, Status.APPLYING) and _stopped(batch)


@transaction.atomic
def begin_again(batch: ImportBatch) -> bool:
    """Have the step done whose worker stopped; whether it had."""
    now = timezone.now()
    stopped = ImportBatch.objects.filter(
        Q(fault=STOPPED) | Q(seen_at__lt=now - STALE_AFTER),
        pk=batch.pk,
        status__in=[Status.READING, Status.APPLYING],
    )
    if not stopped.update(fault=WAITS, done=0, seen_at=now):
        return False
    _enqueue(batch)
    return True


def overtaking(batch: ImportBatch):
    """Changes of the territory's figures since the preview that was refused for them."""
    since = (batch.found or {}).get("since")
    if batch.fault != DIFFERS or since is None:
        return Change.objects.none()
    return Change.objects.filter(
        pk__gt=since, value__line__round__territory=batch.territory_id
    ).select_related("value__line__institution", "value__line__round", "value__indicator", "by")


# In the worker -----------------------------------------------------------------------------


class Hold:
    """That this process has the batch: as long as its last sign of life stands there."""

    def __init__(self, pk: int, status: str) -> None:
        self.pk, self.status, self.since = pk, status, timezone.now()

    @classmethod
    def take(cls, pk: int, status: str) -> "Hold | None":
        hold = cls(pk, status)
        waiting = ImportBatch.objects.filter(pk=pk, status=status, fault=WAITS)
        return hold if waiting.update(fault="", done=0, seen_at=hold.since) else None

    def mine(self):
        return ImportBatch.objects.filter(
            pk=self.pk, status=self.status, fault="", seen_at=self.since
        )

    def progress(self, done: int, total: int) -> None:
        """Told of every part. A database that is busy just now hears of a later one."""
        if (timezone.now() - self.since).total_seconds() < SIGN_EVERY and done < total:
            return
        try:
            self.write(done=done, total=total)
        except (OperationalError, InterfaceError):
            log.warning("import %s: row %s not noted, database busy", self.pk, done)

    def write(self, **changes) -> None:
        """Note what was found. Raises HoldLost if the batch is another's now."""
        now = timezone.now()
        if not self.mine().update(seen_at=now, **changes):
            raise HoldLost
        self.since = now
        self.status = changes.get("status", self.status)

    def let_go(self) -> None:
        """The page offers to begin again at once instead of after STALE_AFTER."""
        try:
            self.mine().update(fault=STOPPED)
        except (OperationalError, InterfaceError):
            log.warning("import %s: database busy, left to be found stale", self.pk)


@contextmanager
def _held(pk: int, status: str):
    hold = Hold.take(pk, status)
    if hold is None:
        log.info("import %s: not waiting, left alone", pk)
        yield None
        return
    try:
        with override(settings.LANGUAGE_CODE):
            yield hold
    except (HoldLost, ImportBatch.DoesNotExist):
        log.info("import %s: given up or taken over meanwhile", pk)
    except BaseException:
        log.exception("import %s: stopped", pk)
        hold.let_go()
        raise


def read(pk: int) -> None:
    """Read a waiting file and note what it would do. Does nothing if that is done already."""
    with _held(pk, Status.READING) as hold:
        if hold is not None:
            _read(hold, ImportBatch.objects.select_related("territory").get(pk=pk))


def _read(hold: Hold, batch: ImportBatch, **more) -> None:
    """Survey the file; the rows that are wrong go into a file of their own."""
    storage, before = batch.file.storage, (batch.found or {}).get("faulty", "")
    with tempfile.TemporaryFile("w+b") as binary:
        faulty = io.TextIOWrapper(binary, encoding="utf-8-sig", newline="", write_through=True)
        try:
            found = _survey(batch, hold.progress, faulty=faulty)
        except UnreadableFile as error:
            hold.write(
                status=Status.FAILED,
                fault=error.problem.value[:40],
                found={"detail": str(error.detail)},
            )
            return
        faulty.flush()
        name = ""
        if found.invalid:
            binary.seek(0)
            name = storage.save(f"{os.path.splitext(batch.file.name)[0]}-sai.csv", File(binary))
        faulty.detach()
    kept = {**found.kept, **({"faulty": name} if name else {}), **more.pop("found", {})}
    try:
        hold.write(status=Status.PREVIEWED, found=kept, **found.tally, **more)
    except BaseException:
        if name:
            storage.delete(name)
        raise
    if before:
        storage.delete(before)
    # The hold is over: what is previewed is nobody's.
    ImportBatch.objects.filter(pk=batch.pk, status=Status.PREVIEWED).update(done=found.rows)


def _survey(batch: ImportBatch, progress: Callable[[int, int], None], **into) -> Survey:
    return survey(
        batch.territory,
        content_of(batch),
        batch.name,
        Choices.of(batch.choices),
        progress=progress,
        **into,
    )


def write(pk: int) -> None:
    """Write a confirmed file. If it would do something else by now, it is previewed anew."""
    with _held(pk, Status.APPLYING) as hold:
        if hold is None:
            return
        batch = ImportBatch.objects.select_related("territory").get(pk=pk)
        seen = batch.found or {}
        try:
            with Stage() as stage:
                found = _survey(batch, hold.progress, stage=stage)
                if found.fingerprint != seen.get("fingerprint"):
                    raise _Overtaken
                stage.settle()
                _write(hold, stage, found)
        except _Overtaken:
            log.info("import %s: overtaken since the preview", pk)
            hold.write(status=Status.READING)
            _read(hold, batch, fault=DIFFERS, found={"since": seen.get("seen")})


@transaction.atomic
def _write(hold: Hold, stage: Stage, found: Survey) -> None:
    """The one transaction: reports in the order of their keys, then the batch, then the figures."""
    reports = list(
        Report.objects.select_for_update(of=("self",)).filter(pk__in=found.units).order_by("pk")
    )
    # Read once the locks are held: whoever waited for the closing of a round is to know of it.
    rounds = ReportingRound.objects.in_bulk({report.round_id for report in reports})
    for report in reports:
        report.round = rounds[report.round_id]
    batch = hold.mine().select_for_update(of=("self",)).select_related("applied_by").first()
    if batch is None:
        raise HoldLost
    if any(why_closed(report) for report in reports) or stage.is_overtaken():
        raise _Overtaken
    now = timezone.now()
    replaced = stage.write(batch, batch.applied_by, now)
    for report in reports:
        if found.units[report.pk].keys() & {Outcome.NEW, Outcome.CHANGED}:
            mark_started(report, now)
    kept = {**(batch.found or {}), **({REPLACED_NOTES: replaced} if replaced else {})}
    hold.write(
        status=Status.APPLIED, applied_at=now, found=kept, done=found.rows,
        **found.tally,
    )  # fmt: skip
