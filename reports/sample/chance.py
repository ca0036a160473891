"""Chance that does not change: the same words give the same number on every machine. PURE."""

from hashlib import blake2b


def chance(*words: object) -> float:
    """A number from 0 up to 1 that depends on the words alone."""
    digest = blake2b("|".join(map(str, words)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def between(low: int, high: int, *words: object) -> int:
    """A whole number from low to high, both included."""
    return low + int(chance(*words) * (high - low + 1))
