"""Who did what to a report and when: its steps, and the figures that the Department corrected."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from institutions.models import User
from reports.models import Change, Report
from reports.rounds.checks import Cell
from reports.rounds.pages import Event
from reports.rounds.wording import cell_text


@dataclass(frozen=True, slots=True)
class ReportStep:
    """One step on the way of a report, with the words that went along."""

    at: datetime.datetime
    by: User | None
    what: str
    message: str = ""


def records(report: Report) -> list:
    """Every recorded state of the report, oldest first. One query."""
    return list(
        report.history.select_related(
            "submitted_by", "returned_by", "approved_by", "withdrawn_by"
        ).order_by("history_id")
    )


def steps(recorded: Iterable) -> list[ReportStep]:
    """The steps that the records tell of, newest first."""
    found, before = [], None
    for now in recorded:

        def is_new(name: str, now=now, before=before) -> bool:
            at = getattr(now, name)
            return at is not None and (before is None or at != getattr(before, name))

        if is_new("submitted_at"):
            found.append(ReportStep(now.submitted_at, now.submitted_by, _("Submitted")))
        if is_new("returned_at"):
            what = _("Returned for correction")
            found.append(ReportStep(now.returned_at, now.returned_by, what, now.return_message))
        if is_new("approved_at"):
            what = _("Approved together with others") if now.bulk_approval_id else _("Approved")
            found.append(ReportStep(now.approved_at, now.approved_by, what))
        if is_new("withdrawn_at"):
            what = _("Approval withdrawn")
            found.append(
                ReportStep(now.withdrawn_at, now.withdrawn_by, what, now.withdrawal_reason)
            )
        before = now
    return sorted(found, key=lambda step: step.at)[::-1]


def event(change: Change) -> Event:
    """A change of a figure in words."""
    return Event(
        change.at,
        change.by,
        change.get_action_display(),
        change,
        cell_text(Cell(change.before_state, change.before_count, change.before_na_reason)),
        cell_text(Cell(change.after_state, change.after_count, change.after_na_reason)),
    )


def corrections(report: Report) -> list[Event]:
    """Figures that the Department corrected itself, newest first. One query."""
    found = (
        Change.objects.filter(
            value__line__round=report.round_id,
            value__line__reporting_unit=report.reporting_unit_id,
            action=Change.Action.CORRECTED,
        )
        .select_related("value__line__institution", "value__indicator", "by")
        .order_by("-pk")
    )
    return [event(change) for change in found]


def is_withdrawn(report: Report) -> bool:
    """Whether the latest approval was withdrawn, and no other step followed."""
    return bool(
        report.withdrawn_at
        and report.status == Report.Status.SUBMITTED
        and report.withdrawn_at >= report.submitted_at
    )
