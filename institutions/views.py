"""The list of institutions and the page of one."""

from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django_tables2 import RequestConfig

from institutions import scope
from institutions.exports import SafeExport
from institutions.filters import PlacementFilter
from institutions.history import entries
from institutions.models import Institution, Placement, Succession
from institutions.names import slug
from institutions.proposals.services import may_propose_closure
from institutions.scope import EVERY_ROLE, audience
from institutions.tables import InstitutionTable, pages_of

PER_PAGE = 50


@audience(*EVERY_ROLE)
@require_GET
def institution_list(request):
    territories = list(scope.territories(request.user).order_by("sort_key"))
    chosen = _chosen(territories, request.GET.get("territory"))
    placements = (
        scope.limit(Placement.objects.all(), request.user)
        .last_known(_within(request.user, chosen))
        .select_related("institution", "territory", "district", "commune", "reporting_unit")
    )
    filterset = PlacementFilter(
        request.GET, queryset=placements, territories=territories, chosen=chosen
    )
    shown = filterset.qs if filterset.is_valid() else placements.none()
    table = InstitutionTable(
        shown, exclude=() if len(territories) > 1 and not chosen else ("territory",)
    )
    RequestConfig(request, paginate=pages_of(PER_PAGE)).configure(table)
    sample = shown.filter(institution__is_sample=True).exists()
    if SafeExport.is_valid_format(wanted := request.GET.get("_export")):
        for column in ("reporting_unit", "opened_on", "closed_on", "data"):
            table.columns.show(column)
        title = _("Sample figures") if sample else _("Institutions")
        name = slug("-".join([_("Institutions"), *([_("sample")] if sample else [])]))
        return SafeExport(wanted, table, dataset_kwargs={"title": title}).response(
            f"{name}.{wanted}"
        )
    return render(
        request,
        "institutions/list.html",
        {
            "section": "institutions",
            "territory": chosen,
            "sample": sample,
            "filter": filterset,
            "filtered": any(request.GET.get(name) for name in filterset.filters),
            "table": table,
            "managed": [
                each
                for each in ([chosen] if chosen else territories)
                if scope.may_manage(request.user, each.pk)
            ],
        },
    )


@audience(*EVERY_ROLE)
@require_GET
def institution_detail(request, code):
    seen = scope.limit(Placement.objects.filter(institution=OuterRef("pk")), request.user)
    institution = Institution.objects.filter(Exists(seen), code=code).first()
    if institution is None:
        raise Http404
    placements = list(
        institution.placements.select_related(
            "territory", "district", "commune", "reporting_unit"
        ).order_by("-valid_from")
    )
    became = {}
    for succession in (
        Succession.objects.filter(
            predecessor__in=[p.commune_id or p.territory_id for p in placements], is_default=True
        )
        .select_related("successor__parent__parent")
        .order_by("effective_on")
    ):
        became.setdefault(succession.predecessor_id, succession)
    in_sight = [p for p in placements if scope.may_see(request.user, p.territory_id)]
    may_see_history = any(scope.may_see_history(request.user, p.territory_id) for p in placements)
    return render(
        request,
        "institutions/detail.html",
        {
            "section": "institutions",
            "territory": in_sight[0].territory,
            "sample": institution.is_sample,
            "institution": institution,
            "last": placements[0],
            "proposes_closure": institution.closed_on is None
            and may_propose_closure(request.user, placements[0]),
            "manages": scope.may_manage(request.user, placements[0].territory_id),
            "placements": [
                (placement, became.get(placement.commune_id or placement.territory_id))
                for placement in placements
            ],
            "origins": institution.origins.select_related("predecessor").order_by("date"),
            "continuations": institution.continuations.select_related("successor").order_by("date"),
            "history": entries(institution) if may_see_history else None,
        },
    )


def _chosen(territories, slug):
    """The territory that the list is about: the one asked for, or the only one there is."""
    if len(territories) == 1:
        return territories[0]
    return next((territory for territory in territories if territory.slug == slug), None)


def _within(user, chosen):
    """Ids of the territories in which "last known" is decided; None: everywhere."""
    if chosen:
        return [chosen.pk]
    held = scope.rights(user)
    return None if held.sees_every_territory else held.territories
