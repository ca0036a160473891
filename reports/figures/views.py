"""Pages of figures: province, tier, unit, trend, explanation. Read-only; thin."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from institutions.models import Kind, ReportingUnit, Tier
from institutions.scope import (
    EVERY_ROLE,
    audience,
    may_manage,
    may_see_drafts,
    territory_or_404,
)
from institutions.tables import pages_of
from reports import frame
from reports.figures import (
    boards,
    charts,
    filters,
    joining,
    matrix,
    panels,
    reading,
    rows,
    statuses,
    summary,
    tables,
    waiting,
    words,
)
from reports.figures import dropped as dropping
from reports.figures import explain as explaining
from reports.figures.as_closed import Basis, offered
from reports.figures.inspections import inspected, standing, tally_of, told
from reports.figures.places import Place
from reports.models import ReportingRound
from reports.outputs import exports
from targets.models import Indicator

PER_PAGE = 50
INSPECTIONS_SHOWN = 20


@audience(*EVERY_ROLE)
@require_safe
def province(request: HttpRequest, territory: str, year: int) -> HttpResponse:
    """The dashboard: where the targets stand, and what is missing to know it."""
    place = _place(request, territory, year)
    if place.round is None:
        return _awaited(request, place)
    board = boards.province(place.territory, year, basis=place.basis, known=place.known)
    documents = panels.documents(board.rows, board.version)
    is_sample = _is_sample(board.round, documents)
    heat = panels.heat(board.districts, place)
    if wanted := exports.requested(request):
        if request.GET.get("table") == "districts":
            table = tables.district_table(*heat.as_lists())
        else:
            table = tables.target_table(
                board.rows, panels.map_words(place.territory), is_now=place.is_now
            )
        return exports.response(table, wanted, _file_name(place, table), is_sample=is_sample)
    horizons = statuses.horizons(board.rows)
    show = _shown(request, horizons)
    targets = matrix.matrix(
        board.rows,
        place,
        {trend.target.pk: trend for trend in board.trends},
        show=show.key if show else "",
        roster=board.roster,
    )
    context = {
        **_frame(request, place, is_sample),
        "board": board,
        "documents": documents,
        "horizons": horizons,
        "matrix": targets,
        "show": show.status if show else None,
        "summary": summary.province(board, horizons, place, figures=f"{place.query}#targets"),
        "heat": heat,
        "reports": panels.reports(board.completeness, board.round, place),
        "submitted": len(board.completeness.submitted),
        "trend_url": place.url("trend"),
        "open_rounds": panels.open_rounds(board.rounds, place),
        "inspected": inspected(board.round),
        "inspections_url": place.inspections(),
    }
    if not board.rows:
        context["may_manage"] = may_manage(request.user, place.territory.pk)
        context["draft"] = waiting.draft_for(request.user, place.territory)
    return render(request, "reports/province.html", context)


def _awaited(request: HttpRequest, place: Place) -> HttpResponse:
    """A year whose round is not open yet; 404 for a year that was passed over."""
    rounds = place.known.rounds
    if not waiting.is_awaited(rounds, place.year):
        raise Http404
    context = {
        **_frame(request, place, is_sample=False),
        "waiting": waiting.waiting(request.user, place.territory, place.year, rounds),
    }
    return render(request, "reports/waiting.html", context)


@audience(*EVERY_ROLE)
@require_safe
def trend(request: HttpRequest, territory: str, year: int) -> HttpResponse:
    """Every year of the targets: a page of its own, or the part that a page loads late."""
    place = _place(request, territory, year)
    kind, tier_name = request.GET.get("kind"), request.GET.get("tier")
    if (kind and kind not in Kind) or (tier_name and tier_name not in Tier):
        raise Http404
    round_ = _round(place, year)
    part = {"basis": place.basis, "known": place.known, "tier": tier_name or None}
    found, trends = boards.rows_and_trends(place.territory, year, **part)
    by_target = {each.target.pk: each for each in trends}
    wanted = [row for row in found if not kind or row.indicator.kind == kind]
    figures = joining.figures(wanted, place, by_target)
    if request.GET.get("few"):
        figures = charts.telling(figures)
    drawn = charts.charts(figures, by_target, scope=words.tier_word(tier_name) if tier_name else "")
    if request.htmx:
        return render(request, "reports/_charts.html", {"charts": drawn})
    groups = [
        (words.kinds(each), [chart for chart in drawn if chart.kind == each])
        for each in Kind.values
        if any(chart.kind == each for chart in drawn)
    ]
    heading = _("Trends in %(place)s up to %(year)s") % {
        "place": place.territory.short_name,
        "year": year,
    }
    if kind and tier_name:
        heading = f"{heading}: {words.kind_of_tier(kind, tier_name)}"
    context = {
        **_frame(request, place, _is_sample(round_)),
        "documents": panels.documents(wanted),
        "groups": groups,
        "heading": heading,
        "back_url": place.url("province"),
    }
    return render(request, "reports/trend.html", context)


@audience(*EVERY_ROLE)
@require_safe
def tier(request: HttpRequest, territory: str, year: int, kind: str, tier: str) -> HttpResponse:
    """One tier of one kind: its figures, and the institutions that they count."""
    place = _place(request, territory, year)
    if kind not in Kind or tier not in Tier:
        raise Http404
    round_, earlier = _round(place, year), place.known.round(year - 1)
    indicators = list(Indicator.objects.asked_in(year).filter(kind=kind))
    lines = rows.lines(
        round_,
        indicators,
        kind=kind,
        tiers=[tier],
        provisional=place.provisional,
        moment=place.closing,
        now=place.is_now,
        earlier=earlier,
    )
    narrowed = filters.LineFilter(request.GET, lines, indicators=indicators)
    is_sample = _is_sample(round_)
    if wanted := exports.requested(request):
        table = tables.line_file(
            narrowed.qs, indicators, year=year, earlier=earlier and earlier.year
        )
        RequestConfig(request, paginate=False).configure(table)
        name = f"{_file_name(place)}-{kind}-{tier}"
        return exports.response(table, wanted, name, is_sample=is_sample)
    found = boards.attainment_rows(
        place.territory, year, basis=place.basis, known=place.known, tier=tier
    )
    figures = joining.figures([row for row in found if row.indicator.kind == kind], place)
    table = tables.line_table(
        narrowed.qs,
        indicators,
        year=year,
        earlier=earlier and earlier.year,
        corrects=_corrects(request, place),
    )
    RequestConfig(request, paginate=pages_of(PER_PAGE)).configure(table)
    total = lines.count() if narrowed.is_bound and any(request.GET.values()) else None
    total = table.paginator.count if total is None else total
    if not total and not figures:
        raise Http404
    context = {
        **_frame(request, place, is_sample),
        "kind": kind,
        "kind_label": words.kinds(kind),
        "tier_label": words.tier_word(tier),
        "heading": words.kind_of_tier(kind, tier),
        "figures": figures,
        "horizons": statuses.horizons([goal for f in figures for goal in f.rows]),
        "summary": summary.tier(figures),
        "population": words.counted(total, kind),
        "table": table,
        "filter": narrowed,
        "found": table.paginator.count,
        "round": round_,
        "inspected": inspected(round_, indicators, kind=kind, tier=tier),
        "inspections_url": place.inspections(kind=kind, tier=tier),
        "documents": panels.documents([row for figure in figures for row in figure.rows]),
        "trend_url": f"{place.url('trend')}{'&' if place.query else '?'}kind={kind}&tier={tier}",
        "download_query": _query_without(request, "_export", "page"),
    }
    return render(request, "reports/tier.html", context)


@audience(*EVERY_ROLE)
@require_safe
def unit(request: HttpRequest, territory: str, year: int, code: str) -> HttpResponse:
    """One reporting unit: its figures beside the common levels, its gaps, its report."""
    place = _place(request, territory, year)
    round_ = _round(place, year)
    office = (
        ReportingUnit.objects.filter(territory=place.territory, code=code)
        .select_related("administrative_unit")
        .first()
    )
    if office is None:
        raise Http404
    board = panels.unit(office, round_, place)
    if board is None:
        raise Http404
    is_sample = _is_sample(round_)
    lists = [_gaps(request, kind, office, round_, place, board) for kind in board.kinds]
    context = {
        **_frame(request, place, is_sample),
        "unit": office,
        "board": board,
        "lists": lists,
        "round": round_,
        "population": board.population,
        "inspected": inspected(round_, board.indicators, reporting_unit=office),
        "inspections_url": place.inspections(unit=office.code),
        "open_report": _open_report(request, office, place, board),
    }
    return render(request, "reports/unit.html", context)


def _gaps(request, kind, office, round_, place, board):
    """Institutions of the unit that said no or have said nothing, as a table."""
    indicators = [each for each in board.indicators if each.kind == kind]
    lines = rows.lines(
        round_,
        indicators,
        kind=kind,
        provisional=place.provisional,
        moment=place.closing,
        now=place.is_now,
    )
    asked = [(each.indicator, each.tiers) for each in board.figures if each.indicator.kind == kind]
    lines = rows.with_gaps(lines.filter(reporting_unit=office), asked)
    table = tables.line_table(
        lines,
        indicators,
        year=place.year,
        prefix=f"{kind}-",
        corrects=_corrects(request, place),
    )
    RequestConfig(request, paginate=pages_of(20)).configure(table)
    return words.kinds(kind), table


@audience(*EVERY_ROLE)
@require_safe
def explain(
    request: HttpRequest, territory: str, year: int, indicator: str, tiers: str, target_year: int
) -> HttpResponse:
    """How one figure came about: formula, rows, what was left out, and the plan's own words."""
    place = _place(request, territory, year)
    round_ = _round(place, year)
    found = boards.attainment_rows(place.territory, year, basis=place.basis, known=place.known)
    same = explaining.matching(found, indicator, tiers, counts=request.GET.get("counts", ""))
    row = next((each for each in same if each.target_year == target_year), None)
    if row is None:
        return _dropped(request, place, round_, indicator, tiers, target_year)
    explanation = explaining.explain(row, same, place)
    listing = explaining.listing(row, place, request.GET)
    RequestConfig(request, paginate=pages_of(PER_PAGE)).configure(listing.table)
    is_sample = _is_sample(round_, panels.documents([row]))
    context = {
        **_frame(request, place, is_sample),
        "row": row,
        "explanation": explanation,
        "listing": listing,
        **_inspections_behind(row, round_, place),
        "round": round_,
    }
    return render(request, "reports/explain.html", context)


def _dropped(
    request: HttpRequest,
    place: Place,
    round_: ReportingRound,
    indicator: str,
    tiers: str,
    target_year: int,
) -> HttpResponse:
    """A target that an amendment dropped keeps its address; 404 for one that there never was."""
    found = dropping.dropped(place.territory, place.year, indicator, tiers, target_year)
    if found is None:
        raise Http404
    is_sample = round_.is_sample or found.target.version.is_sample
    context = {**_frame(request, place, is_sample), "dropped": found}
    if place.known.round(found.last_year) is not None:
        context["former_url"] = place.explain(found.target, found.last_year)
    return render(request, "reports/dropped.html", context)


def _inspections_behind(row, round_: ReportingRound, place: Place) -> dict:
    """What was found on the spot of the institutions that a figure counts."""
    tiers = {"tier__in": row.tiers} if row.tiers else {}
    found = told(
        standing(round_, kind=row.indicator.kind, **tiers)
        .filter(indicator=row.indicator)
        .select_related("line__institution")
    )
    return {
        "inspections": found[:INSPECTIONS_SHOWN],
        "inspected": tally_of(found),
        "inspections_url": place.inspections(indicator=row.indicator.code),
    }


# Shared by the pages --------------------------------------------------------------------------


def _place(request: HttpRequest, territory: str, year: int) -> Place:
    unit_ = territory_or_404(request.user, territory)
    known = reading.know(unit_, year)
    return Place(unit_, year, offered(request.GET.get("basis", ""), known.round(year)), known)


def _round(place: Place, year: int) -> ReportingRound:
    """A territory without a round for the year has no page for it."""
    found = place.known.round(year)
    if found is None:
        raise Http404
    return found


def _is_sample(round_: ReportingRound, documents: Sequence[panels.Document] = ()) -> bool:
    return round_.is_sample or any(each.version.is_sample for each in documents)


def _frame(request: HttpRequest, place: Place, is_sample: bool) -> dict:
    """What the frame of every page about a territory shows."""
    rounds = place.known.rounds
    frame.know(request, place.territory, rounds)
    return {
        "territory": place.territory,
        "year": place.year,
        "years": sorted((each.year for each in rounds), reverse=True),
        "section": "overview",
        "sample": is_sample,
        "place": place,
        "map_words": panels.map_words(place.territory),
    }


def _corrects(request: HttpRequest, place: Place) -> bool:
    """Whether the person may correct figures of the year: the Department, once it is closed."""
    return place.round.is_closed and may_manage(request.user, place.territory.pk)


def _open_report(request, office, place, board) -> str:
    """Where those who may see drafts open the unit's report."""
    if board.report is None or not may_see_drafts(
        request.user, territory_id=place.territory.pk, unit_id=office.pk
    ):
        return ""
    return board.report.get_absolute_url()


def _query_without(request: HttpRequest, *names: str) -> str:
    """The address's query without some of its parts, with "?" before it if anything is left."""
    asked = request.GET.copy()
    for name in names:
        asked.pop(name, None)
    return f"?{asked.urlencode()}" if asked else ""


def _shown(request: HttpRequest, horizons: Sequence[statuses.Horizon]):
    """The count above the table by which it is narrowed, if the address names one."""
    wanted = request.GET.get("show")
    return next((t for h in horizons for t in h.tallies if t.key == wanted), None)


def _file_name(place: Place, table=None) -> str:
    name = f"{place.territory.slug}-{place.year}"
    name += {Basis.PROVISIONAL: "-tam-tinh", Basis.NOW: "-hien-nay"}.get(place.basis, "")
    if isinstance(table, tables.TargetTable):
        return f"{name}-chi-tieu"
    return f"{name}-cap-huyen" if table is not None else name
