"""Tables of text: .csv, .tsv, .txt in any encoding and with any separator that is in use.

PURE: no Django. Bytes are decoded and split as rows are asked for, so memory holds the file once.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from institutions.sheets.book import Choice, Doubt, FileProblem, Limits, UnreadableFile
from institutions.sheets.raw import HEAD, RawRow
from institutions.sheets.typed import CONVERT, Typist
from institutions.sheets.vietnamese import evidence, words

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1258", "cp1252")
DELIMITERS = (";", "\t", ",", "|")
MAX_CELL = 100_000
_CHUNK = 64 * 1024
_SAMPLE = 200_000
_SLICES = 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like the next one
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LOST = re.compile(r"[^\W\d_]\?+[^\W\d_]|\ufffd")
_SEP = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """A table of text: how it is to be read, and `rows()` to read it, again and again."""

    encoding: str
    delimiter: str
    typed_in: str | None
    doubts: tuple[Doubt, ...]
    sep_line: str
    rows: Callable[[], Iterator[RawRow]]
    is_mixed: Callable[[], bool]


def open_text(
    content: bytes,
    choice: Choice,
    limits: Limits,
    score: Callable[[Sequence[str]], int],
) -> Text:
    """Find out how `content` is written. Raises UnreadableFile if nothing makes sense."""
    doubts: list[Doubt] = []
    encoding, skip = _encoding(content, choice, doubts)
    sample = _sample(content, encoding, skip)
    if _looks_binary(sample):
        raise UnreadableFile(FileProblem.NOT_A_TABLE)
    if len(_LOST.findall(sample)) > 1 or "\ufffd" in sample:
        doubts.append(Doubt.LETTERS_LOST)
    typist = Typist([sample], choice.typed_in)
    first = sample.splitlines()[0] if sample.strip() else ""
    sep = _SEP.fullmatch(first)
    has_sep = bool(sep) and sep[1] != '"'
    if choice.delimiter and len(choice.delimiter) == 1 and choice.delimiter not in '"\r\n':
        delimiter = choice.delimiter
    elif has_sep:
        delimiter = sep[1]
    else:
        delimiter = _delimiter(sample, typist, score, doubts)

    def rows() -> Iterator[RawRow]:
        return _rows(content, encoding, skip, delimiter, typist, limits, skip_first=has_sep)

    return Text(
        encoding,
        delimiter,
        typist.typed_in,
        tuple(doubts),
        first if has_sep else "",
        rows,
        lambda: typist.is_mixed,
    )


# Encoding ----------------------------------------------------------------------------------


def _encoding(content: bytes, choice: Choice, doubts: list[Doubt]) -> tuple[str, int]:
    """The encoding, and how many bytes of a byte-order mark to skip."""
    for mark, name in _BOMS:
        if content.startswith(mark):
            if choice.encoding in (None, name):
                return _checked(content, name), len(mark)
            break
    if choice.encoding:
        if choice.encoding not in ENCODINGS:
            raise UnreadableFile(FileProblem.ENCODING, choice.encoding)
        return _checked(content, choice.encoding), 0
    if b"\0" in content[:_SAMPLE]:
        return _checked(content, _utf16_of(content)), 0
    if (bad := _undecodable(content, "utf-8")) is None:
        return "utf-8", 0
    return _single_byte(content, bad, doubts), 0


def _checked(content: bytes, encoding: str) -> str:
    if (bad := _undecodable(content, encoding)) is not None:
        problem = FileProblem.ENCODING
        if encoding.startswith("utf-16") and bad >= len(content) - 2:
            problem = FileProblem.DAMAGED
        raise UnreadableFile(problem, content[:bad].count(b"\n") + 1)
    return encoding


def _undecodable(content: bytes, encoding: str) -> int | None:
    """Where the first byte stands that `encoding` cannot mean; None if there is none."""
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(content)
    for start in range(0, len(content), _CHUNK):
        chunk = view[start : start + _CHUNK]
        try:
            decoder.decode(chunk, final=start + _CHUNK >= len(content))
        except UnicodeDecodeError as error:
            return max(0, start + error.start - 3) if error.start < 3 else start + error.start
    return None


def _utf16_of(content: bytes) -> str:
    """UTF-16 without a mark: the digits and separators of a table tell the order of bytes."""
    part = content[:_SAMPLE]
    lines = {
        "utf-16-le": part.count(b"\n\0") + part.count(b"\r\0") + part.count(b" \0"),
        "utf-16-be": part.count(b"\0\n") + part.count(b"\0\r") + part.count(b"\0 "),
    }
    for name in sorted(lines, key=lambda n: -lines[n]):
        text = part[: len(part) // 2 * 2].decode(name, "replace")
        if text.count("\ufffd") <= len(text) // 1000 and not _looks_binary(text):
            letters = sum(char.isascii() for char in text)
            if letters * 2 > len(text):
                return name
    raise UnreadableFile(FileProblem.NOT_A_TABLE)


def _single_byte(content: bytes, bad: int, doubts: list[Doubt]) -> str:
    """Windows-1258 or 1252, whichever gives Vietnamese words; refused if neither does."""
    part = _slices(content)
    found: list[tuple[int, int, str, str]] = []
    for name in ("cp1252", "cp1258"):
        if _undecodable(content, name) is not None:
            continue
        text = unicodedata.normalize("NFC", part.decode(name))
        # Text of old fonts is always kept as if it were Windows-1252.
        readings = [text, *(c(text) for c in CONVERT.values())] if name == "cp1252" else [text]
        for reading in readings:
            good, against = evidence(words(reading))
            found.append((good - against, good, name, reading))
    if not found:
        raise UnreadableFile(FileProblem.ENCODING, content[:bad].count(b"\n") + 1)
    points, good, name, text = max(found, key=lambda reading: reading[0])
    against = good - points
    if against * 2 > good and (good or against > 4):
        raise UnreadableFile(FileProblem.ENCODING, content[:bad].count(b"\n") + 1)
    rivals = [r for r in found if r[3] != text and r[1] and r[0] * 10 >= points * 9]
    if rivals or not good:
        doubts.append(Doubt.ENCODING)
    return name


def _slices(content: bytes) -> bytes:
    """The beginning and pieces of the rest, cut at ends of lines."""
    if len(content) <= 2 * _SAMPLE:
        return content
    parts = [content[:_SAMPLE]]
    step = (len(content) - _SAMPLE) // _SLICES
    for start in range(_SAMPLE, len(content) - step // 2, step):
        begin = content.find(b"\n", start) + 1
        end = content.find(b"\n", start + _SAMPLE // _SLICES) + 1
        if begin and end > begin:
            parts.append(content[begin:end])
    return b"".join(parts)


def _sample(content: bytes, encoding: str, skip: int) -> str:
    width = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4}.get(encoding, 1)
    if width == 1:
        part = _slices(content[skip:]) if len(content) > 2 * _SAMPLE else content[skip:]
    else:
        part = content[skip : skip + _SAMPLE * width]
    return unicodedata.normalize("NFC", part.decode(encoding, "ignore"))


def _looks_binary(text: str) -> bool:
    controls = len(_CONTROL.findall(text[:-1]))
    return "\0" in text or controls * 200 > len(text)


# Separator ---------------------------------------------------------------------------------


def _delimiter(
    sample: str,
    typist: Typist,
    score: Callable[[Sequence[str]], int],
    doubts: list[Doubt],
) -> str:
    """The separator under which the heading is known best, else the rows are most alike."""
    found = {}
    for delimiter in DELIMITERS:
        records = _head(sample, delimiter)
        widths = [len(record) for record in records if any(record)]
        headings = max(
            (score([typist.text(c) for c in record]) for record in records if any(record)),
            default=0,
        )
        usual = max(set(widths), key=lambda w: (widths.count(w), w), default=1)
        found[delimiter] = (headings, widths.count(usual) * usual if usual > 1 else 0, usual)
    best = max(DELIMITERS, key=lambda d: found[d][:2])
    others = [d for d in DELIMITERS if d != best and found[d][2] > 1 and found[best][2] > 1]
    if not found[best][0] and any(found[d][1] * 2 > found[best][1] for d in others):
        doubts.append(Doubt.DELIMITER)
    return best


def _head(sample: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append([cell.strip() for cell in record])
            if len(records) == HEAD:
                break
    except csv.Error:
        pass
    return records


# Rows --------------------------------------------------------------------------------------


def _rows(
    content: bytes,
    encoding: str,
    skip: int,
    delimiter: str,
    typist: Typist,
    limits: Limits,
    *,
    skip_first: bool,
) -> Iterator[RawRow]:
    stream = io.BytesIO(content)
    stream.seek(skip)
    lines = _lines(io.TextIOWrapper(stream, encoding, newline=""))
    if skip_first:
        next(lines, None)
    # Strict: an unclosed quotation mark is an error, not a cell that holds the rest of the file.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begins = 1
    try:
        for line, record in enumerate(reader, 1):
            cells = [cell.strip() for cell in record]
            while cells and not cells[-1]:
                cells.pop()
            if len(cells) > limits.max_columns:
                raise UnreadableFile(FileProblem.TOO_MANY_COLUMNS, limits.max_columns)
            for place, cell in enumerate(cells):
                if not cell.isascii():
                    cells[place] = typist.text(cell)
            yield RawRow(line, cells)
            begins = reader.line_num + 1
    except csv.Error as error:
        problem = FileProblem.CELL_TOO_LONG if "limit" in str(error) else FileProblem.QUOTES
        raise UnreadableFile(problem, begins) from None
    except UnicodeDecodeError:
        raise UnreadableFile(FileProblem.ENCODING, begins) from None


def _lines(stream: io.TextIOBase) -> Iterator[str]:
    number = 0
    while line := stream.readline(MAX_CELL):
        number += 1
        if len(line) >= MAX_CELL:
            raise UnreadableFile(FileProblem.CELL_TOO_LONG, number)
        if _CONTROL.search(line):
            # DOS ended files by 1A; the others are what Word leaves in a cell.
            line = _CONTROL.sub(" ", line.rstrip("\x1a"))
        yield line
