"""Scanned pages through Tesseract, each read twice.

A digit read wrong and believed is the worst that can happen to a plan. One reading is sure of
nearly everything, also of what it gets wrong; but drawn at another size, a page is cut and weighed
anew, and a wrong digit seldom comes out wrong in the same way. So the text is that of the first
reading, and figures on which the second one differs, or which the first was not sure of, are
doubts.
"""

import os
import re
import shutil
import subprocess
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .model import DocumentError, DocumentProblem
from .pdf import Page, Pdf, Picture

# Pixels of an A4 page's long side: 300 dpi, where Tesseract reads best, and 200 dpi.
_FIRST = 3508
_SECOND = 2339
_A4_LONG = 842
# A page set larger than A4 gets more pixels; one far from any paper's size is a picture's own.
_PAPER = (600, 1250)
_SECONDS = 120
# Percent. Figures read rightly score 90 and more; letters count only where hardly legible.
_SURE_OF_FIGURE = 75
_SURE_OF_WORD = 30
_SIGNS = re.compile(r"\d+(?:[.,]\d+)*|%")
# One or two whole percentages; no plan sets 0 % or 070 %.
_PERCENTAGES = re.compile(r"""["“(+-]*(?:[1-9]\d*(?:[.,]\d+)?%?-)?[1-9]\d*(?:[.,]\d+)?%[^\w%]*""")
_LABEL = re.compile(r"[a-zđ]{1,3}[.)]")
_FIGURE_LIKE = re.compile(r"[\d%]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word as read, its line, its box as parts of the page, and how sure it was (0-100)."""

    text: str
    line: tuple[int, int, int]  # block, paragraph, line
    left: float
    top: float
    right: float
    bottom: float
    sure: float

    def covers(self, other: "Word") -> bool:
        """Whether both stand in the same place, by a good part of the smaller one."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return (
            wide > 0.3 * min(self.right - self.left, other.right - other.left)
            and high > 0.3 * min(self.bottom - self.top, other.bottom - other.top)
        )  # fmt: skip


@cache
def command() -> str | None:
    """Path of Tesseract; None if it or its Vietnamese is not installed."""
    path = shutil.which("tesseract")
    if path is None:
        return None
    try:
        done = subprocess.run(
            [path, "--list-langs"], stdin=subprocess.DEVNULL, capture_output=True, timeout=20,
            check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return path if b"vie" in done.stdout.split() else None


def available() -> bool:
    return command() is not None


def read_page(pdf: Pdf, number: int, page: Page) -> tuple[str, list[tuple[int, int]]]:
    """Text of a page and the doubtful spans in it.

    Raises DocumentError if Tesseract gives up: a page must not be lost without a word.
    """
    first = words_of(pdf.picture(number, _width(page, _FIRST)))
    if first is None:
        raise DocumentError(DocumentProblem.NO_TEXT)
    if not first:
        return "", []
    second = words_of(pdf.picture(number, _width(page, _SECOND)))
    return written(first, doubtful(first, second or []))


def _width(page: Page, long_side: int) -> int:
    """Pixels across, so that letters come out as large as on A4, whatever size the page claims."""
    claimed = max(page.width, page.height)
    low, high = _PAPER
    if low <= claimed <= high:
        long_side = round(long_side * claimed / _A4_LONG)
    return max(1, round(long_side * page.width / max(claimed, 1)))


def words_of(picture: Picture) -> list[Word] | None:
    """All words on a picture in reading order; None if Tesseract failed or took too long."""
    path = command()
    if path is None:
        raise DocumentError(DocumentProblem.NO_OCR)
    dpi = max(70, round(max(picture.width, picture.height) * 300 / _FIRST))
    try:
        done = subprocess.run(
            [path, "stdin", "stdout", "-l", "vie", "--psm", "3", "--dpi", str(dpi), "tsv"],
            input=picture.pnm(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            # More threads are slower, and take the other pages' cores.
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired:
        return None
    except OSError as error:
        raise DocumentError(DocumentProblem.NO_OCR) from error
    if done.returncode:
        return None
    return list(_words(done.stdout.decode("utf-8", errors="replace"), picture))


def _words(table: str, picture: Picture) -> Iterator[Word]:
    for row in table.split("\n"):
        cells = row.split("\t")
        if len(cells) != 12 or cells[0] != "5" or not cells[11].strip():
            continue
        block, paragraph, line = (int(cell) for cell in cells[2:5])
        left, top, width, height = (int(cell) for cell in cells[6:10])
        yield Word(
            text=unicodedata.normalize("NFC", cells[11].strip()),
            line=(block, paragraph, line),
            left=left / picture.width,
            top=top / picture.height,
            right=(left + width) / picture.width,
            bottom=(top + height) / picture.height,
            sure=float(cells[10]),
        )


def doubtful(first: list[Word], second: list[Word]) -> set[int]:
    """Places in `first` of words that cannot be relied on."""
    doubts = {place for place in range(len(first)) if _is_weak(first, place)}
    for mine, theirs in _in_the_same_place(first, second):
        if _signs(first, mine) != _signs(second, theirs):
            doubts.update(mine)
    # A figure that the first reading did not see at all: what stands beside it is in doubt.
    for word in second:
        if _FIGURE_LIKE.search(word.text) and not any(word.covers(mine) for mine in first):
            doubts.update(_beside(word, first))
    return doubts


def _is_weak(words: list[Word], place: int) -> bool:
    """Whether a reading alone says that a word is in doubt."""
    word = words[place]
    if not _FIGURE_LIKE.search(word.text):
        return word.sure < _SURE_OF_WORD
    if word.sure < _SURE_OF_FIGURE:
        return True
    if word.text.startswith("%"):
        return not (place and words[place - 1].text[-1].isdigit())
    return "%" in word.text and not _PERCENTAGES.fullmatch(word.text)


def _signs(words: list[Word], places: list[int]) -> list[str]:
    return _SIGNS.findall(" ".join(words[place].text for place in places))


def _in_the_same_place(
    first: list[Word], second: list[Word]
) -> Iterator[tuple[list[int], list[int]]]:
    """Groups of words that cover each other: readings often part or join words differently."""
    rows: dict[int, list[int]] = defaultdict(list)
    for place, word in enumerate(second):
        for row in range(int(word.top * 100), int(word.bottom * 100) + 1):
            rows[row].append(place)
    group_of: dict[int, int] = {}
    groups: dict[int, tuple[list[int], list[int]]] = {}
    for place, word in enumerate(first):
        near = {
            other
            for row in range(int(word.top * 100), int(word.bottom * 100) + 1)
            for other in rows[row]
        }
        met = [other for other in sorted(near) if word.covers(second[other])]
        group: tuple[list[int], list[int]] = ([place], [])
        for known in {group_of[other] for other in met if other in group_of}:
            mine, theirs = groups.pop(known)
            group[0].extend(mine)
            group[1].extend(theirs)
        group[1].extend(other for other in met if other not in group_of)
        for other in group[1]:
            group_of[other] = place
        groups[place] = group
    for mine, theirs in groups.values():
        yield sorted(mine), sorted(theirs)


def _beside(word: Word, first: list[Word]) -> Iterator[int]:
    """The nearest word on either side, on the same line."""
    middle = (word.top + word.bottom) / 2
    on_line = [
        (other.left, place)
        for place, other in enumerate(first)
        if other.top <= middle <= other.bottom
    ]
    before = [each for each in on_line if each[0] <= word.left]
    after = [each for each in on_line if each[0] > word.left]
    if before:
        yield max(before)[1]
    if after:
        yield min(after)[1]


def written(words: list[Word], doubts: set[int]) -> tuple[str, list[tuple[int, int]]]:
    """Words as text: a line end after each line, an empty line after each paragraph."""
    text, spans = "", []
    for place, word in enumerate(words):
        if place:
            text += _between(words[place - 1], word)
        start = len(text)
        text += word.text
        if place in doubts:
            spans.append((start, len(text)))
    return text, spans


def _between(before: Word, word: Word) -> str:
    if before.line == word.line:
        return " "
    if before.line[:2] == word.line[:2]:
        return "\n"
    # A short line looks like the end of a paragraph; small letters tell that it goes on.
    goes_on = word.text[0].islower() and not before.text.endswith((".", ";", ":"))
    return "\n" if goes_on and not _LABEL.match(word.text) else "\n\n"
