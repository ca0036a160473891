"""Addresses under reporting/, imports."""

from django.urls import path

from reports.importing import territory_views, undo_views, views

urlpatterns = [
    path("reporting/reports/<int:pk>/import/", views.upload, name="import"),
    path("reporting/reports/<int:pk>/template.csv", views.template, name="template"),
    path(
        "reporting/reports/<int:pk>/template.xlsx",
        views.template,
        {"kind": "xlsx"},
        name="template-workbook",
    ),
    path("reporting/imports/<int:pk>/marked.xlsx", views.marked, name="import-marked"),
    path("reporting/imports/<int:pk>/", views.show, name="import-preview"),
    path("reporting/imports/<int:pk>/apply/", views.write, name="import-apply"),
    path("reporting/imports/<int:pk>/undo/", undo_views.take_back, name="import-undo"),
    # The file of a whole territory.
    path("reporting/<slug:territory>/import/", territory_views.upload, name="territory-upload"),
    path(
        "reporting/<slug:territory>/imports/<int:pk>/",
        territory_views.show,
        name="territory-import",
    ),
    *(
        path(f"reporting/<slug:territory>/imports/<int:pk>/{end}", view, name=f"territory-{name}")
        for end, view, name in (
            ("progress/", territory_views.progress, "import-progress"),
            ("answer/", territory_views.answer, "import-answer"),
            ("write/", territory_views.write, "import-write"),
            ("again/", territory_views.again, "import-again"),
            ("give-up/", territory_views.give_up, "import-give-up"),
            ("faulty.csv", territory_views.faulty, "import-faulty"),
        )
    ),
]
