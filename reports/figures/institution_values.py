"""What one institution reported over the years: the approved values, as the figures count them.

A year that is closed stands as it was closed, with what it was corrected to since below.

A part of the institution's own page, which knows nothing of reports: it links here by name and
takes the table in where scripts run.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from institutions import scope
from institutions.models import Institution, Placement, User
from institutions.scope import EVERY_ROLE, audience
from reports.figures.as_closed import first_of_each_value
from reports.figures.inspections import Told, by_cell
from reports.figures.words import grouped
from reports.models import (
    Change,
    IndicatorValue,
    Inspection,
    NotApplicableReason,
    Report,
    RoundLine,
    State,
)
from reports.rounds.review import approved_cell
from reports.rounds.wording import cell_text
from targets.models import Indicator


@dataclass(frozen=True, slots=True)
class Cell:
    """One year of one indicator. `waiting`: the working value, for those who may see drafts.

    `now`: what a closed figure was corrected to, on the day of `corrected_at`; `corrects`: whether
    the reader may correct it.
    """

    line: RoundLine | None = None
    state: str = State.BLANK
    count: int | None = None
    reason: str = ""
    waiting: str = ""
    now: str = ""
    corrected_at: datetime.datetime | None = None
    corrects: bool = False
    inspected: Told | None = None


@dataclass(frozen=True, slots=True)
class Row:
    indicator: Indicator
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ReportedValues:
    """Roster lines from the newest year on; a row for each indicator of the kind."""

    lines: tuple[RoundLine, ...]
    rows: tuple[Row, ...]

    @property
    def is_sample(self) -> bool:
        return any(line.round.is_sample for line in self.lines)


def reported_values(institution: Institution, user: User) -> ReportedValues:
    """Approved values of the rounds in sight, with what was found on the spot; four queries
    whatever the number of years, and one for errata once a round is closed."""
    lines = list(
        scope.limit(institution.lines.all(), user, "round__territory")
        .select_related("round__territory", "reporting_unit")
        .annotate(
            status=Report.objects.filter(
                round=OuterRef("round"), reporting_unit=OuterRef("reporting_unit")
            ).values("status")[:1]
        )
        .order_by("-round__year", "-pk")
    )
    values = {
        (value.line_id, value.indicator_id): value
        for value in IndicatorValue.objects.filter(line__in=lines)
    }
    closed = [line.pk for line in lines if line.round.is_closed]
    errata = Change.objects.filter(value__line__in=closed, action=Change.Action.ERRATUM)
    first = first_of_each_value(errata) if closed else {}
    latest = {change.value_id: change.at for change in errata} if closed else {}
    looked_at = by_cell(Inspection.objects.filter(line__in=lines))
    indicators = Indicator.objects.filter(kind__in={line.kind for line in lines})
    return ReportedValues(
        tuple(lines),
        tuple(
            Row(
                each,
                tuple(
                    replace(
                        _cell(line, each, values.get((line.pk, each.pk)), first, latest, user),
                        inspected=looked_at.get((line.pk, each.pk)),
                    )
                    for line in lines
                ),
            )
            for each in indicators
        ),
    )


def _cell(
    line: RoundLine,
    indicator: Indicator,
    value: IndicatorValue | None,
    first: Mapping[int, Change],
    latest: Mapping[int, datetime.datetime],
    user: User,
) -> Cell:
    corrects = (
        line.round.is_closed
        and indicator.kind == line.kind
        and indicator.valid_from.year <= line.round.year
        and scope.may_manage(user, line.round.territory_id)
    )
    if value is None:
        return Cell(line, corrects=corrects)
    reasons = dict(NotApplicableReason.choices)
    if erratum := first.get(value.pk):
        return Cell(
            line,
            erratum.before_state,
            erratum.before_count,
            str(reasons.get(erratum.before_na_reason, "")),
            now=cell_text(approved_cell(value)),
            corrected_at=latest[value.pk],
            corrects=corrects,
        )
    differs = (value.state, value.count) != (value.approved_state, value.approved_count)
    sees = scope.may_see_drafts(
        user, territory_id=line.round.territory_id, unit_id=line.reporting_unit_id
    )
    return Cell(
        line,
        value.approved_state,
        value.approved_count,
        str(reasons.get(value.approved_na_reason, "")),
        _working(value) if differs and sees else "",
        corrects=corrects,
    )


def _working(value: IndicatorValue) -> str:
    return grouped(value.count) if value.count is not None else str(value.get_state_display())


@audience(*EVERY_ROLE)
@require_GET
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The table as a page of its own, or as the part that the institution's page takes in."""
    placed = scope.limit(Placement.objects.filter(institution=OuterRef("pk")), request.user)
    institution = Institution.objects.filter(Exists(placed), code=code).first()
    if institution is None:
        raise Http404
    found = reported_values(institution, request.user)
    template = "_institution_values.html" if request.htmx else "institution_values.html"
    return render(
        request,
        f"reports/{template}",
        {
            "section": "institutions",
            "institution": institution,
            "territory": found.lines[0].round.territory if found.lines else None,
            "sample": found.is_sample,
            "reported": found,
        },
    )
