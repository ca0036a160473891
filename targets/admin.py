"""Indicators are reference data. Plans and targets have their own pages: here one only looks."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django_tasks_db import admin as tasks_admin
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import XLSX
from simple_history.admin import SimpleHistoryAdmin

from institutions.admin import LookOnly, TerritoryFilter, territory_filter
from targets import wording
from targets.models import Indicator, Plan, PlanVersion, Target
from targets.resources import TargetResource

# The worker's rows, in English, are nothing to look after: what it did stands in its log, and how a
# document fares on the document's own page.
admin.site.unregister(tasks_admin.DBTaskResult)


@admin.register(Indicator)
class IndicatorAdmin(SimpleHistoryAdmin):
    list_display = ["name", "code", "kind", "measure", "position", "valid_from"]
    list_filter = ["kind", "measure"]
    search_fields = ["name", "code", "question"]


@admin.register(Plan)
class PlanAdmin(LookOnly, SimpleHistoryAdmin):
    list_display = ["territory", "programme"]
    list_display_links = ["programme"]
    list_filter = [TerritoryFilter]
    list_select_related = ["territory"]


@admin.register(PlanVersion)
class PlanVersionAdmin(LookOnly, SimpleHistoryAdmin):
    list_display = ["number", "territory", "issued_on", "in_force_from", "status", "is_sample"]
    list_filter = ["status", territory_filter("plan__territory")]
    list_select_related = ["plan__territory"]
    search_fields = ["number", "title"]

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        # A list of plans does not read their texts.
        return (
            queryset.defer("text") if request.resolver_match.url_name.endswith("list") else queryset
        )

    @admin.display(description=_("territory"), ordering="plan__territory__sort_key")
    def territory(self, version):
        return version.plan.territory


@admin.register(Target)
class TargetAdmin(LookOnly, ImportExportMixin, SimpleHistoryAdmin):
    resource_classes = [TargetResource]
    formats = [XLSX]
    # Its form page needs inline scripts, which the policy of the site refuses.
    skip_export_form = True
    list_display = ["indicator", "group", "year", "figure", "basis", "state", "version"]
    list_filter = [
        "state",
        "basis",
        "year",
        "indicator",
        territory_filter("version__plan__territory"),
    ]
    list_select_related = ["indicator", "version"]
    search_fields = ["quote", "version__number"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("version__text", "version__unread")

    def get_export_queryset(self, request):
        targets = super().get_export_queryset(request)
        return targets.select_related("indicator", "version__plan__territory")

    @admin.display(description=_("tiers"), ordering="tiers")
    def group(self, target):
        return wording.group(target)

    @admin.display(description=_("figure"), ordering="minimum")
    def figure(self, target):
        return wording.figure(target)
