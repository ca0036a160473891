"""Files as evidence: what is taken, by its content; who gets it, and only as a download."""

import io
import random
import zipfile
from contextlib import suppress

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from reports.models import Attachment, IndicatorValue, Report
from reports.rounds.grid.attachments import FileRefused, Unfit, clean_name, kinds_of
from tests import factories

PDF = b"%PDF-1.4 so theo doi\n%%EOF"


def archive(*names: str, first: tuple[str, bytes] | None = None) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        if first:
            made.writestr(*first)
        for name in names:
            made.writestr(name, "<x/>")
    return content.getvalue()


def old_office(*streams: str) -> bytes:
    """The first bytes of such a file, and the names in its directory."""
    names = b"".join(f"{name}\0".encode("utf-16-le").ljust(64, b"\0") for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + names


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def line(report):
    return report.round.lines.get(institution__code="98-TV-981")


@pytest.fixture
def upload(report):
    def post(client, name="so.pdf", content=PDF, cell="", accept="text/html"):
        return client.post(
            reverse("reports:attach", args=[report.pk]),
            {"file": SimpleUploadedFile(name, content), "cell": cell},
            headers={"accept": accept},
        )

    return post


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "pdf"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "jpg"),
        (b"\x89PNG\r\n\x1a\n\x00", "png"),
        (b"GIF89a\x01", "gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "webp"),
        (old_office("WordDocument"), "doc"),
        (old_office("Workbook"), "xls"),
        (old_office("Book"), "xls"),
        (old_office("PowerPoint Document"), "ppt"),
        (archive("[Content_Types].xml", "word/document.xml"), "docx"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (archive("x", first=("mimetype", b"application/vnd.oasis.opendocument.text")), "odt"),
    ],
)
def test_kind_of_a_file_is_read_from_its_content(content, kind):
    assert kind in kinds_of(content)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<script>alert(1)</script>", Unfit.WRONG_TYPE),
        (b"MZ\x90\x00", Unfit.WRONG_TYPE),
        (b"PK\x03\x04 no archive at all", Unfit.WRONG_TYPE),
        (archive("photo.jpg"), Unfit.WRONG_TYPE),
        # An installer, a macro, a password.
        (old_office("!_StringPool"), Unfit.WRONG_TYPE),
        (old_office("WordDocument", "_VBA_PROJECT"), Unfit.MACROS),
        (old_office("EncryptionInfo", "EncryptedPackage"), Unfit.LOCKED),
        (archive("x", first=("mimetype", b"application/java")), Unfit.WRONG_TYPE),
        (
            archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            Unfit.MACROS,
        ),
    ],
)
def test_what_is_neither_document_nor_picture_is_refused(content, why):
    with pytest.raises(FileRefused) as refused:
        kinds_of(content)
    assert refused.value.why is why


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_damaged_archive_is_refused_whatever_is_wrong_with_it(packing):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", packing) as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        made.writestr("content.xml", "<x/>" * 10)
    chance, sound = random.Random(1), content.getvalue()
    for _each in range(1500):
        damaged = bytearray(sound)
        for _byte in range(chance.choice((1, 2, 4))):
            damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
        # Anything else that it raises would be an error page.
        with suppress(FileRefused):
            assert kinds_of(bytes(damaged)) == ("odt",)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("sổ.pdf", "sổ.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\an\\so.pdf", "so.pdf"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("", "tep"),
        ("x" * 400 + ".pdf", "x" * 140 + ".pdf"),
    ],
)
def test_name_is_shown_without_folders_and_control_characters(name, clean):
    assert clean_name(name) == clean


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("so.pdf", b"<html>", "Chỉ nhận tệp PDF"),
        ("so.png", PDF, "Đuôi tên tệp"),
        ("so.pdf", b"", "Tệp trống"),
        ("so.html", PDF, "Đuôi tên tệp"),
    ],
)
def test_refused_file_says_why_and_leaves_nothing(upload, as_reporter, media, name, content, words):
    response = upload(as_reporter, name, content, accept="application/json")

    assert (response.status_code, words in response.json()["message"]) == (422, True)
    assert not Attachment.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_file_that_is_too_large_is_refused(upload, as_reporter, settings):
    settings.MAX_ATTACHMENT_BYTES = 10
    response = upload(as_reporter, accept="application/json")
    assert response.json()["message"] == "Tệp quá lớn."


def test_file_of_a_report_is_kept_under_a_name_of_ours(upload, as_reporter, report, reporter):
    response = upload(as_reporter, "Công văn 12.pdf")

    assert response.url.endswith("/grid/#files")
    kept = Attachment.objects.get()
    assert (kept.name, kept.size, kept.uploaded_by, kept.value) == (
        "Công văn 12.pdf", len(PDF), reporter, None,
    )  # fmt: skip
    assert "cong" not in kept.file.name.lower()
    assert kept.file.name.endswith(".pdf")
    report.refresh_from_db()
    assert report.started_at is not None


def test_evidence_may_come_before_the_answer(upload, as_reporter, line, indicators):
    key = f"{line.pk}-{indicators['library.digital'].pk}"
    response = upload(as_reporter, cell=key, accept="application/json")

    value = IndicatorValue.objects.get()
    assert (value.state, value.version) == ("blank", 0)
    assert list(value.attachments.values_list("pk", flat=True)) == [response.json()["id"]]
    page = as_reporter.get(reverse("reports:report-line", args=[line_report(line), line.pk]))
    assert "so.pdf" in page.content.decode()


def line_report(line) -> int:
    return Report.objects.get(round=line.round, reporting_unit=line.reporting_unit).pk


@pytest.mark.parametrize("cell", ["1-1", "x", "9999999-1", "1-2-3"])
def test_file_of_a_cell_that_is_not_there_is_refused(upload, as_reporter, cell):
    assert upload(as_reporter, cell=cell).status_code == 404
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("status", ["submitted", "approved"])
def test_closed_report_takes_and_loses_no_file(upload, as_reporter, report, status):
    kept = factories.AttachmentFactory(report=report)
    now = timezone.now()
    Report.objects.filter(pk=report.pk).update(status=status, submitted_at=now, approved_at=now)

    assert upload(as_reporter, accept="application/json").status_code == 422
    as_reporter.post(reverse("reports:attachment-remove", args=[kept.pk]))

    assert list(Attachment.objects.all()) == [kept]


def test_department_neither_adds_to_nor_takes_from_what_was_submitted(upload, as_staff, report):
    kept = factories.AttachmentFactory(report=report)
    Report.objects.filter(pk=report.pk).update(status="submitted", submitted_at=timezone.now())

    assert upload(as_staff, accept="application/json").status_code == 422
    as_staff.post(reverse("reports:attachment-remove", args=[kept.pk]))

    assert list(Attachment.objects.all()) == [kept]


def test_page_offers_the_department_no_files_and_texts_of_what_was_submitted(as_staff, report):
    factories.AttachmentFactory(report=report)
    Report.objects.filter(pk=report.pk).update(status="submitted", submitted_at=timezone.now())

    page = as_staff.get(reverse("reports:grid", args=[report.pk])).content.decode()

    assert 'id="grid-reason"' in page  # figures can be corrected
    assert all(part not in page for part in ("/remove/", 'type="file"', 'name="difficulties"'))


def test_returned_report_takes_evidence_of_its_open_cells_alone(
    upload, as_reporter, report, line, indicators, open_round, answer
):
    value = answer(open_round, "98-TV-981", "library.digital", "yes", approved=False)
    IndicatorValue.objects.filter(pk=value.pk).update(is_returned=True)
    Report.objects.filter(pk=report.pk).update(status="returned", returned_at=timezone.now())
    codes = ("library.digital", "library.visits_growth")

    statuses = [
        upload(as_reporter, cell=f"{line.pk}-{indicators[code].pk}", accept="application/json")
        for code in codes
    ]

    assert [response.status_code for response in statuses] == [200, 422]


def test_file_is_handed_out_as_a_download_only(as_reporter, report):
    kept = factories.AttachmentFactory(report=report, name="sổ.pdf")

    response = as_reporter.get(reverse("reports:attachment", args=[kept.pk]))

    assert response["Content-Disposition"].startswith("attachment; ")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response.streaming_content) == kept.file.read()


def test_removed_file_is_gone_from_the_disk(
    upload, as_reporter, media, django_capture_on_commit_callbacks
):
    upload(as_reporter)
    kept = Attachment.objects.get()

    with django_capture_on_commit_callbacks(execute=True):
        as_reporter.post(reverse("reports:attachment-remove", args=[kept.pk]))

    assert not Attachment.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_report_does_not_take_any_number_of_files(upload, as_reporter, report, monkeypatch):
    monkeypatch.setattr("reports.rounds.grid.attachments.MOST", 1)
    factories.AttachmentFactory(report=report)

    response = upload(as_reporter, accept="application/json")

    assert "quá nhiều tệp" in response.json()["message"]
