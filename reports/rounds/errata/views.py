"""Pages of errata: what was corrected after a year was closed, and correcting a figure. Thin."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from institutions.scope import (
    DEPARTMENT,
    EVERY_ROLE,
    audience,
    limit,
    may_manage,
    may_see_history,
    require,
    territory_or_404,
)
from reports.models import ReportingRound, RoundLine
from reports.rounds.entry import Conflict, InvalidCell
from reports.rounds.errata import boards, services
from reports.rounds.errata.effect import effect
from reports.rounds.errata.forms import ErratumForm
from reports.rounds.same_person import typed_by_same_person
from reports.rounds.wording import cell_text

PER_PAGE = 100


@audience(*EVERY_ROLE)
@require_safe
def listing(request: HttpRequest, territory: str, year: int) -> HttpResponse:
    """What was corrected since the year was closed; a year that is open has no such page."""
    place = territory_or_404(request.user, territory)
    round_ = get_object_or_404(
        ReportingRound.objects.select_related("closed_by"), territory=place, year=year
    )
    if not round_.is_closed:
        raise Http404
    named = may_see_history(request.user, place.pk)
    page = Paginator(boards.since_closing(round_), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "territory": place,
        "year": year,
        "section": "overview",
        "sample": round_.is_sample,
        "round": round_,
        "page": page,
        "corrections": boards.in_words(page, named=named),
        "named": named,
        "of_other_years": any(change.value.line.round.year != year for change in page.object_list),
    }
    return render(request, "reports/errata.html", context)


@audience(DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
@typed_by_same_person
def correct(request: HttpRequest, pk: int, indicator: str) -> HttpResponse:
    """Correct one figure of a closed round; an open one is corrected in its report."""
    line = get_object_or_404(
        limit(RoundLine.objects.all(), request.user, "round__territory").select_related(
            "round__territory", "institution", "reporting_unit", "district", "commune"
        ),
        pk=pk,
    )
    require(may_manage(request.user, line.round.territory_id))
    if not line.round.is_closed:
        raise Http404
    cells = boards.cells(line, named=True)
    standing = next((each for each in cells if each.indicator.code == indicator), None)
    if standing is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = ErratumForm(
        data, indicator=standing.indicator, standing=standing.cell, seen=standing.version
    )
    status, overtaken, effects = 200, "", None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            erratum = {
                "line": line,
                "indicator": standing.indicator,
                "cell": form.cell,
                "seen": form.cleaned_data["version"],
                "reason": form.cleaned_data["reason"],
                "user": request.user,
            }
            try:
                if "look" in request.POST:
                    status, effects = 200, effect(**erratum)
                else:
                    value = services.correct(**erratum)
            except (services.ErratumRefused, InvalidCell) as refused:
                form.add_error(None, str(refused))
            except Conflict:
                # Read anew: the next try goes over what is shown, and nothing later.
                cells = boards.cells(line, named=True)
                standing = next(each for each in cells if each.indicator.code == indicator)
                status, overtaken = 409, standing.now
                form.accept(standing.version)
            else:
                if effects is None:
                    _say(request, line, value, standing.now)
                    return redirect(_back(line))
    context = {
        "section": "reporting",
        "territory": line.round.territory,
        "year": line.round.year,
        "sample": line.round.is_sample,
        "line": line,
        "round": line.round,
        "cells": cells,
        "standing": standing,
        "form": form,
        "overtaken": overtaken,
        "effects": effects,
        "back_url": _back(line),
    }
    return render(request, "reports/erratum.html", context, status=status)


def _say(request: HttpRequest, line: RoundLine, value, before: str) -> None:
    if value is None:
        messages.info(request, _("The figure stands like that already; nothing was changed."))
        return
    words = {
        "name": line.institution.name,
        "before": before,
        "after": cell_text(boards.approved_cell(value)),
    }
    messages.success(request, _("%(name)s: corrected from %(before)s to %(after)s.") % words)


def _back(line: RoundLine) -> str:
    """The list of errata, where the correction stands on top."""
    return reverse("reports:errata", args=[line.round.territory.slug, line.round.year])
