"""Cells of a table: where they stand, what they say, and which of them are figures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from . import binding, vocabulary
from .figures import Figure, Year, find_figures, find_years
from .groups import Group, find_groups, find_heads
from .model import Kind, Span
from .subjects import Subject, find_subjects
from .tokens import Doubts, Token, any_phrase_at, phrase_at, tokenize

_NUMBERING = re.compile(r"\(?(?:[IVXLC]{1,6}|\d{1,2}(?:\.\d{1,2})*|[a-zđ]|[-–+*•])\)?\s*[.)]?")
_VALUE_WORDS = vocabulary.words(
    "dat tu den toi it nhat thieu tren khoang tro len tang binh quan hang nam moi phan dau muc va "
    "gan tram mot"
)
LABEL_WORDS = vocabulary.words("ty le ti so luong muc phan tram chi tieu cac loai hinh nam")


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


def row_of(text: str, span: Span, doubts: Doubts) -> Row:
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
        or has(tokens, vocabulary.phrases("phan tram")),
        yearly=is_yearly(tokens),
        described=_is_described(tokens),
    )


def _is_described(tokens: Sequence[Token]) -> bool:
    groups, subjects = find_groups(tokens), find_subjects(tokens)
    for group in groups:
        if group.labels or group.kind is None:
            continue
        following = [one.first for one in (*groups, *subjects) if one.first > group.last]
        behind = tokens[group.last + 1 : min(following, default=len(tokens))]
        strange = any(
            token.is_word and token.folded not in vocabulary.AFTER_GROUP | LABEL_WORDS
            for token in behind
        )
        if not group.clear or (strange and not any(s.last < group.first for s in subjects)):
            return True
    return False


def is_yearly(tokens: Sequence[Token]) -> bool:
    """ "%/năm", "bình quân mỗi năm" """
    return has(tokens, vocabulary.phrases("binh quan", "hang nam", "moi nam")) or any(
        token.is_mark("/") and phrase_at(tokens, at + 1, ("nam",)) is not None
        for at, token in enumerate(tokens)
    )


def has(tokens: Sequence[Token], phrases: tuple[vocabulary.Phrase, ...]) -> bool:
    return any(any_phrase_at(tokens, at, phrases) for at in range(len(tokens)))


def begins(cell: Cell, phrases: tuple[vocabulary.Phrase, ...]) -> bool:
    tokens = [token for token in cell.tokens if token.is_word]
    hit = any_phrase_at(tokens, 0, phrases)
    return hit is not None


def only(cell: Cell, phrases: tuple[vocabulary.Phrase, ...]) -> bool:
    tokens = [token for token in cell.tokens if token.is_word]
    hit = any_phrase_at(tokens, 0, phrases)
    return hit is not None and hit[0] == len(tokens)


def is_numbering(cell: Cell) -> bool:
    return _NUMBERING.fullmatch(cell.text) is not None


def is_year(cell: Cell) -> bool:
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
    if is_year(cell):
        return None
    tokens: list[Token] = []
    depth = 0
    for token in cell.tokens:
        depth += token.is_mark("([")
        if not depth:
            tokens.append(token)
        depth -= token.is_mark(")]") and depth > 0
    percent = any(token.is_mark("%") for token in tokens) or has(tokens, (("phan", "tram"),))
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


def is_prose(cell: Cell) -> bool:
    return any(one.percent for one in find_figures(cell.tokens, find_years(cell.tokens)))


def is_unit(cell: Cell) -> bool:
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
