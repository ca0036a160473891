"""Addresses under reporting/rounds/."""

from django.urls import path

from reports.rounds.managing import views

urlpatterns = [
    path("reporting/rounds/new/", views.choose_territory, name="round-choose"),
    path("reporting/rounds/new/<slug:territory>/", views.new, name="round-new"),
    path("reporting/rounds/<int:pk>/", views.round_page, name="round"),
    path("reporting/rounds/<int:pk>/change/", views.change, name="round-change"),
    path("reporting/rounds/<int:pk>/roster/", views.roster, name="round-roster"),
    path("reporting/rounds/<int:pk>/close/", views.close, name="round-close"),
    path("reporting/rounds/<int:pk>/give-up/", views.give_up, name="round-give-up"),
    path("reporting/rounds/<int:pk>/remind/", views.remind, name="round-remind"),
]
