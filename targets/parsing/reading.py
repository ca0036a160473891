"""One sentence of the objectives: years, figures, groups and subject put together to targets."""

from collections.abc import Sequence
from dataclasses import replace

from . import binding, vocabulary
from .figures import (
    Figure,
    Year,
    find_figures,
    find_years,
    is_numbering,
    named_by_programme,
    quoted,
)
from .groups import Group, find_groups, find_heads
from .lists import ListStatement
from .model import Kind, ReviewReason, Span, Unit, UnreadReason
from .statement import Context, Reading, Slot
from .subjects import Subject, find_subjects
from .tokens import Token, any_phrase_at, phrase_at

_AND = vocabulary.words("va")
_WHEN = vocabulary.words("nam cua vao trong hien")
_BESIDE_FIGURE = vocabulary.words("them binh quan khoang it nhat")


def read_sentence(text: str, tokens: Sequence[Token], context: Context) -> Reading:
    """Targets of one sentence, and why any of its figures was not read."""
    return _Sentence(text, tokens, context).read()


class _Sentence:
    def __init__(self, text: str, tokens: Sequence[Token], context: Context) -> None:
        self.text, self.tokens, self.context = text, tokens, context
        years = find_years(tokens)
        self.past = [one for one in years if one.value and one.value < context.since]
        self.years = [one for one in years if one not in self.past]
        figures = find_figures(tokens, years)
        self.figures = [figure for figure in figures if figure.percent]
        self.counts = [figure for figure in figures if not figure.percent and not figure.aside]
        self.groups = find_groups(tokens)
        named = find_heads(tokens)
        kinds = frozenset(named) or context.kinds
        self.subjects = [one for one in find_subjects(tokens) if not kinds or one.kind in kinds]
        self.reading = Reading()
        self.strange: list[int] = []  # places of figures that are of another meaning
        self._set_aside()
        self.due = self._dated(binding.due_years(tokens, self.figures, self.years))
        self.used: set[int] = set()  # figures that gave a target or a reason
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
        self._tell_what_is_left()
        reading.subject = subject if subject is not self.context.subject else None
        reading.slots, reading.slots_reasons = slots, slots_reasons
        values = {year.value for year in self.years if year.value}
        reading.years = tuple(sorted(values)) if len(values) == 1 else ()
        if any(year.doubtful for year in self.years):
            reading.years_reasons = (ReviewReason.YEAR_UNCLEAR,)
        return reading

    def _set_aside(self) -> None:
        for figure in list(self.figures):
            reason = self._other_meaning(figure)
            if reason is not None:
                self.strange.append(figure.first)
                self.reading.unread = self.reading.unread or reason
        self.figures = [one for one in self.figures if one.first not in self.strange]

    def _other_meaning(self, figure: Figure) -> UnreadReason | None:
        """Where things stand today, where a rise starts from, the whole country's figures."""
        if self._is_past(figure) or self._is_left_behind(figure):
            return UnreadReason.PAST
        clause = range(self.clause_start(figure.first), figure.first)
        dated = any(one.first in clause for one in self.years)
        if not dated and any(any_phrase_at(self.tokens, at, vocabulary.NOW) for at in clause):
            return UnreadReason.PAST
        bracket = range(self._bracket_start(figure.first), figure.first)
        if any(any_phrase_at(self.tokens, at, vocabulary.NATIONAL) for at in bracket):
            return UnreadReason.ELSEWHERE
        return None

    def clause_start(self, at: int) -> int:
        while at > 0 and not self.tokens[at - 1].is_mark(";.("):
            at -= 1
        return at

    def _bracket_start(self, at: int) -> int:
        """Where the bracket begins that a figure stands in; the figure itself if in none."""
        start = at
        while start > 0:
            start -= 1
            if self.tokens[start].is_mark(")];"):
                return at
            if self.tokens[start].is_mark("(["):
                return start
        return at

    def _is_past(self, figure: Figure) -> bool:
        """ "(năm 2022 là 48%)", "Năm 2022, toàn tỉnh có 25% …", "45% (năm 2022)": a year before
        the plan's own says when.
        """
        for year in self.past:
            if year.last < figure.first:
                if any(
                    binding.only(self.tokens, one.last + 1, year.first, _WHEN, "(")
                    for one in self.figures
                    if one.last < year.first
                ):
                    continue  # "45% năm 2022 lên 72%": the year is that of the figure before it
                between = [
                    one for one in (*self.years, *self.figures)
                    if year.last < one.first < figure.first
                ]  # fmt: skip
                marks = any(token.is_mark(";.)") for token in self.tokens[year.last : figure.first])
                if not between and not marks:
                    return True
            elif binding.only(self.tokens, figure.last + 1, year.first, _WHEN, "("):
                return True
        return False

    def _is_left_behind(self, figure: Figure) -> bool:
        """ "từ 45% (năm 2022) lên 70%": where it starts from."""
        if not figure.first or self.tokens[figure.first - 1].folded not in ("tu", "muc"):
            return False
        following = [one for one in self.figures if one.first > figure.last]
        if not following:
            return False
        gap = self.tokens[figure.last + 1 : following[0].first]
        rises = any(
            token.folded == "len" and not (at and gap[at - 1].folded == "tro")
            for at, token in enumerate(gap)
        )
        return rises and len(gap) <= 8

    def _dated(self, due: list[binding.DueIn]) -> list[binding.DueIn]:
        """The years of the figures, unclear where they may be of another programme's name, or where
        a clause without any figure lies between: "Đề án … đến năm 2025; phấn đấu 70% …".
        """
        found = []
        for figure, one in zip(self.figures, due, strict=True):
            if one.years and one.years[-1].last < figure.first:
                year = one.years[-1]
                between = self.tokens[year.last + 1 : figure.first]
                parts = [*self.figures, *(group for group in self.groups if group.labels)]
                listed = any(year.last < other.first < figure.first for other in parts)
                cut = any(token.is_mark(";") for token in between) and not listed
                begun = year.start is not None and year.start < self.context.since
                if cut or begun or named_by_programme(self.tokens, year):
                    one = replace(one, reasons=(*one.reasons, ReviewReason.YEAR_UNCLEAR))
            elif one.years and not one.behind and self._is_of_another_heading(one.years):
                one = replace(one, reasons=(*one.reasons, ReviewReason.YEAR_UNCLEAR))
            found.append(one)
        return found

    def _is_of_another_heading(self, years: Sequence[Year]) -> bool:
        """Below "a) Đến năm 2025": "… 21% bi) Đến năm 2030". The year opens what comes next."""
        above = set(self.context.years)
        if not above or ReviewReason.YEAR_FROM_CONTEXT in self.context.years_reasons:
            return False
        return above.isdisjoint(year.value for year in years)

    def _tell_what_is_left(self) -> None:
        """Nothing may slip away unseen: neither a figure that found no reading, nor a sentence that
        looks like a target and gave none.
        """
        reading = self.reading
        if reading.unread is not None:
            return
        if self._has_silent_clause():
            reading.unread = UnreadReason.NO_FIGURE
            return
        loose = [i for i in range(len(self.figures)) if i not in self.used]
        if loose:
            reading.unread = self.reason(self.figures[loose[0]], UnreadReason.UNKNOWN_GROUP)
            return
        covered = quoted(self.tokens)
        for part in [*self.figures, *self.counts, *self.years, *self.past, *self.groups]:
            covered.update(range(part.first, part.last + 1))
        if any(one.is_mark("%") for at, one in enumerate(self.tokens) if at not in covered):
            reading.unread = UnreadReason.FIGURE_UNREADABLE
        elif reading.targets or self.context.general:
            return
        elif any(
            any(map(str.isdigit, token.raw)) and not self._is_reference(at)
            for at, token in enumerate(self.tokens)
            if at not in covered
        ):
            reading.unread = UnreadReason.FIGURE_UNREADABLE
        elif self.years or (self.context.years and self._looks_like_target()):
            reading.unread = UnreadReason.NO_FIGURE

    def _has_silent_clause(self) -> bool:
        """Whether a clause without figure names institutions and what is measured there, and none
        of the targets is about that.
        """
        if self.context.general:
            return False
        told = {target.indicator for target in self.reading.targets}
        for subject in self.subjects:
            start = self.clause_start(subject.first)
            end = subject.last
            while end < len(self.tokens) and not self.tokens[end].is_mark(";."):
                end += 1
            inside = [
                one for one in (*self.figures, *self.counts) if start <= one.first < end
            ] + [at for at in self.strange if start <= at < end]  # fmt: skip
            if subject.indicator not in told and not inside and any(
                group.labels and group.kind is subject.kind and start <= group.first < end
                for group in self.groups
            ) and (self.years or self.context.years):  # fmt: skip
                return True
        return False

    def _looks_like_target(self) -> bool:
        labelled = any(group.labels for group in self.groups)
        return labelled and bool(self.subjects or self.context.subject)

    def _is_reference(self, at: int) -> bool:
        """Whether digits are a date, an article or the number of a document."""
        before = self.tokens[at - 1] if at else None
        after = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        return is_numbering(before) or any(
            token is not None and token.is_mark("/.-") for token in (before, after)
        )

    def _segments(self) -> list[tuple[int, int]]:
        """Stretches with one statement each: a new one begins at the first year or figure behind
        a subject, "… tăng bình quân 5%/năm; | đến năm 2030 tăng bình quân 10%/năm".
        """
        events: list[tuple[int, int, str]] = [(one.first, one.last, "s") for one in self.subjects]
        events += [(one.first, one.last, "f") for one in self.figures]
        events += [(one.first, one.last, "y") for one in self.years]
        cuts = [0]
        brackets = self._in_brackets()
        subject = figure = subject_first = False
        measured = ""
        last_figure = -9
        for first, last, what in sorted(events):
            if what == "s":
                if subject_first and figure and self._is_another(first, measured):
                    cuts.append(first)
                    figure = False
                elif (
                    subject and not figure and (cut := self._new_clause(cuts[-1], first, measured))
                ):
                    cuts.append(cut)
                elif not subject:
                    subject_first = not figure
                subject, measured = True, self._indicator_at(first)
                continue
            behind = what == "y" and self._is_behind(first, last_figure)
            in_row = what == "f" and binding.only(self.tokens, last_figure + 1, first, _AND, ",;")
            ends = what == "y" and self._is_behind_semicolon(first) and first not in brackets
            goes_on = (what == "f" and subject_first) or first in brackets
            if subject and ((figure and not behind and not in_row and not goes_on) or ends):
                cuts.append(self._before_group(first) if what == "f" else first)
                subject = figure = subject_first = False
            if what == "f":
                figure, last_figure = True, last
        return list(zip(cuts, [*cuts[1:], len(self.tokens)], strict=True))

    def _new_clause(self, since: int, first: int, measured: str) -> int | None:
        """Where a new clause begins with another subject, behind one that names a year and no
        figure: "… chương trình giáo dục trước năm 2026; | lượt khách tham quan tăng …".
        """
        marks = [at for at in range(since, first) if self.tokens[at].is_mark(";")]
        if not marks or self._indicator_at(first) == measured:
            return None
        dated = any(since <= year.first < marks[-1] for year in self.years)
        return marks[-1] + 1 if dated else None

    def _in_brackets(self) -> set[int]:
        inside: set[int] = set()
        start: int | None = None
        for at, token in enumerate(self.tokens):
            if token.is_mark("(["):
                start = at
            elif token.is_mark(")]") and start is not None:
                inside.update(range(start, at))
                start = None
        return inside

    def _before_group(self, figure: int) -> int:
        """Where the statement begins that a figure stands in, with the group in front of it: "…;
        | thư viện cấp xã đạt 40%".
        """
        near = [one for one in self.groups if figure - 12 < one.last < figure]
        if not near:
            return figure
        gap = self.tokens[near[-1].last + 1 : figure]
        said = binding.all_known(gap, range(len(gap)), vocabulary.BEFORE_FIGURE, ":(")
        first = near[-1].first
        return first if said and first and self.tokens[first - 1].is_mark(";,") else figure

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
            if self.left_out or any(self.first <= at < self.last for at in self.sentence.strange):
                return
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
            before = range(max(0, figure.first - 3), figure.first)
            reason = None
            if figure.upper:
                reason = UnreadReason.UPPER_BOUND
            elif any(self.tokens[at].folded in vocabulary.FALLING for at in before):
                reason = UnreadReason.CHANGE
            if reason is not None:
                self.unread([i], reason)
                self.left_out = True
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
        by_position = self._growth_by_position()
        for i in self.figures:
            figure = self.sentence.figures[i]
            reasons: list[ReviewReason] = []
            if i in by_position:
                self.emit(Slot(()), i, [by_position[i]], [], Unit.PERCENT_PER_YEAR,
                          by_position[i] if by_position[i] in self.own else None)  # fmt: skip
                continue
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

    def _growth_by_position(self) -> dict[int, Subject]:
        """ "… thư viện tăng 6%/năm, … bảo tàng tăng 8%/năm; đến năm 2030 tương ứng 9%/năm và
        12%/năm": as many figures as things that grow, in their order.
        """
        if self.own or not binding.has_list_word(self.tokens[self.first : self.last]):
            return {}
        grown: dict[str, Subject] = {}
        for one in self.sentence.subjects:
            if one.is_growth and one.first < self.first:
                grown.setdefault(one.indicator, one)
        if len(grown) < 2 or len(grown) != len(self.figures):
            return {}
        return dict(zip(self.figures, grown.values(), strict=True))

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
        while at >= 0 and self.tokens[at].folded in _BESIDE_FIGURE:
            at -= 1
        return at >= 0 and any_phrase_at(self.tokens, at, (("tang",),)) is not None

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
        if not slots or self._names_something() or self._has_group_before(figures):
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
            here = all(group in self.sentence.groups for group in slot.groups)
            self.emit(slot, i, subjects, reasons, quote_groups=here)
        self.slots = list(self.earlier_slots)

    def _names_something(self) -> bool:
        """Words beside the figures that may name another group than the list before."""
        return (
            any(
                group.kind is not None or group.unknown or not self._is_in_list_before(group)
                for group in self.groups
            )
            or self.unknown(self.first, self.last) >= 2
            or any(
                any_phrase_at(self.tokens, self.sentence.figures[i].last + 1, vocabulary.PEOPLE)
                for i in self.figures
            )
        )

    def _has_group_before(self, figures: Sequence[int]) -> bool:
        """Whether the clause of these figures has a group in front, cut off with what it measures:
        "…; đến năm 2030, các thư viện cấp huyện cung cấp dịch vụ … đạt | 88%".
        """
        first = self.sentence.figures[figures[0]].first
        start = self.sentence.clause_start(first)
        listed = {group for slot in self.earlier_slots for group in slot.groups}
        return any(
            start <= group.first < self.first and group.labels and group not in listed
            for group in self.sentence.groups
        )

    def _is_in_list_before(self, group: Group) -> bool:
        known = {tier for slot in self.earlier_slots for tier in slot.tiers}
        return known.issuperset(group.tiers)

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
            if self.is_vague(group):
                continue
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
