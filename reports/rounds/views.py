"""Pages of the reporting year: home, the list of reports, one report and its steps. Thin."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from institutions.scope import (
    DEPARTMENT,
    EVERY_ROLE,
    REPORTER,
    SIGNED_IN,
    audience,
    may_enter,
    may_manage,
    require,
    rights,
)
from reports.deadlines import days_left, is_late
from reports.models import Report
from reports.rounds import pages
from reports.rounds.editing_checks.findings import findings_of
from reports.rounds.entry import (
    Conflict,
    EntryRefused,
    current_openness,
    set_line,
    values_of,
)
from reports.rounds.forms import LineForm, ReturnForm
from reports.rounds.pages import Place, ReportRow
from reports.rounds.review import (
    ReviewRefused,
    approve,
    return_cells,
)
from reports.rounds.wording import report_status

NOT_BEGUN, LATE, CLEAN = "not_begun", "late", "clean"


def frame(report: Report) -> dict:
    """What the frame of a page about one report needs."""
    return {
        "report": report,
        "territory": report.round.territory,
        "year": report.round.year,
        "sample": report.round.is_sample,
        "section": "reporting",
    }


@audience(SIGNED_IN)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is due for me. Leadership of one territory goes straight to its dashboard."""
    found = pages.home(request.user)
    held = rights(request.user)
    shown = [place for place in found.places if place.year]
    if len(shown) == 1 and not (held.own_units or held.department):
        return redirect("reports:province", shown[0].territory.slug, shown[0].year)
    opened = [place.open_round for place in shown if place.open_round]
    context = {
        "due": found,
        "section": "overview",
        "sample": any(round_.is_sample for round_ in opened),
    }
    if len(shown) == 1:
        # What is due here is the open round's, whatever year the dashboards open with.
        context |= {"territory": shown[0].territory, "year": (opened or shown)[0].year}
    return render(request, "reports/home.html", context)


# The list ---------------------------------------------------------------------------------


class ListFilter(forms.Form):
    """Which reports to list. Anything that is no choice is passed over."""

    territory = forms.CharField(required=False)
    year = forms.IntegerField(required=False)
    status = forms.CharField(required=False)


def _statuses() -> list[tuple[str, str]]:
    return [
        (Report.Status.SUBMITTED, _("Awaiting approval")),
        (CLEAN, _("Awaiting approval, complete")),
        (Report.Status.RETURNED, _("Returned")),
        (Report.Status.APPROVED, _("Approved")),
        (Report.Status.DRAFT, _("Being entered")),
        (NOT_BEGUN, _("Not begun")),
        (LATE, _("Late")),
    ]


def _matches(row: ReportRow, status: str) -> bool:
    if status == LATE:
        return row.is_late
    if status == CLEAN:
        return row.is_clean
    begun = row.report.started_at is not None
    if status == NOT_BEGUN:
        return row.report.status == Report.Status.DRAFT and not begun
    return row.report.status == status and (status != Report.Status.DRAFT or begun)


def _chosen(places: list[Place], slug: str, year: int | None):
    """The territory and round that the address asks for, else the open or latest round."""
    if slug:
        place = next((place for place in places if place.territory.slug == slug), None)
    else:
        place = next((place for place in places if place.open_round), None) or next(
            iter(places), None
        )
    if place is None:
        return None, None
    if year:
        return place, next((r for r in place.rounds if r.year == year), None)
    return place, place.open_round or place.rounds[0]


@audience(*EVERY_ROLE)
@require_safe
def reporting(request: HttpRequest) -> HttpResponse:
    """The reports of one round with their status."""
    places = pages.places(request.user)
    chosen = ListFilter(request.GET)
    chosen.is_valid()
    wanted = chosen.cleaned_data
    place, round_ = _chosen(places, wanted.get("territory", ""), wanted.get("year"))
    if round_ is None:
        if places:
            raise Http404
        return render(request, "reports/reporting.html", {"section": "reporting", "places": []})
    reports = pages.overseen(request.user).filter(round=round_)
    rows = pages.report_rows(list(reports.order_by("reporting_unit__sort_key")))
    status = wanted.get("status", "")
    shown = [row for row in rows if _matches(row, status)] if status else rows
    manages = may_manage(request.user, round_.territory_id) and not round_.is_closed
    context = {
        "section": "reporting",
        "places": places,
        "place": place,
        "territory": place.territory,
        "year": round_.year,
        "round": round_,
        "sample": round_.is_sample,
        "days_left": days_left(round_),
        "rows": shown,
        "all_rows": rows,
        "status": status,
        "statuses": [
            (value, label, sum(_matches(row, value) for row in rows))
            for value, label in _statuses()
        ],
        "manages": manages,
        "runs_round": may_manage(request.user, round_.territory_id),
        "clean": [row for row in rows if row.is_clean] if manages else [],
        "waiting": [row for row in shown if row.report.status == Report.Status.SUBMITTED]
        if manages
        else [],
    }
    return render(request, "reports/reporting.html", context)


@audience(DEPARTMENT)
@require_POST
def approve_selected(request: HttpRequest) -> HttpResponse:
    """Approve several reports: the first request shows them once more, the second approves."""
    wanted = [
        pk
        for pk in request.POST.getlist("report")
        if pk.isascii() and pk.isdigit() and len(pk) < 19
    ]
    reports = list(
        pages.overseen(request.user)
        .filter(pk__in=wanted[:1000])
        .order_by("reporting_unit__sort_key")
    )
    for report in reports:
        require(may_manage(request.user, report.round.territory_id))
    if not reports:
        messages.warning(request, _("No report was chosen. Tick at least one."))
        return redirect("reports:reporting")
    if "confirmed" not in request.POST:
        context = {"rows": pages.report_rows(reports), **frame(reports[0]), "report": None}
        return render(request, "reports/approve.html", context)
    approved = 0
    for report in reports:
        try:
            approve(report, request.user, seen=request.POST.get(f"seen-{report.pk}", ""))
        except ReviewRefused as refused:
            messages.error(request, f"{report.reporting_unit}: {refused}")
        else:
            approved += 1
    if approved:
        messages.success(
            request,
            ngettext("%(n)d report was approved.", "%(n)d reports were approved.", approved)
            % {"n": approved},
        )
    chosen = reports[0].round
    return redirect(
        f"{reverse('reports:reporting')}?territory={chosen.territory.slug}&year={chosen.year}"
    )


# One report -------------------------------------------------------------------------------


def report_or_404(request: HttpRequest, pk: int) -> Report:
    """A report that the person may open."""
    return get_object_or_404(
        pages.overseen(request.user).select_related("returned_by", "approved_by"), pk=pk
    )


def report_to_enter(request: HttpRequest, pk: int) -> Report:
    """A report that the person may enter, import and submit: 403 for one they may only see."""
    report = report_or_404(request, pk)
    require(
        may_enter(
            request.user,
            territory_id=report.round.territory_id,
            unit_id=report.reporting_unit_id,
        )
    )
    return report


def report_to_manage(request: HttpRequest, pk: int) -> Report:
    """A report that the person may approve and return."""
    report = report_or_404(request, pk)
    require(may_manage(request.user, report.round.territory_id))
    return report


@audience(*EVERY_ROLE)
@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report: status, values, texts, imports, history, and the next steps."""
    found = report_or_404(request, pk)
    return render(request, "reports/report.html", report_page(request, found))


def report_page(request: HttpRequest, found: Report) -> dict:
    """The context of a report's page."""
    user, round_ = request.user, found.round
    drafts = pages.sees_drafts(user, found)
    enters = may_enter(user, territory_id=round_.territory_id, unit_id=found.reporting_unit_id)
    manages = may_manage(user, round_.territory_id)
    open_now = current_openness(found, user) if enters else None
    sheet = pages.sheet(found, drafts=drafts, open_now=open_now)
    is_open = bool(open_now and open_now.why_closed is None)
    status = found.status
    show = request.GET.get("show", "")
    takes_steps = not round_.is_closed
    can_submit = is_open and status in (Report.Status.DRAFT, Report.Status.RETURNED)
    return {
        **frame(found),
        "status": report_status(found),
        "sheet": sheet,
        "tables": pages.narrowed(sheet.tables, show),
        "show": show,
        "missing_rows": sum(bool(row.missing) for table in sheet.tables for row in table.rows),
        "progress": sheet.progress,
        "is_late": is_late(found),
        "days_left": days_left(round_),
        "drafts": drafts,
        "enters": enters,
        "manages": manages,
        "is_open": is_open,
        "why_closed": open_now.why_closed.label if open_now and open_now.why_closed else "",
        "returned_only": bool(open_now and open_now.returned_only),
        "can_import": is_open and status != Report.Status.SUBMITTED,
        "can_submit": can_submit,
        "found": findings_of(found) if can_submit else None,
        "has_begun": found.started_at is not None,
        "receipts": list(found.receipts.all()) if drafts else [],
        "can_review": manages and takes_steps and status == Report.Status.SUBMITTED,
        "own_work": found.submitted_by_id == user.pk,
        # Texts of a report that is not approved are drafts too.
        "shows_texts": drafts or status == Report.Status.APPROVED,
        "events": pages.changes(found) if drafts else [],
        "imports": found.imports.exclude(status="previewed").select_related("uploaded_by")[:20]
        if drafts
        else [],
    }


@audience(DEPARTMENT)
@require_POST
def approve_report(request: HttpRequest, pk: int) -> HttpResponse:
    found = report_to_manage(request, pk)
    try:
        approve(found, request.user, seen=request.POST.get("seen", ""))
    except ReviewRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The report was approved. Its figures now count."))
    return redirect(found)


@audience(DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def return_to_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose cells, then write the messages, then return: the middle step writes nothing."""
    found = report_to_manage(request, pk)
    if found.status != Report.Status.SUBMITTED or found.round.is_closed:
        messages.error(request, _("Only a submitted report of an open round can be returned."))
        return redirect(found)
    sheet = pages.sheet(found, drafts=True)
    if request.method != "POST":
        context = {**frame(found), "sheet": sheet}
        return render(request, "reports/return.html", context)
    keys = set(request.POST.getlist("cell"))
    cells = [(row, cell) for row, cell in sheet.cells if cell.key in keys]
    form = ReturnForm(request.POST if "send" in request.POST else None, cells=cells)
    if form.is_valid():
        told = {
            (row.line, cell.indicator): form.cleaned_data[f"message_{cell.key}"]
            for row, cell in cells
        }
        try:
            return_cells(found, request.user, form.cleaned_data["message"], told)
        except ReviewRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The report was returned to the unit."))
        return redirect(found)
    context = {**frame(found), "form": form, "cells": cells}
    return render(request, "reports/return_messages.html", context)


def _evidence(report: Report, row: pages.SheetRow) -> list[tuple[pages.SheetCell, list]]:
    """Each cell of a row with the files that were sent as its evidence. One query."""
    files: dict[int, list] = {}
    for each in report.attachments.filter(value__line=row.line).select_related("value"):
        files.setdefault(each.value.indicator_id, []).append(each)
    return [(cell, files.get(cell.indicator.pk, [])) for cell in row.cells]


@audience(REPORTER, DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def line(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """The answers of one institution: small corrections need no file."""
    found = report_to_enter(request, pk)
    open_now = current_openness(found, request.user)
    # Read before what is shown: a change in between is then a conflict, never overwritten unseen.
    versions = dict(values_of(found).filter(line=line).values_list("indicator", "version"))
    sheet = pages.sheet(found, drafts=True, open_now=open_now)
    rows = [row for table in sheet.tables for row in table.rows]
    place = next((n for n, row in enumerate(rows) if row.line.pk == line), None)
    if place is None:
        raise Http404
    row = rows[place]
    following = next((r for r in rows[place + 1 :] if r.is_open), None)
    data = request.POST if request.method == "POST" else None
    corrects = found.status == Report.Status.SUBMITTED
    form = LineForm(data, row=row, versions=versions, corrects=corrects)
    status, overtaken = 200, []
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                set_line(
                    report=found,
                    line=row.line,
                    entries=form.entries,
                    user=request.user,
                    reason=form.cleaned_data["correction"],
                )
            except EntryRefused as refused:
                messages.error(request, str(refused))
                return redirect(found)
            except Conflict as conflict:
                status, overtaken = 409, conflict.values
                form.accept_versions(versions)
            else:
                messages.success(request, _("%(name)s: saved.") % {"name": row.line.institution})
                if "next" in request.POST and following:
                    return redirect("reports:report-line", found.pk, following.line.pk)
                return redirect(f"{found.get_absolute_url()}#line-{row.line.pk}")
    context = {
        **frame(found),
        "row": row,
        "form": form,
        "following": following,
        "is_open": row.is_open,
        "why_closed": open_now.why_closed.label if open_now.why_closed else "",
        "overtaken": {value.indicator_id for value in overtaken},
        "evidence": _evidence(found, row),
        "max_megabytes": settings.MAX_ATTACHMENT_BYTES // 1024 // 1024,
    }
    return render(request, "reports/report_line.html", context, status=status)
