"""Addresses under / and reporting/."""

from django.urls import path

from reports.rounds import views

urlpatterns = [
    path("", views.home, name="home"),
    path("reporting/", views.reporting, name="reporting"),
    path("reporting/approve/", views.approve_selected, name="approve-selected"),
    path("reporting/reports/<int:pk>/", views.report, name="report"),
    path("reporting/reports/<int:pk>/submit/", views.submit_report, name="submit"),
    path("reporting/reports/<int:pk>/approve/", views.approve_report, name="approve"),
    path("reporting/reports/<int:pk>/return/", views.return_to_unit, name="return"),
    path("reporting/reports/<int:pk>/texts/", views.texts, name="report-texts"),
    path("reporting/reports/<int:pk>/lines/<int:line>/", views.line, name="report-line"),
]
