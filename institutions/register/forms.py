"""Forms of the register. What cannot be is the services' to say; its words stand at the fields."""

from itertools import groupby

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from institutions.forms import day_field, reason_field
from institutions.models import (
    AdministrativeUnit,
    Continuation,
    Institution,
    Kind,
    Placement,
    ReportingUnit,
    Tier,
)
from institutions.register.services import Part

# Nothing is supposed: the first of a list would be taken for what somebody chose.
UNCHOSEN = ("", _("Choose"))


def name_field() -> forms.CharField:
    return forms.CharField(label=_("Name"), max_length=250)


class CommuneField(forms.ModelChoiceField):
    """Communes in groups, one per district; on a map without districts, in one list."""

    def offer(
        self, territory: AdministrativeUnit, within: AdministrativeUnit | None = None
    ) -> None:
        """All communes of a territory, or those of one district, or one commune."""
        communes = AdministrativeUnit.objects.filter(level=AdministrativeUnit.Level.COMMUNE)
        if within is None:
            communes = communes.filter(Q(parent=territory) | Q(parent__parent=territory))
        else:
            communes = communes.filter(Q(parent=within) | Q(pk=within.pk))
        self.queryset = communes.select_related("parent").order_by("parent__sort_key", "sort_key")
        units = list(self.queryset)
        choices: list = [("", _("None"))]
        for parent, members in groupby(units, key=lambda unit: unit.parent):
            rows = [(unit.pk, str(unit)) for unit in members]
            choices += rows if parent == territory else [(str(parent), rows)]
        self.choices = choices


class ConfirmsName(forms.Form):
    """Asks for a tick only once a namesake was found nearby."""

    confirmed = forms.BooleanField(
        label=_("It is another institution"), required=False, widget=forms.HiddenInput
    )

    def add_error(self, field, error):
        super().add_error(field, error)
        if "confirmed" in self._errors:
            self.fields["confirmed"].widget = forms.CheckboxInput()


class PlacedForm(forms.Form):
    """Tier, place and reporting unit within one territory. The commune brings its district."""

    tier = forms.ChoiceField(label=_("Tier"), choices=[UNCHOSEN, *Tier.choices])
    district = forms.ModelChoiceField(
        label=_("District"),
        queryset=AdministrativeUnit.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("Not needed where a commune is chosen."),
    )
    commune = CommuneField(
        label=_("Commune"), queryset=AdministrativeUnit.objects.none(), required=False
    )
    reporting_unit = forms.ModelChoiceField(
        label=_("Reported by"), queryset=ReportingUnit.objects.none(), empty_label=_("Choose")
    )

    def __init__(self, *args, territory: AdministrativeUnit, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["district"].queryset = territory.children.filter(
            level=AdministrativeUnit.Level.DISTRICT
        ).order_by("sort_key")
        self.fields["commune"].offer(territory)
        self.fields["reporting_unit"].queryset = territory.reporting_units.order_by("sort_key")

    def clean(self):
        cleaned = super().clean()
        commune = cleaned.get("commune")
        if (
            commune is not None
            and cleaned.get("district") is None
            and commune.parent.level == AdministrativeUnit.Level.DISTRICT
        ):
            cleaned["district"] = commune.parent
        return cleaned


class AddForm(PlacedForm, ConfirmsName):
    name = name_field()
    kind = forms.ChoiceField(label=_("Kind"), choices=[UNCHOSEN, *Kind.choices])
    opened_on = day_field(
        label=_("Opened on"), required=False, help_text=_("Empty when not known.")
    )
    code = forms.CharField(
        label=_("Code"),
        required=False,
        max_length=40,
        help_text=_("Empty: the next free one is given, such as 98-TV-98102-01."),
    )
    reason = reason_field()
    field_order = (
        *("name", "kind", "tier", "district", "commune", "reporting_unit", "opened_on"),
        *("code", "reason", "confirmed"),
    )


class RenameForm(ConfirmsName):
    name = name_field()
    day = day_field(label=_("Renamed on"))
    reason = reason_field()
    field_order = ("name", "day", "reason", "confirmed")


class MoveForm(PlacedForm):
    day = day_field(label=_("From"), help_text=_("The first day at the new place."))
    reason = reason_field()

    @staticmethod
    def stands(placement: Placement) -> dict:
        """Where the institution stands now, as the form begins."""
        return {
            "tier": placement.tier,
            "district": placement.district_id,
            "commune": placement.commune_id,
            "reporting_unit": placement.reporting_unit_id,
        }


class CloseForm(forms.Form):
    day = day_field(label=_("Closed on"), help_text=_("The first day without the institution."))
    reason = reason_field()


class ReopenForm(forms.Form):
    reason = reason_field()


class SplitForm(ConfirmsName):
    """Into how many parts is the page's to say; each has its fields with its number behind."""

    goes_on = forms.ChoiceField(
        label=_("What becomes of it"),
        choices=[
            ("", _("Choose")),
            ("no", _("It is closed; the new institutions take its place")),
            ("yes", _("It stays as one part; the new institutions are the others")),
        ],
    )
    day = day_field(label=_("From"), help_text=_("The first day of the new institutions."))
    reason = reason_field()

    def __init__(self, *args, last: Placement, parts: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.last = last
        self.numbers = range(1, parts + 1)
        place = PlacedForm(territory=last.territory, initial=MoveForm.stands(last)).fields
        # Read once, offered for each part.
        communes, units = place["commune"].choices, [*place["reporting_unit"].choices]
        for number in self.numbers:
            added = {
                "name": name_field(),
                "tier": forms.ChoiceField(label=_("Tier"), choices=Tier, initial=last.tier),
                "commune": CommuneField(
                    label=_("Commune"), queryset=place["commune"].queryset, required=False
                ),
                "reporting_unit": forms.ModelChoiceField(
                    label=_("Reported by"), queryset=place["reporting_unit"].queryset
                ),
                "code": forms.CharField(
                    label=_("Code"),
                    required=False,
                    max_length=40,
                    help_text=_("Empty: the next free one is given."),
                ),
            }
            added["commune"].choices = communes
            added["commune"].initial = last.commune_id
            added["reporting_unit"].choices = units
            added["reporting_unit"].initial = last.reporting_unit_id
            self.fields |= {f"{name}_{number}": field for name, field in added.items()}

    @property
    def whole(self):
        """What is asked once."""
        return [self[name] for name in ("goes_on", "day", "reason", "confirmed")]

    @property
    def parts(self):
        """Number and fields of each new institution."""
        names = ("name", "tier", "commune", "reporting_unit", "code")
        return [(n, [self[f"{name}_{n}"] for name in names]) for n in self.numbers]

    def clean_goes_on(self) -> bool:
        return self.cleaned_data["goes_on"] == "yes"

    def clean(self):
        told = super().clean()
        parts = []
        for number in self.numbers:
            taken = ("name", "tier", "commune", "reporting_unit", "code")
            part = {name: told.pop(f"{name}_{number}", None) for name in taken}
            part["district"] = self._district(part["commune"])
            parts.append(part)
        if not self.errors:
            told["parts"] = [Part(**part) for part in parts]
        return told

    def _district(self, commune: AdministrativeUnit | None) -> AdministrativeUnit | None:
        """The commune's; without a commune, a part stays in the district."""
        if commune is None:
            return self.last.district
        is_in_district = commune.parent.level == AdministrativeUnit.Level.DISTRICT
        return commune.parent if is_in_district else None


class MergeForm(forms.Form):
    """`nearby`: institutions to pick from; the code of any other one of the territory may be
    typed."""

    successor = forms.CharField(
        label=_("Goes on in"),
        max_length=40,
        help_text=_("The code of the other institution; choose from the list or type it."),
        widget=forms.TextInput({"list": "nearby", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("How it goes on"),
        choices=[
            (Continuation.Kind.MERGED, pgettext_lazy("continuation", "Merged into it")),
            (Continuation.Kind.BRANCH, pgettext_lazy("continuation", "Became a branch of it")),
        ],
    )
    day = day_field(label=_("From"), help_text=_("The first day without the institution."))
    reason = reason_field()

    def __init__(self, *args, among, **kwargs):
        super().__init__(*args, **kwargs)
        self.among = among

    def clean_successor(self) -> Institution:
        found = self.among.filter(code__iexact=self.cleaned_data["successor"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("No institution of the territory has this code."))
        return found
