"""Addresses under plans/."""

app_name = "targets"
urlpatterns = []
