"""A territory without figures: what is there already, and what comes next for whom."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from institutions.models import AdministrativeUnit, User
from institutions.scope import may_manage
from reports.figures.reading import Figures
from reports.models import ReportingRound
from targets.models import PlanVersion

# Addresses with a year beyond these name no year of anything.
FIRST, LAST = 2000, 2100


@dataclass(frozen=True, slots=True)
class Waiting:
    """What keeps a dashboard empty.

    version   the published document that its targets come from
    targets   (target year, number of targets)
    draft     a document that waits to be published, for those who work on it
    latest    the newest year with a round, None if there never was one
    """

    version: PlanVersion | None
    targets: tuple[tuple[int, int], ...]
    draft: PlanVersion | None
    latest: int | None
    may_manage: bool

    @property
    def total(self) -> int:
        return sum(number for _year, number in self.targets)


def is_awaited(rounds: Sequence[ReportingRound], year: int) -> bool:
    """Whether a year without a round may still get one: no later one was held."""
    return FIRST <= year <= LAST and all(year > each.year for each in rounds)


def waiting(
    user: User, territory: AdministrativeUnit, year: int, rounds: Sequence[ReportingRound]
) -> Waiting:
    """The state before any figure. One query, a second one for those who register plans."""
    figures = Figures(territory, year)
    return Waiting(
        version=figures.version,
        targets=tuple(sorted(Counter(target.year for target in figures.targets).items())),
        draft=draft_for(user, territory),
        latest=max((each.year for each in rounds), default=None),
        may_manage=may_manage(user, territory.pk),
    )


def draft_for(user: User, territory: AdministrativeUnit) -> PlanVersion | None:
    """The newest draft of a plan of the territory, for those who may publish it."""
    if not may_manage(user, territory.pk):
        return None
    drafts = PlanVersion.objects.filter(plan__territory=territory, status=PlanVersion.Status.DRAFT)
    return drafts.defer("text", "unread", "doubts").order_by("-registered_at").first()
