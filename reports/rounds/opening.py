"""Opening a reporting round, and keeping its roster right while it is open.

The roster is the denominator of every figure (design 5.1): the institutions of the territory that
were open on the day the answers are of, each with the tier, place and reporting unit it had then.
"""

import datetime
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from institutions.models import AdministrativeUnit, Placement, ReportingUnit, User
from reports.models import Attachment, IndicatorValue, Report, ReportingRound, RoundLine

SENT = (Report.Status.SUBMITTED, Report.Status.APPROVED)
"""Reports that are out of their unit's hands."""

_BATCH = 1000
_FOLLOWS = ("kind", "tier", "district_id", "commune_id", "reporting_unit_id")


class RoundError(ValidationError):
    """A round cannot be opened or closed as asked; says why."""


@transaction.atomic
def open_round(
    *,
    territory: AdministrativeUnit,
    year: int,
    kind: ReportingRound.Kind | str,
    period_from: datetime.date,
    period_to: datetime.date,
    as_of: datetime.date,
    opens_on: datetime.date,
    due_before: datetime.date | None,
    user: User | None = None,
    is_sample: bool = False,
) -> ReportingRound:
    """Open one year of one territory: its roster, and one empty report per reporting unit.

    A reporting unit without institutions gets its report too: it may send texts alone. The days
    are inclusive except `due_before`, the first day on which a report is late (None: baseline).
    Raises RoundError for a second round of the year or a territory that did not exist yet;
    ValidationError for days out of order.
    """
    if ReportingRound.objects.filter(territory=territory, year=year).exists():
        raise RoundError(
            _("%(territory)s already has a round for %(year)s.")
            % {"territory": territory, "year": year}
        )
    if as_of < territory.valid_from:
        raise RoundError(
            _("%(territory)s did not exist on %(day)s.")
            % {"territory": territory, "day": as_of.strftime("%d/%m/%Y")}
        )
    _check_due(opens_on, due_before)
    round_ = ReportingRound(
        territory=territory,
        year=year,
        kind=kind,
        period_from=period_from,
        period_to=period_to,
        as_of=as_of,
        opens_on=opens_on,
        due_before=due_before,
        is_sample=is_sample,
    )
    round_.full_clean()
    round_._history_user = user
    round_.save()
    update_roster(round_)
    return round_


def _check_due(opens_on: datetime.date, due_before: datetime.date | None) -> None:
    if due_before is not None and due_before <= opens_on:
        raise RoundError(_("The reports of a round are due after it opens."))


@transaction.atomic
def change_round(
    round_: ReportingRound,
    user: User | None,
    *,
    period_from: datetime.date,
    period_to: datetime.date,
    as_of: datetime.date,
    opens_on: datetime.date,
    due_before: datetime.date | None,
) -> "RosterUpdate":
    """Change the days of an open round; its roster follows a changed `as_of`.

    Raises RoundError for a closed round and for days that make no sense.
    """
    current = ReportingRound.objects.select_for_update().get(pk=round_.pk)
    if current.is_closed:
        raise RoundError(_("The reporting round is closed; its figures stay as they are."))
    _check_due(opens_on, due_before)
    current.period_from, current.period_to = period_from, period_to
    current.as_of, current.opens_on, current.due_before = as_of, opens_on, due_before
    current.full_clean()
    current._history_user = user
    current.save()
    return update_roster(current)


@transaction.atomic
def give_up_round(round_: ReportingRound) -> None:
    """Remove a round that was opened by mistake. Raises RoundError once anything was entered."""
    current = ReportingRound.objects.select_for_update().get(pk=round_.pk)
    # Every writer holds its report: those under way end first and are seen here.
    reports = list(current.reports.select_for_update().order_by("pk"))
    begun = any(report.started_at or report.status != Report.Status.DRAFT for report in reports)
    if current.is_closed or begun or current.lines.filter(values__isnull=False).exists():
        raise RoundError(_("Figures or texts were entered already: the round has to stay."))
    if current.bulk_approvals.exists():
        raise RoundError(_("Figures or texts were entered already: the round has to stay."))
    current.delete()


def roster_day(round_: ReportingRound) -> datetime.date:
    """The day the roster is of: as_of or, if earlier, the last day of the territory's map."""
    return min(round_.as_of, round_.territory.last_day or round_.as_of)


def standing_on(territory: AdministrativeUnit, day: datetime.date) -> QuerySet[Placement]:
    """Placements valid on `day` of institutions of the territory that were open that day."""
    return (
        Placement.objects.filter(territory=territory)
        .valid_on(day)
        .filter(Q(institution__opened_on=None) | Q(institution__opened_on__lte=day))
        .filter(Q(institution__closed_on=None) | Q(institution__closed_on__gt=day))
    )


@dataclass(frozen=True, slots=True)
class RosterUpdate:
    """What following the corrections did. `kept`: no longer standing, but values are there.

    `held`: placed with another unit by now, but part of a report that was sent.
    """

    added: int = 0
    corrected: int = 0
    removed: int = 0
    kept: int = 0
    held: int = 0


@transaction.atomic
def update_roster(round_: ReportingRound) -> RosterUpdate:
    """Bring the roster of an open round in line with where institutions stand on its day.

    A line with values is never removed, since values never are: it is kept and counted as such.
    A line goes to another unit only while the reports of both are with their units: what was sent
    or approved neither loses an institution unseen nor gets one. Until then it stays where it is.
    Raises RoundError for a closed round, whose roster is fixed.
    """
    # Round first, then its reports, as in closing: whoever waited for that is told of it, and no
    # line goes to another unit while somebody writes into it.
    round_ = (
        ReportingRound.objects.select_for_update(of=("self",))
        .select_related("territory")
        .get(pk=round_.pk)
    )
    if round_.is_closed:
        raise RoundError(_("The round is closed; its roster is fixed."))
    statuses = dict(
        round_.reports.select_for_update().order_by("pk").values_list("reporting_unit_id", "status")
    )
    day = roster_day(round_)
    lines = {line.institution_id: line for line in round_.lines.all()}
    # Plain columns: a round has thousands of lines, and nothing else of the placements is needed.
    standing = {
        institution_id: RoundLine(
            round=round_, institution_id=institution_id, **dict(zip(_FOLLOWS, what, strict=True))
        )
        for institution_id, *what in standing_on(round_.territory, day)
        .order_by("institution__sort_key", "institution__code")
        .values_list("institution_id", "institution__kind", *_FOLLOWS[1:])
    }
    added = [line for pk, line in standing.items() if pk not in lines]
    corrected, moved, held = [], [], 0
    for pk, wanted in standing.items():
        line = lines.get(pk)
        if line is None:
            continue
        units = {line.reporting_unit_id, wanted.reporting_unit_id}
        if len(units) > 1 and {statuses.get(unit) for unit in units} & set(SENT):
            held += 1
            wanted.reporting_unit_id = line.reporting_unit_id
        elif len(units) > 1:
            moved.append(line)
        if any(getattr(line, f) != getattr(wanted, f) for f in _FOLLOWS):
            for name in _FOLLOWS:
                setattr(line, name, getattr(wanted, name))
            corrected.append(line)
    gone = round_.lines.filter(pk__in=[line.pk for pk, line in lines.items() if pk not in standing])
    # What was inspected stays readable, even where nothing was reported.
    empty = gone.filter(values=None, inspections=None)
    kept = gone.exclude(pk__in=empty.values("pk")).count()
    removed, _by_model = empty.delete()
    RoundLine.objects.bulk_create(added, batch_size=_BATCH)
    if corrected:
        RoundLine.objects.bulk_update(corrected, _FOLLOWS, batch_size=200)
    _add_reports(round_, day)
    _take_along(round_, moved)
    return RosterUpdate(len(added), len(corrected), removed, kept, held)


def _take_along(round_: ReportingRound, moved: list[RoundLine]) -> None:
    """What belongs to the values of lines that went to another unit: their evidence goes along,
    what their former report was returned for does not."""
    if not moved:
        return
    values = IndicatorValue.objects.filter(line__in=moved)
    values.exclude(is_returned=False, return_message="").update(
        is_returned=False, return_message=""
    )
    reports = dict(round_.reports.values_list("reporting_unit_id", "pk"))
    for unit in {line.reporting_unit_id for line in moved}:
        files = Attachment.objects.filter(value__line__in=moved, value__line__reporting_unit=unit)
        files.update(report=reports[unit])


def held_lines(round_: ReportingRound) -> QuerySet[RoundLine]:
    """Lines that are placed with another unit than the one in whose report they stand.

    Each with `placed_with`, the name of that unit. None where `update_roster` ran since, but for
    those it held back. Meant for open rounds: the roster of a closed one is fixed.
    """
    placed = standing_on(round_.territory, roster_day(round_)).filter(
        institution=OuterRef("institution")
    )
    return (
        round_.lines.annotate(
            placed_unit=Subquery(placed.values("reporting_unit")[:1]),
            placed_with=Subquery(placed.values("reporting_unit__name")[:1]),
        )
        .exclude(placed_unit=None)
        .exclude(placed_unit=F("reporting_unit"))
        .select_related("institution", "reporting_unit")
        .order_by("institution__sort_key", "institution__code")
    )


def _add_reports(round_: ReportingRound, day: datetime.date) -> None:
    """One report for every unit that is valid on the day or has lines, where there is none."""
    units = (
        ReportingUnit.objects.filter(
            Q(pk__in=ReportingUnit.objects.valid_on(day), territory=round_.territory)
            | Q(lines__round=round_)
        )
        .exclude(reports__round=round_)
        .distinct()
        .order_by("sort_key")
    )
    for unit in units:
        Report(round=round_, reporting_unit=unit).save()
