"""A file of figures of many units and years, compared with what stands, a thousand rows at a time.

Memory holds the file and one part of its rows, whatever its length. Each part is matched and
compared by the same functions as the file of one unit; institutions are found by their code on the
roster of the row's year, and the roster says whose report the row belongs to.
"""

import csv
import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TextIO

from django.conf import settings

from institutions.exports import harmless
from institutions.models import AdministrativeUnit
from institutions.sheets import Book, Choice, Limits, Passed, Row, read_book
from reports.importing.apply import latest_change
from reports.importing.choices import Choices
from reports.importing.columns import (
    INSTITUTION,
    UNUSED,
    Vocabulary,
    find_columns,
    heading_counter,
)
from reports.importing.diff import (
    CellChange,
    Current,
    CurrentLine,
    Outcome,
    RowResult,
    Standing,
    diff,
)
from reports.importing.matching import Matched, MatchedRow, match, signs_of
from reports.importing.reasons import Doubt, Reason, Why
from reports.importing.staging import Stage
from reports.importing.territory_faults import (
    NO_ROUND,
    NO_YEAR,
    NO_YEAR_COLUMN,
    NOT_ASKED,
    Fault,
)
from reports.importing.wording import fault_heading, vocabulary
from reports.models import IndicatorValue, Report, ReportingRound, RoundLine
from reports.rounds.checks import Cell
from reports.rounds.entry import Closed, openness, question_of
from targets.models import Indicator

YEAR = "year"
# Of a file of 100,000 rows; more rows are not read at all.
MOST_ROWS = 200_000
PART = 1000
# Errors that the page shows; the file of errors holds all.
SHOWN = 100

_HEADINGS = {
    "Năm": YEAR, "Năm báo cáo": YEAR, "Year": YEAR, YEAR: YEAR,
    "Đơn vị báo cáo": UNUSED, "Reporting unit": UNUSED,
}  # fmt: skip


@dataclass(slots=True)
class Survey:
    """What a file would do, in figures; the rows themselves went by.

    `units` counts the rows of each report by outcome. `seen` is the latest change before it began.
    """

    seen: int
    format: dict = field(default_factory=dict)
    rows: int = 0
    passed_over: int = 0
    units: dict[int, Counter] = field(default_factory=dict)
    cells: int = 0
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    invalid: int = 0
    problems: dict[str, Fault] = field(default_factory=dict)
    doubts: dict[str, Doubt] = field(default_factory=dict)
    fingerprint: str = ""

    def count(self, outcome: Outcome) -> int:
        if outcome is Outcome.INVALID:
            return self.invalid
        return sum(tally[outcome] for tally in self.units.values())

    @property
    def tally(self) -> dict[str, int]:
        """The counts of `ImportBatch`."""
        return {
            "rows": self.rows,
            "passed_over": self.passed_over,
            **{outcome.value: self.count(outcome) for outcome in Outcome},
        }

    @property
    def kept(self) -> dict:
        """As the batch keeps it for its page."""
        return {
            "seen": self.seen,
            "format": self.format,
            "units": [
                [pk, *(tally[o] for o in Outcome)] for pk, tally in sorted(self.units.items())
            ],
            "cells": self.cells,
            "faults": [fault.kept for fault in self.faults],
            "fault_count": self.fault_count,
            "problems": [fault.kept for fault in self.problems.values()],
            "doubts": [
                [d.about, d.column, list(d.lines), d.number, d.example, d.proposal, d.answer]
                for d in self.doubts.values()
            ],
            "fingerprint": self.fingerprint,
        }


def survey(
    territory: AdministrativeUnit,
    content: bytes,
    name: str,
    choices: Choices,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    stage: Stage | None = None,
    faulty: TextIO | None = None,
) -> Survey:
    """Compare a file with the reports of a territory; raises UnreadableFile.

    `progress` is told of rows done and in all, `stage` gets the cells, `faulty` the rows that are
    wrong, with what is wrong about them.
    """
    return _Surveyor(territory, content, name, choices, stage, faulty).run(progress)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a roster, as far as a row needs it."""

    pk: int
    round: int
    unit: int
    code: str
    kind: str
    name: str


class _Surveyor:
    def __init__(self, territory, content, name, choices, stage, faulty):
        self.choices, self.stage = choices, stage
        self.found = Survey(latest_change())
        self.rounds = {r.year: r for r in ReportingRound.objects.filter(territory=territory)}
        self.reports = {
            (report.round_id, report.reporting_unit_id): report
            for report in Report.objects.filter(round__territory=territory).select_related(
                "reporting_unit"
            )
        }
        years = {round_.pk: round_ for round_ in self.rounds.values()}
        for report in self.reports.values():
            report.round = years[report.round_id]
        self.asked: dict[int, list[Indicator]] = {
            year: list(Indicator.objects.asked_in(year)) for year in self.rounds
        }
        indicators = {i.code: i for asked in self.asked.values() for i in asked}
        self.indicators = {code: i.pk for code, i in indicators.items()}
        self.questions = {
            year: tuple(question_of(i) for i in asked) for year, asked in self.asked.items()
        }
        self.words = _words(list(indicators.values()))
        self.book = read_book(
            content,
            name,
            limits=Limits(max_bytes=settings.MAX_IMPORT_BYTES, max_rows=MOST_ROWS),
            choice=Choice.from_dict(choices.reading),
            is_heading=heading_counter(self.words),
        )
        self.digest = hashlib.sha256(repr(choices.kept).encode())
        self.faulty = csv.writer(faulty, delimiter=";") if faulty else None
        if self.faulty:
            self.faulty.writerow([*map(harmless, self.book.headings), fault_heading()])

    def run(self, progress: Callable[[int, int], None]) -> Survey:
        book, found = self.book, self.found
        found.format = {
            "format": book.format,
            "encoding": book.guess.encoding,
            "delimiter": book.guess.delimiter,
            "sheet": book.guess.sheet,
        }
        found.passed_over = sum(
            len(each) for each in book.passed_over if each.reason is not Passed.SEPARATOR_LINE
        )
        total = len(book.rows)
        repeated = self._repeated()
        self.signs = signs_of(book, self.words, self.choices)
        for start in range(0, total, PART):
            rows = book.rows[start : start + PART]
            self._part(replace(book, rows=rows, passed_over=()), rows, repeated)
            progress(min(start + PART, total), total)
        found.rows = total
        if not found.problems and not (found.cells or found.invalid or self._same()):
            found.problems[""] = Fault.of(None, "", "", Reason(Why.NOTHING_RECOGNISED))
        self.digest.update(repr(sorted(found.problems)).encode())
        found.fingerprint = self.digest.hexdigest()
        return found

    def _same(self) -> int:
        return self.found.count(Outcome.SAME)

    def _repeated(self) -> dict[int, list[int]]:
        """Lines of the other rows of the same year and institution, by line.

        Eight bytes a row; only what is repeated is looked at again.
        """
        columns = {
            column.column: column.place
            for column in find_columns(
                self.book.headings, lambda _place: True, self.words, self.choices.columns
            )[0]
        }
        if INSTITUTION not in columns or YEAR not in columns:
            return {}
        places = columns[YEAR], columns[INSTITUTION]
        keys = array("q", (_key(row, places) for row in self.book.rows))
        twice = set()
        # A sixteenth at a time: sorting all would take as much memory as the rows do.
        for part in range(16):
            ordered = sorted(key for key in keys if key & 15 == part)
            twice |= {one for one, other in pairwise(ordered) if one == other and one}
        lines: dict[int, list[int]] = {}
        if twice:
            for key, row in zip(keys, self.book.rows, strict=True):
                if key in twice:
                    lines.setdefault(key, []).append(row.line)
        return {n: [o for o in same if o != n] for same in lines.values() for n in same}

    def _part(self, book: Book, rows: Sequence[Row], repeated: dict[int, list[int]]) -> None:
        matched = match(book, self.words, self.choices, self.signs)
        for column, reasons in matched.problems.items():
            self._problem(column, reasons[0])
        heading = matched.columns.get(INSTITUTION, INSTITUTION)
        if YEAR not in matched.columns:
            self.found.problems[YEAR] = Fault(None, "", "", NO_YEAR_COLUMN)
        if YEAR not in matched.columns or INSTITUTION not in matched.columns:
            return
        self._doubts(matched.doubts)
        lines = self._lines(matched)
        groups: dict[tuple[int, int], list[MatchedRow]] = {}
        wrong: dict[int, list[Fault]] = {}
        placed: dict[int, _Line] = {}
        for row in matched.rows:
            faults, line = self._place(row, matched, lines, heading)
            if line is not None:
                faults += self._not_asked(row, line, matched)
            if others := repeated.get(row.line):
                reason = Reason(Why.DUPLICATE_ROW, ", ".join(map(str, others[:10])))
                faults.append(Fault.of(row.line, heading, row.code, reason))
            if faults:
                wrong[row.line] = [
                    *faults,
                    *(
                        Fault.of(row.line, column, row.values.get(column, ""), reason)
                        for column, reasons in row.errors.items()
                        for reason in reasons
                    ),
                ]
            else:
                placed[row.line] = line
                groups.setdefault((line.round, line.unit), []).append(row)
        standing = self._standing([line.pk for line in placed.values()])
        results: dict[int, RowResult] = {}
        for key, members in groups.items():
            results |= self._compare(key, members, matched, placed, standing)
        self._count(rows, matched, results, wrong, placed, standing)

    # Where a row belongs -----------------------------------------------------------------

    def _lines(self, matched: Matched) -> dict[tuple[int, str], _Line]:
        """Roster lines of the institutions in this part, by round and code. One query."""
        codes = {row.code for row in matched.rows}
        years = {_year(row.more.get(YEAR, "")) for row in matched.rows}
        found = RoundLine.objects.filter(
            round__in=[round_.pk for year, round_ in self.rounds.items() if year in years],
            institution__code__in=codes | {code.upper() for code in codes},
        ).values_list(
            "round", "institution__code", "pk", "reporting_unit", "kind", "institution__name"
        )
        return {
            (round_, code.casefold()): _Line(pk, round_, unit, code, kind, name)
            for round_, code, pk, unit, kind, name in found
        }

    def _place(
        self, row: MatchedRow, matched: Matched, lines: dict, heading: str
    ) -> tuple[list[Fault], "_Line | None"]:
        """The roster line of a row, or the reasons why it has none that is open."""
        column, text = matched.columns[YEAR], row.more.get(YEAR, "").strip()
        year = _year(text)
        if year is None:
            return [Fault(row.line, column, text[:200], NO_YEAR)], None
        round_ = self.rounds.get(year)
        if round_ is None:
            return [Fault(row.line, column, text, NO_ROUND, str(year))], None
        line = lines.get((round_.pk, row.code.casefold()))
        if line is None:
            if not row.code:
                return [Fault.of(row.line, heading, "", Reason(Why.NO_CODE))], None
            reason = Reason(Why.UNKNOWN_INSTITUTION)
            return [Fault.of(row.line, heading, row.code, reason)], None
        if closed := why_closed(self.reports.get((line.round, line.unit))):
            return [Fault(row.line, column, text, closed.value)], line
        return [], line

    def _not_asked(self, row: MatchedRow, line: _Line, matched: Matched) -> list[Fault]:
        year = self.reports[line.round, line.unit].round.year
        asked = {question.code for question in self.questions[year]}
        return [
            Fault(row.line, matched.columns[code], row.values.get(matched.columns[code], ""),
                  NOT_ASKED, str(year))
            for code in row.cells
            if code not in asked
        ]  # fmt: skip

    # What a row changes ------------------------------------------------------------------

    def _standing(self, lines: list[int]) -> dict[int, dict[str, Standing]]:
        codes = {pk: code for code, pk in self.indicators.items()}
        cells: dict[int, dict[str, Standing]] = {}
        for (
            line,
            indicator,
            state,
            count,
            na_reason,
            note,
            version,
        ) in IndicatorValue.objects.filter(line__in=lines, indicator__in=codes).values_list(
            "line", "indicator", "state", "count", "na_reason", "note", "version"
        ):
            cells.setdefault(line, {})[codes[indicator]] = Standing(
                Cell(state, count, na_reason, note), version
            )
        return cells

    def _compare(
        self,
        key: tuple[int, int],
        members: list[MatchedRow],
        matched: Matched,
        placed: dict[int, _Line],
        standing: dict[int, dict[str, Standing]],
    ) -> dict[int, RowResult]:
        """Rows of one report against what stands there; by line."""
        lines = {}
        for row in members:
            line = placed[row.line]
            lines[line.code] = CurrentLine(
                line.code, line.name, line.kind, standing.get(line.pk, {})
            )
        current = Current(self.questions[self.reports[key].round.year], lines)
        plan = diff(replace(matched, rows=tuple(members), problems={}), current, self.choices)
        for column, reasons in plan.problems.items():
            # Whether anything was recognised is told of the whole file.
            if column:
                self._problem(column, reasons[0])
        self._doubts(plan.doubts)
        return {row.line: row for row in plan.rows}

    def _count(
        self,
        rows: Sequence[Row],
        matched: Matched,
        results: dict[int, RowResult],
        wrong: dict[int, list[Fault]],
        placed: dict[int, _Line],
        standing: dict[int, dict[str, Standing]],
    ) -> None:
        staged = []
        for raw, row in zip(rows, matched.rows, strict=True):
            result = results.get(row.line)
            faults = wrong.get(row.line, [])
            if result is not None and result.outcome is Outcome.INVALID:
                faults = [
                    Fault.of(row.line, column, result.values.get(column, ""), reason)
                    for column, reasons in result.errors.items()
                    for reason in reasons
                ]
            if faults or result is None:
                self._wrong(raw, faults)
                continue
            line = placed[row.line]
            tally = self.found.units.setdefault(self.reports[line.round, line.unit].pk, Counter())
            tally[result.outcome] += 1
            self.found.cells += len(result.cells)
            self.digest.update(f"{row.line}\0{line.pk}\0{result.outcome}\0".encode())
            for change in result.cells:
                self.digest.update("\0".join(map(str, _told(change))).encode())
            if self.stage is not None:
                staged += self._staged(row, line, result, standing.get(line.pk, {}))
        if self.stage is not None:
            self.stage.add(staged)

    def _staged(
        self, row: MatchedRow, line: _Line, result: RowResult, stands: dict[str, Standing]
    ) -> Iterator[tuple]:
        changed = set()
        for change in result.cells:
            changed.add(change.indicator)
            yield (
                line.pk, line.unit, self.indicators[change.indicator], change.version, 1,
                str(change.after.state), change.after.count, str(change.after.na_reason),
                change.after.note,
                str(change.before.state), change.before.count, str(change.before.na_reason),
                change.before.note,
            )  # fmt: skip
        # What stands as the file has it must still stand when the rest is written.
        for code in row.cells.keys() - changed:
            version = stands[code].version if code in stands else 0
            yield (line.pk, line.unit, self.indicators[code], version, 0,
                   "", None, "", "", "", None, "", "")  # fmt: skip

    # What is wrong -----------------------------------------------------------------------

    def _problem(self, column: str, reason: Reason) -> None:
        self.found.problems.setdefault(column, Fault.of(None, column, "", reason))

    def _doubts(self, doubts: Sequence[Doubt]) -> None:
        for doubt in doubts:
            if known := self.found.doubts.get(doubt.key):
                doubt = replace(
                    known,
                    number=known.number + doubt.number,
                    lines=(*known.lines, *doubt.lines)[:20],
                )
            self.found.doubts[doubt.key] = doubt

    def _wrong(self, row: Row, faults: list[Fault]) -> None:
        self.found.invalid += 1
        self.found.fault_count += len(faults)
        self.digest.update(f"{row.line}\0{Outcome.INVALID}\0".encode())
        room = SHOWN - len(self.found.faults)
        self.found.faults += faults[: max(room, 0)]
        if self.faulty:
            numbers = row.numbers if row.kinds else {}
            cells = [
                # Sent again as text, 1.234 would be 1234: refused until somebody says what it is.
                f"{value} ?" if place in numbers and numbers[place] % 1 else value
                for place, value in enumerate(row.values)
            ]
            # Cells too many stay, so that a row that slipped is refused again.
            cells += [""] * (len(self.book.headings) - len(cells))
            said = "; ".join(f"{fault.column}: {fault.message}" for fault in faults)
            self.faulty.writerow([*map(harmless, [*cells, said])])


def why_closed(report: Report | None) -> Closed | None:
    """Why a report takes no file of the Department's; None if it is open."""
    if report is None:
        return Closed.NOT_IN_REPORT
    closed = openness(report, limited=False, names_cells=False).why_closed
    if closed is None and report.status == Report.Status.SUBMITTED:
        return Closed.SUBMITTED
    return closed


def _words(indicators: list[Indicator]) -> Vocabulary:
    words = vocabulary(indicators)
    return replace(words, headings={**words.headings, **_HEADINGS})


def _year(text: str) -> int | None:
    """A year as people and workbooks write it; None for anything else."""
    year = text.strip().removesuffix(".0")
    return int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None


def _key(row: Row, places: tuple[int, int]) -> int:
    """Stands for year and institution of a row; 0 if it has none."""
    year, code = (row.values[p].strip() if p < len(row.values) else "" for p in places)
    if not year or not code:
        return 0
    text = f"{year.removesuffix('.0')}\0{code.removeprefix(chr(39)).casefold()}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), signed=True)


def _told(change: CellChange) -> tuple:
    after = change.after
    return (
        change.indicator, after.state, after.count, after.na_reason, after.note, change.version,
    )  # fmt: skip
