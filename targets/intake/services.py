"""A document becomes a draft of a plan, with the targets read from it as proposals."""

import datetime
import hashlib
from dataclasses import replace

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from institutions.models import AdministrativeUnit, User
from institutions.names import fold
from targets import reasons
from targets.documents import DocumentError, read_text
from targets.models import Indicator, Plan, PlanVersion, Target
from targets.parsing import ParsedPlan, ParsedTarget, ReviewReason, parse_plan
from targets.services import PlanError

Level = AdministrativeUnit.Level


@transaction.atomic
def register_plan(
    *,
    territory: AdministrativeUnit | None = None,
    content: bytes,
    file_name: str,
    user: User | None,
    number: str | None = None,
    issued_on: datetime.date | None = None,
) -> PlanVersion:
    """Read a document into a draft version of its territory's plan, with proposed targets.

    The territory is the province that the document names, on the map of the day it was issued;
    a person may name it, and number and day, where the document cannot be read. Nothing is saved
    if there is nothing to decide on: raises PlanError for an empty or unreadable document, one
    without objectives, and one that is registered already.
    """
    try:
        text = read_text(content, file_name)
    except DocumentError as error:
        raise PlanError(reasons.document(error.code)) from error
    parsed = parse_plan(text, provinces=_province_names())
    if not parsed.has_objectives:
        raise PlanError(reasons.NO_OBJECTIVES)
    if not parsed.targets and not parsed.unread:
        raise PlanError(_("The objectives of the document hold no figure."))
    number, issued_on = number or parsed.number, issued_on or parsed.issued_on
    if issued_on is None:
        raise PlanError(_("The day of issue cannot be read in the document."))
    if not number:
        raise PlanError(_("The number of the document cannot be read."))
    if territory is None:
        territory = _territory_named(parsed.province, issued_on)
    elif parsed.province in _province_names() and not _is_called(territory, parsed.province):
        raise PlanError(
            _("The document is a plan of %(document)s, not of %(chosen)s.")
            % {"document": parsed.province, "chosen": territory.short_name}
        )
    sha256 = hashlib.sha256(content).hexdigest()
    plan, _created = Plan.objects.select_for_update().get_or_create(territory=territory)
    for version in plan.versions.all():
        if version.number == number or version.source_sha256 == sha256:
            raise PlanError(
                _("The document %(number)s is registered already.") % {"number": version.number}
            )
    month, day = parsed.report_before or (None, None)
    version = PlanVersion(
        plan=plan,
        number=number,
        issued_on=issued_on,
        in_force_from=issued_on,
        report_before_month=month,
        report_before_day=day,
        source_name=file_name,
        source_sha256=sha256,
        text=text,
        registered_by=user,
    )
    version.full_clean(exclude=["plan"])
    version.source_file.save(file_name, ContentFile(content), save=False)
    try:
        version._history_user = user
        version.save()
        _bring_in_line(version, parsed)
    except Exception:
        # The database forgets the draft, the disk has to be told.
        version.source_file.delete(save=False)
        raise
    return version


def _province_names() -> list[str]:
    provinces = AdministrativeUnit.objects.filter(level=Level.PROVINCE)
    return sorted({province.short_name for province in provinces})


def _is_called(province: AdministrativeUnit, name: str) -> bool:
    return fold(name) in (fold(province.short_name), fold(province.name))


def _territory_named(name: str | None, day: datetime.date) -> AdministrativeUnit:
    """The province of that name on the map of that day."""
    if name is None:
        raise PlanError(_("The province cannot be read in the document; choose it."))
    provinces = AdministrativeUnit.objects.filter(level=Level.PROVINCE).valid_on(day)
    for province in provinces:
        if _is_called(province, name):
            return province
    raise PlanError(
        _("No province called %(name)s existed on %(day)s.")
        % {"name": name, "day": day.strftime("%d/%m/%Y")}
    )


@transaction.atomic
def read_targets(version: PlanVersion) -> ParsedPlan:
    """Read a draft's text again: waiting targets follow it, decided ones stay as decided."""
    if version.status != PlanVersion.Status.DRAFT:
        raise PlanError(_("The plan is published; its targets are fixed."))
    parsed = parse_plan(version.text, provinces=_province_names())
    _bring_in_line(version, parsed)
    return parsed


def _bring_in_line(version: PlanVersion, parsed: ParsedPlan) -> None:
    """Waiting targets as the text says, by (indicator, tiers, year, what counts)."""
    indicators = Indicator.objects.in_bulk(field_name="code")
    if unknown := {target.indicator for target in parsed.targets} - set(indicators):
        raise PlanError(
            _("Indicators are missing; load them first: %(codes)s")
            % {"codes": ", ".join(sorted(unknown))}
        )
    current = {_key(target): target for target in version.targets.exclude(state="rejected")}
    rejected = {_key(target) for target in version.targets.filter(state="rejected")}
    read = _one_per_key(parsed.targets)
    for position, found in enumerate(read, 1):
        key = (found.indicator, tuple(sorted(found.tiers)), found.year, str(found.counts))
        target = current.pop(key, None)
        if target is None and key in rejected:
            continue
        if target is not None and target.state != Target.State.PROPOSED:
            continue
        target = target or Target(version=version, indicator=indicators[found.indicator])
        _describe(target, found, position)
        target.save()
    for target in current.values():
        if target.state == Target.State.PROPOSED:
            target.delete()
    version.unread = [
        {"text": u.text, "start": u.span[0], "end": u.span[1], "reason": str(u.reason)}
        for u in parsed.unread
    ]
    version.save(update_fields=["unread"])


def _key(target: Target) -> tuple:
    return (target.indicator.code, target.tiers, target.year, target.counts)


def _one_per_key(targets: tuple[ParsedTarget, ...]) -> list[ParsedTarget]:
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


def _describe(target: Target, found: ParsedTarget, position: int) -> None:
    target.position = position
    target.tiers = found.tiers
    target.period_start = found.period_start
    target.year = found.year
    target.minimum, target.maximum = found.minimum, found.maximum
    target.unit, target.counts, target.basis = found.unit, found.counts, found.basis
    target.alternatives = [str(figure) for figure in found.alternatives]
    target.review_reasons = [str(reason) for reason in found.review_reasons]
    target.quote = found.quote
    target.quote_start, target.quote_end = found.span
    target.sentence_start, target.sentence_end = found.sentence
    target.as_read = {
        "indicator": found.indicator,
        "tiers": list(found.tiers),
        "period_start": found.period_start,
        "year": found.year,
        "min": str(found.minimum),
        "max": None if found.maximum is None else str(found.maximum),
        "unit": str(found.unit),
        "counts": str(found.counts),
        "basis": str(found.basis),
        "alternatives": target.alternatives,
        "review_reasons": target.review_reasons,
    }
