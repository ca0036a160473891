"""What is due for one person: the reports they owe, and what waits for the Department.

Read in a fixed number of queries, whatever the number of units and institutions.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from institutions.models import User
from institutions.proposals.services import open_proposals
from institutions.scope import rights
from reports.deadlines import days_left
from reports.models import Change, IndicatorValue, Reminder, Report, ReportingRound
from reports.rounds.editing_checks.findings import Findings, findings_of_all
from reports.rounds.pages import (
    Place,
    ReportRow,
    overseen,
    places,
    report_rows,
    with_corrections,
)
from reports.rounds.reviewing.history import is_withdrawn
from reports.rounds.reviewing.queue import Waiting, waiting

SHOWN = 8
"""Reports of a queue on the home page; the rest stands on its own page."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A report of one's own unit: how far it is, what was returned, what the checks still ask.

    `findings` is None where nothing can be entered; `corrected` counts the figures that the
    Department corrected itself.
    """

    row: ReportRow
    findings: Findings | None
    returned: list[IndicatorValue]
    corrected: int

    @property
    def report(self) -> Report:
        return self.row.report

    @property
    def is_withdrawn(self) -> bool:
        return is_withdrawn(self.report)


@dataclass(frozen=True, slots=True)
class Missing:
    """A report that a unit owes, with the latest reminder."""

    row: ReportRow
    reminder: Reminder | None


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits for the Department in one territory's open round."""

    place: Place
    round: ReportingRound
    days_left: int | None
    waiting: list[Waiting]
    returned: list[ReportRow]
    missing: list[Missing]
    approved: int
    total: int

    @property
    def first(self) -> list[Waiting]:
        return self.waiting[:SHOWN]

    @property
    def clean(self) -> list[Waiting]:
        return [each for each in self.waiting if each.is_clean]

    @property
    def late(self) -> int:
        """Units that have not sent their report although the last day is over."""
        return sum(each.row.is_late for each in self.missing)

    @property
    def not_begun(self) -> int:
        return sum(each.row.report.started_at is None for each in self.missing)

    @property
    def reminded(self) -> int:
        return sum(each.reminder is not None for each in self.missing)


@dataclass(frozen=True, slots=True)
class Home:
    """`proposals`: how many changes of the register wait for this person's decision."""

    places: list[Place]
    own: list[Owed]
    desks: list[Desk]
    proposals: int = 0


def home(user: User) -> Home:
    """What is due for one person."""
    held = rights(user)
    known = places(user)
    opened = {each.pk: (place, each) for place in known for each in reversed(place.open_rounds)}
    rows: list[ReportRow] = []
    if opened and (held.own_units or held.department):
        rows = report_rows(
            list(
                overseen(user)
                .filter(round__in=opened)
                .order_by("reporting_unit__sort_key", "round__year")
            )
        )
    desks = {
        pk: (place, each)
        for pk, (place, each) in opened.items()
        if place.territory.pk in held.department
    }
    return Home(
        places=known,
        own=_owed([row for row in rows if row.report.reporting_unit_id in held.own_units]),
        desks=_desks(desks, [row for row in rows if row.report.round_id in desks]),
        proposals=open_proposals(user).count() if held.department else 0,
    )


def _owed(rows: Collection[ReportRow]) -> list[Owed]:
    """Nine queries at most; none without a report of one's own."""
    if not rows:
        return []
    reports = [row.report for row in rows]
    findings = findings_of_all([r for r in reports if r.status in _TO_ENTER and r.started_at])
    returned: dict[tuple[int, int], list[IndicatorValue]] = defaultdict(list)
    of_units = {
        "line__round__in": {report.round_id for report in reports},
        "line__reporting_unit__in": {report.reporting_unit_id for report in reports},
    }
    for value in (
        with_corrections(IndicatorValue.objects.filter(is_returned=True, **of_units))
        .select_related("line__institution", "indicator")
        .order_by("line__institution__sort_key", "indicator")
    ):
        returned[value.line.round_id, value.line.reporting_unit_id].append(value)
    corrected: dict[tuple[int, int], set[int]] = defaultdict(set)
    for round_id, unit, value in Change.objects.filter(
        action=Change.Action.CORRECTED,
        **{f"value__{path}": found for path, found in of_units.items()},
    ).values_list("value__line__round", "value__line__reporting_unit", "value"):
        corrected[round_id, unit].add(value)
    found = []
    for row in rows:
        part = row.report.round_id, row.report.reporting_unit_id
        found.append(Owed(row, findings.get(row.report.pk), returned[part], len(corrected[part])))
    return found


_TO_ENTER = (Report.Status.DRAFT, Report.Status.RETURNED)


def _desks(
    opened: dict[int, tuple[Place, ReportingRound]], rows: Collection[ReportRow]
) -> list[Desk]:
    """Ten queries at most."""
    queue = waiting(rows)
    reminders: dict[int, Reminder] = {}
    if rows:
        owed = [row.report for row in rows if row.report.status in _TO_ENTER]
        for reminder in Reminder.objects.filter(report__in=owed).order_by("sent_at", "pk"):
            reminders[reminder.report_id] = reminder

    def desk(place: Place, of: ReportingRound) -> Desk:
        own = [row for row in rows if row.report.round_id == of.pk]
        missing = [
            Missing(row, reminders.get(row.report.pk))
            for row in own
            if row.report.status == Report.Status.DRAFT
        ]
        return Desk(
            place=place,
            round=of,
            days_left=days_left(of),
            waiting=[each for each in queue if each.report.round_id == of.pk],
            returned=[row for row in own if row.report.status == Report.Status.RETURNED],
            # Who has not begun first: those may need help, not only a reminder.
            missing=sorted(missing, key=lambda each: each.row.report.started_at is not None),
            approved=sum(row.report.status == Report.Status.APPROVED for row in own),
            total=len(own),
        )

    return [desk(place, of) for place, of in opened.values()]
