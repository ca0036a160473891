"""Roster lines with what they say, one SQL row each: lists below a figure, never the figure itself.

What a line says about an indicator is the approved value, in a closed year as it stood at the
closing (`as_closed.py`). Where there is none, the reason: not reported, waiting for approval,
returned. Working values are shown by the reporting pages alone.
"""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from institutions.models import place_words
from institutions.names import search_patterns
from reports.figures import words
from reports.figures.as_closed import corrected_since
from reports.models import (
    Change,
    IndicatorValue,
    NotApplicableReason,
    Report,
    ReportingRound,
    RoundLine,
    State,
)
from targets.models import Indicator

ANSWERS = ("yes", "no", "count", "not_applicable", "not_reported", "awaiting", "returned")
MISSING = ("not_reported", "awaiting", "returned")
# Reports whose working values count on the provisional basis.
SENT = (Report.Status.SUBMITTED, Report.Status.APPROVED)


def lines(
    round_: ReportingRound,
    indicators: Iterable[Indicator],
    *,
    kind: str | None = None,
    tiers: Collection[str] = (),
    provisional: bool = False,
    moment: datetime.datetime | None = None,
    now: bool = False,
    earlier: ReportingRound | None = None,
) -> QuerySet[RoundLine]:
    """Roster lines of a round with, for each indicator, `answer_<pk>`, `count_<pk>`, `na_<pk>`.

    `provisional`: submitted values count too. `moment`: values stand as they did then, and the same
    three come a second time as `other_…`, as they stand now; with `now` (kept as `is_now`) the
    other way round.
    `earlier`: a round whose count of the same institution comes as `before_<pk>`, for growth
    indicators. Also `status`, `submitted_at` and `approved_at` of the unit's report. One query
    whatever the number of rows.
    """
    found = RoundLine.objects.filter(round=round_)
    if kind:
        found = found.filter(kind=kind)
    if tiers:
        found = found.filter(tier__in=tiers)
    found = (
        found.select_related("institution", "district", "commune", "reporting_unit")
        .alias(
            of_unit=FilteredRelation(
                "reporting_unit__reports",
                condition=Q(reporting_unit__reports__round=round_.pk),
            )
        )
        .annotate(
            status=F("of_unit__status"),
            submitted_at=F("of_unit__submitted_at"),
            approved_at=F("of_unit__approved_at"),
        )
    )
    if moment is not None:
        found = found.annotate(is_now=Value(now))
    for indicator in indicators:
        cell = {f"cell_{indicator.pk}": _values(indicator)}
        found = found.alias(**cell)
        if moment is None:
            found = _with_answer(found, indicator, "", provisional)
        else:
            found = _with_answer(found, indicator, "other_" if now else "", False, moment)
            found = _with_answer(found, indicator, "" if now else "other_", provisional)
        if indicator.is_growth and earlier is not None:
            before = _count_of(indicator, earlier, provisional, None if now else moment)
            found = found.annotate(**{f"before_{indicator.pk}": before})
    return found


def _values(indicator: Indicator) -> FilteredRelation:
    return FilteredRelation("values", condition=Q(values__indicator=indicator.pk))


EMPTY = {
    "state": Value(State.BLANK.value),
    "na_reason": Value(""),
    "count": Value(None, output_field=BigIntegerField()),
}


def _with_answer(
    found: QuerySet[RoundLine],
    indicator: Indicator,
    prefix: str,
    provisional: bool,
    moment: datetime.datetime | None = None,
) -> QuerySet[RoundLine]:
    """Annotate what the lines say about one indicator, under names that begin with `prefix`."""
    pk, cell = indicator.pk, f"cell_{indicator.pk}"
    sent = Q(status__in=SENT)
    entered = ~Q(**{f"{cell}__state": State.BLANK}) & Q(**{f"{cell}__isnull": False})
    was = f"{prefix}was_{pk}"
    if moment is not None:
        errata = corrected_since(moment, line=OuterRef("pk"), indicator=pk)
        # Nothing is entered after a closing: the last own change tells what the unit had sent.
        own = Change.objects.filter(
            value__line=OuterRef("pk"), value__indicator=pk, action__in=Change.WORKING
        ).order_by("-pk")
        worked = f"{prefix}worked_{pk}"
        found = found.alias(
            **{
                was: Subquery(errata.values("before_state")[:1]),
                worked: Coalesce(Subquery(own.values("after_state")[:1]), EMPTY["state"]),
            }
        )
        entered = Q(**{f"{was}__isnull": True}) & entered | Q(**{f"{was}__isnull": False}) & ~Q(
            **{worked: State.BLANK}
        )

    def counted(field: str):
        empty = EMPTY[field]
        approved = Coalesce(F(f"{cell}__approved_{field}"), empty)
        if moment is not None:
            stood = Subquery(errata.values(f"before_{field}")[:1])
            return Case(When(**{f"{was}__isnull": False}, then=stood), default=approved)
        if not provisional:
            return approved
        return Case(When(sent, then=Coalesce(F(f"{cell}__{field}"), empty)), default=approved)

    state = f"{prefix}state_{pk}"
    found = found.alias(**{state: counted("state")}).annotate(
        **{
            f"{prefix}answer_{pk}": Case(
                When(~Q(**{state: State.BLANK}), then=F(state)),
                When(Q(status=Report.Status.SUBMITTED) & entered, then=Value("awaiting")),
                When(
                    Q(status=Report.Status.RETURNED)
                    & (entered | Q(**{f"{cell}__is_returned": True})),
                    then=Value("returned"),
                ),
                default=Value("not_reported"),
                output_field=CharField(),
            ),
            f"{prefix}na_{pk}": counted("na_reason"),
        }
    )
    if indicator.is_growth:
        found = found.annotate(**{f"{prefix}count_{pk}": counted("count")})
    return found


def _count_of(
    indicator: Indicator,
    earlier: ReportingRound,
    provisional: bool,
    moment: datetime.datetime | None,
) -> Subquery:
    """The same institution's count in an earlier round."""
    before = IndicatorValue.objects.filter(
        line__round=earlier, line__institution=OuterRef("institution"), indicator=indicator.pk
    )
    counts = F("approved_count")
    if moment is not None:
        errata = corrected_since(moment, pk=OuterRef("pk"))
        before = before.alias(was=Subquery(errata.values("before_state")[:1]))
        stood = Subquery(errata.values("before_count")[:1])
        counts = Case(When(was__isnull=False, then=stood), default=counts)
    elif provisional:
        # Each year by the report of the unit that sent it then.
        sent_then = Report.objects.filter(
            round=earlier,
            reporting_unit=OuterRef("line__reporting_unit"),
            status__in=SENT,
        )
        counts = Case(When(Exists(sent_then), then=F("count")), default=counts)
    return Subquery(before.annotate(counts=counts).values("counts")[:1])


def named_like(queryset: QuerySet[RoundLine], text: str) -> QuerySet[RoundLine]:
    """Lines whose institution, district or commune answers each word of `text`, marks or not."""
    for pattern in search_patterns(text):
        queryset = queryset.filter(
            Q(institution__sort_key__regex=pattern)
            | Q(district__sort_key__regex=pattern)
            | Q(commune__sort_key__regex=pattern)
        )
    return queryset


# Reading one row ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answered:
    """What one line says about one indicator, ready to be shown."""

    code: str  # of ANSWERS
    status: words.Status
    count: int | None = None


def answered(line: RoundLine, indicator: Indicator, prefix: str = "") -> Answered:
    code = getattr(line, f"{prefix}answer_{indicator.pk}")
    reason = getattr(line, f"{prefix}na_{indicator.pk}")
    count = getattr(line, f"{prefix}count_{indicator.pk}", None)
    return Answered(code, answer_status(code, reason, count), count)


def answered_otherwise(line: RoundLine, indicator: Indicator) -> Answered | None:
    """What stands there now beside what was closed (or the other way round); None: the same."""
    if not hasattr(line, f"other_answer_{indicator.pk}"):
        return None
    other = answered(line, indicator, "other_")
    return other if other != answered(line, indicator) else None


def answer_status(code: str, reason: str = "", count: int | None = None) -> words.Status:
    """Words of an answer. No data, not applicable and zero each read differently."""
    if code == "yes":
        return words.Status("met", "i-met", pgettext("answer", "Yes"))
    if code == "no":
        return words.Status("not-met", "i-ended", pgettext("answer", "No"))
    if code == "count":
        return words.Status("plain", "", words.grouped(count or 0))
    if code == "not_applicable":
        why = NotApplicableReason(reason).label if reason else ""
        text = _("not applicable (%(reason)s)") % {"reason": why} if why else _("not applicable")
        return words.Status("ended", "", text)
    return words.Status("undetermined", "i-undetermined", str(MISSING_WORDS[code]()))


MISSING_WORDS = {
    "not_reported": lambda: _("not reported"),
    "awaiting": lambda: _("awaiting approval"),
    "returned": lambda: _("returned for correction"),
}


def answer_word(code: str) -> str:
    """The word of an answer in a list of choices."""
    if code == "count":
        return pgettext("answer", "Count")
    return str(answer_status(code).word)


def growth_rate(before: int | None, now: int | None) -> str:
    """Change of one institution's count, "+6,8 %"; a dash where one of the two is not known."""
    if not before or now is None:
        return words.NO_FIGURE
    return words.percent(Fraction(100 * (now - before), before), signed=True)


def place(line: RoundLine) -> str:
    """Where an institution stands, the smaller unit first: "Xã Đức Vân, huyện Ngân Sơn"."""
    return place_words(line.commune, line.district)


def report_word(status: str | None) -> str:
    """Status of a report for people who do not work on it."""
    return {
        Report.Status.APPROVED: pgettext("report", "Approved"),
        Report.Status.SUBMITTED: pgettext("report", "Awaiting approval"),
        Report.Status.RETURNED: pgettext("report", "Returned"),
    }.get(status, pgettext("report", "Not submitted"))


def with_gaps(
    queryset: QuerySet[RoundLine], asked: Iterable[tuple[Indicator, Collection[str]]]
) -> QuerySet[RoundLine]:
    """Lines that said no to, or have not said, what a target asks of their tier (none: of all)."""
    gaps = Q()
    for indicator, tiers in asked:
        gap = Q(**{f"answer_{indicator.pk}__in": ["no", *MISSING]})
        gaps |= gap & Q(tier__in=tiers) if tiers else gap
    return queryset.filter(gaps) if gaps else queryset.none()
