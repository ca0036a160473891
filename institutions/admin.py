"""Accounts and reference data. The administrator keeps these and looks at all the rest."""

from contextlib import suppress
from itertools import combinations

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import XLSX
from simple_history.admin import SimpleHistoryAdmin

from institutions import services
from institutions.models import (
    AdministrativeUnit,
    Continuation,
    Institution,
    Membership,
    Placement,
    ReportingUnit,
    Succession,
    User,
)
from institutions.names import search_patterns, sort_key
from institutions.resources import InstitutionResource, last_place

admin.site.site_header = _("Lifelong learning: administration")
admin.site.site_title = _("Lifelong learning")
admin.site.index_title = _("Accounts and reference data")
# Rights stand in memberships (institutions/scope.py); groups would be a second, idle system.
admin.site.unregister(Group)


class LookOnly:
    """Rows that have their own way in: the administrator looks, and neither enters nor approves."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class NamedAdmin:
    """Search by name without diacritics or by code; the sort key follows the name."""

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        named = Q()
        for pattern in search_patterns(search_term):
            named &= Q(sort_key__regex=pattern)
        coded = Q(code__icontains=search_term.strip())
        return queryset.filter(named | coded if named else coded), False

    def save_model(self, request, obj, form, change):
        obj.sort_key = sort_key(getattr(obj, "short_name", obj.name))
        super().save_model(request, obj, form, change)


class TerritoryFilter(admin.SimpleListFilter):
    """Provinces only: the stock filter would offer all 14,000 units of a foreign key."""

    title = _("territory")
    parameter_name = "territory"
    path = "territory"

    def lookups(self, request, model_admin):
        # Those that anybody reports for: of the 97 provinces of both maps most would be idle.
        provinces = AdministrativeUnit.objects.filter(
            Exists(ReportingUnit.objects.filter(territory=OuterRef("pk")))
        )
        return [
            (unit.slug, f"{unit.short_name} ({unit.code})")
            for unit in provinces.order_by("sort_key", "valid_from")
        ]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        found = queryset.filter(**{f"{self.path}__slug": self.value()})
        return found.distinct() if self.path.startswith("placements") else found


def territory_filter(column: str) -> type[TerritoryFilter]:
    """The filter for models whose territory stands at the end of `column`."""
    return type("TerritoryFilter", (TerritoryFilter,), {"path": column})


# Accounts ------------------------------------------------------------------------------------


class MembershipInline(admin.StackedInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["territory", "reporting_unit"]
    fields = ["role", ("territory", "reporting_unit"), ("valid_from", "valid_to")]


@admin.register(User)
class AccountAdmin(UserAdmin):
    list_display = ["username", "name", "email", "roles", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser", "memberships__role"]
    search_fields = ["username", "last_name", "first_name", "email"]
    ordering = ["username"]
    inlines = [MembershipInline]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["last_name", "first_name", "email"]}),
        (
            _("Access"),
            {
                "fields": ["is_active", "is_staff", "is_superuser"],
                "description": _(
                    "An administrator has both marks, staff and superuser, and no membership."
                    " Everybody else has neither: what they may do stands in their memberships."
                ),
            },
        ),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": [
                    "username",
                    "email",
                    "last_name",
                    "first_name",
                    "usable_password",
                    "password1",
                    "password2",
                ],
            },
        )
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("memberships__territory")

    @admin.display(description=_("name"), ordering="last_name")
    def name(self, user):
        return user.get_full_name()

    @admin.display(description=_("memberships"))
    def roles(self, user):
        return ", ".join(
            f"{member.get_role_display()} ({member.territory.short_name})"
            if member.territory
            else str(member.get_role_display())
            for member in user.memberships.all()
        )


@admin.register(Membership)
class MembershipAdmin(SimpleHistoryAdmin):
    list_display = ["user", "role", "territory", "reporting_unit", "valid_from", "valid_to"]
    list_filter = ["role", TerritoryFilter]
    list_select_related = ["user", "territory", "reporting_unit"]
    search_fields = ["user__username", "user__last_name", "user__first_name", "user__email"]
    autocomplete_fields = ["user", "territory", "reporting_unit"]


# The map --------------------------------------------------------------------------------------


@admin.register(AdministrativeUnit)
class AdministrativeUnitAdmin(NamedAdmin, admin.ModelAdmin):
    list_display = ["name", "level", "code", "parent", "valid_from", "valid_to"]
    list_filter = ["level", ("valid_to", admin.EmptyFieldListFilter)]
    list_select_related = ["parent"]
    search_fields = ["name", "code"]
    ordering = ["sort_key", "valid_from"]
    autocomplete_fields = ["parent"]


@admin.register(Succession)
class SuccessionAdmin(admin.ModelAdmin):
    list_display = ["predecessor", "successor", "effective_on", "is_default", "legal_basis"]
    list_filter = ["effective_on", "predecessor__level", "is_default"]
    list_select_related = ["predecessor", "successor"]
    search_fields = [
        "predecessor__name",
        "predecessor__code",
        "successor__name",
        "successor__code",
    ]
    ordering = ["predecessor__level", "predecessor__code"]
    autocomplete_fields = ["predecessor", "successor"]


@admin.register(ReportingUnit)
class ReportingUnitAdmin(NamedAdmin, SimpleHistoryAdmin):
    list_display = ["name", "code", "kind", "territory", "valid_from", "valid_to"]
    list_filter = ["kind", TerritoryFilter]
    list_select_related = ["territory"]
    search_fields = ["name", "code"]
    ordering = ["territory__sort_key", "sort_key"]
    autocomplete_fields = ["territory", "administrative_unit", "successors"]


# Institutions ---------------------------------------------------------------------------------


class PlacementForm(forms.ModelForm):
    def clean(self):
        cleaned = super().clean()
        for name in (
            "territory",
            "district",
            "commune",
            "reporting_unit",
            "valid_from",
            "valid_to",
        ):
            if name in cleaned:
                setattr(self.instance, name, cleaned[name])
        # A required field that is empty says so itself.
        with suppress(ObjectDoesNotExist):
            services.check_place(self.instance)
        return cleaned


class PlacementFormSet(forms.BaseInlineFormSet):
    """All placements of one institution are on the page, so overlaps are seen here."""

    def clean(self):
        super().clean()
        rows = [
            form.cleaned_data
            for form in self.forms
            if form.is_valid() and form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        for one, other in combinations(sorted(rows, key=lambda row: row["valid_from"]), 2):
            if one["valid_to"] is None or one["valid_to"] > other["valid_from"]:
                raise ValidationError(
                    _("Two placements share a day: end one where the next begins.")
                )


class PlacementInline(admin.StackedInline):
    model = Placement
    form = PlacementForm
    formset = PlacementFormSet
    extra = 0
    autocomplete_fields = ["territory", "district", "commune", "reporting_unit"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("valid_from", "valid_to"),
                    ("tier", "reporting_unit"),
                    ("territory", "district", "commune"),
                ]
            },
        )
    ]


class ContinuationInline(admin.TabularInline):
    model = Continuation
    fk_name = "predecessor"
    extra = 0
    autocomplete_fields = ["successor"]


@admin.register(Institution)
class InstitutionAdmin(NamedAdmin, ImportExportMixin, SimpleHistoryAdmin):
    list_display = ["name", "code", "kind", "tier", "place", "closed_on", "is_sample"]
    list_filter = ["kind", territory_filter("placements__territory"), "is_sample"]
    search_fields = ["name", "code"]
    ordering = ["sort_key", "code"]
    inlines = [PlacementInline, ContinuationInline]
    resource_classes = [InstitutionResource]
    formats = [XLSX]
    # Its form page needs inline scripts, which the policy of the site refuses.
    skip_export_form = True
    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .prefetch_related(
                "placements__territory",
                "placements__district",
                "placements__commune",
                "placements__reporting_unit",
            )
        )

    @admin.display(description=_("tier"))
    def tier(self, institution):
        place = last_place(institution)
        return place.get_tier_display() if place else "–"

    @admin.display(description=_("place"))
    def place(self, institution):
        place = last_place(institution)
        if place is None:
            return "–"
        return place.place
