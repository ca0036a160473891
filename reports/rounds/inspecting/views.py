"""Inspections on the spot: a visit is recorded, what was recorded is listed and withdrawn. Thin."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from institutions.scope import (
    ADMINISTRATOR,
    DEPARTMENT,
    EVERY_ROLE,
    REPORTER,
    audience,
    limit,
    may_manage,
    require,
    rights,
    territory_or_404,
)
from institutions.tables import pages_of
from reports.figures.inspections import inspected, standing, status_of, with_changes
from reports.models import Inspection, Report, ReportingRound, RoundLine
from reports.outputs import exports
from reports.rounds import pages
from reports.rounds.entry import values_of
from reports.rounds.inspecting.forms import VisitForm
from reports.rounds.inspecting.services import InspectionRefused, record, withdraw
from reports.rounds.inspecting.tables import (
    CodedInspectionTable,
    InspectionFilter,
    InspectionTable,
    reported_text,
)
from reports.rounds.same_person import typed_by_same_person
from reports.rounds.views import frame, report_or_404, report_to_manage

PER_PAGE = 50


# One report -----------------------------------------------------------------------------------


@audience(REPORTER, DEPARTMENT, ADMINISTRATOR)
@require_safe
def of_report(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found on the spot at the institutions of one report, with what it was held
    against: for those who see its drafts."""
    found = report_or_404(request, pk)
    if not pages.sees_drafts(request.user, found):
        raise Http404
    manages = may_manage(request.user, found.round.territory_id)
    if manages and (wanted := request.GET.get("line", "")).isdigit() and len(wanted) < 19:
        return redirect("reports:visit", found.pk, int(wanted))
    context = {
        **frame(found),
        "inspections": _listed(_of(found)),
        "manages": manages,
        "lines": _lines(found) if manages else [],
        "correct": _correcting(found) if manages else "",
    }
    return render(request, "reports/inspections_of_report.html", context)


def _of(report: Report):
    """Inspections of the report's institutions, the withdrawn ones too, newest first."""
    return with_changes(
        Inspection.objects.filter(
            line__round=report.round_id, line__reporting_unit=report.reporting_unit_id
        )
    ).select_related(
        "line__institution", "line__commune", "indicator", "recorded_by", "withdrawn_by"
    )


def _listed(found) -> list[tuple[Inspection, str, object]]:
    """Each inspection with the answer it was held against and what it says today."""
    return [(each, reported_text(each), status_of(each)) for each in found]


def _lines(report: Report):
    return (
        RoundLine.objects.filter(round=report.round_id, reporting_unit=report.reporting_unit_id)
        .select_related("institution")
        .order_by("institution__sort_key", "institution__code")
    )


def _correcting(report: Report) -> str:
    """Where a figure that differs is corrected: "line" (by the review), "withdraw" (the approval
    first), "erratum" (the round is closed)."""
    if report.round.is_closed:
        return "erratum"
    return "withdraw" if report.status == Report.Status.APPROVED else "line"


@audience(DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
@typed_by_same_person
def visit(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Record one visit to one institution: a day, an inspector, several questions."""
    found = report_to_manage(request, pk)
    # Read before what is shown: a change in between is then told, never judged unseen.
    versions = dict(values_of(found).filter(line__pk=line).values_list("indicator", "version"))
    row = next(
        (
            row
            for table in pages.sheet(found, drafts=True).tables
            for row in table.rows
            if row.line.pk == line
        ),
        None,
    )
    if row is None:
        raise Http404
    form = VisitForm(
        request.POST if request.method == "POST" else None,
        row=row,
        versions=versions,
        inspector=request.user.get_full_name(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = record(
                report=found,
                line=row.line,
                inspected_on=form.cleaned_data["inspected_on"],
                inspected_by=form.cleaned_data["inspected_by"],
                seen=form.seen,
                user=request.user,
            )
        except InspectionRefused as refused:
            form.tell(refused)
        else:
            messages.success(
                request,
                ngettext(
                    "%(name)s: %(n)d answer recorded as inspected.",
                    "%(name)s: %(n)d answers recorded as inspected.",
                    len(made),
                )
                % {"name": row.line.institution, "n": len(made)},
            )
            return redirect("reports:inspections-of-report", found.pk)
    context = {
        **frame(found),
        "row": row,
        "form": form,
        "inspections": _listed(_of(found).filter(line=line)),
        "correct": _correcting(found),
    }
    status = 422 if form.errors else 200
    return render(request, "reports/visit.html", context, status=status)


@audience(DEPARTMENT)
@require_POST
@typed_by_same_person
def withdraw_inspection(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw what was recorded by mistake, with a reason."""
    known = limit(
        Inspection.objects.select_related("line__round"), request.user, "line__round__territory"
    )
    found = get_object_or_404(known, pk=pk)
    require(may_manage(request.user, found.line.round.territory_id))
    try:
        withdraw(found, request.user, request.POST.get("reason", "")[:2_000].replace("\0", ""))
    except InspectionRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The inspection was withdrawn; it counts no longer."))
    report = Report.objects.get(
        round=found.line.round_id, reporting_unit=found.line.reporting_unit_id
    )
    return redirect("reports:inspections-of-report", report.pk)


# The year of a territory ----------------------------------------------------------------------


@audience(*EVERY_ROLE)
@require_safe
def of_year(request: HttpRequest, territory: str, year: int) -> HttpResponse:
    """Every inspection of a round, for the readers of its dashboards.

    Answers and findings are drafts: they show only to those who may see the unit's.
    """
    place = territory_or_404(request.user, territory)
    round_ = get_object_or_404(ReportingRound, territory=place, year=year)
    every = standing(round_).select_related(
        "line__institution", "line__commune", "line__district", "line__reporting_unit", "indicator"
    )
    narrowed = InspectionFilter(request.GET, every, round_=round_)
    # Who sees no drafts at all has no use for columns of dashes.
    sees_some = rights(request.user).roles & {REPORTER, DEPARTMENT, ADMINISTRATOR}
    for_reader = {
        "reader": request.user,
        "territory": place.pk,
        "exclude": () if sees_some else ("reported", "finding"),
    }
    if wanted := exports.requested(request):
        table = CodedInspectionTable(narrowed.qs, **for_reader)
        RequestConfig(request, paginate=False).configure(table)
        name = f"{place.slug}-{year}-kiem-tra"
        return exports.response(table, wanted, name, is_sample=round_.is_sample)
    table = InspectionTable(narrowed.qs, **for_reader)
    RequestConfig(request, paginate=pages_of(PER_PAGE)).configure(table)
    asked = request.GET.copy()
    for name in ("_export", "page"):
        asked.pop(name, None)
    context = {
        "section": "overview",
        "territory": place,
        "year": year,
        "sample": round_.is_sample,
        "table": table,
        "filter": narrowed,
        "found": table.paginator.count,
        "total": inspected(round_).total,
        "download_query": f"?{asked.urlencode()}" if asked else "",
        "manages": may_manage(request.user, place.pk),
    }
    return render(request, "reports/inspections.html", context)
