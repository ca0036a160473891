"""A plan's file as text. No Django.

Text files are read here, whatever Vietnamese encoding they were saved in. Office documents and PDF
are told apart by their first bytes and refused with a code of their own.
"""

import re
import unicodedata
from enum import StrEnum

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_OFFICE = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf")
_OFFICE_SUFFIXES = (".pdf", ".docx", ".doc", ".odt", ".rtf")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


class DocumentProblem(StrEnum):
    """Why a file gives no text. Words for the screen: targets/reasons.py."""

    EMPTY = "empty"
    BINARY = "binary"
    FORMAT = "format"
    ENCODING = "encoding"


class DocumentError(ValueError):
    """The file cannot be read as a plan's text; `code` says why."""

    def __init__(self, code: DocumentProblem) -> None:
        super().__init__(code.value)
        self.code = code


def read_text(content: bytes, name: str = "") -> str:
    """Text of a file in composed form (NFC), with plain line feeds; places in it stay true.

    UTF-8 with or without byte-order mark, UTF-16, Windows-1258. Raises DocumentError for empty and
    binary files, for formats other than plain text, and for broken encodings.
    """
    if not content.strip(b"\x00\t\n\v\f\r "):
        raise DocumentError(DocumentProblem.EMPTY)
    if content.startswith(_OFFICE) or name.lower().endswith(_OFFICE_SUFFIXES):
        raise DocumentError(DocumentProblem.FORMAT)
    text = _decode(content)
    if _CONTROL.search(text):
        raise DocumentError(DocumentProblem.BINARY)
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip("\ufeff \t\n\v\f\u00a0\u200b"):
        raise DocumentError(DocumentProblem.EMPTY)
    return text


def _decode(content: bytes) -> str:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _strictly(content[len(mark) :], encoding)
    if b"\x00" in content:
        return _strictly(content, _utf_16_without_mark(content))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if _mostly_utf_8(content):
        # Read as Windows-1258 it would be letters, and the wrong ones.
        raise DocumentError(DocumentProblem.ENCODING)
    return _strictly(content, "cp1258")


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        unicode = encoding.startswith("utf")
        code = DocumentProblem.ENCODING if unicode else DocumentProblem.BINARY
        raise DocumentError(code) from error


def _utf_16_without_mark(content: bytes) -> str:
    """Line feeds and spaces are a byte and a zero; which comes first tells the order."""
    little = content[1::2].count(0)
    big = content[0::2].count(0)
    if max(little, big) < len(content) // 8 or min(little, big) * 4 > max(little, big):
        raise DocumentError(DocumentProblem.BINARY)
    return "utf-16-le" if little > big else "utf-16-be"


def _mostly_utf_8(content: bytes) -> bool:
    text = content.decode("utf-8", errors="replace")
    letters = sum(char > "\x7f" and char != "\ufffd" for char in text)
    return letters > text.count("\ufffd")
