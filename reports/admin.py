"""Rounds, reports and values: looked at here, entered and approved on their own pages."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from institutions.admin import LookOnly, TerritoryFilter, territory_filter
from reports.models import (
    Attachment,
    Change,
    ImportBatch,
    IndicatorValue,
    Report,
    ReportingRound,
    RoundLine,
)


@admin.register(ReportingRound)
class ReportingRoundAdmin(LookOnly, SimpleHistoryAdmin):
    list_display = [
        "year",
        "territory",
        "kind",
        "as_of",
        "opens_on",
        "due_before",
        "closed_at",
        "is_sample",
    ]
    list_filter = ["kind", "year", TerritoryFilter]
    list_select_related = ["territory"]


@admin.register(RoundLine)
class RoundLineAdmin(LookOnly, admin.ModelAdmin):
    list_display = [
        "institution",
        "year",
        "territory",
        "kind",
        "tier",
        "district",
        "commune",
        "reporting_unit",
    ]
    list_filter = ["kind", "tier", territory_filter("round__territory")]
    list_select_related = [
        "institution",
        "round__territory",
        "district",
        "commune",
        "reporting_unit",
    ]
    search_fields = ["institution__code__exact", "institution__name"]
    show_full_result_count = False
    ordering = ["-pk"]

    @admin.display(description=_("year"), ordering="round__year")
    def year(self, line):
        return line.round.year

    @admin.display(description=_("territory"))
    def territory(self, line):
        return line.round.territory


class AttachmentInline(LookOnly, admin.TabularInline):
    model = Attachment
    extra = 0


@admin.register(Report)
class ReportAdmin(LookOnly, SimpleHistoryAdmin):
    list_display = [
        "reporting_unit",
        "year",
        "territory",
        "status",
        "first_submitted_at",
        "approved_at",
    ]
    list_filter = ["status", "round__year", territory_filter("round__territory")]
    list_select_related = ["reporting_unit", "round__territory"]
    search_fields = ["reporting_unit__code__exact", "reporting_unit__name"]
    inlines = [AttachmentInline]
    ordering = ["-round__year", "round__territory", "reporting_unit__sort_key"]

    @admin.display(description=_("year"), ordering="round__year")
    def year(self, report):
        return report.round.year

    @admin.display(description=_("territory"))
    def territory(self, report):
        return report.round.territory


@admin.register(IndicatorValue)
class IndicatorValueAdmin(LookOnly, admin.ModelAdmin):
    list_display = [
        "institution",
        "year",
        "indicator",
        "state",
        "count",
        "approved_state",
        "approved_count",
    ]
    list_filter = [
        "indicator",
        "state",
        "approved_state",
        territory_filter("line__round__territory"),
    ]
    list_select_related = ["line__institution", "line__round", "indicator"]
    search_fields = ["line__institution__code__exact"]
    search_help_text = _("The code of an institution")
    show_full_result_count = False
    ordering = ["-pk"]

    @admin.display(description=_("institution"))
    def institution(self, value):
        return value.line.institution

    @admin.display(description=_("year"))
    def year(self, value):
        return value.line.round.year


@admin.register(Change)
class ChangeAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["at", "by", "action", "institution", "indicator", "before", "after"]
    list_filter = ["action", "at"]
    list_select_related = ["by", "value__line__institution", "value__indicator"]
    search_fields = ["value__line__institution__code__exact", "by__username__exact"]
    search_help_text = _("The code of an institution or a user name")
    show_full_result_count = False
    ordering = ["-pk"]

    @admin.display(description=_("institution"))
    def institution(self, change):
        return change.value.line.institution

    @admin.display(description=_("indicator"))
    def indicator(self, change):
        return change.value.indicator

    @admin.display(description=_("before"))
    def before(self, change):
        return _content(change.get_before_state_display(), change.before_count)

    @admin.display(description=_("after"))
    def after(self, change):
        return _content(change.get_after_state_display(), change.after_count)


def _content(state, count) -> str:
    return str(state) if count is None else str(count)


@admin.register(ImportBatch)
class ImportBatchAdmin(LookOnly, admin.ModelAdmin):
    list_display = [
        "name",
        "reporting_unit",
        "year",
        "status",
        "uploaded_by",
        "uploaded_at",
        "rows",
        "new",
        "changed",
        "invalid",
    ]
    list_filter = ["status", territory_filter("report__round__territory")]
    list_select_related = ["report__reporting_unit", "report__round", "uploaded_by"]
    search_fields = ["name", "report__reporting_unit__code__exact"]

    @admin.display(description=_("reporting unit"))
    def reporting_unit(self, batch):
        return batch.report.reporting_unit

    @admin.display(description=_("year"))
    def year(self, batch):
        return batch.report.round.year
