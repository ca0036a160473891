"""The inspections of a territory's year as a table, on the page and as a file."""

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from institutions.models import Kind, ReportingUnit, Tier, User, place_words
from institutions.names import search_patterns
from institutions.scope import may_see_drafts
from reports.figures.inspections import AGREES, CHANGED, SAYS, status_of
from reports.models import Inspection, ReportingRound
from reports.rounds.checks import Cell
from reports.rounds.wording import cell_text
from targets.models import Indicator


def reported_text(inspection: Inspection) -> str:
    """The answer that the inspector held against the place; the reason of "not applicable" is
    not kept with it."""
    if inspection.reported_state == "not_applicable":
        return str(_("not applicable"))
    return cell_text(Cell(inspection.reported_state, inspection.reported_count))


class InspectionTable(tables.Table):
    """Newest first. Answer and finding are drafts: they show where the reader may see those."""

    inspected_on = tables.DateColumn(verbose_name=_("Day"), order_by=("inspected_on", "pk"))
    institution = tables.Column(
        verbose_name=_("Institution"),
        accessor="line__institution__name",
        order_by=("line__institution__sort_key", "line__institution__code"),
    )
    place = tables.Column(verbose_name=_("Place"), empty_values=(), orderable=False)
    unit = tables.Column(
        verbose_name=_("Reporting unit"),
        accessor="line__reporting_unit",
        order_by="line__reporting_unit__sort_key",
        visible=False,
    )
    indicator = tables.Column(
        verbose_name=_("Question"), accessor="indicator__label", order_by="indicator__position"
    )
    outcome = tables.Column(verbose_name=_("On the spot"), order_by=("is_changed", "outcome"))
    reported = tables.Column(verbose_name=_("Reported"), empty_values=(), orderable=False)
    finding = tables.Column(verbose_name=_("What was found"), empty_values=(), orderable=False)
    inspected_by = tables.Column(verbose_name=_("Inspected by"), orderable=False)

    row_header = "institution"

    class Meta:
        order_by = "-inspected_on"
        attrs = {"class": "table stack short"}
        empty_text = _("No inspection matches. Clear the filter to see all of them.")

    def __init__(self, *args, reader: User, territory: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.reader, self.territory = reader, territory

    def _is_open(self, record: Inspection) -> bool:
        return may_see_drafts(
            self.reader, territory_id=self.territory, unit_id=record.line.reporting_unit_id
        )

    def render_institution(self, record):
        return format_html(
            '<a href="{}">{}</a>',
            record.line.institution.get_absolute_url(),
            record.line.institution.name,
        )

    def value_institution(self, record):
        return record.line.institution.name

    def render_place(self, record):
        line = record.line
        where = place_words(line.commune, line.district)
        return " · ".join(filter(None, [str(line.get_tier_display()), where]))

    def render_outcome(self, record):
        chip = {"status": status_of(record), "chip": True}
        return render_to_string("components/verdict.html", chip)

    def value_outcome(self, record):
        return status_of(record).word

    def render_reported(self, record):
        return reported_text(record) if self._is_open(record) else "–"

    def value_reported(self, record):
        if not self._is_open(record):
            return ""
        counted = record.reported_count
        return reported_text(record) if counted is None else counted

    def render_finding(self, record):
        return (record.finding if self._is_open(record) else "") or "–"


class CodedInspectionTable(InspectionTable):
    """The same for files: with the codes that other files name."""

    code = tables.Column(verbose_name=_("Code"), accessor="line__institution__code")

    class Meta(InspectionTable.Meta):
        sequence = ("inspected_on", "code", "institution", "place", "unit")


class InspectionFilter(django_filters.FilterSet):
    """Inspections by institution, question, tier, unit and what they say."""

    q = django_filters.CharFilter(
        label=_("Institution"),
        method="by_name",
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control"}),
    )

    class Meta:
        model = Inspection
        fields: list[str] = []

    def __init__(self, data, queryset: QuerySet, *, round_: ReportingRound):
        super().__init__(data, queryset)
        asked = Indicator.objects.filter(pk__in=queryset.order_by().values("indicator"))
        units = ReportingUnit.objects.filter(pk__in=round_.lines.values("reporting_unit"))
        for name, label, choices, method in (
            ("indicator", _("Question"), [(i.code, i.label) for i in asked], self.by_indicator),
            ("kind", _("Kind of institution"), Kind.choices, self.by_kind),
            ("tier", _("Tier"), Tier.choices, self.by_tier),
            ("unit", _("Reporting unit"), units.values_list("code", "name"), self.by_unit),
            (
                "says",
                _("On the spot"),
                [(code, status.word) for code, status in SAYS.items()],
                self.by_status,
            ),
        ):
            self.filters[name] = django_filters.ChoiceFilter(
                label=label,
                choices=list(choices),
                method=method,
                empty_label=pgettext_lazy("filter", "All"),
                widget=forms.Select(attrs={"class": "form-select"}),
            )
            self.filters[name].parent, self.filters[name].model = self, Inspection

    def by_name(self, queryset, name, value):
        for pattern in search_patterns(value):
            queryset = queryset.filter(line__institution__sort_key__regex=pattern)
        return queryset

    def by_indicator(self, queryset, name, value):
        return queryset.filter(indicator__code=value)

    def by_kind(self, queryset, name, value):
        return queryset.filter(line__kind=value)

    def by_tier(self, queryset, name, value):
        return queryset.filter(line__tier=value)

    def by_unit(self, queryset, name, value):
        return queryset.filter(line__reporting_unit__code=value)

    def by_status(self, queryset, name, value):
        if value == CHANGED:
            return queryset.filter(is_changed=True)
        agrees = value == AGREES
        return queryset.filter(
            is_changed=False,
            outcome=Inspection.Outcome.CONFIRMED if agrees else Inspection.Outcome.DIFFERS,
        )
