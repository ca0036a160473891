"""The list of institutions, for the screen and for export."""

import django_tables2 as tables
from django.core.paginator import Paginator
from django.db.models import Case, F, IntegerField, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from institutions.models import Placement, Tier

# Tiers sort in the order in which plans list them, not by their English codes.
TIER_ORDER = Case(
    *(When(tier=tier, then=Value(position)) for position, tier in enumerate(Tier.values)),
    output_field=IntegerField(),
)


ONE_LINE = {"td": {"class": "nowrap"}}


class BoundedPaginator(Paginator):
    """An address may ask for shorter or longer pages, within reason: never for none or for all."""

    MOST = 200

    def __init__(self, object_list, per_page, **kwargs):
        super().__init__(object_list, min(max(1, per_page), self.MOST), **kwargs)


def pages_of(per_page: int) -> dict:
    """How a `RequestConfig` is to cut a table into pages."""
    return {"per_page": per_page, "paginator_class": BoundedPaginator}


class InstitutionTable(tables.Table):
    """Rows are placements with their institution: the last one known of each."""

    caption = _("Institutions")
    row_header = "name"

    name = tables.Column(
        _("Institution"),
        accessor="institution__name",
        linkify=("institutions:detail", {"code": tables.A("institution__code")}),
        order_by=("institution__sort_key", "institution__code"),
    )
    code = tables.Column(_("Code"), accessor="institution__code", attrs=ONE_LINE)
    kind = tables.Column(
        _("Kind"),
        accessor="institution__get_kind_display",
        order_by="institution__kind",
        attrs=ONE_LINE,
    )
    tier = tables.Column(_("Tier"), accessor="get_tier_display")
    commune = tables.Column(_("Commune"), order_by="commune__sort_key")
    district = tables.Column(_("District"), order_by="district__sort_key", attrs=ONE_LINE)
    territory = tables.Column(
        _("Territory"), accessor="territory__short_name", order_by="territory__sort_key"
    )
    # Mostly the office of the district beside it: in files, and as a filter, but not on the screen.
    reporting_unit = tables.Column(
        _("Reported by"), order_by="reporting_unit__sort_key", visible=False
    )
    status = tables.Column(
        _("Status"),
        accessor="institution__closed_on",
        empty_values=(),
        order_by="institution__closed_on",
        attrs=ONE_LINE,
    )
    opened_on = tables.DateColumn(
        verbose_name=_("Opened on"), accessor="institution__opened_on", visible=False
    )
    closed_on = tables.DateColumn(
        verbose_name=_("Closed on"), accessor="institution__closed_on", visible=False
    )
    data = tables.Column(
        _("Data"),
        accessor="institution__is_sample",
        empty_values=(),
        visible=False,
        orderable=False,
    )

    class Meta:
        model = Placement
        fields = ()
        sequence = (
            "name", "code", "kind", "tier", "commune", "district", "territory",
            "reporting_unit", "status", "opened_on", "closed_on", "data",
        )  # fmt: skip
        order_by = ("name",)
        empty_text = _("No institution answers this search. Change or clear the filters.")

    def order_tier(self, queryset, is_descending):
        order = F("tier_position").desc() if is_descending else F("tier_position")
        return queryset.annotate(tier_position=TIER_ORDER).order_by(
            order, "institution__sort_key", "institution__code"
        ), True

    def render_status(self, record):
        return status_of(record.institution)

    def render_data(self, record):
        return _("sample") if record.institution.is_sample else ""

    # Exports take the plain values: dates as dates, the words of a status as on the screen.
    value_status = render_status
    value_data = render_data


def status_of(institution) -> str:
    """Open or closed today, in words."""
    closed_on = institution.closed_on
    return _("Closed") if closed_on and closed_on <= timezone.localdate() else _("Open")
