"""A target that an amendment dropped: its address stays, and says since when it counts no more."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from institutions.models import AdministrativeUnit
from reports.figures.explain import Quote, quote_of, tiers_of
from reports.figures.phrases import goal_words, tiers_label
from reports.figures.reading import confirmed_targets
from targets.amending import chain
from targets.models import PlanVersion, Target


@dataclass(frozen=True, slots=True)
class Dropped:
    """`amendment`: the first document of the plan without the target, in force `since` that day."""

    title: str
    target: Target
    goal: str
    quote: Quote
    since: datetime.date
    amendment: PlanVersion
    last_year: int


def dropped(
    territory: AdministrativeUnit, year: int, indicator: str, tiers: str, target_year: int
) -> Dropped | None:
    """The target of that address if an earlier document set it and the one of `year` does not.

    None if no document in force by then set it.
    """
    confirmed = list(confirmed_targets(territory))
    found = [
        target
        for target in confirmed
        if target.indicator.code == indicator
        and target.tiers == tiers_of(tiers)
        and target.year == target_year
        and target.version.in_force_from.year <= year
    ]
    if not found:
        return None
    # In the order of the documents: the last one that set it.
    target = found[-1]
    versions = {
        each.version_id: each.version
        for each in confirmed
        if each.version.plan_id == target.version.plan_id
    }
    following = next(
        (
            link.version
            for link in chain.links(versions.values())
            if link.replaces == target.version
        ),
        None,
    )
    if following is None:
        return None
    return Dropped(
        title=f"{target.indicator.label} · {tiers_label(target.tiers, target.indicator.kind)}",
        target=target,
        goal=goal_words(target),
        quote=quote_of(target),
        since=following.in_force_from,
        amendment=following,
        last_year=following.in_force_from.year - 1,
    )
