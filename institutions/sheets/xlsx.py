"""Workbooks of Excel since 2007 (.xlsx, .xlsm, .xltx), as a stream of rows.

PURE: no Django. Read here rather than by openpyxl, whose quick mode tells neither hidden rows nor
merged cells nor whether a formula was ever computed, and takes several times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from posixpath import dirname, join, normpath

from institutions.sheets.book import CellKind, FileProblem, Limits, SheetInfo, UnreadableFile
from institutions.sheets.containers import Package
from institutions.sheets.merging import Merges
from institutions.sheets.raw import (
    AROUND,
    RawRow,
    as_shown,
    day_text,
    is_date_format,
    moment_text,
    number_text,
)
from institutions.sheets.xml import Stop, local, parse, parse_slowly

_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?ref\s*=\s*[\"']([A-Z]+[0-9]+:[A-Z]+[0-9]+)[\"']")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_TRUE = ("1", "true", "on")
# More of either is no table that a person made.
_MOST_MERGES, _MOST_STRINGS = 100_000, 3_000_000


@dataclass(slots=True)
class _Sheet:
    info: SheetInfo
    part: str


@dataclass(slots=True)
class _Style:
    """How cells of a style are shown: their number format."""

    is_date: bool = False
    code: str = ""


@dataclass(slots=True)
class XlsxBook:
    """An opened workbook: its sheets, and `rows(name)` to stream one of them."""

    package: Package
    limits: Limits
    sheets: tuple[SheetInfo, ...]
    _parts: dict[str, str]
    _strings: list[str]
    _styles: list[_Style]
    _from_1904: bool
    hidden_columns: dict[str, frozenset[int]] = field(default_factory=dict)

    def texts(self) -> list[str]:
        """The different texts of the workbook, for a look at what they are typed in."""
        return self._strings

    def rows(self, sheet: str, most: int | None = None) -> Iterator[RawRow]:
        """The rows of a sheet that hold a cell, in order; the first `most` of them.

        Raises UnreadableFile for torn parts and past the limits.
        """
        part = self._parts[sheet]
        merges = self._merges(part) if most is None else Merges(())
        reader = _SheetReader(self._strings, self._styles, self._from_1904, self.limits, most)
        chunks = self.package.chunks(part, is_counted=most is not None)
        try:
            for _chunk in parse_slowly(chunks, reader.start, reader.end, reader.text):
                for row in reader.take():
                    merges.fill(row)
                    yield row
        finally:
            self.hidden_columns[sheet] = frozenset(reader.hidden_columns)

    def _merges(self, part: str) -> Merges:
        """Cells merged over several rows. They stand behind the rows, hence a pass of their own,
        which also finds a bomb before anything is parsed."""
        ranges: list[tuple[int, int, int]] = []
        tail = b""
        for chunk in self.package.chunks(part):
            text = tail + chunk
            end = 0
            for found in _MERGE.finditer(text):
                first, last = found[1].decode().split(":")
                top, left = _place(first)
                bottom, _right = _place(last)
                if bottom > top:
                    ranges.append((top, bottom, left))
                    if len(ranges) > _MOST_MERGES:
                        raise UnreadableFile(FileProblem.TOO_LARGE_UNPACKED)
                end = found.end()
            # Keep what may be the beginning of one more, never what was counted already.
            tail = text[max(end, len(text) - 200) :]
        return Merges(ranges)


def open_xlsx(content: bytes, limits: Limits) -> XlsxBook:
    """Open a workbook. Raises UnreadableFile and nothing else."""
    package = Package(content, limits)
    main = _main_part(package)
    folder = dirname(main)
    targets = _targets(package, main)
    sheets: list[_Sheet] = []
    dates = {"from_1904": False}

    def start(name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        attributes = {local(key): value for key, value in attributes.items()}
        if name == "workbookPr":
            dates["from_1904"] = attributes.get("date1904", "") in _TRUE
        elif name == "sheet":
            kind, part = targets.get(attributes.get("id", ""), ("", ""))
            if kind == "worksheet":
                is_hidden = attributes.get("state", "visible") != "visible"
                info = SheetInfo(_clean(attributes.get("name", "")), 0, is_hidden)
                sheets.append(_Sheet(info, part))

    parse(package.chunks(main), start)
    if not sheets:
        raise UnreadableFile(FileProblem.EMPTY)
    by_kind = dict(targets.values())
    strings_part = by_kind.get("sharedStrings", join(folder, "sharedStrings.xml"))
    styles_part = by_kind.get("styles", join(folder, "styles.xml"))
    return XlsxBook(
        package,
        limits,
        tuple(sheet.info for sheet in sheets),
        {sheet.info.name: sheet.part for sheet in sheets},
        _shared_strings(package, strings_part) if package.has(strings_part) else [],
        _read_styles(package, styles_part) if package.has(styles_part) else [],
        dates["from_1904"],
    )


def _main_part(package: Package) -> str:
    for kind, target in _targets(package, "").values():
        if kind == "officeDocument":
            return target
    return "xl/workbook.xml"


def _targets(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: id -> (kind, name of the other part)."""
    folder, _, name = part.rpartition("/")
    relations = join(folder, "_rels", f"{name}.rels")
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = attributes.get("Target", "")
        # Relative to the folder of the part, or from the root.
        target = normpath(join("/", folder, target)).lstrip("/")
        kind = attributes.get("Type", "").rpartition("/")[2]
        found[attributes.get("Id", "")] = (kind, target)

    if package.has(relations):
        parse(package.chunks(relations), start)
    return found


def _shared_strings(package: Package, part: str) -> list[str]:
    strings: list[str] = []
    pieces: list[str] = []
    within = {"t": False, "phonetic": False}

    def start(name: str, _attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            within["phonetic"] = True
        elif name == "t":
            within["t"] = not within["phonetic"]

    def end(name: str) -> None:
        name = local(name)
        if name == "si":
            if len(strings) >= _MOST_STRINGS:
                raise UnreadableFile(FileProblem.TOO_LARGE_UNPACKED)
            strings.append(_clean("".join(pieces)))
        elif name == "rPh":
            within["phonetic"] = False
        elif name == "t":
            within["t"] = False

    def text(piece: str) -> None:
        if within["t"]:
            pieces.append(piece)

    parse(package.chunks(part), start, end, text)
    return strings


def _read_styles(package: Package, part: str) -> list[_Style]:
    codes: dict[int, str] = {}
    styles: list[_Style] = []
    within: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        within.append(name)
        if name == "numFmt":
            codes[_int(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "xf" and "cellXfs" in within:
            number = _int(attributes.get("numFmtId"))
            code = codes.get(number, "")
            styles.append(_Style(is_date_format(number, code), code))

    def end(_name: str) -> None:
        within.pop()

    parse(package.chunks(part), start, end)
    return styles


def _int(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        return 0


def _clean(text: str) -> str:
    if "_x" in text:
        text = _ESCAPE.sub(lambda code: chr(int(code[1], 16)), text)
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        # Half of a pair of surrogates, from an escape, is no text.
        text = _CONTROL.sub(" ", text).encode("utf-8", "replace").decode()
    return text.strip()


@lru_cache(maxsize=16384)
def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _place(reference: str) -> tuple[int, int]:
    """(row, place of the column) of a reference such as "AB12"."""
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise UnreadableFile(FileProblem.DAMAGED, reference[:20])
    row, column = int(found[2]), _column(found[1])
    if not 1 <= row <= _MOST_ROWS or column >= _MOST_COLUMNS:
        raise UnreadableFile(FileProblem.DAMAGED, reference)
    return row, column


class _SheetReader:
    """Gathers the rows of one sheet from the events of its XML."""

    def __init__(
        self,
        strings: list[str],
        styles: list[_Style],
        from_1904: bool,
        limits: Limits,
        most: int | None,
    ):
        self._strings, self._styles, self._from_1904 = strings, styles, from_1904
        self._limits, self._most = limits, most
        self._rows: list[RawRow] = []
        self._count = 0
        self._line = 0
        self._row: RawRow | None = None
        self._column = -1
        self._type = ""
        self._style = 0
        self._has_formula = self._has_value = False
        self._keep = self._in_formula = False
        self._pieces: list[str] = []
        self._formula: list[str] = []
        self.hidden_columns: set[int] = set()

    def take(self) -> list[RawRow]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            name = local(name)
        if name == "c":
            if self._row is None:
                raise UnreadableFile(FileProblem.DAMAGED)
            reference = attributes.get("r")
            if reference:
                self._column = _column(reference.rstrip("0123456789"))
            else:
                self._column += 1
            self._type = attributes.get("t", "n")
            self._style = attributes.get("s", 0)
            self._has_formula = self._has_value = False
            self._pieces = []
        elif name == "v":
            self._keep = self._has_value = True
        elif name == "t":
            self._keep = True
        elif name == "f":
            self._has_formula = True
            self._formula = []
            self._in_formula = True
        elif name == "row":
            line = _int(attributes.get("r")) or self._line + 1
            if not self._line < line <= _MOST_ROWS:
                raise UnreadableFile(FileProblem.DAMAGED, line)
            self._line = line
            is_hidden = attributes.get("hidden", "") in _TRUE
            self._row = RawRow(line, [], is_hidden=is_hidden)
            self._column = -1
        elif name == "col" and attributes.get("hidden", "") in _TRUE:
            first, last = max(_int(attributes.get("min")), 1), _int(attributes.get("max"))
            self.hidden_columns |= set(range(first - 1, min(last, self._limits.max_columns)))
        elif name == "rPh":
            self._keep = False

    def text(self, piece: str) -> None:
        if self._keep:
            self._pieces.append(piece)
        elif self._in_formula:
            self._formula.append(piece)

    def end(self, name: str) -> None:
        if ":" in name:
            name = local(name)
        if name == "v" or name == "t":
            self._keep = False
        elif name == "f":
            self._in_formula = False
        elif name == "c":
            if self._pieces or self._has_formula:
                self._cell("".join(self._pieces))
        elif name == "row":
            row, self._row = self._row, None
            if row is not None and (row.cells or row.kinds):
                self._count += 1
                if self._count > self._limits.max_rows + AROUND:
                    raise UnreadableFile(FileProblem.TOO_MANY_ROWS, self._limits.max_rows)
                self._rows.append(row)
                if self._most is not None and self._count >= self._most:
                    raise Stop
        elif name == "sheetData":
            raise Stop

    def _cell(self, raw: str) -> None:
        text, kind = self._value(raw)
        if not text and kind is None:
            return
        column, cells = self._column, self._row.cells
        if not 0 <= column < self._limits.max_columns:
            raise UnreadableFile(FileProblem.TOO_MANY_COLUMNS, self._limits.max_columns)
        if column >= len(cells):
            cells.extend([""] * (column - len(cells)))
            cells.append(text)
        else:
            cells[column] = text
        if kind is not None:
            self._row.kinds[column] = kind

    def _value(self, raw: str) -> tuple[str, CellKind | None]:
        kind = self._type
        if kind == "s":
            try:
                return self._strings[int(raw)], None
            except (ValueError, IndexError):
                raise UnreadableFile(FileProblem.DAMAGED, self._line) from None
        if kind == "str" or kind == "inlineStr":
            if self._has_formula and not raw and not self._has_value:
                return self._not_computed()
            return _clean(raw), None
        raw = raw.strip()
        if not raw:
            return self._not_computed() if self._has_formula else ("", None)
        if kind == "b":
            return "TRUE" if raw in _TRUE else "FALSE", CellKind.BOOLEAN
        if kind == "e":
            return _clean(raw), CellKind.ERROR
        if kind == "d":
            try:
                return moment_text(datetime.fromisoformat(raw).replace(tzinfo=None)), CellKind.DATE
            except ValueError:
                return _clean(raw), None
        number = number_text(raw)
        if number is None:
            return _clean(raw), None
        try:
            style = self._styles[int(self._style)]
        except (ValueError, IndexError):
            return number, CellKind.NUMBER
        if style.is_date and (day := day_text(number, self._from_1904)) is not None:
            return day, CellKind.DATE
        shown, is_number = as_shown(number, style.code)
        return shown, CellKind.NUMBER if is_number else None

    def _not_computed(self) -> tuple[str, CellKind]:
        return _clean("=" + "".join(self._formula)), CellKind.FORMULA
