"""Numbers and dashes that Word draws before the paragraphs of a list.

They are not in a paragraph's text: the file says which list and which level, and Word counts.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from .markup import attribute, child, children, is_on, value

_MAX_LEVELS = 9
_MAX_STYLES = 50  # one based on another
_PLACE = re.compile(r"%([1-9])")
# Symbol fonts draw their bullets from a private range.
_DASHES = "-–—+*•●○■□▪▫◦➢✓o"


@dataclass(slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False


@dataclass(slots=True)
class _List:
    abstract: str
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, _Level] = field(default_factory=dict)


class Numbering:
    """Counts along the document: ask `label` once for each paragraph, in order."""

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        self._abstract: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, _List] = {}
        self._styles: dict[str, tuple[str | None, str | None, int | None]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()
        self._default_style: str | None = None
        if styles is not None:
            self._read_styles(styles)
        if numbering is not None:
            self._read_numbering(numbering)

    def label(self, properties: etree._Element | None) -> str:
        """What stands before a paragraph with these properties: "1.2.", "a)", "-" or nothing."""
        number, level = self._place(properties)
        entry = self._lists.get(number) if number else None
        if entry is None or not 0 <= level < _MAX_LEVELS:
            return ""
        levels = self._levels(entry)
        here = levels.get(level)
        if here is None:
            return ""
        self._count(number, entry, levels, level)
        return self._text(entry, levels, level)

    def _levels(self, entry: _List) -> dict[int, _Level]:
        return {**self._abstract.get(entry.abstract, {}), **entry.levels}

    def _count(self, number: str, entry: _List, levels: dict[int, _Level], level: int) -> None:
        counts = self._counts.setdefault(entry.abstract, {})
        if level in entry.starts and (number, level) not in self._begun:
            counts[level] = entry.starts[level]
        elif level in counts:
            counts[level] += 1
        else:
            counts[level] = levels[level].start
        self._begun.add((number, level))
        for deeper in [each for each in counts if each > level]:
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or (restart and level < restart):
                del counts[deeper]

    def _text(self, entry: _List, levels: dict[int, _Level], level: int) -> str:
        here = levels[level]
        if here.form == "none":
            return ""
        if here.form == "bullet":
            mark = here.text.strip()
            return mark if len(mark) == 1 and mark in _DASHES and mark != "o" else "-"
        counts = self._counts[entry.abstract]

        def number(match: re.Match[str]) -> str:
            which = int(match.group(1)) - 1
            of = levels.get(which, _Level())
            form = "decimal" if here.legal else of.form
            return _FORMS.get(form, str)(counts.get(which, of.start))

        return _PLACE.sub(number, here.text).strip()

    def _place(self, properties: etree._Element | None) -> tuple[str | None, int]:
        """The paragraph's own list and level, else those of its style and of styles below."""
        number = level = style = None
        if properties is not None:
            number, level = _num_pr(properties)
            style = value(child(properties, "pStyle"))
        style = style or self._default_style
        seen = set()
        while style and style not in seen and len(seen) < _MAX_STYLES and None in (number, level):
            seen.add(style)
            below, of_style, at = self._styles.get(style, (None, None, None))
            number = of_style if number is None else number
            level = at if level is None else level
            style = below
        return (None if number == "0" else number), level or 0

    def _read_styles(self, styles: etree._Element) -> None:
        for style in children(styles, "style"):
            name = attribute(style, "styleId")
            if name is None:
                continue
            properties = child(style, "pPr")
            number, level = (None, None) if properties is None else _num_pr(properties)
            self._styles[name] = (value(child(style, "basedOn")), number, level)
            if attribute(style, "default") in ("1", "true") and (
                attribute(style, "type") == "paragraph"
            ):
                self._default_style = name

    def _read_numbering(self, numbering: etree._Element) -> None:
        links: dict[str, str] = {}
        by_style: dict[str, str] = {}
        for abstract in children(numbering, "abstractNum"):
            name = attribute(abstract, "abstractNumId") or ""
            self._abstract[name] = dict(_levels_of(abstract))
            if link := value(child(abstract, "numStyleLink")):
                links[name] = link
            if style := value(child(abstract, "styleLink")):
                by_style[style] = name
        for name, link in links.items():
            if link in by_style:
                self._abstract[name] = self._abstract[by_style[link]]
        for num in children(numbering, "num"):
            entry = _List(value(child(num, "abstractNumId")) or "")
            for override in children(num, "lvlOverride"):
                at = _whole(attribute(override, "ilvl"), 0)
                start = value(child(override, "startOverride"))
                if start is not None:
                    entry.starts[at] = _whole(start, 1)
                entry.levels.update(_levels_of(override))
            self._lists[attribute(num, "numId") or ""] = entry
        # A level may name the style that it numbers; the style then names the list only.
        for abstract in children(numbering, "abstractNum"):
            for level in children(abstract, "lvl"):
                style = value(child(level, "pStyle")) or ""
                below, number, at = self._styles.get(style, (None, None, None))
                entry = self._lists.get(number or "")
                if at is None and entry and entry.abstract == attribute(abstract, "abstractNumId"):
                    self._styles[style] = (below, number, _whole(attribute(level, "ilvl"), 0))


def _levels_of(parent: etree._Element) -> Iterator[tuple[int, _Level]]:
    for level in islice(children(parent, "lvl"), _MAX_LEVELS):
        restart = value(child(level, "lvlRestart"))
        yield (
            _whole(attribute(level, "ilvl"), 0),
            _Level(
                start=_whole(value(child(level, "start")), 1),
                form=value(child(level, "numFmt")) or "decimal",
                text=value(child(level, "lvlText")) or "",
                restart=None if restart is None else _whole(restart, 0),
                legal=is_on(child(level, "isLgl")),
            ),
        )


def _num_pr(properties: etree._Element) -> tuple[str | None, int | None]:
    numbers = child(properties, "numPr")
    if numbers is None:
        return None, None
    level = value(child(numbers, "ilvl"))
    return value(child(numbers, "numId")), None if level is None else _whole(level, 0)


# -- forms of numbers ----------------------------------------------------------------------------


def _letters(number: int) -> str:
    """As Word counts: a … z, aa, bb …"""
    turns, which = divmod(max(number, 1) - 1, 26)
    return chr(ord("a") + which) * min(turns + 1, 20)


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    text = ""
    for worth, sign in (
        (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
        (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
    ):  # fmt: skip
        while number >= worth:
            text, number = text + sign, number - worth
    return text


_FORMS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02d}",
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "none": lambda number: "",
}


def _whole(text: str | None, default: int) -> int:
    """Digits of a sane length as a number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else default
