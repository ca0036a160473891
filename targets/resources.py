"""Targets of plans as a table of the administration (django-import-export): out, and in again.

A row that comes in is a target of a draft, whose quote stands in the text of the plan. It is added
by the service that a person's own addition goes through and then waits: the Department decides on
it. What is decided on already, or differs from what waits, is left to the page of the plan.
"""

from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import fields, resources

from institutions.exports import harmless
from institutions.models import Tier
from targets.models import Indicator, PlanVersion, Target
from targets.services import Wording, add_target, places_of, reopen_target


class TargetResource(resources.ModelResource):
    """One row per target: of which plan, what it asks for, and the words that say so."""

    territory = fields.Field("version__plan__territory__slug", "territory", readonly=True)
    plan = fields.Field("version__number", "plan", readonly=True)
    indicator = fields.Field("indicator__code", "indicator", readonly=True)
    tiers = fields.Field(column_name="tiers")

    class Meta:
        model = Target
        import_id_fields = ("territory", "plan", "indicator", "tiers", "year", "counts")
        fields = (
            *("territory", "plan", "indicator", "tiers", "year", "counts", "period_start"),
            *("minimum", "maximum", "unit", "basis", "state", "quote"),
        )
        use_transactions = True

    # Out

    def export_field(self, field, instance, **kwargs):
        return harmless(super().export_field(field, instance, **kwargs))

    def dehydrate_tiers(self, target):
        return ", ".join(target.tiers)

    # In

    def get_instance(self, instance_loader, row):
        version = _version(row)
        found = version.targets.exclude(state=Target.State.REJECTED).filter(
            indicator__code=_text(row, "indicator"),
            tiers=_tiers(row),
            year=_whole(row, "year"),
            counts=_text(row, "counts") or Target.Counts.INSTITUTION,
        )
        return found.select_related("indicator", "version__plan__territory").first()

    def import_instance(self, instance, row, **kwargs):
        """Nothing is set from outside: `save_instance` asks the services."""

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return instance.pk is not None and _words(row) == _of(instance)

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """The services do."""

    def save_instance(self, instance, is_create, row, **kwargs):
        if not is_create:
            raise ValidationError(_("The plan has this target already: decide on its page."))
        version, user = _version(row), kwargs.get("user")
        quote = str(row.get("quote") or "").removeprefix("'")
        places = places_of(version, quote)
        if len(places) != 1:
            raise ValidationError(
                {"quote": _("The words have to stand in the text of the plan, exactly once.")}
            )
        (start, end), note = places[0], _("Import in the administration")
        added = add_target(version, user, _words(row), start=start, end=end, note=note)
        # Whoever keeps the administration does not decide on plans.
        saved = reopen_target(added, user)
        instance.__dict__.update(saved.__dict__)
        instance._state.fields_cache.update(saved._state.fields_cache)


def _text(row, column: str) -> str:
    value = row.get(column)
    return "" if value is None else str(value).strip().removeprefix("'")


def _version(row) -> PlanVersion:
    found = PlanVersion.objects.filter(
        plan__territory__slug=_text(row, "territory"), number=_text(row, "plan")
    ).first()
    if found is None:
        raise ValidationError({"plan": _("The territory has no plan of this number.")})
    return found


def _tiers(row) -> tuple[str, ...]:
    tiers = {part.strip() for part in _text(row, "tiers").split(",") if part.strip()}
    if tiers - set(Tier.values):
        raise ValidationError(
            {"tiers": _("Write one of: %(choices)s.") % {"choices": ", ".join(Tier.values)}}
        )
    return tuple(sorted(tiers))


def _number(row, column: str) -> Decimal | None:
    if not (text := _text(row, column)):
        return None
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise ValidationError({column: _("This is no number.")}) from None


def _whole(row, column: str) -> int | None:
    number = _number(row, column)
    if number is not None and (number != number.to_integral_value() or not 0 <= number < 10000):
        raise ValidationError({column: _("This is no number.")})
    return None if number is None else int(number)


def _words(row) -> Wording:
    indicator = Indicator.objects.filter(code=_text(row, "indicator")).first()
    if indicator is None:
        raise ValidationError({"indicator": _("There is no such code here.")})
    unit, counts = _text(row, "unit"), _text(row, "counts") or Target.Counts.INSTITUTION
    for column, value, choices in (("unit", unit, Target.Unit), ("counts", counts, Target.Counts)):
        if value not in choices.values:
            said = ", ".join(choices.values)
            raise ValidationError({column: _("Write one of: %(choices)s.") % {"choices": said}})
    year, minimum = _whole(row, "year"), _number(row, "minimum")
    if year is None or minimum is None:
        missing = "year" if year is None else "minimum"
        raise ValidationError({missing: _("This is no number.")})
    return Wording(
        indicator=indicator,
        tiers=_tiers(row),
        year=year,
        unit=unit,
        minimum=minimum,
        maximum=_number(row, "maximum"),
        period_start=_whole(row, "period_start"),
        counts=counts,
    )


def _of(target: Target) -> Wording:
    return Wording(
        indicator=target.indicator,
        tiers=tuple(target.tiers),
        year=target.year,
        unit=target.unit,
        minimum=target.minimum,
        maximum=target.maximum,
        period_start=target.period_start,
        counts=target.counts,
    )
