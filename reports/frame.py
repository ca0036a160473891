"""What the frame around every page offers: the territories of the person and their years."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from institutions import scope
from institutions.models import AdministrativeUnit
from reports.models import ReportingRound


@dataclass(frozen=True, slots=True)
class Place:
    """A territory of the person with the years of its rounds, newest first."""

    territory: AdministrativeUnit
    years: tuple[int, ...]

    @property
    def latest(self) -> int:
        return self.years[0]

    @property
    def dated_name(self) -> str:
        """The name with its map: two territories may bear one name, before and after a reform."""
        if self.territory.last_day:
            day = date_format(self.territory.last_day, "SHORT_DATE_FORMAT")
            return _("%(name)s (until %(day)s)") % {"name": self.territory.short_name, "day": day}
        day = date_format(self.territory.valid_from, "SHORT_DATE_FORMAT")
        return _("%(name)s (from %(day)s)") % {"name": self.territory.short_name, "day": day}


class Frame:
    """Read on first use and in one query, so that an error page needs no database."""

    def __init__(self, request):
        self._request = request

    @cached_property
    def places(self) -> list[Place]:
        known: Place | None = getattr(self._request, "known_place", None)
        if known and scope.sees_only(self._request.user, known.territory.pk):
            return [known]
        rounds = scope.limit(ReportingRound.objects.all(), self._request.user)
        years: dict[AdministrativeUnit, list[int]] = {}
        for each in rounds.select_related("territory").order_by("territory__sort_key", "-year"):
            years.setdefault(each.territory, []).append(each.year)
        return [Place(territory, tuple(found)) for territory, found in years.items()]


def know(request, territory: AdministrativeUnit, rounds: Iterable[ReportingRound]) -> None:
    """A page about a territory has read its rounds: who sees only this one needs no other query."""
    if years := sorted((each.year for each in rounds), reverse=True):
        request.known_place = Place(territory, tuple(years))


def context(request) -> dict:
    """For every template: the menus of the frame."""
    return {"frame": Frame(request)}
