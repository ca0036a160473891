"""Which figure belongs to which year and to which group of institutions in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from . import vocabulary
from .figures import Figure, Year
from .fuzzy import distance, limit
from .groups import Group
from .model import ReviewReason
from .tokens import Token, any_phrase_at

_SURE = 0.6
_AFTER_FIGURE = vocabulary.words("vao nam den trong cuoi het giai doan o tu ke cho")
_JOINING = vocabulary.words("va den nam cung nhu vao")


def only(tokens: Sequence[Token], first: int, last: int, words: frozenset[str], marks: str) -> bool:
    """Whether nothing but these words and marks stands at first … last - 1."""
    return all(
        known(token.folded, words) if token.is_word else token.is_mark(marks)
        for token in tokens[first:last]
    )


def known(word: str, words: frozenset[str]) -> bool:
    """Whether a word is one of these, at most with a slip that leaves no doubt."""
    return word in words or _nearly(word, words)


@lru_cache(maxsize=65536)
def _nearly(word: str, words: frozenset[str]) -> bool:
    return any(distance(word, other) <= limit(other) * _SURE for other in words)


@dataclass(frozen=True, slots=True)
class DueIn:
    """The years of a figure or a bare group. Several: "đến năm 2025 và năm 2030"."""

    years: tuple[Year, ...] = ()
    reasons: tuple[ReviewReason, ...] = ()
    behind: bool = False  # they stand right behind the figure: "70% vào năm 2025"


def joint_years(tokens: Sequence[Token], years: Sequence[Year]) -> list[tuple[Year, ...]]:
    """Years said in one breath: "năm 2025, 2030", "đến năm 2025 và đến năm 2030"."""
    joint: list[tuple[Year, ...]] = []
    for year in years:
        if joint and only(tokens, joint[-1][-1].last + 1, year.first, _JOINING, ",/"):
            joint[-1] = (*joint[-1], year)
        else:
            joint.append((year,))
    return joint


def due_years(
    tokens: Sequence[Token], figures: Sequence[Figure], years: Sequence[Year]
) -> list[DueIn]:
    """For each figure the year that its sentence gives it; none if the sentence names none.

    Years stand before ("đến năm 2025, 70% …; đến năm 2030, 90% …") or behind ("70% vào năm 2025
    và 90% vào năm 2030").
    """
    joint = joint_years(tokens, years)
    behind = [_year_behind(tokens, figure, joint) for figure in figures]
    leading_figure = bool(figures and joint and figures[0].first < joint[0][0].first)
    due: list[DueIn] = []
    for i, figure in enumerate(figures):
        before = next((one for one in reversed(joint) if one[-1].last < figure.first), None)
        after = next((one for one in joint if one[0].first > figure.last), None)
        next_figure = figures[i + 1] if i + 1 < len(figures) else None
        near = behind[i]
        if (
            near
            and before is not None
            and next_figure
            and behind[i + 1] is None
            and only(tokens, near[-1].last + 1, next_figure.first, vocabulary.BEFORE_FIGURE, ",:")
        ):
            near = None  # "đến năm 2025 đạt 60% đến năm 2030 đạt 80%": it opens the next figure
        if near:
            due.append(DueIn(near, behind=True))
        elif leading_figure and after is not None:
            due.append(DueIn(after))
        elif before is not None:
            unclear = _dangling(figures, joint, before, after)
            due.append(DueIn(before, (ReviewReason.YEAR_UNCLEAR,) if unclear else ()))
        else:
            due.append(DueIn())
    return due


def _year_behind(
    tokens: Sequence[Token], figure: Figure, joint: Sequence[tuple[Year, ...]]
) -> tuple[Year, ...] | None:
    """ "70% vào năm 2025", "70% (năm 2025)" """
    for years in joint:
        if years[0].first > figure.last:
            near = years[0].first - figure.last <= 4
            return years if near and only(
                tokens, figure.last + 1, years[0].first, _AFTER_FIGURE, "("
            ) else None  # fmt: skip
    return None


def _dangling(
    figures: Sequence[Figure],
    joint: Sequence[tuple[Year, ...]],
    before: tuple[Year, ...],
    after: tuple[Year, ...] | None,
) -> bool:
    """A later year that no figure follows: it may be the year of the figures before it."""
    return after is not None and not any(one.first > after[-1].last for one in figures)


@dataclass(slots=True)
class Run:
    """Groups that stand together, and the figures that are said of the first (or last) of them."""

    groups: list[Group]
    figures: list[int] = field(default_factory=list)
    reasons: list[ReviewReason] = field(default_factory=list)


def right_group(
    tokens: Sequence[Token], figure: Figure, groups: Sequence[Group], due: DueIn
) -> int | None:
    """ "70% thư viện cấp huyện", "90% đối với các thư viện cấp huyện", "95% vào năm 2030 số bảo
    tàng"
    """
    for i, group in enumerate(groups):
        if group.first > figure.last:
            gap = _outside_brackets(tokens, figure.last + 1, group.first)
            words = vocabulary.BEFORE_GROUP
            if due.behind and due.years[-1].last < group.first:
                skip = {at for year in due.years for at in range(year.first, year.last + 1)}
                gap = [at for at in gap if at not in skip]
                words = words | _AFTER_FIGURE
            return i if all_known(tokens, gap, words, "") else None
    return None


def _outside_brackets(tokens: Sequence[Token], first: int, last: int) -> list[int]:
    """ "70% (07/10) thư viện cấp huyện" """
    if first < last and tokens[first].is_mark("("):
        for at in range(first, last):
            if tokens[at].is_mark(")"):
                return list(range(at + 1, last))
    return list(range(first, last))


def left_group(
    tokens: Sequence[Token],
    figure: Figure,
    groups: Sequence[Group],
    years: Sequence[Year],
    subject_span: tuple[int, int] | None,
) -> int | None:
    """ "thư viện cấp huyện: 70%", "thư viện cấp huyện đến năm 2025 đạt 70%", and with the subject
    between, "thư viện cấp huyện có ứng dụng công nghệ thông tin … đạt 30%".
    """
    before = [i for i, group in enumerate(groups) if group.last < figure.first]
    if not before:
        return None
    if subject_span is not None:
        # "… cho người sử dụng thư viện: 72%": the noun within the subject owns nothing
        outer = [i for i in before if groups[i].labels or groups[i].last < subject_span[0]]
        before = outer or before
    i = before[-1]
    skip = {at for year in years for at in range(year.first, year.last + 1)}
    gap = [at for at in range(groups[i].last + 1, figure.first) if at not in skip]
    if all_known(tokens, gap, vocabulary.BEFORE_FIGURE, ":(-–"):
        return i
    if subject_span is None or subject_span[1] >= figure.first:
        return None
    gap = [at for at in range(subject_span[1] + 1, figure.first) if at not in skip]
    said = any(tokens[at].is_mark(":") or tokens[at].folded in _REACHES for at in gap[-5:])
    if not said:
        return None
    if groups[before[-1]].labels and groups[before[-1]].first > subject_span[1]:
        return None  # "… đạt 70% …; thư viện cấp xã đạt 40% năm 2025 và 60%": not the first one's
    headed = [at for at in before if groups[at].last < subject_span[0]]
    if not headed:
        return None
    # not over a clause with a noun of its own: "thư viện cấp xã …; các thư viện cấp huypn đạt 88%"
    marks = range(groups[headed[-1]].last + 1, figure.first)
    last = max((at for at in marks if tokens[at].is_mark(";")), default=figure.first)
    return None if any(last < group.first < figure.first for group in groups) else headed[-1]


_REACHES = vocabulary.words("dat la chiem len")


def all_known(
    tokens: Sequence[Token], places: Sequence[int], words: frozenset[str], marks: str
) -> bool:
    return all(
        known(tokens[at].folded, words) if tokens[at].is_word else tokens[at].is_mark(marks)
        for at in places
    )


def series(
    tokens: Sequence[Token], figures: Sequence[Figure], due: Sequence[DueIn]
) -> list[list[int]]:
    """Figures in a row with nothing between: "100%, 90%, 60%, 100%, 100% và 90%"."""
    rows: list[list[int]] = []
    for i, figure in enumerate(figures):
        if (
            rows
            and only(tokens, figures[i - 1].last + 1, figure.first, frozenset({"va"}), ",;")
            and due[i].years == due[i - 1].years
        ):
            rows[-1].append(i)
        else:
            rows.append([i])
    return rows


def has_list_word(tokens: Sequence[Token]) -> bool:
    """ "các chỉ tiêu tương ứng nêu trên", "lần lượt là" """
    return any(any_phrase_at(tokens, at, vocabulary.LIST_WORDS) for at in range(len(tokens)))


def points_back(tokens: Sequence[Token]) -> bool:
    return any(any_phrase_at(tokens, at, vocabulary.BACK_WORDS) for at in range(len(tokens)))
