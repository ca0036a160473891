"""What the frame around every page offers: the territories of the person and their years."""

from dataclasses import dataclass
from functools import cached_property

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


class Frame:
    """Read on first use and in one query, so that an error page needs no database."""

    def __init__(self, request):
        self._request = request

    @cached_property
    def places(self) -> list[Place]:
        rounds = scope.limit(ReportingRound.objects.all(), self._request.user)
        years: dict[AdministrativeUnit, list[int]] = {}
        for each in rounds.select_related("territory").order_by("territory__sort_key", "-year"):
            years.setdefault(each.territory, []).append(each.year)
        return [Place(territory, tuple(found)) for territory, found in years.items()]


def context(request) -> dict:
    """For every template: the menus of the frame."""
    return {"frame": Frame(request)}
