"""Forms of a plan on its way: its document, its head with the settings asked once."""

import datetime
import unicodedata

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from institutions.forms import day_field
from institutions.models import AdministrativeUnit
from targets.intake.services import Head
from targets.models import PlanVersion
from targets.wording import day_and_month


def _what_is_taken() -> str:
    return _(
        "Word (.docx), PDF (scanned ones too) or plain text (.txt); at most %(size)s and"
        " %(pages)s pages."
    ) % {"size": _size(settings.MAX_PLAN_BYTES), "pages": settings.MAX_PLAN_PAGES}


def _size(limit: int) -> str:
    """A limit as it was set, "50 MB": the filter's "50.0 MB" promises a measurement."""
    megabytes = limit / 2**20
    return f"{megabytes:.0f} MB" if megabytes.is_integer() else filesizeformat(limit)


class PlanUploadForm(forms.Form):
    """The document of a plan. `territories`: those for which the person may register one."""

    file = forms.FileField(
        label=gettext_lazy("Document of the plan"),
        help_text=lazy(_what_is_taken, str)(),
        max_length=200,
        allow_empty_file=True,  # the service says what is wrong with an empty document
        widget=forms.FileInput({"accept": ".docx,.pdf,.txt,text/plain,application/pdf"}),
    )
    territory = forms.ModelChoiceField(
        label=gettext_lazy("Territory"),
        queryset=AdministrativeUnit.objects.none(),
        required=False,
        to_field_name="slug",
        empty_label=gettext_lazy("As the document names it"),
        help_text=gettext_lazy(
            "Choose only if the name of the province cannot be read in the document."
        ),
    )

    def __init__(self, *args, territories, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["territory"].queryset = territories

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.MAX_PLAN_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s."),
                params={"limit": _size(settings.MAX_PLAN_BYTES)},
            )
        return file


class LineField(forms.CharField):
    """Words on one line, composed and without signs that cannot be seen, wherever pasted from."""

    def to_python(self, value):
        words = unicodedata.normalize("NFC", super().to_python(value))
        seen = (char for char in words if char.isprintable() or char.isspace())
        return " ".join("".join(seen).split())


class DayOfYearField(forms.CharField):
    """A day of every year, "05/12"; in Python (month, day), None where left empty."""

    default_error_messages = {
        "invalid": gettext_lazy("Enter a day and a month, as in 05/12."),
    }

    def prepare_value(self, value):
        return day_and_month(*value) if isinstance(value, tuple) else value

    def to_python(self, value):
        value = super().to_python(value)
        if not value:
            return None
        for separator in "-.":
            value = value.replace(separator, "/")
        try:
            day, month = map(int, value.split("/"))
            datetime.date(2024, month, day)  # a leap year: 29/02 is a day of it
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        return month, day


class TerritoryField(forms.ModelChoiceField):
    """Own territories; one that has a plan already says so."""

    numbers: dict[int, str] = {}

    def label_from_instance(self, territory):
        number = self.numbers.get(territory.pk)
        if number is None:
            return str(territory)
        return _("%(territory)s (has plan %(number)s)") % {
            "territory": territory,
            "number": number,
        }


class HeadForm(forms.Form):
    """Head and settings of a plan. Checks across fields are the service's (`check_head`).

    Leave `territories` out where the territory is fixed. `counts_communes`: whether a target
    counts communes; only then it is asked which, and nothing is chosen beforehand.
    """

    number = LineField(
        label=gettext_lazy("Number"),
        max_length=60,
        help_text=gettext_lazy("As printed at the head, for example 123/KH-UBND."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    issued_on = day_field(
        label=gettext_lazy("Issued on"), help_text=gettext_lazy("As in 25/12/2023.")
    )
    territory = TerritoryField(
        label=gettext_lazy("Territory"),
        queryset=AdministrativeUnit.objects.none(),
        to_field_name="slug",
        empty_label=gettext_lazy("Choose the territory"),
    )
    title = LineField(
        label=gettext_lazy("Title"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    in_force_from = day_field(
        label=gettext_lazy("In force from"),
        help_text=gettext_lazy("The day of issue, unless the document names another one."),
    )
    report_before = DayOfYearField(
        label=gettext_lazy("Reports are due before"),
        required=False,
        help_text=gettext_lazy(
            "Day and month of every year. Leave empty only if the document names none."
        ),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    baseline_year = forms.IntegerField(
        label=gettext_lazy("Baseline year"),
        min_value=2000,
        max_value=2100,
        help_text=gettext_lazy(
            "Growth is counted from the figures of this year. Proposed: 2022, the last year before"
            " the programme of Decision 1520/QĐ-TTg began to work."
        ),
    )
    growth_method = forms.ChoiceField(
        label=gettext_lazy("How “% a year on average” is computed"),
        choices=[
            (
                PlanVersion.GrowthMethod.COMPOUND,
                gettext_lazy(
                    "compound rate: 10 % a year for three years is 33.1 % in all (proposed)"
                ),
            ),
            (
                PlanVersion.GrowthMethod.MEAN,
                gettext_lazy("mean of the yearly rates: (rate 1 + rate 2 + rate 3) : 3"),
            ),
        ],
        help_text=gettext_lazy(
            "The compound rate needs the first and the last year only, and one exceptional year"
            " weighs less in it."
        ),
        widget=forms.RadioSelect,
    )
    growth_min_panel = forms.IntegerField(
        label=gettext_lazy("Smallest share that must report for a verdict on growth, per cent"),
        min_value=1,
        max_value=100,
        help_text=gettext_lazy(
            "Growth is computed over the institutions with figures of both years. Below this share"
            " of all institutions there is no verdict, only “not enough data”. Proposed: 80."
        ),
    )
    commune_scope = forms.ChoiceField(
        label=gettext_lazy("What the plan means by “các xã”"),
        choices=[
            (PlanVersion.CommuneScope.RURAL, gettext_lazy("communes (xã) only")),
            (PlanVersion.CommuneScope.ALL, gettext_lazy("communes, wards and townships")),
        ],
        help_text=gettext_lazy(
            "The plan counts communes in at least one target and does not say whether wards and"
            " townships belong to them; the share depends on it."
        ),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, counts_communes, territories=None, numbers=None, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        if territories is None:
            del self.fields["territory"]
        else:
            self.fields["territory"].queryset = territories
            self.fields["territory"].numbers = numbers or {}
        if not counts_communes:
            del self.fields["commune_scope"]

    def head(self, territory: AdministrativeUnit | None = None) -> Head:
        """What was entered; the settings that were not asked are the proposed ones."""
        entered = dict(self.cleaned_data)
        return Head(**{"territory": territory, **entered})
