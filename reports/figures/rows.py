"""Roster lines with what they say, one SQL row each: lists below a figure, never the figure itself.

What a line says about an indicator is the approved value. Where there is none, the reason: not
reported, waiting for approval, returned. Working values are shown by the reporting pages alone.
"""

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
from reports.models import (
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
    earlier: ReportingRound | None = None,
) -> QuerySet[RoundLine]:
    """Roster lines of a round with, for each indicator, `answer_<pk>`, `count_<pk>`, `na_<pk>`.

    `provisional`: submitted values count too. `earlier`: a round whose count of the same
    institution comes as `before_<pk>`, for growth indicators. Also `status`, `submitted_at` and
    `approved_at` of the unit's report. One query whatever the number of rows.
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
    for indicator in indicators:
        found = _with_answer(found, indicator, provisional, earlier)
    return found


def _with_answer(
    found: QuerySet[RoundLine],
    indicator: Indicator,
    provisional: bool,
    earlier: ReportingRound | None,
) -> QuerySet[RoundLine]:
    pk, cell = indicator.pk, f"cell_{indicator.pk}"
    sent = Q(status__in=SENT)
    entered = ~Q(**{f"{cell}__state": State.BLANK}) & Q(**{f"{cell}__isnull": False})

    def counted(field: str, empty):
        approved = Coalesce(F(f"{cell}__approved_{field}"), empty)
        if not provisional:
            return approved
        return Case(When(sent, then=Coalesce(F(f"{cell}__{field}"), empty)), default=approved)

    found = found.alias(
        **{cell: FilteredRelation("values", condition=Q(values__indicator=pk))}
    ).alias(**{f"state_{pk}": counted("state", Value(State.BLANK.value))})
    found = found.annotate(
        **{
            f"answer_{pk}": Case(
                When(~Q(**{f"state_{pk}": State.BLANK}), then=F(f"state_{pk}")),
                When(Q(status=Report.Status.SUBMITTED) & entered, then=Value("awaiting")),
                When(
                    Q(status=Report.Status.RETURNED)
                    & (entered | Q(**{f"{cell}__is_returned": True})),
                    then=Value("returned"),
                ),
                default=Value("not_reported"),
                output_field=CharField(),
            ),
            f"na_{pk}": counted("na_reason", Value("")),
        }
    )
    if indicator.is_growth:
        found = found.annotate(
            **{f"count_{pk}": counted("count", Value(None, output_field=BigIntegerField()))}
        )
        if earlier is not None:
            before = IndicatorValue.objects.filter(
                line__round=earlier, line__institution=OuterRef("institution"), indicator=pk
            )
            counts = F("approved_count")
            if provisional:
                # Each year by the report of the unit that sent it then.
                sent_then = Report.objects.filter(
                    round=earlier,
                    reporting_unit=OuterRef("line__reporting_unit"),
                    status__in=SENT,
                )
                counts = Case(When(Exists(sent_then), then=F("count")), default=counts)
            found = found.annotate(
                **{f"before_{pk}": Subquery(before.annotate(counts=counts).values("counts")[:1])}
            )
    return found


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


def answered(line: RoundLine, indicator: Indicator) -> Answered:
    code = getattr(line, f"answer_{indicator.pk}")
    reason = getattr(line, f"na_{indicator.pk}")
    count = getattr(line, f"count_{indicator.pk}", None)
    return Answered(code, answer_status(code, reason, count), count)


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
