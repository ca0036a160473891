"""Addresses at the root, reporting/ and <territory>/<year>/; one list per room of the app."""

from reports.figures.urls import urlpatterns as figures
from reports.importing.urls import urlpatterns as importing
from reports.rounds.errata.urls import urlpatterns as errata
from reports.rounds.managing.urls import urlpatterns as managing
from reports.rounds.urls import urlpatterns as rounds

app_name = "reports"
urlpatterns = [*rounds, *managing, *importing, *errata, *figures]
