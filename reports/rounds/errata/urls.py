"""Addresses of errata: the list of a closed year, and the correction of one figure."""

from django.urls import path

from reports.rounds.errata import views

urlpatterns = [
    path("reporting/lines/<int:pk>/errata/<str:indicator>/", views.correct, name="erratum"),
    path("<slug:territory>/<int:year>/errata/", views.listing, name="errata"),
]
