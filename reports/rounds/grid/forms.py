"""What comes in with requests to the grid: the filter, a plain form, a block of cells as JSON."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _

from institutions.models import Kind, Tier
from institutions.names import fold
from reports.importing.reasons import Reason
from reports.rounds.checks import MAX_NOTE
from reports.rounds.entry import Entry, question_of
from reports.rounds.grid.texts import read, too_long
from targets.models import Indicator

MAX_CELLS = 5_000
"""Cells in one request. A unit of 1,000 institutions fits; more is no spreadsheet of one unit."""

MAX_TEXT = 200
"""Characters of a cell as typed. An answer is a word, a number, or a reason from the list."""

# Written one way only, so that two fields never name one cell.
_KEY = re.compile(r"([1-9][0-9]{0,17})-([1-9][0-9]{0,17})")

MISSING, RETURNED = "missing", "returned"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows to show; empty: all."""

    kind: str = ""
    tier: str = ""
    show: str = ""
    q: str = ""

    def allows(self, *, kind: str, tier: str, missing: int, returned: int, find: str) -> bool:
        return (
            self.kind in ("", kind)
            and self.tier in ("", tier)
            and (self.show != MISSING or missing > 0)
            and (self.show != RETURNED or returned > 0)
            and all(word in find for word in fold(self.q).split())
        )


class FilterForm(forms.Form):
    """The filter of the address. Anything that is no choice is passed over."""

    kind = forms.ChoiceField(required=False, choices=Kind)
    tier = forms.ChoiceField(required=False, choices=Tier)
    show = forms.ChoiceField(
        required=False,
        choices=[(MISSING, _("Only what is missing")), (RETURNED, _("Only what was returned"))],
    )
    q = forms.CharField(required=False, max_length=100)

    @property
    def filter(self) -> Filter:
        self.is_valid()
        return Filter(**{name: self.cleaned_data.get(name, "") for name in self.fields})


class Malformed(ValueError):
    """The request is not one that the grid sends."""


@dataclass(frozen=True, slots=True)
class Typed:
    """One cell as it was sent: what can be saved (`entry`), or why it cannot be read."""

    line: int
    indicator: int
    text: str
    entry: Entry | None
    unread: tuple[Reason, ...] = ()
    explanation: str | None = None

    @property
    def key(self) -> str:
        return f"{self.line}-{self.indicator}"


def _typed(
    indicators: Mapping[int, Indicator],
    line: int,
    indicator_id: int,
    text: str,
    version: int,
    *,
    note: str | None = None,
    evidence: str | None = None,
    explanation: str | None = None,
) -> Typed:
    indicator = indicators.get(indicator_id)
    if indicator is None:
        raise Malformed("no question of this round")
    cell, wrong = read(text, question_of(indicator))
    wrong = [*wrong, *too_long(note, evidence, explanation)]
    if cell is None or wrong:
        return Typed(line, indicator_id, text, None, tuple(wrong), explanation)
    if note is not None:
        cell = type(cell)(cell.state, cell.count, cell.na_reason, note.strip())
    evidence = None if evidence is None else evidence.strip()
    entry = Entry(line, indicator, cell, version, evidence, keeps_note=note is None)
    return Typed(line, indicator_id, text, entry, explanation=explanation)


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise Malformed("no whole number")
    return value


def _text(value: object, most: int) -> str:
    """A text, cut one character after the most: what is too long is refused for itself, in words,
    and holds no other cell of the request back."""
    if not isinstance(value, str):
        raise Malformed("no text")
    return storable(value.strip()[: most + 1])


def storable(text: str) -> str:
    """A text without what no database keeps: the character NUL, and halves of a character."""
    return text.replace("\0", "").encode(errors="replace").decode()


# JSON -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """A request of the script: cells that changed. `user` is who typed them.

    `fresh` asks for totals and findings as well: the script has nothing more to send.
    """

    user: int
    reason: str
    fresh: bool
    cells: tuple[Typed, ...]


def read_block(body: bytes, indicators: Collection[Indicator]) -> Block:
    """The cells of a request, the last one of each key. Raises Malformed."""
    known = {indicator.pk: indicator for indicator in indicators}
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("no JSON") from None
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        raise Malformed("no cells")
    if not len(data["cells"]) <= MAX_CELLS:
        raise Malformed("too many cells")
    cells: dict[str, Typed] = {}
    for each in data["cells"]:
        if not isinstance(each, dict):
            raise Malformed("no cell")
        typed = _typed(
            known,
            _number(each.get("line")),
            _number(each.get("indicator")),
            _text(each.get("text"), MAX_TEXT),
            _number(each.get("version")),
            **{
                name: None if each.get(name) is None else _text(each[name], MAX_NOTE)
                for name in ("note", "evidence", "explanation")
            },
        )
        cells[typed.key] = typed
    return Block(
        _number(data.get("user")),
        _text(data.get("reason", ""), MAX_NOTE)[:MAX_NOTE],
        data.get("fresh") is True,
        tuple(cells.values()),
    )


# The plain form ---------------------------------------------------------------------------------


def read_form(data: Mapping[str, str], indicators: Collection[Indicator]) -> list[Typed]:
    """The cells that the person changed in one section. Raises Malformed."""
    known = {indicator.pk: indicator for indicator in indicators}
    try:
        seen = json.loads(data.get("seen", ""))
        versions = {key: _number(pair[0]) for key, pair in seen.items()}
        texts = {key: _text(pair[1], MAX_TEXT) for key, pair in seen.items()}
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError):
        raise Malformed("what was seen cannot be read") from None
    found = []
    for name, content in data.items():
        if not name.startswith("c-"):
            continue
        key, text = name[2:], _text(content, MAX_TEXT)
        if not (named := _KEY.fullmatch(key)):
            raise Malformed("no cell")
        line, indicator = named.groups()
        if text != texts.get(key, ""):
            found.append(_typed(known, int(line), int(indicator), text, versions.get(key, 0)))
    return found
