"""The page of a plan as data: its text in blocks, each beside the targets read from it."""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from targets import marking, reasons, wording
from targets.marking import Block, Layout, Quote, layout, segments
from targets.models import Indicator, PlanVersion, SeenSentence, Target
from targets.wording import Correction


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
    corrections: tuple[Correction, ...]
    # The page of the document with the quote, where the format knows pages.
    page: int | None

    @property
    def is_waiting(self) -> bool:
        return self.target.state == Target.State.PROPOSED

    @property
    def is_rejected(self) -> bool:
        return self.target.state == Target.State.REJECTED

    @property
    def is_clear(self) -> bool:
        """Waiting, and may be confirmed together with others."""
        return self.is_waiting and self.target.is_clear

    @property
    def needs_a_look(self) -> bool:
        """Implied or doubtful and not decided: the page asks, and ticks nothing beforehand."""
        return self.is_waiting and not self.target.is_clear

    @property
    def year(self) -> str:
        return wording.period_of(self.target.period_start, self.target.year)


@dataclass(frozen=True, slots=True)
class Unread:
    """A sentence with a figure that gave no target, and why.

    `added`: what people made of it; `seen`: who saw that it is none, and when.
    """

    number: int
    text: str
    start: int
    end: int
    reason: str
    added: tuple[Reading, ...]
    seen: SeenSentence | None
    page: int | None

    @property
    def is_settled(self) -> bool:
        return bool(self.added or self.seen)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text under the same marks, and the numbers that stand after it.

    `start` is its place in the text: what a person marks in the browser is found by it.
    """

    text: str
    start: int
    quoted: tuple[Reading, ...] = ()
    numbers: tuple[Reading, ...] = ()
    is_unread: bool = False
    asks: tuple[Unread, ...] = ()
    is_doubt: bool = False

    @property
    def look(self) -> bool:
        return any(reading.needs_a_look for reading in self.quoted)


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
    """A heading, a paragraph alone, or a paragraph beside its targets and unread sentences."""

    key: int
    heading: int
    pieces: tuple[Piece, ...]
    tables: tuple[Table, ...] = ()
    unread: tuple[Unread, ...] = ()
    # The pages of the document on which it stands, where the format knows pages.
    pages: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces).strip()

    @property
    def is_table(self) -> bool:
        """Rows of a table of the document: their cells stay apart."""
        return any("\t" in piece.text.strip() for piece in self.pieces)

    @property
    def readings(self) -> list[Reading]:
        return [r for table in self.tables for row in table.rows for r in row.readings]

    @property
    def is_open(self) -> bool:
        """Whether something in it asks for a look."""
        return any(r.needs_a_look for r in self.readings) or any(
            not unread.is_settled for unread in self.unread
        )


@dataclass(frozen=True, slots=True)
class PlanBoard:
    """All that the page of a plan version shows beside the version's own facts."""

    version: PlanVersion
    readings: tuple[Reading, ...]
    sections: tuple[Section, ...]
    before: Piece
    after: Piece
    unread: tuple[Unread, ...]

    @property
    def states(self) -> Counter:
        return Counter(reading.target.state for reading in self.readings)

    @property
    def waiting(self) -> list[Reading]:
        return [reading for reading in self.readings if reading.is_waiting]

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
    def clear(self) -> list[Reading]:
        """What may be confirmed together in one step."""
        return [reading for reading in self.readings if reading.is_clear]

    @property
    def decided(self) -> list[Reading]:
        return [reading for reading in self.readings if not reading.is_waiting]

    @property
    def asks_which_communes(self) -> bool:
        """Whether that has to be said before the plan can be published."""
        return self.version.asks_which_communes(reading.target for reading in self.readings)

    @property
    def ignored(self) -> list[Unread]:
        """Sentences that were not read and that nobody has made a target of or set aside."""
        return [unread for unread in self.unread if not unread.is_settled]

    @property
    def quoted_sections(self) -> int:
        return sum(bool(section.tables) for section in self.sections)

    @property
    def open_sections(self) -> tuple[Section, ...]:
        """The paragraphs that ask for a look, under their headings."""
        kept: list[Section] = []
        headings: list[Section] = []
        for section in self.sections:
            if section.heading and not section.is_open:
                headings = [h for h in headings if h.heading < section.heading] + [section]
            elif section.is_open:
                kept += [*headings, section]
                headings = []
        return tuple(kept)


def for_version(version: PlanVersion) -> PlanBoard:
    """The board of one plan version; three queries: its targets with who decided, indicators, the
    sentences that people have seen.
    """
    targets = version.targets.select_related("indicator", "decided_by").order_by("position", "pk")
    known = Indicator.objects.in_bulk(field_name="code")
    readings = {
        t.pk: reading(t, number, version, indicators=known) for number, t in enumerate(targets, 1)
    }
    unread = tuple(_unread(version, readings.values()))
    quotes = [_quote(r.target) for r in readings.values()]
    found: Layout = layout(version.text, quotes, [(u.start, u.end) for u in unread])
    marks = _Marks(version, readings, unread)
    return PlanBoard(
        version=version,
        readings=tuple(readings.values()),
        sections=tuple(_section(version, block, marks) for block in found.blocks),
        before=Piece(version.text[: found.start], 0),
        after=Piece(version.text[found.end :], found.end),
        unread=unread,
    )


def reading(
    target: Target,
    number: int,
    version: PlanVersion,
    *,
    indicators: Mapping[str, Indicator] | None = None,
) -> Reading:
    """One target in words. Without `indicators` by code, see `wording.corrections`."""
    return Reading(
        target=target,
        number=number,
        figure=wording.figure(target),
        group=wording.group(target),
        look_at=tuple(str(reasons.review(code)) for code in target.review_reasons),
        choices=tuple(choices(target)),
        corrections=tuple(wording.corrections(target, indicators)),
        page=marking.page_at(version.page_starts, target.quote_start),
    )


def number_of(target: Target) -> int:
    """The number under which the page of its plan shows a target: its place in the order."""
    keys = target.version.targets.order_by("position", "pk").values_list("pk", flat=True)
    return list(keys).index(target.pk) + 1


def choices(target: Target) -> Iterable[Choice]:
    """The figure as read, then the others that the sentence allows; none stands out."""
    for value in dict.fromkeys([target.minimum, *map(Decimal, target.alternatives)]):
        maximum = target.maximum if value == target.minimum else None
        yield Choice(
            str(value.normalize().__format__("f")), wording.figure_of(value, maximum, target.unit)
        )


def sentence(version: PlanVersion, shown: Reading) -> list[Piece]:
    """The sentence of one target with its quote marked."""
    target = shown.target
    marks = _Marks(version, {target.pk: shown}, ())
    return [
        Piece(piece.text, piece.start, piece.quoted, (), is_doubt=piece.is_doubt)
        for piece in marks.pieces(target.sentence_start, target.sentence_end)
    ]


def marked(version: PlanVersion, start: int, end: int) -> list[Piece]:
    """The sentence around words that a person marked; those words are `is_unread`."""
    first, last = marking.sentence_around(version.text, start, end)
    cut = segments(version.text, first, last, [Quote("words", start, end, start, end)])
    return [Piece(s.text, s.start, is_unread=bool(s.covered_by)) for s in cut]


class _Marks:
    """All that is marked in the text of a version: quotes, unread sentences, doubtful words."""

    def __init__(
        self, version: PlanVersion, readings: dict[int, Reading], unread: Iterable[Unread]
    ):
        self.text = version.text
        self.readings = readings
        self.unread = {u.number: u for u in unread if u.start < u.end}
        self.quotes = [_quote(r.target) for r in readings.values()]
        self.spans = [
            *(Quote(("target", q.key), q.start, q.end, q.start, q.end) for q in self.quotes),
            *(Quote(("unread", n), u.start, u.end, u.start, u.end) for n, u in self.unread.items()),
            *(
                Quote(("doubt", i), start, end, start, end)
                for i, (start, end) in enumerate(version.doubts)
            ),
        ]

    def pieces(self, start: int, end: int) -> list[Piece]:
        inside = [q for q in self.spans if q.start < end and start < q.end]
        return [
            Piece(
                segment.text,
                segment.start,
                quoted=self._readings(segment.covered_by),
                numbers=self._readings(segment.ending),
                is_unread=any(sort == "unread" for sort, _key in segment.covered_by),
                asks=tuple(self.unread[key] for sort, key in segment.ending if sort == "unread"),
                is_doubt=any(sort == "doubt" for sort, _key in segment.covered_by),
            )
            for segment in segments(self.text, start, end, inside)
        ]

    def _readings(self, keys) -> tuple[Reading, ...]:
        found = [self.readings[key] for sort, key in keys if sort == "target"]
        return tuple(sorted(found, key=lambda reading: reading.number))


def _quote(target: Target) -> Quote:
    return Quote(
        target.pk, target.quote_start, target.quote_end, target.sentence_start, target.sentence_end
    )


def _unread(version: PlanVersion, readings: Iterable[Reading]) -> Iterable[Unread]:
    seen = {each.number: each for each in version.seen.select_related("seen_by")}
    by_hand = [r for r in readings if r.target.basis == Target.Basis.ADDED and not r.is_rejected]
    for number, each in enumerate(version.unread, 1):
        start, end = each["start"], each["end"]
        yield Unread(
            number,
            each["text"],
            start,
            end,
            str(reasons.unread(each["reason"])),
            tuple(r for r in by_hand if start <= r.target.quote_start < end),
            seen.get(number),
            marking.page_at(version.page_starts, start),
        )


def _section(version: PlanVersion, block: Block, marks: _Marks) -> Section:
    held = sorted((marks.readings[q.key] for q in block.quotes), key=lambda r: r.number)
    unread = tuple(u for u in marks.unread.values() if block.start <= u.start < block.end)
    return Section(
        key=block.start,
        heading=0 if unread else block.heading,
        pieces=tuple(marks.pieces(block.start, block.end)),
        tables=tuple(_tables(held)),
        unread=unread,
        pages=_pages(version, block) if held or unread else (),
    )


def _pages(version: PlanVersion, block: Block) -> tuple[int, ...]:
    if not version.page_starts:
        return ()
    # The white space around a paragraph may lie on another page.
    start, end = marking.trimmed(version.text, block.start, block.end)
    first = marking.page_at(version.page_starts, start)
    return tuple(range(first, marking.page_at(version.page_starts, end - 1) + 1))


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


# What was decided, in the order of time -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """A decision on one target, or one taken back."""

    when: datetime.datetime
    who: object | None
    number: int | None  # None: the target is gone
    target_id: int
    subject: str
    words: str
    corrections: tuple[Correction, ...]
    note: str


def events(version: PlanVersion, target: Target | None = None) -> list[Event]:
    """Every decision on the targets of a version, the last one first; three queries."""
    numbers = {
        pk: number
        for number, pk in enumerate(
            version.targets.order_by("position", "pk").values_list("pk", flat=True), 1
        )
    }
    known = Indicator.objects.in_bulk(field_name="code")
    by_pk = {indicator.pk: indicator for indicator in known.values()}
    rows = Target.history.filter(version_id=version.pk).select_related("history_user")
    if target is not None:
        rows = rows.filter(id=target.pk)
    found: list[Event] = []
    states: dict[int, str] = {}
    for row in rows.order_by("history_date", "history_id"):
        before = states.get(row.id, Target.State.PROPOSED)
        states[row.id] = row.state
        if row.history_type == "-" or row.state == before:
            continue
        row.indicator = by_pk[row.indicator_id]
        found.append(
            Event(
                when=row.history_date,
                who=row.history_user,
                number=numbers.get(row.id),
                target_id=row.id,
                subject=f"{row.indicator.label}: {wording.group(row)}, "
                f"{wording.period_of(row.period_start, row.year)}",
                words=_("taken back, to be decided anew")
                if row.state == Target.State.PROPOSED
                else wording.decision(row),
                corrections=()
                if row.state == Target.State.PROPOSED
                else tuple(wording.corrections(row, known)),
                note=row.decision_note,
            )
        )
    return found[::-1]
