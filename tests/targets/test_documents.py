import struct
import unicodedata
import zlib

import pytest

from targets.documents import (
    DocumentError,
    DocumentProblem,
    Format,
    Inspection,
    inspect,
    page_image,
    read_document,
    recognition,
)
from targets.documents.vietnamese import is_syllable, looks_written
from tests.documents import FONT, docx_of, line_of_text, pdf_of_pages, stream

TEXT = "KẾ HOẠCH\nII. MỤC TIÊU\n- Đến năm 2025, 70% thư viện cấp huyện.\n"


def in_windows_1258(text: str) -> bytes:
    """As old editors saved it: base letters composed, tones as combining marks."""
    out = b""
    for char in text:
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            marks = unicodedata.normalize("NFD", char)
            tone = next(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
            out += unicodedata.normalize("NFC", marks.replace(tone, "")).encode("cp1258")
            out += tone.encode("cp1258")
    return out


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        unicodedata.normalize("NFD", TEXT).encode(),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        in_windows_1258(TEXT),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
    ],
    ids=[
        "utf-8", "utf-8 marked", "decomposed", "utf-16 marked", "utf-16-be marked", "utf-16-le",
        "utf-16-be", "windows-1258", "windows line ends", "old line ends",
    ],
)  # fmt: skip
def test_text_is_the_same_in_every_encoding(content):
    assert read_document(content).text == TEXT


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "plan.txt", DocumentProblem.EMPTY),
        (b" \r\n\t\n", "plan.txt", DocumentProblem.EMPTY),
        (b"\xef\xbb\xbf\n", "plan.txt", DocumentProblem.EMPTY),
        (b"\x00\x00\x00", "plan.txt", DocumentProblem.EMPTY),
        (b"%PDF-1.7\n...", "plan.txt", DocumentProblem.DAMAGED),
        (b"PK\x03\x04rest", "plan.docx", DocumentProblem.DAMAGED),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "plan.doc", DocumentProblem.OLD_WORD),
        (TEXT.encode(), "plan.DOCX", DocumentProblem.DAMAGED),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "plan.txt", DocumentProblem.PICTURE),
        (bytes(range(256)) * 4, "plan.txt", DocumentProblem.BINARY),
        (b"MZ\x90\x00\x03\x00\x04\x00", "plan.txt", DocumentProblem.BINARY),
        (TEXT.encode()[:-1] + b"\xe1\xba", "plan.txt", DocumentProblem.ENCODING),
        (TEXT.encode("utf-16")[:-1], "plan.txt", DocumentProblem.ENCODING),
    ],
)
def test_file_without_text_is_refused_with_a_code(content, name, code):
    with pytest.raises(DocumentError) as refused:
        read_document(content, name)
    assert refused.value.code is code


# -- letters of old fonts ------------------------------------------------------------------------

# As typed with .VnTime and with VNI-Times, and what both showed.
TCVN3 = (
    "Céng hoµ x· héi chñ nghÜa ViÖt Nam\n§éc lËp - Tù do - H¹nh phóc\n"
    "§Õn n¨m 2025, 70% th­ viÖn cÊp huyÖn, 40% th­ viÖn cÊp x· cung cÊp dÞch vô phôc vô häc tËp\n"
)
VNI = (
    "Coäng hoaø xaõ hoäi chuû nghóa Vieät Nam\nÑoäc laäp - Töï do - Haïnh phuùc\n"
    "Ñeán naêm 2025, 70% thö vieän caáp huyeän, 40% thö vieän caáp xaõ cung caáp dòch vuï "
    "phuïc vuï hoïc taäp\n"
)
SHOWN = (
    "Cộng hoà xã hội chủ nghĩa Việt Nam\nĐộc lập - Tự do - Hạnh phúc\n"
    "Đến năm 2025, 70% thư viện cấp huyện, 40% thư viện cấp xã cung cấp dịch vụ phục vụ học tập\n"
)


@pytest.mark.parametrize("typed", [TCVN3, VNI], ids=["tcvn3", "vni"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16"])
def test_text_typed_with_an_old_font_is_read_as_it_was_shown(typed, encoding):
    assert read_document(typed.encode(encoding), "plan.txt").text == SHOWN


@pytest.mark.parametrize("typed", [TCVN3, VNI], ids=["tcvn3", "vni"])
def test_word_file_typed_with_an_old_font_is_read_as_it_was_shown(typed):
    assert read_document(docx_of(typed.strip()), "plan.docx").text == SHOWN.strip()


def test_capitals_of_the_capital_font_stay_capitals():
    typed = "KÕ HO¹CH, MôC TI£U. Th­ viÖn Hµ Néi, cÊp huyÖn, phôc vô häc tËp".encode("cp1252")
    assert "HOẠCH, MỤC TIÊU. Thư viện Hà Nội" in read_document(typed, "plan.txt").text


@pytest.mark.parametrize(
    "text",
    [
        "Das Gewünschte läßt sich natürlich später auf Französisch erklären",
        "Déjà vu: l'été à la forêt, où l'élève français a reçu son café",
        "Thư viện nhân dân tỉnh, bảo tàng, trung tâm văn hóa các cấp",
        "Pén nim 2025, 70% thu vién cép huyén, 40% thu vién cép x4 cung cép dich vu",
    ],
)
def test_text_that_needs_no_mending_stays(text):
    assert read_document(text.encode(), "plan.txt").text == text


@pytest.mark.parametrize(
    "content",
    [
        b"\xe9\xe8\xf9 \xa9\xb5\xff \xd8\xd8\xd8x \xc3q\xe5 \xf0\xdf\xdfk \xa4\xb1z",
        "Das Gewünschte läßt sich natürlich später auf Französisch erklären".encode("cp1252"),
        "Кế hoạch".encode("utf-16-le")[:-2] + "библиотека города".encode("cp1251"),
        "70% thư viện".encode("utf-8", "ignore")[:-1] + b" \xff\xfe \xb5",
    ],
)
def test_encoding_that_is_not_certain_is_not_guessed(content):
    with pytest.raises(DocumentError) as refused:
        read_document(content, "plan.txt")
    assert refused.value.code in (DocumentProblem.ENCODING, DocumentProblem.BINARY)


@pytest.mark.parametrize("word", ["thư", "viện", "huyện", "quyết", "giếng", "nghiệp", "ĐẠT", "ủy"])
def test_word_is_a_syllable(word):
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["viÖt", "vieän", "cấb", "được̀", "đuợcc", "cāp", "câp", "thw"])
def test_word_is_no_syllable(word):
    assert not is_syllable(word)


# -- PDF -----------------------------------------------------------------------------------------

WORDS = "Ke hoach trien khai Chuong trinh hoc tap suot doi tren dia ban tinh den nam 2025"
# A page of other signs, as a font without a table of its letters gives them.
GARBLED = "Xq9 zzkw #f qpw vbnm ]kk wrtp zxcv bnmq wwwr tpsd fghj klzx"
FULL_PICTURE = b"q 595 0 0 842 0 0 cm /I Do Q"


def grey(width: int, height: int) -> bytes:
    return stream(
        zlib.compress(b"\xdd" * (width * height)),
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray"
        b"/BitsPerComponent 8/Filter/FlateDecode" % (width, height),
    )


def pdf_with_picture(*contents: bytes) -> bytes:
    number = 3 + 2 * len(contents)
    return pdf_of_pages(contents, FONT + b"/XObject<</I %d 0 R>>" % number, more=[grey(400, 600)])


def test_pages_of_a_pdf_begin_where_it_says():
    document = read_document(pdf_of_pages([line_of_text(WORDS)] * 3, FONT), "plan.pdf")
    assert document.text == f"{WORDS}\n" * 3
    assert document.page_starts == tuple(number * (len(WORDS) + 1) for number in range(3))


def test_progress_is_told_page_by_page():
    seen = []
    content = pdf_of_pages([line_of_text(WORDS)] * 3, FONT)
    read_document(content, "plan.pdf", progress=lambda *pages: seen.append(pages))
    assert seen == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("name", ["plan.pdf", "plan", "plan.txt"])
def test_pdf_is_known_by_its_first_bytes(name):
    content = pdf_of_pages([line_of_text(WORDS)], FONT)
    assert inspect(content, name) == Inspection(Format.PDF, 1, needs_ocr=False)


@pytest.mark.tesseract
@pytest.mark.parametrize(
    ("content", "needs_ocr"),
    [
        (pdf_with_picture(line_of_text(WORDS)), False),
        (pdf_with_picture(FULL_PICTURE), True),
        (pdf_with_picture(line_of_text(WORDS), FULL_PICTURE), True),
        (pdf_with_picture(FULL_PICTURE + line_of_text(WORDS)), True),
        (pdf_with_picture(b"q 90 0 0 90 9 9 cm /I Do Q " + line_of_text(WORDS)), False),
        (pdf_with_picture(line_of_text(GARBLED)), True),
        (pdf_with_picture(line_of_text(WORDS), b""), False),
        (pdf_with_picture(b"0 0 m 9 9 l S " * 200), True),
    ],
    ids=["text", "picture", "mixed", "text under a picture", "a small picture", "unknown letters",
         "a blank page", "letters drawn as lines"],
)  # fmt: skip
def test_page_without_letters_of_its_own_needs_recognition(content, needs_ocr):
    assert inspect(content, "plan.pdf").needs_ocr is needs_ocr


@pytest.mark.tesseract
def test_only_the_pages_that_need_it_are_recognised():
    document = read_document(pdf_with_picture(line_of_text(WORDS), FULL_PICTURE), "plan.pdf")
    assert document.text == f"{WORDS}\n\n"
    assert document.is_scan


def test_scan_without_tesseract_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    recognition.command.cache_clear()
    try:
        for function in (inspect, read_document):
            with pytest.raises(DocumentError) as refused:
                function(pdf_with_picture(FULL_PICTURE), "plan.pdf")
            assert refused.value.code is DocumentProblem.NO_OCR
    finally:
        recognition.command.cache_clear()


@pytest.mark.parametrize(("asked", "wide"), [(600, 600), (1, 100), (99_999, 2400)])
def test_picture_of_a_page_is_as_wide_as_asked(asked, wide):
    png = page_image(pdf_of_pages([line_of_text(WORDS)], FONT), 1, asked)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">I", png[16:20])[0] == pytest.approx(wide, abs=1)


@pytest.mark.parametrize("page", [0, -1, 2])
def test_picture_of_a_page_that_is_not_there_is_an_index_error(page):
    with pytest.raises(IndexError):
        page_image(pdf_of_pages([line_of_text(WORDS)], FONT), page, 300)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (WORDS, True),
        ("Pén nim 2025, 70% thu vién cép huyén cung cép dich vu phuc vu", True),
        (GARBLED, False),
        ("", False),
    ],
)
def test_words_are_told_from_signs_at_random(text, written):
    assert looks_written(text) is written


def cell(left: int, top: int, width: int, height: int, *lines: str) -> bytes:
    """A box with its words."""
    content = b"%d %d %d %d re S " % (left, top - height, width, height)
    for number, words in enumerate(lines, 1):
        content += b"BT /F 10 Tf %d %d Td (%s) Tj ET " % (
            left + 4, top - 14 * number, words.encode("ascii"),
        )  # fmt: skip
    return content


HEAD = (
    cell(72, 600, 200, 40, "Chi tieu")
    + cell(272, 600, 160, 20, "Ty le")
    + cell(272, 580, 80, 20, "2025")
    + cell(352, 580, 80, 20, "2030")
)
ROW = (
    cell(72, 560, 200, 40, "Thu vien", "cap huyen")
    + cell(272, 560, 80, 40, "70%")
    + cell(352, 560, 80, 40, "90%")
)


def test_ruled_table_of_a_pdf_is_a_line_per_row():
    content = line_of_text(WORDS) + HEAD + ROW + b"BT /F 12 Tf 72 400 Td (Sau bang) Tj ET"
    assert read_document(pdf_of_pages([content], FONT), "plan.pdf").text == (
        f"{WORDS}\n\nChi tieu\tTy le\n\t2025\t2030\nThu vien cap huyen\t70%\t90%\n\nSau bang\n"
    )


def test_words_across_the_lines_of_a_table_leave_it_as_plain_lines():
    across = b"BT /F 10 Tf 260 545 Td (chay qua vach ke cua bang) Tj ET"
    text = read_document(pdf_of_pages([line_of_text(WORDS) + HEAD + ROW + across], FONT), "a.pdf")
    assert "\t" not in text.text


def test_box_around_a_paragraph_is_no_table():
    content = line_of_text(WORDS) + cell(72, 600, 300, 40, "Trong khung")
    text = read_document(pdf_of_pages([content], FONT), "plan.pdf").text
    assert text == f"{WORDS}\nTrong khung\n"
