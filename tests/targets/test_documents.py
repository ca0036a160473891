import unicodedata

import pytest

from targets.documents import DocumentError, DocumentProblem, read_text

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
    assert read_text(content) == TEXT


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "plan.txt", DocumentProblem.EMPTY),
        (b" \r\n\t\n", "plan.txt", DocumentProblem.EMPTY),
        (b"\xef\xbb\xbf\n", "plan.txt", DocumentProblem.EMPTY),
        (b"\x00\x00\x00", "plan.txt", DocumentProblem.EMPTY),
        (b"%PDF-1.7\n...", "plan.txt", DocumentProblem.FORMAT),
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
        read_text(content, name)
    assert refused.value.code is code
