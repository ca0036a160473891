"""Marking quotes in a plan's text: which part stands beside targets, and where each mark goes.

PURE: no Django. Quotes may touch, nest and overlap ("60% và đến 2030 đạt 80% trung tâm": both
figures name the same group), so the text is cut at every edge of a quote, and each piece knows
which quotes cover it and which of them end there.
"""

import re
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

# A new block: after an empty line, at a list dash, at "2.1." or "III." (OCR keeps hard line ends).
_BLOCK = re.compile(r"\n(?:[^\S\n]*\n)+|\n(?=[^\S\n]*(?:[-+•*–]\s|\d+(?:\.\d+)*\.\s|[IVX]+\.\s))")
_HEADING = re.compile(r"\s*(?:(\d+(?:\.\d+)*)\.|([IVX]+)\.)\s")
_LONGEST_HEADING = 250
# Ends of a sentence, as far as shown text goes: punctuation before a new beginning, an empty line,
# a new item of a list. Rows of a table (cells set apart by tabs) stand for themselves.
_SENTENCE = re.compile(
    r"(?<=[.;!?…])\s+(?=(?P<next>\S))|\n(?:[^\S\n]*\n)+"
    r"|\n(?=[^\S\n]*(?:[-+•*–]\s|\d+(?:\.\d+)*\.\s|[IVX]+\.\s|\w\)\s))"
    r"|\n(?=[^\n\t]*\t)"
)
_REACH = 4000  # characters around marked words in which their sentence is looked for


@dataclass(frozen=True, slots=True)
class Quote:
    """A span to mark. `key` names it; the sentence is the least text shown with it."""

    key: Hashable
    start: int
    end: int
    sentence_start: int
    sentence_end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text under the same quotes all along; `start` is its place in the text."""

    text: str
    covered_by: tuple[Hashable, ...] = ()
    ending: tuple[Hashable, ...] = ()
    start: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or heading of the text, with the quotes that begin in it, in reading order."""

    start: int
    end: int
    quotes: tuple[Quote, ...] = ()
    # 0: a paragraph. 1: "II." or "2.", 2: "2.1.", 3: "2.1.1." and deeper.
    heading: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """The text in three parts: text[:start], the blocks of the objectives, text[end:]."""

    start: int
    end: int
    blocks: tuple[Block, ...] = ()


def segments(text: str, start: int, end: int, quotes: Iterable[Quote]) -> list[Segment]:
    """text[start:end] cut at every edge of a quote. Joined, the pieces give text[start:end].

    Quotes reaching beyond the part are cut to it; empty ones are left out.
    """
    inside = [
        (q.key, max(q.start, start), min(q.end, end))
        for q in quotes
        if max(q.start, start) < min(q.end, end)
    ]
    edges = sorted({start, end, *(s for _, s, _ in inside), *(e for _, _, e in inside)})
    return [
        Segment(
            text[left:right],
            tuple(key for key, s, e in inside if s <= left and right <= e),
            tuple(key for key, _, e in inside if e == right),
            left,
        )
        for left, right in pairwise(edges)
    ]


def layout(text: str, quotes: Sequence[Quote], also: Iterable[tuple[int, int]] = ()) -> Layout:
    """The objectives of a plan as blocks: from the headings above the first quote to the last.

    `also`: further spans that belong to the objectives (sentences not read). A sentence is never
    cut: blocks it runs through become one. Without any span the layout is empty.
    """
    spans = [(min(q.start, q.sentence_start), max(q.end, q.sentence_end)) for q in quotes] + list(
        also
    )
    spans = [(max(0, s), min(len(text), e)) for s, e in spans if max(0, s) < min(len(text), e)]
    if not spans:
        return Layout(0, 0)
    pieces = _pieces(text, spans)
    first = next(i for i, (_, e) in enumerate(pieces) if e > min(s for s, _ in spans))
    last = next(i for i, (_, e) in enumerate(pieces) if e >= max(e for _, e in spans))
    while first and _heading(text[slice(*pieces[first - 1])]):
        first -= 1
    by_start = sorted(quotes, key=lambda q: (q.start, q.end))
    blocks = []
    for start, end in pieces[first : last + 1]:
        held = tuple(q for q in by_start if start <= q.start < end)
        blocks.append(Block(start, end, held, 0 if held else _heading(text[start:end])))
    return Layout(blocks[0].start, blocks[-1].end, tuple(blocks))


def _pieces(text: str, unbroken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of the blocks, covering the whole text without gap."""
    cuts = [
        m.end()
        for m in _BLOCK.finditer(text)
        if not any(start < m.end() < end for start, end in unbroken)
    ]
    edges = sorted({0, len(text), *cuts})
    return list(pairwise(edges))


def _heading(block: str) -> int:
    match = _HEADING.match(block)
    if match is None or len(block.strip()) > _LONGEST_HEADING:
        return 0
    return min(match[1].count(".") + 1, 3) if match[1] else 1


def page_at(page_starts: Sequence[int], place: int) -> int | None:
    """Number of the page, from 1, on which a place of the text stands; None without pages."""
    return max(1, bisect_right(page_starts, place)) if page_starts else None


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its ends. Raises ValueError if nothing is left of it."""
    if not 0 <= start < end <= len(text):
        raise ValueError((start, end))
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    end -= len(words) - len(words.rstrip())
    if start >= end:
        raise ValueError((start, end))
    return start, end


def places(text: str, words: str) -> list[tuple[int, int]]:
    """Every place where `words` stand in the text, letter by letter.

    White space alone is of no account: a line end of the document is a space on the screen.
    """
    parts = words.split()
    if not parts:
        return []
    return [m.span() for m in re.finditer(r"\s+".join(map(re.escape, parts)), text)]


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence that holds text[start:end], or the run of sentences that it reaches over."""
    low, high = max(0, start - _REACH), min(len(text), end + _REACH)
    cuts = [
        m.span()
        for m in _SENTENCE.finditer(text, low, high)
        # "thôn, bản, v.v. của xã", "TT. 5": no new sentence.
        if not (following := m["next"]) or not (following.islower() or following.isdigit())
    ]
    first = max((e for _, e in cuts if e <= start), default=low)
    last = min((s for s, _ in cuts if s >= end), default=high)
    first, last = trimmed(text, first, last)
    return min(first, start), max(last, end)
