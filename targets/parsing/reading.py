"""One sentence of the objectives: years, figures, groups and subject put together to targets."""

from collections.abc import Sequence

from . import binding, vocabulary
from .figures import Figure, find_figures, find_years
from .groups import Group, find_groups, find_heads
from .lists import ListStatement
from .model import Kind, ReviewReason, Span, Unit, UnreadReason
from .statement import Context, Reading, Slot
from .subjects import Subject, find_subjects
from .tokens import Token, any_phrase_at, phrase_at

_AND = vocabulary.words("va")
_BESIDE_FIGURE = vocabulary.words("them binh quan khoang it nhat")


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
            reading.unread = self.reason(self.counts[0], UnreadReason.NOT_A_PERCENTAGE)
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
        if any(year.doubtful for year in self.years):
            reading.years_reasons = (ReviewReason.YEAR_UNCLEAR,)
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
            ends = what == "y" and self._is_behind_semicolon(first)
            if subject and ((figure and not behind and not in_row) or ends):
                cuts.append(first)
                subject = figure = subject_first = False
            if what == "f":
                figure, last_figure = True, last
        return list(zip(cuts, [*cuts[1:], len(self.tokens)], strict=True))

    def _is_behind_semicolon(self, at: int) -> bool:
        """ "… tại Bảo tàng tỉnh; đến năm 2030, …" """
        while at > 0 and self.tokens[at - 1].folded in ("den", "nam", "vao"):
            at -= 1
        return at > 0 and self.tokens[at - 1].is_mark(";")

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

    def reason(self, figure: Figure, otherwise: UnreadReason) -> UnreadReason:
        at = figure.last + 1
        for place in range(at, min(at + 4, len(self.tokens))):
            if any_phrase_at(self.tokens, place, vocabulary.MONEY) and not figure.percent:
                return UnreadReason.MONEY
            if any_phrase_at(self.tokens, place, vocabulary.PEOPLE):
                return UnreadReason.PEOPLE
            if any_phrase_at(self.tokens, place, vocabulary.MONEY):
                return UnreadReason.MONEY
        return otherwise


class _Segment(ListStatement):
    """A statement with its own way of reading: growth, coverage, figures for an earlier list."""

    def read(self) -> None:
        self._leave_out()
        if not self.figures:
            dated = any(self.first <= year.first < self.last for year in self.sentence.years)
            if not self.sentence.counts and (dated or not self.sentence.figures):
                if self.own:
                    self._read_without_figure(self.own)
                elif self._is_bare_entry():
                    self._read_without_figure([self.inherited] if self.inherited else [])
            return
        subjects = self._subjects()
        if not subjects:
            self.unread(self.figures, UnreadReason.UNKNOWN_SUBJECT)
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
                self.unread([i], UnreadReason.UPPER_BOUND)
            elif any(self.tokens[at].folded in vocabulary.FALLING for at in before):
                self.unread([i], UnreadReason.CHANGE)
            else:
                continue
            self.figures.remove(i)

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
        if self.unknown(self.first, self.last) >= 3 or self.other_matter(self.first, self.last):
            return []
        return [self.inherited]

    def _speaks_of_growth(self) -> bool:
        return any(self.sentence.figures[i].per_year for i in self.figures) or any(
            any_phrase_at(self.tokens, at, vocabulary.GROWING)
            for at in range(self.first, self.last)
        )

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
                self.unread([i], UnreadReason.PEOPLE)
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
                doubts = tuple({reason for group in groups for reason in self._doubts(group)})
                slot = Slot(tuple(groups), reasons=doubts)
                about = subject if subject in self.own else None
                self.emit(slot, i, [subject], reasons, Unit.PERCENT_PER_YEAR, about)

    def _in_total(self, figure: Figure) -> bool:
        around = range(max(self.first, figure.first - 6), min(self.last, figure.last + 6))
        return any(any_phrase_at(self.tokens, at, vocabulary.IN_TOTAL) for at in around)

    def _read_coverage(self, subjects: Sequence[Subject]) -> None:
        for i in list(self.figures):
            if self.sentence.figures[i].per_year or self._is_increase(i):
                self.unread([i], UnreadReason.CHANGE)
                self.figures.remove(i)
        if not self.figures:
            return
        if self.own and self._between_groups_and_subject_is_other():
            self.unread(self.figures, UnreadReason.UNKNOWN_SUBJECT)
            return
        if self.read_series(subjects):
            return
        owners = self.owners()
        bound = {i for figures in owners.values() for i in figures}
        loose = [i for i in self.figures if i not in bound]
        if not owners:
            self._read_back(loose, subjects)
            return
        for i in loose:
            self.unread([i], UnreadReason.UNKNOWN_GROUP)
        self.read_list(owners, subjects, hole=bool(loose))

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
        return bool(before) and self.other_matter(before[-1] + 1, subject.first)

    def _read_back(self, figures: Sequence[int], subjects: Sequence[Subject]) -> None:
        """ "Đến năm 2030, đạt 100%, 90%, 60% … các chỉ tiêu tương ứng nêu trên": figures alone, for
        the entries of the list before, in its order, those without a figure included.
        """
        slots = list(self.earlier_slots)
        earlier = [one.last for one in self.sentence.figures if one.last < self.first]
        since = self.tokens[max(earlier, default=-1) + 1 : self.last]
        word = binding.has_list_word(since)
        back = word or binding.points_back(since)
        reasons = list(self.earlier_reasons)
        if back:
            self.inherited_reasons = ()  # the sentence itself says that it goes on
        if not slots or self._names_something():
            self.unread(figures, UnreadReason.UNKNOWN_GROUP)
            return
        years = {self.sentence.due[i].years for i in figures}
        if len(years) > 1 and len(slots) > 1:
            self.unread(figures, UnreadReason.LIST_LENGTH)
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
            self.unread(figures, UnreadReason.LIST_LENGTH)
            return
        for slot, i in zip(slots, figures, strict=True):
            self.emit(slot, i, subjects, reasons, quote_groups=False)
        self.slots = list(self.earlier_slots)

    def _names_something(self) -> bool:
        """Words beside the figures that may name another group than the list before."""
        return (
            any(group.kind is not None or group.unknown for group in self.groups)
            or self.unknown(self.first, self.last) >= 2
            or any(
                any_phrase_at(self.tokens, self.sentence.figures[i].last + 1, vocabulary.PEOPLE)
                for i in self.figures
            )
        )

    def _is_bare_entry(self) -> bool:
        """A group alone, below a heading with year and subject: "+ Thư viện tỉnh;"."""
        return (
            not self.inherited_reasons
            and bool(self.context.years or self.sentence.years)
            and ReviewReason.YEAR_FROM_CONTEXT not in self.context.years_reasons
            and not self.unknown_places(self.first, self.last)
            and all(group.kind is not None and group.labels for group in self.groups)
        )

    def _read_without_figure(self, about: Sequence[Subject]) -> None:
        """Milestones ("xây dựng và triển khai chương trình giáo dục … tại Bảo tàng tỉnh") and
        groups that a plan names with a year and no figure at all.
        """
        subjects = [one for one in self._unique(about) if not one.is_growth]
        years = tuple(
            year
            for year in self.sentence.years
            if year.value and self.first <= year.first < self.last
        )
        if self.context.general or not subjects or not (years or self.context.years):
            return
        subject = subjects[0]
        for group in self.groups:
            if group.kind is not subject.kind or not group.labels:
                continue
            leads = subject not in self.own or group.last < subject.first
            museum = subject.kind is Kind.MUSEUM
            if not museum and not self.in_list_place(group):
                continue
            if not museum and not leads and any(g.last < subject.first for g in self.groups):
                continue
            unit = Unit.PERCENT
            if museum and group.tiers == ("province",):
                unit = Unit.MILESTONE
            slot = Slot((group,), False, self._doubts(group))
            self.emit(slot, None, subjects, [ReviewReason.NO_FIGURE], unit, years=years or None)
            self.slots.append(slot)

    def _doubts(self, group: Group) -> tuple[ReviewReason, ...]:
        return () if group.clear and not group.unknown else (ReviewReason.TIER_UNCLEAR,)

    @staticmethod
    def _unique(subjects: Sequence[Subject]) -> list[Subject]:
        first: dict[str, Subject] = {}
        for subject in subjects:
            first.setdefault(subject.indicator, subject)
        return list(first.values())
