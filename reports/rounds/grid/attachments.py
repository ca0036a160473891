"""Files sent with a report or as the evidence of one value: taken, handed out, removed.

What a file is, its content says, never its name. Files lie outside the static ones and are handed
out as downloads only, through the same rights as the report.
"""

import hashlib
import io
import unicodedata
import zipfile
from functools import partial
from pathlib import PurePosixPath
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from institutions.models import User
from reports.models import Attachment, IndicatorValue, Report, RoundLine
from reports.rounds.entry import (
    Closed,
    EntryRefused,
    current_openness,
    lock,
    mark_started,
    refuse,
    why_beside_closed,
    why_words_closed,
)
from targets.models import Indicator

MOST = 200
"""Files of one report: evidence of single cells, not an archive."""

_STARTS = (
    (b"%PDF-", ("pdf",)),
    (b"\xff\xd8\xff", ("jpg", "jpeg")),
    (b"\x89PNG\r\n\x1a\n", ("png",)),
    (b"GIF87a", ("gif",)),
    (b"GIF89a", ("gif",)),
    (b"II*\x00", ("tif", "tiff")),
    (b"MM\x00*", ("tif", "tiff")),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of the streams within, as the file system of old office files writes them.
_STREAMS = {"WordDocument": "doc", "Workbook": "xls", "Book": "xls", "PowerPoint Document": "ppt"}
_OFFICE = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}


class Unfit(models.TextChoices):
    """Why a file is not taken."""

    EMPTY = "empty", _("The file is empty.")
    TOO_LARGE = "too_large", _("The file is too large.")
    TOO_MANY = "too_many", _("The report holds too many files already. Remove some first.")
    WRONG_TYPE = (
        "wrong_type",
        _("Only PDF, pictures (JPG, PNG, GIF, TIFF, WebP) and Word, Excel or PowerPoint files."),
    )
    MACROS = "macros", _("The file holds macros. Save it without them and send it again.")
    LOCKED = "locked", _("The file is locked by a password. Save it without one and send it again.")
    NAME = "name", _("The name of the file does not fit what is in it.")


class FileRefused(Exception):
    """The file is not taken; `why` says why."""

    def __init__(self, why: Unfit):
        super().__init__(str(why.label))
        self.why = why


def kinds_of(content: bytes) -> tuple[str, ...]:
    """The endings that fit what the file holds. Raises FileRefused for what is not taken."""
    for start, endings in _STARTS:
        if content.startswith(start):
            return endings
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return ("webp",)
    if content.startswith(_OLD_OFFICE):
        return (_kind_of_old_office(content),)
    if content.startswith(b"PK\x03\x04"):
        return (_kind_of_archive(content),)
    raise FileRefused(Unfit.WRONG_TYPE)


def _kind_of_old_office(content: bytes) -> str:
    """Installers and mails share the first bytes of old office files: the streams tell."""

    def holds(name: str) -> bool:
        return f"{name}\0".encode("utf-16-le") in content

    if holds("_VBA_PROJECT"):
        raise FileRefused(Unfit.MACROS)
    if holds("EncryptedPackage"):
        raise FileRefused(Unfit.LOCKED)
    for name, ending in _STREAMS.items():
        if holds(name):
            return ending
    raise FileRefused(Unfit.WRONG_TYPE)


def _kind_of_archive(content: bytes) -> str:
    names, mimetype = _look_into(content)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused(Unfit.MACROS)
    if "[Content_Types].xml" in names:
        for folder, ending in _OFFICE.items():
            if any(name.startswith(folder) for name in names):
                return ending
    if ending := _OPEN_DOCUMENT.get(mimetype.strip()):
        return ending
    raise FileRefused(Unfit.WRONG_TYPE)


def _look_into(content: bytes) -> tuple[list[str], bytes]:
    """Names within an archive, and the line that names the type of an open document.

    Nothing else is unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if names[:1] != ["mimetype"] or archive.getinfo("mimetype").file_size > 100:
                return names, b""
            with archive.open("mimetype") as line:
                return names, line.read(100)
    except Exception:
        # Flipped bytes make zipfile raise nine kinds of errors, from OSError to LZMAError: whatever
        # it is, the archive is damaged.
        raise FileRefused(Unfit.WRONG_TYPE) from None


def clean_name(name: str) -> str:
    """The name to show: without folders and control characters, at most 150 letters."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C").strip()
    path = PurePosixPath(name or "tep")
    return path.stem[:140] + path.suffix[:10]


@transaction.atomic
def attach(
    report: Report,
    upload: UploadedFile,
    user: User,
    cell: tuple[RoundLine, Indicator] | None = None,
) -> Attachment:
    """Keep a file with the report, or as the evidence of one cell.

    Raises FileRefused, or EntryRefused where the report or the cell is not open; nothing is kept
    then.
    """
    if upload.size > settings.MAX_ATTACHMENT_BYTES:
        raise FileRefused(Unfit.TOO_LARGE)
    content = upload.read()
    if not content:
        raise FileRefused(Unfit.EMPTY)
    name, kinds = clean_name(upload.name), kinds_of(content)
    if PurePosixPath(name).suffix.lower().removeprefix(".") not in kinds:
        raise FileRefused(Unfit.NAME)
    report = lock(report)
    value = _open_value(report, cell, user)
    if report.attachments.count() >= MOST:
        raise FileRefused(Unfit.TOO_MANY)
    attachment = Attachment(
        report=report,
        value=value,
        name=name,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=user,
    )
    upload.seek(0)
    # A name of our own: what people call their files is for people.
    attachment.file.save(f"{uuid4().hex}.{kinds[0]}", upload, save=False)
    try:
        attachment.save()
    except Exception:
        attachment.file.storage.delete(attachment.file.name)
        raise
    mark_started(report, timezone.now())
    return attachment


@transaction.atomic
def remove(attachment: Attachment, user: User) -> None:
    """Take a file back while what it belongs to is open. Raises EntryRefused."""
    report = lock(attachment.report)
    value = attachment.value
    _require_open(report, user, is_returned=bool(value and value.is_returned), of_cell=bool(value))
    transaction.on_commit(partial(attachment.file.storage.delete, attachment.file.name))
    attachment.delete()


def _open_value(
    report: Report, cell: tuple[RoundLine, Indicator] | None, user: User
) -> IndicatorValue | None:
    if cell is None:
        _require_open(report, user)
        return None
    line, indicator = cell
    value = IndicatorValue.objects.filter(line=line, indicator=indicator).first()
    _require_open(report, user, is_returned=bool(value and value.is_returned), of_cell=True)
    # Evidence may come before the answer: the cell gets a blank row to carry it.
    return value or IndicatorValue.objects.create(line=line, indicator=indicator)


def _require_open(
    report: Report, user: User, *, is_returned: bool = False, of_cell: bool = False
) -> None:
    open_now = current_openness(report, user)
    if not of_cell:
        refuse(why_words_closed(report, open_now))
        return
    refuse(why_beside_closed(report, open_now))
    if not open_now.allows(is_returned=is_returned):
        raise EntryRefused(Closed.NOT_RETURNED)
