"""What a file is, by its bytes: names lie, and Excel itself saves pages of HTML as .xls.

PURE: no Django.
"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib

from institutions.sheets.book import FileProblem, Format, Limits, UnreadableFile

_CHUNK = 64 * 1024
_MOST_PARTS = 5_000
_HARMLESS, _MOST_TIMES = 20_000_000, 150
# What zipfile and its unpackers raise on torn bytes: it believes offsets, names and versions
# (ValueError, OverflowError, RuntimeError), and what a part says of the memory it takes.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, KeyError, ValueError,
    OverflowError, RuntimeError, MemoryError,
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What people send by mistake; the names are shown to them.
_NOT_TABLES = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"{\\rtf", "RTF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"MZ", "EXE"),
    (b"SQLite format 3\0", "SQLite"),
    (b"\0\x01\0\0Standard ", "Access"),
)
# Excel before 5.0: a stream of records without a container.
_OLD_EXCEL = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")


def recognise(content: bytes) -> Format:
    """The format of `content`. Raises UnreadableFile for what is no spreadsheet, or one of a kind
    that is not read, or torn so that not even this can be told."""
    if content.startswith(b"PK"):
        return _in_zip(content)
    if content.startswith(_OLE):
        return _in_ole(content)
    for magic, name in _NOT_TABLES:
        # Two letters may begin a table of text; then no NUL follows.
        if content.startswith(magic) and (len(magic) > 2 or b"\0" in content[:64]):
            raise UnreadableFile(FileProblem.NOT_A_TABLE, name)
    if content.startswith(_OLD_EXCEL):
        raise UnreadableFile(FileProblem.OTHER_SPREADSHEET, "Excel 4")
    beginning = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if beginning.startswith((b"mime-version:", b"from:")) and b"multipart/related" in beginning:
        raise UnreadableFile(FileProblem.OTHER_SPREADSHEET, "MHTML")
    if beginning.startswith(b"<?xml") and b"office:spreadsheet" in beginning:
        raise UnreadableFile(FileProblem.OTHER_SPREADSHEET, "XML 2003")
    if re.match(rb"(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body|meta|table|div|style)\b",
                beginning, re.DOTALL):  # fmt: skip
        raise UnreadableFile(FileProblem.OTHER_SPREADSHEET, "HTML")
    if beginning.startswith(b"<?xml"):
        raise UnreadableFile(FileProblem.NOT_A_TABLE, "XML")
    return Format.TEXT


def _in_zip(content: bytes) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            is_locked = any(part.flag_bits & 1 for part in parts)
            kind = b""
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                kind = archive.read("mimetype")
            manifest = b""
            if "META-INF/manifest.xml" in names and not is_locked:
                with archive.open("META-INF/manifest.xml") as stream:
                    manifest = stream.read(_CHUNK)
    except _BROKEN:
        raise UnreadableFile(FileProblem.DAMAGED) from None
    if len(parts) > _MOST_PARTS:
        raise UnreadableFile(FileProblem.TOO_LARGE_UNPACKED)
    if is_locked or b"encryption-data" in manifest:
        raise UnreadableFile(FileProblem.ENCRYPTED)
    lower = {name.lower() for name in names}
    if "xl/workbook.bin" in lower:
        raise UnreadableFile(FileProblem.OTHER_SPREADSHEET, "XLSB")
    if any(name.startswith("xl/") for name in lower):
        return Format.XLSX
    if b"opendocument.spreadsheet" in kind or (not kind and "content.xml" in lower):
        return Format.ODS
    for part, name in (("word/", "Word"), ("ppt/", "PowerPoint"), ("content.xml", "ODT")):
        if any(found.startswith(part) for found in lower):
            raise UnreadableFile(FileProblem.NOT_A_TABLE, name)
    raise UnreadableFile(FileProblem.NOT_A_TABLE, "ZIP")


def _in_ole(content: bytes) -> Format:
    def holds(name: str) -> bool:
        return name.encode("utf-16-le") + b"\0\0" in content

    if holds("EncryptedPackage"):
        raise UnreadableFile(FileProblem.ENCRYPTED)
    if holds("Workbook") or holds("Book") or holds("WORKBOOK") or holds("BOOK"):
        return Format.XLS
    if holds("WordDocument"):
        raise UnreadableFile(FileProblem.NOT_A_TABLE, "Word")
    if holds("PowerPoint Document"):
        raise UnreadableFile(FileProblem.NOT_A_TABLE, "PowerPoint")
    raise UnreadableFile(FileProblem.DAMAGED)


class Package:
    """A zipped workbook. All that is unpacked counts, so that a bomb stops at the limit."""

    def __init__(self, content: bytes, limits: Limits):
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except _BROKEN:
            raise UnreadableFile(FileProblem.DAMAGED) from None
        self._limit = min(limits.max_unpacked, max(_HARMLESS, _MOST_TIMES * len(content)))
        self._left = self._limit
        # Windows programs disagree about capitals in the names of parts.
        self._names = {name.lower(): name for name in self._archive.namelist()}

    def has(self, name: str) -> bool:
        return name.lower() in self._names

    def chunks(self, name: str, *, is_counted: bool = True):
        """The bytes of a part, piece by piece. Raises UnreadableFile if it is torn or missing."""
        try:
            with self._archive.open(self._names[name.lower()]) as stream:
                while chunk := stream.read(_CHUNK):
                    if is_counted:
                        self._left -= len(chunk)
                        if self._left < 0:
                            raise UnreadableFile(FileProblem.TOO_LARGE_UNPACKED, self._limit)
                    yield chunk
        except UnreadableFile:
            raise
        except _BROKEN:
            raise UnreadableFile(FileProblem.DAMAGED, name) from None

    def read(self, name: str) -> bytes:
        """A small part as a whole."""
        return b"".join(self.chunks(name))
