"""The page that takes an import back: what will happen, or what holds it back."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from institutions.scope import DEPARTMENT, REPORTER, audience, may_manage
from reports.importing.undo import UndoRefused, Why, outlook, undo
from reports.models import Change, ImportBatch
from reports.rounds.checks import Cell
from reports.rounds.views import frame, report_to_enter
from reports.rounds.wording import cell_text

# Nobody reads more of them; the count above them names all.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of a cell, in words."""

    change: Change
    before: str
    after: str

    @classmethod
    def of(cls, change: Change) -> "ChangeRow":
        return cls(change, *(cell_text(_side(change, side)) for side in ("before", "after")))


def _side(change: Change, side: str) -> Cell:
    return Cell(
        getattr(change, f"{side}_state"),
        getattr(change, f"{side}_count"),
        getattr(change, f"{side}_na_reason"),
    )


def batch_or_404(request: HttpRequest, pk: int) -> ImportBatch:
    """An import of a report, or of a territory, that the person may write into."""
    batch = ImportBatch.objects.select_related("territory", "uploaded_by").filter(pk=pk).first()
    if batch is None:
        raise Http404
    if batch.report_id:
        batch.report = report_to_enter(request, batch.report_id)
    elif not may_manage(request.user, batch.territory_id):
        raise Http404
    return batch


def frame_of(batch: ImportBatch) -> dict:
    """What the frame of a page about one import needs."""
    if batch.report_id:
        return frame(batch.report)
    return {"territory": batch.territory, "section": "reporting"}


@audience(REPORTER, DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an import back as a whole, once the person has seen what that does."""
    batch = batch_or_404(request, pk)
    if batch.status != ImportBatch.Status.APPLIED:
        messages.info(request, str(Why.NOT_WRITTEN.label))
        return redirect(batch)
    if request.method == "POST":
        try:
            cells = undo(batch, request.user)
        except UndoRefused as refused:
            messages.error(request, str(refused))
            return redirect("reports:import-undo", batch.pk)
        messages.success(
            request,
            ngettext(
                "The import was taken back: %(n)d figure is as it was before.",
                "The import was taken back: %(n)d figures are as they were before.",
                cells,
            )
            % {"n": cells},
        )
        return redirect(batch)
    found = outlook(batch, request.user)
    later = found.touched.select_related(
        "value__line__institution", "value__line__round", "value__indicator", "by"
    )
    context = {
        **frame_of(batch),
        "batch": batch,
        "found": found,
        "touched": [ChangeRow.of(change) for change in later[:SHOWN]],
        "shown": SHOWN,
    }
    return render(request, "reports/import_undo.html", context)
