"""The pages on which the Department keeps the register: one small form per change.

Every change is a page of the same shape: a form, the service that does it, and the words around.
"""

from typing import ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from institutions import scope
from institutions.models import AdministrativeUnit, Institution, Placement
from institutions.register import services
from institutions.register.forms import (
    AddForm,
    CloseForm,
    MergeForm,
    MoveForm,
    RenameForm,
    ReopenForm,
    SplitForm,
)

# Enough to pick from; whoever knows the code may type any other.
_NEARBY = 200
# New institutions on the page of a split: as it begins, and at most.
_PARTS, _MOST_PARTS = 2, 8


class RegisterPage(View):
    """A form that changes the register. `save` gets what was told; what it refuses with
    ValidationError stands in the form, which is then shown again with 422."""

    http_method_names = ("get", "head", "post")
    form_class: ClassVar[type[Form]]
    title: ClassVar[str]
    button: ClassVar[str]
    note: ClassVar[str]
    done: ClassVar[str]
    # Whether open rounds notice once their roster is brought up to date.
    concerns_rosters = True
    template = "institutions/change.html"
    territory: AdministrativeUnit
    institution: Institution | None = None

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(self.form(None))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid():
            try:
                changed = self.save(form.cleaned_data)
            except ValidationError as refused:
                form.add_error(None, refused)
            else:
                follow = about_rosters(self.territory) if self.concerns_rosters else ""
                messages.success(request, format_html("{} {}", self.done, follow))
                return redirect(changed)
        return self.page(form)

    def form(self, data) -> Form:
        return self.form_class(data)

    def save(self, told: dict) -> Institution | str:
        """Do it; returns the institution whose page comes next, or the address."""
        raise NotImplementedError

    def extra(self) -> dict:
        """What the page needs besides the form."""
        return {}

    def page(self, form: Form) -> HttpResponse:
        name = self.institution or self.territory.short_name
        return render(
            self.request,
            self.template,
            {
                "section": "institutions",
                "territory": self.territory,
                "institution": self.institution,
                "form": form,
                "title": self.title % {"name": name},
                "button": self.button,
                "note": self.note,
                "concerns_rosters": self.concerns_rosters,
                **self.extra(),
            },
            status=422 if form.is_bound else 200,
        )


def about_rosters(territory: AdministrativeUnit) -> SafeString:
    """That open rounds follow by a person's hand, and where. Rounds are the business of the
    reports: their page is known here by its address alone."""
    return format_html(
        '{} <a href="{}?territory={}">{}</a>',
        _("Open rounds follow once their roster is brought up to date."),
        reverse("reports:reporting"),
        territory.slug,
        _("To the rounds"),
    )


class Add(RegisterPage):
    """Enter an institution of one territory."""

    form_class = AddForm
    title = gettext_lazy("Add an institution in %(name)s")
    button = gettext_lazy("Add the institution")
    note = gettext_lazy(
        "It joins the roster of a round if it stands on the day that the answers are of."
    )
    done = gettext_lazy("The institution was added.")

    def dispatch(self, request: HttpRequest, territory: str) -> HttpResponse:
        self.territory = scope.territory_or_404(request.user, territory)
        scope.require(scope.may_manage(request.user, self.territory.pk))
        return super().dispatch(request)

    def form(self, data) -> Form:
        return AddForm(data, territory=self.territory)

    def save(self, told: dict) -> Institution:
        return services.add_institution(territory=self.territory, by=self.request.user, **told)


class Change(RegisterPage):
    """A change of one institution, known by its code; `last` is its newest placement."""

    last: Placement

    def dispatch(self, request: HttpRequest, code: str) -> HttpResponse:
        self.institution, self.last = managed_or_404(request, code)
        self.territory = self.last.territory
        return super().dispatch(request)

    def save(self, told: dict) -> Institution:
        self.change(self.institution, by=self.request.user, **told)
        return self.institution

    def change(self, institution: Institution, **told) -> None:
        raise NotImplementedError


class Rename(Change):
    form_class = RenameForm
    title = gettext_lazy("Rename %(name)s")
    button = gettext_lazy("Rename")
    note = gettext_lazy(
        "The new name shows at once, for earlier years too. The former one stays in the"
        " changes on its page."
    )
    done = gettext_lazy("The institution was renamed.")
    concerns_rosters = False

    def form(self, data) -> Form:
        return RenameForm(data, initial={"name": self.institution.name})

    def change(self, institution: Institution, **told) -> None:
        services.rename_institution(institution, **told)


class Move(Change):
    form_class = MoveForm
    title = gettext_lazy("Move %(name)s")
    button = gettext_lazy("Move")
    note = gettext_lazy(
        "Another tier, place or reporting unit from a day on. Up to the day before, the"
        " institution counts where it stood."
    )
    done = gettext_lazy("The move was recorded.")

    def form(self, data) -> Form:
        return MoveForm(data, territory=self.territory, initial=MoveForm.stands(self.last))

    def change(self, institution: Institution, **told) -> None:
        services.move_institution(institution, **told)


class Close(Change):
    form_class = CloseForm
    title = gettext_lazy("Close %(name)s")
    button = gettext_lazy("Record the closure")
    note = gettext_lazy(
        "Figures reported for earlier years stay. If it goes on in another institution,"
        " merge it instead, or split it, so that its visits are counted on."
    )
    done = gettext_lazy("The closure was recorded.")

    def change(self, institution: Institution, **told) -> None:
        services.close_institution(institution, **told)


class Reopen(Change):
    form_class = ReopenForm
    title = gettext_lazy("Reopen %(name)s")
    button = gettext_lazy("Take the closure back")
    note = gettext_lazy(
        "For a closure entered by mistake: the institution counts as never closed. If it was"
        " merged into another one or split that day, that is taken back too; the institutions"
        " that it was split into stay until they are closed."
    )
    done = gettext_lazy("The closure was taken back.")

    def change(self, institution: Institution, **told) -> None:
        services.reopen_institution(institution, **told)


class Merge(Change):
    form_class = MergeForm
    title = gettext_lazy("Merge %(name)s into another institution")
    button = gettext_lazy("Record the merger")
    note = gettext_lazy(
        "This institution is closed from that day; the other one stays and its growth is"
        " read with the visits of both. For a new institution add it first, then merge"
        " each former one into it."
    )
    done = gettext_lazy("The merger was recorded.")

    def form(self, data) -> Form:
        return MergeForm(data, among=self.others())

    def change(self, institution: Institution, **told) -> None:
        services.merge_institutions([institution], **told)

    def extra(self) -> dict:
        alike = self.others().filter(kind=self.institution.kind)
        return {"nearby": _nearest(alike, self.last)[:_NEARBY]}

    def others(self):
        """Institutions of the territory in which this one may go on."""
        return _of_the_territory(self.last).filter(closed_on=None).exclude(pk=self.institution.pk)


class Split(Change):
    form_class = SplitForm
    template = "institutions/split.html"
    title = gettext_lazy("Split %(name)s")
    button = gettext_lazy("Record the split")
    note = gettext_lazy(
        "From a day on it goes on in new institutions, which are added here. Growth counts them"
        " as one with it, so that its visits of earlier years stay the base."
    )
    done = gettext_lazy("The split was recorded.")

    def form(self, data) -> Form:
        return SplitForm(data, last=self.last, parts=self.number_of_parts())

    def change(self, institution: Institution, **told) -> None:
        services.split_institution(institution, **told)

    def extra(self) -> dict:
        return {"number": self.number_of_parts(), "numbers": range(1, _MOST_PARTS + 1)}

    def number_of_parts(self) -> int:
        asked = self.request.GET.get("parts", "")
        in_reach = asked.isascii() and asked.isdigit() and 1 <= int(asked[:3]) <= _MOST_PARTS
        return int(asked[:3]) if in_reach else _PARTS


def managed_or_404(request: HttpRequest, code: str) -> tuple[Institution, Placement]:
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
