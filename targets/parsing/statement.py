"""What a stretch of a sentence knows about itself, and how it writes a target down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Protocol

from . import binding, vocabulary
from .figures import Figure, Year, quoted
from .groups import Group
from .model import Basis, Counts, Kind, ParsedTarget, ReviewReason, Span, Unit, UnreadReason
from .subjects import Subject
from .tokens import Token, any_phrase_at, phrase_at

HUNDRED = Decimal(100)


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
    since: int = 0  # the plan's own year: earlier ones are no target years


@dataclass(slots=True)
class Reading:
    """What one sentence gave."""

    targets: list[ParsedTarget] = field(default_factory=list)
    unread: UnreadReason | None = None
    subject: Subject | None = None
    years: tuple[int, ...] = ()
    years_reasons: tuple[ReviewReason, ...] = ()
    slots: tuple[Slot, ...] = ()
    slots_reasons: tuple[ReviewReason, ...] = ()


class Sentence(Protocol):
    """The sentence that a statement stands in."""

    text: str
    span: Span
    tokens: Sequence[Token]
    context: Context
    years: list[Year]
    figures: list[Figure]
    counts: list[Figure]
    groups: list[Group]
    subjects: list[Subject]
    due: list[binding.DueIn]
    reading: Reading
    used: set[int]
    strange: list[int]

    def reason(self, figure: Figure, otherwise: UnreadReason) -> UnreadReason: ...

    def clause_start(self, at: int) -> int: ...


class Statement:
    """A stretch of a sentence that says one thing; the ways of reading it build on this."""

    def __init__(
        self,
        sentence: Sentence,
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
        self.left_out = False  # a figure of another meaning stands here
        self.listed: list[int] = []  # indexes of the groups that are entries of a list
        self.slots: list[Slot] = []
        self.slots_reasons: tuple[ReviewReason, ...] = ()

    def unread(self, figures: Iterable[int], reason: UnreadReason) -> None:
        reading = self.sentence.reading
        for i in figures:
            self.sentence.used.add(i)
            if reading.unread is None:
                reading.unread = self.sentence.reason(self.sentence.figures[i], reason)

    @cached_property
    def covered(self) -> set[int]:
        """Places of the words that are read as something."""
        covered = quoted(self.tokens)
        parts: list[Figure | Year | Group | Subject] = [
            *self.sentence.figures, *self.sentence.years, *self.sentence.groups, *self.own,
        ]  # fmt: skip
        for part in parts:
            covered.update(range(part.first, part.last + 1))
        return covered

    def unknown_places(self, first: int, last: int) -> list[int]:
        covered = self.covered
        return [
            at
            for at in range(first, last)
            if at not in covered
            and self.tokens[at].is_word
            and not binding.known(self.tokens[at].folded, vocabulary.FILLER)
        ]

    def unknown(self, first: int, last: int) -> int:
        return len(self.unknown_places(first, last))

    def other_matter(self, first: int, last: int) -> bool:
        covered = self.covered
        return any(
            any_phrase_at(self.tokens, at, vocabulary.OTHER_MATTER)
            for at in range(first, last)
            if at not in covered
        )

    def emit(
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
        if i is not None:
            self.sentence.used.add(i)
        reasons = [*slot.reasons, *reasons]
        if not all(group.clear for group in slot.groups):
            reasons.append(ReviewReason.TIER_UNCLEAR)
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
        subjects = self.fitting(slot, subjects)
        if not subjects:
            if figure is not None:
                self.unread([i] if i is not None else [], UnreadReason.UNKNOWN_SUBJECT)
            return
        reasons.extend(self.subject_reasons(subjects))
        counts = Counts.INSTITUTION
        if any(group.areas for group in slot.groups):
            communes = slot.tiers == ("commune",)
            counts = Counts.COMMUNE if communes else Counts.INSTITUTION
            reasons.append(ReviewReason.COUNTS_COMMUNES if communes else ReviewReason.COUNTS_AREAS)
        if figure is not None:
            if figure.doubtful:
                reasons.append(ReviewReason.FIGURE_UNCLEAR)
            if self._is_part_of_another(figure):
                reasons.append(ReviewReason.NARROWER)
            if figure.in_words:
                reasons.append(ReviewReason.FIGURE_IN_WORDS)
            top = figure.maximum if figure.maximum is not None else figure.minimum
            if top > HUNDRED or figure.minimum <= 0:
                reasons.append(ReviewReason.FIGURE_OUT_OF_RANGE)
        span = self.quote(slot if quote_groups else None, figure, about)
        for subject in subjects:
            for year, start in due_years:
                self.sentence.reading.targets.append(
                    ParsedTarget(
                        indicator=subject.indicator,
                        tiers=slot.tiers,
                        year=year,
                        minimum=figure.minimum if figure else HUNDRED,
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

    def _is_part_of_another(self, figure: Figure) -> bool:
        """ "62% thư viện …, trong đó 82% thư viện trường trung học phổ thông" """
        return any(
            phrase_at(self.tokens, at, ("trong", "do")) is not None
            for at in range(max(0, figure.first - 4), figure.first - 1)
        )

    def fitting(self, slot: Slot, subjects: Sequence[Subject]) -> list[Subject]:
        """Subjects of the kind of institution that the groups name; never one of another kind."""
        kinds = {group.kind for group in slot.groups if group.kind is not None}
        return [one for one in subjects if not kinds or kinds == {one.kind}]

    def subject_reasons(self, subjects: Sequence[Subject]) -> list[ReviewReason]:
        reasons: list[ReviewReason] = []
        if len(subjects) > 1:
            reasons.append(ReviewReason.SEVERAL_SUBJECTS)
        if not self.own or subjects[0] not in self.own:
            reasons.extend(self.inherited_reasons)
            if subjects[0].doubtful:
                reasons.append(ReviewReason.SUBJECT_UNCLEAR)
            return reasons
        said = [one for one in self.own if one.indicator == subjects[0].indicator]
        if all(one.doubtful for one in said):
            reasons.append(ReviewReason.SUBJECT_UNCLEAR)
        last = max(one.last for one in said)
        stop = min(last + 14, self.last)
        if any(
            any_phrase_at(self.tokens, at, vocabulary.NARROWER) for at in range(last + 1, stop)
        ) and subjects[0].kind is Kind.LIBRARY:  # fmt: skip
            reasons.append(ReviewReason.NARROWER)
        return reasons

    def quote(self, slot: Slot | None, figure: Figure | None, about: Subject | None) -> Span:
        """The shortest stretch with the figure and the group, or what there is of them."""
        parts: list[Figure | Group | Subject] = list(slot.groups) if slot else []
        if figure is not None:
            parts.append(figure)
        if about is not None:
            parts.append(about)
        first = min(part.first for part in parts)
        last = max(part.last for part in parts)
        return self.tokens[first].start, self.tokens[last].end
