"""Addresses of the grid under reporting/."""

from django.urls import path

from reports.rounds.grid import views

urlpatterns = [
    path("reporting/reports/<int:pk>/grid/", views.page, name="grid"),
    path("reporting/reports/<int:pk>/grid/cells/", views.save, name="grid-save"),
    path("reporting/reports/<int:pk>/texts/", views.texts, name="report-texts"),
    path("reporting/reports/<int:pk>/files/", views.add_file, name="attach"),
    path("reporting/files/<int:pk>/", views.download, name="attachment"),
    path("reporting/files/<int:pk>/remove/", views.remove_file, name="attachment-remove"),
]
