"""Forms of a proposal. What cannot be is the services' to say; its words stand at the fields."""

from django import forms
from django.utils.translation import gettext_lazy as _

from institutions.forms import day_field, reason_field
from institutions.models import (
    REASON_LENGTH,
    AdministrativeUnit,
    Institution,
    Kind,
    ReportingUnit,
    Tier,
)
from institutions.proposals.services import of_unit
from institutions.register.forms import UNCHOSEN, CommuneField, name_field


class NewForm(forms.Form):
    name = name_field()
    kind = forms.ChoiceField(label=_("Kind"), choices=[UNCHOSEN, *Kind.choices])
    tier = forms.ChoiceField(label=_("Tier"), choices=[UNCHOSEN, *Tier.choices])
    commune = CommuneField(
        label=_("Commune"), queryset=AdministrativeUnit.objects.none(), required=False
    )
    effective_on = day_field(label=_("Opened on"))
    reason = reason_field()

    def __init__(self, *args, unit: ReportingUnit, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["commune"].offer(unit.territory, within=unit.administrative_unit)


class InstitutionField(forms.ModelChoiceField):
    def label_from_instance(self, institution: Institution) -> str:
        return f"{institution.name} ({institution.code})"


class ClosureForm(forms.Form):
    institution = InstitutionField(
        label=_("Institution"), queryset=Institution.objects.none(), empty_label=_("Choose")
    )
    effective_on = day_field(
        label=_("Closed on"), help_text=_("The first day without the institution.")
    )
    reason = reason_field()

    def __init__(self, *args, unit: ReportingUnit, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["institution"].queryset = of_unit(unit)


class RefuseForm(forms.Form):
    answer = forms.CharField(
        label=_("Answer to the unit"),
        help_text=_("Why it is refused, and what the unit may do instead."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea({"rows": 3}),
    )
