"""Which institution a row of a file means.

PURE: no Django. By its code; by a code that a spreadsheet spoiled, if exactly one institution
fits; without a code by name, tier and commune. What is doubtful is offered for choice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from rapidfuzz import fuzz, process

from reports.importing.cells import bare
from reports.importing.matching import MatchedRow
from reports.importing.reasons import Reason, Why

# Looking for what is near costs a pass over the roster: not for each of 10,000 wrong rows.
_MOST_SEARCHES = 50
_OFFERED = 6
_NEAR_NAME, _NEAR_CODE = 80, 85

_SCIENTIFIC = re.compile(r"([0-9])(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−_", "-"))
_IN_WORDS = {
    "tv": "thu vien",
    "nvh": "nha van hoa",
    "ttvh": "trung tam van hoa",
    "ttvhtt": "trung tam van hoa the thao",
    "tt": "trung tam",
    "bt": "bao tang",
    "vh": "van hoa",
    "h": "huyen",
    "x": "xa",
    "p": "phuong",
    "tx": "thi xa",
    "tp": "thanh pho",
    "ttr": "thi tran",
}
_OF_PLACES = ("xa ", "phuong ", "thi tran ", "huyen ", "thi xa ", "thanh pho ", "dac khu ")


class How(StrEnum):
    """How a row found its institution."""

    CODE = "code"
    REPAIRED = "repaired"
    NAME = "name"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Known:
    """One institution of the unit, as far as rows are matched with it."""

    code: str
    name: str
    tier: str = ""
    commune: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The institution of a row, or the reasons why there is none and what it could be."""

    code: str = ""
    how: How = How.CODE
    reasons: tuple[Reason, ...] = ()
    candidates: tuple[str, ...] = ()


def words_of(name: str) -> str:
    """A name for comparison: "TV. H. An Bình" -> "thu vien huyen an binh"."""
    return " ".join(_IN_WORDS.get(word, word) for word in bare(name).split())


def _place(name: str) -> str:
    words = words_of(name)
    for kind in _OF_PLACES:
        words = words.removeprefix(kind)
    return words


def _code(text: str) -> str:
    """A code for comparison: no case, no spaces, one kind of dash."""
    text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return "".join(text.split()).casefold()


@dataclass(slots=True)
class Roster:
    """The institutions of a unit, prepared for looking them up."""

    lines: Iterable[Known]
    foreign: frozenset[str] = frozenset()
    # Label of a tier, as `bare` writes it -> tier.
    tiers: Mapping[str, str] = field(default_factory=dict)
    _exact: dict[str, Known] = field(default_factory=dict)
    _by_code: dict[str, Known] = field(default_factory=dict)
    _foreign: set[str] = field(default_factory=set)
    # Made when the first row asks for them: most files name every institution by its code.
    _names: dict[str, list[Known]] | None = None
    _numbers: dict[int, list[Known]] | None = None
    _searches: int = 0

    def __post_init__(self) -> None:
        self._exact = {known.code: known for known in self.lines}
        self._by_code = {_code(code): known for code, known in self._exact.items()}
        self._foreign = {_code(code) for code in self.foreign}

    @property
    def _by_name(self) -> dict[str, list[Known]]:
        if self._names is None:
            self._names = {}
            for known in self._exact.values():
                self._names.setdefault(words_of(known.name), []).append(known)
        return self._names

    @property
    def _by_number(self) -> dict[int, list[Known]]:
        if self._numbers is None:
            self._numbers = {}
            for code, known in self._exact.items():
                if code.isascii() and code.isdigit() and len(code) < 40:
                    self._numbers.setdefault(int(code), []).append(known)
        return self._numbers

    def find(self, row: MatchedRow, chosen: str | None = None) -> Found:
        """The institution of `row`. `chosen` is the code that its sender named, if any."""
        if chosen and (known := self._by_code.get(_code(chosen))):
            return Found(known.code, How.CHOSEN)
        if row.code:
            return self._by_written_code(row)
        return self._by_written_name(row) if row.name else Found()

    def _by_written_code(self, row: MatchedRow) -> Found:
        if known := self._exact.get(row.code):
            return self._unless_contradicted(row, known)
        key = _code(row.code)
        if known := self._by_code.get(key):
            return self._unless_contradicted(row, known)
        if key in self._foreign:
            return Found(reasons=(Reason(Why.FOREIGN_INSTITUTION),))
        fitting = self._spoiled(key)
        if len(fitting) > 1 and row.name:
            fitting = [k for k in fitting if words_of(k.name) == words_of(row.name)] or fitting
        if len(fitting) == 1:
            found = self._unless_contradicted(row, fitting[0])
            return found if found.reasons else Found(found.code, How.REPAIRED)
        if fitting:
            return _doubtful(fitting)
        near = self._near(row)
        hint = near[0] if near else None
        return Found(
            reasons=(
                Reason(
                    Why.UNKNOWN_INSTITUTION,
                    f"{hint.code}, {hint.name}" if hint else "",
                    hint.code if hint else "",
                ),
            ),
            candidates=tuple(known.code for known in near),
        )

    def _unless_contradicted(self, row: MatchedRow, known: Known) -> Found:
        """A column sorted by itself puts every name beside another's code."""
        if not row.name or row.name == known.name:
            return Found(known.code)
        words = words_of(row.name)
        others = self._by_name.get(words, ())
        if not others or known in others:
            return Found(known.code)
        return Found(
            reasons=(Reason(Why.NAME_CONTRADICTS, known.name, known.name),),
            candidates=(known.code, *(other.code for other in others[: _OFFERED - 1])),
        )

    def _spoiled(self, key: str) -> list[Known]:
        """Who a code could be that lost its leading zeros, or was rounded to 1.2E+05."""
        if key.isascii() and key.isdigit() and len(key) < 40:
            return self._by_number.get(int(key), [])
        if not (written := _SCIENTIFIC.fullmatch(key)):
            return []
        digits = len(written[2] or "")
        try:
            meant = Decimal(key.replace(",", "."))
        except InvalidOperation:
            return []
        return [
            known
            for number, several in self._by_number.items()
            if Decimal(f"{Decimal(number):.{digits}E}") == meant
            for known in several
        ]

    def _by_written_name(self, row: MatchedRow) -> Found:
        fitting = self._narrowed(self._by_name.get(words_of(row.name), []), row)
        if len(fitting) == 1:
            return Found(fitting[0].code, How.NAME)
        if fitting:
            return _doubtful(fitting)
        near = self._near(row)
        return Found(
            reasons=(Reason(Why.DOUBTFUL_INSTITUTION if near else Why.UNKNOWN_INSTITUTION),),
            candidates=tuple(known.code for known in near),
        )

    def _narrowed(self, fitting: list[Known], row: MatchedRow) -> list[Known]:
        """Those of the row's tier and commune, where it names them."""
        if tier := self.tiers.get(bare(row.tier)):
            fitting = [known for known in fitting if known.tier in ("", tier)]
        if row.commune:
            place = _place(row.commune)
            fitting = [k for k in fitting if not k.commune or _place(k.commune) == place]
        return fitting

    def _near(self, row: MatchedRow) -> list[Known]:
        """Whom the row could mean, the likeliest first."""
        self._searches += 1
        if self._searches > _MOST_SEARCHES:
            return []
        found: dict[str, Known] = {}
        if row.name:
            exact = self._narrowed(self._by_name.get(words_of(row.name), []), row)
            names = process.extract(
                words_of(row.name),
                self._by_name.keys(),
                scorer=fuzz.token_sort_ratio,
                score_cutoff=_NEAR_NAME,
                limit=_OFFERED,
            )
            likely = [known for name, *_rest in names for known in self._by_name[name]]
            for known in (*exact, *self._narrowed(likely, row)):
                found.setdefault(known.code, known)
        if row.code:
            codes = process.extract(
                _code(row.code),
                self._by_code.keys(),
                scorer=fuzz.ratio,
                score_cutoff=_NEAR_CODE,
                limit=_OFFERED,
            )
            for code, *_rest in codes:
                found.setdefault(self._by_code[code].code, self._by_code[code])
        return list(found.values())[:_OFFERED]


def _doubtful(fitting: list[Known]) -> Found:
    return Found(
        reasons=(Reason(Why.DOUBTFUL_INSTITUTION),),
        candidates=tuple(known.code for known in fitting[:_OFFERED]),
    )
