"""How targets read on a screen: "70 %", "10–15 % mỗi năm", "Cấp tỉnh và cấp huyện"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from institutions.models import Kind, Tier
from targets.models import Indicator, Target

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
    return group_of(target.indicator.kind, target.tiers, target.counts)


def group_of(kind: str, tiers: Iterable[str], counts: str) -> str:
    if counts == Target.Counts.COMMUNE:
        return str(_("Communes"))
    if not tiers:
        return {
            Kind.LIBRARY: _("Every library"),
            Kind.MUSEUM: _("Every museum"),
            Kind.CULTURE_CENTRE: _("Every culture centre"),
        }[Kind(kind)]
    labels = [str(tier.label) for tier in Tier if tier in tiers]
    return get_text_list(
        [labels[0], *(label[:1].lower() + label[1:] for label in labels[1:])], _("and")
    )


def period_of(start: int | None, year: int) -> str:
    """2030, or 2026–2030 where the plan names a period."""
    return f"{start}–{year}" if start is not None and start != year else str(year)


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing that a person words otherwise than it was read."""

    label: str
    read: str
    now: str


def corrections(
    target: Target, indicators: Mapping[str, Indicator] | None = None
) -> list[Correction]:
    """What differs from the reading: figure, group, year, indicator. Empty if nothing was read.

    `target` may be a row of the history. Without `indicators` by code, one query for a target
    of another indicator than was read.
    """
    read = target.as_read
    if not read:
        return []
    found = []
    if "min" in read:
        maximum = None if read.get("max") is None else Decimal(read["max"])
        then = (Decimal(read["min"]), maximum, read.get("unit", target.unit))
        now = (target.minimum, target.maximum, target.unit)
        if then != now:
            found.append(Correction(_("Figure"), figure_of(*then), figure_of(*now)))
    code = read.get("indicator", target.indicator.code)
    kind = target.indicator.kind
    if code != target.indicator.code:
        former = indicators[code] if indicators else Indicator.objects.get(code=code)
        kind = former.kind
        found.insert(0, Correction(_("Content reported"), former.label, target.indicator.label))
    tiers, counts = tuple(read.get("tiers", target.tiers)), read.get("counts", target.counts)
    if (tiers, counts) != (target.tiers, target.counts):
        found.append(Correction(_("Tier"), group_of(kind, tiers, counts), group(target)))
    then = (read.get("period_start", target.period_start), read.get("year", target.year))
    if then != (target.period_start, target.year):
        found.append(
            Correction(_("Year"), period_of(*then), period_of(target.period_start, target.year))
        )
    return found


def decision(target: Target) -> str:
    """What was decided, in a few words: "xác nhận 70 %", "không phải chỉ tiêu"."""
    if target.state == Target.State.REJECTED:
        return _("not a target")
    if target.state == Target.State.PROPOSED:
        return _("waiting for a decision")
    words = {"figure": figure(target)}
    if target.basis == Target.Basis.CORRECTED:
        return _("corrected to %(figure)s") % words
    if target.basis == Target.Basis.ADDED:
        return _("added with %(figure)s") % words
    return _("%(figure)s confirmed") % words


def day_and_month(month: int | None, day: int | None) -> str:
    """05/12: a day of every year, in the order in which Vietnam writes it."""
    return f"{day:02d}/{month:02d}" if month and day else ""
