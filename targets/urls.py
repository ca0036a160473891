"""Addresses under plans/."""

from django.urls import include, path

from targets import views

app_name = "targets"
urlpatterns = [
    path("", views.plan_list, name="list"),
    path("", include("targets.intake.urls")),
    path("", include("targets.amending.urls")),
    path("<int:pk>/", views.plan, name="plan"),
    path("<int:pk>/source/", views.source, name="source"),
    path("<int:pk>/confirm/", views.confirm, name="confirm"),
    path("<int:pk>/publish/", views.publish, name="publish"),
    path("<int:pk>/add/", views.add, name="add"),
    path("<int:pk>/sentences/<int:number>/", views.sentence, name="sentence"),
    path("<int:pk>/history/", views.history, name="history"),
    path("<int:pk>/targets/<int:target_pk>/", views.target, name="target"),
    path("<int:pk>/targets/<int:target_pk>/reopen/", views.reopen, name="reopen"),
]
