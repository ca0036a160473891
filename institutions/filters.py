"""Search and filters of the list of institutions."""

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from institutions.models import AdministrativeUnit, Kind, Placement, ReportingUnit, Tier
from institutions.names import search_patterns


class PlacementFilter(filters.FilterSet):
    """Narrows placements by what a person remembers of an institution.

    `territories` are those that the person sees; `chosen` the one they look at, if any. Districts
    and reporting units are offered for one territory only: of the whole country they are too many
    to choose from.
    """

    q = filters.CharFilter(
        label=_("Name or code"), method="search", widget=forms.TextInput({"type": "search"})
    )
    territory = filters.ModelChoiceFilter(
        label=_("Territory"),
        queryset=AdministrativeUnit.objects.none(),
        to_field_name="slug",
        method="keep",
    )
    kind = filters.ChoiceFilter(label=_("Kind"), field_name="institution__kind", choices=Kind)
    tier = filters.ChoiceFilter(label=_("Tier"), choices=Tier)
    district = filters.ModelChoiceFilter(
        label=_("District"), queryset=AdministrativeUnit.objects.none(), to_field_name="code"
    )
    unit = filters.ModelChoiceFilter(
        label=_("Reported by"),
        field_name="reporting_unit",
        queryset=ReportingUnit.objects.none(),
        to_field_name="code",
    )
    status = filters.ChoiceFilter(
        label=_("Status"),
        choices=[("open", _("Open")), ("closed", _("Closed"))],
        method="by_status",
    )

    class Meta:
        model = Placement
        fields = ()

    def __init__(self, *args, territories, chosen=None, **kwargs):
        super().__init__(*args, **kwargs)
        if len(territories) > 1:
            self.filters["territory"].queryset = AdministrativeUnit.objects.filter(
                pk__in=[territory.pk for territory in territories]
            ).order_by("sort_key")
        else:
            del self.filters["territory"]
        if chosen is None:
            del self.filters["district"], self.filters["unit"]
        else:
            districts = chosen.children.filter(level=AdministrativeUnit.Level.DISTRICT)
            self.filters["district"].queryset = districts.order_by("sort_key")
            self.filters["unit"].queryset = chosen.reporting_units.order_by("sort_key")
        for each in self.filters.values():
            if isinstance(each, (filters.ChoiceFilter, filters.ModelChoiceFilter)):
                each.extra["empty_label"] = _("All")
            each.field.widget.attrs["class"] = (
                "form-control" if isinstance(each, filters.CharFilter) else "form-select"
            )

    def search(self, queryset, name, value):
        named = Q()
        for pattern in search_patterns(value):
            named &= Q(institution__sort_key__regex=pattern)
        coded = Q(institution__code__icontains=value)
        return queryset.filter(named | coded if named else coded)

    def keep(self, queryset, name, value):
        """The territory narrows the queryset before "last known" is decided, in the view."""
        return queryset

    def by_status(self, queryset, name, value):
        closed = Q(institution__closed_on__lte=timezone.localdate())
        return queryset.filter(
            closed if value == "closed" else ~closed | Q(institution__closed_on=None)
        )
