"""Text cut into words, numbers and marks that know their place."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from institutions.names import fold

from . import fuzzy, vocabulary
from .model import Span

# A word may hold digits and symbols ("x4", "s&", "16p"): scans do that. Percent signs, brackets,
# stops and dashes stand alone.
_TOKEN = re.compile(
    # footnote marks: "70%(1)", "cấp huyện[2]", "40%¹", "(*)"
    r"(?P<note>(?<=[^\s\d(])\(\d{1,2}\)(?!\s*%)|\[\d{1,2}\]|\(\*{1,3}\)|[\u00b9\u00b2\u00b3\u2070-\u2079]+)"
    r"|(?P<number>\d+(?:[.,]\d+)*(?![^\W_]|[\u0300-\u036f&¢¥@$|]))"
    r"|(?P<word>[^\W_][^\W_\u2028\u00b9\u00b2\u00b3\u2070-\u2079]*(?:[\u0300-\u036f&¢¥@$|'’]+[^\W_]*)*)"
    r"|(?P<mark>[^\s])"
)
_GLUED_YEAR = re.compile(r"([^\W\d_][^\W\d_\u0300-\u036f]*)(20\d\d)|(20\d\d)([^\W\d_].*)")
_GLUED_FIGURE = re.compile(r"([^\W\d_]{2,}[\u0300-\u036f]*)(\d{1,3})")
STRICT, LOOSE = 0.35, 1.0  # for single words: common ones are easily mistaken for each other
_PERCENT_SIGNS = frozenset("%٪％℅")


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or mark; `folded` is what readings compare, start and end its place."""

    kind: str
    folded: str
    raw: str
    start: int
    end: int
    doubt: bool = False  # a scan's recognition was not sure of it

    @property
    def is_word(self) -> bool:
        return self.kind == "word"

    @property
    def is_number(self) -> bool:
        return self.kind == "number"

    def is_mark(self, marks: str) -> bool:
        return self.kind == "mark" and self.folded in marks


class Doubts:
    """Stretches of the text that may be misread, in any order."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in sorted(span for span in spans if span[0] < span[1]):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.starts.append(start)
                self.ends.append(end)

    def __bool__(self) -> bool:
        return bool(self.starts)

    def touch(self, start: int, end: int) -> bool:
        """Whether a doubt lies on any letter from start to end - 1."""
        at = bisect_right(self.starts, end - 1)
        return at > 0 and self.ends[at - 1] > start


NO_DOUBTS = Doubts()


def doubtful(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether one of the tokens from first to last, both included, may be misread."""
    return any(token.doubt for token in tokens[first : last + 1])


def tokenize(
    text: str, span: Span, skip: Sequence[Span] = (), doubts: Doubts = NO_DOUBTS
) -> list[Token]:
    """Tokens of a stretch of text, without those inside `skip` (page numbers and the like)."""
    tokens = _tokenize(text, span, skip)
    if not doubts:
        return tokens
    return [
        replace(token, doubt=True) if doubts.touch(token.start, token.end) else token
        for token in tokens
    ]


def _tokenize(text: str, span: Span, skip: Sequence[Span]) -> list[Token]:
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text, *span):
        start, end = match.span()
        if any(first <= start < last for first, last in skip):
            continue
        kind = match.lastgroup or "mark"
        if kind == "note":
            continue
        if kind == "word":
            tokens.extend(_split_word(text, start, end))
        elif kind == "mark" and match.group() in _PERCENT_SIGNS:
            tokens.append(Token("mark", "%", match.group(), start, end))
        elif kind == "mark" and unicodedata.combining(match.group()):
            continue
        else:
            tokens.append(Token(kind, match.group(), match.group(), start, end))
    return tokens


def _split_word(text: str, start: int, end: int) -> Iterator[Token]:
    raw = text[start:end]
    if glued := _GLUED_YEAR.fullmatch(raw):
        cut = start + (glued.end(1) if glued.group(1) else glued.end(3))
        kinds = ("word", "number") if glued.group(1) else ("number", "word")
        yield from (
            Token(kind, fold(text[a:b]), text[a:b], a, b)
            for kind, (a, b) in zip(kinds, ((start, cut), (cut, end)), strict=True)
        )
        return
    glued = _GLUED_FIGURE.fullmatch(raw)
    if glued and text[end : end + 2].lstrip()[:1] in _PERCENT_SIGNS and text[end : end + 1]:
        cut = start + glued.end(1)
        yield Token("word", fold(text[start:cut]), text[start:cut], start, cut)
        yield Token("number", text[cut:end], text[cut:end], cut, end)
        return
    folded = fold(raw)
    parts = _unglue(folded) if len(folded) > 4 else (folded,)
    if len(parts) == 1:
        yield Token("word", folded, raw, start, end)
        return
    places = [start + i for i, char in enumerate(raw) if not unicodedata.combining(char)]
    places.append(end)
    at = 0
    for part in parts:
        a, b = places[at], places[at + len(part)]
        yield Token("word", part, text[a:b], a, b)
        at += len(part)


@lru_cache(maxsize=65536)
def _unglue(folded: str) -> tuple[str, ...]:
    """Words of the vocabulary run together: "capxa" -> cap, xa. Otherwise the word itself."""
    if folded in vocabulary.WORDS or len(folded) > 30:
        return (folded,)
    best: list[tuple[str, ...] | None] = [()] + [None] * len(folded)
    for end in range(2, len(folded) + 1):
        for start in range(max(0, end - 7), end - 1):
            head = best[start]
            if head is None or folded[start:end] not in vocabulary.WORDS:
                continue
            if best[end] is None or len(head) + 1 < len(best[end] or ()):
                best[end] = (*head, folded[start:end])
    return best[-1] or (folded,)


def phrase_at(
    tokens: Sequence[Token], at: int, phrase: Sequence[str], strictness: float = 1.0
) -> float | None:
    """Distance of the words standing at `at` from a phrase; None if they are something else."""
    stretch = tokens[at : at + len(phrase)]
    if len(stretch) < len(phrase) or not all(token.is_word for token in stretch):
        return None
    return fuzzy.phrase_distance([token.folded for token in stretch], phrase, strictness)


def any_phrase_at(
    tokens: Sequence[Token],
    at: int,
    phrases: tuple[vocabulary.Phrase, ...],
    strictness: float = STRICT,
) -> tuple[int, float] | None:
    """(length, distance) of the best of several phrases at `at`: longest first, then nearest."""
    best: tuple[int, float] | None = None
    if at >= len(tokens) or not tokens[at].is_word:
        return None
    for phrase in _beginning_with(tokens[at].folded, phrases):
        cost = phrase_at(tokens, at, phrase, strictness)
        if cost is not None and (best is None or (-len(phrase), cost) < (-best[0], best[1])):
            best = (len(phrase), cost)
    return best


@lru_cache(maxsize=65536)
def _beginning_with(
    word: str, phrases: tuple[vocabulary.Phrase, ...]
) -> tuple[vocabulary.Phrase, ...]:
    """The phrases whose first word this may be: most words on paper begin none of them."""
    return tuple(
        phrase
        for phrase in phrases
        if fuzzy.distance(word, phrase[0]) <= fuzzy.limit(phrase[0]) * 1.5
    )
