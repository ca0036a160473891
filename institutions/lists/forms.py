"""Forms of a list of institutions: sending it, and entering what it would change."""

from django import forms
from django.utils.translation import gettext_lazy as _

from institutions.forms import day_field, reason_field
from institutions.lists.diff import ListPlan, Outcome


class SendForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("Excel (.xlsx) or CSV, with the headings of the template."),
        max_length=200,
        allow_empty_file=True,  # the service says what is wrong with an empty file
        widget=forms.FileInput({"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
    )


class EnterForm(forms.Form):
    """Day and reason of all changes, asked once; only what the plan needs is asked."""

    day = day_field(
        label=_("Renamed or moved on"),
        help_text=_("One day for all renamed and moved institutions of the list."),
    )
    reason = reason_field()
    only_valid = forms.BooleanField(
        label=_("Leave out the rows that cannot be entered"), required=False
    )
    # Boxes beside the rows themselves; the page shows them there.
    confirmed = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args, plan: ListPlan, **kwargs):
        super().__init__(*args, **kwargs)
        may_change = plan.of(Outcome.CHANGED, Outcome.DOUBTFUL)
        if not any(entry.takes_a_day for entry in may_change):
            del self.fields["day"]
        else:
            # Only doubtful rows may need it: then the service asks for it.
            changes = plan.of(Outcome.CHANGED)
            self.fields["day"].required = any(entry.takes_a_day for entry in changes)
        if not plan.of(Outcome.INVALID):
            del self.fields["only_valid"]
        doubtful = plan.of(Outcome.DOUBTFUL)
        self.fields["confirmed"].choices = [(entry.line, entry.line) for entry in doubtful]

    @property
    def asked(self):
        """The fields that stand together at the end of the page."""
        return [self[name] for name in self.fields if name != "confirmed"]

    @property
    def told(self) -> dict:
        """What `apply` is told."""
        cleaned = self.cleaned_data
        return {
            "day": cleaned.get("day"),
            "reason": cleaned["reason"],
            "only_valid": cleaned.get("only_valid", False),
            "confirmed": cleaned["confirmed"],
        }
