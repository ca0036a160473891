"""Addresses under plans/ of a plan on its way, without a namespace of their own."""

from django.urls import path

from targets.intake import views

urlpatterns = [
    path("new/", views.new, name="new"),
    # A document that is no plan yet.
    path("documents/<int:pk>/", views.document, name="document"),
    path("documents/<int:pk>/progress/", views.progress, name="document-progress"),
    path("documents/<int:pk>/again/", views.again, name="document-again"),
    path("documents/<int:pk>/give-up/", views.give_up, name="document-give-up"),
    path("documents/<int:pk>/pages/<int:number>.png", views.document_page, name="document-page"),
    # What a draft was registered with, and how its document looks.
    path("<int:pk>/settings/", views.change_settings, name="settings"),
    path("<int:pk>/discard/", views.discard, name="discard"),
    path("<int:pk>/pages/<int:number>.png", views.page, name="page"),
]
