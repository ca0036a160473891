"""The word and sign for where a target stands, and how many targets share it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from reports.figures import words
from reports.figures.target_rows import TargetAttainment
from reports.figures.words import Status
from targets.models import Target


def status_of(row: TargetAttainment) -> Status | None:
    """What is said of a target in the year looked at; None for a part of one."""
    if row.outcome is not None:
        return outcome_status(row)
    if row.beside is not None:
        return words.BESIDE[row.beside]
    if row.is_part:
        return None
    if row.verdict is not None:
        return words.EXCEEDED if row.exceeded else words.VERDICTS[row.verdict]
    return words.pace_status(
        row.pace, early=row.early, base_year=row.horizon.base if row.horizon else None
    )


def outcome_status(row: TargetAttainment) -> Status:
    if row.outcome.kind == Target.Outcome.CARRIED:
        return Status("ended", "i-ended", _("Carried to another target"))
    if row.outcome.kind == Target.Outcome.SET_ANEW:
        return Status("ended", "i-ended", _("Set anew by a later plan"))
    return words.ENDED


def tally_key(row: TargetAttainment) -> str:
    """Under which of the counts above the table a target falls."""
    if row.outcome is not None:
        return f"{row.target_year}-ended"
    if row.verdict is not None:
        return f"{row.target_year}-{row.verdict.value.replace('_', '-')}"
    if row.early:
        return f"{row.target_year}-early"
    pace = row.pace.value.replace("_", "-") if row.pace else "no-pace"
    return f"{row.target_year}-{pace}"


# Order of the counts; the words of those that are no verdict or pace of their own.
_TALLIES = (
    "met",
    "early",
    "on-track",
    "not-met",
    "behind",
    "undetermined",
    "no-population",
    "too-early",
    "not-started",
    "no-pace",
    "ended",
)


@dataclass(frozen=True, slots=True)
class Tally:
    status: Status
    number: int
    key: str


@dataclass(frozen=True, slots=True)
class Box:
    code: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Horizon:
    """The targets of one target year, counted by what is said of them."""

    target_year: int
    total: int
    is_due: bool
    provisional: bool
    tallies: tuple[Tally, ...]
    boxes: tuple[Box, ...]

    def number(self, *names: str) -> int:
        wanted = {f"{self.target_year}-{name}" for name in names}
        return sum(tally.number for tally in self.tallies if tally.key in wanted)


def horizons(rows: Sequence[TargetAttainment]) -> list[Horizon]:
    """Counts by target year, in the order in which they are read."""
    by_year: dict[int, list[TargetAttainment]] = defaultdict(list)
    for row in rows:
        by_year[row.target_year].append(row)
    return [_horizon(year, by_year[year]) for year in sorted(by_year)]


def _horizon(year: int, rows: Sequence[TargetAttainment]) -> Horizon:
    by_key: dict[str, list[TargetAttainment]] = defaultdict(list)
    for row in rows:
        by_key[tally_key(row)].append(row)
    tallies, boxes, place = [], [], 0
    for name in _TALLIES:
        here = by_key.get(f"{year}-{name}", [])
        if not here:
            continue
        status = words.MET if name == "met" else status_of(here[0]) or words.WITHOUT_PACE
        if name == "not-started":
            status = Status(
                status.code,
                status.icon,
                _("Growth: %(status)s") % {"status": words.in_sentence(str(status.word))},
            )
        tallies.append(Tally(status, len(here), f"{year}-{name}"))
        for _row in here:
            share = Fraction(100, len(rows))
            boxes.append(
                Box(status.code, f"{float(place * share):.2f}", f"{float(share * 91 / 100):.2f}")
            )
            place += 1
    return Horizon(
        target_year=year,
        total=len(rows),
        is_due=any(row.verdict is not None for row in rows),
        provisional=any(row.provisional for row in rows),
        tallies=tuple(tallies),
        boxes=tuple(boxes),
    )
