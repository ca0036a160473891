"""What reading a document takes and gives: limits, the text with its doubts, reasons to refuse."""

from dataclasses import dataclass
from enum import StrEnum


class DocumentProblem(StrEnum):
    """Why a file gives no text. Words for the screen: targets/reasons.py."""

    EMPTY = "empty"
    BINARY = "binary"
    FORMAT = "format"
    ENCODING = "encoding"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    PICTURE = "picture"
    OLD_WORD = "old_word"
    NO_OCR = "no_ocr"
    NO_TEXT = "no_text"


class DocumentError(ValueError):
    """The file cannot be read as a plan's text; `code` says why."""

    def __init__(self, code: DocumentProblem) -> None:
        super().__init__(code.value)
        self.code = code


class Format(StrEnum):
    TEXT = "text"
    DOCX = "docx"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is accepted. The settings MAX_PLAN_BYTES and MAX_PLAN_PAGES fill it."""

    max_bytes: int = 50 * 1024 * 1024
    max_pages: int = 300

    @property
    def max_chars(self) -> int:
        """Of the text: what so many pages hold at most, where the format knows no pages."""
        return self.max_pages * 5000


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is, before it is read; `pages` is known of PDF only."""

    format: Format
    pages: int | None
    needs_ocr: bool


@dataclass(frozen=True, slots=True)
class Document:
    """Text in composed form (NFC) with plain line feeds; places in it never change.

    `page_starts`: where each page of a PDF begins, else (0,). `doubts`: spans of words that
    recognition was not sure of. `is_scan`: at least one page was read by recognition.
    """

    text: str
    page_starts: tuple[int, ...] = (0,)
    doubts: tuple[tuple[int, int], ...] = ()
    is_scan: bool = False
