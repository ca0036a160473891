"""Pages of the import: upload, preview, apply. Nothing is written before the last step. Thin."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from institutions.scope import DEPARTMENT, REPORTER, audience
from institutions.sheets import UnreadableFile
from institutions.sheets_wording import unreadable
from reports.importing.apply import (
    ImportRefused,
    Preview,
    Why,
    apply,
    content_of,
    keep,
    latest_change,
    preview,
    require_open,
)
from reports.importing.choices import Choices
from reports.importing.diff import Outcome
from reports.importing.forms import DecisionForm, UploadForm
from reports.importing.previewing import done_page, preview_page
from reports.importing.template import template_csv, template_xlsx
from reports.importing.workbook import marked_xlsx
from reports.models import ImportBatch, Report
from reports.rounds.entry import EntryRefused
from reports.rounds.views import frame, report_to_enter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Changes that overtook a preview, named in one message.
_NAMED = 5


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _name(report: Report) -> str:
    sample = "minh-hoa-" if report.round.is_sample else ""
    return f"{sample}{report.reporting_unit.code}-{report.round.year}"


@audience(REPORTER, DEPARTMENT)
@require_safe
def template(request: HttpRequest, pk: int, kind: str = "csv") -> HttpResponse:
    """The unit's template to fill in, as CSV or as a workbook."""
    report = report_to_enter(request, pk)
    if kind == "xlsx":
        return _file(template_xlsx(report), f"{_name(report)}.xlsx", XLSX)
    return _file(template_csv(report), f"{_name(report)}.csv", "text/csv; charset=utf-8")


@audience(REPORTER, DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a file; what is no table is refused here, everything else is previewed."""
    report = report_to_enter(request, pk)
    bound = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if bound else UploadForm()
    status = 200
    try:
        require_open(report, request.user)
        if bound:
            status = 422
            if form.is_valid():
                file = form.cleaned_data["file"]
                # One byte above the limit is enough to know that it is too large.
                content = file.read(settings.MAX_IMPORT_BYTES + 1)
                plan = preview(report, content, request.user, name=file.name).plan
                batch = keep(report, content, file.name, request.user, plan)
                return redirect("reports:import-preview", batch.pk)
    except EntryRefused as refused:
        messages.error(request, str(refused))
        return redirect(report)
    except UnreadableFile as refused:
        form.add_error("file", unreadable(refused, max_bytes=settings.MAX_IMPORT_BYTES))
    context = {
        **frame(report),
        "form": form,
        "megabytes": settings.MAX_IMPORT_BYTES // 1024 // 1024,
        "imports": report.imports.exclude(status=ImportBatch.Status.PREVIEWED).select_related(
            "uploaded_by"
        )[:10],
    }
    return render(request, "reports/import.html", context, status=status)


def batch_to_enter(request: HttpRequest, pk: int) -> ImportBatch:
    """An import of a report that the person may enter."""
    found = ImportBatch.objects.select_related("uploaded_by").filter(report__isnull=False)
    batch = found.filter(pk=pk).first()
    if batch is None:
        raise Http404
    batch.report = report_to_enter(request, batch.report_id)
    return batch


def _seen(request: HttpRequest, batch: ImportBatch, choices: dict) -> Preview:
    content = content_of(batch)
    return preview(batch.report, content, request.user, name=batch.name, choices=choices)


@audience(REPORTER, DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """What a file would do, errors first; once it is written: what it did.

    Posted: it is read as its sender decides, and shown again.
    """
    batch = batch_to_enter(request, pk)
    if batch.status != ImportBatch.Status.PREVIEWED:
        return render(request, "reports/import_done.html", done_page(batch))
    latest = latest_change()
    try:
        seen = _seen(request, batch, batch.choices)
        form = DecisionForm(
            request.POST if request.method == "POST" else None,
            seen=seen,
            choices=Choices.of(batch.choices),
        )
        if form.is_valid():
            return _decided(request, batch, form.choices.kept)
    except ImportRefused as refused:
        messages.error(request, str(refused))
        return redirect("reports:import", batch.report_id)
    except EntryRefused as refused:
        messages.error(request, str(refused))
        return redirect(batch.report)
    except UnreadableFile as refused:
        messages.error(request, unreadable(refused, max_bytes=settings.MAX_IMPORT_BYTES))
        return redirect("reports:import", batch.report_id)
    context = {**preview_page(batch, seen, form), "latest": latest}
    status = 422 if form.is_bound else 200
    return render(request, "reports/import_preview.html", context, status=status)


def _decided(request: HttpRequest, batch: ImportBatch, choices: dict) -> HttpResponse:
    """Keep how the file is read from now on, if it can be read so."""
    if choices == batch.choices:
        messages.info(request, _("Nothing had changed."))
        return redirect("reports:import-preview", batch.pk)
    try:
        plan = _seen(request, batch, choices).plan
    except UnreadableFile as refused:
        messages.error(request, unreadable(refused, max_bytes=settings.MAX_IMPORT_BYTES))
        return redirect("reports:import-preview", batch.pk)
    waiting = ImportBatch.objects.filter(pk=batch.pk, status=ImportBatch.Status.PREVIEWED)
    waiting.update(choices=choices, passed_over=plan.passed, **plan.tally)
    messages.success(request, _("The file was read anew, as you said."))
    return redirect("reports:import-preview", batch.pk)


@audience(REPORTER, DEPARTMENT)
@require_safe
def marked(request: HttpRequest, pk: int) -> HttpResponse:
    """The file back as a workbook with what is wrong marked; `?rows=invalid`: those rows alone."""
    batch = batch_to_enter(request, pk)
    try:
        seen = _seen(request, batch, batch.choices)
    except ImportRefused as refused:
        messages.error(request, str(refused))
        return redirect("reports:import", batch.report_id)
    except (EntryRefused, UnreadableFile) as refused:
        messages.error(request, str(refused))
        return redirect(batch.report)
    only = request.GET.get("rows") == "invalid"
    content = marked_xlsx(seen.book, seen.plan, only_invalid=only)
    return _file(content, f"{_name(batch.report)}-can-sua.xlsx", XLSX)


@audience(REPORTER, DEPARTMENT)
@require_POST
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the file as it was previewed, or nothing."""
    batch = batch_to_enter(request, pk)
    latest = request.POST.get("seen", "")
    try:
        plan = apply(
            batch,
            request.user,
            fingerprint=request.POST.get("fingerprint", ""),
            accept_valid="accept_valid" in request.POST,
            seen=int(latest)
            if latest.isascii() and latest.isdigit() and len(latest) < 18
            else None,
        )
    except EntryRefused as refused:
        messages.error(request, str(refused))
        return redirect(batch.report)
    except UnreadableFile as refused:
        messages.error(request, unreadable(refused, max_bytes=settings.MAX_IMPORT_BYTES))
        return redirect("reports:import", batch.report_id)
    except ImportRefused as refused:
        messages.error(request, " ".join([str(refused), *_overtaken(refused)]))
        if refused.why is Why.LOST:
            return redirect("reports:import", batch.report_id)
        return redirect("reports:import-preview", batch.pk)
    written = plan.count(Outcome.NEW) + plan.count(Outcome.CHANGED)
    said = ngettext(
        "The file was written: %(n)d row changed figures of the report.",
        "The file was written: %(n)d rows changed figures of the report.",
        written,
    ) % {"n": written}
    if plan.count(Outcome.INVALID):
        # What was not taken is given back, on the page of the import.
        messages.success(request, said)
        return redirect("reports:import-preview", batch.pk)
    messages.success(request, f"{said} {_('Check the table, then submit the report.')}")
    return redirect(batch.report)


def _overtaken(refused: ImportRefused) -> list[str]:
    """Which cells somebody changed since the preview."""
    return [
        _("%(institution)s, %(question)s: %(who)s.")
        % {
            "institution": change.value.line.institution,
            "question": change.value.indicator.label,
            "who": change.by or "–",
        }
        for change in list(refused.overtaken)[:_NAMED]
    ]
