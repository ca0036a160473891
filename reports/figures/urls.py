"""Addresses under <territory>/<year>/."""

from django.urls import path

from reports.figures import institution_values, views

urlpatterns = [
    # Beside the institution's own page, which takes this table in without knowing reports.
    path("institutions/<code:code>/values/", institution_values.page, name="institution-values"),
    path("<slug:territory>/<int:year>/", views.province, name="province"),
    path("<slug:territory>/<int:year>/trend/", views.trend, name="trend"),
    path("<slug:territory>/<int:year>/units/<code:code>/", views.unit, name="unit"),
    path(
        "<slug:territory>/<int:year>/explain/<str:indicator>/<str:tiers>/<int:target_year>/",
        views.explain,
        name="explain",
    ),
    path("<slug:territory>/<int:year>/<slug:kind>/<slug:tier>/", views.tier, name="tier"),
]
