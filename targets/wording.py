"""How targets read on a screen: "70 %", "10–15 % mỗi năm", "Cấp tỉnh và cấp huyện"."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from institutions.models import Kind, Tier
from targets.models import Target

# Keeps the figure and its sign on one line.
NO_BREAK_SPACE = "\u00a0"


def number(value: Decimal) -> str:
    """The figure as the plan writes it, no more decimals than it has: 70.00 → "70"."""
    places = max(0, -value.normalize().as_tuple().exponent)
    return number_format(value, decimal_pos=places)


def figure(target: Target) -> str:
    """What the target asks for: a share, a yearly growth or a thing to be done."""
    return figure_of(target.minimum, target.maximum, target.unit)


def figure_of(minimum: Decimal, maximum: Decimal | None, unit: str) -> str:
    if unit == Target.Unit.MILESTONE:
        return _("done")
    span = number(minimum)
    if maximum is not None and maximum != minimum:
        span = f"{span}–{number(maximum)}"
    share = f"{span}{NO_BREAK_SPACE}%"
    return (
        _("%(share)s a year") % {"share": share} if unit == Target.Unit.PERCENT_PER_YEAR else share
    )


def group(target: Target) -> str:
    """Whom the target concerns: "Cấp tỉnh và cấp huyện", "Mọi thư viện", "Các xã"."""
    if target.counts == Target.Counts.COMMUNE:
        return str(_("Communes"))
    if not target.tiers:
        return {
            Kind.LIBRARY: _("Every library"),
            Kind.MUSEUM: _("Every museum"),
            Kind.CULTURE_CENTRE: _("Every culture centre"),
        }[Kind(target.indicator.kind)]
    labels = [str(tier.label) for tier in Tier if tier in target.tiers]
    return get_text_list(
        [labels[0], *(label[:1].lower() + label[1:] for label in labels[1:])], _("and")
    )


def day_and_month(month: int | None, day: int | None) -> str:
    """05/12: a day of every year, in the order in which Vietnam writes it."""
    return f"{day:02d}/{month:02d}" if month and day else ""
