"""Targets as boards read them, made by hand and without a database, for tests of pages' words."""

from decimal import Decimal

from institutions.models import AdministrativeUnit
from reports.figures.attainment import (
    Counts,
    Milestone,
    display_percent,
    gap,
    needed,
    pace,
    shortfall,
    standing,
)
from reports.figures.growth import Horizon, Panel, growth
from reports.figures.places import Place
from reports.figures.reading import Outcome
from reports.figures.target_rows import TargetAttainment
from reports.figures.trends import Trend, TrendPoint
from targets.models import Indicator, PlanVersion, Target

HONG_LAM = AdministrativeUnit(
    pk=1, level="province", code="98", name="Tỉnh Hồng Lam", kind="tỉnh", slug="hong-lam"
)
PLACE = Place(HONG_LAM, 2025)
VERSION = PlanVersion(pk=1, number="4321/KH-UBND", growth_min_panel=80, baseline_year=2022)


def indicator(code: str = "library.lifelong_services", *, measure="coverage", position=1):
    kinds = {"library": "library", "museum": "museum", "culture": "culture_centre"}
    return Indicator(
        pk=sum(map(ord, code)),
        code=code,
        kind=kinds[code.split(".")[0]],
        measure=measure,
        position=position,
        name=f"Nội dung {code}",
        name_en=f"Item {code}",
        question="Có hay không?",
        question_en="Yes or no?",
    )


def target(code="library.lifelong_services", **values) -> Target:
    growing = code.endswith("_growth")
    fields = {
        "pk": len(code) + values.get("year", 2025),
        "tiers": ("district",),
        "year": 2025,
        "minimum": Decimal(70),
        "unit": "percent_per_year" if growing else "percent",
        "counts": "institution",
        "basis": "stated",
        **values,
    }
    measure = "growth" if growing else "coverage"
    return Target(version=VERSION, indicator=indicator(code, measure=measure), **fields)


def counts(yes: int, no: int = 0, missing: int = 0, **parts) -> Counts:
    return Counts(n=yes + no + missing, yes=yes, no=no, **parts)


def coverage(
    found: Counts,
    *,
    year: int = 2025,
    closed: bool = False,
    first: tuple[int, Counts] | None = None,
    outcome: Outcome | None = None,
    **values,
) -> TargetAttainment:
    """A coverage target with the counts of `year`; `first`: those of the first reported year."""
    aim = target(**values)
    stands = standing(aim.minimum, year=year, target_year=aim.year, counts=found, closed=closed)
    detail = pace(found, Milestone(aim.year, aim.minimum), year=year, first=first)
    return TargetAttainment(
        target=aim,
        year=year,
        figure_year=min(year, aim.year),
        counts=found,
        growth=None,
        numerator=found.yes,
        denominator=found.n,
        missing=found.missing,
        not_applicable=found.not_applicable,
        value=display_percent(found.yes, found.n),
        possible=display_percent(found.most, found.n),
        verdict=None if outcome else stands.verdict,
        provisional=stands.provisional,
        early=stands.early,
        exceeded=False,
        pace=detail.pace if detail and not outcome else None,
        needed=needed(found.n, aim.minimum) if found.n else None,
        shortfall=shortfall(found, aim.minimum) if found.n else None,
        gap=gap(found, aim.minimum),
        map="../2025-06-30",
        cutoff=None,
        basis="approved",
        outcome=outcome,
        pace_detail=None if outcome else detail,
    )


def growing(panel: Panel, *, base: int = 2023, until: int = 2025, **values) -> TargetAttainment:
    """A growth target read in its year."""
    aim = target(**{"code": "library.visits_growth", "tiers": (), "minimum": Decimal(5), **values})
    result = growth(panel, aim.minimum, years=until - base, maximum=aim.maximum)
    return TargetAttainment(
        target=aim,
        year=until,
        figure_year=until,
        counts=None,
        growth=result,
        numerator=panel.current,
        denominator=panel.base,
        missing=panel.missing,
        not_applicable=panel.not_applicable,
        value=result.rate,
        possible=None,
        verdict=result.verdict,
        provisional=True,
        early=False,
        exceeded=result.exceeded,
        pace=None,
        needed=result.required,
        shortfall=None,
        gap=None,
        map="../2025-06-30",
        cutoff=None,
        basis="approved",
        horizon=Horizon(base, until),
    )


def way(aim: Target, *years: tuple[int, Counts], **values) -> Trend:
    """The reported years of a coverage target."""
    points = tuple(
        TrendPoint(
            year=year,
            closed=True,
            value=display_percent(c.yes, c.n) if c.yes or c.no else None,
            possible=display_percent(c.most, c.n),
            counts=c,
        )
        for year, c in years
    )
    return Trend(target=aim, points=points, **values)
