"""How figures read: verdicts, paces, nouns and numbers in the language of the screen.

The words repeat what icon and colour say, and the other way round: none of the three stands alone.
Numbers are rounded down here and nowhere before (design section 5).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from institutions.models import Kind, Tier
from reports.figures.attainment import Beside, Pace, Verdict, display_down

NBSP = "\N{NO-BREAK SPACE}"
NO_FIGURE = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Status:
    """A verdict or pace as it is shown: the class colours it, the icon and the word say it."""

    code: str
    icon: str
    word: str | Promise


MET = Status("met", "i-met", pgettext_lazy("verdict", "Met"))
MET_EARLY = Status("met", "i-met", gettext_lazy("Level reached early"))
EXCEEDED = Status("met", "i-met", pgettext_lazy("verdict", "Exceeded"))
NOT_MET = Status("not-met", "i-not-met", pgettext_lazy("verdict", "Not met"))
UNDETERMINED = Status("undetermined", "i-undetermined", gettext_lazy("Not enough data"))
NO_POPULATION = Status("later", "i-ended", gettext_lazy("Nothing to count"))
ON_TRACK = Status("on-track", "i-on-track", gettext_lazy("On track"))
BEHIND = Status("behind", "i-behind", gettext_lazy("Behind"))
TOO_EARLY = Status("later", "i-later", gettext_lazy("Too few years"))
WITHOUT_PACE = Status("later", "i-later", gettext_lazy("Not yet due"))
ENDED = Status("ended", "i-ended", gettext_lazy("Ended by the administrative reform"))

VERDICTS = {
    Verdict.MET: MET,
    Verdict.NOT_MET: NOT_MET,
    Verdict.UNDETERMINED: UNDETERMINED,
    Verdict.NO_POPULATION: NO_POPULATION,
}
PACES = {
    Pace.ON_TRACK: ON_TRACK,
    Pace.BEHIND: BEHIND,
    Pace.UNDETERMINED: UNDETERMINED,
    Pace.TOO_EARLY: TOO_EARLY,
}
# A district beside the level set for the whole territory. Never the words of a verdict.
BESIDE = {
    Beside.ABOVE_OR_EQUAL: Status("met", "i-met", gettext_lazy("at the level")),
    Beside.BELOW: Status("not-met", "i-not-met", gettext_lazy("below the level")),
    Beside.UNDETERMINED: UNDETERMINED,
    Beside.YES: Status("met", "i-met", pgettext_lazy("answer", "Yes")),
    Beside.NO: Status("not-met", "i-not-met", pgettext_lazy("answer", "No")),
    Beside.NO_POPULATION: Status("empty", "", ""),
}


def not_started(base_year: int) -> Status:
    """A growth target whose period has not begun counts from the year after its base."""
    return Status("later", "i-later", _("Counts from %(year)s") % {"year": base_year + 1})


def basis(code: str) -> str:
    """Which figures were counted."""
    return {
        "provisional": _("approved and submitted"),
        "closed": _("approved figures, as they were closed"),
        "approved": _("approved figures only"),
    }[code]


# Numbers


def grouped(number: int) -> str:
    """1234567 → 1.234.567."""
    return number_format(number, use_l10n=True, force_grouping=True)


def percent(value: Fraction | Decimal | int, *, places: int = 1, signed: bool = False) -> str:
    """A percentage rounded down: 69.965… → "69,9 %". Signed: "+6,4 %", "−2,3 %"."""
    shown = display_down(value, places)
    text = number_format(abs(shown), places, use_l10n=True, force_grouping=True)
    sign = "\N{MINUS SIGN}" if shown < 0 else "+" if signed and shown > 0 else ""
    return f"{sign}{text}{NBSP}%"


def level(value: Decimal) -> str:
    """A target's figure as the plan writes it, without idle zeros: 70 → "70 %", 12.5 → "12,5 %"."""
    value = Decimal(value)
    places = max(0, -value.normalize().as_tuple().exponent)
    return f"{number_format(value, places, use_l10n=True)}{NBSP}%"


def level_range(minimum: Decimal, maximum: Decimal | None) -> str:
    """ "10–15 %" for a range, "10 %" for a single figure."""
    if maximum is None or maximum == minimum:
        return level(minimum)
    return f"{level(minimum).removesuffix(NBSP + '%')}\N{EN DASH}{level(maximum)}"


def width(share: Fraction | None) -> str:
    """A share of 1 as a length for an SVG attribute, never localised: "62.50"."""
    share = min(Fraction(1), max(Fraction(0), share or Fraction(0)))
    return f"{float(100 * share):.2f}"


# Nouns


def counted(number: int, kind: str, *, communes: bool = False) -> str:
    """ "8 libraries", "16 communes": what a figure counts, with its number."""
    if communes:
        text = ngettext("%(number)s commune", "%(number)s communes", number)
    elif kind == Kind.LIBRARY:
        text = ngettext("%(number)s library", "%(number)s libraries", number)
    elif kind == Kind.MUSEUM:
        text = ngettext("%(number)s museum", "%(number)s museums", number)
    else:
        text = ngettext("%(number)s culture centre", "%(number)s culture centres", number)
    return text % {"number": grouped(number)}


def of_counted(yes: int, number: int, kind: str, *, communes: bool = False) -> str:
    """ "5/8 libraries"."""
    if communes:
        text = ngettext("%(share)s commune", "%(share)s communes", number)
    elif kind == Kind.LIBRARY:
        text = ngettext("%(share)s library", "%(share)s libraries", number)
    elif kind == Kind.MUSEUM:
        text = ngettext("%(share)s museum", "%(share)s museums", number)
    else:
        text = ngettext("%(share)s culture centre", "%(share)s culture centres", number)
    return text % {"share": f"{grouped(yes)}/{grouped(number)}"}


def range_counted(low: int, high: int, kind: str, *, communes: bool = False) -> str:
    """ "6–16 communes", "16 communes" where both ends are the same."""
    if low == high:
        return counted(high, kind, communes=communes)
    if communes:
        text = ngettext("%(range)s commune", "%(range)s communes", high)
    elif kind == Kind.LIBRARY:
        text = ngettext("%(range)s library", "%(range)s libraries", high)
    elif kind == Kind.MUSEUM:
        text = ngettext("%(range)s museum", "%(range)s museums", high)
    else:
        text = ngettext("%(range)s culture centre", "%(range)s culture centres", high)
    return text % {"range": f"{grouped(low)}\N{EN DASH}{grouped(high)}"}


def visits(number: int) -> str:
    return ngettext("%(number)s visit", "%(number)s visits", number) % {"number": grouped(number)}


def kinds(kind: str) -> str:
    """The plural of a kind, as a heading."""
    return {
        Kind.LIBRARY: _("Libraries"),
        Kind.MUSEUM: _("Museums"),
        Kind.CULTURE_CENTRE: _("Culture centres"),
    }[Kind(kind)]


def every_kind(kind: str) -> str:
    """Whom a target without tiers concerns."""
    return {
        Kind.LIBRARY: _("Every library"),
        Kind.MUSEUM: _("Every museum"),
        Kind.CULTURE_CENTRE: _("Every culture centre"),
    }[Kind(kind)]


def kind_of_tier(kind: str, tier: str) -> str:
    """ "District libraries": a tier page's name."""
    return pgettext("kind of institution, tier", "%(kind)s: %(tier)s") % {
        "kind": kinds(kind),
        "tier": in_sentence(tier_word(tier)),
    }


# Short words of tiers as they stand in the heads of columns: "Cấp huyện", "Thôn, tổ dân phố".
TIERS = {
    Tier.PROVINCE: pgettext_lazy("tier", "Province level"),
    Tier.DISTRICT: pgettext_lazy("tier", "District level"),
    Tier.COMMUNE: pgettext_lazy("tier", "Commune level"),
    Tier.VILLAGE: pgettext_lazy("tier", "Village level"),
    Tier.GENERAL_SCHOOL: pgettext_lazy("tier", "General schools"),
    Tier.VOCATIONAL: pgettext_lazy("tier", "Vocational education"),
    Tier.OTHER_EDUCATION: pgettext_lazy("tier", "Other education"),
    Tier.UNIVERSITY: pgettext_lazy("tier", "Universities"),
    Tier.SPECIAL: pgettext_lazy("tier", "Special libraries"),
    Tier.ARMED_FORCES: pgettext_lazy("tier", "Armed forces"),
    Tier.COMMUNITY: pgettext_lazy("tier", "Community"),
}


def tier_word(tier: str) -> str:
    return str(TIERS[Tier(tier)])


def in_sentence(text: str) -> str:
    """A heading's words inside a sentence: the first letter small, unless it is an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def listed_years(years: Iterable[int]) -> str:
    """ "2025, 2028 and 2030"."""
    return listed([str(year) for year in sorted(years)])


def listed(words: list[str]) -> str:
    """ "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def pace_status(pace: Pace | None, *, early: bool, base_year: int | None = None) -> Status:
    """A target before its year. `early`: its level is already reached."""
    if early:
        return MET_EARLY
    if pace is None:
        return WITHOUT_PACE
    if pace is Pace.NOT_STARTED:
        return not_started(base_year) if base_year is not None else TOO_EARLY
    return PACES[pace]
