"""What one institution reported over the years: the approved values, as the figures count them.

A part of the institution's own page, which knows nothing of reports: it links here by name and
takes the table in where scripts run.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from institutions import scope
from institutions.models import Institution, Placement, User
from institutions.scope import EVERY_ROLE, audience
from reports.figures.words import grouped
from reports.models import IndicatorValue, NotApplicableReason, Report, RoundLine, State
from targets.models import Indicator


@dataclass(frozen=True, slots=True)
class Cell:
    """One year of one indicator. `waiting`: the working value, for those who may see drafts."""

    line: RoundLine | None = None
    state: str = State.BLANK
    count: int | None = None
    reason: str = ""
    waiting: str = ""


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
    """Approved values of the rounds in sight; three queries whatever the number of years."""
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
    indicators = Indicator.objects.filter(kind__in={line.kind for line in lines})
    return ReportedValues(
        tuple(lines),
        tuple(
            Row(each, tuple(_cell(line, values.get((line.pk, each.pk)), user) for line in lines))
            for each in indicators
        ),
    )


def _cell(line: RoundLine, value: IndicatorValue | None, user: User) -> Cell:
    if value is None:
        return Cell(line)
    differs = (value.state, value.count) != (value.approved_state, value.approved_count)
    sees = scope.may_see_drafts(
        user, territory_id=line.round.territory_id, unit_id=line.reporting_unit_id
    )
    reasons = dict(NotApplicableReason.choices)
    return Cell(
        line,
        value.approved_state,
        value.approved_count,
        str(reasons.get(value.approved_na_reason, "")),
        _working(value) if differs and sees else "",
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
