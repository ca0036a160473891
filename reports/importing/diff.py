"""What a file would change, compared with what stands there now.

PURE: no Django. The same function serves the preview and the writing, which computes it again
under the lock and refuses if it differs: so nobody writes anything but what they saw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from institutions.sheets import Passed, PassedOver
from reports.importing.choices import LEFT_OUT, Choices
from reports.importing.columns import INSTITUTION, NAME, Column
from reports.importing.matching import NO_CHOICES, Matched, MatchedRow
from reports.importing.reasons import About, Doubt, Reason, Why
from reports.importing.resolving import How, Known, Roster
from reports.rounds.checks import Cell, Question

TEMPLATE = "template"
"""Where the reasons stand against a template of another unit or year."""


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
    tier: str = ""
    commune: str = ""
    pk: int = 0


@dataclass(frozen=True, slots=True)
class Current:
    """All that a file is compared with.

    `foreign` are the codes, of those in the file, that other units of the round hold. A template
    of another `unit` or `year` is refused; "" and None: any is taken.
    `blank_is_open`: whether a cell that nobody touched yet may be filled.
    """

    questions: tuple[Question, ...]
    lines: Mapping[str, CurrentLine]
    foreign: frozenset[str] = frozenset()
    blank_is_open: bool = True
    unit: str = ""
    year: int | None = None


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
    what stands there. `how` the institution was found, from what `was` written; `candidates` are
    the codes to choose from where it was not.
    """

    line: int
    code: str
    name: str
    outcome: Outcome
    cells: tuple[CellChange, ...] = ()
    errors: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    how: How = How.CODE
    was: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What the file would do. `problems` (column -> reasons) stand against the file as a whole.

    `columns` maps what a column is to its heading, `places` a heading to where it stands. Rows of
    the sheet are the heading, `rows`, those `passed_over`, and those `left_out` on demand.
    """

    rows: tuple[RowResult, ...]
    problems: Mapping[str, tuple[Reason, ...]]
    columns: Mapping[str, str]
    choices: Choices = NO_CHOICES
    doubts: tuple[Doubt, ...] = ()
    table: tuple[Column, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)
    passed_over: tuple[PassedOver, ...] = ()
    left_out: tuple[int, ...] = ()
    header_line: int = 1

    def count(self, outcome: Outcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def tally(self) -> dict[str, int]:
        """Rows by outcome, the words of `ImportBatch` and of the command line."""
        return {"rows": len(self.rows)} | {o.value: self.count(o) for o in Outcome}

    @property
    def passed(self) -> int:
        """Rows of the sheet that are no rows of the table, or were left out by choice."""
        rows = [each for each in self.passed_over if each.reason is not Passed.SEPARATOR_LINE]
        return sum(len(each) for each in rows) + len(self.left_out)

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


def diff(matched: Matched, current: Current, choices: Choices = NO_CHOICES) -> ImportPlan:
    """Compare the rows of a file with what stands. Deterministic; never raises on any rows."""
    questions = {question.code: question for question in current.questions}
    roster = Roster(
        [Known(line.code, line.name, line.tier, line.commune) for line in current.lines.values()],
        current.foreign,
        matched.tiers,
    )
    taken = [row for row in matched.rows if choices.institutions.get(row.line) != LEFT_OUT]
    found = {row.line: roster.find(row, choices.institutions.get(row.line)) for row in taken}
    lines_of: dict[str, list[int]] = {}
    for row in taken:
        # A row whose institution is not found may still repeat another of the same code.
        key = found[row.line].code or row.code.casefold()
        lines_of.setdefault(key, []).append(row.line)
    heading = matched.columns.get(INSTITUTION) or matched.columns.get(NAME, INSTITUTION)
    places = {column: place for place, column in enumerate(matched.columns.values())}
    blanks = _Blanks(matched.ticked, questions, choices)

    results = []
    for row in taken:
        errors = {column: list(reasons) for column, reasons in row.errors.items()}
        institution = found[row.line]
        line = current.lines.get(institution.code)
        wrong = errors.setdefault(heading, [])
        if len(same := lines_of[institution.code or row.code.casefold()]) > 1 and (
            institution.code or row.code
        ):
            others = ", ".join(str(n) for n in same if n != row.line)
            wrong.append(Reason(Why.DUPLICATE_ROW, others))
        wrong += institution.reasons
        changes: list[CellChange] = []
        if line is not None:
            cells = blanks.filled(row, line)
            changes = _compare(row, cells, line, questions, current, matched.columns, errors)
        kept = {column: tuple(reasons) for column, reasons in errors.items() if reasons}
        if len(kept) > 1:
            order = sorted(kept, key=lambda column: places.get(column, len(places)))
            kept = {column: kept[column] for column in order}
        results.append(
            RowResult(
                row.line,
                row.code if kept else line.code,
                line.name if line else row.name,
                Outcome.INVALID if kept else _outcome(changes),
                cells=() if kept else tuple(changes),
                errors=kept,
                values={column: row.values.get(column, "") for column in kept},
                how=institution.how,
                was=row.code or row.name,
                candidates=institution.candidates,
            )
        )
    problems = _other_template(matched, current) | dict(matched.problems)
    missing, asked = _missing(matched, current, {f.code for f in found.values()}, choices)
    problems |= missing
    doubts = (*asked, *matched.doubts, *blanks.doubts())
    for doubt in doubts:
        if doubt.is_open and doubt.about is About.BLANK:
            problems[matched.columns[doubt.column]] = (Reason(Why.OPEN_DOUBT),)
    if not problems and not any(row.cells or row.errors for row in taken):
        problems[""] = (Reason(Why.NOTHING_RECOGNISED),)
    left = [row.line for row in matched.rows if choices.institutions.get(row.line) == LEFT_OUT]
    return ImportPlan(
        tuple(results),
        problems,
        matched.columns,
        choices,
        doubts=doubts,
        table=matched.table,
        places=matched.places,
        passed_over=matched.passed_over,
        left_out=tuple(left),
        header_line=matched.header_line,
    )


class _Blanks:
    """The blank cells of columns that hold ticks alone."""

    def __init__(self, ticked: frozenset[str], questions: Mapping[str, Question], choices: Choices):
        self.ticked = [questions[code] for code in questions if code in ticked]
        self.answers = {}
        for question in self.ticked:
            doubt = Doubt(About.BLANK, question.code)
            answer = choices.answers.get(doubt.key, "")
            self.answers[question.code] = answer if answer in doubt.answers else ""
        self.lines: dict[str, list[int]] = {}

    def filled(self, row: MatchedRow, line: CurrentLine) -> Mapping[str, Cell]:
        """The answers of a row, its blank cells filled as its sender said."""
        if not self.ticked:
            return row.cells
        cells = dict(row.cells)
        for question in self.ticked:
            if question.kind != line.kind or question.code in cells:
                continue
            self.lines.setdefault(question.code, []).append(row.line)
            if self.answers[question.code] == "no":
                cells[question.code] = Cell("no", note=row.note or "")
        return cells

    def doubts(self) -> Iterator[Doubt]:
        for code, lines in self.lines.items():
            yield Doubt(About.BLANK, code, tuple(lines[:20]), len(lines), answer=self.answers[code])


def _compare(
    row: MatchedRow,
    cells: Mapping[str, Cell],
    line: CurrentLine,
    questions: Mapping[str, Question],
    current: Current,
    columns: Mapping[str, str],
    errors: dict[str, list[Reason]],
) -> list[CellChange]:
    changes = []
    for indicator, after in cells.items():
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


def _other_template(matched: Matched, current: Current) -> dict[str, tuple[Reason, ...]]:
    """A filled-in template says for whom it was made: figures of others would look like ours."""
    wrong = []
    for stamp in dict.fromkeys(matched.stamps):
        if current.unit and stamp.unit.casefold() != current.unit.casefold():
            wrong.append(Reason(Why.OTHER_UNIT, stamp.unit))
        if current.year and stamp.year != current.year:
            wrong.append(Reason(Why.OTHER_YEAR, str(stamp.year)))
    return {TEMPLATE: tuple(dict.fromkeys(wrong))} if wrong else {}


def _missing(
    matched: Matched, current: Current, codes: Collection[str], choices: Choices
) -> tuple[dict[str, tuple[Reason, ...]], list[Doubt]]:
    """Questions without a column that institutions of the file are asked.

    A column that was deleted by accident would leave its figures out without a word: its sender
    says that the file has none.
    """
    kinds = {current.lines[code].kind for code in codes if code in current.lines}
    problems, doubts = {}, []
    for question in current.questions:
        if question.kind not in kinds or question.code in matched.columns:
            continue
        doubt = Doubt(About.MISSING, question.code)
        answer = choices.answers.get(doubt.key, "")
        if answer not in doubt.answers:
            problems[question.code] = (Reason(Why.MISSING_COLUMN, (question.labels or ("",))[0]),)
            answer = ""
        doubts.append(replace(doubt, answer=answer))
    return problems, doubts
