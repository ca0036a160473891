"""What a target year asks of a figure, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reports.figures import words
from reports.figures.attainment import Pace
from reports.figures.phrases import goal_words, per_year_words
from reports.figures.places import Place
from reports.figures.statuses import status_of
from reports.figures.target_rows import TargetAttainment
from reports.figures.words import Status
from targets.models import Target


@dataclass(frozen=True, slots=True)
class Goal:
    """One target year of a figure."""

    target: Target
    year: int
    level: str
    is_implied: bool
    url: str
    mark: str
    status: Status
    hint: str
    is_other: bool


def goal_of(
    row: TargetAttainment, place: Place, target_years: Sequence[int], *, is_other: bool
) -> Goal:
    status = status_of(row)
    hint = ""
    if row.outcome is not None and row.outcome.legal_basis:
        hint = row.outcome.legal_basis
    elif is_other and row.outcome is None and row.pace is Pace.BEHIND:
        hint = per_year_words(row)
    elif is_other and row.verdict is not None and row.counts and row.counts.yes + row.counts.no:
        hint = _("%(value)s when %(year)s ended") % {
            "value": words.percent(100 * row.counts.confirmed),
            "year": row.figure_year,
        }
    return Goal(
        target=row.target,
        year=row.target_year,
        level=goal_words(row.target),
        is_implied=row.target.basis == Target.Basis.IMPLIED,
        url=place.explain(row.target),
        mark="" if row.target_year == target_years[0] else "goal-2030",
        status=status or Status("later", "", ""),
        hint=hint,
        is_other=is_other,
    )
