"""What a file would change, compared with what stands there now.

PURE: no Django. The same function serves the preview and the writing, which computes it again
under the lock and refuses if it differs: so nobody writes anything but what they saw.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum

from reports.importing.choices import Choices
from reports.importing.matching import INSTITUTION, Matched, MatchedRow, Reason, Why
from reports.rounds.checks import Cell, Question

# Looking for a near code costs a pass over the roster: not for each of 10,000 wrong rows.
_MOST_SUGGESTIONS = 50


class Outcome(StrEnum):
    """What a row does. NEW fills blanks only; CHANGED alters at least one value that stood."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Standing:
    """One cell as it stands. `is_open`: the one who imports may change it."""

    cell: Cell
    version: int = 0
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class CurrentLine:
    """One institution of the reporting unit; `cells` by indicator code, absent = never touched."""

    code: str
    name: str
    kind: str
    cells: Mapping[str, Standing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Current:
    """All that a file is compared with.

    `foreign` are the codes, of those in the file, that other units of the round hold.
    `blank_is_open`: whether a cell that nobody touched yet may be filled.
    """

    questions: tuple[Question, ...]
    lines: Mapping[str, CurrentLine]
    foreign: frozenset[str] = frozenset()
    blank_is_open: bool = True


@dataclass(frozen=True, slots=True)
class CellChange:
    indicator: str
    before: Cell
    after: Cell
    version: int


@dataclass(frozen=True, slots=True)
class RowResult:
    """`line` as the officer sees it in the spreadsheet, the heading is 1.

    `errors` maps a column, as the file heads it, to all reasons, not only the first; `values` to
    what stands there.
    """

    line: int
    code: str
    name: str
    outcome: Outcome
    cells: tuple[CellChange, ...] = ()
    errors: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What the file would do. `problems` (column -> reasons) stand against the file as a whole."""

    rows: tuple[RowResult, ...]
    problems: Mapping[str, tuple[Reason, ...]]
    columns: Mapping[str, str]
    choices: Choices = field(default_factory=Choices)

    def count(self, outcome: Outcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def tally(self) -> dict[str, int]:
        """Rows by outcome, the words of `ImportBatch` and of the command line."""
        return {"rows": len(self.rows)} | {o.value: self.count(o) for o in Outcome}

    @property
    def is_clean(self) -> bool:
        return not self.problems and not self.count(Outcome.INVALID)

    @property
    def changes(self) -> Iterator[tuple[RowResult, CellChange]]:
        for row in self.rows:
            for change in row.cells:
                yield row, change

    def may_apply(self, *, accept_valid: bool = False) -> bool:
        """Whether anything may be written: all rows, or with `accept_valid` those that are right.

        A file in which nothing was recognised never looks like success.
        """
        if self.problems:
            return False
        invalid = self.count(Outcome.INVALID)
        return not invalid or (accept_valid and invalid < len(self.rows))

    @property
    def fingerprint(self) -> str:
        """Equal for two plans exactly if they write the same over the same versions."""
        digest = hashlib.sha256()
        for row in self.rows:
            digest.update(f"{row.line}\0{row.code}\0{row.outcome}\0".encode())
            for change in row.cells:
                digest.update(f"{change}\0".encode())
        digest.update(repr(sorted(self.problems)).encode())
        digest.update(repr(self.choices.kept).encode())
        return digest.hexdigest()


def diff(matched: Matched, current: Current, choices: Choices = Choices()) -> ImportPlan:
    """Compare the rows of a file with what stands. Deterministic; never raises on any rows."""
    questions = {question.code: question for question in current.questions}
    by_code = {code.casefold(): line for code, line in current.lines.items()}
    foreign = {code.casefold() for code in current.foreign}
    lines_of: dict[str, list[int]] = {}
    for row in matched.rows:
        lines_of.setdefault(row.code.casefold(), []).append(row.line)
    unknown = [code for code in lines_of if code and code not in by_code and code not in foreign]
    near = {
        code: match
        for code in unknown[:_MOST_SUGGESTIONS]
        if (match := get_close_matches(code, by_code, n=1, cutoff=0.85))
    }
    heading = matched.columns.get(INSTITUTION, INSTITUTION)
    places = {column: place for place, column in enumerate(matched.columns.values())}

    results = []
    for row in matched.rows:
        errors = {column: list(reasons) for column, reasons in row.errors.items()}
        key = row.code.casefold()
        line = by_code.get(key)
        wrong = errors.setdefault(heading, [])
        if key and len(lines_of[key]) > 1:
            others = ", ".join(str(n) for n in lines_of[key] if n != row.line)
            wrong.append(Reason(Why.DUPLICATE_ROW, others))
        if line is None:
            if key in foreign:
                wrong.append(Reason(Why.FOREIGN_INSTITUTION))
            elif key:
                hint = by_code[near[key][0]] if key in near else None
                wrong.append(
                    Reason(Why.UNKNOWN_INSTITUTION, f"{hint.code}, {hint.name}" if hint else "")
                )
            changes: list[CellChange] = []
        else:
            changes = _compare(row, line, questions, current, matched.columns, errors)
        kept = {
            column: tuple(errors[column])
            for column in sorted(errors, key=lambda column: places.get(column, len(places)))
            if errors[column]
        }
        values = {column: row.values.get(column, "") for column in kept}
        name = line.name if line else row.name
        if kept:
            results.append(
                RowResult(row.line, row.code, name, Outcome.INVALID, errors=kept, values=values)
            )
        else:
            results.append(
                RowResult(row.line, line.code, name, _outcome(changes), cells=tuple(changes))
            )
    problems = dict(matched.problems)
    problems |= _missing(matched, current, by_code)
    if not problems and not any(row.cells or row.errors for row in matched.rows):
        problems[""] = (Reason(Why.NOTHING_RECOGNISED),)
    return ImportPlan(tuple(results), problems, matched.columns, choices)


def _compare(
    row: MatchedRow,
    line: CurrentLine,
    questions: Mapping[str, Question],
    current: Current,
    columns: Mapping[str, str],
    errors: dict[str, list[Reason]],
) -> list[CellChange]:
    changes = []
    for indicator, after in row.cells.items():
        wrong = errors.setdefault(columns[indicator], [])
        if questions[indicator].kind != line.kind:
            # Clearing what cannot be there is a blank, as the template has it.
            if not after.is_blank:
                wrong.append(Reason(Why.NOT_FOR_KIND, line.kind))
            continue
        standing = line.cells.get(indicator) or Standing(Cell(), is_open=current.blank_is_open)
        before = standing.cell
        if row.note is None or after.is_blank:
            # A blank note leaves the note; a cleared value keeps it, as history does.
            after = Cell(after.state, after.count, after.na_reason, before.note)
        if after == before:
            continue
        if not standing.is_open:
            wrong.append(Reason(Why.NOT_RETURNED))
            continue
        changes.append(CellChange(indicator, before, after, standing.version))
    return changes


def _outcome(changes: list[CellChange]) -> Outcome:
    if not changes:
        return Outcome.SAME
    return Outcome.NEW if all(change.before.is_blank for change in changes) else Outcome.CHANGED


def _missing(
    matched: Matched, current: Current, by_code: Mapping[str, CurrentLine]
) -> dict[str, tuple[Reason, ...]]:
    """Questions without a column that institutions of the file are asked.

    A column that was deleted by accident would leave its figures out without a word.
    """
    keys = Counter(row.code.casefold() for row in matched.rows)
    kinds = {by_code[key].kind for key in keys if key in by_code}
    return {
        question.code: (Reason(Why.MISSING_COLUMN, (question.labels or ("",))[0]),)
        for question in current.questions
        if question.kind in kinds and question.code not in matched.columns
    }
