"""Tables as a file holds them, made by hand, for tests of the pure parts of the import."""

from decimal import Decimal

from institutions.sheets import Book, CellKind, Format, Guess, PassedOver, Row, SheetInfo


def book(
    header: str,
    *rows: str,
    numbers: tuple[tuple[int, int], ...] = (),
    passed_over: tuple[PassedOver, ...] = (),
    hidden: str = "",
) -> Book:
    """Cells written with "|" between them. `numbers`: (line, place) of what Excel held as such."""
    cut = [tuple(part.strip() for part in row.split("|")) for row in (header, *rows)]
    kinds = {line: {} for line, _place in numbers}
    for line, place in numbers:
        Decimal(cut[line - 1][place])
        kinds[line][place] = CellKind.NUMBER
    sheets = (SheetInfo(hidden, 1, is_hidden=True),) if hidden else ()
    return Book(
        Format.TEXT,
        Guess(sheets=sheets),
        cut[0],
        tuple(Row(n, cells, kinds.get(n, {})) for n, cells in enumerate(cut[1:], 2)),
        passed_over,
        last_line=len(cut),
    )
