"""Addresses under reporting/, imports."""

urlpatterns = []
