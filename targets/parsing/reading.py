"""One sentence of the objectives: years, figures, groups and subject put together to targets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from . import binding, vocabulary
from .figures import Figure, Year, find_figures, find_years, quoted
from .groups import Group, find_groups, find_heads
from .model import (
    Basis,
    Counts,
    Kind,
    ParsedTarget,
    ReviewReason,
    Span,
    Unit,
    UnreadReason,
)
from .subjects import Subject, find_subjects
from .tokens import Token, any_phrase_at, phrase_at

_LIST_PLACE = vocabulary.words("va cac cung nam den voi dau dat la co tai o so")
_BESIDE_FIGURE = vocabulary.words("them binh quan khoang it nhat")
_AND = vocabulary.words("va")
_JOINS = vocabulary.words("va den nam vao phan dau dat co it nhat toi thieu tren khoang cung nhu")
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Slot:
    """One entry of a list: groups that one figure holds for."""

    groups: tuple[Group, ...]
    stated: bool = True
    reasons: tuple[ReviewReason, ...] = ()

    @property
    def tiers(self) -> tuple[str, ...]:
        return tuple(sorted({tier for group in self.groups for tier in group.tiers}))

    def split(self) -> list["Slot"]:
        """One slot per label: "cấp tỉnh, cấp huyện, cấp xã lần lượt đạt …"."""
        parts = [
            Slot((Group(label.first, label.last, group.kind, (label,), label.clear, group.areas),))
            for group in self.groups
            for label in group.labels
        ]
        return parts or [self]


@dataclass(frozen=True, slots=True)
class Context:
    """What a sentence takes from the headings above it and the sentences before it."""

    kinds: frozenset[Kind] = frozenset()
    years: tuple[int, ...] = ()
    years_reasons: tuple[ReviewReason, ...] = ()
    subject: Subject | None = None
    subject_reasons: tuple[ReviewReason, ...] = ()
    slots: tuple[Slot, ...] = ()
    slots_reasons: tuple[ReviewReason, ...] = ()
    general: bool = False  # under "Mục tiêu chung": only figures make targets


@dataclass(slots=True)
class Reading:
    """What one sentence gave."""

    targets: list[ParsedTarget] = field(default_factory=list)
    unread: UnreadReason | None = None
    subject: Subject | None = None
    years: tuple[int, ...] = ()
    slots: tuple[Slot, ...] = ()
    slots_reasons: tuple[ReviewReason, ...] = ()


def read_sentence(text: str, tokens: Sequence[Token], context: Context) -> Reading:
    """Targets of one sentence, and why any of its figures was not read."""
    return _Sentence(text, tokens, context).read()


class _Sentence:
    def __init__(self, text: str, tokens: Sequence[Token], context: Context) -> None:
        self.text, self.tokens, self.context = text, tokens, context
        self.years = find_years(tokens)
        figures = find_figures(tokens, self.years)
        self.figures = [figure for figure in figures if figure.percent]
        self.counts = [figure for figure in figures if not figure.percent and not figure.aside]
        self.groups = find_groups(tokens)
        named = find_heads(tokens)
        kinds = frozenset(named) or context.kinds
        self.subjects = [one for one in find_subjects(tokens) if not kinds or one.kind in kinds]
        self.due = binding.due_years(tokens, self.figures, self.years)
        self.reading = Reading()
        self.span: Span = (tokens[0].start, tokens[-1].end)

    def read(self) -> Reading:
        reading = self.reading
        if self.counts:
            reading.unread = self._reason(self.counts[0], UnreadReason.NOT_A_PERCENTAGE)
        subject, reasons = self.context.subject, self.context.subject_reasons
        slots, slots_reasons = self.context.slots, self.context.slots_reasons
        for first, last in self._segments():
            segment = _Segment(self, first, last, subject, reasons, slots, slots_reasons)
            segment.read()
            if segment.own:
                subject, reasons = segment.own[0], ()
            if segment.slots:
                slots, slots_reasons = tuple(segment.slots), segment.slots_reasons
        reading.subject = subject if subject is not self.context.subject else None
        reading.slots, reading.slots_reasons = slots, slots_reasons
        values = {year.value for year in self.years if year.value}
        reading.years = tuple(sorted(values)) if len(values) == 1 else ()
        return reading

    def _segments(self) -> list[tuple[int, int]]:
        """Stretches with one statement each: a new one begins at the first year or figure behind
        a subject, "… tăng bình quân 5%/năm; | đến năm 2030 tăng bình quân 10%/năm".
        """
        events: list[tuple[int, int, str]] = [(one.first, one.last, "s") for one in self.subjects]
        events += [(one.first, one.last, "f") for one in self.figures]
        events += [(one.first, one.last, "y") for one in self.years]
        cuts = [0]
        subject = figure = subject_first = False
        measured = ""
        last_figure = -9
        for first, last, what in sorted(events):
            if what == "s":
                if subject_first and figure and self._is_another(first, measured):
                    cuts.append(first)
                    figure = False
                elif not subject:
                    subject_first = not figure
                subject, measured = True, self._indicator_at(first)
                continue
            behind = what == "y" and self._is_behind(first, last_figure)
            in_row = what == "f" and binding.only(self.tokens, last_figure + 1, first, _AND, ",;")
            if subject and figure and not behind and not in_row:
                cuts.append(first)
                subject = figure = subject_first = False
            if what == "f":
                figure, last_figure = True, last
        return list(zip(cuts, [*cuts[1:], len(self.tokens)], strict=True))

    def _indicator_at(self, first: int) -> str:
        return next(one.indicator for one in self.subjects if one.first == first)

    def _is_another(self, first: int, measured: str) -> bool:
        """A second statement that begins with its subject: "số lượt người sử dụng thư viện tăng
        10%, số lượt khách tham quan bảo tàng tăng 5%".
        """
        later = any(figure.first > first for figure in self.figures)
        return later and self._indicator_at(first) != measured

    def _is_behind(self, year_first: int, figure_last: int) -> bool:
        return any(
            figure.last == figure_last and any(year.first == year_first for year in due.years)
            for figure, due in zip(self.figures, self.due, strict=True)
        )

    def _reason(self, figure: Figure, otherwise: UnreadReason) -> UnreadReason:
        at = figure.last + 1
        for place in range(at, min(at + 4, len(self.tokens))):
            if any_phrase_at(self.tokens, place, vocabulary.MONEY) and not figure.percent:
                return UnreadReason.MONEY
            if any_phrase_at(self.tokens, place, vocabulary.PEOPLE):
                return UnreadReason.PEOPLE
            if any_phrase_at(self.tokens, place, vocabulary.MONEY):
                return UnreadReason.MONEY
        return otherwise


class _Segment:
    def __init__(
        self,
        sentence: _Sentence,
        first: int,
        last: int,
        subject: Subject | None,
        subject_reasons: tuple[ReviewReason, ...],
        slots: tuple[Slot, ...],
        slots_reasons: tuple[ReviewReason, ...],
    ) -> None:
        self.sentence, self.tokens = sentence, sentence.tokens
        self.context = sentence.context
        self.first, self.last = first, last
        self.earlier_slots, self.earlier_reasons = slots, slots_reasons
        self.figures = [i for i, one in enumerate(sentence.figures) if first <= one.first < last]
        self.groups = [one for one in sentence.groups if first <= one.first < last]
        self.own = [one for one in sentence.subjects if first <= one.first < last]
        self.inherited, self.inherited_reasons = subject, subject_reasons
        self.listed: list[int] = []  # indexes of the groups that are entries of a list
        self.slots: list[Slot] = []
        self.slots_reasons: tuple[ReviewReason, ...] = ()

    # -- the way through a segment -------------------------------------------------------------

    def read(self) -> None:
        self._leave_out()
        if not self.figures:
            if self.own and not self.sentence.figures and not self.sentence.counts:
                self._read_without_figure()
            return
        subjects = self._subjects()
        if not subjects:
            self._unread(self.figures, UnreadReason.UNKNOWN_SUBJECT)
            self._remember_groups()
            return
        if subjects[0].is_growth:
            self._read_growth(subjects)
        else:
            self._read_coverage(subjects)

    def _leave_out(self) -> None:
        """Upper bounds and changes are another kind of target than the ones known here."""
        for i in list(self.figures):
            figure = self.sentence.figures[i]
            before = range(max(self.first, figure.first - 3), figure.first)
            if figure.upper:
                self._unread([i], UnreadReason.UPPER_BOUND)
            elif any(self.tokens[at].folded in vocabulary.FALLING for at in before):
                self._unread([i], UnreadReason.CHANGE)
            else:
                continue
            self.figures.remove(i)

    def _unread(self, figures: Iterable[int], reason: UnreadReason) -> None:
        reading = self.sentence.reading
        for i in figures:
            if reading.unread is None:
                reading.unread = self.sentence._reason(self.sentence.figures[i], reason)

    def _subjects(self) -> list[Subject]:
        """What is measured here: own evidence first, else the last one before, if no unknown words
        say otherwise. Evidence of two indicators gives both, to be looked at.
        """
        own: dict[str, Subject] = {}
        for subject in self.own:
            own.setdefault(subject.indicator, subject)
        if own:
            found = list(own.values())
            growth = [one for one in found if one.is_growth and self._speaks_of_growth()]
            return growth or [one for one in found if not one.is_growth]
        if self.inherited is None:
            return []
        if self._unknown(self.first, self.last) >= 3 or self._other_matter(self.first, self.last):
            return []
        return [self.inherited]

    def _speaks_of_growth(self) -> bool:
        return any(self.sentence.figures[i].per_year for i in self.figures) or any(
            any_phrase_at(self.tokens, at, vocabulary.GROWING)
            for at in range(self.first, self.last)
        )

    # -- words ---------------------------------------------------------------------------------

    def _covered(self) -> set[int]:
        covered = quoted(self.tokens)
        parts: list[Figure | Year | Group | Subject] = [
            *self.sentence.figures, *self.sentence.years, *self.sentence.groups, *self.own,
        ]  # fmt: skip
        for part in parts:
            covered.update(range(part.first, part.last + 1))
        return covered

    def _unknown_places(self, first: int, last: int) -> list[int]:
        covered = self._covered()
        return [
            at
            for at in range(first, last)
            if at not in covered
            and self.tokens[at].is_word
            and not binding.known(self.tokens[at].folded, vocabulary.FILLER)
        ]

    def _unknown(self, first: int, last: int) -> int:
        return len(self._unknown_places(first, last))

    def _other_matter(self, first: int, last: int) -> bool:
        return any(
            any_phrase_at(self.tokens, at, vocabulary.OTHER_MATTER) for at in range(first, last)
        )

    # -- growth --------------------------------------------------------------------------------

    def _read_growth(self, subjects: Sequence[Subject]) -> None:
        """ "Số lượt người sử dụng thư viện … tăng bình quân 10% mỗi năm; đến năm 2030 tăng
        10% - 15% mỗi năm".
        """
        yearly = any(one.per_year for one in self.sentence.figures) or any(
            phrase_at(self.tokens, at, ("binh", "quan")) is not None
            or phrase_at(self.tokens, at, ("hang", "nam")) is not None
            or phrase_at(self.tokens, at, ("moi", "nam")) is not None
            for at in range(self.first, self.last)
        )
        for i in self.figures:
            figure = self.sentence.figures[i]
            reasons: list[ReviewReason] = []
            if any_phrase_at(self.tokens, figure.last + 1, vocabulary.PEOPLE):
                self._unread([i], UnreadReason.PEOPLE)
                continue
            if not figure.per_year and (not yearly or self._in_total(figure)):
                reasons.append(ReviewReason.PERIOD_UNCLEAR)
            if len(subjects) > 1:
                reasons.append(ReviewReason.SEVERAL_SUBJECTS)
            for subject in subjects:
                groups = [
                    group
                    for group in self.groups
                    if group.labels and group.kind is subject.kind
                    and subject.first <= group.first < figure.first
                ]  # fmt: skip
                slot = Slot(tuple(groups))
                about = subject if subject in self.own else None
                self._emit(slot, i, [subject], reasons, Unit.PERCENT_PER_YEAR, about)

    def _in_total(self, figure: Figure) -> bool:
        around = range(max(self.first, figure.first - 6), min(self.last, figure.last + 6))
        return any(any_phrase_at(self.tokens, at, vocabulary.IN_TOTAL) for at in around)

    # -- coverage ------------------------------------------------------------------------------

    def _read_coverage(self, subjects: Sequence[Subject]) -> None:
        for i in list(self.figures):
            if self.sentence.figures[i].per_year or self._is_increase(i):
                self._unread([i], UnreadReason.CHANGE)
                self.figures.remove(i)
        if not self.figures:
            return
        if self.own and self._between_groups_and_subject_is_other():
            self._unread(self.figures, UnreadReason.UNKNOWN_SUBJECT)
            return
        if self._read_series(subjects):
            return
        owners = self._owners()
        bound = {i for figures in owners.values() for i in figures}
        loose = [i for i in self.figures if i not in bound]
        if not owners:
            self._read_back(loose, subjects)
            return
        for i in loose:
            self._unread([i], UnreadReason.UNKNOWN_GROUP)
        self._read_list(owners, subjects, hole=bool(loose))

    def _is_increase(self, i: int) -> bool:
        """ "tăng 10% số thư viện": a change, where a share is asked ("tăng lên 70%" is one)."""
        at = self.sentence.figures[i].first - 1
        while at >= self.first and self.tokens[at].folded in _BESIDE_FIGURE:
            at -= 1
        return at >= self.first and any_phrase_at(self.tokens, at, (("tang",),)) is not None

    def _between_groups_and_subject_is_other(self) -> bool:
        """ "70% thư viện cấp huyện có cán bộ được đào tạo về ứng dụng công nghệ thông tin" """
        subject = self.own[0]
        before = [group.last for group in self.groups if group.last < subject.first]
        return bool(before) and self._other_matter(before[-1] + 1, subject.first)

    def _read_series(self, subjects: Sequence[Subject]) -> bool:
        """ "cấp tỉnh, cấp huyện, cấp xã lần lượt đạt 100%, 70%, 40%": as many figures in a row as
        the sentence has labels, or as it has years.
        """
        figures, due = self.sentence.figures, self.sentence.due
        rows = binding.series(
            self.tokens, [figures[i] for i in self.figures], [due[i] for i in self.figures]
        )
        rows = [[self.figures[at] for at in row] for row in rows]
        groups = [group for group in self.groups if self._is_listed(group)]
        if max(map(len, rows)) < 2 or not groups:
            return False
        between = [
            group for group in groups
            if figures[self.figures[0]].last < group.first < figures[self.figures[-1]].first
        ]  # fmt: skip
        if between:
            return False
        word = binding.has_list_word(self.tokens)
        reasons = [] if word else [ReviewReason.LIST_BY_POSITION]
        slots = [Slot((group,)) for group in groups]
        parts = [part for slot in slots for part in slot.split()]
        for row in rows:
            years = due[row[0]].years
            if len(years) == len(row) and len(slots) == 1 and len(row) > 1:
                for i, year in zip(row, years, strict=True):
                    self._emit(slots[0], i, subjects, reasons, years=(year,))
                continue
            matching = slots if len(slots) == len(row) else parts
            if len(matching) != len(row):
                self._unread(row, UnreadReason.LIST_LENGTH)
                continue
            for slot, i in zip(matching, row, strict=True):
                self._emit(slot, i, subjects, reasons)
        self.slots = slots
        return True

    def _is_listed(self, group: Group) -> bool:
        """Whether a group may be an entry of the list: with labels, and not part of the subject."""
        if not group.labels or (group.areas and not self._is_area_counted(group)):
            return False
        if not self.own:
            return True
        subject = self.own[0]
        first_figure = self.sentence.figures[self.figures[0]].first if self.figures else None
        leads = group.last < subject.first
        return leads or (first_figure is not None and subject.last < first_figure < group.first)

    def _is_area_counted(self, group: Group) -> bool:
        begins = any_phrase_at(self.tokens, group.first, vocabulary.AREAS) is not None
        before = self.tokens[group.first - 1] if group.first > self.first else None
        return begins or (before is not None and before.is_mark("%"))

    def _owners(self) -> dict[int, list[int]]:
        """Index of a group -> its figures (of different years)."""
        figures, tokens = self.sentence.figures, self.tokens
        groups = self.groups
        right = {i: binding.right_group(tokens, figures[i], groups) for i in self.figures}
        span = (self.own[0].first, self.own[-1].last) if self.own else None
        left = {
            i: binding.left_group(tokens, figures[i], groups, self.sentence.years, span)
            for i in self.figures
        }
        for table in (right, left):
            for i, at in table.items():
                if at is not None and not self._can_own(groups[at], table is right):
                    table[i] = None
        only_left = any(left[i] is not None and right[i] is None for i in self.figures)
        only_right = any(right[i] is not None and left[i] is None for i in self.figures)
        self.unclear = False
        bound: dict[int, int | None] = {}
        for i in self.figures:
            if right[i] is not None and left[i] is not None:
                bound[i] = left[i] if only_left and not only_right else right[i]
                self.unclear = self.unclear or only_left == only_right
            else:
                bound[i] = right[i] if right[i] is not None else left[i]
        self._share_between_years(bound, right)
        owners: dict[int, list[int]] = {}
        for i, at in bound.items():
            if at is not None:
                owners.setdefault(at, []).append(i)
        return owners

    def _can_own(self, group: Group, right: bool) -> bool:
        if not group.labels:
            return self._is_whole_kind(group)
        if group.kind is None:
            return not group.areas or right or self._is_area_counted(group)
        return True

    def _share_between_years(
        self, bound: dict[int, int | None], right: dict[int, int | None]
    ) -> None:
        """ "đạt 60% và đến năm 2030 đạt 80% trung tâm văn hóa …": both figures are of the group."""
        figures, due = self.sentence.figures, self.sentence.due
        order = self.figures
        words = vocabulary.BEFORE_FIGURE | {"va"}
        years = {at for year in self.sentence.years for at in range(year.first, year.last + 1)}
        for step in (-1, 1):
            for at in range(len(order)) if step == 1 else reversed(range(len(order))):
                i = order[at]
                if bound[i] is not None or not 0 <= at - step < len(order):
                    continue
                other = order[at - step]
                near = bound[other]
                if near is None or (right[other] is None) == (step == -1):
                    continue
                first, last = sorted((i, other))
                gap = [
                    place
                    for place in range(figures[first].last + 1, figures[last].first)
                    if place not in years
                ]
                if due[i].years != due[other].years and binding.all_known(
                    self.tokens, gap, words, ",;"
                ):
                    bound[i] = near

    def _read_list(
        self, owners: dict[int, list[int]], subjects: Sequence[Subject], *, hole: bool
    ) -> None:
        figures = self.sentence.figures
        listed = [
            at for at, group in enumerate(self.groups)
            if at in owners or (self._is_listed(group) and self._in_list_place(group))
        ]  # fmt: skip
        self.listed = listed
        leading = listed and listed[0] not in owners
        single = len(owners) == 1 and self._figures_are_alone()
        entries: list[tuple[list[int], int | None]] = []  # groups, owner
        for at in listed:
            if at in owners:
                entries.append(([at], at))
            else:
                entries.append(([at], None))
        if single and not hole and len(entries) > 1:
            owner = next(iter(owners))
            behind = figures[owners[owner][0]].first > self.groups[owner].first
            whole = entries[-1][1] == owner if behind else not leading
            if whole and self._is_shared(owner, owners[owner], listed):
                entries = [(listed, owner)]
        previous: list[int] | None = None
        doubt = (ReviewReason.UNFAMILIAR_WORDS,) if hole else ()
        for number, (members, owner_at) in enumerate(entries):
            groups = tuple(self.groups[at] for at in members)
            if owner_at is not None:
                slot = Slot(groups, reasons=(*doubt, *self._group_reasons(groups, number, entries)))
                for i in owners[owner_at]:
                    self._emit(slot, i, subjects, self._binding_reasons(owners[owner_at]))
                previous = owners[owner_at]
            else:
                slot = Slot(groups, False, self._group_reasons(groups, number, entries))
                self._imply(slot, subjects, previous, self._following(entries, number, owners))
            self.slots.append(slot)
        if hole or any(ReviewReason.UNFAMILIAR_WORDS in slot.reasons for slot in self.slots):
            self.slots_reasons = (ReviewReason.LIST_BY_POSITION,)

    def _binding_reasons(self, figures: Sequence[int]) -> list[ReviewReason]:
        reasons = [ReviewReason.BINDING_UNCLEAR] if self.unclear else []
        years = [self.sentence.due[i].years for i in figures]
        if len(set(years)) < len(years):
            reasons.append(ReviewReason.BINDING_UNCLEAR)
        return reasons

    def _figures_are_alone(self) -> bool:
        """No other figure of the sentence has a group of its own: it is no enumeration."""
        return len(self.sentence.figures) == len(self.figures) and not self.sentence.counts

    def _is_shared(self, owner: int, figures: Sequence[int], listed: Sequence[int]) -> bool:
        """One figure for the whole list: said for two years, by "đạt", or joined by "và"."""
        if len(figures) > 1:
            return True
        figure = self.sentence.figures[figures[0]]
        if figure.first > self.first and any_phrase_at(self.tokens, figure.first - 1, (("dat",),)):
            return True
        one, other = self.groups[listed[-2]], self.groups[listed[-1]]
        return any(token.folded == "va" for token in self.tokens[one.last + 1 : other.first])

    def _in_list_place(self, group: Group) -> bool:
        """Whether a group without figure stands where a list has entries: behind a comma, "và", a
        year. Not "cán bộ thư viện cấp huyện", and not behind a count ("5 thư viện").
        """
        levelled = any(label.level for label in group.labels)
        if group.kind is None and not levelled and (group.areas or not self.context.kinds):
            return False
        if group.first == self.first:
            return True
        before = self.tokens[group.first - 1]
        if before.is_number:
            return any(year.last == group.first - 1 for year in self.sentence.years)
        if not before.is_word:
            return before.is_mark(",;:-–+/(")
        if before.folded in ("voi", "cua", "trong", "cho"):
            return False
        return binding.known(before.folded, _LIST_PLACE)

    def _following(
        self, entries: Sequence[tuple[list[int], int | None]], number: int,
        owners: dict[int, list[int]],
    ) -> list[int] | None:  # fmt: skip
        for _, owner in entries[number + 1 :]:
            if owner is not None:
                return owners[owner]
        return None

    def _group_reasons(
        self,
        groups: Sequence[Group],
        number: int,
        entries: Sequence[tuple[list[int], int | None]],
    ) -> tuple[ReviewReason, ...]:
        """Doubts about the words of an entry: those within it and up to the next one."""
        reasons = []
        if not all(group.clear for group in groups):
            reasons.append(ReviewReason.TIER_UNCLEAR)
        between = self._unknown_places(groups[0].first, groups[-1].last + 1)
        leading = range(0)
        subject_first = self.own and self.own[0].first < groups[0].first
        if not number and not subject_first:
            starts = [year.last + 1 for year in self.sentence.years if year.last < groups[0].first]
            leading = range(max([self.first, *starts]), groups[0].first)
        if (
            between
            or any(group.unknown for group in groups)
            or any(not group.labels for group in groups if len(groups) > 1)
            or self._unknown_places(leading.start, leading.stop)
            or self._is_cut_short(groups[-1])
        ):
            reasons.append(ReviewReason.UNFAMILIAR_WORDS)
        return tuple(reasons)

    def _is_cut_short(self, group: Group) -> bool:
        """Whether words follow that may be more of the list: "cấp xã, thw vlbn lpc, 70% …"."""
        parts: list[Figure | Year | Group | Subject] = [
            *self.sentence.figures,
            *self.sentence.years,
            *self.own,
            *(self.groups[at] for at in self.listed),
        ]
        following = [part.first for part in parts if part.first > group.last]
        stop = min(following, default=self.last)
        if not following and self.own:
            stop = min(stop, group.last + 3)  # the subject stands before: the sentence just ends
        gap = list(range(group.last + 1, stop))
        if self._unknown_places(group.last + 1, stop):
            return True
        if any(one for one in self.groups if group.last < one.first < stop):
            return True
        if not gap:
            return False
        words = [self.tokens[at].folded for at in gap if self.tokens[at].is_word]
        if self.tokens[gap[0]].is_mark(",/-–") or self.tokens[gap[0]].folded == "va":
            return any(word not in _JOINS for word in words)
        to_subject = any(stop == subject.first for subject in self.own)
        return to_subject and not all(binding.known(word, vocabulary.AFTER_GROUP) for word in words)

    def _is_whole_kind(self, group: Group) -> bool:
        """Whether a noun without tier means all institutions of the kind: what is said of them
        follows at once, "70% bảo tàng xây dựng và triển khai chương trình giáo dục".
        """
        if group.unknown:
            return False
        following = [subject.first for subject in self.own if subject.first > group.last]
        if not following:
            behind = self._unknown_places(group.last + 1, self.last)
            return not behind and not self._is_cut_short(group)
        gap = range(group.last + 1, following[0])
        return not any(self.tokens[at].is_mark(",;") for at in gap[:1]) and not (
            self._unknown_places(gap.start, gap.stop)
        )

    def _remember_groups(self) -> None:
        self.slots_reasons = (ReviewReason.LIST_BY_POSITION,)

    # -- lists that look back ------------------------------------------------------------------

    def _read_back(self, figures: Sequence[int], subjects: Sequence[Subject]) -> None:
        """ "Đến năm 2030, đạt 100%, 90%, 60% … các chỉ tiêu tương ứng nêu trên": figures alone, for
        the entries of the list before, in its order, those without a figure included.
        """
        slots = list(self.earlier_slots)
        word = binding.has_list_word(self.tokens[self.first : self.last])
        back = word or binding.points_back(self.tokens[self.first : self.last])
        reasons = list(self.earlier_reasons)
        if back:
            self.inherited_reasons = ()  # the sentence itself says that it goes on
        if not slots or self._names_something():
            self._unread(figures, UnreadReason.UNKNOWN_GROUP)
            return
        years = {self.sentence.due[i].years for i in figures}
        if len(years) > 1 and len(slots) > 1:
            self._unread(figures, UnreadReason.LIST_LENGTH)
            return
        if len(slots) == 1 and len(years) == len(figures):
            slots = slots * len(figures)
        parts = [part for slot in slots for part in slot.split()]
        stated = [slot for slot in slots if slot.stated]
        if len(figures) == len(slots):
            if len(slots) > 1 and not word and len(years) == 1:
                reasons.append(ReviewReason.LIST_BY_POSITION)
        elif word and len(figures) in (len(stated), len(parts)):
            slots = stated if len(figures) == len(stated) else parts
            reasons.append(ReviewReason.LIST_BY_POSITION)
        elif len(figures) == 1 and back:
            figures = [figures[0]] * len(slots)
            reasons.append(ReviewReason.SHARED_FIGURE)
        else:
            self._unread(figures, UnreadReason.LIST_LENGTH)
            return
        for slot, i in zip(slots, figures, strict=True):
            self._emit(slot, i, subjects, reasons, quote_groups=False)
        self.slots = list(self.earlier_slots)

    def _names_something(self) -> bool:
        """Words beside the figures that may name another group than the list before."""
        return (
            any(group.kind is not None or group.unknown for group in self.groups)
            or self._unknown(self.first, self.last) >= 2
            or any(
                any_phrase_at(self.tokens, self.sentence.figures[i].last + 1, vocabulary.PEOPLE)
                for i in self.figures
            )
        )

    # -- sentences without a figure ------------------------------------------------------------

    def _read_without_figure(self) -> None:
        """Milestones ("xây dựng và triển khai chương trình giáo dục … tại Bảo tàng tỉnh") and
        groups that a plan names with a year and no figure at all.
        """
        subjects = [one for one in self._unique(self.own) if not one.is_growth]
        years = tuple(year for year in self.sentence.years if year.value)
        if self.context.general or not subjects or not (years or self.context.years):
            return
        if len(years) > 1:
            years = years[:1] if len({year.value for year in years}) == 1 else ()
            if not years:
                return
        subject = subjects[0]
        for group in self.groups:
            if group.kind is not subject.kind or not group.labels:
                continue
            leads = group.last < subject.first
            museum = subject.kind is Kind.MUSEUM
            if not museum and not self._in_list_place(group):
                continue
            if not museum and not leads and any(g.last < subject.first for g in self.groups):
                continue
            unit = Unit.PERCENT
            if museum and group.tiers == ("province",):
                unit = Unit.MILESTONE
            slot = Slot((group,), False, self._doubts(group))
            self._emit(slot, None, subjects, [ReviewReason.NO_FIGURE], unit, years=years or None)
            self.slots.append(slot)

    def _doubts(self, group: Group) -> tuple[ReviewReason, ...]:
        return () if group.clear and not group.unknown else (ReviewReason.TIER_UNCLEAR,)

    @staticmethod
    def _unique(subjects: Sequence[Subject]) -> list[Subject]:
        first: dict[str, Subject] = {}
        for subject in subjects:
            first.setdefault(subject.indicator, subject)
        return list(first.values())

    # -- writing targets down ------------------------------------------------------------------

    def _imply(
        self,
        slot: Slot,
        subjects: Sequence[Subject],
        previous: list[int] | None,
        following: list[int] | None,
    ) -> None:
        """A group without a figure in a list that has figures: 100 is an inference, and the figure
        before it may be meant for it too ("40% thư viện cấp xã, thư viện lực lượng vũ trang").
        """
        due, years = self.sentence.due, self.sentence.years
        place = slot.groups[0].first
        if previous:
            behind = self.sentence.figures[previous[-1]].last
            if any(behind < year.first < place for year in years) and following:
                previous = None
        around = previous or following
        if not around:
            return
        for i in around:
            alternatives = (self.sentence.figures[i].minimum,) if previous else ()
            if not previous and self.sentence.figures[i].first > self.groups[0].first:
                joined = self.sentence.figures[i].first > slot.groups[-1].last
                left = joined and self._leads_to_left_figure(slot, i)
                alternatives = (self.sentence.figures[i].minimum,) if left else ()
            alternatives = tuple(value for value in alternatives if value != _HUNDRED)
            reasons = [ReviewReason.NO_FIGURE]
            if alternatives:
                reasons.append(ReviewReason.SHARED_FIGURE)
            self._emit(
                slot, None, subjects, [*reasons, *due[i].reasons],
                alternatives=alternatives, years=due[i].years or None,
            )  # fmt: skip

    def _leads_to_left_figure(self, slot: Slot, i: int) -> bool:
        """ "thư viện tỉnh, thư viện cấp huyện: 70%": the figure may be of both."""
        figure = self.sentence.figures[i]
        return any(
            slot.groups[-1].last < group.first and group.last < figure.first
            for group in self.groups
        )

    def _emit(
        self,
        slot: Slot,
        i: int | None,
        subjects: Sequence[Subject],
        reasons: Iterable[ReviewReason],
        unit: Unit = Unit.PERCENT,
        about: Subject | None = None,
        *,
        alternatives: tuple[Decimal, ...] = (),
        years: Sequence[Year] | None = None,
        quote_groups: bool = True,
    ) -> None:
        figure = None if i is None else self.sentence.figures[i]
        reasons = [*slot.reasons, *reasons]
        if i is not None and years is None:
            due = self.sentence.due[i]
            years = due.years
            reasons.extend(due.reasons)
        if years and any(year.value is None for year in years):
            self.sentence.reading.unread = (
                self.sentence.reading.unread or UnreadReason.YEAR_UNREADABLE
            )
            return
        if years:
            due_years = [(year.value or 0, year.start) for year in years]
            if any(year.doubtful for year in years):
                reasons.append(ReviewReason.YEAR_UNCLEAR)
            if len(years) > 1:
                reasons.append(ReviewReason.SEVERAL_YEARS)
        else:
            due_years = [(year, None) for year in self.context.years]
            reasons.extend(self.context.years_reasons)
        if not due_years:
            self.sentence.reading.unread = self.sentence.reading.unread or UnreadReason.NO_YEAR
            return
        subjects = self._fitting(slot, subjects)
        if not subjects:
            if figure is not None:
                self._unread([i] if i is not None else [], UnreadReason.UNKNOWN_SUBJECT)
            return
        reasons.extend(self._subject_reasons(subjects))
        counts = Counts.INSTITUTION
        if any(group.areas for group in slot.groups):
            communes = slot.tiers == ("commune",)
            counts = Counts.COMMUNE if communes else Counts.INSTITUTION
            reasons.append(ReviewReason.COUNTS_COMMUNES if communes else ReviewReason.COUNTS_AREAS)
        if figure is not None:
            if figure.doubtful:
                reasons.append(ReviewReason.FIGURE_UNCLEAR)
            top = figure.maximum if figure.maximum is not None else figure.minimum
            if top > _HUNDRED or figure.minimum <= 0:
                reasons.append(ReviewReason.FIGURE_OUT_OF_RANGE)
        span = self._quote(slot if quote_groups else None, figure, about)
        for subject in subjects:
            for year, start in due_years:
                self.sentence.reading.targets.append(
                    ParsedTarget(
                        indicator=subject.indicator,
                        tiers=slot.tiers,
                        year=year,
                        minimum=figure.minimum if figure else _HUNDRED,
                        maximum=figure.maximum if figure else None,
                        unit=unit,
                        counts=counts,
                        basis=Basis.STATED if figure else Basis.IMPLIED,
                        alternatives=alternatives,
                        review_reasons=tuple(dict.fromkeys(reasons)),
                        period_start=start,
                        quote=self.sentence.text[span[0] : span[1]],
                        span=span,
                        sentence=self.sentence.span,
                    )
                )

    def _fitting(self, slot: Slot, subjects: Sequence[Subject]) -> list[Subject]:
        """Subjects of the kind of institution that the groups name; never one of another kind."""
        kinds = {group.kind for group in slot.groups if group.kind is not None}
        return [one for one in subjects if not kinds or kinds == {one.kind}]

    def _subject_reasons(self, subjects: Sequence[Subject]) -> list[ReviewReason]:
        reasons: list[ReviewReason] = []
        if len(subjects) > 1:
            reasons.append(ReviewReason.SEVERAL_SUBJECTS)
        if not self.own or subjects[0] not in self.own:
            reasons.extend(self.inherited_reasons)
            return reasons
        last = max(one.last for one in self.own if one.indicator == subjects[0].indicator)
        stop = min(last + 14, self.last)
        if any(
            any_phrase_at(self.tokens, at, vocabulary.NARROWER) for at in range(last + 1, stop)
        ) and subjects[0].kind is Kind.LIBRARY:  # fmt: skip
            reasons.append(ReviewReason.NARROWER)
        return reasons

    def _quote(self, slot: Slot | None, figure: Figure | None, about: Subject | None) -> Span:
        """The shortest stretch with the figure and the group, or what there is of them."""
        parts: list[Figure | Group | Subject] = list(slot.groups) if slot else []
        if figure is not None:
            parts.append(figure)
        if about is not None:
            parts.append(about)
        first = min(part.first for part in parts)
        last = max(part.last for part in parts)
        return self.tokens[first].start, self.tokens[last].end
