"""The way of a report: draft -> submitted -> approved, or returned and submitted again.

Each step names the states it starts from; a request from any other state is refused and changes
nothing, however it came about. While the round is open an approval can be withdrawn: the report is
submitted once more, and the approved values are again what they were before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from institutions.models import User
from reports.models import (
    BulkApproval,
    Change,
    IndicatorValue,
    Report,
    ReportingRound,
    RoundLine,
    State,
)
from reports.rounds import bulk
from reports.rounds.checks import Cell
from reports.rounds.editing_checks.findings import findings_of
from reports.rounds.entry import AMOUNTS, TEXTS, lock, values_of
from reports.rounds.receipts import issue
from targets.models import Indicator

BATCH = 1000


class Why(models.TextChoices):
    """Why a step is refused."""

    ROUND_CLOSED = "round_closed", _("The reporting round is closed; its figures stay as they are.")
    NOT_YET_OPEN = "not_yet_open", _("The reporting round is not open yet.")
    NOTHING_ENTERED = (
        "nothing_entered",
        _("Nothing was entered yet, so there is nothing to submit."),
    )
    TO_CORRECT = (
        "to_correct",
        _("The report holds errors that have to be corrected before it can be submitted."),
    )
    TO_EXPLAIN = (
        "to_explain",
        _("Some figures have to be explained before the report can be submitted."),
    )
    ALREADY_SUBMITTED = "already_submitted", _("The report was submitted already.")
    ALREADY_APPROVED = "already_approved", _("The report was approved already.")
    NOT_SUBMITTED = "not_submitted", _("The unit has not submitted this report yet.")
    SENT_ANEW = (
        "sent_anew",
        _("The unit submitted the report anew since you opened it. Please look at it again."),
    )
    NO_MESSAGE = (
        "no_message",
        _("Say what is to be corrected: a message for the report, or one for a cell."),
    )
    FOREIGN_CELL = "foreign_cell", _("A chosen cell is not part of this report.")
    NOT_APPROVED = "not_approved", _("The report is not approved, so there is nothing to withdraw.")
    NO_REASON = "no_reason", _("Say why the approval is withdrawn; the unit will read it.")
    ALREADY_UNDONE = "already_undone", _("This approval was taken back already.")
    TOUCHED = "touched", _("Something happened to the report after that approval, so it stays.")


class ReviewRefused(Exception):
    """The step cannot be taken from the state in which the report is."""

    def __init__(self, why: Why):
        super().__init__(str(why.label))
        self.why = why


def _locked(report: Report, *, expected: Iterable[str], refusals: Mapping[str, Why]) -> Report:
    report = lock(report)
    if report.round.is_closed:
        raise ReviewRefused(Why.ROUND_CLOSED)
    if report.status not in expected:
        raise ReviewRefused(refusals[report.status])
    return report


@transaction.atomic
def submit(report: Report, user: User | None) -> Report:
    """Hand the report in and write its receipt.

    No fatal finding may stand, and every other one needs its note. Cells may still be blank, with
    a word why: they count as not reported, never as no.
    """
    report = _locked(
        report,
        expected=(Report.Status.DRAFT, Report.Status.RETURNED),
        refusals={
            Report.Status.SUBMITTED: Why.ALREADY_SUBMITTED,
            Report.Status.APPROVED: Why.ALREADY_APPROVED,
        },
    )
    if report.round.opens_on > timezone.localdate():
        raise ReviewRefused(Why.NOT_YET_OPEN)
    if not _anything_entered(report):
        raise ReviewRefused(Why.NOTHING_ENTERED)
    found = findings_of(report)
    if found.fatal:
        raise ReviewRefused(Why.TO_CORRECT)
    if not found.may_submit:
        raise ReviewRefused(Why.TO_EXPLAIN)
    now = timezone.now()
    report.status = Report.Status.SUBMITTED
    report.submitted_at, report.submitted_by = now, user
    report.first_submitted_at = report.first_submitted_at or now
    report.started_at = report.started_at or now
    report.words_returned = False
    _save(report, user)
    # The messages stay beside the cells, so that the reviewer sees what was asked for.
    values_of(report).filter(is_returned=True).update(is_returned=False)
    issue(report, user, now)
    return report


def _anything_entered(report: Report) -> bool:
    if any(getattr(report, name) not in ("", None) for name in (*TEXTS, *AMOUNTS)):
        return True
    return values_of(report).exclude(state=State.BLANK).exists()


def _save(report: Report, user: User | None) -> None:
    """A step goes into the history of the report under the name of who took it."""
    report._history_user = user
    report.save()


@transaction.atomic
def return_report(
    report: Report,
    user: User | None,
    message: str,
    cells: Mapping[int, str] | None = None,
    *,
    words: bool = False,
    seen: str | None = None,
) -> Report:
    """Send the report back with a message and, by value id, messages for single cells.

    Where cells are named, or with `words` the texts, amounts and files, only those open again;
    with a message alone the whole report does. A cell without a message of its own carries the
    common one. `seen`: as for `approve`.
    """
    report = _locked(
        report,
        expected=(Report.Status.SUBMITTED,),
        refusals={
            Report.Status.DRAFT: Why.NOT_SUBMITTED,
            Report.Status.RETURNED: Why.NOT_SUBMITTED,
            Report.Status.APPROVED: Why.ALREADY_APPROVED,
        },
    )
    if seen is not None and seen != submission(report):
        raise ReviewRefused(Why.SENT_ANEW)
    cells = cells or {}
    if not message.strip() and not any(text.strip() for text in cells.values()):
        raise ReviewRefused(Why.NO_MESSAGE)
    chosen = list(values_of(report).filter(pk__in=list(cells)))
    if len(chosen) != len(cells):
        raise ReviewRefused(Why.FOREIGN_CELL)
    values_of(report).exclude(is_returned=False, return_message="").update(
        is_returned=False, return_message=""
    )
    for value in chosen:
        value.is_returned = True
        value.return_message = cells[value.pk].strip() or message.strip()
    IndicatorValue.objects.bulk_update(chosen, ["is_returned", "return_message"], batch_size=BATCH)
    report.status = Report.Status.RETURNED
    report.returned_at, report.returned_by = timezone.now(), user
    report.return_message, report.words_returned = message.strip(), words
    _save(report, user)
    return report


@transaction.atomic
def return_cells(
    report: Report,
    user: User | None,
    message: str,
    cells: Mapping[tuple[RoundLine, Indicator], str],
    *,
    words: bool = False,
    seen: str | None = None,
) -> Report:
    """Return a report, naming cells by line and indicator.

    A cell that nobody filled has no row yet; it gets a blank one, so that it can carry a message.
    """
    told = {(line.pk, indicator.pk): text for (line, indicator), text in cells.items()}
    # Before the rows, in the order of every writer: two that wait for each other would fail.
    lock(report)
    IndicatorValue.objects.bulk_create(
        [IndicatorValue(line_id=line, indicator_id=indicator) for line, indicator in told],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    found = values_of(report).filter(line__in={line for line, _ in told})
    by_cell = {(value.line_id, value.indicator_id): value.pk for value in found}
    if set(told) - set(by_cell):
        raise ReviewRefused(Why.FOREIGN_CELL)
    found = {by_cell[key]: told[key] for key in told}
    return return_report(report, user, message, found, words=words, seen=seen)


def submission(report: Report) -> str:
    """Names one submission of a report; "" while there is none."""
    return report.submitted_at.isoformat() if report.submitted_at else ""


@transaction.atomic
def approve(
    report: Report,
    user: User | None,
    *,
    seen: str | None = None,
    together: BulkApproval | None = None,
) -> Report:
    """Make the working values of the unit the ones that count (design 5.8).

    `seen` names the submission that the reviewer looked at: one that was returned and sent again
    meanwhile is not approved unread, nor is one that a request does not name (""). None is for
    code that read the report itself. `together`: the approval of several reports that
    this one is part of.
    """
    report = _locked(
        report,
        expected=(Report.Status.SUBMITTED,),
        refusals={
            Report.Status.DRAFT: Why.NOT_SUBMITTED,
            Report.Status.RETURNED: Why.NOT_SUBMITTED,
            Report.Status.APPROVED: Why.ALREADY_APPROVED,
        },
    )
    if seen is not None and seen != submission(report):
        raise ReviewRefused(Why.SENT_ANEW)
    now = together.at if together else timezone.now()
    differing = values_of(report).exclude(
        Q(approved_state=F("state"))
        & Q(approved_na_reason=F("na_reason"))
        & (Q(approved_count=F("count")) | Q(approved_count=None, count=None))
    )
    bulk.insert_changes(
        (
            (pk, Cell(was, was_count, was_reason), Cell(state, count, na_reason), "")
            for pk, was, was_count, was_reason, state, count, na_reason in differing.values_list(
                "pk", "approved_state", "approved_count", "approved_na_reason",
                "state", "count", "na_reason",
            )
        ),
        at=now,
        by=user,
        action=Change.Action.APPROVED,
    )  # fmt: skip
    values_of(report).update(
        approved_state=F("state"),
        approved_na_reason=F("na_reason"),
        approved_count=F("count"),
        is_returned=False,
    )
    report.status = Report.Status.APPROVED
    report.approved_at, report.approved_by = now, user
    report.bulk_approval = together
    _save(report, user)
    return report


# Taking an approval back -----------------------------------------------------------------------


@transaction.atomic
def withdraw(report: Report, user: User | None, reason: str) -> Report:
    """Take the approval back, with a reason for the unit: the report is submitted once more."""
    report = _locked(
        report,
        expected=(Report.Status.APPROVED,),
        refusals=dict.fromkeys(Report.Status, Why.NOT_APPROVED),
    )
    if not reason.strip():
        raise ReviewRefused(Why.NO_REASON)
    _take_back(report, user, reason.strip(), timezone.now())
    return report


def _take_back(report: Report, user: User | None, reason: str, now: datetime) -> None:
    """Put back the approved values that the latest approval of the report replaced."""
    replaced = Change.objects.filter(
        value__line__round=report.round_id,
        value__line__reporting_unit=report.reporting_unit_id,
        action=Change.Action.APPROVED,
        at=report.approved_at,
    ).select_related("value")
    pairs = [
        (
            change.value,
            Cell(change.before_state, change.before_count, change.before_na_reason),
        )
        for change in replaced
    ]
    bulk.insert_changes(
        ((value.pk, approved_cell(value), before, reason) for value, before in pairs),
        at=now,
        by=user,
        action=Change.Action.UNAPPROVED,
    )
    bulk.insert(
        IndicatorValue,
        ("line", "indicator", "approved_state", "approved_count", "approved_na_reason"),
        ((value.line_id, value.indicator_id, *before.answer) for value, before in pairs),
        unique=("line", "indicator"),
        update=("approved_state", "approved_count", "approved_na_reason"),
    )
    report.status = Report.Status.SUBMITTED
    report.withdrawn_at, report.withdrawn_by, report.withdrawal_reason = now, user, reason
    report.bulk_approval = None
    _save(report, user)


# Several at once -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Together:
    """What one step did to several reports: done, and not done with the reason."""

    approval: BulkApproval | None
    done: list[Report] = field(default_factory=list)
    refused: list[tuple[Report, ReviewRefused]] = field(default_factory=list)


@transaction.atomic
def approve_together(
    round: ReportingRound,  # noqa: A002
    seen: Mapping[Report, str],
    user: User | None,
) -> Together:
    """Approve reports of one round in one step; those that cannot be approved are told apart.

    `seen` gives for each report the submission that was looked at, as in `approve`.
    """
    if any(report.round_id != round.pk for report in seen):
        raise ValueError("a report is not of this round")
    approval = BulkApproval.objects.create(round=round, at=timezone.now(), by=user)
    result = Together(approval)
    for report in sorted(seen, key=lambda report: report.pk):
        try:
            approve(report, user, seen=seen[report], together=approval)
        except ReviewRefused as refused:
            result.refused.append((report, refused))
        else:
            result.done.append(report)
    if not result.done:
        approval.delete()
        return Together(None, refused=result.refused)
    return result


@transaction.atomic
def undo_together(approval: BulkApproval, user: User | None) -> Together:
    """Take an approval of several reports back as one: what stands as it left it.

    A report whose approval was withdrawn since, or whose values changed, stays as it is.
    """
    approval = BulkApproval.objects.select_for_update().get(pk=approval.pk)
    if approval.undone_at:
        raise ReviewRefused(Why.ALREADY_UNDONE)
    result = Together(approval)
    now = timezone.now()
    for report in reports_of(approval):
        report = lock(report)
        if report.round.is_closed:
            raise ReviewRefused(Why.ROUND_CLOSED)
        if report.bulk_approval_id != approval.pk or _changed_since(report, approval.at):
            result.refused.append((report, ReviewRefused(Why.TOUCHED)))
        else:
            _take_back(report, user, "", now)
            result.done.append(report)
    if result.done:
        approval.undone_at, approval.undone_by = now, user
        approval.save(update_fields=["undone_at", "undone_by"])
    return result


def reports_of(approval: BulkApproval) -> models.QuerySet[Report]:
    """The reports that were approved in it, also those whose approval was withdrawn since."""
    made = Report.history.filter(bulk_approval=approval.pk, status=Report.Status.APPROVED)
    return Report.objects.filter(pk__in=made.values("id")).order_by("pk")


def _changed_since(report: Report, at: datetime) -> bool:
    return Change.objects.filter(
        value__line__round=report.round_id,
        value__line__reporting_unit=report.reporting_unit_id,
        at__gt=at,
    ).exists()


def approved_cell(value: IndicatorValue) -> Cell:
    """The approved answer of a value, which carries no note."""
    return Cell(value.approved_state, value.approved_count, value.approved_na_reason)
