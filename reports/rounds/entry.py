"""Entering figures cell by cell, and what is open to whom (design section 3, Report and Change).

Every writer of values locks the report first, so that a form, an import and an approval never
interleave. A save names the version it saw: what somebody else changed meanwhile is never
overwritten unseen.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from institutions.models import User
from institutions.scope import may_manage
from reports.models import Change, IndicatorValue, Report, ReportingRound, RoundLine
from reports.rounds.checks import Cell, CellFault, Question, faults
from targets.models import Indicator


class Closed(models.TextChoices):
    """Why nothing can be entered into a report now."""

    ROUND_CLOSED = "round_closed", _("The reporting round is closed; its figures stay as they are.")
    NOT_YET_OPEN = "not_yet_open", _("The reporting round is not open yet.")
    SUBMITTED = (
        "submitted",
        _("The report was submitted. It can be changed only if the Department returns it."),
    )
    APPROVED = "approved", _("The report is approved. Ask the Department to reopen it.")
    NOT_RETURNED = (
        "not_returned",
        _("The report was returned for single cells; only those can be changed."),
    )


class EntryRefused(Exception):
    """The report, or this cell of it, is not open."""

    def __init__(self, why: Closed):
        super().__init__(str(why.label))
        self.why = why


class Conflict(Exception):
    """Somebody else changed the cell since it was read. `values` are the rows as they stand."""

    def __init__(self, values: list[IndicatorValue]):
        super().__init__("changed meanwhile")
        self.values = values


class InvalidCell(Exception):
    """The answer does not fit the question. `faults` by indicator code."""

    def __init__(self, found: dict[str, list[CellFault]]):
        super().__init__(found)
        self.faults = found


@dataclass(frozen=True, slots=True)
class Openness:
    """What of a report may be changed: nothing, the returned cells, or all."""

    why_closed: Closed | None = None
    returned_only: bool = False

    def allows(self, *, is_returned: bool) -> bool:
        return self.why_closed is None and (is_returned or not self.returned_only)


def is_limited(report: Report, user: User | None) -> bool:
    """Whether the unit's own limits hold. The Department may correct what was submitted."""
    return user is None or not may_manage(user, report.round.territory_id)


def openness(report: Report, *, limited: bool, names_cells: bool) -> Openness:
    """What is open. `names_cells`: the return of the report named single cells.

    A report that was returned with a message alone is open throughout: the message can be about
    anything.
    """
    round_: ReportingRound = report.round
    if round_.is_closed:
        return Openness(Closed.ROUND_CLOSED)
    if round_.opens_on > timezone.localdate():
        return Openness(Closed.NOT_YET_OPEN)
    if report.status == Report.Status.APPROVED:
        return Openness(Closed.APPROVED)
    if limited and report.status == Report.Status.SUBMITTED:
        return Openness(Closed.SUBMITTED)
    return Openness(
        returned_only=limited and names_cells and report.status == Report.Status.RETURNED
    )


def values_of(report: Report) -> models.QuerySet[IndicatorValue]:
    """Every value of the report's unit in its round."""
    return IndicatorValue.objects.filter(
        line__round=report.round_id, line__reporting_unit=report.reporting_unit_id
    )


def lock(report: Report) -> Report:
    """The report as it stands, locked until the end of the transaction."""
    found = (
        Report.objects.select_for_update(of=("self",))
        .select_related("reporting_unit")
        .get(pk=report.pk)
    )
    # Read once the lock is held: whoever waited for the closing of the round is to know of it.
    found.round = ReportingRound.objects.select_related("territory").get(pk=found.round_id)
    return found


def current_openness(report: Report, user: User | None) -> Openness:
    """What of the report is open to `user` now. One query where the report was returned."""
    named = (
        report.status == Report.Status.RETURNED
        and values_of(report).filter(is_returned=True).exists()
    )
    return openness(report, limited=is_limited(report, user), names_cells=named)


def cell_of(value: IndicatorValue | None) -> Cell:
    """The working answer of a value; blank where nobody entered one."""
    if value is None:
        return Cell()
    return Cell(value.state, value.count, value.na_reason, value.note)


def question_of(indicator: Indicator) -> Question:
    return Question(
        code=indicator.code,
        kind=indicator.kind,
        is_count=indicator.is_growth,
        labels=(indicator.name, indicator.name_en),
    )


def mark_started(report: Report, at) -> None:
    """The first value or text begins the report."""
    if report.started_at is None:
        report.started_at = at
        report.save(update_fields=["started_at"])


def record(
    value: IndicatorValue, before: Cell, after: Cell, *, at, by: User | None, action: str, **more
) -> Change:
    """The change of a value as a row, not saved yet."""
    return Change(
        value=value,
        at=at,
        by=by,
        action=action,
        before_state=before.state,
        before_na_reason=before.na_reason,
        before_count=before.count,
        after_state=after.state,
        after_na_reason=after.na_reason,
        after_count=after.count,
        **more,
    )


@transaction.atomic
def set_line(
    *,
    report: Report,
    line: RoundLine,
    cells: Mapping[Indicator, tuple[Cell, int]],
    user: User,
    reason: str = "",
) -> list[IndicatorValue]:
    """Save the answers of one institution: all of them, or none.

    `cells` maps the indicator to the answer and the version that the writer saw (0: no value yet).
    Answers equal to what stands are left alone, whatever their version. Returns the values that
    changed. Raises InvalidCell, EntryRefused or Conflict, and has then written nothing.
    """
    report = lock(report)
    open_now = current_openness(report, user)
    if open_now.why_closed:
        raise EntryRefused(open_now.why_closed)
    if (line.round_id, line.reporting_unit_id) != (report.round_id, report.reporting_unit_id):
        raise ValueError("the line is not of this report")
    wrong = {
        indicator.code: found
        for indicator, (cell, _seen) in cells.items()
        if (found := faults(cell, question_of(indicator), line.kind))
    }
    if wrong:
        raise InvalidCell(wrong)

    standing = {
        value.indicator_id: value for value in line.values.select_for_update().filter(
            indicator__in=list(cells)
        )
    }  # fmt: skip
    pending, overtaken = [], []
    for indicator, (cell, seen) in cells.items():
        value = standing.get(indicator.pk) or IndicatorValue(line=line, indicator=indicator)
        if cell_of(value) == cell:
            continue
        if value.version != seen:
            overtaken.append(value)
        elif not open_now.allows(is_returned=value.is_returned):
            raise EntryRefused(Closed.NOT_RETURNED)
        pending.append((value, cell))
    if overtaken:
        raise Conflict(overtaken)

    now = timezone.now()
    # After submission only the Department gets this far: it corrects what the unit sent.
    corrects = report.status == Report.Status.SUBMITTED
    action = Change.Action.CORRECTED if corrects else Change.Action.ENTERED
    for value, cell in pending:
        before = cell_of(value)
        value.state, value.count = cell.state, cell.count
        value.na_reason, value.note = cell.na_reason, cell.note
        value.version += 1
        value.save()
        # A note that is replaced later stays readable in the history, as that of a file does.
        why = reason or (cell.note if cell.note != before.note else "")
        record(value, before, cell, at=now, by=user, action=action, reason=why).save()
    if pending:
        mark_started(report, now)
    return [value for value, _cell in pending]


def set_value(
    *,
    report: Report,
    line: RoundLine,
    indicator: Indicator,
    cell: Cell,
    version: int,
    user: User,
    reason: str = "",
) -> IndicatorValue | None:
    """Save one cell that was read at `version`; None if it stands like that already."""
    changed = set_line(
        report=report, line=line, cells={indicator: (cell, version)}, user=user, reason=reason
    )
    return changed[0] if changed else None


TEXTS = ("documents_issued", "communication", "difficulties", "proposals")
AMOUNTS = ("budget", "mobilised")


class TextsChanged(Exception):
    """Somebody else saved texts since they were read. `report` is the report as it stands."""

    def __init__(self, report: Report):
        super().__init__("changed meanwhile")
        self.report = report


def seal(report: Report) -> str:
    """Stands for the texts and amounts as they are: another one as soon as any of them changes."""
    stands = [str(getattr(report, name)) for name in (*TEXTS, *AMOUNTS)]
    return hashlib.sha256("\0".join(stands).encode()).hexdigest()[:16]


@transaction.atomic
def save_texts(
    *,
    report: Report,
    user: User,
    texts: Mapping[str, str | Decimal | None],
    seen: str | None = None,
) -> bool:
    """Save the short texts and the two amounts (million VND); whether anything changed.

    `seen` is the seal of what the writer saw. Raises EntryRefused or TextsChanged, and has then
    written nothing.
    """
    report = lock(report)
    open_now = current_openness(report, user)
    if open_now.why_closed:
        raise EntryRefused(open_now.why_closed)
    changed = [n for n in (*TEXTS, *AMOUNTS) if n in texts and getattr(report, n) != texts[n]]
    if not changed:
        return False
    if seen is not None and seen != seal(report):
        raise TextsChanged(report)
    for name in changed:
        setattr(report, name, texts[name])
    if report.started_at is None:
        report.started_at = timezone.now()
    report.save(update_fields=[*changed, "started_at"])
    return True
