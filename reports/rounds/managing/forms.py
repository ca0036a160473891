"""The form of a round. Days in order are the service's matter; here they get their fields."""

import datetime
from functools import partial

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from institutions.forms import day_field
from reports.models import ReportingRound
from reports.rounds.managing import proposals

Kind = ReportingRound.Kind

FIRST_YEAR, LAST_YEAR = 2000, 2100
# A slip of the keys, which would have every page count the days to it.
IN_REACH = (
    MinValueValidator(datetime.date(FIRST_YEAR, 1, 1)),
    MaxValueValidator(datetime.date(LAST_YEAR, 12, 31)),
)


round_day = partial(day_field, validators=IN_REACH)


class RoundForm(forms.Form):
    """The days of a round. `previous`: the round before, whose months growth is compared with."""

    period_from = round_day(
        label=_("Counts from"), help_text=_("The first day of the twelve months that are counted.")
    )
    period_to = round_day(
        label=_("Counts to"),
        help_text=_("The last day of the twelve months. The same months every year."),
    )
    as_of = round_day(
        label=_("Answers as of"),
        help_text=_("Yes/no answers, and the list of institutions, are those of this day."),
    )
    opens_on = round_day(label=_("Opens on"), help_text=_("From this day units can enter figures."))
    due_before = round_day(
        label=_("Due before"),
        required=False,
        help_text=_("A report received on this day is late. Empty for a baseline round."),
    )
    other_months = forms.BooleanField(
        label=_("Count other months than the year before; growth will then have no verdict."),
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(
        self,
        *args,
        previous: ReportingRound | None = None,
        kind: ReportingRound.Kind | str | None = None,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.previous, self.kind = previous, kind

    def clean(self):
        cleaned = super().clean()
        kind, due = cleaned.get("kind", self.kind), cleaned.get("due_before")
        if kind == Kind.ANNUAL and not due and "due_before" not in self.errors:
            self.add_error("due_before", _("An annual round needs the day before which it is due."))
        if kind == Kind.BASELINE and due:
            self.add_error("due_before", _("A baseline round has no deadline; leave this empty."))
        start, end = cleaned.get("period_from"), cleaned.get("period_to")
        if start and end and not proposals.is_twelve_months(start, end):
            self.add_error("period_to", _("The counts are of twelve months, last day included."))
        elif start and self.previous and not proposals.same_months(start, self.previous):
            self.fields["other_months"].widget = forms.CheckboxInput()
            if not cleaned.get("other_months"):
                self.add_error(
                    "other_months",
                    _("The round before counted other months. Change the days, or confirm here."),
                )
        opens = cleaned.get("opens_on")
        if opens and due and due <= opens:
            self.add_error("due_before", _("The reports of a round are due after it opens."))
        return cleaned

    def days(self) -> dict:
        """What the services take; with a new round its year and kind too."""
        return {name: day for name, day in self.cleaned_data.items() if name != "other_months"}


class NewRoundForm(RoundForm):
    """A round to be opened."""

    year = forms.IntegerField(
        label=_("Year"),
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        widget=forms.TextInput({"inputmode": "numeric"}),
    )
    kind = forms.ChoiceField(
        label=_("Kind of round"),
        choices=[
            (Kind.ANNUAL, _("Annual: units report by a day")),
            (Kind.BASELINE, _("Baseline: figures of a past year, without a deadline")),
        ],
        widget=forms.RadioSelect,
    )
    field_order = ["year", "kind"]
