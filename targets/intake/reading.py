"""The text of a sent document: at once, or page by page in the worker while a person looks on.

A reading is claimed by a conditional update and held by its own last sign of life: whoever finds
another one there has lost the document and stops. No transaction is open while a page is read.
"""

import datetime
import hashlib
import logging
import time
from enum import StrEnum

from django.conf import settings
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from institutions import scope
from institutions.models import AdministrativeUnit
from institutions.names import fold
from targets import reasons
from targets.documents import (
    Document,
    DocumentError,
    Inspection,
    Limits,
    inspect,
    read_document,
)
from targets.models import PROGRAMME, PlanDocument
from targets.parsing import ParsedPlan, parse_plan
from targets.services import PlanError

Level = AdministrativeUnit.Level
Status = PlanDocument.Status

# A page takes seconds, two readings of a bad one perhaps a minute: after this long without a sign
# of life the process is gone.
STALE_AFTER = datetime.timedelta(minutes=5)
# The worker looks every second; after this long without a beginning none is there.
BEGINS_WITHIN = datetime.timedelta(seconds=15)

# Characters. Dense objectives are read at some 40,000 a second: more is the worker's, and what it
# read is kept for the pages that follow. A plan has 30,000, one with its annexes 200,000.
READ_AT_ONCE = 100_000
KEPT_FOR = datetime.timedelta(days=1)

log = logging.getLogger(__name__)


class Refusal(StrEnum):
    """Why a text that could be read is no plan for this person; beside DocumentProblem."""

    NO_OBJECTIVES = "no_objectives"
    NO_FIGURES = "no_figures"
    OTHER_MATTER = "other_matter"
    OTHER_PROVINCE = "other_province"


_WORDS: dict[str, Promise] = {
    Refusal.NO_OBJECTIVES: gettext_lazy("The text has no section of objectives (“Mục tiêu”)."),
    Refusal.NO_FIGURES: gettext_lazy("The objectives of the document hold no figure."),
    Refusal.OTHER_MATTER: gettext_lazy(
        "The document is about another matter: it names neither Decision 1520/QĐ-TTg nor libraries,"
        " museums or culture centres. Send the plan that carries out this decision."
    ),
    Refusal.OTHER_PROVINCE: gettext_lazy(
        "The document is a plan of a province that is not yours to register."
    ),
}


class DocumentRefused(PlanError):
    """The document cannot become a plan; `code` is kept, the words are for the screen."""


def words(code: str) -> Promise | str:
    """Why a document was refused."""
    return _WORDS.get(code) or reasons.document(code)


def limits() -> Limits:
    return Limits(max_bytes=settings.MAX_PLAN_BYTES, max_pages=settings.MAX_PLAN_PAGES)


# What a text says ----------------------------------------------------------------------------


def province_names() -> list[str]:
    """Names of all provinces, old and new, by which the text's own is recognised."""
    provinces = AdministrativeUnit.objects.filter(level=Level.PROVINCE)
    return sorted({province.short_name for province in provinces})


def is_called(province: AdministrativeUnit, name: str) -> bool:
    """Whether a document that names `name` means the province.

    Its former name may be longer: Thừa Thiên Huế is thành phố Huế since 01/01/2025. No province
    is called by the last words of another one's name.
    """
    own, read = fold(province.short_name), fold(name)
    return read in (own, fold(province.name)) or read.endswith(f" {own}")


def parsed(text: str, doubts=()) -> ParsedPlan:
    """What the text says. Raises DocumentRefused if there is nothing in it to decide on."""
    doubts = tuple((start, end) for start, end in doubts)

    def read_it() -> ParsedPlan:
        return parse_plan(text, provinces=province_names(), doubts=doubts)

    if len(text) <= READ_AT_ONCE:
        plan = read_it()
    else:
        key = hashlib.sha256(f"{doubts}{text}".encode()).hexdigest()
        plan = cache.get_or_set(f"plan-{key}", read_it, KEPT_FOR.total_seconds())
    if code := refusal(text, plan):
        raise DocumentRefused(words(code), code=code)
    return plan


def refusal(text: str, plan: ParsedPlan) -> Refusal | None:
    """Why nothing in the text is there to decide on, if so; asks no database."""
    if not plan.has_objectives:
        return Refusal.NO_OBJECTIVES
    if not plan.targets and not plan.unread:
        return Refusal.NO_FIGURES
    if not plan.targets and not _is_of_the_programme(text):
        return Refusal.OTHER_MATTER
    return None


def _is_of_the_programme(text: str) -> bool:
    """Whether anything points to the programme: its decision's number, or what it is about.

    Asked only where no target was read: a scan may have lost all of them, and a person can still
    add them by hand.
    """
    if PROGRAMME.split("/")[0] in text:
        return True
    folded = fold(text)
    return any(kind in folded for kind in ("thu vien", "bao tang", "trung tam van hoa"))


def inspected(content: bytes, name: str) -> Inspection:
    """What the file is. Raises DocumentRefused with what is wrong and what to do."""
    try:
        return inspect(content, name, limits())
    except DocumentError as error:
        raise DocumentRefused(words(error.code), code=error.code) from error


def opened(content: bytes, name: str, progress=None) -> Document:
    """The document as text. Raises DocumentRefused as `inspected` does."""
    try:
        return read_document(content, name, limits(), progress)
    except DocumentError as error:
        raise DocumentRefused(words(error.code), code=error.code) from error


def territory_named(
    name: str | None, day: datetime.date | None, territories
) -> AdministrativeUnit | None:
    """Which of `territories` the document means: of that name, on the map of that day."""
    if name is None or day is None:
        return None
    return next((one for one in territories.valid_on(day) if is_called(one, name)), None)


def own_territory(
    plan: ParsedPlan, chosen: AdministrativeUnit | None, user
) -> AdministrativeUnit | None:
    """The territory the plan is for, None where a person has to say it.

    Raises DocumentRefused if the document names a province other than the chosen one, or one that
    is not the person's to register.
    """
    if plan.province is None or plan.province not in province_names():
        return chosen
    own = scope.territories(user).filter(pk__in=scope.rights(user).department)
    if chosen is not None and not is_called(chosen, plan.province):
        raise DocumentRefused(
            _("The document is a plan of %(document)s, not of %(chosen)s.")
            % {"document": plan.province, "chosen": chosen.short_name},
            code=Refusal.OTHER_PROVINCE,
        )
    if not any(is_called(one, plan.province) for one in own):
        raise DocumentRefused(
            _("The document is a plan of %(territory)s, which is not yours to register.")
            % {"territory": plan.province},
            code=Refusal.OTHER_PROVINCE,
        )
    return chosen or territory_named(plan.province, plan.issued_on, own)


# In the worker -------------------------------------------------------------------------------


def read(pk: int) -> None:
    """Read a waiting document, page by page. Does nothing if it is read or being read already.

    Refused: the reason stays, the file goes. Anything unforeseen leaves the document as it was,
    to be read again.
    """
    hold = Hold.take(pk)
    if hold is None:
        log.info("document %s: not waiting, left alone", pk)
        return
    began = time.monotonic()
    try:
        _read(pk, hold)
        log.info("document %s: read in %.1f s", pk, time.monotonic() - began)
    except (HoldLost, PlanDocument.DoesNotExist):
        log.info("document %s: given up or taken over meanwhile", pk)
    except BaseException:
        log.exception("document %s: reading stopped", pk)
        hold.let_go()
        raise


def _read(pk: int, hold: "Hold") -> None:
    document = PlanDocument.objects.select_related("territory", "uploaded_by").get(pk=pk)
    try:
        with document.file.open() as file:
            content = file.read()
        found = opened(content, document.name, hold.progress)
        plan = parsed(found.text, found.doubts)
        hold.renew(
            status=Status.READ,
            territory=own_territory(plan, document.territory, document.uploaded_by),
            **as_read(found, document.pages),
        )
    except DocumentRefused as error:
        log.info("document %s: refused, %s", pk, error.code)
        hold.renew(status=Status.REFUSED, problem=str(error.code), file="")
        document.file.storage.delete(document.file.name)


def as_read(found: Document, pages: int | None) -> dict:
    """Columns that a document and a plan version share. `pages`: None if the format knows none."""
    return {
        "text": found.text,
        "page_starts": list(found.page_starts) if pages else [],
        "doubts": [list(span) for span in found.doubts],
        "is_scan": found.is_scan,
    }


# Locked by others for too long, or the connection broke while a page was read.
_BUSY = (OperationalError, InterfaceError)


def _reconnect() -> None:
    """The next statement opens a connection anew, unless it belongs to a transaction."""
    if not connection.in_atomic_block:
        connection.close()


class HoldLost(Exception):
    """Somebody else reads the document, or it is gone."""


class Hold:
    """That this process reads the document: as long as its last sign of life stands there."""

    def __init__(self, pk: int, since: datetime.datetime) -> None:
        self.pk, self.since = pk, since

    @classmethod
    def take(cls, pk: int) -> "Hold | None":
        now = timezone.now()
        taken = PlanDocument.objects.filter(pk=pk, status=Status.WAITING).update(
            status=Status.READING, progressed_at=now, pages_read=0
        )
        return cls(pk, now) if taken else None

    def progress(self, done: int, pages: int) -> None:
        """Told of every page. A database that is busy just now hears of the next one."""
        try:
            self._write(pages_read=done, pages=pages)
        except _BUSY:
            log.warning("document %s: page %s not noted, database busy", self.pk, done)
            _reconnect()

    def renew(self, **changes) -> None:
        """Write what was found; hours of reading are not lost to a busy moment."""
        for pause in (1, 5, 15, 60):
            try:
                return self._write(**changes)
            except _BUSY:
                log.warning("document %s: database busy, again in %s s", self.pk, pause)
                _reconnect()
                time.sleep(pause)
        return self._write(**changes)

    def let_go(self) -> None:
        """The page offers to read again at once instead of after STALE_AFTER."""
        try:
            self._mine().update(progressed_at=None)
        except _BUSY:
            log.warning("document %s: database busy, left to be found stale", self.pk)

    def _mine(self):
        return PlanDocument.objects.filter(
            pk=self.pk, status=Status.READING, progressed_at=self.since
        )

    def _write(self, **changes) -> None:
        now = timezone.now()
        if not self._mine().update(progressed_at=now, **changes):
            raise HoldLost
        self.since = now


# How far it is -------------------------------------------------------------------------------


class Stage(StrEnum):
    """What the page says of a document that is not read yet."""

    WAITING = "waiting"
    BEHIND = "behind"  # another document is read first
    NO_WORKER = "no_worker"
    READING = "reading"
    STOPPED = "stopped"


def stage(document: PlanDocument, now: datetime.datetime | None = None) -> Stage:
    """How far a waiting or reading document is."""
    now = now or timezone.now()
    if document.status == Status.READING:
        last = document.progressed_at
        return Stage.STOPPED if last is None or now - last > STALE_AFTER else Stage.READING
    if now - waiting_since(document) <= BEGINS_WITHIN:
        return Stage.WAITING
    alive = Q(status=Status.READING, progressed_at__gt=now - STALE_AFTER)
    return Stage.BEHIND if PlanDocument.objects.filter(alive).exists() else Stage.NO_WORKER


def waiting_since(document: PlanDocument) -> datetime.datetime:
    """When it was sent, or asked for again."""
    return document.progressed_at or document.uploaded_at


def may_begin_again(now: datetime.datetime) -> Q:
    """Documents whose reading stopped, or whose turn in the queue was lost."""
    old = now - STALE_AFTER
    return (
        Q(status=Status.READING, progressed_at=None)
        | Q(status=Status.READING, progressed_at__lt=old)
        | Q(status=Status.WAITING, progressed_at__lt=old)
        | Q(status=Status.WAITING, progressed_at=None, uploaded_at__lt=old)
    )
