"""Reviewing what units sent: the queue, one report, and the Department's steps. Thin."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from institutions.scope import DEPARTMENT, audience, limit, may_manage, require
from reports.deadlines import days_left, is_late
from reports.models import BulkApproval, Report, ReportingRound
from reports.rounds import pages
from reports.rounds.entry import openness
from reports.rounds.forms import ReturnForm
from reports.rounds.managing.views import frame as round_frame
from reports.rounds.managing.views import round_or_404
from reports.rounds.review import (
    ReviewRefused,
    Together,
    approve,
    approve_together,
    return_cells,
    submission,
    undo_together,
    withdraw,
)
from reports.rounds.reviewing.board import Board, board
from reports.rounds.reviewing.history import is_withdrawn
from reports.rounds.reviewing.queue import approvals, scale, waiting_in
from reports.rounds.same_person import typed_by_same_person
from reports.rounds.views import frame, report_to_manage
from reports.rounds.wording import report_status

MOST_AT_ONCE = 1000


# The queue ------------------------------------------------------------------------------------


@audience(DEPARTMENT)
@require_safe
def queue(request: HttpRequest, pk: int) -> HttpResponse:
    """Reports that wait for a decision, riskiest first, and what was approved together."""
    round_ = round_or_404(request, pk)
    waiting = waiting_in(round_, pages.overseen(request.user))
    context = {
        **round_frame(round_),
        "waiting": waiting,
        "clean": [each for each in waiting if each.is_clean],
        "approvals": approvals(round_),
        "scale": scale(),
        "days_left": days_left(round_),
    }
    return render(request, "reports/review_queue.html", context)


@audience(DEPARTMENT)
@require_POST
def approve_selected(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve several reports: the first request shows them once more, the second approves."""
    round_ = round_or_404(request, pk)
    reports = pages.overseen(request.user).filter(round=round_)
    chosen = {pk for pk in request.POST.getlist("report")[:MOST_AT_ONCE] if _is_id(pk)}
    if "confirmed" in request.POST:
        looked_at = {
            report: request.POST.get(f"seen-{report.pk}", "")
            for report in reports.filter(pk__in=chosen)
        }
        if looked_at:
            _tell(request, approve_together(round_, looked_at, request.user))
            return redirect("reports:review-queue", round_.pk)
    waiting = waiting_in(round_, reports)
    shown = [
        each
        for each in waiting
        if str(each.report.pk) in chosen or ("clean" in request.POST and each.is_clean)
    ]
    if not shown:
        messages.warning(request, _("No report was chosen. Tick at least one."))
        return redirect("reports:review-queue", round_.pk)
    context = {
        **round_frame(round_),
        "shown": shown,
        "unclean": sum(not each.is_clean for each in shown),
    }
    return render(request, "reports/approve.html", context)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _tell(request: HttpRequest, result: Together) -> None:
    """Say what was approved and what was not."""
    if n := len(result.done):
        words = ngettext(
            "%(n)d report was approved. You can take that back below.",
            "%(n)d reports were approved. You can take that back below.",
            n,
        )
        messages.success(request, words % {"n": n})
    for report, refused in result.refused:
        messages.error(request, f"{report.reporting_unit}: {refused}")


@audience(DEPARTMENT)
@require_POST
def undo_approval(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an approval of several reports back, as far as nothing happened to them since."""
    known = BulkApproval.objects.filter(round__in=limit(ReportingRound.objects.all(), request.user))
    approval = get_object_or_404(known.select_related("round"), pk=pk)
    require(may_manage(request.user, approval.round.territory_id))
    try:
        result = undo_together(approval, request.user)
    except ReviewRefused as refused:
        messages.error(request, str(refused))
    else:
        if n := len(result.done):
            words = ngettext(
                "The approval of %(n)d report was taken back; it waits again.",
                "The approval of %(n)d reports was taken back; they wait again.",
                n,
            )
            messages.success(request, words % {"n": n})
        for report, refused in result.refused:
            messages.warning(request, f"{report.reporting_unit}: {refused}")
    return redirect("reports:review-queue", approval.round_id)


# One report -----------------------------------------------------------------------------------


@audience(DEPARTMENT)
@require_safe
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One report before the reviewer: what changed, what is explained, every cell."""
    found = report_to_manage(request, pk)
    shown = board(found, since=request.GET.get("since", ""))
    return render(request, "reports/review.html", _review(request, found, shown))


def _review(request: HttpRequest, found: Report, shown: Board, **more) -> dict:
    open_now = openness(found, limited=False, names_cells=False)
    decides = not found.round.is_closed and found.status == Report.Status.SUBMITTED
    return {
        **frame(found),
        "board": shown,
        "status": report_status(found),
        "is_late": is_late(found),
        "days_left": days_left(found.round),
        "receipt": found.receipts.last(),
        "decides": decides,
        "corrects": decides and open_now.why_closed is None,
        "withdraws": not found.round.is_closed and found.status == Report.Status.APPROVED,
        "withdrawn": is_withdrawn(found),
        "own_work": found.submitted_by_id == request.user.pk,
        "seen": submission(found),
        **more,
    }


@audience(DEPARTMENT)
@require_POST
@typed_by_same_person
def approve_report(request: HttpRequest, pk: int) -> HttpResponse:
    found = report_to_manage(request, pk)
    try:
        approve(found, request.user, seen=request.POST.get("seen", ""))
    except ReviewRefused as refused:
        messages.error(request, str(refused))
        return redirect("reports:review", found.pk)
    messages.success(
        request,
        _("%(unit)s: the report was approved. Its figures now count.")
        % {"unit": found.reporting_unit},
    )
    return _onward(request, found)


@audience(DEPARTMENT)
@require_POST
@typed_by_same_person
def return_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the ticked cells, or without any the whole report, with a message."""
    found = report_to_manage(request, pk)
    if found.status != Report.Status.SUBMITTED or found.round.is_closed:
        messages.error(request, _("Only a submitted report of an open round can be returned."))
        return redirect(found)
    sheet = pages.sheet(found, drafts=True)
    cells = {cell.key: (row.line, cell.indicator) for row, cell in sheet.cells}
    ticked = [key for key in dict.fromkeys(request.POST.getlist("cell")) if key in cells]
    form = ReturnForm(request.POST, cells=ticked)
    if "look" in request.POST:
        # Enter on a tick, without JavaScript: nothing is decided, ticks and words stay.
        shown = board(found, typed=form.told)
        context = _review(request, found, shown, message=form["message"], words=form["words"])
        return render(request, "reports/review.html", context)
    if not form.is_valid():
        shown = board(found, typed=form.told)
        context = _review(
            request, found, shown, form=form, message=form["message"], words=form["words"]
        )
        return render(request, "reports/review.html", context, status=422)
    told = {cells[key]: form.cleaned_data[f"message_{key}"] for key in ticked}
    try:
        return_cells(
            found,
            request.user,
            form.cleaned_data["message"],
            told,
            words=form.cleaned_data["words"],
            seen=request.POST.get("seen", ""),
        )
    except ReviewRefused as refused:
        messages.error(request, str(refused))
        return redirect("reports:review", found.pk)
    messages.success(
        request,
        _("%(unit)s: the report was returned.") % {"unit": found.reporting_unit},
    )
    return _onward(request, found)


def _onward(request: HttpRequest, decided: Report) -> HttpResponse:
    """To the riskiest report that still waits, if the person asked for it; else to this one."""
    if "next" not in request.POST:
        return redirect("reports:review", decided.pk)
    waiting = waiting_in(decided.round, pages.overseen(request.user))
    if waiting:
        return redirect("reports:review", waiting[0].report.pk)
    return redirect("reports:review-queue", decided.round_id)


@audience(DEPARTMENT)
@require_POST
@typed_by_same_person
def withdraw_approval(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the approval of one report back, with a reason that the unit reads."""
    found = report_to_manage(request, pk)
    try:
        withdraw(found, request.user, request.POST.get("reason", "")[:2_000].replace("\0", ""))
    except ReviewRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The approval was withdrawn; the report waits again."))
    return redirect("reports:review", found.pk)
