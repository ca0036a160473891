"""Forms about plans: deciding on one target."""

from django import forms
from django.utils.translation import gettext_lazy as _

from targets import services
from targets.boards import choices
from targets.models import Target


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
