"""The form of one erratum: what becomes of the cell, and why."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.importing.cells import read_cell
from reports.importing.reasons import Reason
from reports.importing.reasons import Why as Fault
from reports.importing.wording import say
from reports.models import State
from reports.rounds.checks import MAX_NOTE, Cell, CellFault, faults
from reports.rounds.entry import question_of
from reports.rounds.forms import ANSWERS, REASONS
from targets.models import Indicator


class ErratumForm(forms.Form):
    """One cell of a closed round; `cell` once the form is valid.

    `seen` is the version of the value that the page shows: a change in between is a conflict.
    """

    def __init__(self, *args, indicator: Indicator, standing: Cell, seen: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        self.cell: Cell | None = None
        if indicator.is_growth:
            self.fields["count"] = forms.CharField(
                label=_("Correct count"),
                required=False,
                max_length=40,
                initial="" if standing.count is None else standing.count,
                help_text=_("A whole number. Leave blank if not known; 0 means none."),
                widget=forms.TextInput(
                    attrs={
                        "inputmode": "numeric",
                        "autocomplete": "off",
                        "class": "form-control",
                    }
                ),
            )
        else:
            self.fields["answer"] = forms.ChoiceField(
                label=_("Correct answer"),
                choices=ANSWERS,
                initial=standing.state,
                widget=forms.RadioSelect,
            )
        self.fields["na_reason"] = forms.ChoiceField(
            label=_("If not applicable: why"),
            required=False,
            choices=REASONS,
            initial=standing.na_reason,
            widget=forms.Select(attrs={"class": "form-select"}),
        )
        self.fields["reason"] = forms.CharField(
            label=_("Reason for the correction"),
            max_length=MAX_NOTE,
            help_text=_(
                "Everybody who sees the figures reads it: what was wrong, and what shows it."
            ),
            widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        )
        self.fields["version"] = forms.IntegerField(
            initial=seen, min_value=0, widget=forms.HiddenInput
        )

    @property
    def question(self) -> str:
        return "count" if self.indicator.is_growth else "answer"

    @property
    def cell_fields(self) -> list[forms.BoundField]:
        return [self[self.question], self["na_reason"]]

    def clean(self):
        cleaned = super().clean()
        question, reason = question_of(self.indicator), cleaned.get("na_reason", "")
        entered = cleaned.get(self.question, "")
        cell, wrong = Cell(), []
        if reason and entered in ("", State.BLANK, State.NOT_APPLICABLE):
            cell = Cell(State.NOT_APPLICABLE, na_reason=reason)
        elif reason and self.question in cleaned:
            self.add_error(
                "na_reason", _("There is an answer and a reason why none applies. Keep one.")
            )
            return cleaned
        elif self.indicator.is_growth and entered:
            cell, wrong = read_cell(entered, question, {})
        elif not self.indicator.is_growth:
            cell = Cell(entered or State.BLANK)
        if cell is not None:
            # The reason of the erratum is the note that "other" needs.
            noted = Cell(*cell.answer, note=cleaned.get("reason", "-"))
            wrong = [*wrong, *(Reason(Fault(f)) for f in faults(noted, question, question.kind))]
        for each in wrong:
            at = "na_reason" if each.why == CellFault.REASON_MISSING else self.question
            self.add_error(at, say(each))
        self.cell = None if wrong else cell
        return cleaned

    def accept(self, version: int) -> None:
        """Let the next try go over what others wrote: the page has shown it by then."""
        self.data = self.data.copy()
        self.data["version"] = version
