"""Opening, changing and closing a round; reminding those who owe a report. Thin."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from institutions import scope
from institutions.models import AdministrativeUnit
from institutions.scope import DEPARTMENT, audience
from reports.models import ReportingRound
from reports.rounds import reminders
from reports.rounds.closing import close_round
from reports.rounds.managing import boards, proposals
from reports.rounds.managing.forms import NewRoundForm, RoundForm
from reports.rounds.opening import (
    change_round,
    give_up_round,
    open_round,
    standing_on,
    update_roster,
)
from targets.amending import chain

FORM = ["GET", "HEAD", "POST"]


def managed(request: HttpRequest):
    """Territories whose rounds the person opens and closes."""
    own = scope.rights(request.user).department
    return scope.territories(request.user).filter(pk__in=own).order_by("sort_key")


def round_or_404(request: HttpRequest, pk: int) -> ReportingRound:
    """A round that the person runs: 404 for another territory's, 403 for one to be seen only."""
    rounds = scope.limit(
        ReportingRound.objects.select_related("territory", "closed_by"), request.user
    )
    found = get_object_or_404(rounds, pk=pk)
    scope.require(scope.may_manage(request.user, found.territory_id))
    return found


def frame(round_: ReportingRound) -> dict:
    return {
        "section": "reporting",
        "territory": round_.territory,
        "year": round_.year,
        "round": round_,
        "sample": round_.is_sample,
    }


def address(round_: ReportingRound) -> str:
    return reverse("reports:round", args=[round_.pk])


@audience(DEPARTMENT)
@require_safe
def choose_territory(request: HttpRequest) -> HttpResponse:
    """For whom a round is opened; who runs one territory alone is not asked."""
    own = list(managed(request))
    if len(own) == 1:
        return redirect("reports:round-new", own[0].slug)
    return render(request, "reports/round_choose.html", {"section": "reporting", "own": own})


@audience(DEPARTMENT)
@require_http_methods(FORM)
def new(request: HttpRequest, territory: str) -> HttpResponse:
    """Open a round: the days as they are proposed, to be checked."""
    found = scope.territory_or_404(request.user, territory)
    scope.require(scope.may_manage(request.user, found.pk))
    proposal = proposals.propose(found)
    form = NewRoundForm(
        request.POST or None,
        previous=proposal.previous,
        initial={
            "year": proposal.year,
            "kind": ReportingRound.Kind.ANNUAL,
            "period_from": proposal.period_from,
            "period_to": proposal.period_to,
            "as_of": proposal.as_of,
            "opens_on": proposal.opens_on,
            "due_before": proposal.due_before,
        },
    )
    if request.method == "POST" and form.is_valid():
        opened = _open(found, form, request.user)
        if opened is not None:
            messages.success(
                request,
                ngettext(
                    "The round is open: %(n)s report is asked for.",
                    "The round is open: %(n)s reports are asked for.",
                    number := opened.reports.count(),
                )
                % {"n": number},
            )
            return redirect(address(opened))
    context = {
        "section": "reporting",
        "territory": found,
        "form": form,
        "proposal": proposal,
        "institutions": _would_stand(found, form, proposal),
    }
    return render(request, "reports/round_new.html", context)


def _would_stand(territory: AdministrativeUnit, form, proposal) -> int:
    """Institutions that the roster would hold on the day that the form names."""
    day = getattr(form, "cleaned_data", {}).get("as_of") or proposal.as_of
    return standing_on(territory, min(day, territory.last_day or day)).count()


def _open(territory: AdministrativeUnit, form: NewRoundForm, user) -> ReportingRound | None:
    try:
        return open_round(territory=territory, user=user, **form.days())
    except ValidationError as error:
        form.add_error(None, error.messages)
        return None


@audience(DEPARTMENT)
@require_safe
def round_page(request: HttpRequest, pk: int) -> HttpResponse:
    found = round_or_404(request, pk)
    context = {
        **frame(found),
        "board": boards.for_round(found),
        "version": chain.of_territory(found.territory, found.year),
    }
    return render(request, "reports/round.html", context)


@audience(DEPARTMENT)
@require_http_methods(FORM)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Other days for an open round: most often a later deadline."""
    found = round_or_404(request, pk)
    if found.is_closed:
        messages.error(request, _("The reporting round is closed; its figures stay as they are."))
        return redirect(address(found))
    previous = (
        ReportingRound.objects.filter(territory=found.territory, year__lt=found.year)
        .order_by("-year")
        .first()
    )
    names = [name for name in RoundForm.base_fields if name != "other_months"]
    form = RoundForm(
        request.POST or None,
        previous=previous,
        kind=found.kind,
        initial={name: getattr(found, name) for name in names},
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_round(found, request.user, **form.days())
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("The days of the round were changed."))
            return redirect(address(found))
    return render(request, "reports/round_change.html", {**frame(found), "form": form})


@audience(DEPARTMENT)
@require_POST
def roster(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the roster follow corrections of the institutions."""
    found = round_or_404(request, pk)
    try:
        done = update_roster(found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(address(found))
    messages.success(
        request,
        _("Roster: %(added)s added, %(corrected)s corrected, %(removed)s removed.")
        % {"added": done.added, "corrected": done.corrected, "removed": done.removed},
    )
    if done.kept:
        messages.warning(
            request,
            ngettext(
                "%(n)s institution no longer stands there but has figures; its line was kept.",
                "%(n)s institutions no longer stand there but have figures; their lines were kept.",
                done.kept,
            )
            % {"n": done.kept},
        )
    if done.held:
        messages.warning(
            request,
            ngettext(
                "%(n)s institution stays in a report that was sent; it is listed below.",
                "%(n)s institutions stay in reports that were sent; they are listed below.",
                done.held,
            )
            % {"n": done.held},
        )
    return redirect(address(found))


@audience(DEPARTMENT)
@require_http_methods(FORM)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a round: first what that means, then the deed."""
    found = round_or_404(request, pk)
    if request.method == "POST":
        try:
            close_round(found, request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("The round is closed; its figures are final."))
        return redirect(address(found))
    if found.is_closed:
        return redirect(address(found))
    context = {**frame(found), "board": boards.for_round(found)}
    return render(request, "reports/round_close.html", context)


@audience(DEPARTMENT)
@require_POST
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a round that was opened by mistake."""
    found = round_or_404(request, pk)
    try:
        give_up_round(found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(address(found))
    messages.success(
        request,
        _("The round %(year)s of %(territory)s was taken back; nothing had been entered.")
        % {"year": found.year, "territory": found.territory.short_name},
    )
    return redirect("reports:reporting")


@audience(DEPARTMENT)
@require_POST
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Send reminders of this round now; nobody gets two on one day."""
    found = round_or_404(request, pk)
    today = timezone.localdate()
    if found not in reminders.open_rounds(today):
        messages.error(request, _("Nothing is due in this round now."))
        return redirect(address(found))
    try:
        done = reminders.send([found])
    except reminders.MailServerError:
        messages.error(
            request,
            _("The mail server cannot be reached. Try again later, or tell the administrator."),
        )
        return redirect(address(found))
    if done.sent:
        messages.success(
            request,
            ngettext("%(n)s reminder was sent.", "%(n)s reminders were sent.", done.sent)
            % {"n": done.sent},
        )
    if done.already:
        messages.info(
            request,
            ngettext(
                "%(n)s person was reminded earlier today and was left alone.",
                "%(n)s people were reminded earlier today and were left alone.",
                done.already,
            )
            % {"n": done.already},
        )
    if done.failed:
        messages.error(
            request,
            _("The mail server refused: %(addresses)s.") % {"addresses": ", ".join(done.failed)},
        )
    if not (done.sent or done.already or done.failed):
        messages.warning(
            request,
            _("Nobody was reminded: no unit that owes a report has a person with an account."),
        )
    return redirect(address(found))
