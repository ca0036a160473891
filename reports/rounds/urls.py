"""Addresses under /, reporting/ and receipts/."""

from django.urls import path

from reports.rounds import receipt_views, views
from reports.rounds.editing_checks import views as editing_checks
from reports.rounds.grid.urls import urlpatterns as grid
from reports.rounds.inspecting.urls import urlpatterns as inspecting
from reports.rounds.reviewing.urls import urlpatterns as reviewing

urlpatterns = [
    *grid,
    *inspecting,
    *reviewing,
    path("", views.home, name="home"),
    path("reporting/", views.reporting, name="reporting"),
    path("reporting/reports/<int:pk>/", views.report, name="report"),
    path("reporting/reports/<int:pk>/submit/", editing_checks.submit_report, name="submit"),
    path("reporting/reports/<int:pk>/check/", editing_checks.check, name="check"),
    path("reporting/reports/<int:pk>/lines/<int:line>/", views.line, name="report-line"),
    path(
        "reporting/reports/<int:pk>/receipts/<int:number>/", receipt_views.receipt, name="receipt"
    ),
    path(
        "reporting/reports/<int:pk>/receipts/<int:number>/content.txt",
        receipt_views.content,
        name="receipt-content",
    ),
    path("receipts/", receipt_views.look_up, name="receipts"),
    path("receipts/<str:code>/", receipt_views.check_code, name="receipt-check"),
]
