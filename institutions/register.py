"""The pages on which the Department keeps the register: one small form per change."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from institutions import scope, services
from institutions.forms import AddForm, CloseForm, MergeForm, MoveForm, RenameForm, ReopenForm
from institutions.models import Institution, Placement
from institutions.scope import DEPARTMENT, audience

_forms_only = require_http_methods(["GET", "HEAD", "POST"])
# Enough to pick from; whoever knows the code may type any other.
_NEARBY = 200


@audience(DEPARTMENT)
@_forms_only
def add(request: HttpRequest, territory: str) -> HttpResponse:
    """Enter an institution of one territory."""
    place = scope.territory_or_404(request.user, territory)
    scope.require(scope.may_manage(request.user, place.pk))
    form = AddForm(_sent(request), territory=place)
    made: list[Institution] = []

    def save(told):
        made.append(services.add_institution(territory=place, by=request.user, **told))

    if _done(request, form, save):
        messages.success(request, _("The institution was added. %s") % _about_rounds())
        return redirect(made[0])
    return _page(
        request,
        form,
        place,
        title=_("Add an institution in %(territory)s") % {"territory": place.short_name},
        button=_("Add the institution"),
        note=_("It joins the roster of a round if it stands on the day that the answers are of."),
    )


@audience(DEPARTMENT)
@_forms_only
def rename(request: HttpRequest, code: str) -> HttpResponse:
    institution, last = _managed(request, code)
    form = RenameForm(_sent(request), initial={"name": institution.name})

    def save(told):
        services.rename_institution(institution, by=request.user, **told)

    if _done(request, form, save):
        messages.success(request, _("The institution was renamed."))
        return redirect(institution)
    return _page(
        request,
        form,
        last.territory,
        institution,
        title=_("Rename %(name)s") % {"name": institution.name},
        button=_("Rename"),
        note=_(
            "The new name shows at once, for earlier years too. The former one stays in the"
            " changes on its page."
        ),
    )


@audience(DEPARTMENT)
@_forms_only
def move(request: HttpRequest, code: str) -> HttpResponse:
    institution, last = _managed(request, code)
    form = MoveForm(_sent(request), territory=last.territory, initial=MoveForm.stands(last))

    def save(told):
        services.move_institution(institution, by=request.user, **told)

    if _done(request, form, save):
        messages.success(request, _("The move was recorded. %s") % _about_rounds())
        return redirect(institution)
    return _page(
        request,
        form,
        last.territory,
        institution,
        title=_("Move %(name)s") % {"name": institution.name},
        button=_("Move"),
        note=_(
            "Another tier, place or reporting unit from a day on. Up to the day before, the"
            " institution counts where it stood."
        ),
    )


@audience(DEPARTMENT)
@_forms_only
def close(request: HttpRequest, code: str) -> HttpResponse:
    institution, last = _managed(request, code)
    form = CloseForm(_sent(request))

    def save(told):
        services.close_institution(institution, by=request.user, **told)

    if _done(request, form, save):
        messages.success(request, _("The closure was recorded. %s") % _about_rounds())
        return redirect(institution)
    return _page(
        request,
        form,
        last.territory,
        institution,
        title=_("Close %(name)s") % {"name": institution.name},
        button=_("Record the closure"),
        note=_(
            "Figures reported for earlier years stay. If it goes on in another institution,"
            " merge it instead, so that its visits are counted on."
        ),
    )


@audience(DEPARTMENT)
@_forms_only
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    institution, last = _managed(request, code)
    form = ReopenForm(_sent(request))

    def save(told):
        services.reopen_institution(institution, by=request.user, **told)

    if _done(request, form, save):
        messages.success(request, _("The closure was taken back. %s") % _about_rounds())
        return redirect(institution)
    return _page(
        request,
        form,
        last.territory,
        institution,
        title=_("Reopen %(name)s") % {"name": institution.name},
        button=_("Take the closure back"),
        note=_(
            "For a closure entered by mistake: the institution counts as never closed. If it was"
            " merged into another one that day, that is taken back too."
        ),
    )


@audience(DEPARTMENT)
@_forms_only
def merge(request: HttpRequest, code: str) -> HttpResponse:
    institution, last = _managed(request, code)
    others = _of_the_territory(last).filter(closed_on=None).exclude(pk=institution.pk)
    form = MergeForm(_sent(request), among=others)

    def save(told):
        services.merge_institutions([institution], by=request.user, **told)

    if _done(request, form, save):
        messages.success(request, _("The merger was recorded. %s") % _about_rounds())
        return redirect(institution)
    alike = others.filter(kind=institution.kind)
    return _page(
        request,
        form,
        last.territory,
        institution,
        title=_("Merge %(name)s into another institution") % {"name": institution.name},
        button=_("Record the merger"),
        note=_(
            "This institution is closed from that day; the other one stays and its growth is"
            " read with the visits of both. For a new institution add it first, then merge"
            " each former one into it."
        ),
        nearby=_nearest(alike, last)[:_NEARBY],
    )


def _managed(request: HttpRequest, code: str) -> tuple[Institution, Placement]:
    """The institution and its newest placement: 404 out of sight, 403 in another's territory."""
    seen = scope.limit(Placement.objects.filter(institution=OuterRef("pk")), request.user)
    institution = Institution.objects.filter(Exists(seen), code=code).first()
    if institution is None:
        raise Http404
    last = (
        institution.placements.select_related("territory", "district", "commune")
        .order_by("valid_from")
        .last()
    )
    scope.require(scope.may_manage(request.user, last.territory_id))
    return institution, last


def _of_the_territory(last: Placement):
    here = Placement.objects.filter(
        institution=OuterRef("pk"), territory=last.territory_id, valid_to=None
    )
    return Institution.objects.filter(Exists(here))


def _nearest(institutions, last: Placement):
    """Those of the same district; without one, of the whole territory."""
    if last.district_id is None:
        return institutions.order_by("sort_key")
    here = Placement.objects.filter(
        institution=OuterRef("pk"), district=last.district_id, valid_to=None
    )
    return institutions.filter(Exists(here)).order_by("sort_key")


def _sent(request: HttpRequest):
    return request.POST if request.method == "POST" else None


def _done(request: HttpRequest, form: Form, save: Callable[[dict], None]) -> bool:
    """Whether the change was sent and saved; what was refused stands in the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        save(form.cleaned_data)
    except ValidationError as refused:
        form.add_error(None, refused)
        return False
    return True


def _page(request, form, territory, institution=None, *, title, button, note, nearby=()):
    return render(
        request,
        "institutions/change.html",
        {
            "section": "institutions",
            "territory": territory,
            "institution": institution,
            "form": form,
            "title": title,
            "button": button,
            "note": note,
            "nearby": nearby,
        },
        status=422 if form.is_bound else 200,
    )


def _about_rounds() -> str:
    return _("Open rounds follow once their roster is brought up to date.")
