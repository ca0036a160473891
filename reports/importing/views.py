"""Pages of the import: upload, preview, apply. Nothing is written before the last step."""

from dataclasses import dataclass, replace

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from institutions.scope import DEPARTMENT, REPORTER, audience
from institutions.sheets import UnreadableFile
from institutions.sheets_wording import unreadable
from reports.importing import effect
from reports.importing.apply import (
    ImportRefused,
    Preview,
    Why,
    apply,
    content_of,
    keep,
    preview,
    require_open,
)
from reports.importing.diff import ImportPlan, Outcome, RowResult
from reports.importing.template import template_csv
from reports.importing.wording import delimiters, encodings, error_lines, headings
from reports.models import Change, ImportBatch
from reports.rounds.checks import Cell
from reports.rounds.entry import EntryRefused
from reports.rounds.views import frame, report_to_enter
from reports.rounds.wording import cell_text

# Nobody reads more rows on one page; the counts above them name all.
SHOWN = 200


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy(
                "The file is empty. Download the template, fill it in and send it."
            ),
        },
    )


@audience(REPORTER, DEPARTMENT)
@require_safe
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit's template to fill in."""
    report = report_to_enter(request, pk)
    response = HttpResponse(template_csv(report), content_type="text/csv; charset=utf-8")
    sample = "minh-hoa-" if report.round.is_sample else ""
    name = f"{sample}{report.reporting_unit.code}-{report.round.year}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


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
    batch = ImportBatch.objects.select_related("uploaded_by").filter(pk=pk).first()
    if batch is None:
        raise Http404
    batch.report = report_to_enter(request, batch.report_id)
    return batch


@audience(REPORTER, DEPARTMENT)
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """What a file would do, errors first; once it is written: what it did."""
    batch = batch_to_enter(request, pk)
    if batch.status != ImportBatch.Status.PREVIEWED:
        return render(request, "reports/import_done.html", done_page(batch))
    try:
        seen = preview(
            batch.report,
            content_of(batch),
            request.user,
            name=batch.name,
            choices=batch.choices,
        )
    except ImportRefused as refused:
        messages.error(request, str(refused))
        return redirect("reports:import", batch.report_id)
    except (EntryRefused, UnreadableFile) as refused:
        messages.error(request, str(refused))
        return redirect(batch.report)
    return render(request, "reports/import_preview.html", preview_page(batch, seen))


@audience(REPORTER, DEPARTMENT)
@require_POST
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the file as it was previewed, or nothing."""
    batch = batch_to_enter(request, pk)
    try:
        plan = apply(
            batch,
            request.user,
            fingerprint=request.POST.get("fingerprint", ""),
            accept_valid="accept_valid" in request.POST,
        )
    except EntryRefused as refused:
        messages.error(request, str(refused))
        return redirect(batch.report)
    except ImportRefused as refused:
        messages.error(request, str(refused))
        if refused.why is Why.LOST:
            return redirect("reports:import", batch.report_id)
        return redirect("reports:import-preview", batch.pk)
    written = plan.count(Outcome.NEW) + plan.count(Outcome.CHANGED)
    messages.success(
        request,
        ngettext(
            "The file was written: %(n)d row changed figures of the report.",
            "The file was written: %(n)d rows changed figures of the report.",
            written,
        )
        % {"n": written}
        + " "
        + _("Check the table, then submit the report."),
    )
    return redirect(batch.report)


# What the pages show ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One cell of a row: what stood there and what the file says."""

    line: int
    code: str
    name: str
    label: str
    before: str
    after: str
    note: str


def _change_lines(plan: ImportPlan, outcome: Outcome, labels: dict[str, str]) -> list[ChangeLine]:
    rows: list[RowResult] = [row for row in plan.rows if row.outcome is outcome][:SHOWN]
    return [
        ChangeLine(
            row.line,
            row.code,
            row.name,
            labels[change.indicator],
            cell_text(change.before),
            cell_text(change.after),
            change.after.note if change.after.note != change.before.note else "",
        )
        for row in rows
        for change in row.cells
    ]


def preview_page(batch: ImportBatch, seen: Preview) -> dict:
    plan, report = seen.plan, batch.report
    labels = {indicator.code: indicator.label for indicator in seen.indicators}
    errors = error_lines(plan)
    # A column that is missing has no heading in the file: the template's then, not its code.
    named = headings() | {indicator.code: indicator.name for indicator in seen.indicators}
    writable = plan.count(Outcome.NEW) + plan.count(Outcome.CHANGED)
    effects = effect.effects(report, seen) if writable and not plan.problems else []
    return {
        **frame(report),
        "batch": batch,
        "plan": plan,
        "tally": plan.tally,
        "problems": [
            replace(error, column=named.get(error.column, error.column))
            for error in errors
            if error.line in (None, plan.header_line)
        ],
        "errors": [e for e in errors if e.line not in (None, plan.header_line)][:SHOWN],
        "error_count": len(errors),
        "usable": len(plan.rows) - plan.count(Outcome.INVALID),
        "writable": writable,
        "may_apply": plan.may_apply() and writable > 0,
        "may_accept_valid": not plan.may_apply()
        and plan.may_apply(accept_valid=True)
        and writable > 0,
        "encoding": encodings().get(seen.book.guess.encoding, ""),
        "delimiter": delimiters().get(seen.book.guess.delimiter, ""),
        "changed": _change_lines(plan, Outcome.CHANGED, labels),
        "new": _change_lines(plan, Outcome.NEW, labels),
        "shown": SHOWN,
        "effects": effects,
        "turned": sum(each.is_turned for each in effects),
    }


def done_page(batch: ImportBatch) -> dict:
    changes = batch.changes.select_related("value__line__institution", "value__indicator", "by")
    first = changes.first()
    return {
        **frame(batch.report),
        "batch": batch,
        # Another person than the sender may have written the file.
        "writer": first and first.by,
        "changes": [
            (
                change.value.line.institution,
                change.value.indicator,
                cell_text(_side(change, "before")),
                cell_text(_side(change, "after")),
            )
            for change in changes[:SHOWN]
        ],
        "shown": SHOWN,
    }


def _side(change: Change, side: str) -> Cell:
    return Cell(
        getattr(change, f"{side}_state"),
        getattr(change, f"{side}_count"),
        getattr(change, f"{side}_na_reason"),
    )
