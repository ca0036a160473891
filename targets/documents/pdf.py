"""PDF: what its pages say and how they look, asked of a process of its own."""

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .model import DocumentError, DocumentProblem

_SCRIPT = Path(__file__).with_name("pdf_process.py")
_SECONDS = 120
_MAX_LINE = 4 * 1024 * 1024
_FOLDER = "plan-of-pdf-"
# Seconds; the longest scan is read in some hours.
_LEFT_BEHIND = 48 * 3600


@dataclass(frozen=True, slots=True)
class Page:
    """A page's text of its own, and what tells a picture of text from text."""

    text: str
    chars: int
    unmapped: int
    images: int
    paths: int
    covered: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels of a page, row by row, one byte (grey) or three for each."""

    width: int
    height: int
    colours: int
    pixels: bytes

    def png(self) -> bytes:
        line = self.width * self.colours
        packer = zlib.compressobj(6)
        packed = b"".join(
            packer.compress(b"\x00" + self.pixels[start : start + line])
            for start in range(0, len(self.pixels), line)
        )
        head = self.width.to_bytes(4, "big") + self.height.to_bytes(4, "big")
        kind = {1: 0, 3: 2, 4: 6}[self.colours]
        return b"\x89PNG\r\n\x1a\n" + b"".join((
            _chunk(b"IHDR", head + bytes((8, kind, 0, 0, 0))),
            _chunk(b"IDAT", packed + packer.flush()),
            _chunk(b"IEND", b""),
        ))  # fmt: skip

    def pnm(self) -> bytes:
        """The plainest of formats, which Tesseract reads."""
        kind = 5 if self.colours == 1 else 6
        return b"P%d %d %d 255\n" % (kind, self.width, self.height) + self.pixels


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return len(content).to_bytes(4, "big") + name + content + check.to_bytes(4, "big")


@contextmanager
def opened(content: bytes) -> Iterator["Pdf"]:
    """The PDF as a file in a folder that is gone afterwards."""
    _sweep()
    with tempfile.TemporaryDirectory(prefix=_FOLDER) as folder:
        path = Path(folder) / "plan.pdf"
        path.write_bytes(content)
        yield Pdf(path)


def _sweep() -> None:
    """Remove the folders of processes that were killed over a PDF: nobody else will."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _LEFT_BEHIND:
                shutil.rmtree(folder, ignore_errors=True)


class Pdf:
    def __init__(self, path: Path) -> None:
        self._path = path

    def survey(self, max_pages: int) -> tuple[int, Iterator[Page]]:
        """Number of pages, and each page; stop asking when enough is known."""
        lines = self._lines("survey", max_pages)
        first = next(lines, None)
        if first is None:
            raise DocumentError(DocumentProblem.DAMAGED)
        pages = first["pages"]
        if pages > max_pages:
            lines.close()
            raise DocumentError(DocumentProblem.TOO_MANY_PAGES)
        if pages == 0:
            raise DocumentError(DocumentProblem.EMPTY)
        return pages, self._pages(lines, pages)

    @staticmethod
    def _pages(lines: Iterator[dict], pages: int) -> Iterator[Page]:
        seen = 0
        for line in lines:
            if line.pop("too_large"):
                raise DocumentError(DocumentProblem.TOO_LARGE)
            seen += 1
            yield Page(**line)
        if seen < pages:  # the process died over a page
            raise DocumentError(DocumentProblem.DAMAGED)

    def picture(self, page: int, width: int, *, colours: int = 1) -> Picture:
        """The page (from 0) drawn so many pixels wide, or less where it would be too many."""
        command = self._command("picture", page, width, colours)
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS,
                check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DocumentError(DocumentProblem.DAMAGED) from error
        head, _newline, pixels = done.stdout.partition(b"\n")
        line = _as_line(head)
        if line is None:
            raise DocumentError(DocumentProblem.DAMAGED)
        drawn = Picture(pixels=pixels, **line)
        if len(pixels) != drawn.width * drawn.height * drawn.colours:
            raise DocumentError(DocumentProblem.DAMAGED)
        return drawn

    def _lines(self, *arguments: object) -> Iterator[dict]:
        process = subprocess.Popen(
            self._command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        clock = threading.Timer(_SECONDS, process.kill)
        clock.start()
        try:
            while raw := process.stdout.readline(_MAX_LINE):
                line = _as_line(raw)
                if line is None:
                    raise DocumentError(DocumentProblem.DAMAGED)
                yield line
        finally:
            clock.cancel()
            process.kill()
            process.stdout.close()
            process.wait()

    def _command(self, name: str, *arguments: object) -> list[str]:
        # -I: neither the environment nor the current folder adds modules.
        return [sys.executable, "-I", str(_SCRIPT), name, str(self._path), *map(str, arguments)]


def _as_line(raw: bytes) -> dict | None:
    """What the process said; None if it died within. Raises DocumentError if it refused."""
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    if "problem" in line:
        problem = line["problem"]
        if problem == "no_page":
            raise IndexError("no such page")
        raise DocumentError(DocumentProblem(problem))
    return line
