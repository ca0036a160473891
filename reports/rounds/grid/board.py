"""What the grid of one report shows: sections of institutions by kind and tier, cell by cell.

Read in a fixed number of queries, whatever the number of institutions.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from institutions.models import Kind, Tier
from institutions.names import fold
from reports.figures import words
from reports.models import Attachment, Report, RoundLine
from reports.rounds import pages
from reports.rounds.editing_checks.findings import (
    Finding,
    Findings,
    earlier_answers,
    findings_of,
)
from reports.rounds.entry import Openness
from reports.rounds.grid.forms import Filter
from reports.rounds.grid.texts import entered
from reports.rounds.grid.totals import Total, Totals, total_key, totals
from reports.rounds.pages import Sheet, SheetCell
from reports.rounds.wording import cell_text
from targets.models import Indicator


@dataclass(frozen=True, slots=True)
class Place:
    """One cell of the grid. `text` stands in its input; `previous` is the year before's answer.

    `typed`, `error` and `theirs` come back from a form that was not saved as it was sent.
    """

    cell: SheetCell
    text: str
    previous: str
    findings: tuple[Finding, ...] = ()
    typed: str | None = None
    error: str = ""
    theirs: str = ""

    @property
    def shown(self) -> str:
        return self.text if self.typed is None else self.typed

    @property
    def classes(self) -> str:
        """The state of the cell as CSS knows it."""
        marks = {
            "is-returned": self.cell.is_returned,
            "is-locked": not self.cell.is_open,
            "is-wrong": bool(self.error),
        }
        return " ".join([self.cell.code, *(name for name, holds in marks.items() if holds)])

    @property
    def sort(self) -> str:
        return "is-count" if self.cell.indicator.is_growth else "is-yes-no"

    @property
    def attributes(self) -> SafeString:
        if not self.cell.is_open:
            return mark_safe("readonly")
        kind = 'inputmode="numeric"' if self.cell.indicator.is_growth else 'list="quick-answers"'
        return mark_safe(kind + (' aria-invalid="true"' if self.error else ""))

    @property
    def says_anything(self) -> bool:
        cell = self.cell
        return bool(
            self.error or self.theirs or self.findings or cell.is_returned or cell.note
            or cell.evidence or cell.approved_text
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One institution. `find` is what a search looks through, without diacritics."""

    line: RoundLine
    places: tuple[Place, ...]
    find: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Column:
    indicator: Indicator
    total: Total | None


@dataclass(frozen=True, slots=True)
class Section:
    """The institutions of one kind and tier with the questions that they are asked.

    `seen` maps "line-indicator" to version and text of every cell that is not empty: what the
    reader saw, so that a save changes only what they changed.
    """

    key: str
    kind: str
    tier: str
    label: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    seen: dict[str, tuple[int, str]]

    @property
    def is_hidden(self) -> bool:
        return all(row.is_hidden for row in self.rows)

    @property
    def seen_json(self) -> str:
        return json.dumps(self.seen, ensure_ascii=False, separators=(",", ":"))

    @property
    def has_totals(self) -> bool:
        return any(column.total for column in self.columns)

    @property
    def has_open(self) -> bool:
        return any(place.cell.is_open for row in self.rows for place in row.places)


@dataclass(frozen=True, slots=True)
class Refill:
    """What a form that was not saved wholly gives back: by cell key."""

    typed: Mapping[str, str]
    errors: Mapping[str, str]
    theirs: Mapping[str, str]


NOTHING = Refill({}, {}, {})


@dataclass(frozen=True, slots=True)
class Grid:
    sections: list[Section]
    sheet: Sheet
    totals: Totals | None
    findings: Findings | None
    more: dict[str, dict]
    indicators: list[Indicator]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        here = {section.kind for section in self.sections}
        return [(kind, words.kinds(kind)) for kind in Kind.values if kind in here]

    @property
    def tiers(self) -> list[tuple[str, str]]:
        here = {section.tier for section in self.sections}
        return [(tier, words.tier_word(tier)) for tier in Tier.values if tier in here]


def grid(
    report: Report,
    *,
    drafts: bool,
    open_now: Openness | None,
    wanted: Filter,
    refill: Refill = NOTHING,
) -> Grid:
    """The grid as the reader may see it. Without `drafts` only approved values, and no totals."""
    sheet = pages.sheet(report, drafts=drafts, open_now=open_now)
    noticed: dict[str, list[Finding]] = defaultdict(list)
    found = findings_of(report) if drafts else None
    before = found.before if found else earlier_answers(report)
    indicators = [indicator for table in sheet.tables for indicator in table.indicators]
    by_code = {indicator.code: indicator.pk for indicator in indicators}
    for finding in found or ():
        if finding.line_id is not None and finding.indicator_code in by_code:
            noticed[f"{finding.line_id}-{by_code[finding.indicator_code]}"].append(finding)
    live = totals(report, indicators, before) if drafts and indicators else None

    def place(row, cell: SheetCell) -> Place:
        earlier = before.get((row.line.pk, cell.indicator.pk))
        return Place(
            cell=cell,
            text=entered(cell.cell),
            previous=cell_text(earlier) if earlier else "",
            findings=tuple(noticed.get(cell.key, ())),
            typed=refill.typed.get(cell.key),
            error=refill.errors.get(cell.key, ""),
            theirs=refill.theirs.get(cell.key, ""),
        )

    sections = []
    for table in sheet.tables:
        for tier, rows in groupby(table.rows, key=lambda row: row.line.tier):
            made = []
            for row in rows:
                find = _find(row.line)
                made.append(
                    Row(
                        line=row.line,
                        places=tuple(place(row, cell) for cell in row.cells),
                        find=find,
                        is_hidden=not wanted.allows(
                            kind=table.kind,
                            tier=tier,
                            missing=row.missing,
                            returned=row.returned,
                            find=find,
                        ),
                    )
                )
            sections.append(
                Section(
                    key=f"{table.kind}-{tier}",
                    kind=table.kind,
                    tier=tier,
                    label=words.kind_of_tier(table.kind, tier),
                    columns=tuple(
                        Column(
                            indicator,
                            live.by_key[total_key(table.kind, tier, indicator)] if live else None,
                        )
                        for indicator in table.indicators
                    ),
                    rows=tuple(made),
                    seen={
                        place.cell.key: (place.cell.version, place.text)
                        for row in made
                        for place in row.places
                        if place.cell.version or place.text
                    },
                )
            )
    return Grid(sections, sheet, live, found, more(report, sheet, noticed, drafts), indicators)


def _find(line: RoundLine) -> str:
    parts = [line.institution.name, line.institution.code]
    if line.commune:
        parts.append(line.commune.name)
    return fold(" ".join(parts))


def more(report: Report, sheet: Sheet, noticed: Mapping, drafts: bool) -> dict[str, dict]:
    """What stands beside the answers, by cell key: notes, evidence, messages, files, findings.

    Only what there is, so that the page stays light. One query.
    """
    if not drafts:
        return {}
    files: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for attachment in Attachment.objects.filter(report=report).select_related("value"):
        if attachment.value is not None:
            key = f"{attachment.value.line_id}-{attachment.value.indicator_id}"
            files[key].append((attachment.pk, attachment.name))
    found = {}
    for _row, cell in sheet.cells:
        beside = {
            "note": cell.note,
            "evidence": cell.evidence,
            "message": cell.return_message,
            "approved": _("approved: %(value)s") % {"value": cell.approved_text}
            if cell.approved_text
            else "",
            "files": files.get(cell.key),
            "findings": findings_data(noticed.get(cell.key, ())),
        }
        if kept := {name: content for name, content in beside.items() if content}:
            found[cell.key] = kept
    return found


def findings_data(findings: Iterable[Finding]) -> list[dict]:
    """Findings as the script of the page reads them."""
    return [
        {
            "key": finding.key,
            "fatal": finding.is_fatal,
            "open": finding.is_open,
            "message": finding.message,
            "todo": finding.todo,
            "explanation": finding.explanation,
            "suggestion": finding.suggestion,
        }
        for finding in findings
    ]
