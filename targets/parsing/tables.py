"""Tables: years, groups or indicators stand in the header, above a row or in it.

A line is a row, its cells are apart by tabs; a cell merged over several columns stands once, one
merged with the cell above is empty. Each figure needs one year, one subject and one group of
institutions, each from the nearest place that names it. What is not certain is left unread.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from . import binding, vocabulary
from .figures import Figure, Year, find_figures, find_years
from .groups import Group, find_groups, find_heads
from .model import (
    Counts,
    Kind,
    ParsedTarget,
    ReviewReason,
    Span,
    Unit,
    Unread,
    UnreadReason,
)
from .outline import Item, sentences
from .reading import read_sentence
from .statement import HUNDRED, Context
from .subjects import Subject, find_subjects
from .tokens import Doubts, Token, any_phrase_at, phrase_at, tokenize

_NUMBERING = re.compile(r"\(?(?:[IVXLC]{1,6}|\d{1,2}(?:\.\d{1,2})*|[a-zđ]|[-–+*•])\)?\s*[.)]?")
_ROMAN, _LETTER, _NUMBER, _NESTED, _PLAIN, _MARK = range(6)  # how deep a row's numbering puts it

_NUMBER_HEADS = vocabulary.phrases("tt", "stt", "so tt", "so thu tu", "so")
_UNIT_HEADS = vocabulary.phrases("dvt", "don vi tinh", "don vi do", "dv tinh", "don vi")
_LABEL_HEADS = vocabulary.phrases(
    "noi dung", "chi tieu", "loai hinh", "thiet che", "nhom", "doi tuong", "ten", "cap", "tieu chi",
    "loai", "muc tieu cu the",
)  # fmt: skip
_NOTE_HEADS = vocabulary.phrases(
    "ghi chu", "chu tri", "don vi chu tri", "co quan", "don vi thuc hien", "phoi hop", "nguon",
    "trach nhiem", "kinh phi", "can cu", "don vi phu trach", "giai phap",
)  # fmt: skip
# Columns of figures that are no target of this plan.
_OTHER_COLUMNS = vocabulary.phrases(
    "hien trang", "thuc trang", "ket qua", "uoc thuc hien", "uoc", "hien co", "da dat",
    "thuc hien nam", "nam goc", "quoc gia", "toan quoc", "ca nuoc", "trung uong", "chinh phu",
    "bo van hoa", "muc tieu chung cua ca nuoc",
)  # fmt: skip
_VALUE_WORDS = vocabulary.words(
    "dat tu den toi it nhat thieu tren khoang tro len tang binh quan hang nam moi phan dau muc va "
    "gan tram mot"
)
_LABEL_WORDS = vocabulary.words("ty le ti so luong muc phan tram chi tieu cac loai hinh nam")
_NOTHING = frozenset({"", "-", "–", "—", "x", "/", "…", "...", "0"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, where it stands and what is in it."""

    column: int
    start: int
    end: int
    tokens: tuple[Token, ...]
    text: str

    @property
    def words(self) -> list[str]:
        return [token.folded for token in self.tokens if token.is_word]


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Cell, ...]  # those that hold something

    @property
    def span(self) -> Span:
        return self.cells[0].start, self.cells[-1].end

    @property
    def width(self) -> int:
        return self.cells[-1].column + 1


@dataclass(frozen=True, slots=True)
class Said:
    """What cells say for the figures that belong to them."""

    years: tuple[Year, ...] = ()
    groups: tuple[Group, ...] = ()
    subjects: tuple[Subject, ...] = ()
    kinds: frozenset[Kind] = frozenset()
    percent: bool = False
    yearly: bool = False
    other: bool = False  # a base year, the national figure: no target of this plan
    unclear: bool = False
    described: bool = False  # words behind a noun without tier that may be one, misread

    def __add__(self, more: "Said") -> "Said":
        return Said(
            self.years + more.years,
            self.groups + more.groups,
            self.subjects + more.subjects,
            self.kinds | more.kinds,
            self.percent or more.percent,
            self.yearly or more.yearly,
            self.other or more.other,
            self.unclear or more.unclear,
            self.described or more.described,
        )

    @property
    def labelled(self) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if group.labels)


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
    rows = [row for span in item.rows if (row := _row(text, span, doubts)).cells]
    return _Table(text, rows, context, percent).read()


def _row(text: str, span: Span, doubts: Doubts) -> Row:
    cells = []
    start = span[0]
    for column, raw in enumerate(text[slice(*span)].split("\t")):
        stripped = raw.strip()
        if stripped:
            first = start + raw.index(stripped)
            last = first + len(stripped)
            tokens = tuple(tokenize(text, (first, last), (), doubts))
            cells.append(Cell(column, first, last, tokens, stripped))
        start += len(raw) + 1
    return Row(tuple(cells))


def said_by(tokens: Sequence[Token]) -> Said:
    kinds = frozenset(find_heads(tokens))
    return Said(
        years=tuple(find_years(tokens)),
        groups=tuple(find_groups(tokens)),
        subjects=tuple(one for one in find_subjects(tokens) if not kinds or one.kind in kinds),
        kinds=kinds,
        percent=any(token.is_mark("%") for token in tokens)
        or _has(tokens, vocabulary.phrases("phan tram")),
        yearly=is_yearly(tokens),
        described=_is_described(tokens),
    )


def _is_strange(cell: Cell) -> bool:
    """Whether a cell of a header says nothing that is known here: "Tư viện cấp x"."""
    said = said_by(cell.tokens)
    known = said.years or said.labelled or said.subjects or said.percent
    words = vocabulary.FILLER | _LABEL_WORDS
    return not known and any(word not in words for word in cell.words)


def _is_described(tokens: Sequence[Token]) -> bool:
    groups, subjects = find_groups(tokens), find_subjects(tokens)
    for group in groups:
        if group.labels or group.kind is None:
            continue
        following = [one.first for one in (*groups, *subjects) if one.first > group.last]
        behind = tokens[group.last + 1 : min(following, default=len(tokens))]
        strange = any(
            token.is_word and token.folded not in vocabulary.AFTER_GROUP | _LABEL_WORDS
            for token in behind
        )
        if not group.clear or (strange and not any(s.last < group.first for s in subjects)):
            return True
    return False


def is_yearly(tokens: Sequence[Token]) -> bool:
    """ "%/năm", "bình quân mỗi năm" """
    return _has(tokens, vocabulary.phrases("binh quan", "hang nam", "moi nam")) or any(
        token.is_mark("/") and phrase_at(tokens, at + 1, ("nam",)) is not None
        for at, token in enumerate(tokens)
    )


def _has(tokens: Sequence[Token], phrases: tuple[vocabulary.Phrase, ...]) -> bool:
    return any(any_phrase_at(tokens, at, phrases) for at in range(len(tokens)))


def _begins(cell: Cell, phrases: tuple[vocabulary.Phrase, ...]) -> bool:
    tokens = [token for token in cell.tokens if token.is_word]
    hit = any_phrase_at(tokens, 0, phrases)
    return hit is not None


def _only(cell: Cell, phrases: tuple[vocabulary.Phrase, ...]) -> bool:
    tokens = [token for token in cell.tokens if token.is_word]
    hit = any_phrase_at(tokens, 0, phrases)
    return hit is not None and hit[0] == len(tokens)


def _is_numbering(cell: Cell) -> bool:
    return _NUMBERING.fullmatch(cell.text) is not None


def _is_year(cell: Cell) -> bool:
    years = find_years(cell.tokens)
    if not years or find_heads(cell.tokens):
        return False
    digits = sum(token.is_number for token in cell.tokens)
    return digits <= sum(1 + (year.start is not None) for year in years)


@dataclass(frozen=True, slots=True)
class Value:
    """A cell that is a figure and nothing else; `percent` False: the cell itself does not say."""

    figure: Figure
    span: Span
    percent: bool
    yearly: bool
    upper: bool = False


def value_of(cell: Cell) -> Value | None:
    """ "70%", "≥ 70", "10 - 15%", "tăng 5%/năm", "100% (8/8)"; None if it is anything else."""
    if _is_year(cell):
        return None
    tokens: list[Token] = []
    depth = 0
    for token in cell.tokens:
        depth += token.is_mark("([")
        if not depth:
            tokens.append(token)
        depth -= token.is_mark(")]") and depth > 0
    percent = any(token.is_mark("%") for token in tokens) or _has(tokens, (("phan", "tram"),))
    upper = any(token.is_mark("≤<") for token in tokens)
    kept = [token for token in tokens if not token.is_mark("≤<≥>~±:;.")]
    numbers = [at for at, token in enumerate(kept) if any(map(str.isdigit, token.raw))]
    if not numbers:
        return None
    if not percent:
        last = kept[numbers[-1]]
        sign = Token("mark", "%", "", last.end, last.end)
        kept.insert(numbers[-1] + 1, sign)
    figures = [one for one in find_figures(kept, ()) if one.percent]
    if len(figures) != 1:
        return None
    figure = figures[0]
    for at, token in enumerate(kept):
        if figure.first <= at <= figure.last:
            continue
        if token.is_word and not binding.known(token.folded, _VALUE_WORDS | {"duoi", "khong"}):
            return None
        if token.is_number or token.is_mark("/"):
            return None
    span = kept[figure.first].start, kept[figure.last].end
    return Value(figure, span, percent, figure.per_year or is_yearly(kept), upper or figure.upper)


class _Table:
    def __init__(self, text: str, rows: Sequence[Row], context: Context, percent: bool) -> None:
        self.text, self.rows, self.context, self.percent = text, rows, context, percent
        self.width = max((row.width for row in rows), default=0)
        self.reading = TableReading()
        self.number_columns: set[int] = set()
        self.unit_columns: set[int] = set()
        self.note_columns: set[int] = set()
        self.columns: dict[int, Said] = {}
        self.sections: list[_Section] = []
        self.corner = Said()  # what the header says above the labels of the rows

    def read(self) -> TableReading:
        head = self._head()
        self._read_header(self.rows[:head])
        first = min((cell.column for row in self.rows[head:] for cell in row.cells
                     if cell.column and value_of(cell)), default=0)  # fmt: skip
        for column in [one for one in self.columns if one < first]:
            self.corner += self.columns.pop(column)
        above: dict[int, Cell] = {}
        for row in self.rows[head:]:
            if self._is_column_numbers(row):
                continue
            if len(row.cells) > 1 and not self._has_value(row) and self._names_columns(row):
                self.columns, self.corner = {}, Said()  # a second table below the first
                self._read_header([row])
                continue
            self._read_row(row, above)
        return self.reading

    # -- the header

    def _head(self) -> int:
        """How many rows the header has: those before the first row with figures, as far as they
        name years, units or columns.
        """
        first = next((i for i, row in enumerate(self.rows) if self._has_value(row)), None)
        if first is None:
            first = len(self.rows)
        head = 0
        for i, row in enumerate(self.rows[:first]):
            named = self._names_columns(row)
            spread = len([c for c in row.cells if not _is_numbering(c)]) >= 3
            if (named and (len(row.cells) > 1 or i == 0)) or (i <= head and spread):
                head = i + 1
        return head

    @staticmethod
    def _names_columns(row: Row) -> bool:
        return any(
            _is_year(cell) or _only(cell, _NUMBER_HEADS) or _only(cell, _UNIT_HEADS)
            or _only(cell, _LABEL_HEADS) or _begins(cell, _NOTE_HEADS) or cell.text == "%"
            for cell in row.cells
        )  # fmt: skip

    def _has_value(self, row: Row) -> bool:
        return any(
            cell.column and (value_of(cell) or _is_prose(cell)) for cell in row.cells
        ) and not self._is_column_numbers(row)

    @staticmethod
    def _is_column_numbers(row: Row) -> bool:
        """ "(1) (2) (3) (4)" below a header"""
        numbers = [re.sub(r"\D", "", cell.text) for cell in row.cells]
        return len(numbers) > 2 and all(
            cell.text.strip("()[]=-+ ").isdigit() for cell in row.cells
        ) and [int(one) for one in numbers] == list(
            range(int(numbers[0]), int(numbers[0]) + len(numbers))
        )  # fmt: skip

    def _read_header(self, rows: Sequence[Row]) -> None:
        stacks: dict[int, list[Cell]] = {}
        unclear: set[int] = set()
        for i, row in enumerate(rows):
            for cell, columns, sure in self._placed(row, rows[i + 1 :]):
                for column in columns:
                    stacks.setdefault(column, []).append(cell)
                    if not sure:
                        unclear.add(column)
        for column, stack in stacks.items():
            strange = any(map(_is_strange, stack))
            said = Said(unclear=column in unclear, described=strange)
            if any(_only(cell, _NUMBER_HEADS) for cell in stack):
                self.number_columns.add(column)
                continue
            years = [cell for cell in stack if find_years(cell.tokens)]
            if not years and any(_only(cell, _UNIT_HEADS) for cell in stack):
                self.unit_columns.add(column)
                continue
            if not years and any(_begins(cell, _NOTE_HEADS) for cell in stack):
                self.note_columns.add(column)
                continue
            for cell in stack:
                said += said_by(cell.tokens)
                if _has(cell.tokens, _OTHER_COLUMNS) or "1520" in cell.text:
                    said += Said(other=True)
            if len({year.value for year in said.years}) > 1:
                # the year nearest to the figures: "Giai đoạn 2023 - 2030" above "2025"
                said = replace(said, years=tuple(find_years(years[-1].tokens)))
            self.columns[column] = said

    def _placed(self, row: Row, below: Sequence[Row]) -> Iterator[tuple[Cell, Sequence[int], bool]]:
        """Cells of a header row with the columns they stand over. A merged cell stands once, so
        that what follows it has moved to the left.
        """
        missing = self.width - row.width
        under = [cell.column for cell in below[0].cells] if below else []
        if missing <= 0 or not under or len(row.cells) < row.width:
            for cell in row.cells:
                yield cell, (cell.column,), missing <= 0 or not below
            return
        single = [column for column in range(self.width) if column not in under]
        groups = len(row.cells) - len(single)
        if groups < 1 or len(under) % groups:
            for cell in row.cells:
                yield cell, (cell.column,), False
            return
        share = len(under) // groups
        cells = list(row.cells)
        column = 0
        for cell in cells:
            if column in single:
                yield cell, (column,), True
                column += 1
            else:
                yield cell, range(column, min(column + share, self.width)), True
                column += share

    # -- rows

    def _read_row(self, row: Row, above: dict[int, Cell]) -> None:
        level = self._level(row)
        cells = [cell for cell in row.cells if cell.column not in self.note_columns]
        labels: list[Cell] = []
        values: list[tuple[Cell, Value]] = []
        unit: Cell | None = None
        own_year: list[Cell] = []
        prose: list[Cell] = []
        for cell in cells:
            if _is_numbering(cell) and cell.column in (0, *self.number_columns):
                continue
            if cell.column in self.unit_columns or _is_unit(cell):
                unit = cell
                continue
            value = value_of(cell)
            if value is not None:
                values.append((cell, value))
            elif _is_year(cell):
                own_year.append(cell)
            elif _is_prose(cell):
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
        text = first.text if _is_numbering(first) and first.column == 0 else ""
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
            cell.column in self.columns and self.columns[cell.column].years for cell in row.cells
        ):  # fmt: skip
            self._unread(row, UnreadReason.NO_FIGURE)

    def _read_prose(self, row: Row, cell: Cell, said: Said) -> None:
        """A cell with a sentence in it is read as one, below what the table says about it."""
        column = self.columns.get(cell.column, Said())
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
            if _has(unit.tokens, vocabulary.MONEY):
                return UnreadReason.MONEY
            if _has(unit.tokens, vocabulary.phrases("nguoi", "can bo", "ho", "luot nguoi")):
                return UnreadReason.PEOPLE
            if unit.words and not _has(unit.tokens, (("phan", "tram"), ("ty", "le"))):
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
                not binding.known(tokens[at].folded, vocabulary.FILLER | _LABEL_WORDS)
                for at in free
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
        column = self.columns.get(cell.column, Said())
        if column.other:
            return None
        figure = value.figure
        if value.upper:
            return UnreadReason.UPPER_BOUND
        if row.width > self.width:
            return UnreadReason.TABLE
        reasons = list(label_doubts)
        if column.unclear or (
            row.width < self.width and self.columns.get(self.width - 1, Said()).years
        ):
            reasons.append(ReviewReason.TABLE_UNCLEAR)
        nearest = [column, said, *(one.said for one in reversed(self.sections)), self.corner]
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
        for one in (*around, self.corner):
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
        for one in (*around, self.corner):
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


def _is_prose(cell: Cell) -> bool:
    return any(one.percent for one in find_figures(cell.tokens, find_years(cell.tokens)))


def _is_unit(cell: Cell) -> bool:
    """ "%", "%/năm", "triệu đồng", "lượt" """
    if any(any(map(str.isdigit, token.raw)) for token in cell.tokens):
        return False
    if cell.text.lstrip("(").startswith("%"):
        return len(cell.words) <= 3
    tokens = list(cell.tokens)
    units = vocabulary.phrases(
        "nguoi", "luot", "luot nguoi", "thu vien", "ban", "cuon", "trieu dong", "ty dong", "dong",
        "cai", "xa", "huyen", "don vi", "luot khach", "ty le", "phan tram", "ty le phan tram",
    )  # fmt: skip
    hit = any_phrase_at(tokens, 0, units)
    return hit is not None and hit[0] == len(tokens) and cell.column > 0 and len(cell.text) < 16
