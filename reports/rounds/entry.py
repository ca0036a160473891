"""Entering figures cell by cell, and what is open to whom (design section 3, Report and Change).

Every writer of values locks the report first, so that a form, an import and an approval never
interleave. A save names the version it saw: what somebody else changed meanwhile is never
overwritten unseen.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from institutions.models import User
from institutions.scope import may_manage
from reports.models import Change, IndicatorValue, Report, ReportingRound, RoundLine
from reports.rounds import bulk
from reports.rounds.checks import Cell, CellFault, Question, faults
from targets.models import Indicator


class Closed(models.TextChoices):
    """Why nothing can be entered into a report now."""

    ROUND_CLOSED = "round_closed", _("The reporting round is closed; its figures stay as they are.")
    NOT_YET_OPEN = "not_yet_open", _("The reporting round is not open yet.")
    SUBMITTED = (
        "submitted",
        _("The report was submitted. It can be changed only if the Department returns it."),
    )
    APPROVED = "approved", _("The report is approved. Ask the Department to reopen it.")
    NOT_RETURNED = (
        "not_returned",
        _("The report was returned for single cells; only those can be changed."),
    )
    WORDS_NOT_RETURNED = (
        "words_not_returned",
        _(
            "The report was returned for single cells; its texts, amounts and files stay as they"
            " were sent."
        ),
    )
    NOT_IN_REPORT = (
        "not_in_report",
        _("The institution is no longer on the roster of this unit."),
    )
    NO_REASON = (
        "no_reason",
        _("The report was submitted: say why the figure is corrected, the unit will read it."),
    )


class EntryRefused(Exception):
    """The report, or this cell of it, is not open."""

    def __init__(self, why: Closed):
        super().__init__(str(why.label))
        self.why = why


class Conflict(Exception):
    """Somebody else changed the cell since it was read. `values` are the rows as they stand."""

    def __init__(self, values: list[IndicatorValue]):
        super().__init__("changed meanwhile")
        self.values = values


class InvalidCell(Exception):
    """The answer does not fit the question. `faults` by indicator code."""

    def __init__(self, found: dict[str, list[CellFault]]):
        super().__init__(found)
        self.faults = found


@dataclass(frozen=True, slots=True)
class Openness:
    """What of a report may be changed: nothing, what the return named, or all.

    `words_returned`: the return named the texts, amounts and files of the report.
    """

    why_closed: Closed | None = None
    returned_only: bool = False
    words_returned: bool = False

    def allows(self, *, is_returned: bool) -> bool:
        return self.why_closed is None and (is_returned or not self.returned_only)


def is_limited(report: Report, user: User | None) -> bool:
    """Whether the unit's own limits hold. The Department may correct what was submitted."""
    return user is None or not may_manage(user, report.round.territory_id)


def openness(report: Report, *, limited: bool, names_cells: bool) -> Openness:
    """What is open. `names_cells`: the return of the report named single cells.

    Where a return named cells or the texts, only those are open. One with a message alone opens
    the report throughout: the message can be about anything.
    """
    round_: ReportingRound = report.round
    if round_.is_closed:
        return Openness(Closed.ROUND_CLOSED)
    if round_.opens_on > timezone.localdate():
        return Openness(Closed.NOT_YET_OPEN)
    if report.status == Report.Status.APPROVED:
        return Openness(Closed.APPROVED)
    if limited and report.status == Report.Status.SUBMITTED:
        return Openness(Closed.SUBMITTED)
    is_narrow = limited and report.status == Report.Status.RETURNED
    return Openness(
        returned_only=is_narrow and (names_cells or report.words_returned),
        words_returned=is_narrow and report.words_returned,
    )


def values_of(report: Report) -> models.QuerySet[IndicatorValue]:
    """Every value of the report's unit in its round."""
    return IndicatorValue.objects.filter(
        line__round=report.round_id, line__reporting_unit=report.reporting_unit_id
    )


def lock(report: Report) -> Report:
    """The report as it stands, locked until the end of the transaction."""
    found = (
        Report.objects.select_for_update(of=("self",))
        .select_related("reporting_unit")
        .get(pk=report.pk)
    )
    # Read once the lock is held: whoever waited for the closing of the round is to know of it.
    found.round = ReportingRound.objects.select_related("territory").get(pk=found.round_id)
    return found


def current_openness(report: Report, user: User | None) -> Openness:
    """What of the report is open to `user` now. One query where the report was returned."""
    named = (
        report.status == Report.Status.RETURNED
        and values_of(report).filter(is_returned=True).exists()
    )
    return openness(report, limited=is_limited(report, user), names_cells=named)


def why_beside_closed(report: Report, open_now: Openness) -> Closed | None:
    """Why nothing can be written beside the figures: explanations, evidence, texts.

    The Department may correct a figure of what was submitted, with a reason; the words and papers
    beside the figures stay those that the unit sent.
    """
    if report.status == Report.Status.SUBMITTED:
        return open_now.why_closed or Closed.SUBMITTED
    return open_now.why_closed


def why_words_closed(report: Report, open_now: Openness) -> Closed | None:
    """Why the texts, amounts and files of the report as a whole cannot be changed."""
    if why := why_beside_closed(report, open_now):
        return why
    if open_now.returned_only and not open_now.words_returned:
        return Closed.WORDS_NOT_RETURNED
    return None


def refuse(why: Closed | None) -> None:
    """Raise EntryRefused where there is a reason."""
    if why:
        raise EntryRefused(why)


def cell_of(value: IndicatorValue | None) -> Cell:
    """The working answer of a value; blank where nobody entered one."""
    if value is None:
        return Cell()
    return Cell(value.state, value.count, value.na_reason, value.note)


def question_of(indicator: Indicator) -> Question:
    return Question(
        code=indicator.code,
        kind=indicator.kind,
        is_count=indicator.is_growth,
        labels=(indicator.name, indicator.name_en),
    )


def mark_started(report: Report, at) -> None:
    """The first value or text begins the report."""
    if report.started_at is None:
        report.started_at = at
        report.save(update_fields=["started_at"])


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody writes into one cell that they read at version `seen` (0: no value yet).

    `evidence` is None where it stays as it is; with `keeps_note` the note does, whatever `cell`
    says of it.
    """

    line: int
    indicator: Indicator
    cell: Cell
    seen: int
    evidence: str | None = None
    keeps_note: bool = False


class Outcome(StrEnum):
    """What became of an entry. SAME: it stands like that already, whatever its version."""

    SAVED = "saved"
    SAME = "same"
    REFUSED = "refused"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Result:
    """One entry and its outcome. `value` stands now; None where the institution is not ours."""

    entry: Entry
    outcome: Outcome
    value: IndicatorValue | None
    faults: tuple[CellFault, ...] = ()
    why: Closed | None = None


@transaction.atomic
def set_cells(
    *, report: Report, entries: Collection[Entry], user: User, reason: str = ""
) -> list[Result]:
    """Save any number of cells, each for itself: what is wrong with one holds no other back.

    One short transaction under the lock of the report, in a fixed number of statements. The
    Department corrects what was submitted only with a `reason`. Entries name different cells.
    """
    report = lock(report)
    results = _judged(report, entries, user, reason)
    return _written(report, results, user, reason)


@transaction.atomic
def set_line(
    *,
    report: Report,
    line: RoundLine,
    entries: Collection[Entry],
    user: User,
    reason: str = "",
) -> list[IndicatorValue]:
    """Save the answers of one institution: all of them, or none.

    Answers equal to what stands are left alone, whatever their version. Returns the values that
    changed. Raises InvalidCell, EntryRefused or Conflict, and has then written nothing.
    """
    if any(entry.line != line.pk for entry in entries):
        raise ValueError("an entry is not of this line")
    report = lock(report)
    if closed := current_openness(report, user).why_closed:
        raise EntryRefused(closed)
    results = _judged(report, entries, user, reason)
    if any(result.why is Closed.NOT_IN_REPORT for result in results):
        raise ValueError("the line is not of this report")
    if wrong := {r.entry.indicator.code: list(r.faults) for r in results if r.faults}:
        raise InvalidCell(wrong)
    if refused := [result.why for result in results if result.why]:
        raise EntryRefused(refused[0])
    if overtaken := [r.value for r in results if r.outcome is Outcome.CONFLICT]:
        raise Conflict(overtaken)
    written = _written(report, results, user, reason)
    return [result.value for result in written if result.outcome is Outcome.SAVED]


def set_value(
    *,
    report: Report,
    line: RoundLine,
    indicator: Indicator,
    cell: Cell,
    version: int,
    user: User,
    reason: str = "",
) -> IndicatorValue | None:
    """Save one cell that was read at `version`; None if it stands like that already."""
    entry = Entry(line.pk, indicator, cell, version)
    changed = set_line(report=report, line=line, entries=[entry], user=user, reason=reason)
    return changed[0] if changed else None


def _judged(report: Report, entries: Collection[Entry], user: User, reason: str) -> list[Result]:
    """What would become of each entry; SAVED is not written yet. Three queries, one more where
    the report was returned."""
    open_now = current_openness(report, user)
    # After submission only the Department gets this far: it corrects what the unit sent.
    lacks_reason = report.status == Report.Status.SUBMITTED and not reason.strip()
    wanted = {entry.line for entry in entries}
    lines = dict(
        RoundLine.objects.filter(
            round=report.round_id, reporting_unit=report.reporting_unit_id, pk__in=wanted
        ).values_list("pk", "kind")
    )
    standing = {
        (value.line_id, value.indicator_id): value
        for value in IndicatorValue.objects.filter(line__in=lines)
    }

    def judge(entry: Entry) -> Result:
        key = entry.line, entry.indicator.pk
        if entry.line not in lines:
            return Result(entry, Outcome.REFUSED, None, why=Closed.NOT_IN_REPORT)
        value = standing.get(key) or IndicatorValue(line_id=key[0], indicator_id=key[1])
        if entry.keeps_note:
            entry = replace(entry, cell=replace(entry.cell, note=value.note))
        if cell_of(value) == entry.cell and entry.evidence in (None, value.evidence):
            return Result(entry, Outcome.SAME, value)
        why = open_now.why_closed
        if why is None and not open_now.allows(is_returned=value.is_returned):
            why = Closed.NOT_RETURNED
        if why is None and lacks_reason:
            why = Closed.NO_REASON
        if why is not None:
            return Result(entry, Outcome.REFUSED, value, why=why)
        if found := faults(entry.cell, question_of(entry.indicator), lines[entry.line]):
            return Result(entry, Outcome.REFUSED, value, faults=tuple(found))
        outcome = Outcome.SAVED if value.version == entry.seen else Outcome.CONFLICT
        return Result(entry, outcome, value)

    return [judge(entry) for entry in entries]


_WRITTEN = ("state", "count", "na_reason", "note", "evidence", "version")


def _written(report: Report, results: list[Result], user: User, reason: str) -> list[Result]:
    """Write what was judged SAVED, with its changes; the results with the values as they stand."""
    saved = [result for result in results if result.outcome is Outcome.SAVED]
    if not saved:
        return results
    now = timezone.now()
    bulk.insert(
        IndicatorValue,
        ("line", "indicator", *_WRITTEN),
        (
            (
                entry.line, entry.indicator.pk,
                str(entry.cell.state), entry.cell.count, str(entry.cell.na_reason),
                entry.cell.note,
                value.evidence if entry.evidence is None else entry.evidence,
                value.version + 1,
            )
            for entry, value in ((result.entry, result.value) for result in saved)
        ),
        unique=("line", "indicator"),
        update=_WRITTEN,
    )  # fmt: skip
    stored = {
        (value.line_id, value.indicator_id): value
        for value in IndicatorValue.objects.filter(line__in={r.entry.line for r in saved})
    }
    after = {id(r): stored[r.entry.line, r.entry.indicator.pk] for r in saved}
    corrects = report.status == Report.Status.SUBMITTED
    bulk.insert_changes(
        (
            (after[id(r)].pk, cell_of(r.value), r.entry.cell, reason.strip() or _remark(r))
            for r in saved
        ),
        at=now,
        by=user,
        action=Change.Action.CORRECTED if corrects else Change.Action.ENTERED,
    )
    mark_started(report, now)
    return [replace(r, value=after[id(r)]) if id(r) in after else r for r in results]


def _remark(result: Result) -> str:
    """Note or evidence, if it is new: what is replaced later stays readable in the history."""
    entry, value = result.entry, result.value
    if entry.cell.note != value.note:
        return entry.cell.note
    return entry.evidence if entry.evidence not in (None, value.evidence) else ""


TEXTS = ("documents_issued", "communication", "difficulties", "proposals")
AMOUNTS = ("budget", "mobilised")


class TextsChanged(Exception):
    """Somebody else saved texts since they were read. `report` is the report as it stands."""

    def __init__(self, report: Report):
        super().__init__("changed meanwhile")
        self.report = report


def seal(report: Report) -> str:
    """Stands for the texts and amounts as they are: another one as soon as any of them changes."""
    stands = [str(getattr(report, name)) for name in (*TEXTS, *AMOUNTS)]
    return hashlib.sha256("\0".join(stands).encode()).hexdigest()[:16]


@transaction.atomic
def save_texts(
    *,
    report: Report,
    user: User,
    texts: Mapping[str, str | Decimal | None],
    seen: str | None = None,
) -> bool:
    """Save the short texts and the two amounts (million VND); whether anything changed.

    `seen` is the seal of what the writer saw. Raises EntryRefused or TextsChanged, and has then
    written nothing.
    """
    report = lock(report)
    refuse(why_words_closed(report, current_openness(report, user)))
    changed = [n for n in (*TEXTS, *AMOUNTS) if n in texts and getattr(report, n) != texts[n]]
    if not changed:
        return False
    if seen is not None and seen != seal(report):
        raise TextsChanged(report)
    for name in changed:
        setattr(report, name, texts[name])
    if report.started_at is None:
        report.started_at = timezone.now()
    report.save(update_fields=[*changed, "started_at"])
    return True
