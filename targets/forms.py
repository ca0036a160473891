"""Forms about plans: deciding on one target, wording it otherwise, adding one that was missed."""

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

from institutions.models import Tier
from targets import services
from targets.boards import choices
from targets.models import Indicator, PlanVersion, Target
from targets.numbers import NumberError, parse_number

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


class WordingForm(forms.Form):
    """What a target asks for, in fields: corrected or added by a person."""

    WORDING = (
        *("indicator", "tiers", "counts", "period_start", "year"),
        *("unit", "minimum", "maximum"),
    )

    indicator = forms.ModelChoiceField(
        label=_("Content reported"),
        queryset=Indicator.objects.none(),
        to_field_name="code",
        empty_label=_("Choose"),
    )
    tiers = forms.MultipleChoiceField(
        label=_("Tiers"),
        choices=Tier,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: every institution of the kind."),
    )
    counts = forms.ChoiceField(
        label=_("Counted by"), choices=[("", _("Choose")), *Target.Counts.choices]
    )
    period_start = forms.IntegerField(
        label=_("Period from year"),
        required=False,
        localize=False,
        help_text=_("Only where the plan names a period, as 2026 in “2026 - 2030”."),
    )
    year = forms.IntegerField(label=_("Target year"), localize=False)
    unit = forms.ChoiceField(label=_("Unit"), choices=[("", _("Choose")), *Target.Unit.choices])
    minimum = forms.DecimalField(
        label=_("At least"),
        localize=True,
        required=False,
        max_digits=7,
        decimal_places=2,
        help_text=_("A milestone needs no figure."),
    )
    maximum = forms.DecimalField(
        label=_("At most"),
        localize=True,
        required=False,
        max_digits=7,
        decimal_places=2,
        help_text=_("Only for a range, as 15 in “10 - 15 %”."),
    )
    note = forms.CharField(
        label=_("Note on the decision"),
        required=False,
        max_length=300,
        help_text=_("Why, for those who ask later."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["indicator"].queryset = Indicator.objects.order_by("position", "code")

    def wording(self) -> services.Wording:
        """The cleaned fields as the service takes them."""
        cleaned = self.cleaned_data
        return services.Wording(
            indicator=cleaned["indicator"],
            tiers=tuple(cleaned["tiers"]),
            counts=cleaned["counts"],
            period_start=cleaned["period_start"],
            year=cleaned["year"],
            unit=cleaned["unit"],
            minimum=Decimal(100) if cleaned["minimum"] is None else cleaned["minimum"],
            maximum=cleaned["maximum"],
        )

    def require_wording(self, cleaned: dict) -> None:
        """Say of each field without which a target says nothing that it is missing."""
        for name in ("indicator", "counts", "year", "unit"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        is_figure = cleaned.get("unit") not in ("", None, Target.Unit.MILESTONE)
        if is_figure and cleaned.get("minimum") is None and "minimum" not in self.errors:
            self.add_error("minimum", _("Enter the figure."))

    def refuse(self, error: ValidationError) -> None:
        """Show what the service refused, beside the fields where it names some."""
        known = getattr(error, "error_dict", None)
        if known is None:
            self.add_error(None, error)
            return
        for name, errors in known.items():
            self.add_error(
                name if name in self.fields and name != NON_FIELD_ERRORS else None, errors
            )


class DecisionForm(WordingForm):
    """Confirm a waiting target as one of the readings, word it otherwise, or reject it.

    Nothing is chosen beforehand; the fields of the wording are filled with what was read and
    count only with "correct".
    """

    CORRECT, REJECT = "correct", "reject"

    decision = forms.ChoiceField(
        label=_("How is the sentence to be read?"), widget=forms.RadioSelect
    )
    field_order = ("decision", *WordingForm.WORDING, "note")

    def __init__(self, *args, target: Target, **kwargs):
        super().__init__(*args, initial=as_initial(target), **kwargs)
        self.target = target
        self.fields["decision"].choices = [
            *((choice.value, choice.words) for choice in choices(target)),
            (self.CORRECT, _("otherwise: correct what was read")),
            (self.REJECT, _("not a target")),
        ]
        # Asked of a correction alone (`clean`): the browser cannot know which are.
        self.use_required_attribute = False

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("decision") == self.CORRECT:
            self.require_wording(cleaned)
        elif "decision" in cleaned and self._is_worded_otherwise():
            self.add_error(
                "decision", _("Fields below were changed: choose “correct”, or put them back.")
            )
        elif cleaned.get("decision") != self.CORRECT:
            # Not asked for: a slip in a field that does not count is no error.
            for name in set(self.WORDING) & set(self.errors):
                del self.errors[name]
        return cleaned

    def _is_worded_otherwise(self) -> bool:
        # The short form on the plan's page sends no such field.
        return "indicator" in self.data and bool(set(self.changed_data) & set(self.WORDING))

    def save(self, user) -> Target:
        """Hand the decision to the service; raises ValidationError with what it refuses."""
        chosen, note = self.cleaned_data["decision"], self.cleaned_data["note"]
        if chosen == self.REJECT:
            return services.reject_target(self.target, user, note=note)
        if chosen == self.CORRECT:
            return services.correct_target(self.target, user, self.wording(), note=note)
        figure = Decimal(chosen)
        return services.confirm_target(
            self.target, user, minimum=None if figure == self.target.minimum else figure, note=note
        )


class AddForm(WordingForm):
    """A target that was missed: version.text[start:end] are its words.

    `kept`: a target of the document before, taken over; the words leave it as it was and need not
    write its figure.
    """

    start = forms.IntegerField(widget=forms.HiddenInput)
    end = forms.IntegerField(widget=forms.HiddenInput)
    sure = forms.BooleanField(
        label=_("The figure is right although the words marked do not write it."), required=False
    )
    field_order = (*WordingForm.WORDING, "sure", "note", "start", "end")

    def __init__(
        self, *args, version: PlanVersion, kept: Target | None = None, initial=None, **kwargs
    ):
        if kept is not None:
            note = str(_("As in %(number)s") % {"number": kept.version.number})
            initial = {**as_initial(kept), "note": note, **(initial or {})}
        super().__init__(*args, initial=initial, **kwargs)
        self.version, self.kept = version, kept
        # A slip of the hand is the worst error: asked once a figure stands in no word marked.
        self.asks_whether_sure = "sure" in self.data

    def clean(self):
        cleaned = super().clean()
        self.require_wording(cleaned)
        figures = {cleaned.get("minimum"), cleaned.get("maximum")} - {None}
        if not self.errors and cleaned["unit"] != Target.Unit.MILESTONE:
            written = self._written(cleaned["start"], cleaned["end"])
            if not figures <= written | self._kept_figures() and not cleaned["sure"]:
                self.asks_whether_sure = True
                self.add_error(
                    "minimum", _("The words marked do not write this figure. Look once more.")
                )
        return cleaned

    def _kept_figures(self) -> set[Decimal]:
        return {self.kept.minimum, self.kept.maximum} - {None} if self.kept else set()

    def _written(self, start: int, end: int) -> set[Decimal]:
        found = set()
        for number in _NUMBER.findall(self.version.text[start:end]):
            try:
                found.add(parse_number(number))
            except NumberError:
                continue
        return found

    def save(self, user) -> Target:
        """Hand the target to the service; raises ValidationError with what it refuses."""
        return services.add_target(
            self.version,
            user,
            self.wording(),
            start=self.cleaned_data["start"],
            end=self.cleaned_data["end"],
            note=self.cleaned_data["note"],
        )


class MarkForm(forms.Form):
    """Words of the plan that a person pastes, to be found in its text."""

    words = forms.CharField(
        label=_("Words of the plan"),
        max_length=services.LONGEST_QUOTE,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Copied from the text of the plan, letter by letter, misprints included."),
    )


def as_initial(target: Target) -> dict:
    """The fields of `WordingForm` as the target stands."""
    return {
        "indicator": target.indicator.code,
        "tiers": list(target.tiers),
        "counts": target.counts,
        "period_start": target.period_start,
        "year": target.year,
        "unit": target.unit,
        "minimum": _plain(target.minimum),
        "maximum": _plain(target.maximum),
    }


def _plain(figure: Decimal | None) -> Decimal | None:
    """70.00 as 70, so that the field shows no decimals that the plan does not write."""
    if figure is None:
        return None
    return figure.to_integral() if figure == figure.to_integral() else figure.normalize()
