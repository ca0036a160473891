"""Parts of a .docx, unpacked no further than their limits: what is declared may be a lie."""

import io
import zipfile
import zlib

from lxml import etree

from .model import DocumentError, DocumentProblem

# A book of 300 pages has some 15 MB of XML and half a million tags. Tags and attributes are counted
# over all parts that are read.
_MAX_PART = 30 * 1024 * 1024
_MAX_TAGS = 1_500_000
_MAX_ATTRIBUTES = 1_000_000
_MAX_ENTRIES = 5_000
# The two that Office files may use; the others unpack with tables as large as the file demands.
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# All that zipfile raises on bytes that are no archive or a spoilt one: it trusts their offsets
# (ValueError, OverflowError), names (UnicodeDecodeError, a ValueError) and versions
# (NotImplementedError).
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OverflowError,
)  # fmt: skip


class Archive:
    """The parts of an Office file by name."""

    def __init__(self, content: bytes) -> None:
        # Each entry of the directory begins with these bytes; reading it makes objects of them.
        if content.count(b"PK\x01\x02") > _MAX_ENTRIES:
            raise DocumentError(DocumentProblem.TOO_LARGE)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            names = self._zip.namelist()
        except _BROKEN as error:
            raise DocumentError(DocumentProblem.DAMAGED) from error
        self._names = frozenset(names)
        self._tags = self._attributes = 0

    def xml(self, name: str) -> etree._Element | None:
        """Root of an XML part; None if there is no such part."""
        if name not in self._names:
            return None
        content = self._unpacked(name)
        # All parts are in memory at once.
        self._tags += content.count(b"<")
        self._attributes += content.count(b"=")
        if self._tags > _MAX_TAGS or self._attributes > _MAX_ATTRIBUTES:
            raise DocumentError(DocumentProblem.TOO_LARGE)
        # One parser for each part: lxml's keep the names they have seen.
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
            remove_comments=True, remove_pis=True, collect_ids=False,
        )  # fmt: skip
        try:
            root = etree.fromstring(content, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise DocumentError(DocumentProblem.DAMAGED) from error
        if root.getroottree().docinfo.internalDTD is not None:
            # Office files have no document type; one is there to define entities.
            raise DocumentError(DocumentProblem.DAMAGED)
        return root

    def _unpacked(self, name: str) -> bytes:
        try:
            info = self._zip.getinfo(name)
            if info.flag_bits & 0x1:
                raise DocumentError(DocumentProblem.ENCRYPTED)
            if info.compress_type not in _PACKINGS:
                raise DocumentError(DocumentProblem.DAMAGED)
            if info.file_size > _MAX_PART:
                raise DocumentError(DocumentProblem.TOO_LARGE)
            with self._zip.open(info) as part:
                content = part.read(_MAX_PART + 1)
        except DocumentError:
            raise
        except _BROKEN as error:
            raise DocumentError(DocumentProblem.DAMAGED) from error
        if len(content) > _MAX_PART:
            raise DocumentError(DocumentProblem.TOO_LARGE)
        return content
