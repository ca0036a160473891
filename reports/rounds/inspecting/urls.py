"""Addresses of inspections on the spot."""

from django.urls import path

from reports.rounds.inspecting import views

urlpatterns = [
    path("reporting/reports/<int:pk>/inspections/", views.of_report, name="inspections-of-report"),
    path("reporting/reports/<int:pk>/inspections/<int:line>/", views.visit, name="visit"),
    path(
        "reporting/inspections/<int:pk>/withdraw/",
        views.withdraw_inspection,
        name="inspection-withdraw",
    ),
    path("<slug:territory>/<int:year>/inspections/", views.of_year, name="inspections"),
]
