"""Pages of receipts: the unit's own, and the one on which anybody checks a code. Thin."""

from allauth.core.ratelimit import consume_or_429
from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from institutions.scope import ADMINISTRATOR, DEPARTMENT, PUBLIC, REPORTER, audience
from reports.models import Receipt
from reports.rounds.pages import sees_drafts
from reports.rounds.receipts import (
    Standing,
    by_code,
    by_content,
    grouped,
    read_code,
    standing,
)
from reports.rounds.views import frame, report_or_404

# The unit's own pages -----------------------------------------------------------------------


def _own_receipt(request: HttpRequest, pk: int, number: int) -> Receipt:
    """A receipt of a report whose drafts the person may see: it tells of what was not approved."""
    report = report_or_404(request, pk)
    if not sees_drafts(request.user, report):
        raise Http404
    receipt = get_object_or_404(report.receipts.select_related("by"), number=number)
    receipt.report = report
    return receipt


@audience(REPORTER, DEPARTMENT, ADMINISTRATOR)
@require_safe
def receipt(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One submission, on a page of A4."""
    found = _own_receipt(request, pk, number)
    code = grouped(found.code)
    context = {
        **frame(found.report),
        "receipt": found,
        "code": code,
        "standing": standing(found),
        "Standing": Standing,
    }
    return render(request, "reports/receipt.html", context)


@audience(REPORTER, DEPARTMENT, ADMINISTRATOR)
@require_safe
def content(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The content to the byte, whose SHA-256 stands on the receipt."""
    found = _own_receipt(request, pk, number)
    unit, year = found.report.reporting_unit.code, found.report.round.year
    response = HttpResponse(found.content.encode(), content_type="text/plain; charset=utf-8")
    name = f"{unit}-{year}-{found.number}.txt"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# Anybody ------------------------------------------------------------------------------------


class LookUpForm(forms.Form):
    """A code as it stands on the receipt, or the content file."""

    code = forms.CharField(
        label=gettext_lazy("Code of the receipt"),
        required=False,
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("or the content file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".txt,text/plain"}),
    )

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("code") and not cleaned.get("file") and not self.errors:
            raise forms.ValidationError(gettext_lazy("Type a code, or choose the file."))
        return cleaned


def _too_often(request: HttpRequest) -> HttpResponse | None:
    """Guessing is hopeless, but each try costs the server a look at a whole report."""
    return consume_or_429(request, action="receipt", limit_get=True)


@audience(PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Type a code, or hand in the file that was downloaded."""
    if request.method != "POST":
        return render(request, "reports/receipt_look_up.html", {"form": LookUpForm()})
    if refusal := _too_often(request):
        return refusal
    form = LookUpForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        if not file:
            if code := read_code(form.cleaned_data["code"]):
                return redirect("reports:receipt-check", grouped(code))
            form.add_error("code", _("A code has 16 letters and digits, as on the receipt."))
        elif file.size > settings.MAX_IMPORT_BYTES:
            form.add_error("file", _("That is no content file of a receipt: it is too large."))
        elif found := by_content(file.read()):
            return _verdict(request, found)
        else:
            # Well asked, and answered.
            return render(request, "reports/receipt_look_up.html", {"form": form, "foreign": True})
    return render(request, "reports/receipt_look_up.html", {"form": form}, status=422)


@audience(PUBLIC)
@never_cache
@require_safe
def check_code(request: HttpRequest, code: str) -> HttpResponse:
    """What anybody may know who has the code: when, which unit, how much, and whether it stands."""
    if refusal := _too_often(request):
        return refusal
    found = by_code(code)
    if found is None:
        form = LookUpForm(initial={"code": code[:60]})
        context = {"form": form, "unknown": code[:60]}
        return render(request, "reports/receipt_look_up.html", context, status=404)
    return _verdict(request, found)


def _verdict(request: HttpRequest, found: Receipt) -> HttpResponse:
    context = {
        "receipt": found,
        "code": grouped(found.code),
        "unit": found.report.reporting_unit,
        "round": found.report.round,
        "sample": found.report.round.is_sample,
        "standing": standing(found),
        "Standing": Standing,
    }
    return render(request, "reports/receipt_check.html", context)
