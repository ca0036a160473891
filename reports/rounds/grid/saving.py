"""What became of the cells of one request, in words, for the script and for the plain form."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from institutions.models import User
from reports.models import Change, Report
from reports.rounds.editing_checks.findings import (
    ExplanationRefused,
    explain_all,
    findings_of,
)
from reports.rounds.entry import EntryRefused, Outcome, Result, cell_of, set_cells
from reports.rounds.grid.board import findings_data
from reports.rounds.grid.forms import Block, Typed
from reports.rounds.grid.texts import entered, fault_words, reason_words
from reports.rounds.grid.totals import totals
from reports.rounds.wording import cell_code, cell_text
from targets.models import Indicator


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one cell, and what stands in it now.

    `outcome`: saved, same, refused or conflict. `message` says why it was refused. `theirs` says
    what somebody else wrote, who and when; `is_mine`: it was the same person.
    """

    key: str
    outcome: str
    version: int = 0
    text: str = ""
    code: str = "blank"
    note: str = ""
    evidence: str = ""
    message: str = ""
    theirs: str = ""
    is_mine: bool = False


def save_block(report: Report, block: Block, user: User) -> list[Answer]:
    """Save the cells and, where the person wrote any, the explanations of what checks noticed."""
    results = set_cells(
        report=report,
        entries=[cell.entry for cell in block.cells if cell.entry],
        user=user,
        reason=block.reason,
    )
    by_key = {
        f"{result.entry.line}-{result.entry.indicator.pk}": (result, who)
        for result, who in zip(results, writers(results), strict=True)
    }
    explained = _explain(report, block.cells, by_key, user)
    return [_answer(cell, by_key.get(cell.key), explained, user) for cell in block.cells]


def _answer(typed: Typed, found, explained: dict[str, str], user: User) -> Answer:
    if found is None:
        return Answer(typed.key, Outcome.REFUSED.value, message=reason_words(typed.unread))
    result, change = found
    value = result.value
    cell = cell_of(value)
    outcome, message = result.outcome, refusal(result)
    if typed.key in explained and outcome in (Outcome.SAVED, Outcome.SAME):
        message = explained[typed.key]
    conflict = outcome is Outcome.CONFLICT
    return Answer(
        key=typed.key,
        outcome=outcome.value,
        version=value.version if value else 0,
        text=entered(cell),
        code=cell_code(cell),
        note=cell.note,
        evidence=value.evidence if value else "",
        message=message,
        theirs=conflict_words(result, change) if conflict else "",
        is_mine=bool(conflict and change and change.by_id == user.pk),
    )


def _explain(report: Report, cells: Collection[Typed], by_key, user: User) -> dict[str, str]:
    """Keep explanations; what could not be kept, by cell key.

    One explanation stands on a value, whichever of its findings it was written for.
    """
    wanted = {
        cell.line: {}
        for cell in cells
        if cell.explanation and by_key.get(cell.key) and _stands(by_key[cell.key][0])
    }
    if not wanted:
        return {}
    given, keys = {}, {}
    by_cell = {
        (cell.line, cell.entry.indicator.code): cell
        for cell in cells
        if cell.explanation and cell.entry
    }
    for finding in findings_of(report, list(wanted)):
        cell = by_cell.get((finding.line_id, finding.indicator_code))
        if cell and not finding.is_fatal and cell.key not in keys.values():
            given[finding.key] = (cell.explanation, finding.seen)
            keys[finding.key] = cell.key
    try:
        refused: dict[str, ExplanationRefused] = explain_all(report, given, user) if given else {}
    except EntryRefused as closed:
        return dict.fromkeys(keys.values(), str(closed))
    return {keys[key]: str(why) for key, why in refused.items()}


def _stands(result: Result) -> bool:
    return result.outcome in (Outcome.SAVED, Outcome.SAME)


def refusal(result: Result) -> str:
    """Why an entry was refused; "" if it was not."""
    if result.why is not None:
        return str(result.why.label)
    return fault_words(result.faults)


def writers(results: Sequence[Result]) -> list[Change | None]:
    """Who wrote what stands where an entry met a conflict: one query, none without a conflict."""
    wanted = [r.value.pk for r in results if r.outcome is Outcome.CONFLICT]
    latest: dict[int, Change] = {}
    if wanted:
        written = Change.objects.filter(value__in=wanted, action__in=Change.WORKING)
        for change in written.select_related("by").order_by("pk"):
            latest[change.value_id] = change
    return [latest.get(r.value.pk) if r.outcome is Outcome.CONFLICT else None for r in results]


def conflict_words(result: Result, change: Change | None) -> str:
    """What somebody else wrote meanwhile, who and when."""
    value = cell_text(cell_of(result.value))
    if change is None:
        return _("stands now: %(value)s") % {"value": value}
    return _("%(who)s wrote “%(value)s” at %(when)s") % {
        "who": change.by or _("Somebody"),
        "value": value,
        "when": date_format(localtime(change.at), "SHORT_DATETIME_FORMAT"),
    }


def fresh(report: Report, indicators: Sequence[Indicator], lines: Collection[int]) -> dict:
    """Totals, progress and the findings about `lines`, as they stand after the save."""
    found = findings_of(report, list(lines))
    live = totals(report, indicators, found.before)
    codes = {indicator.code: indicator.pk for indicator in indicators}
    noticed: dict[str, list] = {
        f"{line}-{indicator.pk}": [] for line in lines for indicator in indicators
    }
    for finding in found:
        if finding.line_id in lines and finding.indicator_code in codes:
            noticed[f"{finding.line_id}-{codes[finding.indicator_code]}"].append(finding)
    return {
        "totals": live.by_key,
        "progress": {
            "answered": live.progress.answered,
            "asked": live.progress.asked,
            "missing": live.progress.missing,
        },
        "findings": {key: findings_data(found) for key, found in noticed.items()},
    }
