"""Addresses under institutions/."""

from django.urls import path

from institutions import views
from institutions.register import views as register
from institutions.scope import DEPARTMENT, audience


def page(change: type[register.RegisterPage]):
    """A page of the register, for the Department alone."""
    return audience(DEPARTMENT)(change.as_view())


app_name = "institutions"
urlpatterns = [
    path("", views.institution_list, name="list"),
    path("new/<slug:territory>/", page(register.Add), name="new"),
    path("<code:code>/", views.institution_detail, name="detail"),
    path("<code:code>/rename/", page(register.Rename), name="rename"),
    path("<code:code>/move/", page(register.Move), name="move"),
    path("<code:code>/close/", page(register.Close), name="close"),
    path("<code:code>/reopen/", page(register.Reopen), name="reopen"),
    path("<code:code>/merge/", page(register.Merge), name="merge"),
    path("<code:code>/split/", page(register.Split), name="split"),
]
