"""Recording what was found on the spot, and withdrawing what was recorded by mistake.

An inspection says nothing of the figure itself: where the answer differs, the figure is corrected
on its own way (by the review while the round is open, as an erratum afterwards). Hence closed
rounds are inspected like open ones.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from institutions.models import User
from reports.models import IndicatorValue, Inspection, Report, RoundLine, State
from reports.rounds.entry import cell_of, lock
from targets.models import Indicator

Outcome = Inspection.Outcome


class Why(models.TextChoices):
    """Why an inspection is not recorded or withdrawn."""

    NOTHING_SAID = "nothing_said", _("Say of at least one question whether its answer agrees.")
    NOBODY = "nobody", _("Say who inspected.")
    IN_FUTURE = "in_future", _("An inspection cannot lie in the future.")
    TOO_EARLY = "too_early", _("An inspection cannot lie before the period of the counts.")
    NOT_IN_REPORT = (
        "not_in_report",
        _("The institution is no longer on the roster of this unit."),
    )
    NOT_ASKED = "not_asked", _("The question is not asked of this institution.")
    NO_FINDING = "no_finding", _("Say what was found where the answer differs.")
    NOTHING_REPORTED = (
        "nothing_reported",
        _("Nothing was reported there, so nothing can agree."),
    )
    CHANGED = (
        "changed",
        _("The answer was changed since you opened the page. Compare with it once more."),
    )
    WITHDRAWN = "withdrawn", _("The inspection was withdrawn already.")
    NO_REASON = "no_reason", _("Say why the inspection is withdrawn.")


class InspectionRefused(Exception):
    """The inspection cannot stand. `indicator` is the question that it is about, if it is one."""

    def __init__(self, why: Why, indicator: Indicator | None = None):
        super().__init__(str(why.label))
        self.why = why
        self.indicator = indicator


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found of one answer. `version` is that of the answer which the inspector held
    against the place; None: whatever stands there."""

    outcome: str
    finding: str = ""
    version: int | None = None


@transaction.atomic
def record(
    *,
    report: Report,
    line: RoundLine,
    inspected_on: datetime.date,
    inspected_by: str,
    seen: Mapping[Indicator, Seen],
    user: User,
) -> list[Inspection]:
    """Record one visit: one day, one inspector, one institution, any number of its questions.

    The answers that were compared are read under the lock of the report, so that none is changed
    in between. What was recorded to the letter already is left alone. Raises InspectionRefused,
    and has then written nothing.
    """
    report = lock(report)
    who = inspected_by.strip()
    if not seen:
        raise InspectionRefused(Why.NOTHING_SAID)
    if not who:
        raise InspectionRefused(Why.NOBODY)
    if inspected_on > timezone.localdate():
        raise InspectionRefused(Why.IN_FUTURE)
    if inspected_on < report.round.period_from:
        raise InspectionRefused(Why.TOO_EARLY)
    line = RoundLine.objects.filter(
        pk=line.pk, round=report.round_id, reporting_unit=report.reporting_unit_id
    ).first()
    if line is None:
        raise InspectionRefused(Why.NOT_IN_REPORT)
    values = {value.indicator_id: value for value in IndicatorValue.objects.filter(line=line)}
    now = timezone.now()
    found = [
        _judged(
            Inspection(
                line=line,
                indicator=indicator,
                inspected_on=inspected_on,
                inspected_by=who,
                outcome=each.outcome,
                finding=each.finding.strip(),
                recorded_by=user,
                recorded_at=now,
            ),
            values.get(indicator.pk),
            each.version,
        )
        for indicator, each in seen.items()
    ]
    recorded = {_told(each) for each in line.inspections.filter(withdrawn_at=None)}
    return Inspection.objects.bulk_create([each for each in found if _told(each) not in recorded])


def _judged(each: Inspection, value: IndicatorValue | None, version: int | None) -> Inspection:
    """The inspection with the answer that stands; raises where the two cannot go together."""
    cell = cell_of(value)
    if each.indicator.kind != each.line.kind:
        raise InspectionRefused(Why.NOT_ASKED, each.indicator)
    if version is not None and version != (value.version if value else 0):
        raise InspectionRefused(Why.CHANGED, each.indicator)
    if each.outcome == Outcome.DIFFERS and not each.finding:
        raise InspectionRefused(Why.NO_FINDING, each.indicator)
    if each.outcome == Outcome.CONFIRMED and cell.is_blank:
        raise InspectionRefused(Why.NOTHING_REPORTED, each.indicator)
    each.reported_state, each.reported_count = State(cell.state), cell.count
    return each


def _told(each: Inspection) -> tuple:
    """All that one record says: the same words sent twice are one inspection."""
    return (
        each.indicator_id, each.inspected_on, each.inspected_by, each.outcome, each.finding,
        each.reported_state, each.reported_count,
    )  # fmt: skip


@transaction.atomic
def withdraw(inspection: Inspection, user: User, reason: str) -> Inspection:
    """Withdraw what was recorded by mistake: it stays readable and counts no longer."""
    found = Inspection.objects.select_for_update().get(pk=inspection.pk)
    if found.withdrawn_at:
        raise InspectionRefused(Why.WITHDRAWN)
    if not reason.strip():
        raise InspectionRefused(Why.NO_REASON)
    found.withdrawn_at, found.withdrawn_by = timezone.now(), user
    found.withdrawal_reason = reason.strip()
    found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    return found
