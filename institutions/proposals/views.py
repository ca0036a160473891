"""Pages of proposals: a unit makes them and takes them back, the Department decides."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from institutions import scope
from institutions.models import Institution, Proposal, ReportingUnit
from institutions.proposals import services
from institutions.proposals.forms import ClosureForm, NewForm, RefuseForm
from institutions.register import views as register
from institutions.register.forms import AddForm, CloseForm
from institutions.scope import ADMINISTRATOR, DEPARTMENT, REPORTER, audience

PER_PAGE = 50


@audience(REPORTER, DEPARTMENT, ADMINISTRATOR)
@require_safe
def proposal_list(request: HttpRequest) -> HttpResponse:
    """What waits for the Department, oldest first; or what was decided, newest first."""
    found = services.in_sight(request.user)
    shows_decided = request.GET.get("status") == "decided"
    if shows_decided:
        rows = found.exclude(status=Proposal.Status.OPEN).order_by("-decided_at", "-pk")
    else:
        rows = found.filter(status=Proposal.Status.OPEN).order_by("made_at", "pk")
    return render(
        request,
        "institutions/proposals.html",
        {
            "section": "institutions",
            "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "tally": services.tally(found),
            "shows_decided": shows_decided,
        },
    )


@audience(REPORTER, DEPARTMENT, ADMINISTRATOR)
@require_safe
def of_unit(request: HttpRequest, unit: str) -> HttpResponse:
    """All proposals of one unit, open ones first: a page, or a part of the page of its report."""
    found = _unit_or_404(request, unit)
    proposals = services.in_sight(request.user).filter(reporting_unit=found)
    return render(
        request,
        "institutions/_unit_proposals.html" if request.htmx else "institutions/unit_proposals.html",
        {
            "section": "institutions",
            "territory": found.territory,
            "unit": found,
            "proposals": proposals.order_by(F("decided_at").desc(nulls_first=True), "-pk"),
            "may_propose": services.may_propose(request.user, found),
        },
    )


class _Propose(register.RegisterPage):
    """A unit's own page: 404 for another unit's, 403 for one that may be looked at only."""

    concerns_rosters = False
    unit: ReportingUnit

    def dispatch(self, request: HttpRequest, unit: str) -> HttpResponse:
        self.unit = _unit_or_404(request, unit)
        self.territory = self.unit.territory
        scope.require(services.may_propose(request.user, self.unit))
        return super().dispatch(request)

    @property
    def back(self) -> str:
        return reverse("institutions:unit-proposals", args=[self.unit.code])

    def save(self, told: dict) -> str:
        self.propose(self.unit, by=self.request.user, **told)
        return self.back

    def extra(self) -> dict:
        return {"back": self.back}

    def propose(self, unit: ReportingUnit, **told) -> None:
        raise NotImplementedError


class ProposeNew(_Propose):
    title = gettext_lazy("Propose a new institution")
    button = gettext_lazy("Send to the Department")
    note = gettext_lazy(
        "The Department looks at the proposal, adds the institution to the register or answers why"
        " not. Your report gets its row once the Department has brought the round's list up to"
        " date."
    )
    done = gettext_lazy("The proposal was sent to the Department.")

    def form(self, data) -> NewForm:
        return NewForm(data, unit=self.unit, initial={"commune": self._own_commune()})

    def propose(self, unit: ReportingUnit, **told) -> None:
        services.propose_new(unit, **told)

    def _own_commune(self) -> int | None:
        is_office = self.unit.kind == ReportingUnit.Kind.COMMUNE_OFFICE
        return self.unit.administrative_unit_id if is_office else None


class ProposeClosure(_Propose):
    title = gettext_lazy("Propose a closure")
    button = gettext_lazy("Send to the Department")
    note = gettext_lazy(
        "The institution stays in the register, and in your report, until the Department has"
        " accepted the closure."
    )
    done = gettext_lazy("The proposal was sent to the Department.")

    def form(self, data) -> ClosureForm:
        asked = self.request.GET.get("institution", "").replace("\0", "")
        chosen = services.of_unit(self.unit).filter(code=asked).first() if asked else None
        return ClosureForm(data, unit=self.unit, initial={"institution": chosen})

    def propose(self, unit: ReportingUnit, **told) -> None:
        services.propose_closure(unit, **told)


@audience(REPORTER)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = _proposal_or_404(request, pk)
    scope.require(proposal.reporting_unit_id in scope.rights(request.user).own_units)
    try:
        services.take_back(proposal, by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, _("The proposal was taken back."))
    return redirect("institutions:unit-proposals", proposal.reporting_unit.code)


@audience(DEPARTMENT)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """The page on which the proposal is carried out: the one for adding, or the one for closing."""
    proposal = _decided_by_me_or_404(request, pk)
    page = AcceptNew if proposal.sort == Proposal.Sort.NEW else AcceptClosure
    return page.as_view()(request, proposal)


class _Decide(register.RegisterPage):
    proposal: Proposal

    def dispatch(self, request: HttpRequest, proposal: Proposal) -> HttpResponse:
        self.proposal = proposal
        self.territory = proposal.reporting_unit.territory
        self.institution = proposal.institution
        return super().dispatch(request)

    def extra(self) -> dict:
        return {"proposal": self.proposal, "back": reverse("institutions:proposals")}


class AcceptNew(_Decide):
    title = gettext_lazy("Add a proposed institution in %(name)s")
    button = register.Add.button
    note = gettext_lazy(
        "What the unit proposed stands in the form; correct it where needed. The code is the next"
        " free one."
    )
    done = gettext_lazy("The proposal was accepted and the institution added.")

    def page(self, form) -> HttpResponse:
        # A new institution is not yet one that the page is about, even once it was accepted.
        self.institution = None
        return super().page(form)

    def form(self, data) -> AddForm:
        initial = services.suggested(self.proposal) if data is None else None
        return AddForm(data, territory=self.territory, initial=initial)

    def save(self, told: dict) -> Institution:
        return services.accept_new(
            self.proposal, territory=self.territory, by=self.request.user, **told
        )


class AcceptClosure(_Decide):
    title = gettext_lazy("Close %(name)s as proposed")
    button = register.Close.button
    note = register.Close.note
    done = gettext_lazy("The proposal was accepted and the closure recorded.")

    def form(self, data) -> CloseForm:
        initial = {
            "day": self.proposal.effective_on,
            "reason": services.reason_of(self.proposal),
        }
        return CloseForm(data, initial=initial)

    def save(self, told: dict) -> Institution:
        return services.accept_closure(self.proposal, by=self.request.user, **told)


class Refuse(_Decide):
    form_class = RefuseForm
    title = gettext_lazy("Refuse a proposal")
    button = gettext_lazy("Refuse the proposal")
    note = gettext_lazy("The register stays as it is. The unit reads your answer.")
    done = gettext_lazy("The proposal was refused; the unit reads your answer.")
    concerns_rosters = False

    def save(self, told: dict) -> str:
        services.refuse(self.proposal, by=self.request.user, **told)
        return reverse("institutions:proposals")


@audience(DEPARTMENT)
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    return Refuse.as_view()(request, _decided_by_me_or_404(request, pk))


def _unit_or_404(request: HttpRequest, code: str) -> ReportingUnit:
    return get_object_or_404(
        scope.limit_to_drafts(
            ReportingUnit.objects.select_related("territory", "administrative_unit"),
            request.user,
            territory="territory",
            unit="pk",
        ),
        code=code,
    )


def _proposal_or_404(request: HttpRequest, pk: int) -> Proposal:
    return get_object_or_404(services.in_sight(request.user), pk=pk)


def _decided_by_me_or_404(request: HttpRequest, pk: int) -> Proposal:
    proposal = _proposal_or_404(request, pk)
    scope.require(scope.may_manage(request.user, proposal.reporting_unit.territory_id))
    return proposal
