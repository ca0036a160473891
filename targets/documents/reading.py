"""From a file to the text of a plan."""

import re
from collections.abc import Callable, Iterable

from . import recognition
from .formats import format_of
from .legacy import mended
from .model import Document, DocumentError, DocumentProblem, Format, Inspection, Limits
from .pdf import Page, opened
from .plain import BLANK, read_plain, tidy
from .vietnamese import looks_written
from .word import read_word

Progress = Callable[[int, int], None]
_PAGE_IMAGE_WIDTHS = (100, 2400)
# Controls, halves of pairs and code points that are no characters; databases refuse some of them.
_NO_TEXT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)


def inspect(content: bytes, name: str = "", limits: Limits | None = None) -> Inspection:
    """What a file is, how many pages it has, whether it must be recognised; quick.

    Raises DocumentError for all that cannot be read. A .txt or .docx that passes may still be
    refused when read.
    """
    limits = limits or Limits()
    _check_size(content, limits)
    form = format_of(content, name)
    if form is not Format.PDF:
        return Inspection(form, None, needs_ocr=False)
    with opened(content) as pdf:
        count, pages = pdf.survey(limits.max_pages)
        needs_ocr = any(_is_picture(page) for page in pages)
    if needs_ocr and not recognition.available():
        raise DocumentError(DocumentProblem.NO_OCR)
    return Inspection(form, count, needs_ocr)


def read_document(
    content: bytes,
    name: str = "",
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Document:
    """The text of a plan. Raises DocumentError, and nothing else, for what cannot be read.

    `progress(done, pages)` is called for each page of a PDF once it is read.
    """
    limits = limits or Limits()
    _check_size(content, limits)
    form = format_of(content, name)
    if form is Format.PDF:
        return _read_pdf(content, limits, progress)
    if form is Format.DOCX:
        words = read_word(content)
        _check_length(len(words), limits)
        return Document(tidy(mended(words)))
    # A letter takes at most four bytes: what cannot fit is not decoded first.
    _check_length(len(content) // 4, limits)
    words = read_plain(content)
    _check_length(len(words), limits)
    return Document(words)


def page_image(content: bytes, page: int, width: int) -> bytes:
    """PNG of one page (from 1) of a PDF, at most `width` pixels wide.

    Raises IndexError if there is no such page, DocumentError if it cannot be drawn.
    """
    low, high = _PAGE_IMAGE_WIDTHS
    with opened(content) as pdf:
        return pdf.picture(page - 1, max(low, min(width, high)), colours=3).png()


def _check_size(content: bytes, limits: Limits) -> None:
    if len(content) > limits.max_bytes:
        raise DocumentError(DocumentProblem.TOO_LARGE)


def _check_length(chars: int, limits: Limits) -> None:
    if chars > limits.max_chars:
        raise DocumentError(DocumentProblem.TOO_MANY_PAGES)


def _read_pdf(content: bytes, limits: Limits, progress: Progress | None) -> Document:
    parts: list[str] = []
    starts: list[int] = []
    doubts: list[tuple[int, int]] = []
    length = 0
    is_scan = False
    with opened(content) as pdf:
        count, pages = pdf.survey(limits.max_pages)
        for number, page in enumerate(_within(limits, pages)):
            if _is_picture(page):
                if not recognition.available():
                    raise DocumentError(DocumentProblem.NO_OCR)
                text, spans = recognition.read_page(pdf, number, page)
                is_scan = True
            else:
                text, spans = _own_text(page), []
            starts.append(length)
            doubts.extend((start + length, end + length) for start, end in spans)
            parts.append(f"{text}\n")
            length += len(parts[-1])
            if progress:
                progress(number + 1, count)
    text = "".join(parts)
    if not text.strip(BLANK):
        raise DocumentError(DocumentProblem.NO_TEXT)
    return Document(text, tuple(starts), tuple(doubts), is_scan)


def _within(limits: Limits, pages: Iterable[Page]) -> list[Page]:
    found, chars = [], 0
    for page in pages:
        chars += len(page.text)
        _check_length(chars, limits)
        found.append(page)
    return found


def _own_text(page: Page) -> str:
    """A page's lines; a word parted at the end of a line stays parted."""
    text = page.text.replace("\r\n", "\n").replace("\r", "\n").replace("\x02", "-")
    text = mended(_NO_TEXT.sub("", text.replace("\f", "\n")))
    return "\n".join(line.strip(" ") for line in text.split("\n")).strip("\n")


def _is_picture(page: Page) -> bool:
    """Whether a page shows its words without having them, or not for certain, as text."""
    letters = sum(char.isalpha() for char in page.text)
    if page.covered > 0.6:
        # A scan, whatever text lies beneath: the scanner's own reading, with nobody's doubts.
        return True
    if letters < 20:
        return bool(page.images and page.covered > 0.1) or page.paths > 100
    return page.unmapped * 10 > page.chars or not looks_written(page.text)
