"""Narrowing the list of institutions below a figure."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.figures import rows
from reports.models import Report, RoundLine
from targets.models import Indicator

STATUSES = (
    ("approved", pgettext_lazy("report", "Approved")),
    ("submitted", pgettext_lazy("report", "Awaiting approval")),
    ("returned", pgettext_lazy("report", "Returned")),
    ("draft", pgettext_lazy("report", "Not submitted")),
)


class LineFilter(django_filters.FilterSet):
    """Lines by name or place, by what they answered, and by their report."""

    q = django_filters.CharFilter(
        label=_("Name or place"),
        method="by_name",
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control"}),
    )

    class Meta:
        model = RoundLine
        fields: list[str] = []

    def __init__(self, data=None, queryset=None, *, indicators: list[Indicator], **kwargs):
        super().__init__(data, queryset, **kwargs)
        for indicator in indicators:
            self.filters[f"answer_{indicator.pk}"] = self._answer(indicator)
        self.filters["status"] = django_filters.ChoiceFilter(
            label=_("Report"),
            choices=STATUSES,
            method=by_status,
            empty_label=pgettext_lazy("filter", "All"),
            widget=forms.Select(attrs={"class": "form-select"}),
        )
        for each in self.filters.values():
            each.parent = self
            each.model = RoundLine

    def by_name(self, queryset, name, value):
        return rows.named_like(queryset, value)

    def _answer(self, indicator: Indicator) -> django_filters.ChoiceFilter:
        said = ("count",) if indicator.is_growth else ("yes", "no")
        choices = [(code, rows.answer_word(code)) for code in (*said, "not_applicable")]
        choices.append(("missing", _("Missing")))
        return django_filters.ChoiceFilter(
            field_name=f"answer_{indicator.pk}",
            label=indicator.label,
            choices=choices,
            method=by_answer,
            empty_label=pgettext_lazy("filter", "All"),
            widget=forms.Select(attrs={"class": "form-select"}),
        )


def by_answer(queryset, name, value):
    wanted = rows.MISSING if value == "missing" else [value]
    return queryset.filter(**{f"{name}__in": wanted})


def by_status(queryset, name, value):
    if value == "draft":
        return queryset.filter(Q(status=Report.Status.DRAFT) | Q(status__isnull=True))
    return queryset.filter(status=value)
