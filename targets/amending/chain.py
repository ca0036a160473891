"""The documents of one plan, one after the other: what was in force when (design section 3).

Which of two versions comes first is a matter of the days from which they are in force, never of
the order in which people registered them.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from targets.models import PlanVersion


@dataclass(frozen=True, slots=True)
class Link:
    """One document of a plan.

    until       the last day on which it is in force; None: to this day, or a draft
    is_shown    the document that the page is about
    amends      an earlier published document is there to compare it with
    """

    version: PlanVersion
    until: datetime.date | None
    is_shown: bool
    amends: bool


def in_force_at_end_of(versions: Iterable[PlanVersion], year: int) -> PlanVersion | None:
    """Of a plan's published versions the one in force on the last day of `year`.

    For a year before the plan the first one: its baseline years are read through it.
    """
    ordered = sorted(versions, key=_order)
    last_day = datetime.date(year, 12, 31)
    in_force = [version for version in ordered if version.in_force_from <= last_day]
    return next(reversed(in_force), next(iter(ordered), None))


def replaced_by(version: PlanVersion) -> PlanVersion | None:
    """The published version that `version` replaces, or would if it were published; no text."""
    earlier = Q(in_force_from__lt=version.in_force_from)
    earlier |= Q(in_force_from=version.in_force_from, pk__lt=version.pk)
    return (
        PlanVersion.objects.published()
        .filter(earlier, plan=version.plan_id)
        .defer("text", "unread", "doubts")
        .order_by("-in_force_from", "-pk")
        .first()
    )


def links(versions: Iterable[PlanVersion], shown: PlanVersion | None = None) -> list[Link]:
    """Documents of one plan in the order in which they come into force."""
    ordered = sorted(versions, key=_order)
    found, earlier = [], False
    for place, version in enumerate(ordered):
        later = (each for each in ordered[place + 1 :] if _is_published(each))
        following = next(later, None) if _is_published(version) else None
        until = following and following.in_force_from - datetime.timedelta(days=1)
        found.append(Link(version, until, version == shown, earlier))
        earlier = earlier or _is_published(version)
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
    return version.in_force_from, version.pk


def _is_published(version: PlanVersion) -> bool:
    return version.status == PlanVersion.Status.PUBLISHED
