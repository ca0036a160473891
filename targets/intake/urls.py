"""Addresses under plans/ of a plan on its way, without a namespace of their own."""

from django.urls import path

from targets.intake import views

urlpatterns = [
    path("new/", views.new, name="new"),
]
