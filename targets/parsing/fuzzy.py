"""How far a word on paper is from a word of the vocabulary.

Scanned plans come with the slips of optical reading: "cép huyén" for "cấp huyện", "x4" for "xã",
"thw vién", "vil trang" for "vũ trang". Words are compared without diacritics; look-alike letters
cost little, so that slips are forgiven while "tỉnh" and "xã" stay far apart.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

_VOWELS = frozenset("aeiouy")
_VOWEL_COST = 0.4
_LOOKALIKE_COST = 0.3
_DIGIT_COST = 0.1
_MERGE_COST = 0.3

_DIGITS = {
    "0": "o",
    "1": "li",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "ob",
    "7": "t",
    "8": "bs",
    "9": "gq",
}
# Pairs seen in scans, either way round: ô read as d or b, đ as p or b, ư as w, ự as y …
_LOOKALIKES = frozenset(
    frozenset(pair)
    for pair in re.findall("..", "adilijitltnmnuuvcecoeodobogogqoqhbhlrnrtftwupdbdyukhhnluiuuh")
)
_MERGES = {  # two letters on paper for one of the word, and the reverse
    ("ir", "u"), ("il", "u"), ("ii", "u"), ("ur", "u"), ("tr", "u"), ("lr", "u"), ("uw", "u"),
    ("rn", "m"), ("nn", "m"), ("vv", "w"), ("m", "un"), ("w", "uo"), ("hr", "lu"), ("cl", "d"),
}  # fmt: skip


def _substitution(seen: str, meant: str) -> float:
    if seen == meant:
        return 0.0
    if not seen.isalnum():
        return 0.2 if meant in _VOWELS else 1.0  # "s&" for "sở", "k¥" for "kỹ"
    if seen in _DIGITS:
        return _DIGIT_COST if meant in _DIGITS[seen] else 1.0
    if seen in _VOWELS and meant in _VOWELS:
        return _VOWEL_COST
    return _LOOKALIKE_COST if frozenset((seen, meant)) in _LOOKALIKES else 1.0


def _dropped(letter: str) -> float:
    """A thin stroke too many is common in scans: "tirng" for "từng"."""
    return 0.6 if letter in "ilrt'`" else 1.0


_LIMITS = {1: 0.0, 2: 0.4, 3: 0.75, 4: 1.0, 5: 1.3}


def limit(word: str) -> float:
    """Largest distance at which a word on paper may still be this word of the vocabulary."""
    return _LIMITS.get(len(word), 1.6)


@lru_cache(maxsize=65536)
def distance(seen: str, meant: str) -> float:
    """Weighted edit distance of a folded word on paper from a folded word; inf when hopeless."""
    if seen == meant:
        return 0.0
    if abs(len(seen) - len(meant)) > 2 or not seen:
        return float("inf")
    # Every operation below changes at most two letters for 0.1 or more; more than three quarters
    # of the letters changed is another word, and a quick plain distance rules that out.
    allowed = max(2, len(meant) * 3 // 4 + 1)
    if Levenshtein.distance(seen, meant, score_cutoff=allowed) > allowed:
        return float("inf")
    rows: list[list[float]] = [[float(j) for j in range(len(meant) + 1)]]
    for i in range(1, len(seen) + 1):
        row = [rows[-1][0] + _dropped(seen[i - 1])]
        for j in range(1, len(meant) + 1):
            best = min(
                rows[i - 1][j - 1] + _substitution(seen[i - 1], meant[j - 1]),
                rows[i - 1][j] + _dropped(seen[i - 1]),
                row[j - 1] + 0.9,
            )
            if i > 1 and (seen[i - 2 : i], meant[j - 1]) in _MERGES:
                best = min(best, rows[i - 2][j - 1] + _MERGE_COST)
            if j > 1 and (seen[i - 1], meant[j - 2 : j]) in _MERGES:
                best = min(best, rows[i - 1][j - 2] + _MERGE_COST)
            if i > 1 and j > 1 and (seen[i - 2 : i], meant[j - 2 : j]) in _MERGES:
                best = min(best, rows[i - 2][j - 2] + _MERGE_COST)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def same_word(seen: str, meant: str) -> bool:
    return distance(seen, meant) <= limit(meant)


def phrase_distance(
    seen: Sequence[str], meant: Sequence[str], strictness: float = 1.0
) -> float | None:
    """Sum of the words' distances if the words on paper can be this phrase, else None.

    A longer phrase forgives a bad word when the rest of it is clear; a single word is held to
    `strictness`, a share of what `limit` allows.
    """
    total = 0.0
    slack = strictness if len(meant) == 1 else 1.1 if len(meant) == 2 else 1.5
    for one, other in zip(seen, meant, strict=True):
        cost = distance(one, other)
        if cost > limit(other) * slack:
            return None
        total += cost
    letters = sum(map(len, meant))
    if len(meant) > 1 and total > 0.2 * letters:
        return None
    return total
