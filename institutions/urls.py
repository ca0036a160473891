"""Addresses under institutions/."""

app_name = "institutions"
urlpatterns = []
