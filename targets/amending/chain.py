"""The documents of one plan, one after the other: what was in force when (design section 3).

Which of two versions comes first is a matter of the days from which they are in force, never of
the order in which people registered them.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from institutions.models import AdministrativeUnit
from targets.models import Plan, PlanVersion


@dataclass(frozen=True, slots=True)
class Link:
    """One document of a plan.

    until       the last day on which it is in force; None: to this day, or a draft
    is_shown    the document that the page is about
    replaces    the published document before it, None for the first one
    """

    version: PlanVersion
    until: datetime.date | None
    is_shown: bool
    replaces: PlanVersion | None

    @property
    def amends(self) -> bool:
        """Whether an earlier published document is there to compare it with."""
        return self.replaces is not None


def in_force_at_end_of(versions: Iterable[PlanVersion], year: int) -> PlanVersion | None:
    """Of a plan's published versions the one in force on the last day of `year`.

    For a year before the plan the first one: its baseline years are read through it.
    """
    ordered = sorted(versions, key=_order)
    last_day = datetime.date(year, 12, 31)
    in_force = [version for version in ordered if version.in_force_from <= last_day]
    return next(reversed(in_force), next(iter(ordered), None))


def of_territory(territory: AdministrativeUnit, year: int) -> PlanVersion | None:
    """The published document of a territory's plan that is in force at the end of `year`.

    For a year before the plan the first one; None without a plan. One query, no texts.
    """
    return in_force_at_end_of(_published(plan__territory=territory), year)


def replaced_by(version: PlanVersion) -> PlanVersion | None:
    """The published version that `version` replaces, or would if it were published; no text."""
    earlier = [one for one in _published(plan=version.plan_id) if _order(one) < _order(version)]
    return max(earlier, key=_order, default=None)


def disorder(
    plan: Plan | None,
    issued_on: datetime.date,
    in_force_from: datetime.date,
    *,
    but: PlanVersion | None = None,
) -> str | None:
    """Why a document with these days cannot stand among the published ones; None if it can.

    Documents take effect in the order in which they were issued, whichever was registered first:
    the older plan may come in after its amendment, but cannot count in its place.
    """
    for other in _published(plan=plan):
        if other == but:
            continue
        if issued_on > other.issued_on and in_force_from < other.in_force_from:
            words = _("%(number)s, which this document amends, is in force from %(day)s only.")
        elif issued_on < other.issued_on and in_force_from > other.in_force_from:
            words = _("%(number)s, issued later, is in force from %(day)s already.")
        else:
            continue
        day = date_format(other.in_force_from, "SHORT_DATE_FORMAT")
        return words % {"number": other.number, "day": day}
    return None


def _published(**of_what) -> QuerySet[PlanVersion]:
    return PlanVersion.objects.published().filter(**of_what).defer("text", "unread", "doubts")


def links(versions: Iterable[PlanVersion], shown: PlanVersion | None = None) -> list[Link]:
    """Documents of one plan in the order in which they come into force."""
    ordered = sorted(versions, key=_order)
    found, earlier = [], None
    for place, version in enumerate(ordered):
        later = (each for each in ordered[place + 1 :] if _is_published(each))
        following = next(later, None) if _is_published(version) else None
        until = following and following.in_force_from - datetime.timedelta(days=1)
        found.append(Link(version, until, version == shown, earlier))
        earlier = version if _is_published(version) else earlier
    return found


def links_of(version: PlanVersion, seen: QuerySet[PlanVersion]) -> list[Link]:
    """The documents of the plan of `version`, of those in `seen`; one query, no texts."""
    versions = seen.filter(plan=version.plan_id).defer("text", "unread", "doubts")
    return links(versions, shown=version)


def newest_first(versions: Iterable[PlanVersion]) -> list[Link]:
    """Documents of several plans: the plans as they come, the newest document of each first."""
    plans: dict[int, list[PlanVersion]] = {}
    for version in versions:
        plans.setdefault(version.plan_id, []).append(version)
    return [link for own in plans.values() for link in reversed(links(own))]


def _order(version: PlanVersion) -> tuple:
    return version.in_force_from, version.issued_on, version.pk


def _is_published(version: PlanVersion) -> bool:
    return version.status == PlanVersion.Status.PUBLISHED
