"""One PDF, opened in a process of its own: `python pdf_process.py COMMAND FILE …`.

A file from outside may make PDFium run out of memory or die; here that ends this process only.
Imports nothing of ours, so that it starts quickly.

    survey FILE MAX_PAGES             a JSON line with the number of pages, then one for each page
    picture FILE PAGE WIDTH COLOURS   a JSON line with width and height, then the pixels
"""

import ctypes
import json
import sys

import pypdfium2 as pdfium
import pypdfium2.raw as raw

MEMORY = 420 * 1024 * 1024
SECONDS = 100
# Above it is a picture to exhaust the memory: A3 at 600 dpi has 70 million.
MAX_IMAGE_PIXELS = 80_000_000
MAX_PIXELS = 25_000_000
MAX_OBJECTS = 20_000
MAX_CHARS = 100_000


def main() -> None:
    set_limits()
    command, path, *rest = sys.argv[1:]
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        say({"problem": "encrypted" if locked else "damaged"})
        return
    if command == "survey":
        survey(document, int(rest[0]))
    else:
        picture(document, int(rest[0]), int(rest[1]), int(rest[2]))


def set_limits() -> None:
    try:
        import resource  # not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def say(line: dict) -> None:
    sys.stdout.buffer.write(json.dumps(line).encode() + b"\n")
    sys.stdout.buffer.flush()


def survey(document: pdfium.PdfDocument, max_pages: int) -> None:
    pages = len(document)
    say({"pages": pages})
    if pages > max_pages:
        return
    for number in range(pages):
        page = document[number]
        say(of_page(page))
        page.close()


def of_page(page: pdfium.PdfPage) -> dict:
    """Text of the page's own, and what tells whether the page is a picture of text."""
    width, height = page.get_size()
    images = paths = 0
    covered = 0.0
    too_large = False
    for number, each in enumerate(page.get_objects(max_depth=8)):
        if number >= MAX_OBJECTS:
            break
        if each.type == raw.FPDF_PAGEOBJ_IMAGE:
            images += 1
            columns, rows = each.get_px_size()
            too_large = too_large or columns * rows > MAX_IMAGE_PIXELS
            left, bottom, right, top = each.get_bounds()
            shown = max(0.0, min(right, width) - max(left, 0.0))
            shown *= max(0.0, min(top, height) - max(bottom, 0.0))
            covered += shown / max(width * height, 1.0)
        elif each.type in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING):
            paths += 1
    text = page.get_textpage()
    count = min(text.count_chars(), MAX_CHARS)
    words = text.get_text_range(0, count) if count > 0 else ""
    unmapped = sum(raw.FPDFText_HasUnicodeMapError(text, place) == 1 for place in range(count))
    text.close()
    return {
        "text": words, "chars": count, "unmapped": unmapped, "images": images, "paths": paths,
        "covered": covered, "too_large": too_large, "width": width, "height": height,
    }  # fmt: skip


def picture(document: pdfium.PdfDocument, number: int, wide: int, colours: int) -> None:
    if not 0 <= number < len(document):
        say({"problem": "no_page"})
        return
    page = document[number]
    width, height = page.get_size()
    if of_page(page)["too_large"]:
        say({"problem": "too_large"})
        return
    scale = wide / max(width, 1.0)
    scale *= min(1.0, (MAX_PIXELS / max(width * height * scale * scale, 1.0)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=colours == 1, rev_byteorder=True)
    say({"width": bitmap.width, "height": bitmap.height, "colours": bitmap.n_channels})
    line = bitmap.width * bitmap.n_channels
    pixels = memoryview(
        ctypes.cast(
            bitmap.buffer, ctypes.POINTER(ctypes.c_ubyte * (bitmap.stride * bitmap.height))
        ).contents
    ).cast("B")
    for row in range(bitmap.height):
        sys.stdout.buffer.write(pixels[row * bitmap.stride : row * bitmap.stride + line])
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
