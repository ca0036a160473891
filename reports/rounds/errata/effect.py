"""What an erratum would mean for the targets, before it is made."""

from dataclasses import dataclass

from django.db import transaction

from reports.figures.as_closed import Basis
from reports.figures.boards import attainment_rows
from reports.figures.differences import changes
from reports.figures.phrases import described
from reports.figures.places import Place
from reports.models import RoundLine
from reports.rounds.errata.services import correct


@dataclass(frozen=True, slots=True)
class Effect:
    """One target of the year whose figure of today would change."""

    label: str
    target_year: int
    url: str
    change: str


def effect(*, line: RoundLine, **erratum) -> list[Effect]:
    """The targets that would read otherwise today: the erratum is made and taken back again.

    Raises what `correct` raises. Only the figures of today can change; those as closed stay.
    """
    territory, year = line.round.territory, line.round.year
    before = attainment_rows(territory, year, basis=Basis.NOW)
    with transaction.atomic():
        correct(line=line, **erratum)
        after = attainment_rows(territory, year, basis=Basis.NOW)
        transaction.set_rollback(True)
    place = Place(territory, year, Basis.NOW)
    return [
        Effect(described(was), was.target_year, place.explain(was.target), change)
        for was, becomes in zip(before, after, strict=True)
        if (change := changes(was, becomes))
    ]
