"""Forms about plans: sending a document, deciding on one target."""

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from institutions.models import AdministrativeUnit
from targets import services
from targets.boards import choices
from targets.models import Target


class PlanUploadForm(forms.Form):
    """The document of a plan. `territories`: those for which the person may register one."""

    file = forms.FileField(
        label=_("Document of the plan"),
        help_text=_(
            "A text file (.txt) of the signed plan, UTF-8 or as Vietnamese offices save it."
        ),
        max_length=200,
        allow_empty_file=True,  # the service says what is wrong with an empty document
        widget=forms.FileInput({"accept": ".txt,text/plain"}),
    )
    territory = forms.ModelChoiceField(
        label=_("Territory"),
        queryset=AdministrativeUnit.objects.none(),
        required=False,
        to_field_name="slug",
        empty_label=_("As the document names it"),
        help_text=_("Choose only if the name of the province cannot be read in the document."),
    )

    def __init__(self, *args, territories, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["territory"].queryset = territories

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.MAX_PLAN_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s."),
                params={"limit": filesizeformat(settings.MAX_PLAN_BYTES)},
            )
        return file


class DecisionForm(forms.Form):
    """Confirm, correct or reject one waiting target."""

    OTHER, REJECT = "other", "reject"

    decision = forms.ChoiceField(
        label=_("How is the sentence to be read?"), widget=forms.RadioSelect
    )
    minimum = forms.DecimalField(
        label=_("Another figure, per cent"),
        required=False,
        localize=True,
        min_value=0,
        max_digits=7,
        decimal_places=2,
        help_text=_("Only with “another figure”."),
    )
    note = forms.CharField(
        label=_("Note on the decision"),
        required=False,
        max_length=300,
        help_text=_("Why, for those who ask later."),
    )

    def __init__(self, *args, target: Target, **kwargs):
        super().__init__(*args, **kwargs)
        self.target = target
        figures = [(choice.value, choice.words) for choice in choices(target)]
        if target.unit == Target.Unit.MILESTONE:
            del self.fields["minimum"]
        else:
            figures.append((self.OTHER, _("another figure")))
            if target.unit == Target.Unit.PERCENT:
                self.fields["minimum"].max_value = 100
        self.fields["decision"].choices = [*figures, (self.REJECT, _("not a target"))]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("decision") == self.OTHER and "minimum" not in self.errors:
            figure = cleaned.get("minimum")
            if figure is None:
                self.add_error("minimum", _("Enter the figure."))
            elif self.target.unit == Target.Unit.PERCENT and figure > 100:
                self.add_error("minimum", _("A share is at most 100 %."))
        return cleaned

    def save(self, user):
        chosen, note = self.cleaned_data["decision"], self.cleaned_data["note"]
        if chosen == self.OTHER:
            chosen = self.cleaned_data["minimum"]
        return decide(self.target, user, chosen, note=note)


def decide(target: Target, user, chosen, *, note: str = "") -> Target:
    """Hand a decision to the service: "reject", or the figure that counts."""
    if chosen == DecisionForm.REJECT:
        return services.reject_target(target, user, note=note)
    figure = forms.DecimalField().to_python(chosen)
    return services.confirm_target(
        target, user, minimum=None if figure == target.minimum else figure, note=note
    )


def offered(target: Target) -> set[str]:
    """What the plan's page may send for a target without opening its own page."""
    return {DecisionForm.REJECT, *(choice.value for choice in choices(target))}
