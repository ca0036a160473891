"""The queue of submitted reports: riskiest first, each with its points in words.

Read in a fixed number of queries, whatever the number of reports and institutions.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.models import BulkApproval, Change, Report, ReportingRound
from reports.rounds.editing_checks.findings import Findings, findings_of_all
from reports.rounds.pages import ReportRow, report_rows
from reports.rounds.reviewing.risk import RULES, Facts, Noticed, Part, Points, Risk, risk

APPROVALS_SHOWN = 5


def part_words(part: Part, n: int) -> str:
    """What a part of the points is about, with its number."""
    match part:
        case Part.TENFOLD:
            words = ngettext(
                "%(n)d figure changed tenfold, or from or to 0",
                "%(n)d figures changed tenfold, or from or to 0",
                n,
            )
        case Part.EXPLAINED:
            words = ngettext(
                "%(n)d other unusual figure explained", "%(n)d other unusual figures explained", n
            )
        case Part.UNASKED:
            words = ngettext(
                "%(n)d cell changed that the return did not name",
                "%(n)d cells changed that the return did not name",
                n,
            )
        case Part.BLANK:
            words = ngettext("%(n)d cell not reported", "%(n)d cells not reported", n)
        case Part.NOT_APPLICABLE:
            words = ngettext("%(n)d cell not applicable", "%(n)d cells not applicable", n)
        case Part.LATE:
            return _("submitted late")
        case Part.NEW_PERSON:
            return _("first report of this person for the unit")
    return words % {"n": n}


def scale() -> list[tuple[str, str]]:
    """The points as a table: what they are for, and how many there are."""
    about = {
        Part.TENFOLD: _("A figure changed tenfold, or from or to 0"),
        Part.EXPLAINED: _("Another unusual figure, explained by the unit"),
        Part.UNASKED: _("A cell changed that the return did not name"),
        Part.BLANK: _("Cells not reported"),
        Part.NOT_APPLICABLE: _("Cells not applicable"),
        Part.LATE: _("Submitted late"),
        Part.NEW_PERSON: _("First report of this person for the unit"),
    }
    found = []
    for rule in RULES:
        if rule.by_tenths:
            worth = _("%(each)d for each tenth of the cells")
        elif rule.each == rule.most:
            worth = "%(each)d"
        else:
            worth = _("%(each)d each, %(most)d at most")
        found.append((about[rule.part], worth % {"each": rule.each, "most": rule.most}))
    return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """One submitted report in the queue."""

    row: ReportRow
    risk: Risk
    findings: Findings

    @property
    def report(self) -> Report:
        return self.row.report

    @property
    def is_clean(self) -> bool:
        return self.risk.is_clean and not self.report.round.is_closed

    @property
    def parts(self) -> list[tuple[str, Points]]:
        return [(part_words(each.part, each.n), each) for each in self.risk.parts]


def waiting(rows: Collection[ReportRow]) -> list[Waiting]:
    """The submitted ones among `rows`, riskiest first, then by the time they came in.

    Nine queries at most; none where nothing waits.
    """
    rows = [row for row in rows if row.report.status == Report.Status.SUBMITTED]
    if not rows:
        return []
    reports = [row.report for row in rows]
    findings = findings_of_all(reports)
    unasked, newcomers = _unasked(reports), _newcomers(reports)
    found = [
        Waiting(
            row,
            risk(
                Facts(
                    asked=row.progress.asked,
                    blank=row.progress.missing,
                    not_applicable=row.progress.not_applicable,
                    late=row.is_late,
                    new_person=row.report.pk in newcomers,
                    unasked=len(unasked[row.report.pk]),
                    noticed=tuple(
                        Noticed(each.code, each.is_open) for each in findings[row.report.pk]
                    ),
                )
            ),
            findings[row.report.pk],
        )
        for row in rows
    ]
    return sorted(
        found, key=lambda each: (-each.risk.score, each.report.submitted_at, each.report.pk)
    )


def waiting_in(round_: ReportingRound, reports) -> list[Waiting]:
    """The queue of one round, out of the reports that the reader may open. Thirteen queries."""
    chosen = reports.filter(round=round_, status=Report.Status.SUBMITTED)
    return waiting(report_rows(list(chosen.order_by("reporting_unit__sort_key"))))


def _unasked(reports: Collection[Report]) -> dict[int, set[int]]:
    """By report, the values that changed after its return although that did not name them."""
    returned = {
        (report.round_id, report.reporting_unit_id): report
        for report in reports
        if report.returned_at
    }
    found: dict[int, set[int]] = defaultdict(set)
    if not returned:
        return found
    # The Department's own corrections are no news to it.
    rows = Change.objects.filter(
        value__line__round__in={report.round_id for report in returned.values()},
        value__line__reporting_unit__in={r.reporting_unit_id for r in returned.values()},
        value__return_message="",
        action__in=set(Change.WORKING) - {Change.Action.CORRECTED},
        at__gt=min(report.returned_at for report in returned.values()),
    ).values_list("value__line__round", "value__line__reporting_unit", "value", "at")
    for round_id, unit, value, at in rows:
        report = returned.get((round_id, unit))
        if report and at > report.returned_at:
            found[report.pk].add(value)
    return found


def _newcomers(reports: Collection[Report]) -> set[int]:
    """Reports whose sender never sent one of the unit's earlier ones, though others did."""
    years = {report.round.year for report in reports}
    senders: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for unit, year, person in Report.objects.filter(
        reporting_unit__in={report.reporting_unit_id for report in reports},
        round__year__lt=max(years),
        submitted_by__isnull=False,
    ).values_list("reporting_unit", "round__year", "submitted_by"):
        senders[unit].add((year, person))
    found = set()
    for report in reports:
        earlier = {p for year, p in senders[report.reporting_unit_id] if year < report.round.year}
        if earlier and report.submitted_by_id not in earlier:
            found.add(report.pk)
    return found


def approvals(round_: ReportingRound) -> list[tuple[BulkApproval, int]]:
    """The latest approvals of several reports, and how many of them still stand. Two queries."""
    made = list(round_.bulk_approvals.select_related("by", "undone_by")[:APPROVALS_SHOWN])
    standing: dict[int, int] = defaultdict(int)
    for approval in Report.objects.filter(bulk_approval__in=made).values_list(
        "bulk_approval", flat=True
    ):
        standing[approval] += 1
    return [(approval, standing[approval.pk]) for approval in made]
