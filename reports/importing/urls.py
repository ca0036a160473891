"""Addresses under reporting/, imports."""

from django.urls import path

from reports.importing import undo_views, views

urlpatterns = [
    path("reporting/reports/<int:pk>/import/", views.upload, name="import"),
    path("reporting/reports/<int:pk>/template.csv", views.template, name="template"),
    path("reporting/imports/<int:pk>/", views.show, name="import-preview"),
    path("reporting/imports/<int:pk>/apply/", views.write, name="import-apply"),
    path("reporting/imports/<int:pk>/undo/", undo_views.take_back, name="import-undo"),
]
