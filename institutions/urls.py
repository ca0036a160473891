"""Addresses under institutions/."""

from django.urls import path

from institutions import views

app_name = "institutions"
urlpatterns = [
    path("", views.institution_list, name="list"),
    path("<code:code>/", views.institution_detail, name="detail"),
]
