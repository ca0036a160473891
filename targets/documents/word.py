"""Word documents (.docx): paragraphs, lists and tables in reading order.

Read from the XML itself: what was deleted under "track changes", hidden text, notes, headers and
footers are left out; text boxes follow the paragraph they hang on; Word's own list numbers are
written out. A table is a line per row, cells apart by tabs.
"""

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from .archive import Archive
from .markup import child, is_on, local, value
from .model import DocumentError, DocumentProblem
from .numbering import Numbering

_MAIN = ("word/document.xml", "word/document2.xml")
# Neither these nor what stands in them is text of the document as it reads now.
_LEFT_OUT = frozenset((
    "del", "moveFrom", "delText", "instrText", "Fallback", "pPr", "rPr", "sdtPr", "sdtEndPr",
    "tblPr", "trPr", "tcPr", "sectPr", "footnoteReference", "endnoteReference", "annotationRef",
))  # fmt: skip
_SPACES = re.compile(r"[ \t\n\r\v\f\u00a0]+")
_SPACES_IN_LINE = re.compile(r"[ \t\r\v\f]+")


def read_word(content: bytes) -> str:
    """Paragraphs apart by an empty line, table rows by a line end. Raises DocumentError."""
    archive = Archive(content)
    body = next((root for name in _MAIN if (root := archive.xml(name)) is not None), None)
    if body is None:
        raise DocumentError(DocumentProblem.DAMAGED)
    numbering = Numbering(archive.xml("word/numbering.xml"), archive.xml("word/styles.xml"))
    reader = _Reader(numbering)
    return "\n\n".join([*reader.blocks(body), *reader.rest()])


class _Reader:
    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._open: list[
            str
        ] = []  # words of a paragraph whose end was deleted: the next one goes on

    def blocks(self, element: Iterable[etree._Element]) -> Iterator[str]:
        """Paragraphs and tables below an element, each one a block of text."""
        for part in element:
            name = local(part)
            if name == "p":
                yield from self._paragraph(part)
            elif name == "tbl":
                if table := "\n".join(self._rows(part)):
                    yield table
            elif name not in _LEFT_OUT:
                yield from self.blocks(part)

    def _paragraph(self, paragraph: etree._Element) -> Iterator[str]:
        properties = child(paragraph, "pPr")
        boxes: list[etree._Element] = []
        words = "".join(self._text(paragraph, boxes))
        if not self._open and words.strip() and (label := self._numbering.label(properties)):
            words = f"{label} {words}"
        self._open.append(words)
        if not _mark_deleted(properties):
            yield from self.rest()
        for box in boxes:
            yield from self.blocks(box)

    def rest(self) -> Iterator[str]:
        """The paragraph that is open, if it has any words."""
        words = _SPACES_IN_LINE.sub(" ", "".join(self._open))
        self._open.clear()
        if words.strip():
            yield "\n".join(line.strip() for line in words.split("\n")).strip("\n")

    def _text(self, element: etree._Element, boxes: list[etree._Element]) -> Iterator[str]:
        for part in element:
            name = local(part)
            if name == "t":
                yield part.text or ""
            elif name in ("tab", "ptab"):
                yield " "
            elif name in ("br", "cr"):
                yield "\n"
            elif name == "noBreakHyphen":
                yield "-"
            elif name == "txbxContent":
                boxes.append(part)
            elif name == "r" and _is_hidden(part):
                continue
            elif name not in _LEFT_OUT:
                yield from self._text(part, boxes)

    def _rows(self, table: etree._Element) -> Iterator[str]:
        """One line per row; a table within a cell follows the row."""
        for row in _through(table, "tr"):
            if _row_deleted(row):
                continue
            cells, inner = [], []
            for cell in _through(row, "tc"):
                properties = child(cell, "tcPr")
                if _continues(properties):
                    cells.extend([""] * _columns(properties))
                    continue
                own, nested = self._cell(cell)
                # A cell across several columns keeps those after it in theirs.
                cells.extend([own, *[""] * (_columns(properties) - 1)])
                inner.extend(nested)
            if any(cells):
                yield "\t".join(cells).rstrip("\t")
            yield from inner

    def _cell(self, cell: etree._Element) -> tuple[str, list[str]]:
        parts, nested = [], []
        for part in cell:
            if local(part) == "tbl":
                nested.extend(self._rows(part))
            else:
                parts.extend(self.blocks([part]))
        return _SPACES.sub(" ", " ".join(parts)).strip(), nested


def _through(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Children of that name, also where a content control or an insertion wraps them."""
    for part in element:
        kind = local(part)
        if kind == name:
            yield part
        elif kind in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"):
            yield from _through(part, name)


def _continues(properties: etree._Element | None) -> bool:
    """Whether a cell belongs to the one above it; its text stands there."""
    merge = child(properties, "vMerge")
    return merge is not None and (value(merge) or "continue") == "continue"


def _columns(properties: etree._Element | None) -> int:
    span = value(child(properties, "gridSpan")) or "1"
    return max(1, min(int(span), 63)) if span.isascii() and span.isdigit() else 1


def _is_hidden(run: etree._Element) -> bool:
    return is_on(child(child(run, "rPr"), "vanish"))


def _row_deleted(row: etree._Element) -> bool:
    return child(child(row, "trPr"), "del") is not None


def _mark_deleted(properties: etree._Element | None) -> bool:
    mark = child(properties, "rPr")
    return any(child(mark, name) is not None for name in ("del", "moveFrom"))
