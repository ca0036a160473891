"""The form of one visit: the day and the inspector once, then question by question."""

from collections.abc import Mapping

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from institutions.forms import day_field
from reports.models import Inspection
from reports.rounds.checks import MAX_NOTE
from reports.rounds.inspecting.services import InspectionRefused, Seen, Why
from reports.rounds.pages import SheetCell, SheetRow
from targets.models import Indicator

OUTCOMES = [
    ("", pgettext_lazy("inspection", "Not looked at")),
    *Inspection.Outcome.choices,
]
# Where a refusal of the whole visit is told.
FIELD_OF = {
    Why.NOBODY: "inspected_by",
    Why.IN_FUTURE: "inspected_on",
    Why.TOO_EARLY: "inspected_on",
}


class VisitForm(forms.Form):
    """One visit to one institution; `seen` once it is valid."""

    inspected_on = day_field(label=_("Day of the inspection"))
    inspected_by = forms.CharField(
        label=_("Inspected by"),
        max_length=200,
        help_text=_("A person or a team, as it stands in the record of the inspection."),
    )

    def __init__(
        self, *args, row: SheetRow, versions: Mapping[int, int], inspector: str = "", **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.row = row
        self.fields["inspected_on"].initial = timezone.localdate()
        self.fields["inspected_by"].initial = inspector
        for cell in row.cells:
            pk = cell.indicator.pk
            # What was not reported cannot agree.
            outcomes = [o for o in OUTCOMES if not (cell.cell.is_blank and o[0] == "confirmed")]
            self.fields[f"outcome_{pk}"] = forms.ChoiceField(
                label=_("On the spot"), choices=outcomes, required=False, widget=forms.RadioSelect
            )
            self.fields[f"finding_{pk}"] = forms.CharField(
                label=_("What was found"),
                required=False,
                max_length=MAX_NOTE,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.fields[f"version_{pk}"] = forms.IntegerField(
                initial=versions.get(pk, 0), min_value=0, widget=forms.HiddenInput
            )

    @property
    def visit(self) -> list[forms.BoundField]:
        return [self["inspected_on"], self["inspected_by"]]

    @property
    def questions(self) -> list[tuple[SheetCell, list[forms.BoundField]]]:
        """The cell of the page and its fields."""
        return [
            (cell, [self[f"{n}_{cell.indicator.pk}"] for n in ("outcome", "finding", "version")])
            for cell in self.row.cells
        ]

    @property
    def seen(self) -> dict[Indicator, Seen]:
        data, found = self.cleaned_data, {}
        for indicator in (cell.indicator for cell in self.row.cells):
            pk = indicator.pk
            if outcome := data[f"outcome_{pk}"]:
                found[indicator] = Seen(outcome, data[f"finding_{pk}"], data[f"version_{pk}"])
        return found

    def clean(self):
        cleaned = super().clean()
        for cell in self.row.cells:
            pk = cell.indicator.pk
            # Words without a judgement would be lost silently.
            if cleaned.get(f"finding_{pk}", "").strip() and not cleaned.get(f"outcome_{pk}"):
                self.add_error(f"outcome_{pk}", _("Say whether the answer agrees or differs."))
        return cleaned

    def tell(self, refused: InspectionRefused) -> None:
        """Put a refusal where it belongs. After a change the form goes on from the new answer."""
        if refused.indicator is None:
            self.add_error(FIELD_OF.get(refused.why), str(refused))
            return
        pk = refused.indicator.pk
        name = "finding" if refused.why is Why.NO_FINDING else "outcome"
        self.add_error(f"{name}_{pk}", str(refused))
        if refused.why is Why.CHANGED:
            self.data = self.data.copy()
            self.data[f"version_{pk}"] = self.fields[f"version_{pk}"].initial
