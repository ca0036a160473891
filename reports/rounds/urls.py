"""Addresses under / and reporting/."""

urlpatterns = []
