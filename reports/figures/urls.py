"""Addresses under <territory>/<year>/."""

urlpatterns = []
