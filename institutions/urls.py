"""Addresses under institutions/."""

from django.urls import path

from institutions import register, views

app_name = "institutions"
urlpatterns = [
    path("", views.institution_list, name="list"),
    path("new/<slug:territory>/", register.add, name="new"),
    path("<code:code>/", views.institution_detail, name="detail"),
    path("<code:code>/rename/", register.rename, name="rename"),
    path("<code:code>/move/", register.move, name="move"),
    path("<code:code>/close/", register.close, name="close"),
    path("<code:code>/reopen/", register.reopen, name="reopen"),
    path("<code:code>/merge/", register.merge, name="merge"),
]
