"""Plain text files, whatever Vietnamese encoding they were saved in."""

import re
import unicodedata

from .legacy import decoded, mended
from .model import DocumentError, DocumentProblem

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
BLANK = "\ufeff \t\n\v\f\u00a0\u200b"


def read_plain(content: bytes) -> str:
    """Text of a plain text file. Raises DocumentError for binary files and broken encodings."""
    text = _decode(content)
    if _CONTROL.search(text):
        raise DocumentError(DocumentProblem.BINARY)
    return tidy(text)


def tidy(text: str) -> str:
    """Composed form with plain line feeds. Raises DocumentError if nothing is left to read."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip(BLANK):
        raise DocumentError(DocumentProblem.EMPTY)
    return text


def _decode(content: bytes) -> str:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return mended(_strictly(content[len(mark) :], encoding))
    if b"\x00" in content:
        return mended(_strictly(content, _utf_16_without_mark(content)))
    try:
        return mended(content.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    if _mostly_utf_8(content):
        # Read as Windows-1258 it would be letters, and the wrong ones.
        raise DocumentError(DocumentProblem.ENCODING)
    text = decoded(content)
    if text is None:
        raise DocumentError(DocumentProblem.ENCODING)
    return text


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(DocumentProblem.ENCODING) from error


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
