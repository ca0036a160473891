"""The check page, and the one way to submit. Thin."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from institutions.scope import DEPARTMENT, REPORTER, audience
from reports.models import Report
from reports.rounds.editing_checks.findings import (
    Findings,
    explain_all,
    findings_of,
    returned_cells,
)
from reports.rounds.editing_checks.forms import ExplainForm
from reports.rounds.editing_checks.pages import check_page
from reports.rounds.entry import EntryRefused, current_openness
from reports.rounds.review import ReviewRefused, Why, submit
from reports.rounds.same_person import typed_by_same_person
from reports.rounds.views import frame, report_to_enter


@audience(REPORTER, DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
@typed_by_same_person
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What the checks notice, each to be corrected or explained; then submit."""
    report = report_to_enter(request, pk)
    found = findings_of(report)
    if request.method != "POST":
        return _page(request, report, found)
    form = ExplainForm(request.POST, findings=found)
    form.full_clean()
    given = form.given
    try:
        refused = explain_all(report, given, request.user)
    except EntryRefused as closed:
        messages.error(request, str(closed))
        return redirect(report)
    found = findings_of(report)
    if refused or form.errors or form.unplaced:
        return _page(request, report, found, form.again(found, refused), status=422)
    if "submit" in request.POST:
        return _hand_in(request, report)
    if given:
        messages.success(
            request,
            ngettext("%(n)d explanation was saved.", "%(n)d explanations were saved.", len(given))
            % {"n": len(given)},
        )
    else:
        messages.info(request, _("Nothing had changed."))
    return redirect("reports:check", report.pk)


def _page(
    request: HttpRequest,
    report: Report,
    found: Findings,
    form: ExplainForm | None = None,
    status: int = 200,
) -> HttpResponse:
    open_now = current_openness(report, request.user)
    takes = open_now.why_closed is None and report.status != Report.Status.SUBMITTED
    if form is None and takes:
        form = ExplainForm(findings=found)
    returned = returned_cells(report) if report.status == Report.Status.RETURNED else set()
    context = {
        **frame(report),
        "found": found,
        "page": check_page(
            found,
            form if takes else None,
            only=returned if open_now.returned_only else None,
        ),
        "form": form,
        "takes": takes,
        "why_closed": open_now.why_closed.label if open_now.why_closed else "",
        # Submitted again with the returned cells as they were: allowed, but never unnoticed.
        "returned": len(returned),
        "compared_with": next((f.year for f in found if f.year), None),
    }
    return render(request, "reports/check.html", context, status=status)


@audience(REPORTER, DEPARTMENT)
@require_POST
@typed_by_same_person
def submit_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the report in from a page on which nothing was open."""
    return _hand_in(request, report_to_enter(request, pk))


def _hand_in(request: HttpRequest, report: Report) -> HttpResponse:
    try:
        submit(report, request.user)
    except ReviewRefused as refused:
        messages.error(request, str(refused))
        if refused.why in (Why.TO_CORRECT, Why.TO_EXPLAIN):
            return redirect("reports:check", report.pk)
        return redirect(report)
    messages.success(
        request, _("The report was submitted. The Department will check and approve it.")
    )
    return redirect("reports:receipt", report.pk, report.receipts.latest("number").number)
