"""Lists of groups with their figures: who owns which, and which go without."""

from collections.abc import Sequence

from . import binding, vocabulary
from .figures import Figure, Year, quoted
from .groups import Group
from .model import Kind, ReviewReason, UnreadReason
from .statement import HUNDRED, Slot, Statement
from .subjects import Subject
from .tokens import any_phrase_at

_LIST_PLACE = vocabulary.words("va cac cung nam den voi dau dat la co tai o so")
_ENTRY_WORDS = vocabulary.words(
    "thu vien bao tang nha trung tam tinh huyen xa luc luong truong cap"
)
_JOINS = vocabulary.words(
    "va tu den nam vao phan dau dat co it nhat toi thieu tren khoang cung nhu hau het da so phan "
    "lon mot nua"
)


class ListStatement(Statement):
    """A statement that lists groups of institutions."""

    def read_series(self, subjects: Sequence[Subject]) -> bool:
        """ "cấp tỉnh, cấp huyện, cấp xã lần lượt đạt 100%, 70%, 40%": as many figures in a row as
        the sentence has labels, or as it has years.
        """
        figures, due = self.sentence.figures, self.sentence.due
        rows = binding.series(
            self.tokens, [figures[i] for i in self.figures], [due[i] for i in self.figures]
        )
        rows = [[self.figures[at] for at in row] for row in rows]
        groups = [group for group in self.groups if self.is_listed(group)]
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
                    self.emit(slots[0], i, subjects, reasons, years=(year,))
                continue
            matching = slots if len(slots) == len(row) else parts
            if len(matching) != len(row):
                self.unread(row, UnreadReason.LIST_LENGTH)
                continue
            for slot, i in zip(matching, row, strict=True):
                self.emit(slot, i, subjects, reasons)
        self.slots = slots
        return True

    def is_listed(self, group: Group) -> bool:
        """Whether a group may be an entry of the list: with labels, and not part of the subject."""
        if not group.labels or (group.areas and not self._is_area_counted(group)):
            return False
        if not self.own:
            return True
        subject = self.own[0]
        first_figure = self.sentence.figures[self.figures[0]].first if self.figures else None
        leads = group.last < subject.first or any(
            token.is_mark(":") for token in self.tokens[subject.last + 1 : group.first]
        )
        return leads or (first_figure is not None and subject.last < first_figure < group.first)

    def _is_area_counted(self, group: Group) -> bool:
        begins = any_phrase_at(self.tokens, group.first, vocabulary.AREAS) is not None
        before = self.tokens[group.first - 1] if group.first > self.first else None
        return begins or (before is not None and before.is_mark("%"))

    def _is_whole_kind(self, group: Group) -> bool:
        """Whether a noun without tier means all institutions of the kind: what is said of them
        follows at once, "70% bảo tàng xây dựng và triển khai chương trình giáo dục".
        """
        if group.unknown:
            return False
        following = [subject.first for subject in self.own if subject.first > group.last]
        if not following:
            behind = self.unknown_places(group.last + 1, self.last)
            return not behind and not self._is_cut_short(group)
        gap = range(group.last + 1, following[0])
        return not any(self.tokens[at].is_mark(",;") for at in gap[:1]) and not (
            self.unknown_places(gap.start, gap.stop)
        )

    def owners(self) -> dict[int, list[int]]:
        """Index of a group -> its figures (of different years)."""
        figures, tokens = self.sentence.figures, self.tokens
        groups = self.groups
        due = self.sentence.due
        right = {i: binding.right_group(tokens, figures[i], groups, due[i]) for i in self.figures}
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
        for i, at in bound.items():
            # "Về trung tâm văn hóa: … 57% … nhà văn hóa thôn": the noun in front is the topic
            if at is not None and right[i] is None and not groups[at].labels and any(
                one.kind is groups[at].kind and (one.labels or one.first > figures[i].last)
                for one in groups[at + 1 :]
            ):  # fmt: skip
                bound[i] = None
        self._share_between_years(bound, right)
        self._share_with_next(bound, right)
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
        on_right = {i: right[i] is not None for i in order}
        for step in (-1, 1):
            for at in range(len(order)) if step == 1 else reversed(range(len(order))):
                i = order[at]
                if bound[i] is not None or not 0 <= at - step < len(order):
                    continue
                other = order[at - step]
                near = bound[other]
                if near is None or on_right[other] != (step == -1):
                    continue
                first, last = sorted((i, other))
                gap = [
                    place
                    for place in range(figures[first].last + 1, figures[last].first)
                    if place not in years
                ]
                if due[i].years != due[other].years and binding.all_known(
                    self.tokens, gap, words, ",;:()"
                ):
                    bound[i] = near
                    on_right[i] = on_right[other]

    def _share_with_next(self, bound: dict[int, int | None], right: dict[int, int | None]) -> None:
        """ "52% thư viện cấp huyện (đến năm 2025) và 77% (đến năm 2030)": of the same group."""
        figures, due = self.sentence.figures, self.sentence.due
        years = {at for year in self.sentence.years for at in range(year.first, year.last + 1)}
        for other, i in zip(self.figures, self.figures[1:], strict=False):
            near = right[other]
            if bound[i] is not None or near is None or bound[other] != near:
                continue
            gap = [
                place
                for place in range(self.groups[near].last + 1, figures[i].first)
                if place not in years
            ]
            if due[i].years != due[other].years and binding.all_known(
                self.tokens, gap, vocabulary.BEFORE_FIGURE | {"va"}, ",;:()"
            ):
                bound[i] = near

    def read_list(
        self, owners: dict[int, list[int]], subjects: Sequence[Subject], *, hole: bool
    ) -> None:
        figures = self.sentence.figures
        listed = [
            at for at, group in enumerate(self.groups)
            if at in owners
            or (self.is_listed(group) and self.in_list_place(group) and not self.is_vague(group))
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
        joined: tuple[ReviewReason, ...] = ()
        if single and not hole and len(entries) > 1:
            owner = next(iter(owners))
            behind = figures[owners[owner][0]].first > self.groups[owner].first
            whole = entries[-1][1] == owner if behind else not leading
            if whole and self._is_shared(owner, owners[owner], listed):
                entries = [(listed, owner)]
            elif whole and all(self.groups[at].kind is Kind.CULTURE_CENTRE for at in listed):
                # the programme, too, takes the centres of province and district together
                entries = [(listed, owner)]
                joined = (ReviewReason.SHARED_FIGURE,)
        previous: list[int] | None = None
        stop = self.own[0].first if self.own else self.last
        stray = any(self.first <= one.first < stop for one in self.sentence.counts)
        doubt = (*joined, *((ReviewReason.UNFAMILIAR_WORDS,) if hole or stray else ()))
        told = {self.groups[at].tiers for at in owners}
        for number, (members, owner_at) in enumerate(entries):
            groups = tuple(self.groups[at] for at in members)
            if owner_at is not None:
                slot = Slot(groups, reasons=(*doubt, *self._group_reasons(groups, number, entries)))
                for i in owners[owner_at]:
                    self.emit(slot, i, subjects, self._binding_reasons(owners[owner_at]))
                previous = owners[owner_at]
            elif all(group.tiers in told for group in groups):
                continue  # named again: "thư viện cộng đồng và thư viện tư nhân phục vụ cộng đồng"
            else:
                slot = Slot(groups, False, self._group_reasons(groups, number, entries))
                self._imply(slot, subjects, previous, self._following(entries, number, owners))
            self.slots.append(slot)
        if hole or any(ReviewReason.UNFAMILIAR_WORDS in slot.reasons for slot in self.slots):
            self.slots_reasons = (ReviewReason.LIST_BY_POSITION,)
        if self._has_lost_entry():
            self.sentence.reading.unread = (
                self.sentence.reading.unread or UnreadReason.UNKNOWN_GROUP
            )

    def _has_lost_entry(self) -> bool:
        """Whether an entry of the list is too badly read to be one: ", vhu vién tinh, 70% …",
        ", thu vién lyc 1u0’ng vil tralngi, 50% …".
        """
        stop = max((self.groups[at].first for at in self.listed), default=self.first)
        taken = quoted(self.tokens)
        parts: list[Figure | Year | Group | Subject] = [
            *self.sentence.figures, *self.sentence.counts, *self.sentence.years, *self.own,
            *(self.groups[at] for at in self.listed),
            *(group for group in self.groups if group.areas or self.is_vague(group)),
        ]  # fmt: skip
        for part in parts:
            taken.update(range(part.first, part.last + 1))
        entry: list[int] = []
        for at in range(self.first, stop + 1):
            if at < stop and not self.tokens[at].is_mark(",;"):
                entry.append(at)
                continue
            unknown = self.unknown_places(entry[0], entry[-1] + 1) if entry else []
            named = any(
                entry[0] <= group.first <= entry[-1]
                for group in (self.groups if entry else ())
                if group.kind is not None or group.labels
            )
            numbered = any(self.tokens[place].is_number for place in entry)
            words = {self.tokens[place].folded for place in entry}
            lost = named or (unknown and words & _ENTRY_WORDS)
            if lost and not numbered and not taken.intersection(entry) and len(entry) <= 9:
                return True
            entry = []
        return False

    def _binding_reasons(self, figures: Sequence[int]) -> list[ReviewReason]:
        reasons = [ReviewReason.BINDING_UNCLEAR] if self.unclear else []
        years = [self.sentence.due[i].years for i in figures]
        if len(set(years)) < len(years):
            reasons.append(ReviewReason.BINDING_UNCLEAR)
        return reasons

    def _figures_are_alone(self) -> bool:
        """No other figure of the sentence has a group of its own: it is no enumeration."""
        return len(self.sentence.figures) == len(self.figures)

    def _is_shared(self, owner: int, figures: Sequence[int], listed: Sequence[int]) -> bool:
        """One figure for the whole list: said for two years, by "đạt", or joined by "và"."""
        if len(figures) > 1:
            return True
        figure = self.sentence.figures[figures[0]]
        if figure.first > self.first and any_phrase_at(self.tokens, figure.first - 1, (("dat",),)):
            return True
        one, other = self.groups[listed[-2]], self.groups[listed[-1]]
        return any(token.folded == "va" for token in self.tokens[one.last + 1 : other.first])

    def is_vague(self, group: Group) -> bool:
        """Whether "hầu hết" or "một nửa số" stands in place of a figure; the sentence is then
        listed, and no figure inferred.
        """
        for length in (1, 2, 3, 4):
            at = group.first - length
            if at < self.first or group.first == self.first:
                break
            for phrases, reason in (
                (vocabulary.VAGUE, UnreadReason.VAGUE),
                (vocabulary.PARTS, UnreadReason.NOT_A_PERCENTAGE),
            ):
                hit = any_phrase_at(self.tokens, at, phrases)
                if hit and hit[0] == length:
                    self.sentence.reading.unread = self.sentence.reading.unread or reason
                    return True
        return False

    def in_list_place(self, group: Group) -> bool:
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
        for length in (1, 2, 3):
            if group.first - length >= self.first:
                hit = any_phrase_at(self.tokens, group.first - length, vocabulary.ALL)
                if hit and hit[0] == length:
                    return True
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
        between = self.unknown_places(groups[0].first, groups[-1].last + 1)
        leading = range(0)
        subject_first = self.own and self.own[0].first < groups[0].first
        if not number and not subject_first:
            starts = [year.last + 1 for year in self.sentence.years if year.last < groups[0].first]
            leading = range(max([self.first, *starts]), groups[0].first)
        next_at = entries[number + 1][0][0] if number + 1 < len(entries) else None
        goes_on = next_at is not None and (
            entries[number + 1][1] is None and self.groups[next_at].kind is None
        )
        if (
            goes_on  # a label without noun or figure may belong to this entry
            or between
            or any(group.unknown for group in groups)
            or any(not group.labels for group in groups if len(groups) > 1)
            or any(not group.labels and self._is_described(group) for group in groups)
            or self.unknown_places(leading.start, leading.stop)
            or self._is_cut_short(groups[-1])
        ):
            reasons.append(ReviewReason.UNFAMILIAR_WORDS)
        return tuple(reasons)

    def _is_described(self, group: Group) -> bool:
        """Whether words follow a noun that may be a garbled tier: "thư viện tap la"."""
        at = group.last + 1
        starts = {part.first for part in (*self.sentence.figures, *self.own, *self.groups)}
        while at < self.last and at not in starts and self.tokens[at].is_word:
            if self.tokens[at].folded not in vocabulary.AFTER_GROUP:
                return True
            at += 1
        return False

    def _is_cut_short(self, group: Group) -> bool:
        """Whether words follow that may be more of the list: "cấp xã, thw vlbn lpc, 70% …"."""
        parts: list[Figure | Year | Group | Subject] = [
            *self.sentence.figures,
            *self.sentence.years,
            *self.own,
            *(self.groups[at] for at in self.listed),
            *(one for one in self.groups if self.is_vague(one)),
        ]
        following = [part.first for part in parts if part.first > group.last]
        stop = min(following, default=self.last)
        if not following and self.own:
            stop = min(stop, group.last + 3)  # the subject stands before: the sentence just ends
        gap = list(range(group.last + 1, stop))
        if self.unknown_places(group.last + 1, stop):
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
            alternatives = tuple(value for value in alternatives if value != HUNDRED)
            reasons = [ReviewReason.NO_FIGURE]
            if alternatives:
                reasons.append(ReviewReason.SHARED_FIGURE)
            self.emit(
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
