"""A proposal's way: made by a unit, then taken back by it, or accepted or refused by the
Department. Each is decided once; whoever comes second is told what was decided and by whom."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from institutions import names, scope
from institutions.models import (
    MOST_OF_A_REASON,
    AdministrativeUnit,
    Institution,
    Kind,
    Placement,
    Proposal,
    ReportingUnit,
    Tier,
    User,
    is_valid_on,
)
from institutions.register import services as register

Status = Proposal.Status


class AlreadyDecided(ValidationError):
    """Somebody decided the proposal, or took it back, before."""


def in_sight(user: User) -> QuerySet[Proposal]:
    """Those of one's own unit, and for the Department all of its territory."""
    return scope.limit_to_drafts(
        Proposal.objects.select_related(
            "reporting_unit__territory", "institution", "commune__parent", "made_by", "decided_by"
        ),
        user,
        territory="reporting_unit__territory",
        unit="reporting_unit",
    )


def open_proposals(user: User) -> QuerySet[Proposal]:
    """Those that wait for this person's decision."""
    return Proposal.objects.filter(
        status=Status.OPEN, reporting_unit__territory__in=scope.rights(user).department
    )


def tally(proposals: QuerySet[Proposal]) -> dict[str, int]:
    """How many are open and how many decided, in one query."""
    return proposals.aggregate(
        open=Count("pk", filter=Q(status=Status.OPEN)),
        decided=Count("pk", filter=~Q(status=Status.OPEN)),
    )


def may_propose(user: User, unit: ReportingUnit) -> bool:
    """The unit itself, while it exists. The Department changes the register without asking."""
    is_own = unit.pk in scope.rights(user).own_units
    return is_own and is_valid_on(unit, timezone.localdate())


def may_propose_closure(user: User, last: Placement) -> bool:
    """Whether the page of an institution leads its own unit to propose the closure."""
    return last.valid_to is None and last.reporting_unit_id in scope.rights(user).own_units


@transaction.atomic
def propose_new(
    unit: ReportingUnit,
    *,
    name: str,
    kind: Kind | str,
    tier: Tier | str,
    effective_on: datetime.date,
    reason: str,
    by: User,
    commune: AdministrativeUnit | None = None,
) -> Proposal:
    """Ask for a new institution that opens on `effective_on`. Raises RegisterError by field."""
    # Two at once of one unit: the second sees the first.
    ReportingUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    name = " ".join(name.split())
    errors = register.faults_of_name(name)
    if fault := register.check_day(effective_on, after=None, today=timezone.localdate()):
        errors["effective_on"] = fault
    if commune is None and tier in register.IN_A_COMMUNE:
        errors["commune"] = _("An institution of this tier stands in a commune: choose it.")
    elif commune is not None and not _is_of(unit, commune):
        errors["commune"] = _("The commune lies outside your unit.")
    elif commune is not None and not is_valid_on(commune, effective_on):
        errors.setdefault(
            "effective_on",
            _("%(unit)s did not exist on %(day)s.")
            % {"unit": commune, "day": register.written_day(effective_on)},
        )
    folded = names.slug(name)
    for waiting in unit.proposals.filter(status=Status.OPEN, sort=Proposal.Sort.NEW, kind=kind):
        if names.slug(waiting.name) == folded and waiting.commune == commune:
            errors["name"] = _("Your unit has proposed this already; the proposal is still open.")
    if errors:
        raise register.RegisterError(errors)
    proposal = Proposal(
        sort=Proposal.Sort.NEW,
        reporting_unit=unit,
        name=name,
        kind=kind,
        tier=tier,
        commune=commune,
        effective_on=effective_on,
        reason=reason,
        made_by=by,
        made_at=timezone.now(),
    )
    proposal.full_clean()
    proposal.save()
    return proposal


def _is_of(unit: ReportingUnit, commune: AdministrativeUnit) -> bool:
    """An office speaks for its own district or commune, an agency for the whole territory."""
    if (own := unit.administrative_unit_id) is not None:
        return own in (commune.pk, commune.parent_id)
    parent = commune.parent
    return unit.territory_id in (parent.pk, parent.parent_id)


@transaction.atomic
def propose_closure(
    unit: ReportingUnit,
    *,
    institution: Institution,
    effective_on: datetime.date,
    reason: str,
    by: User,
) -> Proposal:
    """Ask that an institution of the unit is closed; `effective_on` is the first day without it.

    Raises RegisterError by field.
    """
    current, last = register.locked(institution)
    errors = {}
    if last.reporting_unit_id != unit.pk or last.valid_to is not None:
        errors["institution"] = _("Your unit does not report this institution.")
    elif current.closed_on is not None:
        errors["institution"] = _("%(name)s is closed from %(day)s on.") % {
            "name": current.name,
            "day": register.written_day(current.closed_on),
        }
    elif current.proposals.filter(status=Status.OPEN, sort=Proposal.Sort.CLOSURE).exists():
        errors["institution"] = _("Its closure is proposed already; the proposal is still open.")
    began = max(last.valid_from, current.opened_on or last.valid_from)
    if fault := register.check_day(effective_on, after=began, today=timezone.localdate()):
        errors["effective_on"] = fault
    if errors:
        raise register.RegisterError(errors)
    proposal = Proposal(
        sort=Proposal.Sort.CLOSURE,
        reporting_unit=unit,
        institution=current,
        effective_on=effective_on,
        reason=reason,
        made_by=by,
        made_at=timezone.now(),
    )
    proposal.full_clean()
    proposal.save()
    return proposal


@transaction.atomic
def take_back(proposal: Proposal, *, by: User) -> None:
    """The unit no longer asks for it. Raises AlreadyDecided."""
    _decide(_still_open(proposal), Status.TAKEN_BACK, by)


@transaction.atomic
def refuse(proposal: Proposal, *, answer: str, by: User) -> None:
    """The unit reads `answer`. Raises AlreadyDecided."""
    _decide(_still_open(proposal), Status.REFUSED, by, answer)


@transaction.atomic
def accept_new(proposal: Proposal, *, by: User, **told) -> Institution:
    """Add the institution as the Department enters it (`add_institution`), which may differ from
    what was proposed. Raises AlreadyDecided, SameName, RegisterError."""
    current = _still_open(proposal)
    current.institution = register.add_institution(by=by, **told)
    _decide(current, Status.ACCEPTED, by)
    return current.institution


@transaction.atomic
def accept_closure(proposal: Proposal, *, day: datetime.date, reason: str, by: User) -> Institution:
    """Close the institution on the day that the Department enters. Raises AlreadyDecided,
    RegisterError."""
    current = _still_open(proposal)
    _institution, last = register.locked(current.institution)
    if last.territory_id != current.reporting_unit.territory_id:
        raise register.RegisterError(
            _("The institution stands in another territory by now. Refuse the proposal.")
        )
    register.close_institution(current.institution, day=day, reason=reason, by=by)
    _decide(current, Status.ACCEPTED, by)
    return current.institution


def suggested(proposal: Proposal) -> dict:
    """What a proposed institution would be entered as, by the names of `add_institution`."""
    unit, commune = proposal.reporting_unit, proposal.commune
    district = commune.parent if commune else unit.administrative_unit
    if district is not None and district.level != AdministrativeUnit.Level.DISTRICT:
        district = None
    if proposal.tier == Tier.PROVINCE:
        district = None
    return {
        "name": proposal.name,
        "kind": proposal.kind,
        "tier": proposal.tier,
        "district": district,
        "commune": commune,
        "reporting_unit": unit,
        "opened_on": proposal.effective_on,
        "code": register.proposed_code(unit.territory, proposal.kind, district, commune),
        "reason": reason_of(proposal),
    }


def reason_of(proposal: Proposal) -> str:
    """The unit's reason as the Department would keep it."""
    words = _("As %(unit)s proposed: %(reason)s")
    whole = words % {"unit": proposal.reporting_unit, "reason": proposal.reason}
    return whole if len(whole) <= MOST_OF_A_REASON else proposal.reason


def of_unit(unit: ReportingUnit) -> QuerySet[Institution]:
    """Institutions whose closure the unit may propose."""
    here = Placement.objects.filter(reporting_unit=unit, valid_to=None).values("institution")
    return Institution.objects.filter(pk__in=here, closed_on=None).order_by("sort_key", "code")


def _still_open(proposal: Proposal) -> Proposal:
    """The proposal as it stands now, held until the transaction ends."""
    current = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("decided_by", "institution", "reporting_unit")
        .get(pk=proposal.pk)
    )
    if current.status != Status.OPEN:
        raise AlreadyDecided(
            _("%(who)s decided on it on %(when)s already: %(status)s.")
            % {
                "who": current.decided_by,
                "when": timezone.localtime(current.decided_at).strftime("%d/%m/%Y %H:%M"),
                "status": current.get_status_display(),
            }
        )
    return current


def _decide(proposal: Proposal, status: Status, by: User, answer: str = "") -> None:
    proposal.status, proposal.answer = status, answer
    proposal.decided_by, proposal.decided_at = by, timezone.now()
    proposal.full_clean()
    proposal.save()
