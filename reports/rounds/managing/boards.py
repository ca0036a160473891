"""The page of one round: its days, its roster in numbers, where its reports stand."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from institutions.models import Kind, Tier
from reports.deadlines import days_left, is_late
from reports.models import IndicatorValue, Reminder, Report, ReportingRound, RoundLine
from reports.rounds.opening import held_lines

LATEST_REMINDERS = 20


@dataclass(frozen=True, slots=True)
class RosterPart:
    """Institutions of one kind on the roster, by tier."""

    kind: str
    tiers: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(number for _tier, number in self.tiers)


@dataclass(frozen=True, slots=True)
class RoundBoard:
    """What a round consists of and what hinders its closing."""

    round: ReportingRound
    roster: tuple[RosterPart, ...]
    statuses: Counter
    not_begun: int
    late: int
    reports: tuple[Report, ...]
    has_values: bool
    days_left: int | None
    reminders: tuple[Reminder, ...]
    held: tuple[RoundLine, ...] = ()

    @property
    def institutions(self) -> int:
        return sum(part.total for part in self.roster)

    @property
    def waiting(self) -> list[Report]:
        """Submitted reports on which nobody has decided: the round cannot be closed over them."""
        return [r for r in self.reports if r.status == Report.Status.SUBMITTED]

    @property
    def never_submitted(self) -> list[Report]:
        """Reports that stay "not reported" when the round is closed now."""
        return [
            r for r in self.reports if r.status in (Report.Status.DRAFT, Report.Status.RETURNED)
        ]

    @property
    def may_close(self) -> bool:
        return not self.round.is_closed and not self.waiting

    @property
    def may_be_given_up(self) -> bool:
        """A round opened by mistake: nobody has entered or sent anything."""
        untouched = all(r.started_at is None for r in self.reports)
        return not self.round.is_closed and not self.has_values and untouched


def for_round(round_: ReportingRound) -> RoundBoard:
    """The board of a round: five queries, one more while it is open."""
    counted: dict[str, dict[str, int]] = {}
    for kind, tier, number in (
        round_.lines.values_list("kind", "tier").annotate(number=Count("pk")).order_by()
    ):
        counted.setdefault(kind, {})[tier] = number
    reports = tuple(
        round_.reports.select_related("reporting_unit").order_by("reporting_unit__sort_key")
    )
    for report in reports:
        report.round = round_
    return RoundBoard(
        round=round_,
        roster=tuple(
            RosterPart(
                label,
                tuple(
                    (word, counted[kind][tier])
                    for tier, word in Tier.choices
                    if tier in counted[kind]
                ),
            )
            for kind, label in Kind.choices
            if kind in counted
        ),
        statuses=Counter(report.status for report in reports),
        not_begun=sum(r.status == Report.Status.DRAFT and r.started_at is None for r in reports),
        late=sum(is_late(report) for report in reports),
        reports=reports,
        has_values=IndicatorValue.objects.filter(line__round=round_).exists(),
        days_left=days_left(round_),
        reminders=tuple(
            Reminder.objects.filter(report__round=round_).select_related("report__reporting_unit")[
                :LATEST_REMINDERS
            ]
        ),
        held=() if round_.is_closed else tuple(held_lines(round_)),
    )
