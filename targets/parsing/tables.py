"""Tables: years, groups or indicators stand in the header, above a row or in it.

A line is a row, its cells are apart by tabs; a cell merged over several columns stands once, one
merged with the cell above is empty. Each figure needs one year, one subject and one group of
institutions, each from the nearest place that names it. What is not certain is left unread.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from . import binding, vocabulary
from .cells import (
    LABEL_WORDS,
    Cell,
    Row,
    Said,
    Value,
    has,
    is_numbering,
    is_prose,
    is_unit,
    is_year,
    row_of,
    said_by,
    value_of,
)
from .figures import find_figures, find_years
from .groups import Group, find_groups
from .headers import Header, has_value, height, is_column_numbers, names_columns
from .model import Counts, ParsedTarget, ReviewReason, Unit, Unread, UnreadReason
from .outline import Item, sentences
from .reading import read_sentence
from .statement import HUNDRED, Context
from .subjects import Subject, find_subjects
from .tokens import Doubts, any_phrase_at, phrase_at

_ROMAN, _LETTER, _NUMBER, _NESTED, _PLAIN, _MARK = range(6)  # how deep a row's numbering puts it
_NOTHING = frozenset({"", "-", "–", "—", "x", "/", "…", "...", "0"})


@dataclass(slots=True)
class _Section:
    level: int
    said: Said


@dataclass(slots=True)
class TableReading:
    targets: list[ParsedTarget] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def read_table(
    text: str, item: Item, context: Context, doubts: Doubts, *, percent: bool = False
) -> TableReading:
    """Targets of a table and its rows that could not be read. `percent`: the words above say that
    the figures are percentages.
    """
    rows = [row for span in item.rows if (row := row_of(text, span, doubts)).cells]
    return _Table(text, rows, context, percent).read()


class _Table:
    def __init__(self, text: str, rows: Sequence[Row], context: Context, percent: bool) -> None:
        self.text, self.rows, self.context, self.percent = text, rows, context, percent
        self.width = max((row.width for row in rows), default=0)
        self.header = Header(self.width)
        self.reading = TableReading()
        self.sections: list[_Section] = []

    def read(self) -> TableReading:
        head = height(self.rows)
        self.header.read(self.rows[:head])
        first = min((cell.column for row in self.rows[head:] for cell in row.cells
                     if cell.column and value_of(cell)), default=0)  # fmt: skip
        self.header.set_apart(first)
        above: dict[int, Cell] = {}
        for row in self.rows[head:]:
            if is_column_numbers(row):
                continue
            if len(row.cells) > 1 and not has_value(row) and names_columns(row):
                self.header.begin_anew(row)
                continue
            self._read_row(row, above)
        return self.reading

    def _read_row(self, row: Row, above: dict[int, Cell]) -> None:
        level = self._level(row)
        cells = [cell for cell in row.cells if cell.column not in self.header.note_columns]
        labels: list[Cell] = []
        values: list[tuple[Cell, Value]] = []
        unit: Cell | None = None
        own_year: list[Cell] = []
        prose: list[Cell] = []
        for cell in cells:
            if is_numbering(cell) and cell.column in (0, *self.header.number_columns):
                continue
            if cell.column in self.header.unit_columns or is_unit(cell):
                unit = cell
                continue
            value = value_of(cell)
            if value is not None:
                values.append((cell, value))
            elif is_year(cell):
                own_year.append(cell)
            elif is_prose(cell):
                prose.append(cell)
            elif cell.text.lower() not in _NOTHING:
                labels.append(cell)
        first_value = min((cell.column for cell, _ in values), default=self.width)
        for column, cell in above.items():
            # a cell merged with the one above it
            if values and column < first_value and all(column != one.column for one in row.cells):
                labels.append(cell)
        for cell in labels:
            if cell.column < first_value:
                above[cell.column] = cell
                for column in [one for one in above if one > cell.column]:
                    if all(column != one.column for one in labels):
                        del above[column]
        labels = [cell for cell in labels if cell.column < first_value or not values]
        tokens = [token for cell in labels for token in cell.tokens]
        said = Said()
        for cell in [*labels, *own_year]:
            said += said_by(cell.tokens)
        for cell in prose:
            self._read_prose(row, cell, said)
        if not values:
            if not prose and (labels or own_year):
                self._open_section(level, said, row)
            return
        while self.sections and level != _PLAIN and self.sections[-1].level >= level:
            self.sections.pop()
        reason = self._other_matter(labels, unit)
        if reason is None:
            reasons = self._label_doubts(labels, said)
            if reasons is None:
                reason = UnreadReason.UNKNOWN_SUBJECT
            else:
                for cell, value in values:
                    failed = self._read_value(row, cell, value, said, unit, reasons, labels)
                    reason = reason or failed
        if reason is not None:
            self._unread(row, reason)
        if tokens and said.subjects and level != _PLAIN:
            self.sections.append(_Section(level, said))

    def _level(self, row: Row) -> int:
        first = row.cells[0]
        text = first.text if is_numbering(first) and first.column == 0 else ""
        if not text:
            match = re.match(r"(?:([IVX]{1,4}|[A-D])[.)/]|(\d{1,2}(?:\.\d{1,2})*)[.)\s]|([-–+*•]))",
                             first.text)  # fmt: skip
            text = match.group() if match else ""
        text = text.strip("(). ")
        if not text:
            return _PLAIN
        if re.fullmatch(r"[IVX]+|[A-D]", text):
            return _ROMAN
        if text.isdigit():
            return _NUMBER
        if "." in text:
            return _NESTED
        return _LETTER + _NUMBER if text.isalpha() else _MARK

    def _open_section(self, level: int, said: Said, row: Row) -> None:
        while self.sections and (
            self.sections[-1].level >= level or self.sections[-1].level == _PLAIN
        ):
            self.sections.pop()
        self.sections.append(_Section(level, said))
        figures = [one for cell in row.cells for one in find_figures(cell.tokens, ())]
        if any(figure.percent for figure in figures):
            self._unread(row, UnreadReason.TABLE)
        elif said.subjects and said.labelled and any(
            self.header.over(cell.column).years for cell in row.cells
        ):  # fmt: skip
            self._unread(row, UnreadReason.NO_FIGURE)

    def _read_prose(self, row: Row, cell: Cell, said: Said) -> None:
        """A cell with a sentence in it is read as one, below what the table says about it."""
        column = self.header.over(cell.column)
        if column.other:
            return
        around = column + said + self._section_said()
        years = {year.value for year in around.years if year.value}
        subjects = {one.indicator: one for one in around.subjects}
        context = replace(
            self.context,
            kinds=around.kinds or self.context.kinds,
            years=tuple(years) if len(years) == 1 else (() if years else self.context.years),
            subject=next(iter(subjects.values())) if len(subjects) == 1 else self.context.subject,
            slots=(),
        )
        for sentence in sentences(cell.tokens):
            reading = read_sentence(self.text, sentence, context)
            self.reading.targets.extend(reading.targets)
            if reading.unread is not None:
                self._unread(row, reading.unread)

    def _section_said(self) -> Said:
        said = Said()
        for section in self.sections:
            said += section.said
        return said

    def _other_matter(self, labels: Sequence[Cell], unit: Cell | None) -> UnreadReason | None:
        """Why the figures of a row are none of the kinds known here, if they are not."""
        if unit is not None and not any(token.is_mark("%") for token in unit.tokens):
            if has(unit.tokens, vocabulary.MONEY):
                return UnreadReason.MONEY
            if has(unit.tokens, vocabulary.phrases("nguoi", "can bo", "ho", "luot nguoi")):
                return UnreadReason.PEOPLE
            if unit.words and not has(unit.tokens, (("phan", "tram"), ("ty", "le"))):
                return UnreadReason.NOT_A_PERCENTAGE
        for cell in labels:
            tokens = cell.tokens
            groups, subjects = find_groups(tokens), find_subjects(tokens)
            begins = min((one.first for one in [*groups, *subjects]), default=len(tokens))
            if any(any_phrase_at(tokens, at, vocabulary.PEOPLE) for at in range(begins)):
                return UnreadReason.PEOPLE
            if any(
                any_phrase_at(tokens, at, vocabulary.MONEY) is not None
                and phrase_at(tokens, at, ("ty", "le")) is None
                for at in range(begins)
            ):
                return UnreadReason.MONEY
            if any(token.folded in vocabulary.FALLING for token in tokens):
                return UnreadReason.CHANGE
        return None

    def _label_doubts(self, labels: Sequence[Cell], said: Said) -> list[ReviewReason] | None:
        """Reasons to look at what a row says about itself; None if it speaks of another matter."""
        unknown = 0
        for cell in labels:
            tokens = cell.tokens
            groups, subjects = find_groups(tokens), find_subjects(tokens)
            covered = {
                at
                for part in [*groups, *subjects, *find_years(tokens)]
                for at in range(part.first, part.last + 1)
            }
            for kind, heads in vocabulary.HEADS.items():
                for at in range(len(tokens)):
                    if hit := any_phrase_at(tokens, at, (*heads, *vocabulary.INSIDE_HEAD[kind])):
                        covered.update(range(at, at + hit[0]))
            # behind the subject stands what it is for: "… cho người sử dụng thư viện"
            stop = min((one.first for one in subjects), default=len(tokens))
            last = max((one.last for one in groups), default=0)
            stop = max(stop, min(last, len(tokens))) if subjects and groups else stop
            free = [at for at in range(stop) if at not in covered and tokens[at].is_word]
            if any(any_phrase_at(tokens, at, vocabulary.OTHER_MATTER) for at in free):
                return None
            unknown += sum(
                not binding.known(tokens[at].folded, vocabulary.FILLER | LABEL_WORDS) for at in free
            )
        if unknown > 1 and not said.subjects:
            return None
        return [ReviewReason.UNFAMILIAR_WORDS] if unknown else []

    def _read_value(
        self,
        row: Row,
        cell: Cell,
        value: Value,
        said: Said,
        unit: Cell | None,
        label_doubts: Sequence[ReviewReason],
        labels: Sequence[Cell],
    ) -> UnreadReason | None:
        column = self.header.over(cell.column)
        if column.other:
            return None
        figure = value.figure
        if value.upper:
            return UnreadReason.UPPER_BOUND
        if row.width > self.width:
            return UnreadReason.TABLE
        reasons = list(label_doubts)
        if column.unclear or (row.width < self.width and self.header.over(self.width - 1).years):
            reasons.append(ReviewReason.TABLE_UNCLEAR)
        nearest = [column, said, *(one.said for one in reversed(self.sections)), self.header.corner]
        # percent?
        unit_said = said_by(unit.tokens) if unit is not None else Said()
        ratio = any(
            phrase_at(one.tokens, at, phrase) is not None
            for one in labels for at in range(len(one.tokens))
            for phrase in (("ty", "le"), ("ti", "le"))
        )  # fmt: skip
        if not value.percent and not unit_said.percent:
            if not (self.percent or any(one.percent for one in nearest)):
                if not ratio:
                    return UnreadReason.NOT_A_PERCENTAGE
                reasons.append(ReviewReason.TABLE_UNCLEAR)
            elif figure.minimum != figure.minimum.to_integral_value() and figure.minimum < 1:
                reasons.append(ReviewReason.FIGURE_UNCLEAR)
        # year
        years, year_reasons = self._year(nearest)
        if years is None:
            return UnreadReason.NO_YEAR
        reasons.extend(year_reasons)
        # subject
        subjects = self._subjects(column, said)
        if not subjects:
            return UnreadReason.UNKNOWN_SUBJECT
        if len(subjects) > 1:
            reasons.append(ReviewReason.SEVERAL_SUBJECTS)
        yearly = value.yearly or unit_said.yearly or any(one.yearly for one in nearest)
        for subject in subjects:
            groups, group_reasons, failed = self._groups(subject, column, said)
            if failed is not None:
                return failed
            more = [*reasons, *group_reasons]
            if subject.doubtful:
                more.append(ReviewReason.SUBJECT_UNCLEAR)
            if subject.is_growth:
                if not yearly:
                    more.append(ReviewReason.PERIOD_UNCLEAR)
            elif value.yearly or unit_said.yearly:
                return UnreadReason.CHANGE
            self._emit(row, cell, value, subject, groups, years, more, labels)
        return None

    def _year(
        self, nearest: Sequence[Said]
    ) -> tuple[tuple[tuple[int, int | None], ...] | None, list[ReviewReason]]:
        reasons: list[ReviewReason] = []
        named = [one.years for one in nearest if one.years]
        if not named:
            if not self.context.years:
                return None, []
            return tuple((year, None) for year in self.context.years), list(
                self.context.years_reasons
            )
        years = named[0]
        values = {year.value for year in years}
        if len(values) != 1 or None in values:
            return None, []
        if any({year.value for year in other} != values for other in named[1:2]) and (
            nearest[0].years and nearest[1].years
        ):
            reasons.append(ReviewReason.YEAR_UNCLEAR)  # column and row name different years
        if any(year.doubtful for year in years):
            reasons.append(ReviewReason.YEAR_UNCLEAR)
        year = years[0]
        return ((year.value or 0, year.start),), reasons

    def _subjects(self, column: Said, said: Said) -> list[Subject]:
        kinds = column.kinds | said.kinds
        around = (said, column, *(section.said for section in reversed(self.sections)))
        for one in (*around, self.header.corner):
            fitting = {
                subject.indicator: subject
                for subject in reversed(one.subjects)
                if not kinds or subject.kind in kinds
            }
            if fitting:
                both = {subject.indicator for subject in (*said.subjects, *column.subjects)}
                if one is said and column.subjects and not both <= set(fitting):
                    return []
                return list(fitting.values())
        inherited = self.context.subject
        if inherited is not None and (not kinds or inherited.kind in kinds):
            return [inherited]
        return []

    def _groups(
        self, subject: Subject, column: Said, said: Said
    ) -> tuple[tuple[Group, ...], list[ReviewReason], UnreadReason | None]:
        if column.labelled and said.labelled:
            tiers = {group.tiers for group in (*column.labelled, *said.labelled)}
            if len(tiers) > 1:
                return (), [], UnreadReason.UNKNOWN_GROUP
        around = (said, column, *(section.said for section in reversed(self.sections)))
        for one in (*around, self.header.corner):
            if not one.labelled:
                if any(group.unknown for group in one.groups):
                    return (), [], UnreadReason.UNKNOWN_GROUP
                continue
            groups = tuple(group for group in one.labelled if group.kind in (None, subject.kind))
            if len(groups) < len(one.labelled):
                return (), [], UnreadReason.UNKNOWN_SUBJECT
            reasons: list[ReviewReason] = []
            if any(group.unknown for group in one.groups):
                reasons.append(ReviewReason.UNFAMILIAR_WORDS)
            if not all(group.clear for group in groups):
                reasons.append(ReviewReason.TIER_UNCLEAR)
            if one is not said and one is not column and said.kinds:
                reasons.append(ReviewReason.TIER_UNCLEAR)  # a noun of its own, without tier
            areas = [group for group in groups if group.areas]
            if areas:
                communes = all(group.tiers == ("commune",) for group in areas)
                reasons.append(
                    ReviewReason.COUNTS_COMMUNES if communes else ReviewReason.COUNTS_AREAS
                )
            return groups, reasons, None
        if any(group.unknown for group in (*said.groups, *column.groups)):
            return (), [], UnreadReason.UNKNOWN_GROUP
        if subject.kind in said.kinds | column.kinds or subject.is_growth:
            unclear = said.described or column.described
            return (), [ReviewReason.TIER_UNCLEAR] if unclear else [], None
        if subject in said.subjects or subject in column.subjects:
            return (), [ReviewReason.TIER_UNCLEAR], None
        return (), [], UnreadReason.UNKNOWN_GROUP

    def _emit(
        self,
        row: Row,
        cell: Cell,
        value: Value,
        subject: Subject,
        groups: tuple[Group, ...],
        years: tuple[tuple[int, int | None], ...],
        reasons: Sequence[ReviewReason],
        labels: Sequence[Cell],
    ) -> None:
        figure = value.figure
        reasons = list(reasons)
        if figure.doubtful or any(token.doubt for token in cell.tokens):
            reasons.append(ReviewReason.FIGURE_UNCLEAR)
        top = figure.maximum if figure.maximum is not None else figure.minimum
        if top > HUNDRED or figure.minimum <= Decimal(0):
            reasons.append(ReviewReason.FIGURE_OUT_OF_RANGE)
        tiers = tuple(sorted({tier for group in groups for tier in group.tiers}))
        counts_communes = any(group.areas for group in groups) and tiers == ("commune",)
        own = [one for one in labels if row.span[0] <= one.start < cell.start]
        start = min((one.start for one in own), default=value.span[0])
        end = value.span[1]
        for year, period in years:
            self.reading.targets.append(
                ParsedTarget(
                    indicator=subject.indicator,
                    tiers=tiers,
                    year=year,
                    minimum=figure.minimum,
                    maximum=figure.maximum,
                    unit=Unit.PERCENT_PER_YEAR if subject.is_growth else Unit.PERCENT,
                    counts=Counts.COMMUNE if counts_communes else Counts.INSTITUTION,
                    review_reasons=tuple(dict.fromkeys(reasons)),
                    period_start=period,
                    quote=self.text[start:end],
                    span=(start, end),
                    sentence=row.span,
                )
            )

    def _unread(self, row: Row, reason: UnreadReason) -> None:
        start, end = row.span
        if self.reading.unread and self.reading.unread[-1].span == (start, end):
            return
        self.reading.unread.append(Unread(self.text[start:end], reason, (start, end)))
