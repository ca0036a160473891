"""Addresses under plans/ of amendments, without a namespace of their own."""

from django.urls import path

from targets.amending import views

urlpatterns = [path("<int:pk>/changes/", views.changes, name="changes")]
