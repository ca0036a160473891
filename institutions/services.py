"""Placing institutions: where each stands, on which tier, and who reports it."""

import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from institutions.models import (
    BEFORE_OUR_RECORDS,
    AdministrativeUnit,
    Institution,
    Placement,
    ReportingUnit,
    Tier,
    User,
)


class PlacementOverlap(ValidationError):
    """The institution already stands somewhere in that time."""


def overlapping(placement: Placement) -> models.QuerySet[Placement]:
    """Other placements of the same institution that share a day with this one."""
    others = Placement.objects.filter(institution_id=placement.institution_id)
    if placement.pk:
        others = others.exclude(pk=placement.pk)
    if placement.valid_to is not None:
        others = others.filter(valid_from__lt=placement.valid_to)
    return others.filter(Q(valid_to=None) | Q(valid_to__gt=placement.valid_from))


@transaction.atomic
def place(
    institution: Institution,
    *,
    territory: AdministrativeUnit,
    tier: Tier | str,
    reporting_unit: ReportingUnit,
    district: AdministrativeUnit | None = None,
    commune: AdministrativeUnit | None = None,
    valid_from: datetime.date = BEFORE_OUR_RECORDS,
    valid_to: datetime.date | None = None,
    moves: bool = False,
    by: User | None = None,
    reason: str = "",
) -> Placement:
    """Say where an institution stands, on which tier, and who reports it, for a time.

    `moves`: a placement that is open on valid_from ends there, as when an agency hands its
    institutions to another one. Without it, any overlap is refused.

    Raises PlacementOverlap; ValidationError if the units do not belong to the territory.
    """
    # Two people placing the same institution at once wait for each other (PostgreSQL; SQLite has
    # one writer at a time anyway).
    Institution.objects.select_for_update().get(pk=institution.pk)
    if moves:
        for former in institution.placements.filter(valid_from__lt=valid_from).filter(
            valid_to=None
        ):
            former.valid_to = valid_from
            save_with_reason(former, by, reason)
    placement = Placement(
        institution=institution,
        territory=territory,
        district=district,
        commune=commune,
        tier=tier,
        reporting_unit=reporting_unit,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    check_placement(placement)
    placement.full_clean(validate_constraints=False)
    save_with_reason(placement, by, reason)
    return placement


def save_with_reason(row: models.Model, by: User | None, reason: str) -> None:
    """Save with who and why in the history."""
    if by is not None:
        row._history_user = by
    row._change_reason = reason or None
    row.save()


def check_placement(placement: Placement) -> None:
    """What no constraint of both databases can hold. Raises ValidationError."""
    check_place(placement)
    if other := overlapping(placement).first():
        raise PlacementOverlap(
            _("%(institution)s already has a placement from %(start)s to %(end)s.")
            % {
                "institution": placement.institution,
                "start": other.valid_from.strftime("%d/%m/%Y"),
                "end": other.valid_to.strftime("%d/%m/%Y") if other.valid_to else "…",
            }
        )


def check_place(placement: Placement) -> None:
    """That dates and units of one placement fit together. Raises ValidationError."""
    if placement.valid_to is not None and placement.valid_to <= placement.valid_from:
        raise ValidationError(_("A placement ends after it begins."))
    if placement.reporting_unit.territory_id != placement.territory_id:
        raise ValidationError(_("The reporting unit belongs to another territory."))
    district, commune = placement.district, placement.commune
    if district is not None and district.parent_id != placement.territory_id:
        raise ValidationError(_("The district lies in another territory."))
    # On a map without districts a commune belongs to the province itself.
    if commune is not None and commune.parent_id != (
        district.pk if district is not None else placement.territory_id
    ):
        raise ValidationError(_("The commune lies elsewhere."))
