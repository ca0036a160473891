"""Plan documents that tests make themselves: Word files, PDF with text, scans.

Nothing here is a picture of a real document; the texts are those of the plans in tests/data.
"""

import html
import io
import subprocess
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import docx

from targets.documents.pdf import Picture, opened
from tests.machine import find_chromium

A4 = (595, 842)
_STYLE = (
    "<meta charset=utf-8><style>@page{size:A4;margin:20mm 20mm 20mm 30mm}"
    "body{font:14pt 'Liberation Serif','Times New Roman',serif;margin:0}"
    "p{margin:0 0 6pt;white-space:pre-wrap;text-align:justify}</style>"
)


def word_file(document: docx.document.Document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def docx_of(text: str) -> bytes:
    """A Word file with a paragraph for each part between empty lines."""
    document = docx.Document()
    for paragraph in text.split("\n\n"):
        document.add_paragraph(paragraph)
    return word_file(document)


def pdf_of(objects: Iterable[bytes], trailer: bytes = b"") -> bytes:
    """A PDF from its objects, numbered from 1; the first is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R%s>>\n" % (
        len(places) + 1, table, len(places) + 1, trailer,
    ) + b"startxref\n%d\n%%%%EOF" % len(out)  # fmt: skip


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


def pdf_of_pages(
    contents: Iterable[bytes], resources: bytes = b"", box: tuple[int, int] = A4,
    more: Iterable[bytes] = (),
) -> bytes:  # fmt: skip
    """A PDF with a page for each content; further objects follow those of the pages."""
    contents = list(contents)
    kids = b" ".join(b"%d 0 R" % (3 + 2 * number) for number in range(len(contents)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(contents), kids),
    ]
    for number, content in enumerate(contents):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R/Resources<<%s>>>>"
            % (*box, 4 + 2 * number, resources)
        )
        objects.append(stream(content))
    return pdf_of([*objects, *more])


def line_of_text(words: str) -> bytes:
    """A page's content in plain letters; the page needs FONT among its resources."""
    return b"BT /F 12 Tf 72 720 Td (%s) Tj ET\n" % words.encode("ascii")


FONT = b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>>>"


def scan_of(pictures: Iterable[Picture], turned: bool = False) -> bytes:
    """A PDF whose pages are nothing but pictures, as a scanner makes it."""
    pictures = list(pictures)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>"
        % (len(pictures), b" ".join(b"%d 0 R" % (3 + 3 * n) for n in range(len(pictures)))),
    ]
    # Half a degree, as paper lies on the glass.
    place = b"595 5.2 -7.3 842 4 -3" if turned else b"595 0 0 842 0 0"
    for number, picture in enumerate(pictures):
        first = 3 + 3 * number
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
            b"/Resources<</XObject<</I %d 0 R>>>>>>" % (first + 1, first + 2)
        )
        objects.append(stream(b"%s cm /I Do" % place))
        objects.append(
            stream(
                zlib.compress(picture.pixels, 1),
                b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray"
                b"/BitsPerComponent 8/Filter/FlateDecode" % (picture.width, picture.height),
            )
        )
    return pdf_of(objects)


def pictures_of(pdf: bytes, dpi: int, pages: Iterable[int] | None = None) -> list[Picture]:
    """What a scanner sees of a printed PDF; `pages` from 0, all if not given."""
    with opened(pdf) as paper:
        count, _pages = paper.survey(300)
        width = round(A4[0] * dpi / 72)
        return [paper.picture(page, width) for page in (range(count) if pages is None else pages)]


def printed(text: str) -> bytes:
    """A PDF with text, set in A4 as an office sets its letters; needs a Chromium."""
    paragraphs = "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n"))
    return printed_page(_STYLE + paragraphs)


def printed_page(page: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "plan.html", Path(folder) / "plan.pdf"
        source.write_text(page, encoding="utf-8")
        subprocess.run(
            [
                find_chromium(), "--headless", "--no-sandbox", "--disable-gpu",
                "--no-pdf-header-footer", f"--user-data-dir={folder}/profile",
                f"--print-to-pdf={target}", source.as_uri(),
            ],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        return target.read_bytes()
