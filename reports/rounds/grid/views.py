"""The data entry grid: the page, the saving of cells, texts, and files. Thin."""

from dataclasses import asdict

from django.conf import settings
from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from institutions.scope import (
    DEPARTMENT,
    EVERY_ROLE,
    REPORTER,
    audience,
    may_enter,
    require,
)
from reports.deadlines import days_left
from reports.models import Attachment, Report, RoundLine
from reports.rounds import pages
from reports.rounds.entry import (
    EntryRefused,
    Outcome,
    Result,
    TextsChanged,
    current_openness,
    save_texts,
    set_cells,
    why_words_closed,
)
from reports.rounds.forms import TextsForm
from reports.rounds.grid import saving
from reports.rounds.grid.attachments import FileRefused, attach, remove
from reports.rounds.grid.board import NOTHING, Refill, grid
from reports.rounds.grid.forms import FilterForm, Malformed, read_block, read_form, storable
from reports.rounds.grid.texts import quick_texts, reason_words
from reports.rounds.progress import asked_in
from reports.rounds.same_person import refusal, typed_by_same_person, wants_json
from reports.rounds.views import frame, report_or_404, report_to_enter
from reports.rounds.wording import report_status


def grid_url(report: Report) -> str:
    return reverse("reports:grid", args=[report.pk])


@audience(*EVERY_ROLE)
@gzip_page  # a cell is a line of the same words: 300 institutions are a twentieth of their size
@require_http_methods(["GET", "HEAD", "POST"])
@typed_by_same_person
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The grid of one report. Without JavaScript each section is a plain form."""
    if request.method != "POST":
        return render(request, "reports/grid.html", _context(request, report_or_404(request, pk)))
    found = report_to_enter(request, pk)
    indicators = asked_in(found.round)
    try:
        typed = read_form(request.POST, indicators)
    except Malformed:
        return HttpResponseBadRequest()
    results = set_cells(
        report=found,
        entries=[each.entry for each in typed if each.entry],
        user=request.user,
        reason=storable(request.POST.get("reason", "")[:2_000]),
    )
    saved = sum(result.outcome is Outcome.SAVED for result in results)
    if saved:
        messages.success(
            request,
            ngettext("%(n)d cell was saved.", "%(n)d cells were saved.", saved) % {"n": saved},
        )
    refill = _refill(typed, results)
    if not refill.typed:
        if not saved:
            messages.info(request, _("Nothing had changed."))
        query = request.GET.urlencode()
        return redirect(
            grid_url(found)
            + (f"?{query}" if query else "")
            + f"#{request.POST.get('section', '')[:40]}"
        )
    context = _context(request, found, refill=refill)
    context["lost"] = len(refill.typed)
    return render(request, "reports/grid.html", context, status=409 if refill.theirs else 422)


def _refill(typed, results: list[Result]) -> Refill:
    """What is shown again, because it was not saved: with the reason, or what stands instead."""
    texts, errors, theirs = {}, {}, {}
    for each in typed:
        if each.unread:
            texts[each.key], errors[each.key] = each.text, reason_words(each.unread)
    by_key = {each.key: each for each in typed}
    for result, who in zip(results, saving.writers(results), strict=True):
        key = f"{result.entry.line}-{result.entry.indicator.pk}"
        if result.outcome is Outcome.REFUSED:
            texts[key], errors[key] = by_key[key].text, saving.refusal(result)
        elif result.outcome is Outcome.CONFLICT:
            texts[key], theirs[key] = by_key[key].text, saving.conflict_words(result, who)
    return Refill(texts, errors, theirs)


def _context(
    request: HttpRequest,
    found: Report,
    *,
    refill: Refill = NOTHING,
    texts: TextsForm | None = None,
) -> dict:
    user, round_ = request.user, found.round
    drafts = pages.sees_drafts(user, found)
    enters = may_enter(user, territory_id=round_.territory_id, unit_id=found.reporting_unit_id)
    open_now = current_openness(found, user) if enters else None
    is_open = bool(open_now and open_now.why_closed is None)
    form = FilterForm(request.GET)
    board = grid(found, drafts=drafts, open_now=open_now, wanted=form.filter, refill=refill)
    corrects = is_open and found.status == Report.Status.SUBMITTED
    takes_beside = is_open and not corrects
    why_words = why_words_closed(found, open_now) if is_open else None
    takes_words = is_open and why_words is None
    return {
        **frame(found),
        "board": board,
        "filter": form.filter,
        "status": report_status(found),
        "days_left": days_left(round_),
        "drafts": drafts,
        "enters": enters,
        "is_open": is_open,
        "why_closed": open_now.why_closed.label if open_now and open_now.why_closed else "",
        "returned_only": bool(open_now and open_now.returned_only),
        "corrects": corrects,
        "can_submit": is_open and found.status in (Report.Status.DRAFT, Report.Status.RETURNED),
        "takes_beside": takes_beside,
        "takes_words": takes_words,
        "why_words": why_words.label if takes_beside and why_words else "",
        "progress": board.sheet.progress,
        "shows_texts": drafts or found.status == Report.Status.APPROVED,
        "texts": texts or (TextsForm(report=found) if takes_words else None),
        "files": found.attachments.filter(value=None).order_by("pk") if drafts else [],
        "max_megabytes": settings.MAX_ATTACHMENT_BYTES // 1024 // 1024,
        "quick": quick_texts(),
    }


@audience(REPORTER, DEPARTMENT)
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save a block of cells, each for itself, and say what became of every one."""
    found = report_to_enter(request, pk)
    indicators = asked_in(found.round)
    try:
        block = read_block(request.body, indicators)
    except Malformed:
        return JsonResponse({"error": "malformed"}, status=400)
    if block.user != request.user.pk:
        return refusal(request, as_json=True)
    answer = saving.save_block(found, block, request.user)
    fresh = {}
    if block.fresh:
        fresh = saving.fresh(found, indicators, {cell.line for cell in block.cells})
        fresh["totals"] = {
            key: render_to_string("reports/_grid_total.html", {"total": total})
            for key, total in fresh["totals"].items()
        }
    return JsonResponse({"cells": [asdict(cell) for cell in answer], **fresh})


# Texts and amounts ------------------------------------------------------------------------------


@audience(REPORTER, DEPARTMENT)
@require_POST
@typed_by_same_person
def texts(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the short texts and amounts."""
    found = report_to_enter(request, pk)
    form = TextsForm(request.POST, report=found)
    if not form.is_valid():
        context = _context(request, found, texts=form)
        return render(request, "reports/grid.html", context, status=422)
    try:
        saved = save_texts(
            report=found,
            user=request.user,
            texts=form.cleaned_data,
            seen=form.cleaned_data["seen"] or None,
        )
    except TextsChanged as changed:
        messages.error(
            request,
            _("Somebody else saved texts or amounts meanwhile; nothing was saved.")
            + " "
            + _("Compare with what stands now. Saving once more puts yours in its place."),
        )
        form.say_what_stands(changed.report)
        context = _context(request, found, texts=form)
        return render(request, "reports/grid.html", context, status=409)
    except EntryRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Saved.") if saved else _("Nothing had changed."))
    return redirect(f"{grid_url(found)}#texts")


# Files --------------------------------------------------------------------------------------------


@audience(REPORTER, DEPARTMENT)
@require_POST
@typed_by_same_person
def add_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file for the report, or for the cell that `cell` names ("line-indicator")."""
    found = report_to_enter(request, pk)
    cell = _cell_or_404(found, request.POST.get("cell", ""))
    upload = request.FILES.get("file")
    attachment, problem = None, ""
    if upload is None:
        problem = _("Choose a file first.")
    else:
        try:
            attachment = attach(found, upload, request.user, cell)
        except (FileRefused, EntryRefused) as refused:
            problem = str(refused)
    if wants_json(request):
        if attachment is None:
            return JsonResponse({"message": problem}, status=422)
        return JsonResponse({"id": attachment.pk, "name": attachment.name})
    if attachment is None:
        messages.error(request, problem)
    else:
        messages.success(request, _("%(name)s was added.") % {"name": attachment.name})
    return redirect(_place_of(found, cell))


def _cell_or_404(report: Report, key: str):
    if not key:
        return None
    line, _dash, indicator = key.partition("-")
    if not (line.isdecimal() and indicator.isdecimal()) or len(key) > 37:
        raise Http404
    found = RoundLine.objects.filter(
        round=report.round_id, reporting_unit=report.reporting_unit_id, pk=int(line)
    ).first()
    asked = {each.pk: each for each in asked_in(report.round)}.get(int(indicator))
    if found is None or asked is None or asked.kind != found.kind:
        raise Http404
    return found, asked


def _place_of(report: Report, cell) -> str:
    if cell is None:
        return f"{grid_url(report)}#files"
    return reverse("reports:report-line", args=[report.pk, cell[0].pk])


def _attachment_or_404(request: HttpRequest, pk: int) -> Attachment:
    """A file of a report that the person may open."""
    found = get_object_or_404(
        Attachment.objects.select_related("value__line", "value__indicator"), pk=pk
    )
    found.report = report_or_404(request, found.report_id)
    return found


@audience(*EVERY_ROLE)
@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a file: evidence is for those who see drafts."""
    found = _attachment_or_404(request, pk)
    require(pages.sees_drafts(request.user, found.report))
    try:
        content = found.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=found.name)
    # Never shown by the browser itself, whatever the name promises.
    response["Content-Type"] = "application/octet-stream"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@audience(REPORTER, DEPARTMENT)
@require_POST
@typed_by_same_person
def remove_file(request: HttpRequest, pk: int) -> HttpResponse:
    found = _attachment_or_404(request, pk)
    report = report_to_enter(request, found.report_id)
    value = found.value
    try:
        remove(found, request.user)
    except EntryRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(name)s was removed.") % {"name": found.name})
    return redirect(_place_of(report, (value.line, value.indicator) if value else None))
