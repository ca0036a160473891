"""Files that are no plan, or mean harm: refused with a code, in little memory, without an error."""

import io
import os
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import docx
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from targets import reasons
from targets.documents import (
    Document,
    DocumentError,
    DocumentProblem,
    Limits,
    inspect,
    page_image,
    read_document,
)
from tests.documents import (
    FONT,
    docx_of,
    line_of_text,
    pdf_of,
    pdf_of_pages,
    stream,
    word_file,
)

TEXT = "KẾ HOẠCH\n\nII. MỤC TIÊU\n\n- Đến năm 2025, 70% thư viện cấp huyện.\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
WORDS = line_of_text("Ke hoach trien khai thuc hien Chuong trinh tren dia ban tinh nam 2025")


PACKINGS = (
    zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA,
)  # fmt: skip


def spoilt(parts: dict[str, bytes], method: int) -> bytes:
    """A Word file packed in this way, wrong bytes where its first part begins."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    content = bytearray(file.getvalue())
    start = 30 + len(next(iter(parts))) + 12
    content[start : start + 8] = b"\xff" * 8
    return bytes(content)


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def document_of(xml: str) -> bytes:
    return zipped({"word/document.xml": xml.encode()})


def body(inner: str) -> str:
    name_space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return f'<w:document xmlns:w="{name_space}"><w:body>{inner}</w:body></w:document>'


def lying(content: bytes, size: int) -> bytes:
    """The same archive with another unpacked size in its directory."""
    place = content.rindex(b"PK\x01\x02") + 24
    return content[:place] + struct.pack("<I", size) + content[place + 4 :]


ENTITIES = (
    '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;">]>'
)
OTHER_FILE = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LOCKED = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O(%s)/U(%s)>>/ID[<00><00>]" % (
    b"a" * 32,
    b"b" * 32,
)

BAD = {
    "empty": (b"", "plan.docx", DocumentProblem.EMPTY),
    "blank": (b" \n\n ", "plan.txt", DocumentProblem.EMPTY),
    "blank word": (word_file(docx.Document()), "plan.docx", DocumentProblem.EMPTY),
    "old word": (OLE + "WordDocument".encode("utf-16-le"), "plan.doc", DocumentProblem.OLD_WORD),
    "old word renamed": (
        OLE + "WordDocument".encode("utf-16-le"), "plan.docx", DocumentProblem.OLD_WORD,
    ),
    "locked word": (
        OLE + "EncryptedPackage".encode("utf-16-le"), "plan.docx", DocumentProblem.ENCRYPTED,
    ),
    "old table": (OLE + "Workbook".encode("utf-16-le"), "plan.xls", DocumentProblem.FORMAT),
    "new table": (zipped({"xl/workbook.xml": b"<a/>"}), "plan.xlsx", DocumentProblem.FORMAT),
    "open document": (zipped({"content.xml": b"<a/>"}), "plan.odt", DocumentProblem.FORMAT),
    "rich text": (b"{\\rtf1 Ke hoach}", "plan.rtf", DocumentProblem.FORMAT),
    "rich text renamed": (b"{\\rtf1 Ke hoach}", "plan.txt", DocumentProblem.FORMAT),
    "web page": (b"<!DOCTYPE html><p>Ke hoach", "plan.txt", DocumentProblem.FORMAT),
    "text renamed": (TEXT.encode(), "plan.pdf", DocumentProblem.DAMAGED),
    "jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "plan.jpg", DocumentProblem.PICTURE),
    "jpeg renamed": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "plan.pdf", DocumentProblem.PICTURE),
    "heic": (b"\x00\x00\x00\x18ftypheic\x00\x00", "plan.heic", DocumentProblem.PICTURE),
    "tiff": (b"II*\x00\x08\x00\x00\x00", "plan.tif", DocumentProblem.PICTURE),
    "webp": (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "plan.webp", DocumentProblem.PICTURE),
    "torn word": (docx_of(TEXT)[:-400], "plan.docx", DocumentProblem.DAMAGED),
    **{
        f"spoilt word, packing {method}": (
            spoilt({"word/document.xml": b"<a>" + b"Ke hoach " * 99 + b"</a>"}, method),
            "plan.docx",
            DocumentProblem.DAMAGED,
        )
        for method in PACKINGS
    },
    "no zip": (b"PK\x03\x04" + b"word/document.xml" * 9, "plan.docx", DocumentProblem.DAMAGED),
    "no xml": (document_of("Ke hoach"), "plan.docx", DocumentProblem.DAMAGED),
    "entities": (document_of(ENTITIES + "<d>&d;</d>"), "plan.docx", DocumentProblem.DAMAGED),
    "entity of a file": (
        document_of(OTHER_FILE + "<d>&a;</d>"), "plan.docx", DocumentProblem.DAMAGED,
    ),
    "deep": (document_of("<a>" * 9999 + "</a>" * 9999), "plan.docx", DocumentProblem.DAMAGED),
    "bomb": (document_of(" " * 40_000_000), "plan.docx", DocumentProblem.TOO_LARGE),
    "lying bomb": (
        lying(document_of(" " * 40_000_000), 1000), "plan.docx", DocumentProblem.DAMAGED,
    ),
    "many parts": (
        docx_of(TEXT) + b"PK\x01\x02" * 10_000, "plan.docx", DocumentProblem.TOO_LARGE,
    ),
    "torn pdf": (pdf_of_pages([WORDS], FONT)[:60], "plan.pdf", DocumentProblem.DAMAGED),
    "nearly no pdf": (b"%PDF-1.7\n", "plan.pdf", DocumentProblem.DAMAGED),
    "locked pdf": (
        pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>"], LOCKED),
        "plan.pdf", DocumentProblem.ENCRYPTED,
    ),
    "many pages": (pdf_of_pages([b""] * 10_000), "plan.pdf", DocumentProblem.TOO_MANY_PAGES),
    "blank pdf": (pdf_of_pages([b"", b""]), "plan.pdf", DocumentProblem.NO_TEXT),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_file_is_refused_with_its_code(case):
    content, name, code = BAD[case]
    with pytest.raises(DocumentError) as refused:
        read_document(content, name)
    assert refused.value.code is code


# What only unpacking or reading tells is not asked when a file is looked at.
LATER = ("blank word", "blank", "no xml", "entities", "entity of a file", "deep", "bomb",
         "lying bomb", "many parts", "torn word", "no zip", "blank pdf",
         *(f"spoilt word, packing {method}" for method in PACKINGS))  # fmt: skip


@pytest.mark.parametrize("case", [case for case in BAD if case not in LATER])
def test_bad_file_is_refused_at_a_glance(case):
    content, name, code = BAD[case]
    with pytest.raises(DocumentError) as refused:
        inspect(content, name)
    assert refused.value.code is code


@pytest.mark.parametrize("code", DocumentProblem)
def test_every_problem_has_words(code):
    assert str(reasons.document(code)) != code.value


@pytest.mark.parametrize(
    ("content", "name"),
    [(TEXT.encode(), "a.txt"), (docx_of(TEXT), "a.docx"), (pdf_of_pages([WORDS], FONT), "a.pdf")],
)
def test_file_above_the_limit_is_refused(content, name):
    assert read_document(content, name, Limits(max_bytes=len(content)))
    for function in (inspect, read_document):
        with pytest.raises(DocumentError) as refused:
            function(content, name, Limits(max_bytes=len(content) - 1))
        assert refused.value.code is DocumentProblem.TOO_LARGE


def test_pages_are_counted_against_the_limit():
    content = pdf_of_pages([WORDS] * 3, FONT)
    assert inspect(content, "plan.pdf", Limits(max_pages=3)).pages == 3
    with pytest.raises(DocumentError) as refused:
        inspect(content, "plan.pdf", Limits(max_pages=2))
    assert refused.value.code is DocumentProblem.TOO_MANY_PAGES


@pytest.mark.parametrize("form", ["txt", "txt, each letter four bytes", "docx", "pdf"])
def test_text_of_more_than_so_many_pages_is_refused(form):
    """Whatever says how many pages there are; a book would take the reader minutes."""
    limits = Limits(max_pages=2)
    for chars in (limits.max_chars, limits.max_chars + 5):
        words = ("thu vien " * chars)[:chars]
        content = {
            "txt": lambda words=words: words.encode(),
            "txt, each letter four bytes": lambda words=words: words.encode("utf-16"),
            "docx": lambda words=words: document_of(
                body(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>")
            ),
            "pdf": lambda words=words: pdf_of_pages([line_of_text(words)], FONT),
        }[form]()
        if chars == limits.max_chars:
            assert read_document(content, f"plan.{form[:3]}", limits).text
            continue
        with pytest.raises(DocumentError) as error:
            read_document(content, f"plan.{form[:3]}", limits)
        assert error.value.code is DocumentProblem.TOO_MANY_PAGES


def test_folder_of_a_killed_process_is_cleared_away(tmp_path, monkeypatch):
    """And none of one that still reads, nor what is not ours."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old = time.time() - 72 * 3600
    for name in ("plan-of-pdf-killed", "plan-of-pdf-reads", "plan-of-others"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "plan.pdf").write_bytes(b"%PDF-")
        if name != "plan-of-pdf-reads":
            os.utime(tmp_path / name, (old, old))
    inspect(pdf_of_pages([WORDS], FONT), "plan.pdf")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "plan-of-others", "plan-of-pdf-reads",
    ]  # fmt: skip


# -- memory ------------------------------------------------------------------------------------


def picture_page(width: int, height: int, content: bytes) -> bytes:
    return pdf_of_pages(
        [b"595 0 0 842 0 0 cm /I Do"],
        b"/XObject<</I 5 0 R>>",
        more=[
            stream(
                content,
                b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray"
                b"/BitsPerComponent 8/Filter/FlateDecode" % (width, height),
            )
        ],
    )


def zeros(size: int) -> bytes:
    packer = zlib.compressobj(9)
    piece = bytes(1 << 20)
    return b"".join(packer.compress(piece) for _ in range(size >> 20)) + packer.flush()


def content_bomb(size: int) -> bytes:
    return pdf_of([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        stream(zeros(size), b"/Filter/FlateDecode"),
    ])  # fmt: skip


HEAVY = {
    "bomb in word": lambda: document_of(" " * 200_000_000),
    "full of tags": lambda: document_of(body("<w:p/>" * 4_900_000)),
    "as many tags as allowed": lambda: document_of(body("<w:p/>" * 1_490_000)),
    "tags in every part": lambda: zipped(
        {
            "word/document.xml": body("<w:p/>" * 1_000_000).encode(),
            "word/styles.xml": (
                "<w:styles xmlns:w='w'>" + "<w:a/>" * 1_400_000 + "</w:styles>"
            ).encode(),
        }
    ),
    "attributes": lambda: document_of(body("<w:p a='' b='' c='' d='' e=''/>" * 199_000)),
    "a long word": lambda: document_of(body(f"<w:p><w:r><w:t>{'a' * 29_000_000}")),
    "nearly the limit of text": lambda: document_of(
        body("<w:p><w:r><w:t>" + "thư viện " * 2_000_000 + "</w:t></w:r></w:p>")
    ),
    "a text as large as a file may be": lambda: ("thư viện cấp huyện " * 2_000_000).encode(),
    "large picture": lambda: picture_page(60_000, 60_000, zeros(1 << 24)),
    "bomb in pdf": lambda: content_bomb(1 << 30),
    "giant page": lambda: pdf_of_pages([WORDS], FONT, box=(1_000_000, 1_000_000)),
    "many pages": lambda: pdf_of_pages([WORDS] * 10_000, FONT),
}
_MEASURED = """
import resource, sys
from targets.documents import DocumentError, Limits, inspect, page_image, read_document
path = sys.argv[1]
content = open(path, "rb").read()
for function in (
    lambda: inspect(content, path),
    lambda: read_document(content, path),
    lambda: page_image(content, 1, 5000),
):
    try:
        function()
    except DocumentError as error:
        print(error.code, file=sys.stderr)
# Of itself getrusage would tell the memory of the process that started it, if that had more.
own = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(max(int(own), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="measured on Linux")
@pytest.mark.parametrize("case", HEAVY)
def test_reading_stays_within_half_a_gigabyte(case, tmp_path):
    content = HEAVY[case]()
    kind = {b"PK": "docx", b"%P": "pdf"}.get(content[:2], "txt")
    path = tmp_path / f"plan.{kind}"
    path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(path)],
        cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=280, check=True,
    )  # fmt: skip
    megabytes = int(done.stdout) // 1024
    print(f"{case}: {megabytes} MB, {' '.join(done.stderr.split()) or 'read'}")  # noqa: T201
    assert megabytes < 500


# -- anything ----------------------------------------------------------------------------------


def check_anything(content: bytes, name: str) -> None:
    """Whatever it is: a document with true places, or a refusal."""
    try:
        document = read_document(content, name)
    except DocumentError:
        return
    assert isinstance(document, Document)
    assert document.text.strip()
    assert "\r" not in document.text
    assert all(0 <= start < end <= len(document.text) for start, end in document.doubts)
    assert list(document.page_starts) == sorted(document.page_starts)


@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.docx", "a.pdf", "a"]))
def test_any_bytes_are_read_or_refused(content, name):
    check_anything(content, name)


def torn(content: bytes, data: st.DataObject) -> bytes:
    """Cut short, or some bytes changed, or a piece left out."""
    places = st.integers(0, len(content) - 1)
    match data.draw(st.sampled_from(["cut", "changed", "hole"])):
        case "cut":
            return content[: data.draw(places)]
        case "changed":
            changed = bytearray(content)
            for place in data.draw(st.lists(places, min_size=1, max_size=8)):
                changed[place] = data.draw(st.integers(0, 255))
            return bytes(changed)
    first, second = sorted((data.draw(places), data.draw(places)))
    return content[:first] + content[second:]


FILES = {
    "text": (TEXT.encode(), "plan.txt"),
    "utf-16": (TEXT.encode("utf-16"), "plan.txt"),
    "word": (docx_of(TEXT), "plan.docx"),
    "word xml": (body("<w:p><w:pPr><w:numPr><w:ilvl w:val='1'/></w:numPr></w:pPr></w:p>").encode(),
                 "plan.docx"),
}  # fmt: skip


@given(st.data())
def test_torn_files_are_read_or_refused(data):
    content, name = FILES[data.draw(st.sampled_from(sorted(FILES)))]
    check_anything(torn(content, data), name)


@given(st.data())
def test_word_file_with_torn_xml_is_read_or_refused(data):
    with zipfile.ZipFile(io.BytesIO(docx_of(TEXT))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name.endswith(".xml")}
    which = data.draw(st.sampled_from(["word/document.xml", "word/numbering.xml",
                                       "word/styles.xml"]))  # fmt: skip
    check_anything(zipped({**parts, which: torn(parts[which], data)}), "plan.docx")


@hypothesis_settings(max_examples=12)
@given(st.data())
def test_torn_pdf_is_read_or_refused(data):
    content = torn(pdf_of_pages([WORDS, WORDS], FONT), data)
    check_anything(content, "plan.pdf")
    with suppress(DocumentError, IndexError):
        page_image(content, 1, 300)
