"""Addresses under institutions/."""

from django.urls import path

from institutions import views
from institutions.lists import views as lists
from institutions.proposals import views as proposals
from institutions.register import views as register
from institutions.scope import DEPARTMENT, REPORTER, Audience, audience


def page(change: type[register.RegisterPage], *who: Audience):
    """A page of the register: for the Department alone, if nobody else is named."""
    return audience(*(who or [DEPARTMENT]))(change.as_view())


app_name = "institutions"
urlpatterns = [
    path("", views.institution_list, name="list"),
    # Words that no code may be (register.services.RESERVED_CODES).
    path("proposals/", proposals.proposal_list, name="proposals"),
    path("proposals/units/<code:unit>/", proposals.of_unit, name="unit-proposals"),
    path(
        "proposals/units/<code:unit>/new/",
        page(proposals.ProposeNew, REPORTER),
        name="propose-new",
    ),
    path(
        "proposals/units/<code:unit>/closure/",
        page(proposals.ProposeClosure, REPORTER),
        name="propose-closure",
    ),
    path("proposals/<int:pk>/take-back/", proposals.take_back, name="proposal-take-back"),
    path("proposals/<int:pk>/accept/", proposals.accept, name="proposal-accept"),
    path("proposals/<int:pk>/refuse/", proposals.refuse, name="proposal-refuse"),
    path("import/", lists.choose, name="import-choose"),
    path("import/files/<int:pk>/", lists.show, name="import-preview"),
    path("import/<slug:territory>/", lists.send, name="import"),
    path("import/<slug:territory>/template.xlsx", lists.template, name="import-template"),
    path("new/<slug:territory>/", page(register.Add), name="new"),
    path("<code:code>/", views.institution_detail, name="detail"),
    path("<code:code>/rename/", page(register.Rename), name="rename"),
    path("<code:code>/move/", page(register.Move), name="move"),
    path("<code:code>/close/", page(register.Close), name="close"),
    path("<code:code>/reopen/", page(register.Reopen), name="reopen"),
    path("<code:code>/merge/", page(register.Merge), name="merge"),
    path("<code:code>/split/", page(register.Split), name="split"),
]
