"""What neither database can enforce: rules that reach across tables or over time.

Services hold these rules; this looks whether anything got past them (a repair by hand, an old
bug, a restored backup). Each check yields one line of words per breach, with enough to find the
row. Nothing is altered.
"""

import datetime
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from institutions.models import (
    RESERVED_SLUGS,
    AdministrativeUnit,
    Continuation,
    Institution,
    Membership,
    Placement,
    ReportingUnit,
)
from institutions.names import sort_key
from reports.models import (
    Attachment,
    Change,
    IndicatorValue,
    Inspection,
    Receipt,
    Report,
    ReportingRound,
    RoundLine,
    State,
)
from reports.rounds.opening import held_lines
from reports.rounds.receipts import hash_of
from targets.models import Indicator, PlanVersion, Target


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken rule: `check` is the name of the function that found it."""

    check: str
    words: str


def find_breaches() -> Iterator[Breach]:
    """Every breach of every check, in the order of CHECKS."""
    for check in CHECKS:
        for words in check():
            yield Breach(check.__name__, words)


def _day(day: datetime.date) -> str:
    return day.strftime("%d/%m/%Y")


# Institutions --------------------------------------------------------------------------------


def overlapping_placements() -> Iterator[str]:
    former: dict[int, Placement] = {}
    for placement in Placement.objects.select_related("institution").order_by(
        "institution", "valid_from"
    ):
        earlier = former.get(placement.institution_id)
        if earlier and (earlier.valid_to is None or earlier.valid_to > placement.valid_from):
            yield _("%(code)s stands in two places on %(day)s.") % {
                "code": placement.institution.code,
                "day": _day(placement.valid_from),
            }
        # The one that lasts longest is what the next one may overlap.
        if not earlier or (
            earlier.valid_to is not None
            and (placement.valid_to is None or placement.valid_to > earlier.valid_to)
        ):
            former[placement.institution_id] = placement


def misplaced_institutions() -> Iterator[str]:
    misplaced = Placement.objects.filter(
        ~Q(reporting_unit__territory=F("territory"))
        | Q(district__isnull=False) & ~Q(district__parent=F("territory"))
        | Q(commune__isnull=False, district__isnull=False) & ~Q(commune__parent=F("district"))
        | Q(commune__isnull=False, district=None) & ~Q(commune__parent=F("territory"))
    )
    for code, day in misplaced.values_list("institution__code", "valid_from"):
        yield _("%(code)s, placed from %(day)s: units of different places.") % {
            "code": code,
            "day": _day(day),
        }


def wrong_sort_keys() -> Iterator[str]:
    for model in (Institution, ReportingUnit):
        for code, name, key in model.objects.values_list("code", "name", "sort_key"):
            if key != sort_key(name):
                yield _("%(code)s is ordered by another name than its own.") % {"code": code}


def reserved_slugs() -> Iterator[str]:
    for slug in AdministrativeUnit.objects.filter(slug__in=RESERVED_SLUGS).values_list(
        "slug", flat=True
    ):
        yield _("The address /%(slug)s/ belongs to the site, not to a territory.") % {"slug": slug}


def continuations_in_a_circle() -> Iterator[str]:
    further: dict[int, set[int]] = defaultdict(set)
    for predecessor, successor in Continuation.objects.values_list("predecessor", "successor"):
        further[predecessor].add(successor)
    codes = dict(Institution.objects.filter(pk__in=further).values_list("pk", "code"))
    for start in further:
        reached: set[int] = set()
        frontier = set(further[start])
        while frontier:
            reached |= frontier
            frontier = set().union(*(further.get(pk, set()) for pk in frontier)) - reached
        if start in reached:
            yield _("%(code)s goes on in itself.") % {"code": codes[start]}


def members_of_foreign_units() -> Iterator[str]:
    foreign = Membership.objects.filter(reporting_unit__isnull=False).exclude(
        reporting_unit__territory=F("territory")
    )
    for username, code in foreign.values_list("user__username", "reporting_unit__code"):
        yield _("%(user)s reports for %(code)s, which lies in another territory.") % {
            "user": username,
            "code": code,
        }


# Plans ---------------------------------------------------------------------------------------


def published_plans_with_waiting_targets() -> Iterator[str]:
    waiting = PlanVersion.objects.published().annotate(
        waiting=Count("targets", filter=Q(targets__state=Target.State.PROPOSED))
    )
    for number, count in waiting.filter(waiting__gt=0).values_list("number", "waiting"):
        yield _("%(number)s is published, but %(count)s targets wait for a decision.") % {
            "number": number,
            "count": count,
        }


def quotes_that_are_not_in_the_text() -> Iterator[str]:
    for version in PlanVersion.objects.prefetch_related("targets").iterator(chunk_size=50):
        if unicodedata.normalize("NFC", version.text) != version.text:
            yield _("The text of %(number)s is not in composed form.") % {"number": version.number}
        for target in version.targets.all():
            place = {"number": version.number, "position": target.position}
            if version.text[target.quote_start : target.quote_end] != target.quote:
                yield (
                    _("%(number)s, target %(position)s: the quote stands elsewhere in the text.")
                    % place
                )
            if target.sentence_end > len(version.text):
                yield (
                    _("%(number)s, target %(position)s: the sentence ends after the text.") % place
                )


def carried_targets_without_a_target() -> Iterator[str]:
    lost = Target.objects.filter(outcome=Target.Outcome.CARRIED, carried_to=None)
    for number, position in lost.values_list("version__number", "position"):
        yield _("%(number)s, target %(position)s: carried, but to no target.") % {
            "number": number,
            "position": position,
        }


# Reports -------------------------------------------------------------------------------------


def _at(row: dict) -> dict:
    """The words that find a value: territory, year, institution, indicator."""
    return {
        "territory": row["line__round__territory__slug"],
        "year": row["line__round__year"],
        "code": row["line__institution__code"],
        "indicator": row["indicator__code"],
    }


_WHERE = (
    "line__round__territory__slug",
    "line__round__year",
    "line__institution__code",
    "indicator__code",
)


def values_of_another_kind() -> Iterator[str]:
    for row in IndicatorValue.objects.exclude(indicator__kind=F("line__kind")).values(*_WHERE):
        yield (
            _("%(territory)s %(year)s, %(code)s: %(indicator)s is asked of another kind.")
            % _at(row)
        )


def values_of_another_measure() -> Iterator[str]:
    answers = (State.YES, State.NO)
    wrong = IndicatorValue.objects.filter(
        Q(indicator__measure=Indicator.Measure.COVERAGE)
        & (Q(state=State.COUNT) | Q(approved_state=State.COUNT))
        | Q(indicator__measure=Indicator.Measure.GROWTH)
        & (Q(state__in=answers) | Q(approved_state__in=answers))
    )
    for row in wrong.values(*_WHERE):
        yield (
            _("%(territory)s %(year)s, %(code)s: %(indicator)s does not take such an answer.")
            % _at(row)
        )


def lines_without_a_report() -> Iterator[str]:
    report = Report.objects.filter(
        round=OuterRef("round"), reporting_unit=OuterRef("reporting_unit")
    )
    lost = (
        RoundLine.objects.annotate(report=Subquery(report.values("pk")[:1]))
        .filter(report=None)
        .values_list("round__territory__slug", "round__year", "reporting_unit__code")
        .annotate(lines=Count("pk"))
        .order_by()
    )
    for territory, year, code, lines in lost:
        yield _("%(territory)s %(year)s: %(lines)s lines of %(code)s, which owes no report.") % {
            "territory": territory,
            "year": year,
            "code": code,
            "lines": lines,
        }


def reports_of_foreign_units() -> Iterator[str]:
    foreign = Report.objects.exclude(reporting_unit__territory=F("round__territory"))
    for territory, year, code in foreign.values_list(
        "round__territory__slug", "round__year", "reporting_unit__code"
    ):
        yield _("%(territory)s %(year)s: a report of %(code)s, a unit of another territory.") % {
            "territory": territory,
            "year": year,
            "code": code,
        }


def approved_values_of_other_reports() -> Iterator[str]:
    approved = Report.objects.filter(
        round=OuterRef("line__round"),
        reporting_unit=OuterRef("line__reporting_unit"),
        status=Report.Status.APPROVED,
    )
    # An erratum counts by itself: the unit may never have sent the report that it is in.
    errata = Change.objects.filter(value=OuterRef("pk"), action=Change.Action.ERRATUM)
    wrong = (
        IndicatorValue.objects.exclude(approved_state=State.BLANK)
        .exclude(Exists(errata))
        .annotate(report=Subquery(approved.values("pk")[:1]))
        .filter(report=None)
    )
    for row in wrong.values(*_WHERE):
        yield (
            _("%(territory)s %(year)s, %(code)s: %(indicator)s counts, its report is not approved.")
            % _at(row)
        )


def values_that_differ_from_their_history() -> Iterator[str]:
    """The last change of each side says what stands there; no change: blank stands there."""
    last: dict[tuple[int, bool], tuple] = {}
    for value, action, *after in Change.objects.order_by("pk").values_list(
        "value_id", "action", "after_state", "after_na_reason", "after_count"
    ):
        if action == Change.Action.ERRATUM:
            last[value, False] = last[value, True] = tuple(after)
        else:
            last[value, action in Change.APPROVING] = tuple(after)
    blank = (State.BLANK, "", None)
    for row in IndicatorValue.objects.values(
        "pk",
        *("state", "na_reason", "count"),
        *("approved_state", "approved_na_reason", "approved_count"),
        *_WHERE,
    ).iterator(chunk_size=5000):
        for approving, prefix in ((False, ""), (True, "approved_")):
            stands = tuple(row[f"{prefix}{name}"] for name in ("state", "na_reason", "count"))
            if stands != last.get((row["pk"], approving), blank):
                yield (
                    _("%(territory)s %(year)s, %(code)s: %(indicator)s is not what was recorded.")
                    % _at(row)
                )


def closed_rounds_that_changed() -> Iterator[str]:
    """Entered, imported or undone after the round was closed; a correction says why and may be."""
    late = Change.objects.filter(
        at__gt=F("value__line__round__closed_at"),
        action__in=(Change.Action.ENTERED, Change.Action.IMPORTED, Change.Action.UNDONE),
    )
    for territory, year, code, day in late.values_list(
        "value__line__round__territory__slug",
        "value__line__round__year",
        "value__line__institution__code",
        "at",
    ):
        yield _("%(territory)s %(year)s, %(code)s: changed on %(day)s, after the closing.") % {
            "territory": territory,
            "year": year,
            "code": code,
            "day": _day(timezone.localtime(day)),
        }


def errata_of_open_rounds() -> Iterator[str]:
    """Before a round is closed a figure is corrected in its report: "as closed" would miss it."""
    early = Change.objects.filter(action=Change.Action.ERRATUM).exclude(
        value__line__round__closed_at__lt=F("at")
    )
    for territory, year, code, day in early.values_list(
        "value__line__round__territory__slug",
        "value__line__round__year",
        "value__line__institution__code",
        "at",
    ):
        yield _("%(territory)s %(year)s, %(code)s: an erratum of %(day)s, before the closing.") % {
            "territory": territory,
            "year": year,
            "code": code,
            "day": _day(timezone.localtime(day)),
        }


def broken_chains_of_what_counts() -> Iterator[str]:
    """Each change of an approved value begins where the one before it ended: "as closed" is read
    from the first erratum's beginning."""
    last: dict[int, tuple] = {}
    blank = (State.BLANK, "", None)
    changes = Change.objects.filter(action__in=(*Change.APPROVING, Change.Action.ERRATUM))
    for code, indicator, territory, year, value, *ends in changes.order_by("pk").values_list(
        "value__line__institution__code",
        "value__indicator__code",
        "value__line__round__territory__slug",
        "value__line__round__year",
        "value_id",
        *("before_state", "before_na_reason", "before_count"),
        *("after_state", "after_na_reason", "after_count"),
    ):
        if last.get(value, blank) != tuple(ends[:3]):
            yield _(
                "%(territory)s %(year)s, %(code)s: a change of %(indicator)s does not begin where"
                " the one before it ended."
            ) % {"territory": territory, "year": year, "code": code, "indicator": indicator}
        last[value] = tuple(ends[3:])


def periods_of_different_length() -> Iterator[str]:
    """Counts are of 12 months, the same every year: otherwise growth cannot be compared."""
    first: dict[int, tuple] = {}
    for round_ in ReportingRound.objects.select_related("territory").order_by("territory", "year"):
        months = tuple((day.month, day.day) for day in (round_.period_from, round_.period_to))
        years = round_.period_to.year - round_.period_from.year
        if first.setdefault(round_.territory_id, (months, years)) != (months, years):
            yield _("%(territory)s %(year)s: counts of other months than in the first round.") % {
                "territory": round_.territory.slug,
                "year": round_.year,
            }


def lines_held_by_a_sent_report() -> Iterator[str]:
    """Placed with another unit by now; they follow once the reports of both are back with them."""
    for round_ in ReportingRound.objects.filter(closed_at=None).select_related("territory"):
        for line in held_lines(round_):
            yield _(
                "%(territory)s %(year)s, %(code)s: placed with %(unit)s by now, "
                "but still in the report of %(former)s."
            ) % {
                "territory": round_.territory.slug,
                "year": round_.year,
                "code": line.institution.code,
                "unit": line.placed_with,
                "former": line.reporting_unit.code,
            }


def returned_cells_of_other_reports() -> Iterator[str]:
    returned = Report.objects.filter(
        round=OuterRef("line__round"),
        reporting_unit=OuterRef("line__reporting_unit"),
        status=Report.Status.RETURNED,
    )
    wrong = IndicatorValue.objects.filter(~Exists(returned), is_returned=True)
    for row in wrong.values(*_WHERE):
        yield (
            _("%(territory)s %(year)s, %(code)s: %(indicator)s is returned, but not its report.")
            % _at(row)
        )


def _of_report(report: Report) -> dict:
    """The words that find a report: territory, year, unit."""
    return {
        "territory": report.round.territory.slug,
        "year": report.round.year,
        "unit": report.reporting_unit.code,
    }


def submissions_without_a_receipt() -> Iterator[str]:
    receipts = Receipt.objects.filter(report=OuterRef("pk"), at=OuterRef("submitted_at"))
    lost = Report.objects.filter(~Exists(receipts), submitted_at__isnull=False)
    for report in lost.select_related("round__territory", "reporting_unit"):
        yield (
            _("%(territory)s %(year)s: no receipt of what %(unit)s submitted.") % _of_report(report)
        )


def receipts_of_another_content() -> Iterator[str]:
    """The content kept with a receipt is not the one that its hash was taken of."""
    for receipt in Receipt.objects.select_related(
        "report__round__territory", "report__reporting_unit"
    ).iterator(chunk_size=50):
        if hash_of(receipt.content) != receipt.sha256:
            yield _(
                "%(territory)s %(year)s, %(unit)s: the content of receipt %(number)s changed."
            ) % {
                **_of_report(receipt.report),
                "number": receipt.number,
            }


def attachments_without_their_file() -> Iterator[str]:
    for attachment in Attachment.objects.select_related(
        "report__round__territory", "report__reporting_unit"
    ).iterator(chunk_size=500):
        if not attachment.file.storage.exists(attachment.file.name):
            yield _("%(territory)s %(year)s, %(unit)s: the file %(name)s is missing.") % {
                **_of_report(attachment.report),
                "name": attachment.name,
            }


def attachments_of_other_reports() -> Iterator[str]:
    """Evidence belongs to the report in which its value stands."""
    strayed = Attachment.objects.filter(value__isnull=False).exclude(
        report__round=F("value__line__round"),
        report__reporting_unit=F("value__line__reporting_unit"),
    )
    for attachment in strayed.select_related("report__round__territory", "report__reporting_unit"):
        yield _("%(territory)s %(year)s, %(unit)s: the file %(name)s is of another report.") % {
            **_of_report(attachment.report),
            "name": attachment.name,
        }


def impossible_inspections() -> Iterator[str]:
    """Of another kind or measure, before the period, after their recording, of no answer."""
    counted = Q(indicator__measure=Indicator.Measure.GROWTH)
    wrong = Inspection.objects.filter(
        ~Q(indicator__kind=F("line__kind"))
        | counted & Q(reported_state__in=(State.YES, State.NO))
        | ~counted & Q(reported_state=State.COUNT)
        | Q(inspected_on__lt=F("line__round__period_from"))
        | Q(inspected_on__gt=TruncDate("recorded_at"))
        | Q(outcome=Inspection.Outcome.CONFIRMED, reported_state=State.BLANK)
    )
    for row in wrong.values(*_WHERE):
        yield (
            _("%(territory)s %(year)s, %(code)s: an inspection of %(indicator)s cannot be right.")
            % _at(row)
        )


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    overlapping_placements,
    misplaced_institutions,
    wrong_sort_keys,
    reserved_slugs,
    continuations_in_a_circle,
    members_of_foreign_units,
    published_plans_with_waiting_targets,
    quotes_that_are_not_in_the_text,
    carried_targets_without_a_target,
    values_of_another_kind,
    values_of_another_measure,
    lines_without_a_report,
    reports_of_foreign_units,
    approved_values_of_other_reports,
    values_that_differ_from_their_history,
    closed_rounds_that_changed,
    errata_of_open_rounds,
    broken_chains_of_what_counts,
    periods_of_different_length,
    lines_held_by_a_sent_report,
    returned_cells_of_other_reports,
    submissions_without_a_receipt,
    receipts_of_another_content,
    attachments_without_their_file,
    attachments_of_other_reports,
    impossible_inspections,
)
