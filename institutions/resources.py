"""Institutions as a table of the administration (django-import-export): out, and in again.

A row that comes in goes the way a person goes: through the services of the register, which check
names, codes and places and keep the history. So a file can add institutions and rename them.
Moving, closing and merging need a day and a decision: they are done on the institution's page, and
a row that would do them is refused.
"""

import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from import_export import fields, resources

from institutions.exports import harmless
from institutions.models import (
    AdministrativeUnit,
    Institution,
    Kind,
    Placement,
    ReportingUnit,
    Tier,
)
from institutions.register.services import add_institution, rename_institution

PLACE = ("tier", "territory", "district", "commune", "reporting_unit")


class InstitutionResource(resources.ModelResource):
    """One row per institution with the place where it stood last; units by their codes."""

    tier = fields.Field(column_name="tier")
    territory = fields.Field(column_name="territory")
    district = fields.Field(column_name="district")
    commune = fields.Field(column_name="commune")
    reporting_unit = fields.Field(column_name="reporting_unit")

    class Meta:
        model = Institution
        import_id_fields = ("code",)
        fields = ("code", "name", "kind", *PLACE, "opened_on", "closed_on", "is_sample")
        use_transactions = True

    # Out

    def export_field(self, field, instance, **kwargs):
        return harmless(super().export_field(field, instance, **kwargs))

    def dehydrate_tier(self, institution):
        return _place_of(institution)["tier"]

    def dehydrate_territory(self, institution):
        return _place_of(institution)["territory"]

    def dehydrate_district(self, institution):
        return _place_of(institution)["district"]

    def dehydrate_commune(self, institution):
        return _place_of(institution)["commune"]

    def dehydrate_reporting_unit(self, institution):
        return _place_of(institution)["reporting_unit"]

    # In

    def import_instance(self, instance, row, **kwargs):
        """Nothing is set from outside: `save_instance` asks the services."""

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return instance.pk is not None and not _differing(instance, row)

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """The services do."""

    def save_instance(self, instance, is_create, row, **kwargs):
        user, reason = kwargs.get("user"), _("Import in the administration")
        if is_create:
            saved = add_institution(**_wanted(row), reason=reason, by=user)
            instance.__dict__.update(saved.__dict__)
            return
        differing = _differing(instance, row)
        if stays := sorted(differing - {"name"}):
            raise ValidationError(
                dict.fromkeys(stays, _("This is changed on the page of the institution."))
            )
        name = _text(row, "name")
        rename_institution(instance, name=name, day=timezone.localdate(), reason=reason, by=user)
        instance.name = name


def last_place(institution: Institution) -> Placement | None:
    """From the prefetched placements, which stand in order of time."""
    return next(reversed(institution.placements.all()), None)


def _place_of(institution: Institution) -> dict[str, str]:
    """The last place as a row says it: slugs and codes, which never need a second look."""
    place = last_place(institution) if institution.pk else None
    if place is None:
        return dict.fromkeys(PLACE, "")
    return {
        "tier": place.tier,
        "territory": place.territory.slug,
        "district": getattr(place.district, "code", ""),
        "commune": getattr(place.commune, "code", ""),
        "reporting_unit": place.reporting_unit.code,
    }


def _text(row, column: str) -> str:
    """What stands in a cell; the apostrophe of the export is not part of it."""
    value = row.get(column)
    return "" if value is None else " ".join(str(value).split()).removeprefix("'")


def _day(row, column: str) -> datetime.date | None:
    value = row.get(column)
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date) or value in (None, ""):
        return value or None
    try:
        found = (
            parse_date(str(value))
            or datetime.datetime.strptime(  # noqa: DTZ007 - a day
                str(value), "%d/%m/%Y"
            ).date()
        )
    except ValueError:
        raise ValidationError({column: _("This is no day. Write it as 31/12/2025.")}) from None
    return found


def _differing(institution: Institution, row) -> set[str]:
    """Columns that say something else than what stands. An empty cell says nothing."""
    stands = {"name": institution.name, "kind": institution.kind, **_place_of(institution)}
    differing = {c for c, value in stands.items() if _text(row, c) not in ("", value)}
    for column in ("opened_on", "closed_on"):
        day = _day(row, column)
        if day is not None and day != getattr(institution, column):
            differing.add(column)
    return differing


def _wanted(row) -> dict:
    """What `add_institution` is asked for. Raises ValidationError by column."""
    errors: dict[str, str] = {}

    def choice(column: str, choices) -> str:
        if _text(row, column) not in choices.values:
            errors[column] = _("Write one of: %(choices)s.") % {
                "choices": ", ".join(choices.values)
            }
        return _text(row, column)

    def unit(column: str, level: str, **where) -> AdministrativeUnit | None:
        if not (code := _text(row, column)):
            return None
        found = AdministrativeUnit.objects.filter(level=level, code=code, **where)
        if (only := found.order_by("-valid_from").first()) is None:
            errors[column] = _("There is no such code here.")
        return only

    kind, tier = choice("kind", Kind), choice("tier", Tier)
    territory = AdministrativeUnit.objects.filter(slug=_text(row, "territory")).first()
    if territory is None:
        errors["territory"] = _("There is no such address of a territory.")
        raise ValidationError(errors)
    district = unit("district", "district", parent=territory)
    above = {"parent": district} if district else {}
    commune = unit("commune", "commune", **above)
    office = ReportingUnit.objects.filter(
        territory=territory, code=_text(row, "reporting_unit")
    ).first()
    if office is None:
        errors["reporting_unit"] = _("There is no such code here.")
    if _text(row, "closed_on"):
        errors["closed_on"] = _("This is changed on the page of the institution.")
    if errors:
        raise ValidationError(errors)
    return {
        "territory": territory,
        "name": _text(row, "name"),
        "kind": kind,
        "tier": tier,
        "reporting_unit": office,
        "district": district,
        "commune": commune,
        "opened_on": _day(row, "opened_on"),
        "code": _text(row, "code"),
    }
