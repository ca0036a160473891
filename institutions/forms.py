"""Fields that forms of several parts share."""

from django import forms
from django.utils.translation import gettext_lazy as _

from institutions.models import MOST_OF_A_REASON


def day_field(**options) -> forms.DateField:
    # A plain field: the browser's own one follows the browser's language, not the page's.
    widget = forms.DateInput({"inputmode": "numeric", "autocomplete": "off"})
    return forms.DateField(localize=True, widget=widget, **options)


def reason_field() -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        help_text=_("The decision with its number and day, or what happened."),
        max_length=MOST_OF_A_REASON,
        widget=forms.Textarea({"rows": 2}),
    )
