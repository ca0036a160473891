"""A document becomes a draft of a plan: sent, read, its head checked, its targets proposed.

Nothing is half-written: a refused document leaves neither a row nor a file.
"""

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from institutions import scope
from institutions.models import AdministrativeUnit, User
from targets.amending import chain
from targets.intake import reading, tasks
from targets.models import Indicator, Plan, PlanDocument, PlanVersion, Target
from targets.parsing import ParsedPlan, ParsedTarget, ReviewReason, UnreadReason
from targets.services import PlanError

Level = AdministrativeUnit.Level
Status = PlanDocument.Status

# Of one person; a plan and its amendments are a handful.
MOST_ON_THEIR_WAY = 20
# Years from the day of issue to the day in force; more is a slip of the hand.
LONGEST_DELAY = 5


class AlreadyThere(PlanError):
    """The document was sent or registered before; `found` is the row that says so."""

    def __init__(self, message: str, found: PlanVersion | PlanDocument) -> None:
        super().__init__(message, code="already_there")
        self.found = found


# Sent ----------------------------------------------------------------------------------------


def documents(user: User) -> QuerySet[PlanDocument]:
    """Documents on their way that the person may see: those of their Department's territories.

    As long as nobody knows whose a document is, it is its sender's.
    """
    own = Q(territory__in=scope.rights(user).department)
    return PlanDocument.objects.filter(own | Q(territory=None, uploaded_by=user))


def on_their_way(user: User) -> list[PlanDocument]:
    """What the list shows of them, in one query."""
    found = documents(user).select_related("territory", "uploaded_by")
    return list(found.defer("text", "page_starts", "doubts"))


def send(
    *, content: bytes, name: str, territory: AdministrativeUnit | None, user: User
) -> PlanDocument:
    """Take a document in. Its text is read at once; a scan and a long text are the worker's.

    Raises DocumentRefused for what cannot become a plan of this person's, AlreadyThere for what
    was sent before; then nothing is saved.
    """
    _refuse_too_many(user)
    inspection = reading.inspected(content, name)
    sha256 = hashlib.sha256(content).hexdigest()
    _refuse_known_file(sha256, user)
    document = PlanDocument(
        name=name, sha256=sha256, territory=territory, uploaded_by=user, pages=inspection.pages
    )
    found = None if inspection.needs_ocr else reading.opened(content, name)
    at_once = found is not None and len(found.text) <= reading.READ_AT_ONCE
    if at_once:
        plan = reading.parsed(found.text, found.doubts)
        document.territory = reading.own_territory(plan, territory, user)
        if document.territory and plan.number:
            _refuse_known_number(document.territory, plan.number)
        document.status = Status.READ
        document.pages_read = inspection.pages or 0
        for column, value in reading.as_read(found, inspection.pages).items():
            setattr(document, column, value)
    document.full_clean(exclude=["file"])
    document.file.save(_stored_name(name, sha256), ContentFile(content), save=False)
    try:
        with transaction.atomic():
            document.save()
            if not at_once:
                _enqueue(document)
    except BaseException:
        # The database forgets the document, the disk has to be told.
        document.file.delete(save=False)
        raise
    return document


def _stored_name(name: str, sha256: str) -> str:
    """What the file is called on disk: nothing that a person typed but the kind, if plain."""
    suffix = PurePath(name).suffix.lower()
    return sha256[:32] + (suffix if suffix in (".pdf", ".docx", ".txt") else "")


def _enqueue(document: PlanDocument) -> None:
    """After the commit. Should that fail, the document waits and its page offers to begin again."""

    def enqueue() -> None:
        tasks.read_document.enqueue(document.pk)

    transaction.on_commit(enqueue, robust=True)


def _refuse_too_many(user: User) -> None:
    """Files and the worker's time are everybody's: nobody fills them alone."""
    mine = PlanDocument.objects.filter(uploaded_by=user).exclude(status=Status.REFUSED)
    if mine.count() >= MOST_ON_THEIR_WAY:
        raise PlanError(
            _("%(count)s documents of yours are on their way. Register or give up some first.")
            % {"count": MOST_ON_THEIR_WAY}
        )


def _refuse_known_file(sha256: str, user: User) -> None:
    own = scope.rights(user).department
    version = PlanVersion.objects.filter(source_sha256=sha256, plan__territory__in=own).first()
    if version is not None:
        raise AlreadyThere(
            _("The document %(number)s is registered already.") % {"number": version.number},
            version,
        )
    document = documents(user).filter(sha256=sha256).exclude(status=Status.REFUSED).first()
    if document is not None:
        raise AlreadyThere(_("This document was sent already."), document)


def _refuse_known_number(
    territory: AdministrativeUnit, number: str, but: PlanVersion | None = None
) -> None:
    versions = PlanVersion.objects.filter(plan__territory=territory, number=number)
    if but is not None:
        versions = versions.exclude(pk=but.pk)
    if version := versions.first():
        raise AlreadyThere(
            _("The document %(number)s is registered already.") % {"number": number}, version
        )


def may_begin_again(document: PlanDocument) -> bool:
    """Whether the reading of a document stopped, or its turn in the queue was lost."""
    stopped = reading.may_begin_again(timezone.now())
    return PlanDocument.objects.filter(stopped, pk=document.pk).exists()


@transaction.atomic
def begin_again(document: PlanDocument) -> bool:
    """Have a document read whose reading stopped; whether it had."""
    now = timezone.now()
    stopped = PlanDocument.objects.filter(reading.may_begin_again(now), pk=document.pk)
    if not stopped.update(status=Status.WAITING, progressed_at=now, pages_read=0):
        return False
    _enqueue(document)
    return True


@transaction.atomic
def give_up(document: PlanDocument) -> None:
    """Forget a document and its file, whatever became of it; a worker that reads it stops."""
    document.delete()
    _forget(document.file)


def _forget(file: FieldFile) -> None:
    """After the commit: until then the row may come back. A file that stays harms nobody."""
    name, storage = file.name, file.storage

    # Django logs a failure by the function's name, which a partial has not.
    def forget() -> None:
        storage.delete(name)

    if name:
        transaction.on_commit(forget, robust=True)


# Its head checked ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Head:
    """What a person answers for: the document's head, and what no plan states (design 5.4)."""

    territory: AdministrativeUnit
    number: str
    issued_on: datetime.date
    in_force_from: datetime.date
    title: str = ""
    report_before: tuple[int, int] | None = None  # month, day
    baseline_year: int = 2022
    growth_method: str = PlanVersion.GrowthMethod.COMPOUND
    growth_min_panel: int = 80
    commune_scope: str = ""  # not asked

    def columns(self) -> dict:
        month, day = self.report_before or (None, None)
        return {
            "number": self.number,
            "title": self.title,
            "issued_on": self.issued_on,
            "in_force_from": self.in_force_from,
            "report_before_month": month,
            "report_before_day": day,
            "baseline_year": self.baseline_year,
            "growth_method": self.growth_method,
            "growth_min_panel": self.growth_min_panel,
            "commune_scope": self.commune_scope,
        }


def register(document: PlanDocument, head: Head, user: User) -> PlanVersion:
    """The draft of a document that was read, with proposed targets; the document is gone then.

    Raises ValidationError, by field where one is to blame; then nothing is saved.
    """
    # A book takes seconds; the database is not held meanwhile.
    plan = reading.parsed(document.text, document.doubts)
    copy = None
    try:
        with transaction.atomic():
            current = PlanDocument.objects.select_for_update(of=("self",)).get(
                pk=document.pk, status=Status.READ
            )
            version = _draft(head, plan.province, current.sha256)
            for column in ("text", "page_starts", "doubts", "is_scan"):
                setattr(version, column, getattr(current, column))
            version.source_name, version.source_sha256 = current.name, current.sha256
            with current.file.open() as file:
                name = _stored_name(current.name, current.sha256)
                version.source_file.save(name, File(file), save=False)
            copy = version.source_file
            _save(version, plan, user)
            current.delete()
            _forget(current.file)
    except PlanDocument.DoesNotExist:
        raise PlanError(_("The document was registered or given up meanwhile.")) from None
    except BaseException:
        if copy is not None:
            copy.storage.delete(copy.name)
        raise
    return version


def register_plan(
    *,
    territory: AdministrativeUnit | None = None,
    content: bytes,
    file_name: str,
    user: User | None,
    number: str | None = None,
    issued_on: datetime.date | None = None,
) -> PlanVersion:
    """Read a document into a draft in one step: its head as read, every kind of commune counts.

    The territory is the province that the document names, on the map of the day it was issued;
    a person may name it, and number and day, where the document cannot be read. Nothing is saved
    if there is nothing to decide on: raises PlanError for an empty or unreadable document, one
    without objectives, and one that is registered already.
    """
    inspection = reading.inspected(content, file_name)
    found = reading.opened(content, file_name)
    parsed = reading.parsed(found.text, found.doubts)
    number, issued_on = number or parsed.number, issued_on or parsed.issued_on
    if issued_on is None:
        raise PlanError(_("The day of issue cannot be read in the document."))
    if not number:
        raise PlanError(_("The number of the document cannot be read."))
    head = Head(
        territory=territory or _territory_named(parsed.province, issued_on),
        number=number,
        issued_on=issued_on,
        in_force_from=issued_on,
        report_before=parsed.report_before,
        commune_scope=PlanVersion.CommuneScope.ALL,
    )
    copy = None
    try:
        with transaction.atomic():
            sha256 = hashlib.sha256(content).hexdigest()
            version = _draft(head, parsed.province, sha256)
            for column, value in reading.as_read(found, inspection.pages).items():
                setattr(version, column, value)
            version.source_name, version.source_sha256 = file_name, sha256
            name = _stored_name(file_name, sha256)
            version.source_file.save(name, ContentFile(content), save=False)
            copy = version.source_file
            _save(version, parsed, user)
    except BaseException:
        if copy is not None:
            copy.storage.delete(copy.name)
        raise
    return version


def _territory_named(name: str | None, day: datetime.date) -> AdministrativeUnit:
    if name is None:
        raise PlanError(_("The province cannot be read in the document; choose it."))
    provinces = AdministrativeUnit.objects.filter(level=Level.PROVINCE)
    if territory := reading.territory_named(name, day, provinces):
        return territory
    raise PlanError(
        _("No province called %(name)s existed on %(day)s.")
        % {"name": name, "day": date_format(day, "SHORT_DATE_FORMAT")}
    )


def _draft(head: Head, province: str | None, sha256: str) -> PlanVersion:
    """A version not saved yet, in its territory's plan, held until the transaction ends."""
    plan, _created = Plan.objects.select_for_update().get_or_create(territory=head.territory)
    for version in plan.versions.filter(source_sha256=sha256):
        raise AlreadyThere(
            _("The document %(number)s is registered already.") % {"number": version.number},
            version,
        )
    check_head(head, province=province)
    return PlanVersion(plan=plan, **head.columns())


def _save(version: PlanVersion, parsed: ParsedPlan, user: User | None) -> None:
    version.registered_by = version._history_user = user
    version.unread = sorted(_unread(version, parsed), key=lambda each: each["start"])
    version.full_clean(exclude=["plan"])
    version.save()
    _propose(version, parsed)


def check_head(
    head: Head, *, province: str | None = None, version: PlanVersion | None = None
) -> None:
    """Raise what makes the head impossible, by field. `version`: the draft that is changed."""
    problems: dict[str, str | ValidationError] = {}
    if head.issued_on > timezone.localdate():
        problems["issued_on"] = _("The day of issue lies in the future.")
    elif problem := _wrong_territory(head, province):
        problems["territory"] = problem
    if head.in_force_from < head.issued_on:
        problems["in_force_from"] = _("A document is not in force before the day it was issued.")
    elif head.in_force_from.year > head.issued_on.year + LONGEST_DELAY:
        problems["in_force_from"] = _(
            "The day lies more than %(count)s years after the day of issue."
        ) % {"count": LONGEST_DELAY}
    if head.baseline_year > head.issued_on.year:
        problems["baseline_year"] = _("The baseline year lies before the plan.")
    try:
        _refuse_known_number(head.territory, head.number, version)
    except AlreadyThere as error:
        problems["number"] = error
    plan = Plan.objects.filter(territory=head.territory).first()
    if problem := chain.disorder(plan, head.issued_on, head.in_force_from, but=version):
        problems.setdefault("in_force_from", problem)
    if problems:
        raise PlanError(problems)


def _wrong_territory(head: Head, province: str | None) -> str | None:
    territory, day = head.territory, head.issued_on
    if province in reading.province_names() and not reading.is_called(territory, province):
        return _("The document is a plan of %(document)s, not of %(chosen)s.") % {
            "document": province,
            "chosen": territory.short_name,
        }
    if not AdministrativeUnit.objects.valid_on(day).filter(pk=territory.pk).exists():
        return _("No province called %(name)s existed on %(day)s.") % {
            "name": territory,
            "day": date_format(day, "SHORT_DATE_FORMAT"),
        }
    return None


@transaction.atomic
def change_head(version: PlanVersion, head: Head, user: User) -> PlanVersion:
    """Correct head and settings of a draft; the text stays. Raises ValidationError by field.

    Which communes count stays as it was if that is not asked (any more).
    """
    # Two documents of a plan never take the same number side by side.
    Plan.objects.select_for_update().filter(pk=version.plan_id).first()
    current = (
        PlanVersion.objects.select_for_update(of=("self",))
        .select_related("plan__territory")
        .filter(pk=version.pk)
        .first()
    )
    if current is None:
        raise PlanError(_("The draft was deleted meanwhile."))
    if current.status != PlanVersion.Status.DRAFT:
        raise PlanError(_("The plan is published; its targets are fixed."))
    head = replace(
        head,
        territory=current.plan.territory,
        commune_scope=head.commune_scope or current.commune_scope,
    )
    check_head(head, version=current)
    columns = head.columns()
    for column, value in columns.items():
        setattr(current, column, value)
    current._history_user = user
    current.full_clean(exclude=["plan"])
    current.save(update_fields=[*columns])
    return current


@transaction.atomic
def discard(version: PlanVersion) -> None:
    """Delete a draft that was registered by mistake, with its targets and its file.

    Its number is free again. What was decided on it stays in the history.
    """
    plan = Plan.objects.select_for_update().filter(pk=version.plan_id).first()
    current = plan and plan.versions.filter(pk=version.pk).first()
    if current is None:
        return
    if current.status != PlanVersion.Status.DRAFT:
        raise PlanError(_("The plan is published; it cannot be deleted any more."))
    current.delete()
    if not plan.versions.exists():
        plan.delete()
    _forget(current.source_file)


# Its targets proposed ------------------------------------------------------------------------


def _propose(version: PlanVersion, parsed: ParsedPlan) -> None:
    """The targets of a new draft as the text says them."""
    indicators = Indicator.objects.in_bulk(field_name="code")
    if unknown := {target.indicator for target in parsed.targets} - set(indicators):
        raise PlanError(
            _("Indicators are missing; load them first: %(codes)s")
            % {"codes": ", ".join(sorted(unknown))}
        )
    read = _one_per_key([target for target in parsed.targets if _can_be_kept(target)])
    targets = [
        _proposed(version, indicators[found.indicator], found, position)
        for position, found in enumerate(read, 1)
    ]
    bulk_create_with_history(targets, Target)


def _can_be_kept(target: ParsedTarget) -> bool:
    """Whether its figures fit as they are: a rounded figure would be another one."""
    figures = (target.minimum, target.maximum, *target.alternatives)
    return all(
        figure is None or (abs(figure) < 100_000 and figure == round(figure, 2))
        for figure in figures
    )


def _unread(version: PlanVersion, parsed: ParsedPlan) -> Iterable[dict]:
    for each in parsed.unread:
        start, end = each.span
        yield {"text": each.text, "start": start, "end": end, "reason": str(each.reason)}
    sentences = {t.sentence for t in parsed.targets if not _can_be_kept(t)}
    for start, end in sentences:
        yield {
            "text": version.text[start:end],
            "start": start,
            "end": end,
            "reason": str(UnreadReason.FIGURE_UNREADABLE),
        }


def _one_per_key(targets: Iterable[ParsedTarget]) -> list[ParsedTarget]:
    """A target said twice with different figures is one: the others become alternatives."""
    found: dict[tuple, ParsedTarget] = {}
    for target in targets:
        key = (target.indicator, target.tiers, target.year, target.counts)
        if key not in found:
            found[key] = target
            continue
        first = found[key]
        others = dict.fromkeys((*first.alternatives, target.minimum, *target.alternatives))
        others.pop(first.minimum, None)
        found[key] = replace(
            first,
            alternatives=tuple(others),
            review_reasons=tuple(dict.fromkeys((*first.review_reasons, ReviewReason.CONFLICT))),
        )
    return list(found.values())


def _proposed(
    version: PlanVersion, indicator: Indicator, found: ParsedTarget, position: int
) -> Target:
    alternatives = [str(figure) for figure in found.alternatives]
    review_reasons = [str(reason) for reason in found.review_reasons]
    return Target(
        version=version,
        indicator=indicator,
        position=position,
        tiers=found.tiers,
        period_start=found.period_start,
        year=found.year,
        minimum=found.minimum,
        maximum=found.maximum,
        unit=found.unit,
        counts=found.counts,
        basis=found.basis,
        alternatives=alternatives,
        review_reasons=review_reasons,
        quote=found.quote,
        quote_start=found.span[0],
        quote_end=found.span[1],
        sentence_start=found.sentence[0],
        sentence_end=found.sentence[1],
        as_read={
            "indicator": found.indicator,
            "tiers": list(found.tiers),
            "period_start": found.period_start,
            "year": found.year,
            "min": str(found.minimum),
            "max": None if found.maximum is None else str(found.maximum),
            "unit": str(found.unit),
            "counts": str(found.counts),
            "basis": str(found.basis),
            "alternatives": alternatives,
            "review_reasons": review_reasons,
        },
    )
