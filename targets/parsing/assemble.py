"""The whole plan: headings hand down kind, year and subject, and the sentences give targets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from . import metadata, vocabulary
from .figures import find_figures, find_years
from .groups import find_groups, find_heads
from .model import (
    Kind,
    ParsedPlan,
    ParsedTarget,
    ReviewReason,
    Span,
    Unread,
    UnreadReason,
)
from .outline import (
    BULLET,
    DASH,
    LETTERED,
    PARAGRAPH,
    TABLE,
    Item,
    annexed,
    before_tasks,
    objectives,
    read_items,
    sentences,
)
from .reading import Context, Reading, Slot, read_sentence
from .subjects import Subject, find_subjects
from .tables import read_table
from .tokens import Doubts, Token, phrase_at

# The programme that these plans carry out is of 09/12/2022 (1520/QĐ-TTg): no year before the next
# one is surely a target year, whatever of the plan's own date is legible.
_FIRST_TARGET_YEAR = 2023


def parse_plan(
    text: str, *, provinces: Iterable[str] = (), doubts: Iterable[Span] = ()
) -> ParsedPlan:
    """Targets and head of a province's plan, from its plain text.

    `provinces`: proper names, with or without "Tỉnh", to recognise the province's name by.
    `doubts`: places of words that a scan's recognition was not sure of, in any order; whatever
    rests on one of them carries a reason to look at it. Never raises on text: what cannot be read
    is in `unread`, what may be read in two ways carries `review_reasons`. All places refer to
    `text` as given; callers hand in NFC.
    """
    items = read_items(text)
    unsure = Doubts(doubts)
    head = metadata.read_head(text, items, provinces, unsure)
    since = max(head.issued_on.year if head.issued_on else 0, _FIRST_TARGET_YEAR)
    targets: list[ParsedTarget] = []
    unread: list[Unread] = []
    section: list[Item] = []
    for part in objectives(text, items):
        # the first section with targets counts; a scan may make a heading of any line before it
        found: tuple[list[ParsedTarget], list[Unread]] = ([], [])
        _read_section(text, part, unsure, since, *found)
        if found[0] or not section:
            section, (targets, unread) = part, found
        if targets:
            break
    if not targets and not unread:
        unread.extend(_figures_outside(text, section, items, unsure))
    for part in annexed(text, items, section):
        _read_section(text, part, unsure, since, targets, unread)
    return ParsedPlan(
        number=head.number,
        issued_on=head.issued_on,
        province=head.province,
        title=head.title,
        mandate=head.mandate,
        report_before=head.report_before,
        targets=tuple(_settle(targets, since)),
        unread=tuple(unread),
        head_doubts=head.doubts,
        has_objectives=bool(section),
    )


@dataclass(frozen=True, slots=True)
class _Above:
    """What a heading or lead-in ("Đến năm 2025:") says for the items below it."""

    level: int
    kinds: frozenset[Kind]
    years: tuple[int, ...]
    years_reasons: tuple[ReviewReason, ...]
    subject: Subject | None
    general: bool
    slots: tuple[Slot, ...] = ()
    percent: bool = False  # the figures below are percentages


@dataclass(slots=True)
class _Beside:
    """What the item before, of the same level, leaves to the next one."""

    level: int = -1
    years: tuple[int, ...] = ()
    years_reasons: tuple[ReviewReason, ...] = ()
    subject: Subject | None = None
    slots: tuple[Slot, ...] = ()
    slots_reasons: tuple[ReviewReason, ...] = ()


def _read_section(
    text: str,
    section: Sequence[Item],
    doubts: Doubts,
    since: int,
    targets: list[ParsedTarget],
    unread: list[Unread],
) -> None:
    above: list[_Above] = []
    beside = _Beside()
    _nest(text, section)
    for number, item in enumerate(section):
        while above and above[-1].level >= item.level:
            above.pop()
        tokens = item.tokens(text, doubts)
        if not tokens:
            continue
        if item.level == TABLE:
            percent = any(one.percent for one in above)
            reading = read_table(text, item, _context(above, _Beside()), doubts, percent=percent)
            targets.extend(reading.targets)
            unread.extend(reading.unread)
            beside = _Beside()
            continue
        figures = find_figures(tokens, find_years(tokens))
        if not figures and _leads_to_table(section, number):
            lead_in = _lead_in(item, tokens)
            if _names_unit(tokens):
                lead_in = replace(lead_in, level=BULLET)
            above.append(lead_in)
            continue
        if not figures and _leads(text, section, number, tokens):
            above.append(_lead_in(item, tokens))
            beside = _Beside()
            continue
        if beside.level != item.level:
            beside = _Beside()
        context = replace(_context(above, beside), since=since)
        if _is_general(tokens):
            context = replace(context, general=True)
        read_so_far = len(targets)
        beside = _read_item(text, item, tokens, context, beside, targets, unread)
        if _has_swallowed_heading(tokens, context, targets[read_so_far:]):
            above = [_with_doubtful_years(one) for one in above]


def _has_swallowed_heading(
    tokens: Sequence[Token], context: Context, targets: Sequence[ParsedTarget]
) -> bool:
    """Whether an item ends in a year that is neither its own nor that of its heading: the next
    heading may hang on it, its letter misread ("… 21% bi) Đến năm 2030").
    """
    years = find_years(tokens)
    if not years or not context.years:
        return False
    last = years[-1]
    sure = (one.year for one in targets if ReviewReason.YEAR_UNCLEAR not in one.review_reasons)
    known = {*context.years, *sure}
    behind = all(figure.first < last.first for figure in find_figures(tokens, years))
    return behind and last.value not in known and len(tokens) - last.last <= 3


def _with_doubtful_years(above: _Above) -> _Above:
    return replace(above, years_reasons=(ReviewReason.YEAR_UNCLEAR,)) if above.years else above


def _figures_outside(
    text: str, section: Sequence[Item], items: Sequence[Item], doubts: Doubts
) -> list[Unread]:
    """Every percentage up to the tasks, where the section found says nothing at all: its end, or
    its beginning, was misread then. For a person to mark the targets among them.
    """
    if not section:
        return []
    found = []
    for item in before_tasks(text, items):
        for sentence in sentences(item.tokens(text, doubts)):
            if any(token.is_mark("%") for token in sentence):
                start, end = sentence[0].start, sentence[-1].end
                found.append(Unread(text[start:end], UnreadReason.OUTSIDE, (start, end)))
    return found


def _nest(text: str, section: Sequence[Item]) -> None:
    """Levels of dashes, pluses and dots as this plan nests them: the one that comes first below a
    heading holds the others. Paragraphs behind an entry that ends in a colon belong to it.
    """
    seen: list[int] = []
    inside = False
    for before, item in zip([None, *section], section, strict=False):
        if item.level == PARAGRAPH and before is not None:
            inside = inside or (before.level > PARAGRAPH and text[before.end - 1] == ":")
            if inside:
                item.level = BULLET
                continue
        elif item.level != TABLE:
            inside = False
        if not DASH <= item.level <= BULLET:
            if item.level != TABLE:
                seen.clear()
            continue
        if item.level not in seen:
            seen.append(item.level)
        item.level = DASH + seen.index(item.level)


def _leads(text: str, section: Sequence[Item], number: int, tokens: Sequence[Token]) -> bool:
    """Whether an item without figures speaks for those below it: "a) Đến năm 2025", "Về thư viện:".
    A numbered sentence with nothing below it is a statement of its own.
    """
    item = section[number]
    following = section[number + 1].level if number + 1 < len(section) else -1
    if text[item.end - 1] == ":":
        return True
    below = following > item.level
    if item.level < LETTERED:
        if below or not number:
            return True
        said = find_groups(tokens)
        return not (find_years(tokens) or any(group.labels for group in said))
    return below and text[item.end - 1] not in ".;,"


def _is_general(tokens: Sequence[Token]) -> bool:
    return any(
        phrase_at(tokens, at, ("muc", "tieu", "chung")) is not None
        or phrase_at(tokens, at, ("muc", "tieu", "tong", "quat")) is not None
        for at in range(min(len(tokens), 6))
    )


def _leads_to_table(section: Sequence[Item], number: int) -> bool:
    """Whether a paragraph is the title of a table, "(đơn vị tính: %)" between them or not."""
    following = [item.level for item in section[number + 1 : number + 3]]
    return following[:1] == [TABLE] or following == [PARAGRAPH, TABLE]


def _names_unit(tokens: Sequence[Token]) -> bool:
    return any(
        phrase_at(tokens, at, phrase) is not None
        for at in range(min(3, len(tokens)))
        for phrase in (("don", "vi"), ("dvt",))
    )


def _lead_in(item: Item, tokens: Sequence[Token]) -> _Above:
    found = find_years(tokens)
    years = {year.value for year in found if year.value}
    unclear = any(year.doubtful for year in found)
    kinds = frozenset(find_heads(tokens))
    subjects = [one for one in find_subjects(tokens) if not kinds or one.kind in kinds]
    indicators = {one.indicator for one in subjects}
    return _Above(
        item.level,
        kinds,
        tuple(years) if len(years) == 1 else (),
        (ReviewReason.YEAR_UNCLEAR,) if unclear else (),
        subjects[0] if len(indicators) == 1 else None,
        _is_general(tokens),
        slots=_slots_of_lead_in(tokens, kinds),
        percent=any(token.is_mark("%") for token in tokens),
    )


def _slots_of_lead_in(tokens: Sequence[Token], kinds: frozenset[Kind]) -> tuple[Slot, ...]:
    """ "Thư viện cấp huyện cung cấp dịch vụ …:", the years and figures below it."""
    groups = [group for group in find_groups(tokens) if group.labels]
    if len(groups) != 1 or groups[0].unknown or groups[0].kind is None or len(kinds) != 1:
        return ()
    return (Slot((groups[0],)),)


def _context(above: Sequence[_Above], beside: _Beside) -> Context:
    kinds: frozenset[Kind] = frozenset()
    years: tuple[int, ...] = ()
    years_reasons: tuple[ReviewReason, ...] = ()
    subject: Subject | None = None
    slots: tuple[Slot, ...] = ()
    for one in above:
        slots = one.slots or (() if one.kinds else slots)
        kinds = one.kinds or kinds
        if one.years:
            years, years_reasons = one.years, one.years_reasons
        if one.subject is not None and one.subject.kind in (kinds or {one.subject.kind}):
            subject = one.subject
        elif one.kinds and subject is not None and subject.kind not in one.kinds:
            subject = None
    context = Context(
        kinds=kinds,
        years=years,
        years_reasons=years_reasons,
        subject=subject,
        slots=beside.slots or slots,
        slots_reasons=beside.slots_reasons,
        general=any(one.general for one in above),
    )
    if not years and beside.years:
        reasons = (ReviewReason.YEAR_FROM_CONTEXT, *beside.years_reasons)
        context = replace(context, years=beside.years, years_reasons=reasons)
    if subject is None and beside.subject is not None:
        context = replace(
            context,
            subject=beside.subject,
            subject_reasons=(ReviewReason.SUBJECT_FROM_CONTEXT,),
        )
    return context


def _read_item(
    text: str,
    item: Item,
    tokens: Sequence[Token],
    context: Context,
    beside: _Beside,
    targets: list[ParsedTarget],
    unread: list[Unread],
) -> _Beside:
    found = sentences(tokens)
    if context.subject is None or context.subject_reasons:
        context = _subject_of_item(found, context)
    years, years_reasons = beside.years, beside.years_reasons
    subject = beside.subject
    for sentence in found:
        reading = read_sentence(text, sentence, context)
        targets.extend(_in_order(reading.targets))
        if reading.unread is not None:
            start, end = sentence[0].start, sentence[-1].end
            unread.append(Unread(text[start:end], reading.unread, (start, end)))
        if reading.years:
            years, years_reasons = reading.years, reading.years_reasons
        subject = reading.subject or subject
        context = _after(context, reading)
    return _Beside(item.level, years, years_reasons, subject, context.slots, context.slots_reasons)


def _in_order(targets: Sequence[ParsedTarget]) -> list[ParsedTarget]:
    """Targets of one sentence by year and tier, the tiers as the national programme lists them:
    the lists of two years can then be laid side by side, however a plan orders its own.
    """
    indicators = list(dict.fromkeys(target.indicator for target in targets))

    def place(target: ParsedTarget) -> tuple[int, int, int]:
        tier = min((vocabulary.TIER_ORDER.index(tier) for tier in target.tiers), default=-1)
        return indicators.index(target.indicator), target.year, tier

    return sorted(targets, key=place)


def _subject_of_item(found: Sequence[Sequence[Token]], context: Context) -> Context:
    """One sentence of an item may name what all of them are about."""
    if len(found) < 2:
        return context
    subjects = [
        subject
        for sentence in found
        for subject in find_subjects(sentence)
        if not context.kinds or subject.kind in context.kinds
    ]
    if len({subject.indicator for subject in subjects}) != 1:
        return context
    reasons = (ReviewReason.SUBJECT_FROM_CONTEXT,)
    return replace(context, subject=subjects[0], subject_reasons=reasons)


def _after(context: Context, reading: Reading) -> Context:
    """The context of the next sentence of the same item."""
    if reading.subject is not None:
        context = replace(context, subject=reading.subject, subject_reasons=())
    if reading.slots:
        context = replace(context, slots=reading.slots, slots_reasons=reading.slots_reasons)
    elif reading.unread is not None:
        context = replace(context, slots=(), slots_reasons=())
    if reading.years:
        reasons = (ReviewReason.YEAR_FROM_CONTEXT, *reading.years_reasons)
        context = replace(context, years=reading.years, years_reasons=reasons)
    return context


def _settle(targets: Iterable[ParsedTarget], issued: int) -> list[ParsedTarget]:
    """The same target said twice is one; said with two figures it is for a person to decide, and
    so is one for a year before the plan's own.
    """
    kept: list[ParsedTarget] = []
    by_key: dict[tuple[str, tuple[str, ...], int], list[int]] = {}
    for target in targets:
        key = (target.indicator, target.tiers, target.year)
        same = by_key.setdefault(key, [])
        if any(kept[at] == target for at in same):
            continue
        if target.year < issued:
            reasons = dict.fromkeys((*target.review_reasons, ReviewReason.YEAR_UNCLEAR))
            target = replace(target, review_reasons=tuple(reasons))
        same.append(len(kept))
        kept.append(target)
    for places in by_key.values():
        if len(places) > 1:
            for at in places:
                reasons = dict.fromkeys((*kept[at].review_reasons, ReviewReason.CONFLICT))
                kept[at] = replace(kept[at], review_reasons=tuple(reasons))
    return kept
