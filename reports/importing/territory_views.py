"""Pages of the import of a whole territory: sent, read, looked at, written. All by the worker."""

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from institutions.models import AdministrativeUnit
from institutions.scope import DEPARTMENT, audience, may_manage, territory_or_404
from institutions.sheets import FileProblem, UnreadableFile
from institutions.sheets_wording import unreadable
from reports.importing import territory_work as work
from reports.importing.choices import Choices
from reports.importing.diff import Outcome
from reports.importing.reasons import About, Doubt
from reports.importing.territory_faults import Fault
from reports.importing.undo_views import ChangeRow
from reports.importing.whole_territory import MOST_ROWS, SHOWN
from reports.importing.wording import answer_label, ask, delimiters, encodings
from reports.models import ImportBatch, Report
from targets.models import Indicator

Status = ImportBatch.Status
CHANGES_SHOWN = 50


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File with figures of several units or years"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt,.tsv"}),
        error_messages={"required": gettext_lazy("Choose a file first.")},
    )


def _territory(request: HttpRequest, slug: str) -> AdministrativeUnit:
    """A territory whose Department the person is."""
    territory = territory_or_404(request.user, slug)
    if not may_manage(request.user, territory.pk):
        raise Http404
    return territory


def _batch(request: HttpRequest, slug: str, pk: int) -> ImportBatch:
    batch = work.imports_of(_territory(request, slug)).filter(pk=pk).first()
    if batch is None:
        raise Http404
    return batch


@audience(DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, territory: str) -> HttpResponse:
    """Choose a file; the worker reads it."""
    found = _territory(request, territory)
    bound = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if bound else UploadForm()
    if bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            # One byte above the limit is enough to know that it is too large.
            content = file.read(settings.MAX_IMPORT_BYTES + 1)
            return redirect(work.send(found, content, file.name, request.user))
        except work.SendRefused as refused:
            form.add_error("file", str(refused))
    context = {
        "territory": found,
        "section": "reporting",
        "form": form,
        "indicators": Indicator.objects.order_by("position"),
        "years": list(found.rounds.order_by("year").values_list("year", flat=True)),
        "megabytes": settings.MAX_IMPORT_BYTES // 1024 // 1024,
        "most_rows": MOST_ROWS,
        "imports": work.imports_of(found).exclude(status=Status.FAILED)[:20],
    }
    return render(request, "reports/territory_upload.html", context, status=422 if bound else 200)


@audience(DEPARTMENT)
@require_safe
def show(request: HttpRequest, territory: str, pk: int) -> HttpResponse:
    """One address for a file on its way: how far it is, what it would do, what it did."""
    batch = _batch(request, territory, pk)
    return render(request, "reports/territory_import.html", _page(batch))


@audience(DEPARTMENT)
@require_safe
def progress(request: HttpRequest, territory: str, pk: int) -> HttpResponse:
    """The part of the page that changes while the worker has the file."""
    return render(
        request, "reports/_territory_progress.html", _page(_batch(request, territory, pk))
    )


@audience(DEPARTMENT)
@require_POST
def answer(request: HttpRequest, territory: str, pk: int) -> HttpResponse:
    """Have the file read again with the answers to what it leaves open."""
    batch = _batch(request, territory, pk)
    choices = Choices.of(batch.choices)
    given = {
        key.removeprefix("doubt-"): value
        for key, value in request.POST.items()
        if key.startswith("doubt-")
    }
    changed = Choices.of({**choices.kept, "answers": {**choices.answers, **given}})
    if not work.read_again(batch, changed):
        messages.error(request, _("The file is not waiting for an answer."))
    return redirect(batch)


@audience(DEPARTMENT)
@require_POST
def write(request: HttpRequest, territory: str, pk: int) -> HttpResponse:
    """Have the file written as it was previewed."""
    batch = _batch(request, territory, pk)
    if not work.confirm(
        batch,
        request.user,
        request.POST.get("fingerprint", ""),
        accept_valid="accept_valid" in request.POST,
    ):
        messages.error(request, _("Nothing was written; please look again."))
    return redirect(batch)


@audience(DEPARTMENT)
@require_POST
def again(request: HttpRequest, territory: str, pk: int) -> HttpResponse:
    """Have a step done again whose worker stopped."""
    batch = _batch(request, territory, pk)
    if not work.begin_again(batch):
        messages.info(request, _("The file is in work already."))
    return redirect(batch)


@audience(DEPARTMENT)
@require_POST
def give_up(request: HttpRequest, territory: str, pk: int) -> HttpResponse:
    """Forget a file that was not written."""
    batch = _batch(request, territory, pk)
    if work.give_up(batch):
        messages.success(request, _("%(name)s was removed.") % {"name": batch.name})
        return redirect("reports:territory-upload", batch.territory.slug)
    messages.error(request, _("The file is being written or was written; it stays."))
    return redirect(batch)


@audience(DEPARTMENT)
@require_safe
def faulty(request: HttpRequest, territory: str, pk: int) -> HttpResponse:
    """The rows that are wrong, each with the reasons: to be corrected and sent alone."""
    batch = _batch(request, territory, pk)
    name = (batch.found or {}).get("faulty")
    if not name or not batch.file.storage.exists(name):
        raise Http404
    return FileResponse(
        batch.file.storage.open(name),
        as_attachment=True,
        filename=f"dong-can-sua-{batch.pk}.csv",
        content_type="text/csv; charset=utf-8",
    )


# What the page shows -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitRow:
    """The rows of one report by outcome."""

    report: Report
    new: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class Question:
    """Something the file leaves open, in words."""

    doubt: Doubt
    text: str
    answers: list[tuple[str, str]]


def _page(batch: ImportBatch) -> dict:
    found = batch.found or {}
    moving = batch.status in (Status.READING, Status.APPLYING)
    page = {
        "territory": batch.territory,
        "section": "reporting",
        "batch": batch,
        "moving": moving,
        "stand": work.stand(batch) if moving else None,
        "may_begin_again": moving and work.may_begin_again(batch),
    }
    if moving:
        return page
    if batch.status == Status.FAILED:
        error = UnreadableFile(FileProblem(batch.fault), found.get("detail", ""))
        return {**page, "problem": unreadable(error, max_bytes=settings.MAX_IMPORT_BYTES)}
    labels = {indicator.code: indicator.label for indicator in Indicator.objects.all()}
    overtaking = work.overtaking(batch)
    layout = found.get("format", {})
    return {
        **page,
        "units": _units(found),
        "cells": found.get("cells", 0),
        "problems": [_named(Fault(*kept), labels) for kept in found.get("problems", ())],
        "faults": [_named(Fault(*kept), labels) for kept in found.get("faults", ())],
        "fault_count": found.get("fault_count", 0),
        "has_faulty": bool(found.get("faulty")),
        "questions": [_question(kept, labels) for kept in found.get("doubts", ())],
        "fingerprint": found.get("fingerprint", ""),
        "writable": batch.new + batch.changed,
        "usable": batch.rows - batch.invalid,
        "may_write": work.may_write(batch),
        "may_accept_valid": batch.invalid > 0 and work.may_write(batch, accept_valid=True),
        "overtaken": [ChangeRow.of(change) for change in overtaking[:CHANGES_SHOWN]],
        "differs": batch.fault == work.DIFFERS,
        "encoding": encodings().get(layout.get("encoding"), ""),
        "delimiter": delimiters().get(layout.get("delimiter"), ""),
        "sheet": layout.get("sheet", ""),
        "shown": SHOWN,
    }


def _units(found: dict) -> list[UnitRow]:
    """The reports that the file touches, the latest year first. One query."""
    counted = {pk: dict(zip(Outcome, tally, strict=True)) for pk, *tally in found.get("units", ())}
    reports = (
        Report.objects.filter(pk__in=counted)
        .select_related("round", "reporting_unit")
        .order_by("-round__year", "reporting_unit__sort_key")
    )
    return [
        UnitRow(
            report,
            *(counted[report.pk][o] for o in (Outcome.NEW, Outcome.CHANGED, Outcome.SAME)),
        )
        for report in reports
    ]


def _named(fault: Fault, labels: dict[str, str]) -> tuple[Fault, str]:
    """A fault and its column: a question without a column by its name, not its code."""
    return fault, labels.get(fault.column, fault.column)


def _question(kept: list, labels: dict[str, str]) -> Question:
    about, column, lines, *rest = kept
    doubt = Doubt(About(about), column, tuple(lines), *rest)
    return Question(
        doubt,
        ask(doubt, labels.get(column, column)),
        [(answer, answer_label(doubt, answer)) for answer in doubt.answers],
    )
