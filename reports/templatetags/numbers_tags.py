"""How figures read on a screen: 69,9 % and 1.234 in Vietnamese, 69.9 % and 1,234 in English.

Percentages are exact until here and are rounded *down* (design section 5), so that 69,97 % never
stands as 70,0 % beside "not met". None is shown as nothing: the page says in words what is lacking.
"""

from decimal import Decimal
from fractions import Fraction

from django import template
from django.utils.formats import number_format

from reports.figures.attainment import display_down

register = template.Library()

# Keeps the figure and its sign on one line.
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"


def _figure(value: int | Decimal | Fraction, places: int) -> str:
    shown = display_down(value, places)
    text = number_format(abs(shown), decimal_pos=places, force_grouping=True)
    return f"{MINUS}{text}" if shown < 0 else text


@register.filter
def percent(value: int | Decimal | Fraction | None, places: int = 1) -> str:
    """A percentage (70 is 70 %) with one decimal, rounded down: 69.97 → "69,9 %"."""
    return "" if value is None or value == "" else f"{_figure(value, places)}{NO_BREAK_SPACE}%"


@register.filter
def share(value: Fraction | None, places: int = 1) -> str:
    """A part of one as a percentage, rounded down: 5/8 → "62,5 %"."""
    return "" if value is None or value == "" else percent(100 * Fraction(value), places)


@register.filter
def level(value: int | Decimal | None) -> str:
    """The percentage of a target, no more decimals than it has: 70 → "70 %", 12.50 → "12,5 %"."""
    if value is None or value == "":
        return ""
    exponent = Decimal(value).normalize().as_tuple().exponent
    return percent(value, max(0, -exponent))


@register.filter
def grouped(value: int | None) -> str:
    """A count in groups of three: 1234 → "1.234". Years are not counts."""
    return "" if value is None or value == "" else _figure(value, 0)
