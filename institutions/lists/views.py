"""Pages of the list import: choose the territory, send a file, look at it, enter it."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from institutions import scope
from institutions.lists import services
from institutions.lists.diff import Entry, ListPlan, Outcome
from institutions.lists.forms import EnterForm, SendForm
from institutions.lists.template import template as template_file
from institutions.lists.wording import changes_of, faults_of
from institutions.models import AdministrativeUnit, Kind, ListImport, Tier
from institutions.register.views import about_rosters
from institutions.scope import DEPARTMENT, audience
from institutions.sheets import UnreadableFile
from institutions.sheets_wording import passed_words, unreadable

FORM = ["GET", "HEAD", "POST"]
# Rows shown of each sort; the file holds the others.
SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@audience(DEPARTMENT)
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """For which territory; whoever keeps one register alone is not asked."""
    own = scope.rights(request.user).department
    found = list(scope.territories(request.user).filter(pk__in=own).order_by("sort_key"))
    if len(found) == 1:
        return redirect("institutions:import", found[0].slug)
    return render(
        request, "institutions/list_choose.html", {"section": "institutions", "found": found}
    )


@audience(DEPARTMENT)
@require_http_methods(FORM)
def send(request: HttpRequest, territory: str) -> HttpResponse:
    place = _managed_or_404(request, territory)
    is_sent = request.method == "POST"
    form = SendForm(request.POST, request.FILES) if is_sent else SendForm()
    if is_sent and form.is_valid():
        try:
            kept = services.keep(form.cleaned_data["file"], territory=place, by=request.user)
        except UnreadableFile as error:
            form.add_error("file", unreadable(error, max_bytes=settings.MAX_IMPORT_BYTES))
        except ValidationError as refused:
            form.add_error("file", refused.messages)
        else:
            return redirect("institutions:import-preview", kept.pk)
    return render(
        request,
        "institutions/list_send.html",
        {
            "section": "institutions",
            "territory": place,
            "form": form,
            "earlier": ListImport.objects.filter(territory=place, applied_at__isnull=False)
            .select_related("sent_by")
            .order_by("-applied_at")[:10],
        },
        status=422 if form.is_bound else 200,
    )


@audience(DEPARTMENT)
@require_safe
def template(request: HttpRequest, territory: str) -> HttpResponse:
    place = _managed_or_404(request, territory)
    name = f"danh-sach-thiet-che-{place.slug}.xlsx"
    return HttpResponse(
        template_file(place),
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@audience(DEPARTMENT)
@require_http_methods(FORM)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """What a list would change; sent again with day and reason, it is entered."""
    lists = scope.limit(ListImport.objects.select_related("territory", "sent_by"), request.user)
    kept = get_object_or_404(lists, pk=pk)
    scope.require(scope.may_manage(request.user, kept.territory_id))
    frame = {"section": "institutions", "territory": kept.territory, "kept": kept}
    if kept.applied_at is not None:
        return render(request, "institutions/list_entered.html", frame)
    shown = services.preview(kept)
    form = EnterForm(request.POST if request.method == "POST" else None, plan=shown.plan)
    if form.is_bound and form.is_valid():
        try:
            services.apply(
                kept,
                fingerprint=request.POST.get("fingerprint", ""),
                by=request.user,
                **form.told,
            )
        except ValidationError as refused:
            form.add_error(None, refused)
            # What is shown again is what stands now.
            shown = services.preview(kept)
        else:
            done = _("The list was entered.")
            follow = about_rosters(kept.territory)
            messages.success(request, format_html("{} {}", done, follow))
            return redirect("institutions:import-preview", kept.pk)
    return render(
        request,
        "institutions/list_preview.html",
        {
            **frame,
            "form": form,
            "shown": shown,
            "rows": _rows(shown.plan, form),
            "most": SHOWN,
            "passed": [(passed, passed_words(passed.reason)) for passed in shown.passed_over],
        },
        status=422 if form.is_bound else 200,
    )


def _rows(plan: ListPlan, form: EnterForm) -> dict[str, list]:
    """The rows of each sort, as many as are shown, with what is said of them."""
    ticked = {str(line) for line in form["confirmed"].value() or ()}
    return {
        "invalid": [(each, faults_of(each)) for each in plan.of(Outcome.INVALID)[:SHOWN]],
        # All of them: each may be ticked.
        "doubtful": [
            (each, _about(each), str(each.line) in ticked) for each in plan.of(Outcome.DOUBTFUL)
        ],
        "changed": [(each, changes_of(each)) for each in plan.of(Outcome.CHANGED)[:SHOWN]],
        "new": [(each, _about(each)) for each in plan.of(Outcome.NEW)[:SHOWN]],
    }


def _about(entry: Entry) -> str:
    """A row in words: what it is and where."""
    wanted = entry.wanted
    place = wanted.place
    parts = [Kind(wanted.kind).label, Tier(wanted.place.tier).label]
    parts += [unit.in_phrase for unit in (place.commune, place.district) if unit is not None]
    return ", ".join([*map(str, parts), str(place.reporting_unit)])


def _managed_or_404(request: HttpRequest, slug: str) -> AdministrativeUnit:
    territory = scope.territory_or_404(request.user, slug)
    scope.require(scope.may_manage(request.user, territory.pk))
    return territory
