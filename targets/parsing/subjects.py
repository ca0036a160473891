"""What a sentence measures: evidence words that name an indicator."""

from collections.abc import Sequence
from dataclasses import dataclass

from . import vocabulary
from .model import Kind
from .tokens import Token, any_phrase_at, doubtful


@dataclass(frozen=True, slots=True)
class Subject:
    """Evidence of an indicator, with its first and last token."""

    first: int
    last: int
    indicator: str
    kind: Kind
    doubtful: bool = False  # a scan's recognition was not sure of its words

    @property
    def is_growth(self) -> bool:
        return self.indicator in vocabulary.GROWTH


def find_subjects(tokens: Sequence[Token]) -> list[Subject]:
    """All evidence in order, whatever the kind; the reader keeps what fits the institutions."""
    found: list[Subject] = []
    for at in range(len(tokens)):
        best: tuple[int, float, Subject] | None = None
        for kind, indicators in vocabulary.SUBJECTS.items():
            for indicator, evidence in indicators.items():
                hit = any_phrase_at(tokens, at, evidence)
                if hit and (best is None or (-hit[0], hit[1]) < best[:2]):
                    last = at + hit[0] - 1
                    unsure = doubtful(tokens, at, last)
                    best = (-hit[0], hit[1], Subject(at, last, indicator, kind, unsure))
        if best:
            found.append(best[2])
    return found
