"""What a file is, told by its first bytes; its name is only asked where these say nothing."""

import re

from .model import DocumentError, DocumentProblem, Format

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*", b"\x00\x00\x00\x0cjP")
_PICTURE_SUFFIXES = (
    ".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic", ".heif", ".jp2",
)  # fmt: skip
_OTHER_SUFFIXES = (".odt", ".rtf", ".xls", ".xlsx", ".ods", ".ppt", ".pptx", ".htm", ".html")
_MARKUP = re.compile(rb"\s*(<!doctype html|<html|<\?xml|mime-version:)", re.IGNORECASE)
_NOTHING = b"\x00\t\n\v\f\r "


def format_of(content: bytes, name: str = "") -> Format:
    """TEXT, DOCX or PDF. Raises DocumentError with a code of its own for each other kind."""
    name = name.lower()
    if not content.strip(_NOTHING):
        raise DocumentError(DocumentProblem.EMPTY)
    # Readers look for the mark in the first kilobyte, and some printers write lines before it.
    if b"%PDF-" in content[:1024]:
        return Format.PDF
    if content.startswith(b"PK\x03\x04"):
        if _is_word(content):
            return Format.DOCX
        damaged = name.endswith(".docx")
        raise DocumentError(DocumentProblem.DAMAGED if damaged else DocumentProblem.FORMAT)
    if content.startswith(_OLE):
        raise DocumentError(_ole_problem(content, name))
    if _is_picture(content) or (name.endswith(_PICTURE_SUFFIXES) and b"\x00" in content):
        raise DocumentError(DocumentProblem.PICTURE)
    if name.endswith((".pdf", ".docx")):
        raise DocumentError(DocumentProblem.DAMAGED)
    if name.endswith(".doc"):
        raise DocumentError(DocumentProblem.OLD_WORD)
    if content.startswith(b"{\\rtf") or _MARKUP.match(content) or name.endswith(_OTHER_SUFFIXES):
        raise DocumentError(DocumentProblem.FORMAT)
    return Format.TEXT


def _is_word(content: bytes) -> bool:
    """The directory at the end of the archive names every part in plain bytes."""
    return b"word/document.xml" in content or b"word/document2.xml" in content


def _ole_problem(content: bytes, name: str) -> DocumentProblem:
    """Old Office files and encrypted new ones share a container; its directory is UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return DocumentProblem.ENCRYPTED
    if "WordDocument".encode("utf-16-le") in content or name.endswith((".doc", ".docx")):
        return DocumentProblem.OLD_WORD
    return DocumentProblem.FORMAT


def _is_picture(content: bytes) -> bool:
    if content.startswith(_PICTURES):
        return True
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return True
    if content[4:8] == b"ftyp":  # HEIC, AVIF
        return content[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif", b"heim")
    # A Windows bitmap names its own size.
    return content[:2] == b"BM" and int.from_bytes(content[2:6], "little") == len(content)
