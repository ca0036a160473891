"""The page of a plan as data: its text in blocks, each beside the targets read from it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from targets import reasons, wording
from targets.marking import Block, Layout, Quote, layout, segments
from targets.models import PlanVersion, Target


@dataclass(frozen=True, slots=True)
class Choice:
    """A figure that the sentence allows; `value` goes through the form."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One target as the page shows it. `number` ties it to its quote, both ways."""

    target: Target
    number: int
    figure: str
    group: str
    look_at: tuple[str, ...]
    choices: tuple[Choice, ...]

    @property
    def is_waiting(self) -> bool:
        return self.target.state == Target.State.PROPOSED

    @property
    def is_rejected(self) -> bool:
        return self.target.state == Target.State.REJECTED

    @property
    def needs_a_look(self) -> bool:
        """Doubtful and not decided: the page asks, and ticks nothing beforehand."""
        return self.is_waiting and bool(self.look_at)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text under the same quotes, and the numbers that stand after it."""

    text: str
    depth: int
    look: bool
    numbers: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """The targets of one group, in the columns of the years."""

    group: str
    cells: tuple[tuple[int, tuple[Reading, ...]], ...]

    @property
    def readings(self) -> list[Reading]:
        return [reading for _year, cell in self.cells for reading in cell]


@dataclass(frozen=True, slots=True)
class Table:
    """The targets of one indicator in one block."""

    name: str
    years: tuple[int, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, a paragraph without targets, or a paragraph beside its targets."""

    key: int
    heading: int
    pieces: tuple[Piece, ...]
    tables: tuple[Table, ...] = ()

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces).strip()


@dataclass(frozen=True, slots=True)
class Unread:
    """A sentence with a figure that gave no target, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class PlanBoard:
    """All that the page of a plan version shows beside the version's own facts."""

    version: PlanVersion
    readings: tuple[Reading, ...]
    sections: tuple[Section, ...]
    before: str
    after: str
    unread: tuple[Unread, ...]

    @property
    def states(self) -> Counter:
        return Counter(reading.target.state for reading in self.readings)

    @property
    def waiting(self) -> int:
        return self.states[Target.State.PROPOSED]

    @property
    def confirmed(self) -> int:
        return self.states[Target.State.CONFIRMED]

    @property
    def rejected(self) -> int:
        return self.states[Target.State.REJECTED]

    @property
    def doubtful(self) -> list[Reading]:
        return [reading for reading in self.readings if reading.needs_a_look]

    @property
    def decided(self) -> list[Reading]:
        return [reading for reading in self.readings if not reading.is_waiting]

    @property
    def quoted_sections(self) -> int:
        return sum(bool(section.tables) for section in self.sections)


def for_version(version: PlanVersion) -> PlanBoard:
    """The board of one plan version; two queries: its targets and who decided on them."""
    targets = version.targets.select_related("indicator", "decided_by").order_by("position", "pk")
    readings = {t.pk: reading(t, number) for number, t in enumerate(targets, 1)}
    quotes = [
        Quote(t.pk, t.quote_start, t.quote_end, t.sentence_start, t.sentence_end)
        for t in (each.target for each in readings.values())
    ]
    unread_spans = [(each["start"], each["end"]) for each in version.unread]
    found: Layout = layout(version.text, quotes, unread_spans)
    return PlanBoard(
        version=version,
        readings=tuple(readings.values()),
        sections=tuple(_section(version.text, block, quotes, readings) for block in found.blocks),
        before=version.text[: found.start].strip(),
        after=version.text[found.end :].strip(),
        unread=tuple(
            Unread(each["text"], str(reasons.unread(each["reason"]))) for each in version.unread
        ),
    )


def reading(target: Target, number: int | None = None) -> Reading:
    """One target in words; without `number` its position in the plan."""
    return Reading(
        target=target,
        number=target.position if number is None else number,
        figure=wording.figure(target),
        group=wording.group(target),
        look_at=tuple(str(reasons.review(code)) for code in target.review_reasons),
        choices=tuple(choices(target)),
    )


def choices(target: Target) -> Iterable[Choice]:
    """The figure as read, then the others that the sentence allows; none stands out."""
    for value in dict.fromkeys([target.minimum, *map(Decimal, target.alternatives)]):
        maximum = target.maximum if value == target.minimum else None
        yield Choice(
            str(value.normalize().__format__("f")), wording.figure_of(value, maximum, target.unit)
        )


def sentence(version: PlanVersion, target: Target) -> list[Piece]:
    """The sentence of one target with its quote marked."""
    quote = Quote(
        target.pk, target.quote_start, target.quote_end, target.sentence_start, target.sentence_end
    )
    return [
        Piece(segment.text, len(segment.covered_by), bool(target.review_reasons), ())
        for segment in segments(version.text, target.sentence_start, target.sentence_end, [quote])
    ]


def _section(text: str, block: Block, quotes: list[Quote], readings: dict[int, Reading]) -> Section:
    pieces = [
        Piece(
            segment.text,
            len(segment.covered_by),
            any(readings[key].needs_a_look for key in segment.covered_by),
            tuple(sorted((readings[key] for key in segment.ending), key=lambda r: r.number)),
        )
        for segment in segments(text, block.start, block.end, quotes)
    ]
    held = sorted((readings[quote.key] for quote in block.quotes), key=lambda r: r.number)
    return Section(block.start, block.heading, tuple(pieces), tuple(_tables(held)))


def _tables(held: list[Reading]) -> Iterable[Table]:
    by_indicator: dict = {}
    for reading in held:
        by_indicator.setdefault(reading.target.indicator, []).append(reading)
    for indicator, own in by_indicator.items():
        years = tuple(sorted({reading.target.year for reading in own}))
        groups: dict[tuple, list[Reading]] = {}
        for reading in own:
            groups.setdefault((reading.target.tiers, reading.target.counts), []).append(reading)
        rows = tuple(
            Row(
                of_group[0].group,
                tuple((y, tuple(r for r in of_group if r.target.year == y)) for y in years),
            )
            for of_group in groups.values()
        )
        yield Table(indicator.label, years, rows)
