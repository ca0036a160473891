"""Correcting a figure after its round was closed: an erratum, with a reason that everybody reads.

Closing fixes the roster and the approved values. What proves wrong later is corrected by the
Department, value by value: the figure of today changes, and the change keeps what stood at the
closing, so that the year still reads as it was closed (`reports/figures/as_closed.py`).
"""

import datetime

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from institutions.models import User
from institutions.scope import may_manage
from reports.models import Change, IndicatorValue, Report, RoundLine
from reports.rounds import bulk
from reports.rounds.checks import Cell, faults
from reports.rounds.entry import Conflict, InvalidCell, cell_of, lock, question_of
from reports.rounds.review import approved_cell
from targets.models import Indicator


class Why(models.TextChoices):
    """Why an erratum is refused."""

    NOT_CLOSED = (
        "not_closed",
        _("The reporting round is still open: the figure is corrected in its report."),
    )
    NOT_DEPARTMENT = "not_department", _("Only the Department corrects figures after closing.")
    NOT_ASKED = "not_asked", _("The question is not asked of this institution.")
    NO_REASON = "no_reason", _("Say why the figure is corrected; everybody will read it.")


class ErratumRefused(Exception):
    """The figure cannot be corrected so, and nothing was written."""

    def __init__(self, why: Why):
        super().__init__(str(why.label))
        self.why = why


@transaction.atomic
def correct(
    *,
    line: RoundLine,
    indicator: Indicator,
    cell: Cell,
    seen: int,
    reason: str,
    user: User,
) -> IndicatorValue | None:
    """Correct one figure of a closed round, read at version `seen` (0: there was no value yet).

    Working and approved value change together; the roster stays. None where the figure stands
    like that already. Raises ErratumRefused, InvalidCell or Conflict, and has then written
    nothing.
    """
    report = lock(Report.objects.get(round=line.round_id, reporting_unit=line.reporting_unit_id))
    reason = reason.strip()
    if not may_manage(user, report.round.territory_id):
        raise ErratumRefused(Why.NOT_DEPARTMENT)
    if not report.round.is_closed:
        raise ErratumRefused(Why.NOT_CLOSED)
    if not is_asked(indicator, line, report.round.year):
        raise ErratumRefused(Why.NOT_ASKED)
    if not reason:
        raise ErratumRefused(Why.NO_REASON)
    # "Other" needs a word on what it is; here the reason of the erratum says it.
    judged = Cell(*cell.answer, note=cell.note or reason)
    if found := faults(judged, question_of(indicator), line.kind):
        raise InvalidCell({indicator.code: found})
    value = IndicatorValue.objects.filter(line=line, indicator=indicator).first()
    value = value or IndicatorValue(line=line, indicator=indicator)
    before = approved_cell(value)
    if cell.answer == before.answer == cell_of(value).answer:
        return None
    if value.version != seen:
        raise Conflict([value])
    value.state, value.count, value.na_reason = cell.answer
    value.approved_state, value.approved_count, value.approved_na_reason = cell.answer
    if cell.na_reason == "other" and not value.note:
        value.note = reason
    value.version += 1
    value.save()
    bulk.insert_changes(
        [(value.pk, before, cell, reason)],
        # After the closing by any clock: what stood then is found by the moment.
        at=max(timezone.now(), report.round.closed_at + datetime.timedelta(microseconds=1)),
        by=user,
        action=Change.Action.ERRATUM,
    )
    return value


def is_asked(indicator: Indicator, line: RoundLine, year: int) -> bool:
    """Whether the question was put to the institution that year."""
    return indicator.kind == line.kind and indicator.valid_from.year <= year
