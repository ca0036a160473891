"""Pages of the reporting year: home, the list of reports, one report and its steps. Thin."""

from collections.abc import Collection

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from institutions.scope import (
    DEPARTMENT,
    EVERY_ROLE,
    REPORTER,
    SIGNED_IN,
    audience,
    may_enter,
    may_manage,
    may_see_history,
    require,
    rights,
)
from reports.deadlines import days_left, is_late
from reports.figures.inspections import inspected
from reports.models import Report
from reports.rounds import home as due
from reports.rounds import pages
from reports.rounds.editing_checks.findings import findings_of
from reports.rounds.entry import (
    Conflict,
    EntryRefused,
    current_openness,
    set_line,
    values_of,
    why_words_closed,
)
from reports.rounds.errata.boards import in_words, of_report
from reports.rounds.forms import LineForm
from reports.rounds.pages import Place, ReportRow
from reports.rounds.reviewing.history import corrections, is_withdrawn, records, steps
from reports.rounds.reviewing.queue import waiting
from reports.rounds.same_person import typed_by_same_person
from reports.rounds.wording import report_status

NOT_BEGUN, LATE, CLEAN, RISK = "not_begun", "late", "clean", "risk"


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
    found = due.home(request.user)
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
    order = forms.CharField(required=False)


def _statuses() -> list[tuple[str, str]]:
    return [
        (Report.Status.SUBMITTED, _("Awaiting approval")),
        (CLEAN, _("Awaiting approval, clean")),
        (Report.Status.RETURNED, _("Returned")),
        (Report.Status.APPROVED, _("Approved")),
        (Report.Status.DRAFT, _("Being entered")),
        (NOT_BEGUN, _("Not begun")),
        (LATE, _("Late")),
    ]


def _matches(row: ReportRow, status: str, clean: Collection[int]) -> bool:
    if status == LATE:
        return row.is_late
    if status == CLEAN:
        return row.report.pk in clean
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
    runs_round = may_manage(request.user, round_.territory_id)
    queued = {each.report.pk: each for each in waiting(rows)} if runs_round else {}
    clean = {pk for pk, each in queued.items() if each.is_clean}
    shown = [row for row in rows if _matches(row, status, clean)] if status else rows
    if by_risk := bool(queued) and wanted.get("order") == RISK:
        places_in_queue = {pk: place for place, pk in enumerate(queued)}
        shown = sorted(shown, key=lambda row: places_in_queue.get(row.report.pk, len(queued)))
    context = {
        "section": "reporting",
        "places": places,
        "place": place,
        "territory": place.territory,
        "year": round_.year,
        "round": round_,
        "sample": round_.is_sample,
        "days_left": days_left(round_),
        "rows": [(row, queued.get(row.report.pk)) for row in shown],
        "all_rows": rows,
        "status": status,
        "by_risk": by_risk,
        "statuses": [
            (value, label, sum(_matches(row, value, clean) for row in rows))
            for value, label in _statuses()
        ],
        "runs_round": runs_round,
        "queued": queued,
    }
    return render(request, "reports/reporting.html", context)


# One report -------------------------------------------------------------------------------


def report_or_404(request: HttpRequest, pk: int) -> Report:
    """A report that the person may open."""
    return get_object_or_404(
        pages.overseen(request.user).select_related("returned_by", "approved_by", "withdrawn_by"),
        pk=pk,
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
    names_errata = may_see_history(user, round_.territory_id)
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
        "is_open": is_open,
        "why_closed": open_now.why_closed.label if open_now and open_now.why_closed else "",
        "returned_only": bool(open_now and open_now.returned_only),
        "takes_words": is_open and why_words_closed(found, open_now) is None,
        "can_import": is_open and status != Report.Status.SUBMITTED,
        "can_submit": can_submit,
        "found": findings_of(found) if can_submit else None,
        "has_begun": found.started_at is not None,
        "receipts": list(found.receipts.all()) if drafts else [],
        "manages": manages,
        "can_review": manages and takes_steps and status == Report.Status.SUBMITTED,
        "withdrawn": drafts and is_withdrawn(found),
        "corrections": corrections(found) if drafts else [],
        "inspected": inspected(round_, reporting_unit=found.reporting_unit_id).total,
        "errata": in_words(of_report(found), named=names_errata) if round_.is_closed else [],
        "names_errata": names_errata,
        "corrects_closed": manages and round_.is_closed,
        "steps": steps(records(found)) if drafts else [],
        # Texts of a report that is not approved are drafts too.
        "shows_texts": drafts or status == Report.Status.APPROVED,
        "events": pages.changes(found) if drafts else [],
        "imports": found.imports.exclude(status="previewed").select_related("uploaded_by")[:20]
        if drafts
        else [],
    }


def _evidence(report: Report, row: pages.SheetRow) -> list[tuple[pages.SheetCell, list, bool]]:
    """Each cell of a row with the files that are its evidence, and whether it takes more.

    One query.
    """
    takes = report.status != Report.Status.SUBMITTED
    files: dict[int, list] = {}
    for each in report.attachments.filter(value__line=row.line).select_related("value"):
        files.setdefault(each.value.indicator_id, []).append(each)
    return [(cell, files.get(cell.indicator.pk, []), takes and cell.is_open) for cell in row.cells]


@audience(REPORTER, DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
@typed_by_same_person
def line(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """The answers of one institution: small corrections need no file."""
    found = report_to_enter(request, pk)
    open_now = current_openness(found, request.user)
    # Read before what is shown: a change in between is then a conflict, never overwritten unseen.
    versions = dict(values_of(found).filter(line__pk=line).values_list("indicator", "version"))
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
                back = reverse("reports:review", args=[found.pk]) if corrects else ""
                return redirect(f"{back or found.get_absolute_url()}#line-{row.line.pk}")
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
