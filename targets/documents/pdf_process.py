"""One PDF, opened in a process of its own: `python pdf_process.py COMMAND FILE …`.

A file from outside may make PDFium run out of memory or die; here that ends this process only.
Imports nothing of ours, so that it starts quickly.

    survey FILE MAX_PAGES             a JSON line with the number of pages, then one for each page
    picture FILE PAGE WIDTH COLOURS   a JSON line with width and height, then the pixels
"""

import ctypes
import json
import sys
from itertools import pairwise

import pypdfium2 as pdfium
import pypdfium2.raw as raw

MEMORY = 420 * 1024 * 1024
SECONDS = 100
# Above it is a picture to exhaust the memory: A3 at 600 dpi has 70 million.
MAX_IMAGE_PIXELS = 80_000_000
MAX_PIXELS = 25_000_000
MAX_OBJECTS = 20_000
MAX_CHARS = 100_000
MAX_RULES = 2_000
MAX_LEVELS = 200
MAX_COLUMNS = 40
THIN = 2.5


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
    rules: list[tuple] = []
    for number, each in enumerate(page.get_objects(max_depth=8)):
        if number >= MAX_OBJECTS:
            break
        if each.type == raw.FPDF_PAGEOBJ_PATH and each.level == 0 and len(rules) < MAX_RULES:
            rules.extend(rules_of(each.get_bounds()))
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
    words = text.get_text_range(0, count).replace("\t", " ") if count > 0 else ""
    unmapped = sum(raw.FPDFText_HasUnicodeMapError(text, place) == 1 for place in range(count))
    if rules and (with_tables := around_tables(text, rules, width, height)):
        words = with_tables
    text.close()
    return {
        "text": words, "chars": count, "unmapped": unmapped, "images": images, "paths": paths,
        "covered": covered, "too_large": too_large, "width": width, "height": height,
    }  # fmt: skip


# -- tables with ruled lines ---------------------------------------------------------------------


def rules_of(bounds: tuple[float, float, float, float]) -> list[tuple]:
    """Lines that a path draws: one if it is thin, else the edges of its box."""
    left, bottom, right, top = bounds
    wide, high = right - left, top - bottom
    if high <= THIN:
        return [("-", (bottom + top) / 2, left, right)] if wide > 3 * THIN else []
    if wide <= THIN:
        return [("|", (left + right) / 2, bottom, top)]
    return [("-", bottom, left, right), ("-", top, left, right),
            ("|", left, bottom, top), ("|", right, bottom, top)]  # fmt: skip


def distinct(values: list[float]) -> list[float]:
    """Places in rising order; lines side by side, as of a double border, are one."""
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > 2 * THIN:
            places.append(value)
    return places


def around_tables(text: pdfium.PdfTextPage, rules: list[tuple], width: float, height: float) -> str:
    """The page's text with ruled tables as lines of cells apart by tabs.

    Empty if there is no table, or if its cells do not hold exactly the letters that stand there.
    """
    across = [rule for rule in rules if rule[0] == "-"]
    down = [rule for rule in rules if rule[0] == "|"]
    levels = distinct([rule[1] for rule in across])[::-1][:MAX_LEVELS]

    def crosses(rule: tuple, place: float) -> bool:
        return rule[2] - THIN <= place <= rule[3] + THIN

    def ruled(x: float, level: float) -> bool:
        return any(abs(rule[1] - level) <= 2 * THIN and crosses(rule, x) for rule in across)

    def words(left: float, low: float, right: float, high: float) -> str:
        return text.get_text_bounded(left=left, bottom=low, right=right, top=high)

    bands: list[list[float]] = [
        distinct([rule[1] for rule in down if crosses(rule, (high + low) / 2)])
        for high, low in pairwise(levels)
    ]
    parts: list[str] = []
    rest_from = height + 1e4
    first = 0
    while first < len(bands):
        if len(bands[first]) < 3:
            first += 1
            continue
        last = first
        while last + 1 < len(bands) and len(bands[last + 1]) >= 3:
            last += 1
        high, low = levels[first], levels[last + 1]
        columns = distinct([x for band in bands[first : last + 1] for x in band])
        if len(columns) > MAX_COLUMNS:
            return ""
        lines = []
        for band in range(first, last + 1):
            cells: list[str] = []
            for left, right in pairwise(bands[band]):
                middle = (left + right) / 2
                span = sum(left - THIN <= x < right - 2 * THIN for x in columns)
                own = ""
                if band == first or ruled(middle, levels[band]):
                    end = next(
                        (at for at in range(band + 1, last + 1) if ruled(middle, levels[at])),
                        last + 1,
                    )
                    own = " ".join(words(left, levels[end], right, levels[band]).split())
                cells.extend([own, *[""] * (span - 1)])
            lines.append("\t".join(cells).rstrip("\t"))
        whole = words(columns[0], low, columns[-1], high)
        if len("".join(whole.split())) != len("".join("".join(lines).split())):
            return ""
        parts += [words(-1e4, high, width + 1e4, rest_from).strip(), "\n".join(filter(None, lines))]
        rest_from = low
        first = last + 1
    if not parts:
        return ""
    parts.append(words(-1e4, -1e4, width + 1e4, rest_from).strip())
    return "\n\n".join(filter(None, parts))


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
