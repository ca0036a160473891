"""One sentence that a leader reads first, made of nothing but figures that stand on the page.

Every number in it is a link to the place on the page, or behind it, where that number comes from.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.figures import words
from reports.figures.attainment import Pace, furthest
from reports.figures.boards import ProvinceBoard
from reports.figures.completeness import UnitCompleteness
from reports.figures.joining import Figure
from reports.figures.phrases import described, shortfall_words
from reports.figures.places import Place
from reports.figures.statuses import Horizon
from reports.figures.target_rows import TargetAttainment

# More names than these are counted: the sentence is to be read at a glance.
NAMED_UNITS = 2


def province(
    board: ProvinceBoard, horizons: Sequence[Horizon], place: Place, *, figures: str = "#targets"
) -> SafeString:
    """Where the territory stands, about the nearest target year that has not passed.

    `figures` is the anchor of the target table, to which the counts lead.
    """
    nearest = next((h for h in horizons if h.target_year >= board.year), None)
    clauses = []
    if nearest is None or nearest.target_year > board.year:
        # What has been decided stays so and comes first.
        clauses = [_decided(board, h, figures) for h in horizons if h.target_year < board.year][-1:]
    if nearest is not None:
        about = _due(board, nearest, place, figures)
        if nearest.target_year > board.year:
            about = _ahead(board, nearest, place, figures)
        clauses.append(about)
    if place.provisional and clauses:
        clauses.insert(0, _("Provisional:"))
    return mark_safe(" ".join(clauses))


def _due(board: ProvinceBoard, horizon: Horizon, place: Place, figures: str) -> SafeString:
    met = horizon.number("met")
    parts = [
        _clause(
            _("{place} {met} for {year}"),
            place=board.territory.short_name,
            met=_count(
                horizon,
                "met",
                figures,
                _("has met %(number)s of %(total)s targets")
                % {"number": met, "total": horizon.total},
            ),
            year=horizon.target_year,
        )
    ]
    if number := horizon.number("not-met"):
        text = ngettext(
            "%(number)s target is not met", "%(number)s targets are not met", number
        ) % {"number": number}
        rows = [r for r in board.rows if r.target_year == horizon.target_year]
        missed = [r for r in rows if r.verdict is not None and r.verdict.value == "not_met"]
        parts.append(_with_worst(_count(horizon, "not-met", figures, text), missed, place))
    if number := horizon.number("undetermined"):
        text = ngettext(
            "%(number)s target cannot be decided yet",
            "%(number)s targets cannot be decided yet",
            number,
        ) % {"number": number}
        parts.append(_with_units(_count(horizon, "undetermined", figures, text), board))
    return _sentence(parts)


def _ahead(board: ProvinceBoard, horizon: Horizon, place: Place, figures: str) -> SafeString:
    """Before the target's year there is pace and no verdict."""
    early = horizon.number("early")
    going = horizon.number("on-track") + early
    if not horizon.number("on-track", "behind", "undetermined"):
        if early:
            return _early_only(board, horizon, figures)
        return _sentence(
            [
                _clause(
                    _("In {year}, {place} has too few years to judge {total} for {goal}"),
                    year=board.year,
                    place=board.territory.short_name,
                    total=format_html(
                        '<a href="{}"><strong>{}</strong></a>',
                        figures,
                        ngettext("%(number)s target", "%(number)s targets", horizon.total)
                        % {"number": horizon.total},
                    ),
                    goal=horizon.target_year,
                )
            ]
        )
    parts = [
        _clause(
            _("In {year}, {place} is {going} for {goal}"),
            year=board.year,
            place=board.territory.short_name,
            going=_count(
                horizon,
                "on-track",
                figures,
                _("on track with %(number)s of %(total)s targets")
                % {"number": going, "total": horizon.total},
            ),
            goal=horizon.target_year,
        )
    ]
    if number := horizon.number("behind"):
        text = ngettext("%(number)s target is behind", "%(number)s targets are behind", number) % {
            "number": number
        }
        late = [
            r
            for r in board.rows
            if r.target_year == horizon.target_year and r.pace is Pace.BEHIND and not r.outcome
        ]
        parts.append(_with_worst(_count(horizon, "behind", figures, text), late, place))
    if number := horizon.number("undetermined"):
        text = ngettext("%(number)s target lacks data", "%(number)s targets lack data", number) % {
            "number": number
        }
        parts.append(_with_units(_count(horizon, "undetermined", figures, text), board))
    return _sentence(parts)


def _early_only(board: ProvinceBoard, horizon: Horizon, figures: str) -> SafeString:
    """The first reported year: some levels are reached already, of the rest there is no pace."""
    text = _("reached the level of %(number)s of %(total)s targets early") % {
        "number": horizon.number("early"),
        "total": horizon.total,
    }
    return _sentence(
        [
            _clause(
                _("By {year}, {place} has {early} for {goal}; the others have too few years"),
                year=board.year,
                place=board.territory.short_name,
                early=_count(horizon, "early", figures, text),
                goal=horizon.target_year,
            )
        ]
    )


def _decided(board: ProvinceBoard, horizon: Horizon, figures: str) -> SafeString:
    return _sentence(
        [
            _clause(
                _("{place} {met} for {year}"),
                place=board.territory.short_name,
                met=_count(
                    horizon,
                    "met",
                    figures,
                    _("has met %(number)s of %(total)s targets")
                    % {"number": horizon.number("met"), "total": horizon.total},
                ),
                year=horizon.target_year,
            )
        ]
    )


def _count(horizon: Horizon, name: str, figures: str, text: str) -> SafeString:
    query, _hash, anchor = figures.partition("#")
    joint = "&" if "?" in query else "?"
    return format_html(
        '<a href="{}{}show={}-{}#{}"><strong>{}</strong></a>',
        query,
        joint,
        horizon.target_year,
        name,
        anchor,
        text,
    )


def _with_worst(clause: SafeString, rows: Sequence[TargetAttainment], place: Place) -> SafeString:
    """The clause, and the target that is furthest from its level (rule 6)."""
    at = furthest([row.gap for row in rows])
    if at is None:
        return clause
    row = rows[at]
    lacking = shortfall_words(row)
    name = described(row)
    link = format_html('<a href="{}">{}</a>', place.explain(row.target), lacking or name)
    if not lacking:
        return _clause(_("{clause} (furthest: {target})"), clause=clause, target=link)
    return _clause(
        _("{clause} (furthest: {target}, {lacking})"), clause=clause, target=name, lacking=link
    )


def _with_units(clause: SafeString, board: ProvinceBoard) -> SafeString:
    """The clause, and whose figures keep the targets open."""
    units = board.completeness.holding_open
    if not units:
        return clause
    return _clause(
        _("{clause} because figures of {units} are missing"),
        clause=clause,
        units=format_html('<a href="#reports">{}</a>', unit_names(units)),
    )


def unit_names(units: Sequence[UnitCompleteness]) -> str:
    """The first names and the number of the others."""
    names = [unit.unit.name for unit in units[: NAMED_UNITS + 1]]
    if len(units) <= NAMED_UNITS + 1:
        return words.listed(names)
    rest = len(units) - NAMED_UNITS
    other = ngettext("%(number)s other unit", "%(number)s other units", rest) % {"number": rest}
    return words.listed([*names[:NAMED_UNITS], other])


def tier(figures: Sequence[Figure]) -> SafeString:
    """One clause for each indicator of a tier: how many, and what is said of them."""
    parts = []
    for figure in figures:
        values = format_html(
            '<a href="{}"><strong>{}</strong></a>', figure.url, figure.share or figure.value
        )
        if figure.main.is_growth:
            values = format_html(
                '<a href="{}"><strong>{} {}</strong></a>', figure.url, figure.value, figure.share
            )
        status = words.in_sentence(str(figure.status.word)) if figure.status else ""
        said = ", ".join(text for text in (status, figure.shortfall) if text)
        template = _("{indicator}: {values}, {said}") if said else _("{indicator}: {values}")
        parts.append(
            _clause(
                template,
                indicator=words.in_sentence(figure.indicator.label),
                values=values,
                said=said,
            )
        )
    return _sentence(parts, joint="; ") if parts else mark_safe("")


def _clause(template: str, **values) -> SafeString:
    return format_html(template, **values)


def _sentence(parts: Sequence[SafeString], joint: str = ", ") -> SafeString:
    """Clauses as one sentence, the first letter large."""
    if joint != ", " or len(parts) < 2:
        text = joint.join(parts)
    else:
        text = format_html(
            _("{first} and {last}"), first=mark_safe(joint.join(parts[:-1])), last=parts[-1]
        )
    return mark_safe(f"{text[:1].upper()}{text[1:]}.")
